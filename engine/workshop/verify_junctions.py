"""Conditions and numbers of the solver put together; whatever is decided folds away."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

import z3

# The solver's own types are not declared: a formula is a term of its or already decided.
Term: TypeAlias = Any
Test: TypeAlias = Any


def start_afresh() -> None:
    """Forget every term that was made before.

    What the solver does depends on the terms made before in its one context: a question asked after
    others could take another way, and even have another answer.
    """
    z3.z3._main_ctx = None


def value_of(value: Fraction | int) -> Term:
    """A number as the solver writes it."""
    if isinstance(value, int) or value.denominator == 1:
        return int(value)
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def number_of(value: Term) -> Term:
    """A number that the solver can choose between."""
    return z3.IntVal(value) if isinstance(value, int) else value


def either(test: Test, then: Term, other: Term) -> Term:
    """One of two numbers."""
    if isinstance(test, bool):
        return then if test else other
    if isinstance(then, int) and isinstance(other, int) and then == other:
        return then
    return z3.If(test, number_of(then), number_of(other))


def branch(test: Test, then: Test | None, other: Test | None) -> Test:
    """One of two conditions; the one that cannot be may be left out."""
    if test is True:
        return then
    if test is False:
        return other
    if then is other and isinstance(then, bool):
        return then
    return disjunction((conjunction((test, then)), conjunction((negation(test), other))))


def conjunction(parts: Iterable[Test]) -> Test:
    """All hold."""
    kept = []
    for part in parts:
        if part is True:
            continue
        if part is False:
            return False
        kept.append(part)
    if not kept:
        return True
    return kept[0] if len(kept) == 1 else z3.And(kept)


def disjunction(parts: Iterable[Test]) -> Test:
    """Some holds."""
    kept = []
    for part in parts:
        if part is False:
            continue
        if part is True:
            return True
        kept.append(part)
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else z3.Or(kept)


def negation(part: Test) -> Test:
    """It does not hold."""
    return not part if isinstance(part, bool) else z3.Not(part)
