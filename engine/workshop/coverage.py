"""What the cases of a ruleset reach: levels, applicability, sides of comparisons, points, grades.

An edition that extends another answers for what it says itself: criteria that it adds or changes,
those whose parameters it changes, its own grade rule. The rest is covered by its base's cases. A
shared parameter is answered for by whoever reads it first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from ..language.catalogue import locate
from ..language.diagnostics import Span
from ..language.digest import expressions_of
from ..language.expression import (
    Aggregate,
    Batched,
    Compare,
    Expr,
    Flag,
    Parameter,
    children,
    walk,
)
from ..language.loader import load_file
from ..language.model import Criterion, GradeRule, Outcome, Ruleset, SteppedPoints
from ..language.printer import show
from ..scoring.assess import Assessment
from ..scoring.grading import Grader, StepKind
from ..scoring.interpreter import Interpreter
from ..scoring.outcome import CriterionResult
from ..scoring.values import Truth
from ..scoring.where import Comparison, Where
from .cases import Tried
from .suite import Justified, percent


class GoalKind(StrEnum):
    """What a goal asks the cases for."""

    LEVEL = "level"
    APPLIES = "applies"
    COMPARISON = "comparison"
    POINTS = "points"
    GRADE = "grade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One thing that some case has to reach; the name is what ``uncovered`` lists."""

    kind: GoalKind
    name: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every goal of a ruleset, and the first case that reaches each."""

    goals: tuple[Goal, ...]
    reached: dict[str, str]
    justified: frozenset[str]
    inherited: int

    @property
    def counted(self) -> tuple[Goal, ...]:
        """Every goal but those that are justified and not reached."""
        return tuple(g for g in self.goals if g.name in self.reached or not self.excused(g))

    @property
    def percent(self) -> Fraction:
        """How much of what has to be reached is."""
        counted = self.counted
        return percent(sum(goal.name in self.reached for goal in counted), len(counted))

    @property
    def open(self) -> tuple[Goal, ...]:
        """What no case reaches and nobody justified."""
        return tuple(g for g in self.goals if g.name not in self.reached and not self.excused(g))

    def excused(self, goal: Goal) -> bool:
        """Whether the file says why no case can reach it."""
        return goal.name in self.justified

    def of(self, kind: GoalKind) -> tuple[int, int]:
        """How many goals of a kind are reached, and how many there are."""
        counted = [goal for goal in self.counted if goal.kind is kind]
        return sum(goal.name in self.reached for goal in counted), len(counted)


def cover(ruleset: Ruleset, ran: Sequence[Tried], justified: Sequence[Justified] = ()) -> Coverage:
    """What the cases reach; a case whose facts were refused reaches nothing."""
    own = own_criteria(ruleset)
    wanted = tuple(dict.fromkeys(_goals(ruleset, own)))
    reached: dict[str, str] = {}
    for case in ran:
        if case.assessment is not None:
            for name in _reached(case.assessment):
                reached.setdefault(name, case.name)
    names = {goal.name for goal in wanted}
    return Coverage(
        goals=wanted,
        reached={name: case for name, case in reached.items() if name in names},
        justified=frozenset(entry.name for entry in justified),
        inherited=len(ruleset.criteria) - len(own),
    )


def own_criteria(ruleset: Ruleset) -> tuple[Criterion, ...]:
    """The criteria that the edition answers for itself."""
    here = ruleset.source
    changed = {name for name, p in ruleset.parameters.items() if p.span.source == here}
    return tuple(
        criterion
        for criterion in ruleset.criteria
        if criterion.span.source == here or changed & parameters_of(criterion)
    )


def own_parameters(ruleset: Ruleset) -> frozenset[str]:
    """The parameters that the edition answers for: its own, and shared ones no base of it reads."""
    here = ruleset.source
    own = {name for name, p in ruleset.parameters.items() if p.span.source == here}
    shared = {name for name, p in ruleset.parameters.items() if p.shared}
    base, _ = locate(ruleset.extends[-1], Path(here.path)) if ruleset.extends else (None, ())
    if base is not None and shared:
        shared -= set(load_file(base).ruleset.parameters)
    return frozenset(own | shared)


def parameters_of(part: object) -> set[str]:
    """The parameters that a criterion or a grade rule reads."""
    return {inside.name for inside in parts_of(part) if isinstance(inside, Parameter)}


def parts_of(part: object) -> list[Expr]:
    """Everything inside every expression of a criterion or a grade rule."""
    return [inside for expr in expressions_of(part) for inside in walk(expr)]


def own_grade(ruleset: Ruleset) -> GradeRule | None:
    """The grade rule, where the edition states it itself or changes what it reads."""
    rule = ruleset.grade
    if rule is None:
        return None
    here = ruleset.source
    changed = {name for name, p in ruleset.parameters.items() if p.span.source == here}
    return rule if rule.award[0].span.source == here or changed & parameters_of(rule) else None


def _goals(ruleset: Ruleset, own: Sequence[Criterion]) -> Iterator[Goal]:
    for criterion in own:
        yield from _criterion_goals(criterion)
    rule = own_grade(ruleset)
    if rule is not None:
        yield from _grade_goals(rule)


def _criterion_goals(criterion: Criterion) -> Iterator[Goal]:
    name, span = criterion.id, criterion.span

    def goal(kind: GoalKind, what: str, where: Span = span) -> Goal:
        return Goal(kind=kind, name=f"{name} {what}", span=where)

    outcomes = [level.outcome for level in criterion.levels]
    if criterion.judged:
        # What a person decides follows no rule that a case could try.
        yield goal(GoalKind.LEVEL, "judged")
    elif Outcome.NOT_MET not in outcomes:
        outcomes.append(Outcome.NOT_MET)
    spans = {level.outcome: level.span for level in criterion.levels}
    for outcome in outcomes:
        yield goal(GoalKind.LEVEL, str(outcome), spans.get(outcome, span))
    # `applies_when: yes` takes the guard of a base away.
    if criterion.applies_when is not None and criterion.applies_when != Flag(True):
        yield goal(GoalKind.APPLIES, "applies")
        yield goal(GoalKind.APPLIES, "does not apply")
        for side in _sides(criterion.applies_when):
            yield goal(GoalKind.COMPARISON, f"applies_when: {side}")
    for level in criterion.levels:
        for side in _sides(level.condition):
            yield goal(GoalKind.COMPARISON, f"{level.outcome}: {side}", level.span)
    if isinstance(criterion.points, SteppedPoints):
        for number in range(len(criterion.points.steps)):
            yield goal(GoalKind.POINTS, f"points: step {number + 1}")
        yield goal(GoalKind.POINTS, "points: otherwise")
    if criterion.bonus is not None:
        yield goal(GoalKind.POINTS, "bonus: given")
        if criterion.bonus.when is not None:
            yield goal(GoalKind.POINTS, "bonus: withheld")


def _grade_goals(rule: GradeRule) -> Iterator[Goal]:
    def goal(what: str, span: Span, kind: GoalKind = GoalKind.GRADE) -> Goal:
        return Goal(kind=kind, name=f"grade: {what}", span=span)

    for award in rule.award:
        yield goal(f"award {award.grade}", award.span)
    for number, cap in enumerate(rule.caps):
        yield goal(f"cap {number + 1} acts", cap.span)
    for number, downgrade in enumerate(rule.downgrades):
        yield goal(f"downgrade {number + 1} acts", downgrade.span)
    if rule.min_applicable:
        yield goal("min_applicable", rule.award[0].span)
    conditions = [(award.when, award.span) for award in rule.award]
    conditions += [(cap.when, cap.span) for cap in rule.caps]
    conditions += [(downgrade.when, downgrade.span) for downgrade in rule.downgrades]
    for when, span in conditions:
        for side in () if when is None else _sides(when):
            yield goal(side, span, GoalKind.COMPARISON)


def _sides(condition: Expr) -> Iterator[str]:
    """Both sides of the comparisons made for the condition itself, not by row or subject."""
    if isinstance(condition, Compare):
        left = condition.first
        for op, right in condition.rest:
            written = f"{show(left)} {op} {show(right)}"
            yield f"{written} holds"
            yield f"{written} fails"
            left = right
    if not isinstance(condition, Aggregate | Batched):
        for child in children(condition):
            yield from _sides(child)


def _reached(assessment: Assessment) -> Iterator[str]:
    interpreter = assessment.interpreter
    for result in assessment.results:
        yield from _of_criterion(result, interpreter)
    grade, rule = assessment.grade, assessment.ruleset.grade
    if grade is None or rule is None:
        return
    for step in grade.steps:
        match step.kind:
            case StepKind.GUARD:
                yield "grade: min_applicable"
            case StepKind.AWARD:
                yield f"grade: award {step.grade}"
            case StepKind.CAP if step.acted:
                yield f"grade: cap {_position(step.rule, rule.caps)} acts"
            case StepKind.DOWNGRADE if step.acted:
                yield f"grade: downgrade {_position(step.rule, rule.downgrades)} acts"
            case _:
                pass
    compared = Grader(rule, interpreter, assessment.total).tried(assessment.results)
    yield from (f"grade: {side}" for side in _decided(compared))


def _position(rule: object, among: Sequence[object]) -> int:
    return next(number for number, one in enumerate(among, 1) if one is rule)


def _of_criterion(result: CriterionResult, interpreter: Interpreter) -> Iterator[str]:
    criterion = result.criterion
    yield f"{criterion.id} {result.outcome}"
    if result.judgement is not None:
        yield f"{criterion.id} judged"
    if Outcome.NOT_APPLICABLE not in result.possible:
        yield f"{criterion.id} applies"
    elif result.outcome is Outcome.NOT_APPLICABLE:
        yield f"{criterion.id} does not apply"
    for side in _decided(result.applies):
        yield f"{criterion.id} applies_when: {side}"
    for level in result.levels:
        for side in _decided(level.comparisons):
            yield f"{criterion.id} {level.outcome}: {side}"
    if result.outcome is Outcome.NOT_APPLICABLE:
        return
    where = Where(measure=result.compared)
    if isinstance(criterion.points, SteppedPoints):
        for number, step in enumerate(criterion.points.steps):
            holds = interpreter.condition(step.when, where)
            if not isinstance(holds, Truth):
                break
            if holds.holds:
                yield f"{criterion.id} points: step {number + 1}"
                break
        else:
            yield f"{criterion.id} points: otherwise"
    if criterion.bonus is not None:
        when = criterion.bonus.when
        given = Truth(True) if when is None else interpreter.condition(when, where)
        if isinstance(given, Truth):
            yield f"{criterion.id} bonus: {'given' if given.holds else 'withheld'}"


def _decided(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for c in comparisons:
        if isinstance(c.result, Truth):
            side = "holds" if c.result.holds else "fails"
            yield f"{show(c.left)} {c.op} {show(c.right)} {side}"
