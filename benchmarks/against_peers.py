"""The job in each peer, in an environment of its own: time a district, wrong outcomes.

OpenFisca runs beside our columnar engine in one process, in alternation. Row-at-a-time peers run
each in a process of its own on fewer districts, as said in the table; since that is not at the same
time, processor time a district is compared with that of ours, of which both are told.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import oracle
from benchmarks.data import made, rows_of
from benchmarks.engine_job import engine, loaded, sheets
from benchmarks.environments import ROOT, python_of
from benchmarks.job import INDICATORS
from benchmarks.measuring import alternated, machine, middle, ratios, spread, table, verdict
from engine.language.model import Outcome
from engine.scoring.assess import assess

# Module, environment, how many districts.
ROW_AT_A_TIME = (
    ("cel_rust", "rules", 1_000),
    ("zen_rules", "rules", 1_000),
    ("json_logic_rules", "rules", 1_000),
    ("rule_engine_rules", "rules", 1_000),
    ("cel_python", "rules", 30),
    ("durable_facts", "durable", 300),
)
INTERPRETED, CHECKED = 100, 3_000
_WRONG = ("wrong outcomes", "wrong grades")
TWICE, MUCH = 2, 300


def ran(environment: str, module: str, *arguments: str) -> dict[str, Any] | None:
    """What a peer reports; None, and why on standard error, where it does not run."""
    python = python_of(environment)
    if python is None:
        return None
    command = [str(python), f"benchmarks/peers/{module}.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{module} failed:\n{done.stderr[-2000:]}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def interpreted(rows: list[dict[str, int | bool | None]], rounds: int) -> dict[str, Any]:
    """Our own interpreter, which keeps the whole trace, on sheets that are read already."""
    ruleset, _ = loaded()
    given, places = sheets(rows, ruleset), {o: place for place, o in enumerate(Outcome)}
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        assessments = [assess(ruleset, sheet) for sheet in given]
        seconds.append(time.process_time() - start)
    outcomes = [[places[result.outcome] for result in one.results] for one in assessments]
    return {
        "package": "dudao, interpreter with trace",
        "rows": len(rows),
        "seconds": seconds,
        "outcomes": outcomes,
        "grades": [(one.grade.best, one.grade.worst) for one in assessments if one.grade],
    }


def beside_openfisca(rows: int, rounds: int, right: list[oracle.Truth]) -> None:
    """Both on many districts, by the wall clock, in alternation."""
    found = ran("openfisca", "openfisca_duty", "--rows", str(rows), "--rounds", str(rounds))
    if found is None:
        print("openfisca-core: not installed")
        return
    lines = []
    for name, key in (("dudao, columnar", "ours"), (found["package"], "theirs")):
        each = [seconds / rows * 1e6 for seconds in found["wall"][key]]
        relative, worked = (ratios(found[kind], "ours")[key] for kind in ("wall", "work"))
        wrong = _wrong(found["mine"] if key == "ours" else found, right)
        lines.append((name, spread(each), spread(relative, ".1f"), spread(worked, ".1f"), *wrong))
    print(f"{rows:,} districts, {rounds} rounds\n")
    print(table(("contender", "µs a district", "× ours", "processors", *_WRONG), lines))
    times = middle(relative)
    print(f"\ntarget: ours ≥ {TWICE} × OpenFisca: {times:.1f}: {verdict(times >= TWICE)}\n")


def beside_rows(rows: int, rounds: int, right: list[oracle.Truth], path: Path) -> None:
    """Those that take one district at a time: what they work against how long we take.

    They have one thread, so a clock would say at least as much of them; ours has two.
    """
    _, plan = loaded()
    frame = made(rows)
    taken = alternated({"ours": lambda: engine(plan, frame)}, rounds)
    each, worked = (
        [seconds / rows * 1e6 for seconds in one["ours"]] for one in (taken.wall, taken.work)
    )
    ours = middle(each)
    lines: list[tuple[str, ...]] = [
        ("dudao, columnar", f"{rows:,}", spread(each), "1", "", ""),
        (
            "dudao, its processors",
            f"{rows:,}",
            spread(worked),
            f"{middle(worked) / ours:.1f}",
            "",
            "",
        ),
    ]
    targets = []
    for module, environment, count in ROW_AT_A_TIME:
        given = ("--rows", str(count), "--rounds", str(rounds))
        report = ran(environment, module, str(path), *given)
        if report is None:
            lines.append((module, "not installed", "", "", "", ""))
            continue
        lines.append(_line(report, ours, right))
        times = middle(report["seconds"]) / report["rows"] * 1e6 / ours
        met = verdict(times >= MUCH)
        targets.append(f"target: ours ≥ {MUCH} × {report['package']}: {times:,.0f}: {met}")
    own = rows_of(made(INTERPRETED))
    lines.append(_line(interpreted(own, rounds), ours, right))
    head = ("contender", "districts", "µs a district", "× ours", *_WRONG)
    print(table(head, lines))
    print("\n" + "\n".join(targets))


def main() -> None:
    """All peers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="for ours and for OpenFisca")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine(("polars",)), "\n")
    rows = rows_of(made(CHECKED))
    right = oracle.truths(rows)
    beside_openfisca(options.rows, options.rounds, right)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        beside_rows(options.rows, options.rounds, right, path)


def _line(report: dict[str, Any], ours: float, right: list[oracle.Truth]) -> tuple[str, ...]:
    each = [seconds / report["rows"] * 1e6 for seconds in report["seconds"]]
    times = f"{middle(each) / ours:,.0f}"
    wrong = _wrong(report, right)
    return report["package"], f"{report['rows']:,}", spread(each, ",.0f"), times, *wrong


def _wrong(report: dict[str, Any], right: list[oracle.Truth]) -> tuple[str, str]:
    """Wrong outcomes and grades, of how many."""
    true = right[: len(report["outcomes"])]
    outcomes = oracle.wrong_verdicts(report["outcomes"], true)
    grades = oracle.wrong_grades([tuple(pair) for pair in report["grades"]], true)
    return f"{outcomes:,} of {len(true) * len(INDICATORS):,}", f"{grades:,} of {len(true):,}"


if __name__ == "__main__":
    main()
