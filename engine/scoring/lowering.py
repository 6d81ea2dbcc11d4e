"""Lowers expressions of a ruleset to integer polynomials and formulas over facts.

A number becomes numerator and denominator over variables for facts in whole quanta; a comparison
becomes an atom ``p(x) op 0``; where there is no value is a formula apart. The interpreter does not
use this, so that comparing the two tests both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import assert_never

from ..language.expression import (
    Aggregate,
    And,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Name,
    Negate,
    Not,
    Op,
    Or,
    Parameter,
    Sign,
    Special,
    Tally,
)
from ..language.expression import Arithmetic as Sum
from ..language.expression import Day as WrittenDay
from ..language.expression import Number as WrittenNumber
from ..language.expression import Word as WrittenWord
from ..language.model import OTHERWISE, ParameterDefinition, Ruleset
from ..language.units import PLAIN, find_unit, in_base
from . import lowering_facts, lowering_tables
from .lowering_compare import Comparing
from .lowering_graph import Graph
from .lowering_inputs import HERE, Inputs, Moment, Scope
from .lowering_numbers import Arithmetic
from .lowering_terms import FALSE, TRUE, Formula, Relation, number
from .lowering_values import (
    NO_GAP,
    Code,
    Gap,
    Logic,
    Lowered,
    Number,
    Truth,
    UnsupportedError,
)


class Lowerer:
    """Lowers expressions of one ruleset; ``escapes`` are rows that columns must not decide."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.vocabulary = ruleset.vocabulary
        self.graph = Graph()
        self.logic = Logic(self.graph)
        self.inputs = Inputs(self.vocabulary, self.graph)
        self.comparing = Comparing(self.logic, self.escape)
        self.numbers = Arithmetic(self.logic, self.escape)
        self.escapes: dict[int, tuple[Formula, str]] = {}
        self.known: dict[tuple[str, Moment], lowering_facts.LoweredFact] = {}
        self.guard: Formula = TRUE
        self.asked: list[tuple[Formula, Formula]] | None = None

    def escape(self, where: Formula, reason: str) -> None:
        """Rows for which a verdict needs more than columns can say."""
        if where.table:
            term = self.graph.total(where.table, self.graph.indicator(where), self.inputs.most_rows)
            where = self.graph.atom(term, Relation.POSITIVE)
        if where is not FALSE:
            self.escapes.setdefault(id(where), (where, reason))

    @contextmanager
    def only_where(self, guard: Formula) -> Iterator[None]:
        """What is looked up inside the block is looked up only there."""
        outer, self.guard = self.guard, self.graph.both(self.guard, guard)
        try:
            yield
        finally:
            self.guard = outer

    # -- expressions ----------------------------------------------------------------------------

    def condition(self, expr: Expr, scope: Scope = HERE) -> Truth:
        """A condition."""
        lowered = self.value(expr, scope)
        if not isinstance(lowered, Truth):
            raise UnsupportedError("a condition that is none")
        return lowered

    def number(self, expr: Expr, scope: Scope = HERE) -> Number:
        """A quantity."""
        lowered = self.value(expr, scope)
        if not isinstance(lowered, Number):
            raise UnsupportedError("a quantity that is none")
        return lowered

    def value(self, expr: Expr, scope: Scope = HERE) -> Lowered:
        """Any expression."""
        match expr:
            case WrittenNumber():
                return self.numbers.constant(in_base(expr.value, find_unit(expr.unit) or PLAIN))
            case WrittenWord():
                return self.word(expr.text)
            case Flag():
                return Truth(NO_GAP, TRUE if expr.value else FALSE)
            case WrittenDay():
                return Code(NO_GAP, number(expr.value.toordinal()))
            case Fact():
                return lowering_facts.fact(self, expr.name, scope.moment).value
            case Parameter():
                return self.parameter(self.ruleset.parameters[expr.name])
            case Column():
                return self.inputs.cell(scope.table, expr.name)
            case Attribute():
                return self.inputs.attribute(expr.name)
            case Special():
                return self.special(expr, scope)
            case Tally():
                raise UnsupportedError("a count of outcomes")
            case Negate():
                return self.numbers.negate(self.number(expr.operand, scope))
            case Sum():
                return self.arithmetic(expr, scope)
            case Compare():
                return self.comparison(expr, scope)
            case In():
                operand = self.value(expr.operand, scope)
                options = [self.value(option, scope) for option in expr.options]
                return self.logic.either(
                    [self.comparing.relate(Op.EQ, operand, o) for o in options]
                )
            case And():
                return self.logic.both([self.condition(part, scope) for part in expr.parts])
            case Or():
                return self.logic.either([self.condition(part, scope) for part in expr.parts])
            case Not():
                return self.logic.opposite(self.condition(expr.operand, scope))
            case If():
                return self.choice(expr, scope)
            case Call():
                return self.call(expr, scope)
            case Aggregate():
                return lowering_tables.aggregate(self, expr, scope)
            case Batched():
                raise UnsupportedError("batch")
            case Name():
                raise UnsupportedError("an unresolved name")
            case _:
                assert_never(expr)

    def word(self, text: str) -> Code:
        """A written word."""
        return Code(NO_GAP, number(self.inputs.word(text)), (), text)

    def parameter(self, parameter: ParameterDefinition) -> Lowered:
        """A parameter: one value, or a choice by an attribute of the subject."""
        if parameter.by is None:
            if parameter.value is None:
                return Truth(NO_GAP, FALSE)
            return self.value(parameter.value)
        if parameter.by in ("code", "name"):
            raise UnsupportedError("a parameter by code or name")
        attribute = self.inputs.attribute(parameter.by)
        g, gap = self.graph, attribute.gap
        named = {w: v for w, v in parameter.values.items() if w != OTHERWISE}
        otherwise = parameter.values.get(OTHERWISE)
        tests = {
            word: g.atom(attribute.code - number(self.inputs.word(word)), Relation.ZERO)
            for word in named
        }
        if otherwise is None:
            gap = self.logic.also_unknown(gap, g.opposite(g.either(*tests.values())))
            otherwise = next(iter(named.values()), None)
        if otherwise is None:
            raise UnsupportedError("a parameter without values")
        chosen = self.value(otherwise)
        for word, value in named.items():
            chosen = self.logic.chosen(tests[word], self.value(value), chosen, NO_GAP)
        return replace(chosen, gap=gap)

    def special(self, expr: Special, scope: Scope) -> Lowered:
        if expr.name == "measure" and scope.measure is not None:
            return scope.measure
        if expr.name == "points" and scope.points is not None:
            return scope.points
        if expr.name == "evaluation.year":
            return self.inputs.evaluation_year()
        raise UnsupportedError(f"`{expr.name}`")

    def arithmetic(self, expr: Sum, scope: Scope) -> Lowered:
        left, right = self.number(expr.left, scope), self.number(expr.right, scope)
        match expr.sign:
            case Sign.ADD:
                return self.numbers.add(left, right)
            case Sign.SUB:
                return self.numbers.add(left, self.numbers.negate(right))
            case Sign.MUL:
                return self.numbers.multiply(left, right)
            case Sign.DIV:
                return self.numbers.divide(left, right)
            case _:
                assert_never(expr.sign)

    def comparison(self, expr: Compare, scope: Scope) -> Truth:
        value, parts = self.value(expr.first, scope), []
        for op, right in expr.rest:
            other = self.value(right, scope)
            parts.append(self.comparing.relate(op, value, other))
            value = other
        return self.logic.both(parts)

    def choice(self, expr: If, scope: Scope) -> Lowered:
        """With an unknown test, what both branches agree on."""
        g, logic = self.graph, self.logic
        test = self.condition(expr.test, scope)
        yes, no = logic.yes(test), logic.no(test)
        inapplicable = test.gap.inapplicable
        with self.only_where(g.opposite(g.either(no, inapplicable))):
            then = self.value(expr.then, scope)
        with self.only_where(g.opposite(g.either(yes, inapplicable))):
            otherwise = self.value(expr.otherwise, scope)
        if expr.then == expr.otherwise:
            asked_first = Gap(inapplicable=inapplicable)
            whole = logic.unless(inapplicable, then.gap)
            return replace(
                then,
                gap=replace(
                    whole, inapplicable=g.either(whole.inapplicable, asked_first.inapplicable)
                ),
            )
        opened = test.gap.unknown
        agree: Formula = FALSE
        if opened is not FALSE:
            has = g.both(logic.has(then.gap), logic.has(otherwise.gap))
            agree = g.both(has, logic.same(then, otherwise))
            self._agreeing(test.gap, then, otherwise)
        disagree = g.both(opened, g.opposite(agree))
        gap = logic.cases(
            [
                (yes, then.gap),
                (no, otherwise.gap),
                (disagree, logic.undecided([test.gap, then.gap, otherwise.gap])),
                (inapplicable, test.gap),
            ]
        )
        return logic.chosen(test.holds, then, otherwise, gap)

    def _agreeing(self, test: Gap, then: Lowered, otherwise: Lowered) -> None:
        """Branches may agree on why there is no value, which columns do not know."""
        g = self.graph
        one, two = then.gap, otherwise.gap
        more = g.either(
            *(
                g.both(mine, g.opposite(theirs))
                for mine, theirs in (
                    (test.lapses, one.lapses),
                    (test.lacking, one.lacking),
                    (test.foreign, one.foreign),
                )
            )
        )
        alike = g.either(
            g.both(one.inapplicable, two.inapplicable), g.both(one.unknown, two.unknown, more)
        )
        self.escape(g.both(test.unknown, alike), "branches that may lack the same")
        if isinstance(then, Number) and isinstance(otherwise, Number):
            if then.roots or otherwise.roots:
                self.escape(test.unknown, "branches that may agree")
            spread = g.either(self.logic.wide(then), self.logic.wide(otherwise))
            self.escape(g.both(test.unknown, spread), "branches that may agree")

    # -- functions ------------------------------------------------------------------------------

    def call(self, expr: Call, scope: Scope) -> Lowered:
        first = expr.arguments[0]
        match expr.function:
            case Function.MIN | Function.MAX:
                values = [self.number(argument, scope) for argument in expr.arguments]
                return self.numbers.extreme(values, least=expr.function is Function.MIN)
            case Function.ABS:
                return self.numbers.absolute(self.number(first, scope))
            case Function.CEIL:
                return self.numbers.ceiling(self.number(first, scope))
            case Function.FLOOR:
                return self.numbers.floor(self.number(first, scope))
            case Function.ROUND:
                places = _whole(expr.arguments[1]) if len(expr.arguments) == 2 else 0
                return self.numbers.half_up(self.number(first, scope), Fraction(1, 10**places))
            case Function.PRIOR:
                years = _whole(expr.arguments[1]) if len(expr.arguments) == 2 else 1
                return self.value(first, replace(scope, moment=scope.moment.back(years)))
            case Function.IN_YEAR:
                moment = Moment(year=_whole(first))
                return self.value(expr.arguments[1], replace(scope, moment=moment))
            case Function.EVERY_YEAR | Function.ANY_YEAR:
                parts = [
                    self.condition(
                        expr.arguments[1], replace(scope, moment=scope.moment.back(years))
                    )
                    for years in range(_whole(first))
                ]
                every = expr.function is Function.EVERY_YEAR
                return self.logic.both(parts) if every else self.logic.either(parts)
            case Function.AT_LEAST:
                parts = [self.condition(part, scope) for part in expr.arguments[1:]]
                return self.logic.at_least(_whole(first), parts)
            case Function.REPORTED:
                return self.reported(first, scope)
            case Function.OUTCOME:
                raise UnsupportedError("the outcome of a criterion")
            case _:
                assert_never(expr.function)

    def reported(self, expr: Expr, scope: Scope) -> Truth:
        """Whether there is any statement of it; never unknown."""
        if isinstance(expr, Fact):
            return Truth(NO_GAP, lowering_facts.fact(self, expr.name, scope.moment).based)
        if isinstance(expr, Column):
            return Truth(NO_GAP, self.inputs.present(scope.table, expr.name))
        raise UnsupportedError("reported() of what is neither fact nor column")


def _whole(expr: Expr) -> int:
    """A written whole number."""
    return int(expr.value) if isinstance(expr, WrittenNumber) else 1
