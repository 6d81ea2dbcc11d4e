"""The reference evaluator: walks resolved expressions with exact arithmetic and keeps what it used.

It never raises on data: what has no value is `Unknown` with reasons, or `NotApplicable`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from ..facts.sheet import FactSheet, Row
from ..facts.values import (
    Answer,
    Bound,
    Entry,
    Inapplicable,
    Measured,
    OnDay,
    Rank,
    Said,
    Stated,
)
from ..language.expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
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
from ..language.expression import Day as WrittenDay
from ..language.expression import Number as WrittenNumber
from ..language.expression import Word as WrittenWord
from ..language.model import ParameterDefinition, Ruleset
from ..language.parameters import OTHERWISE
from ..language.printer import show
from ..language.units import PLAIN, find_unit, in_base
from . import aggregates
from .rounding import ceiling, floor, half_up
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
    absolute,
    add,
    at_least,
    both,
    compare,
    either,
    largest,
    multiply,
    negate,
    opposite,
    point,
    reciprocal,
    smallest,
    unknown,
)


class Basis(StrEnum):
    """What a fact's value rests on."""

    REPORTED = "reported"
    COMPUTED = "computed"
    STATED = "stated"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValue:
    """A fact for a year: its value, what it rests on, and for derived facts the parts used."""

    name: str
    year: int
    value: Value
    basis: Basis
    entry: Entry | None = None
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison as it was evaluated: the trace of a condition."""

    left: Expr
    op: Op
    right: Expr
    left_value: Value
    right_value: Value
    result: Condition
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """Which year facts are read for: ``shift`` years back, or the absolute ``year``."""

    shift: int = 0
    year: int | None = None

    def back(self, years: int) -> "Moment":
        """So many years earlier."""
        if self.year is not None:
            return Moment(0, self.year - years)
        return Moment(self.shift + years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where an expression is evaluated: year, row of a table, measure, special values of a grade rule."""

    moment: Moment = Moment()
    row: Row | None = None
    measure: Value | None = None
    specials: Mapping[str, Value] = field(default_factory=dict)
    tallies: Mapping[tuple[str, str, str | None], Value] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


NOW = Where()


class Interpreter:
    """Evaluates expressions of one ruleset on one sheet. ``overrides`` put values in place of facts."""

    def __init__(
        self,
        ruleset: Ruleset,
        sheet: FactSheet,
        overrides: Mapping[tuple[str, int], Value] | None = None,
    ) -> None:
        self.ruleset = ruleset
        self.sheet = sheet
        self.vocabulary = ruleset.vocabulary
        self.overrides = overrides or {}
        self._facts: dict[tuple[str, int], FactValue] = {}
        self._used: dict[tuple[str, int], None] = {}
        self._tables: dict[str, None] = {}
        self._comparisons: list[Comparison] | None = None

    # -- facts ----------------------------------------------------------------------------------

    def base_year(self, name: str) -> int:
        """The year that the fact is of when nothing shifts it."""
        return self.sheet.year - (1 if self.vocabulary.facts[name].previous_year else 0)

    def fact(self, name: str, moment: Moment = Moment()) -> FactValue:
        """The fact for the moment, computed from its parts where they are reported."""
        base = self.base_year(name)
        year = moment.year if moment.year is not None else base - moment.shift
        key = (name, year)
        self._used[key] = None
        found = self._facts.get(key)
        if found is None:
            found = self._facts[key] = self._find(name, year, base)
        return found

    def _find(self, name: str, year: int, base: int) -> FactValue:
        if (name, year) in self.overrides:
            value = self.overrides[name, year]
            return FactValue(name=name, year=year, value=value, basis=Basis.REPORTED)
        entry = self.sheet.chosen(name, year)
        definition = self.vocabulary.facts[name]
        if entry is not None and isinstance(entry.stated, Inapplicable):
            return FactValue(
                name=name,
                year=year,
                value=NotApplicable(entry.stated.reason, name),
                basis=Basis.REPORTED,
                entry=entry,
            )
        stated = None if entry is None else from_stated(entry.stated, Reason(Why.BOUND, name, year))
        if definition.derived is None:
            if stated is None:
                absent_value = unknown(Why.MISSING, name, year)
                return FactValue(name=name, year=year, value=absent_value, basis=Basis.ABSENT)
            return FactValue(name=name, year=year, value=stated, basis=Basis.REPORTED, entry=entry)
        return self._derived(name, year, base, definition.derived, stated, entry)

    def _derived(
        self,
        name: str,
        year: int,
        base: int,
        derived: Expr,
        stated: Value | None,
        entry: Entry | None,
    ) -> FactValue:
        """Parts decide; without them the statement does; a claim never overrides its parts."""
        with self.using() as used, self.silent():
            computed = self.value(derived, Where(moment=Moment(base - year)))
        parts = tuple(used)
        if not isinstance(computed, (Unknown, NotApplicable)):
            return FactValue(
                name=name, year=year, value=computed, basis=Basis.COMPUTED, entry=entry, parts=parts
            )
        blocked = isinstance(computed, Unknown) and all(
            r.why is not Why.MISSING and r.why is not Why.TABLE for r in computed.reasons
        )
        if stated is not None and not blocked:
            return FactValue(name=name, year=year, value=stated, basis=Basis.STATED, entry=entry)
        if isinstance(computed, Unknown) and not blocked:
            known = [
                self._facts[key].basis is not Basis.ABSENT for key in parts if key in self._facts
            ]
            if not any(known):
                computed = unknown(Why.MISSING, name, year)
        return FactValue(
            name=name, year=year, value=computed, basis=Basis.ABSENT, entry=entry, parts=parts
        )

    def fact_at(self, key: tuple[str, int]) -> FactValue | None:
        """A fact that was looked up before, by name and year."""
        return self._facts.get(key)

    def leaves(self, keys: Mapping[tuple[str, int], None]) -> list[FactValue]:
        """The facts behind ``keys``: parts in place of what was computed from them, each once."""
        found: dict[tuple[str, int], FactValue] = {}

        def visit(key: tuple[str, int]) -> None:
            fact = self._facts.get(key)
            if fact is None:
                return
            if fact.parts and fact.basis is not Basis.STATED:
                for part in fact.parts:
                    visit(part)
            else:
                found.setdefault(key, fact)

        for key in keys:
            visit(key)
        return list(found.values())

    @contextmanager
    def using(self) -> Iterator[dict[tuple[str, int], None]]:
        """Collects the facts that are looked up inside the block."""
        outer, self._used = self._used, {}
        try:
            yield self._used
        finally:
            inner, self._used = self._used, outer
            self._used.update(inner)

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

    def condition(self, expr: Expr, where: Where = NOW) -> Condition:
        """The truth of a condition."""
        value = self.value(expr, where)
        return value if isinstance(value, (Truth, Unknown, NotApplicable)) else NO

    def value(self, expr: Expr, where: Where = NOW) -> Value:
        """The value of an expression."""
        match expr:
            case WrittenNumber():
                return point(in_base(expr.value, find_unit(expr.unit) or PLAIN))
            case WrittenWord():
                return Word(expr.text)
            case Flag():
                return Truth(expr.value)
            case WrittenDay():
                return Day(expr.value)
            case Fact():
                return self.fact(expr.name, where.moment).value
            case Parameter():
                return self.parameter(self.ruleset.parameters[expr.name])
            case Column():
                return self.cell(expr, where)
            case Attribute():
                return self.attribute(expr.name)
            case Special():
                return self.special(expr, where)
            case Tally():
                key = (str(expr.kind), expr.outcome, expr.domain)
                return where.tallies[key]
            case Negate():
                operand = self.value(expr.operand, where)
                return negate(operand) if isinstance(operand, Number) else operand
            case Arithmetic():
                return self.arithmetic(expr, where)
            case Compare():
                return self.comparison(expr, where)
            case In():
                operand = self.value(expr.operand, where)
                options = [self.value(option, where) for option in expr.options]
                return either([self.relate(expr, Op.EQ, operand, o) for o in options])
            case And():
                return both([self.condition(part, where) for part in expr.parts])
            case Or():
                return either([self.condition(part, where) for part in expr.parts])
            case Not():
                return opposite(self.condition(expr.operand, where))
            case If():
                return self.choice(expr, where)
            case Call():
                return self.call(expr, where)
            case Aggregate():
                return self.aggregate(expr, where)
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
        stated = where.row.values.get(expr.name)
        if stated is None:
            return unknown(Why.MISSING, f"{where.row.origin.short_place} {expr.name}")
        reason = Reason(Why.BOUND, f"{where.row.origin.short_place} {expr.name}")
        return from_stated(stated, reason)

    def arithmetic(self, expr: Arithmetic, where: Where) -> Value:
        left, right = self.value(expr.left, where), self.value(expr.right, where)
        missing = absent(left, right)
        if missing is not None:
            return missing
        if not isinstance(left, Number) or not isinstance(right, Number):
            return unknown(Why.MISSING, show(expr))
        match expr.sign:
            case Sign.ADD:
                return add(left, right)
            case Sign.SUB:
                return add(left, negate(right))
            case Sign.MUL:
                return multiply(left, right)
            case Sign.DIV:
                inverse = reciprocal(right)
                if inverse is None:
                    return unknown(Why.ZERO_DIVISOR, show(expr.right))
                return multiply(left, inverse)
            case _:
                assert_never(expr.sign)

    def comparison(self, expr: Compare, where: Where) -> Condition:
        left, parts = expr.first, []
        value = self.value(left, where)
        for op, right in expr.rest:
            other = self.value(right, where)
            result = self.relate(expr, op, value, other)
            if self._comparisons is not None:
                self._comparisons.append(
                    Comparison(
                        left=left,
                        op=op,
                        right=right,
                        left_value=value,
                        right_value=other,
                        result=result,
                        shift=where.moment.shift,
                    )
                )
            parts.append(result)
            left, value = right, other
        return both(parts)

    def relate(self, expr: Expr, op: Op, left: Value, right: Value) -> Condition:
        """One comparison of two values."""
        missing = absent(left, right)
        if missing is not None:
            return missing
        match left, right:
            case Number(), Number():
                return compare(op, left, right)
            case Truth(), Truth():
                return Truth((left.holds == right.holds) is (op is Op.EQ))
            case Word(), Word():
                return self.words(op, left, right)
            case Day(), Day():
                days = (point(left.value.toordinal()), point(right.value.toordinal()))
                return compare(op, *days)
            case _:
                return unknown(Why.MISSING, show(expr))

    def words(self, op: Op, left: Word, right: Word) -> Condition:
        """Words are equal or not; those of an ordered list compare by position."""
        if op in (Op.EQ, Op.NE):
            return Truth((left.text == right.text) is (op is Op.EQ))
        positions = (self.position(left, right), self.position(right, left))
        if positions[0] is None or positions[1] is None:
            return unknown(Why.MISSING, f"{left.text} {op} {right.text}")
        return compare(op, point(positions[0]), point(positions[1]))

    def position(self, word: Word, other: Word) -> int | None:
        """The position of a word; a written one takes it from the list of the fact beside it."""
        if word.position is not None:
            return word.position
        for definition in self.vocabulary.facts.values():
            levels = definition.levels
            if other.position is not None and levels[other.position : other.position + 1] == (
                other.text,
            ):
                if word.text in levels:
                    return levels.index(word.text)
        for table in self.vocabulary.tables.values():
            for column in table.columns.values():
                if other.text in column.levels and word.text in column.levels:
                    return column.levels.index(word.text)
        return None

    def choice(self, expr: If, where: Where) -> Value:
        test = self.condition(expr.test, where)
        if isinstance(test, Truth):
            return self.value(expr.then if test.holds else expr.otherwise, where)
        then, otherwise = self.value(expr.then, where), self.value(expr.otherwise, where)
        return then if then == otherwise else test

    # -- functions ------------------------------------------------------------------------------

    def call(self, expr: Call, where: Where) -> Value:
        first = expr.arguments[0]
        match expr.function:
            case Function.MIN | Function.MAX:
                return self.extreme(expr, where)
            case Function.ABS | Function.CEIL | Function.FLOOR | Function.ROUND:
                return self.rounded(expr, where)
            case Function.PRIOR:
                years = _whole(expr.arguments[1]) if len(expr.arguments) == 2 else 1
                return self.value(first, replace(where, moment=where.moment.back(years)))
            case Function.IN_YEAR:
                return self.value(
                    expr.arguments[1], replace(where, moment=Moment(0, _whole(first)))
                )
            case Function.EVERY_YEAR | Function.ANY_YEAR:
                conditions = [
                    self.condition(
                        expr.arguments[1], replace(where, moment=where.moment.back(back))
                    )
                    for back in range(_whole(first))
                ]
                every = expr.function is Function.EVERY_YEAR
                return both(conditions) if every else either(conditions)
            case Function.AT_LEAST:
                parts = [self.condition(part, where) for part in expr.arguments[1:]]
                return at_least(_whole(first), parts)
            case Function.REPORTED:
                return self.reported(first, where)
            case Function.OUTCOME:
                name = first.text if isinstance(first, WrittenWord) else ""
                return Word(where.outcomes[name])
            case _:
                assert_never(expr.function)

    def reported(self, expr: Expr, where: Where) -> Condition:
        if isinstance(expr, Fact):
            return Truth(self.fact(expr.name, where.moment).basis is not Basis.ABSENT)
        present = (
            isinstance(expr, Column) and where.row is not None and expr.name in where.row.values
        )
        return Truth(present)

    def extreme(self, expr: Call, where: Where) -> Value:
        """min and max: members that are known may bound the result even when another is not."""
        values = [self.value(argument, where) for argument in expr.arguments]
        numbers = [v for v in values if isinstance(v, Number)]
        missing = absent(*values)
        smaller = expr.function is Function.MIN
        if isinstance(missing, NotApplicable) or not numbers:
            return missing or unknown(Why.MISSING, show(expr))
        result = numbers[0]
        for number in numbers[1:]:
            result = smallest(result, number) if smaller else largest(result, number)
        if missing is None:
            return result
        sources = tuple(dict.fromkeys((*result.bounded, *missing.reasons)))
        if smaller:
            return Number(None, result.high, False, result.high_open, sources)
        return Number(result.low, None, result.low_open, False, sources)

    def rounded(self, expr: Call, where: Where) -> Value:
        value = self.value(expr.arguments[0], where)
        if not isinstance(value, Number):
            return value
        places = _whole(expr.arguments[1]) if len(expr.arguments) == 2 else 0
        match expr.function:
            case Function.ABS:
                return absolute(value)
            case Function.CEIL:
                return ceiling(value)
            case Function.FLOOR:
                return floor(value)
            case _:
                return half_up(value, places, Fraction(1))

    # -- tables ---------------------------------------------------------------------------------

    def aggregate(self, expr: Aggregate, where: Where) -> Value:
        table = self.sheet.tables.get(expr.table)
        self._tables[expr.table] = None
        if table is None:
            return unknown(Why.TABLE, expr.table)
        if table.not_applicable:
            return NotApplicable(table.not_applicable, expr.table)
        members = []
        with self.silent():
            for row in table.rows:
                here = replace(where, row=row)
                selected = YES if expr.where is None else self.condition(expr.where, here)
                out = isinstance(selected, Truth) and not selected.holds
                members.append(
                    aggregates.Member(
                        selected,
                        None if out or expr.value is None else self.value(expr.value, here),
                        None if out or expr.weight is None else self.value(expr.weight, here),
                    )
                )
        return aggregates.aggregate(expr, members, lambda: show(expr))


def _whole(expr: Expr) -> int:
    """A written whole number; the checker has seen to it that it is one."""
    return int(expr.value) if isinstance(expr, WrittenNumber) else 1


def from_stated(stated: Stated, bounded: Reason) -> Value:
    """The value that a statement gives; bounds become intervals."""
    match stated:
        case Measured():
            x, sources = stated.value, (bounded,)
            match stated.bound:
                case Bound.EXACT:
                    return point(x)
                case Bound.AT_LEAST:
                    return Number(x, None, False, False, sources)
                case Bound.MORE_THAN:
                    return Number(x, None, True, False, sources)
                case Bound.AT_MOST:
                    return Number(None, x, False, False, sources)
                case Bound.LESS_THAN:
                    return Number(None, x, False, True, sources)
        case Answer():
            return Truth(stated.value)
        case Rank():
            return Word(stated.word, stated.position)
        case OnDay():
            return Day(stated.value)
        case Said():
            return Word(stated.text)
        case Inapplicable():
            return NotApplicable(stated.reason, bounded.name)
