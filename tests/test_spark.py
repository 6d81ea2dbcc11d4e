"""`dudao batch --engine spark`: as on one machine, nothing lost, results whole or not there."""

import csv
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars
import pytest

from engine.commands.common import Exit
from engine.facts.folder import file_digest
from engine.facts.headings import Names
from engine.facts.wide_frame import Reader
from engine.language.loader import load_file
from engine.office.parquet_files import Part
from engine.office.spark_lines import (
    FILE,
    KEY,
    ROW,
    Work,
    arrow_lines,
    by_columns,
    lines_of,
)
from engine.office.spark_session import SparkError, require_spark, session
from engine.reporting.batch_record import Describer

from .batching import batch, csv_text, manifest, parquet, place_rules, school_rows, wide
from .recording import FACTS, aggregated, place_records, rows
from .support import Ran, dudao
from .test_batch_ranks import rules

COUNT = 300
CHUNK = 40
ON_SPARK = ("--engine", "spark", "--master", "local[2]", "--chunk", str(CHUNK))


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """One session for all tests here, since a start takes longer than any of them."""
    try:
        require_spark()
    except SparkError as error:
        pytest.skip(f"no Spark here: {error.problem} {error.values}")
    with session("local[2]", CHUNK) as one:
        yield one


def spoil(rows: list[dict[str, str]]) -> None:
    """Rows that cannot be scored, each for a reason of its own."""
    rows[3]["classes.all"] = "约200"
    rows[7]["code"] = ""
    rows[11]["code"] = "合计"
    rows[50]["code"] = rows[250]["code"]  # in another file and partition
    rows[60]["code"] = rows[61]["code"]
    rows[70]["children.public"] = "99999"  # more than all children
    rows[80]["year"] = "二〇二二"
    rows[90]["code"] = "９９０９９９"
    rows[91]["code"] = " 990999 "


def place_data(folder: Path) -> Path:
    """A folder of three files of districts, two types of one column, and a table of schools."""
    data = folder / "data"
    data.mkdir()
    rows = wide(range(1, COUNT + 1))
    spoil(rows)
    parquet(data / "a.parquet", rows[:100])
    parquet(data / "b [1].parquet", rows[100:200])
    polars.DataFrame(rows[200:]).write_parquet(data / "乙.parquet")
    (data / "c.parquet").write_bytes(b"PAR1 is no table PAR1")
    schools = school_rows(range(1, COUNT + 1, 2))
    schools[5]["pupils"] = "很多"
    schools[9]["subject"] = ""
    parquet(data / "schools.parquet", schools)
    return data


def whole(folder: Path, name: str) -> polars.DataFrame:
    """A data set that Spark wrote, its files in their order."""
    return polars.read_parquet(sorted((folder / name).glob("*.parquet")))


def on_spark(folder: Path, source: Path, *options: str, out: str = "spark") -> Ran:
    return batch(folder, source, *ON_SPARK, *options, out=out)


# -- the same as on one machine ------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran, Ran]:
    """The same spoiled data scored on one machine and on Spark."""
    folder = tmp_path_factory.mktemp("spark")
    data = place_data(folder)
    here = batch(folder, data, "--no-findings", "--lang", "zh", out="here")
    there = on_spark(folder, data, "--lang", "zh")
    return folder, here, there


def test_spark_gives_what_one_machine_gives(both: tuple[Path, Ran, Ran]) -> None:
    """Results and grades are the same values in the same order, and so is what is printed."""
    folder, here, there = both
    assert (here.code, there.code) == (Exit.UNUSABLE, Exit.UNUSABLE), there.err
    assert there.out == here.out
    results = whole(folder / "spark", "results.parquet")
    assert results.equals(polars.read_parquet(folder / "here" / "results.parquet"))
    assert results["code"].n_unique() > COUNT - 30
    with (folder / "here" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    grades = whole(folder / "spark", "grades.parquet")
    assert grades.columns == head
    words = {None: "", True: "yes", False: "no"}
    texts = [
        [words[v] if v is None or isinstance(v, bool) else str(v) for v in row]
        for row in grades.rows()
    ]
    assert texts == rows


def test_what_is_spoiled_is_listed(both: tuple[Path, Ran, Ran]) -> None:
    """Each row and file that one machine refuses, with the same places and reasons."""
    folder, _, _ = both
    found = whole(folder / "spark", "unusable.parquet")
    listed = [
        (line["place"], line["code"], line["name"], d["severity"], d["code"], d["place"])
        for line in manifest(folder, "here")["unusable"]
        for d in line["diagnostics"]
    ]
    columns = ("place", "code", "name", "severity", "diagnostic", "at")
    assert sorted(found.select(columns).rows()) == sorted(listed)
    reasons = set(found["diagnostic"])
    assert {"no-code", "duplicate-subject", "table-unreadable", "not-a-number"} <= reasons


def test_the_manifest_says_what_was_made_of_what(both: tuple[Path, Ran, Ran]) -> None:
    """Ruleset, inputs, counts and grades as on one machine; a digest for each file written."""
    folder, _, _ = both
    here, there = manifest(folder, "here"), manifest(folder, "spark")
    assert {
        k: there[k] for k in ("ruleset", "inputs", "counts", "grades", "remarks", "complete")
    } == {k: here[k] for k in ("ruleset", "inputs", "counts", "grades", "remarks", "complete")}
    files = {item["file"]: item["digest"] for item in there["outputs"]}
    assert {name.split("/")[0] for name in files} == {
        "grades.parquet",
        "results.parquet",
        "unusable.parquet",
    }
    for name, digest in files.items():
        assert file_digest(folder / "spark" / name) == digest
    assert not list(folder.glob(".spark.partial"))


# -- whole or not there --------------------------------------------------------------------------


def test_a_job_that_fails_leaves_no_results(spark: Any, tmp_path: Path) -> None:
    """A file whose foot is sound and whose rows are not ends the job: one line, no folder."""
    data = tmp_path / "data"
    data.mkdir()
    path = data / "districts.parquet"
    parquet(path, wide(range(1, 20)))
    sound = path.read_bytes()
    path.write_bytes(sound[:4] + b"\xff" * 600 + sound[604:])
    ran = on_spark(tmp_path, path)
    assert (ran.code, ran.out) == (Exit.UNUSABLE, "")
    assert ran.err.startswith("Spark 没有做完，没有写出结果：")
    assert ran.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "rules"]


# -- what is missing, and what Spark does not do -------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("zh", "缺少库 pyspark：请安装 dudao[spark]"),
        ("en", "the library pyspark is missing: install dudao[spark]"),
    ],
)
def test_without_the_library(
    lang: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that says what to install, and exit code 2."""
    monkeypatch.setitem(sys.modules, "pyspark", None)
    parquet(tmp_path / "districts.parquet", wide([1]))
    ran = on_spark(tmp_path, tmp_path / "districts.parquet", "--lang", lang)
    assert ran.code == Exit.USAGE
    assert ran.err.splitlines()[-1].endswith(line)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("java", "line"),
    [
        (None, "Spark needs Java, and there is none on this machine: install Java 17 or newer"),
        ('openjdk version "11.0.2" 2019-01-15', "this Java is 11, Spark needs 17 or newer"),
    ],
)
def test_without_a_fitting_java(
    java: str | None, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for Java: none, or one that is too old."""
    for name in ("pyspark", "pyarrow", "pandas"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    home = tmp_path / "java"
    (home / "bin").mkdir(parents=True)
    if java is not None:
        program = home / "bin" / "java"
        program.write_text(f"#!/bin/sh\necho '{java}' >&2\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    parquet(tmp_path / "districts.parquet", wide([1]))
    ran = on_spark(tmp_path, tmp_path / "districts.parquet", "--lang", "en")
    assert ran.code == Exit.USAGE
    assert line in ran.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--only", "D.1"), "--engine spark does not go with --only: do that step on one machine"),
        (("--jobs", "2"), "--engine spark does not go with --jobs: do that step on one machine"),
        (("--resume",), "--engine spark does not go with --resume: do that step on one machine"),
    ],
)
def test_what_spark_does_not_do_is_refused(
    options: tuple[str, ...], line: str, tmp_path: Path
) -> None:
    """An option that Spark would pass over in silence is a wrong use."""
    parquet(tmp_path / "districts.parquet", wide([1]))
    ran = on_spark(tmp_path, tmp_path / "districts.parquet", "--lang", "en", *options)
    assert (ran.code, ran.err.splitlines()[-1]) == (Exit.USAGE, f"Error: {line}")


def test_the_place_of_spark_needs_spark(tmp_path: Path) -> None:
    """`--master` on one machine would be without effect."""
    parquet(tmp_path / "districts.parquet", wide([1]))
    source = tmp_path / "districts.parquet"
    ran = batch(tmp_path, source, "--master", "local[2]", "--lang", "en")
    assert (ran.code, ran.err.splitlines()[-1]) == (
        Exit.USAGE,
        "Error: --master is for --engine spark only",
    )


def test_only_parquet_is_read(spark: Any, tmp_path: Path) -> None:
    """A sheet or a CSV table among the data is refused by its name."""
    path = tmp_path / "districts.csv"
    path.write_text(csv_text(wide([1])), encoding="utf-8")
    ran = on_spark(tmp_path, path, "--lang", "en")
    assert ran.code == Exit.USAGE
    assert f"Spark reads Parquet only, not {path}" in ran.err
    assert not (tmp_path / "spark").exists()


# -- records -------------------------------------------------------------------------------------


def test_records_are_added_up_as_on_one_machine(spark: Any, tmp_path: Path) -> None:
    """Facts, what stays open and every fault are the same; so is what is printed."""
    place_records(tmp_path)
    here = aggregated(tmp_path, "--year", "2022", out="here")
    there = aggregated(tmp_path, "--year", "2022", *ON_SPARK[:4], out="spark")
    assert (here.code, there.code) == (Exit.UNUSABLE, Exit.UNUSABLE), there.err
    assert there.out.replace(str(tmp_path / "spark"), str(tmp_path / "here")) == here.out
    for name in ("facts.parquet", "open.parquet"):
        one = polars.read_parquet(tmp_path / "here" / name)
        assert polars.read_parquet(tmp_path / "spark" / name).equals(one)
    columns = ("file", "row", "code", "table", "column", "diagnostic", "found", "message")
    faults = rows(tmp_path / "here", "faults.parquet", *columns)
    assert rows(tmp_path / "spark", "faults.parquet", *columns) == faults
    facts = ("code", "primary.classes", "primary.large_classes", "primary.pupils")
    shown = rows(tmp_path / "spark", "facts.parquet", *facts)
    assert [row for row in shown if row[0] == "430703"] == [("430703", *FACTS["430703"][:3])]
    assert not list(tmp_path.glob(".*.partial"))


def test_rules_that_compare_districts_are_refused(spark: Any, tmp_path: Path) -> None:
    """A worker sees a part of the batch, so that it could not tell a rank."""
    path = tmp_path / "districts.parquet"
    parquet(path, wide([1]))
    ran = dudao(
        *("batch", path, "-r", rules(tmp_path).parent, "--out", tmp_path / "spark"),
        *(*ON_SPARK, "--lang", "en"),
    )
    assert ran.code == Exit.USAGE
    assert "demo@2026 compares the subjects of a batch" in ran.err


def test_columns_give_the_lines_of_sheets(tmp_path: Path) -> None:
    """A worker decides most rows as columns; their lines are those that their sheets would have."""
    for name in ("pyarrow", "pandas"):
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    ruleset = load_file(place_rules(tmp_path) / "ruleset.yaml").ruleset
    made = wide(range(1, 60))
    made[5]["classes.all"] = "约200"
    heads = tuple(made[0])
    columns = {f"c{n}": [row[head] for row in made] for n, head in enumerate(heads)}
    where = {KEY: columns["c0"], FILE: ["file:///d.parquet"] * 59, ROW: list(range(59))}
    frame = polars.DataFrame({**columns, **where})
    part = Part("d.parquet", "", tuple((head, n) for n, head in enumerate(heads)), 59)
    describe = Describer(ruleset, "zh", with_findings=False)
    work = Work(ruleset, describe, None, {"/d.parquet": part})
    names, reader = Names(ruleset.vocabulary), Reader(ruleset.vocabulary)
    left, lines = [], []
    for rows_left, batches in by_columns(work, names, reader, frame):
        left.append(rows_left)
        lines += [row for found in batches for row in found.to_pylist()]
    doubtful = polars.concat(left)
    assert 0 < doubtful.height < 20
    lines += arrow_lines(work, lines_of(work, names, doubtful)).to_pylist()
    sheets = arrow_lines(work, lines_of(work, names, frame)).to_pylist()
    assert sorted(lines, key=lambda row: row["place"]) == sorted(
        sheets, key=lambda row: row["place"]
    )
