"""Each lint finds its own doubt, and keeps silent about the same ruleset without it."""

import ast
import re
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.diagnostics import RulesetError, Severity
from engine.language.loader import load_file
from engine.language.model import Ruleset, Status
from engine.locale import catalogue, without_formula
from engine.workshop.lint import LINTS, lint
from tests.support import HEAD, ROOT, dudao, ruleset, write

# A ruleset about which nothing is doubtful; every case below changes one thing of it.
CLEAN = """\
basis:
  notice: {cite: 某教督〔2026〕1号, seen: false}
parameters:
  floor: {by: area_class, values: {一类地区: 95%}, otherwise: 93%, source: {basis: notice}}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: A
        title: {zh: 巩固率不低于95%, en: Retention}
        measure: rate.retention
        fully: ">= floor"
        basically: ">= 90%"
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
# The points of one criterion of CLEAN, and a grade rule that asks for them.
POINTS = "veto: true", "veto: true\n        points: "
CASES = {
    "unused-parameter": [('fully: ">= floor"', 'fully: ">= 95%"')],
    "criterion-without-source": [("        source: {basis: notice, clause: 三}\n", "")],
    "reconstructed-without-note": [(", note: {zh: 由通报推定, en: inferred from reports}", "")],
    "direction-unknown": [
        ("measure: classes.large / classes.all", "measure: area.rooms"),
        ('"< 5%"', '">= 5㎡ and <= 9㎡"'),
        ('        basically: "<= 10%"\n', ""),
    ],
    "veto-unused": [("when: any_veto", "when: count(not_met) > 1")],
    "title-against-limit": [("大班额比例", "大班额不超过 5%")],
    "bare-number-for-rate": [("share(fully_met) >= 90%", "share(fully_met) >= 90")],
    "limit-out-of-range": [("otherwise: 93%", "otherwise: 193%")],
    "direction-against-vocabulary": [("safety.accidents = 0", "safety.accidents > 3")],
    "level-dead-for-some": [('basically: ">= 90%"', 'basically: ">= 94%"')],
    "award-against-scale": [("scale: [A, B]", "scale: [B, A]")],
    "award-dead": [
        ("- {grade: B}", "- {grade: A, when: share(fully_met) >= 95%}\n    - {grade: B}")
    ],
    "points-without-criteria": [("share(fully_met) >= 90%", "points >= 90")],
    "points-out-of-reach": [
        (POINTS[0], POINTS[1] + "5\n        bonus: {points: 2}"),
        ("share(fully_met) >= 90%", "points >= 7.5"),
    ],
    "unreachable-step": [
        (
            POINTS[0],
            POINTS[1] + "{steps: [{when: safety.accidents < 3, points: 5},"
            " {when: safety.accidents = 4, points: 2}, {when: safety.accidents <= 2, points: 1}]}",
        )
    ],
    "points-above-max": [
        (
            POINTS[0],
            POINTS[1] + "{max: 5, steps: [{when: safety.accidents = 0, points: 5}], otherwise: 6}",
        )
    ],
    "points-against-outcome": [(POINTS[0], POINTS[1] + "{fully: 1, not_met: 5}")],
    "negative-points": [(POINTS[0], POINTS[1] + "-5")],
    "not-in-columns": [
        (
            "fully: safety.accidents = 0",
            'fully: "safety.accidents = 0 and min(cv(schools: pupils), 30%) < 10%"',
        )
    ],
    "batch-unused": [
        (
            "basis:\n  notice:",
            "batch: {of: district, because: {zh: 按名次, en: by rank}}\nbasis:\n  notice:",
        )
    ],
    "untranslated": [("title: {zh: 无责任事故, en: No accidents}", "title: 无责任事故")],
}


def changed(code: str, text: str = CLEAN) -> str:
    """The clean ruleset with what raises one code."""
    for before, after in CASES[code]:
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


def found(folder: Path, text: str) -> list[str]:
    loaded = ruleset(folder, HEAD + text)
    assert loaded.diagnostics == ()
    return [diagnostic.code for diagnostic in lint(loaded.ruleset)]


def test_a_clean_ruleset_has_nothing_doubtful(tmp_path: Path) -> None:
    """Better to miss a case than to accuse wrongly."""
    assert found(tmp_path, CLEAN) == []


@pytest.mark.parametrize("code", CASES)
def test_a_doubt_is_found_alone(code: str, tmp_path: Path) -> None:
    """Each doubt is found where it is, and nothing else is."""
    assert found(tmp_path, changed(code)) == [code]


def test_every_lint_has_a_case(tmp_path: Path) -> None:
    """A new check comes with the ruleset that it finds fault with; what loads stays usable."""
    texts = [ruleset(tmp_path / code, HEAD + changed(code)).ruleset for code in CASES]
    texts.append(of_next_year(tmp_path, "parameters: {floor: 96%}\n"))
    silent = [check for check in LINTS if not any([*check(text)] for text in texts)]
    assert silent == []
    severities = {Severity(catalogue("diagnostics")[code]["severity"]) for code in CASES}
    assert Severity.ERROR not in severities, "what loads is usable"


BASE = (
    HEAD.replace('"2026"', '"2025"')
    + """\
basis:
  notice: {cite: 某教督〔2025〕1号, seen: false}
parameters:
  floor: {value: 95%, source: {basis: notice}}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: A
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= floor"
        status: official
        source: {basis: notice, clause: 一}
"""
)


def of_next_year(folder: Path, text: str) -> Ruleset:
    """A ruleset that extends last year's."""
    write(folder / "demo" / "2025", "ruleset.yaml", BASE)
    head = HEAD.replace("vocabulary: small\n", "extends: demo@2025\n")
    return load_file(write(folder / "demo" / "2026", "ruleset.yaml", head + text)).ruleset


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("parameters: {floor: 96%}\n", ["change-without-source"]),
        ("parameters: {floor: {value: 96%, source: {cite: 新通知}}}\n", []),
        ("replace: [{id: A, fully: '>= floor + 1%'}]\n", ["change-without-source"]),
        ("replace: [{id: A, fully: '>= floor + 1%', source: {cite: 新通知}}]\n", []),
        ("replace: [{id: A, points: 5}]\n", []),
        ("parameters: {flor: 96%}\n", ["unused-parameter"]),
    ],
)
def test_a_new_limit_has_its_own_source(text: str, codes: list[str], tmp_path: Path) -> None:
    """Else the clause of last year would pass for asking it."""
    found = lint(of_next_year(tmp_path, text))
    assert [d.code for d in found] == codes
    assert [d.suggestion for d in found if d.code == "unused-parameter"] in ([], ["floor"])


def test_a_new_limit_is_not_official_by_inheritance(tmp_path: Path) -> None:
    """The status of a replaced level is that of the file which replaces it."""
    old = of_next_year(tmp_path, "").criterion("A")
    new = of_next_year(tmp_path, "replace: [{id: A, fully: '>= 96%'}]\n").criterion("A")
    assert old is not None
    assert new is not None
    assert (old.status, new.status) == (Status.OFFICIAL, Status.DRAFT)


def test_findings_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Several doubts are told in the order in which a reader meets them."""
    text = CLEAN
    for code in ("untranslated", "unused-parameter", "criterion-without-source"):
        text = changed(code, text)
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


@pytest.mark.parametrize(
    ("limit", "doubtful"),
    [
        (">= 0%", False),
        (">= 100%", False),
        ("> 100%", True),
        (">= 100.01%", True),
        ("<= 120%", True),
        (">= -1%", True),
    ],
)
def test_a_limit_may_touch_the_end_of_the_range(limit: str, doubtful: bool, tmp_path: Path) -> None:
    """``>= 100%`` asks for all; beyond the range a comparison always or never holds."""
    text = CLEAN.replace("safety.accidents = 0", f"rate.retention {limit}")
    assert ("limit-out-of-range" in found(tmp_path, text)) is doubtful


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ("{lo: 45%, hi: 50%}", "dead"),
        ("{lo: 50%, hi: 45%}", None),
        ("{lo: 50%, hi: 50%}", "dead"),
        (
            "{lo: {by: area_class, values: {一类地区: 45%}, otherwise: 40%}, hi: 50%}",
            "unreachable-level",
        ),
        ("{lo: {by: area_class, values: {一类地区: 45%}, otherwise: 60%}, hi: 50%}", "some"),
    ],
)
def test_limits_in_parameters_are_compared_too(
    values: str, verdict: str | None, tmp_path: Path
) -> None:
    """A level that no subject reaches is an error, one that some cannot reach a doubt."""
    rules = (
        f"{HEAD}parameters: {values}\ndomains:\n  - id: D\n    title: {{zh: 域, en: Domain}}\n"
        "    criteria:\n      - {id: A, title: {zh: 巩固率, en: Retention},"
        " measure: rate.retention, fully: '>= lo', basically: '>= hi', source: {cite: 文}}\n"
    )
    if verdict in (None, "some"):
        codes = [d.code for d in lint(ruleset(tmp_path, rules).ruleset)]
        assert codes == ([] if verdict is None else ["level-dead-for-some"])
        return
    with pytest.raises(RulesetError) as caught:
        ruleset(tmp_path, rules)
    assert [d.code for d in caught.value.diagnostics] == ["unreachable-level"]


def test_every_reason_that_formulas_give_has_words() -> None:
    """What cannot be compiled or proved is told in both languages."""
    found = set()
    for path in (ROOT / "engine").glob("*/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "UnsupportedError":
                text = ast.unparse(node.args[0])
                found.add(re.sub(r"\{[^}]*\}", "round", str(ast.literal_eval(text.lstrip("f")))))
    assert len(found) > 15
    for reason in found:
        assert re.search(r"[\u4e00-\u9fff]", without_formula(reason).zh), reason
    assert without_formula("`round` of outcomes").en == "`round` of outcomes"


def test_a_note_is_no_warning(tmp_path: Path) -> None:
    """What columns cannot compute is named; the ruleset is clean and the exit code 0."""
    text = (ROOT / "tests/diagnostics/not-in-columns.yaml").read_text(encoding="utf-8")
    ruleset(tmp_path, text)
    ran = dudao("check", tmp_path, "--no-proof", "--lang", "en")
    assert ran.code == Exit.DONE
    assert "note[not-in-columns] D.1 cannot be computed in columns: the square root" in ran.err
    assert "usable, nothing found" in ran.out
