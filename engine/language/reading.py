"""Typed readers for nodes: each gives a value, or a default and a diagnostic at the node.

The schema has already checked the structure, so these only meet values of the right shape.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

from ..locale import Label
from .diagnostics import Diagnostic, Span
from .expression import Negate, Number
from .nodes import Entries, Items, Node, Text
from .units import PLAIN, Unit, find_unit, in_base, unit_names
from .vocabulary import Citation, Clause, nearest

Faults = list[Diagnostic]

# Most numbers of a vocabulary: no need of the expression parser.
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def fault(
    faults: Faults, code: str, span: Span, suggestion: str | None = None, **values: object
) -> None:
    """Add one diagnostic."""
    faults.append(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))


def text(node: Node | None, default: str = "") -> str:
    """The characters of a scalar."""
    return node.value if isinstance(node, Text) else default


def is_true(node: Node | None) -> bool:
    """Whether a boolean is written ``true``."""
    return text(node) == "true"


def entries(node: Node | None) -> Iterator[tuple[Text, Node]]:
    """The entries of a mapping; none when it is absent."""
    return iter(node.entries) if isinstance(node, Entries) else iter(())


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; none when it is absent."""
    return node.items if isinstance(node, Items) else ()


def label(node: Node | None) -> Label:
    """A text for people; a bare string is Chinese."""
    if isinstance(node, Entries):
        return Label(text(node.get("zh")), text(node.get("en")))
    return Label(text(node))


def unit(node: Node | None, faults: Faults) -> Unit:
    """A unit by its name."""
    if not isinstance(node, Text):
        return PLAIN
    found = find_unit(node.value)
    if found is None:
        hint = nearest(node.value, unit_names())
        fault(faults, "unknown-unit", node.span, hint, unit=node.value)
        return PLAIN
    return found


def amount(node: Node | None, declared: Unit, faults: Faults) -> Fraction | None:
    """A written number in base units; a bare one counts ``declared`` units; None for null."""
    if not isinstance(node, Text) or (node.plain and node.value in ("", "~", "null")):
        return None
    if _DECIMAL.fullmatch(node.value):
        return in_base(Fraction(node.value), declared)
    from .parser import parse_text
    from .types import describe_unit

    parsed = parse_text(node)
    sign = 1
    if isinstance(parsed, Negate):
        parsed, sign = parsed.operand, -1
    if not isinstance(parsed, Number):
        fault(faults, "not-a-number", node.span, found=node.value)
        return None
    if not parsed.unit:
        return sign * in_base(parsed.value, declared)
    written = find_unit(parsed.unit) or PLAIN
    if written.dimension != declared.dimension:
        fault(
            faults,
            "unit-mismatch",
            node.span,
            part=node.value,
            left=describe_unit(written.dimension),
            right=describe_unit(declared.dimension),
        )
        return None
    return sign * in_base(parsed.value, written)


def plain_number(node: Node | None, faults: Faults) -> Fraction:
    """A plain number such as a number of points, also written ``5分``."""
    marks = isinstance(node, Text) and node.value.rstrip().endswith("分")
    declared = find_unit("分") if marks else None
    return amount(node, declared or PLAIN, faults) or Fraction(0)


def documents(node: Node | None) -> dict[str, Citation]:
    """The documents of ``basis`` or ``sources`` by key."""
    return {
        key.value: Citation(
            document=key.value,
            cite=text(value.get("cite")),
            seen=is_true(value.get("seen")),
            note=label(value.get("note")),
            clauses=_clauses(value.get("clauses")),
        )
        for key, value in entries(node)
        if isinstance(value, Entries)
    }


def _clauses(node: Node | None) -> tuple[Clause, ...]:
    return tuple(
        Clause(
            place=key.value,
            title=label(value.get("title")),
            left_out=label(value.get("left_out")),
            criteria=tuple(text(item) for item in items(value.get("criteria"))),
        )
        for key, value in entries(node)
        if isinstance(value, Entries)
    )


def citation(node: Node | None, known: Mapping[str, Citation], faults: Faults) -> Citation:
    """A source: a key of the known documents with a place in it, or a document cited here only."""
    if not isinstance(node, Entries):
        return Citation()
    reference = node.get("basis") or node.get("document")
    place = text(node.get("clause")) or text(node.get("place"))
    note = label(node.get("note"))
    seen = is_true(node.get("seen"))
    if not isinstance(reference, Text):
        return Citation(cite=text(node.get("cite")), place=place, seen=seen, note=note)
    document = known.get(reference.value)
    if document is None:
        hint = nearest(reference.value, tuple(known))
        fault(faults, "unknown-basis", reference.span, hint, name=reference.value)
        return Citation(cite=reference.value, place=place, note=note)
    return Citation(
        document=reference.value, cite=document.cite, place=place, seen=document.seen, note=note
    )
