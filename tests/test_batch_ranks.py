"""Rulesets that compare subjects: `dudao batch` scores them, one sheet alone is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from engine.commands.common import Exit
from engine.facts.roster import open_roster
from engine.language.loader import load_file
from engine.language.structure import schema
from engine.locale import LANGS, Lang
from engine.office.batch import Batch, score_batch
from engine.office.cohort import cohort_of
from engine.office.scoring import from_assessment, score_all
from engine.reporting.batch_record import Describer
from engine.scoring.assess import assess

from .batching import csv_text, files, manifest, results
from .conftest import Screen
from .support import DATA, HEAD, Ran, dudao, write

SCREENS = DATA / "ranks"
RULES = f"""\
{HEAD}\
batch: {{of: district, because: {{zh: 通知要求按名次计分, en: the notice gives points by rank}}}}
domains:
  - id: D
    title: {{zh: 域, en: Domain}}
    criteria:
      - id: D.1
        title: {{zh: 巩固率名次, en: Rank by retention}}
        measure: "rank(rate.retention, by: area_class)"
        fully: <= 1
        basically: <= 3
        points: {{steps: [{{when: <= 1, points: 10}}, {{when: <= 3, points: 6}}], otherwise: 4}}
        source: {{cite: 示例通知, clause: 一.1}}
      - id: D.2
        title: {{zh: 支出不低于平均, en: Spending at the average}}
        measure: money.spending
        fully: ">= batch_mean(money.spending)"
        source: {{cite: 示例通知, clause: 一.2}}
grade:
  scale: [A, B]
  award:
    - {{grade: A, when: "batch_count(safety.falsified, by: area_class) = 0"}}
    - {{grade: B}}
"""
CLASSES = ("一类地区", "二类地区")


def figures(number: int) -> dict[str, str]:
    """A made-up district; the fourteen of them have ties, and every one has reported all."""
    return {
        "code": f"99{number:04}",
        "name": f"示例区{number}",
        "year": "2022",
        "area_class": CLASSES[number % 2],
        "rate.retention": f"{95 + (number * 5 % 7) % 4}.5%",
        "money.spending": str(100 + number * 37 % 11),
        "safety.falsified": "否",
    }


def table(folder: Path, changed: Mapping[int, Mapping[str, str]] | None = None) -> Path:
    """Fourteen districts as a table, some with other figures."""
    rows = [{**figures(n), **(changed or {}).get(n, {})} for n in range(1, 15)]
    return write(folder / "in", "districts.csv", csv_text(rows))


def rules(folder: Path, text: str = RULES) -> Path:
    """The ruleset in a folder of its own."""
    return write(folder / "rules", "ruleset.yaml", text)


def batch(folder: Path, source: Path, *options: str, out: str = "out") -> Ran:
    """Run the command."""
    return dudao("batch", source, "-r", rules(folder), "--out", folder / out, *options)


def measures(folder: Path, criterion: str, out: str = "out") -> dict[str, str | None]:
    """The exact measure of each district."""
    return {
        code: found["measure"]
        for code, record in results(folder, out).items()
        for found in record["criteria"]
        if found["id"] == criterion
    }


def test_ranks_and_averages_are_those_of_the_table(tmp_path: Path) -> None:
    """Of fourteen districts in two classes each gets what sorting and adding by hand gives."""
    assert batch(tmp_path, table(tmp_path)).code == Exit.DONE
    all_figures = [figures(n) for n in range(1, 15)]
    found, ranks = results(tmp_path), measures(tmp_path, "D.1")
    mean = Fraction(sum(int(f["money.spending"]) for f in all_figures), len(all_figures))
    for own in all_figures:
        beside = [f for f in all_figures if f["area_class"] == own["area_class"]]
        better = sum(f["rate.retention"] > own["rate.retention"] for f in beside)
        record = found[own["code"]]
        points = 10 if better == 0 else 6 if better < 3 else 4
        assert ranks[own["code"]] == str(1 + better)
        assert record["points"] == {"low": str(points), "high": str(points)}
        outcome = "fully_met" if int(own["money.spending"]) >= mean else "not_met"
        assert record["criteria"][1]["outcome"] == outcome
        assert record["grade"]["awarded"] == "A"
    assert mean.denominator > 1


def test_chunks_processes_and_order_do_not_matter(tmp_path: Path) -> None:
    """Every file is the same to the byte, the manifest too but for the name of the table."""
    source = table(tmp_path)
    batch(tmp_path, source)
    for name, options in (("chunk", ["--chunk", "3"]), ("jobs", ["--chunk", "3", "--jobs", "2"])):
        batch(tmp_path, source, *options, out=name)
        assert files(tmp_path / name) == files(tmp_path / "out")
        assert manifest(tmp_path, name) == manifest(tmp_path)
    head, *lines = source.read_text(encoding="utf-8").splitlines()
    source.write_text("\n".join([head, *reversed(lines), ""]), encoding="utf-8")
    batch(tmp_path, source, out="turned")
    turned = results(tmp_path, "turned")
    assert {c: r["criteria"] for c, r in turned.items()} == {
        c: r["criteria"] for c, r in results(tmp_path).items()
    }
    assert manifest(tmp_path, "turned")["batch"] == manifest(tmp_path)["batch"]


def test_a_resumed_run_has_the_same_cohort(tmp_path: Path) -> None:
    """What was scored before a run broke off and what is scored after it are compared alike."""
    source = table(tmp_path)
    batch(tmp_path, source)
    ruleset = load_file(rules(tmp_path)).ruleset
    job = Batch(
        ruleset=ruleset,
        roster=open_roster(source, ruleset.vocabulary),
        describe=Describer(ruleset, "zh"),
        options={"lang": "zh", "year": None, "findings": True},
        chunk=4,
    )
    done: list[int] = []

    def broken(count: int) -> None:
        done.append(count)
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_batch(job, tmp_path / "resumed", progress=broken)
    assert not (tmp_path / "resumed").exists()
    score_batch(replace(job), tmp_path / "resumed", resume=True)
    assert sum(done) < len(job.roster.items)
    assert files(tmp_path / "resumed") == files(tmp_path / "out")
    assert manifest(tmp_path, "resumed") == manifest(tmp_path)


def test_what_is_missing_stays_open_for_the_others(tmp_path: Path) -> None:
    """A blank figure opens ranks of its class only, and the mean of all; the manifest counts it."""
    source = table(tmp_path, {2: {"rate.retention": "", "money.spending": ""}})
    assert batch(tmp_path, source).code == Exit.DONE
    found = results(tmp_path)
    open_ranks = {c for c, m in measures(tmp_path, "D.1").items() if m is None}
    second_class = {figures(n)["code"] for n in range(1, 15) if n % 2}
    assert open_ranks == set(found) - second_class
    assert {r["criteria"][1]["outcome"] for r in found.values()} == {"undetermined"}
    told = manifest(tmp_path)["batch"]
    assert told["missing"] == "undetermined"
    assert [(c["of"], c["group"], c["known"], c["open"]) for c in told["comparisons"]][2:] == [
        ("batch_mean(money.spending)", None, 13, 1),
        ("rank(rate.retention, by: area_class)", CLASSES[0], 6, 1),
        ("rank(rate.retention, by: area_class)", CLASSES[1], 7, 0),
    ]


SILENT = {2: {"rate.retention": "", "money.spending": "", "safety.falsified": ""}}
BOUNDED = {**SILENT, 4: {"rate.retention": ">= 96%"}, 5: {"area_class": ""}}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("missing", ["undetermined", "leave_out"])
def test_who_keeps_the_others_open_is_named(
    missing: str, lang: Lang, tmp_path: Path, screen: Screen
) -> None:
    """The summary names them, what they lack, how much stays open, and what a ruleset can say."""
    path = rules(tmp_path, RULES.replace("of: district,", f"of: district, missing: {missing},"))
    source = table(tmp_path, SILENT if missing == "undetermined" else BOUNDED)
    ran = dudao("batch", source, "-r", path, "--out", tmp_path / "out", "--lang", lang)
    assert ran.code == Exit.INCOMPLETE
    screen(SCREENS / f"{missing}.{lang}.txt", ran.out)


def test_a_finding_names_whom_it_waits_for(tmp_path: Path) -> None:
    """And the screen of `--explain` does, for a spoiled row too; nobody waits for himself."""
    source = table(tmp_path, {**SILENT, 6: {"rate.retention": "很高"}})
    assert batch(tmp_path, source).code == Exit.UNUSABLE
    told = "取决于同批其他对象未填报的数据：990002 示例区2（巩固率未填报）；1 个未能评分的对象；"
    text = (tmp_path / "out" / "findings" / "990004.md").read_text(encoding="utf-8")
    assert f"巩固率在同批同一地区类别中由高到低的名次{told}" in text
    ran = dudao("batch", source, "-r", rules(tmp_path), "--explain", "990004")
    assert told in ran.out
    text = (tmp_path / "out" / "findings" / "990002.md").read_text(encoding="utf-8")
    assert "990002 示例区2（" not in text


def test_the_manifest_counts_what_waits(tmp_path: Path) -> None:
    """As many outcomes and grades as the records say wait; a resumed run counts the same."""
    source = table(tmp_path, SILENT)
    batch(tmp_path, source)
    found = results(tmp_path)
    told = {(one["of"], one["group"]): one for one in manifest(tmp_path)["waiting"]}
    assert len(told) == 3
    for (of, group), one in told.items():
        waits = [
            (record, wait)
            for record in found.values()
            for wait in record["waits"]
            if (wait["comparison"], wait["group"]) == (of, group)
        ]
        assert [lacking["code"] for lacking in one["lacking"]] == ["990002"]
        assert one["districts"] == len(waits)
        assert one["outcomes"] == sum(len(wait["criteria"]) for _, wait in waits)
        assert one["grades"] == sum(record["grade"]["awarded"] is None for record, _ in waits)
    assert told["batch_mean(money.spending)", None]["outcomes"] == 13
    schema_of_batch = Draft202012Validator(dict(schema("batch")))
    text = (tmp_path / "out" / "results.json").read_text(encoding="utf-8")
    assert list(schema_of_batch.iter_errors(json.loads(text))) == []
    ran = batch(tmp_path, source, "--resume", "--format", "json")
    assert json.loads(ran.out)["waiting"] == list(told.values())


def test_nothing_waits_once_all_have_reported(tmp_path: Path) -> None:
    """No section on the screen, none of it in the manifest."""
    ran = batch(tmp_path, table(tmp_path))
    assert "同批比较" not in ran.out
    assert manifest(tmp_path)["waiting"] == []
    assert all(record["waits"] == [] for record in results(tmp_path).values())


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    """With `leave_out` the others have their ranks; manifest and findings say how many lack."""
    rules_text = RULES.replace("of: district,", "of: district, missing: leave_out,")
    source = table(tmp_path, {2: {"rate.retention": "", "money.spending": ""}})
    path = rules(tmp_path, rules_text)
    assert dudao("batch", source, "-r", path, "--out", tmp_path / "out").code == Exit.DONE
    found = results(tmp_path)
    assert [c for c, m in measures(tmp_path, "D.1").items() if m is None] == ["990002"]
    undetermined = [c for c, r in found.items() if r["criteria"][1]["outcome"] == "undetermined"]
    assert undetermined == ["990002"]
    told = manifest(tmp_path)["batch"]["comparisons"]
    assert sum(c["left_out"] for c in told if c["of"].startswith("rank")) == 1
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "out").glob("findings/*.md")]
    assert any("共 6 个，另有 1 个未填报，不参加比较" in text for text in texts)


def test_what_cannot_be_scored_may_be_first(tmp_path: Path) -> None:
    """A spoiled row opens the ranks of all groups; nothing of it is silent."""
    source = table(tmp_path, {3: {"rate.retention": "很高"}})
    assert batch(tmp_path, source).code == Exit.UNUSABLE
    assert set(measures(tmp_path, "D.1").values()) <= {None, "7"}
    told = manifest(tmp_path)
    assert told["batch"]["unscored"] == 1
    assert len(told["unusable"]) == 1


def test_a_subject_given_twice_is_one_that_is_open(tmp_path: Path) -> None:
    """Neither sheet is scored, and nobody counts it twice."""
    folder = tmp_path / "sheets"
    for name, code, rate in (("a", "01", "98%"), ("b", "02", "97%"), ("c", "02", "96%")):
        subject = f'{{code: "{code}", name: 某区, area_class: 一类地区}}'
        facts = f"facts: {{rate.retention: {rate}}}"
        write(folder, f"{name}.yaml", f"subject: {subject}\nyear: 2022\n{facts}\n")
    (folder / "small.yaml").unlink()
    assert batch(tmp_path, folder).code == Exit.UNUSABLE
    assert list(results(tmp_path)) == ["01"]
    assert manifest(tmp_path)["batch"]["unscored"] == 1
    ran = dudao("batch", folder, "-r", rules(tmp_path), "--explain", "01")
    assert "98% 排第 1 至 2 名，共 2 个，其中 1 个未填报" in ran.out


@pytest.mark.parametrize("lang", LANGS)
def test_one_of_the_batch_explained(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """Rank, size of the group, the mean exactly and rounded."""
    ran = dudao(
        "batch", table(tmp_path), "-r", rules(tmp_path), "--explain", "990003", "--lang", lang
    )
    assert ran.code == Exit.DONE
    screen(SCREENS / f"explained.{lang}.txt", ran.out.replace(f"{tmp_path}/", ""))


@pytest.mark.parametrize("lang", LANGS)
def test_one_sheet_alone_is_refused(lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """Whichever criterion asks for the batch is named, with the command that gives it."""
    sheet = write(
        tmp_path, "sheet.yaml", 'subject: {code: "01", name: 某区}\nyear: 2022\nfacts: {}\n'
    )
    ran = dudao("score", sheet, "-r", rules(tmp_path), "--lang", lang)
    assert (ran.code, ran.out) == (Exit.UNUSABLE, "")
    screen(SCREENS / f"refused.{lang}.txt", ran.err.replace(f"{tmp_path}/", ""))


def test_the_refusal_as_data(tmp_path: Path) -> None:
    """Programs get the diagnostic in the place of a result."""
    sheet = write(
        tmp_path, "sheet.yaml", 'subject: {code: "01", name: 某区}\nyear: 2022\nfacts: {}\n'
    )
    ran = dudao("score", sheet, "-r", rules(tmp_path), "--format", "json")
    assert ran.code == Exit.UNUSABLE
    assert [d["code"] for d in json.loads(ran.out)["diagnostics"]] == ["batch-needed"]


def test_a_backtest_compares_the_districts_of_each_year(tmp_path: Path) -> None:
    """Two years in one folder are two batches: in each the best is the first."""
    for year, rates in (("2021", (91, 92)), ("2022", (99, 98))):
        rows = [
            {**figures(2), "code": f"0{n}", "year": year, "rate.retention": f"{rate}%"}
            for n, rate in enumerate(rates)
        ]
        write(tmp_path / "data", f"{year}.csv", csv_text(rows))
    (tmp_path / "data" / "small.yaml").unlink()
    ran = dudao("backtest", rules(tmp_path), tmp_path / "data", "--format", "json")
    assert ran.code == Exit.DONE
    rates_of = {c["id"]: c["draft"] for c in json.loads(ran.out)["criteria"]}
    assert rates_of["D.1"]["fully_met"] == 2
    assert rates_of["D.1"]["basically_met"] == 2


def test_columns_say_what_the_interpreter_says(tmp_path: Path) -> None:
    """Of many districts columns decide what they can, rank, mean and count included."""
    changed = {
        2: {"rate.retention": ">= 96%"},
        3: {"rate.retention": "", "money.spending": "100.01"},
        4: {"rate.retention": "不适用：无此类学校"},
        5: {"area_class": ""},
        6: {"safety.falsified": "是"},
    }
    ruleset = load_file(rules(tmp_path)).ruleset
    for change in ({}, {6: changed[6]}, changed):
        roster = open_roster(table(tmp_path, change), ruleset.vocabulary)
        sheets = [one.sheet for item in roster.items if (one := roster.read(item)).sheet]
        usable = [sheet for sheet in sheets if sheet is not None]
        cohort = cohort_of(ruleset, roster)
        rows = score_all(ruleset, usable, cohort).to_dicts()
        alone = [
            from_assessment(assess(ruleset, sheet, cohort=cohort), place)
            for place, sheet in enumerate(usable)
        ]
        routes = [row.pop("route") for row in rows]
        assert rows == [{k: v for k, v in one.items() if k != "route"} for one in alone]
        assert len(rows) == len(roster.items)
        assert routes.count("columnar") >= (1 if change is changed else 14)


def test_a_long_mean_is_told_to_many_places(tmp_path: Path) -> None:
    """A ratio that nobody can read is cut, with an ellipsis; what decides is the ratio."""
    text = RULES.replace("measure: money.spending", "measure: money.spending / children.all")
    text = text.replace("batch_mean(money.spending)", "batch_mean(money.spending / children.all)")
    primes = (9973, 9967, 9949, 9941, 9931, 9929, 9923, 9907, 9901, 9887, 9883, 9871, 9859, 9857)
    source = table(tmp_path, {n: {"children.all": str(p)} for n, p in enumerate(primes, 1)})
    path = rules(tmp_path, text)
    ran = dudao("batch", source, "-r", path, "--explain", "990003")
    assert ran.code == Exit.DONE, ran.err
    assert re.search(r"（精确值 \d+\.\d{12}…），14 个的平均", ran.out), ran.out
