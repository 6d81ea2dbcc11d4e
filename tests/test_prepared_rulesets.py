"""The rulesets that were prepared: they are current, and say what the files themselves say."""

import json
import shutil
from pathlib import Path

import pytest

from engine.language import catalogue, prepared_reading
from engine.language.building import build
from engine.language.catalogue import FILE, installed, shipped
from engine.language.diagnostics import Diagnostic, RulesetError
from engine.language.inheritance import read_layers
from engine.language.loader import load_file, load_ruleset
from engine.language.prepared import prepared_file
from engine.language.prepared_reading import RULESETS, Prepared, prepared_ruleset, ruleset_place

from .support import codes, everything, write
from .test_layers import loaded
from .test_prepared import HOW

NAMES = [one.name for one in installed()]
# It stands on two others and reads shared parameters: a file of every kind is behind it.
LAYERED = "shaanxi-county-duty@2023"
BEHIND = (
    "shaanxi-county-duty/2023/ruleset.yaml",
    "county-duty-base/2023/ruleset.yaml",
    "county-duty-base/2022/ruleset.yaml",
    "parameters/national.yaml",
    "vocabulary/education.yaml",
)


def place(name: str) -> Path:
    return shipped().joinpath(*name.split("@"), FILE)


def read(path: Path) -> Prepared:
    """A ruleset from the files themselves, none of which has a fault."""
    faults: list[Diagnostic] = []
    layers = read_layers(path, faults)
    assert layers is not None
    ruleset = build(layers, faults)
    assert ruleset is not None
    assert faults == []
    return Prepared(ruleset, layers.bases)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped rulesets that can be changed, in the place of those."""
    root = tmp_path / "rulesets"
    shutil.copytree(shipped(), root)
    monkeypatch.setattr(catalogue, "PACKAGE", tmp_path)
    return root


def test_every_shipped_ruleset_is_prepared() -> None:
    """And nothing else is."""
    assert sorted(path.stem for path in RULESETS.glob("*")) == sorted(NAMES), HOW
    assert len(NAMES) > 10


@pytest.mark.parametrize("name", NAMES)
def test_it_was_made_of_the_shipped_files(name: str) -> None:
    """One that does not fit is not used, which costs every start 100 ms: it must be current."""
    assert ruleset_place(name).read_text(encoding="utf-8") == prepared_file(place(name)), HOW


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_reading_gives(name: str) -> None:
    """Criteria, limits, grade rule, changes, bases and every place: as from the files."""
    made, found = prepared_ruleset(place(name)), read(place(name))
    assert made is not None
    assert made == found
    assert everything(made) == everything(found)


def test_what_is_loaded_is_what_was_prepared() -> None:
    """A shipped ruleset is loaded without the parser; one of somebody else's is not."""
    code = "from engine.language.loader import load_ruleset; load_ruleset({!r})"
    assert "yaml" in loaded(code.format(LAYERED))
    assert "lark" not in loaded(code.format(LAYERED))
    assert load_ruleset(LAYERED).ruleset == read(place(LAYERED)).ruleset


@pytest.mark.parametrize("changed", BEHIND)
def test_any_other_text_is_read(changed: str, tree: Path) -> None:
    """A line more in any file behind it, and the files are read and their faults are found."""
    path = tree.joinpath(*LAYERED.split("@"), FILE)
    made = prepared_ruleset(path)
    assert made is not None
    assert everything(made) == everything(read(path))
    other = tree / changed
    text = other.read_text(encoding="utf-8")
    other.write_text(text + "# more\n", encoding="utf-8")
    assert prepared_ruleset(path) is None
    assert load_file(path).ruleset == made.ruleset
    other.write_text(text + "more: 1\n", encoding="utf-8")
    with pytest.raises(RulesetError) as refused:
        load_file(path)
    assert codes(refused.value) == ["unknown-key"]


@pytest.mark.parametrize("name", ["education.yaml", "parameters/national.yaml"])
def test_a_file_that_comes_before_another_is_read(name: str, tree: Path) -> None:
    """A vocabulary or shared parameters beside a ruleset hold for it, whatever was prepared."""
    path = tree / "county-duty-base" / "2022" / FILE
    assert prepared_ruleset(path) is not None
    first = path.parent / name
    first.parent.mkdir(exist_ok=True)
    kind = "vocabulary" if name == "education.yaml" else "parameters"
    shutil.copy(tree / kind / first.name, first)
    assert prepared_ruleset(path) is None


def test_one_that_lies_elsewhere_is_read(tmp_path: Path) -> None:
    """A copy outside the shipped ones has its own bases, parameters and vocabulary."""
    shutil.copytree(shipped(), tmp_path / "rulesets")
    path = tmp_path.joinpath("rulesets", *LAYERED.split("@"), FILE)
    assert prepared_ruleset(path) is None
    assert load_file(path).ruleset == load_ruleset(LAYERED).ruleset


def test_a_published_one_is_held_to_its_publication(tree: Path) -> None:
    """It and its bases must be what was published, prepared or not."""
    path = tree.joinpath(*LAYERED.split("@"), FILE)
    for folder in (path.parent, tree / "county-duty-base" / "2022"):
        write(folder, "digest", "sha256:another\n")
        assert prepared_ruleset(path) is not None
        with pytest.raises(RulesetError) as refused:
            load_file(path)
        assert codes(refused.value) == ["edition-changed"]
        (folder / "digest").unlink()


def test_one_made_for_other_classes_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one that is missing: the files themselves are read."""
    path = place(LAYERED)
    head, _, held = ruleset_place(LAYERED).read_text(encoding="utf-8").partition("\n")
    monkeypatch.setattr(prepared_reading, "RULESETS", tmp_path)
    assert prepared_ruleset(path) is None
    for change, used in (({}, True), ({"classes": "others"}, False)):
        text = f"{json.dumps(json.loads(head) | change)}\n{held}"
        write(tmp_path, ruleset_place(LAYERED).name, text)
        assert (prepared_ruleset(path) is not None) is used


def test_none_is_made_of_a_ruleset_with_faults(tree: Path) -> None:
    """What was prepared is not checked again, so it must be without fault."""
    path = tree.joinpath(*LAYERED.split("@"), FILE)
    path.write_text(path.read_text(encoding="utf-8") + "more: 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="faults"):
        prepared_file(path)
