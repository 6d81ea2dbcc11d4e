"""Sums and extremes over rows, for each subject: what one pass gives, and fractions themselves."""

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from .columnar_cells import Cell, Fixed, around, cell_of
from .columnar_exact import exact_fractions, rows_of
from .columnar_needs import Together
from .columnar_pass import one_pass
from .columnar_places import Places
from .columnar_totals import extreme, total
from .columnar_vectors import Vector, Width, combine, width_of
from .lowering_terms import Exact, Extreme, Total, Variable

if TYPE_CHECKING:
    from .columnar_frame import Frame


@dataclass(frozen=True, slots=True)
class Range:
    """Between what a number lies, for every subject; one number where both ends are one object."""

    low: Vector
    high: Vector
    least: int
    most: int


@dataclass(slots=True)
class Kept:
    """What is known of the sums over rows of a chunk's tables, and which are asked for at once."""

    together: Together = field(default_factory=dict)
    asked: set[int] = field(default_factory=set)
    cells: dict[Cell, Vector] = field(default_factory=dict)
    places: dict[Fixed, Places] = field(default_factory=dict)
    ranges: dict[int, Range] = field(default_factory=dict)
    fractions: dict[tuple[object, ...], tuple[list[int], list[int]]] = field(default_factory=dict)
    some: dict[tuple[str, frozenset[int]], "Frame"] = field(default_factory=dict)


def sum_of(frame: "Frame", variable: Variable) -> Vector:
    """A sum or extreme of whole numbers; 0 without rows."""
    origin = variable.origin
    assert isinstance(origin, Total | Extreme)
    cell = cell_of(origin)
    _ask(frame, variable)
    found = frame.kept.cells.get(cell)
    rows = frame.tables[origin.table]
    if isinstance(found, pl.Series):
        return _filled(found) if isinstance(origin, Extreme) else found
    if found is not None:
        return found
    if isinstance(origin, Extreme):
        return extreme(rows, origin, frame.length)
    return total(rows, origin, frame.length, width_of(variable.most))


def range_of(frame: "Frame", variable: Variable) -> Range | None:
    """Between what a number lies; for an exact sum up to one factor that both its parts share.

    None where 128 bits may not hold that.
    """
    found = frame.kept.ranges.get(variable.serial)
    if found is None:
        if isinstance(variable.origin, Exact):
            ends = _bounds(frame, variable, variable.origin)
            if ends is None:
                return None
            low, high = ends
        else:
            low = high = frame.variable(variable)
        (least, most), (_, above) = _ends(low), _ends(high)
        found = frame.kept.ranges[variable.serial] = Range(low, high, least, max(most, above))
    return found


def _bounds(frame: "Frame", variable: Variable, origin: Exact) -> tuple[Vector, Vector] | None:
    """Bounds of the numerator of an exact sum or extreme in whole units, or the units in one."""
    _ask(frame, variable)
    kept, found = frame.kept, around(origin)
    if found is None or any(cell not in kept.cells for cell in (found.cell, *found.slack)):
        return None
    # A table without rows chose no places.
    chosen = [kept.places[f].places for f in found.cell.factors if f in kept.places]
    if not origin.numerator:
        under = 2 ** sum(chosen) * found.divisor
        return under, under
    low = high = kept.cells[found.cell]
    if origin.how != "sum":
        # Without rows it is 0 exactly.
        high = _added(low, 1, operator.add) if isinstance(low, pl.Series) else low
        return _filled(low), _filled(high)
    for cell in found.slack:
        high = _added(high, kept.cells[cell], operator.add)
        if found.both_sides:
            low = _added(low, kept.cells[cell], operator.sub)
    return low, high


def _ends(vector: Vector) -> tuple[int, int]:
    """The least number and the greatest magnitude."""
    if isinstance(vector, int):
        return vector, abs(vector)
    if not len(vector):
        return 0, 0
    if isinstance(vector, list):
        return min(vector), max(map(abs, vector))
    least, most = vector.min(), vector.max()
    assert isinstance(least, int)
    assert isinstance(most, int)
    return least, max(abs(least), abs(most))


def _ask(frame: "Frame", variable: Variable) -> None:
    """See to it that what the variable takes is known as far as columns can hold it."""
    kept = frame.kept
    if variable.serial in kept.asked:
        return
    group = kept.together.get(variable.serial, (variable,))
    kept.asked.update(one.serial for one in group)
    assert isinstance(variable.origin, Total | Extreme | Exact)
    cells = [cell for one in group for cell in _cells(one) if cell not in kept.cells]
    rows = frame.tables[variable.origin.table]
    kept.cells.update(one_pass(rows, frame.length, cells, kept.places))


def _some(frame: "Frame", rows: "Frame", only: frozenset[int]) -> "Frame":
    """The rows of some subjects, once for all sums of a comparison."""
    known = frame.kept.some
    key = (rows.table, only)
    if key not in known:
        known.clear()
        known[key] = rows_of(rows, frame.length, only)
    return known[key]


def _cells(variable: Variable) -> tuple[Cell, ...]:
    origin = variable.origin
    if isinstance(origin, Exact):
        found = around(origin)
        return () if found is None else (found.cell, *found.slack)
    assert isinstance(origin, Total | Extreme)
    return (cell_of(origin),)


def _filled(values: Vector) -> Vector:
    """Null, which only an extreme of no rows is, as 0."""
    return values.fill_null(0) if isinstance(values, pl.Series) else values


def _added(one: Vector, two: Vector, how: Callable[[Any, Any], Any]) -> Vector:
    """A sum of a cell and what is smaller by far: it fits where the larger one fits."""
    wide = any(isinstance(v, pl.Series) and v.dtype == pl.Int128 for v in (one, two))
    return combine(one, two, Width.WIDE if wide else Width.NARROW, how, how)


def exact(frame: "Frame", origin: Exact, only: frozenset[int] | None = None) -> list[int]:
    """Numerators or denominators, of all subjects or ``only`` for some."""
    key = (origin.over, origin.under, id(origin.where), origin.how)
    fractions = frame.kept.fractions
    known = fractions.get((*key, None))
    if known is None:
        known = fractions.get((*key, only))
    if known is None:
        rows = frame.tables[origin.table]
        if only is not None:
            rows = _some(frame, rows, only)
        known = fractions[*key, only] = exact_fractions(rows, origin, frame.length)
    return known[0 if origin.numerator else 1]
