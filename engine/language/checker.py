"""Resolves names and checks types and units, when a ruleset is loaded: no expression fails later.

Laws of units: a sum, a comparison and a choice need operands of one dimension; products and quotients
make new dimensions. A number written without unit may stand for any count or rate, never for money or
an area (that slip between 元 and 万元 is what this floor exists for); zero may always be bare.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from .diagnostics import Diagnostic, Span
from .expression import (
    Aggregate,
    And,
    Arithmetic,
    At,
    Attribute,
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
from .printer import show
from .units import DIMENSIONLESS, Dimension, counted, describe, find_unit, physical, times
from .vocabulary import FactType, TableDefinition, ValueDefinition, Vocabulary, nearest


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number. ``bare``: written without unit, fits counts and rates; ``zero``: fits everything.

    ``literal``: nothing but written numbers; ``irrational``: made from a coefficient of variation.
    """

    dimension: Dimension = DIMENSIONLESS
    bare: bool = False
    zero: bool = False
    literal: bool = False
    irrational: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text; ``known`` are the values it may take, when they are declared."""

    known: tuple[str, ...] = ()
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Levels:
    """An ordered list of words, worst first."""

    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dates:
    """A date."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The type of an expression with a fault; it fits everything, so that one fault is told once."""


Type: TypeAlias = Quantity | Truth | Words | Levels | Dates | Broken

BROKEN = Broken()
OUTCOMES = ("fully_met", "basically_met", "not_met", "not_applicable", "undetermined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean where an expression stands."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Type] = field(default_factory=dict)
    table: TableDefinition | None = None
    measure: Type | None = None
    criteria: frozenset[str] | None = None
    domains: frozenset[str] = frozenset()


def check(expr: Expr, node: Text, scope: Scope) -> tuple[Expr, Type, list[Diagnostic]]:
    """The resolved expression, its type and every fault found."""
    checker = _Checker(node, scope)
    resolved, found = checker.visit(expr, scope)
    return resolved, found, checker.faults


def type_of(definition: ValueDefinition) -> Type:
    """The type of a fact or column."""
    match definition.type:
        case FactType.YES_NO:
            return Truth()
        case FactType.LEVEL:
            return Levels(definition.levels)
        case FactType.DATE:
            return Dates()
        case FactType.TEXT:
            return Words(definition.words)
        case _:
            return Quantity(definition.unit.dimension)


def literal_type(number: Number) -> Quantity:
    """The type of a written number."""
    unit = find_unit(number.unit)
    dimension = unit.dimension if unit is not None else DIMENSIONLESS
    return Quantity(dimension, bare=number.unit == "", zero=number.value == 0, literal=True)


def describe_type(kind: Type) -> str:
    """A type in a few words, for messages."""
    match kind:
        case Quantity():
            return describe(kind.dimension)
        case Truth():
            return "yes/no"
        case Words():
            return "text"
        case Levels():
            return "<".join(kind.levels)
        case Dates():
            return "date"
        case Broken():
            return "?"
        case _:
            assert_never(kind)


class _Checker:
    """One walk over one expression. Methods return the resolved part and its type."""

    def __init__(self, node: Text, scope: Scope) -> None:
        self.node = node
        self.faults: list[Diagnostic] = []
        self.vocabulary = scope.vocabulary

    # -- faults ---------------------------------------------------------------------------------

    def fault(self, code: str, at: At, suggestion: str | None = None, **values: object) -> Broken:
        span: Span = self.node.part(*at)
        self.faults.append(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))
        return BROKEN

    def want(self, expr: Expr, found: Type, wanted: type[Truth] | type[Quantity]) -> bool:
        """Report unless the type is of the wanted kind."""
        if isinstance(found, (wanted, Broken)):
            return True
        name = "yes/no" if wanted is Truth else "number"
        self.fault(
            "type-mismatch", expr.at, part=show(expr), found=describe_type(found), wanted=name
        )
        return False

    def condition(self, expr: Expr, scope: Scope) -> Expr:
        resolved, found = self.visit(expr, scope)
        self.want(expr, found, Truth)
        return resolved

    def quantity(self, expr: Expr, scope: Scope) -> tuple[Expr, Quantity | Broken]:
        resolved, found = self.visit(expr, scope)
        if not self.want(expr, found, Quantity) or not isinstance(found, Quantity):
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
            return Fact(name, at=at), type_of(self.vocabulary.facts[name])
        if name == "evaluation.year":
            return Special(name, at=at), Quantity(bare=True)
        if scope.criteria is not None and name in ("points", "any_veto"):
            return self.special(Special(name, at=at), scope)
        return expr, self.unknown(expr, scope)

    def unknown(self, expr: Name, scope: Scope) -> Broken:
        name = expr.name
        if scope.table is not None and "." not in name:
            known = (*scope.table.columns, *scope.parameters)
            hint = nearest(name, known)
            return self.fault("unknown-column", expr.at, hint, name=name, table=scope.table.name)
        if "." not in name and scope.parameters:
            hint = nearest(name, tuple(scope.parameters)) or self.vocabulary.nearest(name)
            return self.fault("unknown-parameter", expr.at, hint, name=name)
        return self.fault("unknown-fact", expr.at, self.vocabulary.nearest(name), name=name)

    def special(self, expr: Special, scope: Scope) -> tuple[Expr, Type]:
        match expr.name:
            case "measure":
                if scope.measure is None:
                    return expr, self.fault(
                        "comparison-without-measure", expr.at, text=self.node.value
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
            return expr, self.fault("unknown-outcome", expr.at, hint, name=expr.outcome)
        if expr.domain is not None and expr.domain not in scope.domains:
            hint = nearest(expr.domain, tuple(scope.domains))
            return expr, self.fault("unknown-domain", expr.at, hint, name=expr.domain)
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
                joint = self.joint(expr, first, second)
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

    def joint(self, expr: Expr, first: Quantity, second: Quantity) -> Quantity | Broken:
        """The common type of two quantities that are added, compared or chosen between."""
        if first.zero and first.literal:
            return replace(second, zero=False)
        if second.zero and second.literal:
            return replace(first, zero=False)
        if first.dimension == second.dimension:
            if first.bare and not second.bare:
                return second
            return first
        for this, other in ((first, second), (second, first)):
            if this.bare and not physical(other.dimension):
                return other
            # 2000元 may be compared with 元/人: the written unit names the money, not the head.
            if (
                this.literal
                and not counted(this.dimension)
                and this.dimension
                and physical(other.dimension) == this.dimension
            ):
                return other
            if this.bare:
                return self.fault(
                    "number-needs-unit", expr.at, part=show(expr), unit=describe(other.dimension)
                )
        return self.fault(
            "unit-mismatch",
            expr.at,
            part=show(expr),
            left=describe(first.dimension),
            right=describe(second.dimension),
        )

    def choice(self, expr: If, scope: Scope) -> tuple[Expr, Type]:
        test = self.condition(expr.test, scope)
        then, first = self.visit(expr.then, scope)
        otherwise, second = self.visit(expr.otherwise, scope)
        resolved = replace(expr, test=test, then=then, otherwise=otherwise)
        return resolved, self.common(expr, (first, second))

    def common(self, expr: Expr, found: tuple[Type, ...]) -> Type:
        """The common type of alternatives."""
        joint = found[0]
        for other in found[1:]:
            if isinstance(joint, Quantity) and isinstance(other, Quantity):
                irrational = joint.irrational or other.irrational
                merged = self.joint(expr, joint, other)
                if isinstance(merged, Broken):
                    return merged
                literal = joint.literal and other.literal
                joint = replace(merged, literal=literal, irrational=irrational)
            elif isinstance(joint, Broken) or isinstance(other, Broken):
                return BROKEN
            elif isinstance(joint, Words) and isinstance(other, Words):
                joint = Words(tuple(dict.fromkeys((*joint.known, *other.known))))
            elif joint != other:
                return self.mismatch(expr, joint, other)
        return joint

    def mismatch(self, expr: Expr, first: Type, second: Type) -> Broken:
        return self.fault(
            "type-mismatch",
            expr.at,
            part=show(expr),
            found=describe_type(second),
            wanted=describe_type(first),
        )

    # -- comparisons ----------------------------------------------------------------------------

    def compare(self, expr: Compare, scope: Scope) -> tuple[Expr, Type]:
        left, kind = self.visit(expr.first, scope)
        first, rest = left, []
        for op, operand in expr.rest:
            right, other = self.visit(operand, scope)
            pair = Compare(left, ((op, right),), at=(left.at[0], right.at[1]))
            self.comparable(pair, kind, other, op)
            rest.append((op, right))
            left, kind = right, other
        return Compare(first, tuple(rest), at=expr.at), Truth()

    def comparable(self, expr: Compare, first: Type, second: Type, op: Op) -> None:
        equality = op in (Op.EQ, Op.NE)
        match first, second:
            case (Broken(), _) | (_, Broken()) | (Dates(), Dates()):
                return
            case Quantity(), Quantity():
                self.joint(expr, first, second)
            case Truth(), Truth() if equality:
                return
            case (Levels(levels), Words(known, literal=True)) | (
                Words(known, literal=True),
                Levels(levels),
            ):
                self.word_among(expr, known[0], levels)
            case Levels(a), Levels(b) if a == b:
                return
            case (Words(known), Words((word,), literal=True)) | (
                Words((word,), literal=True),
                Words(known),
            ) if equality:
                self.word_among(expr, word, known)
            case Words(), Words() if equality:
                return
            case _:
                self.mismatch(expr, first, second)

    def word_among(self, expr: Expr, word: str, known: tuple[str, ...]) -> None:
        if known and word not in known:
            hint = nearest(word, known)
            self.fault("unknown-word", expr.at, hint, word=word, known=" ".join(known))

    def member(self, expr: In, scope: Scope) -> tuple[Expr, Type]:
        operand, kind = self.visit(expr.operand, scope)
        options = []
        for option in expr.options:
            resolved, other = self.visit(option, scope)
            pair = Compare(operand, ((Op.EQ, resolved),), at=resolved.at)
            self.comparable(pair, kind, other, Op.EQ)
            options.append(resolved)
        return replace(expr, operand=operand, options=tuple(options)), Truth()

    # -- functions ------------------------------------------------------------------------------

    def call(self, expr: Call, scope: Scope) -> tuple[Expr, Type]:
        rule = _SIGNATURES[expr.function]
        if not rule.fewest <= len(expr.arguments) <= rule.most:
            return expr, self.fault("wrong-arguments", expr.at, function=expr.function)
        if expr.function is Function.OUTCOME:
            return self.outcome(expr, scope)
        if rule.of_years and self.walks_table(expr):
            return expr, self.fault("year-of-table", expr.at, function=expr.function)
        arguments: list[Expr] = []
        kinds: list[Type] = []
        for argument in expr.arguments:
            resolved, kind = self.visit(argument, scope)
            arguments.append(resolved)
            kinds.append(kind)
        resolved_call = replace(expr, arguments=tuple(arguments))
        return resolved_call, rule.result(self, resolved_call, kinds)

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

    def whole(self, expr: Expr, least: int) -> bool:
        """A written whole number not below ``least``."""
        if isinstance(expr, Number) and not expr.unit and expr.value.denominator == 1:
            return expr.value >= least
        return False

    # -- aggregates -----------------------------------------------------------------------------

    def aggregate(self, expr: Aggregate, scope: Scope) -> tuple[Expr, Type]:
        if scope.criteria is not None and expr.table in OUTCOMES and expr.where is None:
            return self.tally(Tally(expr.kind, expr.table, at=expr.at), scope)
        table = self.vocabulary.tables.get(expr.table)
        if table is None:
            known = tuple(self.vocabulary.tables) + (OUTCOMES if scope.criteria else ())
            hint = nearest(expr.table, known)
            return expr, self.fault("unknown-table", expr.at, hint, name=expr.table)
        if scope.table is not None:
            return expr, self.fault("nested-aggregate", expr.at, part=show(expr))
        inner = replace(scope, table=table)
        where = None if expr.where is None else self.condition(expr.where, inner)
        resolved = replace(expr, where=where)
        shape = _SHAPES[expr.kind]
        if (expr.value is not None) not in shape.value or (
            expr.weight is not None and not shape.weighted
        ):
            if not (expr.kind is Kind.SHARE and expr.where is not None and expr.value is None):
                return resolved, self.fault("wrong-arguments", expr.at, function=expr.kind)
        irrational = expr.kind is Kind.CV
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
        if irrational:
            return resolved, Quantity(irrational=True)
        return resolved, replace(kind, literal=False, zero=False)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What an aggregate takes: a value (none, one, either), a weight, a condition for the value."""

    value: tuple[bool, ...]
    weighted: bool = False
    condition: bool = False


_SHAPES: Mapping[Kind, _Shape] = {
    Kind.COUNT: _Shape((False,)),
    Kind.SUM: _Shape((True,)),
    Kind.SHARE: _Shape((True,), weighted=True, condition=True),
    Kind.MEAN: _Shape((True,), weighted=True),
    Kind.MIN: _Shape((True,)),
    Kind.MAX: _Shape((True,)),
    Kind.ALL: _Shape((True,), condition=True),
    Kind.ANY: _Shape((True, False), condition=True),
    Kind.CV: _Shape((True,), weighted=True),
}


def _same(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    for argument, kind in zip(call.arguments, kinds, strict=True):
        if not checker.want(argument, kind, Quantity):
            return BROKEN
    return checker.common(call, tuple(kinds))


def _rounding(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if len(call.arguments) == 2 and not checker.whole(call.arguments[1], 0):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    kind = _same(checker, replace(call, arguments=call.arguments[:1]), kinds[:1])
    return replace(kind, irrational=False) if isinstance(kind, Quantity) else kind


def _prior(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if len(call.arguments) == 2 and not checker.whole(call.arguments[1], 1):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    return kinds[0]


def _in_year(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if not checker.whole(call.arguments[0], 1900):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    return kinds[1]


def _over_years(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if not checker.whole(call.arguments[0], 1):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    checker.want(call.arguments[1], kinds[1], Truth)
    return Truth()


def _at_least(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if not checker.whole(call.arguments[0], 1) or (
        isinstance(call.arguments[0], Number) and call.arguments[0].value > len(call.arguments) - 1
    ):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    for argument, kind in zip(call.arguments[1:], kinds[1:], strict=True):
        checker.want(argument, kind, Truth)
    return Truth()


def _reported(checker: _Checker, call: Call, kinds: list[Type]) -> Type:
    if not isinstance(call.arguments[0], (Fact, Column)) and not isinstance(kinds[0], Broken):
        return checker.fault("wrong-arguments", call.at, function=call.function)
    return Truth()


@dataclass(frozen=True, slots=True)
class _Signature:
    fewest: int
    most: int
    result: Callable[[_Checker, Call, list[Type]], Type]
    of_years: bool = False


_MANY = 64
_SIGNATURES: Mapping[Function, _Signature] = {
    Function.MIN: _Signature(2, _MANY, _same),
    Function.MAX: _Signature(2, _MANY, _same),
    Function.ABS: _Signature(1, 1, _same),
    Function.CEIL: _Signature(1, 1, _rounding),
    Function.FLOOR: _Signature(1, 1, _rounding),
    Function.ROUND: _Signature(1, 2, _rounding),
    Function.PRIOR: _Signature(1, 2, _prior, of_years=True),
    Function.IN_YEAR: _Signature(2, 2, _in_year, of_years=True),
    Function.EVERY_YEAR: _Signature(2, 2, _over_years, of_years=True),
    Function.ANY_YEAR: _Signature(2, 2, _over_years, of_years=True),
    Function.AT_LEAST: _Signature(2, _MANY, _at_least),
    Function.REPORTED: _Signature(1, 1, _reported),
    Function.OUTCOME: _Signature(1, 1, _reported),
}
