"""``dudao batch --engine columns``: wide Parquet tables without a sheet for each row."""

import sys
from pathlib import Path
from typing import Any

import click

from ..language.loader import Loaded
from ..locale import Lang
from .common import Exit
from .spark import ENGINES, engine_options, place_of, shown_done
from .usage import Misuse


def batch_engine_options(function: Any) -> Any:
    """``--engine`` and ``--master`` of a batch."""
    here, *others = ENGINES
    return engine_options(function, (here, "columns", *others))


def batch_by_columns(
    loaded: Loaded,
    source: Path,
    out: Path | None,
    year: int | None,
    chunk: int | None,
    fail_below: str | None,
    form: str,
    lang: Lang,
    others: dict[str, object],
) -> Exit:
    """Score as columns, print the summary; ``chunk`` None takes as many districts as is fast."""
    out = place_of(out, source, others, "not_with_columns")
    from ..office.columns_batch import PORTION, ColumnsBatch, ColumnsError, score_columns
    from ..office.store import StoreError
    from ..reporting.batch_record import Describer

    job = ColumnsBatch(
        ruleset=loaded.ruleset,
        source=source,
        describe=Describer(loaded.ruleset, lang, with_findings=False),
        year=year,
        options={"lang": lang, "year": year},
        portion=chunk or PORTION,
    )
    try:
        with click.progressbar(length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

            def progress(rows: int, of: int) -> None:
                bar.length = of
                bar.update(rows)

            done = score_columns(job, out, progress)
    except (ColumnsError, StoreError) as error:
        raise Misuse(error.problem, **error.values) from None
    return shown_done(done, fail_below, form, lang)
