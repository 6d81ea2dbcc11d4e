"""Reads vocabulary files: definitions, tables, derivations and rules, all faults at once."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..locale import Label
from .diagnostics import Diagnostic, Related
from .expression_reading import expression
from .nodes import Entries, Node, Text, parse, unusable
from .parser import DEEPEST
from .reading import (
    Faults,
    amount,
    citation,
    documents,
    entries,
    fault,
    items,
    label,
    text,
    unit,
)
from .scope import Scope
from .source import read_source
from .structure import validate
from .types import Quantity, describe_type, describe_unit, type_of
from .units import PLAIN, describe, find_unit
from .vocabulary import (
    Better,
    Citation,
    FactDefinition,
    FactType,
    IntegrityRule,
    Lever,
    TableDefinition,
    ValueDefinition,
    Vocabulary,
)

# The dimension that a type of fact must have; other number types take any unit.
_DIMENSION_OF = {FactType.AMOUNT: "元", FactType.AREA: "㎡", FactType.RATE: "%"}
_DEFAULT_UNIT = {FactType.RATE: "%", FactType.RATIO: "1:n", FactType.AREA: "㎡"}


def load_vocabulary(paths: tuple[Path, ...]) -> tuple[Vocabulary | None, list[Diagnostic]]:
    """The vocabulary of one or several files; None when a file cannot be read at all."""
    faults: Faults = []
    roots: list[Entries] = []
    for path in paths:
        source, wrong = read_source(path)
        faults += wrong
        if wrong:
            continue
        node, wrong = parse(source)
        faults += wrong
        if node is None or unusable(node, wrong):
            continue
        wrong = validate(node, "vocabulary")
        faults += wrong
        if not wrong and isinstance(node, Entries):
            roots.append(node)
    if len(roots) != len(paths):
        return None, faults
    return _build(roots, faults), faults


def _build(roots: list[Entries], faults: Faults) -> Vocabulary:
    sources: dict[str, Citation] = {}
    for root in roots:
        sources |= documents(root.get("sources"))
    facts: dict[str, FactDefinition] = {}
    tables: dict[str, TableDefinition] = {}
    attributes: dict[str, tuple[str, ...]] = {}
    named: dict[str, Label] = {}
    for root in roots:
        for key, node in entries(root.get("facts")):
            if key.value in facts:
                _twice(key, facts[key.value], faults)
            elif isinstance(node, Entries):
                facts[key.value] = _fact(key, node, sources, faults)
        for key, node in entries(root.get("tables")):
            if isinstance(node, Entries):
                tables[key.value] = _table(key, node, faults)
        for key, node in entries(root.get("attributes")):
            if isinstance(node, Entries):
                attributes[key.value] = tuple(text(v) for v in items(node.get("values")))
                named[key.value] = label(node.get("label"))
    _labels(facts, faults)
    vocabulary = Vocabulary(
        name="+".join(text(root.get("vocabulary")) for root in roots),
        facts=facts,
        tables=tables,
        attributes=attributes,
        integrity=(),
        citations=sources,
        attribute_labels=named,
    )
    vocabulary = _with_derivations(vocabulary, roots, faults)
    return replace(vocabulary, integrity=_integrity(vocabulary, roots, faults))


def _twice(key: Text, first: FactDefinition, faults: Faults) -> None:
    faults.append(
        Diagnostic(
            code="duplicate-key",
            span=key.span,
            values={"key": key.value},
            related=(Related(first.span, "first_given_here"),),
        )
    )


def _labels(facts: Mapping[str, FactDefinition], faults: Faults) -> None:
    """Two facts of one label would be taken for each other by everybody who reads a report."""
    seen: dict[str, FactDefinition] = {}
    for fact in facts.values():
        first = seen.setdefault(fact.label.zh, fact)
        if first is not fact and fact.label.zh:
            faults.append(
                Diagnostic(
                    code="duplicate-label",
                    span=fact.span,
                    values={"label": fact.label.zh, "other": first.name},
                    related=(Related(first.span, "first_given_here"),),
                )
            )


def _value(key: Text, node: Entries, faults: Faults) -> ValueDefinition:
    """What facts and columns have in common."""
    kind = FactType(text(node.get("type")))
    unit_node = node.get("unit")
    own = unit(unit_node, faults) if unit_node is not None else None
    if own is None:
        own = find_unit(_DEFAULT_UNIT.get(kind, "")) or PLAIN
    wanted = find_unit(_DIMENSION_OF.get(kind, ""))
    if kind in _DIMENSION_OF and wanted is not None and own.dimension != wanted.dimension:
        fault(
            faults,
            "unit-of-type",
            unit_node.span if unit_node else key.span,
            type=kind,
            unit=own.name,
            wanted=describe(wanted.dimension) if wanted.dimension else "%",
        )
    bounds = items(node.get("range"))
    low = amount(bounds[0], own, faults) if bounds else None
    high = amount(bounds[1], own, faults) if len(bounds) > 1 else None
    if low is not None and high is not None and low > high:
        fault(faults, "empty-range", bounds[0].span, name=key.value)
    if kind is FactType.LEVEL and not items(node.get("levels")):
        fault(faults, "missing-key", key.span, key="levels")
    quantum = amount(node.get("quantum"), own, faults)
    if quantum is None and kind is FactType.COUNT:
        quantum = own.scale if own.scale == 1 else None
    return ValueDefinition(
        name=key.value,
        label=label(node.get("label")),
        type=kind,
        unit=own,
        low=low,
        high=high,
        quantum=quantum,
        levels=tuple(text(level) for level in items(node.get("levels"))),
        words=tuple(text(word) for word in items(node.get("values"))),
        span=key.span,
    )


def _fact(
    key: Text, node: Entries, sources: Mapping[str, Citation], faults: Faults
) -> FactDefinition:
    value = _value(key, node, faults)
    synonyms = node.get("synonyms")
    better = text(node.get("better"))
    return FactDefinition(
        name=value.name,
        label=value.label,
        type=value.type,
        unit=value.unit,
        low=value.low,
        high=value.high,
        quantum=value.quantum,
        levels=value.levels,
        words=value.words,
        span=value.span,
        synonyms=tuple(text(word) for _, words in entries(synonyms) for word in items(words)),
        typical=amount(node.get("typical"), value.unit, faults) if value.type.is_number else None,
        previous_year=text(node.get("as_of")) == "previous_year",
        better=Better(better) if better else None,
        definition=label(node.get("definition")),
        citation=citation(node.get("source"), sources, faults),
        lever=_lever(node.get("lever"), value, faults),
    )


def _lever(node: Node | None, value: ValueDefinition, faults: Faults) -> Lever | None:
    if not isinstance(node, Entries):
        return None
    return Lever(
        direction=text(node.get("direction")),
        step=amount(node.get("step"), value.unit, faults) or value.quantum or value.unit.scale,
        effort=amount(node.get("effort"), PLAIN, faults) or PLAIN.scale,
        at_most=amount(node.get("at_most"), value.unit, faults),
    )


def _table(key: Text, node: Entries, faults: Faults) -> TableDefinition:
    columns = {
        name.value: _value(name, column, faults)
        for name, column in entries(node.get("columns"))
        if isinstance(column, Entries)
    }
    row_key = node.get("key")
    if isinstance(row_key, Text) and row_key.value not in columns:
        values = {"name": row_key.value, "table": key.value, "known": tuple(columns)}
        faults.append(Diagnostic(code="unknown-column", span=row_key.span, values=values))
    return TableDefinition(
        name=key.value,
        label=label(node.get("label")) or Label(key.value),
        key=text(row_key) or None,
        columns=columns,
        span=key.span,
    )


def _with_derivations(vocabulary: Vocabulary, roots: list[Entries], faults: Faults) -> Vocabulary:
    scope = Scope(vocabulary=vocabulary)
    facts = dict(vocabulary.facts)
    for root in roots:
        for key, node in entries(root.get("facts")):
            derived = node.get("derived") if isinstance(node, Entries) else None
            if derived is None:
                continue
            definition = facts[key.value]
            checked = expression(derived, scope, faults)
            if checked is None:
                continue
            derivation, found = checked
            wanted = type_of(definition)
            fits = found == wanted or (
                isinstance(found, Quantity)
                and isinstance(wanted, Quantity)
                and (found.dimension == wanted.dimension or found.bare)
            )
            if isinstance(found, Quantity) and isinstance(wanted, Quantity) and not fits:
                fault(
                    faults,
                    "unit-mismatch",
                    derived.span,
                    part=text(derived),
                    left=describe_unit(found.dimension),
                    right=describe_unit(wanted.dimension),
                )
                continue
            if not fits:
                fault(
                    faults,
                    "type-mismatch",
                    derived.span,
                    part=text(derived),
                    found=describe_type(found),
                    wanted=describe_type(wanted),
                )
                continue
            facts[key.value] = replace(definition, derived=derivation)
    completed = replace(vocabulary, facts=facts)
    _no_cycles(completed, faults)
    _no_root_divides(completed, roots, faults)
    return completed


def _no_root_divides(vocabulary: Vocabulary, roots: list[Entries], faults: Faults) -> None:
    """Check what follows from a coefficient of variation again, now that this is known."""
    scope = Scope(vocabulary=vocabulary)
    for root in roots:
        for key, node in entries(root.get("facts")):
            if any(vocabulary.has_root(part) for part in vocabulary.parts(key.value)):
                expression(
                    node.get("derived") if isinstance(node, Entries) else None, scope, faults
                )


def _no_cycles(vocabulary: Vocabulary, faults: Faults) -> None:
    """A derived fact may not follow from itself."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = (*path[path.index(name) :], name)
            span = vocabulary.facts[name].span
            fault(faults, "derivation-cycle", span, cycle=" → ".join(cycle))
            return
        if name in done or name not in vocabulary.facts:
            return
        if len(path) > DEEPEST:
            span = vocabulary.facts[name].span
            fault(faults, "expression-too-deep", span, deepest=DEEPEST)
            return
        for part in vocabulary.parts(name):
            visit(part, (*path, name))
        done.add(name)

    for name in vocabulary.facts:
        visit(name, ())


def _integrity(
    vocabulary: Vocabulary, roots: list[Entries], faults: Faults
) -> tuple[IntegrityRule, ...]:
    scope = Scope(vocabulary=vocabulary)
    rules: list[IntegrityRule] = []
    seen: set[str] = set()
    for root in roots:
        for node in items(root.get("integrity")):
            if not isinstance(node, Entries):
                continue
            rule_node = node.get("rule")
            identifier = node.get("id")
            checked = expression(rule_node, scope, faults, condition=True)
            if checked is None or rule_node is None or identifier is None:
                continue
            if text(identifier) in seen:
                fault(faults, "duplicate-id", identifier.span, id=text(identifier))
                continue
            seen.add(text(identifier))
            rules.append(
                IntegrityRule(
                    id=text(identifier),
                    rule=checked[0],
                    text=text(rule_node),
                    blocks=text(node.get("severity")) == "error",
                    because=label(node.get("because")),
                    span=rule_node.span,
                )
            )
    return tuple(rules)
