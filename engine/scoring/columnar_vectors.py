"""Vectors of integers of three widths: 64 bits, 128 bits, and Python's, which have no bound.

Which width is safe was proved from ranges before; here nothing can wrap. A constant is a plain
number, so that a column that is the same everywhere costs nothing.
"""

from collections.abc import Callable
from enum import IntEnum
from functools import lru_cache
from typing import TypeAlias

import polars as pl

Vector: TypeAlias = int | pl.Series | list[int]
Mask: TypeAlias = bool | pl.Series


class Width(IntEnum):
    """How many bits an integer may need; the widest last."""

    NARROW = 64
    WIDE = 128
    BIG = 0


# Half of what the types hold, so that sums of two proved values are safe as well.
MOST_NARROW = 2**62
MOST_WIDE = 2**126


def width_of(most: int | None) -> Width:
    """The width that holds every value up to ``most``."""
    if most is None or most >= MOST_WIDE:
        return Width.BIG
    return Width.NARROW if most < MOST_NARROW else Width.WIDE


@lru_cache(maxsize=64)
def filled(value: object, length: int, kind: type[pl.DataType]) -> pl.Series:
    """One value for every row; shared by all who ask, so never changed in place."""
    one = pl.Series([value], dtype=kind)
    return one.new_from_index(0, length) if length else one.clear()


@lru_cache(maxsize=4096)
def constant(value: int, width: Width) -> pl.Series:
    """One number as a series of length one, taken for every row; never changed in place."""
    kind = pl.Int64 if width is Width.NARROW else pl.Int128
    return pl.Series([value], dtype=kind)


def widened(vector: Vector, width: Width, length: int) -> pl.Series | list[int]:
    """The vector in a width, for every row."""
    if width is Width.BIG:
        if isinstance(vector, int):
            return [vector] * length
        return vector if isinstance(vector, list) else vector.to_list()
    if isinstance(vector, list):
        kind = pl.Int64 if width is Width.NARROW else pl.Int128
        return pl.Series(vector, dtype=kind)
    if isinstance(vector, int):
        kind = pl.Int64 if width is Width.NARROW else pl.Int128
        return filled(vector, length, kind)
    if width is Width.WIDE and vector.dtype != pl.Int128:
        return vector.cast(pl.Int128)
    return vector


def combine(
    left: Vector,
    right: Vector,
    width: Width,
    series: Callable[[pl.Series, pl.Series], pl.Series],
    single: Callable[[int, int], int],
) -> Vector:
    """An operation on two vectors in a width that holds both and the result."""
    if isinstance(left, int) and isinstance(right, int):
        return single(left, right)
    if width is Width.BIG:
        length = len(left) if not isinstance(left, int) else _length(right)
        one, two = widened(left, width, length), widened(right, width, length)
        return [single(a, b) for a, b in zip(one, two, strict=True)]
    return series(_operand(left, width), _operand(right, width))


def compare(
    left: Vector,
    right: Vector,
    width: Width,
    series: Callable[[pl.Series, pl.Series], pl.Series],
    single: Callable[[int, int], bool],
) -> Mask:
    """A comparison of two vectors in a width that holds both."""
    if isinstance(left, int) and isinstance(right, int):
        return single(left, right)
    if width is Width.BIG:
        length = len(left) if not isinstance(left, int) else _length(right)
        one, two = widened(left, width, length), widened(right, width, length)
        return pl.Series([single(a, b) for a, b in zip(one, two, strict=True)], dtype=pl.Boolean)
    return series(_operand(left, width), _operand(right, width))


def chosen(test: Mask, then: Vector, otherwise: Vector, width: Width, length: int) -> Vector:
    """One of two by a condition; nothing is null here, which ``when`` would take for no."""
    if isinstance(test, bool):
        return then if test else otherwise
    one, two = widened(then, width, length), widened(otherwise, width, length)
    if isinstance(one, list) or isinstance(two, list):
        return [a if t else b for t, a, b in zip(test, one, two, strict=True)]
    return one.zip_with(test, two)


def gathered(vector: Vector, index: pl.Series) -> Vector:
    """For each row of a table the value of its subject."""
    if isinstance(vector, int):
        return vector
    if isinstance(vector, list):
        return [vector[i] for i in index]
    return vector.gather(index)


def _operand(vector: Vector, width: Width) -> pl.Series:
    if isinstance(vector, int):
        return constant(vector, width)
    if isinstance(vector, list):
        return pl.Series(vector, dtype=pl.Int64 if width is Width.NARROW else pl.Int128)
    return vector.cast(pl.Int128) if width is Width.WIDE and vector.dtype != pl.Int128 else vector


def _length(vector: Vector) -> int:
    return 1 if isinstance(vector, int) else len(vector)
