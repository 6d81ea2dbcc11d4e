"""When a stated figure agrees with the exact value that follows from its parts.

The law: a claim written with p decimals agrees with x when x, rounded half up or cut at p decimals
in the claim's unit, gives the written figure. A claimed bound agrees when x satisfies it.
"""

from enum import StrEnum
from fractions import Fraction

from ..language.units import round_half_up
from .values import Bound, Measured


class Agreement(StrEnum):
    """How a claim stands to its exact value."""

    EXACT = "exact"
    ROUNDED = "rounded"
    CUT = "cut"
    BOUND_HOLDS = "bound_holds"
    DIFFERS = "differs"
    BOUND_BROKEN = "bound_broken"
    # The figure is a fair rounding, but the limit lies between it and the exact value.
    HIDES_LIMIT = "hides_limit"

    @property
    def consistent(self) -> bool:
        """Whether the claim may stand."""
        return self in (
            Agreement.EXACT,
            Agreement.ROUNDED,
            Agreement.CUT,
            Agreement.BOUND_HOLDS,
        )


def agreement(stated: Measured, exact: Fraction) -> Agreement:
    """Compare a claim with the exact value, both in base units."""
    if stated.bound is not Bound.EXACT:
        return Agreement.BOUND_HOLDS if satisfies(stated, exact) else Agreement.BOUND_BROKEN
    if stated.value == exact:
        return Agreement.EXACT
    if stated.places is None:
        return Agreement.DIFFERS
    step = 10**stated.places
    claimed = stated.value / stated.unit.scale * step
    value = exact / stated.unit.scale * step
    if round_half_up(value) == claimed:
        return Agreement.ROUNDED
    cut = abs(value.numerator) // value.denominator
    if (-cut if value < 0 else cut) == claimed:
        return Agreement.CUT
    return Agreement.DIFFERS


def satisfies(stated: Measured, exact: Fraction) -> bool:
    """Whether ``exact`` lies on the stated side of a bound."""
    match stated.bound:
        case Bound.EXACT:
            return exact == stated.value
        case Bound.AT_LEAST:
            return exact >= stated.value
        case Bound.MORE_THAN:
            return exact > stated.value
        case Bound.AT_MOST:
            return exact <= stated.value
        case Bound.LESS_THAN:
            return exact < stated.value
