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
from .record_rows import BROKEN, CODE, is_free

if TYPE_CHECKING:
    import polars

# So many marks, of 8 bytes each, are looked through together for each row of a portion.
_MARKS = 16
# White space as Python squeezes it; for polars the last four are none.
_BLANK = r"[\s\x1c-\x1f]*"


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


def suspects(
    seen: Sequence[Seen],
    table: TableDefinition,
    codes: Mapping[str, str | None],
    odd: Mapping[str, Collection[str]],
    portion: int,
) -> "list[polars.Expr]":
    """Of the rows of each, which to look at.

    ``codes`` are the districts that the texts of codes mean, ``odd`` the texts of each column that
    are faulty or doubtful.
    """
    import polars

    marks = [] if table.key is None else _marks(seen, table.key, codes)
    twice = _twice([one.stored for one in seen], marks, _MARKS * portion)
    nobody = [text for text, code in codes.items() if code is None]
    found = []
    for position, one in enumerate(seen):
        reasons = [*one.are(CODE, nobody), *_by_cells(one, table, odd)]
        if len(twice):
            reasons.append(marks[position].is_in(twice.implode()))
        found.append(reduce(or_, reasons, polars.lit(False)))
    return found


def _by_cells(
    one: Seen, table: TableDefinition, odd: Mapping[str, Collection[str]]
) -> "Iterator[polars.Expr]":
    for name in one.stored.types:
        column = table.columns.get(name)
        if column is None:
            continue
        cell, has_texts = one.stored.cell(name), one.stored.has_texts(name)
        if not is_free(column):
            yield from one.are(name, odd[name])
        elif has_texts:
            yield cell.str.contains(LIKE_FAULT)
        if name == table.key:
            yield cell.is_null()
            if has_texts:
                yield cell.str.strip_chars() == ""


def _marks(seen: Sequence[Seen], key: str, codes: Mapping[str, str | None]) -> "list[polars.Expr]":
    """A number for each row that rows of one district with one key have in common."""
    stored = [one.stored for one in seen]
    texts = {text for one in seen for text in one.cells[CODE]["text"]}
    real = [codes[text] for text in texts if codes[text] is not None]
    same_codes = len({one.types[CODE] for one in stored}) == 1 and len(set(real)) == len(real)
    same_keys = len({one.types[key] for one in stored}) == 1
    found = []
    for one, rows in zip(seen, stored, strict=True):
        code, known = rows.cell(CODE), one.cells[CODE]
        if not same_codes:
            meant = [codes[text] for text in known["text"]]
            code = code.replace_strict(known["cell"], meant, default=None)
        value = rows.cell(key) if same_keys else rows.text(key)
        if rows.has_texts(key) or not same_keys:
            value = value.str.strip_chars()
        found.append(code.hash(1) ^ value.hash(2))
    return found


def _twice(stored: Sequence[Stored], marks: "Sequence[polars.Expr]", size: int) -> "polars.Series":
    """The marks that more than one row has."""
    import polars

    found = [polars.Series("mark", [], polars.UInt64)]
    if marks:
        rows = sum(one.height for one in stored)
        parts = rows // size + 1
        for part in range(parts):
            of_part = []
            for one, mark in zip(stored, marks, strict=True):
                named = one.rows.select(mark.alias("mark"))
                if parts > 1:
                    named = named.filter(polars.col("mark") % parts == part)
                of_part.append(one.collect(named).to_series())
            ordered = polars.concat(of_part).sort()
            found.append(ordered.filter(ordered == ordered.shift(1)).unique())
    return polars.concat(found)
