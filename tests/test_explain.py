"""Explanations as a reader sees them: whole screens in both languages, by kind of criterion."""

from pathlib import Path

import pytest

from engine.locale import Lang
from engine.reporting.explain import Explainer
from engine.reporting.result import result_json
from tests.conftest import Screen
from tests.support import DATA, dudao, found, score, write

SCENARIOS = Path(__file__).parent / "scenarios"
SCREENS = Path(__file__).parent / "screens"
NAMES = sorted(path.name for path in SCENARIOS.iterdir())


def place(name: str, folder: Path) -> None:
    """Copy one scenario to where the command runs, so that places are short."""
    for file in sorted((SCENARIOS / name).iterdir()):
        write(folder, file.name, file.read_bytes())


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_the_whole_explanation(
    name: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """`--explain` says of every criterion what was asked, found, lacking, and by which clause."""
    place(name, tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = dudao("score", "sheet.yaml", "-r", "ruleset.yaml", "--explain", "--lang", lang)
    screen(SCREENS / "explain" / f"{name}.{lang}.txt", f"{ran.out}{ran.err}exit {ran.code}\n")


def test_every_scenario_is_seen() -> None:
    """The folder of scenarios is read, and each uses the small vocabulary."""
    assert len(NAMES) >= 9
    assert (DATA / "small.yaml").exists()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("rate.retention >= 99% and safety.accidents = 0", ", and 1 more missed"),
        ("rate.retention >= 99% or safety.accidents = 0", ""),
        ("rate.retention >= 99% and safety.accidents < 9", ""),
    ],
)
def test_a_margin_does_not_hide_what_else_is_missed(
    condition: str, said: str, tmp_path: Path
) -> None:
    """Where all parts must hold and several fail, the margin of the first says so."""
    rules = f"- {{id: A, title: {{zh: 甲, en: a}}, fully: {condition}}}\n"
    assessment = score(tmp_path, rules, "rate.retention: 98%\nsafety.accidents: 2\n")
    gap = Explainer(assessment, "en").gap(found(assessment, "A"))
    assert gap == f"short by 1 percentage point (retention){said}"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "公办园在园幼儿占比（2022年）未填报，只填了2021年；可能是"),
        (
            "en",
            "share of children in public kindergartens (2022) is not reported, only that of 2021;",
        ),
    ],
)
def test_a_fact_of_another_year_is_not_lost_in_silence(
    lang: Lang, said: str, tmp_path: Path
) -> None:
    """Where the fact, or all its parts, stand under another year only, the reason says which."""
    rules = '- {id: A, title: {zh: 甲, en: a}, measure: children.public_share, fully: ">= 50%"}\n'
    facts = "children.all: {2021: 4}\nchildren.public: {2020: 1, 2021: 2}\n"
    assessment = score(tmp_path, rules, facts)
    assert Explainer(assessment, lang).because(found(assessment, "A")).startswith(said)
    assert result_json(assessment, lang)["missing"][0]["other_years"] == [2021]


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "学校表“b”的学生数未填报；"), ("en", "pupils of “b” in schools is not reported;")],
)
def test_an_empty_cell_is_named_by_row_and_column(lang: Lang, said: str, tmp_path: Path) -> None:
    """A cell that is missing is named by the key of its row, the column's label and its place."""
    write(tmp_path, "schools.csv", "id,stage,pupils\na,小学,5\nb,小学,\n")
    rules = '- {id: A, title: {zh: 甲, en: a}, measure: "sum(schools: pupils)", fully: ">= 9"}\n'
    assessment = score(tmp_path, rules, "", more="tables: {schools: schools.csv}\n")
    assert Explainer(assessment, lang).because(found(assessment, "A")).startswith(said)
    (missing,) = result_json(assessment, lang)["missing"]
    assert missing["fact"] == "schools.csv:3:3 schools.pupils"
    assert missing["label"] == said.split("未")[0].split(" is")[0]
