"""Decides most comparisons of exact sums from whole-number bounds, and says which are left.

A sum of fractions a/b over the rows of a table lies between Σ⌊a·2ᵏ/b⌋ and that plus the number of
rows, in units of 2⁻ᵏ: no rounding, no float. Where the bounds of a polynomial leave out zero, the
comparison is decided; near a limit the fractions themselves are added up, for those subjects only.
Numerator and denominator of a sum may be scaled together, since every term has them to one degree.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isqrt
from typing import TypeAlias, assert_never

from .lowering_terms import (
    Choice,
    Exact,
    Indicator,
    Named,
    Poly,
    Quotient,
    Relation,
    RootWhole,
    Variable,
)

Interval: TypeAlias = tuple[int, int]
# A sign, or None where the bounds do not decide it.
Sign: TypeAlias = int | None
ROOT_BITS = 64


def sums_in(polys: Sequence[Poly]) -> tuple[Variable, ...]:
    """The variables of exact sums in polynomials that are otherwise free of them; else nothing."""
    found: dict[int, Variable] = {}
    for poly in polys:
        for monomial, _ in poly.terms:
            for variable in monomial:
                if isinstance(variable.origin, Exact):
                    found[variable.serial] = variable
                elif isinstance(variable.origin, (Choice, Indicator, Named, Quotient, RootWhole)):
                    # It might hold the same sum unscaled.
                    return ()
    return tuple(found.values())


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


def sign_of(interval: Interval) -> Sign:
    """The sign of a number between these bounds."""
    low, high = interval
    if low > 0:
        return 1
    if high < 0:
        return -1
    return 0 if low == high else None


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
