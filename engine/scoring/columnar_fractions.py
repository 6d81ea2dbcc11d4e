"""Sums and extremes of many fractions, exactly: pairs of numerator and positive denominator."""

from collections.abc import Sequence
from math import gcd
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]


def summed(pairs: Sequence[Pair]) -> Pair:
    """The sum in lowest terms; halves are added first, so that numbers grow late."""
    level = list(pairs)
    while len(level) > 1:
        added = [
            (a + c, b) if b == d else (a * d + c * b, b * d)
            for (a, b), (c, d) in zip(level[::2], level[1::2], strict=False)
        ]
        level = [*added, level[-1]] if len(level) % 2 else added
    return lowest(level[0])


def extreme(pairs: Sequence[Pair], how: str) -> Pair:
    """The least or (``most``) the greatest, by cross-multiplication."""
    best = pairs[0]
    for pair in pairs[1:]:
        apart = pair[0] * best[1] - best[0] * pair[1]
        if (apart < 0) if how == "least" else (apart > 0):
            best = pair
    return lowest(best)


def lowest(pair: Pair) -> Pair:
    """In lowest terms."""
    shared = gcd(*pair)
    return pair[0] // shared, pair[1] // shared
