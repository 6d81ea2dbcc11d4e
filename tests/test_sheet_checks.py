"""A sheet against the edition that scores it."""

from pathlib import Path

import pytest

from .support import HEAD, criteria, score

ITEM = "- {id: A, title: {zh: 甲, en: a}, fully: children.all > 0}\n"


@pytest.mark.parametrize(
    ("title", "year", "warned"),
    [
        ("2026年评价", 2026, False),
        ("2026年评价", 2027, False),
        ("2026年评价", 2028, True),
        ("2026年评价", 2036, True),
        ("2026年评价", 2021, False),
        ("2026年评价", 2020, True),
        ("优质均衡评估", 2036, False),
    ],
)
def test_a_sheet_of_a_distant_year_is_asked_about(
    title: str, year: int, warned: bool, tmp_path: Path
) -> None:
    """An edition whose title names its year is for that year or the next; targets are set five
    years ahead and a draft is tried on earlier years; a standing standard is for any year."""
    rules = criteria(ITEM).replace("zh: 示例", f"zh: {title}")
    assert HEAD.replace("zh: 示例", f"zh: {title}") in rules
    found = score(tmp_path, rules, "children.all: 5", year=year).diagnostics
    assert [d.code for d in found] == ["year-against-edition"] * warned


@pytest.mark.parametrize(
    ("filled", "warned"), [("demo@2026", False), ("demo", False), ("demo@2025", True), ("x", True)]
)
def test_a_sheet_for_another_edition_is_pointed_out(
    filled: str, warned: bool, tmp_path: Path
) -> None:
    """The command says by which ruleset it is scored; the sheet that it was meant for another."""
    found = score(tmp_path, ITEM, "children.all: 5", year=2026, more=f"ruleset: {filled}\n")
    assert [d.code for d in found.diagnostics] == ["other-edition"] * warned
    for diagnostic in found.diagnostics:
        assert diagnostic.span.line
