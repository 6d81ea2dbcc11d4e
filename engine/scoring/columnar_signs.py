"""Decides comparisons of exact sums over rows: by bounds, what is left by the sums themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from .columnar_exact import exact_fractions, fixed_point
from .columnar_intervals import Interval, bounds, holds, sign_of, sums_in
from .columnar_vectors import Width, widened
from .lowering_terms import Exact, Poly, Relation

if TYPE_CHECKING:
    from .columnar_frame import Frame


@dataclass(slots=True)
class Kept:
    """What is known of exact sums: themselves, for all subjects or some, and bounds of them."""

    fractions: dict[tuple[object, ...], tuple[list[int], list[int]]] = field(default_factory=dict)
    bounds: dict[tuple[object, ...], tuple[list[Interval], list[Interval]] | None] = field(
        default_factory=dict
    )


def atom_of_sums(frame: "Frame", term: Poly, relation: Relation) -> pl.Series | None:
    """A comparison of exact sums with zero; None where there is no exact sum."""
    values = intervals(frame, [term])
    if values is None:
        return None
    found = [sign_of(interval) for interval in bounds(term, frame.length, values)]
    left = [row for row, signum in enumerate(found) if signum is None]
    if left:
        own = _exactly(frame, [term], values, left)
        for row, (value, _) in zip(left, bounds(term, len(left), own), strict=True):
            found[row] = (value > 0) - (value < 0)
    return pl.Series([holds(relation, signum or 0) for signum in found], dtype=pl.Boolean)


def intervals(frame: "Frame", polys: list[Poly]) -> dict[int, Sequence[Interval]] | None:
    """Bounds of every variable; None where there is no exact sum, or bounds would be wide."""
    sums = sums_in(polys)
    if not sums or frame.subjects is not None:
        return None
    found: dict[int, Sequence[Interval]] = {}
    for variable in sums:
        assert isinstance(variable.origin, Exact)
        fixed = _fixed(frame, variable.origin)
        if fixed is None:
            return None
        found[variable.serial] = fixed[0 if variable.origin.numerator else 1]
    for variable in {v for poly in polys for m, _ in poly.terms for v in m}:
        if variable.serial not in found:
            values = widened(frame.variable(variable), Width.BIG, frame.length)
            found[variable.serial] = [(value, value) for value in values]
    return found


def _fixed(frame: "Frame", origin: Exact) -> tuple[list[Interval], list[Interval]] | None:
    """Bounds of a sum and its denominator, once for both variables."""
    key = (origin.over, origin.under, id(origin.where), origin.how)
    known = frame.kept.bounds
    if key not in known:
        known[key] = fixed_point(frame.tables[origin.table], origin, frame.length)
    return known[key]


def _exactly(
    frame: "Frame", polys: list[Poly], values: Mapping[int, Sequence[Interval]], rows: list[int]
) -> dict[int, Sequence[Interval]]:
    """The variables of some subjects themselves, in place of their bounds."""
    found: dict[int, Sequence[Interval]] = {}
    for variable in {v for poly in polys for m, _ in poly.terms for v in m}:
        if isinstance(variable.origin, Exact):
            own = exact(frame, variable.origin, frozenset(rows))
            found[variable.serial] = [(own[row], own[row]) for row in rows]
        else:
            known = values[variable.serial]
            found[variable.serial] = [known[row] for row in rows]
    return found


def exact(frame: "Frame", origin: Exact, only: frozenset[int] | None = None) -> list[int]:
    """Numerators or denominators, of all subjects or ``only`` for some."""
    key = (origin.over, origin.under, id(origin.where), origin.how)
    fractions = frame.kept.fractions
    known = fractions.get((*key, None))
    if known is None:
        known = fractions.get((*key, only))
    if known is None:
        rows = frame.tables[origin.table]
        known = fractions[*key, only] = exact_fractions(rows, origin, frame.length, only)
    return known[0 if origin.numerator else 1]
