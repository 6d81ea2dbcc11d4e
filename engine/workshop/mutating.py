"""Slips in an expression: every small change that an author could make by mistake."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, assert_never

from ..language.expression import (
    Across,
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Day,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Kind,
    Name,
    Negate,
    Not,
    Number,
    Op,
    Or,
    Parameter,
    Sign,
    Special,
    Tally,
    Word,
)
from ..language.printer import show_level
from ..language.units import decimal_text
from ..language.vocabulary import Vocabulary

# The slip at the limit itself, and the direction turned round.
SLIPS = {
    Op.LT: (Op.LE, Op.GT),
    Op.LE: (Op.LT, Op.GE),
    Op.GT: (Op.GE, Op.LT),
    Op.GE: (Op.GT, Op.LE),
    Op.EQ: (Op.NE,),
    Op.NE: (Op.EQ,),
}
_OTHER_SIGN = {Sign.ADD: Sign.SUB, Sign.SUB: Sign.ADD}
_OTHER_FUNCTION = {
    Function.MIN: Function.MAX,
    Function.MAX: Function.MIN,
    Function.CEIL: Function.FLOOR,
    Function.FLOOR: Function.CEIL,
    Function.EVERY_YEAR: Function.ANY_YEAR,
    Function.ANY_YEAR: Function.EVERY_YEAR,
}
_OTHER_KIND = {Kind.ALL: Kind.ANY, Kind.ANY: Kind.ALL, Kind.MIN: Kind.MAX, Kind.MAX: Kind.MIN}
# Where the first or the last argument is a number of years, parts or places.
_COUNTED = {
    Function.AT_LEAST: 0,
    Function.EVERY_YEAR: 0,
    Function.ANY_YEAR: 0,
    Function.IN_YEAR: 0,
    Function.PRIOR: 1,
    Function.ROUND: 1,
}
_MEASURE = Special("measure")


@dataclass(frozen=True, slots=True)
class Change:
    """A slip: the part as it is written, as it becomes (empty: left out), and the whole with it."""

    before: str
    after: str
    whole: Expr


@dataclass(frozen=True, slots=True)
class Slips:
    """Makes the slips; the vocabulary knows ranks and units, ``zero`` the unit of a bare 0."""

    vocabulary: Vocabulary
    measure: Expr | None = None
    zero: str = ""

    def of(self, expr: Expr) -> Iterator[Change]:
        """Every expression that differs from this one by a single slip."""
        yield from self._here(expr)
        for item in fields(expr):
            if item.name == "at":
                continue
            for change, value in self._inside(expr, item.name, getattr(expr, item.name)):
                part: dict[str, Any] = {item.name: value}
                yield Change(change.before, change.after, replace(expr, **part))

    def _inside(self, expr: Expr, name: str, value: object) -> Iterator[tuple[Change, object]]:
        """Each slip in a field, with the whole value that the field then has."""
        if isinstance(value, tuple):
            for place, part in enumerate(value):
                if isinstance(expr, Call) and place == _COUNTED.get(expr.function):
                    continue
                if isinstance(expr, In) and name == "options":
                    continue
                for change, new in self._inside(expr, name, part):
                    yield change, (*value[:place], new, *value[place + 1 :])
        elif hasattr(value, "at") and not (isinstance(expr, Compare) and isinstance(value, Number)):
            for change in self.of(value):  # type: ignore[arg-type]  # what has `at` is an Expr
                yield change, change.whole

    def _here(self, expr: Expr) -> Iterator[Change]:
        for new in self._changed(expr):
            yield Change(show_level(expr), show_level(new), new)
        if isinstance(expr, And | Or):
            for place, part in enumerate(expr.parts):
                rest = (*expr.parts[:place], *expr.parts[place + 1 :])
                new = replace(expr, parts=rest) if len(rest) > 1 else rest[0]
                yield Change(show_level(part), "", new)

    def _changed(self, expr: Expr) -> Iterator[Expr]:
        match expr:
            case Compare():
                yield from self._compared(expr)
            case Number():
                yield from beside(expr, self.zero)
            case Day():
                yield Day(expr.value + timedelta(1))
                yield Day(expr.value - timedelta(1))
            case Not() | Negate():
                yield expr.operand
            case If():
                yield replace(expr, then=expr.otherwise, otherwise=expr.then)
            case In():
                if len(expr.options) > 1:
                    for option in expr.options:
                        rest = tuple(o for o in expr.options if o is not option)
                        yield replace(expr, options=rest)
            case Arithmetic():
                if expr.sign in _OTHER_SIGN:
                    yield replace(expr, sign=_OTHER_SIGN[expr.sign])
            case Call():
                if expr.function in _OTHER_FUNCTION:
                    yield replace(expr, function=_OTHER_FUNCTION[expr.function])
                yield from _recounted(expr)
            case Aggregate():
                if expr.kind in _OTHER_KIND:
                    yield replace(expr, kind=_OTHER_KIND[expr.kind])
                if expr.where is not None:
                    yield replace(expr, where=None)
            case Tally():
                if expr.domain is not None:
                    yield replace(expr, domain=None)
            case Batched():
                if expr.kind is Across.RANK:
                    yield replace(expr, lowest=not expr.lowest)
                if expr.by is not None:
                    yield replace(expr, by=None)
            case Word() | Flag() | Name() | Fact() | Parameter() | Column() | Attribute():
                pass
            case Special() | And() | Or():
                pass
            case _:
                assert_never(expr)

    def _compared(self, expr: Compare) -> Iterator[Expr]:
        for place, (op, right) in enumerate(expr.rest):
            before, after = expr.rest[:place], expr.rest[place + 1 :]
            for other in SLIPS[op]:
                yield replace(expr, rest=(*before, (other, right), *after))
            for other_limit in self._limits(expr.first, op, right):
                yield replace(expr, rest=(*before, (op, other_limit), *after))
        if isinstance(expr.first, Number):
            for first in beside(expr.first):
                yield replace(expr, first=first)

    def _limits(self, left: Expr, op: Op, right: Expr) -> Iterator[Expr]:
        """The limit one unit of its last place higher and lower, or the next rank of its list."""
        if isinstance(right, Number):
            compared = self.vocabulary.facts[left.name].unit.name if isinstance(left, Fact) else ""
            yield from beside(right, self.zero if left == _MEASURE else compared)
        yield from self._ranks(left, op, right)

    def _ranks(self, left: Expr, op: Op, right: Expr) -> Iterator[Expr]:
        """The neighbours of a word in the ordered list of the fact that it is compared with."""
        subject = self.measure if left == _MEASURE else left
        if not isinstance(subject, Fact) or not isinstance(right, Word) or op in (Op.EQ, Op.NE):
            return
        levels = self.vocabulary.facts[subject.name].levels
        position = levels.index(right.text)
        for other in (position - 1, position + 1):
            if 0 <= other < len(levels):
                yield Word(levels[other])


def beside(number: Number, zero: str = "") -> Iterator[Number]:
    """The number one unit of its last place higher and lower; a bare 0 counts in ``zero``."""
    if number.unit == "1:n":
        children = 1 / number.value if number.value else Fraction(0)
        for other in (children + 1, children - 1):
            if other > 0:
                yield replace(number, value=1 / other)
        return
    unit = number.unit or ("" if number.value else zero)
    places = decimal_text(number.value).partition(".")[2]
    if unit == "1:n" or "/" in decimal_text(number.value):
        return
    step = Fraction(1, 10 ** len(places))
    yield replace(number, value=number.value + step, unit=unit)
    yield replace(number, value=number.value - step, unit=unit)


def _recounted(expr: Call) -> Iterator[Expr]:
    """One year, part or place more and less than written, where that still means something."""
    place = _COUNTED.get(expr.function)
    if place is None or place >= len(expr.arguments):
        return
    written = expr.arguments[place]
    if not isinstance(written, Number):
        return
    most = len(expr.arguments) - 1 if expr.function is Function.AT_LEAST else None
    for other in (written.value + 1, written.value - 1):
        if other >= (0 if expr.function is Function.ROUND else 1) and (
            most is None or other <= most
        ):
            arguments = list(expr.arguments)
            arguments[place] = replace(written, value=other)
            yield replace(expr, arguments=tuple(arguments))
