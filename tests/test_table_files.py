"""A table that a sheet names may be CSV, XLSX or Parquet: the same rows give the same result."""

from pathlib import Path

import polars
import pytest
import xlsxwriter
from hypothesis import event, given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.facts.sheet import Table
from engine.facts.sheet_reader import read_sheet
from engine.language.diagnostics import FactsError, render
from engine.locale import LANGS, Lang

from .batching import (
    batch,
    csv_text,
    files,
    parquet,
    place_rules,
    school_rows,
    workbook,
    yaml_sheet,
)
from .batching import district as figures
from .conftest import Screen
from .sheets import VOCABULARY
from .support import DATA, codes, dudao, sheet_text, write

SCREENS = DATA / "table_files"
FORMS = ("csv", "xlsx", "parquet")
Rows = list[dict[str, str]]


def put(folder: Path, form: str, rows: Rows) -> str:
    """The rows in a file of that form, and its name."""
    name = f"schools.{form}"
    if form == "csv":
        (folder / name).write_text(csv_text(rows), encoding="utf-8")
    elif form == "xlsx":
        workbook(folder / name, {"任意名称": rows})
    else:
        parquet(folder / name, rows)
    return name


def sheet_of(folder: Path, name: str) -> Path:
    text = sheet_text("children.all: 16090", more=f"tables:\n  schools: {name}\n")
    return write(folder, "sheet.yaml", text)


def table_of(folder: Path, name: str) -> Table:
    return read_sheet(sheet_of(folder, name), VOCABULARY).sheet.tables["schools"]


cells = st.sampled_from(["", "0", "420", "1999", "2,001", "8千", "12人"])
school = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["小学", "初中", ""]),
        "pupils": cells,
        "teachers": cells,
        "boarding": st.sampled_from(["", "是", "否"]),
    }
)


@given(rows=st.lists(school, min_size=1, max_size=6))
def test_the_same_rows_are_the_same_table(
    rows: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: whichever program wrote the file, each row says the same, and no row is more or less."""
    folder = tmp_path_factory.mktemp("rows")
    keyed = [{"id": f"校{n}", **row} for n, row in enumerate(rows)]
    found = [table_of(folder, put(folder, form, keyed)) for form in FORMS]
    assert len(found[0].rows) == len(rows)
    assert all(one.rows == found[0].rows for one in found)


@given(rows=st.lists(school, min_size=1, max_size=3), data=st.data())
def test_the_same_faults_are_found(
    rows: list[dict[str, str]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: what is refused in one form is refused in the others, for the same reasons."""
    folder = tmp_path_factory.mktemp("faults")
    keyed = [{"id": f"校{n}", **row} for n, row in enumerate(rows)]
    place = data.draw(st.integers(0, len(keyed) - 1))
    column, cell = data.draw(
        st.sampled_from(
            [("pupils", "很多"), ("pupils", "1.5"), ("id", "合计"), ("id", ""), ("stage", "高一")]
        )
    )
    keyed[place][column] = cell
    # A row of which nothing is left is no row, and nothing is wrong with it.
    event("blank row" if not any(keyed[place].values()) else cell)
    found = []
    for form in FORMS:
        try:
            table_of(folder, put(folder, form, keyed))
        except FactsError as refused:
            found.append([(d.code, d.message("zh")) for d in refused.diagnostics])
        else:
            found.append([])
    assert bool(found[0]) is any(keyed[place].values())
    assert all(one == found[0] for one in found)


def test_results_are_the_same_to_the_byte(tmp_path: Path) -> None:
    """Of a batch whose sheets name their tables: records, grades and digests."""
    found = []
    for form in FORMS:
        sheets = tmp_path / form / "sheets"
        sheets.mkdir(parents=True)
        for n in range(1, 4):
            folder = sheets / str(n)
            folder.mkdir()
            rows = [{k: v for k, v in r.items() if k != "subject"} for r in school_rows([n])]
            name = put(folder, form, rows)
            text = yaml_sheet(figures(n), []).replace("  schools:\n", f"  schools: {name}\n")
            (folder / "sheet.yaml").write_text(text, encoding="utf-8")
        ran = batch(tmp_path / form, sheets, "--no-findings")
        assert ran.code == Exit.DONE, ran.out + ran.err
        found.append(files(tmp_path / form / "out"))
    assert len(found[0]) > 3
    assert all(one == found[0] for one in found)


def test_of_several_worksheets_the_one_with_the_name_is_read(tmp_path: Path) -> None:
    """By the table's name or its label; notes beside it are none of its rows."""
    rows = [{"id": "1", "pupils": "420"}]
    for name in ("schools", VOCABULARY.tables["schools"].label.zh):
        workbook(tmp_path / "schools.xlsx", {"说明": [{"填表说明": "略"}], name: rows})
        assert len(table_of(tmp_path, "schools.xlsx").rows) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_what_a_workbook_is_refused_for(
    lang: Lang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """Worksheets of which any may be meant, a failed formula, a file that is none, one missing."""
    monkeypatch.chdir(tmp_path)
    rows = [{"id": "1", "pupils": "420"}]
    workbook(tmp_path / "two.xlsx", {"Sheet1": rows, "Sheet2": rows})
    book = xlsxwriter.Workbook(str(tmp_path / "failed.xlsx"))
    page = book.add_worksheet("Sheet1")
    page.write_row(0, 0, ["id", "pupils"])
    page.write_row(1, 0, ["1", 420])
    page.write_string(2, 0, "2")
    page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    book.close()
    (tmp_path / "broken.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no table PAR1")
    told = []
    for name in ("two.xlsx", "failed.xlsx", "broken.xlsx", "none.xlsx", "broken.parquet"):
        with pytest.raises(FactsError) as refused:
            table_of(Path(), name)
        told += [render(d, lang) for d in refused.value.diagnostics]
    screen(SCREENS / f"refused.{lang}.txt", "\n".join(told) + "\n")


def test_a_table_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    """As many as a CSV may have and no more."""
    frame = polars.DataFrame({"id": range(50_001), "pupils": [420] * 50_001})
    frame.write_parquet(tmp_path / "schools.parquet")
    with pytest.raises(FactsError) as refused:
        table_of(tmp_path, "schools.parquet")
    assert codes(refused.value) == ["too-many-rows"]
    frame.head(50_000).write_parquet(tmp_path / "schools.parquet")
    assert len(table_of(tmp_path, "schools.parquet").rows) == 50_000


def test_score_names_the_cell(tmp_path: Path) -> None:
    """A fault in a workbook is told by worksheet and cell."""
    workbook(tmp_path / "schools.xlsx", {"学校": [{"id": "1", "pupils": "很多"}]})
    ran = dudao("score", sheet_of(tmp_path, "schools.xlsx"), "-r", place_rules(tmp_path))
    assert ran.code == Exit.UNUSABLE
    assert "schools.xlsx!学校!B2: 错误[not-a-number]" in ran.err
