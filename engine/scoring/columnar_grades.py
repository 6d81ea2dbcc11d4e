"""The grades of chunks of subjects; what the rule cannot tell apart is graded once."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from .columnar_conditions import Lost, Part
from .columnar_grading import Grader, Grades
from .columnar_signatures import Column, Key, Seen
from .columnar_states import Openness, packed
from .columnar_vectors import MOST_NARROW, filled
from .lowering_values import Number

# The values of the columns in one row.
Signature: TypeAlias = tuple[Any, ...]
# A leaf that is known, or where it stands in a signature.
Reader: TypeAlias = tuple[Part | None, int, int]

# Whole numbers from 0, and below what they are.
Digit: TypeAlias = tuple[pl.Series, int]

_MOST_SMALL = 2**32 - 1
_LOST: Mapping[object, Lost] = {2: Lost.UNKNOWN, 3: Lost.NOT_APPLICABLE}
_NAMES = ("awarded", "best", "worst")


def graded(
    grader: Grader | None, seen: Sequence[Seen], lengths: Sequence[int]
) -> dict[str, pl.Series]:
    """Awarded, best and worst of every row of some chunks, in order; nulls without a rule.

    ``seen``: what the rule looks at in each chunk of so many subjects.
    """
    length = sum(lengths)
    if grader is None or not length:
        return {name: filled(None, length, pl.String) for name in _NAMES}
    columns = _together(grader, seen, lengths)
    varying = [c for c in columns.values() if isinstance(c, pl.Series)]
    if not varying:
        (grades,) = _grades(grader, [tuple(columns.values())], columns)
        texts = [filled(grade, length, pl.String) for grade in grades]
        return dict(zip(_NAMES, texts, strict=True))
    keys = _keys(varying)
    first = _first_of_each(keys)
    different = pl.DataFrame(
        [
            (
                c.gather(first) if isinstance(c, pl.Series) else filled(c, len(first), pl.Int64)
            ).alias(str(place))
            for place, c in enumerate(columns.values())
        ]
    )
    found = _grades(grader, different.rows(), columns)
    table = pl.DataFrame(found, schema=dict.fromkeys(_NAMES, pl.String), orient="row")
    joined = keys.join(
        keys[first].hstack(table), on=keys.columns, how="left", maintain_order="left"
    )
    return {name: joined[name] for name in _NAMES}


def _together(grader: Grader, seen: Sequence[Seen], lengths: Sequence[int]) -> dict[Key, Column]:
    """The columns of the chunks one below the other, in one order; what is nowhere open is 0."""
    names: list[Key] = [name for name in seen[0] if isinstance(name, str)]
    for chunk in seen:
        grader.opened.update((name, None) for name in chunk if isinstance(name, Openness))
    found: dict[Key, Column] = {}
    names += grader.opened
    for name in names:
        pieces = [chunk.get(name, 0) for chunk in seen]
        kinds = {piece.dtype for piece in pieces if isinstance(piece, pl.Series)}
        if not kinds and len({*pieces}) == 1:
            found[name] = pieces[0]
            continue
        kind = kinds.pop() if kinds else pl.Int64()
        whole = [
            piece
            if isinstance(piece, pl.Series)
            else filled(str(piece) if kind == pl.String else piece, length, type(kind))
            for piece, length in zip(pieces, lengths, strict=True)
        ]
        found[name] = whole[0] if len(whole) == 1 else pl.concat(whole)
    return found


def _readers(grader: Grader, columns: Seen) -> tuple[Reader, ...]:
    """How each leaf is read from a signature; one that is the same for all rows is read now."""
    lowered = grader.lowered
    place = 4 * (1 + len(lowered.domains)) + 1 + len(lowered.named)
    found: list[Reader] = []
    values = tuple(columns.values())
    for leaf in lowered.leaves.values():
        end = place + (3 if isinstance(leaf, Number) else 1)
        own = values[place:end]
        same = not any(isinstance(value, pl.Series) for value in own)
        found.append((_part(own) if same else None, place, end))
        place = end
    return tuple(found)


def _grades(grader: Grader, rows: Sequence[Signature], columns: Seen) -> list[Grades]:
    """The grades of signatures; those that leave the same open are completed together."""
    known, readers = grader.signatures(tuple(columns)), _readers(grader, columns)
    lowered = grader.lowered
    of_veto = 4 * (1 + len(lowered.domains))
    after = of_veto + 1 + len(lowered.named)
    alike: dict[Signature, list[Signature]] = {}
    for row in rows:
        if row not in known:
            alike.setdefault((row[of_veto], *row[after:]), []).append(row)
    end = readers[-1][2] if readers else after
    for members in alike.values():
        one = members[0]
        leaves = tuple(
            _part(one[start:stop]) if part is None else part for part, start, stop in readers
        )
        still_open = tuple(
            (look, mask, count)
            for (look, mask), count in zip(grader.opened, one[end:], strict=True)
            if count
        )
        starts = [
            packed((*row[: of_veto + 1], *map(_kind, row[of_veto + 1 : after]))) for row in members
        ]
        graded = grader.grades(starts, still_open, leaves, veto=bool(one[of_veto]))
        known.update(zip(members, graded, strict=True))
    return [known[row] for row in rows]


def _keys(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """The columns in as few as hold them: each number a digit, its base what is in the chunks."""
    keys: list[pl.Series] = []
    small: list[Digit] = []
    large: list[Digit] = []
    for column in columns:
        if column.dtype in (pl.String, pl.Int128):
            keys.append(column)
            continue
        least, most = column.min(), column.max()
        assert isinstance(least, int)
        assert isinstance(most, int)
        base = most - least + 1
        digit = column - least if least else column
        (small if base <= _MOST_SMALL else large).append((digit, base))
    # Narrow columns cost a third: first as many digits as 32 bits hold, then these in 64.
    together = _packed(small, pl.UInt32(), _MOST_SMALL)
    keys += [key for key, _ in _packed([*together, *large], pl.Int64(), MOST_NARROW)]
    return pl.DataFrame([key.alias(f"key{place}") for place, key in enumerate(keys)])


def _packed(digits: Sequence[Digit], kind: pl.DataType, most: int) -> list[Digit]:
    """Digits as the digits of fewer numbers of a kind, which holds up to ``most``."""
    found: list[Digit] = []
    for digit, base in digits:
        here = digit.cast(kind)
        if found and found[-1][1] * base <= most:
            number, before = found[-1]
            found[-1] = (number * base + here, before * base)
        else:
            found.append((here, base))
    return found


def _first_of_each(keys: pl.DataFrame) -> pl.Series:
    """Where each different key stands first."""
    if keys.width == 1:
        return keys.to_series().arg_unique()
    return keys.with_row_index("#").unique(keys.columns, keep="first", maintain_order=True)["#"]


def _kind(bits: int) -> int:
    """The one outcome of a mask; 0 for several, to which the one that it gets is added."""
    return bits.bit_length() - 1 if bits.bit_count() == 1 else 0


def _part(values: Sequence[object]) -> Part:
    """A leaf from its code and, for a number, numerator and denominator."""
    code, *number = values
    lost = _LOST.get(code)
    if lost is not None:
        return lost
    if not number:
        return code == 1
    over, under = number
    return int(str(over)), int(str(under))
