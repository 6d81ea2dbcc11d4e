"""Every grade by one real sheet: all criteria together, since they share facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import z3

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, errors
from ..language.model import GradeRule
from ..scoring.assess import Assessment, assess
from .grade_counts import Counts, Sight
from .grade_rule import State
from .proofs import Answer, Proof, Question, Witness
from .verify_grading import Grading
from .verify_junctions import Test, conjunction, disjunction, negation, start_afresh, value_of
from .verify_sheets import Found, sheet
from .verify_solver import Goal, decide, find
from .verify_terms import Translation
from .verify_whole import TOTAL, Whole
from .witnesses import counts_text


@dataclass(frozen=True, slots=True)
class Reached:
    """Whether a sheet gets a grade, and the one that does."""

    answer: Answer
    why: str = ""
    assessment: Assessment | None = None
    found: Found | None = None


def reached(
    rule: GradeRule, whole: Whole | None, why: str, counted: set[int] | None
) -> tuple[Reached, ...]:
    """For each grade of the scale, best first.

    ``counted`` are the ranks that counts alone allow, where they were gone through. Without the
    ``whole`` ruleset as formulas, what counts allow is not known.
    """
    found: list[Reached] = []
    for rank in range(len(rule.scale)):
        good = next((one.found.numbers for one in found if one.found is not None), {})
        if counted is not None and rank not in counted:
            found.append(Reached(Answer.REFUTED))
        elif whole is None:
            found.append(Reached(Answer.UNKNOWN, why))
        else:
            found.append(reach(whole, rank, good))
    return tuple(found)


def prove_reachable(rule: GradeRule, grades: Sequence[Reached]) -> Iterator[Proof]:
    """One proof for each grade, with its sheet."""
    for rank, (grade, found) in enumerate(zip(rule.scale, grades, strict=True)):
        finding = witness = None
        if found.answer is Answer.REFUTED:
            span = next((a.span for a in rule.award if a.grade == grade.id), rule.award[0].span)
            finding = Diagnostic(code="grade-unreachable", span=span, values={"grade": grade.id})
        elif found.assessment is not None:
            witness = Witness(
                name=f"grade-{grade.id if grade.id.isalnum() else rank + 1}",
                sheets=(found.assessment.sheet,),
                results=(grade.id,),
                text=counts_text(found.assessment),
            )
        yield Proof(
            question=Question.GRADE_REACHABLE,
            about="",
            answer=found.answer,
            detail=grade.id,
            why=found.why,
            finding=finding,
            witness=witness,
        )


def reach(whole: Whole, rank: int, near: Mapping[str, Fraction]) -> Reached:
    """A sheet that gets the grade, or that none does where everything is reported.

    It is looked for ``near`` that of a better grade, so that the two can be compared.
    """
    why = ""
    for setting in whole.settings:
        start_afresh()
        decision = find(replace(setting, expected=near), graded(whole, rank, exactly=True))
        if decision.answer is Answer.REFUTED:
            found = replayed(
                whole, sheet(setting.space, decision.found, decision.rows, setting.missing)
            )
            if found is not None and _is(whole, found, rank):
                return Reached(Answer.PROVED, assessment=found, found=decision.found)
            why = "replay"
        else:
            decision = decide(setting, graded(whole, rank, exactly=False))
            if decision.answer is not Answer.PROVED:
                why = why or decision.why or "replay"
    return Reached(Answer.UNKNOWN, why) if why else Reached(Answer.REFUTED)


def shown_by(
    whole: Whole, seen: Sight, way: Sequence[Counts], state: State, ranks: tuple[int, ...]
) -> Assessment | None:
    """A whole sheet that the rule sees like this state, with these grades; None without one."""

    def goal(first: Translation, _: Translation) -> Test:
        chosen = outcomes(whole, first, exactly=True)
        grading = Grading(whole, first, chosen)
        wanted = [one_of(tests) for tests in chosen.values()]
        if len(ranks) == 1:
            wanted += [grading.rank() == ranks[0], grading.settled()]
        if whole.uses_points:
            wanted.append(first.column(TOTAL) == value_of(state.points))
        if len(seen.counters) > 1:
            wanted += (grading.counts(counter, n) for counter, n in seen.view(way).items())
        return conjunction((*wanted, *grading.sides))

    for setting in whole.settings:
        start_afresh()
        decision = find(setting, goal)
        if decision.answer is not Answer.REFUTED:
            continue
        facts = sheet(setting.space, decision.found, decision.rows, setting.missing)
        found = replayed(whole, facts)
        if found is not None and found.grade is not None:
            scale = whole.rule
            ends = {scale.rank(g) for g in (found.grade.best, found.grade.worst) if g is not None}
            if ends == {ranks[0], ranks[-1]}:
                return found
    return None


def replayed(whole: Whole, facts: FactSheet) -> Assessment | None:
    """The sheet as the engine assesses it; None where it would be refused."""
    found = assess(whole.ruleset, facts)
    return None if errors(found.diagnostics) else found


def _is(whole: Whole, found: Assessment, rank: int) -> bool:
    return found.grade is not None and found.grade.awarded == whole.rule.scale[rank].id


def graded(whole: Whole, rank: int, *, exactly: bool) -> Goal:
    """The sheet gets that grade; not ``exactly``: one of the outcomes still possible gets it."""

    def goal(first: Translation, _: Translation) -> Test:
        chosen = outcomes(whole, first, exactly=exactly)
        grading = Grading(whole, first, chosen)
        wanted = [grading.rank() == rank, grading.enough()]
        wanted += [*grading.sides, *(one_of(tests) for tests in chosen.values())]
        wanted.append(grading.settled() if exactly else grading.rank(open_holds=True) == rank)
        return conjunction(wanted)

    return goal


def outcomes(
    whole: Whole, first: Translation, *, exactly: bool, of: frozenset[str] | None = None
) -> Mapping[str, tuple[Test, ...]]:
    """Which outcome each criterion has: decided by the facts, or any that is possible."""
    g = whole.space.lowerer.graph
    found = {}
    for lowered in whole.criteria:
        name = lowered.criterion.id
        if of is not None and name not in of:
            continue
        tests = []
        for place, possible in enumerate(lowered.possible):
            if exactly:
                others = (g.opposite(p) for i, p in enumerate(lowered.possible) if i != place)
                tests.append(first.test(g.both(possible, *others)))
            else:
                may = first.test(possible)
                if may is not False:
                    chosen = z3.Bool(first.named(f"{name}~{place}"))
                    first.sides.append(disjunction((negation(chosen), may)))
                    may = chosen
                tests.append(may)
        found[name] = tuple(tests)
    return found


def one_of(tests: tuple[Test, ...]) -> Test:
    """Exactly one of them holds."""
    pairs = (negation(conjunction((a, b))) for i, a in enumerate(tests) for b in tests[i + 1 :])
    return conjunction((disjunction(tests), *pairs))
