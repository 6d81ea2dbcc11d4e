"""Quantities over rows of a table: every aggregate, gaps in it, and national examples."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.surds import Surd, root
from engine.scoring.values import NO, YES, NotApplicable, Number, Unknown, Why

from .evaluating import decide, evaluate, number
from .made import Case, assessed


def rows(*cells: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the table of schools, each with its code."""
    return [{"id": f"S{n}", **{k: str(v) for k, v in c.items()}} for n, c in enumerate(cells)]


SCHOOLS = rows(
    {"stage": "小学", "pupils": 2001, "teachers": 100, "books": 8000, "boarding": "yes"},
    {"stage": "小学", "pupils": 300, "teachers": 20, "books": 6000, "boarding": "no"},
    {"stage": "初中", "pupils": 699, "teachers": 60, "books": 7000, "boarding": "yes"},
)
GAPS = rows(
    {"stage": "小学", "pupils": 100, "boarding": "yes"},
    {"stage": "小学"},
    {"pupils": 50, "boarding": "no"},
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("count(schools)", 3),
        ("count(schools where stage = 小学 and pupils > 2000)", 1),
        ("sum(schools: pupils)", 3000),
        ("sum(schools where pupils > 9999: pupils)", 0),
        ("share(schools: boarding)", Fraction(2, 3)),
        ("share(schools where boarding)", Fraction(2, 3)),
        ("share(schools where stage = 小学: boarding)", Fraction(1, 2)),
        ("share(schools where boarding, weight: pupils)", Fraction(9, 10)),
        ("mean(schools: pupils)", 1000),
        ("mean(schools: books / pupils, weight: pupils)", 7),
        ("min(schools: pupils / teachers)", Fraction(699, 60)),
        ("max(schools where stage = 小学: pupils)", 2001),
        ("cv(schools: teachers / teachers)", 0),
    ],
)
def test_numbers(tmp_path: Path, text: str, wanted: Fraction) -> None:
    """Counts, sums, shares, means and extremes of the rows that are selected."""
    assert number(tmp_path, text, schools=SCHOOLS) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("all(schools: pupils >= 300)", YES),
        ("all(schools where stage = 小学: pupils > 300)", NO),
        ("any(schools: pupils > 2000)", YES),
        ("any(schools where stage = 初中)", YES),
        ("any(schools where pupils > 9999)", NO),
        ("all(schools where pupils > 9999: boarding)", YES),
    ],
)
def test_conditions(tmp_path: Path, text: str, wanted: object) -> None:
    """All and any; of no rows all hold and none does."""
    assert decide(tmp_path, text, schools=SCHOOLS) == wanted


@pytest.mark.parametrize("kind", ["mean", "min", "max", "cv"])
def test_nothing_of_no_rows(tmp_path: Path, kind: str) -> None:
    """What needs rows is unknown without them, never zero."""
    value = evaluate(tmp_path, f"{kind}(schools where pupils > 9999: books)", schools=SCHOOLS)
    assert isinstance(value, Unknown)
    assert value.reasons[0].why is Why.NO_ROWS
    share = evaluate(tmp_path, "share(schools where pupils > 9999: boarding)", schools=SCHOOLS)
    assert isinstance(share, Unknown)
    assert share.reasons[0].why is Why.NO_ROWS


def test_zero_weight_and_zero_mean(tmp_path: Path) -> None:
    """Weights that add up to zero, or a mean of zero, give no value."""
    empty = rows({"pupils": 0, "books": 5}, {"pupils": 0, "books": 7})
    for text in (
        "mean(schools: books, weight: pupils)",
        "cv(schools: books, weight: pupils)",
        "cv(schools: pupils)",
        "share(schools where books > 5, weight: pupils)",
    ):
        value = evaluate(tmp_path, text, schools=empty)
        assert isinstance(value, Unknown), text
        assert value.reasons[0].why is Why.ZERO_DIVISOR


def test_missing_cells(tmp_path: Path) -> None:
    """A cell that was not reported widens a count, leaves a sum open, and is named."""
    count = evaluate(tmp_path, "count(schools where pupils >= 60)", schools=GAPS)
    assert isinstance(count, Number)
    assert (count.low, count.high) == (Fraction(1), Fraction(2))
    assert [reason.name.split()[-1] for reason in count.bounded] == ["schools.pupils"]
    total = evaluate(tmp_path, "sum(schools: pupils)", schools=GAPS)
    assert isinstance(total, Unknown)
    assert (
        number(
            tmp_path, "sum(schools where boarding = yes or pupils < 60: pupils)", schools=GAPS[::2]
        )
        == 150
    )
    assert decide(tmp_path, "any(schools where boarding: pupils >= 100)", schools=GAPS) == YES
    assert decide(tmp_path, "all(schools: pupils >= 60)", schools=GAPS) == NO
    open_ = decide(tmp_path, "all(schools: pupils >= 50)", schools=GAPS)
    assert isinstance(open_, Unknown)


def test_table_absent_or_inapplicable(tmp_path: Path) -> None:
    """A table that was not reported is unknown; one declared not applicable has no value."""
    absent = evaluate(tmp_path, "count(schools)")
    assert isinstance(absent, Unknown)
    assert absent.reasons[0].why is Why.TABLE
    gone = evaluate(tmp_path, "count(schools)", schools={"not_applicable": "无此类学校"})
    assert gone == NotApplicable("无此类学校", "schools")
    assert number(tmp_path, "count(schools)", schools=[]) == 0


# -- national examples (教督〔2012〕3号 as worked in practice) -------------------------------------

VECTOR_A = rows(
    *(
        {"pupils": p, "books": b}
        for p, b in zip((45, 37, 89, 76, 55), (279, 137, 935, 160, 402), strict=True)
    )
)


def near(value: Surd | Fraction, text: str) -> bool:
    """Whether a number rounds half up to a printed one."""
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    return bool(Fraction(text) - half <= value < Fraction(text) + half)


def test_vector_a(tmp_path: Path) -> None:
    """The published example: weighted by pupils 0.5153, unweighted 0.4888."""
    weighted = number(tmp_path, "cv(schools: books / pupils, weight: pupils)", schools=VECTOR_A)
    plain = number(tmp_path, "cv(schools: books / pupils)", schools=VECTOR_A)
    assert near(weighted, "0.5153")
    assert near(plain, "0.4888")
    mean = number(tmp_path, "mean(schools: books / pupils, weight: pupils)", schools=VECTOR_A)
    assert mean == Fraction(1913, 302)
    assert near(mean, "6.3344")


def test_the_weight_decides_at_the_limit(tmp_path: Path) -> None:
    """At a limit of 0.50 the same schools fail when weighted and pass when not."""
    case = Case(
        criteria=(
            {
                "id": "D.1",
                "title": "加权",
                "measure": "cv(schools: books / pupils, weight: pupils)",
                "fully": "<= 0.50",
            },
            {
                "id": "D.2",
                "title": "不加权",
                "measure": "cv(schools: books / pupils)",
                "fully": "<= 0.50",
            },
        ),
        grade=None,
        facts={},
        schools=VECTOR_A,
    )
    outcomes = [str(r.outcome) for r in assessed(case, tmp_path).results]
    assert outcomes == ["not_met", "fully_met"]


@pytest.mark.parametrize(
    ("eight", "composite"),
    [
        ((".437", ".419", ".255", ".188", ".171", ".263", ".263", ".420"), "0.302"),
        ((".881", "1.299", ".977", ".379", ".170", ".334", ".286", ".408"), "0.592"),
    ],
)
def test_vectors_b_and_c(tmp_path: Path, eight: tuple[str, ...], composite: str) -> None:
    """The composite of a county is the mean of its eight coefficients."""
    total = " + ".join(f"0{value}" if value.startswith(".") else value for value in eight)
    value = number(tmp_path, f"round(({total}) / 8, 3)")
    assert value == Fraction(composite)


def test_composite_of_unrounded_coefficients(tmp_path: Path) -> None:
    """Coefficients are averaged as they are, roots and all, and compared without rounding."""
    text = "(cv(schools: books, weight: pupils) + cv(schools: books) + cv(schools: pupils)) / 3"
    value = number(tmp_path, text, schools=VECTOR_A)
    parts = [
        number(tmp_path, part, schools=VECTOR_A)
        for part in (
            "cv(schools: books, weight: pupils)",
            "cv(schools: books)",
            "cv(schools: pupils)",
        )
    ]
    assert isinstance(value, Surd)
    assert value * 3 == parts[0] + parts[1] + parts[2]


def test_vector_d(tmp_path: Path) -> None:
    """The primary part of a joint school's 23 226 books by weighted pupils: 9 711.6."""
    value = number(tmp_path, "23226册 * 166 / (166 + 1.1 * 210)")
    assert near(value, "9711.6")
    assert value == Fraction(23226 * 166, 397)


def test_decimals_are_exact(tmp_path: Path) -> None:
    """2.3 × 0.85 is 1.955, which a binary float is not."""
    assert number(tmp_path, "2.3 * 0.85") == Fraction("1.955")
    assert number(tmp_path, "4144.05 / 4627.55 - 24.57 / 28.92") == (
        Fraction("4144.05") / Fraction("4627.55") - Fraction("24.57") / Fraction("28.92")
    )
    assert number(tmp_path, "26.5 / 375.49") == Fraction("26.5") / Fraction("375.49")


@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(1, 90)), min_size=1, max_size=5),
    st.fractions(0, 3, max_denominator=100),
)
def test_cv_without_a_root(tmp_path: Path, cells: list[tuple[int, int]], limit: Fraction) -> None:
    """cv ≤ L exactly when the weighted variance is at most L² times the squared mean."""
    table = rows(*({"books": b, "pupils": p} for b, p in cells))
    value = evaluate(tmp_path, "cv(schools: books, weight: pupils)", schools=table)
    whole = sum(p for _, p in cells)
    mean = Fraction(sum(b * p for b, p in cells), whole)
    if not mean:
        assert isinstance(value, Unknown)
        return
    variance = sum((p * (b - mean) ** 2 for b, p in cells), Fraction(0)) / whole
    assert isinstance(value, Number)
    assert value.exact is not None
    assert (value.exact <= limit) is (variance <= limit**2 * mean**2)
    assert value.exact == root(variance / mean**2)
