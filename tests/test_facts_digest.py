"""The digest of facts: one for one set of facts, another as soon as any of them differs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.digest import facts_digest

from .sheets import read, read_text, stated
from .support import criteria, dudao, sheet_text, write

FACTS = """\
children.all: 16090
children.public: {self: 8041, onsite: 8040}
money.spending: {2020: 85753.42 万元, 2021: 8.79 亿元}
rate.retention: 96%以上
safety.falsified: 否
level.monitoring: Ⅲ
plan.date: 2022年5月26日
plan.name: 规划
area.rooms: {not_applicable: 在建}
"""
MORE = """\
tables:
  schools:
    - {id: a, stage: 小学, pupils: 500}
    - {id: b, stage: 初中, pupils: 1200}
outcomes: {self: {D.1: fully_met, D.2: {outcome: not_met, points: 3}}}
"""


def digest(folder: Path, facts: str = FACTS, more: str = MORE, year: int = 2022) -> str:
    """The digest of a sheet."""
    return facts_digest(read(folder, facts, more=more, year=year).sheet)


SAME = [
    ("16090", "１６，０９０ 人"),
    ("16090", "1.609万"),
    ("16090", "16090.00"),
    ("85753.42 万元", "857534200元"),
    ("8.79 亿元", "'87,900万元'"),
    ("96%以上", "≥ 960‰"),
    ("96%以上", "不低于96 %"),
    ("否", "no"),
    ("Ⅲ", "Ⅲ级"),
    ("2022年5月26日", "2022-05-26"),
    ("{self: 8041, onsite: 8040}", "{onsite: 8040, self: {value: 8041, note: 自评}}"),
    ("{2020: 85753.42 万元, 2021: 8.79 亿元}", "{2021: 8.79亿元, 2020: {self: 85753.42}}"),
    ("children.all: 16090\n", "children.all: {2022: 16090}\n"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_spelling_and_units_do_not_matter(tmp_path: Path, old: str, new: str) -> None:
    """The same value written otherwise is the same fact."""
    assert FACTS.count(old) == 1
    assert digest(tmp_path, FACTS.replace(old, new)) == digest(tmp_path)


OTHER = [
    ("16090", "16091"),
    ("16090", "0"),
    ("children.all: 16090\n", ""),
    ("children.all: 16090\n", "children.all: {not_applicable: 无园}\n"),
    ("children.all: 16090\n", "children.all: {2021: 16090}\n"),
    ("children.all: 16090\n", "children.all: {desk: 16090}\n"),
    ("96%以上", "96%"),
    ("96%以上", "超过96%"),
    ("96%以上", "96%以下"),
    ("否", "是"),
    ("Ⅲ", "Ⅱ"),
    ("2022年5月26日", "2022年5月27日"),
    ("规划", "not applicable"),
    ("规划", "{not_applicable: 规划}"),
    ("2020:", "2019:"),
    ("onsite", "desk"),
]


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_every_fact_matters(tmp_path: Path, old: str, new: str) -> None:
    """Another value, state, year, source or bound is another digest."""
    assert FACTS.count(old) == 1
    assert digest(tmp_path, FACTS.replace(old, new)) != digest(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pupils: 500", "pupils: 501"),
        (", pupils: 500", ""),
        ("    - {id: b, stage: 初中, pupils: 1200}\n", ""),
        ("D.1: fully_met", "D.1: not_met"),
        ("points: 3", "points: 4"),
        ("self:", "desk:"),
    ],
)
def test_rows_and_judgements_matter(tmp_path: Path, old: str, new: str) -> None:
    """A row, a cell, a judgement and the points given by it are part of the facts."""
    assert MORE.count(old) == 1
    assert digest(tmp_path, more=MORE.replace(old, new)) != digest(tmp_path)


def test_an_empty_table_is_not_one_that_does_not_apply(tmp_path: Path) -> None:
    """Nothing to list and nothing of the kind are two statements."""
    states = ("[]", "{not_applicable: 无}")
    found = {digest(tmp_path, more=f"tables: {{schools: {state}}}\n") for state in states}
    found.add(digest(tmp_path, more=""))
    assert len(found) == 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("year: 2022", "year: 2023"),
        ('code: "430703"', 'code: "430702"'),
        ("name: 某区", "name: 某区, kind: district"),
        ("name: 某区", "name: 某区, area_class: 二类地区"),
    ],
)
def test_the_subject_and_the_year_matter(tmp_path: Path, old: str, new: str) -> None:
    """The same figures of another subject, or for another year, are other facts."""
    text = 'subject: {code: "430703", name: 某区}\nyear: 2022\nfacts: {plan.name: {2020: x}}\n'
    assert text.count(old) == 1
    one, other = (read_text(tmp_path, t).sheet for t in (text, text.replace(old, new)))
    assert facts_digest(one) != facts_digest(other)


def test_a_sheet_has_one_digest_whatever_is_scored_beside_it(tmp_path: Path) -> None:
    """In any order of sheets each result names the same facts."""
    rules = criteria("- {id: D.1, title: {zh: 规划, en: Plan}, fully: reported(plan.name)}")
    paths = [write(tmp_path, f"{n}.yaml", sheet_text(f"plan.name: {n}")) for n in "abc"]
    write(tmp_path, "ruleset.yaml", rules)
    found = []
    for sheets in (paths, paths[::-1]):
        ran = dudao("score", *sheets, "-r", tmp_path / "ruleset.yaml", "--format", "json")
        found.append([result["facts_digest"] for result in json.loads(ran.out)])
    assert found[0] == found[1][::-1]
    assert len(set(found[0])) == 3


LINES = tuple(FACTS.splitlines())


@given(lines=st.permutations(LINES), rows=st.permutations(MORE.splitlines()[2:4]))
def test_order_does_not_matter(
    lines: list[str], rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: any order of facts and rows gives the same digest."""
    folder = tmp_path_factory.getbasetemp()
    more = MORE.splitlines()
    shuffled = "\n".join([*more[:2], *rows, *more[4:]]) + "\n"
    assert digest(folder, "\n".join(lines), shuffled) == digest(folder)


@given(value=st.integers(0, 10**7), places=st.integers(0, 3))
def test_a_fact_has_one_digest_in_every_unit(
    value: int, places: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: the same money in 元, 千元, 万元 and 亿元 is the same fact."""
    folder = tmp_path_factory.getbasetemp()
    found = set()
    for unit, power in (("元", 0), ("千元", 3), ("万元", 4), ("亿元", 8)):
        digits = str(value).rjust(power + 1, "0")
        text = f"{digits[: len(digits) - power]}.{digits[len(digits) - power :]}{'0' * places}"
        sheet = read(folder, f"money.spending: {text.rstrip('.')}{unit}")
        assert stated(sheet, "money.spending") is not None
        found.add(facts_digest(sheet.sheet))
    assert len(found) == 1
