"""Reads a whole column of a table at once: numbers as columns, any other cell once a spelling.

Only a number that is surely read as the reader of cells reads it stays a number here: digits and a
point, in the declared unit, within the range, no warning. Whatever else stands in a cell goes
through that reader, once for each distinct text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import TypeAlias

import polars as pl

from ..language.units import Unit
from ..language.vocabulary import FactDefinition, FactType
from .grid import column_texts
from .sheet import Declared
from .values import Stated

# Fifteen digits are what a stored number gives back as it was typed, whatever they are.
MOST_DIGITS = 10**15
# More decimals than these are read one by one; so are cells that need more than all others do.
MOST_PLACES = 6
_FEW = 64
_PLAIN = rf"^[0-9]{{1,9}}(\.[0-9]{{1,{MOST_PLACES}}})?$"
_UNREAD = (pl.Binary, pl.Object, pl.Time, pl.Duration)

Value: TypeAlias = Stated | Declared | str | int | None
Read: TypeAlias = Callable[[str], "Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one spelling means: a value, or nothing; ``left`` where the whole row is in doubt."""

    value: Value = None
    warnings: tuple[str, ...] = ()
    left: bool = False


BLANK, DOUBTFUL = Cell(), Cell(left=True)


@dataclass(frozen=True, slots=True)
class Spelt:
    """A column by its spellings: for each row the place of its own in ``cells``, null for none."""

    cells: tuple[Cell, ...]
    place: pl.Series

    def mask(self, chosen: Callable[[Cell], bool]) -> pl.Series | None:
        """Where the cell is one of some; None where none is."""
        which = [chosen(cell) for cell in self.cells]
        if not any(which):
            return None
        return pl.Series(which, dtype=pl.Boolean).gather(self.place).fill_null(False)

    def warned(self) -> dict[str, pl.Series]:
        """For each warning the rows that it is for."""
        codes = sorted({code for cell in self.cells for code in cell.warnings})
        masks = {code: self.mask(partial(_is_warned, code)) for code in codes}
        return {code: mask for code, mask in masks.items() if mask is not None}

    def texts(self, text: Callable[[Cell], str]) -> pl.Series:
        """A text for each row; empty where nothing is spelt."""
        return self.gathered(pl.Series([text(c) for c in self.cells], dtype=pl.String), "")

    def gathered(self, values: pl.Series, otherwise: object) -> pl.Series:
        """A value for each row by its spelling."""
        found = values.gather(self.place)
        if otherwise is None or not self.place.null_count():
            return found
        return found.fill_null(otherwise)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where ``known``, the value in base units is ``digits`` · ``over`` / ``under``."""

    digits: pl.Series
    known: pl.Series
    over: int
    under: int


@dataclass(frozen=True, slots=True)
class CellColumn:
    """One column of a fact: numbers, and cells that were read by their spelling."""

    numbers: Numbers | None
    spelt: Spelt

    def stated(self) -> pl.Series:
        """Where anything is stated, or could not be read."""
        spelt = self.spelt.mask(lambda cell: cell.left or cell.value is not None)
        if self.numbers is None:
            return no(len(self.spelt.place)) if spelt is None else spelt
        return self.numbers.known if spelt is None else self.numbers.known | spelt


def _is_warned(code: str, cell: Cell) -> bool:
    return code in cell.warnings


def no(length: int) -> pl.Series:
    """False for every row."""
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, length)


def read_spelt(series: pl.Series, read: Read, where: pl.Series | None = None) -> Spelt:
    """Each distinct cell once; ``where`` leaves out rows that are read otherwise."""
    kind, height = series.dtype, len(series)
    index = pl.Series(range(height), dtype=pl.UInt32)
    rows = series.is_not_null() if where is None else series.is_not_null() & where
    if kind.is_nested() or kind in _UNREAD:
        place = pl.select(pl.when(rows).then(pl.lit(0, dtype=pl.UInt32))).to_series()
        return Spelt((DOUBTFUL,), place)
    if isinstance(kind, (pl.Categorical, pl.Enum)):
        series = series.cast(pl.String)
    elif kind == pl.Float32:
        series = series.cast(pl.Float64)
    if not rows.any():
        return Spelt((), pl.Series([None], dtype=pl.UInt32).new_from_index(0, height))
    chosen = pl.DataFrame({"row": index, "cell": series}).filter(rows)
    distinct = chosen.select(pl.col("cell").unique(maintain_order=True)).with_row_index("place")
    texts, broken = column_texts(distinct["cell"])
    cells = tuple(DOUBTFUL if i in broken else read(text) for i, text in enumerate(texts))
    if distinct.height == height:
        return Spelt(cells, index)
    found = chosen.join(distinct, on="cell", how="left", nulls_equal=True, maintain_order="left")
    everywhere = pl.DataFrame({"row": index})
    place = everywhere.join(found, on="row", how="left", maintain_order="left")["place"]
    return Spelt(cells, place)


def read_column(series: pl.Series, definition: FactDefinition, read: Read) -> CellColumn:
    """A column of one fact; ``read`` is the reader of single cells."""
    if isinstance(series.dtype, pl.Decimal):
        series = series.cast(pl.String)
    numbers = None
    if definition.type.is_number and definition.unit.name != "1:n":
        found = _digits(series)
        if found is not None:
            numbers = _sure(*found, definition)
    if numbers is None:
        return CellColumn(None, read_spelt(series, read))
    return CellColumn(numbers, read_spelt(series, read, ~numbers.known))


def _digits(series: pl.Series) -> tuple[pl.Series, int] | None:
    """The digits of plain numbers, null for others, and how many of them are decimals."""
    kind = series.dtype
    if kind.is_integer():
        within = (
            (series >= 0) & (series < MOST_DIGITS)
            if kind.is_signed_integer()
            else (series.cast(pl.UInt64, strict=False) < MOST_DIGITS)
        )
        return _where(within, series.cast(pl.Int64, strict=False)), 0
    if kind.is_float():
        return _float_digits(series.cast(pl.Float64))
    if kind == pl.String:
        return _text_digits(series)
    return None


def _where(known: pl.Series, digits: pl.Series) -> pl.Series:
    return digits.zip_with(known.fill_null(False), digits.clear().extend_constant(None, len(known)))


def _float_digits(series: pl.Series) -> tuple[pl.Series, int]:
    """Decimals of at most fifteen digits that read back as the stored number: no other has so few.

    Both digits and power of ten are exact as floats, and so their quotient is rounded once.
    """
    finite = series.is_finite().fill_null(False) & (series >= 0).fill_null(False)
    plain = series.zip_with(finite, pl.Series([-1.0]).new_from_index(0, len(series)))
    wanted = int(finite.sum()) - len(series) // _FEW
    for places in range(MOST_PLACES + 1):
        power = 10**places
        whole = (plain * power).round()
        same = finite & (whole < MOST_DIGITS) & (whole / power == plain)
        if places == MOST_PLACES or int(same.sum()) >= wanted:
            safe = whole.zip_with(same, pl.Series([0.0]).new_from_index(0, len(series)))
            return _where(same, safe.cast(pl.Int64)), places
    raise AssertionError("the last number of places is always taken")


def _text_digits(series: pl.Series) -> tuple[pl.Series, int]:
    plain = series.str.contains(_PLAIN).fill_null(False)
    parts = pl.DataFrame({"cell": series, "plain": plain}).select(
        pl.when("plain").then(pl.col("cell").str.split_exact(".", 1)).alias("parts")
    )
    whole, more = parts.unnest("parts").get_columns()
    places = min(int(more.str.len_bytes().max() or 0), MOST_PLACES)  # type: ignore[arg-type]
    cents = more.fill_null("").str.pad_end(places, "0") if places else None
    digits = whole.cast(pl.Int64)
    if cents is not None:
        digits = digits * 10**places + cents.cast(pl.Int64, strict=False)
    return digits, places


def _sure(digits: pl.Series, places: int, definition: FactDefinition) -> Numbers:
    """The numbers that are within the range and of which nobody is warned."""
    unit: Unit = definition.unit
    factor = unit.scale / 10**places
    low, high = 0, MOST_DIGITS
    if definition.low is not None:
        low = max(low, ceil(definition.low / factor))
    if definition.high is not None:
        high = min(high, floor(definition.high / factor))
    known = (digits >= low) & (digits <= high)
    if definition.type is FactType.RATE:
        # A rate of at most one may be meant a hundred times as large: the reader says whether.
        known &= (digits == 0) | (digits > 10**places)
    if definition.type is FactType.COUNT and factor.denominator != 1:
        known &= digits % factor.denominator == 0
    known = known.fill_null(False)
    return Numbers(digits.fill_null(0), known, factor.numerator, factor.denominator)


def distinct_texts(numbers: Numbers, text: Callable[[Fraction], str]) -> pl.Series:
    """A text for each number, worked out once for each; for what is not known that of another."""
    ratio = Fraction(numbers.over, numbers.under)
    digits = numbers.digits
    frame = pl.DataFrame({"digits": digits})
    distinct = frame.unique(maintain_order=True)
    found = [text(ratio * value) for value in distinct["digits"]]
    texts = distinct.with_columns(pl.Series("text", found, dtype=pl.String))
    return frame.join(texts, on="digits", how="left", maintain_order="left")["text"]
