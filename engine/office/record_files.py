"""The Parquet files of records: which table each is of, and which of its columns mean what."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..facts.beside import SUBJECT, open_beside, table_named
from ..facts.grid import Grid
from ..facts.reading import Faults
from ..language.aggregation import Aggregation
from ..language.diagnostics import Diagnostic, Source, Span
from ..language.vocabulary import TableDefinition
from .parquet_files import Inputs, add_file, head_of
from .record_faults import CODE
from .record_rows import column_names
from .record_sums import Records


class RecordsError(Exception):
    """The records cannot be used as a whole; ``problem`` is the key of a phrase."""

    def __init__(self, problem: str, **values: object) -> None:
        self.problem = problem
        self.values = values
        super().__init__(problem)


def open_records(
    paths: Sequence[Path], aggregation: Aggregation, needed: Mapping[str, Records]
) -> tuple[list[Path], Inputs]:
    """The files under ``paths`` by their tables. Raises `RecordsError` for one of no table."""
    inputs = Inputs()
    read: list[Path] = []
    for path in paths:
        table = _table(path, aggregation)
        for file in _files(path):
            read.append(file)
            grid = head_of(file, inputs)
            if grid is not None:
                _open(file, grid, table, aggregation.subject, needed[table.name], inputs)
    return read, inputs


def _files(path: Path) -> list[Path]:
    """A file, or those of a data set; hidden ones are none of it."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.rglob("*.parquet") if p.is_file())
    kept = [
        p for p in found if not any(s.startswith((".", "_")) for s in p.relative_to(path).parts)
    ]
    if not kept:
        raise RecordsError("records_none", path=path)
    return kept


def _table(path: Path, aggregation: Aggregation) -> TableDefinition:
    """The table that a file is named for; of an aggregation of one table, that one."""
    if path.is_file() and path.suffix.lower() != ".parquet":
        raise RecordsError("records_parquet", path=path)
    tables = aggregation.tables
    named = table_named(path.stem, aggregation.vocabulary)
    if named is not None and named in tables:
        return named
    if len(tables) == 1:
        return tables[0]
    raise RecordsError("records_table", path=path, tables=" ".join(t.name for t in tables))


def _open(
    file: Path, grid: Grid, table: TableDefinition, subject: str, records: Records, inputs: Inputs
) -> None:
    """A file of records with what of it is read; or the fault of its head."""
    names = column_names(grid.head, table, subject)
    marked = [CODE if names.get(heading) == CODE else heading for heading in grid.head]
    # A heading of the file's own stands for one of the usual ones.
    usual = tuple(SUBJECT[0] if heading == CODE else heading for heading in marked)
    faults = Faults()
    beside = open_beside(Grid(grid.source, usual, 0, grid.rows, ()), table, faults)
    if beside is None:
        for diagnostic in faults.errors:
            inputs.lose(diagnostic)
        return
    for name in records.columns:
        if name not in names.values():
            span = Span(Source(str(file)))
            inputs.lose(Diagnostic(code="missing-column", span=span, values={"name": name}))
            return
    used = {*records.columns, CODE, *_texts_of(table)} | ({table.key} if table.key else set())
    code = next(heading for heading, name in names.items() if name == CODE)
    add_file(file, table.name, code, {h for h, name in names.items() if name in used}, inputs)


def _texts_of(table: TableDefinition) -> set[str]:
    """The columns in which a row may say that it is the sum of others."""
    return {column.name for column in table.columns.values() if not column.type.is_number}
