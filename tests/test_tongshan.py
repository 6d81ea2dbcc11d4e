"""Tongshan's report on 2016–2021, through the command line: its duties and its own targets."""

import json
from pathlib import Path
from typing import Any

from tests.support import ROOT, dudao

SHEET = ROOT / "fixtures" / "tongshan-2021.yaml"
DUTY, TARGETS = "tongshan-county-duty@2021", "tongshan-targets@2025"
INCOMPLETE = 4


def _outcomes(ruleset: str, sheet: Path = SHEET, code: int = INCOMPLETE) -> dict[str, str]:
    ran = dudao("score", sheet, "-r", ruleset, "--format", "json")
    assert ran.code == code
    result: dict[str, Any] = json.loads(ran.out)
    assert result["grade"] is None
    return {c["id"]: c["outcome"] for c in result["criteria"]}


def test_shares_of_kindergartens_are_not_taken_for_shares_of_children() -> None:
    """29 and 70 of 96 kindergartens decide nothing about public and inclusive children."""
    text = SHEET.read_text(encoding="utf-8")
    assert "preschool.inclusive_kindergartens: {2020: 70}" in text

    duty, targets = _outcomes(DUTY), _outcomes(TARGETS)
    assert {duty["P2"], duty["P3"], targets["G2"], targets["G3"]} == {"undetermined"}


def test_a_total_of_five_years_gives_no_yearly_rotation() -> None:
    """351 exchanges in five years are a remark, and the share is undetermined."""
    assert _outcomes(DUTY)["T2"] == "undetermined"


def test_the_report_breaks_the_rule_on_examination_results_itself() -> None:
    """It publishes how many reached which marks: the only duty that is not met."""
    outcomes = _outcomes(DUTY)

    assert [name for name, outcome in outcomes.items() if outcome == "not_met"] == ["E1"]


def test_large_classes_are_below_the_ministry_s_limit() -> None:
    """3.65 % is below 5 %."""
    assert _outcomes(DUTY)["C3"] == "fully_met"


def test_targets_are_reached_on_course_or_open() -> None:
    """Enrolment runs ahead of the line from 85 % to 93 %; what was not reported stays open."""
    outcomes = _outcomes(TARGETS)

    assert outcomes == {
        "G1": "basically_met",
        "G2": "undetermined",
        "G3": "undetermined",
        "G4": "fully_met",
        "G5": "fully_met",
        "G6": "undetermined",
        "G7": "undetermined",
        "G8": "fully_met",
        "G9": "undetermined",
        "G10": "fully_met",
    }


def test_the_same_figure_falls_behind_as_the_years_go_by(tmp_path: Path) -> None:
    """91.05 % lies above the line until 2022 and below it in 2023, where 91.4 % are asked for."""
    text = SHEET.read_text(encoding="utf-8")

    def enrolment(year: int) -> str:
        path = tmp_path / f"{year}.yaml"
        later = text.replace("year: 2021\n", f"year: {year}\n").replace(
            "推得}, 2020: 91.05%}", f"推得}}, {year}: 91.05%}}"
        )
        assert later.count(f"{year}: 91.05%") == 1
        path.write_text(later, encoding="utf-8")
        return _outcomes(TARGETS, path)["G1"]

    assert [enrolment(year) for year in (2021, 2022, 2023)] == [
        "basically_met",
        "basically_met",
        "not_met",
    ]


def test_the_outcomes_bear_the_names_of_targets() -> None:
    """A reader sees reached, on course and behind."""
    ran = dudao("score", SHEET, "-r", TARGETS, "--lang", "en")

    assert "on course" in ran.out
    assert "reached" in ran.out
    assert "fully met" not in ran.out


def test_the_line_is_explained_with_its_brackets_and_in_per_cent() -> None:
    """Half of the way from 85 % to 93 % is 89 %; the choice of a year keeps its brackets."""
    ran = dudao("score", SHEET, "-r", TARGETS, "--lang", "en", "--explain", "G1")

    measured = next(x for x in ran.out.splitlines() if "measure: " in x)
    assert measured.endswith("gross enrolment of the three preschool years (2020) = 91.05%")
    line = next(x for x in ran.out.splitlines() if "level: reaches" in x)
    assert "× ((if " in line
    assert "else the evaluation year − 1) − 2015) ÷ (2025 − 2015) = 89%)" in line
    assert "2.05 percentage points to spare" in line
