"""Counts with their nouns, and amounts as English readers write them."""

from fractions import Fraction
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.units import find_unit
from engine.locale import LANGS, Lang, catalogue, phrase
from engine.reporting.numbers import distance, shown
from tests.support import criteria, dudao, write
from tests.test_result import ONE


@pytest.mark.parametrize(
    ("key", "count", "said"),
    [
        ("unusable", 1, "x: not usable, 1 error"),
        ("unusable", 2, "x: not usable, 2 errors"),
        ("unusable", 0, "x: not usable, 0 errors"),
    ],
)
def test_a_count_agrees_with_its_noun(key: str, count: int, said: str) -> None:
    """One error, two errors, no errors."""
    assert phrase(key, "en", name="x", errors=count) == said


def test_only_english_counts_have_two_nouns() -> None:
    """Chinese nouns do not change; every pair in English differs."""
    pairs = 0
    for key, entry in catalogue("phrases").items():
        assert "|" not in entry["zh"] or "\n|" in entry["zh"], key
        for part in entry["en"].split("{")[1:]:
            _, _, spec = part.partition("}")[0].partition(":")
            if "|" in spec:
                one, many = spec.split("|")
                assert one.strip() != many.strip(), key
                pairs += 1
    assert pairs > 10


def test_a_check_counts_in_the_singular(tmp_path: Path) -> None:
    """A ruleset with one criterion and one fault."""
    path = write(tmp_path, "ruleset.yaml", criteria(ONE))
    ran = dudao("check", path, "--lang", "en")
    assert ran.code == Exit.UNUSABLE
    assert ran.out.endswith("not usable, 1 error\n")


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (100_000, "万元", "10万元", "100,000 yuan"),
        (0, "万元", "0万元", "0 yuan"),
        (-50_000, "万元", "-5万元", "-50,000 yuan"),
        (999_999, "万元", "99.9999万元", "999,999 yuan"),
        (1_000_000, "万元", "100万元", "1 million yuan"),
        (879_271_100, "万元", "87927.11万元", "879.2711 million yuan"),
        (30_000, "亿元", "0.0003亿元", "30,000 yuan"),
        (75_050, "元", "75050元", "75,050 yuan"),
        (720, "元/人", "720元/人", "720 yuan per person"),
        (12_000, "万元/人", "1.2万元/人", "12,000 yuan per person"),
        (16_090, "人", "16090人", "16090"),
    ],
)
def test_amounts(value: int, unit: str, zh: str, en: str) -> None:
    """Chinese keeps the unit as it is declared; English writes small amounts in yuan."""
    found = find_unit(unit)
    assert found is not None
    assert shown(Fraction(value), found, None, "zh") == zh
    assert shown(Fraction(value), found, None, "en") == en


@pytest.mark.parametrize("lang", LANGS)
def test_a_distance_in_money(lang: Lang) -> None:
    """What is lacking is said in the same words."""
    unit = find_unit("万元")
    assert unit is not None
    assert distance(Fraction(100_000), unit, lang) in ("10 万元", "100,000 yuan")
