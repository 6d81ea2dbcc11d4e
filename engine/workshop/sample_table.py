"""Made-up districts as one table: a row each, a column for every fact and year asked for."""

import csv
import io
from collections.abc import Mapping

from ..facts.sheet import Subject, year_of
from ..facts.values import Inapplicable, Stated
from ..language.vocabulary import Vocabulary
from ..scoring.fact_values import Key
from .sample_draws import Draws
from .sample_needs import Needs
from .sample_writing import spelt

DISTRICTS = "districts.csv"
_SUBJECT = ("code", "name", "kind", "year")


def headings(needs: Needs, year: int, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The head: the subject, its attributes, facts in the order of the vocabulary, judgements."""
    attributes = [name for name in needs.words if name != "kind"]
    facts = [_heading(key, year, vocabulary) for key in _keys(needs, vocabulary)]
    return (*_SUBJECT, *attributes, *facts, *(f"outcome:{name}" for name in needs.judged))


def cells(
    subject: Subject,
    year: int,
    values: Mapping[Key, Stated],
    judged: Mapping[str, str],
    needs: Needs,
    vocabulary: Vocabulary,
    draws: Draws,
) -> tuple[str, ...]:
    """The row of one district; blank where nothing is reported."""
    attributes = [subject.attributes.get(name, "") for name in needs.words if name != "kind"]
    facts = []
    for key in _keys(needs, vocabulary):
        stated = values.get(key)
        text = "" if stated is None else spelt(stated, vocabulary.facts[key[0]], draws)
        facts.append(f"不适用：{text}" if isinstance(stated, Inapplicable) else text)
    outcomes = [judged.get(name, "") for name in needs.judged]
    return (subject.code, subject.name, subject.kind, str(year), *attributes, *facts, *outcomes)


def csv_line(values: tuple[str, ...]) -> str:
    """A row of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()


def keyed(table: str, code: str) -> tuple[str, str]:
    """The head and the rows of a district's table, with the district's code before each."""
    head, _, rows = table.partition("\n")
    lines = rows.splitlines(keepends=True)
    return f"subject,{head}\n", "".join(f"{code},{line}" for line in lines)


def _keys(needs: Needs, vocabulary: Vocabulary) -> list[Key]:
    order = {name: position for position, name in enumerate(vocabulary.facts)}
    return sorted((*needs.reported, *needs.derived), key=lambda key: (order[key[0]], key[1]))


def _heading(key: Key, year: int, vocabulary: Vocabulary) -> str:
    name, of = key
    return name if of == year_of(name, year, vocabulary) else f"{name}@{of}"
