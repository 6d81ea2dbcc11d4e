"""How far a value is from a limit, in whole natural units of the fact that could move it.

What is found is replayed: that many quanta reach the limit and one less does not; of a level that
is met, that many may be lost and one more may not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from ..language.expression import (
    Arithmetic,
    Batched,
    Compare,
    Expr,
    Fact,
    If,
    Op,
    Parameter,
    Sign,
    Special,
    walk,
)
from ..language.expression import Number as WrittenNumber
from ..language.model import Criterion, Level, Outcome, Ruleset
from ..language.once import once
from ..language.units import Unit, decimal_text
from .comparing import EXACTLY, ORDERED, relate
from .fact_values import NOW, Moment
from .interpreter import Interpreter
from .moving import Line, Move, exact, in_points, line_of, move
from .outcome import CriterionResult, LevelTrace, rounded
from .values import Truth, Value
from .where import Comparison, Where

_MEASURE = Special("measure")


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
    year: int | None
    up: bool

    @property
    def amount_text(self) -> str:
        """The amount as an exact decimal in its unit."""
        return decimal_text(self.amount / self.unit.scale)


# How quantities of one criterion move, by the identity of their expressions.
Lines: TypeAlias = dict[tuple[int, Moment], Line | None]


def margins(result: CriterionResult, interpreter: Interpreter) -> tuple[Margin, ...]:
    """The margin of every level whose limit is a comparison of exact numbers, best level first."""
    found = []
    lines: Lines = {}
    for level in result.levels:
        margin = _of_level(result.criterion, level, interpreter, lines)
        if margin is not None:
            found.append(margin)
    return tuple(found)


def _of_level(
    criterion: Criterion, level: LevelTrace, interpreter: Interpreter, lines: Lines
) -> Margin | None:
    """The failed comparison that a level hangs on, or for a level that holds its tightest one."""
    if not isinstance(level.result, Truth) or level.outcome is Outcome.NOT_MET:
        return None
    met = level.result.holds
    written = next(x for x in criterion.levels if x.outcome is level.outcome)
    choosing = _choosing(written.condition)
    candidates = [
        margin
        for comparison in level.comparisons
        if comparison.result == level.result
        if not choosing or (comparison.left, comparison.op, comparison.right) not in choosing
        if (margin := _of_comparison(criterion, level, comparison, interpreter, met, lines))
    ]
    if not met or len({margin.unit for margin in candidates}) > 1:
        return next(iter(candidates), None)
    return min(candidates, key=lambda margin: margin.amount, default=None)


@once
def _choosing(condition: Expr) -> frozenset[tuple[Expr, Op, Expr]]:
    """The comparisons that only choose between two requirements: nothing is short of them."""
    return frozenset(_tests(condition))


def _tests(condition: Expr) -> Iterator[tuple[Expr, Op, Expr]]:
    for choice in walk(condition):
        if isinstance(choice, If):
            for part in walk(choice.test):
                if isinstance(part, Compare):
                    left = part.first
                    for op, right in part.rest:
                        yield left, op, right
                        left = right


def _of_comparison(
    criterion: Criterion,
    level: LevelTrace,
    comparison: Comparison,
    interpreter: Interpreter,
    met: bool,
    lines: Lines,
) -> Margin | None:
    value, limit = exact(comparison.left_value), exact(comparison.right_value)
    op = comparison.op
    if value is None or limit is None or (op in (Op.EQ, Op.NE) and (met or op is Op.NE)):
        # A value that is asked for exactly, and found, leaves no room to speak of.
        return None
    found = _move(criterion, comparison, value, limit, interpreter, met, lines)
    if found is not None and _replayed(criterion, level, comparison, found, interpreter, met):
        return Margin(
            level=level.outcome,
            met=met,
            op=op,
            limit=limit,
            amount=found.amount,
            unit=found.unit,
            fact=found.key[0],
            year=found.key[1],
            up=found.up,
        )
    unit = _plain_unit(criterion, comparison, interpreter)
    if unit is None or (met and criterion.measure is None):
        # Nothing to count in, or another way to meet the level leaves more room than this one.
        return None
    # No single fact moves it evenly: the plain difference.
    return Margin(
        level=level.outcome,
        met=met,
        op=op,
        limit=limit,
        amount=abs(limit - value),
        unit=unit,
        fact=None,
        year=None,
        up=value < limit,
    )


def _plain_unit(
    criterion: Criterion, comparison: Comparison, interpreter: Interpreter
) -> Unit | None:
    """The unit to say a plain difference in: the measure's, or that of the one fact compared."""
    unit = criterion.show.unit
    if comparison.left != _MEASURE:
        if not isinstance(comparison.left, Fact):
            return None
        unit = interpreter.vocabulary.facts[comparison.left.name].unit
    return None if unit.name == "1:n" else in_points(unit)


def _move(
    criterion: Criterion,
    comparison: Comparison,
    value: Fraction,
    limit: Fraction,
    interpreter: Interpreter,
    met: bool,
    lines: Lines,
) -> Move | None:
    left, op, moment = comparison.left, comparison.op, comparison.moment
    if op is Op.EQ:
        op = Op.GE if value < limit else Op.LE
    if left == _MEASURE:
        if criterion.measure is None:
            return None
        left, moment = criterion.measure, NOW
        op, limit = _unrounded(criterion, op, limit)
    if _compares_batch(comparison.right):
        # Whoever moves a figure of his own moves the mean as well: what moves is the difference.
        left, limit = Arithmetic(Sign.SUB, left, comparison.right), Fraction(0)
        return move(left, moment, op, limit, interpreter, met)
    # The levels of a criterion mostly compare one measure with several limits.
    key = (id(left), moment)
    if key not in lines:
        lines[key] = line_of(left, moment, interpreter)
    line = lines[key]
    return None if line is None else line.to(op, limit, met)


@once
def _compares_batch(limit: Expr) -> bool:
    return any(isinstance(part, Batched) for part in walk(limit))


def _unrounded(criterion: Criterion, op: Op, limit: Fraction) -> tuple[Op, Fraction]:
    """The limit for the exact measure where the official text compares the rounded one.

    Halves go away from zero: 0.5 counts as 1 but -0.5 as -1.
    """
    if criterion.rounded is None:
        return op, limit
    step = criterion.rounded.unit.scale / 10**criterion.rounded.places
    half = Fraction(1, 2)
    if op in (Op.GE, Op.GT):
        least = ceil(limit / step) if op is Op.GE else floor(limit / step) + 1
        return (Op.GE if least > 0 else Op.GT), (least - half) * step
    most = floor(limit / step) if op is Op.LE else ceil(limit / step) - 1
    return (Op.LT if most >= 0 else Op.LE), (most + half) * step


def _replayed(
    criterion: Criterion,
    level: LevelTrace,
    comparison: Comparison,
    found: Move,
    interpreter: Interpreter,
    met: bool,
) -> bool:
    """Whether the quanta found, and not one less (or for room: one more), make the difference."""
    inside, outside = found.count, found.count + (1 if met else -1)
    written = next(x for x in criterion.levels if x.outcome is level.outcome)
    if _is_plain(criterion, written, comparison, interpreter.ruleset, met):
        if found.line is not None and comparison.op in ORDERED:
            # So many quanta were reckoned from this very line.
            return True
        ends = found.along(inside), found.along(outside)
        limit = exact(comparison.right_value)
        if limit is not None and ends[0] is not None and ends[1] is not None:
            holds = EXACTLY[comparison.op]
            return holds(ends[0], limit) and not holds(ends[1], limit)
    inner, outer = (found.after(count, interpreter) for count in (inside, outside))
    if met:
        # Room is only what the whole level allows: another way to meet it leaves more.
        return _level_holds(criterion, written, inner) and not _level_holds(
            criterion, written, outer
        )
    return _holds(criterion, comparison, inner) and not _holds(criterion, comparison, outer)


def _is_plain(
    criterion: Criterion, written: Level, comparison: Comparison, ruleset: Ruleset, met: bool
) -> bool:
    """Whether the quantity is compared with a fixed number, and nothing else matters."""
    if criterion.rounded is not None or not _is_number(comparison.right, ruleset):
        return False
    whole = written.condition
    return not met or (isinstance(whole, Compare) and len(whole.rest) == 1)


def _is_number(limit: Expr, ruleset: Ruleset) -> bool:
    """Whether a limit is written out, here or as a parameter."""
    if not isinstance(limit, Parameter):
        return isinstance(limit, WrittenNumber)
    parameter = ruleset.parameters[limit.name]
    return parameter.by is None and isinstance(parameter.value, WrittenNumber)


def _measure(criterion: Criterion, interpreter: Interpreter) -> Value | None:
    if criterion.measure is None:
        return None
    return rounded(criterion, interpreter.value(criterion.measure))


def _level_holds(criterion: Criterion, level: Level, interpreter: Interpreter) -> bool:
    where = Where(measure=_measure(criterion, interpreter))
    return interpreter.condition(level.condition, where) == Truth(True)


def _holds(criterion: Criterion, comparison: Comparison, interpreter: Interpreter) -> bool:
    where = Where(measure=_measure(criterion, interpreter), moment=comparison.moment)
    sides = (interpreter.value(side, where) for side in (comparison.left, comparison.right))
    return relate(comparison.op, *sides) == Truth(True)
