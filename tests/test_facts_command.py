"""``dudao facts``: facts and columns of tables, found by their names or needed by a ruleset."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.commands.common import Exit
from engine.locale import LANGS
from tests.conftest import Screen
from tests.support import criteria, dudao, write
from tests.test_explain import SCREENS, place


def test_facts_are_found_by_name_label_or_synonym(tmp_path: Path) -> None:
    """One fact gives its page, several a table, none a hint."""
    place("share", tmp_path)
    vocabulary = ("-r", tmp_path)
    table = dudao("facts", *vocabulary)
    assert "children.public_share" in table.out
    page = dudao("facts", "大班额", *vocabulary)
    assert page.out.startswith("classes.large  大班额班数\n")
    data = json.loads(dudao("facts", "classes.large", *vocabulary, "--format", "json").out)
    assert [fact["name"] for fact in data["facts"]] == ["classes.large"]


COUNTED = """
- {id: T1, title: {zh: 大校, en: big}, fully: "count(schools where pupils > 2000) = 0"}
- {id: T2, title: {zh: 公办, en: public}, fully: children.public_share >= 50%}
"""


@pytest.mark.parametrize("lang", LANGS)
def test_facts_of_a_ruleset_are_those_it_needs(lang: str, tmp_path: Path, screen: Screen) -> None:
    """With `-r` the facts, and the columns of tables with the key, that the ruleset reads."""
    path = write(tmp_path, "ruleset.yaml", criteria(COUNTED))
    screen(SCREENS / "facts" / f"needed.{lang}.txt", dudao("facts", "-r", path, "--lang", lang).out)
    data = json.loads(dudao("facts", "-r", path, "--format", "json").out)
    assert [fact["name"] for fact in data["facts"]] == [
        "children.all",
        "children.public",
        "children.public_share",
    ]
    assert data["facts"][0]["better"] == "higher"
    assert data["facts"][0]["typical"] == "16000人"
    assert {n: (t["key"], list(t["columns"])) for n, t in data["tables"].items()} == {
        "schools": ("id", ["id", "pupils"])
    }


@pytest.mark.parametrize(
    ("word", "facts", "columns"),
    [
        ("schools", 0, ["id", "stage", "pupils", "teachers", "books", "boarding"]),
        ("学校表", 0, ["id", "stage", "pupils", "teachers", "books", "boarding"]),
        ("schools.pupils", 0, ["pupils"]),
        ("寄宿", 0, ["boarding"]),
        ("teachers", 3, ["teachers"]),
        ("公办", 2, []),
    ],
)
def test_columns_are_found_too(word: str, facts: int, columns: list[str], tmp_path: Path) -> None:
    """A word finds a table, its columns by name or label, and facts beside them."""
    page = vocabulary_json(small(tmp_path), word)
    assert len(page["facts"]) == facts
    assert [c for table in page["tables"].values() for c in table["columns"]] == columns
    ran = dudao("facts", word, "-r", tmp_path / "ruleset.yaml")
    assert ran.code == 0
    assert all(f"schools.{column} " in ran.out for column in columns)


def small(folder: Path) -> Path:
    """A ruleset that reads all of the small vocabulary that the searches are for."""
    columns = ("stage = 小学", "pupils > teachers", "books > 0", "boarding = yes")
    counts = " and ".join(f"count(schools where {column}) = 0" for column in columns)
    rest = "pay.not_below and children.public_share > 0 and ratio.staff > 0"
    rules = f"- {{id: A, title: {{zh: 甲, en: a}}, fully: '{counts} and {rest}'}}\n"
    return write(folder, "ruleset.yaml", criteria(rules))


def vocabulary_json(path: Path, word: str) -> Any:
    return json.loads(dudao("facts", word, "-r", path, "--format", "json").out)


def test_facts_of_the_shipped_vocabulary() -> None:
    """Without a ruleset the whole vocabulary; an unknown word is wrong use."""
    assert len(dudao("facts").out.splitlines()) > 100
    ran = dudao("facts", "no-such-word-anywhere")
    assert (ran.code, ran.out) == (Exit.USAGE, "")


def test_facts_of_an_unusable_ruleset(tmp_path: Path) -> None:
    """A ruleset with faults has no facts to list."""
    write(tmp_path, "ruleset.yaml", "format: 1\n")
    assert dudao("facts", "-r", tmp_path).code == Exit.UNUSABLE
