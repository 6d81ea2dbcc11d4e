"""Finds the rows of a record table that stand for one thing together, by a number for each row.

Rows of one district with one key have the same number; so only rows of a number that comes twice
are compared, and what they are compared by need not be kept of all the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .record_cells import Stored
from .record_faults import CODE, FILE, ROW
from .record_rows import TWICE

if TYPE_CHECKING:
    import polars

    # The different cells of a column, with the text of each: ``cell``, ``text``.
    Cells = polars.DataFrame

_MARK = "@mark"


@dataclass(frozen=True, slots=True)
class Doubles:
    """Rows whose mark is among ``twice`` are doubled, but for the few that have it by chance.

    There is one mark for the rows of each `Stored`; ``apart`` are the places of those few.
    """

    marks: "Sequence[polars.Expr]"
    twice: "polars.Series"
    apart: "polars.DataFrame"

    def likely(self, position: int) -> "polars.Expr | None":
        """Whether a row is doubled, or has a mark by chance; None where no row is."""
        return self.marks[position].is_in(self.twice.implode()) if len(self.twice) else None

    def without_apart(self, rows: "polars.DataFrame") -> "polars.DataFrame":
        """Rows with what `likely` says of them as `TWICE`, made certain."""
        import polars

        if not self.apart.height:
            return rows
        apart = self.apart.with_columns(polars.lit(True).alias("@apart"))
        found = rows.join(apart, on=[FILE, ROW], how="left", maintain_order="left")
        certain = polars.col(TWICE) & polars.col("@apart").is_null()
        return found.with_columns(certain).drop("@apart")


def marks(
    stored: Sequence[Stored],
    cells: "Sequence[Cells]",
    key: str,
    codes: Mapping[str, str | None],
) -> "list[polars.Expr]":
    """A number for each row that all rows of its district with its key have in common.

    ``cells`` are the different cells of each column of codes, ``codes`` what their texts mean.
    """
    texts = {text for known in cells for text in known["text"]}
    real = [codes[text] for text in texts if codes[text] is not None]
    same_codes = len({one.types[CODE] for one in stored}) == 1 and len(set(real)) == len(real)
    same_keys = len({one.types[key] for one in stored}) == 1
    found = []
    for one, known in zip(stored, cells, strict=True):
        code = one.cell(CODE)
        if not same_codes:
            meant = [codes[text] for text in known["text"]]
            code = code.replace_strict(known["cell"], meant, default=None)
        value = one.cell(key) if same_keys else one.text(key)
        if one.has_texts(key) or not same_keys:
            value = value.str.strip_chars()
        found.append(code.hash(1) ^ value.hash(2))
    return found


def doubles(
    stored: Sequence[Stored],
    marked: "Sequence[polars.Expr]",
    key: str,
    codes: Mapping[str, str | None],
    size: int,
) -> Doubles:
    """The doubled rows; at most about so many marks are looked through together."""
    import polars

    twice = [polars.Series(_MARK, [], polars.UInt64)]
    apart = [polars.DataFrame(schema={FILE: polars.String, ROW: polars.Int64})]
    parts = sum(one.height for one in stored) // size + 1
    for part in range(parts):
        found = []
        for one, mark in zip(stored, marked, strict=True):
            rows = one.rows.select(mark.alias(_MARK))
            if parts > 1:
                rows = rows.filter(polars.col(_MARK) % parts == part)
            found.append(one.collect(rows).to_series())
        ordered = polars.concat(found).sort()
        again = ordered.filter(ordered == ordered.shift(1)).unique()
        if len(again):
            twice.append(again)
            apart.append(_by_chance(stored, marked, again, key, codes))
    return Doubles(marked, polars.concat(twice), polars.concat(apart))


def _by_chance(
    stored: Sequence[Stored],
    marked: "Sequence[polars.Expr]",
    twice: "polars.Series",
    key: str,
    codes: Mapping[str, str | None],
) -> "polars.DataFrame":
    """The places of rows that have the mark of others, but not their district and key."""
    import polars

    code = polars.col(CODE).replace_strict(codes, return_dtype=polars.String)
    found = []
    for one, mark in zip(stored, marked, strict=True):
        rows = one.texts(one.rows.filter(mark.is_in(twice.implode())), (CODE, key))
        found.append(rows.select(FILE, ROW, code, polars.col(key).str.strip_chars()))
    rows = polars.concat(found)
    return rows.filter(~rows.select(CODE, key).is_duplicated()).select(FILE, ROW)
