"""What a batch asks of the reports: data and texts, in the language that was asked for."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..facts.rows import RowSheets
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic
from ..scoring.cohort import Cohort
from .outputs import Record


class Describe(Protocol):
    """What reports make of a batch: data and texts, in the language that was asked for."""

    def record(
        self, sheet: FactSheet, row: Mapping[str, Any], diagnostics: tuple[Diagnostic, ...]
    ) -> Record:
        """One district of ``results.json``."""

    def findings(
        self,
        sheet: FactSheet,
        row: Mapping[str, Any],
        diagnostics: tuple[Diagnostic, ...],
        cohort: Cohort | None,
    ) -> str:
        """The file of findings of one district."""

    def row_findings(
        self,
        table: RowSheets,
        line: int,
        cells: Sequence[Any],
        row: Mapping[str, Any],
        *,
        warned: bool,
    ) -> str | None:
        """The same of a row of a table; None where it takes the sheet of the whole row."""

    def diagnostic(self, diagnostic: Diagnostic) -> Mapping[str, Any]:
        """A diagnostic for programs."""

    def label(self, outcome: str) -> str:
        """What an outcome is called."""

    def title(self, criterion: str) -> str:
        """What a criterion is called."""

    def shown(self, criterion: str, measure: str) -> str:
        """An exact measure as people read it."""

    def step(self, quantum: str, unit: str) -> tuple[str, str]:
        """A step of a fact as people read it: its digits and the word for its unit."""
