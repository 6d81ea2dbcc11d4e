"""``rulesets show X --clauses``: what of the basis is encoded, judged by people, or not covered."""

import json
from itertools import chain
from pathlib import Path

import pytest

from engine.language.catalogue import Installed, installed
from engine.language.loader import load_file
from engine.locale import LANGS, Lang
from engine.reporting.clauses_page import coverage
from tests.support import HEAD, dudao, write

by_name = pytest.mark.parametrize("entry", installed(), ids=lambda e: e.name)

# The sections and items of the sample reports, as their own headings number them.
SECTIONS = {
    "changde-county-duty@2022": "一 二、1 二、2 二、3 二、4 二、5 二、6 二、7",
    "yili-county-duty@2019": (
        "一 二(一)1 二(一)2 二(二) 二(三) 二(四)1 二(四)2 二(四)3 二(四)4 二(四)5 二(四)6 二(四)7"
        " 二(四)8 二(四)9 二(五)1 二(六)1 二(六)2 二(七) 三 四(一) 四(二)"
    ),
    "yuecheng-county-duty@2019": (
        "一 二(一)1 二(一)2 二(一)3 二(一)4 二(二)1 二(二)2 二(二)3 二(三)1 二(三)2 下一步"
    ),
    "tongshan-county-duty@2021": (
        "一(一) 一(二) 一(三) 一(四) 一(五) 二(一) 二(二) 二(三) 二(四) 二(五) 二(六) 三"
        " 四·一 四·二 四·三 四·四 四·五 四·六"
    ),
    "tongshan-targets@2025": "一 二 三(一) 三(二) 三(三) 三(四) 三(五) 四",
    "xiangyang-county-duty@2023": (
        "一 二(一)1 二(一)2 二(二)1 二(二)2 二(二)3 二(二)4 二(二)5 二(三)1 二(四)1 二(四)2 二(五)1"
        " 三 四 五"
    ),
}

RULES = f"""{HEAD}basis:
  notice:
    cite: 某政教〔2026〕1号
    seen: true
    clauses:
      一.1: {{title: {{zh: 公办园占比, en: share of public kindergartens}}}}
      一.11: {{title: {{zh: 师德, en: ethics}}}}
      二: {{title: {{zh: 其他, en: other}}, left_out: {{zh: 无可量内容, en: nothing to measure}}}}
domains:
  - id: D
    title: {{zh: 域, en: Domain}}
    criteria:
      - id: D1
        title: {{zh: 占比, en: Share}}
        measure: children.public_share
        fully: ">= 50%"
        source: {{basis: notice, clause: 一.1}}
      - id: D2
        title: {{zh: 师德, en: Ethics}}
        judged: true
        source: {{basis: notice, clause: 一.11}}
"""


def test_each_clause_says_who_answers_it(tmp_path: Path) -> None:
    """A clause is encoded, judged, or open with the reason; 一.1 is not taken for 一.11."""
    path = write(tmp_path, "ruleset.yaml", RULES)

    ran = dudao("rulesets", "show", path, "--clauses", "--format", "json", "--lang", "en")

    assert ran.code == 0
    (document,) = json.loads(ran.out)["documents"]
    assert document["listed"] is True
    assert [(c["place"], c["state"], c["encoded"], c["judged"]) for c in document["clauses"]] == [
        ("一.1", "encoded", ["D1"], []),
        ("一.11", "judged", [], ["D2"]),
        ("二", "open", [], []),
    ]
    assert document["clauses"][2]["left_out"] == "nothing to measure"


def test_a_place_speaks_of_the_clauses_it_begins_with(tmp_path: Path) -> None:
    """二(一)2 speaks of 二(一), not of 一; a place may name two clauses; 超大班额 is not 大班额."""
    rules = (
        RULES[: RULES.index("    clauses:")]
        + """    clauses:
      一: {title: {zh: 概况, en: survey}}
      二(一): {title: {zh: 领导, en: lead}}
      四(一): {title: {zh: 问题, en: problems}}
      大班额: {title: {zh: 大班额, en: large classes}}
      超大班额: {title: {zh: 超大班额, en: super-large classes}}
"""
        + RULES[RULES.index("domains:") :]
        .replace("一.11", "二(一)2、四(一)")
        .replace("一.1", "超大班额")
    )
    path = write(tmp_path, "ruleset.yaml", rules)

    ran = dudao("rulesets", "show", path, "--clauses", "--format", "json", "--lang", "en")

    (document,) = json.loads(ran.out)["documents"]
    assert [(c["place"], c["encoded"] + c["judged"]) for c in document["clauses"]] == [
        ("一", []),
        ("二(一)", ["D2"]),
        ("四(一)", ["D2"]),
        ("大班额", []),
        ("超大班额", ["D1"]),
    ]


def test_a_clause_may_name_criteria_that_cite_another_document(tmp_path: Path) -> None:
    """A limit from elsewhere still answers the clause, which then needs no reason."""
    path = write(
        tmp_path, "ruleset.yaml", RULES.replace("en: other}, ", "en: other}, criteria: [D2], ")
    )

    ran = dudao("rulesets", "show", path, "--clauses", "--format", "json", "--lang", "en")

    (document,) = json.loads(ran.out)["documents"]
    assert document["clauses"][2]["state"] == "judged"
    assert document["clauses"][2]["judged"] == ["D2"]
    assert document["clauses"][2]["left_out"] is None


def test_a_clause_that_names_no_criterion_is_refused(tmp_path: Path) -> None:
    """A misspelt id would leave the clause open without anybody noticing."""
    path = write(
        tmp_path, "ruleset.yaml", RULES.replace("en: other}, ", "en: other}, criteria: [D3], ")
    )

    ran = dudao("check", path, "--lang", "en")

    assert ran.code == 3
    assert "there is no criterion `D3`" in ran.err


def test_a_document_without_a_list_shows_what_is_cited() -> None:
    """Shipped rulesets: every criterion's place appears, as a table and as Markdown."""
    text = dudao("rulesets", "show", "changde-county-duty@2022", "--clauses")
    markdown = dudao(
        "rulesets", "show", "changde-county-duty@2022", "--clauses", "--format", "markdown"
    )

    assert text.code == markdown.code == 0
    for name in ("A1.1", "A3.1", "A5.3", "A7.7"):
        assert name in text.out
        assert name in markdown.out
    assert "| 普及普惠水平 3 |" in markdown.out


@by_name
@pytest.mark.parametrize("lang", LANGS)
def test_every_criterion_is_shown_under_a_clause(entry: Installed, lang: Lang) -> None:
    """Nothing that an edition encodes is missing from the list; what is open has its reason."""
    ruleset = load_file(entry.path).ruleset

    clauses = list(chain.from_iterable(clauses for _, clauses in coverage(ruleset, lang)))

    shown = {name for clause in clauses for name in (*clause.encoded, *clause.judged)}
    assert shown == {criterion.id for criterion in ruleset.criteria}
    assert not [clause.place for clause in clauses if not clause.title]
    assert not [c.place for c in clauses if c.state == "open" and not c.left_out]
    assert not [c.place for c in clauses if c.state != "open" and c.left_out]


@by_name
def test_an_edition_lists_what_it_leaves_open(entry: Installed) -> None:
    """No edition encodes all of its basis, and none may look as if it did."""
    states = [
        clause.state
        for _, clauses in coverage(load_file(entry.path).ruleset, "en")
        for clause in clauses
    ]

    assert "open" in states
    assert "encoded" in states


@pytest.mark.parametrize("name", SECTIONS)
def test_a_report_that_was_seen_is_listed_whole(name: str) -> None:
    """Every section of the sample report that the edition rests on, whether encoded or not."""
    (entry,) = (entry for entry in installed() if entry.name == name)

    seen = {
        clause.place
        for document, clauses in coverage(load_file(entry.path).ruleset, "zh")
        if document.seen
        for clause in clauses
    }

    assert set(SECTIONS[name].split()) <= seen
