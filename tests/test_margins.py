"""How far a value is from a limit: what is told is replayed fact by fact."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

from engine.language.diagnostics import FactsError
from engine.language.expression import Op
from engine.language.model import Outcome
from engine.scoring.interpreter import Interpreter
from engine.scoring.margins import Margin
from engine.scoring.outcome import evaluate
from engine.scoring.values import Number, Truth, point

from .made import YEAR, Case, assessed
from .strategies import MEASURES, cases

PUBLIC = {"measure": "children.public / children.all", "fully": ">= 50%", "basically": ">= 45%"}
COUNTED = {"children.all": "16090", "children.public": "8041"}


def told(folder: Path, criterion: dict[str, Any], facts: Mapping[Any, Any]) -> list[str]:
    """Each margin in a few words: level, short or room, amount and unit, direction, fact."""
    keyed = {k if isinstance(k, tuple) else (k, YEAR): v for k, v in facts.items()}
    full = {"id": "D.1", "title": "示例", **criterion}
    assessment = assessed(Case(criteria=(full,), grade=None, facts=keyed), folder)
    return [
        f"{m.level} {'room' if m.met else 'short'} {m.amount_text}{m.unit.name} "
        f"{'up' if m.up else 'down'} {m.fact or '-'}"
        for m in assessment.margins["D.1"]
    ]


@pytest.mark.parametrize(
    ("criterion", "facts", "wanted"),
    [
        (
            PUBLIC,
            COUNTED,
            [
                "fully_met short 4人 up children.public",
                "basically_met room 800人 down children.public",
            ],
        ),
        # A derived fact is moved through its parts; without parts it is moved itself.
        (
            {"measure": "children.public_share", "fully": "> 50%"},
            {"children.all": "16090", "children.public": "8045"},
            ["fully_met short 1人 up children.public"],
        ),
        (
            {"measure": "children.public_share", "fully": ">= 50%"},
            {"children.public_share": "49.5%"},
            ["fully_met short 0.5百分点 up children.public_share"],
        ),
        # What only chooses the limit is nothing to fall short of.
        (
            {
                "fully": "if classes.all = 0 then classes.large = 0 "
                "else children.public / children.all >= 50%"
            },
            {**COUNTED, "classes.all": "12"},
            ["fully_met short 4人 up children.public"],
        ),
        # Rounding carries 49.5 % over a limit of 50 %.
        (
            {**PUBLIC, "rounded": {"places": 0, "unit": "%"}},
            {"children.all": "1000", "children.public": "490"},
            [
                "fully_met short 5人 up children.public",
                "basically_met room 45人 down children.public",
            ],
        ),
        # Fewer is better.
        (
            {"measure": "classes.large / classes.all", "fully": "< 5%"},
            {"classes.all": "100", "classes.large": "7"},
            ["fully_met short 3班 down classes.large"],
        ),
        (
            {"measure": "classes.large / classes.all", "fully": "< 5%"},
            {"classes.all": "100", "classes.large": "4"},
            ["fully_met room 0班 up classes.large"],
        ),
        # Money by its quantum, against another year.
        (
            {"fully": "money.spending >= prior(money.spending)"},
            {("money.spending", 2022): "85753.42", ("money.spending", 2021): "87927.11"},
            ["fully_met short 2173.69万元 up money.spending"],
        ),
        (
            {"fully": "in_year(2021, money.spending > 5万元)"},
            {("money.spending", 2022): "9", ("money.spending", 2021): "4"},
            ["fully_met short 1.01万元 up money.spending"],
        ),
        # A fact on both sides of the fraction cannot be counted on alone.
        (
            {"measure": "classes.large / (classes.large + classes.all)", "fully": ">= 50%"},
            {"classes.large": "1", "classes.all": "3"},
            ["fully_met short 25百分点 up -"],
        ),
        # Two ways to meet a level: losing one of them loses nothing.
        (
            {"fully": "rate.retention >= 95% or safety.accidents <= 3"},
            {"rate.retention": "96%", "safety.accidents": "0"},
            [],
        ),
        # A value that is asked for exactly.
        (
            {"measure": "safety.accidents", "fully": "= 0"},
            {"safety.accidents": "2"},
            ["fully_met short 2次 down safety.accidents"],
        ),
        ({"measure": "safety.accidents", "fully": "= 0"}, {"safety.accidents": "0"}, []),
    ],
)
def test_told(
    tmp_path: Path, criterion: dict[str, Any], facts: dict[Any, Any], wanted: list[str]
) -> None:
    """Margins are whole natural units of the fact that moves the measure, in its own unit."""
    found = told(tmp_path, criterion, facts)
    if not wanted:
        assert all(line.endswith(" -") for line in found)
    else:
        assert found == wanted


MOVED = tuple(m for m in MEASURES if m.aim is not None)


@given(cases(graded=False, gaps=0, most=2, measures=MOVED), st.data())
def test_replayed(tmp_path: Path, case: Case, data: st.DataObject) -> None:
    """The amount told reaches the level, a quantum less does not; beyond the room it is lost.

    That is so while the criterion applies; the fact may also decide whether it does.
    """
    try:
        assessment = assessed(case, tmp_path)
    except FactsError:
        assume(False)
        raise
    margins = [
        (result, margin)
        for result in assessment.results
        for margin in assessment.margins[result.criterion.id]
        if margin.fact is not None and result.criterion.measure is not None
    ]
    assume(margins)
    result, margin = data.draw(st.sampled_from(margins))
    event(f"{'room' if margin.met else 'short'} {margin.op} {bool(result.criterion.rounded)}")
    fact = next(f for f in result.facts if f.name == margin.fact and f.year == _year(f.name))
    quantum = assessment.ruleset.vocabulary.facts[fact.name].quantum or Fraction(1)
    if fact.name == "area.rooms":
        quantum = Fraction(1, 100)

    def holds(amount: Fraction) -> bool:
        assert isinstance(fact.value, Number)
        assert isinstance(fact.value.exact, Fraction)
        moved = point(fact.value.exact + (amount if margin.up else -amount))
        engine = Interpreter(assessment.ruleset, assessment.sheet, {(fact.name, fact.year): moved})
        again = evaluate(result.criterion, engine)
        assume(again.outcome is not Outcome.NOT_APPLICABLE)
        level = next((x for x in again.levels if x.outcome is margin.level), None)
        # A better level that holds makes the one below moot, and met.
        return level is None or level.result == Truth(True)

    assert holds(margin.amount)
    if margin.met:
        if margin.level is Outcome.FULLY_MET:
            assert not holds(margin.amount + quantum)
    else:
        assert margin.amount > 0
        assert not holds(margin.amount - quantum)


def _year(name: str) -> int:
    return YEAR - 1 if name == "money.last_year" else YEAR


@given(
    st.sampled_from((Op.GE, Op.GT, Op.LE, Op.LT)),
    st.integers(-30, 30),
    st.integers(-300, 300),
    st.integers(0, 1),
)
def test_rounding_around_zero(
    tmp_path: Path, op: Op, limit: int, difference: int, places: int
) -> None:
    """With rounding, too, of negative values as well: halves go away from zero."""
    criterion = {
        "id": "D.1",
        "title": "示例",
        "measure": "(pay.teachers - pay.servants) / 10",
        "fully": f"{op} {limit}元",
        "rounded": {"places": places, "unit": "元"},
    }
    facts = {
        ("pay.teachers", YEAR): f"{1000 + difference}",
        ("pay.servants", YEAR): "1000",
    }
    assessment = assessed(Case(criteria=(criterion,), grade=None, facts=facts), tmp_path)
    (margin,) = assessment.margins["D.1"]
    assert margin.fact == "pay.teachers"

    def holds(amount: Fraction) -> bool:
        moved = point(1000 + difference + (amount if margin.up else -amount))
        engine = Interpreter(assessment.ruleset, assessment.sheet, {("pay.teachers", YEAR): moved})
        return evaluate(assessment.ruleset.criteria[0], engine).outcome is Outcome.FULLY_MET

    assert holds(margin.amount)
    assert not holds(_beyond(margin))


def _beyond(margin: Margin) -> Fraction:
    """One yuan too much of a room, one too little of what is lacking."""
    return margin.amount + 1 if margin.met else margin.amount - 1
