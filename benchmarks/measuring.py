"""Taking times: contenders in alternation, medians, spread, ratios within a round."""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Task = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of each task in each round, by the wall clock and of all processors.

    The wall clock is what a user waits for; processor time is what to compare on a busy machine.
    """

    wall: Mapping[str, Sequence[float]]
    work: Mapping[str, Sequence[float]]


def alternated(tasks: Mapping[str, Task], rounds: int) -> Taken:
    """Each task once a round, after one round that is not counted."""
    wall: dict[str, list[float]] = {name: [] for name in tasks}
    work: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            gc.collect()
            start, start_work = time.perf_counter(), time.process_time()
            result = task()
            seconds, worked = time.perf_counter() - start, time.process_time() - start_work
            del result
            if number:
                wall[name].append(seconds)
                work[name].append(worked)
    return Taken(wall, work)


def ratios(taken: Mapping[str, Sequence[float]], base: str) -> dict[str, list[float]]:
    """What each took for one of the base, round by round."""
    return {
        name: [mine / one for mine, one in zip(found, taken[base], strict=True)]
        for name, found in taken.items()
    }


def middle(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median and from where to where."""
    return f"{middle(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def verdict(met: bool) -> str:
    """How a target ends."""
    return "met" if met else "MISSED"


def machine(libraries: Iterable[str]) -> str:
    """What was measured on, how busy it is, and with which versions."""
    found = []
    for name in libraries:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return (
        f"{_processor()}, {os.cpu_count()} processors, {platform.system()}, "
        f"load {os.getloadavg()[0]:.1f}\nPython {platform.python_version()}, {', '.join(found)}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def peak_megabytes(pid: int | str = "self") -> float:
    """The most memory that a process has held so far; 0 where the system does not tell.

    What `getrusage` tells of a process begins with the memory of the one that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0][1]) / 1024 if lines else 0.0


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns aligned, as it goes into the README."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    shown = [" | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    rule = "|".join("-" * (w + 2) for w in widths)
    return "\n".join([f"| {shown[0]} |", f"|{rule}|", *(f"| {line} |" for line in shown[1:])])
