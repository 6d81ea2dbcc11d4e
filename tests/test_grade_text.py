"""The steps to a grade in words: the numbers of the case that is told, and only sure vetoes."""

import json
from pathlib import Path
from typing import Any

from tests.support import criteria, dudao, sheet_text, write

HEAD = "basis: {notice: {cite: 某教督〔2026〕1号, seen: true}}\ngrade:\n  scale: [A, B, C]\n"
AWARD = """\
  award:
    - {grade: A, when: share(fully_met) >= 90%}
    - {grade: B, when: share(not_met) <= 10%}
    - {grade: C}
"""


def judged(*vetoes: str, plain: int = 0) -> str:
    """Criteria that people judge: the vetoes by name, then so many others."""
    items = [
        f"- {{id: {name}, title: {{zh: 要点{name}, en: item {name}}}, judged: true, veto: true}}\n"
        for name in vetoes
    ]
    items += [
        f"- {{id: P{n}, title: {{zh: 其他, en: other}}, judged: true}}\n" for n in range(plain)
    ]
    return "".join(items)


def grade(folder: Path, rules: str, rule: str, said: dict[str, str]) -> tuple[dict[str, Any], str]:
    """The grade in the JSON result, and the whole table."""
    write(folder, "ruleset.yaml", criteria(rules) + HEAD + rule)
    outcomes = ", ".join(f"{name}: {outcome}" for name, outcome in said.items())
    text = sheet_text("children.all: 1", more=f"outcomes: {{onsite: {{{outcomes}}}}}\n")
    write(folder, "sheet.yaml", text)
    command = ("score", folder / "sheet.yaml", "-r", folder, "--lang", "en")
    return json.loads(dudao(*command, "--format", "json").out)["grade"], dudao(*command).out


CAP = (
    AWARD
    + """\
  caps:
    - {at_most: B, when: any_veto, because: {zh: 有否决, en: vetoed}}
"""
)


def test_a_veto_that_is_only_open_is_never_called_not_met(tmp_path: Path) -> None:
    """Sure vetoes are named; open ones only in the worst case, as possible; none at best."""
    said = {"V1": "fully_met", **{f"P{n}": "fully_met" for n in range(8)}}
    found, _ = grade(tmp_path, judged("V1", "V2", plain=8), CAP, said)
    assert (found["best"], found["worst"]) == ("A", "B")
    assert [step["step"] for step in found["steps_to_best"]] == ["award"]
    cap = found["steps_to_worst"][-1]["because"]
    assert cap.startswith(
        "vetoed (a veto criterion is not met: possibly V2 item V2 (undetermined))"
    )
    said["V1"] = "not_met"
    found, _ = grade(tmp_path, judged("V1", "V2", plain=8), CAP, said)
    assert found["awarded"] is None
    assert found["steps_to_best"][-1]["because"].startswith(
        "vetoed (a veto criterion is not met: V1 item V1)"
    )
    assert found["steps_to_worst"][-1]["because"].startswith(
        "vetoed (a veto criterion is not met: V1 item V1; possibly V2 item V2 (undetermined))"
    )


def test_the_worst_way_shows_the_numbers_of_the_worst_outcomes(tmp_path: Path) -> None:
    """Where an unknown fact alone could lead to the worst grade, open criteria still count as bad.

    The way with all open outcomes good would end in C too, with numbers of the best case.
    """
    lower = (
        AWARD
        + """\
  downgrades:
    - {by: 2, when: safety.accidents > 0, because: {zh: 有事故, en: accidents}}
"""
    )
    said = {f"P{n}": "fully_met" for n in range(9)}
    found, _ = grade(tmp_path, judged(plain=12), lower, said)
    assert (found["best"], found["worst"]) == ("A", "C")
    assert found["steps_to_best"][0]["because"].startswith("share of “fully met” 100%")
    worst = found["steps_to_worst"][0]["because"]
    assert "share of “fully met” 75%" in worst
    assert "share of “not met” 25%" in worst


def test_a_grade_that_stands_whatever_is_open_says_so(tmp_path: Path) -> None:
    """With open criteria a settled grade says that its numbers take them at their best."""
    said = {f"P{n}": "not_met" for n in range(8)}
    found, text = grade(tmp_path, judged(plain=10), AWARD, said)
    assert found["awarded"] == "C"
    assert "whatever the outcome of 2 undetermined criteria, below taken at the best" in text
    said |= {"P8": "not_met", "P9": "not_met"}
    assert "whatever" not in grade(tmp_path, judged(plain=10), AWARD, said)[1]
