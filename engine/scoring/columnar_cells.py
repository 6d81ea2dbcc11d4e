"""What is added up over the rows of a table: whole numbers that bound what is asked for.

A fraction a/b of a row is taken down to whole units of 2⁻ᵏ, e = ⌊a·2ᵏ/b⌋. The sum of products of
such numbers lies close to the sum of the products of fractions; how close, other sums say.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .lowering_terms import (
    TRUE,
    Exact,
    Extreme,
    Formula,
    Indicator,
    Poly,
    Ratio,
    Total,
)

How: TypeAlias = Literal["sum", "size", "least", "most"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fraction of each row taken down to whole units of a power of two."""

    over: Poly
    under: Poly


Factor: TypeAlias = Poly | Fixed


@dataclass(frozen=True, slots=True)
class Cell:
    """A product (1 without factors) on the rows where a formula holds: its sum or extreme.

    ``size`` is the sum of magnitudes.
    """

    factors: tuple[Factor, ...]
    where: Formula = TRUE
    how: How = "sum"


@dataclass(frozen=True, slots=True)
class Around:
    """An exact sum lies between the sum of the cell and that plus the slack, over the divisor.

    With ``both_sides`` the slack has to be taken off below as well.
    """

    cell: Cell
    slack: tuple[Cell, ...]
    both_sides: bool
    divisor: int


def cell_of(origin: Total | Extreme) -> Cell:
    """A sum or an extreme of whole numbers."""
    if isinstance(origin, Extreme):
        return Cell((origin.over,), origin.where, "least" if origin.least else "most")
    match origin.over.terms:
        case (((variable,), 1),) if isinstance(variable.origin, Indicator):
            return Cell((), variable.origin.formula)
        case _:
            return Cell((origin.over,))


def around(origin: Exact) -> Around | None:
    """What bounds an exact sum or extreme; None for a product of more than two fractions."""
    where, divisor = origin.where, 1
    if origin.how != "sum":
        return Around(Cell((Fixed(origin.over, origin.under),), where, origin.how), (), False, 1)
    if len(origin.factors) > 2:
        return None
    factors: list[Factor] = []
    for ratio in origin.factors:
        constant = ratio.under.constant
        if constant is None:
            factors.append(Fixed(ratio.over, ratio.under))
        else:
            factors.append(ratio.over)
            divisor *= constant
    cell = Cell(tuple(factors), where)
    counted = Cell((), where)
    if len(factors) == 1:
        return Around(cell, (counted,), False, divisor)
    both = any(_may_be_negative(ratio) for ratio in origin.factors)
    one, two = factors
    # (e + d)·(f + c) - e·f = e·c + f·d + c·d, where d and c lie between 0 and 1, or are 0.
    slack = []
    for factor, other in ((one, two), (two, one)):
        if isinstance(other, Fixed):
            slack.append(Cell((factor,), where, "size" if both else "sum"))
    if isinstance(one, Fixed) and isinstance(two, Fixed):
        slack.append(counted)
    return Around(cell, tuple(slack), both, divisor)


def _may_be_negative(ratio: Ratio) -> bool:
    low = ratio.over.span[0]
    return low is None or low < 0
