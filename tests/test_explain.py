"""Explanations as a reader sees them: whole screens in both languages, by kind of criterion."""

from pathlib import Path

import pytest

from engine.reporting.explain import Explainer
from tests.conftest import Screen
from tests.support import DATA, dudao, found, score, write

SCENARIOS = Path(__file__).parent / "scenarios"
SCREENS = Path(__file__).parent / "screens"
NAMES = sorted(path.name for path in SCENARIOS.iterdir())


def place(name: str, folder: Path) -> None:
    """Copy one scenario to where the command runs, so that places are short."""
    for file in sorted((SCENARIOS / name).iterdir()):
        write(folder, file.name, file.read_bytes())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_whole_explanation(
    name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """`--explain` says of every criterion what was asked, found, lacking, and by which clause."""
    place(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = dudao("score", "sheet.yaml", "-r", "ruleset.yaml", "--explain", "--lang", lang)
    screen(SCREENS / "explain" / f"{name}.{lang}.txt", f"{ran.out}{ran.err}exit {ran.code}\n")


def test_every_scenario_is_seen() -> None:
    """The folder of scenarios is read, and each uses the small vocabulary."""
    assert len(NAMES) >= 9
    assert (DATA / "small.yaml").exists()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("rate.retention >= 99% and safety.accidents = 0", ", and 1 more missed"),
        ("rate.retention >= 99% or safety.accidents = 0", ""),
        ("rate.retention >= 99% and safety.accidents < 9", ""),
    ],
)
def test_a_margin_does_not_hide_what_else_is_missed(
    condition: str, said: str, tmp_path: Path
) -> None:
    """Where all parts must hold and several fail, the margin of the first says so."""
    rules = f"- {{id: A, title: {{zh: 甲, en: a}}, fully: {condition}}}\n"
    assessment = score(tmp_path, rules, "rate.retention: 98%\nsafety.accidents: 2\n")
    gap = Explainer(assessment, "en").gap(found(assessment, "A"))
    assert gap == f"short by 1 percentage point (retention){said}"
