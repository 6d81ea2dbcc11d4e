"""Which fact moves a quantity, and how many of its quanta bring the quantity to a limit.

The first fact of the numerator is moved by its quantum, everything else held. The step must be even
over the first two quanta; whether the number found is right is for the caller to replay.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from ..language.expression import Arithmetic, Expr, Fact, Number, Op, Sign, fact_names, walk
from ..language.once import once
from ..language.units import Unit, find_unit
from ..language.vocabulary import Vocabulary
from .fact_values import Basis, FactValue, Key, Moment
from .interpreter import Interpreter
from .values import Number as Interval
from .values import Value, point
from .where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """``count`` quanta of one fact, up or down from its value ``now``.

    ``line`` is what the quantity is now and how far a quantum takes it, where that is so for any
    number of quanta.
    """

    key: Key
    now: Fraction
    quantum: Fraction
    count: int
    up: bool
    unit: Unit
    line: tuple[Fraction, Fraction] | None = None

    @property
    def amount(self) -> Fraction:
        """How far the fact moves, in base units."""
        return self.count * self.quantum

    def after(self, count: int, interpreter: Interpreter) -> Interpreter:
        """The evaluation with the fact moved by another number of quanta."""
        return interpreter.replaced(self.key, point(self.moved(count)))

    def moved(self, count: int) -> Fraction:
        """The fact moved by another number of quanta."""
        return self.now + (count if self.up else -count) * self.quantum

    def along(self, count: int) -> Fraction | None:
        """The quantity after another number of quanta; None where it moves on no line."""
        if self.line is None:
            return None
        here, step = self.line
        return here + (count if self.up else -count) * step


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How a quantity moves with one fact: what its numerator is, what a quantum adds, over what.

    ``straight``: so for any number of quanta, not only for the first two.
    """

    key: Key
    now: Fraction
    quantum: Fraction
    unit: Unit
    here: Fraction
    slope: Fraction
    divisor: Fraction
    straight: bool

    def to(self, op: Op, limit: Fraction, met: bool) -> Move:
        """How the quantity reaches a limit, or how far it may go without losing it."""
        wants_up = (op in (Op.GE, Op.GT)) is (self.slope > 0)
        distance = abs(limit * self.divisor - self.here) / abs(self.slope)
        line = (self.here / self.divisor, self.slope / self.divisor) if self.straight else None
        return Move(
            key=self.key,
            now=self.now,
            quantum=self.quantum,
            count=_quanta(distance, op in (Op.GT, Op.LT), met),
            up=wants_up is not met,
            unit=self.unit,
            line=line,
        )


def move(
    expr: Expr, moment: Moment, op: Op, limit: Fraction, interpreter: Interpreter, met: bool
) -> Move | None:
    """How ``expr op limit`` is gained, or what of it may be lost; None when that is not linear."""
    line = line_of(expr, moment, interpreter)
    return None if line is None else line.to(op, limit, met)


def line_of(expr: Expr, moment: Moment, interpreter: Interpreter) -> Line | None:
    """How a quantity moves with the first fact that it rests on; None when that is not linear."""
    expr, moment = _expanded(expr, moment, interpreter)
    numerator, divisor, below = expr, Fraction(1), frozenset[str]()
    if isinstance(expr, Arithmetic) and expr.sign is Sign.DIV:
        under = exact(interpreter.value(expr.right, Where(moment=moment)))
        if under is None or under <= 0:
            return None
        numerator, divisor = expr.left, under
        below = _names(expr.right, interpreter.vocabulary)
    fact = _leaf(numerator, moment, interpreter)
    now = None if fact is None else exact(fact.value)
    if fact is None or now is None:
        return None
    definition = interpreter.vocabulary.facts[fact.name]
    if definition.unit.name == "1:n":
        # 1:15 and 1:16 are not an even step apart, and nobody counts in parts of a ratio.
        return None
    quantum = definition.quantum or smallest(definition.unit)
    key = (fact.name, fact.year)
    times = _times(numerator, moment, key, interpreter)
    sums = (now, now + quantum, now + 2 * quantum) if times is None else (now,)
    found = [
        exact(
            interpreter.replaced(key, point(value)).value(numerator, Where(moment=moment))
            if times is None
            else interpreter.value(numerator, Where(moment=moment))
        )
        for value in sums
    ]
    here = found[0]
    if here is None:
        return None
    slope = _even(found) if times is None else times * quantum
    if not slope:
        return None
    return Line(
        key=key,
        now=now,
        quantum=quantum,
        unit=in_points(definition.unit),
        here=here,
        slope=slope,
        divisor=divisor,
        straight=times is not None and fact.name not in below,
    )


def _even(found: list[Fraction | None]) -> Fraction | None:
    """The step between three values, where it is even."""
    here, once_more, twice = found
    if here is None or once_more is None or twice is None:
        return None
    slope = once_more - here
    return slope if twice - once_more == slope else None


def _times(expr: Expr, moment: Moment, key: Key, interpreter: Interpreter) -> int | None:
    """How often a fact is added up in a sum of facts and numbers; None in anything else."""
    match expr:
        case Number():
            return 0
        case Fact():
            inner, then = _expanded(expr, moment, interpreter)
            if inner is not expr:
                return _times(inner, then, key, interpreter)
            fact = interpreter.fact(expr.name, moment)
            return int((fact.name, fact.year) == key)
        case Arithmetic(sign=Sign.ADD | Sign.SUB):
            left = _times(expr.left, moment, key, interpreter)
            right = _times(expr.right, moment, key, interpreter)
            if left is None or right is None:
                return None
            return left + right if expr.sign is Sign.ADD else left - right
        case _:
            return None


def _names(expr: Expr, vocabulary: Vocabulary) -> frozenset[str]:
    """All facts that an expression rests on, through the definitions of those that are derived."""
    found: set[str] = set()
    todo = [expr]
    while todo:
        for name in _direct(todo.pop()):
            derived = None if name in found else vocabulary.facts[name].derived
            todo += () if derived is None else (derived,)
            found.add(name)
    return frozenset(found)


_direct = once(fact_names)


def _quanta(distance: Fraction, strict: bool, met: bool) -> int:
    """How many quanta gain the level, or may be lost without losing it."""
    if met:
        return ceil(distance) - 1 if strict else floor(distance)
    return floor(distance) + 1 if strict else ceil(distance)


def _expanded(expr: Expr, moment: Moment, interpreter: Interpreter) -> tuple[Expr, Moment]:
    """A fact that was computed is moved through its parts."""
    while isinstance(expr, Fact):
        fact = interpreter.fact(expr.name, moment)
        definition = interpreter.vocabulary.facts[expr.name]
        if fact.basis is not Basis.COMPUTED or definition.derived is None:
            break
        moment = Moment(interpreter.base_year(expr.name) - fact.year)
        expr = definition.derived
    return expr, moment


def _leaf(expr: Expr, moment: Moment, interpreter: Interpreter) -> FactValue | None:
    """The first reported fact that a quantity rests on, however deep."""
    for part in walk(expr):
        if isinstance(part, Fact):
            inner, then = _expanded(part, moment, interpreter)
            if inner == part:
                return interpreter.fact(part.name, moment)
            return _leaf(inner, then, interpreter)
    return None


def exact(value: Value) -> Fraction | None:
    """The one rational number that a value is."""
    number = value.exact if isinstance(value, Interval) else None
    return number if isinstance(number, Fraction) else None


def in_points(unit: Unit) -> Unit:
    """Differences of rates are percentage points."""
    return (find_unit("百分点") or unit) if unit.is_rate else unit


def smallest(unit: Unit) -> Fraction:
    """The step of a fact without a declared quantum: a hundredth of its unit, or one thing."""
    counts_things = unit.scale == 1 and bool(unit.counts)
    return unit.scale if counts_things else unit.scale / 100
