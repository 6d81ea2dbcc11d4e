"""A draft tried on earlier districts: the matrix, who moves and why, gaps in the data, sweeps."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.commands.common import Exit
from engine.scoring.columnar_suspects import FEWEST

from .conftest import Screen
from .support import DATA, Ran, criteria, dudao, write

SCREENS = DATA / "backtest"

_SHARED = """
- id: D.1
  title: {zh: 公办园占比, en: Public kindergartens}
  measure: children.public_share
  fully: ">= 50%"
  basically: ">= 45%"
- id: D.2
  title: {zh: 大班额, en: Large classes}
  measure: classes.large / classes.all
  fully: "<= 5%"
  basically: "<= 10%"
"""
_GRADE = """\
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: share(fully_met) >= 90%}
    - {grade: B, when: count(not_met) = 0}
    - {grade: C}
"""
OLD = criteria(_SHARED).replace('"2026"', '"2025"') + _GRADE
_NEW = """
- id: D.3
  title: {zh: 巩固率, en: Retention}
  measure: rate.retention
  fully: ">= 99%"
"""
DRAFT = criteria(_SHARED.replace('"<= 5%"', '"<= 3%"') + _NEW) + _GRADE

# code: children in public kindergartens of 100, large classes of 100, retention
TRIED = {
    "990001": (60, 2, "99.5%"),
    "990002": (60, 4, "99.5%"),
    "990003": (46, 2, "98%"),
    "990004": (60, 20, "99.5%"),
    "990005": (60, 2, ""),
}


def place(folder: Path, *, old: str = OLD, draft: str = DRAFT) -> None:
    """Both editions and a sheet for each district."""
    write(folder / "old", "ruleset.yaml", old)
    write(folder / "draft", "ruleset.yaml", draft)
    for code, (public, large, retention) in TRIED.items():
        facts = (
            f"  children.all: 100\n  children.public: {public}\n"
            f"  classes.all: 100\n  classes.large: {large}\n"
        )
        facts += f"  rate.retention: {retention}\n" if retention else ""
        text = f'subject: {{code: "{code}", name: 区{code[-1]}}}\nyear: 2024\nfacts:\n{facts}'
        write(folder / "data", f"{code}.yaml", text)
    (folder / "data" / "small.yaml").unlink()


def run(folder: Path, *options: str | Path, against: bool = True) -> Ran:
    earlier: list[str | Path] = ["--against", folder / "old"] if against else []
    return dudao("backtest", folder / "draft", folder / "data", *earlier, *options)


def found(folder: Path, *options: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run(folder, "--format", "json", *options).out)
    return data


def whole(grade: str) -> dict[str, str]:
    return {"best": grade, "worst": grade}


OPEN = {"best": "A", "worst": "C"}


# -- two editions --------------------------------------------------------------------------------


def test_the_matrix_is_the_one_worked_out_by_hand(tmp_path: Path) -> None:
    """Each district counts once, at its old grade and its new one, open grades by their bounds."""
    place(tmp_path)
    cells = [(c["before"], c["after"], c["districts"]) for c in found(tmp_path)["matrix"]]
    expected = [
        (whole("A"), whole("A"), 1),
        (whole("A"), whole("B"), 1),
        (whole("A"), OPEN, 1),
        (whole("B"), whole("C"), 1),
        (whole("C"), whole("C"), 1),
    ]
    assert sorted(cells, key=str) == sorted(expected, key=str)


def test_who_moves_and_which_criterion_did_it(tmp_path: Path) -> None:
    """Every changed outcome of a district that moves; what alone gives the old grade decides."""
    place(tmp_path)
    moved = {m["code"]: m for m in found(tmp_path)["moved"]}
    ways = {code: (m["direction"], m["rule_decides"]) for code, m in moved.items()}
    assert ways == {
        "990002": ("down", False),
        "990003": ("down", False),
        "990005": ("down", False),
    }
    changes = {code: [tuple(c.values()) for c in m["changes"]] for code, m in moved.items()}
    assert changes == {
        "990002": [
            ("D.2", "fully_met", "basically_met", True),
            ("D.3", None, "fully_met", False),
        ],
        "990003": [("D.3", None, "not_met", True)],
        "990005": [("D.3", None, "undetermined", True)],
    }


def test_a_changed_grade_rule_is_named(tmp_path: Path) -> None:
    """Where outcomes stay and only the rule is another, the rule decides, up as well as down."""
    draft = OLD.replace('"2025"', '"2026"').replace("count(not_met) = 0", "count(not_met) <= 1")
    place(tmp_path, draft=draft)
    (moved,) = found(tmp_path)["moved"]
    assert (moved["code"], moved["direction"], moved["changes"]) == ("990004", "up", [])
    assert moved["rule_decides"] is True


def test_a_criterion_that_is_gone_can_decide(tmp_path: Path) -> None:
    """With the outcome of a dropped criterion put back, the grade is the earlier one."""
    place(tmp_path, old=DRAFT, draft=criteria(_SHARED.replace("<= 5%", "<= 3%")) + _GRADE)
    moved = {m["code"]: m for m in found(tmp_path)["moved"]}
    assert moved["990003"]["changes"] == [
        {"criterion": "D.3", "before": "not_met", "after": None, "decides": True}
    ]
    assert moved["990003"]["direction"] == "up"


def test_other_scales_have_no_up_and_down(tmp_path: Path) -> None:
    """Grades of different scales are set side by side, and nothing is said to decide."""
    letters = _GRADE.replace("[A, B, C]", "[X, Y, Z]")
    for before, after in zip("ABC", "XYZ", strict=True):
        letters = letters.replace(f"grade: {before}", f"grade: {after}")
    place(tmp_path, draft=criteria(_SHARED) + letters)
    moved = found(tmp_path)["moved"]
    assert {m["direction"] for m in moved} == {"other"}
    assert len(moved) == len(TRIED)
    assert "两个版本的等级不同，分不出升降" in run(tmp_path).out


def test_rates_of_both_editions(tmp_path: Path) -> None:
    """Outcomes of each criterion under both; null where an edition does not have it."""
    place(tmp_path)
    rates = {r["id"]: r for r in found(tmp_path)["criteria"]}
    assert list(rates) == ["D.1", "D.2", "D.3"]
    assert list(rates["D.1"]["draft"].values()) == [4, 1, 0, 0, 0]
    assert list(rates["D.2"]["draft"].values()) == [3, 1, 1, 0, 0]
    assert list(rates["D.2"]["against"].values()) == [4, 0, 1, 0, 0]
    assert list(rates["D.3"]["draft"].values()) == [3, 0, 1, 0, 1]
    assert rates["D.3"]["against"] is None


def test_what_the_draft_needs_and_the_data_lack(tmp_path: Path) -> None:
    """A fact that is asked for in vain, in how many districts, and whether it is newly asked."""
    place(tmp_path)
    assert found(tmp_path)["lacking"] == [
        {
            "why": "missing",
            "name": "rate.retention",
            "years_back": 0,
            "new": True,
            "districts": 1,
            "criteria": ["D.3"],
        }
    ]


def test_a_fact_of_the_grade_rule_is_lacking_too(tmp_path: Path) -> None:
    """What only the rule asks for is listed without a criterion."""
    cap = "  caps:\n    - {at_most: B, when: safety.falsified, because: {zh: 假, en: fake}}\n"
    place(tmp_path, draft=OLD.replace('"2025"', '"2026"') + cap)
    (one,) = found(tmp_path)["lacking"]
    assert (one["name"], one["criteria"], one["districts"]) == ("safety.falsified", [], 3)


def test_one_step_from_a_limit(tmp_path: Path) -> None:
    """Districts that one quantum of one fact would lift or drop, and none when not asked for."""
    place(tmp_path)
    (near,) = found(tmp_path)["near"]
    assert (near["code"], near["criterion"], near["level"]) == ("990002", "D.2", "fully_met")
    assert (near["fact"], near["met"], near["up"]) == ("classes.large", False, False)
    assert found(tmp_path, "--no-margins")["near"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_screen(lang: str, tmp_path: Path, screen: Screen) -> None:
    """Matrix, who moves, rates, what lacks, who is near, a sweep."""
    place(tmp_path)
    ran = run(tmp_path, "--lang", lang, "--sweep", "D.2.fully=1%..5%/0.5%")
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "")
    screen(SCREENS / f"page.{lang}.txt", ran.out)


def test_without_an_edition_before(tmp_path: Path) -> None:
    """Only the draft: how grades are shared out, and nobody moves."""
    place(tmp_path)
    ran = run(tmp_path, "--format", "json", against=False)
    data = json.loads(ran.out)
    assert (data["against"], data["matrix"], data["moved"]) == (None, [], [])
    assert {(g["best"], g["worst"]): g["districts"] for g in data["grades"]} == {
        ("A", "A"): 1,
        ("B", "B"): 1,
        ("C", "C"): 2,
        ("A", "C"): 1,
    }


# -- the data ------------------------------------------------------------------------------------


def test_what_is_unusable_is_listed_and_the_rest_is_tried(tmp_path: Path) -> None:
    """Broken sheets and two of one district: named with their fault, exit code 3."""
    place(tmp_path)
    data = tmp_path / "data"
    (data / "990004.yaml").write_text("subject: [", encoding="utf-8")
    (data / "copy.yaml").write_bytes((data / "990003.yaml").read_bytes())
    ran = run(tmp_path, "--format", "json")
    shown = json.loads(ran.out)
    assert ran.code == Exit.UNUSABLE
    assert shown["counts"] == {"tried": 3, "unusable": 3, "incomplete": 1}
    named = [(Path(u["place"].partition(":")[0]).name, u["code"]) for u in shown["unusable"]]
    assert named == [("990003.yaml", "990003"), ("990004.yaml", ""), ("copy.yaml", "990003")]
    codes = [u["diagnostics"][0]["code"] for u in shown["unusable"]]
    assert codes[0] == codes[2] == "duplicate-subject"


@pytest.mark.parametrize("others", [1, 2 * FEWEST])
def test_a_broken_rule_makes_a_sheet_unusable(others: int, tmp_path: Path) -> None:
    """Few or many, whoever finds it: more children in public kindergartens than in all."""
    place(tmp_path)
    data = tmp_path / "data"
    text = (data / "990002.yaml").read_text(encoding="utf-8")
    for number in range(others):
        code = f"98{number:04}"
        (data / f"{code}.yaml").write_text(text.replace("990002", code), encoding="utf-8")
    broken = text.replace("children.public: 60", "children.public: 101")
    (data / "990002.yaml").write_text(broken, encoding="utf-8")
    shown = found(tmp_path)
    assert shown["counts"] == {"tried": 4 + others, "unusable": 1, "incomplete": 1}
    (lost,) = shown["unusable"]
    assert lost["code"] == "990002"
    assert [one["code"] for one in lost["diagnostics"]] == ["integrity-error"]


def test_a_sheet_of_two_years_is_two_districts(tmp_path: Path) -> None:
    """Years of one district do not get into each other's way."""
    place(tmp_path)
    text = (tmp_path / "data" / "990001.yaml").read_text(encoding="utf-8")
    write(tmp_path / "data", "before.yaml", text.replace("year: 2024", "year: 2023"))
    (tmp_path / "data" / "small.yaml").unlink()
    assert found(tmp_path)["counts"] == {"tried": 6, "unusable": 0, "incomplete": 1}


def test_a_sheet_with_facts_that_the_old_vocabulary_lacks(tmp_path: Path) -> None:
    """A district must be readable by both editions; which one cannot is said."""
    place(tmp_path)
    vocabulary = tmp_path / "old" / "small.yaml"
    lines = vocabulary.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith("rate.retention:")]
    vocabulary.write_text("".join(kept), encoding="utf-8")
    data = found(tmp_path)
    assert data["counts"] == {"tried": 1, "unusable": 4, "incomplete": 1}
    assert {u["ruleset"] for u in data["unusable"]} == {"demo@2025"}


def test_a_sweep_of_a_parameter_says_what_it_is_now(tmp_path: Path) -> None:
    """By its value; its name alone would not tell where the limit stands among the settings."""
    draft = OLD.replace('"2025"', '"2026"').replace('"<= 5%"', '"<= limit"')
    place(tmp_path, draft=draft + "parameters: {limit: 5%}\n")
    ran = run(tmp_path, "--sweep", "D.2.fully=1%..5%/1%", "--lang", "en")

    assert "Sweep of D.2.fully (Large classes, now “<= 5%”)" in ran.out


def test_exit_codes(tmp_path: Path) -> None:
    """0 when every grade is decided; a broken draft and a wrong sweep are told."""
    place(tmp_path)
    (tmp_path / "data" / "990005.yaml").unlink()
    assert run(tmp_path).code == Exit.DONE
    assert run(tmp_path, "--sweep", "D.2.fully=9%..1%").code == Exit.USAGE
    (tmp_path / "draft" / "ruleset.yaml").write_text("format: 2\n", encoding="utf-8")
    broken = run(tmp_path, "--format", "json")
    assert broken.code == Exit.UNUSABLE
    assert json.loads(broken.out)["unusable"].endswith("draft")


def test_the_report_goes_to_a_file(tmp_path: Path) -> None:
    """``--out`` takes what would be printed."""
    place(tmp_path)
    printed = run(tmp_path).out
    assert run(tmp_path, "--out", tmp_path / "report.txt").out == ""
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == printed
