"""Evaluates formulas and polynomials on the columns of one chunk of subjects, each node once.

Operations run on whole columns at once, not as one lazy plan: what is the same for all rows of a
chunk, such as that nothing is missing, folds away before any work is done.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

import polars as pl

from .columnar_counts import atom_of_counts
from .columnar_root_atoms import root_atom, whole_roots
from .columnar_signs import atom_of_sums
from .columnar_sums import Kept, exact, sum_of
from .columnar_vectors import (
    Mask,
    Vector,
    Width,
    chosen,
    combine,
    compare,
    filled,
    gathered,
    widened,
    width_of,
)
from .lowering_terms import (
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
    Ratio,
    Relation,
    RootAtom,
    RootWhole,
    Total,
    Variable,
)

_NOTHING = Fraction(0)


@dataclass(slots=True)
class Frame:
    """The columns of subjects, or of the rows of one table of theirs (``index``: whose)."""

    columns: Mapping[str, pl.Series]
    length: int
    tables: Mapping[str, "Frame"] = field(default_factory=dict)
    table: str = ""
    subjects: "Frame | None" = None
    index: pl.Series | None = None
    supplied: dict[str, Vector] = field(default_factory=dict)
    _most_rows: int = 0
    _formulas: dict[int, Mask] = field(default_factory=dict)
    _variables: dict[int, Vector] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)

    # -- formulas -------------------------------------------------------------------------------

    def mask(self, formula: Formula) -> Mask:
        """Where a formula holds; a plain bool where it is the same for all rows."""
        if isinstance(formula, Constant):
            return formula.holds
        found = self._formulas.get(id(formula))
        if found is None:
            found = self._formulas[id(formula)] = self._mask(formula)
        return found

    def _mask(self, formula: Formula) -> Mask:
        if self.subjects is not None and not formula.table:
            outer = self.subjects.mask(formula)
            if isinstance(outer, bool):
                return outer
            assert self.index is not None
            return outer.gather(self.index)
        match formula:
            case Constant():
                return formula.holds
            case Flag():
                # A flag that is false everywhere is not kept as a column.
                return self.columns.get(formula.name, False)
            case Atom():
                return self.atom(formula.term, formula.relation)
            case RootAtom():
                return root_atom(self, formula)
            case Both() | Either():
                return self._joined(formula)
            case Opposite():
                part = self.mask(formula.part)
                return not part if isinstance(part, bool) else ~part
            case _:
                assert_never(formula)

    def _joined(self, formula: Both | Either) -> Mask:
        every = isinstance(formula, Both)
        result: Mask = every
        for part in formula.parts:
            mask = self.mask(part)
            if isinstance(mask, bool):
                if mask is not every:
                    return mask
            elif isinstance(result, bool):
                result = mask
            else:
                result = result & mask if every else result | mask
        return result

    def everywhere(self, formula: Formula) -> pl.Series:
        """A formula as a column."""
        mask = self.mask(formula)
        if isinstance(mask, bool):
            return filled(mask, self.length, pl.Boolean)
        return mask

    def atom(self, term: Poly, relation: Relation) -> Mask:
        """A comparison with zero: what is added against what is taken away."""
        for special in (atom_of_counts, atom_of_sums):
            found = special(self, term, relation)
            if found is not None:
                return found
        width = width_of(term.most)
        added: list[tuple[tuple[Variable, ...], int]] = []
        taken: list[tuple[tuple[Variable, ...], int]] = []
        for monomial, coefficient in term.terms:
            (added if coefficient > 0 else taken).append((monomial, abs(coefficient)))
        left = self._sum(tuple(added), width)
        right = self._sum(tuple(taken), width)
        match relation:
            case Relation.POSITIVE:
                return compare(left, right, width, operator.gt, operator.gt)
            case Relation.NOT_NEGATIVE:
                return compare(left, right, width, operator.ge, operator.ge)
            case Relation.ZERO:
                return compare(left, right, width, operator.eq, operator.eq)
            case _:
                assert_never(relation)

    # -- fractions ------------------------------------------------------------------------------

    def fractions_of(self, ratio: Ratio) -> list[Fraction]:
        """A ratio row by row; 0 where there is no value."""
        over = widened(self.poly(ratio.over), Width.BIG, self.length)
        under = widened(self.poly(ratio.under), Width.BIG, self.length)
        return [Fraction(a, b) if b > 0 else _NOTHING for a, b in zip(over, under, strict=True)]

    # -- integers -------------------------------------------------------------------------------

    def poly(self, poly: Poly) -> Vector:
        """A polynomial."""
        return self._sum(poly.terms, width_of(poly.most))

    def integers(self, poly: Poly) -> pl.Series | list[int]:
        """A polynomial for every row."""
        return widened(self.poly(poly), width_of(poly.most), self.length)

    def _sum(self, terms: tuple[tuple[tuple[Variable, ...], int], ...], width: Width) -> Vector:
        total: Vector | None = None
        for monomial, coefficient in terms:
            product: Vector | None = None
            for variable in monomial:
                value = self.variable(variable)
                product = (
                    value
                    if product is None
                    else combine(product, value, width, operator.mul, operator.mul)
                )
            if product is None:
                product = coefficient
            elif coefficient != 1:
                product = combine(product, coefficient, width, operator.mul, operator.mul)
            total = (
                product
                if total is None
                else combine(total, product, width, operator.add, operator.add)
            )
        return 0 if total is None else total

    def variable(self, variable: Variable) -> Vector:
        """A variable."""
        found = self._variables.get(variable.serial)
        if found is None:
            found = self._variables[variable.serial] = self._variable(variable)
        return found

    def _variable(self, variable: Variable) -> Vector:
        origin = variable.origin
        if self.subjects is not None and not variable.table:
            assert self.index is not None
            return gathered(self.subjects.variable(variable), self.index)
        width = width_of(variable.most)
        match origin:
            case Column():
                supplied = self.supplied.get(origin.name)
                return self.columns[origin.name] if supplied is None else supplied
            case Named():
                return self.poly(origin.poly)
            case Choice():
                test = self.mask(origin.test)
                if isinstance(test, bool):
                    return self.poly(origin.then if test else origin.otherwise)
                then, otherwise = self.poly(origin.then), self.poly(origin.otherwise)
                return chosen(test, then, otherwise, width, self.length)
            case Quotient():
                return self._quotient(origin)
            case Indicator():
                mask = self.mask(origin.formula)
                if isinstance(mask, bool):
                    return int(mask)
                return chosen(mask, 1, 0, Width.NARROW, self.length)
            case Total() | Extreme():
                return sum_of(self, variable)
            case RootWhole():
                return whole_roots(self, origin)
            case Exact():
                return exact(self, origin)
            case _:
                assert_never(origin)

    def _quotient(self, origin: Quotient) -> Vector:
        """Where the divisor is not positive there is no value: any number will do."""
        width = max(width_of(origin.over.most), width_of(origin.under.most), key=_rank)
        over, under = self.poly(origin.over), self.poly(origin.under)
        safe = compare(under, 0, width, operator.gt, operator.gt)
        divisor = chosen(safe, under, 1, width, self.length)
        return combine(over, divisor, width, operator.floordiv, operator.floordiv)

    # -- tables ---------------------------------------------------------------------------------

    def most_rows(self) -> int:
        """The most rows of a table that one subject has; at least one."""
        if not self._most_rows:
            assert self.index is not None
            counts = pl.DataFrame({"subject": self.index}).group_by("subject").len()
            most = counts["len"].max() if self.length else 1
            assert isinstance(most, int)
            self._most_rows = most
        return self._most_rows

    def cut(self, how: Callable[[pl.Series], pl.Series]) -> "Frame":
        """Some of the rows of a table, by what each column becomes; nothing is known of them."""
        assert self.index is not None
        columns = {name: how(column) for name, column in self.columns.items()}
        index = how(self.index)
        return Frame(columns, len(index), table=self.table, subjects=self.subjects, index=index)


def _rank(width: Width) -> int:
    return (Width.NARROW, Width.WIDE, Width.BIG).index(width)
