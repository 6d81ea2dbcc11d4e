"""Draws one county whose figures fit together: parts of wholes, series by year, answers, words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from ..facts.values import Answer, Bound, Measured, OnDay, Rank, Said, Stated
from ..language.expression import Arithmetic, Compare, Fact, Op, Sign
from ..language.units import round_half_up
from ..language.vocabulary import Better, FactDefinition, FactType, Vocabulary
from ..scoring.fact_values import Key
from .sample_draws import Draws
from .sample_figures import FIGURES, WHOLE, Amount, Figure, Part, Rare, Rate, Rest, Total

# Yes where yes is better, in this share of counties.
_FAVOURABLE = Fraction(96, 100)
_NO_OFFENCE = Fraction(985, 1000)
# What a share is drawn around when nothing was published on it.
_HIGH, _LOW = (10_090, 110), (250, 150)


def figures_for(vocabulary: Vocabulary) -> Mapping[str, Figure]:
    """The figure of every number in a vocabulary: the published one, else one by its definition.

    A share that is better high says how large its part is, where nothing else is known of it.
    """
    numbers = [f for f in vocabulary.facts.values() if f.type.is_number and f.derived is None]
    reported = {fact.name for fact in numbers}
    found = {n: f for n, f in FIGURES.items() if n in reported or n not in vocabulary.facts}
    for fact in vocabulary.facts.values():
        derived = fact.derived
        if not isinstance(derived, Arithmetic) or derived.sign is not Sign.DIV:
            continue
        part, whole = derived.left, derived.right
        if not isinstance(part, Fact) or not isinstance(whole, Fact) or part.name in found:
            continue
        if {part.name, whole.name} <= reported and not _rests_on(whole.name, part.name, found):
            middle, spread = _LOW if fact.better is Better.LOWER else _HIGH
            found[part.name] = Part(whole.name, middle, spread)
    for fact in numbers:
        if fact.name not in found:
            found[fact.name] = _by_definition(fact)
    return found


def _rests_on(name: str, other: str, figures: Mapping[str, Figure]) -> bool:
    """Whether a figure is a share of the other one, at whatever remove."""
    while name != other:
        figure = figures.get(name)
        if not isinstance(figure, Part):
            return False
        name = figure.of
    return True


def _by_definition(fact: FactDefinition) -> Figure:
    """Around the typical value, high shares, few of what is bad, a few of what is good."""
    if fact.typical:
        typical = round_half_up(fact.typical / fact.unit.scale)
        return Amount(max(1, typical), 0, "1", 0, None, 200)
    if fact.type is FactType.RATE:
        return Rate(*(_LOW if fact.better is Better.LOWER else _HIGH))
    if fact.better is Better.LOWER:
        return Rare(600, 3)
    return Amount(4, 2, "1", 1)


@dataclass(slots=True)
class County:
    """One county while it is drawn; numbers are in base units, by fact and years back."""

    vocabulary: Vocabulary
    figures: Mapping[str, Figure]
    year: int
    draws: Draws
    numbers: dict[tuple[str, int], Fraction] = field(default_factory=dict)
    drawn: dict[str, int] = field(default_factory=dict)

    def number(self, name: str, back: int = 0) -> Fraction:
        """The number of a fact so many years before the year that it is usually of."""
        known = self.numbers.get((name, back))
        if known is None:
            known = self.numbers[name, back] = self._rounded(name, self._number(name, back))
        return known

    def base_year(self, name: str) -> int:
        """The year that a plain value of the fact is of."""
        fact = self.vocabulary.facts.get(name)
        return self.year - (1 if fact is not None and fact.previous_year else 0)

    def _number(self, name: str, back: int) -> Fraction:
        figure = self.figures[name]
        match figure:
            case Amount() | Part() if back and (figure.growth or isinstance(figure, Amount)):
                return self._grown(name, figure.growth or (0, 0), back)
            case Amount():
                return self._amount(name, figure)
            case Part():
                share = self._share(name, figure, back)
                part = self.number(figure.of, back) * share / WHOLE
                if figure.within is not None:
                    part = min(part, self.number(figure.within, back))
                return part
            case Rate():
                return Fraction(self._share(name, figure, back), WHOLE)
            case Rare():
                often = self.draws.chance(Fraction(figure.often, WHOLE))
                return Fraction(self.draws.whole(1, figure.most) if often else 0)
            case Total():
                return sum((self.number(part, back) for part in figure.parts), Fraction(0))
            case Rest():
                less = sum((self.number(part, back) for part in figure.less), Fraction(0))
                return max(Fraction(0), self.number(figure.whole, back) - less)
            case _:
                assert_never(figure)

    def _amount(self, name: str, figure: Amount) -> Fraction:
        if figure.skew:
            steps = self.draws.skewed(figure.middle, figure.skew)
        else:
            steps = self.draws.near(figure.middle, figure.spread)
        steps = max(figure.least, steps)
        if figure.most is not None:
            steps = min(figure.most, steps)
        fact = self.vocabulary.facts.get(name)
        return steps * Fraction(figure.step) * (fact.unit.scale if fact is not None else 1)

    def _share(self, name: str, figure: Part | Rate, back: int) -> int:
        """In hundredths of a per cent: a county keeps its place while the middle moves on."""
        if name not in self.drawn:
            self.drawn[name] = self.draws.near(0, figure.spread)
        moved = 0
        if figure.of_year is not None:
            moved = figure.trend * (self.base_year(name) - back - figure.of_year)
        elif back:
            moved = self.draws.near(0, max(1, figure.spread // 8))
        share = figure.middle + moved + self.drawn[name]
        return max(figure.least, min(figure.most, share))

    def _grown(self, name: str, growth: tuple[int, int], back: int) -> Fraction:
        rate = WHOLE + max(-WHOLE // 2, self.draws.near(*growth))
        if back > 0:
            return self.number(name, back - 1) * WHOLE / rate
        return self.number(name, back + 1) * rate / WHOLE

    def _rounded(self, name: str, value: Fraction) -> Fraction:
        """To the quantum of the fact, within its range; hidden figures are whole."""
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            return Fraction(round_half_up(value))
        quantum = fact.quantum or fact.unit.scale
        return within(fact, round_half_up(value / quantum) * quantum)


def draw_facts(county: County, keys: tuple[Key, ...]) -> dict[Key, Stated]:
    """The value of every fact that is reported, each for its year."""
    values: dict[Key, Stated] = {}
    for name, year in keys:
        fact = county.vocabulary.facts[name]
        values[name, year] = _value(fact, year, county)
    _kept_within(values, county.vocabulary)
    return values


def within(fact: FactDefinition, value: Fraction) -> Fraction:
    """The nearest number that the fact may be; nothing is counted below zero."""
    low = Fraction(0) if fact.low is None and fact.type is FactType.COUNT else fact.low
    value = value if low is None else max(value, low)
    return value if fact.high is None else min(value, fact.high)


def measured(fact: FactDefinition, value: Fraction) -> Measured:
    """An exact number of a fact."""
    return Measured(value, Bound.EXACT, fact.unit, None)


def _value(fact: FactDefinition, year: int, county: County) -> Stated:
    draws = county.draws
    match fact.type:
        case FactType.YES_NO:
            bad = fact.better is Better.LOWER
            return Answer(not draws.chance(_NO_OFFENCE) if bad else draws.chance(_FAVOURABLE))
        case FactType.LEVEL:
            return _rank(fact, draws)
        case FactType.DATE:
            return OnDay(dt.date(year, 1, 1) + dt.timedelta(days=draws.below(365)))
        case FactType.TEXT:
            return Said(fact.words[0] if fact.words else "示例")
        case FactType.RATIO:
            # One teacher to about fifteen, with one decimal: 1:14.8.
            return measured(fact, within(fact, Fraction(10, max(10, draws.near(150, 12)))))
        case _:
            return measured(fact, county.number(fact.name, county.base_year(fact.name) - year))


def _rank(fact: FactDefinition, draws: Draws) -> Rank:
    """Mostly the best but one, then the best, seldom one below."""
    best_first = list(reversed(range(len(fact.levels))))
    if fact.better is Better.LOWER:
        best_first.reverse()
    chosen = draws.pick((1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 2))
    position = best_first[min(chosen, len(best_first) - 1)]
    return Rank(fact.levels[position], position)


def _kept_within(values: dict[Key, Stated], vocabulary: Vocabulary) -> None:
    """No part exceeds the whole that an integrity rule names, whatever each was drawn around."""
    years: dict[str, list[int]] = {}
    for name, year in values:
        years.setdefault(name, []).append(year)
    for rule in vocabulary.integrity:
        if not isinstance(rule.rule, Compare) or len(rule.rule.rest) != 1:
            continue
        part, (op, whole) = rule.rule.first, rule.rule.rest[0]
        if op is not Op.LE or not isinstance(part, Fact) or not isinstance(whole, Fact):
            continue
        for year in years.get(part.name, ()):
            value, most = values[part.name, year], values.get((whole.name, year))
            if isinstance(value, Measured) and isinstance(most, Measured):
                least = min(value.value, most.value)
                values[part.name, year] = measured(vocabulary.facts[part.name], least)
