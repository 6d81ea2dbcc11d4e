"""A corpus of seeded defects: each is found by the check that is meant to find it, and no other.

The first line of a file says what is expected. Rulesets in `clean/` look like the defective ones
and have nothing wrong with them.
"""

from pathlib import Path

import pytest

from engine.language.diagnostics import Diagnostic
from engine.workshop.proofs import Answer, Proofs
from engine.workshop.verify import prove

from .support import HEAD, ruleset

CORPUS = Path(__file__).resolve().parent / "defects"
DEFECTS = sorted(CORPUS.glob("*.yaml"))
CLEAN = sorted((CORPUS / "clean").glob("*.yaml"))


def proved(path: Path, folder: Path) -> Proofs:
    return prove(ruleset(folder, HEAD + path.read_text(encoding="utf-8")).ruleset)


def expected(path: Path) -> list[str]:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return first.removeprefix("# expect: ").split()


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return sorted(diagnostic.code for diagnostic in found)


@pytest.mark.parametrize("path", DEFECTS, ids=lambda path: path.stem)
def test_a_defect_is_found_by_its_check(path: Path, tmp_path: Path) -> None:
    """The intended finding and nothing beside it, with a counterexample wherever there is one."""
    proofs = proved(path, tmp_path)
    assert codes(proofs.findings) == sorted(expected(path))
    assert not proofs.counts[Answer.UNKNOWN]


@pytest.mark.parametrize("path", CLEAN, ids=lambda path: path.stem)
def test_a_clean_ruleset_raises_no_alarm(path: Path, tmp_path: Path) -> None:
    """Everything about it is proved."""
    proofs = proved(path, tmp_path)
    assert expected(path) == ["nothing"]
    assert codes(proofs.findings) == []
    assert set(proofs.counts) == {Answer.PROVED}


def test_the_corpus_is_large_enough() -> None:
    """At least forty defects, and ten clean rulesets to keep the checks honest."""
    assert len(DEFECTS) >= 40
    assert len(CLEAN) >= 10
