"""What of a subject stays open until others of its batch report: criteria, points, the grade."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..facts.sheet import FactSheet
from ..language.digest import expressions_of
from ..language.expression import Batched, walk
from ..language.model import Ruleset
from ..language.printer import show
from .cohort import Cohort, comparisons
from .interpreter import Interpreter
from .membership import group_of
from .outcome import evaluate
from .points import score
from .values import Number, Reason, Unknown, Value, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A comparison within a group that is open for a subject, and what rests on it."""

    comparison: Batched
    group: str
    criteria: tuple[str, ...]
    grade: bool


def waits(
    ruleset: Ruleset,
    sheet: FactSheet,
    cohort: Cohort,
    unsettled: Collection[str],
    *,
    grade_open: bool,
) -> tuple[Wait, ...]:
    """What others keep open of a subject, in the order in which the ruleset compares.

    ``unsettled`` are the criteria whose outcome or points are open.
    """
    interpreter = Interpreter(ruleset, sheet, cohort=cohort)
    criteria: dict[str, list[str]] = {}
    for criterion in ruleset.criteria:
        if criterion.id not in unsettled:
            continue
        result = evaluate(criterion, interpreter)
        points = score(result, interpreter)
        reasons = (*result.reasons, *(() if points is None else points.reasons))
        for name in dict.fromkeys(_of_batch(reasons)):
            criteria.setdefault(name, []).append(criterion.id)
    asked = _asked_by_grade(ruleset) if grade_open else ()
    graded = {show(expr) for expr in asked if _open(interpreter.value(expr))}
    found = []
    for expr in comparisons(ruleset):
        name, group = show(expr), group_of(interpreter, expr)
        if group is not None and (name in criteria or name in graded):
            rests = tuple(criteria.get(name, ()))
            found.append(Wait(comparison=expr, group=group, criteria=rests, grade=name in graded))
    return tuple(found)


def _of_batch(reasons: tuple[Reason, ...]) -> Iterator[str]:
    return (reason.name for reason in reasons if reason.why is Why.BATCH)


def _asked_by_grade(ruleset: Ruleset) -> Iterator[Batched]:
    for expr in expressions_of(ruleset.grade):
        yield from (part for part in walk(expr) if isinstance(part, Batched))


def _open(value: Value) -> bool:
    match value:
        case Unknown():
            reasons = value.reasons
        case Number():
            reasons = value.bounded
        case _:
            reasons = ()
    return any(True for _ in _of_batch(reasons))
