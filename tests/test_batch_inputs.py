"""What a batch reads: every form gives the same results, and what is spoiled is listed."""

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.facts.grid import plain_decimal, read_grids
from engine.facts.headings import Names, Role
from engine.language.diagnostics import Diagnostic
from engine.language.vocabulary_loader import load_vocabulary

from .batching import (
    batch,
    csv_text,
    district,
    files,
    long,
    manifest,
    parquet,
    place_sheets,
    results,
    school_rows,
    wide,
    workbook,
    yaml_sheet,
)
from .support import SMALL

FEW = range(1, 13)


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def csv_of(rows: list[dict[str, str]]) -> Callable[[Path], Path]:
    return lambda folder: put(folder / "districts.csv", csv_text(rows))


def with_schools(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        put(folder / "schools.csv", csv_text(school_rows(FEW)))
        return make(folder)

    return made


def xlsx_file(folder: Path) -> Path:
    path = folder / "districts.xlsx"
    workbook(path, {"区县": wide(FEW), "schools": school_rows(FEW)})
    return path


def xlsx_beside(folder: Path) -> Path:
    workbook(folder / "schools.xlsx", {"Sheet1": school_rows(FEW)})
    workbook(folder / "districts.xlsx", {"Sheet1": wide(FEW)})
    return folder / "districts.xlsx"


def parquet_file(folder: Path) -> Path:
    parquet(folder / "schools.parquet", school_rows(FEW))
    parquet(folder / "districts.parquet", wide(FEW))
    return folder / "districts.parquet"


def labelled(folder: Path) -> Path:
    """The same headings as labels, some in English, rows in another order."""
    labels = {
        "code": "区划代码",
        "name": "县区名称",
        "year": "评价年度",
        "children.all": "在园幼儿",
        "children.public": "Children in public kindergartens",
        "money.spending@2021": "教育支出＠2021",
        "outcome:D.5": "判定：D.5",
    }
    rows = [{labels.get(k, k): v for k, v in row.items()} for row in reversed(wide(FEW))]
    return put(folder / "districts.csv", "\ufeff" + csv_text(rows).replace("\n", "\r\n"))


def mixed_folder(folder: Path) -> Path:
    """Some as YAML, some as rows of a table, in one folder."""
    sheets = place_sheets(folder, range(1, 5))
    put(sheets / "more" / "districts.csv", csv_text(wide(range(5, 13))))
    put(sheets / "more" / "schools.csv", csv_text(school_rows(range(5, 13))))
    return sheets


def json_folder(folder: Path) -> Path:
    """Sheets as JSON, their tables as CSV files that they name."""
    sheets = place_sheets(folder, range(2, 13))
    one = district(1)
    text = yaml_sheet(one, []).replace("  schools:\n", "  schools: own.csv\n")
    put(sheets / "d1.yaml", text)
    rows = [{k: v for k, v in r.items() if k != "subject"} for r in school_rows([1])]
    put(sheets / "own.csv", csv_text(rows))
    return sheets


FORMS = {
    "wide csv": with_schools(csv_of(wide(FEW))),
    "long csv": with_schools(csv_of(long(FEW))),
    "labels": with_schools(labelled),
    "one workbook": xlsx_file,
    "workbooks": xlsx_beside,
    "parquet": parquet_file,
    "folder": mixed_folder,
    "table of a sheet": json_folder,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_results(form: str, tmp_path: Path) -> None:
    """A folder of sheets and any table of the same figures: the same bytes of results."""
    for name in ("yaml", "form"):
        (tmp_path / name).mkdir()
    batch(tmp_path, place_sheets(tmp_path / "yaml", FEW), out="from_yaml")
    ran = batch(tmp_path, FORMS[form](tmp_path / "form"))
    assert ran.code == Exit.INCOMPLETE, ran.out + ran.err
    expected, found = files(tmp_path / "from_yaml"), files(tmp_path / "out")
    for name in ("results.json", "results.csv", "results.parquet", "grades.csv"):
        assert found[name] == expected[name], name
    assert manifest(tmp_path)["diagnostics"] == []


# -- spoiled -------------------------------------------------------------------------------------


def test_spoiled_rows_are_listed_and_the_others_scored(tmp_path: Path) -> None:
    """Of a table too: each row by its place; no broken quote takes the rows below with it."""
    rows = csv_text(wide(FEW)).split("\n")
    rows[2] = rows[2].replace('"16,090人"', "二万")
    rows[3] = rows[3] + ",x"
    rows[4] = rows[4].replace("示例区4", '"示例区4')
    rows[5] = rows[5].replace("990005", "")
    rows[6] = rows[6].replace("85753.42", "#DIV/0!")
    rows[7] = rows[8]
    rows.append("全市合计" + "," * rows[0].count(","))
    put(tmp_path / "districts.csv", "\n".join(rows))
    ran = batch(tmp_path, tmp_path / "districts.csv")
    assert ran.code == Exit.UNUSABLE
    listed = {
        one["diagnostics"][0]["place"].rpartition("districts.csv")[2]: one["diagnostics"][0]["code"]
        for one in manifest(tmp_path)["unusable"]
    }
    assert listed == {
        ":3:4": "not-a-number",
        ":4:1": "row-length",
        ":5:1": "csv-syntax",
        ":6:1": "no-code",
        ":7:8": "cell-error",
        ":9:1": "duplicate-subject",
        f":{len(rows)}:1": "no-code",
    }
    lines = [int(place.split(":")[1]) for place in listed]
    assert lines == sorted(lines)
    with (tmp_path / "out" / "unusable.csv").open(encoding="utf-8-sig", newline="") as file:
        told = list(csv.DictReader(file))
    assert [(row["at"], row["diagnostic"], row["message"], row["help"]) for row in told] == [
        (d["place"], d["code"], d["message"], d["help"] or "")
        for one in manifest(tmp_path)["unusable"]
        for d in one["diagnostics"]
    ]
    assert set(results(tmp_path)) == {district(n)["code"] for n in (1, 9, 10, 11, 12)}


def test_a_year_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    """The cell with the bad year is the fault; no column and no option is asked for."""
    rows = csv_text([row | {"year": "二〇二二"} for row in wide([1])])
    put(tmp_path / "districts.csv", rows)
    batch(tmp_path, tmp_path / "districts.csv")
    (lost,) = manifest(tmp_path)["unusable"]
    assert [d["code"] for d in lost["diagnostics"]] == ["bad-year"]


@pytest.mark.parametrize("form", ["wide", "long"])
def test_a_wrong_year_is_told_as_that(form: str, tmp_path: Path) -> None:
    """A few rows of another evaluation year: that year and the expected one; nothing is twice."""
    rows = wide([1, 1, 2]) if form == "wide" else [*long([1]), *long([1])[:2], *long([2])]
    column = "year" if form == "wide" else "evaluation_year"
    first = 1 if form == "wide" else len(long([1]))
    for row in rows[first : first + (1 if form == "wide" else 2)]:
        row[column] = "2021"
    put(tmp_path / "districts.csv", csv_text(rows))
    assert batch(tmp_path, tmp_path / "districts.csv").code == Exit.UNUSABLE
    (lost,) = manifest(tmp_path)["unusable"]
    (told,) = lost["diagnostics"]
    count = 1 if form == "wide" else 2
    assert told["code"] == "two-years"
    assert told["line"] == first + 2
    assert told["message"] == f"区县 `990001` 的评价年度是 2022，这里写的是 2021（{count} 行）"
    assert list(results(tmp_path)) == ["990002"]


def test_a_table_of_values_is_asked_for_the_column_that_it_lacks(tmp_path: Path) -> None:
    """Its `year` is that of each value, so that another column says the evaluation year."""
    rows = [{k: v for k, v in r.items() if k != "evaluation_year"} for r in long([1])]
    put(tmp_path / "districts.csv", csv_text(rows))
    batch(tmp_path, tmp_path / "districts.csv")
    ((told,),) = [one["diagnostics"] for one in manifest(tmp_path)["unusable"]]
    assert told["code"] == "year-unknown"
    assert told["help"] == "加一列“评价年度（evaluation_year）”，或用 --year 2022 写明"


def test_a_subject_in_two_files_is_scored_from_neither(tmp_path: Path) -> None:
    """Both places are listed, each naming the other."""
    sheets = place_sheets(tmp_path, FEW)
    (sheets / "again.yaml").write_bytes((sheets / "d3.yaml").read_bytes())
    ran = batch(tmp_path, sheets, "--chunk", "1")
    assert ran.code == Exit.UNUSABLE
    assert "990003" not in results(tmp_path)
    listed = manifest(tmp_path)["unusable"]
    assert [Path(one["place"]).name for one in listed] == ["again.yaml", "d3.yaml"]
    assert {d["code"] for one in listed for d in one["diagnostics"]} == {"duplicate-subject"}


def test_sources_of_one_subject_are_put_together(tmp_path: Path) -> None:
    """A row of the district and one of the visit are one sheet; the more trusted figure counts."""
    own = {**district(1), "year": "2022", "source": "自评"}
    visit = {**dict.fromkeys(own, ""), "code": own["code"], "source": "onsite"}
    visit["children.public"] = "9000"
    batch(tmp_path, csv_of([own, visit])(tmp_path))
    record = results(tmp_path)["990001"]
    assert record["criteria"][0]["measure"] == "900/1609"


def test_a_table_that_is_there_twice_is_not_added_up(tmp_path: Path) -> None:
    """A sheet with its own schools and rows beside it: unusable, not the sum."""
    sheets = place_sheets(tmp_path, FEW)
    put(sheets / "schools.csv", csv_text(school_rows([2])))
    ran = batch(tmp_path, sheets)
    assert ran.code == Exit.UNUSABLE
    (one,) = manifest(tmp_path)["unusable"]
    assert [d["code"] for d in one["diagnostics"]] == ["table-twice"]
    assert one["place"].endswith("d2.yaml")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        ("2022年各县区数据,,,,,,,,,,\n", "title-row"),
        ("2022年各县区数据\n", "title-row"),
        ("", "csv-separator"),
        ("x,y\n", "missing-column"),
    ],
)
def test_a_table_without_a_head_says_what_stands_there(
    before: str, code: str, tmp_path: Path
) -> None:
    """A title above the head, another separator, or no column with codes: the table is listed."""
    text = csv_text(wide(FEW))
    if not before:
        text = text.replace(",", ";")
    path = put(tmp_path / "districts.csv", before + text)
    assert batch(tmp_path, path).code == Exit.UNUSABLE
    found = manifest(tmp_path)["unusable"]
    assert code in [d["code"] for one in found for d in one["diagnostics"]]


def test_other_files_are_named_not_read(tmp_path: Path) -> None:
    """Nobody takes a Word report for read; hidden files and locks are passed over."""
    sheets = place_sheets(tmp_path, [1])
    for name in ("自评报告.docx", "~$districts.xlsx", ".hidden.yaml"):
        (sheets / name).write_bytes(b"x")
    batch(tmp_path, sheets)
    (one,) = manifest(tmp_path)["diagnostics"]
    assert one["code"] == "files-ignored"
    assert "自评报告.docx" in one["message"]
    assert list(results(tmp_path)) == ["990001"]


@pytest.mark.parametrize("name", ["districts.xlsx", "districts.parquet"])
def test_a_damaged_table_is_listed(name: str, tmp_path: Path) -> None:
    """A file that is not what its name says is unusable; the sheets beside it are scored."""
    sheets = place_sheets(tmp_path, [1])
    (sheets / name).write_bytes(b"PK\x03\x04 not a table")
    assert batch(tmp_path, sheets).code == Exit.UNUSABLE
    (one,) = manifest(tmp_path)["unusable"]
    assert [d["code"] for d in one["diagnostics"]] == ["table-unreadable"]
    assert list(results(tmp_path)) == ["990001"]


# -- cells ---------------------------------------------------------------------------------------


def test_cells_of_a_workbook(tmp_path: Path) -> None:
    """Numbers as typed, dates, formulas by their kept value; errors and times are no values."""
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("区县")
    sheet.write_row(1, 1, ["code", "a", "b", "c", "d", "e", "f", "g"])
    sheet.write_row(3, 1, [430703, 0.1, 85753.42])
    sheet.write_formula(3, 4, "=1/0", None, "#DIV/0!")
    sheet.write_formula(3, 5, "=40+2", None, 42)
    sheet.write_datetime(
        3, 6, dt.datetime(2022, 5, 1), book.add_format({"num_format": "yyyy-mm-dd"})
    )
    sheet.write_datetime(3, 7, dt.time(1, 19), book.add_format({"num_format": "hh:mm"}))
    sheet.write_boolean(3, 8, True)
    book.close()
    (grid,) = read_grids(path).grids
    assert grid.head == ("", "code", "a", "b", "c", "d", "e", "f", "g")
    assert [list(row) for row in grid.rows] == [
        ["", "430703", "0.1", "85753.42", "", "42", "2022-05-01", "", "yes"]
    ]
    assert grid.broken == {(0, 4): "#DIV/0!", (0, 7): "01:19:00"}
    assert grid.at(0, 4).short_place == "book.xlsx!区县!E4"


def test_cells_of_a_parquet_file(tmp_path: Path) -> None:
    """Integers, decimals and floats as exact decimals; NaN and lists are no values."""
    path = tmp_path / "t.parquet"
    polars.DataFrame(
        {
            "i": [2**53 + 1, None],
            "f": [0.1, float("nan")],
            "d": polars.Series(["12.50", "3"]).str.to_decimal(scale=2),
            "b": [True, False],
            "l": [[1], None],
        }
    ).write_parquet(path)
    (grid,) = read_grids(path).grids
    assert [list(row) for row in grid.rows] == [
        ["9007199254740993", "0.1", "12.50", "yes", ""],
        ["", "nan", "3.00", "no", ""],
    ]
    assert grid.broken == {(1, 1): "nan", (0, 4): "List(Int64)"}


@given(st.decimals(-(10**12), 10**12, places=2, allow_nan=False))
def test_a_number_typed_into_a_spreadsheet_is_read_as_typed(number: object) -> None:
    """The law: at most fifteen digits survive the binary number that spreadsheets keep."""
    text = f"{number:f}"
    plain = text.rstrip("0").rstrip(".")
    assert plain_decimal(float(text)) in (plain, "-0" if plain == "0" else plain)


# -- headings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("code", (Role.CODE, "", None)),
        ("行政区划代码", (Role.CODE, "", None)),
        ("Year", (Role.YEAR, "", None)),
        ("children.all", (Role.FACT, "children.all", None)),
        ("在园幼儿@2021", (Role.FACT, "children.all", 2021)),
        ("area_class", (Role.ATTRIBUTE, "area_class", None)),
        ("outcome:A1.2", (Role.OUTCOME, "A1.2", None)),
        ("公办幼儿", None),
        ("在园幼儿@21", None),
        ("备注", None),
    ],
)
def test_a_heading(text: str, meant: tuple[Role, str, int | None] | None) -> None:
    """Names and labels mean a fact; a synonym or a guess does not."""
    vocabulary, wrong = load_vocabulary((SMALL,))
    assert vocabulary is not None
    assert not [d for d in wrong if isinstance(d, Diagnostic) and d.severity == "error"]
    found = Names(vocabulary).heading(text, 0)
    assert (None if found is None else (found.role, found.name, found.year)) == meant


def test_a_table_of_several_editions_says_so_row_by_row(tmp_path: Path) -> None:
    """All are scored by the ruleset that was asked for; whoever was meant for another is named."""
    rows = [
        {**row, "ruleset": f"demo@{year}"}
        for row, year in zip(wide(FEW), (2025, 2026) * 6, strict=True)
    ]
    ran = batch(tmp_path, csv_of(rows)(tmp_path / "in"))
    assert ran.code in (Exit.DONE, Exit.INCOMPLETE)

    found = results(tmp_path)
    warned = {code: "other-edition" in record["warnings"] for code, record in found.items()}
    assert warned == {row["code"]: row["ruleset"] == "demo@2025" for row in rows}
