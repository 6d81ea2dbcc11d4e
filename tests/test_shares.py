"""What the shares of a result are shares of."""

from pathlib import Path

import pytest

from engine.language.loader import load_file
from engine.reporting.shares import shares
from engine.reporting.terminal import grade_lines
from tests.support import HEAD, criteria, score, write

RULES = """
- {id: D.1, title: {zh: 甲, en: One}, measure: children.all, fully: ">= 10"}
- {id: D.2, title: {zh: 乙, en: Two}, applies_when: classes.all > 0, judged: true}
"""
ALL = "shares: {of: all}\n"


@pytest.mark.parametrize(
    ("more", "whole", "fully"),
    [("", 1, "100%"), ("shares: {of: applicable}\n", 1, "100%"), (ALL, 2, "50%")],
)
def test_a_ruleset_without_grades_says_what_its_shares_are_of(
    tmp_path: Path, more: str, whole: int, fully: str
) -> None:
    """Of the criteria that apply, unless the ruleset counts all of them."""
    found = shares(score(tmp_path, criteria(RULES) + more, "children.all: 10\nclasses.all: 0"))

    assert found["of"] == whole
    assert found["fully_met"]["shown"] == fully


def test_shares_of_all_criteria_count_those_that_do_not_apply(tmp_path: Path) -> None:
    """The shares of all outcomes then add up to the whole, and the reader is told so."""
    assessment = score(tmp_path, criteria(RULES) + ALL, "children.all: 10\nclasses.all: 0")

    assert shares(assessment)["not_applicable"]["shown"] == "50%"
    assert grade_lines(assessment, "en")[0] == "shares are of all criteria"


@pytest.mark.parametrize(("own", "of_all"), [("", True), ("shares: {of: applicable}\n", False)])
def test_what_shares_are_of_is_inherited(tmp_path: Path, own: str, of_all: bool) -> None:
    """An edition keeps what it extends says, unless it says otherwise."""
    base = criteria(RULES).replace("2026", "2025") + ALL
    write(tmp_path, "demo/2025/ruleset.yaml", base)
    edition = write(tmp_path, "demo/2026/ruleset.yaml", f"{HEAD}extends: demo@2025\n{own}")

    assert load_file(edition).ruleset.counts_inapplicable is of_all
