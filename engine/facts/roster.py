"""Everything that came in for a batch: which subjects there are, each read when it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..language.diagnostics import Diagnostic, FactsError, Source, Span, errors
from ..language.vocabulary import TableDefinition, Vocabulary
from .assembly import Submitted
from .beside import Beside, open_beside, table_named
from .folder import Found, find_inputs
from .grid import Grid, read_grids
from .headings import Names
from .reading import Faults
from .rows import RowSheets, open_rows
from .sheet import FactSheet, Table
from .sheet_reader import read_sheet

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One subject's place in the batch: a file, and in a table which subject of it."""

    path: str
    code: str = ""
    grid: int = -1


@dataclass(slots=True)
class Roster:
    """The items in order, what could not be read at all, and how to read one item."""

    found: Found
    vocabulary: Vocabulary
    items: tuple[Item, ...] = ()
    lost: list[Submitted] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    sheets: list[RowSheets] = field(default_factory=list)
    beside: dict[str, Beside] = field(default_factory=dict)

    def read(self, item: Item) -> Submitted:
        """The sheet of one item, or why there is none."""
        if item.grid < 0:
            return self._from_file(Path(item.path))
        faults = Faults()
        return self.sheets[item.grid].read(item.code, self._tables(item.code, faults), faults)

    def of(self, code: str) -> Iterator[Item]:
        """The items that may be those of a subject."""
        for item in self.items:
            if item.grid >= 0:
                if item.code == code:
                    yield item
            elif code in Path(item.path).read_text(encoding="utf-8", errors="replace"):
                yield item

    def _from_file(self, path: Path) -> Submitted:
        place = Span(Source(str(path)))
        try:
            read = read_sheet(path, self.vocabulary)
        except FactsError as error:
            return Submitted(
                place=place, code="", name="", sheet=None, diagnostics=error.diagnostics
            )
        sheet, code = read.sheet, read.sheet.subject.code
        faults = Faults()
        tables = self._tables(code, faults)
        for name in tables.keys() & sheet.tables.keys():
            faults.fault("table-twice", sheet.tables[name].origin, table=name)
        found = (*read.diagnostics, *faults.errors, *faults.warnings)
        bare = Source(sheet.source.path)
        whole: FactSheet | None = replace(sheet, tables={**tables, **sheet.tables}, source=bare)
        return Submitted(
            place=place,
            code=code,
            name=sheet.subject.name,
            sheet=None if errors(found) else whole,
            diagnostics=found,
        )

    def _tables(self, code: str, faults: Faults) -> dict[str, Table]:
        found = {name: beside.table(code, faults) for name, beside in self.beside.items()}
        return {name: table for name, table in found.items() if table is not None}


def open_roster(path: Path, vocabulary: Vocabulary, year: int | None = None) -> Roster:
    """Look through a folder or a file; ``year`` is for tables that state none.

    Raises `MissingLibraryError` when a table needs a library that is not there.
    """
    found = find_inputs(path, vocabulary)
    roster = Roster(found, vocabulary)
    names = Names(vocabulary)
    items = [Item(str(sheet)) for sheet in found.sheets]
    for file in found.beside:
        table = table_named(file.stem, vocabulary)
        for grid in _grids(file, roster):
            if table is not None:
                _add_beside(grid, table, roster)
    for file in found.grids:
        for grid in _grids(file, roster):
            definition = table_named(grid.source.sheet, vocabulary) if grid.source.sheet else None
            if definition is not None:
                _add_beside(grid, definition, roster)
            else:
                items += _add_rows(grid, names, year, roster)
    roster.items = tuple(sorted(items))
    if found.ignored:
        listed = tuple(p.name for p in found.ignored[:_MOST_NAMED])
        values = {"count": len(found.ignored), "names": listed}
        span = Span(Source(str(path)))
        roster.warnings.append(Diagnostic(code="files-ignored", span=span, values=values))
    return roster


def _grids(path: Path, roster: Roster) -> tuple[Grid, ...]:
    """The grids of a file; what is wrong with the file or with single rows is kept as lost."""
    read = read_grids(path)
    for diagnostic in read.diagnostics:
        _lose(diagnostic, roster)
    if not read.grids and not read.diagnostics:
        span = Span(Source(str(path)))
        _lose(Diagnostic(code="empty-file", span=span, values={"path": path}), roster)
    return read.grids


def _lose(diagnostic: Diagnostic, roster: Roster) -> None:
    """Keep what is wrong outside any sheet: an error takes its file or row with it."""
    if not errors([diagnostic]):
        roster.warnings.append(diagnostic)
        return
    lost = Submitted(place=diagnostic.span, code="", name="", sheet=None, diagnostics=(diagnostic,))
    roster.lost.append(lost)


def _add_rows(grid: Grid, names: Names, year: int | None, roster: Roster) -> list[Item]:
    sheets, diagnostics, nameless = open_rows(grid, names, year)
    for diagnostic in diagnostics:
        _lose(diagnostic, roster)
    for span in nameless:
        _lose(Diagnostic(code="no-code", span=span), roster)
    if sheets is None:
        return []
    roster.sheets.append(sheets)
    position = len(roster.sheets) - 1
    return [Item(grid.source.path, code, position) for code in sheets.rows]


def _add_beside(grid: Grid, definition: TableDefinition, roster: Roster) -> None:
    if definition.name in roster.beside:
        span = Span(grid.source)
        _lose(Diagnostic(code="table-twice", span=span, values={"table": definition.name}), roster)
        return
    faults = Faults()
    beside = open_beside(grid, definition, faults)
    for diagnostic in (*faults.errors, *faults.warnings):
        _lose(diagnostic, roster)
    if beside is not None:
        roster.beside[definition.name] = beside
