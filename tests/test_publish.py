"""`dudao publish`: an edition that nothing stands against is frozen, and stays as it is."""

import sys
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.digest import ruleset_digest
from engine.language.loader import load_file
from tests.support import HEAD, Ran, dudao, write

RULES = """\
basis:
  notice: {cite: 示例通知, seen: true}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: D.1
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= 95%"
        source: {basis: notice, clause: 一}
"""
# Between 90 % and 95 % no level holds.
GAP = RULES.replace('fully: ">= 95%"', 'fully: ">= 95%"\n        not_met: "< 90%"')
CASES = """\
format: 1
cases:
  - {name: at, facts: {rate.retention: 95%}, expect: {outcomes: {D.1: fully_met}}}
"""


def folder(root: Path, rules: str = HEAD + RULES, cases: str = CASES) -> Path:
    path = root / "demo" / "2026"
    write(path, "ruleset.yaml", rules)
    write(path, "tests.yaml", cases)
    return path


def publish(path: Path) -> Ran:
    return dudao("publish", path, "--lang", "en")


def test_the_digest_is_written(tmp_path: Path) -> None:
    """One line beside the ruleset; publishing again changes nothing."""
    path = folder(tmp_path)
    first = publish(path)
    digest = (path / "digest").read_text(encoding="utf-8")

    assert first.code == Exit.DONE
    lines = digest.splitlines()
    assert lines[0] == ruleset_digest(load_file(path / "ruleset.yaml").ruleset)
    assert lines[1] == "1 of 1 cases passed"
    assert lines[2].endswith(" proved, 0 refuted, 0 unknown")
    assert len(lines) == 3
    assert digest.strip() in first.out
    assert "was published before" in publish(path).out
    assert (path / "digest").read_text(encoding="utf-8") == digest


@pytest.mark.parametrize(
    ("old", "new"),
    [('">= 95%"', '"> 95%"'), ("en: Retention", "en: Retention rate"), ("示例通知", "别的通知")],
)
def test_a_published_edition_that_was_changed_does_not_load(
    old: str, new: str, tmp_path: Path
) -> None:
    """A limit, a title, a document: scoring, checking and publishing all refuse it."""
    path = folder(tmp_path)
    publish(path)
    write(path, "ruleset.yaml", (HEAD + RULES).replace(old, new))

    for ran in (publish(path), dudao("check", path), dudao("test", path)):
        assert ran.code == Exit.UNUSABLE
        assert "edition-changed" in ran.err


def test_what_changes_no_meaning_may_change(tmp_path: Path) -> None:
    """Comments, spacing and another spelling of a limit are not content."""
    path = folder(tmp_path)
    publish(path)
    write(path, "ruleset.yaml", "# a comment\n" + (HEAD + RULES).replace('">= 95%"', "不低于 95%"))

    assert dudao("test", path).code == Exit.DONE


def test_a_base_that_was_changed_spoils_what_extends_it(tmp_path: Path) -> None:
    """What rests on a published edition rests on what was published."""
    base = folder(tmp_path)
    publish(base)
    above = tmp_path / "demo" / "2027"
    head = HEAD.replace("2026", "2027").replace("vocabulary: small", "extends: demo@2026")
    write(above, "ruleset.yaml", head)
    write(above, "tests.yaml", CASES)
    assert dudao("test", above).code == Exit.DONE
    write(base, "ruleset.yaml", (HEAD + RULES).replace("95%", "96%"))

    ran = dudao("test", above)
    assert ran.code == Exit.UNUSABLE
    assert "edition-changed" in ran.err
    assert "demo@2026" in ran.err


@pytest.mark.parametrize(
    ("rules", "cases", "code", "why"),
    [
        (HEAD + RULES.replace(">=", "=>>"), CASES, Exit.UNUSABLE, "not usable"),
        (
            HEAD + RULES.replace("        source: {basis: notice, clause: 一}\n", ""),
            CASES,
            Exit.UNUSABLE,
            "1 warnings above",
        ),
        (HEAD + RULES, CASES.replace("fully_met", "not_met"), Exit.BELOW, "its tests fail"),
        (HEAD + GAP, CASES, Exit.BELOW, "1 proof failed"),
    ],
    ids=["does not load", "is doubtful", "fails its tests", "is refuted"],
)
def test_what_stands_against_it(
    rules: str, cases: str, code: Exit, why: str, tmp_path: Path
) -> None:
    """It has to load, lint clean, be proved and pass its own tests; else no digest is written."""
    path = folder(tmp_path, rules, cases)
    ran = publish(path)

    assert ran.code == code
    assert why in ran.out
    assert not (path / "digest").exists()


@pytest.mark.parametrize(
    ("rules", "cases", "known"),
    [
        (
            RULES,
            CASES.replace("fully_met", "not_met"),
            ("0 of 1 cases passed", " proved, 0 refuted, 0 unknown", "because: the notice"),
        ),
        (
            GAP,
            CASES,
            ("1 of 1 cases passed", " proved, 1 refuted, 0 unknown", "1 warning or", "because"),
        ),
    ],
)
def test_a_reason_publishes_it_all_the_same(
    rules: str, cases: str, known: tuple[str, ...], tmp_path: Path
) -> None:
    """What stood against it and the reason stay with the digest; the edition is frozen as any."""
    path = folder(tmp_path, HEAD + rules, cases)
    ran = dudao("publish", path, "--lang", "en", "--despite", "the notice\nsays so")
    assert ran.code == Exit.DONE
    lines = (path / "digest").read_text(encoding="utf-8").splitlines()
    for line, part in zip(lines[1:], known, strict=True):
        assert part in line
    assert lines[-1].endswith("because: the notice says so")
    assert "\n".join(lines) in ran.out
    assert dudao("check", path, "--no-proof").code == Exit.DONE


def test_a_reason_must_be_one_and_is_kept_only_where_needed(tmp_path: Path) -> None:
    """An empty reason is refused; one that nothing called for is not kept, and that is said."""
    path = folder(tmp_path)
    assert dudao("publish", path, "--despite", " ").code == Exit.USAGE
    assert not (path / "digest").exists()
    ran = dudao("publish", path, "--lang", "en", "--despite", "hurry")
    assert "the reason of --despite was not kept" in ran.out
    assert "hurry" not in (path / "digest").read_text(encoding="utf-8")


def test_without_the_solver_it_is_said_that_nothing_was_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published, but the record says what is not known."""
    path = folder(tmp_path)
    monkeypatch.setitem(sys.modules, "z3", None)
    ran = publish(path)
    assert ran.code == Exit.DONE
    record = (path / "digest").read_text(encoding="utf-8").splitlines()[1:]
    assert record[1].startswith("nothing was proved: the solver is not installed")
    assert record[1] in ran.out
