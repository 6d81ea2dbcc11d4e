"""What programs read keeps to the published schemas: results of shipped rulesets, batches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars
import pytest
from jsonschema import Draft202012Validator

from engine.commands.common import Exit
from engine.language.catalogue import installed
from engine.language.structure import schema
from engine.locale import LANGS, Lang
from engine.reporting.editor_schemas import RESULTS

from .batching import batch, csv_text, district, place_sheets, wide
from .support import ROOT, Ran, dudao
from .test_batch_ranks import SILENT, rules, table

SHEETS = sorted((ROOT / "fixtures").glob("*.yaml"))
ALONE = [one.name for one in installed() if one.name != "zhoushan-key-tasks@2007"]


def wrong(name: str, data: Any) -> list[str]:
    """Where data depart from a published schema."""
    validator = Draft202012Validator(dict(schema(name)))
    return [f"{e.json_path}: {e.message}" for e in validator.iter_errors(data)]


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Everything in a schema that says which keys there are."""
    if isinstance(part, list):
        for item in part:
            yield from objects(item)
    elif isinstance(part, dict):
        if "properties" in part and part.get("type") == "object":
            yield part
        for item in part.values():
            yield from objects(item)


@pytest.mark.parametrize("name", RESULTS)
def test_each_schema_is_sound_and_closed(name: str) -> None:
    """A valid schema; no key is allowed that it does not name."""
    Draft202012Validator.check_schema(dict(schema(name)))
    found = list(objects(dict(schema(name))))
    assert len(found) > 5
    assert all(one["additionalProperties"] is False for one in found)
    assert all(set(one.get("required", ())) <= set(one["properties"]) for one in found)


@pytest.mark.parametrize("name", ["summary", "manifest"])
def test_each_key_of_a_batch_is_explained(name: str) -> None:
    """In a line, there or where the key refers to."""
    keys = [item for one in objects(dict(schema(name))) for item in one["properties"].items()]
    assert len(keys) > 50
    assert [key for key, part in keys if not part.get("description") and "$ref" not in part] == []


@pytest.mark.parametrize("ruleset", ALONE)
def test_shipped_rulesets_give_valid_results(ruleset: str) -> None:
    """Of every fixture."""
    ran = dudao("score", *SHEETS, "-r", ruleset, "--format", "json")
    assert ran.code in (Exit.DONE, Exit.INCOMPLETE, Exit.UNUSABLE), ran.err
    found = json.loads(ran.out)
    assert len(found) == len(SHEETS) >= 5
    assert [fault for one in found for fault in wrong("result", one)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_batch_of_a_shipped_ruleset_is_valid(lang: Lang, tmp_path: Path) -> None:
    """Records, summary and manifest of real districts, one of them unusable for this ruleset."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    for sheet in SHEETS:
        (folder / sheet.name).write_bytes(sheet.read_bytes())
    run = ("batch", folder, "-r", "changde-county-duty@2022", "--out", tmp_path / "out")
    check(dudao(*run, "--margins", "--format", "json", "--lang", lang), tmp_path / "out")


def check(ran: Ran, out: Path, *, records: bool = True) -> dict[str, Any]:
    """The summary of a run, when all that it wrote is valid."""
    assert ran.code in (Exit.DONE, Exit.INCOMPLETE, Exit.UNUSABLE), ran.err
    summary: dict[str, Any] = json.loads(ran.out)
    assert wrong("summary", summary) == []
    assert wrong("manifest", json.loads((out / "manifest.json").read_text(encoding="utf-8"))) == []
    if records:
        text = (out / "results.json").read_text(encoding="utf-8")
        assert wrong("batch", json.loads(text)) == []
    return summary


def test_every_option_of_a_batch_is_valid(tmp_path: Path) -> None:
    """--only, --against, --margins, with spoiled rows and doubtful figures among the others."""
    first = place_sheets(tmp_path, range(1, 13))
    batch(tmp_path, first, "--format", "json", out="earlier")
    changed = tmp_path / "districts.csv"
    rows = [{**row, "classes.large": str(n)} for n, row in enumerate(wide(range(2, 14)))]
    rows[3]["children.public"] = "很多"
    rows[4]["classes.all"] = "100001"
    changed.write_text(csv_text(rows), encoding="utf-8")
    options = ("--only", "D.2", "--against", tmp_path / "earlier", "--margins", "--format", "json")
    found = check(batch(tmp_path, changed, *options), tmp_path / "out")
    assert found["only"]
    assert found["against"]["moved"]
    assert found["margins"]["near"]
    assert found["unusable"]
    assert found["remarks"]


def test_a_batch_that_compares_is_valid(tmp_path: Path) -> None:
    """With what waits for others, in the records, the summary and the manifest."""
    run = ("batch", table(tmp_path, SILENT), "-r", rules(tmp_path), "--out", tmp_path / "out")
    assert check(dudao(*run, "--format", "json"), tmp_path / "out")["waiting"]


def test_a_batch_by_columns_is_valid(tmp_path: Path) -> None:
    """The summary and the manifest; the records are Parquet."""
    rows = wide(range(1, 13))
    rows[2]["children.public"] = "很多"
    polars.DataFrame(rows).write_parquet(tmp_path / "districts.parquet")
    options = ("--engine", "columns", "--format", "json")
    ran = batch(tmp_path, tmp_path / "districts.parquet", *options)
    found = check(ran, tmp_path / "out", records=False)
    assert [one["code"] for one in found["unusable"]] == [district(3)["code"]]


def test_the_command_writes_them_as_they_are_published(tmp_path: Path) -> None:
    """Beside those for editors, each with what it is the form of."""
    ran = dudao("schemas", "--out", tmp_path)
    for name in RESULTS:
        assert json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) == schema(name)
        assert f"{name}.json" in ran.out
