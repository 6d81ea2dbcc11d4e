"""What a fact sheet is: one subject, one evaluation year, every stated value with its origin."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ..language.diagnostics import Source, Span
from ..language.model import Outcome
from ..language.vocabulary import Vocabulary
from .values import TRUST, By, Entry, Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged."""

    code: str
    name: str
    kind: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    kind_origin: Span | None = field(compare=False, repr=False, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table; a column that is absent was not reported.

    ``columns`` are the numbers of the columns in a file, so that an empty cell has a place too.
    """

    values: Mapping[str, Stated]
    origin: Span = field(compare=False, repr=False)
    columns: Mapping[str, int] = field(compare=False, repr=False, default_factory=dict)

    def place(self, column: str) -> Span:
        """Where a cell stands; the row, where it has no place of its own."""
        number, row = self.columns.get(column), self.origin
        if number is None:
            return row
        return Span(row.source, row.line, number, row.line, number + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one table."""

    name: str
    rows: tuple[Row, ...]
    not_applicable: str = ""
    origin: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An outcome that a person decided, or that the district states of itself."""

    criterion: str
    by: By
    outcome: Outcome
    note: str = ""
    reconstructed: bool = False
    points: Fraction | None = None
    origin: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A statement about the result that is kept and shown, never scored."""

    text: str
    about: str = ""
    stated: Mapping[str, str] = field(default_factory=dict)
    document: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSheet:
    """Everything a sheet says. Entries hold every source of a value; a view chooses among them."""

    subject: Subject
    year: int
    entries: Mapping[tuple[str, int], tuple[Entry, ...]]
    tables: Mapping[str, Table]
    declared: Mapping[str, tuple[Declared, ...]] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    source: Source = field(compare=False, repr=False)
    year_origin: Span | None = field(compare=False, repr=False, default=None)
    # The edition that it was filled in for, where it says so, and where it does.
    filled_for: str = field(compare=False, default="")
    filled_origin: Span | None = field(compare=False, repr=False, default=None)

    def chosen(self, fact: str, year: int) -> Entry | None:
        """The most trusted statement of a fact for a year; None when it was not reported."""
        stated = self.entries.get((fact, year), ())
        return most_trusted(stated)

    def years_of(self, fact: str, vocabulary: Vocabulary) -> tuple[int, ...]:
        """The years for which a fact was reported, or all of its parts, in order."""
        parts = [{y for name, y in self.entries if name == part} for part in vocabulary.parts(fact)]
        own = {year for name, year in self.entries if name == fact}
        return tuple(sorted(own.union(set.intersection(*parts) if parts else ())))

    def judgement(self, criterion: str) -> Declared | None:
        """The most trusted declared outcome of a criterion."""
        declared = self.declared.get(criterion, ())
        return min(declared, key=lambda d: TRUST.index(d.by)) if declared else None

    def said_by(self, by: By) -> "FactSheet":
        """The sheet as one source alone tells it."""
        entries = {
            key: kept
            for key, stated in self.entries.items()
            if (kept := tuple(e for e in stated if e.by is by))
        }
        declared = {
            key: said
            for key, outcomes in self.declared.items()
            if (said := tuple(d for d in outcomes if d.by is by))
        }
        return replace(self, entries=entries, declared=declared)


def most_trusted(stated: tuple[Entry, ...]) -> Entry | None:
    """The entry of the source that is trusted most."""
    if len(stated) == 1:
        return stated[0]
    return min(stated, key=lambda e: TRUST.index(e.by)) if stated else None


def year_of(fact: str, sheet_year: int, vocabulary: Vocabulary) -> int:
    """The year that a fact of a sheet belongs to, for an evaluation in ``sheet_year``."""
    return sheet_year - 1 if vocabulary.facts[fact].previous_year else sheet_year
