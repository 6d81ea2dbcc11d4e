"""Scores one chunk of subjects: outcomes, measures, points, who decides each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from ..language.model import Criterion, Outcome
from .columnar_frame import Frame
from .columnar_masks import either
from .columnar_plan import Plan
from .columnar_signatures import Judged, Seen, Signatures
from .columnar_steps import Places
from .columnar_text import ratio_texts, root_texts
from .columnar_vectors import Mask, filled
from .lowering_levels import LoweredCriterion
from .lowering_terms import TRUE, Ratio, fraction
from .lowering_values import Number

UNDETERMINED = tuple(Outcome).index(Outcome.UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Scored:
    """What was found out about a chunk; ``seen``: what the grade rule looks at."""

    columns: dict[str, pl.Series]
    seen: Seen
    route: pl.Series


@dataclass(slots=True)
class Chunk:
    """One chunk of subjects while it is scored."""

    plan: Plan
    frame: Frame
    start: int
    routed: Mapping[int, str]
    texts: bool

    def results(self) -> Scored:
        """The result columns of the chunk but for the grade, and what the grade rule looks at."""
        plan, frame = self.plan, self.frame
        columns: dict[str, pl.Series] = {}
        first = self.start
        columns["row"] = pl.Series("row", range(first, first + frame.length), dtype=pl.UInt32)
        found: list[Judged] = []
        by_id = {lowered.criterion.id: lowered for lowered in plan.criteria}
        if self.texts or plan.rule is not None:
            low, high = self._totals()
        program = plan.program(frame.columns)
        places = Places(program, frame)
        parts = iter(program.parts)
        for criterion in plan.ruleset.criteria:
            lowered = by_id.get(criterion.id)
            if lowered is None:
                self._without(criterion.id, columns)
                continue
            judged, outcome = self._judged(criterion, places.answers(next(parts)))
            found.append(judged)
            columns[f"outcome:{criterion.id}"] = outcome
            columns[f"possible:{criterion.id}"] = judged.mask
            if self.texts:
                columns[f"measure:{criterion.id}"] = self._measure(lowered)
                for name in ("points_low", "points_high"):
                    columns[f"{name}:{criterion.id}"] = self._points(criterion.id, name)
        if self.texts:
            columns["total_low"], columns["total_high"] = low, high
        seen: Seen = {}
        if plan.grader is not None:
            rule = plan.grader.lowered
            seen = Signatures(rule, frame, len(plan.ruleset.criteria)).seen(tuple(found))
        route = self._route(places.answers(next(parts)))
        return Scored(columns, seen, route)

    # -- outcomes -------------------------------------------------------------------------------

    def _constant(self, value: int) -> pl.Series:
        return filled(value, self.frame.length, pl.UInt8)

    def _judged(self, criterion: Criterion, possible: Sequence[Mask]) -> tuple[Judged, pl.Series]:
        """The mask of possible outcomes, and the outcome where there is only one."""
        everywhere = sum(1 << bit for bit, here in enumerate(possible) if here is True)
        mask = self._constant(everywhere)
        for bit, here in enumerate(possible):
            if not isinstance(here, bool):
                with_it = self._constant(everywhere | 1 << bit).zip_with(
                    here, self._constant(everywhere)
                )
                mask = mask | with_it if mask is not self._constant(everywhere) else with_it
        outcome = self._constant(UNDETERMINED)
        only: list[pl.Series | None] = []
        undecided = self.frame.length
        for bit, here in enumerate(possible):
            alone = None if here is False else mask == filled(1 << bit, 1, pl.UInt8)
            only.append(alone)
            if alone is not None:
                outcome = self._constant(bit).zip_with(alone, outcome)
                undecided -= int(alone.sum())
        return Judged(criterion, mask, tuple(only), undecided), outcome

    def _column(self, mask: Mask) -> pl.Series:
        if isinstance(mask, bool):
            return filled(mask, self.frame.length, pl.Boolean)
        return mask

    def _without(self, criterion: str, columns: dict[str, pl.Series]) -> None:
        """The columns of a criterion that is left to the interpreter."""
        columns[f"outcome:{criterion}"] = self._constant(UNDETERMINED)
        columns[f"possible:{criterion}"] = self._constant(0)
        if self.texts:
            for name in ("measure", "points_low", "points_high"):
                columns[f"{name}:{criterion}"] = self._no_text()

    # -- numbers --------------------------------------------------------------------------------

    def _no_text(self) -> pl.Series:
        return filled(None, self.frame.length, pl.String)

    def _measure(self, lowered: LoweredCriterion) -> pl.Series:
        """The exact measure; null where there is none, or more than one number is possible."""
        measure, logic, g = lowered.measure, self.plan.lowerer.logic, self.plan.lowerer.graph
        if not isinstance(measure, Number):
            return self._no_text()
        shown = g.both(lowered.live, logic.has(measure.gap), g.opposite(logic.wide(measure)))
        known = self.frame.everywhere(shown)
        if measure.roots:
            roots = [(c, self.frame.fractions_of(square)) for c, square in measure.roots]
            return root_texts(self.frame.fractions_of(measure.low), roots, known)
        over, under = self.frame.poly(measure.low.over), self.frame.poly(measure.low.under)
        return ratio_texts(over, under, known)

    def _points(self, criterion: str, name: str) -> pl.Series:
        points = self.plan.points.get(criterion)
        if points is None:
            return self._no_text()
        return self._ratio(points.low if name == "points_low" else points.high)

    def _ratio(self, ratio: Ratio) -> pl.Series:
        over, under = self.frame.poly(ratio.over), self.frame.poly(ratio.under)
        return ratio_texts(over, under, self.frame.everywhere(TRUE))

    def _totals(self) -> tuple[pl.Series, pl.Series]:
        """Points in all as text; where denominators vary they are summed row by row."""
        points = list(self.plan.points.values())
        if not points:
            return self._no_text(), self._no_text()
        if all(p.is_plain for p in points):
            whole = self.plan.total
            return self._ratio(whole.low), self._ratio(whole.high)
        ends = []
        for name in ("low", "high"):
            sums = self._row_sums([p.low if name == "low" else p.high for p in points])
            self.frame.supplied[f"total {name} over"] = [s.numerator for s in sums]
            self.frame.supplied[f"total {name} under"] = [s.denominator for s in sums]
            ends.append(pl.Series([str(s) for s in sums], dtype=pl.String))
        return ends[0], ends[1]

    def _row_sums(self, ratios: list[Ratio]) -> list[Fraction]:
        length = self.frame.length
        plain = fraction(Fraction(0))
        for ratio in ratios:
            if ratio.under.constant is not None:
                plain = plain + ratio
        sums = self.frame.fractions_of(plain)
        for ratio in ratios:
            if ratio.under.constant is None:
                more = self.frame.fractions_of(ratio)
                sums = [sums[row] + more[row] for row in range(length)]
        return sums

    # -- the whole ------------------------------------------------------------------------------

    def _route(self, escapes: Sequence[Mask]) -> pl.Series:
        """Who decides each row."""
        routed: Mask = bool(self.plan.fallbacks)
        for where in escapes:
            routed = either(routed, where)
        marked = [row - self.start for row in self.routed]
        marked = [row for row in marked if 0 <= row < self.frame.length]
        interpreter = filled("interpreter", self.frame.length, pl.String)
        columnar = filled("columnar", self.frame.length, pl.String)
        if isinstance(routed, bool) and not marked:
            return interpreter if routed else columnar
        column = self._column(routed)
        if marked:
            column = column.clone().scatter(marked, True)
        return interpreter.zip_with(column, columnar)
