"""The schemas that editors read: every key explained, this vocabulary's names, nothing refused."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.commands.common import Exit
from engine.language.diagnostics import Diagnostic, Source
from engine.language.nodes import Entries, Text, parse, plain
from engine.language.parser import parse_text
from engine.language.source import read_source
from engine.language.structure import schema
from engine.locale import catalogue
from engine.reporting.editor_schemas import NAMES

from .support import ROOT, criteria, dudao, write

Schema = Mapping[str, Any]


def keys(part: Any, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every key that a schema knows, with what is said of it."""
    if isinstance(part, list):
        for item in part:
            yield from keys(item, path)
    if not isinstance(part, dict):
        return
    for name, about in part.get("properties", {}).items():
        yield f"{path}.{name}", about
    for name, inner in part.items():
        yield from keys(inner, f"{path}/{name}")


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_explained_in_both_languages(name: str) -> None:
    """A line in Chinese, then one in English."""
    found = list(keys(schema(name)))
    assert len(found) >= 10
    for path, about in found:
        zh, _, en = about.get("description", "").partition("\n")
        assert re.search("[\u4e00-\u9fff]", zh), path
        assert re.search("[A-Za-z]{2}", en), path


def written(folder: Path, rules: Path) -> dict[str, Schema]:
    """What the command writes for the vocabulary of a ruleset."""
    ran = dudao("schemas", "--out", folder / "schemas", "-r", rules)
    assert ran.code == Exit.DONE, ran.err
    told = [line for line in ran.out.split("\n") if line.startswith("# yaml-language-server:")]
    assert len(told) == len(NAMES)
    paths = [Path(line.partition("$schema=")[2]) for line in told]
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


@pytest.fixture
def small(tmp_path: Path) -> dict[str, Schema]:
    """The schemas for the small vocabulary."""
    rules = criteria("- {id: D.1, title: 甲, fully: pay.not_below}")
    return written(tmp_path, write(tmp_path, "ruleset.yaml", rules))


def test_a_sheet_knows_its_facts(small: dict[str, Schema]) -> None:
    """Each fact with label, type, unit, range, how it follows from others; no other name."""
    facts = small["sheet"]["properties"]["facts"]
    assert facts["additionalProperties"] is False
    known = facts["properties"]
    zh, en = "在园幼儿 (计数, 人, 0人 – 1000000人)", "children (count, 人, 0人 – 1000000人)"
    assert known["children.all"] == {"description": f"{zh}\n{en}", "examples": ["16000人"]}
    assert "= children.public / children.all" in known["children.public_share"]["description"]
    assert known["level.monitoring"]["anyOf"] == [{"enum": ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"]}, {}]
    assert small["tests"]["$defs"]["facts"]["properties"] == {
        name: dict(about) for name, about in known.items()
    }


def test_a_sheet_knows_its_tables_and_attributes(small: dict[str, Schema]) -> None:
    """The columns of a row with their words, the words of an attribute."""
    sheet = small["sheet"]["properties"]
    columns = sheet["tables"]["properties"]["schools"]["items"]["properties"]
    assert list(columns) == ["id", "stage", "pupils", "teachers", "books", "boarding"]
    assert columns["stage"]["anyOf"] == [{"enum": ["小学", "初中"]}, {}]
    assert columns["boarding"]["anyOf"] == [{"enum": ["yes", "no"]}, {}]
    area = sheet["subject"]["properties"]["area_class"]
    assert area["enum"] == ["一类地区", "二类地区", "三类地区"]


def test_expressions_are_offered_facts_and_functions(small: dict[str, Schema]) -> None:
    """In a ruleset and in a vocabulary; what the grade rule alone knows, in the grade rule."""
    defined = small["ruleset"]["$defs"]
    offered = {snippet["label"] for snippet in defined["expression"]["defaultSnippets"]}
    assert {"children.all", "cv", "every_year", "rank"} <= offered
    assert not {"any_veto", "outcome"} & offered
    assert small["vocabulary"]["$defs"]["expression"]["defaultSnippets"]
    when = small["ruleset"]["properties"]["grade"]["properties"]["award"]["items"]["properties"]
    assert when["when"]["$ref"] == "#/$defs/grade_condition"
    graded = {snippet["label"] for snippet in defined["grade_condition"]["defaultSnippets"]}
    assert graded > offered
    assert "any_veto" in graded


def test_every_snippet_is_an_expression() -> None:
    """What an editor inserts, filled in as it stands, is YAML and an expression."""
    found = {name: about["snippet"] for name, about in catalogue("functions").items()}
    assert len(found) > 20
    for name, snippet in found.items():
        filled = re.sub(r"\$\{\d\|([^,]*)[^|]*\|\}|\$\{\d:([^}]*)\}", r"\1\2", snippet)
        node, faults = parse(Source("x.yaml", f"when: {filled}\n"))
        assert isinstance(node, Entries)
        assert not faults, name
        value = node.get("when")
        assert isinstance(value, Text)
        assert not isinstance(parse_text(value), Diagnostic), (name, filled)


def test_nothing_that_loads_is_refused(tmp_path: Path) -> None:
    """Every shipped ruleset, vocabulary, test and sheet conforms to the schemas for editors."""
    found = written(tmp_path, ROOT / "rulesets" / "changde-county-duty" / "2022")
    files = {
        "ruleset": sorted((ROOT / "rulesets").glob("*/*/ruleset.yaml")),
        "tests": sorted((ROOT / "rulesets").glob("*/*/tests.yaml")),
        "vocabulary": [ROOT / "rulesets" / "vocabulary" / "education.yaml"],
        "sheet": sorted((ROOT / "fixtures").glob("*.yaml")),
    }
    for name, paths in files.items():
        assert paths, name
        validator = Draft202012Validator(found[name])
        for path in paths:
            node, faults = parse(read_source(path)[0])
            assert node is not None
            assert not faults
            wrong = [error.message for error in validator.iter_errors(plain(node))]
            assert wrong == [], path


def test_a_name_that_the_vocabulary_does_not_know_is_refused(small: dict[str, Schema]) -> None:
    """As the reader of sheets does."""
    validator = Draft202012Validator(small["sheet"])
    sheet = {"subject": {"code": "1"}, "year": 2022, "facts": {"children.al": 5}}
    assert [error.validator for error in validator.iter_errors(sheet)] == ["additionalProperties"]
