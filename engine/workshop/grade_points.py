"""The totals of points that a ruleset can give: on the limits of a grade rule and between them."""

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm
from typing import assert_never

from ..language.model import (
    Criterion,
    DeductedPoints,
    Each,
    OutcomePoints,
    Ruleset,
    SteppedPoints,
)


def tried_points(ruleset: Ruleset, limits: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """Totals on, just beside and between the limits, of those that the criteria can add up to."""
    step = points_step(ruleset)
    low, high = points_range(ruleset)
    wanted = {low, high, *limits}
    wanted |= {(a + b) / 2 for a, b in pairwise(limits)}
    near = step or Fraction(1, 100)
    for limit in limits:
        wanted |= {limit - near, limit + near}
    if step is not None:
        wanted = {one * step for w in wanted for one in (floor(w / step), ceil(w / step))}
    return tuple(sorted(w for w in wanted if low <= w <= high))


def points_step(ruleset: Ruleset) -> Fraction | None:
    """What every total is a whole multiple of; None where any number is possible."""
    denominators = []
    for criterion in ruleset.criteria:
        own = _given(criterion)
        if own is None:
            return None
        denominators += [points.denominator for points in own]
    return Fraction(1, lcm(*denominators)) if denominators else Fraction(1)


def points_range(ruleset: Ruleset) -> tuple[Fraction, Fraction]:
    """The least and the most that the criteria can add up to."""
    low = high = Fraction(0)
    for criterion in ruleset.criteria:
        least, most = criterion_range(criterion)
        low, high = low + least, high + most
    return low, high


def criterion_range(criterion: Criterion) -> tuple[Fraction, Fraction]:
    """The least and the most that one criterion can give; none where it does not apply."""
    ends = [Fraction(0), *_ends(criterion)]
    bonus = criterion.bonus.points if criterion.bonus is not None else Fraction(0)
    return min(ends) + min(bonus, Fraction(0)), max(ends) + max(bonus, Fraction(0))


def _ends(criterion: Criterion) -> tuple[Fraction, ...]:
    points = criterion.points
    match points:
        case None:
            return ()
        case OutcomePoints():
            return points.fully, points.basically, points.not_met
        case SteppedPoints():
            return (*(step.points for step in points.steps), points.otherwise)
        case DeductedPoints():
            return points.most, points.at_least
        case _:
            assert_never(points)


def _given(criterion: Criterion) -> list[Fraction] | None:
    """The points that a criterion can give, as far as their denominators matter."""
    points = criterion.points
    if points is None and criterion.bonus is None:
        return []
    if criterion.judged and points is not None:
        # Whoever judges may give any number of points.
        return None
    found = list(_ends(criterion))
    if isinstance(points, DeductedPoints):
        if points.each is Each.PROPORTIONAL:
            return None
        found.append(points.points)
    if criterion.bonus is not None:
        found.append(criterion.bonus.points)
    return found
