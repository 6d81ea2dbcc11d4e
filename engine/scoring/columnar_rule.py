"""The grade rule made into functions: where it comes to in one state, award, caps, downgrades."""

from dataclasses import dataclass

from .columnar_conditions import Leaves, Lost, Test, test_of
from .columnar_states import Digits
from .lowering_grade import LoweredRule


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule whose conditions are functions; grades by their place on the scale."""

    least: int
    last: int
    strongest: bool
    awards: tuple[tuple[int, Test | None], ...]
    caps: tuple[tuple[int, Test], ...]
    downgrades: tuple[tuple[int, Test], ...]

    def extremes(self, digits: Digits, leaves: Leaves) -> tuple[int, int]:
        """The first and the last place that the rule can come to; behind the last is no grade."""
        fully, basically, missed, *_ = digits
        nowhere = self.last + 1
        if fully + basically + missed < self.least:
            return nowhere, nowhere
        places: list[int] = []
        ungraded = False
        for place, test in self.awards:
            part = True if test is None else test(digits, leaves)
            if part is True or part is Lost.UNKNOWN:
                places.append(place)
                if part is True:
                    break
        else:
            ungraded = True
        for most, test in self.caps:
            part = test(digits, leaves)
            if part is True:
                places = [max(place, most) for place in places]
            elif part is Lost.UNKNOWN:
                places += [max(place, most) for place in places]
        if self.downgrades and places:
            drops = self._drops(digits, leaves)
            places = [min(place + drop, self.last) for place in places for drop in drops]
        if ungraded:
            places.append(nowhere)
        return min(places), max(places)

    def _drops(self, digits: Digits, leaves: Leaves) -> set[int]:
        """By how many steps the grade may be lowered. What does not apply does not act."""
        sums = {0}
        for steps, test in self.downgrades:
            part = test(digits, leaves)
            if part is not True and part is not Lost.UNKNOWN:
                continue
            if self.strongest:
                more = {max(drop, steps) for drop in sums}
            else:
                more = {drop + steps for drop in sums}
            sums = more if part is True else sums | more
        return sums


def compiled(lowered: LoweredRule) -> Rule:
    """The rule as functions."""
    rule = lowered.rule
    place = {grade.id: rank for rank, grade in enumerate(rule.scale)}
    return Rule(
        least=rule.min_applicable,
        last=len(rule.scale) - 1,
        strongest=rule.strongest,
        awards=tuple(
            (place[a.grade], None if a.when is None else test_of(a.when, lowered))
            for a in rule.award
        ),
        caps=tuple((place[c.at_most], test_of(c.when, lowered)) for c in rule.caps),
        downgrades=tuple((d.by, test_of(d.when, lowered)) for d in rule.downgrades),
    )
