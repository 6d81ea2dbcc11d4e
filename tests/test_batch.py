"""`dudao batch`: the same as each district alone, nothing lost, results whole or not there."""

import csv
import json
import signal
import subprocess
import time
from pathlib import Path

import polars
import pytest
from jsonschema import Draft202012Validator

from engine.commands.common import Exit
from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_file
from engine.language.structure import schema
from engine.reporting.result import result_json
from engine.scoring.assess import assess

from .batching import batch, command, district, files, manifest, place_rules, place_sheets, results
from .support import dudao

FEW = range(1, 13)


# -- the same as alone ---------------------------------------------------------------------------


def test_a_batch_says_what_each_sheet_alone_gives(tmp_path: Path) -> None:
    """Outcome, measure, points, grade and bounds are those of `score`."""
    sheets = place_sheets(tmp_path, FEW)
    assert batch(tmp_path, sheets).code == Exit.INCOMPLETE
    ruleset = load_file(place_rules(tmp_path) / "ruleset.yaml").ruleset
    found = results(tmp_path)
    assert len(found) == len(FEW)
    seen = set()
    for path in sheets.iterdir():
        read = read_sheet(path, ruleset.vocabulary)
        alone = result_json(assess(ruleset, read.sheet, diagnostics=read.diagnostics), "zh")
        record = found[alone["subject"]["code"]]
        assert record["counts"] == alone["counts"]
        assert record["complete"] == alone["complete"]
        assert record["facts_digest"] == alone["facts_digest"]
        assert record["grade"] == {k: alone["grade"][k] for k in ("awarded", "best", "worst")}
        assert record["points"] == {
            "low": alone["points"]["worst"],
            "high": alone["points"]["best"],
        }
        for one, other in zip(record["criteria"], alone["criteria"], strict=True):
            assert one["id"] == other["id"]
            assert one["outcome"] == other["outcome"]
            assert one["possible"] == other["possible"]
            exact = other["measure"] and other["measure"]["exact"]
            assert one["measure"] == exact
            assert one["shown"] == (other["measure"]["shown"] if exact else None)
            seen.add(one["outcome"])
    assert seen >= {"fully_met", "basically_met", "not_met", "undetermined"}


def test_together_gives_the_bytes_of_each_alone(tmp_path: Path) -> None:
    """Records and findings do not depend on what else is in the batch."""
    sheets = place_sheets(tmp_path, FEW)
    batch(tmp_path, sheets)
    together = files(tmp_path / "out")
    lines = (tmp_path / "out" / "results.json").read_text(encoding="utf-8").split("\n")
    for n in FEW:
        batch(tmp_path, sheets / f"d{n}.yaml", out=f"alone{n}")
        alone = files(tmp_path / f"alone{n}")
        name = f"findings/{district(n)['code']}.md"
        assert alone[name] == together[name]
        record = (tmp_path / f"alone{n}" / "results.json").read_text(encoding="utf-8").split("\n")
        assert record[1] in [line.rstrip(",") for line in lines]


@pytest.mark.parametrize("options", [("--chunk", "1"), ("--chunk", "5"), ("--jobs", "2")])
def test_chunks_and_processes_do_not_matter(options: tuple[str, str], tmp_path: Path) -> None:
    """Every file is the same to the byte, the manifest too."""
    sheets = place_sheets(tmp_path, FEW)
    batch(tmp_path, sheets)
    batch(tmp_path, sheets, "--chunk", "4", *options, out="other")
    assert files(tmp_path / "other") == files(tmp_path / "out")
    assert manifest(tmp_path, "other") == manifest(tmp_path)


# -- what is written -----------------------------------------------------------------------------


def test_every_file_says_the_same(tmp_path: Path) -> None:
    """CSV opens in spreadsheets (BOM), and it, Parquet and JSON agree."""
    batch(tmp_path, place_sheets(tmp_path, FEW))
    out = tmp_path / "out"
    assert {p.name for p in out.iterdir()} == {
        "findings",
        "grades.csv",
        "manifest.json",
        "results.csv",
        "results.json",
        "results.parquet",
        "unusable.csv",
    }
    assert (out / "results.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    frame = polars.read_parquet(out / "results.parquet")
    assert frame.columns == list(rows[0])
    told = [[v or "" for v in row] for row in frame.cast(polars.String).iter_rows()]
    assert told == [list(row.values()) for row in rows]
    found = results(tmp_path)
    assert [(r["code"], r["criterion"], r["outcome"]) for r in rows] == [
        (code, c["id"], c["outcome"]) for code, record in found.items() for c in record["criteria"]
    ]
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        grades = {row["code"]: (row["best"], row["worst"]) for row in csv.DictReader(file)}
    assert grades == {c: (r["grade"]["best"], r["grade"]["worst"]) for c, r in found.items()}
    assert list(found) == sorted(found)


def test_results_follow_their_schema(tmp_path: Path) -> None:
    """`batch.schema.json` describes what is written, with margins and without."""
    sheets = place_sheets(tmp_path, FEW)
    validator = Draft202012Validator(dict(schema("batch")))
    for out, options in (("plain", ()), ("margins", ("--margins",))):
        batch(tmp_path, sheets, *options, out=out)
        text = (tmp_path / out / "results.json").read_text(encoding="utf-8")
        assert list(validator.iter_errors(json.loads(text))) == []


def test_a_file_of_findings_lists_what_is_not_met(tmp_path: Path) -> None:
    """The criterion, its facts with their places, the margin, the clause."""
    batch(tmp_path, place_sheets(tmp_path, [1, 3]))
    text = (tmp_path / "out" / "findings" / "990001.md").read_text(encoding="utf-8")
    assert "# 示例区1 990001" in text
    assert "### D.4 小学不超过两千人：完全落实" not in text
    text = (tmp_path / "out" / "findings" / "990003.md").read_text(encoding="utf-8")
    assert "## 尚未落实（2）" in text
    assert "### D.2 大班额：尚未落实" in text
    assert "多 1 班" in text
    assert "d3.yaml:" in text
    assert "示例通知 一.2" in text
    batch(tmp_path, place_sheets(tmp_path, [1, 3]), "--lang", "en", out="en")
    text = (tmp_path / "en" / "findings" / "990003.md").read_text(encoding="utf-8")
    assert "\n## not met (2)\n" in text


def test_the_manifest_names_what_was_read(tmp_path: Path) -> None:
    """The digest of every input, of ruleset and engine, and the counts."""
    sheets = place_sheets(tmp_path, FEW)
    batch(tmp_path, sheets)
    found = manifest(tmp_path)
    assert found["complete"] is True
    assert [Path(i["file"]).name for i in found["inputs"]] == sorted(
        p.name for p in sheets.iterdir()
    )
    assert all(i["digest"].startswith("sha256:") for i in (*found["inputs"], *found["outputs"]))
    assert found["counts"]["scored"] == len(FEW)
    assert found["ruleset"]["digest"].startswith("sha256:")


def test_a_code_cannot_leave_the_folder(tmp_path: Path) -> None:
    """A code with slashes names a file inside `findings`."""
    sheets = place_sheets(tmp_path, [1])
    path = sheets / "d1.yaml"
    text = path.read_text(encoding="utf-8").replace('"990001"', '"../../甲/990001"')
    path.write_text(text, encoding="utf-8")
    batch(tmp_path, sheets)
    names = [p.name for p in (tmp_path / "out" / "findings").iterdir()]
    assert names == ["%2E%2E%2F%2E%2E%2F甲%2F990001.md"]


# -- whole or not there --------------------------------------------------------------------------


def test_results_are_never_written_over(tmp_path: Path) -> None:
    """A folder that is there is left as it is; an empty one may be used."""
    sheets = place_sheets(tmp_path, [1])
    (tmp_path / "out").mkdir()
    assert batch(tmp_path, sheets).code != Exit.USAGE
    before = files(tmp_path / "out")
    assert batch(tmp_path, sheets).code == Exit.USAGE
    assert files(tmp_path / "out") == before


def test_results_may_not_lie_among_the_sheets(tmp_path: Path) -> None:
    """Else the next run would read them as input."""
    sheets = place_sheets(tmp_path, [1])
    ran = dudao("batch", sheets, "-r", place_rules(tmp_path), "--out", sheets / "out")
    assert ran.code == Exit.USAGE
    assert not (sheets / "out").exists()


def test_a_resumed_run_refuses_other_inputs(tmp_path: Path) -> None:
    """Chunks of other sheets, another ruleset or other options are not mixed in."""
    sheets = place_sheets(tmp_path, FEW)
    kill_after(tmp_path, sheets, chunks=3)
    path = sheets / "d1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("8045", "8044"), encoding="utf-8")
    ran = batch(tmp_path, sheets, "--chunk", "1", "--resume")
    assert ran.code == Exit.USAGE
    assert "d1.yaml" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_damaged_chunk_is_scored_again(tmp_path: Path) -> None:
    """A chunk counts only with the digest of what is in it."""
    sheets = place_sheets(tmp_path, FEW)
    kill_after(tmp_path, sheets, chunks=3)
    chunk = tmp_path / ".out.partial" / "chunks" / "000001.chunk"
    chunk.write_bytes(chunk.read_bytes().replace(b"fully_met", b"not_met", 1))
    batch(tmp_path, sheets, "--chunk", "1", "--resume")
    batch(tmp_path, sheets, out="fresh")
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


def kill_after(folder: Path, sheets: Path, *, chunks: int) -> None:
    """Start a run and kill it when so many chunks are finished."""
    process = subprocess.Popen(
        command(folder, sheets, "--chunk", "1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    done = folder / ".out.partial" / "chunks"
    while process.poll() is None and len(list(done.glob("*.chunk"))) < chunks:
        time.sleep(0.001)
    assert process.poll() is None, "the run ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_finished_run_can_be_resumed_too(tmp_path: Path) -> None:
    """Nothing is scored again; the summary and the exit code are those of the run."""
    sheets = place_sheets(tmp_path, FEW)
    first = batch(tmp_path, sheets)
    again = batch(tmp_path, sheets, "--resume")
    assert (again.code, again.out) == (first.code, first.out)
