"""What is scored although its data are doubtful is told: by `score` in full, by `batch` counted."""

import json
from pathlib import Path

import polars
import pytest

from engine.commands.common import Exit
from engine.locale import LANGS, Lang

from .batching import csv_text, place_rules, wide
from .conftest import Screen
from .support import DATA, Ran, dudao, sheet_text, write

SCREENS = DATA / "doubts"
# Beyond the range; one district has two such figures and is counted once.
DOUBTFUL = {n: {"classes.large": "100001"} for n in (1, 2, 4, 6, 7, 8)}
DOUBTFUL[8] = {**DOUBTFUL[8], "classes.all": "100002"}


def districts(folder: Path, form: str) -> Path:
    """Nine districts, most of them with a figure that nobody can believe."""
    rows = [{**row, **DOUBTFUL.get(n, {})} for n, row in enumerate(wide(range(1, 10)), 1)]
    if form == "csv":
        return write(folder / "in", "districts.csv", csv_text(rows))
    path = folder / "districts.parquet"
    polars.DataFrame(rows).write_parquet(path)
    return path


def batch(folder: Path, source: Path, *options: str) -> Ran:
    return dudao("batch", source, "-r", place_rules(folder), "--out", folder / "out", *options)


@pytest.mark.parametrize("lang", LANGS)
def test_a_batch_counts_and_names_them(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """By kind: what it means, how many districts, the first of them, and where to read on."""
    ran = batch(tmp_path, districts(tmp_path, "csv"), "--lang", lang)
    head, _, rest = ran.out.partition({"zh": "已评，但", "en": "Scored, with"}[lang])
    assert rest, ran.out
    screen(SCREENS / f"batch.{lang}.txt", ran.out[len(head) :])


def test_every_engine_counts_the_same(tmp_path: Path) -> None:
    """As data too, in the manifest too; whichever way the districts came in."""
    found = []
    for name, form, options in (
        ("csv", "csv", ()),
        ("parquet", "parquet", ()),
        ("columns", "parquet", ("--engine", "columns")),
        ("portions", "parquet", ("--engine", "columns", "--chunk", "2")),
    ):
        folder = tmp_path / name
        folder.mkdir()
        ran = batch(folder, districts(folder, form), "--format", "json", *options)
        assert ran.code == Exit.INCOMPLETE, ran.err
        told = json.loads(ran.out)["remarks"]
        written = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
        assert written["remarks"] == told
        found.append(told)
    assert found[0] == [
        {
            "code": "out-of-range",
            "districts": 6,
            "first": ["990001", "990002", "990004", "990006", "990007"],
        }
    ]
    assert all(told == found[0] for told in found)


@pytest.mark.parametrize("lang", LANGS)
def test_a_single_sheet_says_so_below_its_grade(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """In the result itself, wherever that is written, and not on standard error alone."""
    facts = "children.all: 1000001\nchildren.public: 8041\nclasses.all: 200\nclasses.large: 8"
    sheet = write(tmp_path, "sheet.yaml", sheet_text(facts))
    ran = dudao("score", sheet, "-r", place_rules(tmp_path), "--lang", lang)
    assert ran.code == Exit.INCOMPLETE
    assert "out-of-range" in ran.err
    screen(SCREENS / f"score.{lang}.txt", ran.out)
