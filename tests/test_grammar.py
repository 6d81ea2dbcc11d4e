"""The tables made of the grammar beforehand: they fit it, and parse as it does."""

import json
from pathlib import Path

import pytest
from lark import Lark, Tree

from engine.language import grammar
from engine.language.grammar import GRAMMAR, TABLES, tables
from engine.language.parser import _Builder, parse
from tests.support import ROOT

HOW = "make them anew: .venv/bin/python -m engine.language.grammar"
EXPRESSIONS = (
    "a.b >= 50% and not c.d",
    "低于 5%",
    ">= 80% and < 90%",
    "if a then b else c",
    "count(schools where stage = 小学 and pupils > 2000) / 3",
    "cv(schools: teachers / pupils, weight: pupils)",
    "every_year(2, x.y >= prior(x.y))",
    "at_least(2, a, b = yes, c in (Ⅲ, Ⅳ))",
    "min(1:15, -2万元, 2022-06-30)",
    "share(fully_met, A3) >= 90% 或 any_veto",
)


def test_the_tables_were_made_for_this_grammar() -> None:
    """Tables that do not fit are not used, which costs every start 50 ms: they must be current."""
    made = json.loads(tables())["made_for"]
    assert json.loads(TABLES.read_text(encoding="utf-8"))["made_for"] == made, HOW


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_both_parsers_make_the_same_tree(text: str) -> None:
    """Whether from the tables or from the grammar itself, the tree is the same."""
    whole = GRAMMAR.read_text(encoding="utf-8")
    fresh = Lark(whole, parser="lalr", transformer=_Builder(), maybe_placeholders=True)
    made = grammar.expression_parser(_Builder())
    found = made.parse(text)
    assert not isinstance(found, Tree)
    assert found == fresh.parse(text)


def test_tables_for_another_grammar_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tables that are old or missing, the parser is made from the grammar itself."""
    old = json.loads(TABLES.read_text(encoding="utf-8")) | {"made_for": "another", "data": {}}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    for place in (path, tmp_path / "missing.json"):
        monkeypatch.setattr(grammar, "TABLES", place)
        assert grammar.expression_parser(_Builder()).parse("1 + 2") == parse("1 + 2")


def test_the_tables_are_part_of_the_package() -> None:
    """They lie beside the grammar, so that a wheel has both."""
    assert TABLES.parent == GRAMMAR.parent == ROOT / "engine" / "language"
