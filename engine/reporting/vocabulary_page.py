"""The vocabulary as a list, and one fact as a page."""

from collections.abc import Iterable
from typing import Any

from ..facts.values import Bound, Measured
from ..language.printer import show
from ..language.vocabulary import FactDefinition, ValueDefinition, Vocabulary
from ..locale import Lang, phrase
from .tables import table


def matching(vocabulary: Vocabulary, word: str | None) -> tuple[FactDefinition, ...]:
    """The facts whose name, label, synonym or definition holds ``word``; all without one."""
    facts = vocabulary.facts.values()
    if not word:
        return tuple(facts)
    wanted = word.lower()
    return tuple(
        fact
        for fact in facts
        if any(
            wanted in text.lower()
            for text in (fact.name, fact.label.zh, fact.label.en, *fact.synonyms)
        )
    )


def vocabulary_table(facts: Iterable[FactDefinition], lang: Lang, width: int | None = None) -> str:
    """A line a fact."""
    rows = [
        (
            fact.name,
            fact.label.text(lang),
            phrase(f"type_{fact.type}", lang),
            fact.unit.name,
            "" if fact.derived is None else show(fact.derived),
        )
        for fact in facts
    ]
    head = [phrase(f"column_{c}", lang) for c in ("name", "label", "type", "unit", "derived")]
    return table(rows, head, width)


def fact_page(fact: FactDefinition, lang: Lang) -> str:
    """Everything that the vocabulary says of one fact."""
    lines = [f"{fact.name}  {fact.label.text(lang)}"]

    def add(key: str, value: str) -> None:
        if value:
            lines.append(f"    {phrase(f'column_{key}', lang)}: {value}")

    add("synonyms", ", ".join(fact.synonyms))
    add("type", phrase(f"type_{fact.type}", lang))
    add("unit", fact.unit.name)
    add("range", _range(fact))
    add("levels", " < ".join(fact.levels))
    add("quantum", _amount(fact, fact.quantum))
    add("year", phrase("previous_year" if fact.previous_year else "evaluation_year", lang))
    add("better", phrase(f"better_{fact.better}", lang) if fact.better else "")
    add("derived", "" if fact.derived is None else show(fact.derived))
    add("definition", fact.definition.text(lang))
    seen = phrase("seen" if fact.citation.seen else "not_seen", lang)
    add("source", f"{fact.citation.text} ({seen})" if fact.citation.text else "")
    add("note", fact.citation.note.text(lang))
    return "\n".join(lines)


def _amount(fact: ValueDefinition, value: Any) -> str:
    if value is None or not fact.type.is_number:
        return ""
    return Measured(value, Bound.EXACT, fact.unit, None).text()


def _range(fact: ValueDefinition) -> str:
    if fact.low is None and fact.high is None:
        return ""
    return f"{_amount(fact, fact.low) or '…'} – {_amount(fact, fact.high) or '…'}"


def vocabulary_json(
    vocabulary: Vocabulary, facts: Iterable[FactDefinition], lang: Lang
) -> dict[str, Any]:
    """The facts for programs."""
    return {
        "format": 1,
        "vocabulary": vocabulary.name,
        "facts": [
            {
                "name": fact.name,
                "label": fact.label.text(lang),
                "labels": {"zh": fact.label.zh, "en": fact.label.en},
                "synonyms": list(fact.synonyms),
                "type": str(fact.type),
                "unit": fact.unit.name,
                "range": [_amount(fact, fact.low) or None, _amount(fact, fact.high) or None],
                "quantum": _amount(fact, fact.quantum) or None,
                "levels": list(fact.levels),
                "as_of": "previous_year" if fact.previous_year else "evaluation_year",
                "derived": None if fact.derived is None else show(fact.derived),
                "definition": fact.definition.text(lang),
                "source": {
                    "cite": fact.citation.cite,
                    "place": fact.citation.place,
                    "seen": fact.citation.seen,
                    "note": fact.citation.note.text(lang) or None,
                },
            }
            for fact in facts
        ],
        "tables": {
            name: {
                "label": definition.label.text(lang),
                "columns": {
                    column: {"type": str(c.type), "unit": c.unit.name, "label": c.label.text(lang)}
                    for column, c in definition.columns.items()
                },
            }
            for name, definition in vocabulary.tables.items()
        },
    }
