"""Facts that contradict one another: refused or warned about, at their places."""

from pathlib import Path
from typing import Any

import pytest

from engine.language.diagnostics import FactsError
from engine.scoring.assess import Assessment

from .made import YEAR, Case, assessed
from .support import codes

CRITERION = {"id": "D.1", "title": "示例", "fully": "children.all > 0"}


def checked(folder: Path, facts: dict[Any, Any]) -> Assessment:
    """An assessment of facts by name, or by name and year."""
    keyed = {k if isinstance(k, tuple) else (k, YEAR): v for k, v in facts.items()}
    return assessed(Case(criteria=(CRITERION,), grade=None, facts=keyed), folder)


def test_a_part_above_its_whole_is_refused(tmp_path: Path) -> None:
    """A rule of severity error makes the sheet unusable; the fault stands at one of its facts."""
    with pytest.raises(FactsError) as caught:
        checked(tmp_path, {"children.all": "10", "children.public": "11"})
    assert codes(caught.value) == ["integrity-error"]
    (fault,) = caught.value.diagnostics
    assert fault.values["id"] == "public-within-all"
    assert fault.span.source.name == "sheet.yaml"
    lines = fault.span.source.text.splitlines()
    places = (fault.span, *(related.span for related in fault.related))
    assert sorted(lines[p.line - 1].split()[-1] for p in places) == ['"10"', '"11"']


@pytest.mark.parametrize(
    "facts",
    [
        {"children.all": "11", "children.public": "11"},
        {"children.all": "10"},
        {"children.public": "11"},
        {"children.all": ">= 10", "children.public": "11"},
        {"children.all": {"not_applicable": "无"}, "children.public": "0"},
    ],
)
def test_only_a_contradiction_is_one(tmp_path: Path, facts: dict[str, Any]) -> None:
    """What is missing, bounded or not applicable contradicts nothing."""
    assert checked(tmp_path, facts).diagnostics == ()


def test_a_part_of_what_does_not_apply_is_doubtful(tmp_path: Path) -> None:
    """Where a part is counted there is a whole: it was not reported rather than not applicable."""
    facts = {"children.all": {"not_applicable": "暂无统计"}, "children.public": "11"}
    (found,) = checked(tmp_path, facts).diagnostics
    assert (found.code, found.values["part"]) == ("part-of-inapplicable", "children.public")


@pytest.mark.parametrize(
    "facts",
    [
        {"children.all": "<= 10", "children.public": "11"},
        {"children.all": "10", "children.public": "> 10"},
    ],
)
def test_bounds_can_contradict(tmp_path: Path, facts: dict[str, Any]) -> None:
    """Bounds that no values can satisfy together are a contradiction."""
    with pytest.raises(FactsError):
        checked(tmp_path, facts)


@pytest.mark.parametrize(("now", "warned"), [("200", False), ("200.01", True)])
def test_a_jump_is_a_warning(tmp_path: Path, now: str, warned: bool) -> None:
    """A rule of severity warning is reported and does not stop the assessment."""
    facts = {("money.spending", YEAR): now, ("money.spending", YEAR - 1): "100"}
    found = [d.code for d in checked(tmp_path, facts).diagnostics]
    assert found == (["integrity-warning"] if warned else [])
