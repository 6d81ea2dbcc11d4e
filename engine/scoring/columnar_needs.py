"""Which sums over rows formulas need, in stages: rows of a later one may read an earlier one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

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
    RootAtom,
    RootWhole,
    Total,
    Variable,
)

# By the number of a variable: those that one pass over the rows gives together with it.
Together: TypeAlias = Mapping[int, tuple[Variable, ...]]


def together(formulas: Iterable[Formula]) -> Together:
    """The sums that formulas need, those of one table and stage together."""
    walk = _Walk()
    for formula in formulas:
        walk.formula(formula)
    stages: dict[tuple[str, int], list[Variable]] = {}
    for variable in walk.sums:
        assert isinstance(variable.origin, Total | Extreme | Exact)
        stage = walk.variables[variable.serial]
        stages.setdefault((variable.origin.table, stage), []).append(variable)
    groups = [tuple(group) for group in stages.values()]
    return {variable.serial: group for group in groups for variable in group}


@dataclass(slots=True)
class _Walk:
    """How many sums lie inside one another below each node."""

    sums: list[Variable] = field(default_factory=list)
    variables: dict[int, int] = field(default_factory=dict)
    formulas: dict[int, int] = field(default_factory=dict)

    def formula(self, formula: Formula) -> int:
        known = self.formulas.get(id(formula))
        if known is None:
            known = self.formulas[id(formula)] = self._formula(formula)
        return known

    def _formula(self, formula: Formula) -> int:
        match formula:
            case Constant() | Flag():
                return 0
            case Atom():
                return self.poly(formula.term)
            case RootAtom():
                return self._roots(formula)
            case Both() | Either():
                return max(map(self.formula, formula.parts), default=0)
            case Opposite():
                return self.formula(formula.part)
            case _:
                assert_never(formula)

    def _roots(self, node: RootAtom | RootWhole) -> int:
        return max(map(self.ratio, (node.ratio, *(square for _, square in node.roots))))

    def ratio(self, ratio: Ratio) -> int:
        return max(self.poly(ratio.over), self.poly(ratio.under))

    def poly(self, poly: Poly) -> int:
        return max((self.variable(v) for monomial, _ in poly.terms for v in monomial), default=0)

    def variable(self, variable: Variable) -> int:
        known = self.variables.get(variable.serial)
        if known is None:
            known = self.variables[variable.serial] = self._variable(variable)
        return known

    def _variable(self, variable: Variable) -> int:
        origin = variable.origin
        match origin:
            case Column():
                return 0
            case Named():
                return self.poly(origin.poly)
            case Choice():
                inner = max(self.poly(origin.then), self.poly(origin.otherwise))
                return max(self.formula(origin.test), inner)
            case Quotient():
                return max(self.poly(origin.over), self.poly(origin.under))
            case Indicator():
                return self.formula(origin.formula)
            case RootWhole():
                return self._roots(origin)
            case Total():
                inner = self.poly(origin.over)
            case Extreme():
                inner = max(self.poly(origin.over), self.formula(origin.where))
            case Exact():
                inner = max(self.formula(origin.where), *map(self.ratio, origin.factors))
                inner = max(inner, self.poly(origin.over), self.poly(origin.under))
            case _:
                assert_never(origin)
        self.sums.append(variable)
        return inner + 1
