"""Three-valued logic with a fourth state, and intervals that hold every value they stand for."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.language.expression import Op
from engine.scoring.comparing import compare, relate
from engine.scoring.intervals import (
    absolute,
    add,
    divide,
    largest,
    multiply,
    negate,
    reciprocal,
    smallest,
)
from engine.scoring.rounding import ceiling, floor, half_up
from engine.scoring.values import (
    NO,
    YES,
    Condition,
    NotApplicable,
    Number,
    Reason,
    Truth,
    Unknown,
    Why,
    Word,
    at_least,
    both,
    either,
    opposite,
    point,
    unknown,
)

OPEN = unknown(Why.MISSING, "x", 2022)
OUT = NotApplicable("无", "y")
LAPSING = Unknown(OPEN.reasons, lapses=True)
STATES: dict[str, Condition] = {"1": YES, "0": NO, "?": OPEN, "-": OUT, "~": LAPSING}
NAMES = {condition: name for name, condition in STATES.items()}

AND = {
    "11": "1", "10": "0", "1?": "?", "1-": "-",
    "00": "0", "0?": "0", "0-": "0",
    "??": "?", "?-": "~", "--": "-",
}  # fmt: skip
OR = {
    "11": "1", "10": "1", "1?": "1", "1-": "1",
    "00": "0", "0?": "?", "0-": "-",
    "??": "?", "?-": "~", "--": "-",
}  # fmt: skip


@pytest.mark.parametrize(("pair", "wanted"), AND.items())
def test_all_of(pair: str, wanted: str) -> None:
    """One part that fails decides; else an unknown; one that cannot exist may yet take it away."""
    for order in (pair, pair[::-1]):
        assert NAMES[both([STATES[name] for name in order])] == wanted


@pytest.mark.parametrize(("pair", "wanted"), OR.items())
def test_one_of(pair: str, wanted: str) -> None:
    """One part that holds decides; else an unknown; one that cannot exist may yet take it away."""
    for order in (pair, pair[::-1]):
        assert NAMES[either([STATES[name] for name in order])] == wanted


def test_negation_keeps_what_is_open() -> None:
    """The opposite of unknown is unknown, of not applicable not applicable."""
    assert [NAMES[opposite(STATES[name])] for name in "10?-~"] == ["0", "1", "?", "-", "~"]


conditions = st.lists(st.sampled_from(list(STATES.values())), max_size=5)


@given(conditions)
def test_de_morgan(parts: list[Condition]) -> None:
    """Not all of them is one of their opposites."""
    assert opposite(both(parts)) == either([opposite(p) for p in parts])


@given(conditions, st.integers(1, 5))
def test_logic_agrees_with_every_completion(parts: list[Condition], least: int) -> None:
    """What is decided with unknowns is decided alike however they turn out."""
    found = {"all": both(parts), "one": either(parts), "k": at_least(least, parts)}
    for filling in product((YES, NO), repeat=parts.count(OPEN)):
        values = iter(filling)
        full = [next(values) if p == OPEN else p for p in parts]
        completed = {"all": both(full), "one": either(full), "k": at_least(least, full)}
        for name, condition in found.items():
            if isinstance(condition, (Truth, NotApplicable)):
                assert completed[name] == condition
            elif not condition.lapses:
                assert not isinstance(completed[name], NotApplicable)


# -- intervals ------------------------------------------------------------------------------------

fractions = st.fractions(-50, 50, max_denominator=8)


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Number, Fraction]:
    """An interval with one of its values."""
    inside = draw(fractions)
    low, high = (draw(st.one_of(st.none(), st.fractions(0, 9, max_denominator=4))) for _ in "ab")
    source = (Reason(Why.BOUND, "x", 2022),)
    number = Number(
        None if low is None else inside - low,
        None if high is None else inside + high,
        bool(low) and draw(st.booleans()),
        bool(high) and draw(st.booleans()),
        source,
    )
    return number, inside


def holds(number: Number, value: Fraction) -> bool:
    """Whether the interval holds the value."""
    above = number.low is None or number.low < value
    below = number.high is None or value < number.high
    return (above or (number.low == value and not number.low_open)) and (
        below or (number.high == value and not number.high_open)
    )


PAIRS: dict[str, tuple[Callable[[Number, Number], Number], Callable[..., Fraction]]] = {
    "+": (add, lambda x, y: x + y),
    "*": (multiply, lambda x, y: x * y),
    "min": (smallest, min),
    "max": (largest, max),
}
SINGLES: dict[str, tuple[Callable[[Number], Number], Callable[[Fraction], Fraction]]] = {
    "-": (negate, lambda x: -x),
    "abs": (absolute, abs),
    "floor": (floor, lambda x: Fraction(x // 1)),
    "ceil": (ceiling, lambda x: Fraction(-(-x // 1))),
}


@pytest.mark.parametrize("name", PAIRS)
@given(left=intervals(), right=intervals())
def test_enclosure(
    name: str, left: tuple[Number, Fraction], right: tuple[Number, Fraction]
) -> None:
    """An operation on intervals holds what it gives on their values."""
    wide, exact = PAIRS[name]
    assert holds(wide(left[0], right[0]), exact(left[1], right[1]))


@pytest.mark.parametrize("name", SINGLES)
@given(operand=intervals())
def test_enclosure_of_one(name: str, operand: tuple[Number, Fraction]) -> None:
    """So does an operation on one interval."""
    wide, exact = SINGLES[name]
    assert holds(wide(operand[0]), exact(operand[1]))


@given(intervals(), intervals())
def test_quotient(left: tuple[Number, Fraction], right: tuple[Number, Fraction]) -> None:
    """A quotient holds every quotient; where the divisor may be zero there is none."""
    found = divide(left[0], right[0], "y")
    if isinstance(found, Number):
        assert right[1] != 0
        assert holds(found, left[1] / right[1])
    else:
        assert reciprocal(right[0]) is None
        assert holds(right[0], Fraction(0))


def test_divisor_zero_or_only_bounded() -> None:
    """Zero says so; a bound that allows zero asks for the fact instead."""
    bound = Number(Fraction(0), None, bounded=(Reason(Why.BOUND, "x", 2022),))
    assert divide(point(1), point(0), "y") == unknown(Why.ZERO_DIVISOR, "y")
    assert divide(point(1), bound, "y") == unknown(Why.BOUND, "x", 2022)


@given(fractions, fractions)
def test_points_stay_points(x: Fraction, y: Fraction) -> None:
    """Exact operands give the exact result, with nothing around it."""
    assert add(point(x), point(y)) == point(x + y)
    assert multiply(point(x), point(y)) == point(x * y)
    assert largest(point(x), point(y)) == point(max(x, y))
    if y:
        assert divide(point(x), point(y), "y") == point(x / y)


COMPARED: dict[Op, Callable[[Fraction, Fraction], bool]] = {
    Op.LT: lambda x, y: x < y,
    Op.LE: lambda x, y: x <= y,
    Op.GT: lambda x, y: x > y,
    Op.GE: lambda x, y: x >= y,
    Op.EQ: lambda x, y: x == y,
    Op.NE: lambda x, y: x != y,
}


@pytest.mark.parametrize("op", Op)
@given(left=intervals(), right=intervals())
def test_decided_for_all(
    op: Op, left: tuple[Number, Fraction], right: tuple[Number, Fraction]
) -> None:
    """A comparison that intervals decide comes out so for each of their values."""
    found = compare(op, left[0], right[0])
    if isinstance(found, Truth):
        assert COMPARED[op](left[1], right[1]) is found.holds
    else:
        assert isinstance(found, Unknown)
        assert found.reasons


@pytest.mark.parametrize("op", Op)
@given(x=fractions, y=fractions)
def test_points_decide(op: Op, x: Fraction, y: Fraction) -> None:
    """Exact numbers always decide."""
    assert compare(op, point(x), point(y)) == Truth(COMPARED[op](x, y))


@given(intervals(), st.integers(0, 2))
def test_rounding_encloses(operand: tuple[Number, Fraction], places: int) -> None:
    """Rounding an interval holds its rounded values; halves go away from zero."""
    number, inside = operand
    rounded = half_up(point(inside), places, Fraction(1)).exact
    assert isinstance(rounded, Fraction)
    assert holds(half_up(number, places, Fraction(1)), rounded)
    assert abs(rounded - inside) * 10**places <= Fraction(1, 2)


@pytest.mark.parametrize(("x", "wanted"), [("0.5", 1), ("-0.5", -1), ("1.4999", 1), ("2.5", 3)])
def test_half_up(x: str, wanted: int) -> None:
    """A half is rounded away from zero."""
    assert half_up(point(Fraction(x)), 0, Fraction(1)) == point(wanted)


def test_words_compare_in_their_own_list() -> None:
    """A written word has its place in the list of the value beside it, not in a list like it."""
    better_last = Word("Ⅲ", 2, ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ"))
    better_first = Word("Ⅲ", 2, ("Ⅴ", "Ⅳ", "Ⅲ", "Ⅱ", "Ⅰ"))
    assert relate(Op.GE, better_last, Word("Ⅱ")) == YES
    assert relate(Op.GE, better_first, Word("Ⅱ")) == NO
    assert relate(Op.EQ, better_first, Word("Ⅲ")) == YES


@given(intervals())
def test_zero_times_anything(operand: tuple[Number, Fraction]) -> None:
    """Zero of a quantity that is only bounded is zero."""
    assume(operand[0].exact is None)
    product_ = multiply(point(0), operand[0])
    assert compare(Op.EQ, product_, point(0)) == YES
