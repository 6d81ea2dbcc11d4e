"""What was asked about a ruleset and what became of it: proved, refuted by a sheet, or unknown."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, errors
from ..language.model import Ruleset
from ..locale import Label


class Answer(StrEnum):
    """What became of a question; what could not be decided is never a pass."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What is asked about every criterion and about the grade rule."""

    DEFINED = "defined"
    COMPLETE = "complete"
    CONSISTENT = "consistent"
    REACHABLE = "reachable"
    APPLICABLE = "applicable"
    MONOTONE = "monotone"
    MONOTONE_IN_FACT = "monotone_in_fact"
    POINTS_MONOTONE = "points_monotone"
    POINTS_MONOTONE_IN_FACT = "points_monotone_in_fact"
    GRADE_TOTAL = "grade_total"
    GRADE_REACHABLE = "grade_reachable"
    GRADE_MONOTONE = "grade_monotone"
    GRADE_MONOTONE_IN_FACT = "grade_monotone_in_fact"
    GRADE_EFFECT = "grade_effect"
    GRADE_GUARDED = "grade_guarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """One sheet, or two that differ in one thing, with what the interpreter made of them.

    None where counts of outcomes show it that no sheet comes to; then ``text`` tells them.
    """

    name: str
    sheets: tuple[FactSheet, ...]
    results: tuple[str, ...]
    text: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One question about a criterion (empty: the grade rule), ``detail`` a level or fact of it."""

    question: Question
    about: str
    answer: Answer
    detail: str = ""
    why: str = ""
    finding: Diagnostic | None = field(default=None, compare=False)
    witness: Witness | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Every answer about one ruleset, and what was assumed."""

    ruleset: Ruleset
    proofs: tuple[Proof, ...]
    ranges: int
    rules: tuple[str, ...]

    @property
    def counts(self) -> Counter[Answer]:
        """How many questions had each answer."""
        return Counter(proof.answer for proof in self.proofs)

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """What was refuted, as diagnostics."""
        return tuple(p.finding for p in self.proofs if p.finding is not None)

    @property
    def failed(self) -> bool:
        """Whether something that must hold does not; a warning alone is no failure."""
        return bool(errors(self.findings))
