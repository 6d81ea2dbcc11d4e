"""Records that the tests of aggregation share: classes and staff, whole and spoiled."""

from pathlib import Path

import polars

from engine.language.vocabulary import TableDefinition
from engine.office.record_cells import Stored
from engine.office.record_faults import FILE, ROW

from .support import Ran, dudao

RULES = """\
format: 1
aggregation: demo
title: {zh: 示例, en: Demo}
vocabulary: [education, records]
facts:
  primary.classes: count(classes where stage = 小学)
  primary.large_classes: count(classes where stage = 小学 and size >= 56)
  primary.pupils: "sum(classes where stage = 小学: size)"
  teachers.full_time: count(staff where full_time)
"""
# Code, class, stage, pupils.
WHOLE = [
    ("430703", "a1", "小学", "45"),
    ("430703", "a2", "小学", "56人"),
    ("４３０７０３", "a3", "初中", "６０"),
    ("430704", "b1", "小学", "55"),
]
SPOILED = [
    ("430704", "b2", "小学", "约60"),  # no figure
    ("430705", "c1", "小学", ""),  # nothing filled in
    ("430705", "c2", "初中", "-5"),  # read by no fact but of the primary stage
    ("430706", "d1", "小学", "50"),
    ("430706", "合计", "小学", "50"),  # a sum of rows
    ("430707", "", "小学", "50"),  # without key
    ("430707", "e1", "小学", "60"),
    ("", "f1", "小学", "40"),  # of nobody
    ("430708", "g1", "小学堂", "40"),  # an unknown word
    ("430704", "b1", "小学", "55"),  # the same class again, in another file
    ("430709", "h1", "初中", "30"),
]
STAFF = [("430703", "t1", "是"), ("430703", "t2", "否"), ("430710", "t3", "是")]
SPOILED_LISTED = {
    ("430704", "b1", "duplicate-row"),
    ("430704", "约60", "approximate-value"),
    ("430705", "-5", "negative-count"),
    ("430706", "合计", "total-row"),
    ("430707", "", "row-without-key"),
    ("", "", "no-code"),
    ("430708", "小学堂", "unknown-word"),
}
FACTS = {
    "430703": ("2", "1", "101", "1"),
    "430704": (None, None, None, None),
    "430705": ("1", None, None, None),
    "430706": (None, "0", None, None),
    "430707": (None, "1", None, None),
    "430708": (None, "0", None, None),
    "430709": ("0", "0", "0", None),
    "430710": (None, None, None, "1"),
}
OPEN = {
    ("430704", "primary.classes"): ("1", "3"),
    ("430704", "primary.large_classes"): ("0", "1"),
    ("430704", "primary.pupils"): (None, None),
    ("430705", "primary.large_classes"): ("0", "1"),
    ("430705", "primary.pupils"): (None, None),
    ("430706", "primary.classes"): ("1", "2"),
    ("430706", "primary.pupils"): (None, None),
    ("430707", "primary.classes"): ("1", "2"),
    ("430707", "primary.pupils"): (None, None),
    ("430708", "primary.classes"): ("0", "1"),
    ("430708", "primary.pupils"): (None, None),
}


def place_records(folder: Path) -> tuple[Path, Path]:
    """A folder of files of classes, one of them with numbers as numbers; a file of staff."""
    classes = folder / "classes"
    classes.mkdir()
    head = ["区划代码", "id", "stage", "班额"]
    polars.DataFrame(WHOLE, schema=head, orient="row").write_parquet(classes / "1.parquet")
    polars.DataFrame(SPOILED, schema=head, orient="row").write_parquet(classes / "2.parquet")
    typed = {
        "code": polars.Int64,
        "id": polars.String,
        "stage": polars.String,
        "size": polars.Int32,
    }
    more = [(430703, "a4", "高中", 70), (430709, "h2", "高中", None), (None, "f2", "小学", 1)]
    polars.DataFrame(more, schema=typed, orient="row").write_parquet(classes / "3.parquet")
    staff = folder / "staff.parquet"
    people = polars.DataFrame(STAFF, schema=["code", "id", "full_time"], orient="row")
    people.write_parquet(staff)
    return classes, staff


def aggregated(folder: Path, *options: str | Path, out: str = "facts") -> Ran:
    """Run the command on the records of a folder."""
    rules = folder / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    paths = (folder / "classes", folder / "staff.parquet")
    return dudao("aggregate", *paths, "--by", rules, "--out", folder / out, *options)


def rows(folder: Path, name: str, *columns: str) -> list[tuple[object, ...]]:
    """Some columns of what was written, one file or a data set of several."""
    path = folder / name
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    return polars.concat([polars.read_parquet(file) for file in files]).select(columns).rows()


def in_memory(frame: polars.DataFrame, table: TableDefinition) -> Stored:
    """Rows of a table under the names of its columns, with their places."""
    types = {name: kind for name, kind in frame.schema.items() if name not in (FILE, ROW)}
    return Stored(table=table, rows=frame.lazy(), types=types, height=frame.height)
