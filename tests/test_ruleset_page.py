"""``rulesets show``: everything that decides a result is on the page, in each form."""

import json
from pathlib import Path

import pytest

from engine.locale import LANGS
from tests.conftest import Screen
from tests.support import dudao
from tests.test_explain import SCREENS, place


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("form", ["table", "markdown"])
@pytest.mark.parametrize("name", ["parameters", "points"])
def test_the_whole_page(
    name: str, form: str, lang: str, tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Levels, points, steps, deductions, bonus, parameters by attribute, when each applies."""
    place(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = dudao("rulesets", "show", "ruleset.yaml", "--format", form, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    ending = "md" if form == "markdown" else "txt"
    screen(SCREENS / "rulesets" / f"{name}.{lang}.{ending}", ran.out)


def test_a_document_is_named_by_its_number_or_title(tmp_path: Path) -> None:
    """Tables name a document as officials do; two of one name are told apart in full."""
    place("points", tmp_path)
    path = tmp_path / "ruleset.yaml"
    text = path.read_text(encoding="utf-8")
    basis = """basis:
  notice: {cite: 《某办法》某教督〔2026〕1号, seen: true}
  other: {cite: 《某规划》（2020年）, seen: true}
  plain: {cite: 会议纪要, seen: true}
  again: {cite: 《某规划》（2025年）, seen: true}
"""
    text = text.replace("basis:\n  notice: {cite: 某教督〔2026〕1号, seen: true}\n", basis)
    for key, place_of in (("other", "二"), ("plain", "三"), ("again", "四")):
        text = text.replace(f"{{basis: notice, clause: {place_of}}}", f"{{basis: {key}}}")
    path.write_text(text, encoding="utf-8")
    page = dudao("rulesets", "show", path).out
    lines = {line.split()[0]: line for line in page.splitlines() if line.startswith("E")}
    named = ["某教督〔2026〕1号 一", "《某规划》（2020年）", "会议纪要", "《某规划》（2025年）"]
    for row, name in zip(("E1", "E2", "E3", "E4"), named, strict=True):
        assert f"  {name}  " in lines[row]
    assert "《某办法》某教督" not in lines["E1"]


def test_points_and_grade_for_programs(tmp_path: Path) -> None:
    """As JSON: every number exact, every condition as it is written."""
    place("points", tmp_path)
    page = json.loads(dudao("rulesets", "show", tmp_path, "--format", "json").out)
    points = {c["id"]: (c["points"], c["bonus"]) for c in page["criteria"]}
    assert points == {
        "E1": ({"fully_met": "10", "basically_met": "6", "not_met": "0"}, None),
        "E2": (
            {
                "max": "5",
                "deduct": {"points": "1/2", "per": "1/100", "below": "99%", "each": "proportional"},
                "at_least": "0",
            },
            None,
        ),
        "E3": (
            {
                "max": "5",
                "steps": [{"when": "= 0", "points": "5"}, {"when": "<= 2", "points": "2"}],
                "otherwise": "0",
            },
            None,
        ),
        "E4": (
            {"fully_met": "5", "basically_met": "0", "not_met": "0"},
            {"points": "2", "when": "level.monitoring >= Ⅳ"},
        ),
        "E5": ({"fully_met": "5", "basically_met": "0", "not_met": "0"}, None),
    }
    assert page["grade"] == {
        "scale": ["A", "B", "C"],
        "labels": {"A": "A", "B": "B", "C": "C"},
        "of": "applicable",
        "min_applicable": 0,
        "award": [
            {"grade": "A", "when": "points >= 25"},
            {"grade": "B", "when": "points >= 15"},
            {"grade": "C", "when": None},
        ],
        "caps": [],
        "combine": "add",
        "downgrades": [],
    }
