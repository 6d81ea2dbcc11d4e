"""Puts a sheet together from the cells of tables, as the reader of YAML sheets does from nodes."""

import re
from dataclasses import dataclass, field

from ..language.diagnostics import Diagnostic, Related, Source, Span, errors, in_order
from ..language.model import Outcome
from ..language.vocabulary import ValueDefinition, Vocabulary, nearest
from ..locale import LANGS, phrase
from .quantity import Unreadable, read_cell
from .reading import Faults, out_of_range
from .sheet import Declared, FactSheet, Subject, Table, year_of
from .values import By, Entry, Inapplicable, Stated

MOST_KNOWN = 200_000
# What is written in a cell where YAML has {not_applicable: reason}.
_INAPPLICABLE = re.compile(r"(?:不适用|not applicable)\s*[:：(（]?\s*(.*?)\s*[)）]?", re.IGNORECASE)
_OUTCOMES = {
    word: outcome
    for outcome in Outcome
    if outcome is not Outcome.UNDETERMINED
    for word in (str(outcome), *(phrase(f"outcome_{outcome}", lang) for lang in LANGS))
}
_SOURCES = {
    word: by for by in By for word in (str(by), *(phrase(f"by_{by}", lang) for lang in LANGS))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What came in for one subject: its sheet and warnings, or why there is none."""

    place: Span
    code: str
    name: str
    sheet: FactSheet | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class Cells:
    """Reads cells by their definitions; a text that comes again is not read again."""

    # With whether the value lies in its range.
    known: dict[tuple[str, str], tuple[Stated | Unreadable, bool]] = field(default_factory=dict)

    def read(
        self, text: str, wanted: ValueDefinition, where: str, span: Span, faults: Faults
    ) -> Stated | None:
        """The value in a cell, or None with the fault added. ``where`` tells the columns apart."""
        found = self.known.get((where, text))
        if found is None:
            found = self._first(text, wanted, where, span)
        stated, within = found
        if isinstance(stated, Unreadable):
            shown = {"name": wanted.name, "found": text, **dict(stated.values)}
            faults.fault(stated.code, span, stated.suggestion, **shown)
            return None
        if not within:
            out_of_range(stated, wanted, span, faults)
        return stated

    def _first(
        self, text: str, wanted: ValueDefinition, where: str, span: Span
    ) -> tuple[Stated | Unreadable, bool]:
        stated = read_cell(text, wanted)
        tried = Faults()
        if not isinstance(stated, Unreadable):
            out_of_range(stated, wanted, span, tried)
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        found = self.known[where, text] = (stated, not tried.warnings)
        return found


@dataclass(slots=True)
class Assembly:
    """One subject's sheet while its cells are read."""

    vocabulary: Vocabulary
    cells: Cells
    place: Span
    code: str
    year: int
    name: str = ""
    kind: str = ""
    kind_origin: Span | None = None
    filled_for: str = ""
    filled_origin: Span | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    entries: dict[tuple[str, int], list[Entry]] = field(default_factory=dict)
    declared: dict[str, tuple[Declared, ...]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def call(self, what: str, text: str, span: Span) -> None:
        """The name or the kind; several rows must agree."""
        known = self.name if what == "name" else self.kind
        if known and known != text:
            self.faults.fault("subject-differs", span, name=what, found=text, other=known)
        elif what == "name":
            self.name = text
        else:
            self.kind, self.kind_origin = text, span

    def fill(self, edition: str, span: Span) -> None:
        """The edition that the figures were filled in for; several rows must agree."""
        known = self.filled_for
        if known and known != edition:
            self.faults.fault("subject-differs", span, name="ruleset", found=edition, other=known)
        elif not known:
            self.filled_for, self.filled_origin = edition, span

    def attribute(self, name: str, word: str, span: Span) -> None:
        """An attribute by its word."""
        known = self.vocabulary.attributes[name]
        if known and word not in known:
            self.faults.fault(
                "unknown-word", span, nearest(word, known), word=word, known=" ".join(known)
            )
        elif self.attributes.setdefault(name, word) != word:
            other = self.attributes[name]
            self.faults.fault("subject-differs", span, name=name, found=word, other=other)

    def state(self, fact: str, year: int | None, by: By, text: str, span: Span) -> None:
        """One value of one fact; without a year that of the evaluation."""
        definition = self.vocabulary.facts[fact]
        of = year if year is not None else year_of(fact, self.year, self.vocabulary)
        stated: Stated | None
        inapplicable = None if text[:1].isdigit() else _INAPPLICABLE.fullmatch(text.strip())
        if inapplicable is not None:
            if not inapplicable[1]:
                self.faults.fault("reason-missing", span, name=fact)
                return
            stated = Inapplicable(inapplicable[1])
        else:
            stated = self.cells.read(text, definition, fact, span, self.faults)
        if stated is None:
            return
        entry = Entry(fact=fact, year=of, by=by, stated=stated, origin=span)
        others = self.entries.setdefault((fact, of), [entry])
        if others[0] is entry:
            return
        first = next((other for other in others if other.by is by), None)
        if first is not None:
            self.faults.add(
                Diagnostic(
                    code="stated-twice",
                    span=span,
                    values={"name": fact, "year": of},
                    related=(Related(first.origin, "first_given_here"),),
                )
            )
            return
        others.append(entry)

    def declare(self, criterion: str, by: By, text: str, span: Span) -> None:
        """What a person decided about a criterion."""
        outcome = _OUTCOMES.get(text.strip().lower())
        if outcome is None:
            hint = nearest(text.strip().lower(), tuple(_OUTCOMES))
            self.faults.fault("unknown-outcome", span, hint, name=text.strip())
            return
        said = Declared(criterion=criterion, by=by, outcome=outcome, origin=span)
        self.declared[criterion] = (*self.declared.get(criterion, ()), said)

    def done(self, source: Source, tables: dict[str, Table]) -> Submitted:
        """The sheet, unless something is wrong with it."""
        found = in_order([*self.faults.errors, *self.faults.warnings])
        sheet = None
        if not errors(found):
            sheet = FactSheet(
                subject=Subject(
                    code=self.code,
                    name=self.name or self.code,
                    kind=self.kind,
                    attributes=self.attributes,
                    kind_origin=self.kind_origin,
                ),
                year=self.year,
                entries={key: tuple(stated) for key, stated in self.entries.items()},
                tables=tables,
                declared=self.declared,
                source=source,
                filled_for=self.filled_for,
                filled_origin=self.filled_origin,
            )
        return Submitted(
            place=self.place,
            code=self.code,
            name=self.name or self.code,
            sheet=sheet,
            diagnostics=found,
        )


def read_by(text: str, span: Span, faults: Faults) -> By | None:
    """Whose figures they are; a blank is the district's own report."""
    word = text.strip().lower()
    if not word:
        return By.SELF
    by = _SOURCES.get(word)
    if by is None:
        faults.fault("unknown-word", span, None, word=text.strip(), known=" ".join(By))
    return by
