"""Aggregates records on Spark: rows by district to the workers, whole numbers grouped by Spark.

A worker makes of the rows of a district what one machine makes of them, sums and faults; Spark adds
the sums, which are whole numbers of 38 digits, and writes the faults.
"""

import pickle
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .aggregate import KIND, Aggregated, Job, Kind, Summed, open_job, written_out
from .parquet_files import Inputs, Part
from .record_cells import Stored, stored_rows
from .record_faults import FAULTS
from .record_faults import FILE as PLACE
from .record_faults import ROW as LINE
from .record_sums import SUMS, Records, no_sums
from .spark_inputs import read_inputs
from .spark_lines import FILE, ROW, whole_districts
from .spark_session import job_errors, session
from .store import Store

if TYPE_CHECKING:
    import polars

_SUMMED = "decimal(38,0)"
# Sums and faults in one frame, so that the records are gone through once.
_FOUND = (
    f"code string, fact string, {', '.join(f'{name} {_SUMMED}' for name in SUMS[2:])}, "
    "file string, row long, `table` string, `column` string, "
    "diagnostic string, found string, message string"
)
# Rows that go to a worker at a time.
_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class _Work:
    records: Mapping[str, Records]
    parts: Mapping[str, Part]


def aggregate_on_spark(job: Job, out: Path, master: str | None) -> Aggregated:
    """On Spark. Raises `SparkError`, and what `aggregate` raises."""
    import polars

    files = open_job(job, only_parquet=True)
    store = Store(out)
    with session(master, _ROWS) as spark, store.in_one_go() as folder, job_errors():
        found = _found(spark, files.inputs, job.records, store.partial / "found")
        sums = no_sums() if found is None else _sums(found)
        summed = Summed(
            files=files,
            sums=polars.concat([no_sums(), sums]),
            write_faults=partial(_write_faults, spark, found),
            engine={"spark": spark.version},
        )
        done = written_out(job, summed, folder)
        store.publish()
    return done


def _found(spark: Any, inputs: Inputs, records: Mapping[str, Records], kept: Path) -> Any:
    """What the workers found, kept as Parquet until it is grouped."""
    frame = read_inputs(spark, inputs)
    if frame is None:
        return None
    work = pickle.dumps(_Work(records, inputs.parts))
    path = f"file://{kept.resolve()}"
    frame.mapInArrow(partial(_parts, work), _FOUND).write.parquet(path)
    return spark.read.schema(_FOUND).parquet(path)


def _parts(data: bytes, batches: Iterator[Any]) -> Iterator[Any]:
    """A worker's share: whole districts, each file's rows by the names of its table."""
    import polars

    work: _Work = pickle.loads(data)
    for frame in whole_districts(batches):
        tables: dict[str, list[Stored]] = {}
        for (file,), rows in frame.group_by([FILE]):
            part = work.parts[unquote(urlsplit(str(file)).path)]
            columns = [(heading, n) for heading, n in part.columns if n >= 0]
            place = polars.lit(part.path).alias(PLACE)
            read = rows.select(
                *(polars.col(f"c{n}").alias(heading) for heading, n in columns),
                place,
                (polars.col(ROW) + 1).alias(LINE),
            )
            records = work.records[part.table]
            stored = stored_rows(read.lazy(), read.height, part, records.table, records.subject)
            tables.setdefault(part.table, []).append(stored)
        for name, stored_of in tables.items():
            sums, faults = work.records[name].part(stored_of)
            for found in (sums, *faults):
                yield from _arrow(found)


def _arrow(found: "polars.DataFrame") -> Iterator[Any]:
    """Sums or faults as Arrow batches with the columns of both."""
    import polars
    import pyarrow

    schema = pyarrow.schema(
        [(name, pyarrow.string()) for name in SUMS[:2]]
        + [(name, pyarrow.decimal128(38, 0)) for name in SUMS[2:]]
        + [
            (name, pyarrow.int64() if name == "row" else pyarrow.string())
            for name in FAULTS
            if name != "code"
        ]
    )
    missing = [polars.lit(None).alias(n) for n in schema.names if n not in found.columns]
    whole = found.with_columns(missing).select(schema.names)
    yield from whole.to_arrow().cast(schema).to_batches()


def _sums(found: Any) -> "polars.DataFrame":
    """The sums of every district, added by Spark."""
    import polars
    from pyspark.sql import functions

    added = [functions.sum(name).cast(_SUMMED).alias(name) for name in SUMS[2:]]
    rows = found.where("fact is not null").groupBy("code", "fact").agg(*added).collect()
    whole = [tuple(int(v) if i > 1 else v for i, v in enumerate(row)) for row in rows]
    kinds = dict.fromkeys(SUMS[:2], polars.String) | dict.fromkeys(SUMS[2:], polars.Int128)
    return polars.DataFrame(whole, schema=kinds, orient="row").cast(
        dict.fromkeys(SUMS[2:], polars.Decimal(38, 0))
    )


def _write_faults(spark: Any, found: Any, path: Path) -> list[Kind]:
    """Write the faults as a data set; what kinds there are."""
    from pyspark.sql import functions

    if found is None:
        found = spark.createDataFrame([], _FOUND)
    faults = found.where("diagnostic is not null").select(*(f"`{name}`" for name in FAULTS))
    faults.orderBy("file", "row", "column", "diagnostic").write.parquet(f"file://{path.resolve()}")
    first = functions.min(functions.struct("file", "row", "message")).alias("first")
    kinds = faults.groupBy(*KIND).agg(functions.count("*").alias("count"), first).collect()
    return [
        Kind(row["first"]["message"], row["count"], f"{row['first']['file']}:{row['first']['row']}")
        for row in kinds
    ]
