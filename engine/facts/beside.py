"""Tables of rows beside the sheets (``schools.csv``), each row with the code of its subject."""

from dataclasses import dataclass, field

from ..language.diagnostics import Span
from ..language.units import narrow
from ..language.vocabulary import TableDefinition, ValueDefinition, Vocabulary
from .assembly import Cells
from .grid import Grid
from .reading import Faults, find_column
from .row_checks import is_total, refuse_key, refuse_rows
from .rows import ERRORS
from .sheet import Row, Table
from .values import Stated

# How the column of the subject's code is headed, unless the table has a column of that name itself.
SUBJECT = ("subject", "subject code", "区划代码", "行政区划代码", "县区代码", "code", "代码")


@dataclass(slots=True)
class Beside:
    """One table: which rows belong to which subject; rows are read when they are asked for."""

    definition: TableDefinition
    grid: Grid
    columns: dict[int, ValueDefinition]
    rows: dict[str, list[int]]
    cells: Cells = field(default_factory=Cells)
    numbers: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = {column.name: i + 1 for i, column in self.columns.items()}

    def table(self, code: str, faults: Faults) -> Table | None:
        """The rows of one subject; None where it has none."""
        found = self.rows.get(code)
        if found is None:
            return None
        rows = tuple(self._row(row, faults) for row in found)
        refuse_rows(rows, self.definition, faults)
        return Table(name=self.definition.name, rows=rows, origin=Span(self.grid.source))

    def _row(self, row: int, faults: Faults) -> Row:
        values: dict[str, Stated] = {}
        for position, column in self.columns.items():
            text, span = self.grid.rows[row][position], self.grid.at(row, position)
            broken = self.grid.broken.get((row, position))
            if broken is not None or text.strip() in ERRORS:
                faults.fault("cell-error", span, found=broken or text.strip())
            elif text.strip():
                stated = self.cells.read(text, column, column.name, span, faults)
                if stated is not None:
                    values[column.name] = stated
        return Row(values=values, origin=self.grid.at(row), columns=self.numbers)


def table_named(word: str, vocabulary: Vocabulary) -> TableDefinition | None:
    """The table that a file or worksheet is named for: its name, or its label without remarks."""
    tables = vocabulary.tables.values()
    return next((definition for definition in tables if is_named(word, definition)), None)


def is_named(word: str, definition: TableDefinition) -> bool:
    """Whether a file or worksheet of that name is for a table."""
    label = definition.label
    labels = {label.zh, label.en, label.zh.partition("（")[0], label.en.partition(",")[0]}
    clean = word.strip()
    return clean == definition.name or clean in labels - {""}


def open_beside(grid: Grid, definition: TableDefinition, faults: Faults) -> Beside | None:
    """The table in a grid; None, with the fault added, when it cannot be told whose rows they are.

    An unknown column is a warning and left out.
    """
    columns: dict[int, ValueDefinition] = {}
    subject: int | None = None
    for position, text in enumerate(grid.head):
        clean = text.strip()
        column = find_column(clean, definition)
        if column is not None and any(column is other for other in columns.values()):
            faults.fault("duplicate-key", grid.head_at(position), key=clean)
            return None
        if column is not None:
            columns[position] = column
        elif clean.lower() in SUBJECT and subject is None:
            subject = position
        else:
            faults.fault("unknown-heading", grid.head_at(position), name=clean)
    if subject is None:
        faults.fault("missing-column", Span(grid.source), name="subject")
        return None
    if definition.key is not None and definition.key not in {c.name for c in columns.values()}:
        refuse_key("table-without-key", grid.head_at(0), definition, faults)
        return None
    rows: dict[str, list[int]] = {}
    for row, cells in enumerate(grid.rows):
        code = narrow(cells[subject]).strip()
        if code and not is_total(code):
            rows.setdefault(code, []).append(row)
        else:
            faults.fault("no-code", grid.at(row, subject))
    return Beside(definition=definition, grid=grid, columns=columns, rows=rows)
