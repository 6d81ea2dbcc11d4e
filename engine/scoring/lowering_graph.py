"""Builds formulas and integers, each once; what its range decides is a constant from the start."""

from dataclasses import dataclass, field
from fractions import Fraction

from .lowering_terms import (
    FALSE,
    MOST_TERMS,
    TRUE,
    Atom,
    Both,
    Choice,
    Column,
    Constant,
    Either,
    Exact,
    Extreme,
    Flag,
    Formula,
    How,
    Indicator,
    Named,
    Opposite,
    Origin,
    Poly,
    Quotient,
    Ratio,
    Relation,
    RootAtom,
    RootWhole,
    Total,
    Variable,
    number,
)


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

    def exact(
        self, table: str, ratio: Ratio, where: Formula, how: How, factors: tuple[Ratio, ...] = ()
    ) -> Ratio:
        """What fractions with different denominators, each a product, come to over rows."""
        low, parts = ratio.over.span[0], []
        for numerator in (True, False):
            key = ("exact", table, ratio, id(where), how, numerator)
            of = factors or (ratio,)
            origin = Exact(table, ratio.over, ratio.under, where, how, numerator, of)
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
