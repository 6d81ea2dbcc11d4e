"""Sums and extremes of fractions over the rows of a table: exact ones, and bounds of them."""

from typing import TYPE_CHECKING

import polars as pl

from .columnar_fractions import Pair, extreme, summed
from .columnar_intervals import Interval
from .columnar_vectors import Width, constant, widened
from .lowering_terms import Exact

if TYPE_CHECKING:
    from .columnar_frame import Frame

# Bits for bounds; with few binary places in 64 bits it is worth while to take 128.
NARROW_BITS, WIDE_BITS = 61, 125
FEWEST_PLACES, MOST_PLACES = 20, 60


def exact_fractions(
    rows: "Frame", origin: Exact, subjects: int, only: frozenset[int] | None
) -> tuple[list[int], list[int]]:
    """Numerators and denominators by subject; 0/1 for those without rows, or not asked for."""
    assert rows.index is not None
    pairs: dict[int, list[Pair]] = {}
    where = rows.everywhere(origin.where)
    over = widened(rows.poly(origin.over), Width.BIG, rows.length)
    under = widened(rows.poly(origin.under), Width.BIG, rows.length)
    for subject, counts, a, b in zip(rows.index.to_list(), where, over, under, strict=True):
        # Where the denominator is not positive the row has no value, nor has the whole.
        if counts and b > 0 and (only is None or subject in only):
            pairs.setdefault(subject, []).append((a, b))
    results = [(0, 1)] * subjects
    for subject, own in pairs.items():
        results[subject] = summed(own) if origin.how == "sum" else extreme(own, origin.how)
    return [a for a, _ in results], [b for _, b in results]


def fixed_point(
    rows: "Frame", origin: Exact, subjects: int
) -> tuple[list[Interval], list[Interval]] | None:
    """Bounds of the numerator over the denominator 2ᵏ; None where 128 bits do not hold them."""
    assert rows.index is not None
    over, under = rows.integers(origin.over), rows.integers(origin.under)
    if not rows.length or isinstance(over, list) or isinstance(under, list):
        return None
    where = rows.everywhere(origin.where) & (under > constant(0, _width(under)))
    least, greatest = over.min(), over.max()
    assert isinstance(least, int)
    assert isinstance(greatest, int)
    used = max(abs(least), abs(greatest)).bit_length() + rows.most_rows().bit_length()
    width, places = Width.NARROW, NARROW_BITS - used
    if places < FEWEST_PLACES:
        width, places = Width.WIDE, min(WIDE_BITS - used, MOST_PLACES)
    if places < 0:
        return None
    over, under = widened(over, width, rows.length), widened(under, width, rows.length)
    assert isinstance(over, pl.Series)
    assert isinstance(under, pl.Series)
    # What the ranges allow may need 128 bits; what is there may fit 64.
    over, under = (s.cast(constant(1, width).dtype) for s in (over, under))
    divisor = under.zip_with(where, constant(1, width).new_from_index(0, rows.length))
    scaled = (over * constant(2**places, width)) // divisor
    numerators: list[Interval] = [(0, 0)] * subjects
    column = pl.col("value")
    if origin.how == "sum":
        # Rows that do not count add nothing: cheaper than to leave them out.
        none = constant(0, width).new_from_index(0, rows.length)
        added = pl.DataFrame(
            {"subject": rows.index, "value": scaled.zip_with(where, none), "counts": where}
        )
        sums = added.group_by("subject").agg(column.sum(), pl.col("counts").sum())
        for subject, value, count in sums.iter_rows():
            numerators[subject] = (value, value + count)
        return numerators, [(2**places, 2**places)] * subjects
    frame = pl.DataFrame({"subject": rows.index, "value": scaled}).filter(where)
    how = column.min() if origin.how == "least" else column.max()
    for subject, value in frame.group_by("subject").agg(how).iter_rows():
        numerators[subject] = (value, value + 1)
    return numerators, [(2**places, 2**places)] * subjects


def _width(values: pl.Series) -> Width:
    return Width.NARROW if values.dtype == pl.Int64 else Width.WIDE
