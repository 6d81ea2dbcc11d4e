"""Square roots without rounding: signs, comparisons, whole parts."""

from decimal import Decimal, localcontext
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.surds import Surd, root, simplest

rationals = st.fractions(-30, 30, max_denominator=12)
roots = st.lists(st.tuples(rationals, st.integers(0, 200)), max_size=4)


def total(rational: Fraction, terms: list[tuple[Fraction, int]]) -> Surd | Fraction:
    """``rational + Σ coefficient · √radicand``."""
    found: Surd | Fraction = rational
    for coefficient, radicand in terms:
        found = found + coefficient * root(Fraction(radicand))
    return found


@given(rationals, roots)
def test_sign(rational: Fraction, terms: list[tuple[Fraction, int]]) -> None:
    """The sign is that of a computation to a hundred places, where that is clear of zero."""
    found = total(rational, terms)
    with localcontext() as context:
        context.prec = 100
        near = Decimal(rational.numerator) / rational.denominator
        for coefficient, radicand in terms:
            factor = Decimal(coefficient.numerator) / coefficient.denominator
            near += factor * Decimal(radicand).sqrt()
    sign = (found > 0) - (found < 0)
    clear = abs(near) > Decimal("1e-80")
    assert sign == ((near > 0) - (near < 0) if clear else 0)


@given(rationals, roots)
def test_a_number_less_itself_is_zero(
    rational: Fraction, terms: list[tuple[Fraction, int]]
) -> None:
    """Roots that are equal cancel, in whatever order they were added."""
    one, other = total(rational, terms), total(rational, terms[::-1])
    assert one == other
    assert hash(simplest(one)) == hash(simplest(other))
    assert simplest(one - other) == 0


def test_multiples_of_one_root_are_one_number() -> None:
    """√8 is 2·√2, and a square root of a square is rational."""
    assert root(Fraction(8)) == 2 * root(Fraction(2))
    assert hash(root(Fraction(8))) == hash(2 * root(Fraction(2)))
    assert root(Fraction(9, 4)) == Fraction(3, 2)
    assert isinstance(root(Fraction(9, 4)), Fraction)


@given(st.fractions(0, 100, max_denominator=50), st.fractions(0, 10, max_denominator=50))
def test_root_against_a_limit(square: Fraction, limit: Fraction) -> None:
    """√a ≤ L exactly when a ≤ L²."""
    assert (root(square) <= limit) is (square <= limit**2)
    assert (root(square) < limit) is (square < limit**2)
    assert (root(square) == limit) is (square == limit**2)


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_floor(radicand: int, divisor: int) -> None:
    """The whole part of a root is the greatest whole number whose square does not exceed it."""
    found = root(Fraction(radicand, divisor**2))
    whole = found.floor() if isinstance(found, Surd) else found.numerator // found.denominator
    assert (whole * divisor) ** 2 <= radicand < ((whole + 1) * divisor) ** 2
