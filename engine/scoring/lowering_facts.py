"""Facts lowered: as stated, or computed from their parts where these are reported.

Reported parts decide, even that there is no value; without them the statement does (DESIGN 4).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..language.expression import Aggregate, Expr, Fact, walk
from .lowering_inputs import Moment, Scope
from .lowering_terms import TRUE, Formula
from .lowering_values import Gap, Lowered, UnsupportedError

if TYPE_CHECKING:
    from .lowering import Lowerer


@dataclass(frozen=True, slots=True, eq=False)
class LoweredFact:
    """A fact for a year: its value, where it rests on anything, and what it was computed from."""

    value: Lowered
    based: Formula
    parts: tuple[tuple[Formula, Formula], ...] = ()


def fact(lowerer: "Lowerer", name: str, moment: Moment) -> LoweredFact:
    """The fact for the moment; looking it up is noted for whoever asks."""
    back = moment.of(_own(lowerer, name))
    key = (name, back)
    found = lowerer.known.get(key)
    if found is None:
        found = lowerer.known[key] = _find(lowerer, name, back)
    if lowerer.asked is not None:
        lowerer.asked.append((lowerer.guard, found.based))
        lowerer.asked += [
            (lowerer.graph.both(lowerer.guard, guard), based) for guard, based in found.parts
        ]
    return found


def _find(lowerer: "Lowerer", name: str, back: Moment) -> LoweredFact:
    definition = lowerer.vocabulary.facts[name]
    stated = lowerer.inputs.fact(definition, back)
    if definition.derived is None:
        return LoweredFact(stated, lowerer.graph.opposite(stated.gap.unknown))
    computed, parts = _computed(lowerer, definition.derived, back.of_parts(_own(lowerer, name)))
    g, logic = lowerer.graph, lowerer.logic
    declared = stated.gap.inapplicable
    has = logic.has(computed.gap)
    lacking = computed.gap.lacking
    by_statement = g.both(lacking, g.opposite(g.either(stated.gap.unknown, declared)))
    # With no part at all, the fact itself is what is asked for, and it is asked for plainly.
    some = g.either(*(g.both(guard, based) for guard, based in parts), computed.gap.foreign)
    nothing = g.both(lacking, g.opposite(some))
    plain = g.either(declared, by_statement)
    rest = logic.unless(plain, computed.gap)
    gap = Gap(
        unknown=rest.unknown,
        inapplicable=g.either(declared, rest.inapplicable),
        lapses=g.both(rest.lapses, g.opposite(nothing)),
        lacking=rest.lacking,
        foreign=rest.foreign,
    )
    value = logic.chosen(has, computed, stated, gap)
    based = g.either(declared, has, by_statement)
    kept = tuple((g.both(guard, g.opposite(nothing)), on) for guard, on in parts)
    # A fact that is stated not to apply is reported: its parts are not looked at.
    kept = tuple((g.both(guard, g.opposite(declared)), on) for guard, on in kept)
    return LoweredFact(value, based, kept)


def _computed(
    lowerer: "Lowerer", derived: Expr, moment: Moment
) -> tuple[Lowered, tuple[tuple[Formula, Formula], ...]]:
    for part in walk(derived):
        if isinstance(part, Aggregate) and any(isinstance(p, Fact) for p in walk(part)):
            raise UnsupportedError("a derived fact that compares rows with facts")
    outer, lowerer.asked = lowerer.asked, []
    guard, lowerer.guard = lowerer.guard, TRUE
    try:
        value = lowerer.value(derived, Scope(moment=moment))
        parts = tuple(lowerer.asked)
    finally:
        lowerer.asked, lowerer.guard = outer, guard
    return value, parts


def _own(lowerer: "Lowerer", name: str) -> int:
    """How many years before the evaluation year the fact is of."""
    return 1 if lowerer.vocabulary.facts[name].previous_year else 0
