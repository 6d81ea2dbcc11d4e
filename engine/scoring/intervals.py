"""Exact arithmetic of intervals: the result holds every value that the operands can give."""

from fractions import Fraction
from typing import TypeAlias

from .surds import Surd, simplest
from .values import Number, Real, Reason, Unknown, Why, unknown


def add(a: Number, b: Number) -> Number:
    """a + b."""
    return Number(
        None if a.low is None or b.low is None else simplest(a.low + b.low),
        None if a.high is None or b.high is None else simplest(a.high + b.high),
        a.low_open or b.low_open,
        a.high_open or b.high_open,
        sources(a, b),
    )


def negate(a: Number) -> Number:
    """-a."""
    return Number(
        None if a.high is None else -a.high,
        None if a.low is None else -a.low,
        a.high_open,
        a.low_open,
        a.bounded,
    )


def multiply(a: Number, b: Number) -> Number:
    """a * b."""
    if a.exact is not None and b.exact is not None:
        exact = simplest(a.exact * b.exact)
        return Number(exact, exact, bounded=sources(a, b))
    corners = [_corner(x, y) for x in _ends(a) for y in _ends(b)]
    return _hull(corners, sources(a, b))


# An end of an interval: its value, or None and the sign of the infinity; and whether it is open.
_End: TypeAlias = tuple[Real | None, int, bool]


def _ends(a: Number) -> tuple[_End, _End]:
    return ((a.low, -1, a.low_open), (a.high, 1, a.high_open))


def _corner(x: _End, y: _End) -> _End:
    """The product of two ends; a zero that is reached makes it zero whatever the other end is."""
    (left, _, left_open), (right, _, right_open) = x, y
    if left == 0 or right == 0:
        reached = (left == 0 and not left_open) or (right == 0 and not right_open)
        return Fraction(0), 0, not reached
    if left is not None and right is not None:
        return left * right, 0, left_open or right_open
    return None, _sign(x) * _sign(y), True


def _sign(end: _End) -> int:
    value, infinite, _ = end
    return infinite if value is None else (value > 0) - (value < 0)


def _hull(corners: list[_End], bounded: tuple[Reason, ...]) -> Number:
    finite = [(value, opened) for value, _, opened in corners if value is not None]
    low: Real | None = None
    high: Real | None = None
    low_open = high_open = False
    if finite and not any(value is None and sign < 0 for value, sign, _ in corners):
        low = min(value for value, _ in finite)
        low_open = all(opened for value, opened in finite if value == low)
    if finite and not any(value is None and sign > 0 for value, sign, _ in corners):
        high = max(value for value, _ in finite)
        high_open = all(opened for value, opened in finite if value == high)
    return Number(low, high, low_open, high_open, bounded)


def reciprocal(b: Number) -> Number | None:
    """1 / b, or None where b may be zero."""
    exact = b.exact
    if exact is not None:
        if exact == 0 or isinstance(exact, Surd):
            return None
        return Number(1 / exact, 1 / exact, bounded=b.bounded)
    above = b.low is not None and (b.low > 0 or (b.low == 0 and b.low_open))
    below = b.high is not None and (b.high < 0 or (b.high == 0 and b.high_open))
    if not above and not below:
        return None
    low, high = b.low, b.high
    if isinstance(low, Surd) or isinstance(high, Surd):
        return None
    # Beyond all bounds is near zero, and near zero is beyond all bounds.
    low_open, high_open = b.high_open or high is None, b.low_open or low is None
    nearest = Fraction(0) if above else None
    farthest = None if above else Fraction(0)
    return Number(
        1 / high if high else nearest, 1 / low if low else farthest, low_open, high_open, b.bounded
    )


def divide(a: Number, b: Number, text: str) -> Number | Unknown:
    """a / b; unknown where b is zero, named by ``text``, or where its bounds allow zero."""
    inverse = reciprocal(b)
    if inverse is not None:
        return multiply(a, inverse)
    if b.exact is None and b.bounded:
        return Unknown(b.bounded)
    return unknown(Why.ZERO_DIVISOR, text)


def smallest(a: Number, b: Number) -> Number:
    """min(a, b)."""
    return negate(largest(negate(a), negate(b)))


def largest(a: Number, b: Number) -> Number:
    """max(a, b)."""
    if a.low is None:
        low, low_open = b.low, b.low_open
    elif b.low is None or a.low > b.low:
        low, low_open = a.low, a.low_open
    else:
        low, low_open = b.low, b.low_open or (a.low == b.low and a.low_open)
    if a.high is None or b.high is None:
        high, high_open = None, False
    elif a.high == b.high:
        high, high_open = a.high, a.high_open and b.high_open
    else:
        top = a if a.high > b.high else b
        high, high_open = top.high, top.high_open
    return Number(low, high, low_open, high_open, sources(a, b))


def absolute(a: Number) -> Number:
    """abs(a)."""
    if a.low is not None and a.low >= 0:
        return a
    if a.high is not None and a.high <= 0:
        return negate(a)
    top = largest(a, negate(a))
    return Number(Fraction(0), top.high, False, top.high_open, a.bounded)


def sources(*numbers: Number) -> tuple[Reason, ...]:
    """The facts stated as bounds behind some numbers."""
    return tuple(dict.fromkeys(r for n in numbers for r in n.bounded))
