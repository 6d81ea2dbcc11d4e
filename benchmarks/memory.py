"""The most memory of the columnar engine on the 60-criterion job, in fresh processes.

    python benchmarks/memory.py --rows 10000000

All districts at once (only up to a million), then made, scored and let go chunk by chunk, which
must be as little in the end as after a tenth.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.data import BLOCK, made
from benchmarks.engine_job import awarded, engine, loaded
from benchmarks.job import GRADES
from benchmarks.measuring import machine, peak_megabytes, table, verdict

AT_ONCE = 1_000_000
MOST_MEGABYTES = 4_000
# Flat: after all chunks at most so many times what it was after a tenth of them.
FLAT = 1.1


def at_once(rows: int) -> dict[str, Any]:
    """One frame of all districts, one result."""
    _, plan = loaded()
    frame = made(rows)
    before, start = peak_megabytes(), time.perf_counter()
    result = engine(plan, frame)
    taken = time.perf_counter() - start
    return {
        "facts": frame.estimated_size("mb"),
        "result": result.estimated_size("mb"),
        "before": before,
        "peak": peak_megabytes(),
        "seconds": taken,
    }


def in_chunks(rows: int) -> dict[str, Any]:
    """Chunk by chunk; only how often each grade occurs is kept."""
    _, plan = loaded()
    grades: Counter[str] = Counter()
    seconds, peaks = 0.0, []
    for start in range(0, rows, BLOCK):
        frame = made(min(BLOCK, rows - start), start)
        begun = time.perf_counter()
        found = awarded(engine(plan, frame))
        seconds += time.perf_counter() - begun
        grades.update(GRADES[place] for place in found["best"])
        peaks.append(peak_megabytes())
    tenth = peaks[max(1, len(peaks) // 10) - 1]
    return {"peak": peaks[-1], "tenth": tenth, "seconds": seconds, "best": dict(grades)}


def apart(kind: str, rows: int) -> dict[str, Any]:
    """One of both in a fresh process."""
    command = [sys.executable, __file__, "--rows", str(rows), "--only", kind]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Both, each apart."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, help="not used: memory is measured once")
    parser.add_argument("--only", choices=("once", "chunks"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        found = (at_once if options.only == "once" else in_chunks)(options.rows)
        json.dump(found, sys.stdout)
        return
    print(machine(("polars",)), "\n")
    rows, targets = [], []
    if options.rows <= AT_ONCE:
        found = apart("once", options.rows)
        shown = (f"{found[key]:,.0f}" for key in ("peak", "before", "facts", "result"))
        rows.append((f"{options.rows:,} at once", *shown, f"{found['seconds']:.1f}"))
        met = verdict(found["peak"] < MOST_MEGABYTES)
        targets.append(f"at once < {MOST_MEGABYTES:,} MB: {found['peak']:,.0f}: {met}")
    found = apart("chunks", options.rows)
    name = f"{options.rows:,} in chunks of {BLOCK:,}"
    rows.append((name, f"{found['peak']:,.0f}", "", "", "", f"{found['seconds']:.1f}"))
    met = verdict(found["peak"] <= FLAT * found["tenth"])
    ends = f"{found['tenth']:,.0f} MB after a tenth, {found['peak']:,.0f} in the end"
    targets.append(f"flat in chunks: {ends}: {met}")
    head = ("districts", "peak MB", "before scoring", "facts MB", "result MB", "s of scoring")
    print(table(head, rows))
    print("\n" + "\n".join(f"target: {target}" for target in targets))


if __name__ == "__main__":
    main()
