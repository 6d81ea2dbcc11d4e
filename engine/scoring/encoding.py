"""Fact sheets as columns: numbers in whole quanta, words and levels as codes, gaps as flags.

A column ``x`` is never null: where there is no value stands one of its range, and a flag says why
(see `Needed.column`); a flag that is false everywhere is left out. A subject with anything that
does not fit is marked with the reason and left to the interpreter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import polars as pl

from ..facts.sheet import FactSheet, Row, Subject
from ..facts.values import Answer, Bound, Inapplicable, Measured, OnDay, Rank, Said, Stated
from ..language.vocabulary import FactType
from .lowering_inputs import MOST_DENOMINATOR, YEARS, Needed
from .lowering_levels import POSSIBLE

_MARKS: Mapping[Bound, str] = {
    Bound.EXACT: "",
    Bound.AT_LEAST: ">",
    Bound.MORE_THAN: ">~",
    Bound.AT_MOST: "<",
    Bound.LESS_THAN: "<~",
}


@dataclass(frozen=True, slots=True)
class Encoded:
    """Subjects as columns; ``routed`` are left to the interpreter, by row, with the reason.

    Rows of tables say in ``#`` whose they are, and come in the order of the subjects.
    """

    subjects: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    routed: Mapping[int, str]
    length: int


class Misfit(Exception):  # noqa: N818 - the reason why a value is left out, no fault
    """Why a value does not fit into its column."""


@dataclass(slots=True)
class Building:
    """One column while it grows; ``flags`` holds the places where each flag is set."""

    needed: Needed
    words: dict[str, int]
    values: list[int] = field(default_factory=list)
    unders: dict[int, int] = field(default_factory=dict)
    flags: dict[str, list[int]] = field(default_factory=dict)
    filler: int = 0
    over: int = 1
    under: int = 1
    has_under: bool = False

    def __post_init__(self) -> None:
        self.filler = max(self.needed.low, min(0, self.needed.high))
        self.has_under = self.needed.has_under
        if self.needed.quantum:
            self.over, self.under = self.needed.quantum.as_integer_ratio()

    def nothing(self, mark: str = "?") -> None:
        """There is no value."""
        self.flags.setdefault(mark, []).append(len(self.values))
        self.values.append(self.filler)

    def put(self, stated: Stated | None) -> None:
        """What was stated; raises `Misfit`, and then nothing was put."""
        match stated:
            case Measured():
                self._number(stated)
            case None:
                self.nothing()
            case Answer():
                self.values.append(stated.value)
            case Inapplicable():
                self.nothing("!")
            case Rank():
                self._ranged(stated.position)
            case OnDay():
                self._ranged(stated.value.toordinal())
            case Said():
                self.word(stated.text)
            case _:
                assert_never(stated)

    def word(self, text: str) -> None:
        """The code of a word; one that the ruleset does not name gets the next."""
        self.values.append(self.words.setdefault(text, len(self.words)))

    def ratio(self, over: int, under: int) -> None:
        """A number with its denominator."""
        if under > MOST_DENOMINATOR:
            raise Misfit(f"{self.needed.column} has too long a denominator")
        if under != 1:
            self.unders[len(self.values)] = under
        try:
            self._ranged(over)
        except Misfit:
            self.unders.pop(len(self.values), None)
            raise

    def _number(self, stated: Measured) -> None:
        value = stated.value
        if self.has_under:
            definition = self.needed.definition
            low = None if definition is None else definition.low
            high = None if definition is None else definition.high
            if (low is not None and value < low) or (high is not None and value > high):
                raise Misfit(f"{self.needed.column} is out of its range")
            self.ratio(value.numerator, value.denominator)
        else:
            quanta, rest = divmod(value.numerator * self.under, value.denominator * self.over)
            if rest:
                raise Misfit(f"{self.needed.column} is finer than its quantum")
            self._ranged(quanta)
        for mark in _MARKS[stated.bound]:
            self.flags.setdefault(mark, []).append(len(self.values) - 1)

    def _ranged(self, value: int) -> None:
        if not self.needed.low <= value <= self.needed.high:
            raise Misfit(f"{self.needed.column} is out of its range")
        self.values.append(value)

    def series(self) -> list[pl.Series]:
        """The column, denominators where it has them, and the flags that are needed."""
        name, length = self.needed.column, len(self.values)
        definition = self.needed.definition
        answers = definition is not None and definition.type is FactType.YES_NO
        values = pl.Series(name, self.values, dtype=pl.Int64, strict=False)
        columns = [values.cast(pl.Boolean) if answers else values]
        if self.has_under:
            unders = [1] * length
            for place, under in self.unders.items():
                unders[place] = under
            columns.append(pl.Series(f"{name}/", unders, dtype=pl.Int64))
        for mark, places in self.flags.items():
            flag = [False] * length
            for place in places:
                flag[place] = True
            columns.append(pl.Series(name.removesuffix("#") + mark, flag, dtype=pl.Boolean))
        return columns


@dataclass(slots=True)
class Encoder:
    """Turns sheets into columns for what a plan needs."""

    needed: tuple[Needed, ...]
    tables: tuple[str, ...]
    words: Mapping[str, int]
    criteria: frozenset[str]
    most_rows: int

    def encode(self, sheets: Iterable[FactSheet]) -> Encoded:
        """One row a sheet, in their order."""
        words = dict(self.words)
        own = [Building(n, words) for n in self.needed if not n.table]
        facts = [b for b in own if b.needed.definition is not None]
        others = [b for b in own if b.needed.definition is None]
        tables = {
            name: _Rows(
                Building(Needed(f"{name}#", None, high=self.most_rows), words),
                [Building(n, words) for n in self.needed if n.table == name],
                [],
            )
            for name in self.tables
        }
        routed: dict[int, str] = {}
        height = 0
        for row, sheet in enumerate(sheets):
            height += 1
            unknown = next((name for name in sheet.declared if name not in self.criteria), None)
            if unknown is not None:
                routed[row] = f"an outcome for {unknown}, which the ruleset does not have"
            for building in facts:
                stated = _stated(building.needed, sheet)
                try:
                    building.put(stated)
                except Misfit as misfit:
                    building.nothing()
                    routed.setdefault(row, str(misfit))
            for building in others:
                try:
                    _other(building, sheet)
                except Misfit as misfit:
                    building.nothing()
                    routed.setdefault(row, str(misfit))
            for name, rows in tables.items():
                reason = rows.put(sheet, name, row)
                if reason:
                    routed.setdefault(row, reason)
        columns = [s for building in own for s in building.series()]
        columns += [s for rows in tables.values() for s in rows.count.series()]
        return Encoded(
            pl.DataFrame(columns),
            {name: rows.frame() for name, rows in tables.items()},
            routed,
            height,
        )


def _stated(needed: Needed, sheet: FactSheet) -> Stated | None:
    """The most trusted statement of a fact for its year."""
    moment = needed.moment
    year = sheet.year - moment.shift if moment.year is None else moment.year
    entries = sheet.entries.get((needed.name, year))
    if not entries:
        return None
    entry = entries[0] if len(entries) == 1 else sheet.chosen(needed.name, year)
    return None if entry is None else entry.stated


def _other(building: Building, sheet: FactSheet) -> None:
    """What is no fact: attributes, the evaluation year, what was judged."""
    kind, _, name = building.needed.name.partition(":")
    if building.needed.name == "evaluation.year":
        if not YEARS[0] <= sheet.year <= YEARS[1]:
            raise Misfit(f"the year {sheet.year}")
        building.values.append(sheet.year)
    elif not name:
        word = _attribute(sheet.subject, kind.removeprefix("subject."))
        building.word(word) if word else building.nothing()
    else:
        judgement = sheet.judgement(name)
        if judgement is None or (kind == "points" and judgement.points is None):
            building.nothing()
        elif kind == "points" and judgement.points is not None:
            building.ratio(*judgement.points.as_integer_ratio())
        elif judgement.outcome not in POSSIBLE:
            raise Misfit(f"{name} is {judgement.outcome}")
        else:
            building.values.append(POSSIBLE.index(judgement.outcome))


def _attribute(subject: Subject, name: str) -> str:
    known = {"code": subject.code, "name": subject.name, "kind": subject.kind}
    return known.get(name, subject.attributes.get(name, ""))


@dataclass(slots=True)
class _Rows:
    """The rows of one table of all subjects while they grow."""

    count: Building
    cells: list[Building]
    index: list[int]

    def put(self, sheet: FactSheet, name: str, subject: int) -> str:
        """The rows of one subject; why it must be left to the interpreter, or nothing."""
        table = sheet.tables.get(name)
        if table is None:
            self.count.nothing()
            return ""
        if table.not_applicable:
            self.count.nothing("!")
            return ""
        if len(table.rows) > self.count.needed.high:
            self.count.nothing()
            return f"{name} has {len(table.rows)} rows"
        self.count.values.append(len(table.rows))
        self.index += [subject] * len(table.rows)
        reason = ""
        for building in self.cells:
            reason = self._cells(building, table.rows) or reason
        return reason

    def _cells(self, building: Building, rows: tuple[Row, ...]) -> str:
        name, reason = building.needed.name, ""
        for row in rows:
            try:
                building.put(row.values.get(name))
            except Misfit as misfit:
                building.nothing()
                reason = str(misfit)
        return reason

    def frame(self) -> pl.DataFrame:
        """All rows as columns."""
        index = pl.Series("#", self.index, dtype=pl.UInt32)
        return pl.DataFrame([index, *(s for b in self.cells for s in b.series())])
