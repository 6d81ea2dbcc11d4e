"""`dudao new`: what it writes loads, lints clean and passes its tests before a word is changed."""

from fractions import Fraction
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.loader import load_file
from engine.locale import LANGS
from engine.workshop.lint import lint
from engine.workshop.suite import read_suite
from engine.workshop.testing import SelfTest, try_ruleset
from tests.support import SMALL, Ran, dudao, write
from tests.test_publish import CASES, RULES, folder

FILES = ["README.md", "ruleset.yaml", "tests.yaml"]


def checked(edition: Path, *, mutate: bool = False) -> SelfTest:
    """The edition tested; nothing about it is doubtful and every case passes."""
    loaded = load_file(edition / "ruleset.yaml")
    found = try_ruleset(loaded.ruleset, read_suite(edition / "ruleset.yaml"), mutate=mutate)
    assert [d.code for d in (*loaded.diagnostics, *lint(loaded.ruleset), *found.diagnostics)] == []
    assert not found.failed
    return found


def new(out: Path, *arguments: str | Path) -> Ran:
    return dudao("new", *arguments, "--out", out)


@pytest.mark.parametrize("lang", LANGS)
def test_an_empty_edition_is_clean(lang: str, tmp_path: Path) -> None:
    """Its example is covered, and its cases notice every slip in it."""
    ran = new(tmp_path, "my-county@2026", "--lang", lang)
    here = tmp_path / "my-county" / "2026"
    found = checked(here, mutate=True)

    assert ran.code == Exit.DONE
    assert "my-county@2026" in ran.out
    assert sorted(path.name for path in here.iterdir()) == FILES
    assert found.ruleset.name == "my-county@2026"
    assert found.percents == (Fraction(100), Fraction(100))


@pytest.mark.parametrize("copy", [False, True])
@pytest.mark.parametrize("old", ["changde-county-duty@2022", "county-duty-base@2023"])
def test_an_edition_from_a_shipped_one_says_the_same(old: str, copy: bool, tmp_path: Path) -> None:
    """It extends or copies the old one and passes the old one's cases."""
    ran = new(tmp_path, "next@2026", "--from", old, *(["--copy"] if copy else []))
    here = tmp_path / "next" / "2026"
    found = checked(here)

    assert ran.code == Exit.DONE
    assert sorted(path.name for path in here.iterdir()) == FILES
    assert found.ran
    assert found.ruleset.status == "draft"
    assert (old in found.ruleset.extends) is not copy


def test_a_copy_keeps_every_comment(tmp_path: Path) -> None:
    """Only name, edition and status are others."""
    old = folder(tmp_path, "# First.\n" + (folder(tmp_path) / "ruleset.yaml").read_text("utf-8"))
    text = (old / "ruleset.yaml").read_text(encoding="utf-8")
    write(tmp_path / "vocabulary", SMALL.name, SMALL.read_bytes())
    new(tmp_path, "other@2027", "--from", old, "--copy")

    copied = (tmp_path / "other" / "2027" / "ruleset.yaml").read_text(encoding="utf-8")
    assert copied == text.replace("ruleset: demo", "ruleset: other").replace("2026", "2027")


def test_an_edition_of_ones_own_is_extended_in_its_own_folder(tmp_path: Path) -> None:
    """The old edition is found by its name beside the new one."""
    old = folder(tmp_path)
    ran = new(tmp_path, "demo@2027", "--from", old)

    assert ran.code == Exit.DONE
    assert "extends: demo@2026" in (tmp_path / "demo/2027/ruleset.yaml").read_text("utf-8")


def test_justifications_stay_with_the_edition_whose_rules_they_are_about(tmp_path: Path) -> None:
    """What the old cases could not reach is not the new edition's to justify."""
    because = "because: {zh: 例, en: example}"
    more = f"uncovered:\n  - {{goal: D.1 not_met, {because}}}\n  # one more\n"
    old = folder(tmp_path, cases=CASES + more)
    new(tmp_path, "demo@2027", "--from", old)

    assert "uncovered" not in (tmp_path / "demo/2027/tests.yaml").read_text(encoding="utf-8")
    checked(tmp_path / "demo" / "2027")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-edition",), "is not ID@EDITION"),
        (("Upper@2026",), "is not ID@EDITION"),
        (("a@../b",), "is not ID@EDITION"),
        (("a@2026", "--copy"), "--copy needs --from"),
        (("demo@2026",), "is there already"),
    ],
)
def test_misuse(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """A name that is none, an edition that is there: nothing is written."""
    folder(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ran = new(tmp_path, *arguments, "--lang", "en")

    assert ran.code == Exit.USAGE
    assert said in ran.err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_edition_elsewhere_must_be_copied(tmp_path: Path) -> None:
    """A name that the new file could not find is not written into it."""
    old = folder(tmp_path / "there")
    ran = new(tmp_path / "here", "demo@2027", "--from", old, "--lang", "en")

    assert ran.code == Exit.USAGE
    assert "use --copy" in ran.err


def test_what_would_not_load_is_not_left_behind(tmp_path: Path) -> None:
    """A copy whose vocabulary lies beside the old edition only: said, and nothing stays."""
    old = folder(tmp_path / "there")
    ran = new(tmp_path / "here", "demo@2027", "--from", old, "--copy")

    assert ran.code == Exit.UNUSABLE
    assert "unknown-vocabulary" in ran.err
    assert not (tmp_path / "here" / "demo" / "2027").exists()


def test_an_unusable_old_edition_exits_with_3(tmp_path: Path) -> None:
    """Its faults are shown as anywhere."""
    old = folder(tmp_path)
    write(old, "ruleset.yaml", RULES)
    ran = new(tmp_path, "demo@2027", "--from", old)

    assert ran.code == Exit.UNUSABLE
    assert "missing-key" in ran.err
