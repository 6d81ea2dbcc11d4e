"""Quantities over the rows of a table: counts, sums, shares, means, and the coefficient of variation.

Rows whose condition or cell is unknown widen a count to an interval and leave a sum unknown; nothing is
skipped silently. The coefficient of variation follows 教督〔2012〕3号 as worked in the notes: weighted
population form, mean = Σ weight·value / Σ weight, no correction of the degrees of freedom.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from ..language.expression import Aggregate, Kind
from .surds import Surd, root
from .values import (
    Condition,
    NotApplicable,
    Number,
    Reason,
    Truth,
    Unknown,
    Value,
    Why,
    absent,
    add,
    both,
    either,
    largest,
    multiply,
    point,
    reciprocal,
    smallest,
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
    return Truth(True)


def _implies(member: Member) -> Condition:
    """The condition of a row that belongs to ``all``: unknown selection decides nothing unless it holds."""
    inside = _condition(member.value)
    if isinstance(member.selected, Unknown):
        holds = isinstance(inside, Truth) and inside.holds
        return inside if holds else member.selected
    return inside


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
    if expr.value is None:
        inside = [m.selected for m in members]
        whole = [Truth(True)] * len(members)
        rows = members
    else:
        inside = [_together(m) for m in chosen]
        whole = [m.selected for m in chosen]  # type: ignore[misc]
        rows = chosen
    weights = [m.weight if expr.weight is not None else point(1) for m in rows]
    over = _weigh(inside, weights)
    under = _weigh(list(whole), weights)
    missing = absent(over, under)
    if missing is not None:
        return missing
    if not isinstance(over, Number) or not isinstance(under, Number):
        return unknown(Why.NO_ROWS, text())
    if over.exact is None or under.exact is None:
        return Unknown(tuple(dict.fromkeys((*over.bounded, *under.bounded))))
    inverse = reciprocal(under)
    if inverse is None:
        return unknown(Why.ZERO_DIVISOR if rows else Why.NO_ROWS, text())
    return multiply(over, inverse)


def _weigh(conditions: list[Condition], weights: list[Value | None]) -> Value:
    total: Number = ZERO
    for condition, weight in zip(conditions, weights, strict=True):
        if _is_out(condition):
            continue
        missing = absent(condition, *([weight] if weight is not None else []))
        if missing is not None:
            return missing
        if isinstance(weight, Number):
            total = add(total, weight)
    return total


def _of_values(kind: Kind, chosen: list[Member], text: Callable[[], str]) -> Value:
    missing = absent(
        *(m.selected for m in chosen),
        *(m.value for m in chosen if m.value is not None),
        *(m.weight for m in chosen if m.weight is not None),
    )
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
    inverse = reciprocal(under)
    return unknown(Why.ZERO_DIVISOR, text()) if inverse is None else multiply(over, inverse)


def _variation(numbers: list[Number], weights: list[Number], text: Callable[[], str]) -> Value:
    """√(Σ w·(x − m)² / Σ w) / |m| as an exact surd; a zero mean leaves it undefined, never 0."""
    values: list[Fraction] = []
    shares: list[Fraction] = []
    for number, weight in zip(numbers, weights, strict=True):
        x, w = number.exact, weight.exact
        if x is None or w is None or isinstance(x, Surd) or isinstance(w, Surd):
            bounded = (*number.bounded, *weight.bounded)
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
