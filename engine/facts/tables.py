"""Reads tables: rows written in the sheet, or a CSV file beside it; each cell keeps its place."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path, PurePath

from ..language.diagnostics import Diagnostic, Source, Span
from ..language.nodes import Entries, Items, Node, Text
from ..language.source import LARGEST_TABLE, read_source
from ..language.vocabulary import TableDefinition, ValueDefinition, nearest
from .quantity import Unreadable, read_node, read_text
from .sheet import Row, Table
from .values import Bound, Measured, Stated, show_stated

MOST_FAULTS = 100
LONGEST_CELL = 4096


def read_table(
    node: Node, definition: TableDefinition, sheet: Source
) -> tuple[Table | None, list[Diagnostic]]:
    """The table in ``node``: a list of rows, or the name of a CSV file beside the sheet."""
    if isinstance(node, Items):
        return _inline(node, definition)
    if not isinstance(node, Text):
        return None, [_fault("bad-structure", node.span, found="{…}", rule=definition.name)]
    name = node.value.strip()
    pure = PurePath(name)
    if pure.is_absolute() or ".." in pure.parts or ":" in name or "\\" in name:
        return None, [_fault("table-outside-folder", node.span, path=name)]
    if pure.suffix.lower() not in (".csv", ".txt"):
        return None, [_fault("table-format", node.span, path=name)]
    path = Path(sheet.path).parent / name
    source, wrong = read_source(path, largest=LARGEST_TABLE)
    if wrong:
        return None, wrong
    return _csv(source, definition)


def _fault(code: str, span: Span, suggestion: str | None = None, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=span, values=values, suggestion=suggestion)


def _inline(node: Items, definition: TableDefinition) -> tuple[Table, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    rows = []
    for item in node.items:
        if not isinstance(item, Entries):
            faults.append(_fault("row-not-a-mapping", item.span, table=definition.name))
            continue
        values: dict[str, Stated] = {}
        for key, value in item:
            column = _column(key.value, definition)
            if column is None:
                faults.append(_unknown_column(key.value, key.span, definition))
            elif not isinstance(value, Text):
                faults.append(_fault("row-not-a-mapping", value.span, table=definition.name))
            elif value.value.strip():
                stated = read_node(value, column)
                if isinstance(stated, Diagnostic):
                    faults.append(stated)
                else:
                    values[column.name] = stated
                    faults += out_of_range(stated, column, value.span)
        rows.append(Row(values=values, origin=item.span))
    table = Table(name=definition.name, rows=tuple(rows), origin=node.span)
    return table, faults + _duplicates(table, definition)


def _column(name: str, definition: TableDefinition) -> ValueDefinition | None:
    """A column by its name or by its label, as spreadsheets head it."""
    clean = name.strip()
    found = definition.columns.get(clean)
    if found is not None:
        return found
    labelled = (c for c in definition.columns.values() if clean in (c.label.zh, c.label.en))
    return next(labelled, None)


def _unknown_column(name: str, span: Span, definition: TableDefinition) -> Diagnostic:
    hint = nearest(name, tuple(definition.columns))
    return _fault("unknown-column", span, hint, name=name, table=definition.name)


def _csv(source: Source, definition: TableDefinition) -> tuple[Table, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    rows: list[Row] = []
    columns: list[ValueDefinition | None] = []
    whole = Span(source)
    bare = Source(source.path)
    try:
        for line, cells in _lines(source):
            if len(faults) >= MOST_FAULTS:
                faults.append(_fault("too-many-faults", whole, most=MOST_FAULTS))
                break
            here = Span(bare, line, 1, line, 2)
            if not columns:
                columns = _header(cells, here, definition, faults)
                continue
            if len(cells) != len(columns):
                faults.append(_fault("row-length", here, found=len(cells), wanted=len(columns)))
                continue
            rows.append(_csv_row(cells, columns, line, bare, faults))
    except csv.Error as error:
        faults.append(_fault("csv-syntax", whole, problem=str(error)))
    if not columns and not faults:
        faults.append(_fault("empty-file", whole, path=source.path))
    table = Table(name=definition.name, rows=tuple(rows), origin=whole)
    return table, faults + _duplicates(table, definition)


def _lines(source: Source) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line each begins on; blank lines are passed over."""
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _header(
    cells: list[str], here: Span, definition: TableDefinition, faults: list[Diagnostic]
) -> list[ValueDefinition | None]:
    columns: list[ValueDefinition | None] = []
    for cell in cells:
        column = _column(cell, definition)
        if column is None:
            faults.append(_unknown_column(cell.strip(), here, definition))
        elif column in columns:
            faults.append(_fault("duplicate-key", here, key=cell.strip()))
        columns.append(column)
    return columns


def _csv_row(
    cells: list[str],
    columns: list[ValueDefinition | None],
    line: int,
    source: Source,
    faults: list[Diagnostic],
) -> Row:
    values: dict[str, Stated] = {}
    for position, (cell, column) in enumerate(zip(cells, columns, strict=True), start=1):
        if column is None or not cell.strip():
            continue
        span = Span(source, line, position, line, position + 1)
        if len(cell) > LONGEST_CELL:
            faults.append(_fault("cell-too-long", span, most=LONGEST_CELL))
            continue
        stated = read_text(cell, column)
        if isinstance(stated, Unreadable):
            shown = {"name": column.name, "found": cell, **dict(stated.values)}
            faults.append(
                Diagnostic(code=stated.code, span=span, values=shown, suggestion=stated.suggestion)
            )
        else:
            values[column.name] = stated
            faults += out_of_range(stated, column, span)
    return Row(values=values, origin=Span(source, line, 1, line, 2))


def _duplicates(table: Table, definition: TableDefinition) -> list[Diagnostic]:
    """Two rows of one key would be counted twice."""
    if definition.key is None:
        return []
    seen: set[Stated] = set()
    faults = []
    for row in table.rows:
        key = row.values.get(definition.key)
        if key is None:
            continue
        if key in seen:
            faults.append(
                _fault("duplicate-row", row.origin, table=table.name, key=show_stated(key))
            )
        seen.add(key)
    return faults


def out_of_range(stated: Stated, wanted: ValueDefinition, span: Span) -> list[Diagnostic]:
    """A warning for a number outside its declared range: what was proved does not cover it."""
    if not isinstance(stated, Measured):
        return []
    below = wanted.low is not None and stated.value < wanted.low
    above = wanted.high is not None and stated.value > wanted.high
    if not below and not above:
        return []
    low, high = (
        "…" if end is None else Measured(end, Bound.EXACT, wanted.unit, None).text()
        for end in (wanted.low, wanted.high)
    )
    return [
        _fault(
            "out-of-range",
            span,
            name=wanted.name,
            found=stated.written.strip(),
            low=low,
            high=high,
        )
    ]
