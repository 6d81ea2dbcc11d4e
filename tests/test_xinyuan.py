"""Xinyuan county's report of 2019: what its facts show beside what it says of itself."""

import json
import re
from typing import Any

import pytest

from engine.facts.sheet_reader import read_sheet
from engine.facts.values import By
from engine.language.loader import load_ruleset
from tests.support import ROOT, dudao

SHEET = ROOT / "fixtures" / "xinyuan-2019.yaml"
RULESET = "yili-county-duty@2019"
COMPLETE, INCOMPLETE = 0, 4


def scored(*options: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result as JSON, in English."""
    ran = dudao("score", SHEET, "-r", RULESET, "--format", "json", "--lang", "en", *options)
    result: dict[str, Any] = json.loads(ran.out)
    return ran.code, result


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """The result that the facts give."""
    code, result = scored()
    assert code == INCOMPLETE, "without figures on pay the result is not complete"
    return result


def criterion(result: dict[str, Any], identifier: str) -> dict[str, Any]:
    """One criterion of a result."""
    chosen: dict[str, Any] = next(c for c in result["criteria"] if c["id"] == identifier)
    return chosen


def test_three_large_classes_of_1036_fully_meet_the_limit(found: dict[str, Any]) -> None:
    """0.29 % is below 5 %, by room for 48 classes more."""
    large = criterion(found, "Y5.2")

    assert large["outcome"] == "fully_met"
    assert large["measure"] == {"exact": "3/1036", "shown": "0.29%"}
    assert [(m["room"], m["unit"]) for m in large["margins"]] == [("48", "班")]


def test_the_stated_share_of_large_classes_is_contradicted(found: dict[str, Any]) -> None:
    """0.38 % is 3 of the 781 primary classes, not of all 1036; no other claim is wrong."""
    wrong = [c for c in found["claims"] if not c["consistent"]]

    assert [(c["name"], c["stated"], c["shown"]) for c in wrong] == [
        ("compulsory.large_class_share", "0.38%", "0.29%")
    ]


def test_consistent_claims_are_confirmed(found: dict[str, Any]) -> None:
    """What follows from the parts as stated, exactly or rounded."""
    right = {c["name"]: c["shown"] for c in found["claims"] if c["consistent"]}

    assert right == {
        "preschool.central_coverage": "100%",
        "vocational.per_pupil_subsidy": "8,000 yuan per person",
        "senior.large_class_share": "35.34%",
        "finance.education_increase": "350,000 yuan",
    }


def test_its_own_count_is_reproduced_from_its_own_statements() -> None:
    """27, 2 and 1 of 30, the item that does not apply included; nothing is left open."""
    code, result = scored("--source", "self")

    assert code == COMPLETE
    assert (result["complete"], result["grade"]) == (True, None)
    assert result["counts"] == {
        "fully_met": 27,
        "basically_met": 2,
        "not_met": 1,
        "not_applicable": 0,
        "undetermined": 0,
    }
    shares = result["shares"]
    assert shares["of"] == 30
    stated = {o: shares[o]["shown"] for o in ("fully_met", "basically_met", "not_met")}
    assert stated == {"fully_met": "90%", "basically_met": "6.67%", "not_met": "3.33%"}


def test_its_own_count_is_printed_as_the_report_prints_it() -> None:
    """The words and figures of the report's first section."""
    ran = dudao("score", SHEET, "-r", RULESET, "--source", "self")

    count = "完全落实 27 项（90%），基本落实 2 项（6.67%），尚未落实 1 项（3.33%）"
    assert count in ran.out.splitlines()
    assert "占比以全部评价要点为分母" in ran.out.splitlines()


def test_its_own_count_stands_beside_what_the_facts_give(found: dict[str, Any]) -> None:
    """Both are counts of the same 30 criteria."""
    assert found["counts"] == {
        "fully_met": 20,
        "basically_met": 3,
        "not_met": 5,
        "not_applicable": 1,
        "undetermined": 1,
    }
    declared = found["declared"]["self"]
    assert declared["counts"]["fully_met"] == 27
    assert found["shares"]["of"] == declared["shares"]["of"] == 30


@pytest.mark.parametrize(
    ("identifier", "outcome", "reason"),
    [
        ("Y4.6", "not_met", "growth of public spending per primary pupil -11.2%"),
        ("Y4.6", "not_met", "growth of running costs per primary pupil -14.48%"),
        ("Y4.10", "not_applicable", "新源县无高等职业教育"),
        ("Y4.12", "not_met", "over by 21 (classes not taught in the national language)"),
        ("Y4.13", "not_met", "short by 20 percentage points"),
        ("Y5.4", "not_met", "47 ÷ 133 = 35.34%"),
        ("Y6.2", "basically_met", "second half-year's money paid in full: no"),
        ("Y6.3", "undetermined", "average pay of civil servants (2018) is not reported"),
    ],
)
def test_each_difference_is_listed_with_its_reason(
    found: dict[str, Any], identifier: str, outcome: str, reason: str
) -> None:
    """All of these the county calls fully met."""
    difference = next(d for d in found["differences"] if d["criterion"] == identifier)

    assert (difference["declared"], difference["found"]) == ("fully_met", outcome)
    assert reason in difference["because"]


def test_there_are_seven_differences_and_no_more(found: dict[str, Any]) -> None:
    """The three outcomes that were assumed agree with the facts."""
    differing = [d["criterion"] for d in found["differences"]]

    assert differing == ["Y4.6", "Y4.10", "Y4.12", "Y4.13", "Y5.4", "Y6.2", "Y6.3"]
    assert not any(d["reconstructed"] for d in found["differences"])


def test_the_three_outcomes_that_the_report_does_not_name_are_marked() -> None:
    """Which are the two and the one is assumed, each with the reason."""
    ruleset = load_ruleset(RULESET).ruleset
    sheet = read_sheet(SHEET, ruleset.vocabulary).sheet

    declared = [said for outcomes in sheet.declared.values() for said in outcomes]
    assumed = {said.criterion: str(said.outcome) for said in declared if said.reconstructed}
    assert {said.criterion for said in declared} == {c.id for c in ruleset.criteria}
    assert len(ruleset.criteria) == 30
    assert assumed == {"Y1.2": "basically_met", "Y6.4": "basically_met", "Y4.15": "not_met"}
    assert all("四(一)" in said.note for said in declared if said.reconstructed)


@pytest.mark.parametrize(
    ("identifier", "outcome", "shown"),
    [
        ("Y4.4", "fully_met", "98.33%"),
        ("Y4.5", "fully_met", "8.42 percentage points"),
        ("Y4.8", "fully_met", "42.31%"),
        ("Y4.9", "fully_met", "8,000 yuan per person"),
        ("Y4.14", "fully_met", "90%"),
        ("Y4.15", "not_met", "0"),
        ("Y6.1", "fully_met", "350,000 yuan"),
    ],
)
def test_figures_of_the_report(
    found: dict[str, Any], identifier: str, outcome: str, shown: str
) -> None:
    """The last year of a series, growth in money, a lower bound on the population."""
    chosen = criterion(found, identifier)

    assert (chosen["outcome"], chosen["measure"]["shown"]) == (outcome, shown)


def test_what_rests_on_a_claim_is_marked(found: dict[str, Any]) -> None:
    """Shares and growths whose parts the report does not give."""
    stated = [c["id"] for c in found["criteria"] if c["basis"] == "stated"]

    assert stated == ["Y4.1", "Y4.2", "Y4.5", "Y4.6", "Y4.7", "Y4.14", "Y6.5"]


def test_doubtful_figures_are_asked_about(found: dict[str, Any]) -> None:
    """Kept as the report states them, with a warning each."""
    messages = [d["message"] for d in found["diagnostics"]]

    assert {d["code"] for d in found["diagnostics"]} == {"integrity-warning"}
    for doubt in (
        "senior high schools are none",
        "it may be a promotion rate",
        "recurrent revenue would have fallen",
        "retention in primary school rose by more than five points",
    ):
        assert sum(doubt in message for message in messages) == 1, doubt
    assert len(messages) == 4


def test_every_fact_says_where_the_report_states_it() -> None:
    """Document and section; every value is the county's own."""
    sheet = read_sheet(SHEET, load_ruleset(RULESET).ruleset.vocabulary).sheet
    entries = [entry for stated in sheet.entries.values() for entry in stated]
    section = re.compile(r"二\([一二三四五六七]\)[1-9]?|四\(一\)")

    assert len(entries) > 100
    for entry in entries:
        assert entry.by is By.SELF
        assert entry.evidence, entry.fact
        for evidence in entry.evidence:
            assert evidence.document == "001_0e28d282c6294adc.txt"
            assert section.fullmatch(evidence.place), entry.fact


def test_statements_that_no_fact_holds_are_kept(found: dict[str, Any]) -> None:
    """The report's own count among them, with its place."""
    own = next(r for r in found["remarks"] if "完全落实" in r["stated"])

    assert own["stated"] == {
        "三级指标": "30",
        "完全落实": "27（90%）",
        "基本落实": "2（6.67%）",
        "尚未落实": "1（3.33%）",
    }
    assert own["place"] == "一"
