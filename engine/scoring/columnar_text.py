"""Exact numbers of a column as text: ``n``, ``n/d`` in lowest terms, or a square root."""

from fractions import Fraction

import polars as pl

from .columnar_roots import collected, text
from .columnar_vectors import Vector, filled


def ratio_texts(over: Vector, under: Vector, known: pl.Series) -> pl.Series:
    """Each ratio in lowest terms; null where nothing is known."""
    length = len(known)
    if isinstance(over, int) and isinstance(under, int):
        same = str(Fraction(over, under)) if under > 0 else None
        whole = filled(same, length, pl.String)
    elif _narrow(over) and _narrow(under):
        whole = _narrow_texts(_column(over, length), _column(under, length))
    else:
        pairs = zip(_listed(over, length), _listed(under, length), known, strict=True)
        whole = pl.Series(
            [str(Fraction(a, b)) if k and b > 0 else None for a, b, k in pairs], dtype=pl.String
        )
    return whole.zip_with(known, _nothing(length))


def root_texts(
    rational: list[Fraction], roots: list[tuple[Fraction, list[Fraction]]], known: pl.Series
) -> pl.Series:
    """Sums of square roots in their one exact spelling; null where nothing is known."""
    found: list[str | None] = []
    for row, k in enumerate(known):
        squares = [(c, values[row]) for c, values in roots]
        found.append(text(*collected(rational[row], squares)) if k else None)
    return pl.Series(found, dtype=pl.String)


def _narrow(vector: Vector) -> bool:
    if isinstance(vector, int):
        return abs(vector) < 2**62
    return isinstance(vector, pl.Series) and vector.dtype == pl.Int64


def _column(vector: Vector, length: int) -> pl.Series:
    if isinstance(vector, pl.Series):
        return vector
    assert isinstance(vector, int)
    return filled(vector, length, pl.Int64)


def _listed(vector: Vector, length: int) -> list[int]:
    if isinstance(vector, int):
        return [vector] * length
    return vector if isinstance(vector, list) else vector.to_list()


def _nothing(length: int) -> pl.Series:
    return filled(None, length, pl.String)


def _narrow_texts(over: pl.Series, under: pl.Series) -> pl.Series:
    """In lowest terms by Euclid's algorithm on whole columns."""
    one = filled(1, len(over), pl.Int64)
    divisor, rest = over.abs(), under.zip_with(under > 0, one)
    safe = rest
    while True:
        open_ = rest > 0
        if not open_.any():
            break
        # Where nothing is left, dividing by one keeps the divisor as it is.
        divisor, rest = (
            rest.zip_with(open_, divisor),
            (divisor % rest.zip_with(open_, one)).zip_with(open_, rest),
        )
    numerator, denominator = over // divisor, safe // divisor
    whole = denominator == 1
    digits = numerator.cast(pl.String)
    if whole.all():
        return digits
    return digits.zip_with(whole, digits + "/" + denominator.cast(pl.String))
