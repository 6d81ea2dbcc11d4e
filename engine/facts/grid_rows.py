"""Reads the rows of a table that a sheet names in a workbook or Parquet file, as those of a CSV."""

from pathlib import Path

from ..language.diagnostics import Diagnostic, Source, Span
from ..language.source import LARGEST_TABLE
from ..language.vocabulary import TableDefinition
from ..locale import Label, phrase
from .beside import is_named
from .csv_rows import MOST_ROWS, Known, columns_of, row_values
from .grid import Grid, Grids, MissingLibraryError, read_grids
from .reading import Faults
from .sheet import Row, Table


def grid_table(path: Path, definition: TableDefinition, faults: Faults) -> Table | list[Diagnostic]:
    """The table in a file, or what is wrong with the file as a whole."""
    grids = _grids(path)
    if grids.diagnostics:
        return list(grids.diagnostics)
    grid = _chosen(grids, definition)
    if grid is None:
        names = tuple(grid.source.sheet for grid in grids.grids)
        values = {"path": path.name, "table": definition.name, "names": names}
        code = "which-worksheet" if names else "empty-file"
        return [Diagnostic(code=code, span=Span(Source(str(path))), values=values)]
    rows = _rows(grid, definition, faults)
    return Table(name=definition.name, rows=rows, origin=Span(grid.source))


def _grids(path: Path) -> Grids:
    span = Span(Source(str(path)))
    try:
        if path.is_file() and path.stat().st_size > LARGEST_TABLE:
            values = {"path": path, "largest": f"{LARGEST_TABLE // 1024 // 1024} MB"}
            return Grids((), (Diagnostic(code="file-too-large", span=span, values=values),))
        return read_grids(path)
    except MissingLibraryError as error:
        lacking = Label(*(phrase("library_missing", lang, name=error) for lang in ("zh", "en")))
        values = {"path": path, "problem": lacking}
        return Grids((), (Diagnostic(code="table-unreadable", span=span, values=values),))


def _chosen(grids: Grids, definition: TableDefinition) -> Grid | None:
    """The only worksheet that holds something, or the one with the name of the table."""
    if len(grids.grids) == 1:
        return grids.grids[0]
    named = [g for g in grids.grids if is_named(g.source.sheet, definition)]
    return named[0] if len(named) == 1 else None


def _rows(grid: Grid, definition: TableDefinition, faults: Faults) -> tuple[Row, ...]:
    if len(grid.rows) > MOST_ROWS:
        faults.fault("too-many-rows", grid.at(MOST_ROWS), most=MOST_ROWS)
        return ()
    columns = columns_of(list(grid.head), grid.head_at(0), definition, faults)
    numbers = {column.name: i for i, column in enumerate(columns, start=1)}
    known: Known = {}
    rows: list[Row] = []
    for number, texts in enumerate(grid.rows if columns else ()):
        if faults.hopeless:
            break
        cells = list(texts)
        if not any(cell.strip() for cell in cells) and not _broken(grid, number, len(cells)):
            continue
        for position in _broken(grid, number, len(cells)):
            span, cells[position] = grid.at(number, position), ""
            faults.fault("cell-error", span, found=grid.broken[number, position])
        here = grid.at(number)
        values = row_values(cells, columns, here, known, faults)
        rows.append(Row(values=values, origin=here, columns=numbers))
    return tuple(rows)


def _broken(grid: Grid, row: int, width: int) -> list[int]:
    if not grid.broken:
        return []
    return [position for position in range(width) if (row, position) in grid.broken]
