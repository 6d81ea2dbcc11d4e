"""The JSON result: valid by its schema in every case, exact in every number, alone on stdout."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.language.structure import schema
from tests.support import ROOT, Ran, criteria, dudao, sheet_text, write
from tests.test_explain import NAMES, place

RESULT = Draft202012Validator(dict(schema("result")))

ONE = """
- id: A1
  title: {zh: 公办园占比, en: public share}
  measure: children.public_share
  show: {unit: "%", places: 2}
  fully: ">= 50%"
  basically: ">= 45%"
  source: {basis: notice, clause: 一.1}
"""
GRADE = """
basis: {notice: {cite: 某教督〔2026〕1号, seen: true}}
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: share(fully_met) >= 90%}
    - {grade: B, when: share(not_met) <= 10%}
    - {grade: C}
"""
FACTS = "children.all: 16090\nchildren.public: 8041\n"


def folder(path: Path, facts: str = FACTS, rules: str = ONE, *, more: str = "") -> Path:
    """A folder with a ruleset and one sheet."""
    write(path, "ruleset.yaml", criteria(rules) + GRADE)
    write(path, "sheet.yaml", sheet_text(facts, more=more))
    return path


def json_of(ran: Ran) -> Any:
    """The result; every result is valid by the published schema."""
    found = json.loads(ran.out)
    for one in found if isinstance(found, list) else [found]:
        RESULT.validate(one)
    return found


def result(path: Path, *options: str) -> Any:
    return json_of(dudao("score", path / "sheet.yaml", "-r", path, "--format", "json", *options))


def test_the_schema_is_sound_and_explains_every_key() -> None:
    """The published schema is a valid one, closed, and describes each of its properties."""
    Draft202012Validator.check_schema(dict(schema("result")))
    described = 0
    todo: list[Any] = [schema("result")]
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            todo += node.values()
            for name, part in node.get("properties", {}).items():
                described += 1
                assert part.get("description") or "$ref" in part, name
            if node.get("type") == "object" and "properties" in node:
                assert node["additionalProperties"] is False
    assert described > 100


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_is_valid(name: str, lang: str, tmp_path: Path) -> None:
    """Whatever a ruleset and a sheet hold, the result keeps to the schema, explained or not."""
    place(name, tmp_path)
    plain = result(tmp_path, "--lang", lang)
    explained = result(tmp_path, "--lang", lang, "--explain")
    assert all("explanation" not in c for c in plain["criteria"])
    assert all(c.pop("explanation") for c in explained["criteria"])
    assert plain == explained


def test_the_keys_of_the_contract(tmp_path: Path) -> None:
    """The result has every key that other programs were promised, with the promised values."""
    found = result(folder(tmp_path, FACTS + "children.public_share: 50%\n"))
    assert found["format"] == 1
    assert found["engine"]["name"] == "dudao"
    assert {"id": "demo", "edition": "2026", "status": "draft"}.items() <= found["ruleset"].items()
    assert re.fullmatch("sha256:[0-9a-f]{64}", found["ruleset"]["digest"])
    assert {"code": "430703", "name": "某区"}.items() <= found["subject"].items()
    assert found["year"] == 2022
    assert found["points"] is None
    assert found["counts"] == {
        "fully_met": 0,
        "basically_met": 1,
        "not_met": 0,
        "not_applicable": 0,
        "undetermined": 0,
    }
    assert found["grade"]["awarded"] == found["grade"]["best"] == found["grade"]["worst"] == "B"
    assert [step["step"] for step in found["grade"]["steps"]] == ["award"]
    criterion = found["criteria"][0]
    assert criterion["outcome"] == "basically_met"
    assert criterion["basis"] == "computed"
    assert criterion["measure"] == {"exact": "8041/16090", "shown": "49.98%"}
    missed = {"level": "fully_met", "limit": "50%", "short_by": "4", "unit": "人"}
    assert missed.items() <= criterion["level_missed"].items()
    assert criterion["source"]["cite"] == "某教督〔2026〕1号"
    assert criterion["source"]["clause"] == "一.1"
    assert criterion["waiver"] is None
    assert "少 4 人" in criterion["because"]
    by_name = {fact["name"]: fact for fact in criterion["facts"]}
    assert by_name["children.public"]["value"] == "8041"
    assert by_name["children.public"]["from"] == "sheet.yaml:5:20"
    claim = found["claims"][0]
    assert claim["name"] == "children.public_share"
    assert (claim["stated"], claim["computed"], claim["shown"]) == ("50%", "8041/16090", "49.98%")
    assert claim["consistent"] is False


def test_missing_facts_leave_the_grade_open(tmp_path: Path) -> None:
    """`awarded` is null while best and worst differ, and the facts that decide are named."""
    found = result(folder(tmp_path, "children.all: 16090\n"))
    grade = found["grade"]
    assert (grade["awarded"], grade["best"], grade["worst"]) == (None, "A", "C")
    assert grade["steps"] == []
    assert grade["steps_to_best"][0]["grade"] == "A"
    assert grade["steps_to_worst"][0]["grade"] == "C"
    assert found["complete"] is False
    assert [(m["fact"], m["decides"]) for m in found["missing"]] == [("children.public", True)]
    assert found["criteria"][0]["possible"] == ["fully_met", "basically_met", "not_met"]


def test_no_number_is_a_float(tmp_path: Path) -> None:
    """Counts and years are whole numbers; every other number is an exact string."""
    place("points", tmp_path)
    ran = dudao("score", tmp_path / "sheet.yaml", "-r", tmp_path, "--format", "json")
    json.loads(ran.out, parse_float=lambda text: pytest.fail(f"a float: {text}"))
    points = json_of(ran)["points"]
    assert Fraction(points["awarded"]) == Fraction("23.125")
    assert Fraction(points["of"]) == 30


def test_what_was_declared_stands_beside(tmp_path: Path) -> None:
    """The outcomes that a county states of itself are counted with their shares."""
    rules = "".join(
        f"- id: J{n}\n  title: {{zh: 项, en: item}}\n  judged: true\n" for n in range(1, 31)
    )
    words = ["fully_met"] * 27 + ["basically_met"] * 2 + ["not_met"]
    said = "".join(f"    J{n}: {word}\n" for n, word in enumerate(words, 1))
    found = result(
        folder(tmp_path, "{}", rules, more=f"outcomes:\n  self:\n{said}  desk:\n    J1: not_met\n")
    )
    own = found["declared"]["self"]
    assert [own["counts"][o] for o in ("fully_met", "basically_met", "not_met")] == [27, 2, 1]
    assert own["shares"]["of"] == 30
    shown = [own["shares"][o]["shown"] for o in ("fully_met", "basically_met", "not_met")]
    assert shown == ["90%", "6.67%", "3.33%"]
    assert own["shares"]["not_met"]["exact"] == "1/30"
    assert found["declared"]["desk"]["counts"]["not_met"] == 1
    # Of judged criteria the most trusted verdict holds.
    assert found["counts"]["not_met"] == 2
    assert [d["criterion"] for d in found["differences"]] == ["J1"]


def test_nothing_declared_says_so(tmp_path: Path) -> None:
    """A sheet without declared outcomes has an empty `declared`."""
    assert result(folder(tmp_path))["declared"] == {}


def test_a_limit_is_in_the_unit_of_what_is_compared(tmp_path: Path) -> None:
    """A condition on an amount gives limit and distance in the unit of that amount."""
    rules = "- {id: P, title: {zh: 支出, en: spending}, fully: money.spending >= 9亿元}\n"
    found = result(folder(tmp_path, "money.spending: 89000\n", rules))
    missed = {"limit": "90000万元", "short_by": "1000", "unit": "万元", "fact": "money.spending"}
    assert missed.items() <= found["criteria"][0]["level_missed"].items()


def test_several_sheets_give_a_list_in_their_order(tmp_path: Path) -> None:
    """One sheet gives an object, several a list; a bad sheet keeps its place in it."""
    here = folder(tmp_path)
    bad = write(here, "bad.yaml", "subject: {code: 1}\nyear: 2022\nfacts: {no.such: 1}\n")
    sheet = here / "sheet.yaml"
    ran = dudao("score", sheet, bad, sheet, "-r", here, "--format", "json")
    first, second, third = json_of(ran)
    # That a sheet is given twice is asked about at the second.
    assert [d["code"] for d in third["diagnostics"]] == ["sheet-given-twice"]
    assert first == {**third, "diagnostics": []}
    assert second["unusable"] == str(bad)
    assert [d["code"] for d in second["diagnostics"]] == ["unknown-fact"]
    assert (second["diagnostics"][0]["line"], second["diagnostics"][0]["column"]) == (3, 9)
    assert ran.code == 3
    assert "unknown-fact" in ran.err


def test_an_unusable_sheet_is_an_object_of_its_own(tmp_path: Path) -> None:
    """One bad sheet gives one object that says what is wrong, and exit code 3."""
    here = folder(tmp_path, "children.all: many\n")
    ran = dudao("score", here / "sheet.yaml", "-r", here, "--format", "json")
    assert json_of(ran)["unusable"].endswith("sheet.yaml")
    assert ran.code == 3


def test_an_unusable_ruleset_is_an_object_of_its_own(tmp_path: Path) -> None:
    """A bad ruleset scores nothing and says why."""
    here = folder(tmp_path)
    ran = dudao("score", here / "sheet.yaml", "-r", "no-such-ruleset", "--format", "json")
    found = json_of(ran)
    assert found["unusable"] == "no-such-ruleset"
    assert found["diagnostics"][0]["code"] == "unknown-ruleset"
    assert ran.code == 3


def test_explain_one_criterion(tmp_path: Path) -> None:
    """`--explain ID` adds the trace to that criterion only."""
    place("share", tmp_path)
    found = result(tmp_path, "--explain", "A1.2", "--lang", "en")
    explained = [c["id"] for c in found["criteria"] if "explanation" in c]
    assert explained == ["A1.2"]
    lines = next(c["explanation"] for c in found["criteria"] if c["id"] == "A1.2")
    assert "measure: large classes ÷ classes = 70 ÷ 1200 = 5.83%" in lines


def test_warnings_are_in_the_result(tmp_path: Path) -> None:
    """What is doubtful about a sheet is in its result and on standard error."""
    facts = FACTS + "money.spending: {2021: 100, 2022: 300}\n"
    here = folder(tmp_path, facts)
    ran = dudao("score", here / "sheet.yaml", "-r", here, "--format", "json")
    found = json_of(ran)
    assert [d["severity"] for d in found["diagnostics"]] == ["warning"]
    assert found["diagnostics"][0]["code"] in ran.err


def test_the_day_and_the_view_are_recorded(tmp_path: Path) -> None:
    """`--as-of` and `--source` are written into the result."""
    found = result(folder(tmp_path), "--as-of", "2026-05-01", "--source", "self")
    assert (found["as_of"], found["view"]) == ("2026-05-01", "self")
    plain = result(tmp_path)
    assert (plain["as_of"], plain["view"]) == (None, None)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two runs print the same, wherever the folder lies."""
    here, there = folder(tmp_path / "a"), folder(tmp_path / "b")
    first, second = (
        dudao("score", f / "sheet.yaml", "-r", f, "--format", "json").out for f in (here, there)
    )
    assert first == second


def test_texts_follow_the_language_and_data_do_not(tmp_path: Path) -> None:
    """In English the words change; names, numbers, units and outcomes stay."""
    here = folder(tmp_path)
    zh, en = (result(here, "--lang", lang)["criteria"][0] for lang in ("zh", "en"))
    assert en["title"] == "public share"
    assert "short by 4" in en["because"]
    for key in ("id", "outcome", "measure", "level_missed", "margins"):
        assert zh[key] == en[key], key


def test_the_schema_is_where_it_is_published() -> None:
    """The schemas lie in one folder, each with its own name."""
    names = {p.name for p in (ROOT / "engine" / "schemas").glob("*.json")}
    kinds = ("ruleset", "parameters", "vocabulary", "aggregation", "sheet", "tests", "result")
    assert names == {f"{kind}.schema.json" for kind in (*kinds, "batch", "summary", "manifest")}
