"""Reads the worksheets of an XLSX workbook as grids; formulas by the values kept in the file."""

import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..language.diagnostics import Source
from ..locale import Label, kind
from .grid import Grid, Grids, MissingLibraryError, plain_decimal, refused
from .workbook_parts import as_percent, column_number, percent_cells, worksheets

MOST_CELLS = 50_000_000
LARGEST_UNPACKED = 2 * 1024 * 1024 * 1024
# What a formula leaves in a cell when it fails; the reader below gives an empty cell for it.
_FAILED = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]+)"[^>]*?\bt="e"[^>]*>'
    rb"(.*?)</(?:\w+:)?c>",
    re.DOTALL,
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
# How files of Excel 97 and encrypted ones begin.
_OLD = b"\xd0\xcf\x11\xe0"


def read_workbook(path: Path) -> Grids:
    """Every worksheet that holds something. Raises `MissingLibraryError`."""
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingLibraryError("python-calamine") from None
    try:
        with path.open("rb") as file:
            if file.read(len(_OLD)) == _OLD:
                return refused(path, kind("workbook_old"))
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_UNPACKED:
                return refused(path, kind("workbook_too_large"))
            failed, percent = _failed_cells(archive), percent_cells(archive)
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(m.name) for m in book.sheets_metadata if _is_grid(m)]
    except calamine.PasswordError:
        return refused(path, kind("workbook_password"))
    except (
        calamine.CalamineError,
        ElementTree.ParseError,
        zipfile.BadZipFile,
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
    ) as error:
        return refused(path, Label(str(error), str(error)))
    grids = []
    for sheet in sheets:
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            return refused(path, kind("workbook_too_large"))
        grid = _grid(path, sheet, failed.get(sheet.name, {}), percent.get(sheet.name, frozenset()))
        if grid is not None:
            grids.append(grid)
    return Grids(tuple(grids), ())


def _is_grid(metadata: Any) -> bool:
    return str(metadata.typ).endswith("WorkSheet")


def _grid(
    path: Path,
    sheet: Any,
    failed: dict[tuple[int, int], str],
    percent: frozenset[tuple[int, int]],
) -> Grid | None:
    source = Source(str(path), sheet=sheet.name)
    head: tuple[str, ...] = ()
    head_line, rows, lines = 0, list[list[str]](), list[int]()
    broken: dict[tuple[int, int], str] = {}
    for line, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        texts, odd = [], dict[int, str]()
        for column, cell in enumerate(cells):
            text, usable = _text(cell)
            if (line, column) in percent and text[-1:].isdigit():
                text = as_percent(text)
            if (line, column) in failed:
                text, usable = failed[line, column], False
            texts.append(text if usable else "")
            if not usable:
                odd[column] = text
        if not odd and not any(text.strip() for text in texts):
            continue
        if not head:
            while texts and not texts[-1].strip():
                texts.pop()
            head, head_line = tuple(texts), line
        else:
            broken.update(((len(rows), column), text) for column, text in odd.items())
            rows.append(texts)
            lines.append(line)
    if not head:
        return None
    # A cell right of the head has no name: it is reported as such, not left out.
    width = max([len(head), *(_filled(row) for row in rows)])
    head = head + ("",) * (width - len(head))
    return Grid(source, head, head_line, [row[:width] for row in rows], lines, broken)


def _filled(row: list[str]) -> int:
    return max((i + 1 for i, text in enumerate(row) if text.strip()), default=0)


def _text(cell: Any) -> tuple[str, bool]:
    """What a cell says, and whether that can be a value: a time cannot (1:19 becomes one)."""
    match cell:
        case str():
            return cell, True
        case bool():
            return ("yes" if cell else "no"), True
        case int():
            return str(cell), True
        case dt.datetime():
            return cell.date().isoformat(), True
        case dt.date():
            return cell.isoformat(), True
        case dt.time() | dt.timedelta():
            return str(cell), False
        case _:
            return plain_decimal(cell), True


def _failed_cells(archive: zipfile.ZipFile) -> dict[str, dict[tuple[int, int], str]]:
    """By worksheet the cells that hold an error, by line from 1 and column from 0."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for name, data in worksheets(archive):
        if b't="e"' not in data:
            continue
        cells = found.setdefault(name, {})
        for letters, line, body in _FAILED.findall(data):
            value = _VALUE.search(body)
            text = value.group(1).decode() if value else "#?"
            cells[int(line), column_number(letters.decode())] = text
    return found
