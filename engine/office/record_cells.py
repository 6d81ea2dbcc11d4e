"""Cells of records as they are stored: numbers stay numbers, only distinct ones become texts.

What two texts of a sheet would tell apart two stored cells tell apart too, so that rows may be
counted by stored cells; only what comes of that is written as texts, a line for thousands of rows.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..facts.grid import Grid
from ..language.vocabulary import TableDefinition
from .parquet_files import Inputs, Part
from .record_faults import BROKEN, CODE, FILE, ROW
from .record_rows import as_text, column_names

if TYPE_CHECKING:
    import polars

COUNT = "@n"
# A scan counts its rows in 32 bits.
_MOST_ROWS = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Rows of one table and schema: the code and the columns by name, file and row of each.

    ``starts`` is how many rows there are before those of each file, where all are numbered through;
    ``streamed`` says that they do not lie in memory.
    """

    table: TableDefinition
    rows: "polars.LazyFrame"
    types: Mapping[str, "polars.DataType"]
    height: int
    starts: Mapping[str, int] = field(default_factory=dict)
    streamed: bool = False

    def collect(self, rows: "polars.LazyFrame") -> "polars.DataFrame":
        """What comes of the rows."""
        return rows.collect(engine="streaming" if self.streamed else "auto")

    def is_plain(self, name: str) -> bool:
        """Whether what is stored tells apart all that the texts of these cells do."""
        import polars

        kind, column = self.types[name], self.table.columns.get(name)
        if kind.is_float():
            # Zero with and without sign are one number, but two words and two keys.
            return column is not None and column.type.is_number and name != self.table.key
        words = (polars.String, polars.Boolean, polars.Date)
        return kind in words or kind.is_integer() or kind.is_decimal()

    def has_texts(self, name: str) -> bool:
        """Whether `cell` is a text."""
        import polars

        return self.types[name] == polars.String or not self.is_plain(name)

    def cell(self, name: str) -> "polars.Expr":
        """A cell as it is told from others: as it is stored, or as a text."""
        return self._stored(name) if self.is_plain(name) else self.text(name)

    def _stored(self, name: str) -> "polars.Expr":
        """A cell as it is stored, but for the sign of a zero that means nothing."""
        import polars

        signed = self.types[name].is_float() and self.is_plain(name)
        cell = polars.col(name)
        return polars.when(cell == 0).then(0.0).otherwise(cell).alias(name) if signed else cell

    def text(self, name: str) -> "polars.Expr":
        """A cell as a text."""
        import polars

        return polars.col(name).map_batches(as_text, polars.String, is_elementwise=True)

    def counted(self, columns: Sequence[str]) -> "polars.DataFrame":
        """How many rows (`COUNT`) there are of each code with each combination of cells."""
        import polars

        cells = [self.cell(name) for name in (CODE, *columns)]
        return self.collect(self.rows.group_by(cells).agg(polars.len().alias(COUNT)))

    def distinct(self, name: str) -> "polars.Series":
        """The different cells of a column."""
        return self.collect(self.rows.select(self.cell(name)).unique()).to_series()

    def where(self, chosen: "polars.Expr") -> "polars.Series":
        """The positions of the chosen rows among all, in their order."""
        numbered = self.rows.with_row_index("@at")
        return self.collect(numbered.filter(chosen).select("@at")).to_series().sort()

    def texts(
        self, rows: "polars.LazyFrame", names: Collection[str], *more: str
    ) -> "polars.DataFrame":
        """Some of the rows: where each stands, the named columns as texts, others as they are."""
        import polars

        kept = [name for name in self.types if name in names]
        found = self.collect(rows.select(FILE, ROW, *map(self._stored, kept), *more))
        row = polars.col(ROW).cast(polars.Int64)
        if self.starts:
            places = {FILE: list(self.starts), "@before": list(self.starts.values())}
            found = found.join(polars.DataFrame(places), on=FILE)
            row = row - polars.col("@before") + 1
        return found.select(FILE, row, *map(as_text, found.select(kept)), *more)


def stored_in_files(inputs: Inputs, table: TableDefinition, subject: str) -> Iterator[Stored]:
    """The files of a table; those of one schema are gone through as one."""
    import polars

    schemas = {str(path): kinds for kinds, (_, paths) in inputs.alike.items() for path in paths}
    parts: dict[object, list[Part]] = {}
    for part in inputs.parts.values():
        if part.table == table.name:
            parts.setdefault(schemas[part.path], []).append(part)
    for alike in (some for parts_of_one in parts.values() for some in _in_reach(parts_of_one)):
        starts, rows = dict[str, int](), 0
        for part in alike:
            starts[part.path], rows = rows, rows + part.height
        scanned = polars.scan_parquet(
            list(starts),
            glob=False,
            hive_partitioning=False,
            row_index_name=ROW,
            include_file_paths=FILE,
        )
        yield stored_rows(scanned, rows, alike[0], table, subject, starts)


def stored_in_grid(grid: Grid, table: TableDefinition, names: Mapping[str, str]) -> Stored:
    """The rows of a text file or worksheet, of which those columns are taken that are named."""
    import polars

    cells: dict[str, list[str]] = {}
    for heading, name in names.items():
        position = grid.head.index(heading)
        cells[name] = [row[position] for row in grid.rows]
        for (row, column), text in grid.broken.items():
            if column == position:
                cells[name][row] = BROKEN + text
    sheet = grid.source.sheet
    file = f"{grid.source.path}!{sheet}" if sheet else grid.source.path
    texts = polars.DataFrame(cells, schema=dict.fromkeys(cells, polars.String))
    lines = polars.Series(ROW, grid.lines, polars.Int64)
    return Stored(
        table=table,
        rows=texts.with_columns(polars.lit(file).alias(FILE), lines).lazy(),
        types=texts.schema,
        height=texts.height,
    )


def _in_reach(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Files together that have no more rows than a scan counts."""
    some: list[Part] = []
    for part in parts:
        if some and sum(other.height for other in (*some, part)) > _MOST_ROWS:
            yield some
            some = []
        some.append(part)
    yield some


def stored_rows(
    rows: "polars.LazyFrame",
    height: int,
    part: Part,
    table: TableDefinition,
    subject: str,
    starts: Mapping[str, int] | None = None,
) -> Stored:
    """Rows under the headings of a file, of which those columns are taken that are read."""
    import polars

    read = [heading for heading, number in part.columns if number >= 0]
    names = column_names(read, table, subject)
    kinds = rows.collect_schema()
    return Stored(
        table=table,
        rows=rows.select(*(polars.col(h).alias(n) for h, n in names.items()), FILE, ROW),
        types={name: kinds[heading] for heading, name in names.items()},
        height=height,
        starts=starts or {},
        streamed=starts is not None,
    )
