"""A draft tried on earlier districts: the matrix, who moves and why, gaps in the data, sweeps."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.language.model import Outcome, Ruleset
from engine.language.printer import show_number
from engine.scoring.assess import assess
from engine.workshop.districts import Districts, open_data, read_districts
from engine.workshop.standing import FEWEST, interpreted, stand
from engine.workshop.sweep import SweepError, Swept, read_sweep, swept

from .conftest import Screen
from .support import DATA, Ran, criteria, dudao, ruleset, write

SCREENS = DATA / "backtest"

_SHARED = """
- id: D.1
  title: {zh: 公办园占比, en: Public kindergartens}
  measure: children.public_share
  fully: ">= 50%"
  basically: ">= 45%"
- id: D.2
  title: {zh: 大班额, en: Large classes}
  measure: classes.large / classes.all
  fully: "<= 5%"
  basically: "<= 10%"
"""
_GRADE = """\
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: share(fully_met) >= 90%}
    - {grade: B, when: count(not_met) = 0}
    - {grade: C}
"""
OLD = criteria(_SHARED).replace('"2026"', '"2025"') + _GRADE
_NEW = """
- id: D.3
  title: {zh: 巩固率, en: Retention}
  measure: rate.retention
  fully: ">= 99%"
"""
DRAFT = criteria(_SHARED.replace('"<= 5%"', '"<= 3%"') + _NEW) + _GRADE

# code: children in public kindergartens of 100, large classes of 100, retention
TRIED = {
    "990001": (60, 2, "99.5%"),
    "990002": (60, 4, "99.5%"),
    "990003": (46, 2, "98%"),
    "990004": (60, 20, "99.5%"),
    "990005": (60, 2, ""),
}


def place(folder: Path, *, old: str = OLD, draft: str = DRAFT) -> None:
    """Both editions and a sheet for each district."""
    write(folder / "old", "ruleset.yaml", old)
    write(folder / "draft", "ruleset.yaml", draft)
    for code, (public, large, retention) in TRIED.items():
        facts = (
            f"  children.all: 100\n  children.public: {public}\n"
            f"  classes.all: 100\n  classes.large: {large}\n"
        )
        facts += f"  rate.retention: {retention}\n" if retention else ""
        text = f'subject: {{code: "{code}", name: 区{code[-1]}}}\nyear: 2024\nfacts:\n{facts}'
        write(folder / "data", f"{code}.yaml", text)
    (folder / "data" / "small.yaml").unlink()


def run(folder: Path, *options: str | Path, against: bool = True) -> Ran:
    earlier: list[str | Path] = ["--against", folder / "old"] if against else []
    return dudao("backtest", folder / "draft", folder / "data", *earlier, *options)


def found(folder: Path, *options: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run(folder, "--format", "json", *options).out)
    return data


def whole(grade: str) -> dict[str, str]:
    return {"best": grade, "worst": grade}


OPEN = {"best": "A", "worst": "C"}


# -- two editions --------------------------------------------------------------------------------


def test_the_matrix_is_the_one_worked_out_by_hand(tmp_path: Path) -> None:
    """Each district counts once, at its old grade and its new one, open grades by their bounds."""
    place(tmp_path)
    cells = [(c["before"], c["after"], c["districts"]) for c in found(tmp_path)["matrix"]]
    expected = [
        (whole("A"), whole("A"), 1),
        (whole("A"), whole("B"), 1),
        (whole("A"), OPEN, 1),
        (whole("B"), whole("C"), 1),
        (whole("C"), whole("C"), 1),
    ]
    assert sorted(cells, key=str) == sorted(expected, key=str)


def test_who_moves_and_which_criterion_did_it(tmp_path: Path) -> None:
    """Every changed outcome of a district that moves; what alone gives the old grade decides."""
    place(tmp_path)
    moved = {m["code"]: m for m in found(tmp_path)["moved"]}
    ways = {code: (m["direction"], m["rule_decides"]) for code, m in moved.items()}
    assert ways == {
        "990002": ("down", False),
        "990003": ("down", False),
        "990005": ("down", False),
    }
    changes = {code: [tuple(c.values()) for c in m["changes"]] for code, m in moved.items()}
    assert changes == {
        "990002": [
            ("D.2", "fully_met", "basically_met", True),
            ("D.3", None, "fully_met", False),
        ],
        "990003": [("D.3", None, "not_met", True)],
        "990005": [("D.3", None, "undetermined", True)],
    }


def test_a_changed_grade_rule_is_named(tmp_path: Path) -> None:
    """Where outcomes stay and only the rule is another, the rule decides, up as well as down."""
    draft = OLD.replace('"2025"', '"2026"').replace("count(not_met) = 0", "count(not_met) <= 1")
    place(tmp_path, draft=draft)
    (moved,) = found(tmp_path)["moved"]
    assert (moved["code"], moved["direction"], moved["changes"]) == ("990004", "up", [])
    assert moved["rule_decides"] is True


def test_a_criterion_that_is_gone_can_decide(tmp_path: Path) -> None:
    """With the outcome of a dropped criterion put back, the grade is the earlier one."""
    place(tmp_path, old=DRAFT, draft=criteria(_SHARED.replace("<= 5%", "<= 3%")) + _GRADE)
    moved = {m["code"]: m for m in found(tmp_path)["moved"]}
    assert moved["990003"]["changes"] == [
        {"criterion": "D.3", "before": "not_met", "after": None, "decides": True}
    ]
    assert moved["990003"]["direction"] == "up"


def test_other_scales_have_no_up_and_down(tmp_path: Path) -> None:
    """Grades of different scales are set side by side, and nothing is said to decide."""
    letters = _GRADE.replace("[A, B, C]", "[X, Y, Z]")
    for before, after in zip("ABC", "XYZ", strict=True):
        letters = letters.replace(f"grade: {before}", f"grade: {after}")
    place(tmp_path, draft=criteria(_SHARED) + letters)
    moved = found(tmp_path)["moved"]
    assert {m["direction"] for m in moved} == {"other"}
    assert len(moved) == len(TRIED)
    assert "两个版本的等级不同，分不出升降" in run(tmp_path).out


def test_rates_of_both_editions(tmp_path: Path) -> None:
    """Outcomes of each criterion under both; null where an edition does not have it."""
    place(tmp_path)
    rates = {r["id"]: r for r in found(tmp_path)["criteria"]}
    assert list(rates) == ["D.1", "D.2", "D.3"]
    assert list(rates["D.1"]["draft"].values()) == [4, 1, 0, 0, 0]
    assert list(rates["D.2"]["draft"].values()) == [3, 1, 1, 0, 0]
    assert list(rates["D.2"]["against"].values()) == [4, 0, 1, 0, 0]
    assert list(rates["D.3"]["draft"].values()) == [3, 0, 1, 0, 1]
    assert rates["D.3"]["against"] is None


def test_what_the_draft_needs_and_the_data_lack(tmp_path: Path) -> None:
    """A fact that is asked for in vain, in how many districts, and whether it is newly asked."""
    place(tmp_path)
    assert found(tmp_path)["lacking"] == [
        {
            "why": "missing",
            "name": "rate.retention",
            "years_back": 0,
            "new": True,
            "districts": 1,
            "criteria": ["D.3"],
        }
    ]


def test_a_fact_of_the_grade_rule_is_lacking_too(tmp_path: Path) -> None:
    """What only the rule asks for is listed without a criterion."""
    cap = "  caps:\n    - {at_most: B, when: safety.falsified, because: {zh: 假, en: fake}}\n"
    place(tmp_path, draft=OLD.replace('"2025"', '"2026"') + cap)
    (one,) = found(tmp_path)["lacking"]
    assert (one["name"], one["criteria"], one["districts"]) == ("safety.falsified", [], 3)


def test_one_step_from_a_limit(tmp_path: Path) -> None:
    """Districts that one quantum of one fact would lift or drop, and none when not asked for."""
    place(tmp_path)
    (near,) = found(tmp_path)["near"]
    assert (near["code"], near["criterion"], near["level"]) == ("990002", "D.2", "fully_met")
    assert (near["fact"], near["met"], near["up"]) == ("classes.large", False, False)
    assert found(tmp_path, "--no-margins")["near"] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_screen(lang: str, tmp_path: Path, screen: Screen) -> None:
    """Matrix, who moves, rates, what lacks, who is near, a sweep."""
    place(tmp_path)
    ran = run(tmp_path, "--lang", lang, "--sweep", "D.2.fully=1%..5%/0.5%")
    assert (ran.code, ran.err) == (Exit.INCOMPLETE, "")
    screen(SCREENS / f"page.{lang}.txt", ran.out)


def test_without_an_edition_before(tmp_path: Path) -> None:
    """Only the draft: how grades are shared out, and nobody moves."""
    place(tmp_path)
    ran = run(tmp_path, "--format", "json", against=False)
    data = json.loads(ran.out)
    assert (data["against"], data["matrix"], data["moved"]) == (None, [], [])
    assert {(g["best"], g["worst"]): g["districts"] for g in data["grades"]} == {
        ("A", "A"): 1,
        ("B", "B"): 1,
        ("C", "C"): 2,
        ("A", "C"): 1,
    }


# -- the data ------------------------------------------------------------------------------------


def test_what_is_unusable_is_listed_and_the_rest_is_tried(tmp_path: Path) -> None:
    """Broken sheets and two of one district: named with their fault, exit code 3."""
    place(tmp_path)
    data = tmp_path / "data"
    (data / "990004.yaml").write_text("subject: [", encoding="utf-8")
    (data / "copy.yaml").write_bytes((data / "990003.yaml").read_bytes())
    ran = run(tmp_path, "--format", "json")
    shown = json.loads(ran.out)
    assert ran.code == Exit.UNUSABLE
    assert shown["counts"] == {"tried": 3, "unusable": 3, "incomplete": 1}
    named = [(Path(u["place"].partition(":")[0]).name, u["code"]) for u in shown["unusable"]]
    assert named == [("990003.yaml", "990003"), ("990004.yaml", ""), ("copy.yaml", "990003")]
    codes = [u["diagnostics"][0]["code"] for u in shown["unusable"]]
    assert codes[0] == codes[2] == "duplicate-subject"


def test_a_sheet_of_two_years_is_two_districts(tmp_path: Path) -> None:
    """Years of one district do not get into each other's way."""
    place(tmp_path)
    text = (tmp_path / "data" / "990001.yaml").read_text(encoding="utf-8")
    write(tmp_path / "data", "before.yaml", text.replace("year: 2024", "year: 2023"))
    (tmp_path / "data" / "small.yaml").unlink()
    assert found(tmp_path)["counts"] == {"tried": 6, "unusable": 0, "incomplete": 1}


def test_a_sheet_with_facts_that_the_old_vocabulary_lacks(tmp_path: Path) -> None:
    """A district must be readable by both editions; which one cannot is said."""
    place(tmp_path)
    vocabulary = tmp_path / "old" / "small.yaml"
    lines = vocabulary.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith("rate.retention:")]
    vocabulary.write_text("".join(kept), encoding="utf-8")
    data = found(tmp_path)
    assert data["counts"] == {"tried": 1, "unusable": 4, "incomplete": 1}
    assert {u["ruleset"] for u in data["unusable"]} == {"demo@2025"}


def test_exit_codes(tmp_path: Path) -> None:
    """0 when every grade is decided; a broken draft and a wrong sweep are told."""
    place(tmp_path)
    (tmp_path / "data" / "990005.yaml").unlink()
    assert run(tmp_path).code == Exit.DONE
    assert run(tmp_path, "--sweep", "D.2.fully=9%..1%").code == Exit.USAGE
    (tmp_path / "draft" / "ruleset.yaml").write_text("format: 2\n", encoding="utf-8")
    broken = run(tmp_path, "--format", "json")
    assert broken.code == Exit.UNUSABLE
    assert json.loads(broken.out)["unusable"].endswith("draft")


def test_the_report_goes_to_a_file(tmp_path: Path) -> None:
    """``--out`` takes what would be printed."""
    place(tmp_path)
    printed = run(tmp_path).out
    assert run(tmp_path, "--out", tmp_path / "report.txt").out == ""
    assert (tmp_path / "report.txt").read_text(encoding="utf-8") == printed


# -- sweeps --------------------------------------------------------------------------------------

SWEPT = """
- id: S.1
  title: {zh: 占比, en: Share}
  measure: classes.large / classes.all
  rounded: {places: 1, unit: "%"}
  fully: "<= 5%"
  basically: "<= 10%"
  points: {fully: 60, basically: 30, not_met: 0}
- id: S.2
  title: {zh: 巩固率, en: Retention}
  applies_when: classes.all > 10
  measure: rate.retention
  fully: ">= 96%"
  veto: true
- id: S.3
  title: {zh: 班数, en: Classes}
  fully: classes.large < 5
  points: {fully: 40, basically: 0, not_met: 10}
- id: S.4
  title: {zh: 支出, en: Spending}
  measure: money.spending
  fully: = 100 万元
- id: S.5
  title: {zh: 工资, en: Pay}
  measure: pay.teachers - pay.servants
  fully: ">= -500元"
"""
_BY_COUNTS = """\
grade:
  scale: [A, B, C]
  min_applicable: 2
  award:
    - {grade: A, when: share(fully_met) >= 60% and not any_veto}
    - {grade: B, when: count(not_met) <= 1 or outcome(S.4) = fully_met}
    - {grade: C}
"""
_BY_POINTS_AND_FACTS = """\
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: points >= 80}
    - {grade: B, when: points + safety.accidents >= 40}
    - {grade: C}
  caps:
    - {at_most: B, when: safety.falsified, because: {zh: 假, en: fake}}
"""

ASKED = (
    "S.1.fully=1%..9%/1%",
    "S.1.basically=4%..12%/2%",
    "S.2.fully=94%..99%/0.5%",
    "S.3.fully=0..12/3",
    "S.4.fully=99万元..101万元/1万元",
    "S.5.fully=-800元..-200元/150元",
)

_figures = st.fixed_dictionaries(
    {},
    optional={
        "classes.all": st.sampled_from(["10", "100", "2000"]),
        "classes.large": st.integers(0, 10).map(str),
        "rate.retention": st.sampled_from(["94%", "95.5%", "97.25%", ">= 96%", "< 98.5%"]),
        "money.spending": st.sampled_from(["99万元", "100万元", "100.5万元"]),
        "pay.teachers": st.sampled_from(["1000元", "1500元", "{not_applicable: 无}"]),
        "pay.servants": st.sampled_from(["1650元", "2000元", "2100元"]),
        "safety.falsified": st.sampled_from(["是", "否"]),
        "safety.accidents": st.integers(0, 3).map(str),
    },
)


def districts(folder: Path, rules: Ruleset, figures: list[dict[str, str]]) -> Districts:
    """Read a sheet for each set of figures."""
    data = folder / "many"
    data.mkdir(exist_ok=True)
    for path in data.iterdir():
        path.unlink()
    for number, one in enumerate(figures):
        lines = [
            f"  {name}: {value}\n" if "{" in value else f"  {name}: '{value}'\n"
            for name, value in one.items()
        ]
        head = f'subject: {{code: "99{number:04}", name: 区}}\nyear: 2024\nfacts:'
        text = f"{head}\n{''.join(lines)}" if lines else f"{head} {{}}\n"
        (data / f"{number}.yaml").write_text(text, encoding="utf-8")
    return read_districts(open_data(data, rules, None, None), lambda _: None)


def rescored(rules: Ruleset, done: Swept, tried: Districts) -> list[tuple[object, ...]]:
    """The same by changing the ruleset for every setting and scoring all anew."""
    place_of = rules.criteria.index(done.sweep.criterion)
    rows: list[tuple[object, ...]] = []
    for setting in done.settings:
        changed = list(rules.criteria)
        changed[place_of] = done.sweep.at(setting.limit)
        variant = replace(rules, criteria=tuple(changed))
        outcomes, grades, moved = Counter[Outcome](), Counter[object](), 0
        for one in tried.usable:
            now, then = assess(rules, one.sheet).grade, assess(variant, one.sheet)
            result, grade = then.result(done.sweep.criterion.id), then.grade
            assert now is not None
            assert grade is not None
            assert result is not None
            outcomes[result.outcome] += 1
            grades[grade.best, grade.worst] += 1
            moved += (now.best, now.worst) != (grade.best, grade.worst)
        rows.append((outcomes, grades, moved))
    return rows


@pytest.mark.parametrize("rule", [_BY_COUNTS, _BY_POINTS_AND_FACTS], ids=["counts", "points"])
@given(figures=st.lists(_figures, min_size=1, max_size=4), asked=st.sampled_from(ASKED))
def test_a_sweep_is_rescoring_with_every_setting(
    rule: str,
    figures: list[dict[str, str]],
    asked: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Taking the measure once gives what the changed ruleset gives, for each setting."""
    folder = tmp_path_factory.getbasetemp() / "sweep"
    rules = ruleset(folder, criteria(SWEPT) + rule).ruleset
    tried = districts(folder, rules, figures)
    assert len(tried.usable) == len(figures)
    standings = stand(rules, [one.sheet for one in tried.usable])
    done = swept(rules, read_sweep(asked, rules), tried.usable, standings)
    shown = [(s.outcomes, s.grades, s.moved) for s in done.settings]
    assert shown == rescored(rules, done, tried)


@pytest.mark.parametrize("rule", [_BY_COUNTS, _BY_POINTS_AND_FACTS], ids=["counts", "points"])
def test_columns_and_interpreter_place_districts_alike(rule: str, tmp_path: Path) -> None:
    """Many districts are scored by columns, with the same outcomes, points and grades."""
    rules = ruleset(tmp_path, criteria(SWEPT) + rule).ruleset
    figures = [
        {
            "classes.all": "100",
            "classes.large": str(n % 12),
            "rate.retention": f"{94 + n % 6}%",
            "safety.falsified": "否" if n % 3 else "是",
            "safety.accidents": str(n % 4),
        }
        for n in range(3 * FEWEST)
    ]
    sheets = [one.sheet for one in districts(tmp_path, rules, figures).usable]
    assert len(sheets) == len(figures)
    assert stand(rules, sheets) == [interpreted(rules, sheet) for sheet in sheets]


def test_where_it_bites(tmp_path: Path) -> None:
    """Settings are compared with the one before; what the draft has now is the measure."""
    place(tmp_path)
    (sweep,) = found(tmp_path, "--sweep", "D.2.fully=1%..5%/1%")["sweeps"]
    limits = [setting["limit"] for setting in sweep["settings"]]
    assert limits == ["1%", "2%", "3%", "4%", "5%"]
    assert [limits[n] for n in sweep["bites"]] == ["2%", "4%"]
    assert [setting["moved"] for setting in sweep["settings"]] == [2, 0, 0, 1, 1]
    assert [s["outcomes"]["fully_met"] for s in sweep["settings"]] == [0, 3, 3, 4, 4]


@pytest.mark.parametrize(
    ("text", "count", "second"),
    [
        ("D.2.fully=1%..10%", 91, "1.1%"),
        ("D.2.fully=0..100", 51, "2%"),
        ("D.2.fully = 0% .. 1000%", 51, "20%"),
        ("D.2.fully=1..3/1", 3, "2%"),
        ("D.2.basically=0%..0.5%", 51, "0.01%"),
    ],
)
def test_settings_are_round(text: str, count: int, second: str, tmp_path: Path) -> None:
    """Without a step the smallest round one that makes at most a hundred; units may be left out."""
    rules = ruleset(tmp_path, DRAFT).ruleset
    settings = read_sweep(text, rules).settings
    assert (len(settings), show_number(settings[1])) == (count, second)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("D.2.fully", "sweep_form"),
        ("D.2=1%..2%", "sweep_form"),
        ("D.2.fully=1%", "sweep_form"),
        ("D.2.fully=a..b", "sweep_form"),
        ("D.2.fully=1%..2%/", "sweep_form"),
        ("D.9.fully=1%..2%", "no_criterion_hint"),
        ("D.3.basically=1%..2%", "sweep_limit"),
        ("D.2.fully=1人..2人", "sweep_unit"),
        ("D.2.fully=1%..20‰", "sweep_units"),
        ("D.2.fully=2%..1%", "sweep_empty"),
        ("D.2.fully=1%..2%/0%", "sweep_empty"),
        ("D.2.fully=1%..2%/0.0001%", "sweep_many"),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(text: str, key: str, tmp_path: Path) -> None:
    """Each wrong way to ask has its own answer."""
    rules = ruleset(tmp_path, DRAFT).ruleset
    with pytest.raises(SweepError) as caught:
        read_sweep(text, rules)
    assert caught.value.key == key


def test_a_parameter_can_be_swept(tmp_path: Path) -> None:
    """A limit that is a parameter is tried at settings of its own; its unit is the parameter's."""
    text = DRAFT.replace('"<= 3%"', "<= most").replace(
        "domains:", "parameters: {most: 3%}\ndomains:"
    )
    place(tmp_path, draft=text)
    (sweep,) = found(tmp_path, "--sweep", "D.2.fully=1..5/1")["sweeps"]
    assert [setting["moved"] for setting in sweep["settings"]] == [2, 0, 0, 1, 1]
