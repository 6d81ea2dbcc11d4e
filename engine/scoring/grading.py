"""From outcomes to a grade: award, caps, downgrades, each step recorded; bounds where facts miss.

With undetermined criteria the rule is evaluated for every combination of outcomes still possible
that it can tell apart. The bounds are never too narrow; they can be too wide where one missing fact
ties several criteria, or a criterion and the rule, together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from ..language.expression import (
    Aggregate,
    Attribute,
    Call,
    Expr,
    Fact,
    Function,
    Parameter,
    Special,
    Tally,
    walk,
)
from ..language.model import Award, Cap, Downgrade, GradeRule, Outcome
from .grade_states import COUNTED, State, TallyKey, sight
from .interpreter import Interpreter
from .outcome import CriterionResult
from .points import Scored
from .values import NotApplicable, Number, Reason, Truth, Unknown, Value, point
from .where import Comparison, Where


class StepKind(StrEnum):
    """The stages in their fixed order."""

    GUARD = "guard"
    AWARD = "award"
    CAP = "cap"
    DOWNGRADE = "downgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeStep:
    """One step: the rule that acted, the grade after it, and the comparisons that decided it.

    ``uncertain`` with ``reasons``: whether it acts is unknown; here it is taken to.
    ``missed`` holds the better awards that were tried before, each with its comparisons.
    """

    kind: StepKind
    grade: str | None
    rule: Award | Cap | Downgrade | None
    comparisons: tuple[Comparison, ...] = ()
    tallies: Mapping[TallyKey, Value] = field(default_factory=dict)
    acted: bool = True
    uncertain: bool = False
    reasons: tuple[Reason, ...] = ()
    missed: tuple[tuple[Award, tuple[Comparison, ...]], ...] = ()


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
class _Judged:
    """Whether a condition holds; None with the reasons when that is unknown."""

    holds: bool | None
    comparisons: tuple[Comparison, ...]
    reasons: tuple[Reason, ...] = ()


class Grader:
    """The grade rule of one ruleset applied to one subject."""

    def __init__(self, rule: GradeRule, interpreter: Interpreter, points: Scored | None) -> None:
        self.rule = rule
        self.interpreter = interpreter
        self.points = points
        self.sight = sight(rule)
        self._walked: dict[State, tuple[Path, ...]] = {}

    def grade(self, results: tuple[CriterionResult, ...]) -> GradeResult:
        """The grade or its bounds over everything still possible."""
        states = self.sight.states(results)
        if states is None:
            return self._unbounded(results)
        best, worst = self._extremes(states)
        if best.rank == worst.rank:
            name = self._name(best.rank)
            return GradeResult(awarded=name, best=name, worst=name, steps=best.steps)
        own = self._own(states)
        return GradeResult(
            awarded=None,
            best=self._name(best.rank),
            worst=self._name(worst.rank),
            steps=(),
            best_steps=best.steps,
            worst_steps=worst.steps,
            determined=False,
            missing=tuple(own),
            decisive=self._decisive(results) | {r for r, acts in own.items() if acts},
        )

    def bounds(self, results: tuple[CriterionResult, ...]) -> tuple[str | None, str | None]:
        """Only the best and the worst grade, without what is missing for them."""
        states = self.sight.states(results)
        if states is None:
            return self.rule.scale[0].id, self.rule.scale[-1].id
        best, worst = self._extremes(states)
        return self._name(best.rank), self._name(worst.rank)

    def tried(self, results: tuple[CriterionResult, ...]) -> tuple[Comparison, ...]:
        """The comparisons of every condition of the rule; none while outcomes are open."""
        if any(len(result.possible) > 1 for result in results):
            return ()
        where = self._where(next(iter(self.sight.states(results) or ())))
        conditions = self._conditions()
        return tuple(c for when in conditions for c in self._judge(when, where).comparisons)

    def _conditions(self) -> tuple[Expr, ...]:
        rule = self.rule
        asked = [award.when for award in rule.award if award.when is not None]
        return (*asked, *(cap.when for cap in rule.caps), *(d.when for d in rule.downgrades))

    def _unbounded(self, results: tuple[CriterionResult, ...]) -> GradeResult:
        """Too much is missing to go through: any grade, and every missing fact may decide."""
        ends = [replace(r, possible=frozenset({_end(r, 0)})) for r in results]
        ends_too = [replace(r, possible=frozenset({_end(r, -1)})) for r in results]
        states = [*(self.sight.states(ends) or ()), *(self.sight.states(ends_too) or ())]
        return GradeResult(
            awarded=None,
            best=self.rule.scale[0].id,
            worst=self.rule.scale[-1].id,
            steps=(),
            determined=False,
            exhaustive=False,
            missing=tuple(self._own(states)),
        )

    def _name(self, rank: int | None) -> str | None:
        return None if rank is None else self.rule.scale[rank].id

    def _extremes(self, states: list[State]) -> tuple[Path, Path]:
        """The best and the worst path, each sought from its own end of the states.

        Of the ways to the worst grade that with the least favourable outcomes is shown.
        """
        last = len(self.rule.scale)
        guarded = any(state.applicable < self.rule.min_applicable for state in states)
        end = last if guarded else last - 1
        best = self._extreme(states, lambda path: _rank(path, last), 0)
        worst = self._extreme(reversed(states), lambda path: -_rank(path, last), -end)
        return best, worst

    def _extreme(
        self, states: Iterable[State], distance: Callable[[Path], int], least: int
    ) -> Path:
        """The first path that is nearest by ``distance``; no path can be nearer than ``least``."""
        found: Path | None = None
        for state in states:
            path = min(self._paths(state), key=distance)
            if found is None or distance(path) < distance(found):
                found = path
            if distance(found) <= least:
                break
        assert found is not None
        return found

    # -- one state ------------------------------------------------------------------------------

    def _where(self, state: State) -> Where:
        return Where(
            specials={"any_veto": Truth(state.veto), "points": self._points()},
            outcomes={name: str(outcome) for name, outcome in state.named},
            tallies=self.sight.values(state),
        )

    def _points(self) -> Value:
        if self.points is None:
            return point(0)
        return Number(self.points.low, self.points.high, bounded=self.points.reasons)

    def _paths(self, state: State) -> tuple[Path, ...]:
        """Every way the rule can go in one state; several only where its own facts are unknown."""
        known = self._walked.get(state)
        if known is None:
            known = self._walked[state] = tuple(self._walk(state))
        return known

    def _walk(self, state: State) -> Iterator[Path]:
        if state.applicable < self.rule.min_applicable:
            yield Path(rank=None, steps=(GradeStep(kind=StepKind.GUARD, grade=None, rule=None),))
            return
        where = self._where(state)
        for awarded in self._awarded(where):
            yield from self._limited(awarded, where)

    def _judge(self, when: Expr, where: Where) -> _Judged:
        with self.interpreter.tracing() as comparisons:
            result = self.interpreter.condition(when, where)
        match result:
            case Truth():
                return _Judged(result.holds, tuple(comparisons))
            case Unknown():
                return _Judged(None, tuple(comparisons), result.reasons)
            case NotApplicable():
                # What does not apply cannot award, cap or lower.
                return _Judged(False, tuple(comparisons))
            case _:
                assert_never(result)

    def _awarded(self, where: Where) -> Iterator[Path]:
        uncertain = False
        missed: list[tuple[Award, tuple[Comparison, ...]]] = []
        for award in self.rule.award:
            judged = _Judged(True, ())
            if award.when is not None:
                judged = self._judge(award.when, where)
            if judged.holds is False:
                missed.append((award, judged.comparisons))
                continue
            step = GradeStep(
                kind=StepKind.AWARD,
                grade=award.grade,
                rule=award,
                comparisons=judged.comparisons,
                tallies=where.tallies,
                uncertain=judged.holds is None or uncertain,
                reasons=judged.reasons,
                missed=tuple(missed),
            )
            yield Path(rank=self.rule.rank(award.grade), steps=(step,))
            if judged.holds:
                return
            uncertain = True
        none = GradeStep(kind=StepKind.AWARD, grade=None, rule=None, missed=tuple(missed))
        yield Path(rank=None, steps=(none,))

    def _limited(self, path: Path, where: Where) -> Iterator[Path]:
        """Caps, then downgrades; an unknown condition branches."""
        if path.rank is None:
            yield path
            return
        paths = [path]
        for cap in self.rule.caps:
            judged = self._judge(cap.when, where)
            if judged.holds is False:
                continue
            limit = self.rule.rank(cap.at_most)
            capped = []
            for one in paths:
                rank = max(one.rank or 0, limit)
                step = GradeStep(
                    kind=StepKind.CAP,
                    grade=self.rule.scale[rank].id,
                    rule=cap,
                    comparisons=judged.comparisons,
                    tallies=where.tallies,
                    acted=rank != one.rank,
                    uncertain=judged.holds is None,
                    reasons=judged.reasons,
                )
                capped.append(Path(rank=rank, steps=(*one.steps, step)))
            paths = capped if judged.holds else [*paths, *capped]
        yield from self._lowered(paths, where)

    def _lowered(self, paths: list[Path], where: Where) -> Iterator[Path]:
        last = len(self.rule.scale) - 1
        sets: list[list[tuple[Downgrade, _Judged]]] = [[]]
        for downgrade in self.rule.downgrades:
            judged = self._judge(downgrade.when, where)
            if judged.holds is False:
                continue
            longer = [[*chosen, (downgrade, judged)] for chosen in sets]
            sets = longer if judged.holds else [*sets, *longer]
        for path in paths:
            for chosen in sets:
                ordered = chosen
                if self.rule.strongest and chosen:
                    ordered = [max(chosen, key=lambda c: c[0].by)]
                rank, steps = path.rank or 0, path.steps
                for downgrade, judged in ordered:
                    lower = min(rank + downgrade.by, last)
                    step = GradeStep(
                        kind=StepKind.DOWNGRADE,
                        grade=self.rule.scale[lower].id,
                        rule=downgrade,
                        comparisons=judged.comparisons,
                        tallies=where.tallies,
                        acted=lower != rank,
                        uncertain=judged.holds is None,
                        reasons=judged.reasons,
                    )
                    rank, steps = lower, (*steps, step)
                yield Path(rank=rank, steps=steps)

    # -- missing facts --------------------------------------------------------------------------

    def _own(self, states: list[State]) -> dict[Reason, bool]:
        """What the rule itself lacks, and whether a part that asks for it can change a grade."""
        found: dict[Reason, bool] = {}
        for state in states if self._asks() else ():
            for path in self._paths(state):
                for step in path.steps:
                    for reason in step.reasons:
                        found[reason] = found.get(reason, False) or step.acted
        return found

    def _asks(self) -> bool:
        """Whether a condition of the rule may be open in itself, and not by counts of outcomes."""
        for when in self._conditions():
            parts = list(walk(when))
            if Special("points") in parts and (self.points is None or self.points.reasons):
                return True
            if not any(isinstance(p, Fact | Parameter | Attribute | Aggregate) for p in parts):
                continue
            by_outcomes = any(isinstance(p, Tally | Special) for p in parts) or any(
                isinstance(p, Call) and p.function is Function.OUTCOME for p in parts
            )
            if by_outcomes or self._judge(when, Where()).holds is None:
                return True
        return False

    def _decisive(self, results: tuple[CriterionResult, ...]) -> frozenset[Reason]:
        """The missing facts whose criteria can change the grade while all else stays as it is."""
        asked: dict[Reason, list[CriterionResult]] = {}
        for result in results:
            if result.outcome is Outcome.UNDETERMINED:
                for reason in result.reasons:
                    asked.setdefault(reason, []).append(result)
        decisive = set()
        # Criteria that the rule cannot tell apart are interchangeable: one answer serves them all.
        known: dict[tuple[object, ...], bool] = {}
        for reason, touched in asked.items():
            group = frozenset(r.criterion.id for r in touched)
            alike = tuple(sorted(map(repr, map(self.sight.looks, touched))))
            if alike not in known:
                known[alike] = self._pivotal(results, group)
            if known[alike]:
                decisive.add(reason)
        return frozenset(decisive)

    def _pivotal(self, results: tuple[CriterionResult, ...], group: frozenset[str]) -> bool:
        """Whether for some completion of the others the outcomes of ``group`` change the grade."""
        touched = [r for r in results if r.criterion.id in group]
        others = [r for r in results if r.criterion.id not in group]
        # Most often one of a few states shows it; only the answer no needs all of them.
        if any(self._moves(state, touched) for state in self.sight.ladder(others)):
            return True
        states = self.sight.states(others)
        return states is None or any(self._moves(state, touched) for state in states)

    def _moves(self, state: State, touched: list[CriterionResult]) -> bool:
        """Whether the grade depends on the outcomes of ``touched`` beside those of ``state``."""
        completed = {state}
        for result in touched:
            completed = self.sight.extended(completed, result)
        return len({frozenset(map(_way, self._paths(one))) for one in completed}) > 1


def _way(path: Path) -> tuple[int | None, tuple[object, ...]]:
    """The end of a path and the open conditions that it took to hold."""
    return path.rank, tuple(id(step.rule) for step in path.steps if step.uncertain)


def _end(result: CriterionResult, end: int) -> Outcome:
    """The best (0) or worst (-1) outcome still possible."""
    return [outcome for outcome in COUNTED if outcome in result.possible][end]


def _rank(path: Path, last: int) -> int:
    return last if path.rank is None else path.rank
