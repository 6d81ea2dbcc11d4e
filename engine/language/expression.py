"""The expression language as a tree. Positions (``at``) never take part in comparing trees.

The parser makes the unresolved forms (`Name`, `Word`); the checker replaces every `Name` by what it
stands for (`Fact`, `Parameter`, `Column`, `Attribute`, `Special`), so that evaluators never guess.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias


class Op(StrEnum):
    """A comparison."""

    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    EQ = "="
    NE = "!="


MIRRORED = {
    Op.LT: Op.GT,
    Op.LE: Op.GE,
    Op.GT: Op.LT,
    Op.GE: Op.LE,
    Op.EQ: Op.EQ,
    Op.NE: Op.NE,
}


class Sign(StrEnum):
    """An operation of arithmetic."""

    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "/"


class Function(StrEnum):
    """The functions of numbers, years and conditions (DESIGN 5)."""

    MIN = "min"
    MAX = "max"
    ABS = "abs"
    CEIL = "ceil"
    FLOOR = "floor"
    ROUND = "round"
    PRIOR = "prior"
    IN_YEAR = "in_year"
    EVERY_YEAR = "every_year"
    ANY_YEAR = "any_year"
    AT_LEAST = "at_least"
    REPORTED = "reported"
    OUTCOME = "outcome"


class Kind(StrEnum):
    """The aggregates over the rows of a table."""

    COUNT = "count"
    SUM = "sum"
    SHARE = "share"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    ALL = "all"
    ANY = "any"
    CV = "cv"


class Across(StrEnum):
    """What is asked of all subjects of a batch together."""

    RANK = "rank"
    MEAN = "batch_mean"
    COUNT = "batch_count"


At: TypeAlias = tuple[int, int]

NOWHERE: At = (0, 0)


@dataclass(frozen=True, slots=True)
class Number:
    """A written number in ``unit`` (empty: plain); a ratio 1:15 is 1/15 with unit ``1:n``."""

    value: Fraction
    unit: str = ""
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Word:
    """A word constant such as 小学 or Ⅲ; quoted when it could be taken for a name."""

    text: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Flag:
    """yes or no."""

    value: bool
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    value: dt.date
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was not resolved yet."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the sheet."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the ruleset."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table that the surrounding aggregate walks."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the subject, written ``subject.area_class``."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Special:
    """``measure`` in a level; ``points``, ``any_veto`` in a grade rule; ``evaluation.year``."""

    name: str
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """``count`` or ``share`` of an outcome in a grade rule, over all domains or one."""

    kind: Kind
    outcome: str
    domain: str | None = None
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Negate:
    """Minus."""

    operand: "Expr"
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two operands and a sign."""

    sign: Sign
    left: "Expr"
    right: "Expr"
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, possibly chained: ``0 <= x < 5%``."""

    first: "Expr"
    rest: tuple[tuple[Op, "Expr"], ...]
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class In:
    """Membership in a written list."""

    operand: "Expr"
    options: tuple["Expr", ...]
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple["Expr", ...]
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds."""

    parts: tuple["Expr", ...]
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Not:
    """The operand does not hold."""

    operand: "Expr"
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class If:
    """One of two expressions."""

    test: "Expr"
    then: "Expr"
    otherwise: "Expr"
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to its arguments."""

    function: Function
    arguments: tuple["Expr", ...]
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A quantity over the rows of a table that satisfy ``where``."""

    kind: Kind
    table: str
    where: "Expr | None" = None
    value: "Expr | None" = None
    weight: "Expr | None" = None
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Batched:
    """A quantity over the subjects of the batch, or over those with the same attribute ``by``.

    The rank of the subject's own value (1 for the highest, with ``lowest`` for the lowest), the
    mean of all values, or how many subjects a condition holds for.
    """

    kind: Across
    value: "Expr"
    lowest: bool = False
    by: str | None = None
    at: At = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Expr: TypeAlias = (
    Number
    | Word
    | Flag
    | Day
    | Name
    | Fact
    | Parameter
    | Column
    | Attribute
    | Special
    | Tally
    | Negate
    | Arithmetic
    | Compare
    | In
    | And
    | Or
    | Not
    | If
    | Call
    | Aggregate
    | Batched
)


def children(expr: Expr) -> Iterator[Expr]:
    """The direct parts of an expression, left to right."""
    kind = type(expr)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(item.name for item in fields(expr) if item.name != "at")
    for name in names:
        yield from _expressions(getattr(expr, name))


# The fields of each kind of expression that may hold others; looked up once for each kind.
_FIELDS: dict[type, tuple[str, ...]] = {}


def _expressions(value: object) -> Iterator[Expr]:
    if type(value) is str:
        return
    if isinstance(value, tuple):
        for element in value:
            yield from _expressions(element)
    elif hasattr(value, "at"):
        yield value  # type: ignore[misc]  # every class with `at` here is an Expr


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside it, outermost first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def fact_names(expr: Expr) -> tuple[str, ...]:
    """The facts that an expression names, each once, in order of appearance."""
    return tuple(dict.fromkeys(e.name for e in walk(expr) if isinstance(e, Fact)))


def table_names(expr: Expr) -> tuple[str, ...]:
    """The tables that an expression walks."""
    return tuple(dict.fromkeys(e.table for e in walk(expr) if isinstance(e, Aggregate)))
