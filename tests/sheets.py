"""Sheets read against the small vocabulary alone, without a ruleset."""

from pathlib import Path

from engine.facts.sheet_reader import ReadSheet, read_sheet
from engine.facts.values import Stated
from engine.language.diagnostics import FactsError
from engine.language.vocabulary import Vocabulary
from engine.language.vocabulary_loader import load_vocabulary

from .support import SMALL, sheet_text, write


def vocabulary() -> Vocabulary:
    """The small vocabulary."""
    loaded, faults = load_vocabulary((SMALL,))
    assert loaded is not None
    assert not faults
    return loaded


VOCABULARY = vocabulary()


def read(folder: Path, facts: str, *, year: int = 2022, more: str = "") -> ReadSheet:
    """A sheet around facts written as YAML mapping entries."""
    return read_text(folder, sheet_text(facts, year=year, more=more))


def read_text(folder: Path, text: str | bytes, name: str = "sheet.yaml") -> ReadSheet:
    """A whole sheet as a file."""
    return read_sheet(write(folder, name, text), VOCABULARY)


def refused(folder: Path, facts: str, *, more: str = "") -> list[tuple[str, int]]:
    """The codes of the faults of a sheet, with their lines; empty when it is usable."""
    try:
        read(folder, facts, more=more)
    except FactsError as error:
        return [(d.code, d.span.line) for d in error.diagnostics]
    return []


def stated(sheet: ReadSheet, fact: str, year: int = 2022) -> Stated | None:
    """The most trusted statement of a fact."""
    entry = sheet.sheet.chosen(fact, year)
    return None if entry is None else entry.stated
