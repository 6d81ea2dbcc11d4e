"""Values as clerks write them: what is read, and what is refused rather than guessed."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.quantity import Unreadable, read_text
from engine.facts.values import Answer, Bound, Measured, OnDay, Rank, Said
from engine.language.units import decimal_text, find_unit
from engine.language.vocabulary import FactDefinition

from .sheets import VOCABULARY

FACTS = VOCABULARY.facts
PEOPLE, MONEY, RATE = FACTS["children.all"], FACTS["money.spending"], FACTS["rate.retention"]
RATIO, AREA, TIMES = FACTS["ratio.staff"], FACTS["area.rooms"], FACTS["safety.accidents"]
YES_NO, LEVEL, DAY = FACTS["safety.falsified"], FACTS["level.monitoring"], FACTS["plan.date"]
NAME = FACTS["plan.name"]
HECTARES = replace(AREA, unit=find_unit("公顷") or AREA.unit)

READ = [
    (PEOPLE, "16090", 16090),
    (PEOPLE, "0", 0),
    (PEOPLE, "１６０９０", 16090),
    (PEOPLE, "16,090", 16090),
    (PEOPLE, "１６，０９０人", 16090),
    (PEOPLE, "16 090 人", 16090),
    (PEOPLE, "　16090　", 16090),
    (PEOPLE, "31 名", 31),
    (PEOPLE, "73.8万", 738_000),
    (PEOPLE, "73.8 万人", 738_000),
    (PEOPLE, "8千", 8000),
    (PEOPLE, "８千", 8000),
    (PEOPLE, "8万", 80_000),
    (PEOPLE, "1.2亿", 120_000_000),
    (PEOPLE, "3百", 300),
    (PEOPLE, "2千万", 20_000_000),
    (PEOPLE, "2千万人", 20_000_000),
    (PEOPLE, "16090.0", 16090),
    (MONEY, "85753.42", Fraction("857534200")),
    (MONEY, "8.79 亿元", 879_000_000),
    (MONEY, "20 千元", 20_000),
    (MONEY, "3千万元", 30_000_000),
    (MONEY, "1.5百亿元", 15_000_000_000),
    (MONEY, "1,234.5万元", 12_345_000),
    (MONEY, "879000000元", 879_000_000),
    (MONEY, "-3.5万元", -35_000),
    (MONEY, "−3.5万元", -35_000),
    (MONEY, "+3.5万元", 35_000),
    (RATE, "99.82", Fraction("0.9982")),
    (RATE, "99.82%", Fraction("0.9982")),
    (RATE, "93 %", Fraction("0.93")),
    (RATE, "９９．８２％", Fraction("0.9982")),
    (RATE, "5‰", Fraction("0.005")),
    (RATE, "2.3个百分点", Fraction("0.023")),
    (RATE, "2.3百分点", Fraction("0.023")),
    (RATE, "4/5", Fraction(4, 5)),
    (RATIO, "1:15", Fraction(1, 15)),
    (RATIO, "1：19.85", Fraction(100, 1985)),
    (RATIO, "1∶13", Fraction(1, 13)),
    (RATIO, "6:4", Fraction(3, 2)),
    (AREA, "300", 300),
    (AREA, "300平方米", 300),
    (AREA, "3亩", 2000),
    (AREA, "1.5公顷", 15_000),
    (AREA, "2平方公里", 2_000_000),
]


@pytest.mark.parametrize(("fact", "text", "base"), READ)
def test_a_number_as_clerks_write_it(fact: FactDefinition, text: str, base: int | Fraction) -> None:
    """Digits, separators, signs and units of every usual spelling give the exact base value."""
    found = read_text(text, fact)
    assert isinstance(found, Measured)
    assert (found.value, found.bound) == (base, Bound.EXACT)


BOUNDS = [
    (RATE, ">= 96%", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "≥96%", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "96%以上", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "96%及以上", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "大于等于96%", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "小于或等于 5%", Bound.AT_MOST, Fraction("0.05")),
    (RATE, "不低于96%", Bound.AT_LEAST, Fraction("0.96")),
    (RATE, "5%以下", Bound.AT_MOST, Fraction("0.05")),
    (RATE, "＜5%", Bound.LESS_THAN, Fraction("0.05")),
    (RATE, "超过 99.8%", Bound.MORE_THAN, Fraction("0.998")),
    (PEOPLE, "20余", Bound.AT_LEAST, 20),
    (PEOPLE, "20余人", Bound.AT_LEAST, 20),
    (PEOPLE, "1.6万余人", Bound.AT_LEAST, 16_000),
    (PEOPLE, "8千余人", Bound.AT_LEAST, 8000),
    (PEOPLE, "8千多人", Bound.AT_LEAST, 8000),
    (MONEY, "20万余元", Bound.AT_LEAST, 200_000),
    (PEOPLE, "300多人", Bound.AT_LEAST, 300),
    (PEOPLE, "近100", Bound.LESS_THAN, 100),
    (PEOPLE, "不足100人", Bound.LESS_THAN, 100),
    (MONEY, "接近20万元", Bound.LESS_THAN, 200_000),
    (TIMES, "不少于3次", Bound.AT_LEAST, 3),
    (TIMES, "至多 3 次", Bound.AT_MOST, 3),
    (TIMES, "3次以内", Bound.AT_MOST, 3),
]


@pytest.mark.parametrize(("fact", "text", "bound", "base"), BOUNDS)
def test_a_bound_stays_a_bound(
    fact: FactDefinition, text: str, bound: Bound, base: int | Fraction
) -> None:
    """A figure that is known from one side only is never taken for the figure itself."""
    found = read_text(text, fact)
    assert isinstance(found, Measured)
    assert (found.bound, found.value) == (bound, base)


REFUSED = [
    (PEOPLE, "约16090", "approximate-value"),
    (PEOPLE, "16090左右", "approximate-value"),
    (RATE, "大约 50%", "approximate-value"),
    (PEOPLE, "~16090", "approximate-value"),
    (PEOPLE, "～16090人", "approximate-value"),
    (PEOPLE, "≈8041", "approximate-value"),
    (PEOPLE, "600~650", "not-a-number"),
    (PEOPLE, "16090 (含民办)", "remark-in-value"),
    (PEOPLE, "≥1,609人（含民办）", "remark-in-value"),
    (PEOPLE, "很多（含民办）", "not-a-number"),
    (PEOPLE, "-5", "negative-count"),
    (PEOPLE, "20.5", "not-whole"),
    (PEOPLE, "1.23456万人", "not-whole"),
    (PEOPLE, "31所", "unit-of-value"),
    (PEOPLE, "50%", "unit-of-value"),
    (MONEY, "31人", "unit-of-value"),
    (MONEY, "50%", "unit-of-value"),
    (PEOPLE, "31頭", "unknown-unit"),
    (MONEY, "510万", "unit-left-out"),
    (MONEY, "5.1亿", "unit-left-out"),
    (MONEY, "8千", "unit-left-out"),
    (MONEY, "2千万", "unit-left-out"),
    (RATE, "8千", "unit-left-out"),
    (HECTARES, "8万", "unit-left-out"),
    (PEOPLE, "8万千", "unknown-unit"),
    (PEOPLE, "8万万", "unknown-unit"),
    (PEOPLE, "1.2345千", "not-whole"),
    (RATIO, "1:0", "zero-ratio"),
    (RATIO, "1:15人", "not-a-number"),
    (PEOPLE, "4/5", "not-a-number"),
    (MONEY, "1:15", "not-a-number"),
    (PEOPLE, "1、234", "not-a-number"),
    (PEOPLE, "12 34", "not-a-number"),
    (PEOPLE, "1,23", "not-a-number"),
    (PEOPLE, "1_000", "not-a-number"),
    (PEOPLE, "1e3", "not-a-number"),
    (PEOPLE, "0x1F", "not-a-number"),
    (PEOPLE, "NaN", "not-a-number"),
    (PEOPLE, ".inf", "not-a-number"),
    (PEOPLE, "٢٢", "not-a-number"),
    (PEOPLE, "九百", "not-a-number"),
    (PEOPLE, "=1+1", "not-a-number"),
    (PEOPLE, "@SUM(A1)", "not-a-number"),
    (PEOPLE, "不超过20人以上", "not-a-number"),
    (PEOPLE, "近20余人", "not-a-number"),
    (PEOPLE, "1" * 61, "number-too-long"),
    (PEOPLE, "1" * 1_000_000, "number-too-long"),
    (PEOPLE, "…", "placeholder"),
    (PEOPLE, "—", "placeholder"),
    (PEOPLE, "/", "placeholder"),
    (PEOPLE, "无", "placeholder"),
    (PEOPLE, "待填报", "placeholder"),
    (NAME, "待填报", "placeholder"),
    (DAY, "—", "placeholder"),
    (YES_NO, "N/A", "placeholder"),
    (YES_NO, "也许", "bad-yes-no"),
    (LEVEL, "Ⅴ", "unknown-word"),
    (DAY, "2022年2月30日", "bad-date"),
    (DAY, "26.05.2022", "bad-date"),
    (DAY, "2022-5/26", "bad-date"),
    (DAY, "2022年", "bad-date"),
]


@pytest.mark.parametrize(("fact", "text", "code"), REFUSED)
def test_what_could_be_taken_for_another_value_is_refused(
    fact: FactDefinition, text: str, code: str
) -> None:
    """What is no value, or may be two different ones, gives its own code."""
    found = read_text(text, fact)
    assert isinstance(found, Unreadable)
    assert found.code == code


def test_money_without_its_unit_is_refused_with_the_likely_one() -> None:
    """510万 may have lost 元 or stand for 万元 twice; the advice writes it out."""
    found = read_text("510万", MONEY)
    assert isinstance(found, Unreadable)
    assert found.suggestion == "万元"


OTHER = [
    (YES_NO, "是", Answer(True)),
    (YES_NO, "有", Answer(True)),
    (YES_NO, "Yes", Answer(True)),
    (YES_NO, "true", Answer(True)),
    (YES_NO, "否", Answer(False)),
    (YES_NO, "无", Answer(False)),
    (YES_NO, "没有", Answer(False)),
    (YES_NO, "no", Answer(False)),
    (LEVEL, "Ⅰ", Rank("Ⅰ", 0)),
    (LEVEL, "Ⅳ级", Rank("Ⅳ", 3)),
    (DAY, "2022年5月26日", OnDay(dt.date(2022, 5, 26))),
    (DAY, "２０２２年５月２６日", OnDay(dt.date(2022, 5, 26))),
    (DAY, "2022-05-26", OnDay(dt.date(2022, 5, 26))),
    (DAY, "2022/5/26", OnDay(dt.date(2022, 5, 26))),
    (DAY, "2022.5.26", OnDay(dt.date(2022, 5, 26))),
    (NAME, "=1+1", Said("=1+1")),
    (NAME, "无", Said("无")),
]


@pytest.mark.parametrize(("fact", "text", "value"), OTHER)
def test_words_dates_levels_and_texts(fact: FactDefinition, text: str, value: object) -> None:
    """yes and no, levels, dates and texts; a formula in a text stays a text."""
    assert read_text(text, fact) == value


def test_places_and_unit_are_kept_as_written() -> None:
    """An audit rounds to the places and in the unit that the district wrote."""
    found = read_text("8.790 亿元", MONEY)
    assert isinstance(found, Measured)
    assert (found.places, found.unit.name, found.written) == (3, "亿元", "8.790 亿元")


# -- laws -----------------------------------------------------------------------------------------

UNITS = {
    PEOPLE: ("人", "千人", "万人", "千万人", "名", "千", "万", "亿"),
    MONEY: ("元", "千元", "万元", "百万元", "千万元", "亿元"),
    AREA: ("㎡", "平方米", "公顷", "平方公里"),
    RATE: ("%", "‰", "百分点"),
}


@st.composite
def stated(draw: st.DrawFn) -> tuple[FactDefinition, Fraction, str]:
    """A fact, an exact value that terminates in the unit, and that unit."""
    fact = draw(st.sampled_from(sorted(UNITS, key=lambda f: f.name)))
    unit = draw(st.sampled_from(UNITS[fact]))
    whole = draw(st.integers(0, 10**12))
    if fact is PEOPLE:
        return fact, Fraction(whole), unit
    return fact, Fraction(whole, 10 ** draw(st.integers(0, 6))), unit


def full_width(text: str) -> str:
    """The text as typed with a Chinese keyboard."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@given(stated(), st.booleans(), st.sampled_from(("", " ", "　")))
def test_writing_and_reading_back_in_any_unit_is_the_identity(
    value: tuple[FactDefinition, Fraction, str], wide: bool, gap: str
) -> None:
    """Law: whatever unit a value is written in, and however wide, its base value comes back."""
    fact, base, name = value
    unit = find_unit(name)
    assert unit is not None
    text = f"{decimal_text(base / unit.scale)}{gap}{name}"
    found = read_text(full_width(text) if wide else text, fact)
    assert isinstance(found, Measured)
    assert found.value == base


@given(st.text(max_size=80), st.sampled_from(sorted(FACTS)))
def test_reading_never_raises(text: str, name: str) -> None:
    """Law: any text at all gives a value or a code, for every type of fact."""
    assert read_text(text, FACTS[name]) is not None


@given(
    st.text(alphabet="0123456789０９.,，:：/-+−%‰人万亿元以上余多约近不低于 　", max_size=20),
    st.sampled_from(sorted(FACTS)),
)
def test_reading_never_raises_on_what_looks_like_a_number(text: str, name: str) -> None:
    """Law: as before, for texts made of what numbers are made of."""
    found = read_text(text, FACTS[name])
    if isinstance(found, Measured) and FACTS[name].type == "count":
        assert found.value >= 0
        assert found.value.denominator == 1


BEHIND = "人 名 千 万 千万 万人 亿元 万元 元 元/人 % ‰ 百分点 ㎡ 平方米 次 所 年 xyz"
MARKS = "以上 余 多 左右 约 (含民办) 、 / - ."
PIECES = st.sampled_from([*BEHIND.split(), *MARKS.split(), " ", "　"])


@given(
    st.from_regex(r"[0-9]{1,17}(,[0-9]{2,4}){0,3}(\.[0-9]{0,17})?", fullmatch=True),
    st.lists(PIECES, max_size=3).map("".join),
    st.sampled_from(sorted(FACTS)),
)
def test_the_short_way_reads_what_the_long_way_reads(number: str, behind: str, name: str) -> None:
    """Law: nearly all values are read by a shorter way; one wide digit sends them the long one."""
    short, wide = (read_text(text + behind, FACTS[name]) for text in (number, full_width(number)))
    if isinstance(short, Unreadable):
        assert isinstance(wide, Unreadable)
        assert (short.code, short.suggestion) == (wide.code, wide.suggestion)
    elif isinstance(short, Measured):
        assert short == wide
        assert short.written == (number + behind).strip()
    else:
        assert isinstance(short, Said)
