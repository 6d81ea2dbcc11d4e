"""The grade rule made into functions: where it comes to in one state, award, caps, downgrades.

Each condition is gone through once, when the rule is compiled; a state is then a matter of calls.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule whose conditions are functions; grades by their place on the scale."""

    least: int
    last: int
    strongest: bool
    awards: tuple[tuple[int, Test | None], ...]
    caps: tuple[tuple[int, Test], ...]
    downgrades: tuple[tuple[int, Test], ...]

    def extremes(self, digits: Digits, leaves: Leaves) -> tuple[int, int]:
        """The first and the last place that the rule can come to; behind the last is no grade."""
        fully, basically, missed, *_ = digits
        nowhere = self.last + 1
        if fully + basically + missed < self.least:
            return nowhere, nowhere
        places: list[int] = []
        ungraded = False
        for place, test in self.awards:
            part = True if test is None else test(digits, leaves)
            if part is True or part is Lost.UNKNOWN:
                places.append(place)
                if part is True:
                    break
        else:
            ungraded = True
        for most, test in self.caps:
            part = test(digits, leaves)
            if part is True:
                places = [max(place, most) for place in places]
            elif part is Lost.UNKNOWN:
                places += [max(place, most) for place in places]
        if self.downgrades and places:
            drops = self._drops(digits, leaves)
            places = [min(place + drop, self.last) for place in places for drop in drops]
        if ungraded:
            places.append(nowhere)
        return min(places), max(places)

    def _drops(self, digits: Digits, leaves: Leaves) -> set[int]:
        """By how many steps the grade may be lowered. What does not apply does not act."""
        sums = {0}
        for steps, test in self.downgrades:
            part = test(digits, leaves)
            if part is not True and part is not Lost.UNKNOWN:
                continue
            if self.strongest:
                more = {max(drop, steps) for drop in sums}
            else:
                more = {drop + steps for drop in sums}
            sums = more if part is True else sums | more
        return sums


def compiled(lowered: LoweredRule) -> Rule:
    """The rule as functions."""
    rule = lowered.rule
    place = {grade.id: rank for rank, grade in enumerate(rule.scale)}
    return Rule(
        least=rule.min_applicable,
        last=len(rule.scale) - 1,
        strongest=rule.strongest,
        awards=tuple(
            (place[a.grade], None if a.when is None else _test(a.when, lowered)) for a in rule.award
        ),
        caps=tuple((place[c.at_most], _test(c.when, lowered)) for c in rule.caps),
        downgrades=tuple((d.by, _test(d.when, lowered)) for d in rule.downgrades),
    )


# -- conditions ---------------------------------------------------------------------------------


def _test(expr: Expr, lowered: LoweredRule) -> Test:
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
            operand = _test(expr.operand, lowered)
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
            negated = _test(expr.operand, lowered)
            return lambda d, leaves: _negative(negated(d, leaves))
        case Arithmetic():
            left, right = _test(expr.left, lowered), _test(expr.right, lowered)
            sign = expr.sign
            return lambda d, leaves: _calculate(sign, left(d, leaves), right(d, leaves))
        case _:
            raise TypeError(f"not a part of a grade rule: {expr}")


def _tests(exprs: Sequence[Expr], lowered: LoweredRule) -> tuple[Test, ...]:
    return tuple(_test(expr, lowered) for expr in exprs)


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
    first = _test(expr.first, lowered)
    rest = tuple((op, _test(operand, lowered)) for op, operand in expr.rest)
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
    operand, options = _test(expr.operand, lowered), _tests(expr.options, lowered)

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
