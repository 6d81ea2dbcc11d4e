"""What every part of the check of an expression needs: its walk, faults, kinds of operand."""

from collections.abc import Callable
from dataclasses import dataclass

from .expression import Aggregate, At, Expr, Tally
from .operands import Operands
from .scope import Scope
from .types import BROKEN, Broken, Quantity, Truth, Type
from .vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Checking:
    """One walk over one expression; ``walk`` is what resolves a part and says its type."""

    operands: Operands
    vocabulary: Vocabulary
    walk: "Callable[[Checking, Expr, Scope], tuple[Expr, Type]]"

    def visit(self, expr: Expr, scope: Scope) -> tuple[Expr, Type]:
        """A part resolved, and its type."""
        return self.walk(self, expr, scope)

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
