"""A template of a self-report without a figure: no grade, and all that has to be supplied."""

import json
from typing import Any

from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_ruleset
from tests.support import ROOT, dudao

SHEET = ROOT / "fixtures" / "xiangyang-template-2023.yaml"
RULESET = "xiangyang-county-duty@2023"
INCOMPLETE = 4


def _result() -> dict[str, Any]:
    ran = dudao("score", SHEET, "-r", RULESET, "--format", "json")
    assert ran.code == INCOMPLETE
    result: dict[str, Any] = json.loads(ran.out)
    return result


def test_a_template_gets_no_grade_and_every_grade_is_still_possible() -> None:
    """From the best to the worst of the scale."""
    grade = _result()["grade"]

    assert (grade["awarded"], grade["best"], grade["worst"]) == (None, "A", "C")


def test_every_criterion_is_undetermined_and_none_is_a_failure() -> None:
    """A blank is not zero: forty of forty."""
    counts = _result()["counts"]

    assert counts.pop("undetermined") == 40
    assert set(counts.values()) == {0}


def test_what_the_template_asserts_without_figures_is_kept_and_not_scored() -> None:
    """Six remarks, no facts."""
    sheet = read_sheet(SHEET, load_ruleset(RULESET).ruleset.vocabulary).sheet

    assert not sheet.entries
    assert len(sheet.remarks) == 6
    assert all(remark.place for remark in sheet.remarks)


def test_every_criterion_asks_for_something_that_is_listed() -> None:
    """The list names facts for each criterion; that it is complete is a case of the ruleset."""
    result = _result()

    ids = {c["id"] for c in result["criteria"]}
    assert {name for m in result["missing"] for name in m["criteria"]} == ids
    assert len(result["missing"]) == 44
