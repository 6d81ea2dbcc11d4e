"""Comparisons with the batch as facts of each sheet, so that columns can be computed of them.

The interpreter works out once for each subject what a rank, a mean or a count comes to: whether the
condition around it holds, or the number itself. The rest of the ruleset reads that like anything
reported. What no single statement can say leaves the subject to the interpreter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any, TypeAlias

from ..facts.sheet import FactSheet
from ..facts.values import Answer, Bound, By, Entry, Inapplicable, Measured, Stated
from ..language.diagnostics import Span
from ..language.expression import (
    Across,
    Batched,
    Call,
    Compare,
    Expr,
    Fact,
    Function,
    Special,
    Tally,
    walk,
)
from ..language.model import Criterion, Ruleset
from ..language.printer import show
from ..language.units import PLAIN
from ..language.vocabulary import FactDefinition, FactType
from ..locale import Label
from .cohort import Cohort, Pool
from .interpreter import Interpreter
from .outcome import rounded
from .values import NotApplicable, Number, Truth, Unknown, Value
from .where import Where

# A mean with a longer denominator is left to the interpreter.
MOST_DENOMINATOR = 10**9
# What a fact stands for: a number, or a condition and the criterion whose measure it may name.
_Asked: TypeAlias = tuple[Criterion | None, Batched | Compare]


@dataclass(frozen=True, slots=True)
class ComparedFacts:
    """A ruleset with facts in the place of comparisons, and what they stand for by name."""

    original: Ruleset
    ruleset: Ruleset
    cohort: Cohort
    asked: tuple[tuple[str, _Asked], ...]

    def stated(self, sheets: Sequence[FactSheet]) -> tuple[list[FactSheet], frozenset[int]]:
        """The sheets with these facts, and the places of those that columns cannot decide."""
        found, left = [], set[int]()
        for place, sheet in enumerate(sheets):
            interpreter = Interpreter(self.original, sheet, cohort=self.cohort)
            entries = dict(sheet.entries)
            for name, (criterion, expr) in self.asked:
                value = _value(interpreter, criterion, expr)
                stated = _stated(value)
                if stated is not None:
                    entry = Entry(
                        fact=name,
                        year=sheet.year,
                        by=By.SELF,
                        stated=stated,
                        origin=Span(sheet.source),
                    )
                    entries[name, sheet.year] = (entry,)
                elif not isinstance(value, Unknown) or value.lapses:
                    left.add(place)
            found.append(replace(sheet, entries=entries))
        return found, frozenset(left)


def compared_facts(ruleset: Ruleset, cohort: Cohort) -> ComparedFacts:
    """The same ruleset for sheets of this cohort."""
    swap = _Swap()
    criteria = tuple(swap.part(c, c) for c in ruleset.criteria)
    grade = swap.part(ruleset.grade, None)
    facts = dict(ruleset.vocabulary.facts)
    for name, (_, expr) in swap.asked.items():
        facts[name] = _definition(expr, name, cohort, Span(ruleset.source))
    changed = replace(
        ruleset,
        vocabulary=replace(ruleset.vocabulary, facts=facts),
        criteria=criteria,
        grade=grade,
    )
    return ComparedFacts(ruleset, changed, cohort, tuple(swap.asked.items()))


@dataclass(slots=True)
class _Swap:
    """Puts a fact in the place of each condition that compares, and of each number elsewhere."""

    asked: dict[str, _Asked] = field(default_factory=dict)

    def part(self, part: Any, criterion: Criterion | None) -> Any:
        """A part of a ruleset with facts in it."""
        if isinstance(part, Batched) or (isinstance(part, Compare) and _stands_alone(part)):
            return Fact(self._name((criterion, part)), at=part.at)
        if isinstance(part, tuple):
            return tuple(self.part(item, criterion) for item in part)
        if not is_dataclass(part) or isinstance(part, type | Span | Label):
            return part
        old = {item.name: getattr(part, item.name) for item in fields(part)}
        new = {name: self.part(value, criterion) for name, value in old.items()}
        changed = {name: value for name, value in new.items() if value != old[name]}
        return replace(part, **changed) if changed else part

    def _name(self, asked: _Asked) -> str:
        """No vocabulary can declare such a name: its last part is a number."""
        for name, known in self.asked.items():
            if known[1] == asked[1] and known[0] is asked[0]:
                return name
        name = f"batch.{len(self.asked)}"
        self.asked[name] = asked
        return name


def _stands_alone(condition: Compare) -> bool:
    """Whether a comparison looks at the batch, and at nothing that only a grade rule knows."""
    inside = list(walk(condition))
    return any(isinstance(part, Batched) for part in inside) and not any(
        isinstance(part, Tally)
        or (isinstance(part, Special) and part.name in ("points", "any_veto"))
        or (isinstance(part, Call) and part.function is Function.OUTCOME)
        for part in inside
    )


def _value(interpreter: Interpreter, criterion: Criterion | None, expr: Expr) -> Value:
    measure = None
    if criterion is not None and criterion.measure is not None and isinstance(expr, Compare):
        measure = rounded(criterion, interpreter.value(criterion.measure))
    return interpreter.value(expr, Where(measure=measure))


def _stated(value: Value) -> Stated | None:
    """The one statement that says all of a value; None where there is none."""
    match value:
        case Truth():
            return Answer(value.holds)
        case Number(low=Fraction() as number) if value.exact is not None:
            return Measured(number, Bound.EXACT, PLAIN, None)
        case NotApplicable():
            return Inapplicable(value.reason)
        case _:
            return None


def _definition(expr: Batched | Compare, name: str, cohort: Cohort, span: Span) -> FactDefinition:
    """A condition, or a number with the range and the quantum that this cohort gives it."""
    label = Label(show(expr))
    if isinstance(expr, Compare):
        return FactDefinition(name=name, label=label, type=FactType.YES_NO, span=span)
    pools = [
        cohort.pool(asked, year, group)
        for asked, year, group in cohort.pools
        if asked == expr and group is not None
    ]
    low, high = Fraction(0), Fraction(max((pool.size for pool in pools), default=0))
    quantum: Fraction | None = Fraction(1)
    if expr.kind is Across.MEAN:
        means = [mean for pool in pools if (mean := _mean(pool)) is not None]
        low, high = min(means, default=low), max(means, default=low)
        under = reduce(lcm, (mean.denominator for mean in means), 1)
        quantum = Fraction(1, under) if under <= MOST_DENOMINATOR else None
    return FactDefinition(
        name=name,
        label=label,
        type=FactType.NUMBER,
        low=low,
        high=high,
        quantum=quantum,
        span=span,
    )


def _mean(pool: Pool) -> Fraction | None:
    """The mean that everybody in a group is compared with, where it is one rational number."""
    low, high = pool.lows, pool.highs
    if not pool.known or pool.open or low.infinite or low.total != high.total:
        return None
    return low.total / pool.known if isinstance(low.total, Fraction) else None
