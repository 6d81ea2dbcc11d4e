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
