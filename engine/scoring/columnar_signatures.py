"""What the grade rule sees of each subject, as columns; each different signature is graded once."""

from dataclasses import dataclass

import polars as pl

from ..language.model import Criterion
from .columnar_frame import Frame
from .columnar_grading import Grader, Lost, Part
from .columnar_states import KINDS, NOT_MET, Counts, Look, State
from .columnar_vectors import filled, widened, width_of
from .lowering_terms import Formula
from .lowering_values import Logic, Lowered, Number, Truth, UnsupportedError

_LOST = {2: Lost.UNKNOWN, 3: Lost.NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcomes of one criterion on one chunk: mask, which is the only one, what is open."""

    criterion: Criterion
    mask: pl.Series
    only: tuple[pl.Series | None, ...]
    opened: pl.Series | None


@dataclass(slots=True)
class Signatures:
    """Columns of signatures for one chunk."""

    grader: Grader
    logic: Logic
    frame: Frame

    def grades(self, judged: tuple[Judged, ...]) -> pl.DataFrame:
        """Awarded, best and worst of every row, in order."""
        columns = {
            **self._counts(judged, None, "all"),
            **{
                name: series
                for place, domain in enumerate(self.grader.lowered.domains)
                for name, series in self._counts(judged, domain, f"domain{place}").items()
            },
            "veto": self._veto(judged),
        }
        by_id = {one.criterion.id: one for one in judged}
        for place, name in enumerate(self.grader.lowered.named):
            columns[f"named{place}"] = by_id[name].mask
        opened = self._opened(judged, columns)
        for place, leaf in enumerate(self.grader.lowered.leaves.values()):
            self._leaf(f"leaf{place}", leaf, columns)
        signatures = pl.DataFrame(columns)
        names = list(columns)
        different = signatures.unique(maintain_order=True)
        graded = [self._graded(row, opened) for row in different.iter_rows(named=True)]
        grades = pl.DataFrame(
            graded, schema=dict.fromkeys(("awarded", "best", "worst"), pl.String), orient="row"
        )
        joined = signatures.join(
            different.hstack(grades), on=names, how="left", maintain_order="left"
        )
        return joined.select("awarded", "best", "worst")

    # -- columns --------------------------------------------------------------------------------

    def _bytes(self, mask: pl.Series) -> pl.Series:
        length = self.frame.length
        return filled(1, length, pl.UInt16).zip_with(mask, filled(0, length, pl.UInt16))

    def _counts(
        self, judged: tuple[Judged, ...], domain: str | None, name: str
    ) -> dict[str, pl.Series]:
        """How many criteria have each outcome for certain."""
        found = {}
        for kind in range(len(KINDS)):
            total = filled(0, self.frame.length, pl.UInt16)
            for one in judged:
                mask = one.only[kind]
                if mask is not None and domain in (None, one.criterion.domain):
                    total = total + self._bytes(mask)
            found[f"{name}:{kind}"] = total
        return found

    def _veto(self, judged: tuple[Judged, ...]) -> pl.Series:
        whole = filled(False, self.frame.length, pl.Boolean)
        for one in judged:
            failed = one.only[NOT_MET]
            if one.criterion.veto and failed is not None:
                whole = whole | failed
        return whole

    def _opened(
        self, judged: tuple[Judged, ...], columns: dict[str, pl.Series]
    ) -> dict[str, tuple[Look, int]]:
        """For each look and mask how many criteria are open in that way."""
        lowered = self.grader.lowered
        found: dict[str, tuple[Look, int]] = {}
        for one in judged:
            if one.opened is None or not one.opened.any():
                continue
            criterion = one.criterion
            look = Look(
                domain=lowered.domains.index(criterion.domain)
                if criterion.domain in lowered.domains
                else None,
                named=lowered.named.index(criterion.id) if criterion.id in lowered.named else None,
                veto=criterion.veto,
            )
            for mask in sorted(one.mask.filter(one.opened).unique()):
                name = f"open:{look.domain}:{look.named}:{look.veto}:{mask}"
                found[name] = (look, mask)
                here = self._bytes(one.mask == mask)
                columns[name] = columns[name] + here if name in columns else here
        return found

    def _leaf(self, name: str, leaf: Lowered, columns: dict[str, pl.Series]) -> None:
        """The value of a part of the rule: no, yes, unknown, not applicable; or a number."""
        frame, gap = self.frame, leaf.gap
        code = self._bytes(frame.everywhere(leaf.holds)) if isinstance(leaf, Truth) else None
        if code is None:
            code = filled(0, frame.length, pl.UInt16)
        columns[name] = self._marked(self._marked(code, gap.unknown, 2), gap.inapplicable, 3)
        if not isinstance(leaf, Number):
            if not isinstance(leaf, Truth):
                raise UnsupportedError("a word in a grade rule")
            return
        for part, poly in (("over", leaf.low.over), ("under", leaf.low.under)):
            values = widened(frame.poly(poly), width_of(poly.most), frame.length)
            listed = pl.Series([str(v) for v in values]) if isinstance(values, list) else values
            columns[f"{name}:{part}"] = listed.cast(pl.String)

    def _marked(self, code: pl.Series, where: Formula, value: int) -> pl.Series:
        mask = self.frame.mask(where)
        if isinstance(mask, bool):
            mask = filled(mask, self.frame.length, pl.Boolean)
        there = filled(value, self.frame.length, pl.UInt16)
        return there.zip_with(mask, code)

    # -- one signature --------------------------------------------------------------------------

    def _graded(
        self, row: dict[str, object], opened: dict[str, tuple[Look, int]]
    ) -> tuple[str | None, str | None, str | None]:
        lowered = self.grader.lowered
        start = State(
            counts=_counts_of(row, "all"),
            domains=tuple(_counts_of(row, f"domain{p}") for p in range(len(lowered.domains))),
            veto=bool(row["veto"]),
            named=tuple(_kind(row[f"named{p}"]) for p in range(len(lowered.named))),
        )
        still_open = [
            (look, mask, _whole(row[name])) for name, (look, mask) in opened.items() if row[name]
        ]
        leaves = [
            _part(row, f"leaf{place}", isinstance(leaf, Number))
            for place, leaf in enumerate(lowered.leaves.values())
        ]
        return self.grader.grade(start, still_open, leaves)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _counts_of(row: dict[str, object], name: str) -> Counts:
    a, b, c, d = (_whole(row[f"{name}:{kind}"]) for kind in range(len(KINDS)))
    return (a, b, c, d)


def _kind(mask: object) -> int:
    """The one outcome of a mask; for several the first, which is replaced by each of them."""
    bits = _whole(mask)
    return (bits & -bits).bit_length() - 1


def _part(row: dict[str, object], name: str, is_number: bool) -> Part:
    code = _whole(row[name])
    if code in _LOST:
        return _LOST[code]
    if not is_number:
        return code == 1
    return int(str(row[f"{name}:over"])), int(str(row[f"{name}:under"]))
