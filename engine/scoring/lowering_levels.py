"""A criterion lowered: where each outcome is possible, its measure, how it is compared."""

from dataclasses import dataclass, replace
from fractions import Fraction

from ..language.model import ASSESSED, Criterion, Outcome
from .lowering import Lowerer
from .lowering_inputs import Scope
from .lowering_terms import FALSE, TRUE, Formula, Relation, number
from .lowering_values import NO_GAP, Lowered, Number, Truth

# The outcomes that can be possible; the order of the bits of a mask.
POSSIBLE = (*ASSESSED, Outcome.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoweredCriterion:
    """Where each outcome is possible; ``live``: where measure and levels are looked at."""

    criterion: Criterion
    possible: tuple[Formula, ...]
    live: Formula
    measure: Lowered | None
    compared: Lowered | None


def lower_criterion(criterion: Criterion, lowerer: Lowerer) -> LoweredCriterion:
    """Raises `UnsupportedError` for what columns cannot compute."""
    g, logic = lowerer.graph, lowerer.logic
    applies = Truth(NO_GAP, TRUE)
    if criterion.applies_when is not None:
        applies = lowerer.condition(criterion.applies_when)
    out = g.either(applies.gap.inapplicable, logic.no(applies))
    live = g.opposite(out)
    measure = compared = None
    if criterion.judged:
        found = _judged(criterion, lowerer)
    else:
        if criterion.measure is not None:
            measure = lowerer.value(criterion.measure)
            compared = _compared(criterion, measure, lowerer)
        found = _tried(criterion, compared, lowerer)
    possible = [g.both(live, formula) for formula in found]
    possible[-1] = g.either(possible[-1], out, applies.gap.unknown)
    return LoweredCriterion(
        criterion=criterion,
        possible=tuple(possible),
        live=live,
        measure=measure,
        compared=compared,
    )


def with_measure(
    lowered: LoweredCriterion, compared: Lowered, lowerer: Lowerer
) -> LoweredCriterion:
    """The same criterion as if another number were compared."""
    g = lowerer.graph
    found = _tried(lowered.criterion, compared, lowerer)
    possible = [g.both(lowered.live, formula) for formula in found]
    possible[-1] = g.either(possible[-1], lowered.possible[-1])
    return replace(lowered, possible=tuple(possible), compared=compared)


def _judged(criterion: Criterion, lowerer: Lowerer) -> list[Formula]:
    """What a person decided; open while nobody has."""
    g = lowerer.graph
    code, decided = lowerer.inputs.judgement(criterion.id)
    found = []
    for position, outcome in enumerate(POSSIBLE):
        said = g.both(decided, g.atom(code.code - number(position), Relation.ZERO))
        still_open = g.opposite(decided) if outcome in ASSESSED else FALSE
        found.append(g.either(said, still_open))
    return found


def _compared(criterion: Criterion, measure: Lowered, lowerer: Lowerer) -> Lowered:
    """The measure as it is compared: rounded where the official text says so."""
    if criterion.rounded is None or not isinstance(measure, Number):
        return measure
    step = criterion.rounded.unit.scale * Fraction(1, 10**criterion.rounded.places)
    return lowerer.numbers.half_up(measure, step)


def _tried(criterion: Criterion, compared: Lowered | None, lowerer: Lowerer) -> list[Formula]:
    """Levels in order; the first that holds decides, an unknown one stays possible."""
    g, logic = lowerer.graph, lowerer.logic
    found: dict[Outcome, Formula] = dict.fromkeys(POSSIBLE, FALSE)
    reach: Formula = TRUE
    has_not_met = False
    for level in criterion.levels:
        result = lowerer.condition(level.condition, Scope(measure=compared))
        has_not_met = has_not_met or level.outcome is Outcome.NOT_MET
        gap, yes = result.gap, logic.yes(result)
        holds = g.both(reach, g.either(gap.unknown, yes))
        found[level.outcome] = g.either(found[level.outcome], holds)
        lapsed = g.both(reach, g.either(gap.inapplicable, gap.lapses))
        found[Outcome.NOT_APPLICABLE] = g.either(found[Outcome.NOT_APPLICABLE], lapsed)
        reach = g.both(reach, g.opposite(g.either(gap.inapplicable, yes)))
    if not has_not_met:
        found[Outcome.NOT_MET] = g.either(found[Outcome.NOT_MET], reach)
    else:
        # Written levels that leave this value without an outcome: any of them is possible.
        hole = g.both(reach, g.opposite(g.either(*found.values())))
        for outcome in ASSESSED:
            found[outcome] = g.either(found[outcome], hole)
    return [found[outcome] for outcome in POSSIBLE]
