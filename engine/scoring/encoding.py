"""Fact sheets as columns: numbers in whole quanta, words and levels as codes, gaps as flags.

A column ``x`` is never null: where there is no value stands one of its range, and ``x?`` (not
reported) or ``x!`` (not applicable) says so; a flag that is false everywhere is left out. A subject
with anything that does not fit is marked with the reason and left to the interpreter.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import polars as pl

from ..facts.sheet import FactSheet, Subject
from ..facts.values import Answer, Bound, Inapplicable, Measured, OnDay, Rank, Said, Stated
from ..language.vocabulary import FactType
from .lowering_inputs import MOST_DENOMINATOR, YEARS, Needed, fits
from .lowering_levels import POSSIBLE


@dataclass(slots=True)
class _Building:
    """One column while it grows."""

    needed: Needed
    values: list[int | bool] = field(default_factory=list)
    unders: list[int] = field(default_factory=list)
    missing: list[bool] = field(default_factory=list)
    inapplicable: list[bool] = field(default_factory=list)
    above: list[bool] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)
    open_end: list[bool] = field(default_factory=list)

    @property
    def filler(self) -> int:
        """A number of the range, for where there is no value."""
        return max(self.needed.low, min(0, self.needed.high))

    def nothing(self, *, inapplicable: bool = False) -> None:
        """There is no value."""
        self.put(self.filler)
        self.missing[-1] = not inapplicable
        self.inapplicable[-1] = inapplicable

    def put(self, value: int, under: int = 1, bound: Bound = Bound.EXACT) -> None:
        """A value, or the bound of one."""
        self.values.append(value)
        self.unders.append(under)
        self.missing.append(False)
        self.inapplicable.append(False)
        self.above.append(bound in (Bound.AT_LEAST, Bound.MORE_THAN))
        self.below.append(bound in (Bound.AT_MOST, Bound.LESS_THAN))
        self.open_end.append(bound in (Bound.MORE_THAN, Bound.LESS_THAN))


@dataclass(frozen=True, slots=True)
class Encoded:
    """Subjects as columns; ``routed`` are left to the interpreter, by row, with the reason."""

    subjects: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    routed: Mapping[int, str]
    length: int


class _Misfit(Exception):  # noqa: N818 - it is the reason, not a fault
    """Why a value does not fit into its column."""


@dataclass(slots=True)
class Encoder:
    """Turns sheets into columns for what a plan needs."""

    needed: tuple[Needed, ...]
    tables: tuple[str, ...]
    words: Mapping[str, int]
    criteria: frozenset[str]
    most_rows: int
    _codes: dict[str, int] = field(default_factory=dict)

    def encode(self, sheets: Iterable[FactSheet]) -> Encoded:
        """One row a sheet, in their order."""
        self._codes = dict(self.words)
        own = [_Building(n) for n in self.needed if not n.table]
        cells = {t: [_Building(n) for n in self.needed if n.table == t] for t in self.tables}
        counts: dict[str, _Building] = {
            t: _Building(Needed(f"{t}#", None, high=self.most_rows)) for t in self.tables
        }
        index: dict[str, list[int]] = {t: [] for t in self.tables}
        routed: dict[int, str] = {}
        height = 0
        for row, sheet in enumerate(sheets):
            height += 1
            unknown = next((name for name in sheet.declared if name not in self.criteria), None)
            if unknown is not None:
                routed[row] = f"an outcome for {unknown}, which the ruleset does not have"
            for building in own:
                try:
                    self._subject(building, sheet)
                except _Misfit as misfit:
                    building.nothing()
                    routed.setdefault(row, str(misfit))
            for name in self.tables:
                reason = self._rows(name, cells[name], counts[name], index[name], sheet, row)
                if reason:
                    routed.setdefault(row, reason)
        columns = [s for building in (*own, *counts.values()) for s in _series(building)]
        tables = {}
        for name in self.tables:
            found = [s for building in cells[name] for s in _series(building)]
            tables[name] = pl.DataFrame([pl.Series("#", index[name], dtype=pl.UInt32), *found])
        return Encoded(pl.DataFrame(columns), tables, routed, height)

    # -- subjects -------------------------------------------------------------------------------

    def _subject(self, building: _Building, sheet: FactSheet) -> None:
        needed = building.needed
        definition = needed.definition
        if definition is None:
            self._plain(building, sheet)
            return
        moment = needed.moment
        year = moment.year if moment.year is not None else sheet.year - moment.shift
        entry = sheet.chosen(needed.name, year)
        self._stated(building, None if entry is None else entry.stated, needed.column)

    def _plain(self, building: _Building, sheet: FactSheet) -> None:
        """What is no fact: attributes, the evaluation year, judged outcomes."""
        name = building.needed.name
        if name == "evaluation.year":
            if not YEARS[0] <= sheet.year <= YEARS[1]:
                raise _Misfit(f"the year {sheet.year}")
            building.put(sheet.year)
        elif name.startswith("subject."):
            word = _attribute(sheet.subject, name.removeprefix("subject."))
            if word:
                building.put(self._code(word))
            else:
                building.nothing()
        elif name.startswith("points:"):
            judgement = sheet.judgement(name.removeprefix("points:"))
            if judgement is None or judgement.points is None:
                building.nothing()
            elif judgement.points.denominator > MOST_DENOMINATOR or not (
                building.needed.low <= judgement.points.numerator <= building.needed.high
            ):
                raise _Misfit(f"{name} is too long a number")
            else:
                building.put(*judgement.points.as_integer_ratio())
        else:
            judgement = sheet.judgement(name.removeprefix("outcome:"))
            if judgement is None:
                building.nothing()
            elif judgement.outcome not in POSSIBLE:
                raise _Misfit(f"{name} is {judgement.outcome}")
            else:
                building.put(POSSIBLE.index(judgement.outcome))

    def _code(self, word: str) -> int:
        """The code of a word; one that the ruleset does not name gets the next."""
        return self._codes.setdefault(word, len(self._codes))

    def _stated(self, building: _Building, stated: Stated | None, name: str) -> None:
        match stated:
            case None:
                building.nothing()
            case Inapplicable():
                building.nothing(inapplicable=True)
            case Measured():
                found = fits(stated.value, building.needed)
                if found is None:
                    raise _Misfit(f"{name} is out of range, or finer than its quantum")
                building.put(*found, stated.bound)
            case Answer():
                building.put(int(stated.value))
            case Rank():
                if not building.needed.low <= stated.position <= building.needed.high:
                    raise _Misfit(f"{name} is not on its list")
                building.put(stated.position)
            case OnDay():
                building.put(stated.value.toordinal())
            case Said():
                building.put(self._code(stated.text))
            case _:
                assert_never(stated)

    # -- tables ---------------------------------------------------------------------------------

    def _rows(
        self,
        name: str,
        cells: list[_Building],
        count: _Building,
        index: list[int],
        sheet: FactSheet,
        row: int,
    ) -> str:
        table = sheet.tables.get(name)
        if table is None:
            count.nothing()
            return ""
        if table.not_applicable:
            count.nothing(inapplicable=True)
            return ""
        if len(table.rows) > self.most_rows:
            count.nothing()
            return f"{name} has {len(table.rows)} rows"
        reason = ""
        count.put(len(table.rows))
        for member in table.rows:
            index.append(row)
            for building in cells:
                try:
                    self._stated(building, member.values.get(building.needed.name), name)
                except _Misfit as misfit:
                    building.nothing()
                    reason = str(misfit)
        return reason


def _attribute(subject: Subject, name: str) -> str:
    known = {"code": subject.code, "name": subject.name, "kind": subject.kind}
    return known.get(name, subject.attributes.get(name, ""))


def _series(building: _Building) -> list[pl.Series]:
    """The columns of one input; flags only where they are needed."""
    needed = building.needed
    name = needed.column.removesuffix("#") if needed.name.endswith("#") else needed.column
    definition = needed.definition
    if definition is not None and definition.type is FactType.YES_NO:
        columns = [pl.Series(needed.column, building.values, dtype=pl.Int64).cast(pl.Boolean)]
    else:
        columns = [pl.Series(needed.column, building.values, dtype=pl.Int64)]
    if needed.has_under:
        columns.append(pl.Series(f"{needed.column}/", building.unders, dtype=pl.Int64))
    flags = {
        "?": building.missing,
        "!": building.inapplicable,
        ">": building.above,
        "<": building.below,
        "~": building.open_end,
    }
    for mark, flag in flags.items():
        if any(flag):
            columns.append(pl.Series(name + mark, flag, dtype=pl.Boolean))
    return columns
