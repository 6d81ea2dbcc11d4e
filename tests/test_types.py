"""Types and units of expressions: what a ruleset may compare, and what is caught when it loads."""

from pathlib import Path

import pytest

from engine.language.checker import check
from engine.language.diagnostics import Diagnostic, Source, Span
from engine.language.expression import Aggregate, Call, Column, Fact, Name, Parameter, Tally, walk
from engine.language.nodes import Text
from engine.language.parser import parse_text
from engine.language.scope import Scope
from engine.language.types import Quantity, Truth, Type, Words
from engine.language.vocabulary import Vocabulary
from engine.language.vocabulary_loader import load_vocabulary

from .support import SMALL


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    loaded, faults = load_vocabulary((SMALL,))
    assert loaded is not None
    assert faults == []
    return loaded


def checked(
    text: str, vocabulary: Vocabulary, *, grade: bool = False, measure: Type | None = None
) -> tuple[list[str], Type]:
    """The codes of the faults of an expression, and its type."""
    scope = Scope(
        vocabulary=vocabulary,
        parameters={"floor": Quantity(literal=True), "stage_wanted": Words()},
        measure=measure,
        criteria=frozenset({"D.1", "1.2"}) if grade else None,
        domains=frozenset({"D", "三"}) if grade else frozenset(),
    )
    node = Text(text, Span(Source("x"), 1, 1, 1, len(text) + 1), plain=True)
    parsed = parse_text(node)
    assert not isinstance(parsed, Diagnostic), parsed.code
    _, found, faults = check(parsed, node, scope)
    return [fault.code for fault in faults], found


@pytest.mark.parametrize(
    "text",
    [
        "children.public / children.all >= 50%",
        "children.public / children.all >= 0.5",
        "children.public_share + 3% >= 50%",
        "children.all >= 100",
        "children.all >= 100人",
        "children.all >= 1.6万人",
        "children.all >= 1.6万",
        "children.all >= 100名",
        "classes.large = 0",
        "money.spending > 0",
        "money.spending >= 0 and pay.teachers - pay.servants >= 0",
        "money.spending >= prior(money.spending)",
        "money.spending >= 8.5亿元",
        "money.spending / children.all >= 2000元/人",
        "money.spending / children.all >= 2000元",
        "money.spending * 4% >= 10万元",
        "2 * money.spending > 3 * prior(money.spending)",
        "area.rooms / children.all >= 6.5㎡",
        "area.rooms >= 3亩",
        "ratio.staff >= 1:15",
        "children.all / classes.all <= 35",
        "if children.all > 100 then classes.large = 0 else classes.large <= 1",
        "(if subject.area_class = 一类地区 then 95% else 90%) <= rate.retention",
        "rate.retention >= floor",
        "level.monitoring >= Ⅲ",
        "level.monitoring in (Ⅲ, Ⅳ)",
        "subject.area_class in (一类地区, 二类地区)",
        "plan.date <= 2022-12-31",
        "plan.name = 教育规划",
        "safety.falsified = no and not safety.falsified",
        "max(pay.teachers, pay.servants) >= 5万元",
        "abs(pay.teachers - pay.servants) <= 1000元",
        "round(children.public_share, 2) >= 50%",
        "evaluation.year >= 2022",
        "reported(plan.name)",
        "every_year(3, rate.retention >= 95%)",
        "at_least(2, safety.falsified, classes.large = 0, children.all > 5)",
        "in_year(2018, money.spending) < money.spending",
        "count(schools where stage = 小学 and pupils > 2000) = 0",
        "count(schools where stage = stage_wanted) = 0",
        "sum(schools: pupils) >= 1000人",
        "sum(schools: pupils) = children.all",
        "share(schools where boarding) >= 10%",
        "mean(schools: teachers / pupils) >= 1:19",
        "cv(schools: books / pupils, weight: pupils) <= 0.5",
        "cv(schools: books) + 0.1 <= 0.6",
        "any(schools where pupils > 2000) = no",
    ],
)
def test_what_fits_is_accepted(text: str, vocabulary: Vocabulary) -> None:
    """Everyday rules load without a word."""
    codes, found = checked(text, vocabulary)
    assert codes == []
    assert isinstance(found, Truth)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pay.teachers >= 80000", "number-needs-unit"),
        ("money.spending >= 85753.42", "number-needs-unit"),
        ("money.spending + 5 > 1万元", "number-needs-unit"),
        ("area.rooms >= 5000", "number-needs-unit"),
        ("money.spending / children.all >= 2000", "number-needs-unit"),
        ("children.all >= classes.all", "unit-mismatch"),
        ("children.all + classes.all > 5", "unit-mismatch"),
        ("children.all >= 5万元", "unit-mismatch"),
        ("children.all >= 50%", "unit-mismatch"),
        ("money.spending >= 50%", "unit-mismatch"),
        ("money.spending >= 0%", "unit-mismatch"),
        ("children.all > 0%", "unit-mismatch"),
        ("money.spending > 8万", "number-needs-unit"),
        ("公办园在园幼儿占比 >= 50%", "unknown-fact"),
        ("all(schools: 学生数 > 5)", "unknown-column"),
        ("教育规划 > 5", "type-mismatch"),
        ("money.spending / children.all >= 5㎡", "unit-mismatch"),
        ("money.spending / children.all >= pay.teachers", "unit-mismatch"),
        ("money.spending * money.spending >= 5万元", "unit-mismatch"),
        ("if safety.falsified then money.spending else children.all", "unit-mismatch"),
        ("min(money.spending, children.all) > 0", "unit-mismatch"),
        ("children.all in (5㎡, 6)", "unit-mismatch"),
        ("children.all and classes.all > 5", "type-mismatch"),
        ("not children.all", "type-mismatch"),
        ("safety.falsified + 1 > 0", "type-mismatch"),
        ("safety.falsified > no", "type-mismatch"),
        ("plan.date > 5", "type-mismatch"),
        ("plan.name > 教育规划", "type-mismatch"),
        ("plan.name = 5", "type-mismatch"),
        ("if safety.falsified then 5 else no", "type-mismatch"),
        ("every_year(2, children.all)", "type-mismatch"),
        ("sum(schools: boarding) > 0", "type-mismatch"),
        ("all(schools: pupils)", "type-mismatch"),
        ("level.monitoring >= Ⅵ", "unknown-word"),
        ("subject.area_class = 四类地区", "unknown-word"),
        ("count(schools where stage = 高中) = 0", "unknown-word"),
        ("children.al > 5", "unknown-fact"),
        ("flor > 5%", "unknown-parameter"),
        ("subject.region = 一类地区", "unknown-attribute"),
        ("sum(school: pupils) > 5", "unknown-table"),
        ("sum(schools: pupil) > 5", "unknown-column"),
        ("pupils > 5", "unknown-parameter"),
        ("children.all / 0 > 5", "division-by-zero"),
        ("children.all / 0% > 5", "division-by-zero"),
        ("1 / cv(schools: books) > 2", "irrational-divisor"),
        ("children.all / (cv(schools: books) + 1) > 2", "irrational-divisor"),
        ("count(schools where pupils > mean(schools: pupils)) > 1", "nested-aggregate"),
        ("prior(sum(schools: pupils)) > 5", "year-of-table"),
        ("any_year(3, count(schools) > 5)", "year-of-table"),
        ("sum(schools: prior(pupils)) > 5", "year-of-table"),
        ("count(not_met) = 0", "outcome-outside-grade"),
        ("outcome(D.1) = not_met", "outcome-outside-grade"),
        ("measure >= 5", "comparison-without-measure"),
        ("round(children.all, 13) > 1", "wrong-arguments"),
        ("round(children.all, floor) > 1", "wrong-arguments"),
        ("prior(children.all, 0) > 1", "wrong-arguments"),
        ("prior(children.all, 1, 2) > 1", "wrong-arguments"),
        ("in_year(18, children.all) > 1", "wrong-arguments"),
        ("every_year(0, children.all > 1)", "wrong-arguments"),
        ("every_year(1000000, children.all > 1)", "wrong-arguments"),
        ("at_least(3, safety.falsified, children.all > 1)", "wrong-arguments"),
        ("reported(children.all + 1)", "wrong-arguments"),
        ("count(schools: pupils) > 5", "wrong-arguments"),
        ("sum(schools) > 5", "wrong-arguments"),
        ("share(schools) > 5%", "wrong-arguments"),
        ("sum(schools: pupils, weight: pupils) > 5人", "wrong-arguments"),
    ],
)
def test_what_does_not_fit_is_told_once(text: str, code: str, vocabulary: Vocabulary) -> None:
    """One fault, one diagnostic: what follows from it is not told again."""
    codes, _ = checked(text, vocabulary)
    assert codes == [code]


def test_several_faults_are_all_told(vocabulary: Vocabulary) -> None:
    """Nobody runs the command once for each."""
    codes, _ = checked("children.al > 5 and pay.teachers >= 8 and plan.date > 5", vocabulary)
    assert codes == ["unknown-fact", "number-needs-unit", "type-mismatch"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("share(fully_met) >= 90% and count(not_met, D) = 0", None),
        ("count(not_met, 三) = 0", None),
        ("outcome(D.1) = not_met", None),
        ('outcome("1.2") in (not_met, undetermined)', None),
        ("any_veto or points >= 85", None),
        ("count(not_mett) = 0", "unknown-outcome"),
        ("count(not_met, E) = 0", "unknown-domain"),
        ("sum(not_met) = 0", "wrong-arguments"),
        ("count(not_met where any_veto) = 0", "wrong-arguments"),
        ("outcome(D.2) = not_met", "unknown-criterion"),
        ("outcome(D.1) = 'failed'", "unknown-word"),
        ("share(not_met) >= 5人", "unit-mismatch"),
    ],
)
def test_grade_rules(text: str, code: str | None, vocabulary: Vocabulary) -> None:
    """Outcomes, points and vetoes are what a grade rule may ask about."""
    codes, _ = checked(text, vocabulary, grade=True)
    assert codes == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("measure", "limit", "code"),
    [
        ("pay.teachers", "5万元", None),
        ("pay.teachers", "5", "number-needs-unit"),
        ("money.spending", "1亿元", None),
        ("children.all", "5班", "unit-mismatch"),
        ("plan.date", "2022-12-31", None),
        ("level.monitoring", "Ⅱ", None),
    ],
)
def test_levels_have_the_type_of_their_measure(
    measure: str, limit: str, code: str | None, vocabulary: Vocabulary
) -> None:
    """The word measure stands for a value with its unit."""
    _, kind = checked(measure, vocabulary)
    codes, _ = checked(f"measure >= {limit}", vocabulary, measure=kind)
    assert codes == ([] if code is None else [code])


def test_names_are_resolved(vocabulary: Vocabulary) -> None:
    """After checking no name is left to be guessed at: a column goes before a parameter."""
    text = "sum(schools where stage = 小学: pupils) >= floor * prior(children.all)"
    node = Text(text, Span(Source("x"), 1, 1, 1, len(text) + 1), plain=True)
    parsed = parse_text(node)
    assert not isinstance(parsed, Diagnostic)
    scope = Scope(vocabulary=vocabulary, parameters={"floor": Quantity(), "pupils": Truth()})
    resolved, _, faults = check(parsed, node, scope)
    assert faults == []
    kinds = [type(part) for part in walk(resolved)]
    assert Name not in kinds
    assert {Aggregate, Column, Parameter, Fact, Call} <= set(kinds)
    assert Tally not in kinds


def test_a_derived_coefficient_of_variation_is_no_divisor(tmp_path: Path) -> None:
    """A root hides in a fact that follows from one: dividing by it is refused too."""
    text = SMALL.read_text(encoding="utf-8").replace(
        "tables:",
        "  books.cv: {label: {zh: 图书差异系数}, type: number, derived: 'cv(schools: books)'}\n"
        "  books.odd: {label: {zh: 倒数}, type: number, derived: 1 / books.cv}\n"
        "tables:",
        1,
    )
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    loaded, faults = load_vocabulary((path,))
    assert [fault.code for fault in faults] == ["irrational-divisor"]
    assert loaded is not None
    codes, _ = checked("1 / books.cv > 2", loaded)
    assert codes == ["irrational-divisor"]
    codes, _ = checked("books.cv <= 0.5", loaded)
    assert codes == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("公办园在园幼儿占比 >= 50%", "children.public_share"),
        ("100 <= 公办幼儿", "children.public"),
        ("children.public / 在园幼儿 > 50%", "children.all"),
        ("sum(schools: 学生数) > 5", "pupils"),
        ("money.spending > 8万", "8万元"),
        ("money.spending / children.all > 0.2万", "0.2万元/人"),
    ],
)
def test_what_was_meant_is_suggested(text: str, hint: str, vocabulary: Vocabulary) -> None:
    """A label leads to the name it belongs to, 8万 to the unit that it lacks."""
    scope = Scope(vocabulary=vocabulary)
    node = Text(text, Span(Source("x"), 1, 1, 1, len(text) + 1), plain=True)
    parsed = parse_text(node)
    assert not isinstance(parsed, Diagnostic)
    _, _, faults = check(parsed, node, scope)
    assert [fault.suggestion for fault in faults] == [hint]
