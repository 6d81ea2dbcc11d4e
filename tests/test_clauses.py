"""``rulesets show X --clauses``: what of the basis is encoded, judged by people, or not covered."""

import json
from pathlib import Path

from tests.support import HEAD, dudao, write

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
    assert "there is no criterion `D3`" in ran.out


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
