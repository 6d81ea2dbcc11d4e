"""The grade rule lowered: what of its conditions columns decide, apart from counts of outcomes.

A condition that looks at counts, vetoes or outcomes depends on the completion of what is open; the
largest parts of it that do not are lowered like any other expression and become leaves.
"""

from dataclasses import dataclass, field

from ..language.expression import (
    And,
    Arithmetic,
    Call,
    Compare,
    Expr,
    Function,
    In,
    Negate,
    Not,
    Or,
    Special,
    Tally,
    Word,
    walk,
)
from ..language.model import GradeRule
from .lowering import Lowerer
from .lowering_inputs import Scope
from .lowering_values import Lowered, Number, Truth, UnsupportedError

_PASSABLE = (And, Or, Not, Compare, In, Arithmetic, Negate)


@dataclass(slots=True)
class LoweredRule:
    """A grade rule with its leaves, and what it looks at.

    ``places`` finds the leaf of a part of the rule by the identity of that part.
    """

    rule: GradeRule
    leaves: dict[Expr, Lowered] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def lower_rule(rule: GradeRule, lowerer: Lowerer, points: Number) -> LoweredRule:
    """Raises `UnsupportedError` where a part cannot be computed."""
    lowered = LoweredRule(rule)
    conditions = [
        *(award.when for award in rule.award if award.when is not None),
        *(cap.when for cap in rule.caps),
        *(downgrade.when for downgrade in rule.downgrades),
    ]
    scope = Scope(points=points)
    for condition in conditions:
        _leaves(condition, lowered, lowerer, scope)
    parts = [part for condition in conditions for part in walk(condition)]
    lowered.domains = tuple(
        dict.fromkeys(p.domain for p in parts if isinstance(p, Tally) and p.domain is not None)
    )
    lowered.named = tuple(
        dict.fromkeys(
            p.arguments[0].text
            for p in parts
            if isinstance(p, Call)
            and p.function is Function.OUTCOME
            and isinstance(p.arguments[0], Word)
        )
    )
    return lowered


def looks_at_outcomes(expr: Expr) -> bool:
    """Whether an expression depends on counts, vetoes or outcomes."""
    return any(
        isinstance(part, Tally)
        or part == Special("any_veto")
        or (isinstance(part, Call) and part.function is Function.OUTCOME)
        for part in walk(expr)
    )


def _leaves(expr: Expr, lowered: LoweredRule, lowerer: Lowerer, scope: Scope) -> None:
    if isinstance(expr, Word):
        return
    if expr in lowered.leaves:
        lowered.places[id(expr)] = list(lowered.leaves).index(expr)
        return
    if not looks_at_outcomes(expr):
        found = lowerer.value(expr, scope)
        if isinstance(found, Number):
            if found.low != found.high:
                raise UnsupportedError("a count of outcomes against what is not one number")
            lowerer.numbers.plain(found)
        if not isinstance(found, (Number, Truth)):
            raise UnsupportedError("a word in a grade rule")
        lowered.places[id(expr)] = len(lowered.leaves)
        lowered.leaves[expr] = found
        return
    if isinstance(expr, Tally) or expr == Special("any_veto"):
        return
    if isinstance(expr, Call):
        if expr.function is Function.OUTCOME:
            return
        if expr.function is not Function.AT_LEAST:
            raise UnsupportedError(f"`{expr.function}` of outcomes")
        for part in expr.arguments[1:]:
            _leaves(part, lowered, lowerer, scope)
        return
    if not isinstance(expr, _PASSABLE):
        raise UnsupportedError("a choice by outcomes")
    for child in _operands(expr):
        _leaves(child, lowered, lowerer, scope)


def _operands(expr: Expr) -> tuple[Expr, ...]:
    match expr:
        case And() | Or():
            return expr.parts
        case Not() | Negate():
            return (expr.operand,)
        case Compare():
            return (expr.first, *(right for _, right in expr.rest))
        case In():
            return (expr.operand, *expr.options)
        case Arithmetic():
            return (expr.left, expr.right)
        case _:
            return ()
