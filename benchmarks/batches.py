"""`dudao batch`, process start included: 3,000 districts in files to all results on disk.

    python benchmarks/batches.py --districts 3000

`dudao sample` makes a folder of YAML sheets; the same districts are written as one workbook and
one Parquet file, a row a district. Every way must give the same outcomes and grades.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measuring import machine, middle, peak_megabytes, spread, table, verdict
from engine.facts.sheet import FactSheet, year_of
from engine.facts.sheet_reader import read_sheet
from engine.facts.values import Answer, Bound, Measured, Stated, show_stated
from engine.language.loader import load_ruleset
from engine.language.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parent.parent
RULESET = "changde-county-duty@2022"
AT_MOST, MANY = 5.0, 3_000
# So often, in seconds, the memory of a process is looked at.
_LOOK = 0.01
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds by the wall clock, seconds of processors, the most memory of one process."""

    wall: float
    cpu: float
    megabytes: float


def process(command: list[str], folder: Path) -> Run:
    """Run a command; it must do its work (0, or 4 for an incomplete result)."""
    with tempfile.TemporaryFile() as errors:
        start, most = time.perf_counter(), 0.0
        running = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        ended = 0
        while not ended:
            time.sleep(_LOOK)
            most = max(most, *map(peak_megabytes, _family(running.pid)))
            ended, status, used = os.wait4(running.pid, os.WNOHANG)
        wall = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode()
    if running.returncode not in (0, 4):
        raise SystemExit(f"{' '.join(command)} failed with {running.returncode}:\n{said[-2000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, most)


def _family(pid: int) -> list[int]:
    """A process and all that it started, where the system tells."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(child) for child in children.read_text(encoding="utf-8").split()]
    except OSError:
        found = []
    return [pid, *(one for child in found for one in _family(child))]


def dudao(*arguments: str | Path) -> Run:
    """Run our command in a process of its own."""
    return process([sys.executable, str(ROOT / "cli.py"), *map(str, arguments)], ROOT)


def rows_of(folder: Path, vocabulary: Vocabulary) -> Iterator[Cells]:
    """A row for each sheet, under the headings that a table of districts has."""
    for path in sorted(folder.glob("*.yaml")):
        sheet = read_sheet(path, vocabulary).sheet
        subject = sheet.subject
        yield {
            "code": subject.code,
            "name": subject.name,
            "kind": subject.kind,
            "evaluation_year": sheet.year,
            **subject.attributes,
            **dict(_facts(sheet, vocabulary)),
        }


def _facts(sheet: FactSheet, vocabulary: Vocabulary) -> Iterator[tuple[str, Any]]:
    for (fact, year), entries in sheet.entries.items():
        own = year_of(fact, sheet.year, vocabulary) == year
        cell = _cell(entries[0].stated, vocabulary, fact)
        yield (fact if own else f"{fact}@{year}"), cell


def _cell(stated: Stated, vocabulary: Vocabulary, fact: str) -> Any:
    """A number in the declared unit, yes or no, or a text."""
    if isinstance(stated, Answer):
        return stated.value
    if isinstance(stated, Measured) and stated.bound is Bound.EXACT:
        number = stated.value / vocabulary.facts[fact].unit.scale
        decimal = Decimal(number.numerator) / Decimal(number.denominator)
        if number == decimal and vocabulary.facts[fact].unit.name != "1:n":
            return float(decimal)
    return show_stated(stated)


def as_parquet(rows: list[Cells], path: Path) -> None:
    """Columns of numbers, of booleans, or of texts where one of them is a text."""
    columns = []
    for name in dict.fromkeys(name for row in rows for name in row):
        values = [row.get(name) for row in rows]
        kinds = {type(value) for value in values if value is not None}
        if len(kinds) > 1:
            values = [None if value is None else str(value) for value in values]
        columns.append(pl.Series(name, values))
    pl.DataFrame(columns).write_parquet(path)


def as_workbook(rows: list[Cells], path: Path) -> None:
    """One sheet, a row a district."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("districts")
        page.write_row(0, 0, names)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(names):
                if (value := row.get(name)) is not None:
                    page.write(number, place, value)


def outcomes(folder: Path) -> pl.DataFrame:
    """What the results say, in one order."""
    found = pl.read_parquet(folder / "results.parquet", columns=["code", "criterion", "outcome"])
    grades = pl.read_csv(folder / "grades.csv", infer_schema=False)
    graded = grades.select(
        "code", pl.lit("grade").alias("criterion"), pl.col("grade").alias("outcome")
    )
    return pl.concat([found.cast(pl.String), graded]).sort("code", "criterion")


def main() -> None:
    """Measure every form of input with one and with two processes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--districts", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    count, rounds = options.districts, options.rounds
    print(machine(("polars", "python-calamine", "xlsxwriter", "pyyaml")), "\n")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        made = dudao("sample", "-r", RULESET, "--districts", str(count), "--out", work / "made")
        rows = list(rows_of(work / "made" / "sheets", load_ruleset(RULESET).ruleset.vocabulary))
        as_parquet(rows, work / "districts.parquet")
        as_workbook(rows, work / "districts.xlsx")
        sources = {
            "folder of YAML": work / "made" / "sheets",
            "workbook": work / "districts.xlsx",
            "Parquet": work / "districts.parquet",
        }
        runs: dict[tuple[str, int], list[Run]] = {}
        first: pl.DataFrame | None = None
        for round_ in range(rounds):
            for form, source in sources.items():
                for jobs in (1, 2):
                    out = work / f"out-{round_}-{jobs}-{form}"
                    done = dudao("batch", source, "-r", RULESET, "--out", out, "--jobs", str(jobs))
                    runs.setdefault((form, jobs), []).append(done)
                    found = outcomes(out)
                    first = found if first is None else first
                    if not found.equals(first):
                        raise SystemExit(f"{form} gives other results")
    lines = [
        (
            form,
            str(jobs),
            spread([run.wall for run in found], ".1f"),
            f"{middle(run.cpu for run in found):.1f}",
            f"{middle(run.wall for run in found) / count * 1000:.1f}",
            f"{max(run.megabytes for run in found):.0f}",
        )
        for (form, jobs), found in runs.items()
    ]
    head = ("input", "jobs", "s", "s of processors", "ms a district", "MB of the largest process")
    print(f"{count:,} districts of {RULESET}, {rounds} rounds; all outcomes agree\n")
    print(table(head, lines))
    best = min(middle(run.wall for run in runs["Parquet", jobs]) for jobs in (1, 2))
    met = f": {verdict(best < AT_MOST)}" if count >= MANY else ""
    print(f"\ntarget: Parquet of {MANY:,} to all results < {AT_MOST} s: here {best:.1f} s{met}")
    print(f"(dudao sample of the {count:,} districts took {made.wall:.0f} s)")


if __name__ == "__main__":
    main()
