"""Exact numbers with square roots, so that a coefficient of variation is decided without rounding.

A surd is ``rational + Σ coefficient · √radicand``. After grouping, distinct square roots are
linearly independent over the rationals, so the sign is exact: zero only when no root is left.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import total_ordering
from math import isqrt


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Surd:
    """An exact real number; ``terms`` are (coefficient, whole radicand that is not a square)."""

    rational: Fraction
    terms: tuple[tuple[Fraction, int], ...]

    def __add__(self, other: "Surd | Fraction | int") -> "Surd":
        more = _surd(other)
        return _normal(self.rational + more.rational, self.terms + more.terms)

    __radd__ = __add__

    def __neg__(self) -> "Surd":
        return Surd(-self.rational, tuple((-c, r) for c, r in self.terms))

    def __sub__(self, other: "Surd | Fraction | int") -> "Surd":
        return self + -_surd(other)

    def __rsub__(self, other: "Surd | Fraction | int") -> "Surd":
        return _surd(other) + -self

    def __mul__(self, other: "Surd | Fraction | int") -> "Surd":
        right = _surd(other)
        terms = [(c * right.rational, r) for c, r in self.terms]
        terms += [(c * self.rational, r) for c, r in right.terms]
        terms += [(c * d, r * s) for c, r in self.terms for d, s in right.terms]
        return _normal(self.rational * right.rational, tuple(terms))

    __rmul__ = __mul__

    def __truediv__(self, other: "Fraction | int") -> "Surd":
        return self * (Fraction(1) / Fraction(other))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Surd, Fraction, int)):
            return NotImplemented
        return (self - other).sign() == 0

    def __lt__(self, other: "Surd | Fraction | int") -> bool:
        return (self - other).sign() < 0

    def __hash__(self) -> int:
        return hash(self.floor() if self.terms else self.rational)

    def sign(self) -> int:
        """-1, 0 or 1, decided exactly by refining until zero is excluded."""
        if not self.terms:
            return (self.rational > 0) - (self.rational < 0)
        bits = 64
        while True:
            low, high = self.between(bits)
            if low > 0:
                return 1
            if high < 0:
                return -1
            bits *= 2

    def between(self, bits: int) -> tuple[Fraction, Fraction]:
        """Rational bounds, each root taken to ``bits`` binary places."""
        low = high = self.rational
        for coefficient, radicand in self.terms:
            floor = Fraction(isqrt(radicand << (2 * bits)), 1 << bits)
            ceiling = floor + Fraction(1, 1 << bits)
            ends = (coefficient * floor, coefficient * ceiling)
            low, high = low + min(ends), high + max(ends)
        return low, high

    def floor(self) -> int:
        """The greatest whole number not above."""
        bits = 64
        while True:
            low, high = (end.numerator // end.denominator for end in self.between(bits))
            if low == high:
                return low
            bits *= 2


def root(square: Fraction) -> Surd | Fraction:
    """The non-negative square root of a non-negative number, rational where it is one."""
    found = _normal(
        Fraction(0), ((Fraction(1, square.denominator), square.numerator * square.denominator),)
    )
    return simplest(found)


def simplest(number: "Surd | Fraction") -> "Surd | Fraction":
    """A plain fraction where no root is left."""
    return number.rational if isinstance(number, Surd) and not number.terms else number


def _surd(number: Surd | Fraction | int) -> Surd:
    return number if isinstance(number, Surd) else Surd(Fraction(number), ())


def _normal(rational: Fraction, terms: tuple[tuple[Fraction, int], ...]) -> Surd:
    """Whole roots taken out, and roots whose ratio is rational put together."""
    grouped: list[tuple[Fraction, int]] = []
    for coefficient, radicand in terms:
        if not coefficient or not radicand:
            continue
        whole = isqrt(radicand)
        if whole * whole == radicand:
            rational += coefficient * whole
            continue
        for position, (known, other) in enumerate(grouped):
            ratio = Fraction(radicand, other)
            over, under = isqrt(ratio.numerator), isqrt(ratio.denominator)
            if over * over == ratio.numerator and under * under == ratio.denominator:
                grouped[position] = (known + coefficient * Fraction(over, under), other)
                break
        else:
            grouped.append((coefficient, radicand))
    kept = tuple(sorted(((c, r) for c, r in grouped if c), key=lambda term: term[1]))
    return Surd(rational, kept)
