"""Resolves ``extends``, ``replace``, ``remove``: what a ruleset says with its bases under it.

Works on nodes, so that every inherited part still knows the file, line and column it came from.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from .catalogue import locate, named
from .diagnostics import Diagnostic, Related, Source, Span
from .document import read_document
from .model import Change
from .nodes import Entries, Node, Text
from .reading import Faults, entries, fault, items, text
from .vocabulary import nearest

DEEPEST = 16
# The keys of a criterion that say what is asked.
ASKS = frozenset(("fully", "basically", "not_met"))


@dataclass(slots=True)
class Layers:
    """A ruleset with everything it inherits. ``top`` is the file that was asked for."""

    top: Entries
    source: Source
    path: Path
    extends: tuple[str, ...] = ()
    bases: tuple[Path, ...] = ()
    vocabulary: Node | None = None
    vocabulary_path: Path | None = None
    basis: dict[str, tuple[Text, Node]] = field(default_factory=dict)
    outcomes: dict[str, Node] = field(default_factory=dict)
    parameters: dict[str, tuple[Text, Node]] = field(default_factory=dict)
    # What the parameters of the same names were before: a change keeps the kind of value.
    replaced: dict[str, tuple[Text, Node]] = field(default_factory=dict)
    # The files of shared parameters that are named, and by which ruleset.
    shared: list[tuple[Text, Path]] = field(default_factory=list)
    domains: dict[str, Entries] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    criteria: dict[str, tuple[str, Entries]] = field(default_factory=dict)
    grade: Entries | None = None
    shares: Entries | None = None
    subjects: Node | None = None
    batch: tuple[Text, Entries] | None = None


def read_layers(path: Path, faults: Faults, above: tuple[Path, ...] = ()) -> Layers | None:
    """Read a ruleset file and the files it extends; None when one of them cannot be used."""
    read = read_document(path, "ruleset", faults)
    if read is None:
        return None
    node, source = read
    layers = Layers(top=node, source=source, path=path)
    base_node = node.get("extends")
    if isinstance(base_node, Text):
        base = _base(base_node, path, faults, above)
        if base is None:
            return None
        layers = replace(base, top=node, source=source, path=path)
        layers.extends = (*base.extends, base_node.value)
        layers.bases = (*base.bases, base.path)
    else:
        for key in ("replace", "remove"):
            own = node.key(key)
            if own is not None:
                fault(faults, "replace-without-extends", own.span, key=key)
    _lay_over(layers, node, faults)
    return layers


def _base(node: Text, path: Path, faults: Faults, above: tuple[Path, ...]) -> Layers | None:
    found, known = locate(node.value, beside=path)
    if found is None:
        hint = nearest(node.value, tuple(name for name in known if name != named(path)))
        fault(faults, "unknown-ruleset", node.span, hint, name=node.value)
        return None
    chain = (*above, path.resolve())
    if found.resolve() in chain or len(chain) > DEEPEST:
        fault(faults, "extends-cycle", node.span, name=node.value)
        return None
    return read_layers(found, faults, chain)


def _lay_over(layers: Layers, node: Entries, faults: Faults) -> None:
    """Put what ``node`` says over what was inherited."""
    vocabulary = node.get("vocabulary")
    if vocabulary is not None:
        layers.vocabulary, layers.vocabulary_path = vocabulary, layers.path
    for key, value in entries(node.get("basis")):
        layers.basis[key.value] = (key, value)
    for key, value in entries(node.get("outcomes")):
        layers.outcomes[key.value] = value
    names = items(node.get("parameters_from"))
    layers.shared += [(name, layers.path) for name in names if isinstance(name, Text)]
    for key, value in entries(node.get("parameters")):
        if key.value in layers.parameters:
            layers.replaced[key.value] = layers.parameters[key.value]
            sourced = isinstance(value, Entries) and "source" in value
            _changed(layers, key.value, key.span, layers.parameters[key.value][0].span, sourced)
        layers.parameters[key.value] = (key, value)
    # Without a base there is nothing to change, which was said already.
    changes = node if layers.extends else Entries((), node.span)
    for item in items(changes.get("remove")):
        if layers.criteria.pop(text(item), None) is None:
            hint = nearest(text(item), tuple(layers.criteria))
            fault(faults, "unknown-criterion", item.span, hint, name=text(item))
    for item in items(changes.get("replace")):
        if isinstance(item, Entries):
            _replace(layers, item, faults)
    own: set[str] = set()
    for domain in items(node.get("domains")):
        if isinstance(domain, Entries):
            _domain(layers, domain, own, faults)
    _named_by_clauses(layers, node, faults)
    grade = node.get("grade")
    if isinstance(grade, Entries):
        layers.grade = grade
    shares = node.get("shares")
    if isinstance(shares, Entries):
        layers.shares = shares
    layers.subjects = node.get("subjects") or layers.subjects
    declared, batch = node.key("batch"), node.get("batch")
    if declared is not None and isinstance(batch, Entries):
        layers.batch = declared, batch


def _named_by_clauses(layers: Layers, node: Entries, faults: Faults) -> None:
    """Clauses name criteria known here; what extends this file may remove them."""
    documents = [node for _, node in entries(node.get("basis")) if isinstance(node, Entries)]
    clauses = [node for document in documents for _, node in entries(document.get("clauses"))]
    for clause in clauses:
        for item in items(clause.get("criteria")) if isinstance(clause, Entries) else ():
            if text(item) not in layers.criteria:
                hint = nearest(text(item), tuple(layers.criteria))
                fault(faults, "unknown-criterion", item.span, hint, name=text(item))


def _replace(layers: Layers, patch: Entries, faults: Faults) -> None:
    """The keys of a patch take the place of those inherited; the others stay."""
    identifier = patch.get("id")
    name = text(identifier)
    if name not in layers.criteria:
        hint = nearest(name, tuple(layers.criteria))
        span = identifier.span if identifier is not None else patch.span
        fault(faults, "unknown-criterion", span, hint, name=name)
        return
    domain, old = layers.criteria[name]
    new = {key.value for key, _ in patch}
    if not new.isdisjoint(ASKS):
        before = next((key.span for key, _ in old if key.value in new & ASKS), old.span)
        written = next(key.span for key, _ in patch if key.value in ASKS)
        _changed(layers, name, written, before, "source" in patch)
        # What is official of the old text says nothing of the new one.
        new.add("status")
    kept = tuple((key, value) for key, value in old if key.value not in new)
    layers.criteria[name] = (domain, Entries(kept + patch.entries, patch.span))


def _changed(layers: Layers, name: str, span: Span, replaced: Span, sourced: bool) -> None:
    change = Change(name=name, sourced=sourced, span=span, replaced=replaced)
    layers.changes.append(change)


def _domain(layers: Layers, domain: Entries, own: set[str], faults: Faults) -> None:
    named = domain.get("id")
    identifier = text(named)
    known = layers.domains.get(identifier)
    if named is not None and known is None and domain.get("title") is None:
        fault(faults, "missing-key", named.span, key="title")
    if known is None or domain.get("title") is not None:
        layers.domains[identifier] = domain
    for criterion in items(domain.get("criteria")):
        if not isinstance(criterion, Entries):
            continue
        node = criterion.get("id")
        name = text(node)
        if name in layers.criteria:
            first = layers.criteria[name][1].get("id")
            related = (Related(first.span, "first_given_here"),) if first is not None else ()
            code = "duplicate-id" if name in own else "criterion-inherited"
            span: Span = node.span if node is not None else criterion.span
            faults.append(Diagnostic(code=code, span=span, values={"id": name}, related=related))
            continue
        own.add(name)
        layers.criteria[name] = (identifier, criterion)
