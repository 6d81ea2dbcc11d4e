"""Compares two runs of a batch: whose grade moved, and which criteria did it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ..facts.sheet import FactSheet
from ..language.model import Outcome, Ruleset
from ..scoring.assess import Assessment, assess
from ..scoring.cohort import Cohort
from ..scoring.grading import Grader
from ..scoring.outcome import CriterionResult
from ..scoring.points import Scored, total

Bounds = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A criterion whose outcome changed; ``decides``: with the earlier one the grade would be too.

    None where that cannot be told, since the runs are by different rulesets.
    """

    criterion: str
    before: str
    after: str
    decides: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A district whose grade, or bounds of it, are others than before."""

    code: str
    name: str
    before: Bounds
    after: Bounds
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An earlier run against this one."""

    same_rules: bool
    moved: tuple[Moved, ...]
    unmoved: int
    appeared: tuple[str, ...]
    gone: tuple[str, ...]

    def ways(self, ruleset: Ruleset) -> tuple[int, int, int]:
        """How many moved up, down, or to bounds that are neither."""
        found = [direction(ruleset, m.before, m.after) for m in self.moved]
        return found.count(1), found.count(-1), found.count(0)


def compare(
    ruleset: Ruleset,
    same_rules: bool,
    before: Iterable[Mapping[str, Any]],
    after: Iterable[Mapping[str, Any]],
    sheet_of: Callable[[str], FactSheet | None],
    cohort: Cohort | None = None,
) -> Comparison:
    """Match districts by code; ``sheet_of`` reads the sheet of one that moved."""
    old = {record["code"]: record for record in before}
    moved, unmoved, appeared = [], 0, []
    for record in after:
        earlier = old.pop(record["code"], None)
        if earlier is None:
            appeared.append(record["code"])
        elif bounds(earlier) == bounds(record):
            unmoved += 1
        else:
            changes = _changes(earlier, record)
            sheet = sheet_of(record["code"]) if same_rules else None
            if sheet is not None:
                changes = _deciding(assess(ruleset, sheet, cohort=cohort), earlier, changes)
            moved.append(
                Moved(
                    code=record["code"],
                    name=record["name"],
                    before=bounds(earlier),
                    after=bounds(record),
                    changes=changes,
                )
            )
    return Comparison(
        same_rules=same_rules,
        moved=tuple(moved),
        unmoved=unmoved,
        appeared=tuple(appeared),
        gone=tuple(sorted(old)),
    )


def bounds(record: Mapping[str, Any]) -> Bounds:
    """The best and the worst grade of a record."""
    grade = record["grade"] or {"best": None, "worst": None}
    return grade["best"], grade["worst"]


def direction(ruleset: Ruleset, before: Bounds, after: Bounds) -> int:
    """1 for better at both ends (or one, the other alike), -1 for worse, 0 for neither."""
    if ruleset.grade is None:
        return 0
    scale = [grade.id for grade in ruleset.grade.scale]
    ranks = [
        [scale.index(g) if g in scale else len(scale) for g in ends] for ends in (before, after)
    ]
    signs = {(a > b) - (a < b) for a, b in zip(*ranks, strict=True)} - {0}
    return signs.pop() if len(signs) == 1 else 0


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    old = {found["id"]: found["outcome"] for found in before["criteria"]}
    return tuple(
        Change(criterion=found["id"], before=old[found["id"]], after=found["outcome"])
        for found in after["criteria"]
        if old.get(found["id"], found["outcome"]) != found["outcome"]
    )


def _deciding(
    assessment: Assessment, before: Mapping[str, Any], changes: Sequence[Change]
) -> tuple[Change, ...]:
    """Which single change made the difference: put back alone, it gives the earlier grade."""
    old = {found["id"]: found for found in before["criteria"]}
    return tuple(
        replace(change, decides=_with(assessment, old[change.criterion]) == bounds(before))
        for change in changes
    )


def _with(assessment: Assessment, old: Mapping[str, Any]) -> Bounds:
    """The bounds of the grade if one criterion had stayed as it was, points included."""
    rule = assessment.ruleset.grade
    if rule is None:
        return None, None
    points = dict(assessment.points)
    if old["id"] in points and old["points"] is not None:
        low, high = (Fraction(old["points"][end]) for end in ("low", "high"))
        points[old["id"]] = Scored(low=low, high=high, most=points[old["id"]].most)
    results = tuple(_as_before(r, old) for r in assessment.results)
    whole = total(list(points.values())) if points else None
    grade = Grader(rule, assessment.interpreter, whole).grade(results)
    return grade.best, grade.worst


def _as_before(result: CriterionResult, old: Mapping[str, Any]) -> CriterionResult:
    if result.criterion.id != old["id"]:
        return result
    possible = frozenset(Outcome(word) for word in old["possible"])
    return replace(result, outcome=Outcome(old["outcome"]), possible=possible)
