"""A batch that loses nothing: spoiled sheets are listed, and a killed run leaves nothing half."""

import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.commands.common import Exit

from .batching import batch, command, district, files, manifest, place_sheets, results

# -- spoiled sheets ------------------------------------------------------------------------------

EVERY, SPOILED = 150, 40


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to spoil a sheet: what is done to its file, and what the batch must say of it."""

    name: str
    spoil: Callable[[Path], None]
    code: str
    at: str = ""


def kind(name: str, edit: Callable[[str], str | bytes], code: str, at: str = "") -> Kind:
    """A way to spoil the text of a sheet."""

    def spoil(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        spoilt = edit(text)
        data = spoilt if isinstance(spoilt, bytes) else spoilt.encode("utf-8")
        assert data != text.encode("utf-8"), name
        path.write_bytes(data)

    return Kind(name, spoil, code, at)


def put(old: str, new: str) -> Callable[[str], str]:
    """Another text in the place of one that is there once."""

    def edit(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return edit


def bomb(text: str) -> str:
    """A document that would unfold into a billion entries."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join([*lines, text])


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dead_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("moved away.yaml"))


def code_of(number: int) -> Callable[[str], str]:
    """The code of another subject."""
    return lambda text: re.sub('code: "[0-9]+"', f'code: "{district(number)["code"]}"', text)


def without_rows(text: str) -> str:
    """A table that is said to lie beside the sheet, where it does not."""
    return re.sub("  schools:\n(    - .*\n)+", "  schools: gone.csv\n", text)


KINDS = (
    kind("cut short", lambda text: text[: text.index("示例区")], "yaml-syntax", ":1:32"),
    kind("GBK", lambda text: text.encode("gb18030"), "not-utf8", ":1:34"),
    kind("tabs", put("  children.all", "\tchildren.all"), "yaml-syntax", ":4:1"),
    kind("alias bomb", bomb, "yaml-anchor", ":1:5"),
    kind("duplicate key", put("year: 2022\n", "year: 2022\nyear: 2022\n"), "duplicate-key", ":3:1"),
    kind("unknown fact", put("children.all:", "hospital.beds:"), "unknown-fact", ":4:3"),
    kind("misspelt fact", put("children.all:", "children.al:"), "unknown-fact", ":4:3"),
    kind("other vocabulary", lambda text: text.replace(".", ".total_"), "unknown-fact", ":4:3"),
    kind("unit", put("16,090人", "16,090 万元"), "unit-of-value", ":4:17"),
    kind("NaN", put("'16,090人'", ".nan"), "not-a-number", ":4:17"),
    kind("huge", put("16,090人", "9" * 400), "number-too-long", ":4:17"),
    kind("empty", lambda text: "", "empty-file"),
    kind("binary", lambda text: bytes(range(256)) * 8, "not-utf8", ":2:118"),
    Kind("folder", folder, "is-a-directory"),
    Kind("dead link", dead_link, "file-missing"),
    kind("year", put("year: 2022\n", "year: [2022]\n"), "wrong-type", ":2:7"),
    kind("no code", lambda text: re.sub('code: "[0-9]+", ', "", text), "missing-key", ":1:10"),
    kind("same subject", code_of(EVERY + 1), "duplicate-subject"),
    kind("no table", without_rows, "file-missing", ":11:12"),
    kind("broken integrity", put("16,090人", "10"), "integrity-error", ":5:20"),
)


def test_spoiled_sheets_are_listed_and_the_others_scored(tmp_path: Path) -> None:
    """Twenty ways to spoil a sheet, twice each among 150: those listed, all others as without."""
    assert 2 * len(KINDS) == SPOILED
    sheets = place_sheets(tmp_path, range(1, EVERY + 1))
    batch(tmp_path, sheets, out="whole")
    spoiled = dict(zip(range(1, SPOILED + 1), KINDS * 2, strict=True))
    for number, how in spoiled.items():
        how.spoil(sheets / f"d{number}.yaml")
    ran = batch(tmp_path, sheets)
    assert ran.code == Exit.UNUSABLE
    assert f"无法使用，未评（{SPOILED} 份）" in ran.out
    whole = results(tmp_path, "whole")
    good = [district(number)["code"] for number in range(SPOILED + 1, EVERY + 1)]
    assert results(tmp_path) == {code: whole[code] for code in good}
    listed = {Path(one["place"]).stem: one["diagnostics"] for one in manifest(tmp_path)["unusable"]}
    assert set(listed) == {f"d{number}" for number in spoiled}
    for number, how in spoiled.items():
        first = next(d for d in listed[f"d{number}"] if d["severity"] == "error")
        place = f"{sheets}/d{number}.yaml{how.at}"
        assert (first["code"], first["place"]) == (how.code, place), how.name
        assert re.search(rf"^{re.escape(place)} .*{re.escape(first['message'])}", ran.out, re.M)


def test_a_figure_outside_its_range_is_scored_and_said(tmp_path: Path) -> None:
    """It may be true, so nothing is lost; what was proved does not cover it, so it is told."""
    sheets = place_sheets(tmp_path, [1, 2])
    put_range = put("classes.all: '200'", "classes.all: '200000'")
    kind("range", put_range, "out-of-range").spoil(sheets / "d1.yaml")
    assert batch(tmp_path, sheets).code != Exit.UNUSABLE
    warned = {code: record["warnings"] for code, record in results(tmp_path).items()}
    assert warned == {"990001": ["out-of-range"], "990002": []}


# -- killed runs ---------------------------------------------------------------------------------

MOMENTS = 5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_killed_at_any_moment_leaves_nothing_half(jobs: str, tmp_path: Path) -> None:
    """Killed at random moments of its time: no results or whole ones; resumed, the same bytes."""
    sheets = place_sheets(tmp_path, range(1, 61))
    run = command(tmp_path, sheets, "--chunk", "3", "--jobs", jobs)
    out, partial = tmp_path / "out", tmp_path / ".out.partial"
    began = time.monotonic()
    assert finished(run) == Exit.INCOMPLETE
    takes = time.monotonic() - began
    whole = everything(out)
    moments = random.Random(f"20260101 {jobs}")
    for part in range(MOMENTS):
        share = (part + moments.random()) / MOMENTS
        shutil.rmtree(out)
        while (ended := killed(run, share * takes)) is not None:
            takes = ended
            shutil.rmtree(out)
        assert not out.exists() or everything(out) == whole
        assert finished([*run, "--resume"]) == Exit.INCOMPLETE
        assert everything(out) == whole
        assert not partial.exists()


def finished(run: list[str]) -> int:
    """The exit code of a run that nobody disturbs."""
    return subprocess.run(run, capture_output=True, check=False).returncode


def killed(run: list[str], after: float) -> float | None:
    """Kill a run after so many seconds; None, or how long it took where it had ended before."""
    began = time.monotonic()
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return None if process.wait() == -signal.SIGKILL else time.monotonic() - began


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of results, the manifest too."""
    return {**files(folder), "manifest.json": (folder / "manifest.json").read_bytes()}
