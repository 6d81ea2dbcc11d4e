"""The functions of expressions: extremes, rounding, other years, what is reported or judged."""

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

from ..language.expression import Call, Column, Expr, Fact, Function
from ..language.expression import Number as WrittenNumber
from ..language.expression import Word as WrittenWord
from ..language.printer import show
from .fact_values import Basis, Moment
from .intervals import absolute, largest, smallest
from .rounding import ceiling, floor, half_up
from .values import (
    Condition,
    NotApplicable,
    Number,
    Truth,
    Value,
    Why,
    Word,
    absent,
    at_least,
    both,
    either,
    unknown,
)
from .where import Where

if TYPE_CHECKING:
    from .interpreter import Interpreter


def called(of: "Interpreter", expr: Call, where: Where) -> Value:
    """The value of a function; ``of`` evaluates its arguments."""
    first = expr.arguments[0]
    match expr.function:
        case Function.MIN | Function.MAX:
            return _extreme(of, expr, where)
        case Function.ABS | Function.CEIL | Function.FLOOR | Function.ROUND:
            return _rounded(of, expr, where)
        case Function.PRIOR:
            years = _whole(expr.arguments[1]) if len(expr.arguments) == 2 else 1
            return of.value(first, replace(where, moment=where.moment.back(years)))
        case Function.IN_YEAR:
            return of.value(expr.arguments[1], replace(where, moment=Moment(0, _whole(first))))
        case Function.EVERY_YEAR | Function.ANY_YEAR:
            conditions = [
                of.condition(expr.arguments[1], replace(where, moment=where.moment.back(back)))
                for back in range(_whole(first))
            ]
            every = expr.function is Function.EVERY_YEAR
            return both(conditions) if every else either(conditions)
        case Function.AT_LEAST:
            parts = [of.condition(part, where) for part in expr.arguments[1:]]
            return at_least(_whole(first), parts)
        case Function.REPORTED:
            return _reported(of, first, where)
        case Function.OUTCOME:
            name = first.text if isinstance(first, WrittenWord) else ""
            return Word(where.outcomes[name])
        case _:
            assert_never(expr.function)


def _reported(of: "Interpreter", expr: Expr, where: Where) -> Condition:
    if isinstance(expr, Fact):
        return Truth(of.fact(expr.name, where.moment).basis is not Basis.ABSENT)
    present = isinstance(expr, Column) and where.row is not None and expr.name in where.row.values
    return Truth(present)


def _extreme(of: "Interpreter", expr: Call, where: Where) -> Value:
    """min and max: members that are known may bound the result even when another is not."""
    values = [of.value(argument, where) for argument in expr.arguments]
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
    if missing.lapses:
        return missing
    sources = tuple(dict.fromkeys((*result.bounded, *missing.reasons)))
    if smaller:
        return Number(None, result.high, False, result.high_open, sources)
    return Number(result.low, None, result.low_open, False, sources)


def _rounded(of: "Interpreter", expr: Call, where: Where) -> Value:
    value = of.value(expr.arguments[0], where)
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


def _whole(expr: Expr) -> int:
    """A written whole number; the checker has seen to it that it is one."""
    return int(expr.value) if isinstance(expr, WrittenNumber) else 1
