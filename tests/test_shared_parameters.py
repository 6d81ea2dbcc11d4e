"""Shared parameters: written once, read by any edition as its own, overridden openly."""

import json
from contextlib import chdir
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.catalogue import parameters_file, shipped
from engine.language.diagnostics import RulesetError
from engine.language.digest import ruleset_digest
from engine.language.loader import Loaded, load_file
from engine.language.printer import show
from engine.locale import LANGS
from engine.workshop.diff import Change, compare_criteria
from engine.workshop.lint import lint
from engine.workshop.mutants import mutants
from engine.workshop.suite import read_suite
from engine.workshop.sweep import read_sweep
from engine.workshop.testing import try_ruleset
from tests.conftest import Screen
from tests.support import DATA, HEAD, SMALL, dudao, score, write

SCREENS = DATA.parent / "screens" / "rulesets"
LIMITS = """\
format: 1
basis:
  method: {cite: 《国家办法》教督〔2020〕1号, seen: false}
parameters:
  retention_floor:
    value: 95%
    source: {basis: method, clause: 三}
    note: {zh: 巩固率, en: retention}
  large_limit: {value: 5%, source: {cite: 会议纪要, clause: 二}}
  pay_floor:
    by: area_class
    values: {一类地区: 9万元, 二类地区: 8万元}
    otherwise: 7万元
    source: {basis: method, clause: 四}
"""
TAKES = HEAD + "parameters_from: [limits]\n"
RETENTION = """\
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: D.1
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= retention_floor"
        source: {cite: 示例通知, clause: 一, note: {zh: 假设, en: assumption}}
"""
CASES = """\
format: 1
cases:
  - {name: at, facts: {rate.retention: 95%}, expect: {outcomes: {D.1: fully_met}}}
  - {name: below, facts: {rate.retention: 94.99%}, expect: {outcomes: {D.1: not_met}}}
"""
BASE = HEAD.replace("2026", "2025") + "parameters_from: [limits]\n" + RETENTION
CHILD = HEAD.replace("vocabulary: small", "extends: demo@2025")


def tree(folder: Path, rules: str = TAKES + RETENTION, limits: str = LIMITS) -> Path:
    """The edition demo@2026 with its cases, in a tree with shared limits and a vocabulary."""
    write(folder / "vocabulary", SMALL.name, SMALL.read_bytes())
    (folder / "parameters").mkdir(exist_ok=True)
    (folder / "parameters" / "limits.yaml").write_text(limits, encoding="utf-8")
    edition = folder / "demo" / ("2025" if 'edition: "2025"' in rules else "2026")
    write(edition, "tests.yaml", CASES)
    return write(edition, "ruleset.yaml", rules)


def load(folder: Path, rules: str = TAKES + RETENTION, limits: str = LIMITS) -> Loaded:
    return load_file(tree(folder, rules, limits))


def refused(folder: Path, rules: str, limits: str = LIMITS) -> list[str]:
    with pytest.raises(RulesetError) as raised:
        load(folder, rules, limits)
    return [d.code for d in raised.value.diagnostics]


def value(loaded: Loaded, name: str = "retention_floor") -> str:
    found = loaded.ruleset.parameters[name].value
    assert found is not None
    return show(found)


@pytest.mark.parametrize(("reported", "outcome"), [("95%", "fully_met"), ("94.99%", "not_met")])
def test_a_shared_limit_decides(reported: str, outcome: str, tmp_path: Path) -> None:
    """It is read like a parameter of the edition's own."""
    tree(tmp_path)
    assessment = score(tmp_path, TAKES + RETENTION, f"rate.retention: {reported}")

    (result,) = assessment.results
    assert result.outcome == outcome


def test_only_what_is_read_is_in_force(tmp_path: Path) -> None:
    """The other limits of the file are neither shown nor complained of."""
    loaded = load(tmp_path)

    assert list(loaded.ruleset.parameters) == ["retention_floor"]
    assert loaded.diagnostics == ()
    assert lint(loaded.ruleset) == ()


def test_it_may_differ_by_an_attribute(tmp_path: Path) -> None:
    """Values by an attribute of the subject, as in a ruleset."""
    rules = RETENTION.replace("rate.retention", "pay.teachers").replace(
        "retention_floor", "pay_floor"
    )
    loaded = load(tmp_path, TAKES + rules)

    values = {w: show(v) for w, v in loaded.ruleset.parameters["pay_floor"].values.items()}
    assert values == {"一类地区": "9万元", "二类地区": "8万元", "*": "7万元"}


# -- overriding ----------------------------------------------------------------------------------

OWN = "parameters:\n  retention_floor: {value: 96%, source: {cite: 省通知, clause: 一}}\n"


def test_the_editions_own_value_takes_its_place_and_says_of_what(tmp_path: Path) -> None:
    """Stricter than the nation, with a source of its own: no warning, and the old one is known."""
    loaded = load(tmp_path, TAKES + OWN + RETENTION)
    own = loaded.ruleset.parameters["retention_floor"]

    assert value(loaded) == "96%"
    assert own.replaces is not None
    assert (own.shared, own.replaces.shared) == ("", "limits")
    assert own.replaces.citation.text == "《国家办法》教督〔2020〕1号 三"
    assert lint(loaded.ruleset) == ()


def test_an_override_without_a_source_is_doubtful(tmp_path: Path) -> None:
    """The nation's clause does not ask for the new value."""
    loaded = load(tmp_path, TAKES + "parameters: {retention_floor: 96%}\n" + RETENTION)

    (found,) = lint(loaded.ruleset)
    assert found.code == "change-without-source"
    assert found.related[0].span.source.path.endswith("limits.yaml")


def test_an_override_is_the_same_kind_of_value(tmp_path: Path) -> None:
    """96 in the place of 95% is 9600 %."""
    text = TAKES + OWN.replace("96%", "96") + RETENTION
    assert refused(tmp_path, text) == ["parameter-unlike-base"]


@pytest.mark.parametrize("again", ["", "parameters_from: [limits]\n"])
def test_what_extends_an_edition_reads_what_it_reads(again: str, tmp_path: Path) -> None:
    """It inherits the shared limits, may name the file again, and may override one."""
    tree(tmp_path, BASE)
    assert value(load(tmp_path, CHILD + again)) == "95%"
    assert value(load(tmp_path, CHILD + again + OWN)) == "96%"


def test_an_override_of_a_base_holds_in_what_extends_it(tmp_path: Path) -> None:
    """Naming the shared file again does not bring the nation's value back."""
    tree(tmp_path, BASE.replace("domains:", OWN + "domains:"))
    loaded = load(tmp_path, CHILD + "parameters_from: [limits]\n")

    assert value(loaded) == "96%"
    assert lint(loaded.ruleset) == ()


# -- files ---------------------------------------------------------------------------------------


def test_the_file_is_found_beside_in_the_tree_or_among_the_shipped(tmp_path: Path) -> None:
    """In this order, like a vocabulary."""
    path = tree(tmp_path)
    in_tree, known = parameters_file("limits", path)
    national, _ = parameters_file("national", path)
    beside = path.parent / "parameters" / "limits.yaml"
    beside.parent.mkdir()
    beside.write_text(LIMITS.replace("95%", "97%"), encoding="utf-8")

    assert in_tree == tmp_path / "parameters" / "limits.yaml"
    assert national is not None
    assert national.resolve() == shipped() / "parameters" / "national.yaml"
    assert {"limits", "national"} <= set(known)
    assert value(load_file(path)) == "97%"


@pytest.mark.parametrize(
    ("named", "codes"),
    [
        ("[limits, limits]", ["duplicate-key"]),
        ("[../../limits]", ["bad-format"]),
        ("limits", ["wrong-type"]),
        ("[]", ["bad-structure"]),
    ],
)
def test_how_a_file_is_named(named: str, codes: list[str], tmp_path: Path) -> None:
    """A list of names, each once, none of them a path."""
    assert refused(tmp_path, TAKES.replace("[limits]", named) + RETENTION) == codes


def test_an_extending_edition_brings_no_second_meaning(tmp_path: Path) -> None:
    """A name that the base takes from one file cannot come from another as well."""
    tree(tmp_path, BASE)
    write(tmp_path / "parameters", "more.yaml", LIMITS)
    text = CHILD + "parameters_from: [more]\n"
    assert refused(tmp_path, text) == ["shared-parameter-twice"] * 3


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("value: 95%", "value: 95% + 1%", "parameter-not-constant"),
        ("value: 95%", "vale: 95%", "unknown-key"),
        ("basis: method, clause: 三", "basis: metod, clause: 三", "unknown-basis"),
        ("    source: {basis: method, clause: 三}\n", "", "missing-key"),
        ("format: 1", "format: 2", "not-allowed"),
        ("by: area_class", "by: area", "unknown-attribute"),
    ],
)
def test_a_fault_in_the_file_is_shown_there(old: str, new: str, code: str, tmp_path: Path) -> None:
    """At its own line, once, whoever reads it."""
    with pytest.raises(RulesetError) as raised:
        load(tmp_path, limits=LIMITS.replace(old, new, 1))

    (found,) = raised.value.diagnostics
    assert found.code == code
    assert found.span.source.path.endswith("limits.yaml")
    assert found.span.line


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty-file"),
        ("format: 1\nparameters: &a\n  floor: {value: 1, source: {cite: x}}\n", "yaml-anchor"),
        ("- format\n", "wrong-type"),
        (LIMITS + "parameters: {}\n", "duplicate-key"),
        (LIMITS + "parameters_from: [limits]\n", "unknown-key"),
    ],
)
def test_a_broken_file_is_refused_like_any_other(content: str, code: str, tmp_path: Path) -> None:
    """It is read as strictly as a ruleset, and takes nothing from another file."""
    assert refused(tmp_path, TAKES + RETENTION, content) == [code]


def test_a_missing_file_is_the_only_fault(tmp_path: Path) -> None:
    """The limits that nobody could read are not complained of one by one."""
    assert refused(tmp_path, TAKES.replace("[limits]", "[limit]") + RETENTION) == [
        "unknown-shared-parameters"
    ]


# -- digest --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("value: 95%", "value: 96%", False),
        ("clause: 三", "clause: 五", False),
        ("《国家办法》", "《别的办法》", False),
        ("value: 95%", "value: 0.95  # as before", True),
        ("value: 5%", "value: 6%", True),
    ],
)
def test_the_digest_covers_the_shared_limits_that_are_read(
    old: str, new: str, same: bool, tmp_path: Path
) -> None:
    """A read value or its source changes the digest; another spelling or another limit does not."""
    before = ruleset_digest(load(tmp_path).ruleset)
    after = ruleset_digest(load(tmp_path, limits=LIMITS.replace(old, new)).ruleset)

    assert (before == after) is same


def test_a_published_edition_notices_that_a_shared_limit_was_changed(tmp_path: Path) -> None:
    """It no longer loads until the shared file is restored."""
    path = tree(tmp_path)
    assert dudao("publish", path.parent).code == Exit.DONE

    tree(tmp_path, limits=LIMITS.replace("value: 95%", "value: 94%"))
    ran = dudao("check", path.parent)
    assert ran.code == Exit.UNUSABLE
    assert "edition-changed" in ran.err

    tree(tmp_path, limits=LIMITS.replace("value: 5%", "value: 6%"))
    assert dudao("test", path.parent).code == Exit.DONE


# -- pages ---------------------------------------------------------------------------------------

SHOWN = (
    RETENTION
    + RETENTION[RETENTION.index("      - id: D.1") :]
    .replace("D.1", "D.2")
    .replace('">= retention_floor"', '">= 96%"\n        basically: ">= own_floor"')
    + RETENTION[RETENTION.index("      - id: D.1") :]
    .replace("D.1", "D.3")
    .replace("rate.retention", "classes.large / classes.all")
    .replace(">= retention_floor", "<= large_limit")
)
SHOWN_OWN = """\
basis:
  notice: {cite: 省通知, seen: true}
parameters:
  own_floor: {value: 93%, source: {basis: notice, clause: 二}}
  large_limit: {value: 4%, source: {basis: notice, clause: 三}, note: {zh: 从严, en: stricter}}
"""


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_says_where_each_limit_comes_from(
    lang: str, tmp_path: Path, screen: Screen
) -> None:
    """A shared limit with its file and source, an own one, one that replaces a shared one."""
    tree(tmp_path, TAKES + SHOWN_OWN + SHOWN)
    with chdir(tmp_path):
        ran = dudao("rulesets", "show", "demo/2026", "--lang", lang)

    assert (ran.code, ran.err) == (Exit.DONE, "")
    screen(SCREENS / f"shared.{lang}.txt", ran.out)


def test_the_page_for_programs(tmp_path: Path) -> None:
    """Each parameter with its file, whether its document was seen, and what it replaces."""
    path = tree(tmp_path, TAKES + SHOWN_OWN + SHOWN)
    page = json.loads(dudao("rulesets", "show", path, "--format", "json").out)
    found = page["parameters"]

    method = "《国家办法》教督〔2020〕1号"
    assert {n: (p["from"], p["source"], p["seen"]) for n, p in found.items()} == {
        "own_floor": (None, "省通知 二", True),
        "large_limit": (None, "省通知 三", True),
        "retention_floor": ("limits", f"{method} 三", False),
    }
    replaced = found["large_limit"]["replaces"]
    assert (replaced["value"], replaced["from"]) == ("5%", "limits")
    assert found["retention_floor"]["replaces"] is None


def test_the_clauses_of_a_shared_limit_are_shown_with_what_reads_it(tmp_path: Path) -> None:
    """By criteria or by the grade rule; a document cited by the ruleset too is not repeated."""
    rule = "grade:\n  scale: [A, B]\n  award:\n    - {grade: A, when: ratio.staff < large_limit}\n"
    path = tree(tmp_path, TAKES + RETENTION + rule + "    - {grade: B}\n")
    page = json.loads(dudao("rulesets", "show", path, "--clauses", "--format", "json").out)
    text = dudao("rulesets", "show", path, "--clauses", "--lang", "en").out

    found = {
        (document["cite"], clause["place"]): (clause["state"], clause["encoded"], clause["grade"])
        for document in page["documents"]
        for clause in document["clauses"]
    }
    assert found == {
        ("《国家办法》教督〔2020〕1号", "三"): ("encoded", ["D.1"], False),
        ("会议纪要", "二"): ("encoded", [], True),
    }
    assert "grade rule" in text

    basis = "basis:\n  own: {cite: 《国家办法》教督〔2020〕1号, seen: false}\n"
    cited = RETENTION.replace("{cite: 示例通知, clause: 一", "{basis: own, clause: 第三条")
    path = tree(tmp_path, TAKES + basis + cited)
    page = json.loads(dudao("rulesets", "show", path, "--clauses", "--format", "json").out)
    assert [c["place"] for d in page["documents"] for c in d["clauses"]] == ["第三条"]


# -- what authors do with limits -----------------------------------------------------------------


def test_slips_of_a_shared_limit_are_tried_where_it_is_read_first(tmp_path: Path) -> None:
    """One last place more or less, in the edition that reads it, not again in what extends it."""
    base = load(tmp_path, BASE).ruleset
    child = load(tmp_path, CHILD).ruleset
    slips = [m for m in mutants(base) if m.key.startswith("parameters") or "floor" in m.name]

    assert [m.after for m in slips if m.before == "95%"] == ["96%", "94%"]
    assert not [m for m in mutants(child) if "retention_floor" in m.name]
    tested = try_ruleset(base, read_suite(tmp_path / "demo/2025/ruleset.yaml"), mutate=True)
    assert tested.mutation is not None
    assert tested.mutation.survivors == ()


def test_suggested_cases_notice_slips_of_a_shared_limit(tmp_path: Path) -> None:
    """As they do for a limit of the edition's own."""
    path = tree(tmp_path)
    write(path.parent, "tests.yaml", CASES[: CASES.index("  - {name: below")])
    dudao("test", path.parent, "--suggest", "--yes")
    tested = try_ruleset(load_file(path).ruleset, read_suite(path), mutate=True)

    assert tested.mutation is not None
    assert tested.mutation.survivors == ()
    assert tested.mutation.percent == 100


def test_a_shared_limit_can_be_swept(tmp_path: Path) -> None:
    """In its own unit, as a written limit."""
    sweep = read_sweep("D.1.fully=90..96/2", load(tmp_path).ruleset)

    assert [show(setting) for setting in sweep.settings] == ["90%", "92%", "94%", "96%"]


@pytest.mark.parametrize(
    ("limits", "change"),
    [
        (LIMITS, Change.EQUIVALENT),
        (LIMITS.replace("95%", "96%"), Change.STRICTER),
        (LIMITS.replace("95%", "94%"), Change.LENIENT),
    ],
)
def test_a_shared_limit_is_compared_by_what_it_decides(
    limits: str, change: Change, tmp_path: Path
) -> None:
    """Written out before, shared now: proved to be the same, or shown not to be."""
    before = load(tmp_path / "old", HEAD + RETENTION.replace("retention_floor", "95%")).ruleset
    after = load(tmp_path / "new", limits=limits).ruleset
    (compared,) = compare_criteria(before, after)

    assert compared.change is change


def test_formatting_and_copying_keep_the_files_that_are_named(tmp_path: Path) -> None:
    """`fmt` puts the key before the edition's own parameters; a copy names the same files."""
    path = tree(tmp_path, HEAD + OWN + RETENTION + "parameters_from: [ limits ]\n")
    assert dudao("fmt", path.parent).code == Exit.DONE
    text = path.read_text(encoding="utf-8")
    assert "vocabulary: small\nparameters_from: [limits]\nparameters:\n" in text

    ran = dudao("new", "copy@2027", "--from", path.parent, "--copy", "--out", tmp_path)
    assert ran.code == Exit.DONE
    assert value(load_file(tmp_path / "copy" / "2027" / "ruleset.yaml")) == "96%"
    assert "parameters_from: [limits]" in (tmp_path / "copy/2027/ruleset.yaml").read_text("utf-8")
