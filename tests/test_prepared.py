"""The vocabulary that was made beforehand: it is current, and says what the shipped one says."""

import json
from pathlib import Path

import pytest

from engine.language import prepared, prepared_reading
from engine.language.diagnostics import RulesetError
from engine.language.prepared import SHIPPED
from engine.language.prepared_reading import VOCABULARY, prepared_vocabulary
from engine.language.vocabulary_loader import load_vocabulary

from .support import HEAD, codes, everything, ruleset, write

HOW = "make it anew: .venv/bin/python -m engine.language.prepared"


def test_it_was_made_of_the_shipped_vocabulary() -> None:
    """One that does not fit is not used, which costs every start 120 ms: it must be current."""
    assert VOCABULARY.read_text(encoding="utf-8") == prepared.prepared(), HOW


def test_it_is_what_reading_gives() -> None:
    """Definitions, their order, derivations, rules and places: all as from the vocabulary."""
    made, (read, faults) = prepared_vocabulary(SHIPPED), load_vocabulary((SHIPPED,))
    assert faults == []
    assert made is not None
    assert made == read
    assert everything(made) == everything(read)
    assert len(made.facts) > 300
    assert len(made.integrity) > 40


def test_places_name_the_file_that_was_asked_for(tmp_path: Path) -> None:
    """A copy of the shipped vocabulary is the same, at the places of the copy."""
    copy = write(tmp_path, "copy.yaml", SHIPPED.read_text(encoding="utf-8"))
    made = prepared_vocabulary(copy)
    assert made is not None
    assert made == prepared_vocabulary(SHIPPED)
    assert {fact.span.source.path for fact in made.facts.values()} == {str(copy)}


def test_any_other_text_is_read(tmp_path: Path) -> None:
    """One more line, and the vocabulary itself is read and its faults are found."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert prepared_vocabulary(write(tmp_path, "other.yaml", text + "# more\n")) is None
    write(tmp_path, "education.yaml", text + "more: 1\n")
    with pytest.raises(RulesetError) as refused:
        ruleset(tmp_path, HEAD.replace("small", "education"))
    assert codes(refused.value) == ["unknown-key"]


@pytest.mark.parametrize("change", [{"made_for": "another"}, {"classes": "others"}])
def test_one_made_for_something_else_is_not_used(
    change: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made of another text or for other classes, or missing: the vocabulary itself is read."""
    head, _, held = VOCABULARY.read_text(encoding="utf-8").partition("\n")
    other = json.dumps(json.loads(head) | change)
    for place in (write(tmp_path, "old.json", f"{other}\n{held}"), tmp_path / "missing.json"):
        monkeypatch.setattr(prepared_reading, "VOCABULARY", place)
        assert prepared_vocabulary(SHIPPED) is None


def test_none_is_made_of_a_vocabulary_with_faults(tmp_path: Path) -> None:
    """What was made beforehand is not checked again, so it must be without fault."""
    path = write(tmp_path, "bad.yaml", SHIPPED.read_text(encoding="utf-8") + "more: 1\n")
    with pytest.raises(ValueError, match="faults"):
        prepared.prepared(path)
