"""The Parquet files of a Spark batch: which there are, and all their rows as one Spark frame."""

from pathlib import Path
from typing import Any

from ..facts.beside import SUBJECT, open_beside, table_named
from ..facts.folder import Found, find_inputs
from ..facts.headings import Names, Role, with_role
from ..facts.reading import Faults, find_column
from ..facts.rows import open_rows
from ..language.diagnostics import Diagnostic, Source, Span
from ..language.units import NARROW
from ..language.vocabulary import Vocabulary
from .parquet_files import Inputs, Part, add_file, head_of
from .spark_lines import FILE, KEY, ROW
from .spark_session import SparkError

# Rows of a partition: enough that its start does not count, few enough for a worker's memory.
_ROWS = 50_000
_MOST_NAMED = 5
# What Hadoop takes for a pattern in the path of a file.
_PATTERN = str.maketrans({mark: f"\\{mark}" for mark in "\\*?[]{}"})


def open_inputs(source: Path, vocabulary: Vocabulary, year: int | None) -> tuple[Found, Inputs]:
    """Look through a file or folder. Raises `SparkError` where it holds more than Parquet."""
    found = find_inputs(source, vocabulary)
    for path in (*found.sheets, *found.grids, *found.beside):
        if path.suffix.lower() != ".parquet":
            raise SparkError("spark_reads_parquet", path=path)
    inputs, names = Inputs(), Names(vocabulary)
    seen: set[str] = set()
    for path in found.beside:
        table = table_named(path.stem, vocabulary)
        if table is not None and table.name in seen:
            values = {"table": table.name}
            inputs.lose(Diagnostic(code="table-twice", span=Span(Source(str(path))), values=values))
        elif table is not None and (grid := head_of(path, inputs)) is not None:
            seen.add(table.name)
            faults = Faults()
            beside = open_beside(grid, table, faults)
            for diagnostic in (*faults.errors, *faults.warnings):
                inputs.lose(diagnostic)
            if beside is not None:
                code = next(
                    h
                    for h in grid.head
                    if h.strip().lower() in SUBJECT and find_column(h.strip(), table) is None
                )
                used = {grid.head[position] for position in beside.columns} | {code}
                add_file(path, table.name, code, used, inputs)
    for path in found.grids:
        grid = head_of(path, inputs)
        if grid is None:
            continue
        sheets, diagnostics, _ = open_rows(grid, names, year)
        for diagnostic in diagnostics:
            inputs.lose(diagnostic)
        if sheets is not None:
            code = grid.head[next(with_role(sheets.head, Role.CODE)).column]
            add_file(path, "", code, {grid.head[h.column] for h in sheets.head}, inputs)
    if found.ignored:
        listed = tuple(p.name for p in found.ignored[:_MOST_NAMED])
        ignored: dict[str, object] = {"count": len(found.ignored), "names": listed}
        span = Span(Source(str(source)))
        inputs.warnings.append(Diagnostic(code="files-ignored", span=span, values=ignored))
    return found, inputs


def read_inputs(spark: Any, inputs: Inputs) -> Any:
    """All rows as one Spark frame, those of one subject together and in the order of the files."""
    frame = None
    for code, paths in inputs.alike.values():
        part = inputs.parts[str(paths[0].resolve())]
        rows = _rows(spark, [uri(path) for path in paths], part, code)
        frame = rows if frame is None else frame.unionByName(rows, allowMissingColumns=True)
    if frame is None:
        return None
    partitions = max(2 * spark.sparkContext.defaultParallelism, inputs.rows // _ROWS)
    return frame.repartition(partitions, KEY).sortWithinPartitions(KEY, FILE, ROW)


def uri(path: Path) -> str:
    """The path of a file as Spark takes it: never as a pattern."""
    return f"file://{str(path.resolve()).translate(_PATTERN)}"


def _rows(spark: Any, files: list[str], part: Part, code: str) -> Any:
    from pyspark.sql import functions

    frame = spark.read.parquet(*files)

    def column(heading: str) -> Any:
        return frame["`{}`".format(heading.replace("`", "``"))]

    row = functions.col("_metadata.row_index")
    columns = [column(heading).alias(f"c{n}") for heading, n in part.columns if n >= 0]
    file = functions.col("_metadata.file_path").alias(FILE)
    return frame.select(*columns, file, row.alias(ROW), subject_key(column(code), row).alias(KEY))


def subject_key(code: Any, row: Any) -> Any:
    """What the rows of one subject have in common: its code as it is read, or somewhat coarser.

    Rows without a code belong to nobody, and so stay apart.
    """
    from pyspark.sql import functions

    wide, narrow = "".join(map(chr, NARROW)), "".join(NARROW.values())
    flat = functions.translate(code.cast("string"), wide, narrow)
    bare = functions.regexp_replace(flat, r"[\s\p{Z}\p{C}]+|\.0+$", "")
    alone = functions.concat(functions.lit("-"), row.cast("string"))
    return functions.when(functions.length(bare) > 0, bare).otherwise(alone)
