"""A criterion lowered for proofs: its conditions, and the settings in which they are asked.

Each question is asked twice where facts can be computed or only stated: with every part reported,
and with the statements alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..language.expression import Expr, Fact, Parameter, fact_names, table_names, walk
from ..language.model import (
    Criterion,
    DeductedPoints,
    Outcome,
    OutcomePoints,
    Ruleset,
    SteppedPoints,
)
from ..scoring.lowering import Lowerer
from ..scoring.lowering_inputs import Scope
from ..scoring.lowering_levels import LoweredCriterion, lower_criterion
from ..scoring.lowering_terms import FALSE, TRUE, Formula
from ..scoring.lowering_values import NO_GAP, Lowered, Truth
from .verify_junctions import start_afresh
from .verify_sheets import Space
from .verify_solver import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowering:
    """One criterion as formulas; ``levels`` in the order in which they are tried."""

    criterion: Criterion
    space: Space
    whole: LoweredCriterion
    applies: Truth
    levels: tuple[tuple[Outcome, Truth], ...]

    @property
    def writes_not_met(self) -> bool:
        """Whether what is left over is written too."""
        return any(outcome is Outcome.NOT_MET for outcome, _ in self.levels)

    def outcomes(self) -> dict[Outcome, Formula]:
        """Where each outcome is decided, and nothing else is possible."""
        return self.decided(self.levels)

    def decided(self, levels: tuple[tuple[Outcome, Truth], ...]) -> dict[Outcome, Formula]:
        """The same for these levels: like the engine, the one that is possible is the outcome."""
        g, logic = self.space.lowerer.graph, self.space.lowerer.logic
        reach, lapsed = self.whole.live, self.applies.gap.unknown
        possible: dict[Outcome, Formula] = {}
        for outcome, level in levels:
            gap, yes = level.gap, logic.yes(level)
            possible[outcome] = g.both(reach, g.either(gap.unknown, yes))
            lapsed = g.either(lapsed, g.both(reach, g.either(gap.inapplicable, gap.lapses)))
            reach = g.both(reach, g.opposite(g.either(gap.inapplicable, yes)))
        if not self.writes_not_met:
            possible[Outcome.NOT_MET] = reach
        return {
            outcome: g.both(
                where,
                g.opposite(lapsed),
                *(g.opposite(other) for one, other in possible.items() if one is not outcome),
            )
            for outcome, where in possible.items()
        }

    def hole(self) -> Formula:
        """Where it applies, every level is decided and none holds."""
        g, logic = self.space.lowerer.graph, self.space.lowerer.logic
        applies = g.both(self.whole.live, logic.yes(self.applies))
        return g.both(applies, *(logic.no(level) for _, level in self.levels))

    def undecided(self) -> Formula:
        """The same without the holes, which are a matter of their own."""
        g = self.space.lowerer.graph
        several = self.several()
        return g.both(several, g.opposite(self.hole())) if self.writes_not_met else several

    def several(self) -> Formula:
        """Where several outcomes are possible although everything is reported."""
        g = self.space.lowerer.graph
        return g.either(*(g.both(a, b) for a, b in combinations(self.whole.possible, 2)))


def lowered(criterion: Criterion, ruleset: Ruleset, lowerer: Lowerer | None = None) -> Lowering:
    """Raises `UnsupportedError` for what has no formula."""
    lowerer = lowerer or Lowerer(ruleset)
    whole = lower_criterion(criterion, lowerer)
    applies = Truth(NO_GAP, TRUE)
    if criterion.applies_when is not None:
        applies = lowerer.condition(criterion.applies_when)
    scope = Scope(measure=whole.compared)
    levels = tuple((x.outcome, lowerer.condition(x.condition, scope)) for x in criterion.levels)
    return Lowering(
        criterion=criterion,
        space=Space(ruleset, lowerer),
        whole=whole,
        applies=applies,
        levels=levels,
    )


def expressions(criterion: Criterion) -> Iterator[Expr]:
    """What decides the outcome of a criterion."""
    if criterion.measure is not None:
        yield criterion.measure
    if criterion.applies_when is not None:
        yield criterion.applies_when
    for level in criterion.levels:
        yield level.condition


def of_points(criterion: Criterion) -> Iterator[Expr]:
    """What decides the points of a criterion beside its measure and outcome."""
    match criterion.points:
        case SteppedPoints(steps=steps):
            yield from (step.when for step in steps)
        case DeductedPoints(limit=limit):
            yield limit
        case OutcomePoints() | None:
            pass
    if criterion.bonus is not None and criterion.bonus.when is not None:
        yield criterion.bonus.when


def settings(lowering: Lowering, *others: Criterion) -> tuple[Setting, ...]:
    """Everything computed from reported parts; then, if that differs, everything stated.

    ``others`` were lowered to the same columns and are asked about too.
    """
    written = [expr for one in (lowering.criterion, *others) for expr in expressions(one)]
    return settings_of(lowering.space, written)


def settings_of(space: Space, written: Sequence[Expr]) -> tuple[Setting, ...]:
    """The same for whatever was lowered to a space: these expressions."""
    start_afresh()
    lowerer = space.lowerer
    direct = {name for expr in written for name in fact_names(expr)}
    own_tables = {name for expr in written for name in table_names(expr)}
    own = [(n.column, n.definition) for n in space.needed]
    names = {d.name for _, d in own if d is not None}
    facts = lowerer.vocabulary.facts
    derived = {name for name in names if name in facts and facts[name].derived is not None}
    rules = tuple(_assumed(space, names))
    # What only the rules read is not reported, so that they say nothing about it; nor are points
    # that whoever judged a criterion gave with the outcome.
    foreign = {n.column for n in space.needed} - {column for column, _ in own}
    foreign |= {n.column for n in space.needed if n.name.startswith("points:")}
    escapes = tuple(lowerer.graph.opposite(where) for where, _ in lowerer.escapes.values())
    assumed = (*rules, *escapes)
    tables = set(lowerer.inputs.tables)
    computed = {column for column, d in own if d is not None and d.name in derived}
    found = [
        Setting(
            space=space,
            missing=frozenset(foreign | computed),
            assumed=assumed,
            tables=bool(tables),
        )
    ]
    if direct & derived:
        parts = {column for column, d in own if d is not None and d.name not in direct}
        found.append(
            Setting(
                space=space,
                missing=frozenset(foreign | parts | (tables - own_tables)),
                assumed=assumed,
                tables=bool(own_tables),
            )
        )
    return tuple(found)


def rules_about(names: set[str], ruleset: Ruleset) -> list[str]:
    """The integrity rules that refuse a sheet and speak of these facts only."""
    return [
        rule.id
        for rule in ruleset.vocabulary.integrity
        if rule.blocks and not table_names(rule.rule) and names.issuperset(fact_names(rule.rule))
    ]


def _assumed(space: Space, names: set[str]) -> Iterator[Formula]:
    """Facts that break a blocking rule are refused, so nothing is asked about them."""
    lowerer = space.lowerer
    wanted = set(rules_about(names, space.ruleset))
    for rule in space.ruleset.vocabulary.integrity:
        if rule.id in wanted:
            broken = lowerer.logic.no(lowerer.condition(rule.rule))
            if broken is not FALSE:
                yield lowerer.graph.opposite(broken)


def of_measure(lowering: Lowering, compared: Lowered) -> tuple[tuple[Outcome, Truth], ...]:
    """The levels for another measure."""
    lowerer, scope = lowering.space.lowerer, Scope(measure=compared)
    return tuple(
        (x.outcome, lowerer.condition(x.condition, scope)) for x in lowering.criterion.levels
    )


def parameters_of(criterion: Criterion, ruleset: Ruleset) -> tuple[str, ...]:
    """The parameters that decide a criterion."""
    return tuple(
        dict.fromkeys(
            part.name
            for expr in expressions(criterion)
            for part in walk(expr)
            if isinstance(part, Parameter) and part.name in ruleset.parameters
        )
    )


def facts_beside_measure(criterion: Criterion, *more: Expr) -> set[str]:
    """The facts that applicability and levels (and ``more``) name themselves."""
    parts = [criterion.applies_when, *(level.condition for level in criterion.levels), *more]
    return {
        part.name
        for expr in parts
        if expr is not None
        for part in walk(expr)
        if isinstance(part, Fact)
    }
