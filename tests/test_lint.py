"""Each lint finds its own doubt, and keeps silent about the same ruleset without it."""

from pathlib import Path

import pytest

from engine.language.diagnostics import Severity
from engine.locale import catalogue
from engine.workshop.lint import LINTS, lint
from tests.support import HEAD, ruleset

# A ruleset about which nothing is doubtful; every case below changes one thing of it.
CLEAN = """\
basis:
  notice: {cite: 某教督〔2026〕1号, seen: false}
parameters:
  floor: {value: 95%, source: {basis: notice}}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: A
        title: {zh: 巩固率不低于95%, en: Retention}
        measure: rate.retention
        fully: ">= floor"
        source: {basis: notice, clause: 一}
      - id: B
        title: {zh: 大班额比例, en: Large classes}
        measure: classes.large / classes.all
        fully: "< 5%"
        basically: "<= 10%"
        status: reconstructed
        source: {basis: notice, clause: 二, note: {zh: 由通报推定, en: inferred from reports}}
      - id: V
        title: {zh: 无责任事故, en: No accidents}
        fully: safety.accidents = 0
        veto: true
        source: {basis: notice, clause: 三}
grade:
  scale: [A, B]
  award:
    - {grade: A, when: share(fully_met) >= 90%}
    - {grade: B}
  caps:
    - {at_most: B, when: any_veto, because: {zh: 事故, en: accidents}}
"""
CASES = {
    "unused-parameter": ('fully: ">= floor"', 'fully: ">= 95%"'),
    "criterion-without-source": ("        source: {basis: notice, clause: 三}\n", ""),
    "reconstructed-without-note": (", note: {zh: 由通报推定, en: inferred from reports}", ""),
    "direction-unknown": (
        'measure: classes.large / classes.all\n        fully: "< 5%"\n        basically: "<= 10%"',
        'measure: area.rooms\n        fully: ">= 5㎡ and <= 9㎡"',
    ),
    "veto-unused": ("when: any_veto", "when: count(not_met) > 1"),
    "title-against-limit": ("大班额比例", "大班额不超过 5%"),
    "bare-number-for-rate": ('fully: ">= floor"', 'fully: ">= 50"\n        basically: ">= floor"'),
    "untranslated": ("title: {zh: 无责任事故, en: No accidents}", "title: 无责任事故"),
}


def found(folder: Path, text: str) -> list[str]:
    loaded = ruleset(folder, HEAD + text)
    assert loaded.diagnostics == ()
    return [diagnostic.code for diagnostic in lint(loaded.ruleset)]


def test_a_clean_ruleset_has_nothing_doubtful(tmp_path: Path) -> None:
    """Better to miss a case than to accuse wrongly."""
    assert found(tmp_path, CLEAN) == []


@pytest.mark.parametrize("code", CASES)
def test_one_change_gives_one_finding(code: str, tmp_path: Path) -> None:
    """Each doubt is found where it is, and nothing else is."""
    before, after = CASES[code]
    assert CLEAN.count(before) == 1
    assert found(tmp_path, CLEAN.replace(before, after)) == [code]


def test_every_lint_has_a_case() -> None:
    """A new check comes with the ruleset that it finds fault with."""
    assert len(CASES) == len(LINTS)
    severities = {Severity(catalogue("diagnostics")[code]["severity"]) for code in CASES}
    assert Severity.ERROR not in severities, "what loads is usable"


def test_findings_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Several doubts are told in the order in which a reader meets them."""
    text = CLEAN
    for code in ("untranslated", "unused-parameter", "criterion-without-source"):
        text = text.replace(*CASES[code])
    lines = [d.span.line for d in lint(ruleset(tmp_path, HEAD + text).ruleset)]
    assert len(lines) == 3
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("title", "limit", "doubtful"),
    [
        ("占比不低于 50%", ">= 50%", False),
        ("占比不低于 50%", "> 50%", True),
        ("占比高于 50%", "> 50%", False),
        ("占比高于 50%", ">= 50%", True),
        ("占比不高于 50%", "<= 50%", False),
        ("占比低于 50%", "<= 50%", True),
        ("不低于平均水平", "> 50%", False),
        ("占比", "> 50%", False),
    ],
)
def test_words_of_a_title(title: str, limit: str, doubtful: bool, tmp_path: Path) -> None:
    """A title names a comparison only where a figure follows, and 不低于 is not 低于."""
    text = CLEAN.replace("大班额比例", title)
    text = text.replace('"< 5%"\n        basically: "<= 10%"', f'"{limit}"')
    assert ("title-against-limit" in found(tmp_path, text)) is doubtful
