"""Puts facts that follow from records beside the other facts of a table of districts.

No figure is laid over another: a fact that both have is refused, a district that only one of them
has stays, with blanks for what the other would say of it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ..facts.grid import GRID_SUFFIXES, Grid, Grids, column_texts, frame_grid, read_grids
from ..facts.headings import Heading, Names, Role, is_long, read_head, with_role
from ..facts.reading import Faults
from ..language.diagnostics import Source, errors
from ..language.units import narrow
from ..language.vocabulary import Vocabulary
from .record_files import RecordsError

if TYPE_CHECKING:
    import polars

_YEARS = (Role.YEAR, Role.EVALUATION_YEAR)
_CODE = "@code"
# A cell that holds no value stays one that a batch refuses.
_NO_VALUE = "#VALUE!"


def beside_others(
    facts: "polars.DataFrame", path: Path, vocabulary: Vocabulary
) -> "polars.DataFrame":
    """The table in ``path`` with the columns of ``facts``.

    Raises `RecordsError`, and `MissingLibraryError` for a workbook.
    """
    import polars

    table = _table(path)
    head = _head(frame_grid(table.clear(), Source(str(path)), ()), vocabulary)
    code = next(with_role(head, Role.CODE), None)
    if code is None or is_long(head):
        raise RecordsError("onto_no_districts", path=path)
    stated = {heading.name for heading in with_role(head, Role.FACT) if heading.year is None}
    twice = [name for name in facts.columns if name in stated]
    if twice:
        raise RecordsError("onto_twice", path=path, names=" ".join(twice))
    if any(with_role(head, *_YEARS)) and "year" in facts.columns:
        facts = facts.drop("year")
    named = table.columns[code.column]
    texts = table.select(_texts(series) for series in table)
    key = polars.col(named).map_elements(lambda text: narrow(text).strip(), polars.String)
    texts = texts.with_columns(key.alias(_CODE))
    years = [table.columns[heading.column] for heading in with_role(head, *_YEARS)]
    rows = texts.filter(polars.col(_CODE) != "").select(_CODE, *years)
    again = rows.filter(rows.is_duplicated())[_CODE]
    if len(again):
        raise RecordsError("onto_repeated", path=path, code=again[0])
    joined = texts.join(
        facts.rename({"code": _CODE}), on=_CODE, how="full", coalesce=True, maintain_order="left"
    )
    own = polars.col(named).fill_null(polars.col(_CODE))
    return joined.with_columns(own).drop(_CODE)


def _table(path: Path) -> "polars.DataFrame":
    """The table in a file: Parquet as it is stored, any other as texts."""
    import polars

    try:
        if path.suffix.lower() == ".parquet":
            return polars.read_parquet(path, glob=False)
        read = read_grids(path) if path.suffix.lower() in GRID_SUFFIXES else Grids((), ())
        (grid,) = () if errors(read.diagnostics) else read.grids
        rows = [list(row[: len(grid.head)]) for row in grid.rows]
        for row, column in grid.broken:
            rows[row][column : column + 1] = [_NO_VALUE] if column < len(grid.head) else []
        return polars.DataFrame(rows, schema=[(h, polars.String) for h in grid.head], orient="row")
    except (polars.exceptions.PolarsError, OSError, ValueError):
        raise RecordsError("onto_unreadable", path=path) from None


def _head(grid: Grid, vocabulary: Vocabulary) -> tuple[Heading, ...]:
    """The headings that mean something; what is wrong with the others a batch tells."""
    return read_head(grid, Names(vocabulary), Faults())


def _texts(series: "polars.Series") -> "polars.Series":
    texts, odd = column_texts(series)
    return (texts.scatter(list(odd), _NO_VALUE) if odd else texts).alias(series.name)
