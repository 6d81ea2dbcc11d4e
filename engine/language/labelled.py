"""Prints a rule about facts for the people who report them: labels in the place of names."""

from collections.abc import Mapping

from ..locale import LANGS, Label, Lang, phrase
from .expression import Call, Column, Expr, Fact, Function, fact_names, table_names
from .printer import show
from .vocabulary import Vocabulary

# As on paper.
_SIGNS = {" <= ": " ≤ ", " >= ": " ≥ ", " != ": " ≠ ", " * ": " × ", " / ": " ÷ ", " - ": " − "}


def in_labels(rule: Expr, vocabulary: Vocabulary) -> Label:
    """The rule with the labels of facts, tables and columns in the place of their names."""
    return Label(*(_shown(rule, vocabulary, lang) for lang in LANGS))


def _shown(rule: Expr, vocabulary: Vocabulary, lang: Lang) -> str:
    columns = {
        column: definition.label
        for name in table_names(rule)
        for column, definition in vocabulary.tables[name].columns.items()
    }

    def label(part: Expr) -> str | None:
        if isinstance(part, Fact):
            return vocabulary.facts[part.name].label.text(lang)
        if isinstance(part, Column) and part.name in columns:
            return columns[part.name].text(lang)
        if isinstance(part, Call) and part.function is Function.PRIOR and len(part.arguments) == 1:
            earlier = part.arguments[0]
            if isinstance(earlier, Fact):
                return phrase("year_before", lang, fact=label(earlier))
        return None

    text = show(rule, label)
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    return text


def named(rule: Expr, vocabulary: Vocabulary) -> Label:
    """The facts and tables of a rule by label, and by the name that a sheet has them under."""
    labels = {name: vocabulary.facts[name].label for name in fact_names(rule)}
    labels |= {name: vocabulary.tables[name].label for name in table_names(rule)}
    return Label(*(_listed(labels, lang) for lang in LANGS))


def _listed(labels: Mapping[str, Label], lang: Lang) -> str:
    texts = [t.text(lang) + phrase("bracket", lang, text=name) for name, t in labels.items()]
    return phrase("list_comma", lang).join(texts)
