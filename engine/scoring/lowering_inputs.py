"""The columns that a ruleset reads: facts by year, attributes, cells of tables; how they are coded.

Numbers are whole multiples of their quantum within their declared range. What has no quantum is a
numerator and a denominator; what has no range gets a wide one. Whatever does not fit is not forced:
the encoder hands that subject to the interpreter.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

from ..language.vocabulary import FactDefinition, FactType, ValueDefinition, Vocabulary
from .lowering_graph import Graph
from .lowering_terms import FALSE, Formula, Ratio, fraction
from .lowering_values import Code, Gap, Lowered, Number, Truth, point

# A statement of what follows from other facts may have more places than its quantum.
FINER = 10**4
# Ranges that are assumed where the vocabulary declares none; the encoder checks them all.
ASSUMED = 10**12
MOST_DENOMINATOR = 10**6
MOST_CODE = 2**31 - 1
YEARS = (1900, 2200)
LAST_DAY = 4_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """Which year facts are read for: ``shift`` years back, or the absolute ``year``.

    ``base``: as if the evaluation were of that year.
    """

    shift: int = 0
    year: int | None = None
    base: int | None = None

    def back(self, years: int) -> "Moment":
        """So many years earlier."""
        if self.year is not None:
            return Moment(0, self.year - years)
        return Moment(self.shift + years, None, self.base)

    def of(self, own: int) -> "Moment":
        """The year of a fact that is reported ``own`` years after its own year."""
        if self.year is not None:
            return Moment(year=self.year)
        if self.base is not None:
            return Moment(year=self.base - own - self.shift)
        return Moment(self.shift + own)

    def of_parts(self, own: int) -> "Moment":
        """Of a fact's year (as `of` gives it), the moment for which its parts are read."""
        if self.year is not None:
            return Moment(base=self.year + own)
        return Moment(self.shift - own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an expression stands: year, row of a table, measure, points."""

    moment: Moment = field(default_factory=Moment)
    table: str = ""
    measure: Lowered | None = None
    points: Number | None = None


HERE = Scope()


@dataclass(frozen=True, slots=True)
class Needed:
    """A column to encode: a fact of a year, an attribute, a cell of a table, or the year.

    ``low`` and ``high`` are in quanta; without a quantum ``name/`` holds the denominators.
    """

    name: str
    definition: ValueDefinition | None
    moment: Moment = field(default_factory=Moment)
    table: str = ""
    low: int = 0
    high: int = MOST_CODE

    @property
    def quantum(self) -> Fraction | None:
        """What its whole numbers count."""
        return None if self.definition is None else quantum_of(self.definition)

    @property
    def column(self) -> str:
        """The name. ``column?`` flags what is not reported, ``column!`` what is not applicable,

        ``column>`` and ``column<`` bounds that the value is above or below, ``column~`` that it is
        not the bound itself; ``column/`` holds denominators.
        """
        if self.definition is None or self.table:
            return self.name
        when = self.moment.year if self.moment.year is not None else -self.moment.shift
        return f"{self.name}@{when}"

    @property
    def has_under(self) -> bool:
        """Whether there is a column of denominators too."""
        if self.definition is None:
            return self.name.startswith("points:")
        return self.definition.type.is_number and not self.quantum


@dataclass(slots=True)
class Inputs:
    """Collects what is read while a ruleset is lowered."""

    vocabulary: Vocabulary
    graph: Graph
    most_rows: int = 2**20
    needed: dict[tuple[str, str], Needed] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)

    def word(self, text: str) -> int:
        """The code of a word that the ruleset names."""
        return self.words.setdefault(text, len(self.words))

    def fact(self, definition: FactDefinition, moment: Moment) -> Lowered:
        """A fact as stated."""
        low, high = limits(definition)
        return self._input(Needed(definition.name, definition, moment, "", low, high))

    def cell(self, table: str, name: str) -> Lowered:
        """A column of a table."""
        self.tables[table] = None
        definition = self.vocabulary.tables[table].columns[name]
        low, high = limits(definition)
        lowered = self._input(Needed(name, definition, Moment(), table, low, high))
        gap = lowered.gap
        foreign = Gap(gap.unknown, gap.inapplicable, gap.lapses, gap.unknown, gap.unknown)
        match lowered:
            case Number() | Truth() | Code():
                return replace(lowered, gap=foreign)

    def present(self, table: str, name: str) -> Formula:
        """Whether a cell was reported."""
        return self.graph.opposite(self.cell(table, name).gap.unknown)

    def table(self, name: str) -> Gap:
        """Where a table is missing or cannot exist."""
        self.tables[name] = None
        missing = self.graph.flag(f"{name}?")
        return Gap(missing, self.graph.flag(f"{name}!"), FALSE, missing)

    def attribute(self, name: str) -> Code:
        """An attribute of the subject; unknown when it is not given."""
        needed = Needed(f"subject.{name}", None)
        self.needed["", needed.column] = needed
        missing = self.graph.flag(f"{needed.column}?")
        gap = Gap(missing, foreign=missing)
        return Code(gap, self.graph.column(needed.column, 0, MOST_CODE))

    def evaluation_year(self) -> Number:
        """The year of the sheet."""
        needed = Needed("evaluation.year", None, Moment(), "", *YEARS)
        self.needed["", needed.column] = needed
        return point(Ratio(self.graph.column(needed.column, *YEARS)))

    def judgement(self, criterion: str) -> tuple[Code, Formula]:
        """The position of the declared outcome of a judged criterion, and where it has one."""
        needed = Needed(f"outcome:{criterion}", None, Moment(), "", 0, 3)
        self.needed["", needed.column] = needed
        missing = self.graph.flag(f"{needed.column}?")
        code = Code(Gap(missing), self.graph.column(needed.column, 0, 3))
        return code, self.graph.opposite(missing)

    def given_points(self, criterion: str) -> Number:
        """The points that whoever judged a criterion gave with the outcome."""
        needed = Needed(f"points:{criterion}", None, Moment(), "", -ASSUMED, ASSUMED)
        self.needed["", needed.column] = needed
        over = self.graph.column(needed.column, needed.low, needed.high)
        under = self.graph.column(f"{needed.column}/", 1, MOST_DENOMINATOR)
        return point(Ratio(over, under), Gap(self.graph.flag(f"{needed.column}?")))

    def _input(self, needed: Needed) -> Lowered:
        self.needed[needed.table, needed.column] = needed
        definition, name, table = needed.definition, needed.column, needed.table
        assert definition is not None
        missing = self.graph.flag(f"{name}?", table)
        gap = Gap(missing, self.graph.flag(f"{name}!", table), FALSE, missing)
        if definition.type is FactType.YES_NO:
            return Truth(gap, self.graph.flag(name, table))
        column = self.graph.column(name, needed.low, needed.high, table)
        if not definition.type.is_number:
            return Code(gap, column, definition.levels)
        ratio = Ratio(column)
        if needed.quantum:
            ratio = ratio * fraction(needed.quantum)
        else:
            ratio = Ratio(column, self.graph.column(f"{name}/", 1, MOST_DENOMINATOR, table))
        rises, sinks, opened = (self.graph.flag(name + mark, table) for mark in "><~")
        return Number(
            gap,
            ratio,
            ratio,
            sinks,
            rises,
            self.graph.both(rises, opened),
            self.graph.both(sinks, opened),
        )


def quantum_of(definition: ValueDefinition) -> Fraction | None:
    """What the whole numbers of a column count; None for columns with denominators."""
    derived = isinstance(definition, FactDefinition) and definition.derived is not None
    return definition.quantum / FINER if definition.quantum and derived else definition.quantum


def limits(definition: ValueDefinition) -> tuple[int, int]:
    """The declared range in quanta, or an assumed one."""
    match definition.type:
        case FactType.YES_NO:
            return 0, 1
        case FactType.LEVEL:
            return 0, max(0, len(definition.levels) - 1)
        case FactType.DATE:
            return 1, LAST_DAY
        case FactType.TEXT:
            return 0, MOST_CODE
        case _:
            pass
    quantum = quantum_of(definition)
    if quantum:
        low = -ASSUMED if definition.low is None else ceil(definition.low / quantum)
        high = ASSUMED if definition.high is None else floor(definition.high / quantum)
        return low, max(low, high)
    low = -ASSUMED if definition.low is None else floor(definition.low) * MOST_DENOMINATOR
    high = ASSUMED if definition.high is None else ceil(definition.high) * MOST_DENOMINATOR
    return min(low, 0), max(high, 0)
