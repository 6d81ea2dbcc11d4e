"""Measures one pre-check, process start included, beside `import click` on the same machine.

Runs alternate, so that whatever else the machine does falls on both. Told are medians, spread and
the ratio, for the wall clock and for processor time, which other programs disturb less.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measuring import machine

ROOT = Path(__file__).resolve().parent.parent
SHEET, RULESET = "fixtures/dingcheng-2022.yaml", "changde-county-duty@2022"
# DESIGN 11: under three times `python -c "import click"` plus 0.2 s.
TIMES, PLUS = 3, 0.2
LIBRARIES = ("click", "jsonschema", "lark", "pyyaml", "tabulate", "wcwidth")
NAMES = ("import click", "dudao score", "dudao score --format json")


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds by the wall clock and of processor time."""

    wall: float
    cpu: float


def commands() -> dict[str, list[str]]:
    """What is measured, by name."""
    score = [sys.executable, str(ROOT / "cli.py"), "score", SHEET, "-r", RULESET]
    return {
        NAMES[0]: [sys.executable, "-c", "import click"],
        NAMES[1]: score,
        NAMES[2]: [*score, "--format", "json"],
    }


def run(command: Sequence[str], environment: dict[str, str]) -> Run:
    """Run a command once; it must do its work (0, or 4 for an incomplete result)."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 4):
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu)


def measure(rounds: int) -> dict[str, list[Run]]:
    """Every command once a round, after one round that is not counted: it compiles the modules."""
    # Python's compiled modules, as an installation has them, but not written into the checkout.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    runs: dict[str, list[Run]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        for number in range(rounds + 1):
            for name, command in commands().items():
                taken = run(command, environment)
                if number:
                    runs[name].append(taken)
    return runs


def report(runs: dict[str, list[Run]]) -> str:
    """Medians with their spread, ratios, and whether the target is met."""
    lines = [
        machine(LIBRARIES),
        "",
        f"{'milliseconds':26} {'wall':>6}  {'from–to':>11} {'cpu':>6}  ratio of cpu",
    ]
    base = statistics.median(r.cpu for r in runs[NAMES[0]])
    for name, found in runs.items():
        walls, cpus = [r.wall * 1000 for r in found], [r.cpu * 1000 for r in found]
        spread = f"{min(walls):.0f}–{max(walls):.0f}"
        middle = statistics.median(cpus)
        lines.append(
            f"{name:26} {statistics.median(walls):6.0f}  {spread:>11} {middle:6.0f}  "
            f"{middle / 1000 / base:12.1f}"
        )
    lines.append("")
    for kind in ("wall", "cpu"):
        click, score = (statistics.median(getattr(r, kind) for r in runs[n]) for n in NAMES[:2])
        limit = TIMES * click + PLUS
        verdict = "met" if score < limit else "missed"
        lines.append(
            f"target, {kind}: dudao score < {TIMES} × import click + {PLUS} s: "
            f"{score:.3f} s < {limit:.3f} s: {verdict}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="how often each command runs")
    print(report(measure(parser.parse_args().rounds)))


if __name__ == "__main__":
    main()
