"""How many binary places the fractions of rows are taken to: as fine as 64 bits allow their sums.

A look at some rows chooses; whether the choice holds for all is found out on every row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from .columnar_cells import Fixed
from .columnar_vectors import (
    Width,
    width_of,
)
from .lowering_terms import Choice, Column, Named, Poly, Variable

if TYPE_CHECKING:
    from .columnar_frame import Frame

NARROW_BITS, WIDE_BITS = 62, 125
# With fewer binary digits it is worth while to add up in 128 bits; more would decide nothing more.
FEWEST, MOST = 20, 40
# Numbers of more digits are left to fractions.
GREATEST = 60
SOME_ROWS = 4_096
# Rows that were not looked at may be four times as large.
MARGIN = 2


@dataclass(frozen=True, slots=True)
class Places:
    """Units of 2^-places, reached in a width; every number of them is smaller than 2^bits."""

    places: int
    bits: int
    width: Width


@dataclass(slots=True)
class Sizes:
    """How large the numbers of rows at hand are, by what stands in their columns."""

    rows: "Frame"
    columns: dict[str, int] = field(default_factory=dict)

    def most(self, poly: Poly) -> int | None:
        """A bound of the magnitude of a polynomial and of every partial sum of it."""
        total = 0
        for monomial, coefficient in poly.terms:
            size = abs(coefficient)
            for variable in monomial:
                most = self._variable(variable)
                if most is None:
                    return None
                size *= max(most, 1)
            total += size
        return total

    def _variable(self, variable: Variable) -> int | None:
        if variable.table != self.rows.table:
            return variable.most
        match variable.origin:
            case Column(name):
                if name not in self.columns:
                    self.columns[name] = greatest(self.rows.columns[name], variable.low)
                return self.columns[name]
            case Named(poly):
                return self.most(poly)
            case Choice(_, then, otherwise):
                one, two = self.most(then), self.most(otherwise)
                return None if one is None or two is None else max(one, two)
            case _:
                return variable.most


def greatest(values: pl.Series, low: int | None) -> int:
    """The greatest magnitude of numbers that are at least ``low``."""
    most = values.max()
    least = 0 if low is not None and low >= 0 else values.min()
    assert isinstance(most, int)
    assert isinstance(least, int)
    return max(abs(most), abs(least))


def trial(sizes: Sizes, fixed: Fixed) -> Places | None:
    """As many places as there is room for, to see how large fractions are."""
    over, under = _bits(sizes, fixed.over), _bits(sizes, fixed.under)
    if over is None or under is None:
        return None
    if max(over, under) <= NARROW_BITS:
        return Places(NARROW_BITS - over, WIDE_BITS, Width.NARROW)
    return Places(WIDE_BITS - over, WIDE_BITS, Width.WIDE)


def settled(sizes: Sizes, fixed: Fixed, allowed: Sequence[int], digits: int) -> Places | None:
    """As many places as leave numbers the bits that are ``allowed``.

    Fractions have so many binary ``digits`` before the point; below zero, so many zeros after it.
    """
    over, under = _bits(sizes, fixed.over), _bits(sizes, fixed.under)
    if over is None or under is None:
        return None
    bits = max(FEWEST, min(MOST, *allowed))
    places = max(0, bits - digits)
    bits = max(bits, digits)
    if bits > GREATEST:
        return None
    room = NARROW_BITS - over
    if under <= NARROW_BITS and room >= 0 and (room >= places or room + digits >= FEWEST):
        return Places(min(places, room), bits, Width.NARROW)
    return Places(min(places, WIDE_BITS - over), bits, Width.WIDE)


def _bits(sizes: Sizes, poly: Poly) -> int | None:
    """How many binary digits a polynomial needs; None where 128 bits may not do."""
    if width_of(poly.most) is Width.BIG:
        return None
    most = sizes.most(poly)
    if most is None or most.bit_length() > WIDE_BITS:
        return None
    return most.bit_length()
