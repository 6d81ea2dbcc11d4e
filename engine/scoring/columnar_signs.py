"""Decides comparisons of exact sums over rows: by bounds, what is left by the sums themselves.

Bounds are columns of whole numbers, each as wide as what stands there needs.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from math import gcd, prod
from typing import TYPE_CHECKING, Any, assert_never

import polars as pl

from .columnar_intervals import Interval, holds, sums_in
from .columnar_masks import both, either
from .columnar_sums import Range, exact, range_of
from .columnar_vectors import (
    Mask,
    Vector,
    Width,
    chosen,
    combine,
    compare,
    filled,
    widened,
    width_of,
)
from .lowering_terms import Exact, Poly, Relation

if TYPE_CHECKING:
    from .columnar_frame import Frame


def atom_of_sums(frame: "Frame", term: Poly, relation: Relation) -> Mask | None:
    """A comparison of exact sums with zero; None where there is no exact sum, or no bounds."""
    if not sums_in([term]):
        return None
    ranges = _ranges(frame, [term])
    if ranges is None:
        return None
    low, high, width = between(term, ranges, frame.length)
    yes, no = _decided(low, high, width, relation)
    if yes is True or no is True:
        return yes is True
    certain, fails = (_column(mask, frame.length) for mask in (yes, no))
    left = (~(certain | fails)).arg_true().to_list()
    if not left:
        return certain
    (values,) = values_of(frame, [term], left)
    found = [holds(relation, (value > 0) - (value < 0)) for value in values]
    return certain.clone().scatter(left, found)


def _column(mask: Mask, length: int) -> pl.Series:
    return filled(mask, length, pl.Boolean) if isinstance(mask, bool) else mask


def intervals(frame: "Frame", polys: list[Poly]) -> dict[int, Sequence[Interval]] | None:
    """Bounds of every variable, subject by subject; None where there are none."""
    ranges = _ranges(frame, polys)
    if ranges is None:
        return None
    length = frame.length
    return {
        serial: list(
            zip(
                widened(one.low, Width.BIG, length),
                widened(one.high, Width.BIG, length),
                strict=True,
            )
        )
        for serial, one in ranges.items()
    }


def _ranges(frame: "Frame", polys: list[Poly]) -> dict[int, Range] | None:
    """Bounds of every variable, of whole numbers both the same; None where 128 bits may not do."""
    if sums_in(polys) is None or frame.subjects is not None:
        return None
    found: dict[int, Range] = {}
    for variable in {v for poly in polys for m, _ in poly.terms for v in m}:
        own = range_of(frame, variable)
        if own is None:
            return None
        found[variable.serial] = own
    return found


# -- bounds as columns ---------------------------------------------------------------------------


def between(term: Poly, ranges: Mapping[int, Range], length: int) -> tuple[Vector, Vector, Width]:
    """Bounds of a polynomial up to a positive factor, and the width that they are in."""
    parts = []
    for monomial, coefficient in term.terms:
        factors = []
        for variable in monomial:
            one = ranges[variable.serial]
            if isinstance(one.low, int) and one.low is one.high:
                coefficient *= one.low
            else:
                factors.append(one)
        if coefficient:
            parts.append((coefficient, factors))
    # What divides all does not change the sign: mostly a power of two.
    common = gcd(*(coefficient for coefficient, _ in parts)) or 1
    size, shared = 0, []
    for coefficient, factors in parts:
        coefficient //= common
        shared.append((coefficient, factors))
        product = abs(coefficient)
        for factor in factors:
            product *= max(factor.most, 1)
        size += product
    width = width_of(size)
    low: Vector = 0
    high: Vector = 0
    for coefficient, factors in shared:
        ends = _product(factors, width, length)
        ends = [combine(end, coefficient, width, operator.mul, operator.mul) for end in ends]
        least, most = ends if coefficient > 0 else reversed(ends)
        low = combine(low, least, width, operator.add, operator.add)
        high = combine(high, most, width, operator.add, operator.add)
    return low, high, width


def _product(factors: Sequence[Range], width: Width, length: int) -> list[Vector]:
    """The least and the greatest product of numbers within their bounds."""
    low: Vector = 1
    high: Vector = 1
    negative = False
    for factor in factors:
        if negative or factor.least < 0:
            ends = [
                combine(one, two, width, operator.mul, operator.mul)
                for one in (low, high)
                for two in (factor.low, factor.high)
            ]
            low = reduce(partial(_better, operator.lt, width, length), ends)
            high = reduce(partial(_better, operator.gt, width, length), ends)
            negative = True
        else:
            low = combine(low, factor.low, width, operator.mul, operator.mul)
            high = combine(high, factor.high, width, operator.mul, operator.mul)
    return [low, high]


def _better(
    than: Callable[[Any, Any], Any], width: Width, length: int, one: Vector, two: Vector
) -> Vector:
    return chosen(compare(one, two, width, than, than), one, two, width, length)


def _decided(low: Vector, high: Vector, width: Width, relation: Relation) -> tuple[Mask, Mask]:
    """Where a number between bounds relates so to zero for certain, and where it does not."""

    def test(vector: Vector, how: Callable[[Any, Any], Any]) -> Mask:
        return compare(vector, 0, width, how, how)

    match relation:
        case Relation.POSITIVE:
            return test(low, operator.gt), test(high, operator.le)
        case Relation.NOT_NEGATIVE:
            return test(low, operator.ge), test(high, operator.lt)
        case Relation.ZERO:
            within = both(test(low, operator.ge), test(high, operator.le))
            return within, either(test(low, operator.gt), test(high, operator.lt))
        case _:
            assert_never(relation)


# -- what bounds leave ---------------------------------------------------------------------------


def values_of(frame: "Frame", polys: Sequence[Poly], rows: list[int]) -> list[list[int]]:
    """Polynomials for some subjects, by the exact sums themselves."""
    only = frozenset(rows) if len(rows) < frame.length else None
    values: dict[int, list[int]] = {}
    for variable in {v for poly in polys for monomial, _ in poly.terms for v in monomial}:
        if isinstance(variable.origin, Exact) and frame.subjects is None:
            values[variable.serial] = _picked(exact(frame, variable.origin, only), rows)
        else:
            values[variable.serial] = _picked(frame.variable(variable), rows)
    return [
        [
            sum(c * prod(values[v.serial][place] for v in monomial) for monomial, c in poly.terms)
            for place in range(len(rows))
        ]
        for poly in polys
    ]


def _picked(vector: Vector, rows: list[int]) -> list[int]:
    if isinstance(vector, int):
        return [vector] * len(rows)
    if isinstance(vector, list):
        return [vector[row] for row in rows]
    return vector.gather(rows).to_list()
