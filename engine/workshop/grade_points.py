"""The totals of points that a ruleset can give: on the limits of a grade rule and between them."""

from bisect import bisect_left
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

# Beyond so many totals, whole multiples of their step stand for them.
MOST_TOTALS = 20_000


def tried_points(ruleset: Ruleset, limits: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """Totals on, just beside and between the limits, of those that the criteria can add up to."""
    low, high = points_range(ruleset)
    between = {(a + b) / 2 for a, b in pairwise(limits)}
    sums = totals(ruleset)
    if sums is not None:
        wanted = {low, high}
        for one in (*limits, *between):
            place = bisect_left(sums, one)
            # The nearest below, the one on it or the nearest above, and the next.
            wanted |= set(sums[max(0, place - 1) : place + 2])
        return tuple(sorted(wanted))
    step = points_step(ruleset)
    wanted = {low, high, *limits, *between}
    near = step or Fraction(1, 100)
    for limit in limits:
        wanted |= {limit - near, limit + near}
    if step is not None:
        wanted = {one * step for w in wanted for one in (floor(w / step), ceil(w / step))}
    return tuple(sorted(w for w in wanted if low <= w <= high))


def totals(ruleset: Ruleset) -> tuple[Fraction, ...] | None:
    """Everything that the criteria can add up to, in order; None where that cannot be listed."""
    found = {Fraction(0)}
    for criterion in ruleset.criteria:
        own = _given(criterion)
        if own is None:
            return None
        bonus = {Fraction(0), Fraction(0) if criterion.bonus is None else criterion.bonus.points}
        # What does not apply gives nothing, not even a bonus.
        each = {Fraction(0), *(a + b for a in own or (Fraction(0),) for b in bonus)}
        if len(found) * len(each) > MOST_TOTALS:
            return None
        found = {a + b for a in found for b in each}
    return tuple(sorted(found))


def points_step(ruleset: Ruleset) -> Fraction | None:
    """What every total is a whole multiple of; None where any number is possible."""
    denominators = []
    for criterion in ruleset.criteria:
        own = _given(criterion)
        if own is None:
            return None
        denominators += [points.denominator for points in own]
        if criterion.bonus is not None:
            denominators.append(criterion.bonus.points.denominator)
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
    """The points that a criterion can give without its bonus; None where they are any numbers."""
    points = criterion.points
    if criterion.judged and points is not None:
        # Whoever judges may give any number of points.
        return None
    if not isinstance(points, DeductedPoints):
        return list(_ends(criterion))
    if points.each is Each.PROPORTIONAL or points.points <= 0:
        return None
    steps = ceil((points.most - points.at_least) / points.points)
    if steps > MOST_TOTALS:
        return None
    kept = (points.most - n * points.points for n in range(max(steps, 0)))
    return [*kept, points.at_least]
