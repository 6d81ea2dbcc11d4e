"""Checks what is asked of many: of the rows of a table, of the subjects of a batch."""

from dataclasses import replace
from typing import assert_never

from .checker_names import tally
from .checking import Checking
from .expression import Across, Aggregate, Batched, Expr, Fact, Kind, Special, Tally, walk
from .printer import show
from .scope import OUTCOMES, Batch, Scope
from .signatures import SHAPES
from .types import Broken, Quantity, Truth, Type
from .vocabulary import nearest


def aggregate(checking: Checking, expr: Aggregate, scope: Scope) -> tuple[Expr, Type]:
    """The rows of a table; inside, its columns are known."""
    checking.operands.table = None if scope.table else checking.vocabulary.tables.get(expr.table)
    try:
        return _rows(checking, expr, scope)
    finally:
        checking.operands.table = scope.table


def _rows(checking: Checking, expr: Aggregate, scope: Scope) -> tuple[Expr, Type]:
    if expr.table in OUTCOMES and expr.table not in checking.vocabulary.tables:
        if (expr.where, expr.value, expr.weight) != (None, None, None):
            return expr, checking.fault("wrong-arguments", expr.at, function=expr.kind)
        return tally(checking, Tally(expr.kind, expr.table, at=expr.at), scope)
    table = checking.vocabulary.tables.get(expr.table)
    if table is None:
        known = tuple(checking.vocabulary.tables) + (OUTCOMES if scope.criteria else ())
        hint = nearest(expr.table, known)
        code = "unknown-outcome" if hint in OUTCOMES else "unknown-table"
        return expr, checking.fault(code, checking.name_in(expr, expr.table), hint, name=expr.table)
    if scope.table is not None:
        return expr, checking.fault("nested-aggregate", expr.at, part=show(expr))
    inner = replace(scope, table=table, batch=Batch.FORBIDDEN)
    where = None if expr.where is None else checking.condition(expr.where, inner)
    resolved = replace(expr, where=where)
    shape = SHAPES[expr.kind]
    given = expr.value is not None
    # share(table where condition) counts against all rows of the table.
    of_all_rows = expr.kind is Kind.SHARE and where is not None and not given
    fits = given in shape.value or of_all_rows
    if not fits or (expr.weight is not None and not shape.weighted):
        return resolved, checking.fault("wrong-arguments", expr.at, function=expr.kind)
    weight: Expr | None = None
    if expr.weight is not None:
        weight, _ = checking.quantity(expr.weight, inner)
    if expr.value is None:
        resolved = replace(resolved, weight=weight)
        if expr.kind is Kind.ANY:
            return resolved, Truth()
        return resolved, Quantity(bare=expr.kind is Kind.COUNT)
    if shape.condition:
        value = checking.condition(expr.value, inner)
        found: Type = Quantity() if expr.kind is Kind.SHARE else Truth()
        return replace(resolved, value=value, weight=weight), found
    value, kind = checking.quantity(expr.value, inner)
    resolved = replace(resolved, value=value, weight=weight)
    if isinstance(kind, Broken):
        return resolved, kind
    if expr.kind is Kind.CV:
        return resolved, Quantity(irrational=True)
    return resolved, replace(kind, literal=False, zero=False)


def batched(checking: Checking, expr: Batched, scope: Scope) -> tuple[Expr, Type]:
    """What is asked of every subject is asked of each alone: of its own facts and tables."""
    match scope.batch:
        case Batch.FORBIDDEN:
            return expr, checking.fault("batch-misplaced", expr.at, part=show(expr))
        case Batch.UNDECLARED:
            checking.fault("batch-undeclared", expr.at, part=show(expr))
        case Batch.DECLARED:
            pass
        case _:
            assert_never(scope.batch)
    if any(isinstance(part, Special) and part.name == "measure" for part in walk(expr.value)):
        return expr, checking.fault("batch-of-measure", expr.at, function=expr.kind)
    known = checking.vocabulary.attributes
    if expr.by is not None and expr.by not in (*known, "kind"):
        checking.fault("unknown-attribute", expr.at, nearest(expr.by, tuple(known)), name=expr.by)
    alone = Scope(vocabulary=scope.vocabulary, parameters=scope.parameters)
    if expr.kind is Across.COUNT:
        return replace(expr, value=checking.condition(expr.value, alone)), Quantity(bare=True)
    value, kind = checking.quantity(expr.value, alone)
    resolved = replace(expr, value=value)
    if isinstance(kind, Broken):
        return resolved, kind
    if not any(isinstance(part, Fact | Aggregate) for part in walk(value)):
        return resolved, checking.fault("wrong-arguments", expr.at, function=expr.kind)
    if expr.kind is Across.RANK:
        return resolved, Quantity(bare=True)
    return resolved, replace(kind, literal=False, zero=False)
