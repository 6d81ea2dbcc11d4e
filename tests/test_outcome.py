"""The outcome of one criterion: levels in order, gaps, rounding, applicability, judgement."""

from pathlib import Path
from typing import Any

import pytest

from engine.language.model import Outcome
from engine.scoring.outcome import CriterionResult, Support
from engine.scoring.values import Why

from .made import YEAR, Case, assessed

NO_SUCH = {"not_applicable": "无"}
RETENTION = {"measure": "rate.retention", "fully": ">= 95%", "basically": ">= 90%"}


def result(
    folder: Path, criterion: dict[str, Any], facts: dict[str, Any], outcomes: Any = None
) -> CriterionResult:
    """The result of one criterion on facts of the evaluation year."""
    case = Case(
        criteria=({"id": "D.1", "title": "示例", **criterion},),
        grade=None,
        facts={(name, YEAR): value for name, value in facts.items()},
        outcomes=outcomes or {},
    )
    return assessed(case, folder).results[0]


def said(found: CriterionResult) -> str:
    """The outcome; while undetermined, what is still possible, best first."""
    possible = " ".join(o for o in Outcome if o in found.possible)
    assert (found.outcome is Outcome.UNDETERMINED) is (len(found.possible) > 1)
    return possible


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ("95%", "fully_met"),
        ("94.99%", "basically_met"),
        ("90%", "basically_met"),
        ("89.99%", "not_met"),
        ("0%", "not_met"),
        (">= 96%", "fully_met"),
        (">= 92%", "fully_met basically_met"),
        ("< 90%", "not_met"),
        ("<= 90%", "basically_met not_met"),
        (NO_SUCH, "not_applicable"),
    ],
)
def test_levels(tmp_path: Path, stated: Any, wanted: str) -> None:
    """The first level that holds gives the outcome; a bound leaves open what it does not decide."""
    assert said(result(tmp_path, RETENTION, {"rate.retention": stated})) == wanted


def test_missing_is_not_failed(tmp_path: Path) -> None:
    """A fact that was not reported leaves every outcome possible and is named."""
    found = result(tmp_path, RETENTION, {})
    assert said(found) == "fully_met basically_met not_met"
    assert [(r.why, r.name, r.year) for r in found.missing] == [
        (Why.MISSING, "rate.retention", YEAR)
    ]


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ("95%", "fully_met"),
        ("85%", "not_met"),
        ("92%", "fully_met basically_met not_met"),
    ],
)
def test_written_not_met(tmp_path: Path, stated: str, wanted: str) -> None:
    """Where ``not_met`` is written, a value between the levels has no outcome: a gap."""
    written = {"measure": "rate.retention", "fully": ">= 95%", "not_met": "< 90%"}
    found = result(tmp_path, written, {"rate.retention": stated})
    assert said(found) == wanted
    assert [r.why for r in found.reasons] == ([Why.NO_LEVEL] if stated == "92%" else [])


@pytest.mark.parametrize(
    ("public", "rounded", "wanted"),
    [
        ("8041", None, "basically_met"),
        ("8041", 0, "fully_met"),
        ("8041", 1, "fully_met"),
        ("8041", 2, "basically_met"),
        ("7964", 0, "basically_met"),
        ("7965", 0, "fully_met"),
    ],
)
def test_rounded(tmp_path: Path, public: str, rounded: int | None, wanted: str) -> None:
    """A measure is rounded before it is compared only where the ruleset says so, half up."""
    criterion: dict[str, Any] = {
        "measure": "children.public / children.all",
        "fully": ">= 50%",
        "basically": ">= 45%",
    }
    if rounded is not None:
        criterion["rounded"] = {"places": rounded, "unit": "%"}
    facts = {"children.all": "16090", "children.public": public}
    assert said(result(tmp_path, criterion, facts)) == wanted


APPLIES = {**RETENTION, "applies_when": "children.all > 0"}


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"children.all": "1", "rate.retention": "95%"}, "fully_met"),
        ({"children.all": "0", "rate.retention": "95%"}, "not_applicable"),
        ({"children.all": "0"}, "not_applicable"),
        ({"children.all": NO_SUCH}, "not_applicable"),
        ({"rate.retention": "95%"}, "fully_met not_applicable"),
        ({}, "fully_met basically_met not_met not_applicable"),
    ],
)
def test_applies_when(tmp_path: Path, facts: dict[str, Any], wanted: str) -> None:
    """A criterion applies, does not, or may; then that is one of the possible outcomes."""
    assert said(result(tmp_path, APPLIES, facts)) == wanted


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        # One level open, the next cannot be asked.
        ({"rate.retention": ">= 92%", "classes.all": NO_SUCH}, "fully_met not_applicable"),
        # An open part beside one that cannot exist.
        ({"classes.all": NO_SUCH}, "fully_met not_applicable"),
        ({"rate.retention": "50%", "classes.all": NO_SUCH}, "not_applicable"),
        ({"rate.retention": "96%", "classes.all": NO_SUCH}, "fully_met"),
    ],
)
def test_may_turn_out_inapplicable(tmp_path: Path, facts: dict[str, Any], wanted: str) -> None:
    """While a better level is open, a level that cannot be asked makes both outcomes possible."""
    criterion = {"fully": "rate.retention >= 95%", "basically": "classes.all > 5"}
    assert said(result(tmp_path, criterion, facts)) == wanted


def test_open_and_inapplicable_in_one_condition(tmp_path: Path) -> None:
    """Either the open part fails, or what cannot exist takes the criterion away."""
    criterion = {"fully": "rate.retention >= 95% and classes.all > 5"}
    found = result(tmp_path, criterion, {"classes.all": NO_SUCH})
    assert said(found) == "fully_met not_met not_applicable"


@pytest.mark.parametrize("outcome", ["fully_met", "basically_met", "not_met", "not_applicable"])
def test_judged(tmp_path: Path, outcome: str) -> None:
    """What a person decides is the outcome; until then everything is open."""
    found = result(tmp_path, {"judged": True}, {}, {"D.1": outcome})
    assert said(found) == outcome
    assert found.support is Support.JUDGED
    open_ = result(tmp_path, {"judged": True}, {})
    assert said(open_) == "fully_met basically_met not_met"
    assert open_.reasons[0].why is Why.JUDGEMENT


def test_support(tmp_path: Path) -> None:
    """An outcome says whether it rests on computed values or on a statement alone."""
    criterion = {"measure": "children.public_share", "fully": ">= 50%"}
    stated = result(tmp_path, criterion, {"children.public_share": "60%"})
    parts = {"children.public": "6", "children.all": "10"}
    computed = result(tmp_path, criterion, {"children.public_share": "60%", **parts})
    assert (stated.support, computed.support) == (Support.STATED, Support.COMPUTED)
    assert result(tmp_path, criterion, {}).support is None


def test_zero_divisor(tmp_path: Path) -> None:
    """A share of nothing is undetermined, with that reason, and asks for no fact."""
    criterion = {"measure": "classes.large / classes.all", "fully": "< 5%"}
    found = result(tmp_path, criterion, {"classes.large": "0", "classes.all": "0"})
    assert said(found) == "fully_met not_met"
    assert [r.why for r in found.reasons] == [Why.ZERO_DIVISOR]
    assert found.missing == ()
