"""Proves that better figures never give a worse outcome: of the measure, and fact by fact."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..language.diagnostics import Diagnostic, Span
from ..language.expression import fact_names
from ..language.model import Outcome
from ..language.vocabulary import Better, FactDefinition, FactType
from ..locale import LANGS, Label
from ..scoring.lowering_inputs import ASSUMED, Needed
from ..scoring.lowering_terms import Formula, Ratio
from ..scoring.lowering_values import Number, UnsupportedError, point
from .proofs import Answer, Proof, Question, Witness
from .verify_junctions import Test, conjunction, disjunction, negation
from .verify_prover import Asked, Prover, Replayed, worse
from .verify_settings import Lowering, facts_beside_measure, of_measure, of_points
from .verify_solver import Goal, Setting, decide
from .verify_terms import Translation
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
        for fact in directed(lowering.space.needed):
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
        lambda setting: columns_of_measure(prover, setting),
    )
    code = "level-not-monotone"
    if asked.answer is Answer.REFUTED and _returns(prover, asked):
        code = "level-band-gap"
    return prover.proof(Question.MONOTONE, asked, lambda a: _two(prover, a, code))


def _holds_for_any_measure(prover: Prover, lowering: Lowering, *, up: bool) -> bool:
    """Whether the levels are in order whatever two numbers the measure is."""
    outcomes = lowering.decided(of_measure(lowering, any_measure(lowering)))
    return never_for_any_measure(
        prover, up=up, falls=lambda first, second: _declines(outcomes, first, second)
    )


def any_measure(lowering: Lowering) -> Number:
    """A measure that is any number."""
    return point(Ratio(lowering.space.lowerer.graph.column(_MEASURE, -ASSUMED, ASSUMED)))


def never_for_any_measure(prover: Prover, *, up: bool, falls: Goal) -> bool:
    """Whether nothing falls from `any_measure` to a better one, all else equal."""

    def goal(first: Translation, second: Translation) -> Test:
        fallen = falls(first, second)
        one, two = (sheet.column(_MEASURE) for sheet in (first, second))
        return conjunction((two > one if up else two < one, fallen))

    return all(
        decide(replace(setting, free={_MEASURE: (None, None)}), goal, frozenset({_MEASURE})).answer
        is Answer.PROVED
        for setting in prover.settings
    )


def _worse_by_measure(lowering: Lowering, compared: Number, *, up: bool) -> Goal:
    outcomes = lowering.outcomes()

    def goal(first: Translation, second: Translation) -> Test:
        better = better_measure(compared, first, second, up=up)
        return conjunction((better, _declines(outcomes, first, second)))

    return goal


def better_measure(compared: Number, first: Translation, second: Translation, *, up: bool) -> Test:
    """The second sheet has the better measure."""
    a, b = first.term(compared.low.over), second.term(compared.low.over)
    p, q = first.term(compared.low.under), second.term(compared.low.under)
    better: Test = a * q < b * p if up else a * q > b * p
    return better


def columns_of_measure(prover: Prover, setting: Setting) -> frozenset[str]:
    """What the measure reads and nothing beside it; else all that it reads."""
    space = setting.space
    beside = _beside(prover)
    read = {
        name
        for name, needed in space.by_column.items()
        if name not in setting.missing
        and needed.definition is not None
        and needed.definition.type.is_number
    }
    own = {name for name in read if name.partition("@")[0] not in beside}
    return frozenset(own or read)


def _beside(prover: Prover) -> set[str]:
    """The facts that are named beside the measure, in what is asked about."""
    more = of_points(prover.criterion) if prover.points is not None else ()
    return facts_beside_measure(prover.criterion, *more)


def _returns(prover: Prover, asked: Asked) -> bool:
    """Whether a still better measure has the better outcome again: a gap between two bands."""
    outcomes = [one.result.outcome for one in asked.replayed]
    limit = prover.criterion.levels[0].condition
    return outcomes == [Outcome.BASICALLY_MET, Outcome.NOT_MET] and not fact_names(limit)


# -- facts ----------------------------------------------------------------------------------------


def directed(needed: Iterable[Needed]) -> Iterator[FactDefinition]:
    """The facts that are better one way, as far as they are read for their usual year."""
    seen = set()
    for one in needed:
        definition = one.definition
        if (
            isinstance(definition, FactDefinition)
            and definition.better in (Better.HIGHER, Better.LOWER)
            and definition.type not in (FactType.DATE, FactType.TEXT)
            and definition.name not in seen
            and one.column == now(definition)
        ):
            seen.add(definition.name)
            yield definition


def now(definition: FactDefinition) -> str:
    """The column of the year that the fact is usually of: history has no direction."""
    return f"{definition.name}@{-1 if definition.previous_year else 0}"


def moved(fact: FactDefinition, first: Translation, second: Translation) -> Test:
    """The fact is better in the second sheet; never, where neither has looked at it."""
    column, up = now(fact), fact.better is Better.HIGHER
    name = second.renamed[column]
    if fact.type is FactType.YES_NO:
        one, two = first.flags.get(column), second.flags.get(name)
        if one is None or two is None:
            return False
        return conjunction((negation(one), two) if up else (one, negation(two)))
    one, two = first.columns.get(column), second.columns.get(name)
    if one is None or two is None:
        return False
    return two > one if up else two < one


def _of_fact(prover: Prover, lowering: Lowering, fact: FactDefinition) -> Proof:
    column, outcomes = now(fact), lowering.outcomes()

    def goal(first: Translation, second: Translation) -> Test:
        declines = _declines(outcomes, first, second)
        return False if declines is False else conjunction((moved(fact, first, second), declines))

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


def _is_worse(found: Sequence[Replayed]) -> bool:
    return len(found) == 2 and worse(found[0].result.outcome, found[1].result.outcome)


def _two(
    prover: Prover, asked: Asked, code: str, fact: str = ""
) -> tuple[Diagnostic, Witness | None]:
    """A finding shown by two sheets with their outcomes."""
    before, after = (
        Label(*(outcome_name(prover.ruleset, one.result.outcome, lang) for lang in LANGS))
        for one in asked.replayed
    )
    first = asked.replayed[0].result.outcome
    level = next((x for x in prover.criterion.levels if x.outcome is first), None)
    span = level.span if level is not None else prover.criterion.span
    return two_sheets(prover, asked, code, span, before=before, after=after, fact=fact)


def two_sheets(
    prover: Prover, asked: Asked, code: str, span: Span, *, before: Label, after: Label, fact: str
) -> tuple[Diagnostic, Witness | None]:
    """A finding shown by what differs between two sheets."""
    one, two = asked.replayed
    vocabulary = prover.ruleset.vocabulary
    text = change_text(one.result, two.result, (one.sheet, two.sheet), vocabulary)
    diagnostic, witness = prover.found(code, span, asked, before=before, after=after, fact=fact)
    assert witness is not None
    told = replace(diagnostic, values={**diagnostic.values, "witness": text})
    return told, replace(witness, text=text)


def _unknown(prover: Prover, question: Question, why: str) -> Proof:
    return Proof(question=question, about=prover.criterion.id, answer=Answer.UNKNOWN, why=why)
