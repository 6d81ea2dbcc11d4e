"""The vocabulary as a list of facts and of the columns of tables, and one fact as a page."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

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


# By table some of its columns.
Columns: TypeAlias = Mapping[str, tuple[str, ...]]


def matching_columns(vocabulary: Vocabulary, word: str | None) -> dict[str, tuple[str, ...]]:
    """The columns whose name or label holds ``word``, all of a table that is meant itself."""
    wanted = (word or "").lower()

    def meant(*texts: str) -> bool:
        return any(wanted in text.lower() for text in texts)

    found = {}
    for name, definition in vocabulary.tables.items():
        whole = meant(name, definition.label.zh, definition.label.en)
        columns = tuple(
            column.name
            for column in definition.columns.values()
            if whole or meant(f"{name}.{column.name}", column.label.zh, column.label.en)
        )
        if columns:
            found[name] = columns
    return found


def exact_columns(
    vocabulary: Vocabulary, columns: Columns, word: str | None
) -> dict[str, tuple[str, ...]]:
    """Of ``columns`` those that ``word`` names in full."""
    found = {}
    for name, chosen in columns.items():
        definitions = vocabulary.tables[name].columns
        kept = tuple(
            c
            for c in chosen
            if word in (f"{name}.{c}", definitions[c].label.zh, definitions[c].label.en)
        )
        if kept:
            found[name] = kept
    return found


def columns_table(
    vocabulary: Vocabulary, columns: Columns, lang: Lang, width: int | None = None
) -> str:
    """The tables that a sheet may carry, a line each column."""
    rows = []
    for name, chosen in columns.items():
        definition = vocabulary.tables[name]
        rows.append((name, definition.label.text(lang), phrase("type_table", lang), "", ""))
        for column in (definition.columns[c] for c in chosen):
            kind = phrase(f"type_{column.type}", lang)
            words = column.words or column.levels
            key = phrase("key_column", lang) if column.name == definition.key else ""
            shown = phrase("list_comma", lang).join(words) or key
            label = column.label.text(lang)
            rows.append((f"{name}.{column.name}", label, kind, column.unit.name, shown))
    names = ("table", "label", "type", "unit", "words")
    head = [phrase(f"column_{c}", lang) for c in names]
    return f"{phrase('title_tables', lang)}\n{table(rows, head, width)}"


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
    add("range", value_range(fact))
    add("levels", " < ".join(fact.levels))
    add("quantum", value_text(fact, fact.quantum))
    add("year", phrase("previous_year" if fact.previous_year else "evaluation_year", lang))
    add("better", phrase(f"better_{fact.better}", lang) if fact.better else "")
    add("derived", "" if fact.derived is None else show(fact.derived))
    add("definition", fact.definition.text(lang))
    seen = phrase("seen" if fact.citation.seen else "not_seen", lang)
    add("source", f"{fact.citation.text} ({seen})" if fact.citation.text else "")
    add("note", fact.citation.note.text(lang))
    return "\n".join(lines)


def value_text(fact: ValueDefinition, value: Any) -> str:
    """A number in the unit of its fact, as people write it; empty for none."""
    if value is None or not fact.type.is_number:
        return ""
    return Measured(value, Bound.EXACT, fact.unit, None).text()


def value_range(fact: ValueDefinition) -> str:
    """From the least to the greatest; empty where neither is known."""
    if fact.low is None and fact.high is None:
        return ""
    return f"{value_text(fact, fact.low) or '…'} – {value_text(fact, fact.high) or '…'}"


def vocabulary_json(
    vocabulary: Vocabulary, facts: Iterable[FactDefinition], columns: Columns, lang: Lang
) -> dict[str, Any]:
    """The facts, and columns of tables, for programs."""
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
                "range": [value_text(fact, fact.low) or None, value_text(fact, fact.high) or None],
                "quantum": value_text(fact, fact.quantum) or None,
                "typical": value_text(fact, fact.typical) or None,
                "levels": list(fact.levels),
                "better": str(fact.better) if fact.better else None,
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
                "key": definition.key,
                "columns": {
                    column.name: {
                        "type": str(column.type),
                        "unit": column.unit.name,
                        "label": column.label.text(lang),
                        "labels": {"zh": column.label.zh, "en": column.label.en},
                        "range": [value_text(column, v) or None for v in (column.low, column.high)],
                        "words": list(column.words or column.levels),
                    }
                    for column in (definition.columns[c] for c in chosen)
                },
            }
            for name, chosen in columns.items()
            for definition in [vocabulary.tables[name]]
        },
    }
