"""What the grade rule sees of each subject of a chunk, as columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from ..language.model import Criterion
from .columnar_frame import Frame
from .columnar_states import KINDS, NOT_MET, Look, Openness
from .columnar_vectors import filled
from .lowering_grade import LoweredRule
from .lowering_terms import Formula
from .lowering_values import Lowered, Number, Truth, UnsupportedError

# What a column of signatures may be: a plain number where it is the same for every row.
Column: TypeAlias = int | pl.Series
# Columns by name: those that every chunk has, and those of what is open somewhere in it.
Key: TypeAlias = str | Openness
Seen: TypeAlias = Mapping[Key, Column]

MOST_IN_BYTES = 255
# Every set of two or more of the four outcomes, the largest first: mostly anything is possible.
_OPEN = tuple(mask for mask in range(15, 0, -1) if mask.bit_count() > 1)


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcomes of one criterion on one chunk: mask, which is the only one, how many rows are

    undecided between several.
    """

    criterion: Criterion
    mask: pl.Series
    only: tuple[pl.Series | None, ...]
    undecided: int


@dataclass(slots=True)
class Signatures:
    """The signatures of the subjects of one chunk."""

    lowered: LoweredRule
    frame: Frame
    criteria: int

    def seen(self, judged: tuple[Judged, ...]) -> Seen:
        """What the rule looks at, and how many criteria are open in which way."""
        return {**self._fixed(judged), **self._opened(judged)}

    # -- columns --------------------------------------------------------------------------------

    def _fixed(self, judged: tuple[Judged, ...]) -> dict[Key, Column]:
        """What is always part of a signature."""
        lowered = self.lowered
        columns = self._counts(judged, None, "all")
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
    ) -> dict[Key, Column]:
        """How many criteria have each outcome for certain."""
        found: dict[Key, Column] = {}
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

    def _opened(self, judged: tuple[Judged, ...]) -> dict[Key, Column]:
        """For each look and mask how many criteria are open in that way."""
        lowered = self.lowered
        found: dict[Key, Column] = {}
        for one in judged:
            undecided = one.undecided
            if not undecided:
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
                rows = int(open_so.sum())
                if not rows:
                    continue
                name, here = Openness(look, mask), self._bytes(open_so)
                found[name] = found[name] + here if name in found else here
                undecided -= rows
                if not undecided:
                    break
        return found

    def _leaf(self, name: str, leaf: Lowered) -> dict[Key, Column]:
        """The value of a part of the rule: no, yes, unknown, not applicable; or a number."""
        gap = leaf.gap
        columns: dict[Key, Column] = {}
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
