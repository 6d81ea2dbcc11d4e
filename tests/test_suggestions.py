"""Chinese words for keys and fixed values are answered with the word of the format."""

import json

import pytest

from engine.language.diagnostics import Diagnostic, Source
from engine.language.nodes import parse
from engine.language.structure import schema, validate
from engine.locale import catalogue

HEAD = {"format": 1, "ruleset": "demo", "edition": "2026", "status": "draft", "title": "示例"}


def faults(**keys: object) -> list[Diagnostic]:
    text = json.dumps({**HEAD, **keys}, ensure_ascii=False)
    node, _ = parse(Source("ruleset.yaml", text.replace('"true"', "true")))
    assert node is not None
    return validate(node, "ruleset")


def criterion(**keys: object) -> list[Diagnostic]:
    return faults(domains=[{"id": "D", "criteria": [{"id": "D.1", "title": "量", **keys}]}])


@pytest.mark.parametrize(
    ("key", "meant"),
    [("完全落实", "fully"), ("基本落实", "basically"), ("来源", "source"), ("分值", "points")],
)
def test_a_chinese_key_is_understood(key: str, meant: str) -> None:
    """完全落实 is what people call fully; at this place, no other key is suggested."""
    assert [fault.suggestion for fault in criterion(**{key: "x"})] == [meant]


def test_a_word_for_two_keys_is_the_one_known_at_the_place() -> None:
    """封顶 is a list under grade, and the grade of one cap."""
    award = [{"grade": "A"}]
    grade = {"scale": ["A"], "award": award, "封顶": []}
    assert [fault.suggestion for fault in faults(grade=grade)] == ["caps"]


def test_a_chinese_value_is_understood() -> None:
    """正式 is official, 是 is true."""
    assert [fault.suggestion for fault in faults(status="正式")] == ["official"]
    assert [fault.suggestion for fault in criterion(judged="是")] == ["true"]


def test_the_right_word_between_quotes_is_not_suggested_again() -> None:
    """``format: "1"`` differs from ``format: 1`` by its quotes, which the message says."""
    (fault,) = faults(format="1")
    assert (fault.code, fault.suggestion) == ("quoted-number", None)


def test_every_known_key_is_listed() -> None:
    """The list of keys is not cut before the one that was wanted."""
    (fault,) = criterion(什么="x")
    known = schema("ruleset")["$defs"]["criterion"]["properties"]
    assert fault.advice("en") == "known keys: " + ", ".join(known)


def test_the_words_lead_to_words_of_the_formats() -> None:
    """No suggestion of a key or value that no format has."""
    texts = "".join(json.dumps(schema(n)) for n in ("ruleset", "sheet", "tests", "vocabulary"))
    words = catalogue("keys")
    assert len(words) > 80
    for word, meant in words.items():
        for key in meant:
            assert f'"{key}"' in texts or key in ("true", "false"), word
