"""The Parquet files of a Spark batch: which there are, what their headings mean, how they are read.

Headings are read here, from the foot of each file, by the readers of a batch on one machine; so a
file that cannot be used is listed as it is there, and no job fails of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..facts.assembly import Submitted
from ..facts.beside import SUBJECT, open_beside, table_named
from ..facts.folder import Found, find_inputs
from ..facts.grid import Grid, frame_grid, refused
from ..facts.headings import Names, Role, with_role
from ..facts.reading import Faults, find_column
from ..facts.rows import open_rows
from ..language.diagnostics import Diagnostic, Source, Span, errors
from ..language.units import NARROW
from ..language.vocabulary import Vocabulary
from ..locale import Label
from .spark_lines import FILE, KEY, ROW, Part
from .spark_session import SparkError

if TYPE_CHECKING:
    import polars

    Types: TypeAlias = tuple[tuple[str, polars.DataType], ...]

# Rows of a partition: enough that its start does not count, few enough for a worker's memory.
_ROWS = 50_000
_MOST_NAMED = 5
# What Hadoop takes for a pattern in the path of a file.
_PATTERN = str.maketrans({mark: f"\\{mark}" for mark in "\\*?[]{}"})


@dataclass(slots=True)
class Inputs:
    """The files that can be read, and what was lost with the others."""

    found: Found
    parts: dict[str, Part] = field(default_factory=dict)
    # Files of one table and schema, and which of its columns has the code of the subject.
    alike: dict[tuple[str, "Types"], tuple[str, list[Path]]] = field(default_factory=dict)
    # A column of each heading and type: two files may write one heading in two types.
    numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    rows: int = 0
    lost: list[Submitted] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def lose(self, diagnostic: Diagnostic) -> None:
        """Keep what is wrong outside any row: an error takes its file with it."""
        if errors([diagnostic]):
            place = diagnostic.span
            faults = (diagnostic,)
            self.lost.append(
                Submitted(place=place, code="", name="", sheet=None, diagnostics=faults)
            )
        else:
            self.warnings.append(diagnostic)


def open_inputs(source: Path, vocabulary: Vocabulary, year: int | None) -> Inputs:
    """Look through a file or folder. Raises `SparkError` where it holds more than Parquet."""
    found = find_inputs(source, vocabulary)
    for path in (*found.sheets, *found.grids, *found.beside):
        if path.suffix.lower() != ".parquet":
            raise SparkError("spark_reads_parquet", path=path)
    inputs, names = Inputs(found), Names(vocabulary)
    seen: set[str] = set()
    for path in found.beside:
        table = table_named(path.stem, vocabulary)
        if table is not None and table.name in seen:
            values = {"table": table.name}
            inputs.lose(Diagnostic(code="table-twice", span=Span(Source(str(path))), values=values))
        elif table is not None and (grid := _head(path, inputs)) is not None:
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
                _add(path, table.name, code, used, inputs)
    for path in found.grids:
        grid = _head(path, inputs)
        if grid is None:
            continue
        sheets, diagnostics, _ = open_rows(grid, names, year)
        for diagnostic in diagnostics:
            inputs.lose(diagnostic)
        if sheets is not None:
            code = grid.head[next(with_role(sheets.head, Role.CODE)).column]
            _add(path, "", code, {grid.head[h.column] for h in sheets.head}, inputs)
    if found.ignored:
        listed = tuple(p.name for p in found.ignored[:_MOST_NAMED])
        values = {"count": len(found.ignored), "names": listed}
        span = Span(Source(str(source)))
        inputs.warnings.append(Diagnostic(code="files-ignored", span=span, values=values))
    return inputs


def _head(path: Path, inputs: Inputs) -> Grid | None:
    """The headings of a file, without its rows."""
    import polars

    try:
        schema = polars.scan_parquet(path, glob=False).collect_schema()
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        for diagnostic in refused(path, Label(str(error), str(error))).diagnostics:
            inputs.lose(diagnostic)
        return None
    return frame_grid(polars.DataFrame(schema=schema), Source(str(path)), ())


def _add(path: Path, table: str, code: str, used: set[str], inputs: Inputs) -> None:
    """A file that can be used; of its columns those that mean something travel."""
    import polars

    scanned = polars.scan_parquet(path, glob=False)
    types = tuple(scanned.collect_schema().items())
    columns = []
    for heading, kind in types:
        number = -1
        if heading in used:
            key = (table, heading, str(kind))
            number = inputs.numbers.setdefault(key, len(inputs.numbers))
        columns.append((heading, number))
    inputs.parts[str(path.resolve())] = Part(str(path), table, tuple(columns))
    inputs.alike.setdefault((table, types), (code, []))[1].append(path)
    inputs.rows += scanned.select(polars.len()).collect().item()


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
    bare = functions.regexp_replace(flat, r"[\s\p{Z}\p{C}]+", "")
    alone = functions.concat(functions.lit("-"), row.cast("string"))
    return functions.when(functions.length(bare) > 0, bare).otherwise(alone)
