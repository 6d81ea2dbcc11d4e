"""Decides most comparisons of exact sums from whole-number bounds, and says which are left.

A sum of fractions a/b over the rows of a table lies between Σ⌊a·2ᵏ/b⌋ and that plus the number of
rows, in units of 2⁻ᵏ: no rounding, no float. Where the bounds of a polynomial leave out zero, the
comparison is decided; near a limit the fractions themselves are added up, for those subjects only.
Numerator and denominator of a sum may be scaled together, since every term has them to one degree.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isqrt
from typing import TypeAlias, assert_never

from .lowering_terms import (
    Choice,
    Exact,
    Named,
    Poly,
    Quotient,
    Relation,
    Variable,
)

Interval: TypeAlias = tuple[int, int]
# A sign, or None where the bounds do not decide it.
Sign: TypeAlias = int | None
ROOT_BITS = 64


def sums_in(polys: Sequence[Poly]) -> tuple[Variable, ...] | None:
    """The variables of exact sums in polynomials; None where one may also stand there unscaled."""
    found: dict[int, Variable] = {}
    for variable in _variables(polys):
        if isinstance(variable.origin, Exact):
            found[variable.serial] = variable
        elif _hides_sum(variable):
            return None
    return tuple(found.values())


def _variables(polys: Iterable[Poly]) -> Iterator[Variable]:
    return (variable for poly in polys for monomial, _ in poly.terms for variable in monomial)


def _hides_sum(variable: Variable) -> bool:
    """Whether its number is made from that of an exact sum; a decided formula has no scale."""
    match variable.origin:
        case Exact():
            return True
        case Named(poly):
            polys: tuple[Poly, ...] = (poly,)
        case Choice(_, then, otherwise):
            polys = (then, otherwise)
        case Quotient(over, under):
            polys = (over, under)
        case _:
            return False
    return any(map(_hides_sum, _variables(polys)))


def bounds(poly: Poly, length: int, values: Mapping[int, Sequence[Interval]]) -> Iterator[Interval]:
    """Between what a polynomial lies, subject by subject."""
    terms = [(c, [values[v.serial] for v in monomial]) for monomial, c in poly.terms]
    for row in range(length):
        low = high = 0
        for coefficient, factors in terms:
            least = greatest = coefficient
            for factor in factors:
                a, b = factor[row]
                if a >= 0:
                    least, greatest = (
                        least * (a if least >= 0 else b),
                        greatest * (b if greatest >= 0 else a),
                    )
                else:
                    ends = (least * a, least * b, greatest * a, greatest * b)
                    least, greatest = min(ends), max(ends)
            low, high = low + least, high + greatest
        yield low, high


def root_bounds(over: Interval, under: Interval) -> Interval | None:
    """√(over/under) in units of 2⁻⁶⁴; None without a positive divisor."""
    if under[0] <= 0:
        return None
    low = isqrt((max(over[0], 0) << 2 * ROOT_BITS) // under[1])
    high = isqrt((max(over[1], 0) << 2 * ROOT_BITS) // under[0]) + 1
    return low, high


def ratio_bounds(over: Interval, under: Interval) -> Interval | None:
    """over/under in units of 2⁻⁶⁴; None without a positive divisor."""
    if under[0] <= 0:
        return None
    ends = [(end << ROOT_BITS) // divisor for end in over for divisor in under]
    return min(ends), max(ends) + 1


def holds(relation: Relation, signum: int) -> bool:
    """Whether a number of that sign relates so to zero."""
    match relation:
        case Relation.POSITIVE:
            return signum > 0
        case Relation.NOT_NEGATIVE:
            return signum >= 0
        case Relation.ZERO:
            return signum == 0
        case _:
            assert_never(relation)
