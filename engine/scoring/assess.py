"""The front door: one ruleset and one sheet become one assessment."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..facts.digest import plain_value
from ..facts.sheet import FactSheet
from ..facts.values import By, Entry
from ..language.diagnostics import MOST_SHOWN, Diagnostic, FactsError, errors, in_order
from ..language.model import Outcome, Ruleset
from ..language.vocabulary import nearest
from .claims import ClaimAudit, audit
from .cohort import Cohort
from .gathering import needs_batch
from .grading import Grader, GradeResult
from .integrity import broken_rules
from .interpreter import Interpreter
from .margins import Margin, margins
from .outcome import CriterionResult, evaluate, self_view
from .points import NOTHING, Scored, score, total
from .sheet_checks import other_edition, other_kind, year_against_edition
from .values import Reason, Why

# Reasons that no report of a fact would take away.
_NOT_REPORTABLE = (
    *(Why.ZERO_DIVISOR, Why.NO_LEVEL, Why.NO_ROWS),
    *(Why.OTHER_KIND, Why.NO_SUBJECTS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What was not reported, the criteria that ask for it, and whether it can move the grade."""

    reason: Reason
    criteria: tuple[str, ...]
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An outcome that somebody declared and that the facts do not give."""

    criterion: str
    by: By
    declared: Outcome
    found: Outcome
    reconstructed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Everything about one subject under one edition."""

    ruleset: Ruleset
    sheet: FactSheet
    view: By | None
    results: tuple[CriterionResult, ...]
    evaluated: tuple[CriterionResult, ...]
    margins: Mapping[str, tuple[Margin, ...]]
    points: Mapping[str, Scored]
    total: Scored | None
    grade: GradeResult | None
    claims: tuple[ClaimAudit, ...]
    missing: tuple[Missing, ...]
    differences: tuple[Difference, ...]
    disputed: tuple[tuple[Entry, ...], ...]
    diagnostics: tuple[Diagnostic, ...]
    interpreter: Interpreter

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many criteria have each outcome."""
        counted = Counter(result.outcome for result in self.results)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def complete(self) -> bool:
        """Whether no missing fact could change the grade; without a grade rule, any outcome."""
        if self.grade is not None:
            return self.grade.determined and self.grade.awarded is not None
        return not self.counts[Outcome.UNDETERMINED]

    def result(self, criterion: str) -> CriterionResult | None:
        """The result of one criterion."""
        return next((r for r in self.results if r.criterion.id == criterion), None)


def assess(
    ruleset: Ruleset,
    sheet: FactSheet,
    *,
    view: By | None = None,
    diagnostics: tuple[Diagnostic, ...] = (),
    cohort: Cohort | None = None,
) -> Assessment:
    """Score one sheet, as one of its ``cohort``. ``view`` restricts it to what one source says.

    Raises `FactsError` when the facts break an integrity rule of severity ``error``, or where the
    ruleset compares subjects and there is no cohort.
    """
    alone = needs_batch(ruleset) if cohort is None else None
    if alone is not None:
        raise FactsError([alone])
    chosen = sheet if view is None else sheet.said_by(view)
    interpreter = Interpreter(ruleset, chosen, cohort=cohort)
    faults = [*diagnostics, *sheet_faults(ruleset, sheet, interpreter)]
    if errors(faults):
        raise FactsError(faults)
    evaluated = tuple(evaluate(criterion, interpreter) for criterion in ruleset.criteria)
    claims = audit(interpreter, evaluated)
    results = tuple(self_view(r) for r in evaluated) if view is By.SELF else evaluated
    points = {
        result.criterion.id: scored
        for result in results
        if (scored := score(result, interpreter)) is not None
    }
    whole, grade = _graded(ruleset, interpreter, results, points)
    return Assessment(
        ruleset=ruleset,
        sheet=chosen,
        view=view,
        results=results,
        evaluated=evaluated,
        margins={r.criterion.id: margins(r, interpreter) for r in results},
        points=points,
        total=whole,
        grade=grade,
        claims=claims,
        missing=_missing(results, points, grade),
        differences=_differences(evaluated),
        disputed=_disputed(sheet),
        diagnostics=in_order(faults),
        interpreter=interpreter,
    )


def _graded(
    ruleset: Ruleset,
    interpreter: Interpreter,
    results: tuple[CriterionResult, ...],
    points: Mapping[str, Scored],
) -> tuple[Scored | None, GradeResult | None]:
    """The sum of the points, and the grade."""
    whole = total(list(points.values())) if points else None
    if ruleset.grade is None:
        return whole, None
    return whole, Grader(ruleset.grade, interpreter, whole).grade(results)


def reassess(
    assessment: Assessment,
    ruleset: Ruleset,
    interpreter: Interpreter,
    changed: Mapping[str, CriterionResult],
    *,
    graded: bool = True,
) -> Assessment:
    """The same sheet under a ruleset of which only ``changed`` and the grade rule are others.

    Without ``graded``, the grade and what is missing for it are left as they were.
    """
    results = tuple(changed.get(r.criterion.id, r) for r in assessment.results)
    points = dict(assessment.points)
    for name, result in changed.items():
        scored = score(result, interpreter)
        if scored is not None:
            points[name] = scored
    again = replace(
        assessment,
        ruleset=ruleset,
        results=results,
        evaluated=results,
        margins={
            **assessment.margins,
            **{name: margins(result, interpreter) for name, result in changed.items()},
        },
        points=points,
        total=total(list(points.values())) if points else None,
        interpreter=interpreter,
    )
    if not graded:
        return again
    _, grade = _graded(ruleset, interpreter, results, points)
    return replace(again, grade=grade, missing=_missing(results, points, grade))


def sheet_faults(
    ruleset: Ruleset, sheet: FactSheet, interpreter: Interpreter | None
) -> tuple[Diagnostic, ...]:
    """What is wrong with a sheet that could be read: broken rules, outcomes of no criterion.

    Without an interpreter the rules are not gone through: it is known that none is broken.
    """
    return (
        *(() if interpreter is None else broken_rules(interpreter)),
        *_unknown_criteria(ruleset, sheet),
        *year_against_edition(ruleset, sheet),
        *other_edition(ruleset, sheet),
        *other_kind(ruleset, sheet),
    )


def assess_part(
    ruleset: Ruleset,
    sheet: FactSheet,
    criteria: Collection[str],
    cohort: Cohort | None = None,
) -> Assessment:
    """Only some criteria of a sheet without faults, to explain them; no grade, no claims."""
    interpreter = Interpreter(ruleset, sheet, cohort=cohort)
    chosen = (criterion for criterion in ruleset.criteria if criterion.id in criteria)
    results = tuple(evaluate(criterion, interpreter) for criterion in chosen)
    scored = {r.criterion.id: score(r, interpreter) for r in results}
    return Assessment(
        ruleset=ruleset,
        sheet=sheet,
        view=None,
        results=results,
        evaluated=results,
        margins={r.criterion.id: margins(r, interpreter) for r in results},
        points={name: points for name, points in scored.items() if points is not None},
        total=None,
        grade=None,
        claims=(),
        missing=(),
        differences=(),
        disputed=(),
        diagnostics=(),
        interpreter=interpreter,
    )


def _unknown_criteria(ruleset: Ruleset, sheet: FactSheet) -> list[Diagnostic]:
    """Declared outcomes of criteria that this ruleset does not have."""
    known = tuple(criterion.id for criterion in ruleset.criteria)
    unknown = [name for name in sheet.declared if name not in known]
    return [
        Diagnostic(
            code="outcome-of-unknown-criterion",
            span=sheet.declared[name][0].origin,
            values={"id": name, "ruleset": ruleset.name},
            suggestion=nearest(name, known),
        )
        for name in unknown[: MOST_SHOWN + 1]
    ]


def _missing(
    results: tuple[CriterionResult, ...],
    points: Mapping[str, Scored],
    grade: GradeResult | None,
) -> tuple[Missing, ...]:
    """What to report: for outcomes, for points, for the grade rule itself."""
    asked: dict[Reason, list[str]] = {}
    for result in results:
        if result.outcome is Outcome.UNDETERMINED:
            for reason in result.reasons:
                asked.setdefault(reason, []).append(result.criterion.id)
        scored = points.get(result.criterion.id, NOTHING)
        for reason in scored.reasons:
            if result.criterion.id not in asked.setdefault(reason, []):
                asked[reason].append(result.criterion.id)
    if grade is not None and not grade.determined:
        for reason in grade.missing:
            asked.setdefault(reason, [])
    return tuple(
        Missing(
            reason=reason,
            criteria=tuple(criteria),
            decides=grade is not None
            and not grade.determined
            and (reason in grade.decisive or not grade.exhaustive),
        )
        for reason, criteria in asked.items()
        if reason.why not in _NOT_REPORTABLE
    )


def _differences(results: tuple[CriterionResult, ...]) -> tuple[Difference, ...]:
    """Declared outcomes that the facts, or a more trusted person, contradict."""
    return tuple(
        Difference(
            criterion=result.criterion.id,
            by=declared.by,
            declared=declared.outcome,
            found=result.outcome,
            reconstructed=declared.reconstructed,
        )
        for result in results
        for declared in result.declared
        if declared.outcome is not result.outcome
    )


def _disputed(sheet: FactSheet) -> tuple[tuple[Entry, ...], ...]:
    """Facts of which several sources say different things."""
    return tuple(
        entries
        for entries in sheet.entries.values()
        if len({plain_value(entry.stated) for entry in entries}) > 1
    )
