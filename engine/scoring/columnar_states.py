"""The combinations of outcomes that a grade rule can tell apart, for one row's open criteria."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from ..language.model import ASSESSED, Outcome

# As many as are gone through; beyond, every grade is taken to be possible.
MOST_STATES = 40_000
ASSESSED_COUNT = len(ASSESSED)
KINDS = (*ASSESSED, Outcome.NOT_APPLICABLE)
NOT_MET = KINDS.index(Outcome.NOT_MET)

Counts: TypeAlias = tuple[int, int, int, int]
NONE: Counts = (0, 0, 0, 0)


class Look(NamedTuple):
    """What the rule can see of a criterion besides its outcome."""

    domain: int | None
    named: int | None
    veto: bool


# How many criteria of each look are open, and between which outcomes (a bit for each).
Opened: TypeAlias = tuple[tuple[Look, int, int], ...]


class State(NamedTuple):
    """Counts in all and by domain of the rule, veto, outcomes of the criteria it names."""

    counts: Counts
    domains: tuple[Counts, ...]
    veto: bool
    named: tuple[int, ...]


class More(NamedTuple):
    """What open criteria add to a state; ``named`` replaces where it is not None."""

    counts: Counts
    domains: tuple[Counts, ...]
    veto: bool
    named: tuple[int | None, ...]


def plus(a: Counts, b: Counts) -> Counts:
    """The sum of counts."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def completed(state: State, more: More) -> State:
    """A state with everything decided."""
    a, b, c, d = state.counts
    e, f, g, h = more.counts
    counts, veto = (a + e, b + f, c + g, d + h), state.veto or more.veto
    if not more.domains and not more.named:
        return State(counts, (), veto, ())
    return State(
        counts,
        tuple(plus(one, two) for one, two in zip(state.domains, more.domains, strict=True)),
        veto,
        tuple(
            one if two is None else two for one, two in zip(state.named, more.named, strict=True)
        ),
    )


def completions(opened: Opened, domains: int, named: int, *, veto: bool) -> list[More] | None:
    """Every way in which open criteria can come out, the likely extremes first; None: too many.

    ``veto`` says that there is one already, so that another makes no difference.
    """
    ways = {More(NONE, (NONE,) * domains, False, (None,) * named)}
    for look, mask, count in opened:
        kinds = [kind for kind in range(len(KINDS)) if mask >> kind & 1]
        shares = [_as_counts(pairs) for pairs in _ways(tuple(kinds), count)]
        ways = {_after(way, look, counts, veto) for counts in shares for way in ways}
        if len(ways) > MOST_STATES:
            return None
    return list(_from_both_ends(ways))


def _ways(kinds: tuple[int, ...], count: int) -> Iterator[tuple[tuple[int, int], ...]]:
    first, *rest = kinds
    if not rest:
        yield ((first, count),)
        return
    for here in range(count + 1):
        for others in _ways(tuple(rest), count - here):
            yield ((first, here), *others)


def _as_counts(pairs: Sequence[tuple[int, int]]) -> Counts:
    found = [0, 0, 0, 0]
    for kind, count in pairs:
        found[kind] = count
    return (found[0], found[1], found[2], found[3])


def _after(way: More, look: Look, counts: Counts, veto: bool) -> More:
    domains = way.domains
    if look.domain is not None:
        domains = tuple(
            plus(one, counts) if place == look.domain else one for place, one in enumerate(domains)
        )
    named = way.named
    if look.named is not None:
        named = (*named[: look.named], counts.index(1), *named[look.named + 1 :])
    vetoed = not veto and (way.veto or (look.veto and counts[NOT_MET] > 0))
    return More(plus(way.counts, counts), domains, vetoed, named)


def _from_both_ends(ways: Iterable[More]) -> Iterator[More]:
    """Likely extremes first: many fully met and none missed, then the other end."""
    ordered = sorted(
        ways, key=lambda way: (way.counts[NOT_MET] - way.counts[0], way.veto, way.counts)
    )
    low, high = 0, len(ordered) - 1
    while low <= high:
        yield ordered[low]
        if low != high:
            yield ordered[high]
        low, high = low + 1, high - 1
