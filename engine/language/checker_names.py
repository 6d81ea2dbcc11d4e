"""What names in expressions stand for: facts, parameters, columns, outcomes, criteria."""

from dataclasses import replace

from .checking import Checking
from .expression import (
    Attribute,
    Call,
    Column,
    Expr,
    Fact,
    Kind,
    Name,
    Parameter,
    Special,
    Tally,
    Word,
)
from .printer import show
from .scope import OUTCOMES, Scope
from .types import Broken, Quantity, Truth, Type, Words, type_of
from .vocabulary import nearest


def named(checking: Checking, expr: Name, scope: Scope) -> tuple[Expr, Type]:
    """What a name means where it stands."""
    name, at = expr.name, expr.at
    if scope.table is not None and name in scope.table.columns:
        return Column(name, at=at), type_of(scope.table.columns[name])
    if name.startswith("subject."):
        attribute = name.removeprefix("subject.")
        known = checking.vocabulary.attributes.get(attribute)
        if known is None and attribute not in ("kind", "code", "name"):
            hint = nearest(attribute, tuple(checking.vocabulary.attributes))
            return expr, checking.fault("unknown-attribute", at, hint, name=attribute)
        return Attribute(attribute, at=at), Words(known or ())
    if name in scope.parameters:
        return Parameter(name, at=at), scope.parameters[name]
    if name in checking.vocabulary.facts:
        return Fact(name, at=at), _fact_type(checking, name)
    if name in OUTCOMES:
        return Word(name, at=at), Words((name,), literal=True)
    if name == "evaluation.year":
        return Special(name, at=at), Quantity(bare=True)
    if scope.criteria is not None and name in ("points", "any_veto"):
        return special(checking, Special(name, at=at), scope)
    return expr, _unknown(checking, expr, scope)


def _fact_type(checking: Checking, name: str) -> Type:
    """The type of a fact; a derived one may have a root in it."""
    found = type_of(checking.vocabulary.facts[name])
    if isinstance(found, Quantity) and checking.vocabulary.has_root(name):
        return replace(found, irrational=True)
    return found


def _unknown(checking: Checking, expr: Name, scope: Scope) -> Broken:
    name = expr.name
    if scope.table is not None and "." not in name:
        columns = tuple(scope.table.columns)
        hint = nearest(name, (*columns, *scope.parameters))
        table = scope.table.name
        return checking.fault(
            "unknown-column", expr.at, hint, name=name, table=table, known=columns
        )
    if "." not in name and scope.parameters:
        known = (*scope.parameters, *_special_names(scope))
        hint = nearest(name, known) or checking.vocabulary.nearest(name)
        if scope.criteria is not None and name in scope.criteria:
            hint = f"outcome({name})"
        return checking.fault("unknown-parameter", expr.at, hint, name=name)
    hint = nearest(name, _special_names(scope)) or checking.vocabulary.nearest(name)
    if scope.criteria is not None and name in scope.criteria:
        hint = f"outcome({name})"
    return checking.fault("unknown-fact", expr.at, hint, name=name)


def _special_names(scope: Scope) -> tuple[str, ...]:
    """The names that only a grade rule knows."""
    return () if scope.criteria is None else ("any_veto", "points", *OUTCOMES)


def special(checking: Checking, expr: Special, scope: Scope) -> tuple[Expr, Type]:
    """A name that the language itself gives a meaning."""
    match expr.name:
        case "measure":
            if scope.measure is None:
                return expr, checking.fault(
                    "comparison-without-measure", expr.at, text=checking.operands.node.value
                )
            return expr, scope.measure
        case "points":
            return expr, Quantity(bare=True)
        case "any_veto":
            return expr, Truth()
        case _:
            return expr, Quantity(bare=True)


def tally(checking: Checking, expr: Tally, scope: Scope) -> tuple[Expr, Type]:
    """Criteria counted by outcome, in a grade rule."""
    if scope.criteria is None:
        return expr, checking.fault("outcome-outside-grade", expr.at, part=show(expr))
    if expr.kind not in (Kind.COUNT, Kind.SHARE):
        return expr, checking.fault("wrong-arguments", expr.at, function=expr.kind)
    if expr.outcome not in OUTCOMES:
        hint = nearest(expr.outcome, OUTCOMES)
        at = checking.name_in(expr, expr.outcome)
        return expr, checking.fault("unknown-outcome", at, hint, name=expr.outcome)
    if expr.domain is not None and expr.domain not in scope.domains:
        hint = nearest(expr.domain, tuple(scope.domains))
        at = checking.name_in(expr, expr.domain)
        return expr, checking.fault("unknown-domain", at, hint, name=expr.domain)
    return expr, Quantity(bare=expr.kind is Kind.COUNT)


def outcome(checking: Checking, expr: Call, scope: Scope) -> tuple[Expr, Type]:
    """The outcome of a criterion by its id, in a grade rule."""
    argument = expr.arguments[0]
    if scope.criteria is None:
        return expr, checking.fault("outcome-outside-grade", expr.at, part=show(expr))
    if not isinstance(argument, (Name, Word)):
        return expr, checking.fault("wrong-arguments", expr.at, function=expr.function)
    name = argument.name if isinstance(argument, Name) else argument.text
    if name not in scope.criteria:
        hint = nearest(name, tuple(scope.criteria))
        return expr, checking.fault("unknown-criterion", argument.at, hint, name=name)
    return replace(expr, arguments=(Word(name, at=argument.at),)), Words(OUTCOMES)
