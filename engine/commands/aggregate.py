"""``dudao aggregate``: records of classes, pupils, staff become facts of districts."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..language.aggregation import load_aggregation
from ..language.catalogue import shipped
from ..language.diagnostics import Diagnostic, EngineError, errors, visible
from ..locale import Lang, phrase
from .common import Exit, as_json, format_option, lang_option, report
from .spark import engine_options, spark_told
from .usage import Misuse

if TYPE_CHECKING:
    from ..office.aggregate import Aggregated, Job

# Of how many kinds of faults an example is shown.
_MOST_KINDS = 10


@click.command()
@click.argument(
    "records",
    metavar="RECORDS…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--by",
    "rules",
    metavar="FILE",
    required=True,
    help="What is counted and added up: a file, or the name of one that is shipped.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The folder of facts; it appears when all is done, and must not be there yet.",
)
@click.option(
    "--onto",
    metavar="TABLE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of districts, whose other facts the new ones are put beside.",
)
@click.option("--year", type=click.IntRange(1900, 2099), help="The evaluation year of the facts.")
@engine_options
@format_option("table", "json")
@lang_option
@click.pass_context
def aggregate(
    ctx: click.Context,
    records: tuple[Path, ...],
    rules: str,
    out: Path,
    onto: Path | None,
    year: int | None,
    engine: str,
    master: str | None,
    form: str,
    lang: Lang,
) -> None:
    """Add up record tables (Parquet, XLSX, CSV; named for their table) to facts of districts."""
    from importlib.util import find_spec

    if find_spec("polars") is None:
        raise Misuse("library_missing", name="polars")
    if master is not None and engine != "spark":
        raise Misuse("master_without_spark")
    try:
        aggregation, warnings = load_aggregation(_located(rules))
    except EngineError as error:
        if any(d.code == "unknown-key" and d.values["key"] == "ruleset" for d in error.diagnostics):
            raise Misuse("aggregation_is_ruleset", path=rules) from None
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    report(warnings, lang)
    for path in records:
        if path.is_dir() and out.resolve().is_relative_to(path.resolve()):
            raise Misuse("out_inside", out=out)
    from ..office.aggregate import Job
    from ..reporting.result import diagnostic_json

    def tell(diagnostic: Diagnostic) -> dict[str, Any]:
        return {"place": diagnostic.span.place, **diagnostic_json(diagnostic, lang)}

    job = Job(aggregation=aggregation, paths=records, year=year, lang=lang, tell=tell, onto=onto)
    done = _done(job, out, engine, master, lang)
    report(done.lost, lang)
    if form == "json":
        click.echo(as_json(dict(done.manifest)))
    else:
        click.echo(visible(_page(job, done, out, lang)))
    counts = done.manifest["counts"]
    if counts["faults"] or errors(done.lost) or not counts["districts"]:
        ctx.exit(Exit.UNUSABLE)
    ctx.exit(Exit.INCOMPLETE if counts["open"] else Exit.DONE)


def _located(rules: str) -> Path:
    """A file, or the shipped one of that name."""
    if Path(rules).exists():
        return Path(rules)
    there = {path.stem: path for path in sorted((shipped() / "aggregation").glob("*.yaml"))}
    if rules not in there:
        raise Misuse("aggregation_unknown", name=rules, known=" ".join(there))
    return there[rules]


def _done(job: "Job", out: Path, engine: str, master: str | None, lang: Lang) -> "Aggregated":
    from ..facts.grid import MissingLibraryError
    from ..office.record_files import RecordsError
    from ..office.store import StoreError

    try:
        if engine == "spark":
            with spark_told(lang):
                from ..office.spark_aggregate import aggregate_on_spark

                return aggregate_on_spark(job, out, master)
        from ..office.aggregate import aggregate as aggregate_here

        return aggregate_here(job, out)
    except (RecordsError, StoreError) as error:
        raise Misuse(error.problem, **error.values) from None
    except MissingLibraryError as error:
        raise Misuse("library_missing", name=error) from None


def _page(job: "Job", done: "Aggregated", out: Path, lang: Lang) -> str:
    """What came of it, and where the rest stands."""
    counts = done.manifest["counts"]
    title = f"{job.aggregation.title.text(lang)} {job.aggregation.name}".strip()
    lines = [phrase("records_head", lang, title=title, **counts)]
    if counts["open"]:
        lines.append(phrase("records_open", lang, out=out))
    if counts["faults"]:
        lines.append(phrase("records_faults", lang, out=out))
        lines += [
            phrase("records_kinds", lang, message=kind.message, count=kind.count, place=kind.place)
            for kind in done.kinds[:_MOST_KINDS]
        ]
    lines.append(phrase("records_then" if counts["districts"] else "records_empty", lang, out=out))
    return "\n".join(lines)
