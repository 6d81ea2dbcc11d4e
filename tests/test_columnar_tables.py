"""Rows of tables in columns: bounds in fixed point decide, exactly, whatever the rows are like.

| law | over |
|---|---|
| both engines say the same of sums, extremes, variation, counts over rows | `aimed` |
| … however few bits, places and rows at a time there are | `scarce` |
| … in whatever order the rows of all subjects lie | batches |
| outcomes do not depend on whether measures are asked for as texts | all of these |
| an exact sum lies within its bounds | rows of positive numbers |
| fractions are added up only for districts on a limit | one of three |
| how many of several conditions hold is compared with any number | columns of yes and no |
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine.facts.sheet import FactSheet
from engine.language.model import Ruleset
from engine.scoring import columnar_frames, columnar_pass, columnar_places
from engine.scoring.columnar import Encoded, Plan, compile_ruleset, encode, run
from engine.scoring.columnar_chunk import Chunk
from engine.scoring.columnar_counts import atom_of_counts
from engine.scoring.columnar_frame import Frame
from engine.scoring.columnar_intervals import holds
from engine.scoring.columnar_signs import between
from engine.scoring.columnar_sums import Range, exact, range_of
from engine.scoring.columnar_vectors import Width, widened
from engine.scoring.lowering_graph import Graph
from engine.scoring.lowering_terms import Column, Exact, Poly, Relation, Variable, number

from .columns import compared
from .made import Case, load
from .support import SMALL

# What a district is measured by; limits are aimed at what one of the districts has.
MEASURES = (
    ("cv(schools: books / pupils)", ""),
    ("cv(schools: books / pupils, weight: pupils)", ""),
    ("cv(schools: books / pupils, weight: teachers)", ""),
    ("cv(schools: books, weight: pupils / teachers)", ""),
    ("cv(schools where stage = 小学: books / pupils)", ""),
    ("cv(schools: (pupils - teachers) / pupils)", ""),
    ("cv(schools: (books / pupils) * (books / teachers))", ""),
    ("mean(schools: books / pupils)", "册/人"),
    ("mean(schools: books / pupils, weight: teachers)", "册/人"),
    ("mean(schools: books / pupils, weight: teachers / 3)", "册/人"),
    ("mean(schools: books / pupils, weight: teachers / pupils)", "册/人"),
    ("mean(schools: (pupils - teachers) / teachers)", ""),
    ("mean(schools: (pupils - teachers) / teachers, weight: teachers / pupils)", ""),
    ("sum(schools: (pupils - teachers) * (books - 2册) / pupils)", "册"),
    ("sum(schools where pupils > 3人: (pupils - 2 * teachers) / teachers)", ""),
    ("sum(schools: books / pupils)", "册/人"),
    ("min(schools: books / pupils)", "册/人"),
    ("max(schools where boarding: books / pupils)", "册/人"),
    ("max(schools: books / pupils) - min(schools: books / pupils)", "册/人"),
    ("mean(schools: books / pupils) / mean(schools: teachers / pupils)", "册/人"),
    ("max(schools where boarding: pupils) - min(schools: teachers)", "人"),
    ("sum(schools where stage = 小学: pupils) - 2 * sum(schools: teachers)", "人"),
    ("count(schools where at_least(2, books / pupils >= 1册/人, teachers > 1人, boarding))", ""),
    ("count(schools where not at_least(3, pupils > 1人, teachers > 1人, boarding))", ""),
    ("share(schools where pupils > 2人: books / pupils >= 1册/人)", ""),
    ("share(schools: books / pupils >= 1册/人, weight: teachers)", ""),
)
CONDITIONS = (
    "cv(schools: books / pupils) < cv(schools: teachers / pupils)",
    "cv(schools: books / pupils) = cv(schools: teachers / pupils)",
    "(cv(schools: books / pupils) + cv(schools: pupils)) / 2 <= 1/2",
    "cv(schools where stage = 小学: pupils) + cv(schools: teachers) > 1",
    "if cv(schools: books / pupils) > 1/2 then mean(schools: books / pupils) > 1册/人"
    " else sum(schools: books / pupils) > 2册/人",
)
# Equal numbers, numbers beside one another, thirds and sevenths, which no binary place ends.
DERIVED = """\
  children.seen:
    {label: {zh: 逐校学生, en: pupils seen}, type: count, unit: 人, derived: "sum(schools: pupils)"}
  books.each:
    label: {zh: 校均生均图书, en: books for each pupil}
    type: number
    unit: 册/人
    derived: "mean(schools: books / pupils)"
"""
SIZES = (0, 1, 1, 1, 2, 3, 3, 3, 6, 7, 7, 9, 21)
LARGE = (999_999, 1_000_000, 1_000_001, 10**9, 10**9 + 1)


@st.composite
def rows(draw: st.DrawFn) -> Any:
    """The table of a district: some rows with gaps, none, not applicable, or not reported."""
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return draw(st.sampled_from((None, {"not_applicable": "无"})))
    complete = draw(st.integers(0, 2))
    sizes = st.sampled_from((*SIZES, *LARGE) if kind < 4 else SIZES)
    found = []
    for place in range(draw(st.integers(0, 5))):
        row = {
            "stage": draw(st.sampled_from(("小学", "初中"))),
            "pupils": f"{draw(sizes)}人",
            "teachers": f"{draw(sizes)}人",
            "books": f"{draw(sizes)}册",
            "boarding": draw(st.sampled_from(("yes", "no"))),
        }
        if not complete:
            row = {name: cell for name, cell in row.items() if draw(st.integers(0, 5))}
        found.append({"id": f"S{place}", **row})
    return found


@dataclass(frozen=True)
class Aimed:
    """Districts, and measures that are compared with what the first of them has."""

    tables: list[Any]
    measures: list[tuple[str, str]]
    relations: list[str]
    conditions: list[str]

    def cases(self, folder: Path) -> list[Case]:
        """Limits are the exact values, which columns may only reach in fractions."""
        asked = [
            {"title": "示例", "measure": measure, "fully": "> 0"} for measure, _ in self.measures
        ]
        for (_, unit), criterion in zip(self.measures, asked, strict=True):
            criterion["fully"] += unit
        (first,) = compared(*loaded([_case(asked, self.tables[0])], folder))
        assert first.interpreted is not None
        limited = []
        for place, ((measure, unit), relation) in enumerate(
            zip(self.measures, self.relations, strict=True)
        ):
            value = _rational(first.interpreted[f"measure:D.{place}"])
            over, under = value.as_integer_ratio()
            fully = f"({measure}) * {under} {relation} {over}{unit}"
            limited += [{**asked[place]}, {"title": "示例", "fully": fully}]
        limited += [{"title": "示例", "fully": fully} for fully in self.conditions]
        return [_case(limited, table) for table in self.tables]


def _case(criteria: list[dict[str, Any]], table: Any) -> Case:
    named = [{"id": f"D.{place}", **each} for place, each in enumerate(criteria)]
    return Case(tuple(named), None, {}, schools=table)


def _rational(text: str | None) -> Fraction:
    """The measure if there is one without a root; else a limit that is as good as any."""
    return Fraction(text) if text and "sqrt" not in text else Fraction(1, 2)


@st.composite
def aimed(draw: st.DrawFn) -> Aimed:
    """A few measures over rows, and districts with few of them."""
    measures = draw(st.lists(st.sampled_from(MEASURES), min_size=1, max_size=3))
    relations = [draw(st.sampled_from((">=", ">", "<=", "<", "="))) for _ in measures]
    conditions = draw(st.lists(st.sampled_from(CONDITIONS), max_size=1))
    tables = draw(st.lists(rows(), min_size=1, max_size=4))
    return Aimed(tables, measures, relations, conditions)


@contextmanager
def scarce(block: int, some: int, narrow: int, wide: int) -> Iterator[None]:
    """So many rows at a time, so many looked at before, and as if numbers had so few bits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnar_pass, "BLOCK", block)
        for module in (columnar_pass, columnar_places):
            patch.setattr(module, "NARROW_BITS", narrow)
            patch.setattr(module, "WIDE_BITS", wide)
        patch.setattr(columnar_pass, "SOME_ROWS", some)
        patch.setattr(columnar_places, "FEWEST", min(narrow // 4, 20))
        yield


def loaded(cases: Sequence[Case], folder: Path) -> tuple[Ruleset, list[FactSheet]]:
    pairs = [load(case, folder) for case in cases]
    return pairs[0][0], [sheet for _, sheet in pairs]


def outcomes(plan: Plan, encoded: Encoded, *, texts: bool) -> list[dict[str, Any]]:
    """What is decided; of rows of the interpreter only that they are."""
    found = run(plan, encoded, texts=texts)
    names = [n for n in found.columns if n.startswith(("outcome:", "possible:", "measure:"))]
    if texts:
        return found.select("route", *names).to_dicts()
    return found.select("route", *(n for n in names if not n.startswith("measure:"))).to_dicts()


@given(
    districts=aimed(),
    block=st.sampled_from((1, 2, 3, 131_072)),
    some=st.sampled_from((1, 2, 4_096)),
    narrow=st.sampled_from((8, 12, 16, 33, 62)),
    wide=st.sampled_from((20, 60, 125, 125)),
)
def test_engines_agree_on_rows(
    districts: Aimed, block: int, some: int, narrow: int, wide: int, tmp_path: Path
) -> None:
    """Both engines say the same of every district, with few bits or places as with many."""
    cases = districts.cases(tmp_path)
    ruleset, found = loaded(cases, tmp_path)
    with scarce(block, some, narrow, max(wide, narrow)):
        results = compared(ruleset, found)
    for case, result in zip(cases, results, strict=True):
        note(str(case.schools))
        assert not result.differences, [criterion["fully"] for criterion in case.criteria]


def test_rows_beside_sums_of_their_own_table(tmp_path: Path) -> None:
    """A derived fact may be a sum over rows that the rows are then compared with: found first."""
    text = SMALL.read_text(encoding="utf-8")
    place = text.index("  pay.not_below:")
    (tmp_path / SMALL.name).write_text(text[:place] + DERIVED + text[place:], encoding="utf-8")
    conditions = (
        "count(schools where pupils * 2 > children.seen) > 0",
        "count(schools where books / pupils >= books.each) >= 2",
        "mean(schools: books / pupils / books.each) = 1",
    )
    criteria = [{"title": "示例", "fully": fully} for fully in conditions]
    table = books((1, 3), (5, 3), (7, 7))
    found = compared(*loaded([_case(criteria, table[:rows]) for rows in (3, 2, 1)], tmp_path))
    assert not any(one.differences for one in found)
    assert [[one.columnar[f"outcome:D.{n}"] for n in range(3)] for one in found] == [
        [0, 0, 0],
        [2, 2, 0],
        [0, 2, 0],
    ]


positive = st.sampled_from(tuple(size for size in (*SIZES, *LARGE) if size))


@given(
    tables=st.lists(
        st.lists(st.tuples(positive, positive, positive), max_size=4), min_size=1, max_size=3
    ),
    measures=st.lists(st.sampled_from(MEASURES), min_size=1, max_size=4),
    some=st.sampled_from((1, 4_096)),
    narrow=st.sampled_from((8, 12, 16, 33, 62)),
)
def test_exact_sums_lie_within_their_bounds(
    tables: list[list[tuple[int, int, int]]],
    measures: list[tuple[str, str]],
    some: int,
    narrow: int,
    tmp_path: Path,
) -> None:
    """Of sums, of products and of extremes of fractions, below zero as well, in every district."""
    criteria = [{"title": "示例", "measure": m, "fully": f"> 0{unit}"} for m, unit in measures]
    cases = [
        _case(
            criteria,
            [
                {
                    "id": f"S{place}",
                    "stage": "小学",
                    "boarding": "yes",
                    "books": f"{row[0]}册",
                    "pupils": f"{row[1]}人",
                    "teachers": f"{row[2]}人",
                }
                for place, row in enumerate(table)
            ],
        )
        for table in tables
    ]
    ruleset, found = loaded(cases, tmp_path)
    plan = compile_ruleset(ruleset)
    sums = {v for group in plan.together.values() for v in group if isinstance(v.origin, Exact)}
    with scarce(2, some, narrow, 125):
        ((frame, _),) = columnar_frames.frames(plan.tables, encode(plan, found), plan.together)
        for variable in sums:
            origin = variable.origin
            assert isinstance(origin, Exact)
            parts = [replace(origin, numerator=numerator) for numerator in (True, False)]
            over, under = (
                range_of(frame, replace(variable, serial=-2 * variable.serial - place, origin=part))
                for place, part in enumerate(parts, start=1)
            )
            if over is None or under is None:
                continue
            unit = under.low
            assert isinstance(unit, int)
            ends = [widened(end, Width.BIG, len(tables)) for end in (over.low, over.high)]
            values = [exact(frame, part) for part in parts]
            for low, high, a, b in zip(*ends, *values, strict=True):
                assert low * b <= a * unit <= high * b


def test_a_row_far_larger_than_those_looked_at(tmp_path: Path) -> None:
    """Its square does not fit the bits that others left: it is noticed, and done again."""
    criterion = {"id": "D.0", "title": "示例", "fully": "cv(schools: books / pupils) <= 99%"}
    table = books((1, 1), (3 * 10**9, 1), (3 * 10**9, 1))
    case = Case((criterion,), None, {}, schools=table)
    with scarce(131_072, 1, 62, 125):
        (result,) = compared(*loaded([case], tmp_path))
    assert not result.differences
    assert result.columnar["outcome:D.0"] == 0


@given(districts=aimed(), seed=st.randoms(use_true_random=False), block=st.integers(1, 4))
def test_rows_in_any_order(districts: Aimed, seed: Any, block: int, tmp_path: Path) -> None:
    """Rows of districts may lie apart; with or without texts, in one chunk or in many."""
    ruleset, found = loaded(districts.cases(tmp_path), tmp_path)
    plan = compile_ruleset(ruleset)
    encoded = encode(plan, found)
    expected = outcomes(plan, encoded, texts=True)
    order = list(range(encoded.tables["schools"].height))
    seed.shuffle(order)
    shuffled = encoded.tables["schools"][order]
    mixed = replace(encoded, tables={"schools": shuffled})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnar_frames, "CHUNK", block)
        patch.setattr(columnar_pass, "BLOCK", block)
        assert outcomes(plan, mixed, texts=True) == expected
        without = [
            {name: cell for name, cell in row.items() if not name.startswith("measure:")}
            for row in expected
        ]
        assert outcomes(plan, mixed, texts=False) == without


def books(*each: tuple[int, int]) -> list[dict[str, str]]:
    """Schools by their books and pupils."""
    return [
        {"id": f"S{place}", "books": f"{books}册", "pupils": f"{pupils}人"}
        for place, (books, pupils) in enumerate(each)
    ]


def test_only_what_lies_on_a_limit_is_added_up(tmp_path: Path) -> None:
    """Thirds, which no binary place ends: bounds decide the others, fractions this one."""
    criterion = {"id": "D.0", "title": "示例", "fully": "cv(schools: books / pupils) <= 50%"}
    tables = (books((1, 3), (9, 9)), books((1, 3), (999, 1000)), books((1, 3), (1001, 1000)))
    cases = [Case((criterion,), None, {}, schools=table) for table in tables]
    ruleset, found = loaded(cases, tmp_path)
    plan = compile_ruleset(ruleset)
    encoded = encode(plan, found)
    ((frame, start),) = columnar_frames.frames(plan.tables, encoded, plan.together)
    results = Chunk(plan, frame, start, encoded.routed, texts=False).results()
    assert results.columns["outcome:D.0"].to_list() == [0, 0, 2]
    assert {key[-1] for key in frame.kept.fractions} == {frozenset({0})}


@given(
    masks=st.lists(st.one_of(st.booleans(), st.integers(0, 15)), min_size=2, max_size=9),
    sign=st.sampled_from((1, -1)),
    constant=st.integers(-10, 10),
    relation=st.sampled_from(Relation),
)
def test_counts_of_conditions(
    masks: list[bool | int], sign: int, constant: int, relation: Relation
) -> None:
    """How many hold against a number, either way: four rows, given by the bits of a number."""
    graph = Graph()
    columns = {
        f"{place}": pl.Series([bool(mask >> row & 1) for row in range(4)])
        for place, mask in enumerate(masks)
        if not isinstance(mask, bool)
    }
    term = number(constant)
    for place, mask in enumerate(masks):
        # A flag that holds nowhere is no column; one that holds everywhere is one's opposite.
        flag = graph.flag(f"{place}")
        term += graph.indicator(graph.opposite(flag) if mask is True else flag).scaled(sign)
    found = atom_of_counts(Frame(columns, 4), term, relation)
    assert found is not None
    for row in range(4):
        count = sum(mask if isinstance(mask, bool) else mask >> row & 1 for mask in masks)
        value = sign * count + constant
        here = found if isinstance(found, bool) else found[row]
        assert here == holds(relation, (value > 0) - (value < 0))


@given(
    coefficients=st.lists(st.integers(-9, 9), min_size=4, max_size=4),
    ends=st.lists(
        st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), min_size=3, max_size=3),
        min_size=2,
        max_size=2,
    ),
)
def test_signs_of_bounds_are_those_of_what_lies_between(
    coefficients: list[int], ends: list[list[tuple[int, int]]]
) -> None:
    """A polynomial of two numbers between their bounds, three of each, has no other sign."""
    x, y = (Variable(place, Column(f"{place}"), None, None, "") for place in range(2))
    monomials = ((x,), (x, y), (x, x, y), ())
    kept = [(m, c) for m, c in zip(monomials, coefficients, strict=True) if c]
    ranges = {}
    for place, column in enumerate(ends):
        lows, highs = [low for low, _ in column], [low + width for low, width in column]
        most = max(map(abs, lows + highs))
        ranges[place] = Range(pl.Series(lows), pl.Series(highs), min(lows), most)
    low, high, width = between(Poly(tuple(kept)), ranges, 3)
    a, b, c, d = coefficients
    for row, least, greatest in zip(
        range(3), widened(low, width, 3), widened(high, width, 3), strict=True
    ):
        assert least <= greatest
        (first, wide), (second, tall) = (column[row] for column in ends)
        for p in (first, first + wide):
            for q in (second, second + tall):
                value = a * p + b * p * q + c * p * p * q + d
                assert value > 0 or least <= 0
                assert value >= 0 or least < 0
                assert value < 0 or greatest >= 0
                assert value <= 0 or greatest > 0
