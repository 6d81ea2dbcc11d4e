"""Proves that a better measure, and a better fact, never gives fewer points, bonus included."""

from collections.abc import Iterator, Sequence

from ..language.diagnostics import Diagnostic
from ..language.model import Criterion, OutcomePoints, Ruleset
from ..language.units import decimal_text
from ..language.vocabulary import Better, FactDefinition
from ..locale import LANGS, Label, phrase
from ..scoring.lowering_levels import LoweredCriterion, with_measure
from ..scoring.lowering_points import LoweredPoints, lower_points
from ..scoring.lowering_values import Number, UnsupportedError
from .proofs import Answer, Proof, Question, Witness
from .verify_direction import (
    any_measure,
    better_measure,
    columns_of_measure,
    directed,
    moved,
    never_for_any_measure,
    now,
    two_sheets,
)
from .verify_junctions import Test, conjunction, negation
from .verify_prover import Asked, Prover, Replayed
from .verify_settings import Lowering
from .verify_solver import Goal
from .verify_terms import Translation


def prove_points(
    criterion: Criterion, ruleset: Ruleset, earlier: Sequence[Proof]
) -> Iterator[Proof]:
    """One proof for the measure, one for each fact; none where points only follow the outcome.

    What an earlier proof of the criterion refutes is the cause and not told again.
    """
    if criterion.judged or not has_own_points(criterion):
        return
    refuted = {(p.question, p.detail) for p in earlier if _refutes(p, criterion)}
    if (Question.MONOTONE, "") in refuted:
        return
    prover = Prover(criterion, ruleset, scored=True)
    lowering, points = prover.lowering, prover.points
    if lowering is None or points is None:
        yield _unknown(criterion, prover.why)
        return
    if criterion.is_number and criterion.better in (Better.HIGHER, Better.LOWER):
        proof = _of_measure(prover, lowering, points, up=criterion.better is Better.HIGHER)
        yield proof
        if proof.answer is Answer.REFUTED:
            return
    for fact in directed(lowering.space.needed):
        if (Question.MONOTONE_IN_FACT, fact.name) not in refuted:
            yield _of_fact(prover, lowering, points, fact)


def has_own_points(criterion: Criterion) -> bool:
    """Whether points are more than a number for each outcome, which the lint looks at."""
    given = criterion.points
    return criterion.bonus is not None or not (given is None or isinstance(given, OutcomePoints))


def _refutes(proof: Proof, criterion: Criterion) -> bool:
    return proof.about == criterion.id and proof.answer is Answer.REFUTED


def _of_measure(prover: Prover, lowering: Lowering, points: LoweredPoints, *, up: bool) -> Proof:
    criterion, lowerer = prover.criterion, lowering.space.lowerer
    if prover.why:
        return _unknown(criterion, prover.why)
    try:
        free = with_measure(lowering.whole, any_measure(lowering), lowerer)
        given = lower_points(free, lowerer)
        if given is not None and never_for_any_measure(prover, up=up, falls=_fewer(free, given)):
            return Proof(
                question=Question.POINTS_MONOTONE, about=criterion.id, answer=Answer.PROVED
            )
    except UnsupportedError as error:
        return _unknown(criterion, str(error))
    compared = lowering.whole.compared
    if not isinstance(compared, Number) or compared.low != compared.high or compared.roots:
        return _unknown(criterion, "root")
    fewer = _fewer(lowering.whole, points)

    def goal(first: Translation, second: Translation) -> Test:
        fallen = fewer(first, second)
        return conjunction((better_measure(compared, first, second, up=up), fallen))

    asked = prover.never(goal, _lost, lambda setting: columns_of_measure(prover, setting))
    return prover.proof(
        Question.POINTS_MONOTONE, asked, lambda a: _two(prover, a, "points-not-monotone")
    )


def _of_fact(
    prover: Prover, lowering: Lowering, points: LoweredPoints, fact: FactDefinition
) -> Proof:
    fewer = _fewer(lowering.whole, points)

    def goal(first: Translation, second: Translation) -> Test:
        fallen = fewer(first, second)
        return False if fallen is False else conjunction((moved(fact, first, second), fallen))

    asked = prover.never(
        goal,
        _lost,
        lambda setting: frozenset() if now(fact) in setting.missing else frozenset({now(fact)}),
    )
    return prover.proof(
        Question.POINTS_MONOTONE_IN_FACT,
        asked,
        lambda a: _two(prover, a, "fact-not-monotone", fact=fact.name),
        fact.name,
    )


def _fewer(lowered: LoweredCriterion, points: LoweredPoints) -> Goal:
    """It applies in both sheets, and the second gives fewer points for sure."""

    def goal(first: Translation, second: Translation) -> Test:
        applies = [negation(sheet.test(lowered.possible[-1])) for sheet in (first, second)]
        a, p = first.term(points.low.over), first.term(points.low.under)
        b, q = second.term(points.high.over), second.term(points.high.under)
        return conjunction((*applies, b * p < a * q))

    return goal


def _lost(found: Sequence[Replayed]) -> bool:
    if len(found) != 2 or found[0].points is None or found[1].points is None:
        return False
    one, two = found[0].points.exact, found[1].points.exact
    return one is not None and two is not None and two < one


def _two(
    prover: Prover, asked: Asked, code: str, fact: str = ""
) -> tuple[Diagnostic, Witness | None]:
    before, after = (_told(one) for one in asked.replayed)
    criterion = prover.criterion
    given = criterion.points
    span = given.span if given is not None and given.span is not None else criterion.span
    return two_sheets(prover, asked, code, span, before=before, after=after, fact=fact)


def _told(one: Replayed) -> Label:
    points = None if one.points is None else one.points.exact
    text = "" if points is None else decimal_text(points)
    return Label(*(phrase("proof_points", lang, points=text) for lang in LANGS))


def _unknown(criterion: Criterion, why: str) -> Proof:
    return Proof(
        question=Question.POINTS_MONOTONE, about=criterion.id, answer=Answer.UNKNOWN, why=why
    )
