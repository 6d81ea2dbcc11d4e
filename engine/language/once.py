"""Remembers what follows from an expression alone, by the expression itself and not by its hash."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from .expression import Expr

Found = TypeVar("Found")

# The expressions of a few rulesets; others are made on the way and soon forgotten.
_MOST = 20_000


def once(function: Callable[[Expr], Found]) -> Callable[[Expr], Found]:
    """The function, worked out once for each expression; its results must not be changed."""
    known: dict[int, tuple[Expr, Found]] = {}

    @wraps(function)
    def remembered(expr: Expr) -> Found:
        found = known.get(id(expr))
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            # An expression that is kept here shares its identity with no other.
            found = known[id(expr)] = (expr, function(expr))
        return found[1]

    return remembered
