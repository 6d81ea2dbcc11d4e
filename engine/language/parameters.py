"""Reads the parameters of a ruleset: named values, possibly by an attribute of the subject."""

from collections.abc import Mapping

from .expression import Expr, Flag, Number, Word
from .model import ParameterDefinition
from .nodes import Entries, Node, Text
from .printer import show
from .reading import Faults, citation, entries, fault, label, literal, text
from .types import BROKEN, Quantity, Truth, Type, Words, literal_type
from .vocabulary import Citation, Vocabulary, nearest

OTHERWISE = "*"


def build_parameters(
    nodes: Mapping[str, tuple[Text, Node]],
    vocabulary: Vocabulary,
    citations: Mapping[str, Citation],
    faults: Faults,
) -> tuple[dict[str, ParameterDefinition], dict[str, Type]]:
    """The parameters and their types by name; ``values[OTHERWISE]`` is for any other subject."""
    built: dict[str, ParameterDefinition] = {}
    types: dict[str, Type] = {}
    for name, (key, node) in nodes.items():
        before = len(faults)
        parameter = _parameter(key, node, vocabulary, citations, faults)
        found = [_type(v) for v in (parameter.value, *parameter.values.values()) if v is not None]
        if not found and len(faults) == before:
            fault(faults, "parameter-without-value", key.span, name=name)
        if any(not _same(found[0], other) for other in found[1:]):
            fault(faults, "parameter-mixed", key.span, name=name)
        # What uses a faulty parameter is not at fault itself.
        types[name] = found[0] if len(faults) == before else BROKEN
        built[name] = parameter
    return built, types


def _parameter(
    key: Text,
    node: Node,
    vocabulary: Vocabulary,
    citations: Mapping[str, Citation],
    faults: Faults,
) -> ParameterDefinition:
    if not isinstance(node, Entries):
        return ParameterDefinition(name=key.value, value=_constant(node, faults), span=key.span)
    by = node.get("by")
    # Either one value for all, or values by an attribute: what is not read is not left standing.
    refused = ("value",) if by is not None else ("values", "otherwise")
    for name, _ in node:
        if name.value in refused:
            keys = ("by", "values", "otherwise") if by is not None else ("value",)
            fault(faults, "unknown-key", name.span, key=name.value, known=", ".join(keys))
    values: dict[str, Expr] = {}
    if isinstance(by, Text):
        known = vocabulary.attributes.get(by.value)
        if known is None and by.value != "kind":
            hint = nearest(by.value, tuple(vocabulary.attributes))
            fault(faults, "unknown-attribute", by.span, hint, name=by.value)
        for word, value in entries(node.get("values")):
            if known and word.value not in known:
                hint = nearest(word.value, known)
                fault(
                    faults, "unknown-word", word.span, hint, word=word.value, known=" ".join(known)
                )
            constant = _constant(value, faults)
            if constant is not None:
                values[word.value] = constant
        other = _constant(node.get("otherwise"), faults)
        if other is not None:
            values[OTHERWISE] = other
    return ParameterDefinition(
        name=key.value,
        value=_constant(node.get("value"), faults),
        by=text(by) or None,
        values=values,
        citation=citation(node.get("source"), citations, faults),
        note=label(node.get("note")),
        span=key.span,
    )


def _constant(node: Node | None, faults: Faults) -> Expr | None:
    value = literal(node, faults)
    if value is None or isinstance(value, (Number, Flag, Word)):
        return value
    if node is not None:
        fault(faults, "parameter-not-constant", node.span, found=show(value))
    return None


def _type(value: Expr) -> Type:
    match value:
        case Number():
            return literal_type(value)
        case Flag():
            return Truth()
        case Word():
            return Words((), literal=False)
        case _:
            return Words()


def _same(first: Type, other: Type) -> bool:
    if isinstance(first, Quantity) and isinstance(other, Quantity):
        return first.dimension == other.dimension and first.bare == other.bare
    return type(first) is type(other)
