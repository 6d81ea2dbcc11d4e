"""Made-up batches: subjects with a value, a bound or none, and the rulesets that compare them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from engine.facts.sheet import FactSheet, Subject
from engine.facts.values import Bound, By, Entry, Inapplicable, Measured, Stated
from engine.language.diagnostics import Source, Span
from engine.language.expression import Batched
from engine.language.model import Ruleset
from engine.language.units import PLAIN
from engine.scoring.cohort import comparisons
from engine.scoring.gathering import gather
from engine.scoring.interpreter import Interpreter
from engine.scoring.values import Number, Value

from .support import HEAD, ruleset

FACT, YEAR = "pay.teachers", 2022
WORDS = ("一类地区", "二类地区")
NOWHERE = Span(Source("made up"))
# By the order in which the criteria ask for them.
RANK, LOWEST, MEAN, COUNT = range(4)
RULES = f"""\
{HEAD}\
batch: {{of: district, because: {{zh: 示例, en: example}}}}
domains:
  - id: D
    title: {{zh: 域, en: Domain}}
    criteria:
      - {{id: D.1, title: 一, measure: "rank({FACT}, by: area_class)", fully: <= 1}}
      - {{id: D.2, title: 二, measure: "rank({FACT}, lowest)", fully: <= 1}}
      - {{id: D.3, title: 三, measure: {FACT}, fully: ">= batch_mean({FACT})"}}
      - {{id: D.4, title: 四, measure: batch_count({FACT} >= 3元), fully: ">= 1"}}
"""


@dataclass(frozen=True)
class One:
    """A subject: its group, and its value; None is not reported, a text declared away."""

    group: str
    value: int | tuple[Bound, int] | str | None


values = st.one_of(
    st.integers(0, 5),
    st.tuples(st.sampled_from([b for b in Bound if b is not Bound.EXACT]), st.integers(0, 5)),
    st.none(),
    st.just("无此项"),
)
known = st.builds(One, st.sampled_from(WORDS), st.integers(0, 5))
anyone = st.builds(One, st.sampled_from(WORDS), values)


@cache
def rules(folder: Path, missing: str = "undetermined") -> Ruleset:
    """The ruleset, with what it says of subjects that have not reported."""
    text = RULES.replace("of: district,", f"of: district, missing: {missing},")
    return ruleset(folder / missing, text).ruleset


def sheet(number: int, one: One) -> FactSheet:
    """The sheet of the subject of that number."""
    entries = {}
    if one.value is not None:
        entry = Entry(fact=FACT, year=YEAR, by=By.SELF, stated=_stated(one), origin=NOWHERE)
        entries[FACT, YEAR] = (entry,)
    return FactSheet(
        subject=Subject(code=f"{number:02}", name="某区", attributes={"area_class": one.group}),
        year=YEAR,
        entries=entries,
        tables={},
        source=NOWHERE.source,
    )


def _stated(one: One) -> Stated:
    match one.value:
        case str() as reason:
            return Inapplicable(reason)
        case (bound, number):
            return Measured(Fraction(number), bound, PLAIN, None)
        case int() as number:
            return Measured(Fraction(number), Bound.EXACT, PLAIN, None)
        case _:
            raise AssertionError(one)


def found(rules: Ruleset, sheets: Sequence[FactSheet], *, lost: int = 0) -> list[tuple[Value, ...]]:
    """What each subject gets of each comparison, in the order of the sheets."""
    cohort = gather(rules, sheets, lost=lost)
    asked = comparisons(rules)
    return [
        tuple(interpreter.value(expr) for expr in asked)
        for one in sheets
        for interpreter in [Interpreter(rules, one, cohort=cohort)]
    ]


def batch(ones: Sequence[One]) -> list[FactSheet]:
    """Their sheets."""
    return [sheet(number, one) for number, one in enumerate(ones)]


def within(inner: Value, outer: Value) -> bool:
    """Whether every number that the first can be is one that the second can be."""
    if not isinstance(outer, Number):
        # What has no value yet may become anything.
        return True
    if not isinstance(inner, Number):
        return False
    low = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return low and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def completed(one: One, value: int) -> One:
    """The subject once it has reported exactly, or declared it away; a bound holds."""
    if one.value is None and value < 0:
        return replace(one, value="无此项")
    value = max(value, 0)
    match one.value:
        case None:
            return replace(one, value=value)
        case (Bound.AT_LEAST, least):
            return replace(one, value=least + value)
        case (Bound.MORE_THAN, least):
            return replace(one, value=least + 1 + value)
        case (Bound.AT_MOST, most):
            return replace(one, value=most - value)
        case (Bound.LESS_THAN, most):
            return replace(one, value=most - 1 - value)
        case _:
            return one


def exactly(value: Value) -> Fraction:
    """The one number that a comparison gives."""
    assert isinstance(value, Number), value
    assert isinstance(value.exact, Fraction), value
    return value.exact


def expression(rules: Ruleset, place: int) -> Batched:
    """One of the comparisons."""
    return comparisons(rules)[place]
