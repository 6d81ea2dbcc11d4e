"""Dingcheng 2022, through the command line: what its own figures show, beside what it states."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT, dudao

SHEET = ROOT / "fixtures" / "dingcheng-2022.yaml"
RULESET = "changde-county-duty@2022"


def _result(sheet: Path, *, code: int = 4) -> dict[str, Any]:
    ran = dudao("score", sheet, "-r", RULESET, "--format", "json")
    assert ran.code == code
    result: dict[str, Any] = json.loads(ran.out)
    return result


def _criterion(result: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in result["criteria"] if c["id"] == name)


def _without(tmp_path: Path, fact: str, instead: str = "") -> Path:
    """The sheet without one fact, or with another value of it."""
    text = SHEET.read_text(encoding="utf-8")
    line = re.compile(rf"^  {re.escape(fact)}: (?!\{{document).*\n", re.MULTILINE)
    changed, count = line.subn(f"  {fact}: {instead}\n" if instead else "", text, count=1)
    assert count == 1
    path = tmp_path / "sheet.yaml"
    path.write_text(changed, encoding="utf-8")
    return path


def test_public_share_is_four_children_short() -> None:
    """8041/16090 is below half although half is claimed; nothing is rounded first."""
    result = _result(SHEET)

    share = _criterion(result, "A3.1")
    assert share["outcome"] == "basically_met"
    assert share["basis"] == "computed"
    assert share["measure"] == {"exact": "8041/16090", "shown": "49.98%"}
    missed = share["level_missed"]
    assert (missed["level"], missed["limit"]) == ("fully_met", "50%")
    assert (missed["short_by"], missed["unit"]) == ("4", "人")
    claim = next(c for c in result["claims"] if c["name"] == "preschool.public_share")
    assert (claim["stated"], claim["computed"]) == ("50%", "8041/16090")
    assert claim["consistent"] is False


def test_growth_is_contradicted_and_spending_does_not_fall() -> None:
    """+2.53 % where +3.89 % is claimed: the claim is wrong, the criterion is met."""
    result = _result(SHEET)

    growth = next(c for c in result["claims"] if c["name"] == "finance.education_growth")
    assert (growth["stated"], growth["shown"], growth["consistent"]) == ("3.89%", "2.53%", False)
    assert _criterion(result, "A5.2")["outcome"] == "fully_met"


def test_retention_is_met_on_a_statement() -> None:
    """99.82 % is enough; that it was only stated is said."""
    retention = _criterion(_result(SHEET), "A3.6")

    assert (retention["outcome"], retention["basis"]) == ("fully_met", "stated")
    assert retention["measure"]["exact"] == "4991/5000"


def test_disabled_enrolment_counts_the_deferred() -> None:
    """266 of 286, not the 100 % stated; six children short of 95 %."""
    result = _result(SHEET)

    enrolment = _criterion(result, "A3.14")
    assert enrolment["measure"]["exact"] == "133/143"
    assert enrolment["outcome"] == "basically_met"
    assert enrolment["level_missed"]["short_by"] == "6"
    claims = {c["name"]: c["consistent"] for c in result["claims"]}
    assert claims["disabled.enrolment_rate"] is False
    assert claims["preschool.inclusive_share"] is True
    assert claims["teachers.on_roll"] is True


def test_grade_is_bounded_by_what_was_not_reported() -> None:
    """Without pay figures and class sizes the grade lies between A and B; those facts decide."""
    result = _result(SHEET)

    assert result["grade"]["awarded"] is None
    assert (result["grade"]["best"], result["grade"]["worst"]) == ("A", "B")
    assert {m["fact"] for m in result["missing"] if m["decides"]} == {
        "compulsory.large_classes",
        "compulsory.classes",
        "teachers.average_pay",
        "civil_servants.average_pay",
    }


def test_the_promotion_rate_is_not_taken_for_gross_enrolment() -> None:
    """4297/4415 stated as gross enrolment draws a warning."""
    result = _result(SHEET)

    assert [d["code"] for d in result["diagnostics"]] == ["integrity-warning"]


@pytest.mark.parametrize(
    ("fact", "criterion"),
    [
        ("preschool.public_children", "A3.1"),
        ("compulsory.retention_rate", "A3.6"),
        ("finance.education_expenditure", "A5.2"),
        ("safety.liability_accidents", "A7.4"),
        ("conduct.courses_complete", "A1.1"),
    ],
)
def test_a_fact_removed_leaves_its_criterion_open(
    tmp_path: Path, fact: str, criterion: str
) -> None:
    """Undetermined, never not met; the grade is bounded; the exit code is 4."""
    sheet = _without(tmp_path, fact)
    if fact == "preschool.public_children":
        # Its claim would stand in for it: then the outcome rests on the statement, which is said.
        stated = _criterion(_result(sheet), criterion)
        assert (stated["outcome"], stated["basis"]) == ("fully_met", "stated")
        text = sheet.read_text(encoding="utf-8")
        sheet.write_text(text.replace("  preschool.public_share: 50%\n", ""), encoding="utf-8")

    result = _result(sheet)

    assert _criterion(result, criterion)["outcome"] == "undetermined"
    assert result["grade"]["awarded"] is None
    assert result["grade"]["best"] != result["grade"]["worst"]
    assert fact in {m["fact"] for m in result["missing"]} or criterion == "A3.1"


def test_zero_is_a_value(tmp_path: Path) -> None:
    """A fact of 0 is 0: no inspections at all is not met, not missing."""
    result = _result(_without(tmp_path, "party.inspections", "0"), code=0)

    inspections = _criterion(result, "A1.5")
    assert inspections["outcome"] == "not_met"
    assert inspections["measure"]["exact"] == "0"


def test_a_unit_slip_is_refused_or_seen(tmp_path: Path) -> None:
    """元 in the place of 万元 is read as written and turns the outcome; a bare 万 is refused."""
    slip = "{2020: 85753.42 万元, 2021: 87927.11 元}"

    result = _result(_without(tmp_path, "finance.education_expenditure", slip), code=0)
    refused = dudao("score", _without(tmp_path, "teachers.training_budget", "510万"), "-r", RULESET)

    assert _criterion(result, "A5.2")["outcome"] == "not_met"
    assert refused.code == 3
    assert "unit-left-out" in refused.err


def test_no_vocational_school_is_not_applicable() -> None:
    """Declared, with its reason; it is in no count and no share."""
    result = _result(SHEET)

    vocational = _criterion(result, "A3.9")
    assert vocational["outcome"] == "not_applicable"
    assert "本区无中职学校" in vocational["because"]
    assert sum(result["counts"].values()) == 57
    assert result["counts"]["not_applicable"] == 1
