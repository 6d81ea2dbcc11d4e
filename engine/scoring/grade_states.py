"""What a grade rule can tell apart of the outcomes still possible: counts, veto, named criteria."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ..language.expression import Call, Expr, Function, Kind, Tally, walk
from ..language.expression import Word as WrittenWord
from ..language.model import ASSESSED, GradeRule, Outcome
from .outcome import CriterionResult
from .values import Value, Why, point, unknown

MOST_STATES = 40_000
COUNTED = (*ASSESSED, Outcome.NOT_APPLICABLE)

TallyKey: TypeAlias = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class State:
    """Counts of outcomes (in all and by domain), veto, and the outcomes of named criteria."""

    counts: tuple[int, ...]
    by_domain: tuple[tuple[int, ...], ...]
    veto: bool
    named: tuple[tuple[str, Outcome], ...]

    @property
    def applicable(self) -> int:
        """How many criteria apply."""
        return sum(self.counts[: len(ASSESSED)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one grade rule looks at: tallies, the domains in them, criteria by name."""

    tallies: tuple[Tally, ...]
    domains: tuple[str, ...]
    named: frozenset[str]
    of_all: bool

    def states(self, results: Iterable[CriterionResult]) -> list[State] | None:
        """Every combination of outcomes that can be told apart, likely extremes first and last.

        None when there are too many to go through.
        """
        states = {self._start()}
        # What is settled first: it extends one state instead of each of many.
        for result in sorted(results, key=lambda r: len(r.possible)):
            states = self.extended(states, result)
            if len(states) > MOST_STATES:
                return None
        return sorted(states, key=_favour)

    def ladder(self, results: Sequence[CriterionResult]) -> Iterator[State]:
        """From every criterion at its best to every one at its worst, one more at each rung."""
        ends = [
            [outcome for outcome in COUNTED if outcome in result.possible] for result in results
        ]
        for rung in range(len(results) + 1):
            state = self._start()
            for place, (result, options) in enumerate(zip(results, ends, strict=True)):
                state = self._after(state, result, options[-1 if place < rung else 0])
            yield state

    def _start(self) -> State:
        zero = (0,) * len(COUNTED)
        return State(zero, (zero,) * len(self.domains), False, ())

    def extended(self, states: Iterable[State], result: CriterionResult) -> set[State]:
        """The states with each possible outcome of one more criterion."""
        options = [outcome for outcome in COUNTED if outcome in result.possible]
        return {self._after(state, result, outcome) for state in states for outcome in options}

    def looks(self, result: CriterionResult) -> tuple[object, ...]:
        """All that the rule can see of a criterion: equal looks, equal effect on the grade."""
        criterion = result.criterion
        return (
            [outcome for outcome in COUNTED if outcome in result.possible],
            criterion.domain if criterion.domain in self.domains else None,
            criterion.id if criterion.id in self.named else None,
            criterion.veto,
        )

    def _after(self, state: State, result: CriterionResult, outcome: Outcome) -> State:
        position = COUNTED.index(outcome)
        criterion = result.criterion
        by_domain = tuple(
            _bump(counts, position) if domain == criterion.domain else counts
            for domain, counts in zip(self.domains, state.by_domain, strict=True)
        )
        named = state.named
        if criterion.id in self.named:
            named = tuple(sorted((*named, (criterion.id, outcome))))
        veto = state.veto or (criterion.veto and outcome is Outcome.NOT_MET)
        return State(_bump(state.counts, position), by_domain, veto, named)

    def values(self, state: State) -> Mapping[TallyKey, Value]:
        """The value of every count and share in the rule."""
        return {(str(t.kind), t.outcome, t.domain): self._tally(t, state) for t in self.tallies}

    def _tally(self, tally: Tally, state: State) -> Value:
        counts = state.counts
        if tally.domain is not None:
            counts = state.by_domain[self.domains.index(tally.domain)]
        by = dict(zip(COUNTED, counts, strict=True))
        # Nothing is undetermined in a state; what is open is why there are several of them.
        count = by.get(Outcome(tally.outcome), 0)
        if tally.kind is Kind.COUNT:
            return point(count)
        whole = sum(by[o] for o in ASSESSED)
        if self.of_all:
            whole += by[Outcome.NOT_APPLICABLE]
        if not whole:
            return unknown(Why.ZERO_DIVISOR, f"share({tally.outcome})")
        return point(Fraction(count, whole))


def sight(rule: GradeRule) -> Sight:
    """What the conditions of a grade rule look at."""
    conditions = [
        *(award.when for award in rule.award if award.when is not None),
        *(cap.when for cap in rule.caps),
        *(downgrade.when for downgrade in rule.downgrades),
    ]
    parts = [part for condition in conditions for part in walk(condition)]
    tallies = tuple(dict.fromkeys(part for part in parts if isinstance(part, Tally)))
    return Sight(
        tallies=tallies,
        domains=tuple(dict.fromkeys(t.domain for t in tallies if t.domain is not None)),
        named=frozenset(_named(parts)),
        of_all=rule.of_all,
    )


def _named(parts: Iterable[Expr]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Call) and part.function is Function.OUTCOME:
            argument = part.arguments[0]
            if isinstance(argument, WrittenWord):
                yield argument.text


def _bump(counts: tuple[int, ...], position: int) -> tuple[int, ...]:
    return (*counts[:position], counts[position] + 1, *counts[position + 1 :])


def _favour(state: State) -> tuple[object, ...]:
    """Most favourable first: the ends of this order are most often the ends of the scale."""
    full, basic, not_met, _ = state.counts
    return (-full, not_met, -basic, state.veto, state.counts, state.by_domain, state.named)
