"""Sums of square roots, subject by subject: compared with zero, or taken to a whole number."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from .columnar_intervals import Interval, Sign, bounds, holds, ratio_bounds, root_bounds
from .columnar_roots import Terms, collected, sign, whole
from .columnar_signs import intervals
from .lowering_terms import Poly, Ratio, RootAtom, RootWhole

if TYPE_CHECKING:
    from .columnar_frame import Frame

_NOTHING = Fraction(0)


def root_atom(frame: "Frame", atom: RootAtom) -> pl.Series:
    """By bounds of the roots; the rest by grouping roots that belong together."""
    polys = [p for ratio in (atom.ratio, *(r for _, r in atom.roots)) for p in _parts(ratio)]
    values = intervals(frame, polys)
    found: list[Sign] = [None] * frame.length
    if values is not None:
        found = _root_signs(atom, frame.length, values)
    left = [row for row, signum in enumerate(found) if signum is None]
    if left:
        for row, summed in _sums_of_roots(frame, atom.ratio, atom.roots, left):
            found[row] = sign(*summed)
    return pl.Series([holds(atom.relation, signum or 0) for signum in found], dtype=pl.Boolean)


def whole_roots(frame: "Frame", origin: RootWhole) -> list[int]:
    """The whole numbers below, or the nearest."""
    sums = _sums_of_roots(frame, origin.ratio, origin.roots, range(frame.length))
    return [whole(*each, nearest=origin.nearest) for _, each in sums]


def _root_signs(
    atom: RootAtom, length: int, values: Mapping[int, Sequence[Interval]]
) -> list[Sign]:
    """What whole-number bounds of the roots decide."""
    parts = [
        (c, bounds(r.over, length, values), bounds(r.under, length, values))
        for c, r in ((None, atom.ratio), *atom.roots)
    ]
    found: list[Sign] = []
    for each in zip(*(zip(over, under, strict=True) for _, over, under in parts), strict=True):
        low = high = Fraction(0)
        known = True
        for (coefficient, _, _), (over, under) in zip(parts, each, strict=True):
            end = (ratio_bounds if coefficient is None else root_bounds)(over, under)
            if end is None:
                known = False
                break
            ends = [(coefficient or 1) * value for value in end]
            low, high = low + min(ends), high + max(ends)
        decided = known and (low > 0 or high < 0)
        found.append((1 if low > 0 else -1) if decided else None)
    return found


def _sums_of_roots(
    frame: "Frame",
    ratio: Ratio,
    roots: tuple[tuple[Fraction, Ratio], ...],
    rows: Sequence[int],
) -> Iterator[tuple[int, tuple[Fraction, Terms]]]:
    """Row by row; what is under a root is never negative where there is a value."""
    columns = [(c, frame.fractions_of(square)) for c, square in roots]
    rational = frame.fractions_of(ratio)
    for row in rows:
        squares = [(c, max(values[row], _NOTHING)) for c, values in columns]
        yield row, collected(rational[row], squares)


def _parts(ratio: Ratio) -> tuple[Poly, Poly]:
    return ratio.over, ratio.under
