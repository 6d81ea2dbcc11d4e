"""The columnar engine beside the same job by hand in NumPy, Polars and DuckDB, in one process.

    build/bench/columns/bin/python benchmarks/columns.py --rows 1000000

Every contender starts from its own form of the same columns and ends with 60 outcomes, the best
and the worst grade of each district. All must agree on every row, and with the oracle on the first.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import by_duckdb, by_numpy, by_polars, oracle
from benchmarks.data import made, rows_of
from benchmarks.engine_job import awarded, engine, loaded
from benchmarks.job import INDICATORS
from benchmarks.measuring import (
    alternated,
    machine,
    middle,
    peak_megabytes,
    ratios,
    spread,
    table,
    verdict,
)

BASE, OURS = "NumPy by hand, exact", "dudao, columnar"
# So many rows are checked against the oracle; all of them against one another.
CHECKED = 3_000
AT_MOST, LARGE = 1.5, 1_000_000

Contender = tuple[Callable[[], Any], Callable[[Any], pl.DataFrame]]


def contenders(frame: pl.DataFrame, *, texts: bool) -> dict[str, Contender]:
    """Name → what to run, and how its result is brought to one shape."""
    arrays = by_numpy.prepared(frame)
    stages, query = by_polars.plan(), by_duckdb.query()
    connection = by_duckdb.connected(frame)
    _, plan = loaded()

    def same(found: pl.DataFrame) -> pl.DataFrame:
        return found

    def arrow(found: Any) -> pl.DataFrame:
        return pl.DataFrame(found)

    made_of: dict[str, Contender] = {
        BASE: (lambda: by_numpy.score(arrays), by_numpy.outcome_frame),
        OURS: (lambda: engine(plan, frame), awarded),
        "Polars by hand, exact": (lambda: by_polars.score(frame, stages), same),
        "DuckDB by hand, exact": (lambda: by_duckdb.score(connection, query), arrow),
    }
    if texts:
        made_of[f"{OURS}, with measures as texts"] = (
            lambda: engine(plan, frame, texts=True),
            awarded,
        )
    return made_of


def checked(frame: pl.DataFrame, found: dict[str, Contender]) -> dict[str, tuple[int, int, int]]:
    """Of each contender wrong outcomes, wrong grades, and rows that differ from the others'."""
    rows = rows_of(frame.head(CHECKED))
    right = oracle.truths(rows)
    first: pl.DataFrame | None = None
    counts = {}
    for name, (task, shaped) in found.items():
        result = shaped(task()).with_columns(pl.all().cast(pl.UInt8))
        first = result if first is None else first
        head = result.head(CHECKED)
        outcomes = head.select(i.id for i in INDICATORS).rows()
        grades = [("ABC"[b], "ABC"[w]) for b, w in head.select("best", "worst").rows()]
        unlike = result.select(pl.any_horizontal(pl.col(c) != first[c] for c in first.columns))
        differing = int(unlike.to_series().sum())
        counts[name] = (
            oracle.wrong_verdicts(outcomes, right),
            oracle.wrong_grades(grades, right),
            differing,
        )
    return counts


def main() -> None:
    """Measure one size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", action="store_true", help="also with measures as texts")
    options = parser.parse_args()
    frame = made(options.rows)
    found = contenders(frame, texts=options.texts)
    wrong = checked(frame, found)
    taken = alternated({name: task for name, (task, _) in found.items()}, options.rounds)
    relative, worked = ratios(taken.wall, BASE), ratios(taken.work, BASE)
    print(machine(("polars", "numpy", "duckdb", "pyarrow")))
    print(f"\n{options.rows:,} districts × {len(INDICATORS)} criteria, {options.rounds} rounds\n")
    head = (
        "contender",
        "ms",
        "× NumPy",
        "× NumPy, processors",
        "ns a criterion",
        "wrong outcomes",
        "wrong grades",
        "differ",
    )
    cells = options.rows * len(INDICATORS)
    rows = [
        (
            name,
            spread([s * 1000 for s in seconds], ".0f"),
            spread(relative[name]),
            spread(worked[name]),
            f"{middle(seconds) / cells * 1e9:.1f}",
            *(str(count) for count in wrong[name]),
        )
        for name, seconds in taken.wall.items()
    ]
    print(table(head, rows))
    ours = middle(relative[OURS])
    # The target is for a large batch; small ones show what a call costs before the first row.
    met = f": {verdict(ours <= AT_MOST)}" if options.rows >= LARGE else ""
    print(f"\nours ≤ {AT_MOST} × NumPy by hand for {LARGE:,}: here {ours:.2f}{met}")
    print(f"peak memory of all contenders together: {peak_megabytes():.0f} MB")
    if any(any(counts) for counts in wrong.values()):
        raise SystemExit("somebody is wrong")


if __name__ == "__main__":
    main()
