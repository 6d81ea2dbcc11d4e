"""What each function and each aggregate of the language takes, and the type that it gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .expression import Call, Column, Fact, Function, Kind
from .operands import Operands
from .types import BROKEN, Broken, Quantity, Truth, Type

MOST_ARGUMENTS = 64
MOST_PLACES = 12
MOST_YEARS = 50


@dataclass(frozen=True, slots=True)
class Shape:
    """What an aggregate takes: a value (none, one, either), a weight, a condition for the value."""

    value: tuple[bool, ...]
    weighted: bool = False
    condition: bool = False


SHAPES: Mapping[Kind, Shape] = {
    Kind.COUNT: Shape((False,)),
    Kind.SUM: Shape((True,)),
    Kind.SHARE: Shape((True,), weighted=True, condition=True),
    Kind.MEAN: Shape((True,), weighted=True),
    Kind.MIN: Shape((True,)),
    Kind.MAX: Shape((True,)),
    Kind.ALL: Shape((True,), condition=True),
    Kind.ANY: Shape((True, False), condition=True),
    Kind.CV: Shape((True,), weighted=True),
}


def _same(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    for argument, kind in zip(call.arguments, kinds, strict=True):
        if not operands.want(argument, kind, Quantity):
            return BROKEN
    return operands.common(call, tuple(kinds))


def _rounding(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if len(call.arguments) == 2 and not operands.whole(call.arguments[1], 0, MOST_PLACES):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    kind = _same(operands, replace(call, arguments=call.arguments[:1]), kinds[:1])
    return replace(kind, irrational=False) if isinstance(kind, Quantity) else kind


def _prior(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if len(call.arguments) == 2 and not operands.whole(call.arguments[1], 1, MOST_YEARS):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    return kinds[0]


def _in_year(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if not operands.whole(call.arguments[0], 1900, 2200):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    return kinds[1]


def _over_years(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if not operands.whole(call.arguments[0], 1, MOST_YEARS):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    operands.want(call.arguments[1], kinds[1], Truth)
    return Truth()


def _at_least(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if not operands.whole(call.arguments[0], 1, len(call.arguments) - 1):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    for argument, kind in zip(call.arguments[1:], kinds[1:], strict=True):
        operands.want(argument, kind, Truth)
    return Truth()


def _reported(operands: Operands, call: Call, kinds: list[Type]) -> Type:
    if not isinstance(call.arguments[0], (Fact, Column)) and not isinstance(kinds[0], Broken):
        return operands.fault("wrong-arguments", call.at, function=call.function)
    return Truth()


@dataclass(frozen=True, slots=True)
class Signature:
    fewest: int
    most: int
    result: Callable[[Operands, Call, list[Type]], Type]
    of_years: bool = False


SIGNATURES: Mapping[Function, Signature] = {
    Function.MIN: Signature(2, MOST_ARGUMENTS, _same),
    Function.MAX: Signature(2, MOST_ARGUMENTS, _same),
    Function.ABS: Signature(1, 1, _same),
    Function.CEIL: Signature(1, 1, _rounding),
    Function.FLOOR: Signature(1, 1, _rounding),
    Function.ROUND: Signature(1, 2, _rounding),
    Function.PRIOR: Signature(1, 2, _prior, of_years=True),
    Function.IN_YEAR: Signature(2, 2, _in_year, of_years=True),
    Function.EVERY_YEAR: Signature(2, 2, _over_years, of_years=True),
    Function.ANY_YEAR: Signature(2, 2, _over_years, of_years=True),
    Function.AT_LEAST: Signature(2, MOST_ARGUMENTS, _at_least),
    Function.REPORTED: Signature(1, 1, _reported),
    Function.OUTCOME: Signature(1, 1, _reported),
}
