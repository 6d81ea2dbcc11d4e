"""What the readers of a sheet share: faults, values, evidence, and where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..language.diagnostics import MOST_SHOWN, Diagnostic, Severity, Source, Span
from ..language.nodes import Text
from ..language.units import Unit, decimal_text
from ..language.vocabulary import (
    Better,
    FactDefinition,
    FactType,
    TableDefinition,
    ValueDefinition,
    Vocabulary,
    nearest,
)
from .values import Bound, By, Entry, Evidence, Measured, Stated

_RATE = FactType.RATE


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
    # What evidence is given for, with the place of its key.
    supported: list[tuple[str, int | None, Span]] = field(default_factory=list)

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
    """Warn of a number outside its declared range: what was proved does not cover it.

    Within it, warn of a rate that may be meant a hundred times as large.
    """
    if not isinstance(stated, Measured):
        return
    if wanted.type is _RATE:
        _doubtful_rate(stated, wanted, span, faults)
    over, under = stated.value.numerator, stated.value.denominator
    low, high = wanted.low, wanted.high
    below = low is not None and over * low.denominator < low.numerator * under
    above = high is not None and over * high.denominator > high.numerator * under
    if not below and not above:
        return
    least, most = (
        "…" if end is None else Measured(end, Bound.EXACT, wanted.unit, None).text()
        for end in (low, high)
    )
    found = stated.written.strip()
    faults.fault("out-of-range", span, name=wanted.name, found=found, low=least, high=most)


_NO_REASON = ("无", "没有", "不适用", "否", "-", "—", "/", "n/a", "none", "no", "not applicable")


def weak_reason(reason: Text, name: str, faults: Faults) -> None:
    """Warn of a reason that says nothing."""
    word = reason.value.strip()
    if word.lower() in _NO_REASON:
        faults.fault("weak-reason", reason.span, name=name, reason=word)


def _doubtful_rate(stated: Measured, wanted: ValueDefinition, span: Span, faults: Faults) -> None:
    """Ask whether 0.95 is 95%, and what 1:2 sets against what."""
    found = stated.written.strip()
    if stated.unit.name == "1:n":
        places = None if (100 * stated.value).denominator == 1 else 2
        read = f"{decimal_text(100 * stated.value, places)}%"
        faults.fault("ratio-for-rate", span, name=wanted.name, found=found, read=read)
        return
    bare = stated.places is not None and found[-1:].isdigit() and stated.unit.is_rate
    if not bare or not 0 < stated.value / stated.unit.scale <= 1 or _is_small(wanted):
        return
    read = Measured(stated.value, stated.bound, stated.unit, None).text()
    per_cent = Unit("%", Fraction(1, 100), (), is_rate=True)
    meant = Measured(stated.value / stated.unit.scale, stated.bound, per_cent, None).text()
    faults.fault("bare-rate", span, name=wanted.name, found=found, read=read, meant=meant)


def _is_small(wanted: ValueDefinition) -> bool:
    """Whether a rate of at most one per cent surprises nobody: growth, or bad cases."""
    if wanted.low is not None and wanted.low < 0:
        return True
    if not isinstance(wanted, FactDefinition):
        return False
    if wanted.typical is not None:
        return wanted.typical <= Fraction(1, 100)
    return wanted.better is Better.LOWER


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
