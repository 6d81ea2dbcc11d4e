"""Points: by outcome, by steps, by deductions; bonus; intervals while facts miss; the sum."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.scoring.points import Scored

from .made import YEAR, Case, assessed

LEVELS = {"measure": "rate.retention", "fully": ">= 95%", "basically": ">= 90%"}


def scored(folder: Path, criterion: dict[str, Any], facts: dict[str, Any], **more: Any) -> Scored:
    """The points of one criterion on facts of the evaluation year."""
    case = Case(
        criteria=({"id": "D.1", "title": "示例", **criterion},),
        grade=None,
        facts={(name, YEAR): value for name, value in facts.items()},
        **more,
    )
    return assessed(case, folder).points["D.1"]


def ends(found: Scored) -> tuple[object, ...]:
    """Lowest, highest, maximum."""
    return found.low, found.high, found.most


BY_OUTCOME = {"fully": 5, "basically": 3, "not_met": -1}
STEPS = {
    "steps": [{"when": ">= 98%", "points": 4}, {"when": ">= 95%", "points": 2}],
    "otherwise": 1,
}


@pytest.mark.parametrize(
    ("points", "stated", "wanted"),
    [
        (5, "95%", (5, 5, 5)),
        (5, "94%", (0, 0, 5)),
        (5, None, (0, 5, 5)),
        (BY_OUTCOME, "95%", (5, 5, 5)),
        (BY_OUTCOME, "92%", (3, 3, 5)),
        (BY_OUTCOME, "80%", (-1, -1, 5)),
        (BY_OUTCOME, None, (-1, 5, 5)),
        (BY_OUTCOME, ">= 91%", (3, 5, 5)),
        (STEPS, "98%", (4, 4, 4)),
        (STEPS, "95%", (2, 2, 4)),
        (STEPS, "94.99%", (1, 1, 4)),
        (STEPS, None, (1, 4, 4)),
        (STEPS, ">= 96%", (2, 4, 4)),
        (STEPS, {"not_applicable": "无"}, (0, 0, 0)),
    ],
)
def test_by_outcome_and_steps(
    tmp_path: Path, points: Any, stated: Any, wanted: tuple[int, int, int]
) -> None:
    """Points follow the outcome or the first step that holds; what is open gives an interval."""
    facts = {} if stated is None else {"rate.retention": stated}
    assert ends(scored(tmp_path, {**LEVELS, "points": points}, facts)) == wanted


def deducted(each: str, **more: Any) -> dict[str, Any]:
    """Ten points less 2 for each percentage point below 95 %."""
    deduct = {"points": 2, "per": "1%", "below": "95%", "each": each}
    return {**LEVELS, "points": {"max": 10, "deduct": deduct, **more}}


@pytest.mark.parametrize(
    ("each", "stated", "wanted"),
    [
        ("proportional", "96%", "10"),
        ("proportional", "95%", "10"),
        ("proportional", "94.99%", "9.98"),
        ("proportional", "93.5%", "7"),
        ("proportional", "10%", "0"),
        ("whole", "94.01%", "10"),
        ("whole", "94%", "8"),
        ("whole", "92.01%", "6"),
        ("started", "95%", "10"),
        ("started", "94.99%", "8"),
        ("started", "94%", "8"),
        ("started", "93.99%", "6"),
    ],
)
def test_deductions(tmp_path: Path, each: str, stated: str, wanted: str) -> None:
    """In proportion, by whole or by begun steps, and never below nothing."""
    found = scored(tmp_path, deducted(each), {"rate.retention": stated})
    assert found.exact == Fraction(wanted)


def test_deduction_above_and_floor(tmp_path: Path) -> None:
    """A deduction above a limit, down to a floor of its own."""
    criterion = {
        "measure": "safety.accidents",
        "fully": "= 0",
        "points": {
            "max": 10,
            "at_least": -5,
            "deduct": {"points": 4, "per": "1次", "above": "1次", "each": "whole"},
        },
    }
    wanted = {"0": 10, "1": 10, "2": 6, "4": -2, "9": -5}
    for stated, points in wanted.items():
        assert scored(tmp_path, criterion, {"safety.accidents": stated}).exact == points
    assert ends(scored(tmp_path, criterion, {})) == (-5, 10, 10)
    assert ends(scored(tmp_path, criterion, {"safety.accidents": ">= 2"})) == (-5, 6, 10)
    assert ends(scored(tmp_path, criterion, {"safety.accidents": "<= 2"})) == (6, 10, 10)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"rate.retention": "99%", "safety.accidents": "0"}, (8, 8, 5, 3, 3)),
        ({"rate.retention": "99%", "safety.accidents": "1"}, (5, 5, 5, 0, 0)),
        ({"rate.retention": "99%"}, (5, 8, 5, 0, 3)),
        ({"rate.retention": "10%", "safety.accidents": "0"}, (3, 3, 5, 3, 3)),
    ],
)
def test_bonus(tmp_path: Path, facts: dict[str, str], wanted: tuple[int, ...]) -> None:
    """A bonus comes on top of the maximum; while its condition is open, with or without."""
    criterion = {**LEVELS, "points": 5, "bonus": {"points": 3, "when": "safety.accidents = 0"}}
    found = scored(tmp_path, criterion, facts)
    assert (*ends(found), found.bonus_low, found.bonus_high) == wanted


def test_bonus_of_what_may_not_apply(tmp_path: Path) -> None:
    """If the criterion may turn out not to apply, it may give nothing, bonus included."""
    criterion = {**LEVELS, "points": 5, "bonus": {"points": 3}, "applies_when": "children.all > 0"}
    found = scored(tmp_path, criterion, {"rate.retention": "99%"})
    assert ends(found) == (0, 8, 5)


def test_judged_points(tmp_path: Path) -> None:
    """A person may give points within the criterion."""
    more = {"outcomes": {"D.1": {"outcome": "basically_met", "points": "3.5"}}}
    found = scored(tmp_path, {"judged": True, "points": BY_OUTCOME}, {}, **more)
    assert ends(found) == (Fraction("3.5"), Fraction("3.5"), 5)


def test_total_and_missing(tmp_path: Path) -> None:
    """The sum may exceed a hundred by bonuses; a fact that only a bonus asks for is named."""
    case = Case(
        criteria=(
            {"id": "D.1", "title": "一", **LEVELS, "points": 100},
            {
                "id": "D.2",
                "title": "二",
                "fully": "children.all > 0",
                "bonus": {"points": 5, "when": "safety.accidents = 0"},
            },
        ),
        grade={
            "scale": ["A", "B"],
            "award": [{"grade": "A", "when": "points >= 105"}, {"grade": "B"}],
        },
        facts={("rate.retention", YEAR): "99%", ("children.all", YEAR): "5"},
    )
    open_ = assessed(case, tmp_path)
    assert open_.total is not None
    assert ends(open_.total) == (100, 105, 100)
    assert open_.grade is not None
    assert (open_.grade.best, open_.grade.worst) == ("A", "B")
    assert [(m.reason.name, m.criteria, m.decides) for m in open_.missing] == [
        ("safety.accidents", ("D.2",), True)
    ]
    closed = assessed(case.with_facts({**case.facts, ("safety.accidents", YEAR): "0"}), tmp_path)
    assert closed.total is not None
    assert closed.total.exact == 105
    assert closed.grade is not None
    assert closed.grade.awarded == "A"
