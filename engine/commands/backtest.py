"""``dudao backtest``: a draft edition tried on the districts of earlier years."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from ..facts.grid import MissingLibraryError
from ..language.diagnostics import EngineError
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang
from ..reporting.backtest_page import backtest_page
from ..reporting.backtest_record import backtest_json
from ..reporting.result import failure_json
from ..workshop.backtest import Backtest
from ..workshop.backtest import backtest as try_draft
from ..workshop.districts import open_data, read_districts
from ..workshop.sweep import Sweep, SweepError, read_sweep
from .common import (
    Exit,
    as_json,
    emit,
    format_option,
    lang_option,
    out_option,
    report,
    terminal_width,
    unusable,
)
from .usage import Misuse


@click.command()
@click.argument("draft")
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--against", metavar="OLD", help="The edition to compare with: who moves, and why.")
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="C.LEVEL=A..B[/STEP]",
    help="Try a limit at many settings: A3.4.fully=1%..10%, or 1%..10%/0.5%. May be repeated.",
)
@click.option(
    "--no-margins",
    is_flag=True,
    help="Do not look for who is one step from a limit; faster for thousands of districts.",
)
@click.option(
    "--year",
    type=click.IntRange(1900, 2099),
    help="The evaluation year, for tables without a column for it.",
)
@format_option("text", "json")
@lang_option
@out_option
@click.pass_context
def backtest(
    ctx: click.Context,
    draft: str,
    data: Path,
    against: str | None,
    sweeps: tuple[str, ...],
    no_margins: bool,
    year: int | None,
    form: str,
    lang: Lang,
    out: Path | None,
) -> None:
    """Try a draft on districts of earlier years (a folder of sheets, CSV, XLSX, Parquet)."""
    if find_spec("polars") is None:
        raise Misuse("library_missing", name="polars")
    ruleset = _loaded(ctx, draft, form, lang, out)
    old = None if against is None else _loaded(ctx, against, form, lang, out)
    asked = tuple(_sweep(text, ruleset) for text in sweeps)
    done = _tried(ruleset, old, data, asked, year, margins=not no_margins)
    if form == "json":
        emit(as_json(backtest_json(done, lang)), out)
    else:
        emit(backtest_page(done, lang, terminal_width(out)), out)
    if done.unusable:
        ctx.exit(Exit.UNUSABLE)
    ctx.exit(Exit.INCOMPLETE if done.incomplete else Exit.DONE)


def _loaded(ctx: click.Context, name: str, form: str, lang: Lang, out: Path | None) -> Ruleset:
    try:
        loaded = load_ruleset(name)
    except EngineError as error:
        report(error.diagnostics, lang)
        failed = failure_json(name, error.diagnostics, lang)
        emit(as_json(failed) if form == "json" else unusable(name, error, lang), out)
        ctx.exit(Exit.UNUSABLE)
    report(loaded.diagnostics, lang)
    return loaded.ruleset


def _sweep(text: str, ruleset: Ruleset) -> Sweep:
    try:
        return read_sweep(text, ruleset)
    except SweepError as error:
        raise Misuse(error.key, **error.values) from None


def _tried(
    ruleset: Ruleset,
    old: Ruleset | None,
    path: Path,
    sweeps: tuple[Sweep, ...],
    year: int | None,
    *,
    margins: bool,
) -> Backtest:
    """Read and score, with a bar on standard error where that is a terminal."""
    try:
        data = open_data(path, ruleset, old, year)
    except MissingLibraryError as error:
        raise Misuse("library_missing", name=error) from None
    length = data.steps + len(data.roster.items)
    with click.progressbar(length=length, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        found = read_districts(data, bar.update)
        return try_draft(ruleset, old, found, sweeps, bar.update, margins=margins)
