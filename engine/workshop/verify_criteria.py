"""Proves what is asked of one criterion: defined, complete, consistent, reachable."""

from collections.abc import Iterator, Sequence
from functools import partial

from ..language.diagnostics import Diagnostic, Related
from ..language.expression import Flag
from ..language.limits import limits
from ..language.model import Level, Outcome
from ..scoring.values import Why
from .proofs import Answer, Proof, Question, Witness
from .verify_prover import Asked, Fits, Prover, Replayed, holds
from .verify_settings import Lowering

LEVEL_KEY = {
    Outcome.FULLY_MET: "fully",
    Outcome.BASICALLY_MET: "basically",
    Outcome.NOT_MET: "not_met",
}


def prove_criterion(prover: Prover) -> Iterator[Proof]:
    """Everything but direction, which is asked elsewhere."""
    lowering = prover.lowering
    if lowering is None:
        yield from _unknown(prover)
        return
    yield _defined(prover, lowering)
    if lowering.writes_not_met:
        yield _complete(prover, lowering)
        yield from _contradictions(prover, lowering)
    yield from _overlap(prover, lowering)
    applicability = _applicable(prover, lowering) if _conditional(prover) else None
    if applicability is not None:
        yield applicability
        if applicability.finding is not None and applicability.finding.code == "never-applies":
            return
    yield from _reachable(prover, lowering)


def _conditional(prover: Prover) -> bool:
    """Whether there is a condition for it to apply, other than a plain yes."""
    when = prover.criterion.applies_when
    return when is not None and not isinstance(when, Flag)


def _unknown(prover: Prover) -> Iterator[Proof]:
    for question in (Question.DEFINED, Question.REACHABLE, Question.MONOTONE):
        yield Proof(
            question=question, about=prover.criterion.id, answer=Answer.UNKNOWN, why=prover.why
        )


def _defined(prover: Prover, lowering: Lowering) -> Proof:
    asked = prover.never(holds(lowering.undecided()), _undetermined)
    return prover.proof(Question.DEFINED, asked, partial(_no_value, prover))


def _no_value(prover: Prover, asked: Asked) -> tuple[Diagnostic, Witness | None]:
    result = asked.replayed[0].result
    reason = next((r for r in result.reasons if r.why in (Why.ZERO_DIVISOR, Why.NO_ROWS)), None)
    if reason is None:
        what = result.reasons[0].name if result.reasons else ""
        return prover.found("outcome-undetermined", prover.criterion.span, asked, what=what)
    return prover.found("divides-by-zero", prover.criterion.span, asked, divisor=reason.name)


def _complete(prover: Prover, lowering: Lowering) -> Proof:
    asked = prover.never(holds(lowering.hole()), _without_level)
    return prover.proof(
        Question.COMPLETE, asked, lambda a: prover.found("level-gap", prover.criterion.span, a)
    )


def _contradictions(prover: Prover, lowering: Lowering) -> Iterator[Proof]:
    g, logic = lowering.space.lowerer.graph, lowering.space.lowerer.logic
    applies = g.both(lowering.whole.live, logic.yes(lowering.applies))
    last = next(level for outcome, level in lowering.levels if outcome is Outcome.NOT_MET)
    written = _level(prover, Outcome.NOT_MET)
    for outcome, level in lowering.levels:
        if outcome is Outcome.NOT_MET:
            continue
        goal = g.both(applies, logic.yes(level), logic.yes(last))
        # Values of a better level are that level's to report.
        applies = g.both(applies, logic.no(level))
        asked = prover.never(holds(goal), _better_than_not_met)
        yield prover.proof(
            Question.CONSISTENT,
            asked,
            partial(
                prover.found,
                "levels-contradict",
                written.span,
                level=LEVEL_KEY[outcome],
                related=(Related(_level(prover, outcome).span, "better_level_here"),),
            ),
            LEVEL_KEY[outcome],
        )


def _overlap(prover: Prover, lowering: Lowering) -> Iterator[Proof]:
    """Two closed bands of one measure that share values but not all of the better one."""
    second = next((x for x in prover.criterion.levels if x.outcome is Outcome.BASICALLY_MET), None)
    bounds = limits(second.condition) if second is not None else None
    if second is None or bounds is None or len(bounds) < 2:
        return
    g, logic = lowering.space.lowerer.graph, lowering.space.lowerer.logic
    by = dict(lowering.levels)
    one, two = by[Outcome.FULLY_MET], by[Outcome.BASICALLY_MET]
    applies = g.both(lowering.whole.live, logic.yes(lowering.applies), logic.yes(one))
    outside = prover.never(holds(g.both(applies, logic.no(two))), lambda _: True)
    if outside.answer is Answer.PROVED:
        return
    asked = prover.never(holds(g.both(applies, logic.yes(two))), _is(Outcome.FULLY_MET))
    first = _level(prover, Outcome.FULLY_MET)
    yield prover.proof(
        Question.CONSISTENT,
        asked,
        lambda a: prover.found(
            "levels-overlap",
            second.span,
            a,
            related=(Related(first.span, "better_level_here"),),
        ),
        "bands",
    )


def _applicable(prover: Prover, lowering: Lowering) -> Proof:
    logic = lowering.space.lowerer.logic
    g = lowering.space.lowerer.graph
    does = prover.sometimes(
        holds(g.both(lowering.whole.live, logic.yes(lowering.applies))), _applies
    )
    if does.answer is not Answer.PROVED:
        return prover.proof(
            Question.APPLICABLE,
            does,
            lambda a: prover.found("never-applies", prover.criterion.span, a),
        )
    does_not = prover.sometimes(holds(logic.no(lowering.applies)), _is(Outcome.NOT_APPLICABLE))
    return prover.proof(
        Question.APPLICABLE,
        does_not,
        lambda a: prover.found("always-applies", prover.criterion.span, a),
    )


def _reachable(prover: Prover, lowering: Lowering) -> Iterator[Proof]:
    # A level written `yes` is meant to be reached by everybody, a bonus by whoever asks.
    sure = prover.criterion.bonus is not None or any(
        isinstance(x.condition, Flag) for x in prover.criterion.levels
    )
    for outcome, where in lowering.outcomes().items():
        if sure and outcome is Outcome.NOT_MET and not lowering.writes_not_met:
            continue
        asked = prover.sometimes(holds(where), _is(outcome))
        span = next(
            (x.span for x in prover.criterion.levels if x.outcome is outcome),
            prover.criterion.span,
        )
        key = LEVEL_KEY[outcome]
        implied = outcome is Outcome.NOT_MET and not lowering.writes_not_met
        code = "never-fails" if implied else "level-never-reached"
        yield prover.proof(
            Question.REACHABLE,
            asked,
            partial(prover.found, code, span, level=key),
            key,
        )


def _level(prover: Prover, outcome: Outcome) -> Level:
    return next(level for level in prover.criterion.levels if level.outcome is outcome)


def _undetermined(found: Sequence[Replayed]) -> bool:
    return found[0].result.outcome is Outcome.UNDETERMINED


def _without_level(found: Sequence[Replayed]) -> bool:
    return any(reason.why is Why.NO_LEVEL for reason in found[0].result.reasons)


def _better_than_not_met(found: Sequence[Replayed]) -> bool:
    return found[0].result.outcome in (Outcome.FULLY_MET, Outcome.BASICALLY_MET)


def _applies(found: Sequence[Replayed]) -> bool:
    return found[0].result.outcome is not Outcome.NOT_APPLICABLE


def _is(outcome: Outcome) -> Fits:
    return lambda found: found[0].result.outcome is outcome
