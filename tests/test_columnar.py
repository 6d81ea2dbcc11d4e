"""The columnar engine's own ground: widths, nulls, one-row frames, what it leaves to others."""

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.sheet import FactSheet
from engine.language.model import Ruleset
from engine.scoring import columnar
from engine.scoring.columnar_intervals import bounds
from engine.scoring.columnar_roots import collected, sign, whole
from engine.scoring.columnar_text import ratio_texts
from engine.scoring.columnar_vectors import Width, chosen, filled, width_of
from engine.scoring.lowering_levels import POSSIBLE
from engine.scoring.lowering_terms import Column, Poly, Variable

from .columns import columnar_rows, compared
from .made import YEAR, Case, load

FULLY, NOT_MET, NOT_APPLICABLE, OPEN = 0, 2, 3, 4


def case(facts: Mapping[Any, Any], *criteria: Mapping[str, Any], **more: Any) -> Case:
    """A case from facts by name (or name and year) and criteria without id."""
    return Case(
        criteria=tuple(
            {"id": f"D.{place}", "title": "示例", **criterion}
            for place, criterion in enumerate(criteria)
        ),
        grade=more.pop("grade", None),
        facts={k if isinstance(k, tuple) else (k, YEAR): v for k, v in facts.items()},
        **more,
    )


def loaded(folder: Path, *cases: Case) -> tuple[Ruleset, list[FactSheet]]:
    """The ruleset of the first case, and the sheets of all."""
    pairs = [load(one, folder) for one in cases]
    return pairs[0][0], [sheet for _, sheet in pairs]


def rows(folder: Path, *cases: Case) -> list[dict[str, Any]]:
    """The rows of the columnar engine, which the interpreter bears out."""
    ruleset, sheets = loaded(folder, *cases)
    found = compared(ruleset, sheets)
    assert not any(one.differences for one in found)
    return [dict(one.columnar) for one in found]


def outcome(folder: Path, facts: Mapping[Any, Any], **criterion: Any) -> int:
    """The outcome of one criterion by its place."""
    (row,) = rows(folder, case(facts, criterion))
    assert row["route"] == "columnar"
    return int(row["outcome:D.0"])


# -- exactness ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "width"),
    [
        (0, Width.NARROW),
        (2**62 - 1, Width.NARROW),
        (2**62, Width.WIDE),
        (2**126 - 1, Width.WIDE),
        (2**126, Width.BIG),
        (None, Width.BIG),
    ],
)
def test_width_holds_what_the_ranges_allow(most: int | None, width: Width) -> None:
    """64 bits where nothing can wrap, else 128, else integers without bound."""
    assert width_of(most) is width


@pytest.mark.parametrize("power", [1, 2, 3, 4, 6])
def test_no_product_wraps(power: int, tmp_path: Path) -> None:
    """Products of large facts, one apart, are told apart in 64 bits, in 128, and beyond."""
    product = " * ".join(["pay.teachers"] * power)
    other = " * ".join(["pay.servants"] * power)
    criterion = {"fully": f"{product} > {other}"}
    most = 10**12
    (above, same, below) = rows(
        tmp_path,
        case({"pay.teachers": f"{most}元", "pay.servants": f"{most - 1}元"}, criterion),
        case({"pay.teachers": f"{most}元", "pay.servants": f"{most}元"}, criterion),
        case({"pay.teachers": f"{most - 1}元", "pay.servants": f"{most}元"}, criterion),
    )
    assert [r["route"] for r in (above, same, below)] == ["columnar"] * 3
    assert [r["outcome:D.0"] for r in (above, same, below)] == [FULLY, NOT_MET, NOT_MET]


def test_shares_next_to_a_limit(tmp_path: Path) -> None:
    """29 of 50 is 58 %, for which floating point says less; one child fewer is less."""
    share = {"measure": "children.public / children.all", "fully": ">= 58%"}
    assert outcome(tmp_path, {"children.public": "29人", "children.all": "50人"}, **share) == FULLY
    facts = {"children.public": "579999人", "children.all": "1000000人"}
    assert outcome(tmp_path, facts, **share) == NOT_MET


def test_one_row_and_two_rows_say_the_same(tmp_path: Path) -> None:
    """A frame of one row takes no other path: 35 of 100 against 35 %."""
    one = case(
        {"children.public": "35人", "children.all": "100人"},
        {"measure": "children.public / children.all", "fully": "<= 35%"},
    )
    ruleset, sheets = loaded(tmp_path, one, one)
    (first,) = columnar_rows(ruleset, sheets[:1])
    assert columnar_rows(ruleset, sheets) == [first, {**first, "row": 1}]


@given(st.lists(st.tuples(st.integers(-(2**61), 2**61), st.integers(1, 2**61)), min_size=1))
def test_texts_are_in_lowest_terms(pairs: list[tuple[int, int]]) -> None:
    """Text of columns is that of exact fractions."""
    over, under = (pl.Series(part, dtype=pl.Int64) for part in zip(*pairs, strict=True))
    texts = ratio_texts(over, under, filled(True, len(pairs), pl.Boolean))
    assert texts.to_list() == [str(Fraction(a, b)) for a, b in pairs]


@given(
    st.integers(-50, 50),
    st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 60)), max_size=3),
)
def test_signs_of_sums_of_roots(rational: int, roots: list[tuple[int, int]]) -> None:
    """The sign and the whole part of a + Σ c·√n, against two hundred places."""
    places = 10**200
    sum_, terms = collected(Fraction(rational), [(Fraction(c), Fraction(n)) for c, n in roots])
    about = rational * places + sum(c * isqrt(n * places**2) for c, n in roots)
    if not terms:
        assert sum_ == round(Fraction(about, places))
        assert sign(sum_, terms) == (sum_ > 0) - (sum_ < 0)
    else:
        assert sign(sum_, terms) == (1 if about > 0 else -1)
        assert whole(sum_, terms, nearest=False) == about // places


def schools(*books_and_pupils: tuple[int, int]) -> list[dict[str, str]]:
    """Rows of the table of schools."""
    return [
        {"id": f"S{n}", "stage": "小学", "books": f"{b}册", "pupils": f"{p}人", "teachers": "3人"}
        for n, (b, p) in enumerate(books_and_pupils)
    ]


@pytest.mark.parametrize(
    ("fully", "exactly", "beside"),
    [
        ("cv(schools: books / pupils) <= 50%", FULLY, NOT_MET),
        ("cv(schools: books / pupils) < 50%", NOT_MET, NOT_MET),
        ("min(schools: books / pupils) >= 1册/人", FULLY, NOT_MET),
        ("max(schools: books / pupils) <= 3册/人", FULLY, FULLY),
        ("(cv(schools: books / pupils) + cv(schools: pupils)) / 2 >= 50%", NOT_MET, NOT_MET),
        ("cv(schools: books / pupils) + cv(schools: books / pupils) = 1", FULLY, NOT_MET),
    ],
)
def test_fractions_of_rows_on_a_limit(
    fully: str, exactly: int, beside: int, tmp_path: Path
) -> None:
    """1 and 3 books a pupil vary by 50 % to the last digit; one book fewer is on the other side."""
    first, second = rows(
        tmp_path,
        case({}, {"fully": fully}, schools=schools((700000, 700000), (2100000, 700000))),
        case({}, {"fully": fully}, schools=schools((699999, 700000), (2100000, 700000))),
    )
    assert [r["route"] for r in (first, second)] == ["columnar"] * 2
    assert [r["outcome:D.0"] for r in (first, second)] == [exactly, beside]


@given(
    st.lists(st.integers(-9, 9), min_size=3, max_size=3),
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), min_size=2, max_size=2),
)
def test_bounds_hold_the_value(coefficients: list[int], intervals: list[tuple[int, int]]) -> None:
    """A polynomial of numbers inside their bounds lies inside its own."""
    x, y = (Variable(n, Column(str(n)), None, None, "") for n in range(2))
    a, b, c = coefficients
    terms = (((x,), a), ((x, y), b), ((x, x, y), c))
    poly = Poly(tuple((monomial, k) for monomial, k in terms if k))
    values = {n: [(low, low + width)] for n, (low, width) in enumerate(intervals)}
    ((low, high),) = bounds(poly, 1, values)
    (first, wide), (second, tall) = intervals
    for p in (first, first + wide):
        for q in (second, second + tall):
            assert low <= a * p + b * p * q + c * p * p * q <= high


# -- what has no value ----------------------------------------------------------------------------


def test_zero_divisor_decides_nothing(tmp_path: Path) -> None:
    """0/0 is no number: neither above nor below a limit."""
    facts = {"children.public": "0人", "children.all": "0人"}
    share = "children.public / children.all"
    assert outcome(tmp_path, facts, measure=share, fully=">= 50%") == OPEN
    assert outcome(tmp_path, facts, measure=share, fully="< 50%") == OPEN


def test_unknown_guard_leaves_it_open(tmp_path: Path) -> None:
    """A condition of use that is unknown is not taken for false, nor for true."""
    (row,) = rows(
        tmp_path,
        case(
            {"children.all": "5人"},
            {"applies_when": "safety.falsified", "fully": "children.all > 1"},
        ),
    )
    assert row["outcome:D.0"] == OPEN
    assert row["possible:D.0"] == 1 << FULLY | 1 << NOT_APPLICABLE


def test_least_of_known_and_unknown(tmp_path: Path) -> None:
    """A missing member may only make the least smaller: below a limit decides, above does not."""
    least = {"measure": "min(rate.retention, children.public_share)", "fully": ">= 50%"}
    assert outcome(tmp_path, {"rate.retention": "40%"}, **least) == NOT_MET
    assert outcome(tmp_path, {"rate.retention": "60%"}, **least) == OPEN


def test_bounds_decide_what_they_can(tmp_path: Path) -> None:
    """``>= 96%`` is above 95 %, and may be above 97 %; arithmetic with it is left to others."""
    bound = {"rate.retention": ">= 96%", "children.all": "7人"}
    assert outcome(tmp_path, bound, fully="rate.retention >= 95%") == FULLY
    assert outcome(tmp_path, bound, fully="rate.retention >= 97%") == OPEN
    (row,) = rows(tmp_path, case(bound, {"fully": "rate.retention * children.all > 3"}))
    assert row["route"] == "interpreter"


@pytest.mark.parametrize(
    ("stated", "fully", "expected"),
    [
        ("> 95%", "> 95%", FULLY),
        (">= 95%", "> 95%", OPEN),
        ("< 95%", ">= 95%", NOT_MET),
        ("<= 95%", ">= 95%", OPEN),
        ("< 95%", "= 95%", NOT_MET),
    ],
)
def test_bounds_on_a_limit(stated: str, fully: str, expected: int, tmp_path: Path) -> None:
    """Whether a bound is the value itself decides where it lies on the limit."""
    assert (
        outcome(tmp_path, {"rate.retention": stated}, fully=f"rate.retention {fully}") == expected
    )


@pytest.mark.parametrize(
    ("spending", "expected"), [("99.49万元", NOT_MET), ("99.50万元", NOT_MET), ("99.51万元", FULLY)]
)
def test_halves_are_rounded_away_from_zero(spending: str, expected: int, tmp_path: Path) -> None:
    """A change of -0.5 is -1 when rounded, one quantum above it is 0."""
    facts = {"money.spending": spending, ("money.spending", YEAR - 1): "100万元"}
    change = "money.spending - prior(money.spending)"
    found = outcome(
        tmp_path,
        facts,
        measure=change,
        show={"unit": "万元"},
        rounded={"places": 0},
        fully=">= 0万元",
    )
    assert found == expected


def test_what_is_open_may_lapse(tmp_path: Path) -> None:
    """Unknown and not applicable together: neither outcome nor applicability is decided."""
    facts = {"safety.falsified": {"not_applicable": "无"}}
    (row,) = rows(tmp_path, case(facts, {"fully": "level.monitoring > Ⅰ and safety.falsified"}))
    assert row["possible:D.0"] == 1 << FULLY | 1 << NOT_MET | 1 << NOT_APPLICABLE


def test_no_null_comes_out_of_a_choice() -> None:
    """Choosing between columns by a column has a value in every row."""
    test = pl.Series([True, False, True])
    assert widened_list(chosen(test, 1, pl.Series([4, 5, 6]), Width.NARROW, 3)) == [1, 5, 1]
    assert widened_list(chosen(test, 2**70, [4, 5, 6], Width.BIG, 3)) == [2**70, 5, 2**70]


def widened_list(vector: Any) -> list[int]:
    return list(vector)


# -- counting -------------------------------------------------------------------------------------


def test_more_criteria_than_a_byte_counts(tmp_path: Path) -> None:
    """300 criteria, 270 of them met: exactly 90 %, with counts that do not fit eight bits."""
    criteria = [{"fully": f"children.all {'>' if n < 270 else '<'} 0"} for n in range(300)]
    grade = {
        "scale": ["A", "B"],
        "award": [{"grade": "A", "when": "share(fully_met) >= 90%"}, {"grade": "B"}],
    }
    (row,) = rows(tmp_path, case({"children.all": "1人"}, *criteria, grade=grade))
    assert row["awarded"] == "A"


def test_too_many_completions_allow_every_grade(tmp_path: Path) -> None:
    """So many open criteria that not all completions are gone through: any grade, as before."""
    criteria = [{"judged": True, "id": f"D{n % 8}.{n}"} for n in range(64)]
    domains = " + ".join(f"count(not_met, D{n})" for n in range(8))
    grade = {
        "scale": ["A", "B", "C"],
        "award": [{"grade": "A", "when": f"{domains} >= 0"}, {"grade": "B"}],
    }
    (row,) = rows(tmp_path, case({}, *criteria, grade=grade))
    assert (row["awarded"], row["best"], row["worst"]) == (None, "A", "C")


# -- what is left to the interpreter --------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("rate.retention", "95.005%"),
        ("money.spending", "0.001万元"),
        ("pay.teachers", "1000000000001元"),
        ("area.rooms", "0.12345678㎡"),
    ],
)
def test_what_does_not_fit_is_left_to_the_interpreter(
    fact: str, value: str, tmp_path: Path
) -> None:
    """Finer than the quantum, or beyond what was proved: marked, never forced."""
    one = case({fact: value}, {"fully": f"{fact} > 0"})
    ruleset, sheets = loaded(tmp_path, one)
    plan = columnar.compile_ruleset(ruleset)
    encoded = columnar.encode(plan, sheets)
    assert fact in encoded.routed[0]
    assert columnar.run(plan, encoded)["route"].to_list() == ["interpreter"]


def test_inconsistent_sheets_are_left_to_the_interpreter(tmp_path: Path) -> None:
    """More children in public kindergartens than in all: the interpreter refuses the sheet."""
    facts = {"children.public": "9人", "children.all": "8人"}
    (row,) = rows(tmp_path, case(facts, {"fully": "children.all > 0"}))
    assert row["route"] == "interpreter"


def test_fallbacks_are_named(tmp_path: Path) -> None:
    """What cannot be compiled is named with the reason, and decides nothing in columns."""
    one = case({}, {"fully": "min(cv(schools: pupils), 30%) < 10%"}, {"fully": "children.all > 0"})
    ruleset, sheets = loaded(tmp_path, one)
    plan = columnar.compile_ruleset(ruleset)
    assert [name for name, _ in plan.fallbacks] == ["D.0"]
    assert "square root" in plan.fallbacks[0][1]
    assert columnar.run(plan, columnar.encode(plan, sheets))["route"].to_list() == ["interpreter"]


def test_plan_says_what_it_reads(tmp_path: Path) -> None:
    """Facts with their years, parts of derived ones and tables: what a reader has to provide."""
    criterion = {"fully": "children.public_share > prior(rate.retention)"}
    ruleset, _ = loaded(tmp_path, case({}, criterion, {"fully": "count(schools) > 1"}))
    plan = columnar.compile_ruleset(ruleset)
    read = {needed.column for needed in plan.facts}
    assert {"children.public_share@0", "children.public@0", "rate.retention@-1"} <= read
    assert plan.tables == ("schools",)


def test_no_sheet_at_all(tmp_path: Path) -> None:
    """An empty batch gives no rows, with the columns of any other."""
    one = case({"children.all": "1人"}, {"fully": "children.all > 0"})
    ruleset, sheets = loaded(tmp_path, one)
    plan = columnar.compile_ruleset(ruleset)
    none = columnar.run(plan, columnar.encode(plan, []))
    some = columnar.run(plan, columnar.encode(plan, sheets))
    assert none.height == 0
    assert none.schema == some.schema


def test_masks_are_in_the_order_of_outcomes() -> None:
    """Result columns number outcomes; the order is part of the file format."""
    assert [str(o) for o in POSSIBLE] == ["fully_met", "basically_met", "not_met", "not_applicable"]
