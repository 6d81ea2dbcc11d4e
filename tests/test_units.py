"""Units: what converts into what, and exact amounts in words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.units import (
    PLAIN,
    decimal_text,
    describe,
    find_unit,
    in_base,
    narrow,
    round_half_up,
    times,
    unit_names,
)

exact = st.fractions(max_denominator=10**6)


def base(value: int | str, unit: str) -> Fraction:
    found = find_unit(unit)
    assert found is not None, unit
    return in_base(Fraction(value), found)


@pytest.mark.parametrize(
    ("value", "unit", "same", "other"),
    [
        (1, "万元", 10_000, "元"),
        (1, "亿元", 10_000, "万元"),
        ("8.79", "亿元", 87_900, "万元"),
        (1, "千元", 1000, "元"),
        (5, "%", 50, "‰"),
        (5, "%", 5, "百分点"),
        (100, "%", 1, ""),
        (1, "万人", 10_000, "人"),
        (3, "亩", 2000, "㎡"),
        (1, "公顷", 15, "亩"),
        (1, "km²", 100, "公顷"),
        (1, "平方公里", 1, "km²"),
        (1, "m²", 1, "平方米"),
        (1, "公里", 1000, "米"),
        (1, "名", 1, "人"),
        (1, "生", 1, "人"),
        (1, "学时", 1, "课时"),
        (1, "座", 1, "所"),
        (1, "万元/人", 10_000, "元/人"),
        (1, "万元/生", 10_000, "元/人"),
        (1, "元/人/年", 1, "元/生/年"),
    ],
)
def test_conversions(value: int | str, unit: str, same: int, other: str) -> None:
    """Both are the same amount in base units, of one dimension."""
    one, two = find_unit(unit), find_unit(other)
    assert one is not None
    assert two is not None
    assert base(value, unit) == base(same, other)
    assert one.dimension == two.dimension


@pytest.mark.parametrize(
    "name", ["圆", "万圆", "元/", "/人", "%/人", "元/%", "人人", "kg", "万万人", "元/1"]
)
def test_unknown_units(name: str) -> None:
    """A unit is known or it is not: nothing near it is taken."""
    assert find_unit(name) is None


@pytest.mark.parametrize(
    ("one", "other"), [("人", "所"), ("元", "人"), ("㎡", "元"), ("元/人", "元"), ("人", "班")]
)
def test_these_never_mix(one: str, other: str) -> None:
    """Children are not schools, and money a head is not money."""
    left, right = find_unit(one), find_unit(other)
    assert left is not None
    assert right is not None
    assert left.dimension != right.dimension


@pytest.mark.parametrize("name", unit_names())
def test_every_unit_that_is_suggested_exists(name: str) -> None:
    """What "did you mean" offers can be written."""
    assert find_unit(name) is not None


@pytest.mark.parametrize(
    ("unit", "words"),
    [("万元", "元"), ("元/生", "元/人"), ("亩", "㎡"), ("人次", "人次"), ("%", "1")],
)
def test_a_dimension_in_words(unit: str, words: str) -> None:
    """As people write units."""
    found = find_unit(unit)
    assert found is not None
    assert describe(found.dimension) == words


def test_products_and_quotients() -> None:
    """元 over 人 is 元/人, and that times 人 is 元 again."""
    money, heads = find_unit("元"), find_unit("人")
    assert money is not None
    assert heads is not None
    each = times(money.dimension, heads.dimension, -1)
    assert describe(each) == "元/人"
    assert times(each, heads.dimension) == money.dimension
    assert times(heads.dimension, heads.dimension, -1) == PLAIN.dimension


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (Fraction(8041, 16090) * 100, 2, "49.98"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(4999, 1000000), 2, "0"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(7, 2), 0, "4"),
        (Fraction(1, 2), 2, "0.5"),
        (Fraction(1, 8), None, "0.125"),
        (Fraction(1, 3), None, "1/3"),
        (Fraction(-7, 3), None, "-7/3"),
        (Fraction(1200), None, "1200"),
        (Fraction(1200), 2, "1200"),
    ],
)
def test_decimals(value: Fraction, places: int | None, text: str) -> None:
    """Half up, as clerks and the national tables round; exact where no places are asked."""
    assert decimal_text(value, places) == text


def test_places_may_be_filled_up() -> None:
    """A table can show 50.00 where a sentence shows 50."""
    assert decimal_text(Fraction(50), 2, trim=False) == "50.00"


@given(exact)
def test_an_exact_text_is_the_value(value: Fraction) -> None:
    """What is printed without rounding says the value."""
    assert Fraction(decimal_text(value)) == value


@given(exact, st.integers(0, 8))
def test_rounding_is_to_the_nearest(value: Fraction, places: int) -> None:
    """Never more than half of the last place away, and a tie goes away from zero."""
    rounded = Fraction(decimal_text(value, places))
    step = Fraction(1, 10**places)
    assert abs(rounded - value) <= step / 2
    if abs(rounded - value) == step / 2:
        assert abs(rounded) > abs(value)


@given(exact)
def test_rounding_is_symmetric(value: Fraction) -> None:
    """A deficit is rounded like a surplus."""
    assert round_half_up(-value) == -round_half_up(value)


@given(st.text())
def test_narrowing_keeps_every_place(text: str) -> None:
    """One character for one, so that columns stay true; doing it twice changes nothing."""
    assert len(narrow(text)) == len(text)
    assert narrow(narrow(text)) == narrow(text)


def test_what_a_chinese_keyboard_types() -> None:
    """Digits, signs, brackets and the ideographic space."""
    assert narrow("１２３．５％　（≧８０）：；－") == "123.5% (≥80):;-"


@given(st.text(max_size=6))
def test_no_name_makes_the_search_raise(name: str) -> None:
    """Any text is a unit or is not."""
    found = find_unit(name)
    assert found is None or found.scale > 0
