"""Rows of a wide table as the columns of `encoding`, without a sheet for each row.

The columns are those that the sheets of the same rows would give. Where a value does not fit, the
row is said to be left, and what its columns hold is not meant for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import ceil, floor

import polars as pl

from ..facts.cell_columns import Cell, CellColumn, Numbers, Spelt, no
from ..facts.sheet import Declared
from ..facts.wide_frame import Wide, word
from .encoding import Building, Encoded, Encoder, Misfit
from .lowering_inputs import MOST_DENOMINATOR, Needed
from .lowering_levels import POSSIBLE

_MOST = 2**62

_Put = Callable[[Building, Cell], None]


def encode_frame(encoder: Encoder, wide: Wide) -> tuple[Encoded, pl.Series]:
    """One row for each of ``wide``, and which of them are left beside those that are already."""
    job = _Job(wide, dict(encoder.words), no(wide.length))
    columns = [s for n in encoder.needed if not n.table for s in job.columns(n)]
    bare = encoder.encode(())
    for name in encoder.tables:
        building = Building(Needed(f"{name}#", None, high=encoder.most_rows), job.words)
        columns += job.same(building)
    return Encoded(pl.DataFrame(columns), bare.tables, {}, wide.length), job.left


@dataclass(slots=True)
class _Job:
    """What grows while the columns are made: codes of words, rows that are left."""

    wide: Wide
    words: dict[str, int]
    left: pl.Series
    blank: Spelt = field(init=False)

    def __post_init__(self) -> None:
        nowhere = pl.Series([None], dtype=pl.UInt32).new_from_index(0, self.wide.length)
        self.blank = Spelt((), nowhere)

    def columns(self, needed: Needed) -> list[pl.Series]:
        """The column and its flags."""
        wide = self.wide
        if needed.definition is not None:
            moment = needed.moment
            year = wide.year - moment.shift if moment.year is None else moment.year
            found = wide.facts.get((needed.name, year))
            return self._fact(needed, CellColumn(None, self.blank) if found is None else found)
        kind, _, name = needed.name.partition(":")
        if needed.name == "evaluation.year":
            return [_filled(wide.year, wide.length).alias(needed.column)]
        if not name:
            return self._attribute(needed, kind.removeprefix("subject."))
        put = _put_points if kind == "points" else partial(_put_outcome, name)
        return self._spelt(needed, wide.outcomes.get(name, self.blank), put)

    def same(self, building: Building) -> list[pl.Series]:
        """Nothing, in every row."""
        building.nothing()
        return [series.new_from_index(0, self.wide.length) for series in building.series()]

    def _attribute(self, needed: Needed, name: str) -> list[pl.Series]:
        wide = self.wide
        if name in ("code", "name"):
            building = Building(needed, self.words)
            for text in wide.codes if name == "code" else wide.names:
                building.word(text)
            return building.series()
        spelt = wide.kind if name == "kind" else wide.attributes.get(name)
        return self._spelt(needed, spelt or self.blank, _put_word)

    # -- by spelling ----------------------------------------------------------------------------

    def _spelt(self, needed: Needed, spelt: Spelt, put: _Put) -> list[pl.Series]:
        """A column by the spellings of its cells; nothing where there is none."""
        building = Building(needed, self.words)
        misfits = []
        for cell in spelt.cells:
            try:
                put(building, cell)
                misfits.append(False)
            except Misfit:
                building.nothing()
                misfits.append(True)
        if any(misfits):
            wrong = spelt.gathered(pl.Series(misfits, dtype=pl.Boolean), False)
            self.left = self.left | wrong
        last = len(spelt.cells)
        if spelt.place.null_count():
            building.nothing()
        place = spelt.place.fill_null(last)
        return [series.gather(place) for series in building.series()]

    def _fact(self, needed: Needed, column: CellColumn) -> list[pl.Series]:
        spelt = self._spelt(needed, column.spelt, _put_fact)
        if column.numbers is None:
            return spelt
        known = column.numbers.known
        exact = _ratios if needed.has_under else _quanta
        fits, *values = exact(column.numbers, needed)
        self.left = self.left | (known & ~fits)
        name = needed.column
        numbers = dict(zip((name, f"{name}/"), values, strict=False))
        nothing = pl.Series([False], dtype=pl.Boolean).new_from_index(0, self.wide.length)
        return [
            numbers.get(series.name, nothing).zip_with(known, series).alias(series.name)
            for series in spelt
        ]


def _put_fact(building: Building, cell: Cell) -> None:
    if cell.value is None or isinstance(cell.value, (Declared, str, int)):
        building.nothing()
    else:
        building.put(cell.value)


def _put_word(building: Building, cell: Cell) -> None:
    text = word(cell)
    building.word(text) if text else building.nothing()


def _put_outcome(_: str, building: Building, cell: Cell) -> None:
    if not isinstance(cell.value, Declared):
        building.nothing()
    elif cell.value.outcome not in POSSIBLE:
        raise Misfit(str(cell.value.outcome))
    else:
        building.values.append(POSSIBLE.index(cell.value.outcome))


def _put_points(building: Building, _: Cell) -> None:
    """No table has a column for the points of a person who judges."""
    building.nothing()


# -- numbers -------------------------------------------------------------------------------------


def _between(digits: pl.Series, low: int, high: int) -> pl.Series:
    """Where digits, which are never below zero, lie between two limits of any size."""
    if high < 0 or low >= _MOST:
        return no(len(digits))
    return (digits >= max(0, low)) & (digits <= min(high, _MOST))


def _quanta(numbers: Numbers, needed: Needed) -> tuple[pl.Series, pl.Series]:
    """Where the numbers are whole quanta within the range, and how many; first checked, then
    multiplied, so that nothing wraps."""
    quantum = needed.quantum or Fraction(1)
    times, under = (Fraction(numbers.over, numbers.under) / quantum).as_integer_ratio()
    low, high = (Fraction(end * under, times) for end in _ends(needed))
    fits = numbers.known & _between(numbers.digits, ceil(low), floor(high))
    if times >= _MOST or under >= _MOST:
        return no(len(fits)), _filled(_filler(needed), len(fits))
    if under != 1:
        fits = fits & (numbers.digits % under == 0)
    safe = numbers.digits.zip_with(fits, _filled(0, len(fits)))
    value = (safe // under) * times
    return fits, value.zip_with(fits, _filled(_filler(needed), len(fits)))


def _ratios(numbers: Numbers, needed: Needed) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Where the numbers fit in lowest terms, numerators and denominators."""
    length = len(numbers.known)
    ones, fillers = _filled(1, length), _filled(_filler(needed), length)
    if numbers.over >= _MOST or numbers.under >= _MOST:
        return no(length), fillers, ones
    divisor = ones if numbers.under == 1 else _common(numbers.digits, numbers.under)
    over, under = numbers.digits // divisor, _filled(numbers.under, length) // divisor
    low, high = (Fraction(end, numbers.over) for end in _ends(needed))
    fits = numbers.known & _between(over, ceil(low), floor(high))
    fits = fits & (under <= MOST_DENOMINATOR)
    value = over.zip_with(fits, _filled(0, length)) * numbers.over
    return fits, value.zip_with(fits, fillers), under.zip_with(fits, ones)


def _common(digits: pl.Series, under: int) -> pl.Series:
    """The greatest common divisor of each number and a constant, by Euclid's algorithm."""
    ones = _filled(1, len(digits))
    divisor, rest = _filled(under, len(digits)), digits % under
    while (open_ := rest > 0).any():
        safe = rest.zip_with(open_, ones)
        divisor, rest = (
            rest.zip_with(open_, divisor),
            (divisor % safe).zip_with(open_, rest),
        )
    return divisor


def _ends(needed: Needed) -> tuple[int, int]:
    """The range as far as a column can hold it."""
    return max(needed.low, -_MOST), min(needed.high, _MOST)


def _filler(needed: Needed) -> int:
    return max(needed.low, min(0, needed.high))


def _filled(value: int, length: int) -> pl.Series:
    return pl.Series([value], dtype=pl.Int64).new_from_index(0, length)
