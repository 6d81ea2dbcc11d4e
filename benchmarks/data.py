"""Made-up districts for the job: whole numbers from a seed, some of them exactly on a limit.

Of the cells 2 % lie on a limit (half of them) or one unit beside it, 0.3 % of the facts are not
reported, 0.1 % of the denominators are 0, a fifth of the guards says that the criterion does not
apply. The same seed and row give the same district, in whatever chunks they are made.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import count

import polars as pl

from benchmarks.job import COLUMNS, GUARDS, INDICATORS, Indicator, Kind

SEED = 20221208
# In 10 000ths of the cells: on a limit or beside it; basically met; not met.
_BOUNDARY, _BASICALLY, _NOT_MET = 200, 500, 350
# In 65 536ths: facts that are not reported. In 1 000ths: denominators of 0.
_MISSING, _NO_DENOMINATOR = 197, 1
# The cells are made for so many rows; later rows put them together in other ways.
BLOCK = 65_536
_TURN = 7_919
_STEP, _MIX_ONE, _MIX_TWO = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _random(stream: int) -> pl.Expr:
    """64 random bits for each row of a stream."""
    return pl.col(f"random {stream}")


def bits(rows: pl.Series, streams: int) -> pl.LazyFrame:
    """The bits of so many streams: splitmix64 of the number of the row, step by step."""
    columns = [
        rows * _wrapped(_STEP) + _wrapped((SEED * 1_000 + stream) * _STEP)
        for stream in range(streams)
    ]
    for shift, factor in ((30, _MIX_ONE), (27, _MIX_TWO)):
        columns = [(x ^ (x // 2**shift)) * _wrapped(factor) for x in columns]
    columns = [x ^ (x // 2**31) for x in columns]
    return pl.LazyFrame([x.alias(f"random {n}") for n, x in enumerate(columns)])


def _wrapped(number: int) -> pl.Series:
    return pl.Series([number % 2**64], dtype=pl.UInt64)


def _draw(random: pl.Expr, skipped: int, below: int) -> pl.Expr:
    """A number from 0 to ``below`` - 1 out of the bits after the first ``skipped``."""
    bits: pl.Expr = random // 2**skipped % below
    return bits.cast(pl.Int64)


def _between(random: pl.Expr, low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """A number from ``low`` to ``high``, both included; ``low`` where there is none."""
    width = pl.max_horizontal(high - low + 1, pl.lit(1))
    return low + (random // 2**24 % 2**40).cast(pl.Int64) % width


def _floor(limit: Fraction, under: pl.Expr) -> pl.Expr:
    """The last whole numerator that is not above the limit."""
    return under * limit.numerator // limit.denominator


def _numerators(i: Indicator, under: pl.Expr, place: pl.Expr, random: pl.Expr) -> pl.Expr:
    """Numerators around the limits, better, between and worse; ``place`` says which."""
    fully, basically = (_floor(limit, under) for limit in i.whole_limits)
    better, worse = max(i.whole_limits), min(i.whole_limits)
    if i.kind in (Kind.PLAIN, Kind.LEAST):
        top, bottom = pl.lit(i.columns[0].high), pl.lit(0)
    elif i.kind is Kind.GROWTH:
        top, bottom = under.floordiv(4), -under.floordiv(10)
    else:
        bounded = i.columns[0].type == "count"
        top = under if bounded else _floor(better * 2, under)
        bottom = _floor(worse * Fraction(1, 2), under) if i.higher else pl.lit(0)
    if not i.higher:
        top = _floor(better * 2, under)
    beside = pl.when(place % 4 < 2).then(0).otherwise(place % 4 * 2 - 5)
    limit = pl.when(place % 8 < 4).then(fully).otherwise(basically)
    ends = ((fully + 1, top), (basically + 1, fully - 1), (bottom, basically - 1))
    if not i.higher:
        ends = ((bottom, fully - 1), (fully + 1, basically - 1), (basically + 1, top))
    good, middle, bad = (_between(random, *end) for end in ends)
    number = (
        pl.when(place < _BOUNDARY)
        .then(limit + beside)
        .when(place < _BOUNDARY + _BASICALLY)
        .then(middle)
        .when(place < _BOUNDARY + _BASICALLY + _NOT_MET)
        .then(bad)
        .otherwise(good)
    )
    return pl.min_horizontal(number, top)


def _denominators(i: Indicator, place: pl.Expr, random: pl.Expr) -> pl.Expr:
    """Denominators; where a cell shall lie on a limit, such that it can."""
    least, most = (100_000, 40_000_000) if i.kind is Kind.GROWTH else (200, 90_000)
    under = least + _draw(random, 0, most - least)
    exact = 1
    for limit in i.whole_limits:
        exact = max(exact, limit.denominator)
    fitting = (under // exact + 1) * exact
    return pl.when(place < _BOUNDARY).then(fitting).otherwise(under)


def _values(i: Indicator, streams: Iterator[int]) -> Iterator[pl.Expr]:
    """The columns of one indicator."""
    names = [column.encoded for column in i.columns]
    if i.kind is Kind.ANSWER:
        bad = _draw(_random(next(streams)), 0, 10_000) < _NOT_MET
        yield (~bad).alias(names[0])
        return
    if i.kind in (Kind.PLAIN, Kind.LEAST):
        for name in names:
            random = _random(next(streams))
            place = _draw(random, 0, 10_000)
            if i.kind is Kind.LEAST:
                # One of four is enough to miss a level.
                place = pl.when(place < _BOUNDARY).then(place).otherwise(place * 3)
            yield _numerators(i, pl.lit(1), place, random).alias(name)
        return
    random, other = _random(next(streams)), _random(next(streams))
    place = _draw(other, 0, 10_000)
    under = _denominators(i, place, random)
    over = _numerators(i, under, place, other)
    without = _draw(random, 40, 1_000) < _NO_DENOMINATOR
    whole = pl.when(without).then(0).otherwise(under)
    if i.kind is Kind.RATIO:
        yield over.alias(names[0])
    elif i.kind is Kind.GROWTH:
        yield (over + under).alias(names[0])
    else:
        first = over * _draw(random, 20, 1_000) // 1_000
        yield first.alias(names[0])
        yield (over - first).alias(names[1])
    yield whole.alias(names[-1])


@lru_cache(maxsize=1)
def _base() -> tuple[pl.DataFrame, ...]:
    """The cells that all districts are put together from: those of each indicator, the guards."""
    frame = _part(BLOCK, 0)
    groups = [[f"{c.encoded}{mark}" for c in i.columns for mark in ("", "?")] for i in INDICATORS]
    return tuple(frame.select(names) for names in [*groups, *([f"{g}@0"] for g in GUARDS)])


def made(rows: int, start: int = 0) -> pl.DataFrame:
    """So many districts from row ``start`` on, in the columns that the columnar engine reads."""
    parts, first, end = [], start, start + rows
    while first < end:
        block, low = divmod(first, BLOCK)
        high = min(BLOCK, low + end - first)
        turned = [_turned(g, n, block, low, high) for n, g in enumerate(_base())]
        parts.append(pl.DataFrame([column for group in turned for column in group]))
        first += high - low
    return pl.concat(parts, rechunk=True)


def _turned(group: pl.DataFrame, number: int, block: int, low: int, high: int) -> pl.DataFrame:
    """Rows of one block: the same cells of an indicator, each time beside those of other rows."""
    shift = block * (2 * number + 1) * _TURN % BLOCK
    return pl.concat([group.slice(shift), group.slice(0, shift)]).slice(low, high - low)


def _part(rows: int, start: int) -> pl.DataFrame:
    streams = count()
    values = [expr for i in INDICATORS for expr in _values(i, streams)]
    missing = []
    for first in range(0, len(COLUMNS), 4):
        random = _random(next(streams))
        for place, column in enumerate(COLUMNS[first : first + 4]):
            flag = _draw(random, 16 * place, 65_536) < _MISSING
            missing.append(flag.alias(f"{column.encoded}?"))
    guards = [(_draw(_random(next(streams)), 0, 5) > 0).alias(f"{g}@0") for g in GUARDS]
    numbers = pl.int_range(start, start + rows, dtype=pl.UInt64, eager=True)
    return _filled(bits(numbers, next(streams)).select(*values, *missing, *guards).collect())


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    """Nothing stands where nothing was reported, so that no contender can read it there."""
    return frame.with_columns(
        pl.when(pl.col(f"{c.encoded}?"))
        .then(pl.lit(False) if c.type == "yes_no" else pl.lit(0))
        .otherwise(pl.col(c.encoded))
        .alias(c.encoded)
        for c in COLUMNS
    )


def rows_of(frame: pl.DataFrame) -> list[dict[str, int | bool | None]]:
    """Row by row by the names of the job, None for what is not reported."""
    found = []
    for row in frame.iter_rows(named=True):
        facts = {c.name: None if row[f"{c.encoded}?"] else row[c.encoded] for c in COLUMNS}
        found.append({**facts, **{g: row[f"{g}@0"] for g in GUARDS}})
    return found
