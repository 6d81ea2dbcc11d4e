"""Reads criteria: measure, levels, and the checks that a criterion must pass on its own."""

from collections.abc import Mapping
from dataclasses import replace

from .criterion_points import build_bonus, build_points
from .diagnostics import Diagnostic, Related
from .expression import Expr, Fact, Number, Op, Word, walk
from .expression_reading import condition, expression
from .limits import DOWNWARD, UPWARD, Parameters, dead_settings, limits
from .model import (
    Criterion,
    Level,
    Outcome,
    Rounding,
    Show,
    Status,
)
from .nodes import Entries, Node, Text
from .reading import (
    Faults,
    citation,
    fault,
    is_true,
    label,
    text,
    unit,
)
from .scope import Scope
from .types import Quantity, Type, describe_unit
from .units import PLAIN, Unit, find_unit, natural_unit
from .vocabulary import Better, Citation, FactType

LEVEL_KEYS = {
    "fully": Outcome.FULLY_MET,
    "basically": Outcome.BASICALLY_MET,
    "not_met": Outcome.NOT_MET,
}
DEFAULT_PLACES = 2


def build_criteria(
    nodes: Mapping[str, tuple[str, Entries]],
    scope: Scope,
    parameters: Parameters,
    citations: Mapping[str, Citation],
    status: Status,
    faults: Faults,
) -> list[Criterion]:
    """Every criterion of the ruleset, in order."""
    return [
        _criterion(name, domain, node, scope, parameters, citations, status, faults)
        for name, (domain, node) in nodes.items()
    ]


def _criterion(
    name: str,
    domain: str,
    node: Entries,
    scope: Scope,
    parameters: Parameters,
    citations: Mapping[str, Citation],
    status: Status,
    faults: Faults,
) -> Criterion:
    span = node.get("id").span if node.get("id") else node.span  # type: ignore[union-attr]
    title = label(node.get("title"))
    if not title.zh and not title.en:
        fault(faults, "missing-key", span, key="title")
    judged = is_true(node.get("judged"))
    measure_node = node.get("measure")
    measured = expression(measure_node, scope, faults)
    if measured is not None and isinstance(measured[0], Word):
        # A label, not the name of the fact that it belongs to.
        hint = scope.vocabulary.nearest(measured[0].text)
        place = measure_node.span if measure_node is not None else span
        fault(faults, "unknown-fact", place, hint, name=measured[0].text)
        measured = None
    measure, kind = measured if measured is not None else (None, None)
    _shape(node, name, judged, faults)
    level_scope = _with_measure(scope, kind)
    levels = _levels(node, level_scope, measure_node is not None, measured is not None, faults)
    own_status = text(node.get("status"))
    criterion = Criterion(
        id=name,
        domain=domain,
        title=title,
        measure=measure,
        is_number=isinstance(kind, Quantity),
        better=_better(node, levels, faults),
        show=_show(node.get("show"), measure, kind, levels, scope, faults),
        rounded=_rounded(node.get("rounded"), measure, kind, levels, scope, faults),
        levels=levels,
        applies_when=condition(node.get("applies_when"), scope, faults),
        judged=judged,
        veto=is_true(node.get("veto")),
        points=build_points(node.get("points"), level_scope, kind, measure is not None, faults),
        bonus=build_bonus(node.get("bonus"), level_scope, faults),
        advice=label(node.get("advice")),
        status=Status(own_status) if own_status else status,
        citation=citation(node.get("source"), citations, faults),
        span=span,
    )
    _reachable(criterion, parameters, faults)
    return criterion


def _with_measure(scope: Scope, kind: Type | None) -> Scope:
    return replace(scope, measure=kind)


def _shape(node: Entries, name: str, judged: bool, faults: Faults) -> None:
    """Either a person judges, or there are levels."""
    if judged:
        for key in ("measure", "rounded", *LEVEL_KEYS):
            written = node.key(key)
            if written is not None:
                fault(faults, "judged-with-levels", written.span, id=name, key=key)
        return
    identifier = node.get("id")
    if node.get("fully") is None and identifier is not None:
        fault(faults, "criterion-without-levels", identifier.span, id=name)


def _levels(
    node: Entries, scope: Scope, has_measure: bool, usable: bool, faults: Faults
) -> tuple[Level, ...]:
    levels = []
    for key, outcome in LEVEL_KEYS.items():
        level_node = node.get(key)
        if not isinstance(level_node, Text) or (has_measure and not usable):
            continue
        checked = expression(level_node, scope, faults, level=has_measure, condition=True)
        if checked is not None:
            levels.append(
                Level(
                    outcome=outcome,
                    condition=checked[0],
                    text=level_node.value.strip(),
                    span=level_node.span,
                )
            )
    return tuple(levels)


def _better(node: Entries, levels: tuple[Level, ...], faults: Faults) -> Better | None:
    """The written direction, else the one that the levels leave no doubt about."""
    inferred = _inferred(levels)
    written = node.get("better")
    if not isinstance(written, Text):
        return inferred
    stated = Better(written.value)
    if inferred is not None and inferred is not Better.TARGET and stated is not inferred:
        fault(faults, "direction-conflict", written.span, written=stated, inferred=inferred)
    return stated


def _inferred(levels: tuple[Level, ...]) -> Better | None:
    operators: set[Op] = set()
    for level in levels:
        if level.outcome is Outcome.NOT_MET:
            continue
        found = limits(level.condition)
        if found is None:
            return None
        if level.outcome is Outcome.FULLY_MET or len(found) == 1:
            operators |= {op for op, _ in found}
    if operators and operators <= UPWARD:
        return Better.HIGHER
    if operators and operators <= DOWNWARD:
        return Better.LOWER
    return Better.TARGET if Op.EQ in operators else None


def _reachable(criterion: Criterion, parameters: Parameters, faults: Faults) -> None:
    """Report a level whose every value already has a better outcome, whatever the subject."""
    dead, count = dead_settings(criterion.levels, parameters)
    if not count or len(dead) < count:
        return
    first, second = criterion.levels[:2]
    faults.append(
        Diagnostic(
            code="unreachable-level",
            span=second.span,
            values={"level": "basically", "id": criterion.id, "text": second.text},
            related=(Related(first.span, "better_level_here"),),
            clause=criterion.citation.text or None,
        )
    )


def _show(
    node: Node | None,
    measure: Expr | None,
    kind: Type | None,
    levels: tuple[Level, ...],
    scope: Scope,
    faults: Faults,
) -> Show:
    natural = _natural_unit(measure, kind, levels, scope)
    if not isinstance(node, Entries):
        return Show(unit=natural, places=_default_places(natural))
    unit_node = node.get("unit")
    own = unit(unit_node, faults) if unit_node is not None else natural
    if (
        unit_node is not None
        and isinstance(kind, Quantity)
        and own.dimension != kind.dimension
        and not kind.bare
    ):
        fault(
            faults,
            "unit-mismatch",
            unit_node.span,
            part=text(unit_node),
            left=own.name,
            right=describe_unit(kind.dimension),
        )
    places = text(node.get("places"))
    return Show(unit=own, places=int(places) if places else _default_places(own))


def _default_places(own: Unit) -> int | None:
    return DEFAULT_PLACES if own.is_rate or own.name == "1:n" or not own.dimension else None


def _natural_unit(
    measure: Expr | None, kind: Type | None, levels: tuple[Level, ...], scope: Scope
) -> Unit:
    """The unit in which a reader expects the measure: its fact's, its limits', or the plain one."""
    if measure is None or not isinstance(kind, Quantity):
        return PLAIN
    facts = scope.vocabulary.facts
    if isinstance(measure, Fact) and measure.name in facts:
        return facts[measure.name].unit
    written = [
        find_unit(e.unit)
        for level in levels
        for e in walk(level.condition)
        if isinstance(e, Number) and e.unit
    ]
    for own in written:
        if own is not None and own.dimension == kind.dimension:
            return own
    for part in walk(measure):
        if isinstance(part, Fact):
            definition = facts[part.name]
            if (
                definition.unit.dimension == kind.dimension
                and kind.dimension
                and definition.type is not FactType.RATE
            ):
                return definition.unit
    if not kind.dimension and not kind.bare:
        shares = any(isinstance(p, Fact) and facts[p.name].unit.is_rate for p in walk(measure))
        return (find_unit("%") or PLAIN) if shares else PLAIN
    return natural_unit(kind.dimension)


def _rounded(
    node: Node | None,
    measure: Expr | None,
    kind: Type | None,
    levels: tuple[Level, ...],
    scope: Scope,
    faults: Faults,
) -> Rounding | None:
    if not isinstance(node, Entries):
        return None
    if not isinstance(kind, Quantity):
        fault(faults, "rounded-without-measure", node.span)
        return None
    unit_node = node.get("unit")
    natural = _natural_unit(measure, kind, levels, scope)
    own = unit(unit_node, faults) if unit_node is not None else natural
    return Rounding(places=int(text(node.get("places"), "0")), unit=own)
