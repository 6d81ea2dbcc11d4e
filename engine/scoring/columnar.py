"""The columnar evaluator: one ruleset compiled once, many subjects scored as columns, exactly.

It shares no evaluation code with the interpreter. Whatever it cannot decide exactly it leaves to
the interpreter, subject by subject or, for what cannot be compiled, as a whole and by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from ..facts.sheet import FactSheet
from ..language.model import Outcome, Ruleset
from .columnar_frame import Frame
from .columnar_grading import Grader
from .columnar_signatures import Judged, Signatures
from .columnar_text import ratio_texts, root_texts
from .columnar_vectors import Mask, filled
from .encoding import Encoded, Encoder
from .lowering import Lowerer
from .lowering_grade import LoweredRule, lower_rule
from .lowering_inputs import Needed
from .lowering_levels import POSSIBLE, LoweredCriterion, lower_criterion
from .lowering_points import LoweredPoints, lower_points
from .lowering_terms import TRUE, Formula, Ratio, fraction
from .lowering_values import NO_GAP, Number, UnsupportedError

UNDETERMINED = tuple(Outcome).index(Outcome.UNDETERMINED)
# Subjects scored at a time, which bounds the memory.
CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A compiled ruleset: what it reads, and what it leaves to the interpreter and why."""

    ruleset: Ruleset
    lowerer: Lowerer
    criteria: tuple[LoweredCriterion, ...]
    points: Mapping[str, LoweredPoints]
    rule: LoweredRule | None
    escapes: tuple[tuple[Formula, str], ...]
    facts: tuple[Needed, ...]
    tables: tuple[str, ...]
    fallbacks: tuple[tuple[str, str], ...]


def compile_ruleset(ruleset: Ruleset) -> Plan:
    """Lower everything; what cannot be is named in ``fallbacks``."""
    lowerer = Lowerer(ruleset)
    fallbacks: list[tuple[str, str]] = []
    criteria: list[LoweredCriterion] = []
    points: dict[str, LoweredPoints] = {}
    for criterion in ruleset.criteria:
        try:
            lowered = lower_criterion(criterion, lowerer)
            given = lower_points(lowered, lowerer)
        except UnsupportedError as unsupported:
            fallbacks.append((criterion.id, str(unsupported)))
            continue
        criteria.append(lowered)
        if given is not None:
            points[criterion.id] = given
    for integrity in ruleset.vocabulary.integrity:
        if integrity.blocks:
            try:
                broken = lowerer.logic.no(lowerer.condition(integrity.rule))
            except UnsupportedError as unsupported:
                fallbacks.append((integrity.id, str(unsupported)))
            else:
                lowerer.escape(broken, f"broken: {integrity.id}")
    rule = None
    if ruleset.grade is not None:
        try:
            rule = lower_rule(ruleset.grade, lowerer, _total(lowerer, points))
        except UnsupportedError as unsupported:
            fallbacks.append(("grade", str(unsupported)))
    return Plan(
        ruleset=ruleset,
        lowerer=lowerer,
        criteria=tuple(criteria),
        points=points,
        rule=rule,
        escapes=tuple(lowerer.escapes.values()),
        facts=tuple(lowerer.inputs.needed.values()),
        tables=tuple(lowerer.inputs.tables),
        fallbacks=tuple(fallbacks),
    )


def _total(lowerer: Lowerer, points: Mapping[str, LoweredPoints]) -> Number:
    """The points in all: a sum over one denominator, or supplied row by row when there is none."""
    ends: list[Ratio] = []
    for end, name in ((0, "low"), (1, "high")):
        if all(p.is_plain for p in points.values()):
            whole = fraction(Fraction(0))
            for p in points.values():
                whole = whole + (p.low, p.high)[end]
        else:
            supplied = lowerer.graph.supplied
            whole = Ratio(supplied(f"total {name} over"), supplied(f"total {name} under"))
        ends.append(whole)
    return Number(NO_GAP, ends[0], ends[1])


def encode(plan: Plan, sheets: Iterable[FactSheet]) -> Encoded:
    """The facts of sheets as columns."""
    encoder = Encoder(
        plan.facts,
        plan.tables,
        plan.lowerer.inputs.words,
        frozenset(c.id for c in plan.ruleset.criteria),
        plan.lowerer.inputs.most_rows,
    )
    return encoder.encode(sheets)


def run(plan: Plan, encoded: Encoded, *, texts: bool = True) -> pl.DataFrame:
    """One row a subject, in order. Without ``texts`` measures and points are left out."""
    grader = None if plan.rule is None or plan.fallbacks else Grader(plan.rule)
    return pl.concat(
        [_Chunk(plan, *part, texts, grader).results() for part in _chunks(plan, encoded)]
    )


def _chunks(plan: Plan, encoded: Encoded) -> Iterator[tuple[Frame, int, Mapping[int, str]]]:
    for start in range(0, max(1, encoded.length), CHUNK):
        length = min(CHUNK, encoded.length - start)
        columns = {s.name: s for s in encoded.subjects.slice(start, length)}
        frame = Frame(columns, length)
        tables = {}
        for name in plan.tables:
            own = encoded.tables[name]
            own = own.filter((pl.col("#") >= start) & (pl.col("#") < start + length))
            index = own["#"] - start
            rows = {s.name: s for s in own}
            tables[name] = Frame(rows, own.height, table=name, subjects=frame, index=index)
        frame.tables = tables
        yield frame, start, encoded.routed


@dataclass(slots=True)
class _Chunk:
    """One chunk of subjects while it is scored."""

    plan: Plan
    frame: Frame
    start: int
    routed: Mapping[int, str]
    texts: bool
    grader: Grader | None

    def results(self) -> pl.DataFrame:
        """All result columns of the chunk."""
        plan, frame = self.plan, self.frame
        columns: dict[str, pl.Series] = {}
        first = self.start
        columns["row"] = pl.Series("row", range(first, first + frame.length), dtype=pl.UInt32)
        found: list[Judged] = []
        by_id = {lowered.criterion.id: lowered for lowered in plan.criteria}
        if self.texts or plan.rule is not None:
            low, high = self._totals()
        for criterion in plan.ruleset.criteria:
            lowered = by_id.get(criterion.id)
            if lowered is None:
                self._without(criterion.id, columns)
                continue
            judged, outcome = self._judged(lowered)
            found.append(judged)
            columns[f"outcome:{criterion.id}"] = outcome
            columns[f"possible:{criterion.id}"] = judged.mask
            if self.texts:
                columns[f"measure:{criterion.id}"] = self._measure(lowered)
                for name in ("points_low", "points_high"):
                    columns[f"{name}:{criterion.id}"] = self._points(criterion.id, name)
        if self.texts:
            columns["total_low"], columns["total_high"] = low, high
        self._grade(tuple(found), columns)
        columns["route"] = self._route()
        return pl.DataFrame(columns)

    # -- outcomes -------------------------------------------------------------------------------

    def _constant(self, value: int) -> pl.Series:
        return filled(value, self.frame.length, pl.UInt8)

    def _judged(self, lowered: LoweredCriterion) -> tuple[Judged, pl.Series]:
        """The mask of possible outcomes, and the outcome where there is only one."""
        masks = [self.frame.mask(formula) for formula in lowered.possible]
        mask, outcome = self._constant(0), self._constant(UNDETERMINED)
        only: list[pl.Series | None] = []
        single: Mask = False
        for bit, here in enumerate(masks):
            if here is False:
                only.append(None)
                continue
            mask = mask | self._picked(here, self._constant(1 << bit), self._constant(0))
            alone: Mask = here
            for other, there in enumerate(masks):
                if other != bit:
                    alone = _and_not(alone, there)
            outcome = self._picked(alone, self._constant(bit), outcome)
            only.append(self._column(alone))
            single = _or(single, alone)
        opened = None if single is True else ~self._column(single)
        return Judged(lowered.criterion, mask, tuple(only), opened), outcome

    def _picked(self, where: Mask, then: pl.Series, otherwise: pl.Series) -> pl.Series:
        if isinstance(where, bool):
            return then if where else otherwise
        return then.zip_with(where, otherwise)

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
            whole = _total(self.plan.lowerer, self.plan.points)
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

    def _grade(self, judged: tuple[Judged, ...], columns: dict[str, pl.Series]) -> None:
        names = ("awarded", "best", "worst")
        if self.grader is None or not self.frame.length:
            columns.update({name: self._no_text() for name in names})
            return
        signatures = Signatures(self.grader, self.plan.lowerer.logic, self.frame)
        graded = signatures.grades(judged)
        columns.update({name: graded[name] for name in names})

    def _route(self) -> pl.Series:
        """Who decides each row."""
        routed: Mask = bool(self.plan.fallbacks)
        for where, _ in self.plan.escapes:
            routed = _or(routed, self.frame.mask(where))
        marked = [row - self.start for row in self.routed]
        marked = [row for row in marked if 0 <= row < self.frame.length]
        column = self._column(routed)
        if marked:
            column = column.scatter(marked, True)
        interpreter = filled("interpreter", self.frame.length, pl.String)
        columnar = filled("columnar", self.frame.length, pl.String)
        return interpreter.zip_with(column, columnar)


def _or(a: Mask, b: Mask) -> Mask:
    if isinstance(a, bool):
        return True if a else b
    if isinstance(b, bool):
        return True if b else a
    return a | b


def _and_not(a: Mask, b: Mask) -> Mask:
    """Where a holds and b does not."""
    if isinstance(b, bool):
        return False if b else a
    if isinstance(a, bool):
        return ~b if a else False
    return a & ~b


__all__ = ["POSSIBLE", "Encoded", "Plan", "compile_ruleset", "encode", "run"]
