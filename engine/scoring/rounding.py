"""Rounding of intervals: exact, half up (halves away from zero), never through a float."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil

from ..language.units import round_half_up
from .surds import Surd
from .values import Number, Real


def half_up(a: Number, places: int, scale: Fraction) -> Number:
    """Rounded half up to ``places`` decimals of a unit of ``scale`` base units."""
    step = scale / 10**places
    return _monotone(a, lambda x: _nearest(x / step) * step)


def floor(a: Number) -> Number:
    """Down to a whole number."""
    return _monotone(a, lambda x: Fraction(_floor(x)))


def ceiling(a: Number) -> Number:
    """Up to a whole number."""
    return _monotone(a, lambda x: Fraction(x.floor() + 1 if isinstance(x, Surd) else ceil(x)))


def _monotone(a: Number, step: Callable[[Real], Fraction]) -> Number:
    """Both ends stepped; an open end may be reached by values near it, so the result is closed."""
    return Number(
        None if a.low is None else step(a.low),
        None if a.high is None else step(a.high),
        bounded=a.bounded,
    )


def _nearest(x: Real) -> int:
    """The nearest whole number; an irrational one is never halfway."""
    if isinstance(x, Surd):
        return (x + Fraction(1, 2)).floor()
    return round_half_up(x)


def _floor(x: Real) -> int:
    return x.floor() if isinstance(x, Surd) else x.numerator // x.denominator
