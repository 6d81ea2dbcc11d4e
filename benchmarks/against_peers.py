"""The job in each peer, in an environment of its own: time a district, wrong outcomes.

Row-at-a-time peers run on fewer districts, as said in the table, and their time a district is
compared with that of our columnar engine. OpenFisca runs beside it in one process, in alternation.
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
from benchmarks.engine_job import loaded, sheets
from benchmarks.environments import ROOT, python_of
from benchmarks.job import INDICATORS
from benchmarks.measuring import machine, middle, spread, table, verdict
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
INTERPRETED = 100
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
        start = time.perf_counter()
        assessments = [assess(ruleset, sheet) for sheet in given]
        seconds.append(time.perf_counter() - start)
    outcomes = [[places[result.outcome] for result in one.results] for one in assessments]
    return {
        "package": "dudao, interpreter with trace",
        "rows": len(rows),
        "seconds": seconds,
        "outcomes": outcomes,
        "grades": [(one.grade.best, one.grade.worst) for one in assessments if one.grade],
    }


def main() -> None:
    """All peers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="for ours and for OpenFisca")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(machine(("polars",)), "\n")
    rows = rows_of(made(3_000))
    right = oracle.truths(rows)
    size = ("--rows", str(options.rows), "--rounds", str(options.rounds))
    lines: list[tuple[str, ...]] = []
    targets = []
    fisca = ran("openfisca", "openfisca_duty", *size)
    ours: float | None = None
    if fisca is None:
        lines.append(("openfisca-core", "not installed", "", "", "", ""))
    else:
        ours = middle(fisca["ours"]) / options.rows
        for name, key in (("dudao, columnar", "ours"), (fisca["package"], "theirs")):
            each = [seconds / options.rows * 1e6 for seconds in fisca[key]]
            relative = [a / b for a, b in zip(fisca[key], fisca["ours"], strict=True)]
            wrong = _wrong(fisca["mine"] if key == "ours" else fisca, right)
            lines.append((name, f"{options.rows:,}", spread(each), spread(relative, ".1f"), *wrong))
        found = middle(relative)
        targets.append(f"ours ≥ {TWICE} × OpenFisca: {found:.1f}: {verdict(found >= TWICE)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text(json.dumps(rows), encoding="utf-8")
        reports = {}
        for module, environment, count in ROW_AT_A_TIME:
            given = ("--rows", str(count), "--rounds", str(options.rounds))
            reports[module] = ran(environment, module, str(path), *given)
    reports["interpreter"] = interpreted(rows[:INTERPRETED], options.rounds)
    for module, report in reports.items():
        if report is None:
            lines.append((module, "not installed", "", "", "", ""))
            continue
        each = [seconds / report["rows"] * 1e6 for seconds in report["seconds"]]
        times = "" if ours is None else f"{middle(each) / 1e6 / ours:,.0f}"
        lines.append(
            (
                report["package"],
                f"{report['rows']:,}",
                spread(each, ",.0f"),
                times,
                *_wrong(report, right),
            )
        )
        if ours is not None and module != "interpreter":
            found = middle(each) / 1e6 / ours
            targets.append(
                f"ours ≥ {MUCH} × {report['package']}: {found:,.0f}: {verdict(found >= MUCH)}"
            )
    head = ("contender", "districts", "µs a district", "× ours", "wrong outcomes", "wrong grades")
    print(table(head, lines))
    print("\n" + "\n".join(f"target: {target}" for target in targets))


def _wrong(report: dict[str, Any], right: list[oracle.Truth]) -> tuple[str, str]:
    """Wrong outcomes and grades, of how many."""
    true = right[: len(report["outcomes"])]
    outcomes = oracle.wrong_verdicts(report["outcomes"], true)
    grades = oracle.wrong_grades([tuple(pair) for pair in report["grades"]], true)
    return f"{outcomes:,} of {len(true) * len(INDICATORS):,}", f"{grades:,} of {len(true):,}"


if __name__ == "__main__":
    main()
