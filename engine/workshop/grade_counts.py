"""Every combination of counts that a grade rule can tell apart: enumerated, without a solver.

Criteria that the rule sees alike form a group, of which only the numbers of outcomes count.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add, mul
from typing import TypeAlias

from ..language.expression import Call, Expr, Function, Kind, Special, Tally, Word, walk
from ..language.model import ASSESSED, Criterion, GradeRule, Outcome, Ruleset

COUNTED = (*ASSESSED, Outcome.NOT_APPLICABLE)
# Beyond so many combinations the answer is that it is not known.
MOST_VIEWS = 200_000

Counts: TypeAlias = tuple[int, ...]
View: TypeAlias = tuple[int, ...]


class TooManyError(Exception):
    """There are more combinations than can be gone through."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One number that the rule sees: of outcomes (in a domain), of vetoes, of one criterion."""

    kind: str
    name: str = ""
    domain: str | None = None


APPLICABLE = Counter("applicable")
VETO = Counter("veto")


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that the rule cannot tell apart."""

    criteria: tuple[Criterion, ...]

    @property
    def basically(self) -> int:
        """How many of them can be basically met."""
        return sum(_can_be_basic(c) for c in self.criteria)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a rule sees of a ruleset."""

    counters: tuple[Counter, ...]
    groups: tuple[Group, ...]

    def index(self, counter: Counter) -> int | None:
        """The place of a counter in a view."""
        return self.counters.index(counter) if counter in self.counters else None

    def step(self, criterion: Criterion, outcome: Outcome) -> View:
        """What one criterion adds to a view."""
        return tuple(_adds(counter, criterion, outcome) for counter in self.counters)

    def view(self, way: Sequence[Counts]) -> Mapping[Counter, int]:
        """What the rule sees of these counts."""
        found = dict.fromkeys(self.counters, 0)
        for group, counts in zip(self.groups, way, strict=True):
            for outcome, count in zip(COUNTED, counts, strict=True):
                step = self.step(group.criteria[0], outcome)
                for counter, one in zip(self.counters, step, strict=True):
                    found[counter] += one * count
        return found


def _can_be_basic(criterion: Criterion) -> bool:
    return criterion.judged or any(
        level.outcome is Outcome.BASICALLY_MET for level in criterion.levels
    )


def _adds(counter: Counter, criterion: Criterion, outcome: Outcome) -> int:
    inside = counter.domain is None or counter.domain == criterion.domain
    match counter.kind:
        case "outcome":
            return int(inside and outcome == counter.name)
        case "applicable":
            return int(inside and outcome in ASSESSED)
        case "all":
            return int(inside)
        case "veto":
            return int(criterion.veto and outcome is Outcome.NOT_MET)
        case _:
            # Of a criterion that the rule names: its outcome, counted from 1.
            return COUNTED.index(outcome) + 1 if criterion.id == counter.name else 0


def conditions(rule: GradeRule) -> Iterator[Expr]:
    """Every condition of a rule."""
    yield from (award.when for award in rule.award if award.when is not None)
    yield from (cap.when for cap in rule.caps)
    yield from (downgrade.when for downgrade in rule.downgrades)


def sight(rules: Sequence[GradeRule], ruleset: Ruleset) -> Sight:
    """The counters that the conditions of the rules need, and the groups that they make."""
    counters: dict[Counter, None] = {APPLICABLE: None}
    for rule in rules:
        counters |= _counters(rule)
    if any(p == Special("any_veto") for r in rules for c in conditions(r) for p in walk(c)):
        # Last, since it does not add up.
        counters[VETO] = None
    seen: dict[tuple[object, ...], list[Criterion]] = {}
    for criterion in ruleset.criteria:
        looks = tuple(
            tuple(_adds(counter, criterion, outcome) for outcome in COUNTED) for counter in counters
        )
        seen.setdefault(looks, []).append(criterion)
    return Sight(tuple(counters), tuple(Group(tuple(found)) for found in seen.values()))


def _counters(rule: GradeRule) -> dict[Counter, None]:
    counters: dict[Counter, None] = {}
    for part in (p for condition in conditions(rule) for p in walk(condition)):
        if isinstance(part, Tally):
            counters[Counter("outcome", part.outcome, part.domain)] = None
            if part.kind is Kind.SHARE:
                counters[Counter("all" if rule.of_all else "applicable", "", part.domain)] = None
        elif isinstance(part, Call) and part.function is Function.OUTCOME:
            named = part.arguments[0]
            counters[Counter("criterion", named.text if isinstance(named, Word) else "")] = None
    return counters


def views(seen: Sight, *, without: int | None = None) -> dict[View, tuple[Counts, ...]]:
    """Every view with one way to come to it; ``without`` one criterion of that group."""
    found: dict[View, tuple[Counts, ...]] = {(0,) * len(seen.counters): ()}
    together = adder(seen)
    for position, group in enumerate(seen.groups):
        size = len(group.criteria) - (1 if position == without else 0)
        ways = _ways(seen, group, size)
        merged: dict[View, tuple[Counts, ...]] = {}
        if len(found) * len(ways) > 20 * MOST_VIEWS:
            raise TooManyError
        for view, way in found.items():
            for added, counts in ways.items():
                both = together(view, added)
                if both not in merged:
                    merged[both] = (*way, counts)
        if len(merged) > MOST_VIEWS:
            raise TooManyError
        found = merged
    return found


def _ways(seen: Sight, group: Group, size: int) -> dict[View, Counts]:
    """What a group of so many criteria can add, each with its counts."""
    steps = [seen.step(group.criteria[0], outcome) for outcome in COUNTED]
    columns = [tuple(step[i] for step in steps) for i in range(len(seen.counters))]
    last = seen.counters[-1] == VETO
    found: dict[View, Counts] = {}
    for counts in _counts(size, group.basically):
        added = [sumprod(counts, column) for column in columns]
        if last:
            added[-1] = min(added[-1], 1)
        found.setdefault(tuple(added), counts)
    return found


def sumprod(counts: Counts, column: View) -> int:
    """The sum of the products."""
    return sum(map(mul, counts, column))


def _counts(size: int, basically: int) -> Iterator[Counts]:
    for full in range(size, -1, -1):
        for basic in range(min(basically, size - full) + 1):
            for not_met in range(size - full - basic + 1):
                yield full, basic, not_met, size - full - basic - not_met


def adder(seen: Sight) -> Callable[[View, View], View]:
    """Puts two views together; one veto is as good as several."""
    if seen.counters[-1] != VETO:
        return lambda a, b: tuple(map(add, a, b))

    def with_veto(a: View, b: View) -> View:
        both = tuple(map(add, a, b))
        return (*both[:-1], 1) if both[-1] > 1 else both

    return with_veto


def outcomes_of(seen: Sight, way: Sequence[Counts]) -> dict[str, Outcome]:
    """Outcomes of every criterion that make those counts."""
    found: dict[str, Outcome] = {}
    for group, counts in zip(seen.groups, way, strict=True):
        # Those that can be basically met take that outcome first.
        rest = sorted(group.criteria, key=lambda c: not _can_be_basic(c))
        order = (Outcome.BASICALLY_MET, *(o for o in COUNTED if o is not Outcome.BASICALLY_MET))
        number: Mapping[Outcome, int] = dict(zip(COUNTED, counts, strict=True))
        wanted = [outcome for outcome in order for _ in range(number[outcome])]
        found |= {c.id: outcome for c, outcome in zip(rest, wanted, strict=False)}
    return found
