"""The values a fact can have, as stated: zero is one, not reported and not applicable are not."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from ..language.diagnostics import Span
from ..language.units import Unit, decimal_text


class Bound(StrEnum):
    """Whether a stated number is the value itself or a bound of it (96%以上, 20余)."""

    EXACT = "="
    AT_LEAST = ">="
    MORE_THAN = ">"
    AT_MOST = "<="
    LESS_THAN = "<"


class By(StrEnum):
    """Who says so, most trusted last."""

    SELF = "self"
    DESK = "desk"
    ONSITE = "onsite"


# 实地核查 outranks 网上核查, which outranks 自评.
TRUST: tuple[By, ...] = (By.ONSITE, By.DESK, By.SELF)


@dataclass(frozen=True, slots=True)
class Measured:
    """A number in base units; ``unit`` and ``places`` are those it was written with."""

    value: Fraction
    bound: Bound
    unit: Unit
    places: int | None
    written: str = field(compare=False, default="")

    def text(self, unit: Unit | None = None) -> str:
        """The number as stated, in its own unit or another one."""
        own = unit or self.unit
        digits = decimal_text(self.value / own.scale)
        if own.name == "1:n":
            digits = f"1:{decimal_text(1 / self.value)}" if self.value else "0"
        sign = "" if self.bound is Bound.EXACT else f"{self.bound} "
        return f"{sign}{digits}{'' if own.name == '1:n' else own.name}"


@dataclass(frozen=True, slots=True)
class Answer:
    """yes or no."""

    value: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """A word of an ordered list; ``position`` 0 is the worst."""

    word: str
    position: int


@dataclass(frozen=True, slots=True)
class OnDay:
    """A date."""

    value: dt.date


@dataclass(frozen=True, slots=True)
class Said:
    """A text."""

    text: str


@dataclass(frozen=True, slots=True)
class Inapplicable:
    """Declared not applicable, with the reason."""

    reason: str


Stated: TypeAlias = Measured | Answer | Rank | OnDay | Said | Inapplicable


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value can be checked."""

    document: str
    place: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One stated value of one fact for one year."""

    fact: str
    year: int
    by: By
    stated: Stated
    origin: Span = field(compare=False, repr=False)
    evidence: tuple[Evidence, ...] = field(compare=False, default=())
    note: str = field(compare=False, default="")


def show_stated(stated: Stated, unit: Unit | None = None) -> str:
    """A stated value in one word or number."""
    match stated:
        case Measured():
            return stated.text(unit)
        case Answer():
            return "yes" if stated.value else "no"
        case Rank():
            return stated.word
        case OnDay():
            return stated.value.isoformat()
        case Said():
            return stated.text
        case Inapplicable():
            return stated.reason
