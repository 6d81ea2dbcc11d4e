"""Every limit of the sample districts' rulesets: at it, one quantum below, one quantum above.

The points are made from the rulesets themselves; what must come of them is worked out here with
plain fractions, from two values of the measured side (each is linear in the fact that is moved).
"""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from engine.facts.sheet import FactSheet
from engine.facts.values import Answer, Bound, By, Entry, Measured
from engine.language.catalogue import locate
from engine.language.diagnostics import Span
from engine.language.expression import Compare, Expr, Fact, Flag, Op, Special, walk
from engine.language.loader import load_file
from engine.language.model import Criterion, Level, Outcome, Ruleset
from engine.language.vocabulary import FactDefinition, FactType
from engine.scoring.fact_values import Basis
from engine.scoring.interpreter import Interpreter
from engine.scoring.outcome import evaluate, rounded
from engine.scoring.values import Number as Interval
from engine.scoring.values import Truth
from engine.scoring.where import Where
from engine.workshop.cases import FILE, read_cases, score
from tests import support

RULESETS = ("changde-county-duty@2022", "yili-county-duty@2019")
RELATIONS: dict[Op, Callable[[Fraction, Fraction], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
}


@dataclass(frozen=True)
class Limit:
    """One comparison of one level, with the county that meets everything."""

    ruleset: Ruleset
    sheet: FactSheet
    criterion: Criterion
    level: Level
    place: int
    compare: Compare

    def __str__(self) -> str:
        return f"{self.ruleset.name} {self.criterion.id} {self.level.outcome} {self.place}"


def _limits() -> Iterator[Limit]:
    for name in RULESETS:
        path, _ = locate(name)
        assert path is not None
        ruleset = load_file(path).ruleset
        first = read_cases(path.parent / FILE)[0]
        sheet = score(first, ruleset).sheet
        for criterion in ruleset.criteria:
            for level in criterion.levels:
                found = [e for e in walk(level.condition) if isinstance(e, Compare)]
                for place, compare in enumerate(found):
                    yield Limit(ruleset, sheet, criterion, level, place, compare)


LIMITS = tuple(_limits())


def _moved(sheet: FactSheet, key: tuple[str, int], stated: Measured | Answer) -> FactSheet:
    entry = Entry(fact=key[0], year=key[1], by=By.SELF, stated=stated, origin=Span(sheet.source))
    return replace(sheet, entries={**sheet.entries, key: (entry,)})


def _leaf(expr: Expr, limit: Limit, interpreter: Interpreter) -> tuple[str, int]:
    """The first reported fact behind an expression, and the year that it is read for."""
    facts = limit.ruleset.vocabulary.facts
    for part in walk(expr):
        if not isinstance(part, Fact):
            continue
        value = interpreter.fact(part.name)
        derived = facts[part.name].derived
        if value.basis is Basis.COMPUTED and derived is not None:
            return _leaf(derived, limit, interpreter)
        return value.name, value.year
    raise AssertionError(f"{limit}: no fact behind {expr}")


def _exact(expr: Expr, sheet: FactSheet, ruleset: Ruleset) -> Fraction:
    value = Interpreter(ruleset, sheet).value(expr)
    assert isinstance(value, Interval)
    assert isinstance(value.exact, Fraction)
    return value.exact


def _quantum(definition: FactDefinition) -> Fraction:
    return definition.quantum or definition.unit.scale / 100


def _holds(limit: Limit, sheet: FactSheet) -> bool:
    """How this comparison comes out on a sheet, whatever better level holds."""
    interpreter = Interpreter(limit.ruleset, sheet)
    criterion = limit.criterion
    measure = None
    if criterion.measure is not None:
        measure = rounded(criterion, interpreter.value(criterion.measure))
    with interpreter.tracing() as comparisons:
        interpreter.condition(limit.level.condition, Where(measure=measure))
    made = comparisons[limit.place].result
    assert isinstance(made, Truth), f"{limit}: {made}"
    return made.holds


def _outcome(limit: Limit, sheet: FactSheet) -> Outcome:
    return evaluate(limit.criterion, Interpreter(limit.ruleset, sheet)).outcome


def _sides(limit: Limit) -> tuple[Expr, Op, Expr]:
    op, right = limit.compare.rest[0]
    left = limit.compare.first
    if left == Special("measure"):
        assert limit.criterion.measure is not None
        left = limit.criterion.measure
    return left, op, right


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_outcome_turns_at_the_limit(limit: Limit) -> None:
    """The comparison holds exactly where plain arithmetic says so, on both sides of its limit."""
    left, op, right = _sides(limit)
    interpreter = Interpreter(limit.ruleset, limit.sheet)
    name, year = _leaf(left, limit, interpreter)
    definition = limit.ruleset.vocabulary.facts[name]
    if definition.type is FactType.YES_NO:
        _answers(limit, (name, year), op, right)
        return
    edge = _exact(right, limit.sheet, limit.ruleset)
    quantum = _quantum(definition)

    def at(value: Fraction) -> FactSheet:
        return _moved(
            limit.sheet, (name, year), Measured(value, Bound.EXACT, definition.unit, None)
        )

    now = _now(limit, name, year, edge)
    base = _exact(left, at(now), limit.ruleset)
    slope = _exact(left, at(now + quantum), limit.ruleset) - base
    if not slope:
        # The least of several: only downwards does one of them move it.
        slope = base - _exact(left, at(now - quantum), limit.ruleset)
    steps = floor((edge - base) / slope)
    points = [steps - 1, steps, steps + 1, steps + 2]
    sheets = {step: at(now + step * quantum) for step in points}
    expected = {step: RELATIONS[op](base + slope * step, edge) for step in points}

    assert {step: _holds(limit, sheets[step]) for step in points} == expected
    assert set(expected.values()) == {True, False}
    alone = limit.level.condition == limit.compare
    if alone and (limit.criterion.measure is not None or limit.level.outcome is Outcome.FULLY_MET):
        assert len({_outcome(limit, sheets[step]) for step in points}) > 1


def _now(limit: Limit, name: str, year: int, edge: Fraction) -> Fraction:
    """The fact as the county reports it, or the limit where it does not."""
    value = Interpreter(limit.ruleset, limit.sheet).fact(name)
    if value.year != year or not isinstance(value.value, Interval):
        return edge
    assert isinstance(value.value.exact, Fraction)
    return value.value.exact


def _answers(limit: Limit, key: tuple[str, int], op: Op, right: Expr) -> None:
    """yes and no, each once."""
    assert isinstance(right, Flag)
    for answer in (True, False):
        expected = (answer is right.value) is (op is Op.EQ)
        assert _holds(limit, _moved(limit.sheet, key, Answer(answer))) is expected


def test_every_criterion_has_a_limit_that_was_tried() -> None:
    """The guard: nothing but what a person judges is left out."""
    tried = {(limit.ruleset.name, limit.criterion.id) for limit in LIMITS}
    for name in RULESETS:
        path, _ = locate(name)
        assert path is not None
        criteria = load_file(path).ruleset.criteria
        assert len(criteria) >= 30
        for criterion in criteria:
            assert criterion.judged or (name, criterion.id) in tried


SHARE = """
- id: C
  title: {{zh: 占比, en: share}}
  measure: children.public_share
  fully: "{limit}"
"""
PAY = """
- id: C
  title: {{zh: 工资, en: pay}}
  measure: pay.teachers
  fully: "{limit}"
"""


@pytest.mark.parametrize(
    ("rules", "facts", "limit", "expected"),
    [
        (SHARE, "children.all: 16090\nchildren.public: 8045", ">= 50%", "fully_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", "> 50%", "not_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", "< 50%", "not_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", "<= 50%", "fully_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", "= 50%", "fully_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", ">= 50.01%", "not_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", ">= 500‰", "fully_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8045", ">= 50‰", "fully_met"),
        (SHARE, "children.all: 16090\nchildren.public: 8041", ">= 50%", "not_met"),
        (SHARE, "children.all: 16091\nchildren.public: 8045", ">= 50%", "not_met"),
        (PAY, "pay.teachers: 96000", ">= 96000元", "fully_met"),
        (PAY, "pay.teachers: 95999", ">= 96000元", "not_met"),
        (PAY, "pay.teachers: 9.6万元", ">= 96000元", "fully_met"),
        (PAY, "pay.teachers: 96000", ">= 96000万元", "not_met"),
        (PAY, "pay.teachers: 96000", ">= 9.6万元", "fully_met"),
    ],
)
def test_one_digit_one_unit_one_operator(
    tmp_path: Path, rules: str, facts: str, limit: str, expected: str
) -> None:
    """A limit with one sign changed gives another outcome exactly where it must."""
    assessment = support.score(tmp_path, rules.format(limit=limit), facts)

    assert support.outcome(assessment, "C") == expected
