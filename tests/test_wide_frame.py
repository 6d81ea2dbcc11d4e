"""Wide tables as whole columns: the rows that sheets give, each of them, to the digest."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import polars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.digest import facts_digest
from engine.facts.grid import frame_grid
from engine.facts.headings import Names
from engine.facts.reading import Faults
from engine.facts.rows import open_rows
from engine.facts.wide_frame import Reader
from engine.language.diagnostics import Source, errors, in_order
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.office.scoring import faults_of, score_all
from engine.office.store import dump
from engine.office.wide import SUBJECT, decide, score_frame

from .support import DATA

RULES = DATA / "wide.yaml"


@cache
def rules() -> Ruleset:
    """A ruleset that reads a fact of every type, of other years, attributes and judgements."""
    return load_file(RULES).ruleset


def by_sheets(frame: polars.DataFrame, year: int | None) -> tuple[list[Any], list[Any], list[Any]]:
    """What the reader of rows and the scoring of sheets make of a frame: three lists."""
    grid = frame_grid(frame, Source("t.parquet"), range(1, frame.height + 1))
    sheets, _, nameless = open_rows(grid, Names(rules().vocabulary), year)
    assert sheets is not None
    read = [(rows[0], sheets.read(code, {}, Faults())) for code, rows in sheets.rows.items()]
    faults = faults_of(rules(), [one.sheet for _, one in read])
    usable, subjects, lost = [], [], [span.place for span in nameless]
    for (row, one), more in zip(read, faults, strict=True):
        found = in_order((*one.diagnostics, *more))
        if one.sheet is None or errors(found):
            lost.append(one.place.place)
            continue
        usable.append((row, one.sheet))
        subject = one.sheet.subject
        warnings = " ".join(sorted({d.code for d in found}))
        own = (row, subject.code, subject.name, subject.kind, one.sheet.year)
        attributes = dump(dict(sorted(subject.attributes.items())))
        subjects.append((*own, attributes, warnings, facts_digest(one.sheet)))
    results = score_all(rules(), [sheet for _, sheet in usable])
    rows = polars.Series("row", [row for row, _ in usable], dtype=polars.UInt32)
    numbered = results.with_columns(rows).sort("row").drop("route")
    return numbered.rows(), sorted(subjects), sorted(lost)


def agree(frame: polars.DataFrame, year: int | None = None) -> polars.Series:
    """Check that columns say what sheets say; which rows were left to sheets."""
    results, subjects, lost = by_sheets(frame, year)
    found = score_frame(rules(), frame, year=year, path="t.parquet")
    assert found.results.drop("route").rows() == results
    assert sorted(one.place.place for one, _ in found.unusable) == lost
    names = Names(rules().vocabulary)
    bare, _, _ = open_rows(frame_grid(frame.clear(), Source(""), ()), names, year)
    assert bare is not None
    decided = decide(rules(), frame, bare.head, Reader(rules().vocabulary), year)
    known = {row[0]: row for row in subjects}
    for row in decided.subjects.select(*SUBJECT).rows():
        assert row == known[row[0]]
    assert decided.left.sum() == len(found.left) == frame.height - decided.results.height
    return decided.left


# -- any frame -----------------------------------------------------------------------------------

TEXTS = st.sampled_from(
    [
        *("", " ", "0", "5", "16090", "98.5", "99.5%", "0.95", ">= 96%", "96%以上", "1:19", "８０"),
        *(
            "不适用：无此类学校",
            "不适用",
            "8.79 亿元",
            "85753.42",
            "1,234人",
            "#DIV/0!",
            "约20",
            "-3",
        ),
        *(
            "007",
            "12.123456789",
            "999999999999999",
            "1000000000000000",
            "1e3",
            "3.",
            "+4",
            " 7 ",
            "\xa07",
        ),
        *("是", "否", "yes", "Ⅱ", "Ⅲ级", "2022-05-01", "2022年5月1日", "规划", "—", "1/3"),
    ]
)
FLOATS = st.one_of(
    st.sampled_from([0.1 + 0.2, 0.1, -0.0, 1e15, 1e22, 5e-324, float("nan"), float("inf"), 98.765]),
    st.integers(0, 10**7).map(lambda n: n / 100),
    st.integers(0, 10**5).map(float),
    st.floats(allow_nan=False, width=64),
)
INTEGERS = st.one_of(
    st.integers(0, 20000),
    st.integers(-5, 5),
    st.sampled_from([10**15 - 1, 10**15, 2**62, -(2**63)]),
)
DECIMALS = st.decimals(-(10**9), 10**9, places=3)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1))
KINDS: Mapping[str, tuple[st.SearchStrategy[Any], Any]] = {
    "text": (TEXTS, polars.String),
    "float": (FLOATS, polars.Float64),
    "short float": (FLOATS, polars.Float32),
    "integer": (INTEGERS, polars.Int64),
    "small": (st.integers(0, 255), polars.UInt8),
    "large": (st.sampled_from([0, 7, 2**64 - 1]), polars.UInt64),
    "decimal": (DECIMALS, polars.Decimal(20, 3)),
    "boolean": (st.booleans(), polars.Boolean),
    "date": (DAYS, polars.Date),
    "moment": (DAYS.map(lambda day: dt.datetime(day.year, 5, 1, 8)), polars.Datetime),
    "time": (st.times(), polars.Time),
    "bytes": (st.binary(max_size=1), polars.Binary),
    "longest": (st.sampled_from([0, 12, 10**20, -(10**20)]), polars.Int128),
    "list": (st.lists(st.integers(0, 1), max_size=1), polars.List(polars.Int64)),
    "word": (st.sampled_from(["是", "否", "5"]), polars.Categorical),
}
FACTS = [
    *("children.all", "children.public", "children.public_share", "classes.all", "classes.large"),
    *("money.spending", "money.spending@2021", "money.spending@2022", "教育支出@2020"),
    *("money.last_year", "pay.teachers", "pay.servants", "pay.not_below", "rate.retention"),
    *("ratio.staff", "area.rooms", "level.monitoring", "safety.accidents", "safety.falsified"),
    *("plan.date", "plan.name", "outcome:J", "判定：unknown"),
]


@st.composite
def frames(draw: st.DrawFn) -> polars.DataFrame:
    """A few rows under some headings, each column of one type, most of it from one strategy."""
    height = draw(st.integers(1, 6))
    codes = st.sampled_from(
        ["990001", "990002", "９９０００３", " 990004", "", "合计", "990005", "x"]
    )
    columns = [polars.Series("code", draw(st.lists(codes, min_size=height, max_size=height)))]
    about = {
        "name": ["甲区", " 乙区 ", "", "#N/A"],
        "kind": ["district", ""],
        "area_class": ["一类地区", "", "四类地区"],
        "year": ["2022", "2023年", "", "二〇二二"],
        "评价年度": ["2022", "２０２１", ""],
        "source": ["", "self", "自评", "onsite", "nobody"],
        "评价标准": ["wide@2022", " wide ", "", "wide@2021"],
    }
    for heading, known in about.items():
        if draw(st.booleans()):
            words = st.one_of(st.none(), st.just(known[0]), st.sampled_from(known))
            columns.append(polars.Series(heading, draw(_some(words, height)), dtype=polars.String))
    for heading in draw(st.lists(st.sampled_from(FACTS), unique=True, max_size=8)):
        values, kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
        cells = draw(_some(st.one_of(st.none(), values, values), height))
        columns.append(polars.Series(heading, cells, dtype=kind, strict=False))
    return polars.DataFrame(columns)


def _some(cells: st.SearchStrategy[Any], height: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(cells, min_size=height, max_size=height)


@given(frames(), st.sampled_from([2022, 2021, None]))
def test_columns_say_what_sheets_say(frame: polars.DataFrame, year: int | None) -> None:
    """The law: results, digests, warnings and unusable rows are those of a sheet for each row."""
    agree(frame, year)


# -- frames as they come -------------------------------------------------------------------------

PLAIN: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "children.all": st.integers(100, 20000),
        "children.public": st.integers(0, 100),
        "classes.all": st.none() | st.integers(0, 9),
        "classes.large": st.integers(0, 9),
        "money.spending": st.integers(10**6, 15 * 10**5).map(lambda n: n / 100),
        "money.spending@2021": st.integers(10**6, 15 * 10**5).map(lambda n: Decimal(n) / 100),
        "rate.retention": st.none() | st.integers(101, 10000).map(lambda n: f"{n / 100}%"),
        "safety.falsified": st.booleans(),
        "level.monitoring": st.sampled_from(["Ⅰ", "Ⅱ", "Ⅲ级", ""]),
        "area.rooms": st.integers(0, 10**6).map(lambda n: n / 8),
    }
)


@given(st.lists(PLAIN, min_size=1, max_size=12))
def test_a_sound_table_needs_no_sheet(rows: list[dict[str, Any]]) -> None:
    """Numbers, words and blanks within their ranges: columns decide every row, and rightly."""
    frame = polars.DataFrame(
        [{"code": str(990000 + n), "year": 2022, **row} for n, row in enumerate(rows)],
        schema_overrides={"classes.all": polars.Int64, "rate.retention": polars.String},
    )
    assert not agree(frame).any()


@pytest.mark.parametrize(
    ("heading", "cells", "left"),
    [
        ("children.all", [16090, -1, 2 * 10**6, None], [False, True, True, False]),
        ("money.spending", [0.1, 0.1 + 0.2, 5e-324, 1e300], [False, True, True, True]),
        ("rate.retention", ["99.5%", ">= 96%", "0.95", "约95"], [False, False, False, True]),
        ("safety.falsified", ["是", "no", "也许", "不适用：无"], [False, False, True, False]),
        ("classes.all", [1.0, 1.5, float("nan"), None], [False, True, True, False]),
        ("plan.name", ["规划", "", "—", " "], [False, False, True, False]),
    ],
)
def test_which_rows_are_left(heading: str, cells: list[Any], left: list[bool]) -> None:
    """A value that columns cannot hold, or nobody can read, leaves its row and no other."""
    frame = polars.DataFrame({"code": ["1", "2", "3", "4"], heading: cells}, strict=False)
    assert agree(frame, 2022).to_list() == left


def test_rows_of_several_years_and_subjects() -> None:
    """Each row is scored for its own year; two rows of one subject are one sheet, or none."""
    frame = polars.DataFrame(
        {
            "code": ["1", "2", "3", "3", "4"],
            "year": ["2022", "2021", "2022", "2022", ""],
            "money.spending@2021": [10.5, 12.25, 1.0, 2.0, 3.0],
            "money.spending": [11.0, 11.0, 1.0, 2.0, 3.0],
        }
    )
    assert agree(frame).to_list() == [False, True, True, True, True]


def test_a_value_under_two_headings() -> None:
    """A fact plain and by its year: a row that fills in the second is for the other reader."""
    frame = polars.DataFrame(
        {
            "code": ["1", "2", "3"],
            "money.spending": [10.5, None, 7.0],
            "money.spending@2022": [None, 12.0, 7.0],
        }
    )
    assert agree(frame, 2022).to_list() == [False, True, True]
