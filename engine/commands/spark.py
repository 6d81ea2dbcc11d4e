"""``dudao batch --engine spark``: what is asked of Spark, what it does not do, how it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..language.diagnostics import visible
from ..language.loader import Loaded
from ..locale import Lang, phrase
from .common import Exit, as_json, terminal_width
from .usage import Misuse

if TYPE_CHECKING:
    from ..office.batch import Finished

ENGINES = ("polars", "spark")
# What looks at single districts or at an earlier run, and reads files that Spark does not write.
NOT_ON_SPARK = ("resume", "explain", "only", "against", "margins", "jobs")


def engine_options(function: Any, engines: tuple[str, ...] = ENGINES) -> Any:
    """``--engine`` and ``--master``."""
    master = click.option(
        "--master",
        metavar="URL",
        help="Where Spark runs: local[4], spark://…, yarn (default: spark-submit's, else here).",
    )
    engine = click.option(
        "--engine",
        type=click.Choice(engines),
        default=engines[0],
        show_default=True,
        help=f"{', '.join(engines[:-1])} on this machine, or spark where the data outgrow it.",
    )
    return engine(master(function))


@contextmanager
def spark_told(lang: Lang) -> Iterator[None]:
    """What Spark or the folder of results refuses becomes one line; a job that fails too."""
    from ..office.spark_session import SparkError, require_spark
    from ..office.store import StoreError

    try:
        require_spark()
        yield
    except (SparkError, StoreError) as error:
        if error.problem != "spark_job_fails":
            raise Misuse(error.problem, **error.values) from None
        click.echo(visible(phrase(error.problem, lang, **error.values)), err=True)
        click.get_current_context().exit(Exit.UNUSABLE)


def place_of(out: Path | None, source: Path, others: dict[str, object], refusal: str) -> Path:
    """Where to write, outside of what is read; an option for which there is no such output is
    refused."""
    for name in NOT_ON_SPARK:
        if others.get(name):
            raise Misuse(refusal, option=f"--{name}")
    if out is None:
        raise Misuse("out_missing")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise Misuse("out_inside", out=out)
    return out


def batch_on_spark(
    loaded: Loaded,
    source: Path,
    out: Path | None,
    year: int | None,
    master: str | None,
    chunk: int,
    fail_below: str | None,
    form: str,
    lang: Lang,
    others: dict[str, object],
) -> Exit:
    """Score on Spark, print the summary."""
    out = place_of(out, source, others, "not_on_spark")
    with spark_told(lang):
        from ..office.spark_batch import SparkBatch, score_on_spark
        from ..reporting.batch_record import Describer

        done = score_on_spark(
            SparkBatch(
                ruleset=loaded.ruleset,
                source=source,
                describe=Describer(loaded.ruleset, lang, with_findings=False),
                year=year,
                options={"lang": lang, "year": year},
                master=master,
                chunk=chunk,
            ),
            out,
        )
    return shown_done(done, fail_below, form, lang)


def shown_done(done: "Finished", fail_below: str | None, form: str, lang: Lang) -> Exit:
    """Print the summary; the exit code is that of a batch on one machine."""
    from ..reporting.batch_page import batch_json, batch_page

    if form == "json":
        click.echo(as_json(batch_json(done.tally, done.manifest)))
    else:
        click.echo(visible(batch_page(done.tally, done.manifest, lang, terminal_width(None))))
    if done.tally.unusable:
        return Exit.UNUSABLE
    if fail_below is not None and done.tally.below(fail_below):
        return Exit.BELOW
    return Exit.INCOMPLETE if done.tally.incomplete else Exit.DONE
