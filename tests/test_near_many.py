"""One step from a limit, for many at once: what each sheet alone would say, whoever says it.

Columns only choose which criteria are looked at, and what was found for one sheet is taken over for
those that state the same; neither may add a level or lose one.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import event, given

from engine.facts.sheet import FactSheet
from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_ruleset
from engine.language.model import Ruleset
from engine.scoring.cohort import Cohort
from engine.scoring.columnar_nearness import candidates
from engine.scoring.gathering import gather
from engine.scoring.near_many import near_limits_of
from engine.scoring.nearness import near_limits
from engine.workshop.sample import Rates, sampler_for

from .made import Case
from .support import criteria, ruleset, sheet
from .test_differential import batches, loaded


def same(ruleset: Ruleset, sheets: Sequence[FactSheet], cohort: Cohort | None = None) -> int:
    """How many levels are near; all of them are found for many as for each alone."""
    alone = [near_limits(ruleset, sheet, cohort) for sheet in sheets]
    many = [*sheets, *sheets]
    found = near_limits_of(ruleset, many, candidates(ruleset, many), cohort)
    assert list(found) == alone * 2
    return sum(map(len, alone))


@given(cases=batches())
def test_many_as_each_alone(cases: list[Case], tmp_path: Path) -> None:
    """Made-up rulesets and sheets: values on and beside limits, gaps, bounds, zero divisors."""
    event(f"{min(9, same(*loaded(cases, tmp_path)))} levels are near")


SHIPPED = (
    *("changde-county-duty@2022", "xiangyang-county-duty@2023"),
    # With tables of schools; with ranks within a batch; with parameters that vary by attributes.
    *("quality-balanced@2017", "zhoushan-key-tasks@2007", "preschool-universal@2020"),
)


@pytest.mark.parametrize("name", SHIPPED)
def test_many_made_up_districts(name: str, tmp_path: Path) -> None:
    """Whole made-up districts, compared with one another where the ruleset asks for it."""
    rules = load_ruleset(name).ruleset
    sampler = sampler_for(rules, 2022, 7, Rates())
    sheets = []
    for index in range(1, 4):
        district = sampler.district(index)
        for name, text in district.files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        sheets.append(read_sheet(tmp_path / f"{district.code}.yaml", rules.vocabulary).sheet)
    cohort = gather(rules, sheets, lost=0, endless=False)
    assert same(rules, sheets, cohort) > 0


@pytest.mark.parametrize(
    ("fully", "facts", "near"),
    [
        # Short of one of two comparisons; the level does not hold with it either.
        ("rate.retention >= 95% and safety.accidents <= 1", (("94.99%", 5), ("94.98%", 5)), 1),
        ("rate.retention >= 95% or safety.accidents <= 1", (("94.99%", 5), ("94.98%", 2)), 1),
        # What loses the level lies outside the range of the fact.
        ("rate.retention <= 100%", (("100%", 0), ("99.99%", 0)), 1),
        ("safety.accidents >= 0", (("95%", 0), ("95%", 1)), 1),
        # One fact, read as of this year and as of the year that this is.
        ("safety.accidents + in_year(2022, safety.accidents) <= 11", (("95%", 5), ("95%", 4)), 1),
    ],
)
def test_none_is_passed_over(
    fully: str, facts: tuple[tuple[str, int], ...], near: int, tmp_path: Path
) -> None:
    """Levels that columns alone would not see are near as well."""
    loaded = ruleset(tmp_path, criteria(f"- id: D.1\n  title: 示例\n  fully: {fully}\n"))
    sheets = [
        sheet(tmp_path, f"rate.retention: {rate}\nsafety.accidents: {count}\n", loaded).sheet
        for rate, count in facts
    ]
    assert same(loaded.ruleset, sheets) == near


SHARES = """
- id: D.1
  title: 示例
  measure: children.public / children.all
  fully: ">= 50%"
- id: D.2
  title: 示例
  fully: rate.retention >= 95% and safety.accidents <= 1
- id: D.3
  title: 示例
  applies_when: classes.all > 0
  measure: safety.accidents
  fully: "<= 0"
- id: D.4
  title: 示例
  fully: area.rooms > 5㎡
"""
FAR = {
    "children.all": "16090",
    "children.public": "9000",
    "rate.retention": "99%",
    "safety.accidents": "5",
    "classes.all": "1",
    "area.rooms": "7㎡",
}


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        # D.2 does not hold, and would not with one of its facts alone; D.4 has no declared steps.
        ({}, ["D.2", "D.4"]),
        ({"safety.accidents": "1"}, ["D.2", "D.3", "D.4"]),
        ({"safety.accidents": "0"}, ["D.3", "D.4"]),
        ({"children.public": "8045"}, ["D.1", "D.2", "D.4"]),
        ({"children.public": "8044"}, ["D.1", "D.2", "D.4"]),
        ({"children.public": "8043"}, ["D.2", "D.4"]),
        # At the end of its range a fact is not moved.
        ({"children.all": "1", "children.public": "0"}, ["D.1", "D.2", "D.4"]),
    ],
)
def test_what_is_looked_at(change: dict[str, str], wanted: list[str], tmp_path: Path) -> None:
    """Only what one quantum may change, or what columns cannot tell."""
    loaded = ruleset(tmp_path, criteria(SHARES))
    facts = "\n".join(f"{name}: {value}" for name, value in (FAR | change).items())
    read = sheet(tmp_path, facts, loaded).sheet
    assert list(candidates(loaded.ruleset, [read])) == [wanted]
