"""``dudao batch``: every district of a folder or table, scored and written out whole."""

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from ..facts.grid import MissingLibraryError
from ..facts.roster import Roster, open_roster
from ..language.diagnostics import EngineError, visible
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from .common import Exit, as_json, format_option, lang_option, report, terminal_width
from .score import check_options


@click.command()
@click.argument("source", metavar="FOLDER|FILE", type=click.Path(exists=True, path_type=Path))
@click.option(
    "-r",
    "--ruleset",
    required=True,
    help="Ruleset: id@edition, an id that has one edition, or the path of a file or folder.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of results; it appears when all is done, and must not be there yet.",
)
@click.option("--resume", is_flag=True, help="Go on where a run that was killed has stopped.")
@click.option(
    "--year",
    type=click.IntRange(1900, 2099),
    help="The evaluation year, for tables without a column for it.",
)
@click.option("--fail-below", metavar="GRADE", help="Exit with 10 when a grade is below this one.")
@click.option(
    "--chunk", type=click.IntRange(1), default=200, show_default=True, help="Districts at a time."
)
@format_option("table", "json")
@lang_option
@click.pass_context
def batch(
    ctx: click.Context,
    source: Path,
    ruleset: str,
    out: Path | None,
    resume: bool,
    year: int | None,
    fail_below: str | None,
    chunk: int,
    form: str,
    lang: Lang,
) -> None:
    """Score every district of a folder of sheets or of a table (CSV, XLSX, Parquet)."""
    from ..office.batch import Batch, score_batch
    from ..office.store import StoreError
    from ..reporting.batch_page import batch_json, batch_page
    from ..reporting.batch_record import Describer

    if find_spec("polars") is None:
        raise click.UsageError(phrase("library_missing", lang, name="polars"))
    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    check_options(loaded.ruleset, None, fail_below)
    report(loaded.diagnostics, lang)
    if out is None:
        raise click.UsageError(phrase("out_missing", lang))
    roster = _roster(source, loaded.ruleset, year, lang)
    job = Batch(
        ruleset=loaded.ruleset,
        roster=roster,
        describe=Describer(loaded.ruleset, lang),
        options={"lang": lang, "year": year},
        chunk=chunk,
    )
    try:
        with click.progressbar(
            length=len(roster.items), file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            done = score_batch(job, out, resume=resume, progress=bar.update)
    except StoreError as error:
        raise click.UsageError(phrase(error.problem, lang, **error.values)) from None
    if form == "json":
        click.echo(as_json(batch_json(done.tally, done.manifest)))
    else:
        page = batch_page(done.tally, done.manifest["diagnostics"], lang, terminal_width(None))
        click.echo(visible(page))
    if done.tally.unusable:
        ctx.exit(Exit.UNUSABLE)
    if fail_below is not None and done.tally.below(fail_below):
        ctx.exit(Exit.BELOW)
    ctx.exit(Exit.INCOMPLETE if done.tally.incomplete else Exit.DONE)


def _roster(source: Path, ruleset: Ruleset, year: int | None, lang: Lang) -> Roster:
    try:
        return open_roster(source, ruleset.vocabulary, year)
    except MissingLibraryError as error:
        raise click.UsageError(phrase("library_missing", lang, name=error)) from None
