"""What the readers of a sheet share: faults, values, evidence, and where each stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..language.diagnostics import MOST_SHOWN, Diagnostic, Source, Span, errors
from ..language.vocabulary import Vocabulary, nearest
from .values import By, Entry, Evidence


@dataclass(slots=True)
class Reading:
    """A sheet while it is read."""

    vocabulary: Vocabulary
    source: Source
    year: int
    by: By
    faults: list[Diagnostic] = field(default_factory=list)
    entries: dict[tuple[str, int], list[Entry]] = field(default_factory=dict)
    # By fact and year; None stands for every year.
    evidence: dict[tuple[str, int | None], tuple[Evidence, ...]] = field(default_factory=dict)

    def fault(self, code: str, span: Span, suggestion: str | None = None, **values: object) -> None:
        """Add one diagnostic."""
        self.faults.append(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))

    def unknown(
        self, code: str, span: Span, name: str, known: Mapping[str, object] | tuple[str, ...]
    ) -> None:
        """Add the diagnostic of an unknown word, with the known one that was likely meant."""
        self.fault(code, span, nearest(name, known), name=name)

    @property
    def hopeless(self) -> bool:
        """Whether more faults were found than are listed, so that reading on helps nobody."""
        return len(self.faults) > MOST_SHOWN and len(errors(self.faults)) > MOST_SHOWN
