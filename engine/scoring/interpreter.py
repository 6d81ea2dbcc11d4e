"""The reference evaluator: walks resolved expressions with exact arithmetic and keeps what it used.

It never raises on data: what has no value is `Unknown` with reasons, or `NotApplicable`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

from ..facts.sheet import FactSheet, Row
from ..facts.values import Bound, Measured
from ..language.expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Expr,
    Fact,
    Flag,
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
from ..language.expression import Day as WrittenDay
from ..language.expression import Number as WrittenNumber
from ..language.expression import Word as WrittenWord
from ..language.model import OTHERWISE, ParameterDefinition, Ruleset
from ..language.printer import show
from ..language.units import PLAIN, find_unit, in_base
from . import aggregates, membership
from .calls import called
from .cohort import Cohort
from .comparing import relate
from .fact_values import (
    NOW,
    FactValue,
    FactValues,
    Key,
    Moment,
    cell_reason,
    from_stated,
)
from .intervals import add, divide, multiply, negate
from .values import (
    NO,
    YES,
    Condition,
    Day,
    NotApplicable,
    Number,
    Reason,
    Truth,
    Unknown,
    Value,
    Why,
    Word,
    absent,
    both,
    either,
    opposite,
    point,
    undecided,
    unknown,
)
from .where import HERE, Comparison, Where


class Interpreter:
    """Evaluates expressions of one ruleset on one sheet; ``overrides`` replace facts.

    The ``cohort`` knows the batch that the sheet is part of; without it comparisons are unknown.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        sheet: FactSheet,
        overrides: Mapping[Key, Value] | None = None,
        cohort: Cohort | None = None,
        found: dict[Key, FactValue] | None = None,
    ) -> None:
        self.ruleset = ruleset
        self.sheet = sheet
        self.cohort = cohort
        self.vocabulary = ruleset.vocabulary
        self.facts = FactValues(sheet, self.vocabulary, overrides or {}, self._defined, found)
        self._comparisons: list[Comparison] | None = None

    def replaced(self, key: Key, value: Value) -> "Interpreter":
        """The same evaluation with one more fact replaced."""
        overrides = {**self.facts.overrides, key: value}
        found = self.facts.replaced(key, value)
        return Interpreter(self.ruleset, self.sheet, overrides, self.cohort, found)

    def as_reported(self) -> "Interpreter":
        """The same evaluation with no fact replaced."""
        return Interpreter(self.ruleset, self.sheet) if self.facts.overrides else self

    def base_year(self, name: str) -> int:
        """The year that the fact is of when nothing shifts it."""
        return self.facts.base_year(name)

    def fact(self, name: str, moment: Moment = NOW) -> FactValue:
        """The fact for the moment."""
        return self.facts.get(name, moment)

    def _defined(self, definition: Expr, moment: Moment) -> Value:
        outer, self._comparisons = self._comparisons, None
        try:
            return self.value(definition, Where(moment=moment))
        finally:
            self._comparisons = outer

    @contextmanager
    def tracing(self) -> Iterator[list[Comparison]]:
        """Collects the comparisons that are made inside the block."""
        outer, self._comparisons = self._comparisons, []
        try:
            yield self._comparisons
        finally:
            self._comparisons = outer

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Comparisons inside belong to a definition, not to the condition that is traced."""
        outer, self._comparisons = self._comparisons, None
        try:
            yield
        finally:
            self._comparisons = outer

    # -- expressions ----------------------------------------------------------------------------

    def condition(self, expr: Expr, where: Where = HERE) -> Condition:
        """The truth of a condition."""
        value = self.value(expr, where)
        if isinstance(value, (Truth, Unknown, NotApplicable)):
            return value
        raise TypeError(f"not a condition: {show(expr)}")

    def value(self, expr: Expr, where: Where = HERE) -> Value:
        """The value of an expression."""
        match expr:
            case Fact():
                return self.fact(expr.name, where.moment).value
            case WrittenNumber():
                return _written(expr.value, expr.unit)
            case Compare():
                return self.comparison(expr, where)
            case Arithmetic():
                return self.arithmetic(expr, where)
            case Special():
                return self.special(expr, where)
            case WrittenWord():
                return Word(expr.text)
            case Flag():
                return Truth(expr.value)
            case WrittenDay():
                return Day(expr.value)
            case Parameter():
                return self.parameter(self.ruleset.parameters[expr.name])
            case Column():
                return self.cell(expr, where)
            case Attribute():
                return self.attribute(expr.name)
            case Tally():
                key = (str(expr.kind), expr.outcome, expr.domain)
                return where.tallies[key]
            case Negate():
                operand = self.value(expr.operand, where)
                return negate(operand) if isinstance(operand, Number) else operand
            case In():
                operand = self.value(expr.operand, where)
                options = [self.value(option, where) for option in expr.options]
                return either([relate(Op.EQ, operand, o) for o in options])
            case And():
                return both([self.condition(part, where) for part in expr.parts])
            case Or():
                return either([self.condition(part, where) for part in expr.parts])
            case Not():
                return opposite(self.condition(expr.operand, where))
            case If():
                return self.choice(expr, where)
            case Call():
                return called(self, expr, where)
            case Aggregate():
                return self.aggregate(expr, where)
            case Batched():
                return membership.compared(self, expr)
            case Name():
                return unknown(Why.MISSING, expr.name)
            case _:
                assert_never(expr)

    def parameter(self, parameter: ParameterDefinition) -> Value:
        """A parameter's value for this subject."""
        if parameter.by is None:
            return self.value(parameter.value) if parameter.value is not None else NO
        word = (
            self.sheet.subject.kind
            if parameter.by == "kind"
            else self.sheet.subject.attributes.get(parameter.by, "")
        )
        chosen = parameter.values.get(word) if word else None
        if chosen is None and word:
            chosen = parameter.values.get(OTHERWISE)
        if chosen is None:
            return unknown(Why.ATTRIBUTE, f"subject.{parameter.by}")
        return self.value(chosen)

    def attribute(self, name: str) -> Value:
        """An attribute of the subject."""
        subject = self.sheet.subject
        known = {"code": subject.code, "name": subject.name, "kind": subject.kind}
        word = known.get(name, subject.attributes.get(name, ""))
        return Word(word) if word else unknown(Why.ATTRIBUTE, f"subject.{name}")

    def special(self, expr: Special, where: Where) -> Value:
        if expr.name == "measure" and where.measure is not None:
            return where.measure
        if expr.name == "evaluation.year":
            return point(self.sheet.year)
        return where.specials[expr.name]

    def cell(self, expr: Column, where: Where) -> Value:
        if where.row is None:
            return unknown(Why.MISSING, expr.name)
        table = self.vocabulary.tables[where.table]
        stated = where.row.values.get(expr.name)
        if stated is None:
            return Unknown((cell_reason(Why.MISSING, table, where.row, expr.name),))
        if not isinstance(stated, Measured) or stated.bound is Bound.EXACT:
            reason = Reason(Why.BOUND, expr.name)
        else:
            reason = cell_reason(Why.BOUND, table, where.row, expr.name)
        return from_stated(stated, reason, table.columns[expr.name].levels)

    def arithmetic(self, expr: Arithmetic, where: Where) -> Value:
        left, right = self.value(expr.left, where), self.value(expr.right, where)
        missing = absent(left, right)
        if missing is not None:
            return missing
        if not isinstance(left, Number) or not isinstance(right, Number):
            raise TypeError(f"not numbers: {show(expr)}")
        match expr.sign:
            case Sign.ADD:
                return add(left, right)
            case Sign.SUB:
                return add(left, negate(right))
            case Sign.MUL:
                return multiply(left, right)
            case Sign.DIV:
                return divide(left, right, show(expr.right))
            case _:
                assert_never(expr.sign)

    def comparison(self, expr: Compare, where: Where) -> Condition:
        left, parts = expr.first, []
        value = self.value(left, where)
        for op, right in expr.rest:
            other = self.value(right, where)
            result = relate(op, value, other)
            if self._comparisons is not None:
                self._comparisons.append(
                    Comparison(
                        left=left,
                        op=op,
                        right=right,
                        left_value=value,
                        right_value=other,
                        result=result,
                        moment=where.moment,
                    )
                )
            parts.append(result)
            left, value = right, other
        return both(parts)

    def choice(self, expr: If, where: Where) -> Value:
        test = self.condition(expr.test, where)
        if isinstance(test, Truth):
            return self.value(expr.then if test.holds else expr.otherwise, where)
        if isinstance(test, NotApplicable):
            return test
        then, otherwise = self.value(expr.then, where), self.value(expr.otherwise, where)
        return then if then == otherwise else undecided(test, then, otherwise) or test

    # -- tables ---------------------------------------------------------------------------------

    def aggregate(self, expr: Aggregate, where: Where) -> Value:
        table = self.sheet.tables.get(expr.table)
        if table is None:
            return unknown(Why.TABLE, expr.table)
        if table.not_applicable:
            return NotApplicable(table.not_applicable, expr.table)
        members = [member for _, member in self.rows(expr, where)]
        return aggregates.aggregate(expr, members, lambda: show(expr))

    def rows(self, expr: Aggregate, where: Where = HERE) -> Iterator[tuple[Row, aggregates.Member]]:
        """Each row of the table with what the aggregate makes of it."""
        table = self.sheet.tables.get(expr.table)
        for row in () if table is None else table.rows:
            here = replace(where, row=row, table=expr.table)
            with self.silent():
                selected = YES if expr.where is None else self.condition(expr.where, here)
                out = isinstance(selected, Truth) and not selected.holds
                value = None if out or expr.value is None else self.value(expr.value, here)
                # Without a value, rows that are left out still belong to the whole of a share.
                weighs = expr.weight if not out or expr.value is None else None
                weight = None if weighs is None else self.value(weighs, here)
            yield row, aggregates.Member(selected, value, weight)


@lru_cache(maxsize=4096)
def _written(value: Fraction, unit: str) -> Number:
    """A written number in base units."""
    return point(in_base(value, find_unit(unit) or PLAIN))
