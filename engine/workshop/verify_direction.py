"""Proves that better figures never give a worse outcome: of the measure, and fact by fact."""

from collections.abc import Iterator, Sequence

from ..language.diagnostics import Diagnostic
from ..language.expression import fact_names
from ..language.model import Outcome
from ..language.vocabulary import Better, FactDefinition, FactType
from ..locale import LANGS, Label
from ..scoring.lowering_inputs import ASSUMED
from ..scoring.lowering_terms import Formula, Ratio
from ..scoring.lowering_values import Number, UnsupportedError, point
from ..scoring.outcome import CriterionResult
from .proofs import Answer, Proof, Question, Witness
from .verify_criteria import Asked, Prover, worse
from .verify_settings import Lowering, facts_beside_measure, of_measure
from .verify_solver import Goal, Setting, decide
from .verify_terms import Test, Translation, conjunction, disjunction, negation
from .witnesses import change_text, outcome_name

_MEASURE = "measure~"
_ORDER = (Outcome.FULLY_MET, Outcome.BASICALLY_MET, Outcome.NOT_MET)


def prove_direction(prover: Prover) -> Iterator[Proof]:
    """One proof for the measure, one for each fact with a direction."""
    lowering = prover.lowering
    if lowering is None:
        return
    better = prover.criterion.better
    failed = False
    if prover.criterion.is_number and better in (Better.HIGHER, Better.LOWER):
        proof = _of_measure(prover, lowering, up=better is Better.HIGHER)
        failed = proof.answer is Answer.REFUTED
        yield proof
    if not failed:
        for fact in _directed(prover):
            yield _of_fact(prover, lowering, fact)


# -- the measure ----------------------------------------------------------------------------------


def _of_measure(prover: Prover, lowering: Lowering, *, up: bool) -> Proof:
    if prover.why:
        return _unknown(prover, Question.MONOTONE, prover.why)
    try:
        if _holds_for_any_measure(prover, lowering, up=up):
            return Proof(
                question=Question.MONOTONE, about=prover.criterion.id, answer=Answer.PROVED
            )
    except UnsupportedError as error:
        return _unknown(prover, Question.MONOTONE, str(error))
    compared = lowering.whole.compared
    if not isinstance(compared, Number) or compared.low != compared.high or compared.roots:
        return _unknown(prover, Question.MONOTONE, "root")
    asked = prover.never(
        _worse_by_measure(lowering, compared, up=up),
        _is_worse,
        lambda setting: _columns_of_measure(prover, setting),
    )
    code = "level-not-monotone"
    if asked.answer is Answer.REFUTED and _returns(prover, asked):
        code = "level-band-gap"
    return prover.proof(Question.MONOTONE, asked, lambda a: _two(prover, a, code))


def _holds_for_any_measure(prover: Prover, lowering: Lowering, *, up: bool) -> bool:
    """Whether the levels are in order whatever two numbers the measure is."""
    lowerer = lowering.space.lowerer
    free = point(Ratio(lowerer.graph.column(_MEASURE, -ASSUMED, ASSUMED)))
    outcomes = lowering.decided(of_measure(lowering, free))
    term = lowerer.graph.column(_MEASURE, -ASSUMED, ASSUMED)

    def goal(first: Translation, second: Translation) -> Test:
        one, two = first.term(term), second.term(term)
        return conjunction((two > one if up else two < one, _declines(outcomes, first, second)))

    for setting in prover.settings:
        wide = Setting(
            space=setting.space,
            missing=setting.missing,
            assumed=setting.assumed,
            tables=setting.tables,
            free={_MEASURE: (None, None)},
        )
        if decide(wide, goal, frozenset({_MEASURE})).answer is not Answer.PROVED:
            return False
    return True


def _worse_by_measure(lowering: Lowering, compared: Number, *, up: bool) -> Goal:
    outcomes = lowering.outcomes()

    def goal(first: Translation, second: Translation) -> Test:
        a, b = first.term(compared.low.over), second.term(compared.low.over)
        p, q = first.term(compared.low.under), second.term(compared.low.under)
        better = a * q < b * p if up else a * q > b * p
        return conjunction((better, _declines(outcomes, first, second)))

    return goal


def _columns_of_measure(prover: Prover, setting: Setting) -> frozenset[str]:
    """What the measure reads and nothing beside it; else all that it reads."""
    space = setting.space
    beside = facts_beside_measure(prover.criterion)
    read = {
        name
        for name, needed in space.by_column.items()
        if name not in setting.missing
        and needed.definition is not None
        and needed.definition.type.is_number
    }
    own = {name for name in read if name.partition("@")[0] not in beside}
    return frozenset(own or read)


def _returns(prover: Prover, asked: Asked) -> bool:
    """Whether a still better measure has the better outcome again: a gap between two bands."""
    outcomes = [one.result.outcome for one in asked.replayed]
    limit = prover.criterion.levels[0].condition
    return outcomes == [Outcome.BASICALLY_MET, Outcome.NOT_MET] and not fact_names(limit)


# -- facts ----------------------------------------------------------------------------------------


def _directed(prover: Prover) -> Iterator[FactDefinition]:
    lowering = prover.lowering
    if lowering is None:
        return
    seen = set()
    for needed in lowering.space.needed:
        definition = needed.definition
        if (
            isinstance(definition, FactDefinition)
            and definition.better in (Better.HIGHER, Better.LOWER)
            and definition.type not in (FactType.DATE, FactType.TEXT)
            and definition.name not in seen
            and needed.column == _now(definition)
        ):
            seen.add(definition.name)
            yield definition


def _now(definition: FactDefinition) -> str:
    """The column of the year that the fact is usually of: history has no direction."""
    return f"{definition.name}@{-1 if definition.previous_year else 0}"


def _of_fact(prover: Prover, lowering: Lowering, fact: FactDefinition) -> Proof:
    column, up = _now(fact), fact.better is Better.HIGHER
    outcomes = lowering.outcomes()

    def goal(first: Translation, second: Translation) -> Test:
        declines = _declines(outcomes, first, second)
        if declines is False:
            return False
        second_name = second.renamed[column]
        if fact.type is FactType.YES_NO:
            one, two = first.flags.get(column), second.flags.get(second_name)
            if one is None or two is None:
                return False
            moved = (negation(one), two) if up else (one, negation(two))
            return conjunction((*moved, declines))
        one, two = first.columns.get(column), second.columns.get(second_name)
        if one is None or two is None:
            return False
        return conjunction((two > one if up else two < one, declines))

    asked = prover.never(
        goal,
        _is_worse,
        lambda setting: frozenset() if column in setting.missing else frozenset({column}),
    )
    return prover.proof(
        Question.MONOTONE_IN_FACT,
        asked,
        lambda a: _two(prover, a, "fact-not-monotone", fact=fact.name),
        fact.name,
    )


# -- both -----------------------------------------------------------------------------------------


def _declines(outcomes: dict[Outcome, Formula], first: Translation, second: Translation) -> Test:
    """The second sheet has a lower outcome than the first."""
    known = [outcome for outcome in _ORDER if outcome in outcomes]
    return disjunction(
        conjunction((first.test(outcomes[one]), second.test(outcomes[two])))
        for position, one in enumerate(known)
        for two in known[position + 1 :]
    )


def _is_worse(results: Sequence[CriterionResult]) -> bool:
    return len(results) == 2 and worse(results[0].outcome, results[1].outcome)


def _two(
    prover: Prover, asked: Asked, code: str, fact: str = ""
) -> tuple[Diagnostic, Witness | None]:
    """A finding shown by two sheets."""
    one, two = asked.replayed
    vocabulary = prover.ruleset.vocabulary
    text = change_text(one.result, two.result, (one.sheet, two.sheet), vocabulary)
    outcomes = [
        Label(*(outcome_name(prover.ruleset, r.result.outcome, lang) for lang in LANGS))
        for r in (one, two)
    ]
    level = next((x for x in prover.criterion.levels if x.outcome is one.result.outcome), None)
    diagnostic, witness = prover.found(
        code,
        level.span if level is not None else prover.criterion.span,
        asked,
        before=outcomes[0],
        after=outcomes[1],
        fact=fact,
    )
    assert witness is not None
    shown = Witness(name=witness.name, sheets=witness.sheets, results=witness.results, text=text)
    return (
        Diagnostic(
            code=code,
            span=diagnostic.span,
            values={**diagnostic.values, "witness": text},
            clause=diagnostic.clause,
        ),
        shown,
    )


def _unknown(prover: Prover, question: Question, why: str) -> Proof:
    return Proof(question=question, about=prover.criterion.id, answer=Answer.UNKNOWN, why=why)
