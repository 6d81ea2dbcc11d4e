"""`dudao batch --engine columns`: as with sheets, whatever is spoiled, in any portions."""

import csv
from pathlib import Path
from typing import Any

import polars
import pytest

from engine.commands.common import Exit
from engine.facts.folder import file_digest

from .batching import batch, csv_text, manifest, parquet, school_rows, wide
from .support import Ran, dudao

COUNT = 90


def by_columns(folder: Path, source: Path, *options: str, out: str = "columns") -> Ran:
    return batch(folder, source, "--engine", "columns", *options, out=out)


def whole(folder: Path, name: str) -> polars.DataFrame:
    """A data set, its files in their order."""
    return polars.read_parquet(sorted((folder / name).glob("*.parquet")))


def place_data(folder: Path, *, tables: bool) -> Path:
    """Three files of districts whose codes interleave, two types of one column, spoiled rows."""
    data = folder / "data"
    data.mkdir()
    rows = wide(range(1, COUNT + 1))
    rows[3]["classes.all"] = "约200"
    rows[7]["code"] = ""
    rows[11]["code"] = "合计"
    rows[50]["code"] = rows[80]["code"]  # in another file and portion
    rows[20]["code"] = rows[23]["code"]
    rows[31]["children.public"] = "99999"  # more than all children
    rows[32]["year"] = "二〇二二"
    rows[33]["year"] = "2021"
    rows[40]["code"] = "９９０９９９"
    rows[43]["code"] = " 990999 "
    rows[45]["classes.all"] = "2,00班"
    rows[46]["area_class"] = "四类地区"
    rows[47]["备注"] = "x"
    rows = [{**row, "备注": row.get("备注", "")} for row in rows]
    parquet(data / "a.parquet", rows[2::3])
    parquet(data / "b [1].parquet", rows[1::3])
    polars.DataFrame(rows[::3]).write_parquet(data / "乙.parquet")
    (data / "c.parquet").write_bytes(b"PAR1 is no table PAR1")
    if tables:
        schools = school_rows(range(1, COUNT + 1, 2))
        schools[5]["pupils"] = "很多"
        schools[9]["subject"] = ""
        parquet(data / "schools.parquet", schools)
    return data


@pytest.fixture(scope="module", params=[False, True], ids=["districts alone", "with schools"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Ran, Ran]:
    """The same spoiled data scored by sheets and by columns, these in portions of seven."""
    folder = tmp_path_factory.mktemp("columns")
    data = place_data(folder, tables=request.param)
    here = batch(folder, data, "--no-findings", "--lang", "zh", out="sheets")
    there = by_columns(folder, data, "--chunk", "7", "--lang", "zh")
    return folder, here, there


def test_columns_give_what_sheets_give(both: tuple[Path, Ran, Ran]) -> None:
    """Results and grades are the same values in the same order, and so is what is printed."""
    folder, here, there = both
    assert (here.code, there.code) == (Exit.UNUSABLE, Exit.UNUSABLE), there.err
    assert there.out == here.out
    assert len(list((folder / "columns" / "results.parquet").iterdir())) > 10
    results = whole(folder / "columns", "results.parquet")
    assert results.equals(polars.read_parquet(folder / "sheets" / "results.parquet"))
    assert results["code"].n_unique() > COUNT - 30
    with (folder / "sheets" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    grades = whole(folder / "columns", "grades.parquet")
    assert grades.columns == head
    words = {None: "", True: "yes", False: "no"}
    assert [
        [words[v] if v is None or isinstance(v, bool) else str(v) for v in row]
        for row in grades.rows()
    ] == rows


def test_what_is_spoiled_is_listed(both: tuple[Path, Ran, Ran]) -> None:
    """Each row and file that cannot be scored, with the same places and reasons."""
    folder, _, _ = both
    found = whole(folder / "columns", "unusable.parquet")
    columns = ("place", "code", "name", "severity", "diagnostic", "at", "message", "help")
    assert found.columns == list(columns)
    assert found.drop("help").rows() == [
        (
            *(line["place"], line["code"], line["name"]),
            *(d["severity"], d["code"], d["place"], d["message"]),
        )
        for line in manifest(folder, "sheets")["unusable"]
        for d in line["diagnostics"]
    ]
    reasons = set(found["diagnostic"])
    assert {"no-code", "duplicate-subject", "table-unreadable", "integrity-error"} <= reasons


def test_the_manifest_says_what_was_made_of_what(both: tuple[Path, Ran, Ran]) -> None:
    """Ruleset, inputs, counts, grades and warnings are the same; a digest for each file."""
    folder, _, _ = both
    here, there = manifest(folder, "sheets"), manifest(folder, "columns")
    same = ("engine", "ruleset", "inputs", "counts", "grades", "remarks", "diagnostics", "complete")
    assert {key: there[key] for key in same} == {key: here[key] for key in same}
    outputs = {item["file"]: item["digest"] for item in there["outputs"]}
    assert {name.split("/")[0] for name in outputs} == {
        "grades.parquet",
        "results.parquet",
        "unusable.parquet",
    }
    for name, digest in outputs.items():
        assert file_digest(folder / "columns" / name) == digest
    assert not list(folder.glob(".columns.partial"))


def test_any_portions_give_the_same(tmp_path: Path) -> None:
    """All at once or one by one: the same rows; and in one file where all fit into a portion."""
    source = tmp_path / "districts.parquet"
    parquet(source, wide(range(1, 30)))
    found: list[dict[str, Any]] = []
    for chunk in ("1", "1000"):
        assert by_columns(tmp_path, source, "--chunk", chunk, out=chunk).code == Exit.INCOMPLETE
        sets = ("grades.parquet", "results.parquet", "unusable.parquet")
        found.append({name: whole(tmp_path / chunk, name).rows() for name in sets})
    assert found[0] == found[1]
    assert len(list((tmp_path / "1000" / "results.parquet").iterdir())) == 1


def test_a_folder_without_districts_has_empty_results(tmp_path: Path) -> None:
    """Nothing was scored: the data sets are there, with their columns and no rows."""
    data = tmp_path / "data"
    data.mkdir()
    by_columns(tmp_path, data)
    assert whole(tmp_path / "columns", "results.parquet").height == 0
    assert "facts_digest" in whole(tmp_path / "columns", "grades.parquet").columns


@pytest.mark.parametrize("ruleset", ["changde-county-duty@2022", "jiangxi-county-duty@2020"])
@pytest.mark.parametrize("typed", [True, False])
def test_shipped_rulesets(ruleset: str, typed: bool, tmp_path: Path) -> None:
    """Made-up districts of a shipped edition, as numbers or as texts: the values of sheets."""
    made = tmp_path / "made"
    options = ("--districts", "60", "--one-table", "--no-tables", "--boundary", "30%")
    assert dudao("sample", "-r", ruleset, "--out", made, *options).code == Exit.DONE
    frame = polars.read_csv(made / "districts.csv", infer_schema_length=0)
    if typed:
        digits = polars.exclude("code", "year").str.extract("^([0-9]+([.][0-9]+)?)", 1)
        numbers = frame.with_columns(digits.cast(polars.Float64))
        chosen = [s for s in numbers if 2 * s.null_count() < len(s) and s.dtype.is_float()]
        assert len(chosen) > 20
        frame = frame.with_columns(chosen)
    source = tmp_path / "districts.parquet"
    frame.write_parquet(source)
    run = ("batch", source, "-r", ruleset, "--lang", "zh", "--year", "2022")
    here = dudao(*run, "--out", tmp_path / "sheets", "--no-findings")
    there = dudao(*run, "--out", tmp_path / "columns", "--engine", "columns")
    assert (there.code, there.out) == (here.code, here.out), there.err
    results = whole(tmp_path / "columns", "results.parquet")
    assert results.equals(polars.read_parquet(tmp_path / "sheets" / "results.parquet"))
    assert results["code"].n_unique() > 30


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--only", "D.1"), "--engine columns does not go with --only: leave out --engine columns"),
        (("--margins",), "--engine columns does not go with --margins: leave out --engine columns"),
        (("--resume",), "--engine columns does not go with --resume: leave out --engine columns"),
        (("--master", "local"), "--master is for --engine spark only"),
    ],
)
def test_what_is_not_done_is_refused(options: tuple[str, ...], line: str, tmp_path: Path) -> None:
    """An option that would be passed over in silence is a wrong use."""
    parquet(tmp_path / "districts.parquet", wide([1]))
    ran = by_columns(tmp_path, tmp_path / "districts.parquet", "--lang", "en", *options)
    assert (ran.code, ran.err.splitlines()[-1]) == (Exit.USAGE, f"Error: {line}")


def test_only_parquet_is_read(tmp_path: Path) -> None:
    """A sheet or a CSV table among the data is refused by its name."""
    path = tmp_path / "districts.csv"
    path.write_text(csv_text(wide([1])), encoding="utf-8")
    ran = by_columns(tmp_path, path, "--lang", "en")
    assert ran.code == Exit.USAGE
    assert f"--engine columns reads Parquet only, not {path}" in ran.err
    assert not (tmp_path / "columns").exists()
