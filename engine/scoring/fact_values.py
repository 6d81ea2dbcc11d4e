"""The value of each fact of one sheet: as reported, computed from its parts, or stated."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from ..facts.sheet import FactSheet, Row
from ..facts.values import (
    Answer,
    Bound,
    Entry,
    Inapplicable,
    Measured,
    OnDay,
    Rank,
    Said,
    Stated,
    show_stated,
)
from ..language.expression import Expr
from ..language.vocabulary import TableDefinition, Vocabulary
from ..locale import Label
from .values import (
    Day,
    NotApplicable,
    Number,
    Reason,
    Truth,
    Unknown,
    Value,
    Why,
    Word,
    point,
    unknown,
)

Key: TypeAlias = tuple[str, int]


class Basis(StrEnum):
    """What a fact's value rests on."""

    REPORTED = "reported"
    COMPUTED = "computed"
    STATED = "stated"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactValue:
    """A fact for a year: its value, what it rests on, and every fact that it was computed from."""

    name: str
    year: int
    value: Value
    basis: Basis
    entry: Entry | None = None
    parts: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Which year facts are read for: ``shift`` years back, or the absolute ``year``."""

    shift: int = 0
    year: int | None = None

    def back(self, years: int) -> "Moment":
        """So many years earlier."""
        if self.year is not None:
            return Moment(0, self.year - years)
        return Moment(self.shift + years)


NOW = Moment()


class FactValues:
    """The facts of one sheet. ``evaluate`` works out a definition; ``overrides`` replace facts."""

    def __init__(
        self,
        sheet: FactSheet,
        vocabulary: Vocabulary,
        overrides: Mapping[Key, Value],
        evaluate: Callable[[Expr, Moment], Value],
        found: dict[Key, FactValue] | None = None,
    ) -> None:
        self.sheet = sheet
        self.vocabulary = vocabulary
        self.overrides = overrides
        self.evaluate = evaluate
        self._found: dict[Key, FactValue] = {} if found is None else found
        self._used: dict[Key, None] = {}

    def base_year(self, name: str) -> int:
        """The year that the fact is of when nothing shifts it."""
        return self.sheet.year - (1 if self.vocabulary.facts[name].previous_year else 0)

    def replaced(self, key: Key, value: Value) -> dict[Key, FactValue]:
        """What stays known when one fact is replaced: reported ones, and what rests on others."""
        facts, name, year = self.vocabulary.facts, *key
        found = {
            other: fact
            for other, fact in self._found.items()
            if facts[other[0]].derived is None
            or (fact.basis is Basis.COMPUTED and key not in fact.parts)
        }
        found[key] = FactValue(name=name, year=year, value=value, basis=Basis.REPORTED)
        return found

    def get(self, name: str, moment: Moment = NOW) -> FactValue:
        """The fact for the moment, computed from its parts where they are reported."""
        base = self.base_year(name)
        year = moment.year if moment.year is not None else base - moment.shift
        key = (name, year)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._find(name, year)
        self._used[key] = None
        if found.parts:
            self._used.update(dict.fromkeys(found.parts))
        return found

    def _find(self, name: str, year: int) -> FactValue:
        if (name, year) in self.overrides:
            value = self.overrides[name, year]
            return FactValue(name=name, year=year, value=value, basis=Basis.REPORTED)
        entry = self.sheet.chosen(name, year)
        definition = self.vocabulary.facts[name]
        stated: Value | None = None
        if entry is not None:
            source = Reason(Why.BOUND, name, year)
            stated = from_stated(entry.stated, source, definition.levels)
        if isinstance(stated, NotApplicable) or definition.derived is None:
            if stated is None:
                absent = unknown(Why.MISSING, name, year)
                return FactValue(name=name, year=year, value=absent, basis=Basis.ABSENT)
            return FactValue(name=name, year=year, value=stated, basis=Basis.REPORTED, entry=entry)
        return self._derived(name, year, definition.derived, stated, entry)

    def _derived(
        self, name: str, year: int, derived: Expr, stated: Value | None, entry: Entry | None
    ) -> FactValue:
        """Reported parts decide, even that there is no value; without them the statement does."""
        with self.asked(aside=True) as asked:
            computed = self.evaluate(derived, Moment(self.base_year(name) - year))
        parts = tuple(asked)
        if not isinstance(computed, (Unknown, NotApplicable)):
            return FactValue(
                name=name, year=year, value=computed, basis=Basis.COMPUTED, entry=entry, parts=parts
            )
        lacking = isinstance(computed, Unknown) and any(
            reason.why in (Why.MISSING, Why.TABLE) for reason in computed.reasons
        )
        if lacking and stated is not None:
            return FactValue(name=name, year=year, value=stated, basis=Basis.STATED, entry=entry)
        if lacking and self._nothing_known(computed, parts):
            # Ask for the fact itself, which is what its source would print.
            computed, parts = unknown(Why.MISSING, name, year), ()
        return FactValue(
            name=name, year=year, value=computed, basis=Basis.ABSENT, entry=entry, parts=parts
        )

    def _nothing_known(self, computed: Value, parts: tuple[Key, ...]) -> bool:
        """No part was reported, and no table of which only a cell is missing."""
        if any(self._found[key].basis is not Basis.ABSENT for key in parts):
            return False
        return isinstance(computed, Unknown) and all(
            reason.why is Why.TABLE or reason.name in self.vocabulary.facts
            for reason in computed.reasons
        )

    @contextmanager
    def asked(self, *, aside: bool = False) -> Iterator[dict[Key, None]]:
        """Collects the facts looked up inside the block; ``aside``: not for those around it."""
        outer, self._used = self._used, {}
        try:
            yield self._used
        finally:
            inner, self._used = self._used, outer
            if not aside:
                self._used.update(inner)

    def among(self, keys: Iterable[Key]) -> list[FactValue]:
        """Facts that were looked up before, by name and year."""
        return [self._found[key] for key in keys]

    def leaves(self, keys: Iterable[Key]) -> list[FactValue]:
        """The facts behind ``keys``, each once: parts in place of what was computed from them."""
        return [fact for fact in self.among(keys) if not fact.parts]


def cell_reason(why: Why, table: TableDefinition, row: Row, column: str) -> Reason:
    """A cell as a reason: named by its place, labelled by its row's key and its column."""
    name = f"{row.place(column).short_place} {table.name}.{column}"
    stated = row.values.get(table.key) if table.key is not None else None
    if stated is None:
        return Reason(why, name)
    of, key = table.columns[column].label, show_stated(stated)
    # What a label says of the table in brackets or after a comma is not needed here.
    zh, en = table.label.zh.partition("（")[0], table.label.en.partition(",")[0]
    return Reason(why, name, 0, Label(f"{zh}“{key}”的{of.zh}", f"{of.en} of “{key}” in {en}"))


def from_stated(stated: Stated, bounded: Reason, levels: tuple[str, ...] = ()) -> Value:
    """The value that a statement gives; bounds become intervals, a rank keeps its list."""
    match stated:
        case Measured():
            return _measured(stated, bounded)
        case Answer():
            return Truth(stated.value)
        case Rank():
            return Word(stated.word, stated.position, levels)
        case OnDay():
            return Day(stated.value)
        case Said():
            return Word(stated.text)
        case Inapplicable():
            return NotApplicable(stated.reason, bounded.name)
        case _:
            assert_never(stated)


def _measured(stated: Measured, bounded: Reason) -> Number:
    x, sources = stated.value, (bounded,)
    match stated.bound:
        case Bound.EXACT:
            return point(x)
        case Bound.AT_LEAST:
            return Number(x, None, False, False, sources)
        case Bound.MORE_THAN:
            return Number(x, None, True, False, sources)
        case Bound.AT_MOST:
            return Number(None, x, False, False, sources)
        case Bound.LESS_THAN:
            return Number(None, x, False, True, sources)
        case _:
            assert_never(stated.bound)
