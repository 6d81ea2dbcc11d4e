"""The sample sheets: every fact says where in its document it stands."""

from pathlib import Path

import pytest

from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_ruleset
from tests.support import ROOT

SHEETS = sorted((ROOT / "fixtures").glob("*.yaml"))
by_name = pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)


def test_all_five_sample_documents_have_a_sheet() -> None:
    """The guard: the tests below look at something."""
    assert len(SHEETS) >= 5


@by_name
def test_every_fact_and_remark_names_its_document_and_place(path: Path) -> None:
    """A claim can be looked up by whoever doubts it; no sheet has a doubtful key or value."""
    vocabulary = load_ruleset("county-duty-base@2022").ruleset.vocabulary
    read = read_sheet(path, vocabulary)

    assert not read.diagnostics
    for (name, year), entries in read.sheet.entries.items():
        for entry in entries:
            assert entry.evidence, f"{name}@{year}"
            assert all(e.document and e.place for e in entry.evidence), name
    for remark in read.sheet.remarks:
        assert remark.document, remark.text
        assert remark.place, remark.text


@by_name
def test_a_sheet_opens_with_where_it_comes_from(path: Path) -> None:
    """The first line is a comment on the source."""
    assert path.read_text(encoding="utf-8").startswith("# ")
