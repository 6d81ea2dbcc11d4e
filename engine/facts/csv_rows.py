"""Reads the rows of a CSV file; each cell keeps its place as line and number of the column."""

import csv
import io
from typing import TypeAlias

from ..language.diagnostics import Source, Span
from ..language.vocabulary import TableDefinition, ValueDefinition
from ..locale import yaml_problem
from .quantity import Unreadable, read_text
from .reading import Faults, find_column, out_of_range, refuse_column
from .row_checks import named_key
from .sheet import Row
from .values import Stated

LONGEST_CELL = 4096
MOST_ROWS = 50_000

# What a text means in a column; the same few words and numbers come again in every row.
_Known: TypeAlias = dict[tuple[int, str], Stated | Unreadable]


def csv_rows(source: Source, definition: TableDefinition, faults: Faults) -> tuple[Row, ...]:
    """The rows under a head of column names or labels; blank lines are passed over."""
    rows: list[Row] = []
    columns: list[ValueDefinition] = []
    known: _Known = {}
    bare = Source(source.path)
    if source.text.count("\n") > MOST_ROWS + 1:
        faults.fault("too-many-rows", Span(bare, MOST_ROWS + 2, 1), most=MOST_ROWS)
        return ()
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    here = Span(bare, 1, 1, 1, 2)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif not columns:
                columns = _head(cells, here, definition, faults)
                if not columns:
                    break
            elif len(cells) != len(columns):
                faults.fault("row-length", here, found=len(cells), wanted=len(columns))
            else:
                rows.append(_row(cells, columns, here, known, faults))
            if faults.hopeless:
                break
            # A row begins on the line after the last one; quoted cells may run over several.
            here = Span(bare, reader.line_num + 1, 1, reader.line_num + 1, 2)
        else:
            if not columns:
                faults.fault("empty-file", Span(source), path=source.path)
    except csv.Error as error:
        faults.fault("csv-syntax", here, problem=yaml_problem(str(error)))
    return tuple(rows)


def _head(
    cells: list[str], here: Span, definition: TableDefinition, faults: Faults
) -> list[ValueDefinition]:
    """The columns that the head names; none when one of them is wrong."""
    columns: list[ValueDefinition] = []
    for cell in cells:
        if faults.hopeless:
            break
        column = find_column(cell, definition)
        if column is None:
            refuse_column(cell.strip(), here, definition, faults)
        elif any(column is other for other in columns):
            faults.fault("duplicate-key", here, key=cell.strip())
        else:
            columns.append(column)
    if len(columns) < len(cells):
        return []
    if definition.key is not None and definition.key not in {c.name for c in columns}:
        faults.fault("table-without-key", here, **named_key(definition))
        return []
    return columns


def _row(
    cells: list[str], columns: list[ValueDefinition], here: Span, known: _Known, faults: Faults
) -> Row:
    values: dict[str, Stated] = {}
    for position, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1):
        if not cell.strip():
            continue
        span = Span(here.source, here.line, position, here.line, position + 1)
        if len(cell) > LONGEST_CELL:
            faults.fault("cell-too-long", span, most=LONGEST_CELL)
            continue
        stated = known.get((position, cell))
        if stated is None:
            stated = known[position, cell] = read_text(cell, column)
        if isinstance(stated, Unreadable):
            shown = {"name": column.name, "found": cell, **dict(stated.values)}
            faults.fault(stated.code, span, stated.suggestion, **shown)
        else:
            values[column.name] = stated
            out_of_range(stated, column, span, faults)
    return Row(values=values, origin=here)
