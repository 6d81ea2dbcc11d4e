"""Integers and conditions that a ruleset is lowered to: polynomials, atoms ``p(x) op 0``, formulas.

Every node is built once by a `Graph`, so that what two criteria share is one node. Ranges of
variables give ranges of polynomials; an atom that its range decides is a constant from the start.
"""

from dataclasses import dataclass, field
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

    One variable is its numerator, another its denominator; 0/1 without any row.
    """

    table: str
    over: "Poly"
    under: "Poly"
    where: Formula
    how: How
    numerator: bool


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


@dataclass(slots=True)
class Graph:
    """Builds nodes, each once."""

    _formulas: dict[tuple[object, ...], Formula] = field(default_factory=dict)
    _variables: dict[tuple[object, ...], Variable] = field(default_factory=dict)

    # -- formulas -------------------------------------------------------------------------------

    def flag(self, name: str, table: str = "") -> Formula:
        """A column of yes and no."""
        return self._formulas.setdefault(("flag", table, name), Flag(name, table))

    def atom(self, term: Poly, relation: Relation) -> Formula:
        """A comparison with zero, constant where the range decides it."""
        low, high = term.span
        match relation:
            case Relation.POSITIVE:
                decided = _decided(low is not None and low > 0, high is not None and high <= 0)
            case Relation.NOT_NEGATIVE:
                decided = _decided(low is not None and low >= 0, high is not None and high < 0)
            case Relation.ZERO:
                off = (low is not None and low > 0) or (high is not None and high < 0)
                decided = _decided(low == 0 and high == 0, off)
        if decided is not None:
            return decided
        divisor = term.content
        if relation is Relation.ZERO and term.terms[-1][1] < 0:
            divisor = -divisor
        term = Poly(tuple((m, c // divisor) for m, c in term.terms))
        if relation is Relation.NOT_NEGATIVE:
            # The same question as ``not -term > 0``: one node for both.
            return self.opposite(self.atom(-term, Relation.POSITIVE))
        key = ("atom", term, relation)
        return self._formulas.setdefault(key, Atom(term, relation, term.table))

    def root_atom(
        self, ratio: Ratio, roots: tuple[tuple[Fraction, Ratio], ...], relation: Relation
    ) -> Formula:
        """A comparison of a sum of square roots with zero."""
        key = ("roots", ratio, roots, relation)
        atom = RootAtom(ratio, roots, relation, _table_of(ratio, roots))
        return self._formulas.setdefault(key, atom)

    def both(self, *parts: Formula) -> Formula:
        """All hold."""
        return self._joined(parts, Both, FALSE, TRUE)

    def either(self, *parts: Formula) -> Formula:
        """Some holds."""
        return self._joined(parts, Either, TRUE, FALSE)

    def _joined(
        self,
        parts: tuple[Formula, ...],
        kind: type[Both] | type[Either],
        decides: Constant,
        neutral: Constant,
    ) -> Formula:
        kept: dict[int, Formula] = {}
        for part in parts:
            for one in part.parts if isinstance(part, kind) else (part,):
                if isinstance(one, Constant):
                    if one.holds is decides.holds:
                        return decides
                    continue
                kept[id(one)] = one
        for one in kept.values():
            if isinstance(one, Opposite) and id(one.part) in kept:
                return decides
        if not kept:
            return neutral
        if len(kept) == 1:
            return next(iter(kept.values()))
        key = (kind.__name__, *sorted(kept))
        table = next((p.table for p in kept.values() if p.table), "")
        return self._formulas.setdefault(key, kind(tuple(kept.values()), table))

    def opposite(self, part: Formula) -> Formula:
        """Does not hold."""
        if isinstance(part, Constant):
            return FALSE if part.holds else TRUE
        if isinstance(part, Opposite):
            return part.part
        return self._formulas.setdefault(("not", id(part)), Opposite(part, part.table))

    # -- integers -------------------------------------------------------------------------------

    def column(self, name: str, low: int, high: int, table: str = "") -> Poly:
        """A column of integers within a range."""
        return self._variable(("column", table, name), Column(name), low, high, table)

    def short(self, ratio: Ratio) -> Ratio:
        """The ratio with a name for what has grown too long to be multiplied out."""
        return Ratio(self._named(ratio.over), self._named(ratio.under))

    def _named(self, poly: Poly) -> Poly:
        if len(poly.terms) <= MOST_TERMS:
            return poly
        low, high = poly.span
        return self._variable(("named", poly), Named(poly), low, high, poly.table)

    def supplied(self, name: str) -> Poly:
        """An integer without bound that a later stage puts in."""
        return self._variable(("column", "", name), Column(name), None, None, "")

    def choice(self, test: Formula, then: Poly, otherwise: Poly) -> Poly:
        """One of two integers."""
        if isinstance(test, Constant):
            return then if test.holds else otherwise
        if then == otherwise:
            return then
        (low, high), (other_low, other_high) = then.span, otherwise.span
        table = test.table or then.table or otherwise.table
        return self._variable(
            ("choice", id(test), then, otherwise),
            Choice(test, then, otherwise),
            None if low is None or other_low is None else min(low, other_low),
            None if high is None or other_high is None else max(high, other_high),
            table,
        )

    def chosen(self, test: Formula, then: Ratio, otherwise: Ratio) -> Ratio:
        """One of two numbers."""
        return Ratio(
            self.choice(test, then.over, otherwise.over),
            self.choice(test, then.under, otherwise.under),
        )

    def quotient(self, over: Poly, under: Poly) -> Poly:
        """Division by what is positive wherever there is a value; without one, by 1."""
        low, high = over.span
        return self._variable(
            ("quotient", over, under),
            Quotient(over, under),
            None if low is None else min(low, 0),
            None if high is None else max(high, 0),
            over.table or under.table,
        )

    def indicator(self, formula: Formula) -> Poly:
        """1 or 0."""
        if isinstance(formula, Constant):
            return number(int(formula.holds))
        key = ("indicator", id(formula))
        return self._variable(key, Indicator(formula), 0, 1, formula.table)

    def total(self, table: str, over: Poly, most_rows: int) -> Poly:
        """The sum over the rows of a table."""
        low, high = over.span
        return self._variable(
            ("total", table, over),
            Total(table, over),
            None if low is None else min(0, low * most_rows),
            None if high is None else max(0, high * most_rows),
            "",
        )

    def extreme(self, table: str, over: Poly, where: Formula, *, least: bool) -> Poly:
        """The least or greatest over rows."""
        low, high = over.span
        return self._variable(
            ("extreme", table, over, id(where), least),
            Extreme(table, over, where, least),
            None if low is None else min(0, low),
            None if high is None else max(0, high),
            "",
        )

    def exact(self, table: str, ratio: Ratio, where: Formula, how: How) -> Ratio:
        """What fractions with different denominators come to over rows."""
        low, parts = ratio.over.span[0], []
        for numerator in (True, False):
            key = ("exact", table, ratio, id(where), how, numerator)
            origin = Exact(table, ratio.over, ratio.under, where, how, numerator)
            least = 1 if not numerator else 0 if low is not None and low >= 0 else None
            parts.append(self._variable(key, origin, least, None, ""))
        return Ratio(parts[0], parts[1])

    def root_whole(
        self, ratio: Ratio, roots: tuple[tuple[Fraction, Ratio], ...], *, nearest: bool
    ) -> Poly:
        """A sum of square roots as a whole number."""
        key = ("whole", ratio, roots, nearest)
        origin = RootWhole(ratio, roots, nearest)
        return self._variable(key, origin, None, None, _table_of(ratio, roots))

    def _variable(
        self, key: tuple[object, ...], origin: Origin, low: int | None, high: int | None, table: str
    ) -> Poly:
        found = self._variables.get(key)
        if found is None:
            found = Variable(len(self._variables), origin, low, high, table)
            self._variables[key] = found
        return Poly((((found,), 1),))


def _table_of(ratio: Ratio, roots: tuple[tuple[Fraction, Ratio], ...]) -> str:
    polys = [ratio.over, ratio.under, *(p for _, r in roots for p in (r.over, r.under))]
    return next((p.table for p in polys if p.table), "")


def _decided(yes: bool, no: bool) -> Constant | None:
    return TRUE if yes else FALSE if no else None
