"""Reads the rows of a CSV file; each cell keeps its place as line and number of the column."""

import csv
import io
from typing import TypeAlias

from ..language.diagnostics import Source, Span
from ..language.vocabulary import TableDefinition, ValueDefinition
from ..locale import Label, yaml_problem
from .quantity import Unreadable, read_cell
from .reading import Faults, find_column, out_of_range, refuse_column
from .row_checks import refuse_key
from .sheet import Row
from .values import Stated

LONGEST_CELL = 4096
MOST_ROWS = 50_000

# What stands between the cells of files that are no CSV, and how it is shown.
_MARKS = {"\t": Label("制表符", "tabs"), ";": "`;`", "；": "`；`", "，": "`，`", "|": "`|`"}

# What a text means in a column; the same few words and numbers come again in every row.
Known: TypeAlias = dict[tuple[int, str], Stated | Unreadable]


def csv_rows(source: Source, definition: TableDefinition, faults: Faults) -> tuple[Row, ...]:
    """The rows under a head of column names or labels; blank lines are passed over."""
    rows: list[Row] = []
    columns: list[ValueDefinition] = []
    numbers: dict[str, int] = {}
    known: Known = {}
    whole = Source(source.path, source.text, cells=True)
    if source.text.count("\n") > MOST_ROWS + 1:
        faults.fault("too-many-rows", Span(whole, MOST_ROWS + 2, 1), most=MOST_ROWS)
        return ()
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    here = Span(whole, 1, 1, 1, 2)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                pass
            elif not columns and _is_title(cells, source, reader.line_num, definition):
                faults.fault("title-row", here, title=cells[0].strip())
                break
            elif not columns:
                columns = columns_of(cells, here, definition, faults)
                if not columns:
                    break
                numbers = {column.name: i for i, column in enumerate(columns, start=1)}
            elif len(cells) != len(columns):
                faults.fault("row-length", here, found=len(cells), wanted=len(columns))
            else:
                values = row_values(cells, columns, here, known, faults)
                rows.append(Row(values=values, origin=here, columns=numbers))
            if faults.hopeless:
                break
            # A row begins on the line after the last one; quoted cells may run over several.
            here = Span(whole, reader.line_num + 1, 1, reader.line_num + 1, 2)
        else:
            if not columns:
                faults.fault("empty-file", Span(source), path=source.path)
    except csv.Error as error:
        faults.fault("csv-syntax", here, problem=yaml_problem(str(error)))
    return tuple(rows)


def _is_title(cells: list[str], source: Source, lines: int, definition: TableDefinition) -> bool:
    """Whether a row of one cell stands above a table of several columns."""
    if len(cells) > 1 or find_column(cells[0], definition) is not None:
        return False
    following = source.text.split("\n", lines + 1)[lines : lines + 1]
    return any("," in line for line in following) and not any(m in cells[0] for m in _MARKS)


def columns_of(
    cells: list[str], here: Span, definition: TableDefinition, faults: Faults
) -> list[ValueDefinition]:
    """The columns that a head names; none when one of them is wrong."""
    columns: list[ValueDefinition] = []
    if not any(find_column(cell, definition) for cell in cells) and no_head(cells, here, faults):
        return []
    for position, cell in enumerate(cells, start=1):
        if faults.hopeless:
            break
        span = Span(here.source, here.line, position, here.line, position + 1)
        column = find_column(cell, definition)
        if not cell.strip():
            faults.fault("empty-heading", span, table=definition.name, column=position)
        elif column is None:
            refuse_column(cell.strip(), span, definition, faults)
        elif any(column is other for other in columns):
            faults.fault("duplicate-key", span, key=cell.strip())
        else:
            columns.append(column)
    if len(columns) < len(cells):
        return []
    if definition.key is not None and definition.key not in {c.name for c in columns}:
        refuse_key("table-without-key", here, definition, faults)
        return []
    return columns


def no_head(cells: list[str], here: Span, faults: Faults) -> bool:
    """Whether a row that names no column is something else, which is then said."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    mark = next((m for m in _MARKS if any(m in cell for cell in filled)), None)
    if len(filled) == 1 and mark is not None:
        faults.fault("csv-separator", here, mark=_MARKS[mark])
    elif len(filled) == 1 and len(cells) > 1:
        faults.fault("title-row", here, title=filled[0])
    else:
        return False
    return True


def row_values(
    cells: list[str], columns: list[ValueDefinition], here: Span, known: Known, faults: Faults
) -> dict[str, Stated]:
    """What the cells of a row say; a text that comes again is not read again."""
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
            stated = known[position, cell] = read_cell(cell, column)
        if isinstance(stated, Unreadable):
            shown = {"name": column.name, "found": cell, **dict(stated.values)}
            faults.fault(stated.code, span, stated.suggestion, **shown)
        else:
            values[column.name] = stated
            out_of_range(stated, column, span, faults)
    return values
