"""The files of records: which table each is of, and which of its columns mean what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..facts.beside import SUBJECT, open_beside, table_named
from ..facts.grid import GRID_SUFFIXES, Grid, read_grids
from ..facts.reading import Faults
from ..language.aggregation import Aggregation
from ..language.diagnostics import Diagnostic, Source, Span, errors
from ..language.vocabulary import TableDefinition
from ..locale import Lang
from .parquet_files import Inputs, add_file, head_of
from .record_cells import Stored, stored_in_files, stored_in_grid
from .record_faults import CODE
from .record_rows import column_names
from .record_sums import Records, columns_of

_PARQUET = ".parquet"
# A text file of records takes some ten times its size in memory.
_LARGEST_TEXT = 256 * 1024 * 1024
_MEGABYTE = 1024 * 1024


class RecordsError(Exception):
    """The records cannot be used as a whole; ``problem`` is the key of a phrase."""

    def __init__(self, problem: str, **values: object) -> None:
        self.problem = problem
        self.values = values
        super().__init__(problem)


@dataclass(slots=True)
class RecordFiles:
    """The files of records: Parquet is read where it lies, rows of other tables are in memory."""

    read: list[Path] = field(default_factory=list)
    inputs: Inputs = field(default_factory=Inputs)
    grids: list[Stored] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.inputs.rows + sum(grid.height for grid in self.grids)

    def of(self, records: Records) -> tuple[Stored, ...]:
        """The rows of a table."""
        stored = stored_in_files(self.inputs, records.table, records.subject)
        return (*stored, *(grid for grid in self.grids if grid.table is records.table))


def open_records(
    paths: Sequence[Path],
    aggregation: Aggregation,
    needed: Mapping[str, Records],
    lang: Lang,
    *,
    only_parquet: bool,
) -> RecordFiles:
    """The files under ``paths`` by their tables.

    Raises `RecordsError` for one of no table, `MissingLibraryError` for a workbook.
    """
    files = RecordFiles()
    seen = set[Path]()
    for path in paths:
        for file in _files(path):
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            if only_parquet and file.suffix.lower() != _PARQUET:
                raise RecordsError("records_parquet", path=file)
            files.read.append(file)
            for grid, table in _grids(file, path, aggregation, files.inputs, lang):
                _open(file, grid, needed[table.name], files)
    return files


def _files(path: Path) -> list[Path]:
    """A file, or those of a data set; hidden ones are none of it."""
    if not path.is_dir():
        if path.suffix.lower() not in GRID_SUFFIXES:
            raise RecordsError("records_no_table", path=path)
        return [path]
    found = sorted(p for p in path.rglob("*") if p.suffix.lower() in GRID_SUFFIXES and p.is_file())
    kept = [
        p
        for p in found
        if not any(s.startswith((".", "_", "~$")) for s in p.relative_to(path).parts)
    ]
    if not kept:
        raise RecordsError("records_none", path=path)
    return kept


def _grids(
    file: Path, path: Path, aggregation: Aggregation, inputs: Inputs, lang: Lang
) -> Iterator[tuple[Grid, TableDefinition]]:
    """What a file holds, each with its table; of Parquet only the head.

    A worksheet is named for its table; any other file, or its folder, is.
    """
    if file.suffix.lower() == _PARQUET:
        table = _table(path, aggregation, lang)
        grid = head_of(file, inputs)
        if grid is not None:
            yield grid, table
        return
    if file.suffix.lower() == ".csv" and file.stat().st_size > _LARGEST_TEXT:
        raise RecordsError("records_large", path=file, most=_LARGEST_TEXT // _MEGABYTE)
    read = read_grids(file)
    for diagnostic in read.diagnostics:
        inputs.lose(diagnostic)
    if errors(read.diagnostics):
        # With a row that cannot be read no figure of its district would be certain.
        return
    tables = {t.name for t in aggregation.tables}
    named = [(g, table_named(g.source.sheet, aggregation.vocabulary)) for g in read.grids]
    of_tables = [(g, table) for g, table in named if table is not None and table.name in tables]
    if of_tables:
        yield from of_tables
    elif len(read.grids) == 1:
        yield read.grids[0], _table(path, aggregation, lang)
    elif read.grids:
        raise RecordsError("records_sheets", path=file, tables=_named(aggregation, lang))
    else:
        inputs.lose(Diagnostic(code="empty-file", span=_whole(file), values={"path": file}))


def _table(path: Path, aggregation: Aggregation, lang: Lang) -> TableDefinition:
    """The table that a file is named for; of an aggregation of one table, that one."""
    tables = aggregation.tables
    named = table_named(path.stem, aggregation.vocabulary)
    if named is not None and named in tables:
        return named
    if len(tables) == 1:
        return tables[0]
    raise RecordsError("records_table", path=path, tables=_named(aggregation, lang))


def _named(aggregation: Aggregation, lang: Lang) -> str:
    """What files may be named for."""
    labels = {t.name: t.label.text(lang).partition("（")[0] for t in aggregation.tables}
    return " ".join(f"{name}({label.partition(',')[0]})" for name, label in labels.items())


def _open(file: Path, grid: Grid, records: Records, files: RecordFiles) -> None:
    """Records with what of them is read; or the fault of their head."""
    table, inputs = records.table, files.inputs
    names = column_names(grid.head, table, records.subject)
    # A heading of the file's own stands for one of the usual ones.
    usual = tuple(SUBJECT[0] if names.get(h) == CODE else h for h in grid.head)
    faults = Faults()
    beside = open_beside(Grid(grid.source, usual, grid.head_line, (), ()), table, faults)
    if beside is None:
        for diagnostic in faults.errors:
            inputs.lose(diagnostic)
        return
    for name in records.columns:
        if name not in names.values():
            inputs.lose(_without(name, grid, records))
            return
    used = {*records.columns, CODE, *_texts_of(table)} | ({table.key} if table.key else set())
    read = {heading: name for heading, name in names.items() if name in used}
    if file.suffix.lower() == _PARQUET:
        code = next(heading for heading, name in names.items() if name == CODE)
        add_file(file, table.name, code, {*read}, inputs)
    else:
        files.grids.append(stored_in_grid(grid, table, read))


def _without(name: str, grid: Grid, records: Records) -> Diagnostic:
    """Records lack a column that is asked for."""
    column = records.table.columns[name]
    values: dict[str, object] = {
        "table": records.table.name,
        "name": name,
        "label": column.label,
        "fact": next(fact for fact, asks in records.facts if name in columns_of(asks)),
        "known": tuple(heading.strip() for heading in grid.head if heading.strip()),
    }
    span = Span(grid.source)
    return Diagnostic(code="record-column-missing", span=span, values=values)


def _whole(file: Path) -> Span:
    return Span(Source(str(file)))


def _texts_of(table: TableDefinition) -> set[str]:
    """The columns in which a row may say that it is the sum of others."""
    return {column.name for column in table.columns.values() if not column.type.is_number}
