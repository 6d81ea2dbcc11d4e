"""What every command shares: memory, the files it must not touch, the language of its errors."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import dudao

RULES = "changde-county-duty@2022"


@pytest.fixture
def freed() -> Iterator[list[int]]:
    """For each time that the collector looks for cycles: how many objects it frees."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            found.append(info["collected"])

    gc.collect()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def test_memory_does_not_grow_with_the_districts(tmp_path: Path, freed: list[int]) -> None:
    """Commands that loop over districts free those that are done; a short one need not look."""
    usual = gc.get_threshold()
    where = ("-r", RULES, "--out")
    assert dudao("sample", *where, tmp_path / "s", "--districts", "30").code == 0
    assert sum(freed) > 10_000
    sheets = sorted((tmp_path / "s" / "sheets").glob("*.yaml"))
    freed.clear()
    dudao("batch", tmp_path / "s" / "sheets", *where, tmp_path / "out")
    assert sum(freed) > 10_000
    gc.collect()
    freed.clear()
    dudao("score", sheets[0], "-r", RULES)
    assert len(freed) < 5
    assert (gc.isenabled(), gc.get_threshold()) == (True, usual)
