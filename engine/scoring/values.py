"""What expressions evaluate to: exact numbers or intervals, conditions, words; or why to nothing.

A number is an interval, since a fact may be stated as a bound (96%以上); most are a single point.
Unknown says why; not applicable is neither unknown nor a value. Conditions follow Kleene's logic
with one state more: what is decided stays decided, an unknown comes before not applicable.
"""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from ..locale import Label
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
    BATCH = "batch"
    OTHER_KIND = "other_kind"
    NO_SUBJECTS = "no_subjects"


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One reason: of what, and for facts the year. ``label`` is for what no vocabulary names."""

    why: Why
    name: str
    year: int = 0
    label: Label = field(compare=False, default=Label())


@dataclass(frozen=True, slots=True)
class Number:
    """An interval of exact numbers; None is infinite. ``bounded`` says which facts are bounds."""

    low: Real | None
    high: Real | None
    low_open: bool = False
    high_open: bool = False
    bounded: tuple[Reason, ...] = ()

    @property
    def exact(self) -> Real | None:
        """The one value, or None for a wider interval."""
        low = self.low
        return low if low is not None and (low is self.high or low == self.high) else None


@dataclass(frozen=True, slots=True)
class Truth:
    """A decided condition."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A text, or a word of the ordered list ``levels`` with its position in it."""

    text: str
    position: int | None = None
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class Unknown:
    """No value yet, and why; ``lapses``: once known it may also turn out not to be applicable."""

    reasons: tuple[Reason, ...]
    lapses: bool = False


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
    return undecided(*values)


def undecided(*values: Value | None) -> Unknown | NotApplicable | None:
    """What is open about values that decide nothing: all reasons together, then not applicable."""
    unknowns = [value for value in values if isinstance(value, Unknown)]
    inapplicable = next((value for value in values if isinstance(value, NotApplicable)), None)
    if not unknowns:
        return inapplicable
    reasons = dict.fromkeys(reason for value in unknowns for reason in value.reasons)
    lapses = inapplicable is not None or any(value.lapses for value in unknowns)
    return Unknown(tuple(reasons), lapses)


def both(parts: list[Condition]) -> Condition:
    """All hold: one that fails decides; then an unknown; then one that is not applicable."""
    if any(isinstance(p, Truth) and not p.holds for p in parts):
        return NO
    return undecided(*parts) or YES


def either(parts: list[Condition]) -> Condition:
    """Some hold: one that holds decides."""
    if any(isinstance(p, Truth) and p.holds for p in parts):
        return YES
    return undecided(*parts) or NO


def opposite(part: Condition) -> Condition:
    """The negation."""
    return Truth(not part.holds) if isinstance(part, Truth) else part


def at_least(least: int, parts: list[Condition]) -> Condition:
    """At least ``least`` of the parts hold."""
    sure = sum(isinstance(p, Truth) and p.holds for p in parts)
    failed = sum(isinstance(p, Truth) and not p.holds for p in parts)
    if sure >= least:
        return YES
    if len(parts) - failed < least:
        return NO
    return undecided(*parts) or NO
