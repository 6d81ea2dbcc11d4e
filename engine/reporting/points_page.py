"""How a criterion gives points, in words and as data: outcomes, steps, deductions, bonus."""

from typing import Any, assert_never

from ..language.expression import Expr, Fact
from ..language.model import (
    Bonus,
    Criterion,
    DeductedPoints,
    Each,
    Outcome,
    OutcomePoints,
    SteppedPoints,
)
from ..language.printer import show
from ..language.units import PLAIN, find_unit
from .labels import Labels
from .numbers import distance, points_text
from .wording import outcome_label

_RULES = {
    Each.PROPORTIONAL: "rule_proportional",
    Each.WHOLE: "rule_whole",
    Each.STARTED: "rule_started",
}


def points_rule(criterion: Criterion, words: Labels) -> str:
    """Every way to points, the bonus last; empty where there is none."""
    texts = [] if criterion.points is None else _rule(criterion, words)
    if criterion.bonus is not None:
        texts.append(_bonus(criterion.bonus, words))
    return words.say("semicolon").join(texts)


def condition_text(condition: Expr, words: Labels) -> str:
    """A condition as a table shows it: only the limit, where it limits the measure."""
    if isinstance(condition, Fact):
        return words.answer(condition, True, words.show)
    return words.show(condition).removeprefix(words.say("special_measure")).strip()


def _rule(criterion: Criterion, words: Labels) -> list[str]:
    say, points = words.say, criterion.points
    match points:
        case None:
            return []
        case OutcomePoints():
            given = [
                (Outcome.FULLY_MET, points.fully),
                (Outcome.BASICALLY_MET, points.basically),
                (Outcome.NOT_MET, points.not_met),
            ]
            levels = {level.outcome for level in criterion.levels}
            return [
                say(
                    "rule_outcome",
                    outcome=outcome_label(words.ruleset, outcome, words.lang),
                    points=points_text(value),
                )
                for outcome, value in given
                if value or (outcome in levels and outcome is not Outcome.NOT_MET)
            ]
        case SteppedPoints():
            steps = [
                say(
                    "rule_step",
                    when=condition_text(step.when, words),
                    points=points_text(step.points),
                )
                for step in points.steps
            ]
            rest = say("rule_otherwise", points=points_text(points.otherwise))
            return [say("rule_most", most=points_text(points.most)), *steps, rest]
        case DeductedPoints():
            unit = criterion.show.unit
            per = (find_unit("百分点") or PLAIN) if unit.is_rate else unit
            rule = say(
                _RULES[points.each],
                side=say("below" if points.below else "above"),
                limit=words.show(points.limit),
                per=distance(points.per, per, words.lang),
                points=points_text(points.points),
            )
            least = points.at_least
            floor = [say("rule_least", points=points_text(least))] if least else []
            return [say("rule_most", most=points_text(points.most)), rule, *floor]
        case _:
            assert_never(points)


def _bonus(bonus: Bonus, words: Labels) -> str:
    points = points_text(bonus.points)
    if bonus.when is None:
        return words.say("rule_bonus", points=points)
    when = condition_text(bonus.when, words)
    return words.say("rule_bonus_when", points=points, when=when)


def points_json(criterion: Criterion) -> dict[str, Any] | None:
    """The same for programs, numbers and expressions as exact texts."""
    points = criterion.points
    match points:
        case None:
            return None
        case OutcomePoints():
            return {
                str(Outcome.FULLY_MET): str(points.fully),
                str(Outcome.BASICALLY_MET): str(points.basically),
                str(Outcome.NOT_MET): str(points.not_met),
            }
        case SteppedPoints():
            return {
                "max": str(points.most),
                "steps": [{"when": s.text, "points": str(s.points)} for s in points.steps],
                "otherwise": str(points.otherwise),
            }
        case DeductedPoints():
            return {
                "max": str(points.most),
                "deduct": {
                    "points": str(points.points),
                    "per": str(points.per),
                    "below" if points.below else "above": show(points.limit),
                    "each": str(points.each),
                },
                "at_least": str(points.at_least),
            }
        case _:
            assert_never(points)


def bonus_json(criterion: Criterion) -> dict[str, Any] | None:
    """The bonus for programs."""
    bonus = criterion.bonus
    if bonus is None:
        return None
    return {
        "points": str(bonus.points),
        "when": None if bonus.when is None else show(bonus.when),
    }
