"""Boundary cases: for each limit a case at it, just below and just above, in whole natural units.

They start from the case in which most is met; one fact is moved by its quantum, all else is held.
What a suggestion expects is what the ruleset says today: the author confirms that it is right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..facts.values import show_stated
from ..language.expression import Special, fact_names
from ..language.model import Criterion, Outcome, Ruleset
from ..language.nodes import Entries
from ..language.units import decimal_text
from ..language.vocabulary import FactDefinition, FactType
from ..scoring.fact_values import FactValue, Key, Moment
from ..scoring.interpreter import Interpreter
from ..scoring.margins import margins
from ..scoring.moving import exact, move
from ..scoring.outcome import CriterionResult, evaluate
from ..scoring.values import Truth, Value, point
from ..scoring.where import Comparison
from .cases import Tried
from .coverage import own_criteria

_MEASURE = Special("measure")
# How often a level that was lost is looked at again for the limit of the next one.
_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A case to add: one fact of the base case is another one."""

    criterion: str
    base: str
    key: Key
    value: Value
    written: str
    outcome: Outcome

    @property
    def name(self) -> str:
        """The name of the case: what is moved, and to what."""
        return f"{self.criterion} {self.key[0]} = {self.written}"


@dataclass(frozen=True, slots=True)
class Base:
    """The case that suggestions start from."""

    name: str
    interpreter: Interpreter
    tried: Tried


def base_of(ran: Sequence[Tried]) -> Base | None:
    """The first of the cases in which most criteria are fully met."""
    best: tuple[int, Tried] | None = None
    for tried in ran:
        if tried.assessment is not None:
            met = tried.assessment.counts[Outcome.FULLY_MET]
            if best is None or met > best[0]:
                best = (met, tried)
    if best is None or best[1].assessment is None:
        return None
    return Base(best[1].name, best[1].assessment.interpreter, best[1])


def suggest(ruleset: Ruleset, ran: Sequence[Tried]) -> tuple[Suggestion, ...]:
    """Every boundary case that the tests do not have yet."""
    base = base_of(ran)
    if base is None:
        return ()
    found = []
    for criterion in own_criteria(ruleset):
        for key, value in moves(criterion, base.interpreter):
            outcome = evaluate(criterion, base.interpreter.replaced(key, value)).outcome
            if outcome is Outcome.UNDETERMINED or _tried(criterion, key, value, outcome, ran):
                continue
            definition = ruleset.vocabulary.facts[key[0]]
            text = written(definition, value)
            if text is not None:
                found.append(
                    Suggestion(
                        criterion=criterion.id,
                        base=base.name,
                        key=key,
                        value=value,
                        written=text,
                        outcome=outcome,
                    )
                )
    return tuple(found)


def moves(criterion: Criterion, interpreter: Interpreter) -> Iterator[tuple[Key, Value]]:
    """Values of single facts on and beside every limit of a criterion, each once."""
    seen: dict[tuple[Key, Value], None] = {}
    todo = [(interpreter, 0)]
    known = {evaluate(criterion, interpreter).outcome}
    while todo:
        here, depth = todo.pop(0)
        for key, value in _around(criterion, here):
            if (key, value) in seen or not _possible(interpreter, key, value):
                continue
            seen[key, value] = None
            yield key, value
            after = interpreter.replaced(key, value)
            outcome = evaluate(criterion, after).outcome
            if depth < _DEPTH and outcome not in known:
                # Another level: its own limit lies further on.
                known.add(outcome)
                todo.append((after, depth + 1))


def _around(criterion: Criterion, interpreter: Interpreter) -> Iterator[tuple[Key, Value]]:
    result = evaluate(criterion, interpreter)
    for margin in margins(result, interpreter):
        if margin.fact is not None and margin.year is not None:
            key = (margin.fact, margin.year)
            now = _number(interpreter, key)
            quantum = interpreter.vocabulary.facts[margin.fact].quantum
            if now is not None and quantum is not None:
                edge = now + (margin.amount if margin.up else -margin.amount)
                yield from ((key, point(edge + k * quantum)) for k in (0, -1, 1))
    comparisons = [*result.applies, *(c for level in result.levels for c in level.comparisons)]
    for comparison in comparisons:
        yield from _beside(criterion, comparison, interpreter)
    yield from _answers(result, interpreter)


def _beside(
    criterion: Criterion, comparison: Comparison, interpreter: Interpreter
) -> Iterator[tuple[Key, Value]]:
    """The three values around the limit of one comparison."""
    limit = exact(comparison.right_value)
    left = comparison.left
    if left == _MEASURE:
        if criterion.measure is None:
            return
        left = criterion.measure
    if limit is None or not isinstance(comparison.result, Truth):
        return
    met = comparison.result.holds
    found = move(left, comparison.moment, comparison.op, limit, interpreter, met)
    if found is None:
        return
    way = found.quantum if found.up else -found.quantum
    for count in (found.count, found.count - 1, found.count + 1):
        yield found.key, point(found.now + way * count)


def _answers(result: CriterionResult, interpreter: Interpreter) -> Iterator[tuple[Key, Value]]:
    """The other answer to each question that the criterion asks."""
    for fact in result.facts:
        if isinstance(fact.value, Truth):
            yield (fact.name, fact.year), Truth(not fact.value.holds)


def _number(interpreter: Interpreter, key: Key) -> Fraction | None:
    return exact(_fact(interpreter, key).value)


def _fact(interpreter: Interpreter, key: Key) -> FactValue:
    return interpreter.fact(key[0], Moment(interpreter.base_year(key[0]) - key[1]))


def _possible(interpreter: Interpreter, key: Key, value: Value) -> bool:
    """Whether the value is in the declared range and breaks no rule that it did not break."""
    vocabulary = interpreter.vocabulary
    fact, number = vocabulary.facts[key[0]], exact(value)
    if number is not None:
        low = Fraction(0) if fact.low is None and fact.type is FactType.COUNT else fact.low
        if (low is not None and number < low) or (fact.high is not None and number > fact.high):
            return False
    after = interpreter.replaced(key, value)
    broken = Truth(False)
    return not any(
        after.condition(rule.rule) == broken and interpreter.condition(rule.rule) != broken
        for rule in vocabulary.integrity
        if any(key[0] in _leaves(name, interpreter) for name in fact_names(rule.rule))
    )


def _leaves(name: str, interpreter: Interpreter) -> set[str]:
    parts = interpreter.vocabulary.parts(name)
    return {name}.union(*(_leaves(part, interpreter) for part in parts)) if parts else {name}


def _tried(
    criterion: Criterion, key: Key, value: Value, outcome: Outcome, ran: Sequence[Tried]
) -> bool:
    """Whether a case with that value already expects that outcome."""
    for tried in ran:
        result = None if tried.assessment is None else tried.assessment.result(criterion.id)
        if result is None or result.outcome is not outcome or tried.assessment is None:
            continue
        expected = tried.case.expect.get("outcomes")
        counts = tried.case.expect.get("counts") or tried.case.expect.get("findings")
        named = isinstance(expected, Entries) and criterion.id in expected
        if (named or counts is not None) and (
            _fact(tried.assessment.interpreter, key).value == value
        ):
            return True
    return False


def written(fact: FactDefinition, value: Value) -> str | None:
    """The value as a sheet writes it."""
    if isinstance(value, Truth):
        return "是" if value.holds else "否"
    number = exact(value)
    if number is None:
        return None
    text = decimal_text(number / fact.unit.scale)
    bare = fact.type is FactType.COUNT or not fact.unit.name
    return None if "/" in text else text if bare else f"{text}{fact.unit.name}"


def facts_text(key: Key, written: str, interpreter: Interpreter) -> str:
    """The moved fact as a case writes it; the other years of a series stay as they are."""
    name, year = key
    sheet = interpreter.sheet
    others = {
        of: show_stated(entry.stated)
        for (fact, of) in sheet.entries
        if fact == name and of != year and (entry := sheet.chosen(fact, of)) is not None
    }
    if not others and year == interpreter.base_year(name):
        return f"{{{name}: {written}}}"
    series = {**others, year: written}
    listed = ", ".join(f"{of}: {series[of]}" for of in sorted(series))
    return f"{{{name}: {{{listed}}}}}"
