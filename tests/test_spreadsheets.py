"""Spreadsheets as offices keep them: per cent by format, titles above the head, gaps, old files."""

from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.facts.grid import read_grids
from engine.locale import LANGS, Lang

from .batching import batch, csv_text, manifest, place_rules, results, wide
from .conftest import Screen
from .support import DATA, dudao

SCREENS = DATA / "spreadsheets"
HEAD = ["code", "name", "year", "rate.retention"]


def workbook(path: Path, number: float, form: str) -> Path:
    """A district whose rate is a number that a format shows."""
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Sheet1")
    page.write_row(0, 0, HEAD)
    page.write_row(1, 0, ["990001", "甲区", 2022])
    page.write_number(1, 3, number, book.add_format({"num_format": form}))
    book.close()
    return path


@given(
    hundredths=st.integers(0, 20_000),
    form=st.sampled_from(["0%", "0.00%", "0.0000%", "[Red]0.00%", '0.0"约"%']),
)
def test_a_cell_that_is_shown_as_per_cent_is_read_as_that(
    hundredths: int, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: 0.9982 under a format of per cent is 99.82%, exactly, however many places it shows."""
    path = tmp_path_factory.mktemp("book") / "districts.xlsx"
    (grid,) = read_grids(workbook(path, hundredths / 10_000, form)).grids
    text = grid.rows[0][3]
    assert text.endswith("%")
    assert Decimal(text[:-1]) == Decimal(hundredths) / 100


@pytest.mark.parametrize("form", ["General", "0.00", '0.00"%"', r"0.00\%"])
def test_any_other_number_is_read_as_it_is(form: str, tmp_path: Path) -> None:
    """A sign that is mere text beside the number scales nothing."""
    (grid,) = read_grids(workbook(tmp_path / "districts.xlsx", 99.82, form)).grids
    assert grid.rows[0][3] == "99.82"


def untidy(folder: Path, name: str) -> Path:
    """A table as it comes from an office, in a folder of its own."""
    path = folder / name
    text = csv_text(wide([1, 2]))
    width = text.split("\n")[0].count(",")
    if name == "titled.csv":
        path.write_text(f"2022年区县情况表{',' * width}\n{text}", encoding="utf-8")
    elif name == "tabs.csv":
        path.write_text(text.replace(",", "\t"), encoding="utf-8")
    elif name == "chinese.csv":
        path.write_bytes(text.encode("gbk"))
    elif name == "gap.csv":
        path.write_text(text.replace(",2022", ",", 1), encoding="utf-8")
    else:
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    return path


UNTIDY = ("titled.csv", "tabs.csv", "chinese.csv", "gap.csv", "old.xls")


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_wrong_with_a_table_is_told_with_what_to_do(
    lang: Lang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """Once for each table, and nothing of columns where no row is a head."""
    rules = place_rules(tmp_path)
    told = []
    for name in UNTIDY:
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        monkeypatch.chdir(folder)
        untidy(folder, name)
        ran = dudao("batch", name, "-r", rules, "--out", "out", "--lang", lang)
        assert ran.code == Exit.UNUSABLE
        told.append("\n".join([name, *ran.out.split("\n\n")[1:]]))
    screen(SCREENS / f"untidy.{lang}.txt", "\n".join(told))


def test_a_rate_from_a_workbook_is_not_a_hundredth(tmp_path: Path) -> None:
    """No doubt is left about it, and the grades say so."""
    path = workbook(tmp_path / "districts.xlsx", 0.9982, "0.00%")
    assert batch(tmp_path, path).code == Exit.INCOMPLETE
    assert manifest(tmp_path)["remarks"] == []
    assert list(results(tmp_path)) == ["990001"]
