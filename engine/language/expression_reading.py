"""Expressions of a ruleset or vocabulary: parsed, checked, and typed, or the faults at the node."""

from .checker import check
from .diagnostics import Diagnostic
from .expression import Expr, Flag, Negate, Number, Word
from .nodes import Node, Text
from .parser import parse_level, parse_text
from .reading import Faults, fault
from .scope import Scope
from .types import CONDITION, Truth, Type, describe_type


def expression(
    node: Node | None,
    scope: Scope,
    faults: Faults,
    *,
    level: bool = False,
    condition: bool = False,
) -> tuple[Expr, Type] | None:
    """A checked expression with its type; None, with the faults added, when it cannot be used."""
    if not isinstance(node, Text):
        return None
    parsed = parse_level(node) if level else parse_text(node)
    if isinstance(parsed, Diagnostic):
        faults.append(parsed)
        return None
    resolved, found, wrong = check(parsed, node, scope)
    faults.extend(wrong)
    if wrong:
        return None
    if condition and isinstance(resolved, Word) and scope.vocabulary.nearest(resolved.text):
        hint = scope.vocabulary.nearest(resolved.text)
        fault(faults, "unknown-fact", node.part(*resolved.at), hint, name=resolved.text)
        return None
    if condition and not isinstance(found, Truth):
        fault(
            faults,
            "type-mismatch",
            node.part(*resolved.at),
            part=node.value,
            found=describe_type(found),
            wanted=CONDITION,
        )
        return None
    return resolved, found


def condition(node: Node | None, scope: Scope, faults: Faults) -> Expr | None:
    """A checked condition; None when it is absent or cannot be used."""
    checked = expression(node, scope, faults, condition=True)
    return checked[0] if checked is not None else None


def literal(node: Node | None, faults: Faults) -> Expr | None:
    """A parameter's value: a number with or without unit, yes/no, or a word."""
    if not isinstance(node, Text):
        return None
    if node.plain and node.value in ("true", "false"):
        return Flag(node.value == "true")
    parsed = parse_text(node)
    if isinstance(parsed, Diagnostic):
        faults.append(parsed)
        return None
    if isinstance(parsed, Negate) and isinstance(parsed.operand, Number):
        return Number(-parsed.operand.value, parsed.operand.unit)
    return parsed
