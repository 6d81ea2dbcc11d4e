"""The front door of the benchmarks: `make bench ARGS='columns peers'`; by default all quick parts.

Each part is a script of its own with its own options (`python benchmarks/start.py --help`), run in
its own process and environment, one after the other. Nothing here is a test.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.environments import ROOT, python_of


@dataclass(frozen=True, slots=True)
class Part:
    """One measurement: its script, how often and how, the environment, whether it is quick."""

    script: str
    what: str
    runs: tuple[tuple[str, ...], ...] = ((),)
    environment: str = ""
    quick: bool = True


PARTS = {
    "start": Part("start.py", "one pre-check, process start included"),
    "columns": Part(
        "columns.py",
        "the columnar engine and the same job by hand in NumPy, Polars and DuckDB",
        (
            ("--rows", "3000", "--rounds", "9", "--texts"),
            ("--rows", "100000", "--rounds", "7", "--texts"),
            ("--rows", "1000000", "--rounds", "5"),
        ),
        "columns",
    ),
    "peers": Part("against_peers.py", "rule engines, and our own interpreter"),
    "batches": Part("batches.py", "3,000 districts in files to all results"),
    "schools": Part(
        "schools.py", "500,000 rows of schools, 20 million rows of classes", environment="columns"
    ),
    "aggregate": Part("aggregation.py", "2 million classes in Parquet to facts of districts"),
    "aggregate20": Part(
        "aggregation.py", "the same for 20 million", (("--rows", "20000000"),), quick=False
    ),
    "memory": Part("memory.py", "peak memory of 1,000,000 districts, and of chunks"),
    "memory10": Part(
        "memory.py", "the same for 10,000,000 districts", (("--rows", "10000000"),), quick=False
    ),
}


def main() -> int:
    """Run the parts that are named."""
    parser = argparse.ArgumentParser(
        description=__doc__.partition("\n")[0],
        epilog="\n".join(f"{name:12}{part.what}" for name, part in PARTS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="default: all quick ones")
    parser.add_argument("--rounds", help="rounds, for the parts that are named")
    options = parser.parse_args()
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    names = options.parts or [name for name, part in PARTS.items() if part.quick]
    failed = []
    for name in names:
        part = PARTS[name]
        python = python_of(part.environment) if part.environment else Path(sys.executable)
        for arguments in part.runs:
            print(f"\n== {name}: {part.what} {' '.join(arguments)}\n", flush=True)
            if python is None:
                print("not measured: its environment cannot be installed")
                continue
            more = ["--rounds", options.rounds] if options.rounds else []
            command = [str(python), str(ROOT / "benchmarks" / part.script), *arguments, *more]
            start = time.perf_counter()
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                failed.append(name)
            print(f"\n({time.perf_counter() - start:.0f} s)", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
