"""What the readers of a sheet share: faults, values, evidence, and where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.diagnostics import MOST_SHOWN, Diagnostic, Severity, Source, Span
from ..language.vocabulary import TableDefinition, ValueDefinition, Vocabulary, nearest
from .values import Bound, By, Entry, Evidence, Measured, Stated


@dataclass(slots=True)
class Faults:
    """What is wrong with a sheet; one more than is listed of each severity is kept, to say so."""

    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic, unless there are more than anybody reads."""
        of = self.errors if diagnostic.severity is Severity.ERROR else self.warnings
        if len(of) <= MOST_SHOWN:
            of.append(diagnostic)

    def fault(self, code: str, span: Span, suggestion: str | None = None, **values: object) -> None:
        """Keep one by its code."""
        self.add(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))

    @property
    def hopeless(self) -> bool:
        """Whether more errors were found than are listed, so that reading on helps nobody."""
        return len(self.errors) > MOST_SHOWN


@dataclass(slots=True)
class Reading:
    """A sheet while it is read."""

    vocabulary: Vocabulary
    source: Source
    year: int
    by: By
    faults: Faults = field(default_factory=Faults)
    entries: dict[tuple[str, int], list[Entry]] = field(default_factory=dict)
    # By fact and year; None stands for every year.
    evidence: dict[tuple[str, int | None], tuple[Evidence, ...]] = field(default_factory=dict)

    def fault(self, code: str, span: Span, suggestion: str | None = None, **values: object) -> None:
        """Add one diagnostic."""
        self.faults.fault(code, span, suggestion, **values)

    def unknown(
        self, code: str, span: Span, name: str, known: Mapping[str, object] | tuple[str, ...]
    ) -> None:
        """Add the diagnostic of an unknown word, with the known one that was likely meant."""
        self.fault(code, span, nearest(name, known), name=name)

    @property
    def hopeless(self) -> bool:
        """Whether reading on helps nobody."""
        return self.faults.hopeless


def out_of_range(stated: Stated, wanted: ValueDefinition, span: Span, faults: Faults) -> None:
    """Warn of a number outside its declared range: what was proved does not cover it."""
    if not isinstance(stated, Measured):
        return
    below = wanted.low is not None and stated.value < wanted.low
    above = wanted.high is not None and stated.value > wanted.high
    if not below and not above:
        return
    low, high = (
        "…" if end is None else Measured(end, Bound.EXACT, wanted.unit, None).text()
        for end in (wanted.low, wanted.high)
    )
    found = stated.written.strip()
    faults.fault("out-of-range", span, name=wanted.name, found=found, low=low, high=high)


def find_column(name: str, definition: TableDefinition) -> ValueDefinition | None:
    """A column by its name or by its label, as spreadsheets head it."""
    clean = name.strip()
    if not clean:
        return None
    labelled = (c for c in definition.columns.values() if clean in (c.label.zh, c.label.en))
    return definition.columns.get(clean) or next(labelled, None)


def refuse_column(name: str, span: Span, definition: TableDefinition, faults: Faults) -> None:
    """Say that a table has no such column."""
    hint = nearest(name, tuple(definition.columns))
    known = tuple(definition.columns)
    faults.fault("unknown-column", span, hint, name=name, table=definition.name, known=known)
