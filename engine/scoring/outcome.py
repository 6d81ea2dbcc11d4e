"""The outcome of one criterion: applicability, measure, levels in order, what is still possible."""

from dataclasses import dataclass
from enum import StrEnum

from ..facts.sheet import Declared
from ..facts.values import By
from ..language.model import ASSESSED, Criterion, Outcome
from .fact_values import Basis, FactValue
from .interpreter import Interpreter
from .rounding import half_up
from .values import Condition, NotApplicable, Number, Reason, Truth, Unknown, Value, Why
from .where import Comparison, Where


class Support(StrEnum):
    """What an outcome rests on."""

    COMPUTED = "computed"
    STATED = "stated"
    JUDGED = "judged"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTrace:
    """One level as it was tried."""

    outcome: Outcome
    text: str
    result: Condition
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """Everything found about one criterion; several outcomes are ``possible`` while facts miss."""

    criterion: Criterion
    outcome: Outcome
    possible: frozenset[Outcome]
    support: Support | None
    measure: Value | None = None
    compared: Value | None = None
    levels: tuple[LevelTrace, ...] = ()
    applies: tuple[Comparison, ...] = ()
    facts: tuple[FactValue, ...] = ()
    derived: tuple[FactValue, ...] = ()
    reasons: tuple[Reason, ...] = ()
    inapplicable: str = ""
    declared: tuple[Declared, ...] = ()
    judgement: Declared | None = None

    @property
    def missing(self) -> tuple[Reason, ...]:
        """The facts, tables and attributes that would have to be reported."""
        wanted = (Why.MISSING, Why.TABLE, Why.ATTRIBUTE, Why.BOUND)
        return tuple(r for r in self.reasons if r.why in wanted)


def evaluate(criterion: Criterion, interpreter: Interpreter) -> CriterionResult:
    """The outcome that the facts give; for a judged criterion, the one that a person decided."""
    declared = interpreter.sheet.declared.get(criterion.id, ())
    with interpreter.facts.asked() as used:
        with interpreter.tracing() as applies:
            applicable = (
                Truth(True)
                if criterion.applies_when is None
                else interpreter.condition(criterion.applies_when)
            )
        possible, reasons, inapplicable = _applicability(applicable)
        measure: Value | None = None
        compared: Value | None = None
        traces: list[LevelTrace] = []
        judgement = None
        if possible is None and criterion.judged:
            judgement = interpreter.sheet.judgement(criterion.id)
            possible, more = _judged(criterion, judgement)
            reasons += more
        elif possible is None:
            if criterion.measure is not None:
                measure = interpreter.value(criterion.measure)
                compared = rounded(criterion, measure)
            possible, more, inapplicable = _tried(criterion, interpreter, compared, traces)
            reasons += more
    if isinstance(applicable, Unknown):
        possible = possible | {Outcome.NOT_APPLICABLE}
    outcome = next(iter(possible)) if len(possible) == 1 else Outcome.UNDETERMINED
    if outcome is not Outcome.UNDETERMINED:
        reasons = ()
    if possible == {Outcome.NOT_APPLICABLE}:
        traces = []
    facts = tuple(interpreter.facts.leaves(used))
    derived = tuple(fact for fact in interpreter.facts.among(used) if fact.parts)
    return CriterionResult(
        criterion=criterion,
        outcome=outcome,
        possible=possible,
        support=_support(criterion, outcome, facts, derived),
        measure=measure,
        compared=compared,
        levels=tuple(traces),
        applies=tuple(applies),
        facts=facts,
        derived=derived,
        reasons=tuple(dict.fromkeys(reasons)),
        inapplicable=inapplicable,
        declared=declared,
        judgement=judgement,
    )


def _applicability(
    applicable: Condition,
) -> tuple[frozenset[Outcome] | None, tuple[Reason, ...], str]:
    """Not applicable at once, or None to go on; the reasons of an unknown condition are kept."""
    nothing = frozenset({Outcome.NOT_APPLICABLE})
    if isinstance(applicable, NotApplicable):
        return nothing, (), applicable.reason
    if isinstance(applicable, Truth) and not applicable.holds:
        return nothing, (), ""
    return None, applicable.reasons if isinstance(applicable, Unknown) else (), ""


def _judged(
    criterion: Criterion, judgement: Declared | None
) -> tuple[frozenset[Outcome], tuple[Reason, ...]]:
    if judgement is not None:
        return frozenset({judgement.outcome}), ()
    return frozenset(ASSESSED), (Reason(Why.JUDGEMENT, criterion.id),)


def rounded(criterion: Criterion, measure: Value) -> Value:
    """The measure as it is compared: rounded where the official text says so, else exact."""
    if criterion.rounded is None or not isinstance(measure, Number):
        return measure
    return half_up(measure, criterion.rounded.places, criterion.rounded.unit.scale)


def _tried(
    criterion: Criterion,
    interpreter: Interpreter,
    compared: Value | None,
    traces: list[LevelTrace],
) -> tuple[frozenset[Outcome], tuple[Reason, ...], str]:
    """Levels in order; the first that holds decides, an unknown one stays possible."""
    possible: set[Outcome] = set()
    reasons: tuple[Reason, ...] = ()
    where = Where(measure=compared)
    has_not_met = False
    for level in criterion.levels:
        with interpreter.tracing() as comparisons:
            result = interpreter.condition(level.condition, where)
        traces.append(
            LevelTrace(
                outcome=level.outcome,
                text=level.text,
                result=result,
                comparisons=tuple(comparisons),
            )
        )
        has_not_met = has_not_met or level.outcome is Outcome.NOT_MET
        if isinstance(result, NotApplicable):
            return frozenset({*possible, Outcome.NOT_APPLICABLE}), reasons, result.reason
        if isinstance(result, Unknown):
            possible.add(level.outcome)
            if result.lapses:
                possible.add(Outcome.NOT_APPLICABLE)
            reasons += result.reasons
        elif result.holds:
            possible.add(level.outcome)
            return frozenset(possible), reasons, ""
    if not has_not_met:
        possible.add(Outcome.NOT_MET)
    elif not possible:
        # Written levels that leave this value without an outcome: the ruleset has a gap here.
        return frozenset(ASSESSED), (Reason(Why.NO_LEVEL, criterion.id),), ""
    return frozenset(possible), reasons, ""


def _support(
    criterion: Criterion,
    outcome: Outcome,
    facts: tuple[FactValue, ...],
    derived: tuple[FactValue, ...],
) -> Support | None:
    if outcome is Outcome.UNDETERMINED:
        return None
    if criterion.judged:
        return Support.JUDGED
    stated = any(fact.basis is Basis.STATED for fact in (*facts, *derived))
    return Support.STATED if stated else Support.COMPUTED


def self_view(result: CriterionResult) -> CriterionResult:
    """The criterion as the district sees it: its own outcome where it states one."""
    own = next((d for d in result.declared if d.by is By.SELF), None)
    if own is None:
        return result
    return CriterionResult(
        criterion=result.criterion,
        outcome=own.outcome,
        possible=frozenset({own.outcome}),
        support=Support.JUDGED if result.criterion.judged else Support.DECLARED,
        measure=result.measure,
        compared=result.compared,
        levels=result.levels,
        applies=result.applies,
        facts=result.facts,
        derived=result.derived,
        declared=result.declared,
        judgement=own,
    )
