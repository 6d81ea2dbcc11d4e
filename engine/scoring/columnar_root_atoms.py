"""Sums of square roots, subject by subject: compared with zero, or taken to a whole number."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import polars as pl

from .columnar_intervals import Interval, Sign, bounds, holds, ratio_bounds, root_bounds
from .columnar_roots import Terms, collected, sign, whole
from .columnar_signs import intervals, values_of
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
    sums = _sums_of_roots(frame, origin.ratio, origin.roots, list(range(frame.length)))
    return [whole(*each, nearest=origin.nearest) for _, each in sums]


def _root_signs(
    atom: RootAtom, length: int, values: Mapping[int, Sequence[Interval]]
) -> list[Sign]:
    """What whole-number bounds of the roots decide."""
    ratios = ((Fraction(1), atom.ratio), *atom.roots)
    scale = lcm(*(coefficient.denominator for coefficient, _ in ratios))
    parts = [
        (int(c * scale), [list(bounds(poly, length, values)) for poly in _parts(r)])
        for c, r in ratios
    ]
    found: list[Sign] = []
    for row in range(length):
        low = high = 0
        for place, (coefficient, (over, under)) in enumerate(parts):
            ends = (root_bounds if place else ratio_bounds)(over[row], under[row])
            if ends is None:
                found.append(None)
                break
            one, two = coefficient * ends[0], coefficient * ends[1]
            low, high = low + min(one, two), high + max(one, two)
        else:
            found.append(1 if low > 0 else -1 if high < 0 else None)
    return found


def _sums_of_roots(
    frame: "Frame",
    ratio: Ratio,
    roots: tuple[tuple[Fraction, Ratio], ...],
    rows: list[int],
) -> Iterator[tuple[int, tuple[Fraction, Terms]]]:
    """Row by row; what is under a root is never negative where there is a value."""
    columns = [(c, _fractions(frame, square, rows)) for c, square in roots]
    rational = _fractions(frame, ratio, rows)
    for place, row in enumerate(rows):
        squares = [(c, max(values[place], _NOTHING)) for c, values in columns]
        yield row, collected(rational[place], squares)


def _fractions(frame: "Frame", ratio: Ratio, rows: list[int]) -> list[Fraction]:
    """A ratio for some rows; 0 where there is no value."""
    over, under = values_of(frame, _parts(ratio), rows)
    return [Fraction(a, b) if b > 0 else _NOTHING for a, b in zip(over, under, strict=True)]


def _parts(ratio: Ratio) -> tuple[Poly, Poly]:
    return ratio.over, ratio.under
