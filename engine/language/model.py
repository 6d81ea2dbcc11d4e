"""What a ruleset is: immutable, comparable, each part with its place in the file and its clause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from ..locale import Label
from .diagnostics import Source, Span
from .expression import Expr
from .units import Unit
from .vocabulary import Better, Citation, Vocabulary


class Outcome(StrEnum):
    """Of one criterion (DESIGN 3)."""

    FULLY_MET = "fully_met"
    BASICALLY_MET = "basically_met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"


# Best first; these three take part in counts and shares.
ASSESSED = (Outcome.FULLY_MET, Outcome.BASICALLY_MET, Outcome.NOT_MET)


class Status(StrEnum):
    """How far a text can be relied on."""

    DRAFT = "draft"
    RECONSTRUCTED = "reconstructed"
    OFFICIAL = "official"


class Each(StrEnum):
    """How a deduction counts its steps: exactly in proportion, whole steps only, or begun steps."""

    PROPORTIONAL = "proportional"
    WHOLE = "whole"
    STARTED = "started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """Compare the measure rounded half up to ``places`` decimals of ``unit``."""

    places: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """How a measure is shown; ``places`` None: exactly where possible."""

    unit: Unit
    places: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One outcome and the condition for it; ``Special('measure')`` stands for the measure."""

    outcome: Outcome
    condition: Expr
    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePoints:
    """Points by outcome."""

    fully: Fraction
    basically: Fraction
    not_met: Fraction
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Points for a condition."""

    when: Expr
    points: Fraction
    text: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedPoints:
    """The points of the first step that holds."""

    steps: tuple[Step, ...]
    otherwise: Fraction
    most: Fraction
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductedPoints:
    """Full marks less ``points`` for each ``per`` (base units) missed of ``limit``."""

    most: Fraction
    points: Fraction
    per: Fraction
    limit: Expr
    below: bool
    each: Each
    at_least: Fraction
    span: Span | None = field(default=None, compare=False, repr=False)


Points: TypeAlias = OutcomePoints | SteppedPoints | DeductedPoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """Points on top, which may lift the total above the maximum."""

    points: Fraction
    when: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One requirement: what is measured, its levels, when it applies, which clause asks for it."""

    id: str
    domain: str
    title: Label
    measure: Expr | None = None
    is_number: bool = False
    better: Better | None = None
    show: Show
    rounded: Rounding | None = None
    levels: tuple[Level, ...] = ()
    applies_when: Expr | None = None
    judged: bool = False
    veto: bool = False
    points: Points | None = None
    bonus: Bonus | None = None
    advice: Label = Label()
    status: Status
    citation: Citation = Citation()
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A group of criteria."""

    id: str
    title: Label


# The key of ``values`` for a subject whose word is none of those that are named.
OTHERWISE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterDefinition:
    """A named value of the ruleset, possibly by an attribute of the subject."""

    name: str
    value: Expr | None = None
    by: str | None = None
    values: Mapping[str, Expr] = field(default_factory=dict)
    citation: Citation = Citation()
    note: Label = Label()
    # The file of shared parameters that it comes from; empty where a ruleset states it.
    shared: str = field(default="", compare=False)
    # What it takes the place of: a parameter of a base, or a shared one.
    replaces: "ParameterDefinition | None" = field(default=None, compare=False, repr=False)
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A step of the grade scale."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A grade and the condition for it; None always holds."""

    grade: str
    when: Expr | None
    text: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The best grade still possible when a condition holds."""

    at_most: str
    when: Expr
    text: str
    because: Label
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgrade:
    """How many steps a grade is lowered when a condition holds."""

    by: int
    when: Expr
    text: str
    because: Label
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRule:
    """Award, then caps, then downgrades, never below the last grade (DESIGN 5)."""

    scale: tuple[Grade, ...]
    of_all: bool = False
    min_applicable: int = 0
    award: tuple[Award, ...]
    caps: tuple[Cap, ...] = ()
    downgrades: tuple[Downgrade, ...] = ()
    strongest: bool = False

    def rank(self, grade: str) -> int:
        """The position of a grade on the scale, 0 for the best."""
        return next(i for i, step in enumerate(self.scale) if step.id == grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A parameter or criterion whose value here takes the place of an inherited one."""

    name: str
    # Whether it says itself where the new value comes from.
    sourced: bool
    span: Span
    replaced: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRule:
    """That a ruleset compares the subjects of a batch, and which; openly, and why.

    A subject without the figure that is asked for leaves comparisons open, or is left out of them.
    """

    of: tuple[str, ...]
    leaves_out: bool
    because: Label
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """One edition of a scheme."""

    id: str
    edition: str
    status: Status
    title: Label
    vocabulary: Vocabulary
    basis: Mapping[str, Citation]
    outcomes: Mapping[Outcome, Label]
    parameters: Mapping[str, ParameterDefinition]
    domains: tuple[Domain, ...]
    criteria: tuple[Criterion, ...]
    grade: GradeRule | None
    # Whether shares in the result are of all criteria; None: as the grade rule counts them.
    shares_of_all: bool | None = None
    batch: BatchRule | None = None
    # The kinds of subjects that it is for; () where it does not say.
    subjects: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=(), compare=False, repr=False)
    source: Source = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """``id@edition``."""
        return f"{self.id}@{self.edition}"

    def criterion(self, identifier: str) -> Criterion | None:
        """The criterion of that id."""
        return next((c for c in self.criteria if c.id == identifier), None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of subjects that it says it is for, or that it compares; () for any."""
        return self.subjects or (() if self.batch is None else self.batch.of)

    @property
    def counts_inapplicable(self) -> bool:
        """Whether criteria that do not apply stay in the whole that shares are of."""
        if self.shares_of_all is not None:
            return self.shares_of_all
        return self.grade is not None and self.grade.of_all

    @property
    def uses_points(self) -> bool:
        """Whether any criterion gives points."""
        return any(c.points is not None or c.bonus is not None for c in self.criteria)
