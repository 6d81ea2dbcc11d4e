"""What is asked of a batch: one district, one criterion, an earlier run, how firm outcomes are."""

import csv
import io
import json
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.language.loader import load_file
from engine.locale import LANGS, Lang
from engine.office.fragility import bunching
from engine.reporting.batch_record import Describer
from engine.scoring.assess import assess
from engine.scoring.nearness import near_limits

from .batching import batch, csv_text, district, files, place_rules, place_sheets, results, wide
from .conftest import Screen
from .support import DATA, criteria, dudao, ruleset, sheet

FEW = range(1, 13)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# -- the summary ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_screen(
    lang: str, tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distribution with shares, hardest criteria, incomplete and unusable sheets."""
    monkeypatch.chdir(tmp_path)
    sheets = place_sheets(Path(), FEW)
    edit(sheets / "d4.yaml", "16,090人", "16090 万元")
    ran = batch(Path(), sheets, "--lang", lang)
    assert (ran.code, ran.err) == (Exit.UNUSABLE, "")
    screen(DATA / "batch" / f"summary.{lang}.txt", ran.out)


def test_the_summary_for_programs(tmp_path: Path) -> None:
    """The counts of the table, as data."""
    sheets = place_sheets(tmp_path, FEW)
    data = json.loads(batch(tmp_path, sheets, "--format", "json").out)
    assert data["counts"]["scored"] == len(FEW)
    assert sum(g["districts"] for g in data["grades"]) == len(FEW)
    for counted in data["criteria"]:
        assert sum(v for k, v in counted.items() if k != "id") == len(FEW)
    open_codes = [code for code, record in results(tmp_path).items() if not record["complete"]]
    assert [one["code"] for one in data["incomplete"]] == open_codes


def test_exit_codes_tell_the_worst_first(tmp_path: Path) -> None:
    """Unusable before below before incomplete; 0 only where all is decided and none is below."""
    sheets = place_sheets(tmp_path, FEW)
    assert batch(tmp_path, sheets, out="1").code == Exit.INCOMPLETE
    assert batch(tmp_path, sheets, "--fail-below", "A", out="2").code == Exit.BELOW
    assert batch(tmp_path, sheets, "--fail-below", "C", out="3").code == Exit.INCOMPLETE
    (sheets / "bad.yaml").write_text("x: [")
    assert batch(tmp_path, sheets, "--fail-below", "A", out="4").code == Exit.UNUSABLE
    complete = place_sheets(tmp_path / "1", [1, 2, 3, 4])
    assert batch(tmp_path, complete, out="5").code == Exit.DONE
    assert batch(tmp_path, complete, "--fail-below", "Z", out="6").code == Exit.USAGE


def test_a_table_without_a_year_asks_for_one(tmp_path: Path) -> None:
    """--year states it; it never overrides a year that is stated."""
    rows = [{k: v for k, v in row.items() if k != "year"} for row in wide(FEW)]
    path = tmp_path / "districts.csv"
    path.write_text(csv_text(rows), encoding="utf-8")
    ran = batch(tmp_path, path, out="none")
    assert ran.code == Exit.UNUSABLE
    assert results(tmp_path, "none") == {}
    batch(tmp_path, path, "--year", "2022")
    assert {record["year"] for record in results(tmp_path).values()} == {2022}
    path.write_text(csv_text(wide(FEW)), encoding="utf-8")
    batch(tmp_path, path, "--year", "2021", out="stated")
    assert {record["year"] for record in results(tmp_path, "stated").values()} == {2022}


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `tables` the command says what to install."""
    path = tmp_path / "districts.xlsx"
    path.write_bytes(b"PK")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    ran = batch(tmp_path, path)
    assert ran.code == Exit.USAGE
    assert "dudao[tables]" in ran.err


# -- one district, one criterion -----------------------------------------------------------------


def test_one_district_is_explained_as_if_alone(tmp_path: Path) -> None:
    """--explain prints what `score --explain` prints of its sheet, and writes nothing."""
    sheets = place_sheets(tmp_path, FEW)
    rules = place_rules(tmp_path)
    ran = dudao("batch", sheets, "-r", rules, "--explain", "990003")
    alone = dudao("score", sheets / "d3.yaml", "-r", rules, "--explain")
    assert (ran.code, ran.out) == (alone.code, alone.out)
    assert not (tmp_path / "out").exists()
    ran = dudao("batch", sheets, "-r", rules, "--explain", "990099")
    assert ran.code == Exit.USAGE
    assert "990099" in ran.err


def test_a_row_is_explained_with_the_places_of_its_cells(tmp_path: Path) -> None:
    """Of a table every fact is traced to its cell."""
    path = tmp_path / "districts.csv"
    path.write_text(csv_text(wide(FEW)), encoding="utf-8")
    ran = dudao("batch", path, "-r", place_rules(tmp_path), "--explain", "990003")
    assert "districts.csv:4:5" in ran.out


def test_one_criterion_lists_every_district_worst_first(tmp_path: Path) -> None:
    """--only: code, measure and outcome of each; the files are those of any run."""
    sheets = place_sheets(tmp_path, FEW)
    ran = batch(tmp_path, sheets, "--only", "D.1")
    batch(tmp_path, sheets, out="plain")
    assert files(tmp_path / "out") == files(tmp_path / "plain")
    listed = ran.out.rpartition("D.1 公办园占比\n")[2].split("\n")[2:]
    assert len([line for line in listed if line]) == len(FEW)
    words = [line.split()[-1] for line in listed if line]
    order = ["尚未落实", "基本落实", "无法判定", "不适用", "完全落实"]
    assert words == sorted(words, key=order.index)
    assert batch(tmp_path, sheets, "--only", "D.99", out="x").code == Exit.USAGE


# -- an earlier run ------------------------------------------------------------------------------


def test_who_moved_and_which_criterion_did_it(tmp_path: Path) -> None:
    """Up, down, new, gone; a criterion that alone makes the difference is marked."""
    sheets = place_sheets(tmp_path, FEW)
    batch(tmp_path, sheets, out="before")
    assert results(tmp_path, "before")["990001"]["grade"]["best"] == "A"
    edit(sheets / "d1.yaml", "children.public: '8045'", "children.public: '8000'")
    (sheets / "d12.yaml").unlink()
    place_sheets(tmp_path, [13])
    ran = batch(tmp_path, sheets, "--against", tmp_path / "before", "--format", "json")
    found = json.loads(ran.out)["against"]
    assert (found["appeared"], found["gone"]) == (["990013"], ["990012"])
    (moved,) = found["moved"]
    assert moved["code"] == "990001"
    assert moved["before"]["best"] == "A"
    assert moved["after"]["best"] == "B"
    assert {c["criterion"]: c["decides"] for c in moved["changes"]}["D.1"] is True
    assert found["unmoved"] == len(FEW) - 2
    ran = batch(tmp_path, sheets, "--against", tmp_path / "before", out="table")
    assert "D.1* 完全落实→基本落实" in ran.out


def test_only_a_finished_run_can_be_compared_with(tmp_path: Path) -> None:
    """A folder without a whole manifest is no results."""
    sheets = place_sheets(tmp_path, [1])
    batch(tmp_path, sheets, out="before")
    (tmp_path / "before" / "manifest.json").write_text('{"complete": false}', encoding="utf-8")
    ran = batch(tmp_path, sheets, "--against", tmp_path / "before")
    assert ran.code == Exit.USAGE
    assert not (tmp_path / "out").exists()


# -- how firm ------------------------------------------------------------------------------------

SHARE = criteria(
    """
    - id: D.1
      title: {zh: 占比, en: Share}
      measure: children.public / children.all
      fully: ">= 50%"
      basically: ">= 45%"
    """
)


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_one_quantum_makes_the_difference(
    tmp_path_factory: pytest.TempPathFactory, public: int, everyone: int
) -> None:
    """The law: the step that is named wins or loses that level; no level so near is left out."""
    if public > everyone:
        public, everyone = everyone, public
    folder = tmp_path_factory.mktemp("near")
    loaded = ruleset(folder, SHARE)

    def levels(count: int) -> dict[str, bool]:
        facts = f"children.all: {everyone}\nchildren.public: {count}\n"
        outcome = assess(loaded.ruleset, sheet(folder, facts, loaded).sheet).results[0].outcome
        return {
            "fully_met": outcome == "fully_met",
            "basically_met": outcome in ("fully_met", "basically_met"),
        }

    facts = f"children.all: {everyone}\nchildren.public: {public}\n"
    near = near_limits(loaded.ruleset, sheet(folder, facts, loaded).sheet)
    here = levels(public)
    for one in near:
        assert one["fact"] == "children.public"
        step = 1 if one["up"] else -1
        if 0 <= public + step <= everyone:
            assert here[one["level"]] is one["met"]
            assert levels(public + step)[one["level"]] is not one["met"]
    if public < everyone and not here["fully_met"] and levels(public + 1)["fully_met"]:
        assert any(one["level"] == "fully_met" and not one["met"] for one in near)


def rows(values: list[int], limit: str = "1/2", op: str = ">=") -> list[dict[str, object]]:
    """Records of one criterion with measures in ten-thousandths."""
    return [
        {
            "code": f"{n:06}",
            "criteria": [{"id": "D.1", "measure": str(Fraction(value, 10_000))}],
            "limits": {"D.1": [{"level": "fully_met", "op": op, "limit": limit}]},
        }
        for n, value in enumerate(values)
    ]


def test_many_just_above_a_limit_are_a_question() -> None:
    """Forty spread evenly are none; twenty more crowded just above the limit are one."""
    even = list(range(4000, 6000, 50))
    assert bunching(rows(even)) == ()
    crowd = [5000 + n for n in range(20)]
    (found,) = bunching(rows(even + crowd))
    assert (found.criterion, found.level, found.limit) == ("D.1", "fully_met", Fraction(1, 2))
    assert found.reach >= 20 > found.miss
    assert set(found.codes) >= {f"{n:06}" for n in range(40, 60)}


def test_bunching_at_most_looks_at_the_other_side() -> None:
    """For an upper limit the crowd that just reaches it lies below."""
    crowd = [5000 - n for n in range(20)]
    even = list(range(4000, 6000, 50))
    assert bunching(rows(even + crowd)) == ()
    assert len(bunching(rows(even + crowd, op="<="))) == 1


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([5000] * 50 + list(range(4000, 5000, 50)), id="the limit is the most"),
        pytest.param([4000, 5000, 6000] * 20, id="few sizes heap on their own"),
        pytest.param([4990, 5001, 5002, 5003], id="too few to say"),
    ],
)
def test_no_question_without_grounds(values: list[int]) -> None:
    """Better to miss a case than to accuse wrongly."""
    assert bunching(rows(values)) == ()


def test_margins_are_written_and_summed_up(tmp_path: Path) -> None:
    """--margins: a line in margins.csv for each level one step away, and their numbers."""
    sheets = place_sheets(tmp_path, FEW)
    data = json.loads(batch(tmp_path, sheets, "--margins", "--format", "json").out)
    text = (tmp_path / "out" / "margins.csv").read_text(encoding="utf-8-sig")
    near = data["margins"]["near"]
    assert near
    assert text.count("\n") == len(near) + 1
    assert {one["code"] for one in near} <= {district(n)["code"] for n in FEW}


@pytest.mark.parametrize("lang", LANGS)
def test_steps_are_told_in_the_language_of_the_run(lang: Lang, tmp_path: Path) -> None:
    """In margins.csv as the vocabulary writes units, or in English; as data always the former."""
    sheets = place_sheets(tmp_path, FEW)
    ran = batch(tmp_path, sheets, "--margins", "--format", "json", "--lang", lang)
    text = (tmp_path / "out" / "margins.csv").read_text(encoding="utf-8-sig")
    told = {
        (r["fact"], r["step"].lstrip("+-"), r["unit"]) for r in csv.DictReader(io.StringIO(text))
    }
    assert (
        told
        == {
            "zh": {("classes.large", "1", "班"), ("children.public", "1", "人")},
            "en": {("classes.large", "1", "class"), ("children.public", "1", "person")},
        }[lang]
    )
    units = {one["unit"] for one in json.loads(ran.out)["margins"]["near"]}
    assert units == {"班", "人"}
    describe = Describer(load_file(place_rules(tmp_path) / "ruleset.yaml").ruleset, lang)
    assert describe.step("0.01", "万元") == {"zh": ("0.01", "万元"), "en": ("100", "yuan")}[lang]
