"""Quantities over the rows of a table: count, sum, share, mean, extremes, coefficient of variation.

Rows whose condition or cell is unknown widen a count to an interval and leave a sum unknown;
nothing is skipped silently. The coefficient of variation follows 教督〔2012〕3号: the weighted
population form, mean = Σ weight·value / Σ weight, no correction of the degrees of freedom.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from ..language.expression import Aggregate, Kind
from .intervals import add, divide, largest, multiply, smallest, sources
from .surds import Surd, root
from .values import (
    YES,
    Condition,
    NotApplicable,
    Number,
    Reason,
    Truth,
    Unknown,
    Value,
    Why,
    absent,
    both,
    either,
    opposite,
    point,
    undecided,
    unknown,
)

ZERO = point(0)


@dataclass(frozen=True, slots=True)
class Member:
    """One row: whether it is selected, and its value and weight."""

    selected: Condition
    value: Value | None
    weight: Value | None


def aggregate(expr: Aggregate, members: list[Member], text: Callable[[], str]) -> Value:
    """The aggregate over rows; ``text`` names it in reasons."""
    chosen = [m for m in members if not _is_out(m.selected)]
    match expr.kind:
        case Kind.COUNT:
            return _count([m.selected for m in members])
        case Kind.ALL:
            return both([_implies(m) for m in chosen])
        case Kind.ANY:
            return either([_together(m) for m in chosen])
        case Kind.SHARE:
            return _share(expr, members, chosen, text)
        case Kind.SUM | Kind.MEAN | Kind.MIN | Kind.MAX | Kind.CV:
            return _of_values(expr.kind, chosen, text)
        case _:
            assert_never(expr.kind)


def _is_out(selected: Condition) -> bool:
    """A row is left out when its condition fails, or asks for what cannot exist."""
    return isinstance(selected, NotApplicable) or (
        isinstance(selected, Truth) and not selected.holds
    )


def _condition(value: Value | None) -> Condition:
    if isinstance(value, (Truth, Unknown, NotApplicable)):
        return value
    return YES


def _implies(member: Member) -> Condition:
    """What ``all`` asks of a row: not selected, or its condition holds."""
    return either([opposite(member.selected), _condition(member.value)])


def _together(member: Member) -> Condition:
    return both([member.selected, _condition(member.value)])


def _count(conditions: list[Condition]) -> Number:
    sure = sum(isinstance(c, Truth) and c.holds for c in conditions)
    open_ = [c for c in conditions if isinstance(c, Unknown)]
    reasons = tuple(dict.fromkeys(r for c in open_ for r in c.reasons))
    return Number(Fraction(sure), Fraction(sure + len(open_)), bounded=reasons)


def _share(
    expr: Aggregate, members: list[Member], chosen: list[Member], text: Callable[[], str]
) -> Value:
    """Rows (or weight) that satisfy the condition over all selected rows.

    Without a condition after the colon, ``where`` is the condition and all rows are the whole.
    """
    rows, inside, whole = chosen, [_together(m) for m in chosen], [m.selected for m in chosen]
    if expr.value is None:
        rows, inside, whole = members, [m.selected for m in members], [YES for _ in members]
    weights = [m.weight if expr.weight is not None else point(1) for m in rows]
    over, under = _weigh(inside, weights), _weigh(whole, weights)
    if isinstance(over, Number) and isinstance(under, Number):
        return divide(over, under, text()) if rows else unknown(Why.NO_ROWS, text())
    return undecided(over, under) or over


def _weigh(
    conditions: Sequence[Condition], weights: Sequence[Value | None]
) -> Number | Unknown | NotApplicable:
    """The weight of the rows for which a condition holds."""
    parts = [
        part
        for condition, weight in zip(conditions, weights, strict=True)
        if not _is_out(condition)
        for part in (condition, weight)
    ]
    total: Number = ZERO
    for part in parts:
        if isinstance(part, Number):
            total = add(total, part)
    return undecided(*parts) or total


def _of_values(kind: Kind, chosen: list[Member], text: Callable[[], str]) -> Value:
    cells = [part for m in chosen for part in (m.value, m.weight) if part is not None]
    # A row that may not belong cannot make the whole inapplicable yet.
    open_rows = [m.selected for m in chosen if isinstance(m.selected, Unknown)]
    missing = undecided(*open_rows, *cells) if open_rows else absent(*cells)
    if missing is not None:
        return missing
    numbers = [m.value for m in chosen if isinstance(m.value, Number)]
    weights = [m.weight if isinstance(m.weight, Number) else point(1) for m in chosen]
    if kind is Kind.SUM:
        total = ZERO
        for number in numbers:
            total = add(total, number)
        return total
    if not numbers:
        return unknown(Why.NO_ROWS, text())
    if kind in (Kind.MIN, Kind.MAX):
        extreme = numbers[0]
        for number in numbers[1:]:
            extreme = smallest(extreme, number) if kind is Kind.MIN else largest(extreme, number)
        return extreme
    if kind is Kind.MEAN:
        return _mean(numbers, weights, text)
    return _variation(numbers, weights, text)


def _mean(numbers: list[Number], weights: list[Number], text: Callable[[], str]) -> Value:
    over, under = ZERO, ZERO
    for number, weight in zip(numbers, weights, strict=True):
        over, under = add(over, multiply(number, weight)), add(under, weight)
    return divide(over, under, text())


def _variation(numbers: list[Number], weights: list[Number], text: Callable[[], str]) -> Value:
    """√(Σ w·(x − m)² / Σ w) / |m| as an exact surd; a zero mean leaves it undefined, never 0."""
    values: list[Fraction] = []
    shares: list[Fraction] = []
    for number, weight in zip(numbers, weights, strict=True):
        x, w = number.exact, weight.exact
        if x is None or w is None or isinstance(x, Surd) or isinstance(w, Surd):
            bounded = sources(*numbers, *weights)
            return Unknown(bounded or (Reason(Why.BOUND, text()),))
        values.append(x)
        shares.append(w)
    whole = sum(shares, Fraction(0))
    if whole == 0 or any(w < 0 for w in shares):
        return unknown(Why.ZERO_DIVISOR, text())
    mean = sum((x * w for x, w in zip(values, shares, strict=True)), Fraction(0)) / whole
    if mean == 0:
        return unknown(Why.ZERO_DIVISOR, text())
    spread = sum((w * (x - mean) ** 2 for x, w in zip(values, shares, strict=True)), Fraction(0))
    return point(root(spread / whole / mean**2))
