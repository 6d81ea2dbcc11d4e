"""Reads tables: rows written in the sheet, or a CSV file beside it; each cell keeps its place."""

import csv
import io
import os
from pathlib import Path, PurePath
from typing import assert_never

from ..language.diagnostics import MOST_SHOWN, Diagnostic, Source, Span, errors
from ..language.nodes import Entries, Items, Node, Text
from ..language.source import LARGEST_TABLE, read_source
from ..language.vocabulary import TableDefinition, ValueDefinition, nearest
from ..locale import yaml_problem
from .quantity import Unreadable, is_empty, read_node, read_text
from .sheet import Row, Table
from .values import Bound, Measured, Stated, show_stated

LONGEST_CELL = 4096
MOST_ROWS = 50_000


def read_table(
    node: Node, definition: TableDefinition, sheet: Source
) -> tuple[Table | None, list[Diagnostic]]:
    """A table: a list of rows, the name of a CSV file beside the sheet, or why there is none."""
    match node:
        case Items():
            return _inline(node, definition)
        case Entries():
            return _inapplicable(node, definition)
        case Text():
            return _beside(node, definition, Path(sheet.path).parent)
        case _:
            assert_never(node)


def _beside(
    node: Text, definition: TableDefinition, folder: Path
) -> tuple[Table | None, list[Diagnostic]]:
    """A CSV file in the folder of the sheet or below it, nowhere else, not even by a link."""
    name = node.value.strip()
    pure = PurePath(name)
    path = folder / name
    outside = name.startswith("/") or ".." in pure.parts or ":" in name or "\\" in name
    if outside or pure.is_absolute() or not _lies_in(path, folder):
        return None, [_fault("table-outside-folder", node.span, path=name)]
    if pure.suffix.lower() not in (".csv", ".txt"):
        return None, [_fault("table-format", node.span, path=name)]
    source, wrong = read_source(path, largest=LARGEST_TABLE)
    if wrong:
        return None, wrong
    return _csv(source, definition)


def _lies_in(path: Path, folder: Path) -> bool:
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def _inapplicable(
    node: Entries, definition: TableDefinition
) -> tuple[Table | None, list[Diagnostic]]:
    reason = node.get("not_applicable")
    faults = [
        _fault("bad-value-key", key.span, key=key.value, name=definition.name)
        for key, _ in node.entries[: MOST_SHOWN + 1]
        if key.value != "not_applicable"
    ]
    if faults:
        return None, faults
    if not isinstance(reason, Text) or is_empty(reason):
        return None, [_fault("reason-missing", node.span, name=definition.name)]
    return Table(
        name=definition.name, rows=(), not_applicable=reason.value.strip(), origin=node.span
    ), []


def _fault(code: str, span: Span, suggestion: str | None = None, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=span, values=values, suggestion=suggestion)


def _inline(node: Items, definition: TableDefinition) -> tuple[Table, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    rows = []
    for item in node.items:
        if _hopeless(faults):
            break
        if not isinstance(item, Entries):
            faults.append(_fault("row-not-a-mapping", item.span, table=definition.name))
            continue
        values: dict[str, Stated] = {}
        seen: set[str] = set()
        for key, value in item:
            column = _column(key.value, definition)
            if column is None:
                faults.append(_unknown_column(key.value, key.span, definition))
            elif not isinstance(value, Text):
                faults.append(_fault("row-not-a-mapping", value.span, table=definition.name))
            elif column.name in seen:
                faults.append(_fault("duplicate-key", key.span, key=key.value))
            elif not is_empty(value):
                stated = read_node(value, column)
                if isinstance(stated, Diagnostic):
                    faults.append(stated)
                else:
                    values[column.name] = stated
                    faults += out_of_range(stated, column, value.span)
            if column is not None:
                seen.add(column.name)
        rows.append(Row(values=values, origin=item.span))
    table = Table(name=definition.name, rows=tuple(rows), origin=node.span)
    return table, faults + _duplicates(table, definition)


def _hopeless(faults: list[Diagnostic]) -> bool:
    """Whether more faults were found than are listed."""
    return len(faults) > MOST_SHOWN and len(errors(faults)) > MOST_SHOWN


def _column(name: str, definition: TableDefinition) -> ValueDefinition | None:
    """A column by its name or by its label, as spreadsheets head it."""
    clean = name.strip()
    if not clean:
        return None
    labelled = (c for c in definition.columns.values() if clean in (c.label.zh, c.label.en))
    return definition.columns.get(clean) or next(labelled, None)


def _unknown_column(name: str, span: Span, definition: TableDefinition) -> Diagnostic:
    hint = nearest(name, tuple(definition.columns))
    return _fault("unknown-column", span, hint, name=name, table=definition.name)


def _csv(source: Source, definition: TableDefinition) -> tuple[Table, list[Diagnostic]]:
    faults: list[Diagnostic] = []
    rows: list[Row] = []
    columns: list[ValueDefinition | None] = []
    bare = Source(source.path)
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    here = Span(bare, 1, 1, 1, 2)
    try:
        for cells in reader:
            line = here.line
            if not any(cell.strip() for cell in cells):
                pass
            elif not columns:
                columns = _header(cells, here, definition, faults)
            elif len(cells) != len(columns):
                faults.append(_fault("row-length", here, found=len(cells), wanted=len(columns)))
            elif len(rows) == MOST_ROWS:
                faults.append(_fault("too-many-rows", here, most=MOST_ROWS))
                break
            else:
                rows.append(_csv_row(cells, columns, line, bare, faults))
            if _hopeless(faults):
                break
            # A row begins on the line after the last one; quoted cells may run over several.
            here = Span(bare, reader.line_num + 1, 1, reader.line_num + 1, 2)
    except csv.Error as error:
        faults.append(_fault("csv-syntax", here, problem=yaml_problem(str(error))))
    if not columns and not faults:
        faults.append(_fault("empty-file", Span(source), path=source.path))
    table = Table(name=definition.name, rows=tuple(rows), origin=Span(source))
    return table, faults + _duplicates(table, definition)


def _header(
    cells: list[str], here: Span, definition: TableDefinition, faults: list[Diagnostic]
) -> list[ValueDefinition | None]:
    columns: list[ValueDefinition | None] = []
    for cell in cells:
        column = _column(cell, definition)
        if column is None:
            faults.append(_unknown_column(cell.strip(), here, definition))
        elif any(column is other for other in columns):
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
    faults: list[Diagnostic] = []
    for row in table.rows:
        if len(faults) > MOST_SHOWN:
            break
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
