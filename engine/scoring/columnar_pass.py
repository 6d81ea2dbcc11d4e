"""One pass over the rows of a table for many sums and extremes at once, by blocks of rows."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from .columnar_block import SUBJECT, Block, Widths
from .columnar_cells import Cell, Fixed
from .columnar_places import (
    MARGIN,
    NARROW_BITS,
    SOME_ROWS,
    WIDE_BITS,
    Places,
    Sizes,
    settled,
    trial,
)
from .columnar_vectors import Vector, Width, width_of

if TYPE_CHECKING:
    from .columnar_frame import Frame

# Rows that are worked out at a time: few enough to stay near the processor.
BLOCK = 131_072


def one_pass(
    rows: "Frame", subjects: int, cells: Iterable[Cell], known: dict[Fixed, Places]
) -> dict[Cell, Vector]:
    """For each subject the cells, but for those that 128 bits may not hold.

    Extremes are null for subjects without rows. Places are ``known`` from one pass to the next.
    """
    cells = list(dict.fromkeys(cells))
    if not rows.length:
        return dict.fromkeys(cells, 0)
    sizes, length = Sizes(rows), rows.most_rows().bit_length()
    allowed = _allowed(cells, sizes, length)
    _look(sizes, allowed, known)
    found: dict[Cell, Vector] = {}
    while cells:
        widths = {cell: _widths(cell, sizes, length, known) for cell in cells}
        held = {cell: width for cell, width in widths.items() if width is not None}
        values, digits = _summed(rows, subjects, held, known)
        again = {fixed for fixed, seen in digits.items() if seen > known[fixed].bits}
        for fixed in again:
            # Now every row was looked at.
            before = known.pop(fixed).places
            places = settled(sizes, fixed, allowed[fixed], digits[fixed] - before)
            if places is not None:
                known[fixed] = places
        found |= {cell: value for cell, value in values.items() if not again & {*cell.factors}}
        cells = [cell for cell in cells if again & {*cell.factors}]
    return found


def _look(sizes: Sizes, allowed: Mapping[Fixed, Sequence[int]], known: dict[Fixed, Places]) -> None:
    """Choose places for fractions by a look at some rows."""
    trials = {fixed: trial(sizes, fixed) for fixed in allowed if fixed not in known}
    tried = {fixed: places for fixed, places in trials.items() if places is not None}
    if not tried:
        return
    rows = sizes.rows
    step = max(1, rows.length // SOME_ROWS)
    if step > 1:
        some = pl.Series(range(0, rows.length, step))
        rows = rows.cut(lambda column: column.gather(some))
    margin = MARGIN if step > 1 else 0
    for (fixed, places), seen in zip(tried.items(), Block(rows, tried).digits(), strict=True):
        digits = seen - places.places + margin
        settled_ = settled(sizes, fixed, allowed[fixed], digits)
        if settled_ is not None:
            known[fixed] = settled_


# -- widths --------------------------------------------------------------------------------------


def _allowed(cells: Sequence[Cell], sizes: Sizes, length: int) -> dict[Fixed, list[int]]:
    """How many bits sums of 64 bits leave each fraction."""
    found: dict[Fixed, list[int]] = {}
    for cell in cells:
        fractions = [factor for factor in cell.factors if isinstance(factor, Fixed)]
        whole = [factor for factor in cell.factors if not isinstance(factor, Fixed)]
        most = [sizes.most(poly) for poly in whole] if fractions else []
        used = sum(m.bit_length() for m in most if m is not None)
        for fixed in fractions:
            bits = (NARROW_BITS - length - used) // len(fractions)
            found.setdefault(fixed, []).append(bits)
    return found


def _widths(cell: Cell, sizes: Sizes, length: int, known: Mapping[Fixed, Places]) -> Widths | None:
    """The widths that hold the product of a row and the sum of all; None without one."""
    used = 0
    for factor in cell.factors:
        if isinstance(factor, Fixed):
            if factor not in known:
                return None
            used += known[factor].bits
        elif width_of(factor.most) is Width.BIG:
            return None
        else:
            most = factor.most
            assert most is not None
            if most.bit_length() + length > NARROW_BITS or len(cell.factors) > 1:
                most = min(most, sizes.most(factor) or most)
            used += most.bit_length()
    if used + length > WIDE_BITS:
        return None
    product, sums = (
        Width.NARROW if bits <= NARROW_BITS else Width.WIDE for bits in (used, used + length)
    )
    return Widths(product, sums)


# -- rows ----------------------------------------------------------------------------------------


def _summed(
    rows: "Frame", subjects: int, cells: Mapping[Cell, Widths], known: Mapping[Fixed, Places]
) -> tuple[dict[Cell, Vector], dict[Fixed, int]]:
    """The cells of all blocks put together, and how many digits fractions have."""
    named = {str(place): each for place, each in enumerate(cells.items())}
    used = {f: known[f] for cell in cells for f in cell.factors if isinstance(f, Fixed)}
    parts: list[pl.DataFrame] = []
    digits = [0] * len(used)
    for start in range(0, rows.length, BLOCK):
        part, seen = Block(rows.cut(partial(_slice, start)), used).grouped(named)
        parts.append(part)
        digits = list(map(max, digits, seen))
    whole = pl.concat(parts, how="diagonal") if len(parts) > 1 else parts[0]
    if len(parts) > 1:
        kept = [(name, cell) for name, (cell, _) in named.items() if name in whole.columns]
        whole = whole.group_by(SUBJECT).agg(_aggregate(pl.col(name), cell) for name, cell in kept)
    whole = _spread(whole, subjects)
    values: dict[Cell, Vector] = {
        cell: _filled(whole[name], cell) if name in whole.columns else 0
        for name, (cell, _) in named.items()
    }
    return values, dict(zip(used, digits, strict=True))


def _filled(values: pl.Series, cell: Cell) -> pl.Series:
    """A sum over no rows is 0; an extreme is not."""
    return values if cell.how in ("least", "most") else values.fill_null(0)


def _slice(start: int, column: pl.Series) -> pl.Series:
    return column.slice(start, BLOCK)


def _aggregate(column: pl.Expr, cell: Cell) -> pl.Expr:
    match cell.how:
        case "least":
            return column.min()
        case "most":
            return column.max()
        case _:
            return column.sum()


def _spread(grouped: pl.DataFrame, subjects: int) -> pl.DataFrame:
    """A row for each subject, in order; counts in 64 bits; null without any row."""
    counts = pl.selectors.unsigned_integer() - pl.selectors.by_name(SUBJECT)
    grouped = grouped.with_columns(counts.cast(pl.Int64))
    if grouped.height == subjects:
        return grouped.sort(SUBJECT)
    every = pl.DataFrame({SUBJECT: pl.Series(range(subjects), dtype=grouped[SUBJECT].dtype)})
    return every.join(grouped, on=SUBJECT, how="left").sort(SUBJECT)
