"""The combinations of outcomes that a grade rule can tell apart, for one row's open criteria.

A state is one whole number: a digit for each count, for the veto, for the outcome of each criterion
that the rule names. What open criteria add to it is a number too, so that completing is adding.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from struct import Struct
from typing import NamedTuple, TypeAlias

from ..language.model import ASSESSED, Outcome

# As many as are gone through; beyond, every grade is taken to be possible.
MOST_STATES = 40_000
ASSESSED_COUNT = len(ASSESSED)
KINDS = (*ASSESSED, Outcome.NOT_APPLICABLE)
NOT_MET = KINDS.index(Outcome.NOT_MET)
# A digit holds the number of criteria, which is far below.
BITS = 16
_DIGIT = 2**BITS - 1

# Four counts in all, four for each domain of the rule, veto, outcomes of the criteria it names.
Digits: TypeAlias = tuple[int, ...]
Packed: TypeAlias = int


class Look(NamedTuple):
    """What the rule can see of a criterion besides its outcome."""

    domain: int | None
    named: int | None
    veto: bool


class Openness(NamedTuple):
    """Criteria of one look that are open between the same outcomes, a bit for each."""

    look: Look
    mask: int


# How many criteria of each look are open, and between which outcomes (a bit for each).
Opened: TypeAlias = tuple[tuple[Look, int, int], ...]


@lru_cache(maxsize=64)
def _words(length: int) -> Struct:
    """So many digits of 16 bits, the least significant first."""
    return Struct(f"<{length}H")


def packed(digits: Digits) -> Packed:
    """A state from its digits.

    The digit of a named criterion that is open is 0, and what completes it is added.
    """
    return int.from_bytes(_words(len(digits)).pack(*digits), "little")


def unpacked(state: Packed, length: int) -> Digits:
    """The digits of a state."""
    return _words(length).unpack(state.to_bytes(2 * length, "little"))


def assessed(state: Packed) -> int:
    """How many criteria of a state have an outcome and apply."""
    return sum(state >> BITS * kind & _DIGIT for kind in range(ASSESSED_COUNT))


def completions(opened: Opened, domains: int, *, veto: bool) -> list[Packed] | None:
    """Every way in which open criteria can come out, the likely extremes first; None: too many.

    ``veto`` says that there is one already, so that another makes no difference.
    """
    of_veto = 4 * (1 + domains)
    ways = {0}
    for look, mask, count in opened:
        kinds = [kind for kind in range(len(KINDS)) if mask >> kind & 1]
        found: set[Packed] = set()
        for pairs in _ways(tuple(kinds), count):
            more, vetoed = _more(look, pairs, of_veto), 0
            if look.veto and not veto and any(k == NOT_MET and n for k, n in pairs):
                vetoed = 1 << BITS * of_veto
            found.update((way + more) | vetoed for way in ways)
        ways = found
        if len(ways) > MOST_STATES:
            return None
    return list(_from_both_ends(ways, of_veto))


def _ways(kinds: tuple[int, ...], count: int) -> Iterator[tuple[tuple[int, int], ...]]:
    first, *rest = kinds
    if not rest:
        yield ((first, count),)
        return
    for here in range(count + 1):
        for others in _ways(tuple(rest), count - here):
            yield ((first, here), *others)


def _more(look: Look, pairs: Iterable[tuple[int, int]], of_veto: int) -> Packed:
    """What so many criteria of one look with each outcome add to a state."""
    more = 0
    for kind, count in pairs:
        more += count << BITS * kind
        if look.domain is not None:
            more += count << BITS * (4 * (1 + look.domain) + kind)
        if look.named is not None and count:
            more += kind << BITS * (of_veto + 1 + look.named)
    return more


def _from_both_ends(ways: Iterable[Packed], of_veto: int) -> Iterator[Packed]:
    """Likely extremes first: many fully met and none missed, then the other end."""

    def likely(way: Packed) -> tuple[int, int, int]:
        missed, fully = way >> BITS * NOT_MET & _DIGIT, way & _DIGIT
        return missed - fully, way >> BITS * of_veto & 1, way

    ordered = sorted(ways, key=likely)
    low, high = 0, len(ordered) - 1
    while low <= high:
        yield ordered[low]
        if low != high:
            yield ordered[high]
        low, high = low + 1, high - 1
