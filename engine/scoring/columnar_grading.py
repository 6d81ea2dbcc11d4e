"""The grades of signatures by one rule, over every completion of what is open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from .columnar_conditions import Leaves
from .columnar_rule import Rule, compiled
from .columnar_states import Opened, Openness, Packed, assessed, completions, unpacked
from .lowering_grade import LoweredRule

Grades: TypeAlias = tuple[str | None, str | None, str | None]

MOST_REMEMBERED = 200_000


@dataclass(slots=True)
class Grader:
    """Grades signatures by one rule; each signature and each completed state once."""

    lowered: LoweredRule
    # Every kind of openness met so far, in the order of their columns.
    opened: dict[Openness, None] = field(default_factory=dict)
    rule: Rule = field(init=False)
    digits: int = field(init=False)
    _known: dict[tuple[object, ...], dict[tuple[object, ...], Grades]] = field(default_factory=dict)
    _ways: dict[tuple[Opened, bool], list[Packed] | None] = field(default_factory=dict)
    _places: dict[Leaves, dict[Packed, tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rule = compiled(self.lowered)
        self.digits = 4 * (1 + len(self.lowered.domains)) + 1 + len(self.lowered.named)

    def signatures(self, names: tuple[object, ...]) -> dict[tuple[object, ...], Grades]:
        """What is known of the signatures with these columns; forgotten when it grows too long."""
        for memory in (self._known, self._ways, self._places):
            if len(memory) > MOST_REMEMBERED:
                memory.clear()
        known = self._known.setdefault(names, {})
        if len(known) > MOST_REMEMBERED:
            known.clear()
        return known

    def grades(
        self, starts: Sequence[Packed], opened: Opened, leaves: Leaves, *, veto: bool
    ) -> list[Grades]:
        """Awarded (None while open), best and worst of each start, which all have this in common.

        ``veto`` says whether there is one already.
        """
        rule = self.lowered.rule
        scale = rule.scale
        ways = self._completions(opened, veto)
        if ways is None:
            return [(None, scale[0].id, scale[-1].id)] * len(starts)
        known = self._places.setdefault(leaves, {})
        found: list[Grades] = []
        # Behind the last place there is no grade, which needs a rule that may not award one.
        names = (*(grade.id for grade in scale), None)
        guarded, open_end = rule.min_applicable, rule.award[-1].when is not None
        for start in starts:
            farthest = (
                len(scale)
                if open_end or (guarded and assessed(start) < guarded)
                else len(scale) - 1
            )
            best, worst = self._ends(start, ways, known, leaves, farthest)
            found.append((names[best] if best == worst else None, names[best], names[worst]))
        return found

    def _ends(
        self,
        start: Packed,
        ways: Sequence[Packed],
        known: dict[Packed, tuple[int, int]],
        leaves: Leaves,
        farthest: int,
    ) -> tuple[int, int]:
        """The best and the worst place that some completion comes to, at most ``farthest``."""
        best, worst = farthest, 0
        for way in ways:
            state = start + way
            places = known.get(state)
            if places is None:
                digits = unpacked(state, self.digits)
                places = known[state] = self.rule.extremes(digits, leaves)
            first, final = places
            if first < best:
                best = first
            if final > worst:
                worst = final
            if best == 0 and worst == farthest:
                break
        return best, worst

    def _completions(self, opened: Opened, veto: bool) -> list[Packed] | None:
        key = (opened, veto)
        if key not in self._ways:
            self._ways[key] = completions(opened, len(self.lowered.domains), veto=veto)
        return self._ways[key]
