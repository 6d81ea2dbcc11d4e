"""Finding rulesets and vocabularies: by name, by path, beside another one."""

from pathlib import Path

import pytest

from engine.language import catalogue
from engine.language.catalogue import Installed, installed, locate, looks_like_path, shipped
from engine.language.diagnostics import RulesetError, render
from engine.language.loader import load_ruleset
from engine.locale import LANGS, Lang

from .conftest import Screen
from .support import DATA, criteria, write

TEXT = criteria("- {id: D.1, title: 领导, judged: true}")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of rulesets in the place of the shipped one."""
    for name in ("demo/2025", "demo/2026", "single/2026"):
        write(tmp_path / name, "ruleset.yaml", TEXT)
    monkeypatch.setattr(catalogue, "shipped", lambda: tmp_path)
    return tmp_path


def test_what_is_installed(tree: Path) -> None:
    """Every edition, in order."""
    assert [entry.name for entry in installed()] == ["demo@2025", "demo@2026", "single@2026"]
    assert installed()[0] == Installed("demo", "2025", tree / "demo" / "2025" / "ruleset.yaml")


def test_the_shipped_tree_is_there() -> None:
    """In a checkout it lies beside the package, in a wheel inside it."""
    assert (shipped() / "vocabulary").is_dir()
    assert installed()


@pytest.mark.parametrize("reference", ["demo@2025", "single@2026", "single"])
def test_by_name(reference: str, tree: Path) -> None:
    """The edition may be left out where there is one only."""
    found, _ = locate(reference)
    assert found is not None
    assert found.is_relative_to(tree)


def test_a_folder_or_a_file_is_a_path(tree: Path) -> None:
    """A path is taken as it is, never searched for."""
    folder = tree / "demo" / "2025"
    assert locate(str(folder)) == (folder / "ruleset.yaml", ())
    assert locate("nowhere/ruleset.yaml") == (Path("nowhere/ruleset.yaml"), ())
    assert looks_like_path("draft.yaml")
    assert looks_like_path("..\\draft")
    assert not looks_like_path("demo@2025")


def test_a_ruleset_finds_its_neighbours_first(tree: Path, tmp_path: Path) -> None:
    """A draft that extends another edition means the one in its own tree."""
    own = tmp_path / "drafts"
    write(own / "demo" / "2025", "ruleset.yaml", TEXT)
    beside = write(own / "demo" / "2027", "ruleset.yaml", TEXT)
    found, _ = locate("demo@2025", beside=beside)
    assert found is not None
    assert found.is_relative_to(own)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("reference", "code"),
    [("demo", "ambiguous-ruleset"), ("demo@2024", "unknown-ruleset"), ("x", "unknown-ruleset")],
)
def test_a_name_that_leads_nowhere(
    reference: str, code: str, lang: Lang, tree: Path, screen: Screen
) -> None:
    """No edition is picked for the user; the nearest name is offered."""
    assert tree.is_dir()
    with pytest.raises(RulesetError) as caught:
        load_ruleset(reference)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    shown = f"{render(diagnostic, lang)}\n"
    screen(DATA / "references" / f"{reference}.{lang}.txt", shown)
