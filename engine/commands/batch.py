"""``dudao batch``: every district of a folder or table, scored and written out whole."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..facts.assembly import Submitted
from ..facts.grid import MissingLibraryError
from ..facts.roster import Roster, open_roster
from ..facts.sheet import FactSheet
from ..language.diagnostics import EngineError, visible
from ..language.loader import Loaded, load_ruleset
from ..language.vocabulary import nearest
from ..locale import Lang, phrase
from ..scoring.assess import Assessment, assess
from .columns import batch_by_columns, batch_engine_options
from .common import Exit, as_json, format_option, lang_option, report, terminal_width
from .score import check_options
from .spark import batch_on_spark
from .usage import Misuse

if TYPE_CHECKING:
    from ..office.batch import Finished

# Below so many districts a second process takes longer to start than it saves.
_WORTH_PROCESSES = 200


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
@click.option("--explain", metavar="CODE", help="Only this district, with the whole trace.")
@click.option("--only", metavar="CRITERION", help="List how every district stands on this one.")
@click.option("--fail-below", metavar="GRADE", help="Exit with 10 when a grade is below this one.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Compare with the results of an earlier run: who moved, and which criterion did it.",
)
@click.option(
    "--margins", is_flag=True, help="List who is one step from gaining or losing a level."
)
@click.option("--no-findings", is_flag=True, help="No file of findings for each district; faster.")
@click.option("--chunk", type=click.IntRange(1), default=250, help="Districts at a time.")
@click.option("--jobs", type=click.IntRange(1), help="Processes (default: one for each core).")
@batch_engine_options
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
    explain: str | None,
    only: str | None,
    fail_below: str | None,
    against: Path | None,
    margins: bool,
    no_findings: bool,
    chunk: int,
    jobs: int | None,
    engine: str,
    master: str | None,
    form: str,
    lang: Lang,
) -> None:
    """Score every district of a folder of sheets or of a table (CSV, XLSX, Parquet)."""
    if find_spec("polars") is None:
        raise click.UsageError(phrase("library_missing", lang, name="polars"))
    from ..office.batch import Batch, score_batch
    from ..office.store import StoreError
    from ..reporting.batch_record import Describer

    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    fail_below = check_options(loaded.ruleset, only, fail_below)
    report(loaded.diagnostics, lang)
    if engine == "spark":
        others = ctx.params
        ctx.exit(
            batch_on_spark(loaded, source, out, year, master, chunk, fail_below, form, lang, others)
        )
    if master is not None:
        raise Misuse("master_without_spark")
    if engine == "columns":
        others, given = ctx.params, ctx.get_parameter_source("chunk")
        size = None if given is ParameterSource.DEFAULT else chunk
        ctx.exit(batch_by_columns(loaded, source, out, year, size, fail_below, form, lang, others))
    roster = _roster(source, loaded, year, lang)
    if explain is not None:
        ctx.exit(_explain(roster, explain, loaded, lang))
    if out is None:
        raise click.UsageError(phrase("out_missing", lang))
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise click.UsageError(phrase("out_inside", lang, out=out))
    job = Batch(
        ruleset=loaded.ruleset,
        roster=roster,
        describe=Describer(loaded.ruleset, lang, with_findings=not no_findings),
        options={"lang": lang, "year": year, "findings": not no_findings},
        chunk=chunk,
        jobs=jobs or (os.cpu_count() or 1 if len(roster.items) >= _WORTH_PROCESSES else 1),
        margins=margins,
    )
    earlier = None if against is None else _earlier(against, lang)
    try:
        with click.progressbar(
            length=len(roster.items), file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            done = score_batch(job, out, resume=resume, progress=bar.update)
    except StoreError as error:
        raise click.UsageError(phrase(error.problem, lang, **error.values)) from None
    click.echo(_shown(done, out, roster, loaded, only, earlier, margins, form, lang))
    if done.tally.unusable:
        ctx.exit(Exit.UNUSABLE)
    if fail_below is not None and done.tally.below(fail_below):
        ctx.exit(Exit.BELOW)
    ctx.exit(Exit.INCOMPLETE if done.tally.incomplete else Exit.DONE)


def _roster(source: Path, loaded: Loaded, year: int | None, lang: Lang) -> Roster:
    try:
        return open_roster(source, loaded.ruleset.vocabulary, year)
    except MissingLibraryError as error:
        raise click.UsageError(phrase("library_missing", lang, name=error)) from None


def _sheets(roster: Roster, code: str) -> list[Submitted]:
    """What came in for one subject."""
    read = (roster.read(item) for item in roster.of(code))
    return [one for one in read if one.code == code or one.sheet is None]


def _explain(roster: Roster, code: str, loaded: Loaded, lang: Lang) -> Exit:
    """One district with the whole trace; compared with the others only where the ruleset does."""
    from ..reporting.terminal import assessment_table, explanation

    found = [one for one in _sheets(roster, code) if one.code == code]
    if not found:
        known = tuple(item.code for item in roster.items if item.code)
        hint = nearest(code, known)
        key = "no_subject" if hint is None else "no_subject_hint"
        raise click.UsageError(phrase(key, lang, code=code, hint=hint))
    from ..office.cohort import cohort_of

    cohort = cohort_of(loaded.ruleset, roster)
    assessments: list[Assessment] = []
    for one in found:
        try:
            if one.sheet is not None:
                assessments.append(
                    assess(loaded.ruleset, one.sheet, diagnostics=one.diagnostics, cohort=cohort)
                )
                report(assessments[-1].diagnostics, lang)
            else:
                report(one.diagnostics, lang)
        except EngineError as error:
            report(error.diagnostics, lang)
    if len(found) > 1 or len(assessments) != 1:
        click.echo(phrase("not_one_sheet", lang, code=code, count=len(found)), err=True)
        return Exit.UNUSABLE
    width = terminal_width(None)
    page = [assessment_table(assessments[0], lang, width), explanation(assessments[0], lang)]
    click.echo(visible("\n\n".join(page)))
    return Exit.DONE if assessments[0].complete else Exit.INCOMPLETE


def _earlier(folder: Path, lang: Lang) -> tuple[str, list[dict[str, Any]]]:
    """The digest of the ruleset and the districts of an earlier run."""
    from ..office.store import read_manifest, read_records

    manifest = read_manifest(folder)
    if manifest is None:
        raise click.UsageError(phrase("no_results", lang, folder=folder))
    return str(manifest["ruleset"]["digest"]), read_records(folder)


def _shown(
    done: "Finished",
    out: Path,
    roster: Roster,
    loaded: Loaded,
    only: str | None,
    earlier: tuple[str, list[dict[str, Any]]] | None,
    margins: bool,
    form: str,
    lang: Lang,
) -> str:
    """The summary, and whatever else was asked for."""
    from ..office.cohort import cohort_of
    from ..office.comparison import compare
    from ..office.fragility import bunching
    from ..office.store import read_records
    from ..reporting import batch_more, batch_page

    ruleset, width = loaded.ruleset, terminal_width(None)
    data = batch_page.batch_json(done.tally, done.manifest)
    parts = [batch_page.batch_page(done.tally, done.manifest, lang, width)]
    needed = only is not None or earlier is not None or margins
    records = read_records(out) if needed else []
    if only is not None and (criterion := ruleset.criterion(only)) is not None:
        parts.append(batch_more.only_page(ruleset, criterion, records, lang, width))
        data["only"] = [
            {"code": r["code"], **c} for r in records for c in r["criteria"] if c["id"] == only
        ]
    if earlier is not None:

        def sheet_of(code: str) -> FactSheet | None:
            return next((one.sheet for one in _sheets(roster, code) if one.sheet), None)

        same = earlier[0] == done.manifest["ruleset"]["digest"]
        cohort = cohort_of(ruleset, roster)
        found = compare(ruleset, same, earlier[1], records, sheet_of, cohort)
        parts.append(batch_more.comparison_page(found, ruleset, lang, width))
        data["against"] = batch_more.comparison_json(found)
    if margins:
        questions = bunching(records)
        parts.append(batch_more.fragility_page(records, questions, ruleset, lang, width))
        data["margins"] = batch_more.fragility_json(records, questions)
    return as_json(data) if form == "json" else visible("\n\n".join(parts))
