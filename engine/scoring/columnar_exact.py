"""Sums and extremes of fractions over the rows of a table themselves, for all subjects or some."""

from typing import TYPE_CHECKING

import polars as pl

from .columnar_fractions import Pair, extreme, summed
from .columnar_vectors import Width, filled, widened
from .lowering_terms import Exact

if TYPE_CHECKING:
    from .columnar_frame import Frame


def exact_fractions(rows: "Frame", origin: Exact, subjects: int) -> tuple[list[int], list[int]]:
    """Numerators and denominators by subject; 0/1 for those without rows."""
    assert rows.index is not None
    pairs: dict[int, list[Pair]] = {}
    where = rows.everywhere(origin.where)
    over = widened(rows.poly(origin.over), Width.BIG, rows.length)
    under = widened(rows.poly(origin.under), Width.BIG, rows.length)
    for subject, counts, a, b in zip(rows.index.to_list(), where, over, under, strict=True):
        # Where the denominator is not positive the row has no value, nor has the whole.
        if counts and b > 0:
            pairs.setdefault(subject, []).append((a, b))
    results = [(0, 1)] * subjects
    for subject, own in pairs.items():
        results[subject] = summed(own) if origin.how == "sum" else extreme(own, origin.how)
    return [a for a, _ in results], [b for _, b in results]


def rows_of(rows: "Frame", subjects: int, only: frozenset[int]) -> "Frame":
    """The rows of some subjects."""
    assert rows.index is not None
    wanted = filled(False, subjects, pl.Boolean).clone().scatter(sorted(only), True)
    places = wanted.gather(rows.index).arg_true()
    return rows.cut(lambda column: column.gather(places))
