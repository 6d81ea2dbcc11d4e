"""Sums and extremes of whole numbers over the rows of a table, one for each subject."""

from typing import TYPE_CHECKING

import polars as pl

from .columnar_vectors import Vector, Width, widened
from .lowering_terms import Extreme, Total

if TYPE_CHECKING:
    from .columnar_frame import Frame


def total(rows: "Frame", origin: Total, subjects: int, width: Width) -> Vector:
    """The sum of each subject's rows, in a width that holds it."""
    assert rows.index is not None
    if not rows.length:
        return 0
    values = widened(rows.poly(origin.over), width, rows.length)
    if isinstance(values, list):
        sums = [0] * subjects
        for subject, value in zip(rows.index, values, strict=True):
            sums[subject] += value
        return sums
    grouped = (
        pl.DataFrame({"subject": rows.index, "value": values})
        .group_by("subject")
        .agg(pl.col("value").sum())
    )
    return _spread(grouped, subjects)


def extreme(rows: "Frame", origin: Extreme, subjects: int) -> Vector:
    """The least or the greatest of each subject's rows that count; 0 where none does."""
    assert rows.index is not None
    where = rows.everywhere(origin.where)
    values = rows.integers(origin.over)
    if isinstance(values, list):
        whole: dict[int, int] = {}
        best = min if origin.least else max
        for subject, value, counts in zip(rows.index, values, where, strict=True):
            if counts:
                whole[subject] = best(whole.get(subject, value), value)
        return [whole.get(subject, 0) for subject in range(subjects)]
    column = pl.col("value")
    grouped = (
        pl.DataFrame({"subject": rows.index, "value": values})
        .filter(where)
        .group_by("subject")
        .agg(column.min() if origin.least else column.max())
    )
    return _spread(grouped, subjects)


def _spread(grouped: pl.DataFrame, subjects: int) -> pl.Series:
    """A value for each subject that has one, 0 for the others."""
    empty = pl.Series([0], dtype=grouped["value"].dtype).new_from_index(0, subjects)
    return empty.scatter(grouped["subject"], grouped["value"])
