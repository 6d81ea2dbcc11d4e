"""What levels compare the measure with, and what limits come to for each kind of subject."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from typing import TypeAlias

from .expression import (
    And,
    Arithmetic,
    Compare,
    Expr,
    Negate,
    Number,
    Op,
    Parameter,
    Sign,
    Special,
    walk,
)
from .model import OTHERWISE, Level, Outcome, ParameterDefinition
from .units import PLAIN, find_unit, in_base

UPWARD = frozenset({Op.GT, Op.GE})
DOWNWARD = frozenset({Op.LT, Op.LE})
MOST_SETTINGS = 1000

Parameters: TypeAlias = Mapping[str, ParameterDefinition]
# The attributes that parameters vary by, each with a word; OTHERWISE stands for any other word.
Setting: TypeAlias = Mapping[str, str]


def limits(condition: Expr) -> tuple[tuple[Op, Expr], ...] | None:
    """The comparisons of the measure that a level consists of; None for any other condition."""
    parts = condition.parts if isinstance(condition, And) else (condition,)
    found: list[tuple[Op, Expr]] = []
    for part in parts:
        if not isinstance(part, Compare) or part.first != Special("measure"):
            return None
        if len(part.rest) != 1:
            return None
        found.append(part.rest[0])
    return tuple(found)


def base_value(number: Number) -> Fraction:
    """A written number in base units."""
    return in_base(number.value, find_unit(number.unit) or PLAIN)


def settings(exprs: Iterable[Expr], parameters: Parameters) -> Iterator[Setting]:
    """Every kind of subject that the parameters in the expressions tell apart."""
    words: dict[str, dict[str, None]] = {}
    for part in (part for expr in exprs for part in walk(expr)):
        if isinstance(part, Parameter) and part.name in parameters:
            parameter = parameters[part.name]
            if parameter.by is not None:
                words.setdefault(parameter.by, {}).update(dict.fromkeys(parameter.values))
    chosen = product(*(tuple(known) for known in words.values()))
    for choice in islice(chosen, MOST_SETTINGS):
        yield dict(zip(words, choice, strict=True))


def constant(expr: Expr, parameters: Parameters, setting: Setting) -> Fraction | None:
    """What an expression of written numbers comes to in base units; None for any other."""
    match expr:
        case Number():
            return base_value(expr)
        case Negate(operand):
            value = constant(operand, parameters, setting)
            return None if value is None else -value
        case Parameter(name):
            written = chosen(parameters.get(name), setting)
            return None if written is None else constant(written, parameters, setting)
        case Arithmetic(sign, left, right):
            first = constant(left, parameters, setting)
            second = constant(right, parameters, setting)
            return None if first is None or second is None else _joined(sign, first, second)
        case _:
            return None


def chosen(parameter: ParameterDefinition | None, setting: Setting) -> Expr | None:
    """The value of a parameter for one kind of subject."""
    if parameter is None or parameter.by is None:
        return None if parameter is None else parameter.value
    word = setting.get(parameter.by, OTHERWISE)
    return parameter.values.get(word, parameter.values.get(OTHERWISE))


def _joined(sign: Sign, first: Fraction, second: Fraction) -> Fraction | None:
    match sign:
        case Sign.ADD:
            return first + second
        case Sign.SUB:
            return first - second
        case Sign.MUL:
            return first * second
        case Sign.DIV:
            return first / second if second else None


def within(inner: tuple[Op, Fraction], outer: tuple[Op, Fraction]) -> bool:
    """Whether whatever satisfies ``inner`` satisfies ``outer`` too."""
    (op, limit), (other, bound) = inner, outer
    if op in UPWARD and other in UPWARD:
        return limit > bound or (limit == bound and (op is Op.GT or other is Op.GE))
    if op in DOWNWARD and other in DOWNWARD:
        return limit < bound or (limit == bound and (op is Op.LT or other is Op.LE))
    return False


def dead_settings(
    levels: tuple[Level, ...], parameters: Parameters
) -> tuple[tuple[Setting, ...], int]:
    """The kinds of subject for which ``basically`` holds only where ``fully`` does, of how many."""
    by_outcome = {level.outcome: level.condition for level in levels}
    first = by_outcome.get(Outcome.FULLY_MET)
    second = by_outcome.get(Outcome.BASICALLY_MET)
    if first is None or second is None:
        return (), 0
    outer, inner = limits(first), limits(second)
    if outer is None or inner is None or len(outer) != 1 or len(inner) != 1:
        return (), 0
    count, dead = 0, []
    for setting in settings((first, second), parameters):
        count += 1
        if _inside(inner[0], outer[0], parameters, setting):
            dead.append(setting)
    return tuple(dead), count


def _inside(
    inner: tuple[Op, Expr], outer: tuple[Op, Expr], parameters: Parameters, setting: Setting
) -> bool:
    narrow = constant(inner[1], parameters, setting)
    wide = constant(outer[1], parameters, setting)
    if narrow is None or wide is None:
        return False
    return within((inner[0], narrow), (outer[0], wide))
