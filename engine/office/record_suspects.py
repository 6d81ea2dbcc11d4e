"""Finds the few rows that must be looked at one by one: all that may be faulty or doubtful.

A row too many costs time; a row too few would hide a fault. So rather too many are found, and all
the rows that stand for one thing are found together.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from ..facts.quantity import UNFILLED, UNFILLED_WORDS
from ..facts.row_checks import LIKE_TOTAL
from ..facts.rows import ERRORS
from ..language.vocabulary import TableDefinition
from .record_cells import Stored
from .record_doubles import Doubles, doubles, marks
from .record_faults import BROKEN, CODE
from .record_rows import is_free

if TYPE_CHECKING:
    import polars

# White space as Python squeezes it; for polars the last four are none.
_BLANK = r"[\s\x1c-\x1f]*"

_NOTHING = rf"^{_BLANK}$"


def _spaced(word: str) -> str:
    return _BLANK.join(map(re.escape, word))


# A text that may be none where any text may stand: of a cell without value, a sum, a blank.
LIKE_FAULT = "|".join(
    (
        f"^{BROKEN}",
        *map(re.escape, sorted(ERRORS)),
        LIKE_TOTAL.replace("_", _BLANK),
        rf"^{_BLANK}(?i:{'|'.join(map(_spaced, (*UNFILLED, *UNFILLED_WORDS)))}){_BLANK}$",
    )
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The different cells of some columns of rows, with the text of each: ``cell``, ``text``."""

    stored: Stored
    cells: "Mapping[str, polars.DataFrame]"

    def are(self, name: str, texts: Collection[str]) -> "Iterator[polars.Expr]":
        """Whether a cell is one of these texts; nothing where none is."""
        import polars

        known = self.cells.get(name)
        if known is None:
            return
        among = known.filter(polars.col("text").is_in(list(texts)))["cell"]
        cell = self.stored.cell(name)
        if among.null_count():
            yield cell.is_null()
        if among.null_count() < len(among):
            yield cell.is_in(among.drop_nulls().implode())


@dataclass(frozen=True, slots=True)
class Suspects:
    """Which rows to look at, an expression for the rows of each `Stored`; doubled rows are some."""

    rows: "Sequence[polars.Expr]"
    doubles: Doubles | None


def suspects(
    seen: Sequence[Seen],
    table: TableDefinition,
    codes: Mapping[str, str | None],
    odd: Mapping[str, Collection[str]],
    size: int,
) -> Suspects:
    """The rows to look at.

    ``codes`` are the districts that the texts of codes mean, ``odd`` the texts of each column that
    are faulty or doubtful; about ``size`` numbers of rows are kept at a time.
    """
    import polars

    found = None
    if table.key is not None:
        stored = [one.stored for one in seen]
        marked = marks(stored, [one.cells[CODE] for one in seen], table.key, codes)
        found = doubles(stored, marked, table.key, codes, size)
    nobody = [text for text, code in codes.items() if code is None]
    rows = []
    for position, one in enumerate(seen):
        reasons = [*one.are(CODE, nobody), *_by_cells(one, table, odd)]
        likely = None if found is None else found.likely(position)
        reasons += [] if likely is None else [likely]
        rows.append(reduce(or_, reasons, polars.lit(False)))
    return Suspects(rows, found)


def _by_cells(
    one: Seen, table: TableDefinition, odd: Mapping[str, Collection[str]]
) -> "Iterator[polars.Expr]":
    for name in one.stored.types:
        column = table.columns.get(name)
        if column is None:
            continue
        cell, has_texts = one.stored.cell(name), one.stored.has_texts(name)
        is_key = name == table.key
        if not is_free(column):
            yield from one.are(name, odd[name])
        elif has_texts:
            yield cell.str.contains(f"{LIKE_FAULT}|{_NOTHING}" if is_key else LIKE_FAULT)
        if is_key:
            yield cell.is_null()
            if has_texts and not is_free(column):
                yield cell.str.contains(_NOTHING)
