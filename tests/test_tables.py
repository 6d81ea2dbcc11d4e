"""Tables: rows in the sheet or in a CSV file beside it, with the place of every cell."""

import os
from pathlib import Path

import pytest

from engine.facts.csv_rows import MOST_ROWS
from engine.facts.digest import facts_digest
from engine.facts.sheet import Table
from engine.facts.values import Said, show_stated
from engine.language.diagnostics import FactsError

from .sheets import read, refused
from .support import codes, write

INLINE = """\
tables:
  schools:
    - {id: a, stage: 小学, pupils: 500, boarding: 否}
    - {id: b, stage: 初中, pupils: 1200人}
"""
BESIDE = "tables: {schools: schools.csv}\n"
CSV = "id,stage,pupils,boarding\na,小学,500,否\nb,初中,1200人,\n"


def table(folder: Path, csv: str | bytes | None = None, more: str = BESIDE) -> Table:
    """The table of schools of a sheet."""
    if csv is not None:
        write(folder, "schools.csv", csv)
    return read(folder, "children.all: 5", more=more).sheet.tables["schools"]


def faults(folder: Path, csv: str | bytes, more: str = BESIDE) -> list[str]:
    """The codes and places of what is wrong with a CSV file."""
    write(folder, "schools.csv", csv)
    with pytest.raises(FactsError) as caught:
        read(folder, "children.all: 5", more=more)
    return [f"{d.code} {d.span.short_place}" for d in caught.value.diagnostics]


def shown(found: Table) -> list[dict[str, str]]:
    """The rows as words."""
    return [{name: show_stated(v) for name, v in row.values.items()} for row in found.rows]


ROWS = [
    {"id": "a", "stage": "小学", "pupils": "500人", "boarding": "no"},
    {"id": "b", "stage": "初中", "pupils": "1200人"},
]


def test_rows_in_the_sheet(tmp_path: Path) -> None:
    """A row is a mapping from column to value; a column left out was not reported."""
    assert shown(table(tmp_path, more=INLINE)) == ROWS


@pytest.mark.parametrize(
    "csv",
    [
        CSV,
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        b"\xef\xbb\xbf" + CSV.encode(),
        CSV.removesuffix("\n"),
        "\n\n" + CSV.replace("\n", "\n\n,,,\n"),
        "学校代码,学段,学生数,寄宿制\na,小学,500,否\nb,初中,1200人,\n",
        "code, stage , pupils,boarding\na, 小学 ,５００, 否\nb,初中,1200 人,\n",
        '"id","stage","pupils","boarding"\n"a","小学","500","否"\n"b","初中","1,200人",""\n',
    ],
    ids=["plain", "crlf", "cr", "bom", "no-last-end", "blank", "labels", "spaces", "quoted"],
)
def test_csv_however_it_was_saved(tmp_path: Path, csv: str | bytes) -> None:
    """Heads by name or label, any line ends, BOM, quotes, blank lines: the same table."""
    assert shown(table(tmp_path, csv)) == ROWS


def test_csv_and_rows_in_the_sheet_have_one_digest(tmp_path: Path) -> None:
    """Where the rows stand makes no difference to what was reported."""
    write(tmp_path, "schools.csv", CSV)
    inline, beside = (read(tmp_path, "", more=more).sheet for more in (INLINE, BESIDE))
    assert facts_digest(inline) == facts_digest(beside)


def test_a_cell_remembers_line_and_column_of_the_file(tmp_path: Path) -> None:
    """Also after a quoted cell of several lines: line of the row, number of the column."""
    csv = 'id,stage,pupils\n"a\nb",小学,5\nc,小学,x\n'
    assert faults(tmp_path, csv) == ["not-a-number schools.csv:4:3"]


@pytest.mark.parametrize(
    ("csv", "wanted"),
    [
        ("id,stage\na,小学,5\n", "row-length schools.csv:2:1"),
        ("id,stage\na\n", "row-length schools.csv:2:1"),
        ("id,stage\na,大学\n", "unknown-word schools.csv:2:2"),
        ("id,stgae\na,小学\n", "unknown-column schools.csv:1:2"),
        ("id,\na,小学\n", "empty-heading schools.csv:1:2"),
        ("id;stage\na;小学\n", "csv-separator schools.csv:1:1"),
        ("id\tstage\na\t小学\n", "csv-separator schools.csv:1:1"),
        ("id，stage,\na，小学,\n", "csv-separator schools.csv:1:1"),
        ("学校表,\nid,stage\na,小学\n", "title-row schools.csv:1:1"),
        ("id,学校代码\na,b\n", "duplicate-key schools.csv:1:2"),
        ("id,stage\na,小学\n\na,初中\n", "duplicate-row schools.csv:4:1"),
        ("stage\n小学\n", "table-without-key schools.csv:1:1"),
        ("id,stage\na,小学\n,初中\n", "row-without-key schools.csv:3:1"),
        ("id,pupils\na,5\n合计,5\n", "total-row schools.csv:3:1"),
        ("id,stage,pupils\na,小学,5\n 全 县 小 计（小学）：,,5\n", "total-row schools.csv:3:1"),
        ("id,pupils\na,5\nGrand total,5\n", "total-row schools.csv:3:1"),
        ("id,pupils\na,=1+1\n", "not-a-number schools.csv:2:2"),
        ("id,pupils\na,…\n", "placeholder-in-cell schools.csv:2:2"),
        (",,\n,,\n", "empty-file schools.csv"),
        ("", "empty-file schools.csv"),
        ('id\n"a"b\n', "csv-syntax schools.csv:2:1"),
        ('id\na\n"b\n', "csv-syntax schools.csv:3:1"),
        (f"id\n{'x' * 5000}\n", "cell-too-long schools.csv:2:1"),
        ("id\n" + "\n" * (MOST_ROWS + 1), f"too-many-rows schools.csv:{MOST_ROWS + 2}:1"),
        ("id,pupils\na,5\n".encode("utf-16"), "not-utf8 schools.csv"),
        ("id,stage\na,中心小学\n".encode("gbk"), "not-utf8 schools.csv:2:3"),
        (b"id\na\0b\n", "control-character schools.csv:2:2"),
    ],
)
def test_a_csv_file_that_cannot_be_used(tmp_path: Path, csv: str | bytes, wanted: str) -> None:
    """One clear fault at its line and column, never a value out of its column."""
    assert faults(tmp_path, csv) == [wanted]


def test_a_title_above_the_head_is_called_that(tmp_path: Path) -> None:
    """With commas to the width of the table or without; a table of one column has no title."""
    for title in ("2022年学校表", "2022年学校表,,,"):
        assert faults(tmp_path, f"{title}\n{CSV}") == ["title-row schools.csv:1:1"]
    assert faults(tmp_path, "学校\n1\n") == ["unknown-column schools.csv:1:1"]


def test_a_word_in_gbk_that_happens_to_be_utf_8(tmp_path: Path) -> None:
    """小学 is such a word: the encoding is named, and nothing is read in its place."""
    assert "小学".encode("gbk").decode("utf-8") == "Сѧ"
    found = faults(tmp_path, "id,stage,pupils\n1,小学,420\n".encode("gbk"))
    assert found == ["gbk-word schools.csv:2:2"]


def test_formulas_in_a_text_stay_text(tmp_path: Path) -> None:
    """Nothing in a cell is ever evaluated."""
    found = table(tmp_path, "id\n=1+1\n@SUM(A1)\n=cmd|' /C calc'!A0\n")
    assert [row.values["id"] for row in found.rows] == [
        Said("=1+1"),
        Said("@SUM(A1)"),
        Said("=cmd|' /C calc'!A0"),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{id: a, stgae: 小学}", "unknown-column"),
        ("{id: a, 学校代码: b}", "duplicate-key"),
        ("{id: a, pupils: [5]}", "row-not-a-mapping"),
        ("[a, 小学]", "row-not-a-mapping"),
        ("a", "row-not-a-mapping"),
        ("{id: a, pupils: x}", "not-a-number"),
        ("{id: a, pupils: 1,900}", "comma-in-text"),
        ("{stage: 小学, pupils: 5}", "row-without-key"),
        ("{id: 总计, pupils: 5}", "total-row"),
    ],
)
def test_a_row_that_cannot_be_used(tmp_path: Path, row: str, code: str) -> None:
    """Rows in the sheet are held to the same rules, with line and column."""
    more = f"tables:\n  schools:\n    - {row}\n"
    assert refused(tmp_path, "children.all: 5", more=more) == [(code, 7)]


def test_an_empty_cell_was_not_reported(tmp_path: Path) -> None:
    """null in a row, like a blank cell of a CSV file, is no value and no word `null`."""
    found = table(tmp_path, more="tables: {schools: [{id: a, stage: null, pupils: }]}\n")
    assert shown(found) == [{"id": "a"}]


def test_a_table_that_does_not_apply(tmp_path: Path) -> None:
    """It says why, and is another thing than a table without rows."""
    found = table(tmp_path, more="tables: {schools: {not_applicable: 本区无学校}}\n")
    assert (found.rows, found.not_applicable) == ((), "本区无学校")
    for value, code in (("{not_applicable: }", "reason-missing"), ("{rows: []}", "bad-value-key")):
        more = f"tables: {{schools: {value}}}\n"
        assert code in [c for c, _ in refused(tmp_path, "children.all: 5", more=more)]


OUTSIDE = [
    "../x.csv",
    "a/../../x.csv",
    "/etc/passwd",
    "C:\\x.csv",
    "C:/x.csv",
    "\\\\server\\x.csv",
    "link.csv",
    "folder/x.csv",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_file_outside_the_folder_of_the_sheet_is_read(tmp_path: Path, name: str) -> None:
    """Neither by a path nor by a link: a sheet that came by mail cannot show other files."""
    (tmp_path / "x.csv").write_text("id\na\n", encoding="utf-8")
    folder = tmp_path / "sheet"
    folder.mkdir()
    os.symlink(tmp_path / "x.csv", folder / "link.csv")
    os.symlink(tmp_path, folder / "folder")
    more = f"tables: {{schools: '{name}'}}\n"
    assert refused(folder, "children.all: 5", more=more) == [("table-outside-folder", 5)]


@pytest.mark.parametrize("name", ["schools.xls", "schools.ods", "schools", ""])
def test_other_formats_name_those_that_are_read(tmp_path: Path, name: str) -> None:
    """CSV, XLSX and Parquet, and the message says so."""
    with pytest.raises(FactsError) as caught:
        table(tmp_path, more=f"tables: {{schools: '{name}'}}\n")
    assert codes(caught.value) == ["table-format"]
    (diagnostic,) = caught.value.diagnostics
    assert "CSV、XLSX 或 Parquet" in diagnostic.message("zh")
    assert "CSV" in str(diagnostic.advice("zh"))


def test_a_missing_file_beside_the_sheet(tmp_path: Path) -> None:
    """A table that is not there is a fault that shows the sheet's own line, not an empty table."""
    with pytest.raises(FactsError) as caught:
        table(tmp_path)
    assert codes(caught.value) == ["file-missing"]
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span.short_place == "sheet.yaml:5:19"


def test_a_path_as_windows_writes_it(tmp_path: Path) -> None:
    """A backslash inside the folder is answered with the path to write."""
    write(tmp_path, "表/schools.csv", CSV)
    with pytest.raises(FactsError) as caught:
        read(tmp_path, "children.all: 5", more="tables: {schools: '表\\schools.csv'}\n")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.suggestion) == ("backslash-in-path", "表/schools.csv")
    found = read(tmp_path, "children.all: 5", more="tables: {schools: 表/schools.csv}\n")
    assert shown(found.sheet.tables["schools"]) == ROWS


@pytest.mark.parametrize("more", ["tables: {schools: []}\n", BESIDE])
def test_a_table_without_rows_is_warned_of(tmp_path: Path, more: str) -> None:
    """Whether there is nothing to list or nothing was filled in is asked, at the sheet's line."""
    write(tmp_path, "schools.csv", "id,stage\n")
    found = read(tmp_path, "children.all: 5", more=more)
    assert [(d.code, d.span.short_place) for d in found.diagnostics] == [
        ("empty-table", "sheet.yaml:5:19")
    ]


def test_warnings_never_make_a_table_unusable(tmp_path: Path) -> None:
    """Any number of doubtful figures is told in bounded form, and the sheet stays usable."""
    rows = "".join(f"    - {{id: a{i}}}\n" for i in range(200))
    facts = "money.spending: {" + ", ".join(f"{y}: -1" for y in range(1900, 2022)) + "}"
    found = read(tmp_path, facts, more=f"tables:\n  schools:\n{rows}")
    assert [d.code for d in found.diagnostics] == ["out-of-range"] * 100 + ["too-many-warnings"]
    assert len(found.sheet.tables["schools"].rows) == 200
