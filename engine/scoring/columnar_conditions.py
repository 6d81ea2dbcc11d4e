"""Conditions of a grade rule as functions of a state and of what is known of a subject.

Each condition is gone through once, when the rule is compiled; a state is then a matter of calls.
"""

import operator
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TypeAlias

from ..language.expression import (
    And,
    Arithmetic,
    Call,
    Compare,
    Expr,
    Function,
    In,
    Kind,
    Negate,
    Not,
    Op,
    Or,
    Sign,
    Special,
    Tally,
    Word,
)
from ..language.expression import Number as WrittenNumber
from ..language.model import Outcome
from .columnar_states import ASSESSED_COUNT, KINDS, Digits
from .lowering_grade import LoweredRule


class Lost(Enum):
    """Why a part of a condition has no value."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


# A number is numerator and positive denominator: states are many, and fractions slow to make.
Quotient: TypeAlias = tuple[int, int]
Part: TypeAlias = bool | Quotient | str | Lost
Leaves: TypeAlias = tuple[Part, ...]
# The value of a part of a condition in a state, beside the leaves of a subject.
Test: TypeAlias = Callable[[Digits, Leaves], Part]


def test_of(expr: Expr, lowered: LoweredRule) -> Test:
    """A condition, or a part of one."""
    leaf = lowered.places.get(id(expr))
    if leaf is not None:
        return lambda _, leaves: leaves[leaf]
    match expr:
        case And():
            return _all(_tests(expr.parts, lowered))
        case Or():
            return _any(_tests(expr.parts, lowered))
        case Not():
            operand = test_of(expr.operand, lowered)
            return lambda d, leaves: _opposite(operand(d, leaves))
        case Compare():
            return _comparison(expr, lowered)
        case In():
            return _choice(expr, lowered)
        case Call(Function.AT_LEAST, (WrittenNumber(least), *parts)):
            needed, tests = int(least), _tests(parts, lowered)
            return lambda d, leaves: _at_least(needed, [test(d, leaves) for test in tests])
        case Call(Function.OUTCOME, (Word(name), *_)):
            digit = 4 * (1 + len(lowered.domains)) + 1 + lowered.named.index(name)
            return lambda d, _: str(KINDS[d[digit]])
        case Special("any_veto"):
            veto = 4 * (1 + len(lowered.domains))
            return lambda d, _: bool(d[veto])
        case Tally():
            return _tally(expr, lowered)
        case Word(text):
            return lambda _, __: text
        case Negate():
            negated = test_of(expr.operand, lowered)
            return lambda d, leaves: _negative(negated(d, leaves))
        case Arithmetic():
            left, right = test_of(expr.left, lowered), test_of(expr.right, lowered)
            sign = expr.sign
            return lambda d, leaves: _calculate(sign, left(d, leaves), right(d, leaves))
        case _:
            raise TypeError(f"not a part of a grade rule: {expr}")


def _tests(exprs: Sequence[Expr], lowered: LoweredRule) -> tuple[Test, ...]:
    return tuple(test_of(expr, lowered) for expr in exprs)


def _all(tests: Sequence[Test]) -> Test:
    def test(digits: Digits, leaves: Leaves) -> Part:
        parts = []
        for each in tests:
            part = each(digits, leaves)
            if part is False:
                return False
            parts.append(part)
        return _undecided(parts) or True

    return test


def _any(tests: Sequence[Test]) -> Test:
    def test(digits: Digits, leaves: Leaves) -> Part:
        parts = []
        for each in tests:
            part = each(digits, leaves)
            if part is True:
                return True
            parts.append(part)
        return _undecided(parts) or False

    return test


def _comparison(expr: Compare, lowered: LoweredRule) -> Test:
    first = test_of(expr.first, lowered)
    rest = tuple((op, test_of(operand, lowered)) for op, operand in expr.rest)
    if len(rest) == 1:
        ((only, second),) = rest
        return lambda d, leaves: _relate(only, first(d, leaves), second(d, leaves))

    def test(digits: Digits, leaves: Leaves) -> Part:
        left, parts = first(digits, leaves), []
        for op, operand in rest:
            right = operand(digits, leaves)
            parts.append(_relate(op, left, right))
            left = right
        return _both(parts)

    return test


def _choice(expr: In, lowered: LoweredRule) -> Test:
    operand, options = test_of(expr.operand, lowered), _tests(expr.options, lowered)

    def test(digits: Digits, leaves: Leaves) -> Part:
        left = operand(digits, leaves)
        found = [_opposite(_relate(Op.EQ, left, option(digits, leaves))) for option in options]
        return _opposite(_both(found))

    return test


def _tally(tally: Tally, lowered: LoweredRule) -> Test:
    """In a completed state nothing is undetermined."""
    start = 0
    if tally.domain is not None:
        start = 4 * (1 + lowered.domains.index(tally.domain))
    outcome = Outcome(tally.outcome)
    digit = start + KINDS.index(outcome) if outcome in KINDS else None
    if tally.kind is Kind.COUNT:
        return lambda d, _: (0 if digit is None else d[digit], 1)
    end = start + (4 if lowered.rule.of_all else ASSESSED_COUNT)

    def share(digits: Digits, _: Leaves) -> Part:
        whole = sum(digits[start:end])
        return (0 if digit is None else digits[digit], whole) if whole else Lost.UNKNOWN

    return share


_ORDER = {Op.LT: operator.lt, Op.LE: operator.le, Op.GT: operator.gt, Op.GE: operator.ge}


def _undecided(parts: Sequence[Part]) -> Lost | None:
    # `Lost` members compare by identity, and no other part equals one.
    if Lost.UNKNOWN in parts:
        return Lost.UNKNOWN
    return Lost.NOT_APPLICABLE if Lost.NOT_APPLICABLE in parts else None


def _absent(left: Part, right: Part) -> Lost | None:
    for lost in (Lost.NOT_APPLICABLE, Lost.UNKNOWN):
        if left is lost or right is lost:
            return lost
    return None


def _both(parts: Sequence[Part]) -> Part:
    if any(part is False for part in parts):
        return False
    return _undecided(parts) or True


def _opposite(part: Part) -> Part:
    return not part if isinstance(part, bool) else part


def _negative(part: Part) -> Part:
    return (-part[0], part[1]) if isinstance(part, tuple) else part


def _at_least(least: int, parts: Sequence[Part]) -> Part:
    if sum(part is True for part in parts) >= least:
        return True
    if sum(part is not False for part in parts) < least:
        return False
    return _undecided(parts) or False


def _relate(op: Op, left: Part, right: Part) -> Part:
    lost = _absent(left, right)
    if lost is not None:
        return lost
    if isinstance(left, tuple) and isinstance(right, tuple):
        one, other = left[0] * right[1], right[0] * left[1]
        ordered = _ORDER.get(op)
        return ordered(one, other) if ordered else (one == other) is (op is Op.EQ)
    return (left == right) is (op is Op.EQ)


def _calculate(sign: Sign, left: Part, right: Part) -> Part:
    lost = _absent(left, right)
    if lost is not None:
        return lost
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    (a, b), (c, d) = left, right
    match sign:
        case Sign.ADD:
            return a * d + c * b, b * d
        case Sign.SUB:
            return a * d - c * b, b * d
        case Sign.MUL:
            return a * c, b * d
        case _:
            if not c:
                return Lost.UNKNOWN
            return (a * d, b * c) if c > 0 else (-a * d, -b * c)
