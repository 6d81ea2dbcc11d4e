"""From outcomes to a grade: award, caps, downgrades, each step recorded; bounds when facts are missing.

With undetermined criteria the grade rule is evaluated for every combination of outcomes still possible,
taken together by what the rule can tell apart (counts, veto, named criteria). The bounds are never too
narrow; they can be too wide where one missing fact ties several criteria together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction

from ..language.expression import Call, Expr, Function, Kind, Special, Tally, walk
from ..language.expression import Word as WrittenWord
from ..language.model import ASSESSED, Award, Cap, Downgrade, GradeRule, Outcome
from .interpreter import Comparison, Interpreter, Where
from .outcome import CriterionResult
from .points import Scored
from .values import (
    Number,
    Reason,
    Truth,
    Unknown,
    Value,
    Why,
    point,
    unknown,
)

MOST_STATES = 40_000


class StepKind(StrEnum):
    """The stages in their fixed order."""

    GUARD = "guard"
    AWARD = "award"
    CAP = "cap"
    DOWNGRADE = "downgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeStep:
    """One step: the rule that acted, the grade after it, and the comparisons that decided it."""

    kind: StepKind
    grade: str | None
    rule: Award | Cap | Downgrade | None
    comparisons: tuple[Comparison, ...] = ()
    tallies: Mapping[tuple[str, str, str | None], Value] = field(default_factory=dict)
    acted: bool = True
    uncertain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way the rule can go: the final position on the scale (None: no grade) and its steps."""

    rank: int | None
    steps: tuple[GradeStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeResult:
    """The grade, or its bounds. ``awarded`` is None while best and worst differ."""

    awarded: str | None
    best: str | None
    worst: str | None
    steps: tuple[GradeStep, ...]
    best_steps: tuple[GradeStep, ...] = ()
    worst_steps: tuple[GradeStep, ...] = ()
    determined: bool = True
    exhaustive: bool = True
    missing: tuple[Reason, ...] = ()
    decisive: frozenset[Reason] = frozenset()


@dataclass(frozen=True, slots=True)
class _State:
    """What a grade rule can tell apart: counts (in all and by domain), veto, outcomes of named criteria."""

    counts: tuple[int, ...]
    by_domain: tuple[tuple[int, ...], ...]
    veto: bool
    named: tuple[tuple[str, Outcome], ...]


_COUNTED = (*ASSESSED, Outcome.NOT_APPLICABLE)


class Grader:
    """The grade rule of one ruleset applied to one subject."""

    def __init__(self, rule: GradeRule, interpreter: Interpreter, points: Scored | None) -> None:
        self.rule = rule
        self.interpreter = interpreter
        self.points = points
        conditions = [
            item.when
            for item in (*rule.award, *rule.caps, *rule.downgrades)
            if item.when is not None
        ]
        parts = [e for condition in conditions for e in walk(condition)]
        self.domains = tuple(
            dict.fromkeys(e.domain for e in parts if isinstance(e, Tally) and e.domain)
        )
        self.tallies = tuple(dict.fromkeys(e for e in parts if isinstance(e, Tally)))
        self.named = frozenset(_named(parts))
        self.uses_points = any(isinstance(e, Special) and e.name == "points" for e in parts)

    def grade(self, results: tuple[CriterionResult, ...]) -> GradeResult:
        """The grade or its bounds over everything still possible."""
        states = self._states(results)
        if states is None:
            scale = self.rule.scale
            return GradeResult(
                awarded=None,
                best=scale[0].id,
                worst=scale[-1].id,
                steps=(),
                determined=False,
                exhaustive=False,
            )
        paths = self._extremes(states)
        best, worst = paths[0], paths[-1]
        determined = best.rank == worst.rank
        missing = self._missing(paths)
        awarded = self._name(best.rank) if determined else None
        result = GradeResult(
            awarded=awarded,
            best=self._name(best.rank),
            worst=self._name(worst.rank),
            steps=best.steps if determined else (),
            best_steps=() if determined else best.steps,
            worst_steps=() if determined else worst.steps,
            determined=determined,
            missing=missing,
        )
        if determined:
            return result
        return replace(result, decisive=self._decisive(results, missing))

    def _name(self, rank: int | None) -> str | None:
        return None if rank is None else self.rule.scale[rank].id

    # -- states ---------------------------------------------------------------------------------

    def _states(self, results: tuple[CriterionResult, ...]) -> list[_State] | None:
        """Every distinguishable combination of outcomes; None when there are too many to enumerate."""
        zero = (0,) * len(_COUNTED)
        states = {_State(zero, (zero,) * len(self.domains), False, ())}
        for result in results:
            options = [o for o in _COUNTED if o in result.possible]
            states = {self._after(state, result, o) for state in states for o in options}
            if len(states) > MOST_STATES:
                return None
        return sorted(states, key=_favour)

    def _after(self, state: _State, result: CriterionResult, outcome: Outcome) -> _State:
        position = _COUNTED.index(outcome)
        criterion = result.criterion
        by_domain = tuple(
            _bump(counts, position) if domain == criterion.domain else counts
            for domain, counts in zip(self.domains, state.by_domain, strict=True)
        )
        named = state.named
        if criterion.id in self.named:
            named = (*named, (criterion.id, outcome))
        veto = state.veto or (criterion.veto and outcome is Outcome.NOT_MET)
        return _State(_bump(state.counts, position), by_domain, veto, named)

    def _extremes(self, states: list[_State]) -> list[Path]:
        """The best and the worst path, in this order; stops as soon as both ends of the scale are reached."""
        last = len(self.rule.scale)
        best: Path | None = None
        worst: Path | None = None
        for state in _from_both_ends(states):
            for path in self._paths(state):
                rank = last if path.rank is None else path.rank
                if best is None or rank < _rank(best, last):
                    best = path
                if worst is None or rank > _rank(worst, last):
                    worst = path
            if best and worst and _rank(best, last) == 0 and _rank(worst, last) >= last - 1:
                if not self.rule.min_applicable:
                    break
        assert best is not None and worst is not None
        return [best, worst]

    # -- one state ------------------------------------------------------------------------------

    def _where(self, state: _State) -> Where:
        specials: dict[str, Value] = {"any_veto": Truth(state.veto), "points": self._points()}
        outcomes = {name: str(outcome) for name, outcome in state.named}
        tallies = {(str(t.kind), t.outcome, t.domain): self._tally(t, state) for t in self.tallies}
        return Where(specials=specials, tallies=tallies, outcomes=outcomes)

    def _points(self) -> Value:
        if self.points is None:
            return point(0)
        reasons = (Reason(Why.BOUND, "points"),)
        return Number(self.points.low, self.points.high, bounded=reasons)

    def _tally(self, tally: Tally, state: _State) -> Value:
        counts = state.counts
        if tally.domain is not None:
            counts = state.by_domain[self.domains.index(tally.domain)]
        by = dict(zip(_COUNTED, counts, strict=True))
        if tally.outcome == Outcome.UNDETERMINED:
            return point(0)
        count = by[Outcome(tally.outcome)]
        if tally.kind is Kind.COUNT:
            return point(count)
        whole = sum(by[o] for o in ASSESSED)
        if self.rule.of_all:
            whole += by[Outcome.NOT_APPLICABLE]
        if not whole:
            return unknown(Why.ZERO_DIVISOR, f"share({tally.outcome})")
        return point(Fraction(count, whole))

    def _paths(self, state: _State) -> Iterator[Path]:
        """Every way the rule can go in one state; more than one only where its own facts are unknown."""
        applicable = sum(state.counts[: len(ASSESSED)])
        if applicable < self.rule.min_applicable:
            step = GradeStep(kind=StepKind.GUARD, grade=None, rule=None)
            yield Path(rank=None, steps=(step,))
            return
        where = self._where(state)
        for awarded in self._awarded(where):
            yield from self._limited(awarded, where)

    def _judge(
        self, when: Expr, where: Where
    ) -> tuple[bool | None, tuple[Comparison, ...], object]:
        with self.interpreter.tracing() as comparisons:
            result = self.interpreter.condition(when, where)
        holds = result.holds if isinstance(result, Truth) else None
        if not isinstance(result, (Truth, Unknown)):
            # A fact that does not apply cannot make a cap or downgrade act.
            holds = False
        return holds, tuple(comparisons), result

    def _awarded(self, where: Where) -> Iterator[Path]:
        uncertain = False
        for award in self.rule.award:
            holds: bool | None = True
            comparisons: tuple[Comparison, ...] = ()
            if award.when is not None:
                holds, comparisons, _ = self._judge(award.when, where)
            if holds is False:
                continue
            step = GradeStep(
                kind=StepKind.AWARD,
                grade=award.grade,
                rule=award,
                comparisons=comparisons,
                tallies=where.tallies,
                uncertain=holds is None or uncertain,
            )
            yield Path(rank=self.rule.rank(award.grade), steps=(step,))
            if holds:
                return
            uncertain = True
        if uncertain or not self.rule.award or self.rule.award[-1].when is not None:
            yield Path(rank=None, steps=(GradeStep(kind=StepKind.AWARD, grade=None, rule=None),))

    def _limited(self, path: Path, where: Where) -> Iterator[Path]:
        """Caps, then downgrades; an unknown condition branches."""
        if path.rank is None:
            yield path
            return
        paths = [path]
        for cap in self.rule.caps:
            holds, comparisons, _ = self._judge(cap.when, where)
            if holds is False:
                continue
            limit = self.rule.rank(cap.at_most)
            capped = []
            for one in paths:
                rank = max(one.rank or 0, limit)
                step = GradeStep(
                    kind=StepKind.CAP,
                    grade=self.rule.scale[rank].id,
                    rule=cap,
                    comparisons=comparisons,
                    tallies=where.tallies,
                    acted=rank != one.rank,
                    uncertain=holds is None,
                )
                capped.append(Path(rank=rank, steps=(*one.steps, step)))
            paths = capped if holds else [*paths, *capped]
        yield from self._lowered(paths, where)

    def _lowered(self, paths: list[Path], where: Where) -> Iterator[Path]:
        last = len(self.rule.scale) - 1
        sets: list[list[tuple[Downgrade, tuple[Comparison, ...], bool]]] = [[]]
        for downgrade in self.rule.downgrades:
            holds, comparisons, _ = self._judge(downgrade.when, where)
            if holds is False:
                continue
            longer = [[*chosen, (downgrade, comparisons, holds is None)] for chosen in sets]
            sets = longer if holds else [*sets, *longer]
        for path in paths:
            for chosen in sets:
                ordered = chosen
                if self.rule.strongest and chosen:
                    ordered = [max(chosen, key=lambda c: c[0].by)]
                rank, steps = path.rank or 0, path.steps
                for downgrade, comparisons, uncertain in ordered:
                    lower = min(rank + downgrade.by, last)
                    step = GradeStep(
                        kind=StepKind.DOWNGRADE,
                        grade=self.rule.scale[lower].id,
                        rule=downgrade,
                        comparisons=comparisons,
                        tallies=where.tallies,
                        acted=lower != rank,
                        uncertain=uncertain,
                    )
                    rank, steps = lower, (*steps, step)
                yield Path(rank=rank, steps=steps)

    # -- missing facts --------------------------------------------------------------------------

    def _missing(self, paths: list[Path]) -> tuple[Reason, ...]:
        """Facts that the grade rule itself asks for and that were not reported."""
        found: dict[Reason, None] = {}
        for path in paths:
            for step in path.steps:
                for comparison in step.comparisons:
                    if isinstance(comparison.result, Unknown):
                        found.update(dict.fromkeys(comparison.result.reasons))
        for item in (*self.rule.award, *self.rule.caps, *self.rule.downgrades):
            if item.when is not None:
                for expr in walk(item.when):
                    name = getattr(expr, "name", None)
                    if name in self.interpreter.vocabulary.facts:
                        value = self.interpreter.value(expr)
                        if isinstance(value, Unknown):
                            found.update(dict.fromkeys(value.reasons))
        return tuple(found)

    def _decisive(
        self, results: tuple[CriterionResult, ...], own: tuple[Reason, ...]
    ) -> frozenset[Reason]:
        """The missing facts whose criteria can change the grade while all else stays as it is."""
        asked: dict[Reason, list[CriterionResult]] = {}
        for result in results:
            if result.outcome is Outcome.UNDETERMINED:
                for reason in result.reasons:
                    asked.setdefault(reason, []).append(result)
        decisive = {reason for reason in own}
        known: dict[frozenset[str], bool] = {}
        for reason, touched in asked.items():
            group = frozenset(r.criterion.id for r in touched)
            if group not in known:
                known[group] = self._pivotal(results, group)
            if known[group]:
                decisive.add(reason)
        return frozenset(decisive)

    def _pivotal(self, results: tuple[CriterionResult, ...], group: frozenset[str]) -> bool:
        """Whether for some completion of the others the outcomes of ``group`` change the grade."""
        others = tuple(r for r in results if r.criterion.id not in group)
        touched = [r for r in results if r.criterion.id in group]
        states = self._states(others)
        if states is None:
            return True
        for state in _from_both_ends(states):
            ranks: set[int | None] = set()
            inner = {state}
            for result in touched:
                options = [o for o in _COUNTED if o in result.possible]
                inner = {self._after(s, result, o) for s in inner for o in options}
            for completed in inner:
                ranks |= {path.rank for path in self._paths(completed)}
                if len(ranks) > 1:
                    return True
        return self.uses_points


def _named(parts: list[Expr]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Call) and part.function is Function.OUTCOME:
            argument = part.arguments[0]
            if isinstance(argument, WrittenWord):
                yield argument.text


def _bump(counts: tuple[int, ...], position: int) -> tuple[int, ...]:
    return (*counts[:position], counts[position] + 1, *counts[position + 1 :])


def _rank(path: Path, last: int) -> int:
    return last if path.rank is None else path.rank


def _favour(state: _State) -> tuple[object, ...]:
    """Most favourable first: the ends of this order are most often the ends of the scale."""
    full, basic, not_met, _ = state.counts
    return (-full, not_met, -basic, state.veto, state.counts, state.by_domain, state.named)


def _from_both_ends(states: list[_State]) -> Iterator[_State]:
    low, high = 0, len(states) - 1
    while low <= high:
        yield states[low]
        if low != high:
            yield states[high]
        low, high = low + 1, high - 1
