"""Resolves names, checks types and units when a ruleset is loaded: no expression fails later."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from .diagnostics import Diagnostic
from .expression import (
    Across,
    Aggregate,
    And,
    Arithmetic,
    At,
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
    Kind,
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
from .signatures import SHAPES, SIGNATURES
from .types import BROKEN, Broken, Dates, Quantity, Truth, Type, Words, literal_type, type_of
from .units import times
from .vocabulary import TableDefinition, Vocabulary, nearest

OUTCOMES = ("fully_met", "basically_met", "not_met", "not_applicable", "undetermined")


class Batch(StrEnum):
    """Whether an expression may look at the other subjects of a batch."""

    FORBIDDEN = "forbidden"
    UNDECLARED = "undeclared"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean where an expression stands."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Type] = field(default_factory=dict)
    table: TableDefinition | None = None
    measure: Type | None = None
    criteria: frozenset[str] | None = None
    domains: frozenset[str] = frozenset()
    batch: Batch = Batch.FORBIDDEN


def check(expr: Expr, node: Text, scope: Scope) -> tuple[Expr, Type, list[Diagnostic]]:
    """The resolved expression, its type and every fault found."""
    checker = _Checker(node, scope)
    resolved, found = checker.visit(expr, scope)
    return resolved, found, checker.operands.faults


class _Checker:
    """One walk over one expression. Methods return the resolved part and its type."""

    def __init__(self, node: Text, scope: Scope) -> None:
        self.operands = Operands(node, scope.vocabulary)
        self.vocabulary = scope.vocabulary

    def fault(self, code: str, at: At, suggestion: str | None = None, **values: object) -> Broken:
        return self.operands.fault(code, at, suggestion, **values)

    def name_in(self, expr: Aggregate | Tally, name: str) -> At:
        """Where a table, outcome or domain is named between the brackets of ``expr``."""
        start, end = expr.at
        written = self.operands.node.value[start:end]
        found = written.find(name, written.find("(") + 1)
        return (start + found, start + found + len(name)) if found > 0 else expr.at

    def condition(self, expr: Expr, scope: Scope) -> Expr:
        resolved, found = self.visit(expr, scope)
        self.operands.want(expr, found, Truth)
        return resolved

    def quantity(self, expr: Expr, scope: Scope) -> tuple[Expr, Quantity | Broken]:
        resolved, found = self.visit(expr, scope)
        if not self.operands.want(expr, found, Quantity) or not isinstance(found, Quantity):
            return resolved, BROKEN
        return resolved, found

    # -- the walk -------------------------------------------------------------------------------

    def visit(self, expr: Expr, scope: Scope) -> tuple[Expr, Type]:
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
                return self.name(expr, scope)
            case Fact() | Parameter() | Column() | Attribute():
                return self.name(Name(show(expr), at=expr.at), scope)
            case Special():
                return self.special(expr, scope)
            case Tally():
                return self.tally(expr, scope)
            case Negate():
                operand, found = self.quantity(expr.operand, scope)
                return replace(expr, operand=operand), found
            case Arithmetic():
                return self.arithmetic(expr, scope)
            case Compare():
                return self.compare(expr, scope)
            case In():
                return self.member(expr, scope)
            case And() | Or():
                parts = tuple(self.condition(part, scope) for part in expr.parts)
                return replace(expr, parts=parts), Truth()
            case Not():
                return replace(expr, operand=self.condition(expr.operand, scope)), Truth()
            case If():
                return self.choice(expr, scope)
            case Call():
                return self.call(expr, scope)
            case Aggregate():
                return self.aggregate(expr, scope)
            case Batched():
                return self.batched(expr, scope)
            case _:
                assert_never(expr)

    def name(self, expr: Name, scope: Scope) -> tuple[Expr, Type]:
        name, at = expr.name, expr.at
        if scope.table is not None and name in scope.table.columns:
            return Column(name, at=at), type_of(scope.table.columns[name])
        if name.startswith("subject."):
            attribute = name.removeprefix("subject.")
            known = self.vocabulary.attributes.get(attribute)
            if known is None and attribute not in ("kind", "code", "name"):
                hint = nearest(attribute, tuple(self.vocabulary.attributes))
                return expr, self.fault("unknown-attribute", at, hint, name=attribute)
            return Attribute(attribute, at=at), Words(known or ())
        if name in scope.parameters:
            return Parameter(name, at=at), scope.parameters[name]
        if name in self.vocabulary.facts:
            return Fact(name, at=at), self.fact_type(name)
        if name in OUTCOMES:
            return Word(name, at=at), Words((name,), literal=True)
        if name == "evaluation.year":
            return Special(name, at=at), Quantity(bare=True)
        if scope.criteria is not None and name in ("points", "any_veto"):
            return self.special(Special(name, at=at), scope)
        return expr, self.unknown(expr, scope)

    def fact_type(self, name: str) -> Type:
        """The type of a fact; a derived one may have a root in it."""
        found = type_of(self.vocabulary.facts[name])
        if isinstance(found, Quantity) and self.vocabulary.has_root(name):
            return replace(found, irrational=True)
        return found

    def unknown(self, expr: Name, scope: Scope) -> Broken:
        name = expr.name
        if scope.table is not None and "." not in name:
            columns = tuple(scope.table.columns)
            hint = nearest(name, (*columns, *scope.parameters))
            table = scope.table.name
            return self.fault(
                "unknown-column", expr.at, hint, name=name, table=table, known=columns
            )
        if "." not in name and scope.parameters:
            known = (*scope.parameters, *self.special_names(scope))
            hint = nearest(name, known) or self.vocabulary.nearest(name)
            if scope.criteria is not None and name in scope.criteria:
                hint = f"outcome({name})"
            return self.fault("unknown-parameter", expr.at, hint, name=name)
        hint = nearest(name, self.special_names(scope)) or self.vocabulary.nearest(name)
        if scope.criteria is not None and name in scope.criteria:
            hint = f"outcome({name})"
        return self.fault("unknown-fact", expr.at, hint, name=name)

    def special_names(self, scope: Scope) -> tuple[str, ...]:
        """The names that only a grade rule knows."""
        return () if scope.criteria is None else ("any_veto", "points", *OUTCOMES)

    def special(self, expr: Special, scope: Scope) -> tuple[Expr, Type]:
        match expr.name:
            case "measure":
                if scope.measure is None:
                    return expr, self.fault(
                        "comparison-without-measure", expr.at, text=self.operands.node.value
                    )
                return expr, scope.measure
            case "points":
                return expr, Quantity(bare=True)
            case "any_veto":
                return expr, Truth()
            case _:
                return expr, Quantity(bare=True)

    def tally(self, expr: Tally, scope: Scope) -> tuple[Expr, Type]:
        if scope.criteria is None:
            return expr, self.fault("outcome-outside-grade", expr.at, part=show(expr))
        if expr.kind not in (Kind.COUNT, Kind.SHARE):
            return expr, self.fault("wrong-arguments", expr.at, function=expr.kind)
        if expr.outcome not in OUTCOMES:
            hint = nearest(expr.outcome, OUTCOMES)
            at = self.name_in(expr, expr.outcome)
            return expr, self.fault("unknown-outcome", at, hint, name=expr.outcome)
        if expr.domain is not None and expr.domain not in scope.domains:
            hint = nearest(expr.domain, tuple(scope.domains))
            at = self.name_in(expr, expr.domain)
            return expr, self.fault("unknown-domain", at, hint, name=expr.domain)
        return expr, Quantity(bare=expr.kind is Kind.COUNT)

    # -- arithmetic -----------------------------------------------------------------------------

    def arithmetic(self, expr: Arithmetic, scope: Scope) -> tuple[Expr, Type]:
        left, first = self.quantity(expr.left, scope)
        right, second = self.quantity(expr.right, scope)
        resolved = replace(expr, left=left, right=right)
        if isinstance(first, Broken) or isinstance(second, Broken):
            return resolved, BROKEN
        literal = first.literal and second.literal
        irrational = first.irrational or second.irrational
        match expr.sign:
            case Sign.ADD | Sign.SUB:
                joint = self.operands.joint(expr, first, second)
                if isinstance(joint, Broken):
                    return resolved, joint
                return resolved, replace(joint, literal=literal, irrational=irrational)
            case Sign.MUL | Sign.DIV:
                if expr.sign is Sign.DIV and second.irrational:
                    return resolved, self.fault("irrational-divisor", expr.at, part=show(right))
                if expr.sign is Sign.DIV and second.literal and second.zero:
                    return resolved, self.fault("division-by-zero", expr.at, part=show(expr))
                sign = 1 if expr.sign is Sign.MUL else -1
                dimension = times(first.dimension, second.dimension, sign)
                bare = first.bare and second.bare
                return resolved, Quantity(
                    dimension, bare=bare, literal=literal, irrational=irrational
                )
            case _:
                assert_never(expr.sign)

    def choice(self, expr: If, scope: Scope) -> tuple[Expr, Type]:
        test = self.condition(expr.test, scope)
        then, first = self.visit(expr.then, scope)
        otherwise, second = self.visit(expr.otherwise, scope)
        resolved = replace(expr, test=test, then=then, otherwise=otherwise)
        return resolved, self.operands.common(expr, (first, second))

    # -- comparisons ----------------------------------------------------------------------------

    def compare(self, expr: Compare, scope: Scope) -> tuple[Expr, Type]:
        left, kind = self.visit(expr.first, scope)
        first, rest = left, []
        for op, operand in expr.rest:
            right, other = self.visit(operand, scope)
            pair = Compare(left, ((op, right),), at=(left.at[0], right.at[1]))
            self.operands.comparable(pair, kind, other, op)
            rest.append((op, right))
            left, kind = right, other
        return Compare(first, tuple(rest), at=expr.at), Truth()

    def member(self, expr: In, scope: Scope) -> tuple[Expr, Type]:
        operand, kind = self.visit(expr.operand, scope)
        options = []
        for option in expr.options:
            resolved, other = self.visit(option, scope)
            pair = Compare(operand, ((Op.EQ, resolved),), at=resolved.at)
            self.operands.comparable(pair, kind, other, Op.EQ)
            options.append(resolved)
        return replace(expr, operand=operand, options=tuple(options)), Truth()

    # -- functions ------------------------------------------------------------------------------

    def call(self, expr: Call, scope: Scope) -> tuple[Expr, Type]:
        rule = SIGNATURES[expr.function]
        if not rule.fewest <= len(expr.arguments) <= rule.most:
            return expr, self.fault("wrong-arguments", expr.at, function=expr.function)
        if expr.function is Function.OUTCOME:
            return self.outcome(expr, scope)
        if rule.of_years and self.walks_table(expr):
            return expr, self.fault("year-of-table", expr.at, function=expr.function)
        arguments: list[Expr] = []
        kinds: list[Type] = []
        inner = replace(scope, batch=Batch.FORBIDDEN) if rule.of_years else scope
        for argument in expr.arguments:
            resolved, kind = self.visit(argument, inner)
            arguments.append(resolved)
            kinds.append(kind)
        resolved_call = replace(expr, arguments=tuple(arguments))
        if rule.of_years and any(isinstance(e, Column) for e in walk(resolved_call)):
            return expr, self.fault("year-of-table", expr.at, function=expr.function)
        return resolved_call, rule.result(self.operands, resolved_call, kinds)

    def walks_table(self, expr: Call) -> bool:
        return any(isinstance(e, Aggregate) for e in walk(expr))

    def outcome(self, expr: Call, scope: Scope) -> tuple[Expr, Type]:
        argument = expr.arguments[0]
        if scope.criteria is None:
            return expr, self.fault("outcome-outside-grade", expr.at, part=show(expr))
        if not isinstance(argument, (Name, Word)):
            return expr, self.fault("wrong-arguments", expr.at, function=expr.function)
        name = argument.name if isinstance(argument, Name) else argument.text
        if name not in scope.criteria:
            hint = nearest(name, tuple(scope.criteria))
            return expr, self.fault("unknown-criterion", argument.at, hint, name=name)
        return replace(expr, arguments=(Word(name, at=argument.at),)), Words(OUTCOMES)

    # -- aggregates -----------------------------------------------------------------------------

    def aggregate(self, expr: Aggregate, scope: Scope) -> tuple[Expr, Type]:
        self.operands.table = None if scope.table else self.vocabulary.tables.get(expr.table)
        try:
            return self.rows(expr, scope)
        finally:
            self.operands.table = scope.table

    def rows(self, expr: Aggregate, scope: Scope) -> tuple[Expr, Type]:
        if expr.table in OUTCOMES and expr.table not in self.vocabulary.tables:
            if (expr.where, expr.value, expr.weight) != (None, None, None):
                return expr, self.fault("wrong-arguments", expr.at, function=expr.kind)
            return self.tally(Tally(expr.kind, expr.table, at=expr.at), scope)
        table = self.vocabulary.tables.get(expr.table)
        if table is None:
            known = tuple(self.vocabulary.tables) + (OUTCOMES if scope.criteria else ())
            hint = nearest(expr.table, known)
            code = "unknown-outcome" if hint in OUTCOMES else "unknown-table"
            return expr, self.fault(code, self.name_in(expr, expr.table), hint, name=expr.table)
        if scope.table is not None:
            return expr, self.fault("nested-aggregate", expr.at, part=show(expr))
        inner = replace(scope, table=table, batch=Batch.FORBIDDEN)
        where = None if expr.where is None else self.condition(expr.where, inner)
        resolved = replace(expr, where=where)
        shape = SHAPES[expr.kind]
        given = expr.value is not None
        # share(table where condition) counts against all rows of the table.
        of_all_rows = expr.kind is Kind.SHARE and where is not None and not given
        fits = given in shape.value or of_all_rows
        if not fits or (expr.weight is not None and not shape.weighted):
            return resolved, self.fault("wrong-arguments", expr.at, function=expr.kind)
        weight: Expr | None = None
        if expr.weight is not None:
            weight, _ = self.quantity(expr.weight, inner)
        if expr.value is None:
            resolved = replace(resolved, weight=weight)
            if expr.kind is Kind.ANY:
                return resolved, Truth()
            return resolved, Quantity(bare=expr.kind is Kind.COUNT)
        if shape.condition:
            value = self.condition(expr.value, inner)
            found: Type = Quantity() if expr.kind is Kind.SHARE else Truth()
            return replace(resolved, value=value, weight=weight), found
        value, kind = self.quantity(expr.value, inner)
        resolved = replace(resolved, value=value, weight=weight)
        if isinstance(kind, Broken):
            return resolved, kind
        if expr.kind is Kind.CV:
            return resolved, Quantity(irrational=True)
        return resolved, replace(kind, literal=False, zero=False)

    # -- the batch ------------------------------------------------------------------------------

    def batched(self, expr: Batched, scope: Scope) -> tuple[Expr, Type]:
        """What is asked of every subject is asked of each alone: of its own facts and tables."""
        match scope.batch:
            case Batch.FORBIDDEN:
                return expr, self.fault("batch-misplaced", expr.at, part=show(expr))
            case Batch.UNDECLARED:
                self.fault("batch-undeclared", expr.at, part=show(expr))
            case Batch.DECLARED:
                pass
            case _:
                assert_never(scope.batch)
        if any(isinstance(part, Special) and part.name == "measure" for part in walk(expr.value)):
            return expr, self.fault("batch-of-measure", expr.at, function=expr.kind)
        known = self.vocabulary.attributes
        if expr.by is not None and expr.by not in (*known, "kind"):
            self.fault("unknown-attribute", expr.at, nearest(expr.by, tuple(known)), name=expr.by)
        alone = Scope(vocabulary=scope.vocabulary, parameters=scope.parameters)
        if expr.kind is Across.COUNT:
            return replace(expr, value=self.condition(expr.value, alone)), Quantity(bare=True)
        value, kind = self.quantity(expr.value, alone)
        resolved = replace(expr, value=value)
        if isinstance(kind, Broken):
            return resolved, kind
        if not any(isinstance(part, Fact | Aggregate) for part in walk(value)):
            return resolved, self.fault("wrong-arguments", expr.at, function=expr.kind)
        if expr.kind is Across.RANK:
            return resolved, Quantity(bare=True)
        return resolved, replace(kind, literal=False, zero=False)
