"""Between columns of the solver and fact sheets: what a criterion reads, typical values, sheets."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..facts.sheet import Declared, FactSheet, Row, Subject, Table
from ..facts.values import (
    Answer,
    Bound,
    By,
    Entry,
    Measured,
    OnDay,
    Rank,
    Said,
    Stated,
)
from ..language.diagnostics import Source, Span
from ..language.model import Ruleset
from ..language.vocabulary import FactDefinition, FactType, ValueDefinition
from ..scoring.lowering import Lowerer
from ..scoring.lowering_inputs import Needed
from ..scoring.lowering_levels import POSSIBLE
from ..scoring.moving import smallest

WITNESS = Source("witness.yaml")
HERE = Span(WITNESS)
FIRST_DAY = dt.date(2000, 1, 1)
CODE = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the solver found: numbers of columns and answers of flags, by name."""

    numbers: Mapping[str, Fraction] = field(default_factory=dict)
    answers: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Space:
    """The columns that a part of a ruleset reads, as collected while it was lowered."""

    ruleset: Ruleset
    lowerer: Lowerer

    @property
    def needed(self) -> Iterator[Needed]:
        """Columns of the subject, not of rows."""
        return (n for n in self.lowerer.inputs.needed.values() if not n.table)

    @property
    def by_column(self) -> dict[str, Needed]:
        return {n.column: n for n in self.needed}

    @property
    def fine(self) -> dict[str, tuple[Fraction | None, Fraction | None]]:
        """Columns of numbers without a quantum, with their ranges."""
        found = {}
        for name, needed in self.by_column.items():
            definition = needed.definition
            if definition is not None and definition.type.is_number and not definition.quantum:
                found[name] = (definition.low, definition.high)
        return found

    @property
    def counts(self) -> frozenset[str]:
        """Columns that count things: never below zero, whatever range is declared."""
        return frozenset(
            name
            for name, needed in self.by_column.items()
            if needed.definition is not None and needed.definition.type is FactType.COUNT
        )

    def scale(self, needed: Needed) -> Fraction:
        """What one of a column is, in base units."""
        definition = needed.definition
        return Fraction(1) if definition is None else definition.quantum or Fraction(1)

    def step(self, needed: Needed) -> Fraction:
        """The smallest step of a column that can be written, in what the column counts."""
        definition = needed.definition
        if definition is None or definition.quantum or not definition.type.is_number:
            return Fraction(1)
        return smallest(definition.unit)

    def typical(self, needed: Needed) -> Fraction | None:
        """The value that readers expect of a column."""
        definition = needed.definition
        if needed.name == "evaluation.year":
            return Fraction(self.edition_year)
        if definition is None:
            return None
        if isinstance(definition, FactDefinition) and definition.typical is not None:
            return definition.typical / self.scale(needed)
        if definition.type is FactType.DATE:
            return Fraction(dt.date(2022, 9, 1).toordinal())
        return None

    def plain(self, needed: Needed) -> Fraction | None:
        """A round number within the range of a column for which no value is typical."""
        definition = needed.definition
        if needed.name.startswith("outcome:"):
            # Whoever judges is content unless the question needs otherwise.
            return Fraction(0)
        if definition is None or not definition.type.is_number:
            return None
        hundred = 100 * definition.unit.scale / self.scale(needed)
        return Fraction(min(max(int(hundred), needed.low), needed.high))

    def codes(self, needed: Needed) -> list[int] | None:
        """The codes that a column of words can have; None for any."""
        words: Iterable[str] = ()
        if needed.definition is None and needed.name.startswith("subject."):
            words = self.lowerer.vocabulary.attributes.get(needed.name.partition(".")[2], ())
        elif needed.definition is not None and needed.definition.type is FactType.TEXT:
            words = needed.definition.words
        known = self.lowerer.inputs.words
        allowed = list(words)
        if not allowed:
            return None
        inside = [known[word] for word in allowed if word in known]
        return inside if len(inside) == len(allowed) else [*inside, len(known)]

    @property
    def edition_year(self) -> int:
        """The year that the edition is named for."""
        edition = self.ruleset.edition[:4]
        return int(edition) if edition.isdigit() and 1950 <= int(edition) <= 2150 else 2022

    def aliases(self) -> Iterator[tuple[str, str, int]]:
        """Columns that are one fact of one year when the evaluation is of that year."""
        columns = self.by_column
        for one, a in columns.items():
            for two, b in columns.items():
                if a.definition is b.definition and a.definition is not None:
                    written, shifted = a.moment.year, b.moment.year
                    if written is not None and shifted is None:
                        yield one, two, written + b.moment.shift

    def year(self, found: Found) -> int:
        """The evaluation year of a witness: that of the edition unless the facts need another."""
        if "evaluation.year" in found.numbers:
            return int(found.numbers["evaluation.year"])
        written = [n.moment.year for n in self.needed if n.moment.year is not None]
        year = self.edition_year
        shifts = [n.moment.shift for n in self.needed if n.moment.year is None]
        if any(year - shift in written for shift in shifts):
            year = max(written) + max(shifts, default=0) + 1
        return year


def sheet(space: Space, found: Found, rows: int, missing: frozenset[str]) -> FactSheet:
    """The sheet that the solver found; columns that it left open are not reported."""
    year = space.year(found)
    entries: dict[tuple[str, int], tuple[Entry, ...]] = {}
    attributes: dict[str, str] = {}
    declared: dict[str, tuple[Declared, ...]] = {}
    for column, needed in space.by_column.items():
        if column in missing:
            continue
        if needed.definition is None:
            _about_subject(space, needed, found, attributes, declared)
            continue
        stated = _stated(space, needed.definition, column, found)
        if stated is None:
            continue
        of = needed.moment.year if needed.moment.year is not None else year - needed.moment.shift
        name = needed.definition.name
        entries[name, of] = (Entry(fact=name, year=of, by=By.SELF, stated=stated, origin=HERE),)
    kind = attributes.pop("kind", "")
    return FactSheet(
        subject=Subject(code=CODE, name="", kind=kind, attributes=attributes),
        year=year,
        entries=entries,
        tables=_tables(space, found, rows, missing),
        declared=declared,
        source=WITNESS,
    )


def _about_subject(
    space: Space,
    needed: Needed,
    found: Found,
    attributes: dict[str, str],
    declared: dict[str, tuple[Declared, ...]],
) -> None:
    kind, _, name = needed.name.partition(":")
    value = found.numbers.get(needed.column)
    if needed.name.startswith("subject.") and value is not None:
        attributes[needed.name.partition(".")[2]] = _word(space, needed, int(value))
    elif kind == "outcome" and value is not None:
        outcome = POSSIBLE[int(value)]
        said = Declared(criterion=name, by=By.ONSITE, outcome=outcome, origin=HERE)
        declared[name] = (said,)


def _word(space: Space, needed: Needed, code: int) -> str:
    """The word of a code; any other word where no rule names it."""
    by_code = {number: word for word, number in space.lowerer.inputs.words.items()}
    if code in by_code:
        return by_code[code]
    name = needed.name.partition(".")[2]
    words: tuple[str, ...] = space.lowerer.vocabulary.attributes.get(name, ())
    if needed.definition is not None:
        words = needed.definition.words
    return next((w for w in words if w not in by_code.values()), "其他")


def _stated(space: Space, definition: ValueDefinition, column: str, found: Found) -> Stated | None:
    if definition.type is FactType.YES_NO:
        answer = found.answers.get(column)
        return None if answer is None else Answer(answer)
    value = found.numbers.get(column)
    if value is None:
        return None
    match definition.type:
        case FactType.LEVEL:
            return Rank(definition.levels[int(value)], int(value))
        case FactType.DATE:
            return OnDay(dt.date.fromordinal(int(value)))
        case FactType.TEXT:
            return Said(_word(space, Needed("", definition), int(value)))
        case _:
            quantum = definition.quantum or Fraction(1)
            return Measured(value * quantum, Bound.EXACT, definition.unit, None)


def _tables(space: Space, found: Found, rows: int, missing: frozenset[str]) -> dict[str, Table]:
    tables = {}
    for name in space.lowerer.inputs.tables:
        if name in missing:
            continue
        cells = [
            n.definition
            for n in space.lowerer.inputs.needed.values()
            if n.table == name and n.definition is not None
        ]
        made = []
        for position in range(rows):
            values = {}
            for definition in cells:
                column = f"{name}[{position}].{definition.name}"
                stated = _stated(space, definition, column, found) or _any(definition)
                values[definition.name] = stated
            made.append(Row(values=values, origin=HERE))
        tables[name] = Table(name=name, rows=tuple(made), origin=HERE)
    return tables


def _any(definition: ValueDefinition) -> Stated:
    """A value for a cell that does not matter."""
    match definition.type:
        case FactType.YES_NO:
            return Answer(False)
        case FactType.LEVEL:
            return Rank(definition.levels[0], 0)
        case FactType.DATE:
            return OnDay(FIRST_DAY)
        case FactType.TEXT:
            return Said(definition.words[0] if definition.words else "其他")
        case _:
            return Measured(definition.low or Fraction(0), Bound.EXACT, definition.unit, None)
