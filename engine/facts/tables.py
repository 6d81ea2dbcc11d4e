"""Reads tables: rows written in the sheet, a file beside it, or why there is none."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import assert_never

from ..language.diagnostics import Diagnostic, Related, Source, Span
from ..language.nodes import Entries, Items, Node, Text
from ..language.source import LARGEST_TABLE, read_source
from ..language.structure import cut_off
from ..language.vocabulary import FactType, TableDefinition
from .csv_rows import csv_rows
from .quantity import is_empty, read_node
from .reading import Faults, find_column, out_of_range, refuse_column, weak_reason
from .row_checks import refuse_rows
from .sheet import Row, Table
from .values import Stated

_TEXTS = (".csv", ".txt")
_GRIDS = (".xlsx", ".parquet")


def read_table(
    node: Node, definition: TableDefinition, sheet: Source, faults: Faults
) -> Table | None:
    """The table that ``node`` holds or names; None, with the faults added, when there is none."""
    before = len(faults.errors)
    match node:
        case Items():
            rows = tuple(_rows(node, definition, faults))
            table = Table(name=definition.name, rows=rows, origin=node.span)
        case Text():
            path = _beside(node, Path(sheet.path).parent, faults)
            found = None if path is None else _from_file(path, node, definition, faults)
            if found is None:
                return None
            table = found
        case Entries():
            return _inapplicable(node, definition, faults)
        case _:
            assert_never(node)
    refuse_rows(table.rows, definition, faults)
    # A register of dated events may be empty: nothing happened.
    events = any(column.type is FactType.DATE for column in definition.columns.values())
    if not table.rows and not events and len(faults.errors) == before:
        faults.fault("empty-table", node.span, table=definition.name)
    return table


def _inapplicable(node: Entries, definition: TableDefinition, faults: Faults) -> Table | None:
    reason = node.get("not_applicable")
    for key, _ in node:
        if key.value != "not_applicable" and not faults.hopeless:
            faults.fault("bad-value-key", key.span, key=key.value, name=definition.name)
    if not isinstance(reason, Text) or is_empty(reason):
        faults.fault("reason-missing", node.span, name=definition.name)
        return None
    weak_reason(reason, definition.name, faults)
    return Table(
        name=definition.name, rows=(), not_applicable=reason.value.strip(), origin=node.span
    )


def _beside(node: Text, folder: Path, faults: Faults) -> Path | None:
    """A file in the folder of the sheet or below it, nowhere else, not even by a link."""
    name = node.value.strip()
    pure = PurePath(name)
    path = folder / name
    if "\\" in name and ":" not in name and not name.startswith("\\"):
        slashes = name.replace("\\", "/")
        faults.fault("backslash-in-path", node.span, slashes, path=name)
        return None
    outside = name.startswith("/") or ".." in pure.parts or ":" in name or "\\" in name
    if outside or pure.is_absolute() or not _lies_in(path, folder):
        faults.fault("table-outside-folder", node.span, path=name)
        return None
    if pure.suffix.lower() not in (*_TEXTS, *_GRIDS):
        faults.fault("table-format", node.span, path=name)
        return None
    return path


def _from_file(path: Path, node: Text, definition: TableDefinition, faults: Faults) -> Table | None:
    """The rows of a file; None, with the fault added, when it cannot be read at all."""
    if path.suffix.lower() in _TEXTS:
        source, wrong = read_source(path, largest=LARGEST_TABLE)
        if not wrong:
            rows = csv_rows(source, definition, faults)
            return Table(name=definition.name, rows=rows, origin=Span(source))
    else:
        from .grid_rows import grid_table  # with it come workbooks and Parquet, which few name

        table = grid_table(path, definition, faults)
        if isinstance(table, Table):
            return table
        wrong = table
    for diagnostic in wrong:
        if diagnostic.code == "file-missing":
            # Where there is no file, the line that names it is the place.
            faults.add(replace(diagnostic, span=node.span))
        else:
            faults.add(replace(diagnostic, related=(Related(node.span, "named_here"),)))
    return None


def _lies_in(path: Path, folder: Path) -> bool:
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def _rows(node: Items, definition: TableDefinition, faults: Faults) -> Iterable[Row]:
    for item in node.items:
        if faults.hopeless:
            return
        if isinstance(item, Entries):
            yield Row(values=_cells(item, definition, faults), origin=item.span)
        else:
            faults.fault("row-not-a-mapping", item.span, table=definition.name)


def _cells(row: Entries, definition: TableDefinition, faults: Faults) -> dict[str, Stated]:
    values: dict[str, Stated] = {}
    seen: list[str] = []
    for key, value in row:
        if faults.hopeless:
            break
        column = find_column(key.value, definition)
        if column is None and cut_off(key, value):
            faults.fault("comma-in-text", key.span, key=key.value)
            continue
        if column is None:
            refuse_column(key.value, key.span, definition, faults)
            continue
        if column.name in seen:
            faults.fault("duplicate-key", key.span, key=key.value)
        elif not isinstance(value, Text):
            faults.fault("row-not-a-mapping", value.span, table=definition.name)
        elif not is_empty(value):
            stated = read_node(value, column)
            if isinstance(stated, Diagnostic):
                faults.add(stated)
            else:
                values[column.name] = stated
                out_of_range(stated, column, value.span, faults)
        seen.append(column.name)
    return values
