"""`dudao aggregate`, process start included: rows of classes in Parquet to facts of districts.

    python benchmarks/aggregation.py --rows 20000000

Beside one query by hand in Polars and in DuckDB, which look for nothing: no doubled class, no
unreadable cell, no row of sums among the rows.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import records
from benchmarks.batches import Run, process
from benchmarks.environments import ROOT, python_of
from benchmarks.measuring import machine, table

_RULES = """\
format: 1
aggregation: large
title: {zh: 大班额, en: Large classes}
vocabulary: [education, records]
facts:
  compulsory.classes: count(classes where stage = 小学 or stage = 初中)
  compulsory.large_classes: count(classes where (stage = 小学 or stage = 初中) and size >= 56)
"""
_POLARS = """\
import polars as pl
rows = pl.scan_parquet("classes.parquet").filter(pl.col("stage").is_in(["小学", "初中"]))
found = rows.group_by("code").agg(pl.len().alias("n"), (pl.col("size") >= 56).sum().alias("large"))
found.sort("code").collect().write_parquet("polars.parquet")
"""
_DUCKDB = """\
import duckdb
duckdb.sql('''copy (select code, count(*) n, count(*) filter (size >= 56) large
from 'classes.parquet' where stage in ('小学', '初中') group by code order by code)
to 'duckdb.parquet' ''')
"""


def classes(rows: int, *, text_keys: bool = False) -> pl.DataFrame:
    """Rows of classes as a district keeps them: a number or code for each, stage, size."""
    frame = records.classes(rows)
    stage = pl.when(pl.col("size") % 3 == 0).then(pl.lit("初中")).otherwise(pl.lit("小学"))
    code = pl.format("99{}", (pl.col("#") + 1).cast(pl.String).str.zfill(4))
    number = pl.col("id")
    key = pl.format("C2022{}", number.cast(pl.String).str.zfill(10)) if text_keys else number
    numbered = frame.with_row_index("id").with_columns(key.alias("id"))
    return numbered.select("id", code.alias("code"), stage.alias("stage"), "size")


def facts(path: Path) -> list[tuple[str, int, int]]:
    """Code, classes, large classes."""
    frame = pl.read_parquet(path)
    ours = ("code", "compulsory.classes", "compulsory.large_classes")
    names = ours if ours[1] in frame.columns else ("code", "n", "large")
    return [(code, int(n), int(large)) for code, n, large in frame.select(names).rows()]


def main() -> None:
    """Each once."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--text-keys", action="store_true", help="codes of classes, not numbers")
    parser.add_argument("--rounds", type=int, help="not used: each runs once")
    options = parser.parse_args()
    print(machine(("polars",)), "\n")
    by_hand = python_of("columns")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        classes(options.rows, text_keys=options.text_keys).write_parquet(work / "classes.parquet")
        (work / "by.yaml").write_text(_RULES, encoding="utf-8")
        given = ("aggregate", "classes.parquet", "--by", "by.yaml", "--year", "2022")
        command = [sys.executable, str(ROOT / "cli.py"), *given, "--out", "facts"]
        runs: dict[str, Run] = {"dudao aggregate": process(command, work)}
        found = {"dudao aggregate": facts(work / "facts" / "facts.parquet")}
        for tool, text in (("polars", _POLARS), ("duckdb", _DUCKDB)):
            if by_hand is not None:
                runs[f"{tool} by hand"] = process([str(by_hand), "-c", text], work)
                found[f"{tool} by hand"] = facts(work / f"{tool}.parquet")
    rows = [
        (
            tool,
            f"{run.wall:.1f}",
            f"{run.cpu:.1f}",
            f"{run.cpu / options.rows * 1e6:.2f}",
            f"{run.megabytes:,.0f}",
            str(found[tool] == found["dudao aggregate"]).lower(),
        )
        for tool, run in runs.items()
    ]
    print(f"{options.rows:,} classes of {records.DISTRICTS:,} districts\n")
    print(table(("contender", "s", "s of processors", "µs a row", "peak MB", "same facts"), rows))


if __name__ == "__main__":
    main()
