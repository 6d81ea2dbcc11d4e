"""Comparisons with the batch as facts of each sheet, so that columns can be computed of them.

A rank, a mean or a count is worked out by the interpreter once for each subject; the rest of the
ruleset then reads it like any reported number. What no single statement can say, such as a rank
between two others, leaves the subject to the interpreter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from functools import reduce
from math import lcm
from typing import Any

from ..facts.sheet import FactSheet
from ..facts.values import Bound, By, Entry, Inapplicable, Measured, Stated
from ..language.diagnostics import Span
from ..language.expression import Across, Batched, Fact
from ..language.model import Ruleset
from ..language.printer import show
from ..language.units import PLAIN
from ..language.vocabulary import FactDefinition, FactType, Vocabulary
from ..locale import Label
from .cohort import Cohort, Pool, comparisons
from .interpreter import Interpreter
from .values import NotApplicable, Number, Unknown, Value


@dataclass(frozen=True, slots=True)
class ComparedFacts:
    """A ruleset with facts in the place of comparisons, and what they stand for."""

    original: Ruleset
    ruleset: Ruleset
    cohort: Cohort
    names: tuple[tuple[Batched, str], ...]

    def stated(self, sheets: Sequence[FactSheet]) -> tuple[list[FactSheet], frozenset[int]]:
        """The sheets with these facts, and the places of those that columns cannot decide."""
        found, left = [], set[int]()
        for place, sheet in enumerate(sheets):
            interpreter = Interpreter(self.original, sheet, cohort=self.cohort)
            entries = dict(sheet.entries)
            for expr, name in self.names:
                value = interpreter.value(expr)
                if not _can_be_said(value):
                    left.add(place)
                elif not isinstance(value, Unknown):
                    entry = _entry(name, sheet, _said(value))
                    entries[name, sheet.year] = (entry,)
            found.append(replace(sheet, entries=entries))
        return found, frozenset(left)


def compared_facts(ruleset: Ruleset, cohort: Cohort) -> ComparedFacts:
    """The same ruleset for sheets of this cohort."""
    asked = comparisons(ruleset)
    # No vocabulary can declare such a name: its last part is a number.
    names = {expr: f"batch.{number}" for number, expr in enumerate(asked)}
    facts = dict(ruleset.vocabulary.facts)
    for expr, name in names.items():
        facts[name] = _definition(expr, name, ruleset.vocabulary, cohort, Span(ruleset.source))
    changed = replace(
        ruleset,
        vocabulary=replace(ruleset.vocabulary, facts=facts),
        criteria=_with_facts(ruleset.criteria, names),
        grade=_with_facts(ruleset.grade, names),
    )
    return ComparedFacts(ruleset, changed, cohort, tuple(names.items()))


def _with_facts(part: Any, names: dict[Batched, str]) -> Any:
    """A part of a ruleset with a fact in the place of each comparison."""
    if isinstance(part, Batched):
        return Fact(names[part], at=part.at)
    if isinstance(part, tuple):
        return tuple(_with_facts(item, names) for item in part)
    if not is_dataclass(part) or isinstance(part, type | Span | Label):
        return part
    old = {item.name: getattr(part, item.name) for item in fields(part)}
    new = {name: _with_facts(value, names) for name, value in old.items()}
    changed = {name: value for name, value in new.items() if value != old[name]}
    return replace(part, **changed) if changed else part


def _definition(
    expr: Batched, name: str, vocabulary: Vocabulary, cohort: Cohort, span: Span
) -> FactDefinition:
    """A number with the range and the quantum that this cohort gives it, in base units."""
    pools = [
        cohort.pool(e, year, group)
        for e, year, group in cohort.pools
        if e == expr and group is not None
    ]
    low, high, quantum = (
        Fraction(0),
        Fraction(max((pool.size for pool in pools), default=0)),
        Fraction(1),
    )
    if expr.kind is Across.MEAN:
        means = [mean for pool in pools if (mean := _mean(pool)) is not None]
        low, high = min(means, default=low), max(means, default=low)
        quantum = Fraction(1, reduce(lcm, (mean.denominator for mean in means), 1))
    return FactDefinition(
        name=name,
        label=Label(show(expr)),
        type=FactType.NUMBER,
        unit=PLAIN,
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


def _can_be_said(value: Value) -> bool:
    """Whether one statement says all of it: a rational number, nothing yet, or not applicable."""
    match value:
        case Number():
            return isinstance(value.exact, Fraction)
        case Unknown():
            return not value.lapses
        case _:
            return True


def _said(value: Value) -> Stated:
    match value:
        case Number(low=Fraction() as number):
            return Measured(number, Bound.EXACT, PLAIN, None)
        case NotApplicable():
            return Inapplicable(value.reason)
        case _:
            raise TypeError(f"no single statement says {value}")


def _entry(name: str, sheet: FactSheet, stated: Stated) -> Entry:
    return Entry(fact=name, year=sheet.year, by=By.SELF, stated=stated, origin=Span(sheet.source))
