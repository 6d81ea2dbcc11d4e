"""What two editions differ in beside what they decide: data, ranges, integrity, texts, sources."""

import json
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.locale import LANGS, Lang

from .conftest import Screen
from .support import DATA, SMALL, dudao, write

OLD = """\
format: 1
ruleset: demo
edition: "2025"
status: draft
title: {zh: 示例, en: Demo}
vocabulary: small
basis:
  notice: {cite: 示例通知, seen: false}
  law: {cite: 教育法, seen: true}
parameters:
  floor: {value: 95%, source: {basis: notice, clause: 一}}
  unused: 3
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: D.1
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= floor"
        points: {fully: 10, basically: 5, not_met: 0}
        source: {basis: notice, clause: 一}
      - id: D.2
        title: {zh: 公办园, en: Public kindergartens}
        measure: children.public / children.all
        fully: ">= 50%"
      - id: D.3
        title: {zh: 大校, en: Large schools}
        fully: "count(schools where pupils > 2000) = 0"
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: count(not_met) = 0}
    - {grade: B, when: count(not_met) <= 1}
    - {grade: C}
  caps:
    - {at_most: B, when: safety.falsified, because: {zh: 弄虚作假, en: falsified}}
"""
NEW = (
    OLD.replace('"2025"', '"2026"')
    .replace("示例通知, seen: false", "示例通知（修订）, seen: true")
    .replace("  law: {cite: 教育法, seen: true}\n", "")
    .replace("  unused: 3\n", "  fresh: 4\n")
    .replace("{zh: 域, en: Domain}", "{zh: 领域, en: Domain}")
    .replace("basically: 5", "basically: 6")
    .replace("clause: 一}\n      - id: D.2", "clause: 二}\n      - id: D.2")
    .replace("公办园, en: Public kindergartens", "公办园占比, en: Public kindergartens")
    .replace("pupils > 2000) = 0", "books > 2000) = 0")
    .replace("scale: [A, B, C]", "scale: [优秀, 良好, 合格]")
    .replace("grade: A,", "grade: 优秀,")
    .replace("grade: B,", "grade: 良好,")
    .replace("grade: C}", "grade: 合格}")
    .replace("at_most: B", "at_most: 良好")
    .replace("{zh: 弄虚作假, en: falsified}", "{zh: 数据造假, en: falsified}")
)
VOCABULARY = (
    SMALL.read_text(encoding="utf-8")
    .replace(
        "children.all: {label: {zh: 在园幼儿, en: children}, type: count, unit: 人, "
        "range: [0, 1000000]",
        "children.all: {label: {zh: 在园幼儿数, en: children}, type: count, unit: 人, "
        "range: [0, 2000000]",
    )
    .replace("type: rate, range: [0%, 100%], quantum: 0.01%", "type: rate, range: [50%, 100%]")
    .replace("rule: children.public <= children.all", "rule: children.public < children.all")
    .replace("values: [一类地区, 二类地区, 三类地区]", "values: [一类地区, 二类地区]")
)


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """Two editions, each with a vocabulary of its own."""
    write(tmp_path / "new", "small.yaml", VOCABULARY)
    return (
        write(tmp_path / "old", "ruleset.yaml", OLD),
        write(tmp_path / "new", "ruleset.yaml", NEW),
    )


@pytest.mark.parametrize("lang", LANGS)
def test_what_lies_beside_as_prose(lang: Lang, editions: tuple[Path, Path], screen: Screen) -> None:
    """Every change of data, ranges, rules of integrity, texts, sources, grades: a line each."""
    assert VOCABULARY.count("2000000") == 1
    ran = dudao("diff", *editions, "--lang", lang)
    assert ran.code == Exit.DONE, ran.err
    screen(DATA / "editions" / f"beside.{lang}.txt", ran.out)


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_list_has_a_line_for_each(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """Of two very different schemes no line runs on; what fits on one stays on one."""
    facts = ("children.all", "classes.all", "classes.large", "money.spending", "pay.teachers")
    every = " and ".join(f"reported({name})" for name in facts)
    limits = "".join(f"  {name}_at_least: 1\n" for name in ("schools", "books", "rooms", "staff"))
    head = OLD.partition("basis:\n")[0]
    few = "domains:\n  - {id: D, title: 域, criteria: [{id: D.1, title: 甲, fully: FULLY}]}\n"
    old = write(tmp_path / "old", "ruleset.yaml", head + few.replace("FULLY", "pay.not_below"))
    new = head + f"parameters:\n{limits}" + few.replace("FULLY", every)
    new = new.replace('"2025"', '"2026"').replace("id: D,", "id: E,").replace("D.1", "E.1")
    ran = dudao("diff", old, write(tmp_path / "new", "ruleset.yaml", new), "--lang", lang)
    assert ran.code == Exit.DONE, ran.err
    screen(DATA / "editions" / f"long.{lang}.txt", ran.out)


def test_what_lies_beside_as_data(editions: tuple[Path, Path]) -> None:
    """Closed lists of parts and shifts; a text is one string where both languages say the same."""
    found = json.loads(dudao("diff", *editions, "--format", "json").out)
    beside = {(b["part"], b["name"], b["key"]): b for b in found["beside"]}
    assert beside["fact", "children.all", "range"]["shift"] == "wider"
    assert beside["fact", "rate.retention", "range"]["shift"] == "narrower"
    assert beside["fact", "rate.retention", "range"]["after"] == "50% – 100%"
    assert beside["fact", "rate.retention", "quantum"]["after"] is None
    assert beside["fact", "children.all", "label"]["after"] == {
        "zh": "在园幼儿数",
        "en": "children",
    }
    assert beside["integrity", "public-within-all", "rule"]["before"].endswith("<= children.all")
    assert beside["document", "law", None]["shift"] == "gone"
    assert beside["parameter", "fresh", None]["shift"] == "new"
    assert beside["need", "schools.books", None]["shift"] == "new"
    assert beside["need", "schools.pupils", None]["shift"] == "gone"
    assert ("fact", "money.spending", "label") not in beside
    (points,) = [w for c in found["criteria"] for w in c["wordings"] if w["key"] == "points"]
    assert points["before"]["points"]["basically_met"] == "5"
    assert points["after"]["points"]["basically_met"] == "6"
    assert found["grade"]["by_position"] is True
    assert found["grade"]["change"] == "equivalent"


def test_nothing_lies_beside_an_edition_and_itself(editions: tuple[Path, Path]) -> None:
    """No difference, no section."""
    ran = dudao("diff", editions[0], editions[0], "--lang", "en")
    assert ran.code == Exit.DONE
    assert "beside" not in ran.out


def test_data_that_districts_need_newly(tmp_path: Path) -> None:
    """With one and the same vocabulary too: what must be reported from now on, and no longer."""
    old = write(tmp_path / "old", "ruleset.yaml", OLD)
    new = write(
        tmp_path / "new",
        "ruleset.yaml",
        OLD.replace("rate.retention", "pay.teachers / pay.servants"),
    )
    found = json.loads(dudao("diff", old, new, "--format", "json").out)
    needs = [(b["name"], b["shift"]) for b in found["beside"] if b["part"] == "need"]
    assert needs == [("pay.teachers", "new"), ("pay.servants", "new"), ("rate.retention", "gone")]
