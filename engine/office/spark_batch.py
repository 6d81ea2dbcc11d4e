"""A batch on Spark: whole districts to the workers, their lines to Parquet, the folder renamed.

What a worker does with a chunk is what `dudao batch` does with it on one machine; Spark reads,
brings the rows of a district together, and writes. The folder of results appears when all is done.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..facts.folder import file_digest
from ..language.diagnostics import in_order
from ..language.model import Ruleset
from .batch import Finished
from .chunk import unusable
from .describe import Describe
from .outputs import GRADE_COLUMNS, RESULT_COLUMNS, UNUSABLE_COLUMNS
from .parquet_files import Inputs
from .parquet_manifest import data_files, results_manifest
from .spark_inputs import open_inputs, read_inputs
from .spark_lines import DIAGNOSTIC, LINE, Work, arrow_lines, packed
from .spark_session import SparkError, job_errors, session
from .store import MANIFEST, Store, dump, write_whole
from .tally import MOST_NAMED, Tally, in_place_order
from .wide_lines import CRITERION


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkBatch:
    """What is scored by what, where, and for whom it is described."""

    ruleset: Ruleset
    source: Path
    describe: Describe
    year: int | None
    options: Mapping[str, Any]
    master: str | None = None
    chunk: int = 500


def score_on_spark(batch: SparkBatch, out: Path) -> Finished:
    """Score all, write ``out`` whole. Raises `SparkError`, and `StoreError` as a batch does."""
    if batch.ruleset.batch is not None:
        raise SparkError("spark_no_batch_rules", ruleset=batch.ruleset.name)
    found, inputs = open_inputs(batch.source, batch.ruleset.vocabulary, batch.year)
    store = Store(out)
    with session(batch.master, batch.chunk) as spark, store.in_one_go() as folder, job_errors():
        lines = _lines(spark, batch, inputs, store.partial / "lines")
        _write(lines, folder)
        tally = _tally(lines, batch.ruleset)
        digests = _digests(spark, [*found.read, *data_files(folder)])
        warnings = in_order((*inputs.warnings, *tally.diagnostics()))
        manifest = results_manifest(
            batch.ruleset,
            batch.describe,
            tally,
            options=batch.options,
            inputs={str(path): digests[str(path)] for path in found.read},
            outputs={str(path): digests[str(path)] for path in data_files(folder)},
            folder=folder,
            warnings=warnings,
            engine={"spark": spark.version},
        )
        write_whole(folder / MANIFEST, [dump(manifest)])
        store.publish()
    return Finished(tally=tally, manifest={**manifest, "unusable": tally.unusable})


def _lines(spark: Any, batch: SparkBatch, inputs: Inputs, kept: Path) -> Any:
    """A line for each district, and for each file or row that belongs to none; scored once."""
    describe = batch.describe
    work = Work(batch.ruleset, describe, batch.year, inputs.parts)
    lost = [unusable(read, read.diagnostics, describe) for read in inputs.lost]
    frame = read_inputs(spark, inputs)
    path = f"file://{kept.resolve()}"
    if lost or frame is None:
        rows = arrow_lines(work, lost).to_pylist()
        spark.createDataFrame(rows, LINE).write.parquet(path)
    if frame is not None:
        columns = frame.columns
        scored = frame.select(*(f"`{name}`" for name in columns)).mapInArrow(packed(work), LINE)
        scored.write.mode("append").parquet(path)
    return spark.read.schema(LINE).parquet(path)


def _write(lines: Any, folder: Path) -> None:
    """The three data sets, sorted by code as on one machine; criteria in the ruleset's order."""
    from pyspark.sql import functions

    scored = lines.where("scored")
    _save(scored.select(*GRADE_COLUMNS).orderBy("code"), folder / "grades.parquet")
    each = scored.orderBy("code").select(
        "code", "name", "year", functions.explode("criteria").alias("one")
    )
    columns = [
        functions.col(f"one.{name}" if name in CRITERION else name).alias(name)
        for name in RESULT_COLUMNS
    ]
    _save(each.select(*columns), folder / "results.parquet")
    spoiled = lines.where("not scored").orderBy("place", "code")
    found = spoiled.select("place", "code", "name", functions.explode("diagnostics").alias("one"))
    shown = [
        functions.col(f"one.{name}" if name in DIAGNOSTIC else name).alias(name)
        for name in UNUSABLE_COLUMNS
    ]
    _save(found.select(*shown), folder / "unusable.parquet")


def _save(frame: Any, path: Path) -> None:
    frame.write.parquet(f"file://{path.resolve()}")


def _tally(lines: Any, ruleset: Ruleset) -> Tally:
    """What the batch comes to, counted by Spark; only what is open or spoiled is listed here."""
    from pyspark.sql import functions

    tally = Tally(ruleset)
    scored = lines.where("scored")
    place = functions.min_by("place", functions.struct("code", "place"))
    groups = scored.groupBy("best", "worst", "year").agg(functions.count("*").alias("n"), place)
    first: dict[int, list[str]] = {}
    for best, worst, year, count, where in sorted(groups.collect(), key=lambda row: row[4]):
        tally.scored += count
        tally.by_grade[best, worst] += count
        tally.bests[best] += count
        first.setdefault(year, []).extend([where] * count)
    tally.years = first
    each = scored.select(functions.explode("criteria").alias("one"))
    for name, outcome, count in each.groupBy("one.criterion", "one.outcome").count().collect():
        tally.by_criterion.setdefault(name, Counter())[outcome] += count
    split = functions.explode(functions.split("warnings", " ")).alias("warning")
    doubtful = scored.where("warnings != ''").select("code", split)
    for warning, count in doubtful.groupBy("warning").count().collect():
        first_of = doubtful.where(functions.col("warning") == warning).orderBy("code")
        named = [row["code"] for row in first_of.limit(MOST_NAMED).collect()]
        tally.remark(warning, named, count)
    unfinished = scored.where("not complete").orderBy("code")
    tally.open = [
        tuple(row) for row in unfinished.select("code", "name", "best", "worst").collect()
    ]
    tally.unusable = in_place_order(
        {
            **{key: row[key] for key in ("place", "code", "name")},
            "diagnostics": [
                {
                    **{key: d[key] for key in ("severity", "message", "help")},
                    "code": d["diagnostic"],
                    "place": d["at"],
                }
                for d in row["diagnostics"]
            ],
        }
        for row in lines.where("not scored").collect()
    )
    return tally


def _digests(spark: Any, paths: list[Path]) -> dict[str, str]:
    """The digest of each file, worked out where the workers are."""
    names = [str(path) for path in paths]
    if not names:
        return {}
    found = spark.sparkContext.parallelize([str(p.resolve()) for p in paths], len(names))
    return dict(zip(names, found.map(_digest).collect(), strict=True))


def _digest(path: str) -> str:
    return file_digest(Path(path))
