"""Points lowered: the least and the most that a criterion can give, as ratios."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import assert_never

from ..language.model import Bonus, DeductedPoints, Each, OutcomePoints, Points, SteppedPoints
from .lowering import Lowerer
from .lowering_inputs import Scope
from .lowering_levels import LoweredCriterion
from .lowering_terms import FALSE, TRUE, Formula, Poly, Ratio, Relation, fraction
from .lowering_values import Number


@dataclass(frozen=True, slots=True)
class LoweredPoints:
    """From ``low`` to ``high``, bonus included."""

    low: Ratio
    high: Ratio

    @property
    def is_plain(self) -> bool:
        """Whether the denominators are the same for every subject."""
        return self.low.under.constant is not None and self.high.under.constant is not None


NOTHING = Ratio(Poly())


def lower_points(lowered: LoweredCriterion, lowerer: Lowerer) -> LoweredPoints | None:
    """The points of a criterion; None when it gives none."""
    criterion, g = lowered.criterion, lowerer.graph
    if criterion.points is None and criterion.bonus is None:
        return None
    low, high = _base(criterion.points, lowered, lowerer)
    if criterion.bonus is not None:
        bonus_low, bonus_high = _bonus(criterion.bonus, lowered, lowerer)
        low, high = _added(low, bonus_low), _added(high, bonus_high)
    not_applicable = lowered.possible[-1]
    # What may turn out not to apply may give nothing; what does not apply gives nothing.
    low = g.chosen(g.both(not_applicable, _sign(lowerer, low)), NOTHING, low)
    high = g.chosen(g.both(not_applicable, _sign(lowerer, -high)), NOTHING, high)
    only = g.both(not_applicable, g.opposite(g.either(*lowered.possible[:-1])))
    return LoweredPoints(g.chosen(only, NOTHING, low), g.chosen(only, NOTHING, high))


def _sign(lowerer: Lowerer, ratio: Ratio) -> Formula:
    return lowerer.graph.atom(ratio.over, Relation.POSITIVE)


def _added(a: Ratio, b: Ratio) -> Ratio:
    """A sum whose zero terms cost nothing."""
    return b if not a.over.terms else a if not b.over.terms else a + b


def _bonus(bonus: Bonus, lowered: LoweredCriterion, lowerer: Lowerer) -> tuple[Ratio, Ratio]:
    """Points on top; open while the condition is."""
    g, points = lowerer.graph, fraction(bonus.points)
    if bonus.when is None:
        return points, points
    granted = lowerer.condition(bonus.when, Scope(measure=lowered.compared))
    yes, no = lowerer.logic.yes(granted), lowerer.logic.no(granted)
    worst, best = (NOTHING, points) if bonus.points > 0 else (points, NOTHING)
    opened = g.opposite(g.either(yes, no))
    sure = g.chosen(granted.holds, points, NOTHING)
    return g.chosen(opened, worst, sure), g.chosen(opened, best, sure)


def _base(
    points: Points | None, lowered: LoweredCriterion, lowerer: Lowerer
) -> tuple[Ratio, Ratio]:
    match points:
        case None:
            return NOTHING, NOTHING
        case OutcomePoints():
            by = (points.fully, points.basically, points.not_met, Fraction(0))
            low, high = _ends(lowerer, list(zip(lowered.possible, by, strict=True)))
            if lowered.criterion.judged:
                given = lowerer.inputs.given_points(lowered.criterion.id)
                has = lowerer.logic.has(given.gap)
                g = lowerer.graph
                return g.chosen(has, given.low, low), g.chosen(has, given.low, high)
            return low, high
        case SteppedPoints():
            return _ends(lowerer, _steps(points, lowered, lowerer))
        case DeductedPoints():
            return _deducted(points, lowered, lowerer)
        case _:
            assert_never(points)


def _ends(lowerer: Lowerer, possible: Sequence[tuple[Formula, Fraction]]) -> tuple[Ratio, Ratio]:
    """The least and the most of the points that are possible."""
    whole = lcm(*(points.denominator for _, points in possible))
    ends = []
    for last_first in (True, False):
        ordered = sorted(possible, key=lambda pair: pair[1], reverse=last_first)
        over = fraction(ordered[0][1] * whole).over
        for where, points in ordered[1:]:
            over = lowerer.graph.choice(where, fraction(points * whole).over, over)
        ends.append(Ratio(over, fraction(Fraction(whole)).over))
    return ends[0], ends[1]


def _steps(
    points: SteppedPoints, lowered: LoweredCriterion, lowerer: Lowerer
) -> list[tuple[Formula, Fraction]]:
    """Where each step still decides: the first that holds, and those open before it."""
    g = lowerer.graph
    rest: Formula = TRUE
    found: list[tuple[Formula, Fraction]] = []
    for step in points.steps:
        holds = lowerer.condition(step.when, Scope(measure=lowered.compared))
        found.append((g.both(rest, g.opposite(lowerer.logic.no(holds))), step.points))
        rest = g.both(rest, g.opposite(lowerer.logic.yes(holds)))
    return [*found, (rest, points.otherwise)]


def _deducted(
    points: DeductedPoints, lowered: LoweredCriterion, lowerer: Lowerer
) -> tuple[Ratio, Ratio]:
    """Full marks less so much for each step that the measure lies beyond the limit."""
    g, logic = lowerer.graph, lowerer.logic
    limit = lowerer.number(points.limit, Scope(measure=lowered.compared))
    least, most = fraction(points.at_least), fraction(points.most)
    measure = lowered.compared
    if not isinstance(measure, Number):
        return least, most
    lowerer.numbers.rational(limit, measure)
    known = g.both(logic.has(limit.gap), logic.has(measure.gap), g.opposite(logic.wide(limit)))
    good, bad = (most, least) if points.below else (least, most)
    first: Ratio = g.chosen(measure.sinks, bad, _after(points, measure.low, limit.low, lowerer))
    last = _after(points, measure.low, limit.low, lowerer)
    if measure.low != measure.high or measure.rises is not FALSE:
        last = g.chosen(measure.rises, good, _after(points, measure.high, limit.low, lowerer))
    low, high = (first, last) if points.below else (last, first)
    return g.chosen(known, low, least), g.chosen(known, high, most)


def _after(points: DeductedPoints, measure: Ratio, limit: Ratio, lowerer: Lowerer) -> Ratio:
    """The points at one value of the measure."""
    g = lowerer.graph
    beyond = (limit + -measure if points.below else measure + -limit) * fraction(1 / points.per)
    match points.each:
        case Each.PROPORTIONAL:
            steps = beyond
        case Each.WHOLE:
            steps = Ratio(g.quotient(beyond.over, beyond.under))
        case Each.STARTED:
            steps = -Ratio(g.quotient(-beyond.over, beyond.under))
        case _:
            assert_never(points.each)
    left = fraction(points.most) + -(steps * fraction(points.points))
    floor = fraction(points.at_least)
    left = g.chosen(lowerer.logic.below(left, floor, strict=True), floor, left)
    inside = g.opposite(g.atom(beyond.over, Relation.POSITIVE))
    return g.chosen(inside, fraction(points.most), left)
