"""Reads the grade rule: scale, awards, caps and downgrades."""

from collections.abc import Collection

from ..locale import Label
from .expression_reading import expression
from .model import Award, Cap, Downgrade, Grade, GradeRule
from .nodes import Entries, Node, Text
from .reading import Faults, fault, items, label, text
from .scope import Scope
from .vocabulary import nearest


def build_grade_rule(node: Entries, scope: Scope, faults: Faults) -> GradeRule:
    """The grade rule; every grade that it names must be on its scale."""
    scale = _scale(node, faults)
    names = [grade.id for grade in scale]
    award = _awards(node, names, scope, faults)
    caps = []
    for item in items(node.get("caps")):
        if not isinstance(item, Entries):
            continue
        _on_scale(item.get("at_most"), names, faults)
        checked = expression(item.get("when"), scope, faults, condition=True)
        if checked is not None:
            caps.append(
                Cap(
                    at_most=text(item.get("at_most")),
                    when=checked[0],
                    text=text(item.get("when")),
                    because=label(item.get("because")),
                    span=item.span,
                )
            )
    downgrades = []
    for item in items(node.get("downgrades")):
        if not isinstance(item, Entries):
            continue
        checked = expression(item.get("when"), scope, faults, condition=True)
        if checked is not None:
            downgrades.append(
                Downgrade(
                    by=int(text(item.get("by"), "1")),
                    when=checked[0],
                    text=text(item.get("when")),
                    because=label(item.get("because")),
                    span=item.span,
                )
            )
    return GradeRule(
        scale=scale,
        of_all=text(node.get("of")) == "all",
        min_applicable=int(text(node.get("min_applicable"), "0")),
        award=award,
        caps=tuple(caps),
        downgrades=tuple(downgrades),
        strongest=text(node.get("combine_downgrades")) == "strongest",
    )


def _scale(node: Entries, faults: Faults) -> tuple[Grade, ...]:
    scale: list[Grade] = []
    for item in items(node.get("scale")):
        if isinstance(item, Entries):
            grade = Grade(id=text(item.get("id")), label=label(item.get("label")))
        else:
            grade = Grade(id=text(item), label=Label(text(item), text(item)))
        if any(grade.id == other.id for other in scale):
            fault(faults, "duplicate-id", item.span, id=grade.id)
            continue
        scale.append(grade)
    return tuple(scale)


def _on_scale(node: Node | None, names: Collection[str], faults: Faults) -> None:
    if isinstance(node, Text) and node.value not in names:
        hint = nearest(node.value, tuple(names))
        fault(faults, "unknown-grade", node.span, hint, name=node.value, scale=" ".join(names))


def _awards(
    node: Entries, names: Collection[str], scope: Scope, faults: Faults
) -> tuple[Award, ...]:
    written = items(node.get("award"))
    award = []
    for position, item in enumerate(written):
        if not isinstance(item, Entries):
            continue
        _on_scale(item.get("grade"), names, faults)
        when = item.get("when")
        last = position == len(written) - 1
        if last and when is not None:
            fault(faults, "award-open", when.span, grade=text(item.get("grade")))
        if when is None and not last:
            fault(faults, "award-unreachable", item.span, grade=text(item.get("grade")))
        checked = expression(when, scope, faults, condition=True)
        if when is not None and checked is None:
            continue
        award.append(
            Award(
                grade=text(item.get("grade")),
                when=checked[0] if checked is not None else None,
                text=text(when),
                span=item.span,
            )
        )
    return tuple(award)
