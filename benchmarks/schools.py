"""Rows of schools and classes to outcomes of 3,000 districts: the columnar engine and by hand.

    build/bench/columns/bin/python benchmarks/schools.py

Of each district: for seven resources the coefficient of variation among schools and the one
weighted by pupils, against 0.50; how many schools meet fewer than six of the seven. Then the share
of large classes. By hand in Polars in one pass of whole-number sums: per-pupil amounts are counted
in 2^24ths of the standard, so it can be wrong close to a limit, where ours goes on exactly.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import records
from benchmarks.measuring import alternated, machine, middle, ratios, spread, table, verdict
from engine.scoring.columnar import Encoded, Plan, run

AT_MOST = 1.5
BASE = "Polars by hand, one pass"
# Ours finds out by itself that rows lie in the order of their districts.
TOLD = f"{BASE}, told that rows are in order"


def _places(over: int, under: int) -> int:
    return 2**24 * under // over


def by_hand(rows: pl.DataFrame) -> pl.DataFrame:
    """Whether each of the fifteen criteria is met, from sums of whole numbers."""
    sums: list[pl.Expr] = [pl.len().cast(pl.Int128).alias("n"), pl.col("pupils").sum()]
    met = []
    pupils = pl.col("pupils")
    for name, *_, (over, under) in records.RESOURCES:
        amount = pl.col(name)
        each = amount * _places(over, under) // pupils
        sums += [
            each.sum().alias(f"{name} 1"),
            (each * each).sum().alias(f"{name} 2"),
            amount.sum().alias(f"{name} w1"),
            (each * amount).sum().alias(f"{name} w2"),
        ]
        met.append(amount * under >= pupils * over)
    few = pl.sum_horizontal(met) < 6
    grouped = rows.lazy().group_by("#").agg(*sums, few.sum().alias("few")).sort("#")
    p, q = records.CV
    outcomes = []
    for name, *_, (over, under) in records.RESOURCES:
        places = _places(over, under)
        one, two, w_one, w_two = (
            pl.col(f"{name} {kind}").cast(pl.Int128) for kind in ("1", "2", "w1", "w2")
        )
        plain = q * q * (pl.col("n") * two - one * one) <= p * p * one * one
        total = pl.col("pupils").cast(pl.Int128)
        variance = total * w_two - w_one * w_one * places
        weighted = q * q * variance <= p * p * w_one * w_one * places
        outcomes += [plain.alias(f"V.{name}"), weighted.alias(f"W.{name}")]
    return grouped.select(*outcomes, (pl.col("few") <= 25).alias("K")).collect()


def large_by_hand(rows: pl.DataFrame) -> pl.DataFrame:
    """Whether at most 5 % of the classes are large."""
    large = (pl.col("size") >= 56).sum()
    grouped = rows.lazy().group_by("#").agg(large.alias("large"), pl.len()).sort("#")
    return grouped.select((pl.col("large") * 20 <= pl.col("len")).alias("L")).collect()


_LARGE = """
select count(*) filter (size >= 56) * 20 <= count(*) as L from classes group by district
order by district"""


def ours(plan: Plan, encoded: Encoded) -> pl.DataFrame:
    """Whether each criterion is met, by the engine."""
    found = run(plan, encoded, texts=False)
    if (found["route"] != "columnar").any():
        raise ValueError("rows were left to the interpreter")
    return found.select((pl.col(f"outcome:{c.id}") == 0).alias(c.id) for c in plan.ruleset.criteria)


def compared(title: str, tasks: dict[str, Callable[[], Any]], rounds: int) -> float:
    """Tells times, ratios, in how many outcomes each differs; gives ours to Polars by hand."""
    results = {name: pl.DataFrame(task()) for name, task in tasks.items()}
    mine = results["dudao, columnar"]
    taken = alternated(tasks, rounds)
    relative, worked = ratios(taken.wall, BASE), ratios(taken.work, BASE)
    rows = []
    for name, seconds in taken.wall.items():
        other = results[name]
        unlike = sum(int((mine[c] != other[c]).sum()) for c in mine.columns)
        rows.append(
            (
                name,
                spread([s * 1000 for s in seconds], ".0f"),
                spread(relative[name]),
                spread(worked[name]),
                str(unlike),
            )
        )
    met = sum(int(mine[c].sum()) for c in mine.columns)
    print(f"\n{title}, {rounds} rounds; {met:,} of {mine.height * mine.width:,} outcomes are met\n")
    print(table(("contender", "ms", "× Polars by hand", "processors", "differ from ours"), rows))
    return middle(relative["dudao, columnar"])


def main() -> None:
    """Both."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--schools", type=int, default=500_000)
    parser.add_argument("--classes", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine(("polars", "duckdb")))
    rows = records.schools(options.schools)
    ordered = rows.with_columns(pl.col("#").set_sorted())
    plan, encoded = records.schools_plan(), records.encoded("schools", rows)
    found = compared(
        f"{options.schools:,} schools",
        {
            BASE: lambda: by_hand(rows),
            TOLD: lambda: by_hand(ordered),
            "dudao, columnar": lambda: ours(plan, encoded),
        },
        options.rounds,
    )
    print(f"\ntarget: ours ≤ {AT_MOST} × Polars by hand: {found:.2f}: {verdict(found <= AT_MOST)}")
    some = records.classes(options.classes)
    sorted_ = some.with_columns(pl.col("#").set_sorted())
    large, pupils = records.classes_plan(), records.encoded("classes", some)
    connection: Any = duckdb.connect()
    connection.register("given", some.to_arrow())
    connection.sql('create table classes as select "#" as district, size from given')
    compared(
        f"{options.classes:,} classes",
        {
            BASE: lambda: large_by_hand(some),
            TOLD: lambda: large_by_hand(sorted_),
            "dudao, columnar": lambda: ours(large, pupils),
            "DuckDB by hand": lambda: connection.sql(_LARGE).to_arrow_table(),
        },
        options.rounds,
    )


if __name__ == "__main__":
    main()
