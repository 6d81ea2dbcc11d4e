"""A table file as a grid of texts with places: CSV, Parquet, and the worksheets of a workbook."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..language.diagnostics import Diagnostic, Source, Span
from ..language.source import LARGEST_TABLE, read_source
from ..locale import Label, yaml_problem

if TYPE_CHECKING:
    import polars

GRID_SUFFIXES = (".csv", ".parquet", ".xlsx")
LARGEST_GRID = 2 * 1024 * 1024 * 1024
LONGEST_CELL = 32_767


@dataclass(frozen=True, slots=True)
class Grid:
    """A head and rows of texts; ``lines`` is where each row stands, ``head_line`` the head.

    A cell that cannot be used, such as ``#DIV/0!`` or a time, is in ``broken`` by row and column.
    """

    source: Source
    head: tuple[str, ...]
    head_line: int
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    broken: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def frame(self, rows: Sequence[int]) -> "polars.DataFrame":
        """Some rows as columns in the order of the head: as they are stored, else as texts."""
        import polars

        if isinstance(self.rows, _FrameRows):
            return self.rows.frame[rows]
        columns = zip(*(self.rows[row] for row in rows), strict=True)
        return polars.DataFrame(
            [polars.Series(str(n), texts, polars.String) for n, texts in enumerate(columns)]
        )

    def column(self, position: int) -> Sequence[str]:
        """The texts of a column."""
        if isinstance(self.rows, _FrameRows):
            return self.rows.column(position)
        return [cells[position] for cells in self.rows]

    def values(self, rows: Sequence[int]) -> list[Sequence[Any]]:
        """What stands in some rows, as it is stored: alike where the texts are."""
        if isinstance(self.rows, _FrameRows):
            return self.rows.values(rows)
        return [self.rows[row] for row in rows]

    def cell(self, row: int, position: int) -> str:
        """The text of one cell."""
        if isinstance(self.rows, _FrameRows):
            return self.rows.cell(row, position)
        return self.rows[row][position]

    def at(self, row: int, column: int = 0) -> Span:
        """The place of a cell; rows and columns count from 0 here, from 1 for people."""
        line = self.lines[row]
        return Span(self.source, line, column + 1, line, column + 2)

    def head_at(self, column: int) -> Span:
        """The place of a heading."""
        return Span(self.source, self.head_line, column + 1, self.head_line, column + 2)


@dataclass(frozen=True, slots=True)
class Grids:
    """What a file holds, and what is wrong with it; the faults of single rows among it."""

    grids: tuple[Grid, ...]
    diagnostics: tuple[Diagnostic, ...]


class MissingLibraryError(Exception):
    """A library of the extra ``tables`` is not installed."""


def read_grids(path: Path) -> Grids:
    """The grids in a file. Raises `MissingLibraryError`."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv_grid(path)
    wrong = _unreadable(path)
    if wrong is not None:
        return Grids((), (wrong,))
    if suffix == ".parquet":
        return _parquet_grid(path)
    from .workbook import read_workbook

    return read_workbook(path)


def _unreadable(path: Path) -> Diagnostic | None:
    """Why a binary file cannot be opened at all."""
    span = Span(Source(str(path)))
    if not path.is_file():
        return Diagnostic(code="file-missing", span=span, values={"path": path})
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError:
        return Diagnostic(code="file-unreadable", span=span, values={"path": path})
    return None


def refused(path: Path, problem: Label) -> Grids:
    """A file that its library cannot read."""
    span = Span(Source(str(path)))
    values = {"path": path, "problem": problem}
    return Grids((), (Diagnostic(code="table-unreadable", span=span, values=values),))


# -- CSV -----------------------------------------------------------------------------------------


def _csv_grid(path: Path) -> Grids:
    source, wrong = read_source(path, largest=LARGEST_GRID)
    if wrong:
        return Grids((), tuple(wrong))
    # A table of many districts is not kept a second time to quote its lines.
    text = source.text if len(source.text) <= LARGEST_TABLE else ""
    whole = Source(source.path, text, cells=True)
    found: list[Diagnostic] = []
    head: tuple[str, ...] = ()
    head_line = 0
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, cells in _records(source.text, whole, found):
        if not any(cell.strip() for cell in cells):
            continue
        if not head:
            head, head_line = tuple(cells), line
        elif len(head) == 1 < len(cells) and not rows:
            # One line above a table is no head: said once, and not of every row.
            span = Span(whole, head_line, 1, head_line, 2)
            title = Diagnostic(code="title-row", span=span, values={"title": head[0].strip()})
            return Grids((), (*found, title))
        elif len(cells) != len(head):
            found.append(
                Diagnostic(
                    code="row-length",
                    span=Span(whole, line, 1, line, 2),
                    values={"found": len(cells), "wanted": len(head)},
                )
            )
        else:
            rows.append(cells)
            lines.append(line)
    return Grids((Grid(whole, head, head_line, rows, lines),), tuple(found))


def _records(text: str, source: Source, found: list[Diagnostic]) -> Iterator[tuple[int, list[str]]]:
    """Each record with its first line. One that is broken ends with its line: no quote that was
    left open swallows the rows below it."""
    lines = text.split("\n")
    start, width = 0, 0
    while start < len(lines):
        reader = csv.reader((f"{lines[i]}\n" for i in range(start, len(lines))), strict=True)
        begun = 0
        try:
            for cells in reader:
                if reader.line_num > begun + 1 and width and len(cells) != width:
                    break
                width = width or (len(cells) if any(cell.strip() for cell in cells) else 0)
                yield start + begun + 1, cells
                begun = reader.line_num
            else:
                return
            problem = "unexpected end of data"
        except csv.Error as error:
            problem = str(error)
        line = start + begun + 1
        found.append(
            Diagnostic(
                code="csv-syntax",
                span=Span(source, line, 1, line, 2),
                values={"problem": yaml_problem(problem)},
            )
        )
        start = line


# -- Parquet -------------------------------------------------------------------------------------


# Rows of a frame that are made into texts together.
_BLOCK = 256


class _FrameRows(Sequence[Sequence[str]]):
    """The rows of a frame as texts, made when they are asked for; the last few are kept."""

    def __init__(self, frame: "polars.DataFrame") -> None:
        self.frame = frame
        self._decimal = frozenset(n for n, kind in enumerate(frame.dtypes) if kind.is_float())
        self._texts: tuple[int, Sequence[Sequence[str]]] = (-1, ())
        # What was asked for last: single cells of it are likely to be asked for next.
        self._values: dict[int, Sequence[Any]] = {}

    def __reduce__(self) -> tuple[type["_FrameRows"], tuple["polars.DataFrame"]]:
        return _FrameRows, (self.frame,)

    def __len__(self) -> int:
        return self.frame.height

    def __getitem__(self, index: Any) -> Any:
        block, row = divmod(range(len(self))[index], _BLOCK)
        if self._texts[0] != block:
            self._texts = (block, _row_texts(self.frame.slice(block * _BLOCK, _BLOCK)))
        return self._texts[1][row]

    def __iter__(self) -> Iterator[Sequence[str]]:
        for part in self.frame.iter_slices(_BLOCK):
            yield from _row_texts(part)

    def column(self, position: int) -> Sequence[str]:
        return column_texts(self.frame.to_series(position))[0].to_list()

    def values(self, rows: Sequence[int]) -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = list(self.frame[rows].rows())
        self._values = dict(zip(rows, found, strict=True))
        return found

    def cell(self, row: int, position: int) -> str:
        if self._texts[0] == row // _BLOCK:
            return self._texts[1][row % _BLOCK][position]
        kept = self._values.get(row)
        value = self.frame[row, position] if kept is None else kept[position]
        if value is None or isinstance(value, str):
            return value or ""
        if position in self._decimal:
            return plain_decimal(value)
        if isinstance(value, int):
            return str(value) if not isinstance(value, bool) else _ANSWERS[value]
        return str(column_texts(self.frame.to_series(position).slice(row, 1))[0].item())


def _row_texts(frame: "polars.DataFrame") -> Sequence[Sequence[str]]:
    return list(zip(*(column_texts(series)[0].to_list() for series in frame), strict=True))


def _parquet_grid(path: Path) -> Grids:
    try:
        import polars
    except ImportError:
        raise MissingLibraryError("polars") from None
    try:
        frame = polars.read_parquet(path, glob=False)
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        return refused(path, Label(str(error), str(error)))
    return Grids((frame_grid(frame, Source(str(path)), range(1, frame.height + 1)),), ())


def frame_grid(frame: "polars.DataFrame", source: Source, lines: Sequence[int]) -> Grid:
    """A frame as a grid; ``lines`` is where each of its rows stands in the file."""
    broken: dict[tuple[int, int], str] = {}
    for position, series in enumerate(frame):
        broken.update(((row, position), text) for row, text in _broken(series).items())
    return Grid(source, tuple(frame.columns), 0, _FrameRows(frame), lines, broken)


def _broken(series: "polars.Series") -> dict[int, str]:
    """The cells of a column that hold no single value."""
    if series.dtype.is_float():
        odd = (~series.is_finite()).fill_null(False)
        return {row: plain_decimal(series[row]) for row in odd.arg_true()} if odd.any() else {}
    return column_texts(series)[1] if _holds_none(series.dtype) else {}


def _holds_none(kind: "polars.DataType") -> bool:
    """Whether no value of a type is a single one."""
    import polars

    unread = (polars.Binary, polars.Object, polars.Time, polars.Duration)
    return kind.is_nested() or kind in unread


_ANSWERS = {True: "yes", False: "no"}


def column_texts(series: "polars.Series") -> tuple["polars.Series", dict[int, str]]:
    """A column as exact texts; what is no single value is broken."""
    import polars

    kind = series.dtype
    if kind == polars.Boolean:
        answers = ["" if value is None else _ANSWERS[value] for value in series]
        return polars.Series(answers, dtype=polars.String), {}
    if kind.is_float():
        numbers = series.to_list()
        texts = ["" if v is None else plain_decimal(v) for v in numbers]
        odd = {i: t for i, t in enumerate(texts) if t and not t.lstrip("-")[:1].isdigit()}
        return polars.Series(texts, dtype=polars.String), odd
    if _holds_none(kind):
        odd = {i: str(kind) for i, v in enumerate(series.is_not_null()) if v}
        return polars.Series([""] * len(series), dtype=polars.String), odd
    if kind == polars.Datetime:
        series = series.dt.date()
    return series.cast(polars.String).fill_null(""), {}


def plain_decimal(number: Any) -> str:
    """The shortest decimal that reads back as the same stored number: 0.1 is 0.1.

    This is what people typed, as long as they typed no more than fifteen digits, which is all
    that spreadsheets keep.
    """
    text = repr(number)
    if "n" in text:
        return text
    digits = format(Decimal(text), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
