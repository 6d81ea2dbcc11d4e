"""Every form of expression on facts that are there, missing, not applicable, or of other years."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from engine.scoring.fact_values import Basis
from engine.scoring.interpreter import Interpreter
from engine.scoring.values import (
    NO,
    YES,
    NotApplicable,
    Number,
    Unknown,
    Why,
    unknown,
)

from .evaluating import decide, evaluate, number
from .made import YEAR, Case, assessed, load

NO_SUCH = {"not_applicable": "无"}
FACTS: dict[Any, Any] = {
    "children.all": "16090",
    "children.public": "8041",
    "classes.all": "25",
    "classes.large": "0",
    "safety.accidents": "0",
    "safety.falsified": "no",
    "level.monitoring": "Ⅱ",
    "plan.name": "方案",
    "plan.date": "2022-03-01",
    "ratio.staff": "1:15",
    ("money.spending", 2022): "100万元",
    ("money.spending", 2021): "90万元",
    ("money.spending", 2020): "95万元",
    ("money.last_year", 2021): "7万元",
    ("money.last_year", 2020): "5万元",
}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("children.public / children.all", Fraction(8041, 16090)),
        ("children.all - children.public * 2 + 1", 9),
        ("-(classes.all - 30)", 5),
        ("min(classes.all, 30, 7)", 7),
        ("max(classes.all, 30, 7)", 30),
        ("abs(classes.all - 30)", 5),
        ("ceil(classes.all / 12)", 3),
        ("floor(classes.all / 12)", 2),
        ("round(classes.all / 10)", 3),
        ("round(-classes.all / 10)", -3),
        ("round(children.public / children.all, 4)", Fraction(4998, 10000)),
        ("prior(money.spending)", 900_000),
        ("prior(money.spending, 2)", 950_000),
        ("prior(prior(money.spending))", 950_000),
        ("in_year(2020, money.spending)", 950_000),
        ("money.last_year", 70_000),
        ("prior(money.last_year)", 50_000),
        ("in_year(2021, money.last_year)", 70_000),
        ("if safety.falsified then 1 else 2", 2),
        ("if ratio.staff >= 1:15 then 50% else 5‰", Fraction(1, 2)),
        ("evaluation.year - 2000", 22),
        ("classes.large", 0),
        ("0 / classes.all", 0),
    ],
)
def test_numbers(tmp_path: Path, text: str, wanted: Fraction) -> None:
    """Arithmetic is exact, rounds half up, reads the year it is asked for; zero is a value."""
    assert number(tmp_path, text, FACTS) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0 <= classes.large < 5", YES),
        ("0 < classes.large < 5", NO),
        ("1 < classes.all <= 25", YES),
        ("classes.all in (24, 25)", YES),
        ("level.monitoring in (Ⅲ, Ⅳ)", NO),
        ("level.monitoring >= Ⅱ", YES),
        ("level.monitoring > Ⅱ", NO),
        ("Ⅲ > level.monitoring", YES),
        ("plan.name = 方案", YES),
        ("plan.name != 方案", NO),
        ("plan.date <= 2022-12-31", YES),
        ("safety.falsified = no", YES),
        ("not safety.falsified and classes.large = 0", YES),
        ("safety.falsified or classes.large > 0", NO),
        ("if safety.falsified then no else yes", YES),
        ("every_year(2, money.spending > 90万元)", NO),
        ("any_year(2, money.spending > 90万元)", YES),
        ("every_year(3, money.spending >= 90万元)", YES),
        ("every_year(2, money.spending >= prior(money.spending))", NO),
        ("in_year(2021, money.spending < prior(money.spending))", YES),
        ("at_least(2, classes.all > 9, safety.falsified, classes.large = 0)", YES),
        ("at_least(3, classes.all > 9, safety.falsified, classes.large = 0)", NO),
        ("reported(plan.name)", YES),
        ("reported(rate.retention)", NO),
        ("any(schools: reported(books))", YES),
        ("all(schools: reported(books))", NO),
    ],
)
def test_conditions(tmp_path: Path, text: str, wanted: object) -> None:
    """Comparisons, chains, lists, years, counts of conditions, and what was reported at all."""
    schools = [{"id": "S1", "books": "5"}, {"id": "S2"}]
    assert decide(tmp_path, text, FACTS, schools) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate.retention", (Why.MISSING, "rate.retention", 2022)),
        ("rate.retention * 0 + 1", (Why.MISSING, "rate.retention", 2022)),
        ("prior(children.all)", (Why.MISSING, "children.all", 2021)),
        ("prior(money.last_year, 2)", (Why.MISSING, "money.last_year", 2019)),
        ("in_year(2018, money.spending)", (Why.MISSING, "money.spending", 2018)),
        ("children.all / classes.large", (Why.ZERO_DIVISOR, "classes.large", 0)),
        ("if pay.not_below then 1 else 2", (Why.MISSING, "pay.not_below", 2022)),
        ("by_class", (Why.ATTRIBUTE, "subject.area_class", 0)),
    ],
)
def test_unknown(tmp_path: Path, text: str, reason: tuple[Why, str, int]) -> None:
    """What was not reported, and division by zero, give no value but the reason."""
    assert evaluate(tmp_path, text.replace("by_class", "floor_pay"), FACTS) == unknown(*reason)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("rate.retention > 50% and safety.falsified", NO),
        ("rate.retention > 50% or classes.large = 0", YES),
        ("not (rate.retention > 50%) and safety.falsified", NO),
        ("at_least(1, rate.retention > 50%, classes.large = 0)", YES),
        ("at_least(2, rate.retention > 50%, safety.falsified)", NO),
        ("any_year(2, money.spending > 50万元 or children.all > prior(children.all))", YES),
        ("min(rate.retention, 5%) <= 5%", YES),
        ("max(rate.retention, 5%) < 5%", NO),
        ("if pay.not_below then classes.all > 9 else classes.large = 0", YES),
    ],
)
def test_the_rest_decides(tmp_path: Path, text: str, wanted: object) -> None:
    """An unknown leaves undecided only what the rest does not decide."""
    assert decide(tmp_path, text, FACTS) == wanted


def test_all_reasons_are_told(tmp_path: Path) -> None:
    """Everything that has to be reported is named at once, behind a choice too."""
    value = evaluate(tmp_path, "if pay.not_below then rate.retention else prior(rate.retention)")
    assert isinstance(value, Unknown)
    assert [(r.name, r.year) for r in value.reasons] == [
        ("pay.not_below", 2022),
        ("rate.retention", 2022),
        ("rate.retention", 2021),
    ]


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("rate.retention >= 95%", YES),
        ("rate.retention > 96%", None),
        ("rate.retention < 96%", NO),
        ("rate.retention - 1% >= 95%", YES),
        ("rate.retention / children.all > 0", YES),
    ],
)
def test_bounds(tmp_path: Path, text: str, decided: object) -> None:
    """At least 96 % decides what every such value decides; the rest asks for the figure."""
    value = decide(tmp_path, text, {**FACTS, "rate.retention": ">= 96%"})
    assert value == (decided or unknown(Why.BOUND, "rate.retention", 2022))


def test_not_applicable(tmp_path: Path) -> None:
    """What cannot exist is neither zero nor missing; a choice may pass it by."""
    facts = {**FACTS, "classes.all": NO_SUCH}
    gone = NotApplicable("无", "classes.all")
    assert evaluate(tmp_path, "classes.all + 1", facts) == gone
    assert decide(tmp_path, "classes.all > 5", facts) == gone
    assert decide(tmp_path, "classes.all > 5 or classes.large = 0", facts) == YES
    assert decide(tmp_path, "classes.all > 5 or classes.large > 0", facts) == gone
    assert decide(tmp_path, "reported(classes.all)", facts) == YES
    assert number(tmp_path, "if safety.falsified then classes.all else 3", facts) == 3
    open_ = decide(tmp_path, "classes.all > 5 and rate.retention > 5%", facts)
    assert isinstance(open_, Unknown)
    assert open_.lapses


def test_parameters(tmp_path: Path) -> None:
    """A parameter has the value of the subject's attribute, or the one for all others."""
    for word, wanted in (("一类地区", 60), ("二类地区", 50), ("三类地区", 40)):
        value = evaluate(tmp_path, "floor_pay", FACTS, None, {"area_class": word})
        assert isinstance(value, Number)
        assert value.exact == wanted
    subject = {"area_class": "二类地区", "kind": "district"}
    assert decide(tmp_path, "subject.area_class = 二类地区", {}, None, subject) == YES
    assert decide(tmp_path, "subject.kind = 'city'", {}, None, subject) == NO


# -- derived facts --------------------------------------------------------------------------------

SHARE = "children.public_share"


def derived(
    tmp_path: Path, facts: dict[Any, Any], name: str = SHARE, asked: str = SHARE
) -> tuple[object, Basis, tuple[str, ...]]:
    """Value, basis and leaves of a derived fact."""
    criterion = {"id": "D.1", "title": "示例", "measure": asked, "fully": ">= 0"}
    if name != SHARE:
        criterion = {"id": "D.1", "title": "示例", "fully": asked}
    keyed = {k if isinstance(k, tuple) else (k, YEAR): v for k, v in facts.items()}
    engine = Interpreter(*load(Case(criteria=(criterion,), grade=None, facts=keyed), tmp_path))
    with engine.facts.asked() as used:
        fact = engine.fact(name)
    value = fact.value.exact if isinstance(fact.value, Number) else fact.value
    return value, fact.basis, tuple(leaf.name for leaf in engine.facts.leaves(used))


PARTS = ("children.public", "children.all")


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        # Parts decide, with a statement or without.
        ({PARTS[0]: "1", PARTS[1]: "3"}, (Fraction(1, 3), Basis.COMPUTED, PARTS)),
        ({PARTS[0]: "1", PARTS[1]: "3", SHARE: "50%"}, (Fraction(1, 3), Basis.COMPUTED, PARTS)),
        # Only the statement, or too few parts beside it.
        ({SHARE: "50%"}, (Fraction(1, 2), Basis.STATED, (SHARE,))),
        ({PARTS[0]: "1", SHARE: "50%"}, (Fraction(1, 2), Basis.STATED, (SHARE,))),
        # Nothing at all asks for the fact itself, some parts for the other ones.
        ({}, (unknown(Why.MISSING, SHARE, 2022), Basis.ABSENT, (SHARE,))),
        ({PARTS[0]: "1"}, (unknown(Why.MISSING, PARTS[1], 2022), Basis.ABSENT, PARTS)),
        # Parts that give no value are not overridden by a statement.
        (
            {PARTS[0]: "0", PARTS[1]: "0", SHARE: "50%"},
            (unknown(Why.ZERO_DIVISOR, PARTS[1]), Basis.ABSENT, PARTS),
        ),
        (
            {PARTS[0]: NO_SUCH, PARTS[1]: "3", SHARE: "50%"},
            (NotApplicable("无", PARTS[0]), Basis.ABSENT, PARTS),
        ),
        # Declared not applicable itself.
        (
            {PARTS[0]: "1", PARTS[1]: "3", SHARE: NO_SUCH},
            (NotApplicable("无", SHARE), Basis.REPORTED, (SHARE,)),
        ),
    ],
)
def test_derived(tmp_path: Path, facts: dict[str, Any], wanted: object) -> None:
    """Reported parts decide; without them the statement does; a claim never overrides its parts."""
    assert derived(tmp_path, facts) == wanted


def test_derived_condition(tmp_path: Path) -> None:
    """A yes-or-no fact may follow from others too, and be left undecided by a bound."""
    pay = "pay.not_below"
    parts = ("pay.teachers", "pay.servants")
    facts = {"pay.teachers": "9", "pay.servants": "9"}
    assert derived(tmp_path, facts, pay, pay) == (YES, Basis.COMPUTED, parts)
    facts = {"pay.teachers": ">= 8", "pay.servants": "9", pay: "yes"}
    value, basis, _ = derived(tmp_path, facts, pay, pay)
    assert (value, basis) == (unknown(Why.BOUND, "pay.teachers", 2022), Basis.ABSENT)


def test_derived_of_another_year(tmp_path: Path) -> None:
    """The parts are those of the year that is asked for."""
    facts = {
        ("children.public", 2021): "1",
        ("children.all", 2021): "4",
        ("children.public", 2022): "1",
        ("children.all", 2022): "2",
    }
    assert number(tmp_path, f"{SHARE} - prior({SHARE})", facts) == Fraction(1, 4)
    assert number(tmp_path, f"in_year(2021, {SHARE})", facts) == Fraction(1, 4)


def test_the_first_to_ask_sees_what_others_see(tmp_path: Path) -> None:
    """Criteria that use one fact name the same facts, whichever is evaluated first."""
    criteria = tuple(
        {"id": f"D.{n}", "title": "示例", "measure": SHARE, "fully": ">= 50%"} for n in (1, 2)
    )
    for facts in (
        {(PARTS[0], YEAR): "1", (PARTS[1], YEAR): "3"},
        {(PARTS[0], YEAR): "1", (SHARE, YEAR): "50%"},
    ):
        first, second = assessed(Case(criteria=criteria, grade=None, facts=facts), tmp_path).results
        assert [f.name for f in first.facts] == [f.name for f in second.facts]
        assert [f.name for f in first.derived] == [f.name for f in second.derived]
