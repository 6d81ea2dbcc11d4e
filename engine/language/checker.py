"""Resolves names, checks types and units when a ruleset is loaded: no expression fails later."""

from dataclasses import replace
from typing import assert_never

from .checker_names import named, outcome, special, tally
from .checker_rows import aggregate, batched
from .checking import Checking
from .diagnostics import Diagnostic
from .expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Day,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Name,
    Negate,
    Not,
    Number,
    Op,
    Or,
    Parameter,
    Sign,
    Special,
    Tally,
    Word,
    walk,
)
from .nodes import Text
from .operands import Operands
from .printer import show
from .scope import Batch, Scope
from .signatures import SIGNATURES
from .types import BROKEN, Broken, Dates, Quantity, Truth, Type, Words, literal_type
from .units import times


def check(expr: Expr, node: Text, scope: Scope) -> tuple[Expr, Type, list[Diagnostic]]:
    """The resolved expression, its type and every fault found."""
    checking = Checking(Operands(node, scope.vocabulary), scope.vocabulary, _visit)
    resolved, found = checking.visit(expr, scope)
    return resolved, found, checking.operands.faults


def _visit(checking: Checking, expr: Expr, scope: Scope) -> tuple[Expr, Type]:
    """Every kind of expression by the function that knows it."""
    match expr:
        case Number():
            return expr, literal_type(expr)
        case Word():
            return expr, Words((expr.text,), literal=True)
        case Flag():
            return expr, Truth()
        case Day():
            return expr, Dates()
        case Name():
            return named(checking, expr, scope)
        case Fact() | Parameter() | Column() | Attribute():
            return named(checking, Name(show(expr), at=expr.at), scope)
        case Special():
            return special(checking, expr, scope)
        case Tally():
            return tally(checking, expr, scope)
        case Negate():
            operand, found = checking.quantity(expr.operand, scope)
            return replace(expr, operand=operand), found
        case Arithmetic():
            return _arithmetic(checking, expr, scope)
        case Compare():
            return _compare(checking, expr, scope)
        case In():
            return _member(checking, expr, scope)
        case And() | Or():
            parts = tuple(checking.condition(part, scope) for part in expr.parts)
            return replace(expr, parts=parts), Truth()
        case Not():
            return replace(expr, operand=checking.condition(expr.operand, scope)), Truth()
        case If():
            return _choice(checking, expr, scope)
        case Call():
            return _call(checking, expr, scope)
        case Aggregate():
            return aggregate(checking, expr, scope)
        case Batched():
            return batched(checking, expr, scope)
        case _:
            assert_never(expr)


def _arithmetic(checking: Checking, expr: Arithmetic, scope: Scope) -> tuple[Expr, Type]:
    left, first = checking.quantity(expr.left, scope)
    right, second = checking.quantity(expr.right, scope)
    resolved = replace(expr, left=left, right=right)
    if isinstance(first, Broken) or isinstance(second, Broken):
        return resolved, BROKEN
    literal = first.literal and second.literal
    irrational = first.irrational or second.irrational
    match expr.sign:
        case Sign.ADD | Sign.SUB:
            joint = checking.operands.joint(expr, first, second)
            if isinstance(joint, Broken):
                return resolved, joint
            return resolved, replace(joint, literal=literal, irrational=irrational)
        case Sign.MUL | Sign.DIV:
            if expr.sign is Sign.DIV and second.irrational:
                return resolved, checking.fault("irrational-divisor", expr.at, part=show(right))
            if expr.sign is Sign.DIV and second.literal and second.zero:
                return resolved, checking.fault("division-by-zero", expr.at, part=show(expr))
            sign = 1 if expr.sign is Sign.MUL else -1
            dimension = times(first.dimension, second.dimension, sign)
            bare = first.bare and second.bare
            return resolved, Quantity(dimension, bare=bare, literal=literal, irrational=irrational)
        case _:
            assert_never(expr.sign)


def _choice(checking: Checking, expr: If, scope: Scope) -> tuple[Expr, Type]:
    test = checking.condition(expr.test, scope)
    then, first = checking.visit(expr.then, scope)
    otherwise, second = checking.visit(expr.otherwise, scope)
    resolved = replace(expr, test=test, then=then, otherwise=otherwise)
    return resolved, checking.operands.common(expr, (first, second))


def _compare(checking: Checking, expr: Compare, scope: Scope) -> tuple[Expr, Type]:
    left, kind = checking.visit(expr.first, scope)
    first, rest = left, []
    for op, operand in expr.rest:
        right, other = checking.visit(operand, scope)
        pair = Compare(left, ((op, right),), at=(left.at[0], right.at[1]))
        checking.operands.comparable(pair, kind, other, op)
        rest.append((op, right))
        left, kind = right, other
    return Compare(first, tuple(rest), at=expr.at), Truth()


def _member(checking: Checking, expr: In, scope: Scope) -> tuple[Expr, Type]:
    operand, kind = checking.visit(expr.operand, scope)
    options = []
    for option in expr.options:
        resolved, other = checking.visit(option, scope)
        pair = Compare(operand, ((Op.EQ, resolved),), at=resolved.at)
        checking.operands.comparable(pair, kind, other, Op.EQ)
        options.append(resolved)
    return replace(expr, operand=operand, options=tuple(options)), Truth()


def _call(checking: Checking, expr: Call, scope: Scope) -> tuple[Expr, Type]:
    rule = SIGNATURES[expr.function]
    if not rule.fewest <= len(expr.arguments) <= rule.most:
        return expr, checking.fault("wrong-arguments", expr.at, function=expr.function)
    if expr.function is Function.OUTCOME:
        return outcome(checking, expr, scope)
    if rule.of_years and any(isinstance(e, Aggregate) for e in walk(expr)):
        return expr, checking.fault("year-of-table", expr.at, function=expr.function)
    arguments: list[Expr] = []
    kinds: list[Type] = []
    inner = replace(scope, batch=Batch.FORBIDDEN) if rule.of_years else scope
    for argument in expr.arguments:
        resolved, kind = checking.visit(argument, inner)
        arguments.append(resolved)
        kinds.append(kind)
    resolved_call = replace(expr, arguments=tuple(arguments))
    if rule.of_years and any(isinstance(e, Column) for e in walk(resolved_call)):
        return expr, checking.fault("year-of-table", expr.at, function=expr.function)
    return resolved_call, rule.result(checking.operands, resolved_call, kinds)
