"""A case of a ruleset whose facts were refused: `dudao test` says why."""

import json
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest

from engine.commands.common import Exit

from .conftest import Screen
from .support import DATA
from .test_own_tests import CASES, folder, run


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refused_case_says_why(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """Every fault of its facts, in place and words with advice; for programs too."""
    monkeypatch.chdir(tmp_path)
    wrong = (
        "  - name: refused\n"
        "    facts: {classes.all: 约二百, classes.larg: 3}\n"
        "    expect: {grade: A}\n"
        "  - name: refused otherwise\n"
        "    facts: {children.all: 3, children.public: 5}\n"
        "    expect: {refused: [unknown-fact]}\n"
    )
    folder(Path("refused"), CASES + wrong)
    ran = run(Path("refused"), "--lang", lang)
    assert ran.code == Exit.BELOW
    screen(DATA / f"own_tests_refused.{lang}.txt", ran.out)
    cases = json.loads(run(Path("refused"), "--lang", lang, "--format", "json").out)["cases"]
    assert [len(case["refused"]) for case in cases[-2:]] == [2, 1]
    assert all(d["message"] in ran.out for case in cases for d in case["refused"])
    root = Xml.fromstring(run(Path("refused"), "--lang", lang, "--format", "junit").out)
    failures = [failure.text or "" for failure in root.iterfind(".//failure")]
    assert all(
        case["refused"][0]["message"] in text
        for case, text in zip(cases[-2:], failures, strict=True)
    )
