"""Moves single facts of a county so that criteria lie exactly on a limit, or one step beside it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ..facts.sheet import FactSheet, Subject
from ..facts.values import By, Entry, Measured, Stated
from ..language.diagnostics import Source, Span
from ..language.expression import Compare, fact_names
from ..language.model import Criterion, Outcome, Ruleset
from ..language.vocabulary import IntegrityRule, Vocabulary
from ..scoring.fact_values import Key
from ..scoring.interpreter import Interpreter
from ..scoring.margins import Margin, margins
from ..scoring.outcome import evaluate
from ..scoring.values import Truth, point
from .sample_county import measured, within
from .sample_draws import Draws
from .sample_needs import Needs

_MADE_UP = Source("sample")


class Side(StrEnum):
    """Where a value lies: on the last step that still reaches a level, or one step short of it."""

    AT = "at"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLimit:
    """A criterion that one step of one fact turns, in the direction of ``turn``."""

    criterion: str
    level: Outcome
    limit: Fraction
    side: Side
    fact: str
    year: int
    value: Fraction
    turn: Fraction
    outcome: Outcome
    turned: Outcome


def made_up_sheet(subject: Subject, year: int, values: Mapping[Key, Stated]) -> FactSheet:
    """A sheet that states these values and nothing else."""
    nowhere = Span(_MADE_UP)
    return FactSheet(
        subject=subject,
        year=year,
        entries={
            key: (Entry(fact=key[0], year=key[1], by=By.SELF, stated=stated, origin=nowhere),)
            for key, stated in values.items()
        },
        tables={},
        source=_MADE_UP,
    )


def rules_for(vocabulary: Vocabulary, needs: Needs) -> tuple[IntegrityRule, ...]:
    """The integrity rules that a sheet with these facts can break."""
    known = {name for name, _ in (*needs.reported, *needs.derived)}

    def decided(rule: IntegrityRule) -> bool:
        # A single comparison needs all of its facts, any other condition may fail by one.
        every = all if isinstance(rule.rule, Compare) else any
        return every(_leaves(name, vocabulary) <= known for name in fact_names(rule.rule))

    return tuple(rule for rule in vocabulary.integrity if decided(rule))


def _leaves(name: str, vocabulary: Vocabulary) -> set[str]:
    """The facts that a fact follows from in the end."""
    parts = vocabulary.parts(name)
    return {leaf for part in parts for leaf in _leaves(part, vocabulary)} if parts else {name}


def breaks(interpreter: Interpreter, rules: Iterable[IntegrityRule]) -> bool:
    """Whether the sheet breaks one of the rules, be it an error or a warning."""
    results = (interpreter.condition(rule.rule) for rule in rules)
    return any(isinstance(result, Truth) and not result.holds for result in results)


@dataclass(slots=True)
class Limits:
    """The county with the criteria that were put on a limit; ``fixed`` facts must stay as is."""

    ruleset: Ruleset
    rules: tuple[IntegrityRule, ...]
    interpreter: Interpreter
    values: dict[Key, Stated]
    draws: Draws
    placed: list[OnLimit]
    fixed: set[Key]

    def place(self, names: tuple[str, ...], share: Fraction) -> None:
        """Put a share of the criteria on a limit, as far as their facts allow it."""
        wanted = sum(self.draws.chance(share) for _ in names)
        for name in self.draws.shuffled(names) if wanted else ():
            criterion = self.ruleset.criterion(name)
            if criterion is not None and self._put(criterion):
                wanted -= 1
            if not wanted:
                return

    def _put(self, criterion: Criterion) -> bool:
        result = evaluate(criterion, self.interpreter)
        if result.outcome is Outcome.UNDETERMINED:
            return False
        for margin in self.draws.shuffled(margins(result, self.interpreter)):
            for side in self.draws.shuffled(tuple(Side)):
                found = self._moved(criterion, margin, side)
                if found is not None:
                    self._keep(criterion, found)
                    return True
        return False

    def _moved(self, criterion: Criterion, margin: Margin, side: Side) -> OnLimit | None:
        """The fact on that side of the limit; None where the rest of the sheet forbids it."""
        if margin.fact is None or margin.year is None:
            return None
        key = (margin.fact, margin.year)
        now = self.values.get(key)
        fact = self.ruleset.vocabulary.facts[margin.fact]
        if not isinstance(now, Measured) or key in self.fixed or fact.quantum is None:
            return None
        way = margin.amount if margin.up else -margin.amount
        # The step that turns it leads on where the level is met, and back where it was missed.
        step = fact.quantum if margin.up is margin.met else -fact.quantum
        value = now.value + way + (step if side is Side.SHORT else 0)
        turn = -step if side is Side.SHORT else step
        if any(within(fact, number) != number for number in (value, value + turn)):
            return None
        here = self.interpreter.replaced(key, point(value))
        if breaks(here, self._rules_on(margin.fact)):
            return None
        outcome = evaluate(criterion, here).outcome
        turned = evaluate(criterion, here.replaced(key, point(value + turn))).outcome
        if outcome is turned or Outcome.UNDETERMINED in (outcome, turned):
            return None
        return OnLimit(
            criterion=criterion.id,
            level=margin.level,
            limit=margin.limit,
            side=side,
            fact=margin.fact,
            year=margin.year,
            value=value,
            turn=turn,
            outcome=outcome,
            turned=turned,
        )

    def _rules_on(self, name: str) -> Iterator[IntegrityRule]:
        vocabulary = self.ruleset.vocabulary
        for rule in self.rules:
            if any(name in _leaves(named, vocabulary) for named in fact_names(rule.rule)):
                yield rule

    def _keep(self, criterion: Criterion, found: OnLimit) -> None:
        key = (found.fact, found.year)
        self.values[key] = measured(self.ruleset.vocabulary.facts[found.fact], found.value)
        sheet = self.interpreter.sheet
        self.interpreter = Interpreter(
            self.ruleset, made_up_sheet(sheet.subject, sheet.year, self.values)
        )
        self.placed.append(found)
        # On the other side of the limit other facts may be asked for.
        across = self.interpreter.replaced(key, point(found.value + found.turn))
        for result in (evaluate(criterion, self.interpreter), evaluate(criterion, across)):
            self.fixed |= {(fact.name, fact.year) for fact in result.facts}
