"""Which columns of a sheet a formula, a number or the points of a criterion read."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from ..scoring.lowering_points import LoweredPoints
from ..scoring.lowering_terms import (
    Atom,
    Both,
    Choice,
    Column,
    Constant,
    Either,
    Exact,
    Extreme,
    Flag,
    Formula,
    Indicator,
    Named,
    Opposite,
    Poly,
    Quotient,
    Ratio,
    RootAtom,
    RootWhole,
    Total,
    Variable,
)
from ..scoring.lowering_values import Code, Number, Truth

# Flags that say what a column is, not what is in it.
MARKS = "?!><~"
Node: TypeAlias = (
    Constant | Flag | Atom | Both | Either | Opposite | RootAtom | Poly | Ratio | Variable
)
Read: TypeAlias = Formula | Number | Truth | Code | LoweredPoints | None


def columns_of(*read: Read) -> set[str]:
    """The names of columns of the subject."""
    found: set[str] = set()
    seen: set[int] = set()
    todo: list[Node] = [node for one in read for node in _nodes(one)]
    while todo:
        node = todo.pop()
        if isinstance(node, (Poly, Ratio)) or id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Flag) and not node.table and node.name[-1] not in MARKS:
                found.add(node.name)
            if isinstance(node, Variable) and isinstance(node.origin, Column) and not node.table:
                found.add(node.origin.name.rstrip("/#"))
            todo += _inside(node)
    return found


def _nodes(read: Read) -> Iterator[Node]:
    match read:
        case None:
            return
        case Number():
            yield from (read.gap.unknown, read.gap.inapplicable, read.sinks, read.rises)
            yield from (read.low, read.high, *(square for _, square in read.roots))
        case Truth():
            yield from (read.gap.unknown, read.gap.inapplicable, read.holds)
        case Code():
            yield from (read.gap.unknown, read.gap.inapplicable, read.code)
        case LoweredPoints():
            yield from (read.low, read.high)
        case _:
            yield read


def _inside(node: Node) -> Iterator[Node]:
    match node:
        case Constant() | Flag():
            return
        case Atom():
            yield node.term
        case Both() | Either():
            yield from node.parts
        case Opposite():
            yield node.part
        case RootAtom():
            yield from (node.ratio, *(square for _, square in node.roots))
        case Ratio():
            yield from (node.over, node.under)
        case Poly():
            yield from (variable for monomial, _ in node.terms for variable in monomial)
        case Variable():
            yield from _of_origin(node)
        case _:
            assert_never(node)


def _of_origin(variable: Variable) -> Iterator[Node]:
    origin = variable.origin
    match origin:
        case Column():
            return
        case Named():
            yield origin.poly
        case Choice():
            yield from (origin.test, origin.then, origin.otherwise)
        case Quotient():
            yield from (origin.over, origin.under)
        case Indicator():
            yield origin.formula
        case Total():
            yield origin.over
        case Extreme():
            yield from (origin.over, origin.where)
        case Exact():
            yield from (origin.over, origin.under, origin.where)
        case RootWhole():
            yield from (origin.ratio, *(square for _, square in origin.roots))
        case _:
            assert_never(origin)
