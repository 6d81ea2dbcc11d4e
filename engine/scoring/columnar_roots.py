"""Sums of square roots: their sign and their one exact spelling, by whole numbers only."""

from collections.abc import Iterable
from fractions import Fraction
from math import isqrt
from typing import TypeAlias

# A coefficient and a whole radicand that is no square.
Terms: TypeAlias = tuple[tuple[Fraction, int], ...]


def collected(
    rational: Fraction, roots: Iterable[tuple[Fraction, Fraction]]
) -> tuple[Fraction, Terms]:
    """Whole roots taken out; roots that are rational multiples of one another put together.

    What is left are square roots that no rational combination makes zero.
    """
    kept: Terms = ()
    for coefficient, square in roots:
        radicand = square.numerator * square.denominator
        factor = coefficient / square.denominator
        if not factor or not radicand:
            continue
        whole = isqrt(radicand)
        if whole * whole == radicand:
            rational += factor * whole
            continue
        kept = _joined(kept, factor, radicand)
    return rational, kept


def _joined(terms: Terms, factor: Fraction, radicand: int) -> Terms:
    found, alone = [], True
    for coefficient, known in terms:
        ratio = Fraction(radicand, known)
        over, under = isqrt(ratio.numerator), isqrt(ratio.denominator)
        if over * over == ratio.numerator and under * under == ratio.denominator:
            found.append((coefficient + factor * Fraction(over, under), known))
            alone = False
        else:
            found.append((coefficient, known))
    if alone:
        found.append((factor, radicand))
    return tuple(sorted(((c, r) for c, r in found if c), key=lambda term: term[1]))


def sign(rational: Fraction, terms: Terms) -> int:
    """-1, 0 or 1: bounds of the roots are refined until zero lies outside."""
    if not terms:
        return (rational > 0) - (rational < 0)
    bits = 48
    while True:
        low, high = _bounds(rational, terms, bits)
        if low > 0:
            return 1
        if high < 0:
            return -1
        bits *= 2


def whole(rational: Fraction, terms: Terms, *, nearest: bool) -> int:
    """The whole number below, or the nearest: an irrational number is never halfway."""
    if not terms:
        if not nearest:
            return rational.numerator // rational.denominator
        size = (2 * abs(rational.numerator) + rational.denominator) // (2 * rational.denominator)
        return size if rational >= 0 else -size
    if nearest:
        rational += Fraction(1, 2)
    bits = 48
    while True:
        low, high = (end.numerator // end.denominator for end in _bounds(rational, terms, bits))
        if low == high:
            return low
        bits *= 2


def _bounds(rational: Fraction, terms: Terms, bits: int) -> tuple[Fraction, Fraction]:
    """Between what the sum lies, with each root to so many binary places."""
    low = high = rational
    for coefficient, radicand in terms:
        floor = isqrt(radicand << 2 * bits)
        ends = (coefficient * floor / 2**bits, coefficient * (floor + 1) / 2**bits)
        low, high = low + min(ends), high + max(ends)
    return low, high


def text(rational: Fraction, terms: Terms) -> str:
    """``n``, ``n/d``, or sums with ``c*sqrt(n)``."""
    parts = [str(rational)] if rational or not terms else []
    return " + ".join([*parts, *(f"{c}*sqrt({r})" for c, r in terms)])
