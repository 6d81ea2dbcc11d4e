"""Lowered formulas as terms of the solver: one translation for each world of reported facts.

Columns become integers (for witnesses) or reals (for proofs); what is reported folds away at once.
A table is either a few written rows or, for proofs, sums of which only the range is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, assert_never

import z3

from ..scoring.lowering_terms import (
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
    Indicator,
    Named,
    Opposite,
    Poly,
    Quotient,
    Relation,
    RootAtom,
    RootWhole,
    Total,
    Variable,
    number,
)
from ..scoring.lowering_values import UnsupportedError
from .verify_junctions import (
    Term,
    Test,
    branch,
    conjunction,
    disjunction,
    either,
    negation,
    number_of,
    value_of,
)

# The name of a column in the second of two sheets.
SECOND = "~2"
MOST_CASES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is reported: ``missing`` columns are not; ``rows`` of each table, None for any."""

    missing: frozenset[str] = frozenset()
    rows: int | None = None


@dataclass(slots=True, kw_only=True)
class Translation:
    """Terms for one sheet; ``renamed`` columns differ from those of the other sheet."""

    world: World
    whole: bool
    renamed: Mapping[str, str] = field(default_factory=dict)
    # Columns without a quantum, with their range: any number, not a whole multiple.
    fine: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    sides: list[Test] = field(default_factory=list)
    columns: dict[str, Term] = field(default_factory=dict)
    flags: dict[str, Test] = field(default_factory=dict)
    _formulas: dict[tuple[int, int], Test] = field(default_factory=dict)
    _variables: dict[tuple[int, int], Term] = field(default_factory=dict)
    _kept: list[object] = field(default_factory=list)
    _cases: int = 0
    _roots_made: int = 0

    # -- formulas -------------------------------------------------------------------------------

    def test(self, formula: Formula, row: int = -1) -> Test:
        """The formula as a term, or True or False where the world decides it."""
        key = (id(formula), row if formula.table else -1)
        found = self._formulas.get(key)
        if found is None:
            found = self._formulas[key] = self._test(formula, row)
            self._kept.append(formula)
        return found

    def _test(self, formula: Formula, row: int) -> Test:
        match formula:
            case Constant():
                return formula.holds
            case Flag():
                return self._flag(formula, row)
            case Atom():
                return self._atom(formula.term, formula.relation, row)
            case RootAtom():
                return self._roots(formula, row)
            case Both():
                return conjunction(self.test(part, row) for part in formula.parts)
            case Either():
                return disjunction(self.test(part, row) for part in formula.parts)
            case Opposite():
                return negation(self.test(formula.part, row))
            case _:
                assert_never(formula)

    def _flag(self, flag: Flag, row: int) -> Test:
        name = f"{flag.table}[{row}].{flag.name}" if flag.table else flag.name
        if name.endswith("?"):
            return flag.name[:-1] in self.world.missing
        if name[-1] in "!><~":
            # Everything applies and is one number: neither 96%以上 nor declared away.
            return False
        name = self.renamed.get(name, name)
        if name not in self.flags:
            self.flags[name] = z3.Bool(name)
        return self.flags[name]

    def _atom(self, term: Poly, relation: Relation, row: int) -> Test:
        """A comparison with zero; a choice inside makes it two comparisons."""
        choice = next(
            (v for m, _ in term.terms for v in m if isinstance(v.origin, Choice)),
            None,
        )
        if choice is not None and isinstance(choice.origin, Choice):
            condition = choice.origin.test
            test = self.test(condition, row)
            then = other = None
            if test is not False:
                then = self._atom(_branch(term, condition, holds=True), relation, row)
            if test is not True:
                other = self._atom(_branch(term, condition, holds=False), relation, row)
            return branch(test, then, other)
        self._cases += 1
        if self._cases > MOST_CASES:
            raise UnsupportedError("too many cases")
        low, high = term.span
        match relation:
            case Relation.POSITIVE:
                if low is not None and low > 0:
                    return True
                if high is not None and high <= 0:
                    return False
            case Relation.NOT_NEGATIVE:
                if low is not None and low >= 0:
                    return True
                if high is not None and high < 0:
                    return False
            case Relation.ZERO:
                if (low is not None and low > 0) or (high is not None and high < 0):
                    return False
                if low == 0 == high:
                    return True
            case _:
                assert_never(relation)
        return _related(self.term(term, row), relation)

    def _roots(self, atom: RootAtom, row: int) -> Test:
        """Each root is a number whose square is given."""
        under = self.term(atom.ratio.under, row)
        total = self.term(atom.ratio.over, row)
        # Numbered, not named by its address: names count in the order that the solver takes.
        self._roots_made += 1
        for position, (coefficient, square) in enumerate(atom.roots):
            name = self.named(f"root~{self._roots_made}~{position}")
            root = z3.Real(name)
            over, divisor = self.term(square.over, row), self.term(square.under, row)
            self.sides += [root >= 0, root * root * divisor == over]
            total = total + root * value_of(coefficient) * under
        return _related(total, atom.relation)

    def named(self, name: str) -> str:
        """A name for this sheet's own helper among those of both sheets."""
        return f"{name}{SECOND}" if self.renamed else name

    # -- numbers --------------------------------------------------------------------------------

    def column(self, name: str) -> Term:
        """Any number by the name of a column."""
        name = self.renamed.get(name, name)
        return self.columns.setdefault(name, z3.Real(name))

    def term(self, poly: Poly, row: int = -1) -> Term:
        """The polynomial as a term."""
        total: Term = 0
        for monomial, coefficient in poly.terms:
            product: Term = coefficient
            for variable in monomial:
                value = self.variable(variable, row)
                product = value if isinstance(product, int) and product == 1 else product * value
            total = product if isinstance(total, int) and total == 0 else total + product
        return total

    def variable(self, variable: Variable, row: int) -> Term:
        """A variable as a term."""
        key = (variable.serial, row if variable.table else -1)
        found = self._variables.get(key)
        if found is None:
            found = self._variables[key] = self._variable(variable, row)
        return found

    def _variable(self, v: Variable, row: int) -> Term:
        origin = v.origin
        match origin:
            case Column():
                return self._column(v, origin.name, row)
            case Named():
                return self.term(origin.poly, row)
            case RootWhole():
                raise UnsupportedError("a rounded square root")
            case Choice():
                test = self.test(origin.test, row)
                if test is True:
                    return self.term(origin.then, row)
                if test is False:
                    return self.term(origin.otherwise, row)
                then, other = self.term(origin.then, row), self.term(origin.otherwise, row)
                return z3.If(test, number_of(then), number_of(other))
            case Indicator():
                test = self.test(origin.formula, row)
                return (
                    int(test) if isinstance(test, bool) else z3.If(test, number_of(1), number_of(0))
                )
            case Quotient():
                return self._quotient(v, origin, row)
            case Total() | Extreme() | Exact():
                if self.world.rows is None:
                    return self._of_any_rows(v, origin)
                return self._over_rows(origin, self.world.rows)
            case _:
                assert_never(origin)

    def _column(self, v: Variable, name: str, row: int) -> Term:
        if v.table:
            name = f"{v.table}[{row}].{name}"
        elif name.endswith("#"):
            if self.world.rows is not None:
                return self.world.rows
            return self._rows_of(name.removesuffix("#"))
        elif name.endswith("/"):
            # Numerators of columns without a quantum are any numbers here.
            return 1
        name = self.renamed.get(name, name)
        return self._bounded(v, name)

    def _bounded(self, v: Variable, name: str) -> Term:
        found = self.columns.get(name)
        if found is None:
            own = name.removesuffix(SECOND)
            low: Fraction | int | None = v.low
            high: Fraction | int | None = v.high
            if own in self.fine:
                low, high = self.fine[own]
            whole = self.whole and own not in self.fine
            found = self.columns[name] = z3.Int(name) if whole else z3.Real(name)
            if low is not None:
                self.sides.append(found >= value_of(low))
            if high is not None:
                self.sides.append(found <= value_of(high))
        return found

    def _rows_of(self, table: str) -> Term:
        """How many rows a table has; one that is reported has some."""
        name = f"{table}#"
        found = self.columns.get(name)
        if found is None:
            found = self.columns[name] = z3.Int(name) if self.whole else z3.Real(name)
            self.sides.append(found >= 1)
        return found

    def _of_any_rows(self, v: Variable, origin: Total | Extreme | Exact) -> Term:
        """What rows come to: where they differ, any number in range, the same for the same rows."""
        over = self.term(origin.over, 0)
        match origin:
            case Total():
                if isinstance(over, int):
                    return over * self._rows_of(origin.table) if over else 0
                parts: tuple[Any, ...] = (over, 1)
            case Extreme():
                where = self.test(origin.where, 0)
                if where is False:
                    return 0
                parts = (over, where, origin.least)
            case Exact():
                where = self.test(origin.where, 0)
                if where is False:
                    return 0 if origin.numerator else 1
                under = self.term(origin.under, 0)
                parts = (over, where, under, origin.how, origin.numerator)
            case _:
                assert_never(origin)
        kept = [z3.simplify(p) if isinstance(p, z3.AstRef) else p for p in parts]
        # Terms that are equal have one number as long as they are kept.
        self._kept += kept
        ids = [str(p.get_id()) if isinstance(p, z3.AstRef) else str(p) for p in kept]
        name = f"{origin.table}~{type(origin).__name__}~{'~'.join(ids)}"
        value = self._bounded(v, name)
        if isinstance(origin, Total):
            low, high = origin.over.span
            rows = self._rows_of(origin.table)
            if low is not None:
                self.sides.append(value >= low * rows)
            if high is not None:
                self.sides.append(value <= high * rows)
        return value

    def _quotient(self, v: Variable, origin: Quotient, row: int) -> Term:
        over, under = self.term(origin.over, row), self.term(origin.under, row)
        if isinstance(over, int) and isinstance(under, int):
            return over // max(under, 1)
        name = f"quotient~{v.serial}~{row}"
        name = f"{name}{SECOND}" if self.renamed else name
        whole = z3.Int(name)
        value = whole if self.whole else z3.ToReal(whole)
        positive = under if isinstance(under, int) else z3.If(under > 0, under, number_of(1))
        self.sides += [value * positive <= over, over < (value + 1) * positive]
        return value

    def _over_rows(self, origin: Total | Extreme | Exact, rows: int) -> Term:
        match origin:
            case Total():
                total: Term = 0
                for row in range(rows):
                    total = total + self.term(origin.over, row)
                return total
            case Extreme():
                value: Term = 0
                found: Test = False
                for row in range(rows):
                    where, one = self.test(origin.where, row), self.term(origin.over, row)
                    closer = one < value if origin.least else one > value
                    takes = conjunction((where, disjunction((negation(found), closer))))
                    value = either(takes, one, value)
                    found = disjunction((found, where))
                return value
            case Exact():
                over: Term = 0
                under: Term = 1
                found = False
                for row in range(rows):
                    where = self.test(origin.where, row)
                    a, b = self.term(origin.over, row), self.term(origin.under, row)
                    if origin.how == "sum":
                        over, under = (
                            either(where, over * b + a * under, over),
                            either(where, under * b, under),
                        )
                        continue
                    closer = a * under < over * b if origin.how == "least" else a * under > over * b
                    takes = conjunction((where, disjunction((negation(found), closer))))
                    over, under = either(takes, a, over), either(takes, b, under)
                    found = disjunction((found, where))
                return over if origin.numerator else under
            case _:
                assert_never(origin)


def _related(value: Term, relation: Relation) -> Test:
    match relation:
        case Relation.POSITIVE:
            return value > 0
        case Relation.NOT_NEGATIVE:
            return value >= 0
        case Relation.ZERO:
            return value == 0
        case _:
            assert_never(relation)


def _branch(term: Poly, condition: Formula, *, holds: bool) -> Poly:
    """The polynomial with every choice by that condition decided."""
    total = Poly()
    for monomial, coefficient in term.terms:
        product = number(coefficient)
        for v in monomial:
            origin = v.origin
            part = Poly((((v,), 1),))
            if isinstance(origin, Choice) and origin.test is condition:
                part = origin.then if holds else origin.otherwise
            product = product * part
        total = total + product
    return total
