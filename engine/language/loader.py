"""Turns ruleset files into a `Ruleset`, or reports every fault found.

Stages: find → read and lay over bases → vocabulary → parameters, own over shared ones → criteria →
grade rule.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from ..locale import Label
from .catalogue import DEFAULT_VOCABULARY, DIGEST, locate, vocabulary_file
from .checker import OUTCOMES, Batch, Scope
from .criteria import build_criteria
from .diagnostics import Diagnostic, RulesetError, Source, Span, errors, in_order
from .digest import expressions, ruleset_digest
from .expression import Parameter, walk
from .grade_rule import build_grade_rule
from .inheritance import Layers, read_layers
from .model import BatchRule, Domain, Outcome, ParameterDefinition, Ruleset, Status
from .nodes import Entries, Items, Text
from .parameters import build_parameters
from .prepared import prepared_vocabulary
from .reading import Faults, documents, fault, items, label, text
from .shared import overrides, read_shared
from .source import read_source
from .vocabulary import Vocabulary, nearest
from .vocabulary_loader import load_vocabulary


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable ruleset and the warnings about it."""

    ruleset: Ruleset
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of rulesets says of one."""

    title: Label
    status: Status
    criteria: int


def load_head(path: Path) -> Head:
    """What the ruleset in ``path`` says it is, in a tenth of the time of loading and checking it.

    Raises `RulesetError` where that much cannot be read.
    """
    faults: Faults = []
    layers = read_layers(path, faults)
    if layers is None or errors(faults):
        raise RulesetError(faults)
    top = layers.top
    return Head(label(top.get("title")), Status(text(top.get("status"))), len(layers.criteria))


def load_ruleset(reference: str) -> Loaded:
    """Load a ruleset by path or ``id@edition``. Raises `RulesetError` with every fault found."""
    path, known = locate(reference)
    if path is None:
        span = Span(Source(reference))
        ambiguous = len(known) > 0 and all(k.split("@")[0] == reference for k in known)
        diagnostic = Diagnostic(
            code="ambiguous-ruleset" if ambiguous else "unknown-ruleset",
            span=span,
            values={
                "name": reference,
                "known": ", ".join(known),
                "example": known[-1] if known else "",
            },
            suggestion=None if ambiguous else nearest(reference, known),
        )
        raise RulesetError([diagnostic])
    return load_file(path)


def load_file(path: Path) -> Loaded:
    """Load the ruleset in ``path``. Raises `RulesetError` with every fault found."""
    faults: Faults = []
    layers = read_layers(path, faults)
    ruleset = None if layers is None else _build(layers, faults)
    if ruleset is None or layers is None or errors(faults):
        raise RulesetError(faults)
    for base in layers.bases:
        if published_digest(base) is not None:
            load_file(base)
    published = published_digest(path)
    if published is not None and published != (found := ruleset_digest(ruleset)):
        span, name = Span(ruleset.source), ruleset.name
        changed = {"published": published[:19], "found": found[:19]}
        fault(faults, "edition-changed", span, name=name, **changed)
        raise RulesetError(faults)
    return Loaded(ruleset, in_order(faults))


def published_digest(path: Path) -> str | None:
    """The digest with which the edition in ``path`` was published; None for one still in work.

    It is the first line; below it stands what was known when it was published.
    """
    beside = path.parent / DIGEST
    if not beside.is_file():
        return None
    source, _ = read_source(beside)
    return source.text.strip().partition("\n")[0].strip()


def _vocabulary(layers: Layers, faults: Faults) -> Vocabulary | None:
    node = layers.vocabulary
    top = Text(DEFAULT_VOCABULARY, layers.top.span)
    names = [n for n in node.items if isinstance(n, Text)] if isinstance(node, Items) else []
    if isinstance(node, Text):
        names = [node]
    paths = []
    for name in names or [top]:
        found = vocabulary_file(name.value, layers.vocabulary_path or layers.path)
        if found is None:
            fault(faults, "unknown-vocabulary", name.span, name=name.value)
        else:
            paths.append(found)
    if len(paths) != len(names or [top]):
        return None
    prepared = prepared_vocabulary(paths[0]) if len(paths) == 1 else None
    if prepared is not None:
        return prepared
    vocabulary, wrong = load_vocabulary(tuple(paths))
    faults += wrong
    return None if errors(wrong) else vocabulary


def _build(layers: Layers, faults: Faults) -> Ruleset | None:
    vocabulary = _vocabulary(layers, faults)
    shared = read_shared(layers.shared, faults)
    if vocabulary is None or shared is None:
        return None
    top = layers.top
    basis = documents(Entries(tuple(layers.basis.values()), top.span))
    citations = {**vocabulary.citations, **basis}
    status = Status(text(top.get("status")))
    parameters, types = build_parameters(
        layers.parameters, layers.replaced, shared, vocabulary, citations, faults
    )
    batch = _batch(layers)
    declared = Batch.UNDECLARED if batch is None else Batch.DECLARED
    scope = Scope(vocabulary=vocabulary, parameters=types, batch=declared)
    criteria = build_criteria(layers.criteria, scope, parameters, citations, status, faults)
    domains = tuple(
        Domain(id=name, title=label(node.get("title"))) for name, node in layers.domains.items()
    )
    if not criteria and not errors(faults):
        fault(faults, "no-criteria", Span(layers.source))
    grade = None
    if layers.grade is not None:
        grade = build_grade_rule(
            layers.grade,
            Scope(
                vocabulary=vocabulary,
                parameters=types,
                criteria=frozenset(layers.criteria),
                domains=frozenset(layers.domains),
                batch=declared,
            ),
            faults,
        )
    order = {domain.id: position for position, domain in enumerate(domains)}
    ruleset = Ruleset(
        id=text(top.get("ruleset")),
        edition=text(top.get("edition")),
        status=status,
        title=label(top.get("title")),
        vocabulary=vocabulary,
        basis=basis,
        outcomes={
            Outcome(name): label(node) for name, node in layers.outcomes.items() if name in OUTCOMES
        },
        parameters=parameters,
        domains=domains,
        criteria=tuple(sorted(criteria, key=lambda c: order.get(c.domain, 0))),
        grade=grade,
        shares_of_all=None if layers.shares is None else text(layers.shares.get("of")) == "all",
        batch=batch,
        extends=layers.extends,
        changes=(*layers.changes, *overrides(layers.parameters, shared)),
        source=layers.source,
    )
    return replace(ruleset, parameters=_in_force(ruleset))


def _batch(layers: Layers) -> BatchRule | None:
    if layers.batch is None:
        return None
    key, node = layers.batch
    of = node.get("of")
    return BatchRule(
        of=tuple(text(kind) for kind in items(of)) if isinstance(of, Items) else (text(of),),
        leaves_out=text(node.get("missing")) == "leave_out",
        because=label(node.get("because")),
        span=key.span,
    )


def _in_force(ruleset: Ruleset) -> dict[str, ParameterDefinition]:
    """Its parameters without those taken over that nothing here reads: they limit nothing."""
    read = {
        part.name
        for expr in expressions(ruleset)
        for part in walk(expr)
        if isinstance(part, Parameter)
    }
    return {
        name: parameter
        for name, parameter in ruleset.parameters.items()
        if name in read or parameter.span.source == ruleset.source
    }
