"""The dictionary of facts that editions share: what each is, its unit, range and definition."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from ..locale import Label
from .diagnostics import Span
from .expression import Aggregate, Expr, Fact, Kind, fact_names, walk
from .units import PLAIN, Unit

# No name or word is longer; comparing a longer one with each costs its square.
LONGEST_WORD = 100


class FactType(StrEnum):
    """What kind of value a fact has (DESIGN 4)."""

    COUNT = "count"
    AMOUNT = "amount"
    AREA = "area"
    RATE = "rate"
    RATIO = "ratio"
    NUMBER = "number"
    YES_NO = "yes_no"
    LEVEL = "level"
    DATE = "date"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        return self not in (FactType.YES_NO, FactType.LEVEL, FactType.DATE, FactType.TEXT)


class Better(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    TARGET = "target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a document: its place, what it is about, why nothing encodes it.

    ``criteria`` answer it though they cite another document.
    """

    place: str
    title: Label
    left_out: Label = Label()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where something comes from: the document as cited, the place in it, and how sure that is."""

    document: str | None = None
    cite: str = ""
    place: str = ""
    seen: bool = False
    note: Label = Label()
    clauses: tuple[Clause, ...] = ()

    @property
    def text(self) -> str:
        """Document and place in one line."""
        return " ".join(part for part in (self.cite, self.place) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """How a fact can be acted on; all amounts in base units. ``effort`` is a relative estimate."""

    direction: str
    step: Fraction
    effort: Fraction
    at_most: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueDefinition:
    """What values a fact or a column may take; numbers are in base units."""

    name: str
    label: Label
    type: FactType
    unit: Unit = PLAIN
    low: Fraction | None = None
    high: Fraction | None = None
    quantum: Fraction | None = None
    levels: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDefinition(ValueDefinition):
    """One fact of the vocabulary."""

    synonyms: tuple[str, ...] = ()
    typical: Fraction | None = None
    previous_year: bool = False
    better: Better | None = None
    definition: Label = Label()
    citation: Citation = Citation()
    derived: Expr | None = None
    lever: Lever | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDefinition:
    """A table of rows that a sheet may carry."""

    name: str
    label: Label
    key: str | None
    columns: Mapping[str, ValueDefinition]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityRule:
    """A condition that consistent facts satisfy; broken, it refuses the sheet or warns."""

    id: str
    rule: Expr
    text: str
    blocks: bool
    because: Label
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All definitions by name."""

    name: str
    facts: Mapping[str, FactDefinition]
    tables: Mapping[str, TableDefinition]
    attributes: Mapping[str, tuple[str, ...]]
    integrity: tuple[IntegrityRule, ...]
    citations: Mapping[str, Citation]
    attribute_labels: Mapping[str, Label] = field(default_factory=dict)

    def parts(self, name: str) -> tuple[str, ...]:
        """The facts that a derived fact follows from; empty for a reported one."""
        definition = self.facts.get(name)
        if definition is None or definition.derived is None:
            return ()
        return fact_names(definition.derived)

    def has_root(self, name: str) -> bool:
        """Whether a fact follows from a coefficient of variation, which no fraction equals."""
        todo, seen = [name], {name}
        while todo:
            definition = self.facts.get(todo.pop())
            if definition is None or definition.derived is None:
                continue
            for part in walk(definition.derived):
                if isinstance(part, Aggregate) and part.kind is Kind.CV:
                    return True
                if isinstance(part, Fact) and part.name not in seen:
                    seen.add(part.name)
                    todo.append(part.name)
        return False

    def nearest(self, name: str) -> str | None:
        """The fact most likely meant by an unknown name, found by name, label or synonym."""
        by_word: dict[str, str] = {}
        for fact in self.facts.values():
            for word in (fact.name, fact.label.zh, fact.label.en.lower(), *fact.synonyms):
                by_word.setdefault(word, fact.name)
        found = nearest(name.lower(), by_word)
        return by_word[found] if found is not None else None


def nearest(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str | None:
    """The known word most like ``word``, or None when nothing is near."""
    if len(word) > LONGEST_WORD:
        return None
    found = difflib.get_close_matches(word, [k for k in known if k], n=1, cutoff=0.6)
    return found[0] if found else None
