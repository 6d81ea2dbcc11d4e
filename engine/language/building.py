"""Builds a `Ruleset` of its files, or says everything that is wrong with them.

Stages: read and lay over bases → vocabulary → parameters, own over shared ones → criteria → grade
rule.
"""

from dataclasses import replace
from pathlib import Path

from .catalogue import DEFAULT_VOCABULARY, vocabulary_file
from .criteria import build_criteria
from .diagnostics import Span, errors
from .digest import expressions
from .expression import Parameter, walk
from .grade_rule import build_grade_rule
from .inheritance import Layers
from .model import BatchRule, Domain, Outcome, ParameterDefinition, Ruleset, Status
from .nodes import Entries, Items, Node, Text
from .parameters import build_parameters
from .prepared_reading import prepared_vocabulary
from .reading import Faults, documents, fault, items, label, text
from .scope import OUTCOMES, Batch, Scope
from .shared import overrides, read_shared
from .vocabulary import Vocabulary
from .vocabulary_loader import load_vocabulary


def named_vocabularies(layers: Layers) -> tuple[list[Text], Path]:
    """The vocabularies of a ruleset, and the file that names them."""
    node = layers.vocabulary
    named = layers.vocabulary_path or layers.path
    if isinstance(node, Text):
        return [node], named
    names = [n for n in node.items if isinstance(n, Text)] if isinstance(node, Items) else []
    return names or [Text(DEFAULT_VOCABULARY, layers.top.span)], named


def _vocabulary(layers: Layers, faults: Faults) -> Vocabulary | None:
    names, ruleset = named_vocabularies(layers)
    paths = []
    for name in names:
        found = vocabulary_file(name.value, ruleset)
        if found is None:
            fault(faults, "unknown-vocabulary", name.span, name=name.value)
        else:
            paths.append(found)
    if len(paths) != len(names):
        return None
    prepared = prepared_vocabulary(paths[0]) if len(paths) == 1 else None
    if prepared is not None:
        return prepared
    vocabulary, wrong = load_vocabulary(tuple(paths))
    faults += wrong
    return None if errors(wrong) else vocabulary


def build(layers: Layers, faults: Faults) -> Ruleset | None:
    """The ruleset that the files say together; None, or with errors added, where it is unusable."""
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
        subjects=_kinds(layers.subjects),
        extends=layers.extends,
        changes=(*layers.changes, *overrides(layers.parameters, shared)),
        source=layers.source,
    )
    return replace(ruleset, parameters=_in_force(ruleset))


def _batch(layers: Layers) -> BatchRule | None:
    if layers.batch is None:
        return None
    key, node = layers.batch
    return BatchRule(
        of=_kinds(node.get("of")),
        leaves_out=text(node.get("missing")) == "leave_out",
        because=label(node.get("because")),
        span=key.span,
    )


def _kinds(node: Node | None) -> tuple[str, ...]:
    """One kind of subjects or several."""
    if node is None:
        return ()
    return tuple(text(kind) for kind in items(node)) if isinstance(node, Items) else (text(node),)


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
