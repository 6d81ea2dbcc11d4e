"""The combinations of outcomes that a grade rule can tell apart, for one row's open criteria."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..language.model import ASSESSED, Outcome

# As many as are gone through; beyond, every grade is taken to be possible.
MOST_STATES = 40_000
ASSESSED_COUNT = len(ASSESSED)
KINDS = (*ASSESSED, Outcome.NOT_APPLICABLE)
NOT_MET = KINDS.index(Outcome.NOT_MET)

Counts: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """Counts in all and by domain of the rule, veto, outcomes of the criteria it names."""

    counts: Counts
    domains: tuple[Counts, ...]
    veto: bool
    named: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What the rule can see of a criterion besides its outcome."""

    domain: int | None
    named: int | None
    veto: bool


def plus(a: Counts, b: Counts) -> Counts:
    """The sum of counts."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def completions(start: State, opened: Sequence[tuple[Look, int, int]]) -> set[State] | None:
    """Every state that so many criteria of each look and mask can lead to; None: too many."""
    states = {start}
    for look, mask, count in opened:
        kinds = [kind for kind in range(len(KINDS)) if mask >> kind & 1]
        states = {
            _after(state, look, counts) for counts in _shares(kinds, count) for state in states
        }
        if len(states) > MOST_STATES:
            return None
    return states


def _shares(kinds: Sequence[int], count: int) -> Iterable[Counts]:
    """The ways in which so many criteria can have these outcomes."""
    return [_as_counts(pairs) for pairs in _ways(tuple(kinds), count)]


def _ways(kinds: tuple[int, ...], count: int) -> Iterator[tuple[tuple[int, int], ...]]:
    first, *rest = kinds
    if not rest:
        yield ((first, count),)
        return
    for here in range(count + 1):
        for others in _ways(tuple(rest), count - here):
            yield ((first, here), *others)


def _as_counts(pairs: tuple[tuple[int, int], ...]) -> Counts:
    found = [0, 0, 0, 0]
    for kind, count in pairs:
        found[kind] = count
    return (found[0], found[1], found[2], found[3])


def _after(state: State, look: Look, counts: Counts) -> State:
    domains = state.domains
    if look.domain is not None:
        domains = tuple(
            plus(one, counts) if place == look.domain else one for place, one in enumerate(domains)
        )
    named = state.named
    if look.named is not None:
        named = (*named[: look.named], counts.index(1), *named[look.named + 1 :])
    veto = state.veto or (look.veto and counts[NOT_MET] > 0)
    return State(plus(state.counts, counts), domains, veto, named)


def from_both_ends(states: Iterable[State]) -> Iterator[State]:
    """Likely extremes first: many fully met and none missed, then the other end."""
    ordered = sorted(states, key=lambda s: (s.counts[NOT_MET] - s.counts[0], s.veto, s.counts))
    low, high = 0, len(ordered) - 1
    while low <= high:
        yield ordered[low]
        if low != high:
            yield ordered[high]
        low, high = low + 1, high - 1
