"""Proves what is asked of a grade rule: by its states, then by whole sheets."""

from collections.abc import Iterator, Sequence

from ..language.model import GradeRule, Ruleset
from ..scoring.lowering_values import UnsupportedError
from .grade_counts import TooManyError, sight
from .grade_rule import compiled
from .proofs import Answer, Proof, Question
from .verify_effects import effects, prove_effects
from .verify_facts import prove_facts
from .verify_monotone import prove_monotone
from .verify_reach import prove_reachable, reached
from .verify_rule import RuleProver
from .verify_whole import Whole, whole_of

_BY_STATES = (
    Question.GRADE_TOTAL,
    Question.GRADE_GUARDED,
    Question.GRADE_EFFECT,
    Question.GRADE_MONOTONE,
)


def prove_grade(ruleset: Ruleset, earlier: Sequence[Proof] = ()) -> Iterator[Proof]:
    """Every question about the grade rule; ``earlier`` are the proofs of the criteria."""
    rule = ruleset.grade
    if rule is None:
        return
    whole, why_not = _whole(ruleset, rule)
    prover, why = _prover(ruleset, rule, whole)
    if prover is None:
        yield from (
            Proof(question=question, about="", answer=Answer.UNKNOWN, why=why)
            for question in _BY_STATES
        )
        grades = reached(rule, whole, why_not, None)
        yield from prove_reachable(rule, grades)
        found: list[Proof] = []
    else:
        yield prover.guarded()
        yield prover.total()
        seen = effects(prover)
        grades = reached(rule, whole, why_not, seen.reached)
        yield from prove_reachable(rule, grades)
        # A grade that no sheet gets is not told a second time as an award that never decides.
        seen.reached -= {i for i, one in enumerate(grades) if one.answer is Answer.REFUTED}
        yield from prove_effects(prover, seen)
        found = list(prove_monotone(prover))
        yield from found
    if whole is not None:
        good = next((one.found for one in grades if one.found is not None), None)
        yield from prove_facts(whole, [*earlier, *found], good)
    else:
        yield Proof(
            question=Question.GRADE_MONOTONE_IN_FACT,
            about="",
            answer=Answer.UNKNOWN,
            why=why_not,
        )


def _prover(
    ruleset: Ruleset, rule: GradeRule, whole: Whole | None
) -> tuple[RuleProver | None, str]:
    """The rule with its states, or why they cannot be gone through."""
    try:
        seen = sight([rule], ruleset)
        return RuleProver(ruleset, rule, seen, compiled(rule, ruleset, seen), whole), ""
    except UnsupportedError as error:
        return None, str(error)
    except TooManyError:
        return None, "combinations"


def _whole(ruleset: Ruleset, rule: GradeRule) -> tuple[Whole | None, str]:
    """Everything as formulas over one sheet, or what has none."""
    try:
        return whole_of(ruleset, rule), ""
    except UnsupportedError as error:
        return None, str(error)
