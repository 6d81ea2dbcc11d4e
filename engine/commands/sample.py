"""``dudao sample``: realistic made-up sheets and tables for demonstrations, tests and timing."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..language.diagnostics import EngineError, errors
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from .common import Exit, as_json, emit, lang_option, report
from .usage import Misuse

if TYPE_CHECKING:
    from ..workshop.sample import District, Sampler

SHEETS = "sheets"
MOST = 1_000_000
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def _share(ctx: click.Context, param: click.Parameter, value: str) -> Fraction:
    """``5%`` or ``0.05``, exactly."""
    text = value.strip()
    number, scale = (text[:-1], 100) if text.endswith("%") else (text, 1)
    if not re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{1,9})?", number):
        raise Misuse("not_a_share", option=param.opts[0], value=value)
    share = Fraction(number) / scale
    if share > 1:
        raise Misuse("share_above_whole", option=param.opts[0], value=value)
    return share


@click.command()
@click.option("-r", "--ruleset", required=True, help="Ruleset that the sheets are made for.")
@click.option(
    "--districts",
    type=click.IntRange(1, MOST),
    required=True,
    metavar="N",
    help="How many districts.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder to write to: a new or an empty one.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Another seed gives other districts, the same one the same to the byte.",
)
@click.option(
    "--year",
    type=click.IntRange(1990, 2099),
    help="Evaluation year (default: that of the edition).",
)
@click.option(
    "--missing",
    callback=_share,
    metavar="SHARE",
    default="5%",
    show_default=True,
    help="Share of the facts that are left out.",
)
@click.option(
    "--contradicted",
    callback=_share,
    metavar="SHARE",
    default="5%",
    show_default=True,
    help="Share of the claims that their own parts contradict.",
)
@click.option(
    "--boundary",
    callback=_share,
    metavar="SHARE",
    default="10%",
    show_default=True,
    help="Share of the criteria that lie on a limit or one step beside it.",
)
@click.option(
    "--tables/--no-tables",
    default=True,
    show_default=True,
    help="Whether to write the tables that the ruleset walks.",
)
@click.option(
    "--one-table",
    is_flag=True,
    help="A row a district in DIR/districts.csv, tables beside it, in place of sheets.",
)
@lang_option
@click.pass_context
def sample(
    ctx: click.Context,
    ruleset: str,
    districts: int,
    out: Path,
    seed: int,
    year: int | None,
    missing: Fraction,
    contradicted: Fraction,
    boundary: Fraction,
    tables: bool,
    one_table: bool,
    lang: Lang,
) -> None:
    """Make up districts for a ruleset: sheets, tables, and the truth about what is wrong in them.

    They look like real ones and are none: codes begin with 99, names are 示例县. DIR gets a README,
    truth.json, and the sheets with their tables in DIR/sheets.
    """
    from ..reporting.sample_page import Written, readme, summary, truth_json
    from ..workshop.sample import Rates, sampler_for

    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        count = len(errors(error.diagnostics))
        click.echo(phrase("unusable", lang, name=ruleset, errors=count), err=True)
        ctx.exit(Exit.UNUSABLE)
    report(loaded.diagnostics, lang)
    of = year if year is not None else _year_of(loaded.ruleset)
    rates = Rates(missing=missing, contradicted=contradicted, boundary=boundary)
    sampler = sampler_for(loaded.ruleset, of, seed, rates, tables=tables, one_table=one_table)
    written = Written(sampler)
    with _folder(out, sheets=not one_table) as folder, _counting(districts) as indices:
        for index in indices:
            district = sampler.district(index)
            if one_table:
                _append(folder, district, sampler)
            else:
                for name, text in district.files.items():
                    _write(folder / name, text)
            written.add(district)
        _write(out / "truth.json", as_json(truth_json(written)) + "\n")
        _write(out / "README.md", readme(written, lang))
    emit(summary(written, lang), None)


def _year_of(ruleset: Ruleset) -> int:
    found = _YEAR.search(ruleset.edition)
    if found is None:
        raise Misuse("edition_without_year", edition=ruleset.edition)
    return int(found.group())


@contextmanager
def _folder(out: Path, *, sheets: bool) -> Iterator[Path]:
    """The folder to write to; what was there before is never mixed with or overwritten."""
    try:
        if out.exists() and any(out.iterdir()):
            raise Misuse("out_not_empty", out=out)
        folder = out / SHEETS if sheets else out
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    except OSError as error:
        raise Misuse("out_fails", out=out, why=error.strerror or error) from None


def _append(folder: Path, district: "District", sampler: "Sampler") -> None:
    """A district's row in the one table, and its rows in each table beside it."""
    from ..workshop.sample_table import DISTRICTS, csv_line, headings, keyed

    head = csv_line(headings(sampler.needs, sampler.year, sampler.ruleset.vocabulary))
    _add(folder / DISTRICTS, head, csv_line(district.row))
    _, *tables = district.files.items()
    for name, text in tables:
        _add(folder / name.partition("-")[2], *keyed(text, district.code))


def _add(path: Path, head: str, rows: str) -> None:
    """Rows at the end of a file, which begins with its head."""
    begun = path.exists()
    # With a byte order mark Excel reads Chinese headings.
    with path.open("a", encoding="utf-8" if begun else "utf-8-sig", newline="") as file:
        file.write(rows if begun else head + rows)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _counting(districts: int) -> Iterator[Iterator[int]]:
    """The numbers of the districts, with a bar on standard error where that is a terminal."""
    numbers = range(1, districts + 1)
    if not sys.stderr.isatty():
        yield iter(numbers)
        return
    with click.progressbar(numbers, file=sys.stderr) as bar:
        yield iter(bar)
