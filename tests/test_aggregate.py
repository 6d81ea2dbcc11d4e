"""`dudao aggregate`: records become facts as the interpreter has it; what is doubtful is open."""

import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import polars
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.facts.quantity import Unreadable, read_cell, read_text
from engine.facts.sheet import FactSheet, Row, Subject, Table
from engine.facts.values import Measured
from engine.language.aggregation import load_aggregation
from engine.language.catalogue import shipped
from engine.language.diagnostics import RulesetError, Source, Span
from engine.office.aggregate import Job, aggregate
from engine.office.record_facts import added_up, written
from engine.office.record_faults import CODE, FILE, ROW
from engine.office.record_sums import SCALE, Records, bare_ruleset
from engine.scoring.interpreter import Interpreter
from engine.scoring.values import Number

from .recording import FACTS, OPEN, SPOILED_LISTED, aggregated, in_memory, place_records, rows
from .recording import RULES as MADE
from .support import DATA, codes, dudao, write

RULES = DATA / "records.yaml"
KEPT = ("stage", "boarding", "pupils", "teachers", "equipment")
PLACE = Span(Source(""))


@cache
def records() -> Records:
    """The facts that the rules give."""
    aggregation, _ = load_aggregation(RULES)
    (table,) = aggregation.tables
    return Records(aggregation.vocabulary, table, aggregation.of(table.name), "", "zh")


CELLS = {
    "stage": st.sampled_from(["小学", "初中", "小學", ""]),
    "boarding": st.sampled_from(["是", "否", "yes", "无", "?", ""]),
    "pupils": st.sampled_from(["1", "７０", "350人", "1,200", "-3", "约90", "100以上", "2.5", ""]),
    "teachers": st.sampled_from(["0", "20", "#DIV/0!", "20 人", ""]),
    "equipment": st.sampled_from(["0.05", "500元", "0.0499999万元", "12.34", "3亿元", "/", ""]),
}
TABLES = st.lists(st.fixed_dictionaries({"code": st.sampled_from("ABC"), **CELLS}), max_size=12)


@given(rows=TABLES)
def test_sums_are_those_of_the_interpreter(rows: list[dict[str, str]]) -> None:
    """What is decided is the interpreter's exact value; what it leaves open stays open."""
    frame = polars.DataFrame(
        [
            {CODE: r["code"], "id": f"S{i}", **{k: r[k] for k in KEPT}, FILE: "f", ROW: i}
            for i, r in enumerate(rows)
        ],
        schema={
            CODE: polars.String,
            "id": polars.String,
            **dict.fromkeys(KEPT, polars.String),
            FILE: polars.String,
            ROW: polars.Int64,
        },
    )
    sums, _ = records().part([in_memory(frame, records().table)])
    found = {(code, fact): rest for code, fact, *rest in added_up(sums).iter_rows()}
    districts = {row["code"] for row in rows}
    assert {code for code, _ in found} == districts
    for code in districts:
        interpreter = Interpreter(
            bare_ruleset(records().vocabulary), sheet([r for r in rows if r["code"] == code])
        )
        for fact, expr in records().facts:
            sure, left, total = found[code, fact]
            value = interpreter.value(expr)
            if expr.kind == "count":
                assert isinstance(value, Number)
                assert (value.low, value.high) == (sure, sure + left)
            elif left:
                assert not isinstance(value, Number) or value.exact is None
            else:
                assert isinstance(value, Number)
                assert value.exact == Fraction(total, SCALE)


def sheet(rows: list[dict[str, str]]) -> FactSheet:
    """A district's sheet with those of its cells that can be read."""
    made = []
    for row in rows:
        read = {k: read_cell(row[k], records().table.columns[k]) for k in KEPT if row[k]}
        made.append(
            Row(
                values={k: v for k, v in read.items() if not isinstance(v, Unreadable)},
                origin=PLACE,
            )
        )
    table = Table(name="schools", rows=tuple(made), origin=PLACE)
    return FactSheet(
        subject=Subject(code="A", name="A"),
        year=2022,
        entries={},
        tables={"schools": table},
        source=Source(""),
    )


# -- the command ---------------------------------------------------------------------------------


def test_records_become_facts_and_the_rest_is_told(tmp_path: Path) -> None:
    """Exact facts; open ones blank with their bounds; every cell and row not used is listed."""
    place_records(tmp_path)
    ran = aggregated(tmp_path, "--year", "2022", "--lang", "en")
    assert ran.code == Exit.UNUSABLE
    out = tmp_path / "facts"
    head, counts, *_ = ran.out.splitlines()
    assert head == "Demo demo"
    assert counts.startswith("read 21 rows of records, facts of 8 districts; left open 11 facts, ")
    assert counts.endswith("9 faults in cells and rows")
    facts = ("primary.classes", "primary.large_classes", "primary.pupils", "teachers.full_time")
    assert {
        code: tuple(rest) for code, *rest in rows(out, "facts.parquet", "code", *facts)
    } == FACTS
    assert set(rows(out, "facts.parquet", "year")) == {("2022",)}
    left = rows(out, "open.parquet", "code", "fact", "low", "high")
    assert {(code, fact): (low, high) for code, fact, low, high in left} == OPEN
    assert set(rows(out, "faults.parquet", "code", "found", "diagnostic")) == SPOILED_LISTED
    places = [place for _, place in rows(out, "faults.parquet", "file", "row")]
    assert all(isinstance(place, int) and place > 0 for place in places)


def test_portions_do_not_matter(tmp_path: Path) -> None:
    """Districts a few at a time give what all together give."""
    place_records(tmp_path)
    aggregation, _ = load_aggregation(write(tmp_path, "rules.yaml", MADE))
    for size in (1, 4, 1000):
        job = Job(
            aggregation=aggregation,
            paths=(tmp_path / "classes", tmp_path / "staff.parquet"),
            year=None,
            lang="zh",
            tell=lambda _: {},
            portion=size,
        )
        aggregate(job, tmp_path / str(size))
    for name in ("facts", "open", "faults"):
        one, *others = (polars.read_parquet(tmp_path / f"{s}/{name}.parquet") for s in (1, 4, 1000))
        assert all(other.equals(one) for other in others)


def test_facts_are_scored_as_a_table_of_districts(tmp_path: Path) -> None:
    """What was written is what `dudao batch` reads: no unknown heading, no unreadable cell."""
    place_records(tmp_path)
    aggregated(tmp_path, "--year", "2022")
    facts = tmp_path / "facts" / "facts.parquet"
    ran = dudao("batch", facts, "-r", "changde-county-duty@2022", "--out", tmp_path / "out")
    assert ran.code == Exit.INCOMPLETE, ran.err
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["scored"] == len(FACTS)
    assert manifest["diagnostics"] == []


def test_facts_stand_beside_the_others_of_the_districts(tmp_path: Path) -> None:
    """`--onto` joins by code as it is read; a district of one side only stays."""
    place_records(tmp_path)
    table = tmp_path / "districts.parquet"
    others = {
        "区划代码": ["430704", "４３０７０３ ", "430799"],
        "年度": [2022, 2022, 2022],
        "finance.education_expenditure": [1.25, None, 3.5],
    }
    polars.DataFrame(others).write_parquet(table)
    ran = aggregated(tmp_path, "--onto", table, "--year", "2022")
    assert ran.code == Exit.UNUSABLE, ran.err
    columns = ("区划代码", "年度", "finance.education_expenditure", "primary.classes")
    found = rows(tmp_path / "facts", "facts.parquet", *columns)
    assert found[:3] == [
        ("430704", "2022", "1.25", None),
        ("４３０７０３ ", "2022", "", "2"),
        ("430799", "2022", "3.5", None),
    ]
    alone = [(code, *rest) for code, *rest in found[3:]]
    assert sorted(alone, key=str) == sorted(
        [(c, None, None, FACTS[c][0]) for c in FACTS if c not in ("430703", "430704")], key=str
    )


def test_the_table_of_districts_may_be_a_worksheet(tmp_path: Path) -> None:
    """Its cells stay as they are written; one that holds no value stays one that is refused."""
    place_records(tmp_path)
    table = tmp_path / "districts.xlsx"
    with xlsxwriter.Workbook(table) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["区划代码", "finance.education_expenditure"])
        sheet.write_row(1, 0, ["430703", "1.25亿元"])
        sheet.write(2, 0, 430709)
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    ran = aggregated(tmp_path, "--onto", table, "--lang", "en")
    assert ran.code == Exit.UNUSABLE, ran.err
    columns = ("区划代码", "finance.education_expenditure", "primary.classes")
    found = rows(tmp_path / "facts", "facts.parquet", *columns)
    assert found[:2] == [("430703", "1.25亿元", "2"), ("430709", "#VALUE!", "0")]
    ran = aggregated(tmp_path, "--onto", tmp_path / "rules.yaml", "--lang", "en", out="other")
    assert ran.code == Exit.USAGE
    assert "rules.yaml cannot be used: it must be a whole file of Parquet, CSV" in ran.err


def test_no_figure_is_laid_over_another(tmp_path: Path) -> None:
    """A fact that the table of districts has already is refused, by whatever heading."""
    place_records(tmp_path)
    table = tmp_path / "districts.parquet"
    polars.DataFrame({"code": ["430704"], "小学班级数": [7]}).write_parquet(table)
    ran = aggregated(tmp_path, "--onto", table, "--lang", "en")
    assert ran.code == Exit.USAGE
    assert f"{table} has primary.classes already" in ran.err
    assert not (tmp_path / "facts").exists()


def test_facts_are_not_put_beside_two_rows_of_a_district(tmp_path: Path) -> None:
    """Records given as the table of districts are refused; a row for each year is none."""
    classes, _ = place_records(tmp_path)
    ran = aggregated(tmp_path, "--onto", classes / "1.parquet", "--lang", "en")
    assert ran.code == Exit.USAGE
    assert "1.parquet has more than one row of 430703" in ran.err
    table = tmp_path / "districts.parquet"
    polars.DataFrame({"code": ["430704"] * 2, "year": [2021, 2022]}).write_parquet(table)
    assert aggregated(tmp_path, "--onto", table).code == Exit.UNUSABLE


def test_the_shipped_rules_load() -> None:
    """What is shipped is without a fault, and names no fact twice by mistake."""
    aggregation, warnings = load_aggregation(shipped() / "aggregation" / "district-facts.yaml")
    assert warnings == ()
    assert {table.name for table in aggregation.tables} == {
        "classes",
        "kindergartens",
        "pupils",
        "staff",
    }


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        ('compulsory.classes: "share(classes where size >= 56)"', "not-additive"),
        ('compulsory.classes: "mean(classes: size)"', "not-additive"),
        ('compulsory.classes: "max(classes: size)"', "not-additive"),
        ('compulsory.pupils: "sum(schools: pupils / teachers)"', "not-additive"),
        ('compulsory.classes: "count(classes) + count(schools)"', "not-additive"),
        ('compulsory.classes: "count(classes where size > compulsory.pupils)"', "not-additive"),
        ('compulsory.classes: "count(classes where subject.kind = 区县)"', "not-additive"),
        ('compulsory.retention_rate: "count(classes)"', "not-additive"),
        ('compulsory.classes: "sum(schools: equipment)"', "unit-mismatch"),
        ('compulsory.clases: "count(classes)"', "unknown-fact"),
        ('compulsory.classes: "count(klasses)"', "unknown-table"),
        ('compulsory.classes: "count(classes where size >= 56"', "expression-unfinished"),
    ],
)
def test_what_cannot_be_added_up_is_refused(fact: str, code: str, tmp_path: Path) -> None:
    """Only a count or a sum of what a row says, in the unit of the fact."""
    path = write(tmp_path, "rules.yaml", f"format: 1\naggregation: demo\nfacts:\n  {fact}\n")
    with pytest.raises(RulesetError) as caught:
        load_aggregation(path)
    assert codes(caught.value) == [code]


NAMES = (
    "teachers.average_pay",
    "vocational.surtax_funds",
    "region.area",
    "compulsory.balance_score",
)


@given(value=st.fractions(max_denominator=3000), name=st.sampled_from(NAMES))
def test_a_written_fact_reads_back(value: Fraction, name: str) -> None:
    """What is written is exactly the value; only what no decimal equals is not written."""
    definition = records().vocabulary.facts[name]
    text = written(value, definition)
    if text is None:
        assert not is_decimal(value)
        return
    read = read_text(text, definition)
    assert isinstance(read, Measured)
    assert read.value == value


def is_decimal(value: Fraction) -> bool:
    """Whether a decimal of some length is exactly the value."""
    left = value.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    return left == 1
