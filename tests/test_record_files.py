"""Which files hold records: Parquet, CSV and worksheets alike; anything else is told at once."""

from collections.abc import Callable
from pathlib import Path

import polars
import pytest
import xlsxwriter

from engine.commands.common import Exit

from .recording import RULES, SPOILED, STAFF, WHOLE
from .support import Ran, dudao, write

CLASSES = polars.DataFrame(
    [(row[0], row[1], row[2], row[3]) for row in WHOLE + SPOILED],
    schema=["区划代码", "班级代码", "学段", "班额"],
    orient="row",
)
PEOPLE = polars.DataFrame(STAFF, schema=["code", "id", "full_time"], orient="row")


def as_parquet(folder: Path) -> list[Path]:
    CLASSES.write_parquet(folder / "classes.parquet")
    PEOPLE.write_parquet(folder / "staff.parquet")
    return [folder / "classes.parquet", folder / "staff.parquet"]


def as_csv(folder: Path) -> list[Path]:
    CLASSES.write_csv(folder / "班级表.csv", include_bom=True)
    (folder / "staff").mkdir()
    PEOPLE.write_csv(folder / "staff" / "all.csv")
    write(folder / "staff", "~$all.xlsx", "a lock of the program that has it open")
    return [folder / "班级表.csv", folder / "staff"]


def as_worksheets(folder: Path) -> list[Path]:
    with xlsxwriter.Workbook(folder / "all.xlsx") as book:
        for name, table in (("班级表", CLASSES), ("notes", polars.DataFrame()), ("staff", PEOPLE)):
            sheet = book.add_worksheet(name)
            for line, row in enumerate([tuple(table.columns), *table.iter_rows()]):
                sheet.write_row(line, 0, row)
    return [folder / "all.xlsx"]


def run(folder: Path, *arguments: str | Path, out: str = "facts") -> Ran:
    """Aggregate by the rules that the tests share."""
    rules = write(folder, "rules.yaml", RULES)
    return dudao("aggregate", *arguments, "--by", rules, "--out", folder / out, "--lang", "en")


@pytest.mark.parametrize("made", [as_csv, as_worksheets])
def test_text_files_and_worksheets_give_what_parquet_gives(
    made: Callable[[Path], list[Path]], tmp_path: Path
) -> None:
    """The same facts, open facts and faults; places are the lines that a person sees."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, files in ((one, as_parquet), (other, made)):
        folder.mkdir()
        ran = run(folder, *files(folder))
        assert ran.code == Exit.UNUSABLE, ran.err
    for name in ("facts.parquet", "open.parquet"):
        ours, theirs = ((folder / "facts" / name).read_bytes() for folder in (one, other))
        assert ours == theirs
    parquet, listed = (polars.read_parquet(f / "facts" / "faults.parquet") for f in (one, other))
    at = other / ("班级表.csv" if made is as_csv else "all.xlsx!班级表")
    file, row = polars.lit(str(at)).alias("file"), polars.col("row") + 1
    assert listed.equals(parquet.with_columns(file, row))


def test_a_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    """Neither its rows nor its name are counted twice."""
    (classes, _) = as_parquet(tmp_path)
    ran = run(
        tmp_path, classes, tmp_path / "." / "classes.parquet", classes.parent / "classes.parquet"
    )
    assert f"read {CLASSES.height} rows" in ran.out


def test_a_text_file_with_a_broken_line_is_not_used(tmp_path: Path) -> None:
    """No figure is certain of a district that the line may belong to."""
    table = write(
        tmp_path, "classes.csv", "code,id,stage,size\n430703,a1,小学,45\n430703,a2,小学\n"
    )
    ran = run(tmp_path, table)
    assert ran.code == Exit.UNUSABLE
    assert "classes.csv:3:1: error[row-length]" in ran.err
    assert "no district has any fact" in ran.out
    assert "next:" not in ran.out


TABLES = "after its table, one of classes(classes) staff(staff)"
PROBLEMS = {
    "notes.docx": "notes.docx holds no records: these are tables in Parquet, XLSX or CSV, "
    "a row a class, a pupil …",
    "2022.parquet": "it is not clear whose rows 2022.parquet holds: name the file or folder "
    + TABLES,
    "empty": "there are no records in empty (Parquet, XLSX or CSV files)",
    "two.xlsx": f"two.xlsx has several worksheets, none of them named {TABLES}",
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_holds_no_records_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what is expected instead, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "notes.docx", "")
    (tmp_path / "empty").mkdir()
    CLASSES.write_parquet("2022.parquet")
    with xlsxwriter.Workbook("two.xlsx") as book:
        for _ in range(2):
            book.add_worksheet().write(0, 0, "code")
    ran = run(tmp_path, name)
    assert ran.code == Exit.USAGE
    assert ran.err.splitlines()[-1] == f"Error: {PROBLEMS[name]}"
    assert not (tmp_path / "facts").exists()


def test_what_says_how_to_add_up_is_named_in_full(tmp_path: Path) -> None:
    """A misspelt name is told with those that are shipped, a ruleset is told from it."""
    (classes, _) = as_parquet(tmp_path)
    given = ("aggregate", classes, "--out", tmp_path / "facts", "--lang", "en", "--by")
    ran = dudao(*given, "district-fact")
    assert ran.code == Exit.USAGE
    assert "there is no aggregation district-fact" in ran.err
    assert ran.err.rstrip().endswith("a name that is shipped: district-facts")
    ruleset = write(tmp_path, "rules.yaml", "format: 1\nruleset: demo\nedition: '2022'\n")
    ran = dudao(*given, ruleset)
    assert ran.code == Exit.USAGE
    assert "is a ruleset, not an aggregation" in ran.err


def test_spark_reads_parquet_only(tmp_path: Path) -> None:
    """Other tables are refused there before Spark is started."""
    ran = run(tmp_path, *as_csv(tmp_path), "--engine", "spark")
    assert ran.code == Exit.USAGE
    assert "on Spark records are read from Parquet only" in ran.err
