"""Reads the points of a criterion: by outcome, by steps or by deduction, and its bonus."""

from fractions import Fraction

from .expression_reading import condition, expression
from .model import Bonus, DeductedPoints, Each, OutcomePoints, Points, Step, SteppedPoints
from .nodes import Entries, Node, Text, first_line
from .reading import Faults, amount, fault, items, plain_number, text
from .scope import Scope
from .types import CONDITION, NUMBER, Quantity, Truth, Type
from .units import natural_unit

_RULES = {
    "fully": ("fully", "basically", "not_met"),
    "steps": ("steps", "otherwise", "max"),
    "deduct": ("deduct", "max", "at_least"),
}


def build_points(
    node: Node | None, scope: Scope, kind: Type | None, has_measure: bool, faults: Faults
) -> Points | None:
    """The points of a criterion; ``scope`` knows its measure, whose type is ``kind``."""
    if node is None:
        return None
    if isinstance(node, Text):
        full = plain_number(node, faults)
        return OutcomePoints(fully=full, basically=Fraction(0), not_met=Fraction(0), span=node.span)
    if not isinstance(node, Entries):
        return None
    rule = next((key for key in _RULES if key in node), None)
    if rule is None:
        fault(faults, "points-without-rule", node.span)
        return None
    known = _RULES[rule]
    for key, _ in node:
        if key.value not in known:
            fault(faults, "unknown-key", key.span, key=key.value, known=known)
    deduct = node.get("deduct")
    if rule == "deduct" and isinstance(deduct, Entries):
        return _deducted(node, deduct, scope, kind, faults)
    if rule == "steps":
        return _stepped(node, scope, has_measure, faults)
    return OutcomePoints(
        fully=plain_number(node.get("fully"), faults),
        basically=plain_number(node.get("basically"), faults),
        not_met=plain_number(node.get("not_met"), faults),
        span=first_line(node),
    )


def _stepped(node: Entries, scope: Scope, has_measure: bool, faults: Faults) -> Points:
    steps = []
    for item in items(node.get("steps")):
        if not isinstance(item, Entries):
            continue
        when = item.get("when")
        checked = expression(when, scope, faults, level=has_measure, condition=True)
        if checked is not None:
            points = plain_number(item.get("points"), faults)
            span = when.span if when is not None else item.span
            steps.append(Step(when=checked[0], points=points, text=text(when), span=span))
    otherwise = plain_number(node.get("otherwise"), faults)
    written = node.get("max")
    most = plain_number(written, faults) if written else max((s.points for s in steps), default=0)
    return SteppedPoints(
        steps=tuple(steps), otherwise=otherwise, most=Fraction(most), span=first_line(node)
    )


def _deducted(
    node: Entries, deduct: Entries, scope: Scope, kind: Type | None, faults: Faults
) -> Points | None:
    below, above = deduct.get("below"), deduct.get("above")
    limit_node = below if below is not None else above
    if not isinstance(kind, Quantity) or limit_node is None or (below and above):
        fault(faults, "points-without-rule", deduct.span)
        return None
    if node.get("max") is None:
        fault(faults, "missing-key", deduct.span, key="max")
        return None
    checked = expression(limit_node, scope, faults)
    if checked is None:
        return None
    limit, found = checked
    if isinstance(found, Truth):
        fault(
            faults,
            "type-mismatch",
            limit_node.span,
            part=text(limit_node),
            found=CONDITION,
            wanted=NUMBER,
        )
        return None
    per = amount(deduct.get("per"), natural_unit(kind.dimension), faults)
    each = text(deduct.get("each"), Each.PROPORTIONAL)
    if not per:
        fault(faults, "points-without-rule", deduct.span)
        return None
    return DeductedPoints(
        most=plain_number(node.get("max"), faults),
        points=plain_number(deduct.get("points"), faults),
        per=per,
        limit=limit,
        below=below is not None,
        each=Each(each),
        at_least=plain_number(node.get("at_least"), faults),
        span=first_line(deduct),
    )


def build_bonus(node: Node | None, scope: Scope, faults: Faults) -> Bonus | None:
    """The points on top, and when they are given."""
    if not isinstance(node, Entries):
        return None
    return Bonus(
        points=plain_number(node.get("points"), faults),
        when=condition(node.get("when"), scope, faults),
    )
