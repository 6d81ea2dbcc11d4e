"""Paragraphs about findings, written once for all districts that report the same for a criterion.

A paragraph follows from the criterion, the year, and what is stated of the facts and attributes
that the criterion rests on; only the places of those statements are each sheet's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..facts.sheet import FactSheet
from ..facts.values import Entry, Inapplicable, Said
from ..language.diagnostics import Span
from ..language.model import Criterion, Ruleset
from ..language.resting import Rests, rests_on
from ..locale import Lang
from ..scoring.assess import assess_part
from ..scoring.cohort import Cohort
from .explain import Explainer, short_place
from .fixed_texts import FixedTexts
from .paragraph import paragraph

# Bounds the memory of a long batch; the texts of a district are some kilobytes.
MOST_REMEMBERED = 20_000
# Stands around the number of a place; no sheet may use it in what it says.
MARK = "\ue000"
_PLACE = re.compile(f"{MARK}(\\d+){MARK}")

Key: TypeAlias = tuple[object, ...]


@dataclass(slots=True)
class Paragraphs:
    """Writes and remembers the paragraphs of one ruleset in one language."""

    ruleset: Ruleset
    lang: Lang
    texts: FixedTexts = field(default_factory=FixedTexts)
    _rests: dict[str, Rests | None] = field(default_factory=dict)
    _known: dict[Key, str] = field(default_factory=dict)

    def of(
        self, sheet: FactSheet, criteria: Sequence[Criterion], cohort: Cohort | None
    ) -> dict[str, str]:
        """The paragraph of each of these criteria, by its id."""
        stated = _by_fact(sheet)
        found: dict[str, str] = {}
        keys: dict[str, tuple[Key, list[Entry]]] = {}
        for criterion in criteria:
            rests = self.rests_on(criterion) if cohort is None else None
            if rests is None or criterion.id in sheet.declared:
                continue
            entries = [entry for name in rests.facts for entry in stated.get(name, ())]
            if any(_says_mark(entry) for entry in entries):
                continue
            key = _key(criterion, sheet, rests, entries)
            known = self._known.get(key)
            if known is None:
                keys[criterion.id] = key, entries
            else:
                found[criterion.id] = _filled(known, entries)
        rest = [criterion.id for criterion in criteria if criterion.id not in found]
        if rest:
            found |= self._written(sheet, rest, keys, cohort)
        return found

    def _written(
        self,
        sheet: FactSheet,
        criteria: Sequence[str],
        keys: dict[str, tuple[Key, list[Entry]]],
        cohort: Cohort | None,
    ) -> dict[str, str]:
        """Worked out by the interpreter, and remembered where there is a key."""
        numbers: dict[int, int] = {}

        def place(span: Span) -> str:
            number = numbers.get(id(span))
            return short_place(span) if number is None else f"{MARK}{number}{MARK}"

        explainer = Explainer(
            assess_part(self.ruleset, sheet, criteria, cohort), self.lang, place, self.texts
        )
        found: dict[str, str] = {}
        for result in explainer.assessment.results:
            name = result.criterion.id
            key, entries = keys.get(name, ((), []))
            numbers.clear()
            numbers.update((id(entry.origin), i) for i, entry in enumerate(entries))
            text = as_markdown(paragraph(explainer, result))
            if key:
                self.remember(key, text)
            found[name] = _filled(text, entries)
        return found

    def known(self, key: Key) -> str | None:
        """A paragraph that was written before."""
        return self._known.get(key)

    def remember(self, key: Key, text: str) -> None:
        """Keep a paragraph, with marks for what is each sheet's own."""
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = text

    def rests_on(self, criterion: Criterion) -> Rests | None:
        """What a criterion rests on; None where it looks at more than that."""
        if criterion.id not in self._rests:
            found = rests_on(criterion, self.ruleset)
            self._rests[criterion.id] = found if found.alone else None
        return self._rests[criterion.id]


def _by_fact(sheet: FactSheet) -> dict[str, list[Entry]]:
    """What is stated of each fact, of all years and by all sources, in one order."""
    found: dict[str, list[Entry]] = {}
    for key in sorted(sheet.entries):
        found.setdefault(key[0], []).extend(sheet.entries[key])
    return found


def _key(criterion: Criterion, sheet: FactSheet, rests: Rests, entries: Sequence[Entry]) -> Key:
    subject = sheet.subject
    return (
        criterion.id,
        sheet.year,
        subject.kind,
        tuple(subject.attributes.get(name) for name in rests.attributes),
        tuple((e.fact, e.year, e.by, e.stated, e.evidence, e.note) for e in entries),
    )


def as_markdown(lines: Sequence[str]) -> str:
    """A paragraph under its heading; what was indented stays a level further in."""
    head, *body = lines
    return "\n".join([f"### {head}", "", *(_item(line) for line in body), ""])


def _item(line: str) -> str:
    text = line.lstrip()
    return f"{' ' * (len(line) - len(text))}- {text}"


def _filled(text: str, entries: Sequence[Entry]) -> str:
    """The text with the places of this sheet."""
    return _PLACE.sub(lambda mark: entries[int(mark[1])].origin.short_place, text)


def _says_mark(entry: Entry) -> bool:
    texts = [entry.note, *(t for e in entry.evidence for t in (e.document, e.place, e.note))]
    if isinstance(entry.stated, Said):
        texts.append(entry.stated.text)
    elif isinstance(entry.stated, Inapplicable):
        texts.append(entry.stated.reason)
    return any(MARK in text for text in texts)
