"""What a batch writes of the rows of a table is what it writes of a sheet of each row."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import polars
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.facts.folder import Found
from engine.facts.grid import Grid, frame_grid
from engine.facts.headings import Names
from engine.facts.roster import Item, Roster
from engine.facts.rows import open_rows
from engine.facts.sheet import FactSheet
from engine.language.diagnostics import Source
from engine.locale import LANGS, Lang
from engine.office import ahead
from engine.office.ahead import Ahead, Work
from engine.office.batch import Batch
from engine.office.chunk import readable, record_lines, score_chunk
from engine.office.outputs import harmless
from engine.office.store import Line, dump
from engine.reporting.batch_record import Describer
from engine.scoring.assess import assess

from .test_wide_frame import PLAIN, frames, rules

# Words for names and attributes that files have to write with care.
NAMES = ["甲区", "=1+1", 'a "b", c', "x\ny", "\t-", "\\", "\u202e", "\ue000", "-"]


@pytest.fixture(autouse=True, scope="module")
def _few() -> Iterator[None]:
    """Even a single row is decided as columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "FEWEST", 1)
        yield


def batch_of(grid: Grid, lang: Lang, year: int | None) -> Batch:
    """A batch of one table."""
    vocabulary = rules().vocabulary
    sheets, _, _ = open_rows(grid, Names(vocabulary), year)
    assert sheets is not None
    items = tuple(Item(grid.source.path, code, 0) for code in sorted(sheets.rows))
    roster = Roster(Found(), vocabulary, items=items, sheets=[sheets])
    return Batch(ruleset=rules(), roster=roster, describe=Describer(rules(), lang), options={})


def both_ways(grid: Grid, lang: Lang, year: int | None) -> tuple[list[Line], Work]:
    """The lines of a table decided as columns, after checking them against those of sheets."""
    batch, sheets = (batch_of(grid, lang, year) for _ in range(2))
    assume(batch.chunks)
    ((_, work),) = Ahead(batch).works([0])
    lines = score_chunk(batch, work)
    assert lines == score_chunk(sheets, Work(sheets.roster.items))
    return lines, work


@given(frames(), st.sampled_from(LANGS), st.sampled_from([2022, None]), st.booleans())
def test_whatever_stands_in_the_cells(
    frame: polars.DataFrame, lang: Lang, year: int | None, texts: bool
) -> None:
    """The law: every byte that is written of a row, findings with their places among it."""
    grid = frame_grid(frame, Source("t.parquet"), range(1, frame.height + 1))
    if texts:
        # The same table in a workbook.
        source = Source("t.xlsx", sheet="表")
        grid = Grid(source, grid.head, 1, list(grid.rows), range(2, frame.height + 2), grid.broken)
    both_ways(grid, lang, year)


@given(st.lists(st.tuples(st.sampled_from(NAMES), PLAIN), min_size=1, max_size=6))
def test_names_that_need_care(rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Rows are as `csv` and `json` write them, whatever a district is called."""
    frame = polars.DataFrame(
        [
            {"code": str(990000 + n), "name": name, "area_class": "一类地区", **row}
            for n, (name, row) in enumerate(rows)
        ],
        schema_overrides={"classes.all": polars.Int64, "rate.retention": polars.String},
    )
    grid = frame_grid(frame, Source("t.parquet"), range(1, frame.height + 1))
    lines, work = both_ways(grid, "zh", 2022)
    assert not work.left
    batch = batch_of(grid, "zh", 2022)
    for line, told in zip(lines, record_lines(batch, batch.roster.items), strict=True):
        record, results, grade, _, _ = (text.decode() for text in line.texts)
        assert record == dump(told["record"])
        assert json.loads(record)["name"] == line.head["name"]
        found = list(csv.reader(io.StringIO(results, newline="")))
        assert [row[:2] for row in found] == [[line.head["code"], harmless(line.head["name"])]] * 12
        assert [row[4] for row in found] == [c["id"] for c in told["record"]["criteria"]]
        (whole,) = csv.reader(io.StringIO(grade, newline=""))
        assert whole[:2] == found[0][:2]


@given(st.lists(PLAIN, min_size=1, max_size=6), st.sampled_from(LANGS))
def test_remembered_paragraphs(rows: list[dict[str, Any]], lang: Lang) -> None:
    """A paragraph that is remembered is the one that would be written of the whole sheet alone."""
    frame = polars.DataFrame(
        [{"code": str(990000 + n), **row} for n, row in enumerate(rows * 2)],
        schema_overrides={"classes.all": polars.Int64, "rate.retention": polars.String},
    )
    grid = frame_grid(frame, Source("t.parquet"), range(1, frame.height + 1))
    lines, _ = both_ways(grid, lang, 2022)
    batch = batch_of(grid, lang, 2022)
    usable, _ = readable(batch, batch.roster.items)
    for line, (_, sheet, _) in zip(lines, usable, strict=True):
        assert line.texts[-1].decode() == alone(sheet, lang)


def alone(sheet: FactSheet, lang: Lang) -> str:
    """The findings of one sheet, as if it were the only one."""
    assessment = assess(rules(), sheet)
    outcomes = list(type(assessment.results[0].outcome))
    row = {f"outcome:{r.criterion.id}": outcomes.index(r.outcome) for r in assessment.results}
    assert assessment.grade is not None
    grade = {"best": assessment.grade.best, "worst": assessment.grade.worst}
    return Describer(rules(), lang).findings(sheet, {**row, **grade}, ())
