"""What the grade rule sees of each subject, as columns; each different signature is graded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import polars as pl

from ..language.model import Criterion
from .columnar_frame import Frame
from .columnar_grading import Grader, Grades
from .columnar_rule import Lost, Part
from .columnar_states import KINDS, NOT_MET, Look, packed
from .columnar_vectors import MOST_NARROW, filled
from .lowering_terms import Formula
from .lowering_values import Lowered, Number, Truth, UnsupportedError

# What a column of signatures may be: a plain number where it is the same for every row.
Column: TypeAlias = int | pl.Series
# The values of the columns in one row.
Signature: TypeAlias = tuple[Any, ...]
# A leaf that is known, or where it stands in a signature.
Reader: TypeAlias = tuple[Part | None, int, int]

MOST_IN_BYTES = 255
# Every set of two or more of the four outcomes.
_OPEN = tuple(mask for mask in range(16) if mask.bit_count() > 1)
_LOST: Mapping[object, Lost] = {2: Lost.UNKNOWN, 3: Lost.NOT_APPLICABLE}
_NAMES = ("awarded", "best", "worst")


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcomes of one criterion on one chunk: mask, which is the only one, what is open."""

    criterion: Criterion
    mask: pl.Series
    only: tuple[pl.Series | None, ...]
    is_open: bool


@dataclass(slots=True)
class Signatures:
    """The signatures of the subjects of one chunk."""

    grader: Grader
    frame: Frame
    criteria: int

    def grades(self, judged: tuple[Judged, ...]) -> dict[str, pl.Series]:
        """Awarded, best and worst of every row, in order."""
        fixed, opened = self._fixed(judged), self._opened(judged)
        names = (*fixed, *self.grader.opened)
        columns = {name: fixed[name] if name in fixed else opened.get(name, 0) for name in names}
        varying = [c.alias(name) for name, c in columns.items() if isinstance(c, pl.Series)]
        if not varying:
            row = tuple(columns.values())
            (grades,) = self._grades([row], names, self._readers(columns))
            texts = [filled(grade, self.frame.length, pl.String) for grade in grades]
            return dict(zip(_NAMES, texts, strict=True))
        keys = _keys(varying)
        first = _first_of_each(keys)
        different = pl.DataFrame(
            [
                c.gather(first).alias(name)
                if isinstance(c, pl.Series)
                else filled(c, len(first), pl.Int64).alias(name)
                for name, c in columns.items()
            ]
        )
        graded = self._grades(different.rows(), names, self._readers(columns))
        table = pl.DataFrame(graded, schema=dict.fromkeys(_NAMES, pl.String), orient="row")
        joined = keys.join(
            keys[first].hstack(table), on=keys.columns, how="left", maintain_order="left"
        )
        return {name: joined[name] for name in _NAMES}

    # -- columns --------------------------------------------------------------------------------

    def _fixed(self, judged: tuple[Judged, ...]) -> dict[str, Column]:
        """What is always part of a signature."""
        lowered = self.grader.lowered
        columns: dict[str, Column] = self._counts(judged, None, "all")
        for place, domain in enumerate(lowered.domains):
            columns |= self._counts(judged, domain, f"domain{place}")
        columns["veto"] = self._veto(judged)
        by_id = {one.criterion.id: one for one in judged}
        for place, name in enumerate(lowered.named):
            columns[f"named{place}"] = by_id[name].mask
        for place, leaf in enumerate(lowered.leaves.values()):
            columns |= self._leaf(f"leaf{place}", leaf)
        return columns

    def _number(self, value: int) -> pl.Series:
        """One byte for every row, which holds every count unless there are very many criteria."""
        many = self.criteria > MOST_IN_BYTES
        return filled(value, self.frame.length, pl.UInt16 if many else pl.UInt8)

    def _bytes(self, mask: pl.Series) -> pl.Series:
        """1 where it holds: choosing between two columns of bytes beats a cast from bits."""
        return self._number(1).zip_with(mask, self._number(0))

    def _counts(
        self, judged: tuple[Judged, ...], domain: str | None, name: str
    ) -> dict[str, Column]:
        """How many criteria have each outcome for certain."""
        found: dict[str, Column] = {}
        for kind in range(len(KINDS)):
            total: Column = 0
            for one in judged:
                mask = one.only[kind]
                if mask is not None and domain in (None, one.criterion.domain):
                    here = self._bytes(mask)
                    total = here if isinstance(total, int) else total + here
            found[f"{name}:{kind}"] = total
        return found

    def _veto(self, judged: tuple[Judged, ...]) -> Column:
        whole: pl.Series | None = None
        for one in judged:
            failed = one.only[NOT_MET]
            if one.criterion.veto and failed is not None:
                whole = failed if whole is None else whole | failed
        return 0 if whole is None else self._bytes(whole)

    def _opened(self, judged: tuple[Judged, ...]) -> dict[str, pl.Series]:
        """For each look and mask how many criteria are open in that way."""
        lowered = self.grader.lowered
        found: dict[str, pl.Series] = {}
        for one in judged:
            if not one.is_open:
                continue
            criterion = one.criterion
            look = Look(
                domain=lowered.domains.index(criterion.domain)
                if criterion.domain in lowered.domains
                else None,
                named=lowered.named.index(criterion.id) if criterion.id in lowered.named else None,
                veto=criterion.veto,
            )
            live = sum(1 << kind for kind, only in enumerate(one.only) if only is not None)
            for mask in _OPEN:
                if mask & ~live:
                    continue
                open_so = one.mask == filled(mask, 1, pl.UInt8)
                if not open_so.any():
                    continue
                name = f"open:{look.domain}:{look.named}:{look.veto}:{mask}"
                self.grader.opened.setdefault(name, (look, mask))
                here = self._bytes(open_so)
                found[name] = found[name] + here if name in found else here
        return found

    def _leaf(self, name: str, leaf: Lowered) -> dict[str, Column]:
        """The value of a part of the rule: no, yes, unknown, not applicable; or a number."""
        gap = leaf.gap
        columns: dict[str, Column] = {}
        code: Column = 0
        if isinstance(leaf, Truth):
            code = self._marked(code, leaf.holds, 1)
        code = self._marked(code, gap.unknown, 2)
        columns[name] = self._marked(code, gap.inapplicable, 3)
        if isinstance(leaf, Number):
            for part, poly in (("over", leaf.low.over), ("under", leaf.low.under)):
                vector = self.frame.poly(poly)
                if isinstance(vector, list):
                    vector = pl.Series([str(v) for v in vector], dtype=pl.String)
                columns[f"{name}:{part}"] = vector
        elif not isinstance(leaf, Truth):
            raise UnsupportedError("a word in a grade rule")
        return columns

    def _marked(self, code: Column, where: Formula, value: int) -> Column:
        mask = self.frame.mask(where)
        if isinstance(mask, bool):
            return value if mask else code
        before = self._number(code) if isinstance(code, int) else code
        return self._number(value).zip_with(mask, before)

    # -- the different ones ---------------------------------------------------------------------

    def _readers(self, columns: Mapping[str, Column]) -> tuple[Reader, ...]:
        """How each leaf is read from a signature; one that is the same for all rows is read now."""
        lowered = self.grader.lowered
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

    def _grades(
        self, rows: Sequence[Signature], names: tuple[str, ...], readers: tuple[Reader, ...]
    ) -> list[Grades]:
        """The grades of signatures; those that leave the same open are completed together."""
        known = self.grader.signatures(names)
        lowered = self.grader.lowered
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
                for (look, mask), count in zip(self.grader.opened.values(), one[end:], strict=True)
                if count
            )
            starts = [
                packed((*row[: of_veto + 1], *map(_kind, row[of_veto + 1 : after])))
                for row in members
            ]
            graded = self.grader.grades(starts, still_open, leaves, veto=bool(one[of_veto]))
            known.update(zip(members, graded, strict=True))
        return [known[row] for row in rows]


def _keys(columns: Sequence[pl.Series]) -> pl.DataFrame:
    """The columns in as few as hold them: each number a digit, its base what is in the chunk."""
    keys: list[pl.Series] = []
    key: pl.Series | None = None
    room = MOST_NARROW
    for column in columns:
        if column.dtype in (pl.String, pl.Int128):
            keys.append(column.alias(f"key{len(keys)}"))
            continue
        least, most = column.min(), column.max()
        assert isinstance(least, int)
        assert isinstance(most, int)
        base = most - least + 1
        digit = column.cast(pl.Int64)
        if least:
            digit = digit - least
        if key is not None and base <= room:
            key, room = key * base + digit, room // base
            continue
        if key is not None:
            keys.append(key.alias(f"key{len(keys)}"))
        key, room = digit, MOST_NARROW // base
    if key is not None:
        keys.append(key.alias(f"key{len(keys)}"))
    return pl.DataFrame(keys)


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
