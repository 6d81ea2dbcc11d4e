"""Reads the parameters of a ruleset: named values, possibly by an attribute of the subject."""

from collections.abc import Mapping
from dataclasses import replace

from .diagnostics import Diagnostic, Related
from .expression import Expr, Flag, Number, Word
from .expression_reading import literal
from .model import OTHERWISE, ParameterDefinition
from .nodes import Entries, Node, Text
from .printer import show
from .reading import Faults, citation, entries, fault, label, text
from .shared import Shared
from .types import BROKEN, Quantity, Truth, Type, Words, literal_type
from .units import counted, physical
from .vocabulary import Citation, Vocabulary, nearest


def build_parameters(
    nodes: Mapping[str, tuple[Text, Node]],
    replaced: Mapping[str, tuple[Text, Node]],
    shared: Mapping[str, Shared],
    vocabulary: Vocabulary,
    citations: Mapping[str, Citation],
    faults: Faults,
) -> tuple[dict[str, ParameterDefinition], dict[str, Type]]:
    """The parameters and their types by name; ``values[OTHERWISE]`` is for any other subject.

    ``replaced`` are those of the same names in the rulesets that this one extends. Of the shared
    ones those are built that no ruleset states itself.
    """
    built: dict[str, ParameterDefinition] = {}
    types: dict[str, Type] = {}
    for name, (key, node) in nodes.items():
        before = len(faults)
        parameter = _parameter(key, node, vocabulary, citations, faults)
        old = None
        if name in replaced:
            old = _parameter(*replaced[name], vocabulary, citations, [])
        elif name in shared:
            old = _shared(shared[name], vocabulary, [])
        types[name] = _checked(parameter, before, faults)
        if old is not None and types[name] is not BROKEN:
            _like_replaced(parameter, node, old, faults)
            types[name] = types[name] if len(faults) == before else BROKEN
        built[name] = replace(parameter, replaces=old)
    for name, one in shared.items():
        if name not in nodes:
            before = len(faults)
            built[name] = _shared(one, vocabulary, faults)
            types[name] = _checked(built[name], before, faults)
    return built, types


def _checked(parameter: ParameterDefinition, before: int, faults: Faults) -> Type:
    """The one type of all its values; what uses a faulty parameter is not at fault itself."""
    found = [_type(value) for value in written(parameter)]
    if not found and len(faults) == before:
        fault(faults, "parameter-without-value", parameter.span, name=parameter.name)
    if any(not _same(found[0], other) for other in found[1:]):
        fault(faults, "parameter-mixed", parameter.span, name=parameter.name)
    return found[0] if len(faults) == before else BROKEN


def _shared(one: Shared, vocabulary: Vocabulary, faults: Faults) -> ParameterDefinition:
    """A shared parameter; the names of its documents are told from those of the ruleset."""
    parameter = _parameter(one.key, one.node, vocabulary, one.documents, faults)
    cited = parameter.citation
    if cited.document is not None:
        cited = replace(cited, document=f"{one.file}/{cited.document}")
    return replace(parameter, citation=cited, shared=one.file)


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
            fault(faults, "unknown-key", name.span, key=name.value, known=keys)
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


def written(parameter: ParameterDefinition) -> tuple[Expr, ...]:
    """Every value that a parameter can have."""
    return tuple(v for v in (parameter.value, *parameter.values.values()) if v is not None)


def _like_replaced(
    parameter: ParameterDefinition, node: Node, old: ParameterDefinition, faults: Faults
) -> None:
    """A new value is compared where the old one was, so it is written in the same kind of unit."""
    before = written(old)
    for value in written(parameter) if before else ():
        if _fits(value, before[0]):
            continue
        example = show(before[0])
        if isinstance(value, Number) and isinstance(before[0], Number) and not value.unit:
            example = show(replace(value, unit=before[0].unit))
        faults.append(
            Diagnostic(
                code="parameter-unlike-base",
                span=node.span if isinstance(node, Text) else parameter.span,
                values={
                    "name": parameter.name,
                    "text": show(value),
                    "old": show(before[0]),
                    "example": example,
                },
                related=(Related(old.span, "replaced_value_here"),),
            )
        )
        return


def _fits(new: Expr, old: Expr) -> bool:
    """Whether a value is of the kind of the one that it replaces; a bare rate is at most 1."""
    if not isinstance(new, Number) or not isinstance(old, Number):
        return type(new) is type(old)
    if any(number.value == 0 and not number.unit for number in (new, old)):
        return True
    first, second = literal_type(new), literal_type(old)
    if first.dimension == second.dimension:
        return bool(new.unit) or not old.unit or bool(second.dimension) or abs(new.value) <= 1
    per_head = counted(first.dimension) and counted(second.dimension)
    if physical(first.dimension) == physical(second.dimension) and not per_head:
        return bool(physical(first.dimension)) or first.bare or second.bare
    return False


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
