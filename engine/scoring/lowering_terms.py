"""Integers and conditions that a ruleset is lowered to: polynomials, atoms ``p(x) op 0``, formulas.

Nodes are compared by identity: `lowering_graph.Graph` builds each once, so that what two criteria
share is one node. Ranges of variables give ranges of polynomials.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import gcd
from typing import Literal, TypeAlias

How: TypeAlias = Literal["sum", "least", "most"]


class Relation(StrEnum):
    """How the polynomial of an atom relates to zero."""

    POSITIVE = ">"
    NOT_NEGATIVE = ">="
    ZERO = "="


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A decided formula."""

    holds: bool
    table: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Flag:
    """A column of yes and no."""

    name: str
    table: str


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A polynomial compared with zero."""

    term: "Poly"
    relation: Relation
    table: str


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """All parts hold."""

    parts: tuple["Formula", ...]
    table: str


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """Some part holds."""

    parts: tuple["Formula", ...]
    table: str


@dataclass(frozen=True, slots=True, eq=False)
class Opposite:
    """The part does not hold."""

    part: "Formula"
    table: str


@dataclass(frozen=True, slots=True, eq=False)
class RootAtom:
    """A ratio plus square roots of ratios, each with a coefficient, compared with zero."""

    ratio: "Ratio"
    roots: tuple[tuple[Fraction, "Ratio"], ...]
    relation: Relation
    table: str


Formula: TypeAlias = Constant | Flag | Atom | RootAtom | Both | Either | Opposite
# A longer polynomial gets a name before anything is multiplied with it.
MOST_TERMS = 16
TRUE, FALSE = Constant(True), Constant(False)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of integers."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A long polynomial under one name, so that products with it stay short."""

    poly: "Poly"


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of two integers."""

    test: Formula
    then: "Poly"
    otherwise: "Poly"


@dataclass(frozen=True, slots=True, eq=False)
class Quotient:
    """The whole part, towards minus infinity, of a division by a positive number."""

    over: "Poly"
    under: "Poly"


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """1 where a formula holds, else 0."""

    formula: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """The sum of an integer over the rows of a table; ``over`` is 0 on rows that do not count."""

    table: str
    over: "Poly"


@dataclass(frozen=True, slots=True, eq=False)
class Extreme:
    """The least or greatest ``over`` of the rows for which ``where`` holds; 0 without any."""

    table: str
    over: "Poly"
    where: Formula
    least: bool


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """Of fractions with different denominators: their exact sum or extreme over rows.

    One variable is its numerator, another its denominator; 0/1 without any row. The fraction of a
    row is the product of ``factors``, which say more of it than what they were multiplied to.
    """

    table: str
    over: "Poly"
    under: "Poly"
    where: Formula
    how: How
    numerator: bool
    factors: tuple["Ratio", ...]


@dataclass(frozen=True, slots=True, eq=False)
class RootWhole:
    """A ratio plus square roots of ratios, taken down or (half up) to the nearest whole number."""

    ratio: "Ratio"
    roots: tuple[tuple[Fraction, "Ratio"], ...]
    nearest: bool


Origin: TypeAlias = (
    Column | Named | Choice | Quotient | Indicator | Total | Extreme | Exact | RootWhole
)


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """An integer with its range; None has no bound and is computed with unlimited integers."""

    serial: int
    origin: Origin
    low: int | None
    high: int | None
    table: str

    @property
    def most(self) -> int | None:
        """The greatest magnitude."""
        if self.low is None or self.high is None:
            return None
        return max(abs(self.low), abs(self.high))


Monomial: TypeAlias = tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Poly:
    """A polynomial with integer coefficients; monomials in a fixed order, none with zero."""

    terms: tuple[tuple[Monomial, int], ...] = ()

    @property
    def table(self) -> str:
        """The table whose rows it speaks of; empty for a subject."""
        return next((v.table for monomial, _ in self.terms for v in monomial if v.table), "")

    @property
    def constant(self) -> int | None:
        """The number, when there is no variable in it."""
        if not self.terms:
            return 0
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    @property
    def most(self) -> int | None:
        """A bound of the magnitude of the value and of every partial sum on the way to it."""
        total = 0
        for monomial, coefficient in self.terms:
            size = abs(coefficient)
            for variable in monomial:
                most = variable.most
                if most is None:
                    return None
                size *= max(most, 1)
            total += size
        return total

    @property
    def span(self) -> tuple[int | None, int | None]:
        """The least and the greatest value by the ranges of the variables."""
        low = high = 0
        for monomial, coefficient in self.terms:
            least = greatest = coefficient
            for variable in monomial:
                if variable.low is None or variable.high is None:
                    return self._sign_only()
                ends = [a * b for a in (least, greatest) for b in (variable.low, variable.high)]
                least, greatest = min(ends), max(ends)
            if len(monomial) == 2 and monomial[0] is monomial[1]:
                least, greatest = (
                    (max(0, least), greatest) if coefficient > 0 else (least, min(0, greatest))
                )
            low, high = low + least, high + greatest
        return low, high

    def _sign_only(self) -> tuple[int | None, int | None]:
        """Without upper bounds: at least whether no monomial can be negative."""
        for monomial, coefficient in self.terms:
            if coefficient < 0 or any(v.low is None or v.low < 0 for v in monomial):
                return None, None
        return sum(c for m, c in self.terms if not m), None

    def __add__(self, other: "Poly") -> "Poly":
        return _collected((*self.terms, *other.terms))

    def __neg__(self) -> "Poly":
        return Poly(tuple((monomial, -c) for monomial, c in self.terms))

    def __sub__(self, other: "Poly") -> "Poly":
        return self + -other

    def __mul__(self, other: "Poly") -> "Poly":
        return _collected(
            tuple(
                (tuple(sorted((*m, *n), key=lambda v: v.serial)), c * d)
                for m, c in self.terms
                for n, d in other.terms
            )
        )

    def scaled(self, factor: int) -> "Poly":
        """So many times this."""
        return self if factor == 1 else _collected(tuple((m, c * factor) for m, c in self.terms))

    @property
    def content(self) -> int:
        """The greatest common divisor of the coefficients."""
        return gcd(*(c for _, c in self.terms)) if self.terms else 0

    def divided(self, by: int) -> "Poly":
        """This by a common divisor of the coefficients."""
        return self if by == 1 else Poly(tuple((m, c // by) for m, c in self.terms))


def _collected(terms: tuple[tuple[Monomial, int], ...]) -> Poly:
    found: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        found[monomial] = found.get(monomial, 0) + coefficient
    kept = [(m, c) for m, c in found.items() if c]
    return Poly(tuple(sorted(kept, key=lambda t: (len(t[0]), [v.serial for v in t[0]]))))


def number(value: int) -> Poly:
    """A constant."""
    return Poly((((), value),)) if value else Poly()


ONE = number(1)


@dataclass(frozen=True, slots=True)
class Ratio:
    """``over / under``; ``under`` is positive wherever the number has a value."""

    over: Poly
    under: Poly = ONE

    @property
    def constant(self) -> Fraction | None:
        """The fraction, when there is no variable in it."""
        over, under = self.over.constant, self.under.constant
        return Fraction(over, under) if over is not None and under else None

    def __neg__(self) -> "Ratio":
        return Ratio(-self.over, self.under)

    def __add__(self, other: "Ratio") -> "Ratio":
        left, right, under = common(self, other)
        return reduced(left + right, under)

    def __mul__(self, other: "Ratio") -> "Ratio":
        first, second = self, other
        for a, b in ((first, second), (second, first)):
            factor = _multiple(a.over, b.under)
            if factor is not None:
                # What cancels is positive wherever there is a value.
                return reduced(b.over.scaled(factor.numerator), a.under.scaled(factor.denominator))
        return reduced(first.over * second.over, first.under * second.under)


def _multiple(a: Poly, b: Poly) -> Fraction | None:
    """a / b where that is a number; only for polynomials with variables."""
    if a.constant is not None or len(a.terms) != len(b.terms):
        return None
    factor = Fraction(a.terms[0][1], b.terms[0][1])
    same = all(m == n and c == factor * d for (m, c), (n, d) in zip(a.terms, b.terms, strict=True))
    return factor if same and factor > 0 else None


def fraction(value: Fraction) -> Ratio:
    """A constant number."""
    return Ratio(number(value.numerator), number(value.denominator))


def reduced(over: Poly, under: Poly) -> Ratio:
    """The quotient without the common divisor of the coefficients."""
    if not over.terms:
        return Ratio(Poly())
    shared = gcd(over.content, under.content) or 1
    return Ratio(over.divided(shared), under.divided(shared))


def common(a: Ratio, b: Ratio) -> tuple[Poly, Poly, Poly]:
    """Both numerators over one denominator."""
    if a.under == b.under:
        return a.over, b.over, a.under
    for first, second, swapped in ((a, b, False), (b, a, True)):
        # One denominator is a multiple of the other, or both are numbers.
        factor = _multiple(first.under, second.under)
        if factor is not None:
            left = first.over.scaled(factor.denominator)
            right = second.over.scaled(factor.numerator)
            under = first.under.scaled(factor.denominator)
            return (right, left, under) if swapped else (left, right, under)
    one, two = a.under.content or 1, b.under.content or 1
    shared = gcd(one, two)
    left = a.over * b.under.divided(shared)
    right = b.over * a.under.divided(shared)
    return left, right, a.under * b.under.divided(shared)
