"""Comparisons: numbers where their intervals decide, words in their order, days, answers."""

import operator
from collections.abc import Callable
from typing import Any

from ..language.expression import MIRRORED, Op
from .intervals import sources
from .values import (
    Condition,
    Day,
    Number,
    Truth,
    Unknown,
    Value,
    Why,
    Word,
    absent,
    point,
    unknown,
)


def relate(op: Op, left: Value, right: Value) -> Condition:
    """One comparison of two values of one type, as the checker of rulesets has made sure."""
    missing = absent(left, right)
    if missing is not None:
        return missing
    match left, right:
        case Number(), Number():
            return compare(op, left, right)
        case Truth(), Truth():
            return Truth((left.holds == right.holds) is (op is Op.EQ))
        case Word(), Word():
            return _words(op, left, right)
        case Day(), Day():
            return compare(op, point(left.value.toordinal()), point(right.value.toordinal()))
        case _:
            raise TypeError(f"{left} cannot be compared with {right}")


def _words(op: Op, left: Word, right: Word) -> Condition:
    """Words are equal or not; those of an ordered list compare by position."""
    if op in (Op.EQ, Op.NE):
        return Truth((left.text == right.text) is (op is Op.EQ))
    first, second = _position(left, right), _position(right, left)
    if first is None or second is None:
        return unknown(Why.MISSING, f"{left.text} {op} {right.text}")
    return compare(op, point(first), point(second))


def _position(word: Word, other: Word) -> int | None:
    """The position of a word; a written one has it in the list of the value beside it."""
    if word.position is not None:
        return word.position
    return other.levels.index(word.text) if word.text in other.levels else None


def compare(op: Op, a: Number, b: Number) -> Condition:
    """The comparison, where the intervals decide it; else unknown because of the bounds."""
    decided = _decide(op, a, b)
    if decided is None:
        return Unknown(sources(a, b))
    return Truth(decided)


# What single numbers are compared by.
EXACTLY: dict[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
}


ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE)


def _decide(op: Op, a: Number, b: Number) -> bool | None:
    if a.low is not None and a.low is a.high and b.low is not None and b.low is b.high:
        return EXACTLY[op](a.low, b.low)
    if op in (Op.GT, Op.GE):
        return _decide(MIRRORED[op], b, a)
    if op is Op.LT:
        if _before(a, b, strict=True):
            return True
        return False if _before(b, a, strict=False) else None
    if op is Op.LE:
        if _before(a, b, strict=False):
            return True
        return False if _before(b, a, strict=True) else None
    equal: bool | None = None
    if a.exact is not None and b.exact is not None:
        equal = a.exact == b.exact
    elif _before(a, b, strict=True) or _before(b, a, strict=True):
        equal = False
    if equal is None:
        return None
    return equal if op is Op.EQ else not equal


def _before(a: Number, b: Number, *, strict: bool) -> bool:
    """Whether every value of a is below (or with ``strict=False`` not above) every value of b."""
    if a.high is None or b.low is None:
        return False
    if a.high == b.low:
        return not strict or a.high_open or b.low_open
    return bool(a.high < b.low)
