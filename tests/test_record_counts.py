"""Counting rows by what is stored, and looking at few, gives what looking at each row gives."""

import datetime as dt
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from decimal import Decimal

import polars
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.facts.quantity import UNFILLED, UNFILLED_WORDS, Unreadable, read_cell
from engine.facts.row_checks import is_total
from engine.facts.rows import ERRORS
from engine.facts.values import Measured, Stated
from engine.language.aggregation import load_aggregation
from engine.office.record_counts import count_rows
from engine.office.record_doubles import doubles
from engine.office.record_faults import BROKEN, CODE, FILE, ROW, listed
from engine.office.record_rows import (
    DOUBT,
    TWICE,
    as_text,
    meaning,
    read_code,
    read_rows,
    read_texts,
)
from engine.office.record_suspects import LIKE_FAULT

from .recording import in_memory
from .support import DATA

TABLE = load_aggregation(DATA / "records.yaml")[0].vocabulary.tables["schools"]
WANTED = (("stage",), (), ("boarding", "pupils"), ("name", "stage"), ("equipment",))
WORDS = {
    CODE: ["430703", "４３０７０３ ", "430704", "430704.0", "", "合计", "#REF!"],
    "id": ["1", "１", " 1", "2", "a", "-", "", "合计", "#N/A", "\0x"],
    "name": ["一中", "和平小学", "1", "总 计", "tot\x1cal", "- -", "n / a", "待填", "           -"],
    "kind": ["小学", "合计", "/", "中学", ""],
    "stage": ["小学", " 小学", "初中", "合计", "小學"],
    "boarding": ["是", "否", "yes", "有", "/"],
    "pupils": ["60", "６０", "60人", "约60", "-3", "合计", "2.5", ""],
    "equipment": ["0.05", "500元", "#DIV/0!", "", "0"],
}


def typed(name: str) -> st.SearchStrategy[tuple[polars.DataType, st.SearchStrategy[object]]]:
    """A type that a column may be stored in, with its cells."""
    whole = st.sampled_from([0, 1, 2, 60, 430703])
    cells: dict[polars.DataType, st.SearchStrategy[object]] = {
        polars.String(): st.sampled_from(WORDS[name]),
        polars.Categorical(): st.sampled_from(WORDS[name]),
        polars.Int64(): whole,
        polars.UInt32(): whole,
        polars.Float64(): st.sampled_from([0.0, -0.0, 1.0, 2.5, float("nan"), float("inf")]),
        polars.Boolean(): st.booleans(),
        polars.Date(): st.dates(dt.date(2020, 1, 1), dt.date(2020, 1, 2)),
        polars.Datetime(): st.just(dt.datetime(2020, 1, 1, 8)),
        polars.Decimal(10, 2): st.sampled_from([Decimal("1.00"), Decimal("2.50")]),
        polars.List(polars.Int64()): st.just([1]),
        polars.Binary(): st.just(b"x"),
        polars.Null(): st.none(),
    }
    kinds = st.sampled_from(list(cells)) | st.just(polars.String())
    return kinds.map(lambda kind: (kind, cells[kind]))


@st.composite
def files(draw: st.DrawFn) -> list[polars.DataFrame]:
    """Files of one table, whose columns may be stored in different types."""
    found = []
    for number in range(draw(st.integers(1, 2))):
        rows = draw(st.integers(0, 8))
        columns = []
        # Each in an order of its own; no fact asks for the kind, which may be missing.
        for name in draw(st.permutations(list(WORDS))):
            if name == "kind" and draw(st.booleans()):
                continue
            kind, cell = draw(typed(name))
            cells = draw(st.lists(cell | st.none(), min_size=rows, max_size=rows))
            columns.append(polars.Series(name, cells, dtype=kind))
        places = {FILE: [f"{number}.parquet"] * rows, ROW: list(range(1, rows + 1))}
        kinds = {FILE: polars.String, ROW: polars.Int64}
        found.append(polars.DataFrame(columns).hstack(polars.DataFrame(places, schema=kinds)))
    return found


@given(frames=files(), portion=st.sampled_from([1, 3, 1000]))
def test_few_rows_looked_at_are_as_good_as_all(
    frames: list[polars.DataFrame], portion: int
) -> None:
    """Every count by what cells mean, every fault and every place are those of each row."""
    counted = count_rows(
        [in_memory(frame, TABLE) for frame in frames], TABLE, WANTED, "en", portion
    )
    texts = polars.concat([as_texts(frame) for frame in frames], how="diagonal")
    texts = texts.with_columns(polars.col(polars.String).fill_null(""))
    rows = read_rows(texts.with_columns(doubled(texts).alias(TWICE)), TABLE, "en")
    assert listed([*counted.faults]).equals(rows.faults)
    for columns in WANTED:
        each = rows.frame.select(CODE, *columns, DOUBT, polars.lit(1).alias("n"))
        assert meant(counted.by(columns), columns) == meant(each, columns)


def test_a_zero_with_a_sign_is_counted_once() -> None:
    """A doubled row is counted as doubtful only, also where its cell is stored as -0.0."""
    places = {FILE: ["f"] * 3, ROW: [1, 2, 3]}
    frame = polars.DataFrame({CODE: ["1"] * 3, "id": ["a", "a", "b"], **places}).with_columns(
        polars.Series("equipment", [-0.0, 0.0, 0.0])
    )
    counted = count_rows([in_memory(frame, TABLE)], TABLE, [("equipment",)], "en", 1000)
    assert sorted(counted.by(("equipment",)).rows()) == [("1", "0", False, 1), ("1", "0", True, 2)]


def test_a_sum_is_one_also_where_its_word_is_declared() -> None:
    """A row of sums is doubtful in a column that allows the word that says so."""
    kind = replace(TABLE.columns["kind"], words=("小学", "合计"))
    table = replace(TABLE, columns={**TABLE.columns, "kind": kind})
    places = {FILE: ["f"] * 2, ROW: [1, 2]}
    frame = polars.DataFrame(
        {CODE: ["1"] * 2, "id": ["a", "b"], "kind": ["小学", "合计"], **places}
    )
    counted = count_rows([in_memory(frame, table)], table, [("kind",)], "en", 1000)
    assert sorted(counted.by(("kind",)).rows()) == [("1", "合计", True, 1), ("1", "小学", False, 1)]
    assert listed([*counted.faults])["diagnostic"].to_list() == ["total-row"]


def as_texts(frame: polars.DataFrame) -> polars.DataFrame:
    """A file with all cells as texts."""
    return frame.select(FILE, ROW, *(as_text(frame[n]) for n in WORDS if n in frame.columns))


def doubled(texts: polars.DataFrame) -> polars.Series:
    """Which rows have the district and the key of another."""
    code = polars.col(CODE).map_elements(read_code, polars.String)
    return texts.select(code, polars.col("id").str.strip_chars()).is_duplicated()


def meant(frame: polars.DataFrame, columns: tuple[str, ...]) -> Counter[Hashable]:
    """How many rows there are of each code and doubt whose cells mean the same."""
    known = {name: read_texts(frame[name], TABLE.columns[name])[0] for name in columns}
    found = Counter[Hashable]()
    for code, *cells, doubt, count in frame.iter_rows():
        stated = tuple(
            value_of(meaning(known[name], TABLE.columns[name], text))
            for name, text in zip(columns, cells, strict=True)
        )
        found[code, stated, doubt] += count
    return found


def value_of(stated: Stated | None) -> Hashable:
    """What a cell states, however it is written."""
    return (stated.value, stated.bound) if isinstance(stated, Measured) else stated


@given(frames=files(), marks=st.integers(1, 3), size=st.sampled_from([1, 3, 1000]))
def test_numbers_of_rows_are_only_a_hint(
    frames: list[polars.DataFrame], marks: int, size: int
) -> None:
    """Rows that have one number by chance are not taken for doubled."""
    stored = [in_memory(frame, TABLE) for frame in frames]
    texts = polars.concat([as_texts(frame) for frame in frames], how="diagonal")
    codes = {text: read_code(text) for text in texts[CODE]}
    marked = [(one.text("id").str.strip_chars().hash() % marks) for one in stored]
    found = doubles(stored, marked, "id", codes, size)
    flagged = []
    for position, (one, frame) in enumerate(zip(stored, frames, strict=True)):
        likely = found.likely(position)
        flag = polars.lit(False) if likely is None else likely
        rows = one.texts(one.rows.with_columns(flag.alias(TWICE)), WORDS, TWICE)
        assert rows.height == frame.height
        flagged.append(found.without_apart(rows).select(TWICE))
    assert polars.concat(flagged)[TWICE].to_list() == doubled(texts).to_list()


BLANKS = st.text(" \u3000\u00a0\x1c\t", max_size=2)


@st.composite
def near_words(draw: st.DrawFn) -> str:
    """A word for nothing, an error or a sum, with blanks where they are read over."""
    word = draw(
        st.sampled_from(
            [*UNFILLED, *UNFILLED_WORDS, *ERRORS, "全县合计：", "ＴＯＴＡＬ", "累计(人)"]
        )
    )
    if word in ERRORS or word in UNFILLED_WORDS:
        return f"{draw(BLANKS)}{word}{draw(BLANKS)}"
    spaced = "".join(f"{mark}{draw(BLANKS)}" for mark in word)
    return f"{draw(BLANKS)}{draw(st.sampled_from([spaced, spaced.upper()]))}"


@given(text=near_words() | st.text(max_size=6))
@example(text=f"{BROKEN}nan")
def test_no_text_that_may_be_faulty_is_passed_over(text: str) -> None:
    """The pattern finds every free text that cannot be read, is a sum, or marks a broken cell."""
    name = TABLE.columns["name"]
    faulty = (
        text.startswith(BROKEN)
        or text.strip() in ERRORS
        or isinstance(read_cell(text, name), Unreadable)
        or is_total(text)
    )
    found = polars.Series([text]).str.contains(LIKE_FAULT)[0]
    assert found or not faulty


@pytest.mark.parametrize("text", ["和平小学", "计算机一班", "A-1", "0", "Taotal", "N/A1"])
def test_usual_texts_need_not_be_looked_at(text: str) -> None:
    """Names and codes as they are do not lead to a look at their rows."""
    assert not polars.Series([text]).str.contains(LIKE_FAULT)[0]
