"""Every diagnostic code: the smallest broken file, and the whole screen that its author sees."""

from pathlib import Path
from typing import get_args

import pytest

from engine.language.diagnostics import Diagnostic, render
from engine.locale import LANGS, Lang, catalogue
from engine.workshop.verify import CODES

from .conftest import Screen
from .diagnosing import diagnose
from .support import DATA

CASES = Path(__file__).resolve().parent / "diagnostics"

# About the file system, or needing a huge file: the hostile tests make these while they run,
# and those of batches what needs several files.
MADE_ELSEWHERE = {
    "batch-needed",
    "file-missing",
    "file-too-large",
    "file-unreadable",
    "files-ignored",
    "is-a-directory",
    "not-a-file",
    "not-utf8",
    "symlink-loop",
    "sheet-given-twice",
    "table-twice",
    "table-unreadable",
    "text-too-long",
    "too-many-faults",
    "too-many-nodes",
    "too-many-rows",
    "too-many-warnings",
    "which-worksheet",
}
# About a name on the command line, which is in no file: tests/test_catalogue.py.
WITHOUT_FILE = {"ambiguous-ruleset"}


def codes_with_case() -> list[str]:
    return sorted(path.stem for path in CASES.glob("*.yaml"))


def case(folder: Path, code: str) -> tuple[Diagnostic, ...]:
    text = (CASES / f"{code}.yaml").read_text(encoding="utf-8")
    return diagnose(folder, text, beside=CASES / code, proofs=code in CODES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", codes_with_case())
def test_screen(code: str, lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """What the author of a broken file sees: place, words, caret, advice."""
    shown = "\n".join(render(diagnostic, lang) for diagnostic in case(tmp_path, code))
    screen(CASES / f"{code}.{lang}.txt", f"{shown}\n")


@pytest.mark.parametrize("code", codes_with_case())
def test_one_fault_gives_one_message(code: str, tmp_path: Path) -> None:
    """The smallest broken file of a code raises that code and nothing else."""
    assert [diagnostic.code for diagnostic in case(tmp_path, code)] == [code]


def test_every_code_has_a_case() -> None:
    """No message is shown to a user that nobody has looked at."""
    codes = set(catalogue("diagnostics"))
    assert codes == set(codes_with_case()) | MADE_ELSEWHERE | WITHOUT_FILE
    assert set(catalogue("explanations")) == codes
    assert get_args(Lang) == LANGS


@pytest.mark.parametrize("lang", LANGS)
def test_every_fault_of_a_file_at_once(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """Ten faults of a ruleset are ten messages, by place: nobody runs the command ten times."""
    found = diagnose(tmp_path, (DATA / "ten_faults.yaml").read_text(encoding="utf-8"))
    assert len(found) == 10
    assert [d.span.line for d in found] == sorted(d.span.line for d in found)
    shown = "\n".join(render(diagnostic, lang) for diagnostic in found)
    screen(DATA / f"ten_faults.{lang}.txt", f"{shown}\n")
