"""A limit tried at many settings: the same as scoring anew with each, and how it is asked for."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.model import Outcome, Ruleset
from engine.language.printer import show_number
from engine.scoring.assess import assess
from engine.scoring.columnar_suspects import FEWEST
from engine.workshop.districts import Districts, open_data, read_districts
from engine.workshop.standing import interpreted, stand
from engine.workshop.sweep import SweepError, Swept, read_sweep, swept

from .support import criteria, ruleset
from .test_backtest import DRAFT, found, place

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
    "S.1.fully=1%..9%/2%",
    "S.1.basically=4%..12%/2%",
    "S.2.fully=94%..98%/1%",
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


@cache
def loaded(folder: Path, rule: str) -> Ruleset:
    """The criteria above with a grade rule, loaded once."""
    return ruleset(folder, criteria(SWEPT) + rule).ruleset


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
    before = [assess(rules, one.sheet).grade for one in tried.usable]
    rows: list[tuple[object, ...]] = []
    for setting in done.settings:
        changed = list(rules.criteria)
        changed[place_of] = done.sweep.at(setting.limit)
        variant = replace(rules, criteria=tuple(changed))
        outcomes, grades, moved = Counter[Outcome](), Counter[object](), 0
        for one, now in zip(tried.usable, before, strict=True):
            then = assess(variant, one.sheet)
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
@given(figures=st.lists(_figures, min_size=1, max_size=3), asked=st.sampled_from(ASKED))
def test_a_sweep_is_rescoring_with_every_setting(
    rule: str,
    figures: list[dict[str, str]],
    asked: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Taking the measure once gives what the changed ruleset gives, for each setting."""
    folder = tmp_path_factory.getbasetemp() / "sweep"
    rules = loaded(folder, rule)
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
