"""How far a value is from a limit, in whole natural units of the fact that could move it.

The first fact of the measure's numerator is moved by its quantum, everything else held; the number of
quanta is found exactly and replayed, so that one quantum less would not do.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from ..language.expression import (
    Arithmetic,
    Expr,
    Fact,
    Op,
    Sign,
    Special,
    walk,
)
from ..language.model import Criterion, Outcome
from ..language.units import Unit, decimal_text, find_unit
from .interpreter import Basis, Comparison, Interpreter, Moment, Where
from .outcome import CriterionResult, LevelTrace
from .surds import Surd
from .values import Number, Real, Truth, Value, point


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The distance to the limit of a level. ``amount`` units of ``fact`` more (or less) reach it.

    For a level that is met it is the room left: one quantum more than ``amount`` would lose it.
    """

    level: Outcome
    met: bool
    op: Op
    limit: Fraction
    amount: Fraction
    unit: Unit
    fact: str | None
    up: bool

    @property
    def amount_text(self) -> str:
        """The amount as an exact decimal in its unit."""
        return decimal_text(self.amount / self.unit.scale)


def margins(result: CriterionResult, interpreter: Interpreter) -> tuple[Margin, ...]:
    """The margin of every level whose limit is a comparison of exact numbers, best level first."""
    found = []
    for level in result.levels:
        margin = _of_level(result.criterion, level, interpreter)
        if margin is not None:
            found.append(margin)
    return tuple(found)


def _of_level(criterion: Criterion, level: LevelTrace, interpreter: Interpreter) -> Margin | None:
    """The failed comparison that a level hangs on, or for a level that holds its tightest one."""
    if not isinstance(level.result, Truth) or level.outcome is Outcome.NOT_MET:
        return None
    met = level.result.holds
    candidates = [
        margin
        for comparison in level.comparisons
        if isinstance(comparison.result, Truth) and comparison.result.holds is met
        if (margin := _of_comparison(criterion, level.outcome, comparison, interpreter, met))
    ]
    if not candidates:
        return None
    return candidates[0] if not met else min(candidates, key=lambda m: m.amount)


def _of_comparison(
    criterion: Criterion,
    outcome: Outcome,
    comparison: Comparison,
    interpreter: Interpreter,
    met: bool,
) -> Margin | None:
    if not isinstance(comparison.left_value, Number) or not isinstance(
        comparison.right_value, Number
    ):
        return None
    limit = comparison.right_value.exact
    if comparison.left_value.exact is None or limit is None or isinstance(limit, Surd):
        return None
    moment = Moment(comparison.shift)
    left = comparison.left
    if left == Special("measure"):
        if criterion.measure is None:
            return None
        left = criterion.measure
    op = comparison.op
    if op in (Op.EQ, Op.NE):
        return _to_equal(criterion, outcome, comparison, left, limit, interpreter, met)
    target = (
        _unrounded(criterion, op, limit) if comparison.left == Special("measure") else (op, limit)
    )
    moved = _by_fact(left, moment, target[0], target[1], interpreter, met)
    if moved is None:
        return _plain(criterion, outcome, comparison, limit, met)
    fact, amount, unit, up = moved
    return Margin(
        level=outcome,
        met=met,
        op=op,
        limit=limit,
        amount=amount,
        unit=unit,
        fact=fact,
        up=up,
    )


def _to_equal(
    criterion: Criterion,
    outcome: Outcome,
    comparison: Comparison,
    left: Expr,
    limit: Fraction,
    interpreter: Interpreter,
    met: bool,
) -> Margin | None:
    """The way to a value that is asked for exactly; one that is met leaves no room to speak of."""
    value = _exact(comparison.left_value)
    if met or comparison.op is Op.NE or value is None:
        return None
    moment = Moment(comparison.shift)
    ops = (Op.GE, Op.GT) if value < limit else (Op.LE, Op.LT)
    at, past = (_by_fact(left, moment, op, limit, interpreter, met) for op in ops)
    # Whole quanta reach the limit itself only where going past it takes one more.
    if criterion.rounded is not None or at is None or past is None or at[1] == past[1]:
        return _plain(criterion, outcome, comparison, limit, met)
    fact, amount, unit, up = at
    return Margin(
        level=outcome,
        met=met,
        op=comparison.op,
        limit=limit,
        amount=amount,
        unit=unit,
        fact=fact,
        up=up,
    )


def _unrounded(criterion: Criterion, op: Op, limit: Fraction) -> tuple[Op, Fraction]:
    """The limit for the exact measure where the official text compares the rounded one (half up)."""
    if criterion.rounded is None:
        return op, limit
    step = criterion.rounded.unit.scale / 10**criterion.rounded.places
    half = Fraction(1, 2)
    match op:
        case Op.GE:
            return Op.GE, (ceil(limit / step) - half) * step
        case Op.GT:
            return Op.GE, (floor(limit / step) + half) * step
        case Op.LE:
            return Op.LT, (floor(limit / step) + half) * step
        case _:
            return Op.LT, (ceil(limit / step) - half) * step


def _by_fact(
    expr: Expr, moment: Moment, op: Op, limit: Fraction, interpreter: Interpreter, met: bool
) -> tuple[str, Fraction, Unit, bool] | None:
    """Move the first fact of the numerator until the comparison changes; None when that is not linear."""
    expanded, moment = _expanded(expr, moment, interpreter)
    numerator, divisor = expanded, Fraction(1)
    if isinstance(expanded, Arithmetic) and expanded.sign is Sign.DIV:
        under = _exact(interpreter.value(expanded.right, Where(moment=moment)))
        if under is None or under <= 0:
            return None
        numerator, divisor = expanded.left, under
    leaf = next((e for e in walk(numerator) if isinstance(e, Fact)), None)
    if leaf is None:
        return None
    value = interpreter.fact(leaf.name, moment)
    definition = interpreter.vocabulary.facts[leaf.name]
    now = _exact(value.value)
    if now is None or value.basis is Basis.COMPUTED:
        return None
    quantum = definition.quantum or _smallest(definition.unit)
    over = _exact(interpreter.value(numerator, Where(moment=moment)))
    steps = [
        _moved(numerator, leaf, value.year, now + k * quantum, moment, interpreter) for k in (1, 2)
    ]
    if over is None or steps[0] is None or steps[1] is None:
        return None
    slope = steps[0] - over
    if slope == 0 or steps[1] - steps[0] != slope:
        return None
    edge = limit * divisor
    count = _quanta(over, edge, slope, op, met)
    unit = definition.unit
    if unit.is_rate:
        unit = find_unit("百分点") or unit
    wants_up = (op in (Op.GE, Op.GT)) is (slope > 0)
    return leaf.name, count * quantum, unit, wants_up if not met else not wants_up


def _quanta(over: Fraction, edge: Fraction, slope: Fraction, op: Op, met: bool) -> int:
    """How many quanta until the level is gained, or may still be lost without losing the level."""
    distance = abs(edge - over) / abs(slope)
    strict = op in (Op.GT, Op.LT)
    if met:
        return ceil(distance) - 1 if strict else floor(distance)
    return floor(distance) + 1 if strict else ceil(distance)


def _moved(
    expr: Expr, leaf: Fact, year: int, value: Fraction, moment: Moment, interpreter: Interpreter
) -> Fraction | None:
    other = Interpreter(
        interpreter.ruleset,
        interpreter.sheet,
        {**interpreter.overrides, (leaf.name, year): point(value)},
    )
    return _exact(other.value(expr, Where(moment=moment)))


def _expanded(expr: Expr, moment: Moment, interpreter: Interpreter) -> tuple[Expr, Moment]:
    """A fact that was computed is moved through its parts."""
    while isinstance(expr, Fact):
        value = interpreter.fact(expr.name, moment)
        definition = interpreter.vocabulary.facts[expr.name]
        if value.basis is not Basis.COMPUTED or definition.derived is None:
            break
        moment = Moment(interpreter.base_year(expr.name) - value.year)
        expr = definition.derived
    return expr, moment


def _exact(value: Value) -> Fraction | None:
    exact: Real | None = value.exact if isinstance(value, Number) else None
    return exact if isinstance(exact, Fraction) else None


def _plain(
    criterion: Criterion, outcome: Outcome, comparison: Comparison, limit: Fraction, met: bool
) -> Margin | None:
    """The plain difference, for measures that no single fact moves."""
    value = _exact(comparison.left_value)
    if value is None:
        return None
    unit = criterion.show.unit
    if unit.is_rate:
        unit = find_unit("百分点") or unit
    return Margin(
        level=outcome,
        met=met,
        op=comparison.op,
        limit=limit,
        amount=abs(limit - value),
        unit=unit,
        fact=None,
        up=value < limit,
    )


def _smallest(unit: Unit) -> Fraction:
    """The step of a fact without a declared quantum: a hundredth of its unit, or one thing."""
    counts_things = unit.scale == 1 and bool(unit.counts)
    return unit.scale if counts_things else unit.scale / 100
