"""Yuecheng on the evaluation of 2019, through the command line: grade A beside problems."""

import json
from pathlib import Path
from typing import Any

from tests.support import ROOT, dudao

SHEET = ROOT / "fixtures" / "yuecheng-2019.yaml"
RULESET = "yuecheng-county-duty@2019"
ITEMS = ["P1.1", "P1.2", "P1.3", "P1.4", "P2.1", "P2.2", "P2.3", "P3.1", "P3.2"]
DONE = 0


def _result(sheet: Path = SHEET) -> dict[str, Any]:
    ran = dudao("score", sheet, "-r", RULESET, "--format", "json")
    assert ran.code == DONE
    result: dict[str, Any] = json.loads(ran.out)
    return result


def _criterion(result: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in result["criteria"] if c["id"] == name)


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    """The sheet with one passage replaced."""
    text = SHEET.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "sheet.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_province_s_grade_is_reproduced_beside_nine_findings() -> None:
    """A, although four, three and two items are being put right."""
    result = _result()

    assert result["grade"]["awarded"] == "A"
    judged = [c for c in result["criteria"] if c["id"].startswith("P")]
    assert [c["id"] for c in judged] == ITEMS
    assert {(c["outcome"], c["basis"]) for c in judged} == {("basically_met", "judged")}


def test_the_grade_falls_when_a_problem_is_not_put_right(tmp_path: Path) -> None:
    """The list of problems is not without weight."""
    sheet = _changed(tmp_path, "P2.3: {outcome: basically_met", "P2.3: {outcome: not_met")

    assert _result(sheet)["grade"]["awarded"] == "B"


def test_targets_with_a_year_are_not_due_and_leave_the_grade_alone() -> None:
    """Of the targets one is known and not due; the others lack figures, which decides nothing."""
    result = _result()

    targets = {c["id"]: c["outcome"] for c in result["criteria"] if c["domain"] == "T"}
    assert targets.pop("T7") == "basically_met"
    assert set(targets.values()) == {"undetermined"}
    assert not any(m["decides"] for m in result["missing"])


def test_the_quality_share_stays_stated_without_the_numbers_of_kindergartens() -> None:
    """Both shares rest on the district's word: there is nothing to audit them against."""
    result = _result()

    assert _criterion(result, "R5")["basis"] == "stated"
    assert _criterion(result, "R5")["measure"] == {"exact": "407/10000", "shown": "4.07百分点"}
    assert result["claims"] == []


def test_seven_more_kindergartens_contradict_the_share_once_numbers_are_reported(
    tmp_path: Path,
) -> None:
    """77 of 123 are not 60.98 %; the share of 2019 is 70 of 123."""
    numbers = (
        "preschool.kindergartens: {2019: 123, 2021: 123}\n"
        "  preschool.quality_kindergartens: {2019: 70, 2021: 77}\n"
    )
    share = "  preschool.quality_share: {2019: 56.91%, 2021: 60.98%}\n"
    result = _result(_changed(tmp_path, share, f"{share}  {numbers}"))

    claims = {c["year"]: (c["shown"], c["consistent"]) for c in result["claims"]}
    assert claims == {2019: ("56.91%", True), 2021: ("62.6%", False)}
