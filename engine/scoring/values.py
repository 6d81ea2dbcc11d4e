"""What expressions evaluate to: exact numbers or intervals, conditions, words; or why they have no value.

A number is an interval, since a fact may be stated as a bound (96%以上); most intervals are one point.
Unknown says why; not applicable is neither unknown nor a value. Conditions follow Kleene's logic with
one state more: what is already decided stays decided, an unknown comes before not applicable.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from ..language.expression import MIRRORED, Op
from .surds import Surd, simplest

Real: TypeAlias = Fraction | Surd


class Why(StrEnum):
    """Why something is unknown."""

    MISSING = "missing"
    ZERO_DIVISOR = "zero_divisor"
    NO_ROWS = "no_rows"
    BOUND = "bound"
    ATTRIBUTE = "attribute"
    NO_LEVEL = "no_level"
    JUDGEMENT = "judgement"
    TABLE = "table"


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One reason: of what, and for facts the year."""

    why: Why
    name: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """An interval of exact numbers; None is infinite. ``bounded`` names the facts stated as bounds."""

    low: Real | None
    high: Real | None
    low_open: bool = False
    high_open: bool = False
    bounded: tuple[Reason, ...] = ()

    @property
    def exact(self) -> Real | None:
        """The one value, or None for a wider interval."""
        return self.low if self.low is not None and self.low == self.high else None


@dataclass(frozen=True, slots=True)
class Truth:
    """A decided condition."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A text, or a word of an ordered list with its position."""

    text: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value yet, and why."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """No value can be expected, and the reason given for it."""

    reason: str
    name: str


Value: TypeAlias = Number | Truth | Word | Day | Unknown | NotApplicable
Condition: TypeAlias = Truth | Unknown | NotApplicable

YES, NO = Truth(True), Truth(False)


def point(value: Real | int) -> Number:
    """A single exact number."""
    exact: Real = Fraction(value) if isinstance(value, int) else simplest(value)
    return Number(exact, exact)


def unknown(why: Why, name: str, year: int = 0) -> Unknown:
    """An unknown with one reason."""
    return Unknown((Reason(why, name, year),))


def absent(*values: Value) -> Unknown | NotApplicable | None:
    """What operands without value make of an operation: not applicable first, then unknown.

    An operation on a fact that cannot exist cannot be done, whatever else may still be reported.
    """
    for value in values:
        if isinstance(value, NotApplicable):
            return value
    reasons = tuple(r for v in values if isinstance(v, Unknown) for r in v.reasons)
    return Unknown(tuple(dict.fromkeys(reasons))) if reasons else None


def both(parts: list[Condition]) -> Condition:
    """All hold: one that fails decides; then an unknown; then one that is not applicable."""
    if any(isinstance(p, Truth) and not p.holds for p in parts):
        return NO
    return _undecided(parts) or YES


def either(parts: list[Condition]) -> Condition:
    """Some hold: one that holds decides."""
    if any(isinstance(p, Truth) and p.holds for p in parts):
        return YES
    return _undecided(parts) or NO


def opposite(part: Condition) -> Condition:
    """The negation."""
    return Truth(not part.holds) if isinstance(part, Truth) else part


def _undecided(parts: list[Condition]) -> Unknown | NotApplicable | None:
    reasons = tuple(r for p in parts if isinstance(p, Unknown) for r in p.reasons)
    if reasons:
        return Unknown(tuple(dict.fromkeys(reasons)))
    return next((p for p in parts if isinstance(p, NotApplicable)), None)


def at_least(least: int, parts: list[Condition]) -> Condition:
    """At least ``least`` of the parts hold."""
    sure = sum(isinstance(p, Truth) and p.holds for p in parts)
    failed = sum(isinstance(p, Truth) and not p.holds for p in parts)
    if sure >= least:
        return YES
    if len(parts) - failed < least:
        return NO
    return _undecided(parts) or NO


# -- intervals ------------------------------------------------------------------------------------


def add(a: Number, b: Number) -> Number:
    """a + b."""
    return Number(
        None if a.low is None or b.low is None else a.low + b.low,
        None if a.high is None or b.high is None else a.high + b.high,
        a.low_open or b.low_open,
        a.high_open or b.high_open,
        _sources(a, b),
    )


def negate(a: Number) -> Number:
    """-a."""
    return Number(
        None if a.high is None else -a.high,
        None if a.low is None else -a.low,
        a.high_open,
        a.low_open,
        a.bounded,
    )


def multiply(a: Number, b: Number) -> Number:
    """a * b."""
    if a.exact is not None and b.exact is not None:
        return Number(*(2 * (simplest(a.exact * b.exact),)), bounded=_sources(a, b))
    corners: list[tuple[Real | None, int, bool]] = []
    for x, x_sign, x_open in _ends(a):
        for y, y_sign, y_open in _ends(b):
            if x is not None and y is not None:
                corners.append((x * y, 0, x_open or y_open))
            else:
                sign = _sign(x, x_sign) * _sign(y, y_sign)
                corners.append((None if sign else Fraction(0), sign, True))
    return _hull(corners, _sources(a, b))


def _ends(a: Number) -> tuple[tuple[Real | None, int, bool], ...]:
    """Both ends as (value, sign of an infinite end, open)."""
    return ((a.low, -1, a.low_open), (a.high, 1, a.high_open))


def _sign(x: Real | None, infinite: int) -> int:
    if x is None:
        return infinite
    return (x > 0) - (x < 0)


def _hull(corners: list[tuple[Real | None, int, bool]], sources: tuple[Reason, ...]) -> Number:
    finite = [(value, opened) for value, _, opened in corners if value is not None]
    low: Real | None = None
    high: Real | None = None
    low_open = high_open = False
    if finite and not any(value is None and sign < 0 for value, sign, _ in corners):
        low = min(value for value, _ in finite)
        low_open = all(opened for value, opened in finite if value == low)
    if finite and not any(value is None and sign > 0 for value, sign, _ in corners):
        high = max(value for value, _ in finite)
        high_open = all(opened for value, opened in finite if value == high)
    return Number(low, high, low_open, high_open, sources)


def reciprocal(b: Number) -> Number | None:
    """1 / b, or None where b may be zero."""
    exact = b.exact
    if exact is not None:
        if exact == 0 or isinstance(exact, Surd):
            return None
        return Number(1 / exact, 1 / exact, bounded=b.bounded)
    above = b.low is not None and (b.low > 0 or (b.low == 0 and b.low_open))
    below = b.high is not None and (b.high < 0 or (b.high == 0 and b.high_open))
    if not above and not below:
        return None
    low, high = b.low, b.high
    if isinstance(low, Surd) or isinstance(high, Surd):
        return None
    if above:
        new_low = Fraction(0) if high is None else 1 / high
        new_high = None if not low else 1 / low
        return Number(new_low, new_high, b.high_open or high is None, b.low_open, b.bounded)
    new_low = None if not high else 1 / high
    new_high = Fraction(0) if low is None else 1 / low
    return Number(new_low, new_high, b.high_open, b.low_open or low is None, b.bounded)


def smallest(a: Number, b: Number) -> Number:
    """min(a, b)."""
    return negate(largest(negate(a), negate(b)))


def largest(a: Number, b: Number) -> Number:
    """max(a, b)."""
    if a.low is None:
        low, low_open = b.low, b.low_open
    elif b.low is None or a.low > b.low:
        low, low_open = a.low, a.low_open
    else:
        low, low_open = b.low, b.low_open and (a.low_open or a.low < b.low)
    if a.high is None or b.high is None:
        high, high_open = None, False
    elif a.high == b.high:
        high, high_open = a.high, a.high_open and b.high_open
    else:
        top = a if a.high > b.high else b
        high, high_open = top.high, top.high_open
    return Number(low, high, low_open, high_open, _sources(a, b))


def absolute(a: Number) -> Number:
    """abs(a)."""
    if a.low is not None and a.low >= 0:
        return a
    if a.high is not None and a.high <= 0:
        return negate(a)
    top = largest(a, negate(a))
    return Number(Fraction(0), top.high, False, top.high_open, a.bounded)


def _sources(*numbers: Number) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(r for n in numbers for r in n.bounded))


def compare(op: Op, a: Number, b: Number) -> Condition:
    """The comparison, where the intervals decide it; else unknown because of the bounds."""
    decided = _decide(op, a, b)
    if decided is None:
        return Unknown(_sources(a, b))
    return Truth(decided)


def _decide(op: Op, a: Number, b: Number) -> bool | None:
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
