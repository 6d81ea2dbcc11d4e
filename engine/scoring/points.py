"""Points of one criterion and their sum; an interval where facts are missing."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import assert_never

from ..language.model import (
    DeductedPoints,
    Each,
    Outcome,
    OutcomePoints,
    Points,
    SteppedPoints,
)
from .interpreter import Interpreter
from .outcome import CriterionResult
from .surds import Surd
from .values import Number, Real, Reason, Truth, Unknown, Value
from .where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Points from ``low`` to ``high``, bonus included; ``most`` is the maximum without bonus.

    While they are open, ``reasons`` says what for.
    """

    low: Fraction
    high: Fraction
    most: Fraction
    bonus_low: Fraction = Fraction(0)
    bonus_high: Fraction = Fraction(0)
    reasons: tuple[Reason, ...] = ()

    @property
    def exact(self) -> Fraction | None:
        """The points, when they are decided."""
        return self.low if self.low == self.high else None


NOTHING = Scored(low=Fraction(0), high=Fraction(0), most=Fraction(0))


def score(result: CriterionResult, interpreter: Interpreter) -> Scored | None:
    """The points of a criterion; None when it gives none. What does not apply has no maximum."""
    criterion = result.criterion
    if criterion.points is None and criterion.bonus is None:
        return None
    if result.possible == {Outcome.NOT_APPLICABLE}:
        return NOTHING
    where = Where(measure=result.compared)
    low, high, most = _base(criterion.points, result, interpreter, where)
    bonus_low = bonus_high = Fraction(0)
    if criterion.bonus is not None:
        granted = (
            Truth(True)
            if criterion.bonus.when is None
            else interpreter.condition(criterion.bonus.when, where)
        )
        if isinstance(granted, Truth):
            bonus_low = bonus_high = criterion.bonus.points if granted.holds else Fraction(0)
        else:
            ends = (Fraction(0), criterion.bonus.points)
            bonus_low, bonus_high = min(ends), max(ends)
    low, high = low + bonus_low, high + bonus_high
    if Outcome.NOT_APPLICABLE in result.possible:
        low, high = min(low, Fraction(0)), max(high, Fraction(0))
        bonus_low, bonus_high = min(bonus_low, Fraction(0)), max(bonus_high, Fraction(0))
    return Scored(
        low=low,
        high=high,
        most=most,
        bonus_low=bonus_low,
        bonus_high=bonus_high,
        reasons=() if low == high else _reasons(result, interpreter, where),
    )


def _reasons(result: CriterionResult, interpreter: Interpreter, where: Where) -> tuple[Reason, ...]:
    """What the points, and not only the outcome, are open for."""
    criterion, open_values = result.criterion, list[Value]()
    if criterion.bonus is not None and criterion.bonus.when is not None:
        open_values.append(interpreter.condition(criterion.bonus.when, where))
    match criterion.points:
        case SteppedPoints(steps=steps):
            open_values += [interpreter.condition(step.when, where) for step in steps]
        case DeductedPoints(limit=limit):
            open_values.append(interpreter.value(limit, where))
            if where.measure is not None:
                open_values.append(where.measure)
        case OutcomePoints() | None:
            pass
        case _:
            assert_never(criterion.points)
    reasons = [r for v in open_values for r in _of(v)]
    return tuple(dict.fromkeys((*result.reasons, *reasons)))


def _of(value: Value) -> tuple[Reason, ...]:
    if isinstance(value, Unknown):
        return value.reasons
    return value.bounded if isinstance(value, Number) else ()


def _base(
    points: Points | None, result: CriterionResult, interpreter: Interpreter, where: Where
) -> tuple[Fraction, Fraction, Fraction]:
    """Low, high and maximum without bonus."""
    given = None if result.judgement is None else result.judgement.points
    match points:
        case None:
            return Fraction(0), Fraction(0), Fraction(0)
        case OutcomePoints():
            if given is not None:
                return given, given, points.fully
            by = {
                Outcome.FULLY_MET: points.fully,
                Outcome.BASICALLY_MET: points.basically,
                Outcome.NOT_MET: points.not_met,
                Outcome.NOT_APPLICABLE: Fraction(0),
                Outcome.UNDETERMINED: Fraction(0),
            }
            ends = [by[outcome] for outcome in result.possible]
            return min(ends), max(ends), max(by.values())
        case SteppedPoints():
            ends = _steps(points, interpreter, where)
            return min(ends), max(ends), points.most
        case DeductedPoints():
            low, high = _deducted(points, interpreter, where)
            return low, high, points.most
        case _:
            assert_never(points)


def _steps(points: SteppedPoints, interpreter: Interpreter, where: Where) -> list[Fraction]:
    """Every number of points still possible."""
    possible: list[Fraction] = []
    for step in points.steps:
        holds = interpreter.condition(step.when, where)
        if isinstance(holds, Truth):
            if holds.holds:
                return [*possible, step.points]
            continue
        possible.append(step.points)
    return [*possible, points.otherwise]


def _deducted(
    points: DeductedPoints, interpreter: Interpreter, where: Where
) -> tuple[Fraction, Fraction]:
    limit = interpreter.value(points.limit, where)
    measure = where.measure
    if not isinstance(limit, Number) or not isinstance(measure, Number):
        return points.at_least, points.most
    edge = limit.exact
    if edge is None:
        return points.at_least, points.most
    # An infinite end on the good side costs nothing, on the other side everything.
    low, high = (points.at_least, points.most) if points.below else (points.most, points.at_least)
    ends = (
        low if measure.low is None else _after_deduction(points, measure.low, edge),
        high if measure.high is None else _after_deduction(points, measure.high, edge),
    )
    return min(ends), max(ends)


def _after_deduction(points: DeductedPoints, measure: Real, limit: Real) -> Fraction:
    beyond = (limit - measure if points.below else measure - limit) / points.per
    if beyond <= 0:
        return points.most
    match points.each:
        case Each.PROPORTIONAL:
            # An irrational distance counts to the next millionth, against the subject.
            steps = (
                Fraction((beyond * 10**6).floor() + 1, 10**6)
                if isinstance(beyond, Surd)
                else beyond
            )
        case Each.WHOLE:
            steps = Fraction(
                beyond.floor()
                if isinstance(beyond, Surd)
                else beyond.numerator // beyond.denominator
            )
        case Each.STARTED:
            steps = Fraction(beyond.floor() + 1 if isinstance(beyond, Surd) else ceil(beyond))
        case _:
            assert_never(points.each)
    return max(points.at_least, points.most - points.points * steps)


def total(scored: list[Scored]) -> Scored:
    """The sum over criteria."""
    return Scored(
        low=sum((s.low for s in scored), Fraction(0)),
        high=sum((s.high for s in scored), Fraction(0)),
        most=sum((s.most for s in scored), Fraction(0)),
        bonus_low=sum((s.bonus_low for s in scored), Fraction(0)),
        bonus_high=sum((s.bonus_high for s in scored), Fraction(0)),
        reasons=tuple(dict.fromkeys(reason for s in scored for reason in s.reasons)),
    )
