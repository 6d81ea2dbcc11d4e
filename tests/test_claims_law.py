"""The law of claims: a figure agrees when the exact value, rounded half up or cut, gives it."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.claims import Agreement, agreement
from engine.facts.quantity import read_text
from engine.facts.values import Measured

from .sheets import VOCABULARY


def claim(text: str, fact: str = "children.public_share") -> Measured:
    """A figure as the district states it."""
    found = read_text(text, VOCABULARY.facts[fact])
    assert isinstance(found, Measured)
    return found


@pytest.mark.parametrize(
    ("text", "exact", "wanted"),
    [
        ("50%", Fraction(1, 2), Agreement.EXACT),
        ("50.00%", Fraction(1, 2), Agreement.EXACT),
        ("50%", Fraction(8041, 16090), Agreement.ROUNDED),
        ("50.0%", Fraction(8041, 16090), Agreement.ROUNDED),
        ("49.98%", Fraction(8041, 16090), Agreement.ROUNDED),
        ("49.97%", Fraction(8041, 16090), Agreement.CUT),
        ("49.96%", Fraction(8041, 16090), Agreement.DIFFERS),
        ("49%", Fraction(8041, 16090), Agreement.CUT),
        ("51%", Fraction(8041, 16090), Agreement.DIFFERS),
        ("0.5%", Fraction(45, 10_000), Agreement.ROUNDED),
        ("33.3%", Fraction(1, 3), Agreement.ROUNDED),
        ("66.6%", Fraction(2, 3), Agreement.CUT),
        ("50%以上", Fraction(1, 2), Agreement.BOUND_HOLDS),
        ("50%以上", Fraction(8041, 16090), Agreement.BOUND_BROKEN),
        (">50%", Fraction(1, 2), Agreement.BOUND_BROKEN),
        ("<=50%", Fraction(1, 2), Agreement.BOUND_HOLDS),
        ("<50%", Fraction(1, 2), Agreement.BOUND_BROKEN),
        ("1/2", Fraction(1, 2), Agreement.EXACT),
        ("1/2", Fraction(8041, 16090), Agreement.DIFFERS),
    ],
)
def test_how_a_claim_stands_to_its_exact_value(
    text: str, exact: Fraction, wanted: Agreement
) -> None:
    """Rounded or cut at the written places agrees; anything else differs; a bound must hold."""
    assert agreement(claim(text), exact) is wanted


def test_a_claim_is_rounded_in_the_unit_that_it_is_written_in() -> None:
    """8.79 亿元 has two places of 亿元, whatever the declared unit is."""
    exact = Fraction(879_271_100)
    assert agreement(claim("8.79亿元", "money.spending"), exact) is Agreement.ROUNDED
    assert agreement(claim("87927.11万元", "money.spending"), exact) is Agreement.EXACT
    assert agreement(claim("87927.1万元", "money.spending"), exact) is Agreement.ROUNDED
    assert agreement(claim("87928万元", "money.spending"), exact) is Agreement.DIFFERS


@given(
    numerator=st.integers(-(10**9), 10**9),
    denominator=st.integers(1, 10**6),
    places=st.integers(0, 4),
    off=st.integers(-2, 2),
)
def test_agreement_is_rounding_or_cutting(
    numerator: int, denominator: int, places: int, off: int
) -> None:
    """Law: the same as rounding and cutting of decimals in the standard library."""
    exact = Fraction(numerator, denominator)
    with localcontext() as context:
        # A quotient whose denominator is below 10^6 is nearer to a tie than this only on it.
        context.prec = 60
        quotient = Decimal(numerator) / Decimal(denominator)
        step = Decimal(1).scaleb(-places)
        figure = (quotient * 100).quantize(step, ROUND_DOWN) + off * step
        rounded = (quotient * 100).quantize(step, ROUND_HALF_UP)
        cut = (quotient * 100).quantize(step, ROUND_DOWN)
        agrees = figure in (rounded, cut)
    found = agreement(claim(f"{figure:f}%"), exact)
    assert found.consistent is agrees


@given(
    limit=st.fractions(-2, 2, max_denominator=100),
    exact=st.fractions(-2, 2, max_denominator=10**6),
    sign=st.sampled_from((">=", ">", "<=", "<")),
)
def test_a_bound_agrees_exactly_where_it_holds(limit: Fraction, exact: Fraction, sign: str) -> None:
    """Law: a claimed bound is a comparison, without any rounding."""
    stated = claim(f"{sign} {limit.numerator}/{limit.denominator}")
    holds = {">=": exact >= limit, ">": exact > limit, "<=": exact <= limit, "<": exact < limit}
    assert agreement(stated, exact).consistent is holds[sign]
