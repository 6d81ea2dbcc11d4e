"""Local editions differ from the national duties as their READMEs say, and share their limits."""

import shutil
from pathlib import Path

import pytest

from engine.facts.sheet_reader import sheet_from_node
from engine.facts.values import By
from engine.language.loader import load_file, load_ruleset
from engine.language.model import Outcome, Ruleset
from engine.scoring.assess import Assessment, assess
from engine.workshop.cases import Case, read_cases, score
from engine.workshop.lint import lint
from tests.support import ROOT, criteria, ruleset

RULESETS = ROOT / "rulesets"
POINTS = ("ningxia-county-duty/2019", "shaanxi-county-duty/2023", "guizhou-county-duty/2009")
EXTENDING = (
    "ningxia-county-duty/2019",
    "jiangxi-county-duty/2020",
    "tongshan-county-duty/2021",
    "xiangyang-county-duty/2023",
    "shaanxi-county-duty/2023",
)


def _load(edition: str, root: Path = RULESETS) -> Ruleset:
    return load_file(root / edition / "ruleset.yaml").ruleset


def _case(edition: str, name: str = "") -> Case:
    """A case of an edition by name; by default its first, in which everything is met."""
    cases = read_cases(RULESETS / edition / "tests.yaml")
    return next(case for case in cases if name in ("", case.name.text("en")))


def _outcome(assessment: Assessment, criterion: str) -> Outcome:
    result = assessment.result(criterion)
    assert result is not None
    return result.outcome


def test_one_sheet_comes_out_differently_under_ningxia_and_the_base() -> None:
    """What Ningxia fully accepts with 100 points, the duties of 2020 and 2022 accept in part."""
    case = _case("ningxia-county-duty/2019")
    ningxia = score(case, _load("ningxia-county-duty/2019"))
    of_2020 = score(case, _load("county-duty-base/2020"))
    of_2022 = score(case, _load("county-duty-base/2022"))

    assert ningxia.grade is not None
    assert ningxia.grade.awarded == "优秀"
    assert of_2020.grade is of_2022.grade is None
    assert of_2020.total is of_2022.total is None
    # Twenty super-large classes of a thousand; 600 and 800 yuan.
    shown = {
        name: [_outcome(assessment, name) for assessment in (ningxia, of_2020, of_2022)]
        for name in ("C4", "F4", "F5", "P3")
    }
    met, missed = Outcome.FULLY_MET, Outcome.NOT_MET
    assert shown == {
        "C4": [met, missed, missed],
        "F4": [met, met, missed],
        "F5": [met, met, missed],
        "P3": [met, met, met],
    }


def test_what_was_asked_for_later_is_asked_for_later() -> None:
    """Each edition adds the duties of its year."""
    names = {
        year: {c.id for c in _load(f"county-duty-base/{year}").criteria} for year in (2020, 2022)
    }
    later = {"C6", "R1", "R2", "R3", "R4"}

    assert names[2022] - names[2020] == later
    assert not names[2020] - names[2022]
    assert "C2" not in {c.id for c in _load("ningxia-county-duty/2019").criteria}


def test_points_of_guizhou_pass_a_county_that_its_bars_fail() -> None:
    """The same hundred points are 优秀, or 不合格 with arrears of pay."""
    rules = _load("guizhou-county-duty/2009")
    free = score(_case("guizhou-county-duty/2009"), rules)
    barred = score(_case("guizhou-county-duty/2009", "new arrears of pay"), rules)

    assert free.total == barred.total
    grades = [a.grade.awarded for a in (free, barred) if a.grade is not None]
    assert grades == ["优秀", "不合格"]


def test_ningxia_takes_the_limits_of_basic_balance() -> None:
    """An edition extends one base; limits of another document it reads from where that does."""
    own = _load("ningxia-county-duty/2019").parameters
    national = _load("basic-balanced/2012").parameters

    for name in ("basic_cv_primary", "basic_cv_junior"):
        assert own[name].shared == "national"
        assert own[name] == national[name]


@pytest.mark.parametrize(
    ("edition", "criterion"),
    [
        *((edition, "P3") for edition in EXTENDING),
        ("preschool-universal/2020", "P3"),
        ("changde-county-duty/2022", "A3.1"),
    ],
)
def test_a_changed_national_limit_changes_every_edition(
    edition: str, criterion: str, tmp_path: Path
) -> None:
    """The floor of children in public kindergartens is written once for all schemes."""
    root = tmp_path / "rulesets"
    shutil.copytree(RULESETS, root)
    case = _case(edition)
    before = score(case, _load(edition, root))

    national = root / "parameters/national.yaml"
    text = national.read_text(encoding="utf-8")
    floor = "  preschool_public_floor:\n    value: 50%\n"
    assert text.count(floor) == 1
    national.write_text(text.replace(floor, floor.replace("50%", "50.01%")), encoding="utf-8")
    after = score(case, _load(edition, root))

    assert _outcome(before, criterion) is Outcome.FULLY_MET
    assert _outcome(after, criterion) in (Outcome.BASICALLY_MET, Outcome.NOT_MET)
    changed = [
        r.criterion.id
        for r, s in zip(before.results, after.results, strict=True)
        if r.outcome is not s.outcome
    ]
    assert changed == [criterion]


@pytest.mark.parametrize("edition", [*POINTS, "jiangxi-county-duty/2020"])
def test_the_points_of_a_scheme_add_up_to_a_hundred(edition: str) -> None:
    """With everything that can apply applying; a bonus is not part of them."""
    whole = score(_case(edition), _load(edition)).total

    assert whole is not None
    assert whole.most == 100
    assert whole.exact == 100


def test_leadership_in_shaanxi_is_25_points_of_which_10_are_its_organisation() -> None:
    """As far as the table was seen."""
    edition = "shaanxi-county-duty/2023"
    assessment = score(_case(edition), _load(edition))

    most = {
        domain: sum(
            assessment.points[c.id].most for c in assessment.ruleset.criteria if c.domain == domain
        )
        for domain in ("L1", "L2")
    }
    assert most == {"L1": 10, "L2": 15}


def test_a_bonus_is_applied_for_by_the_county_and_granted_by_the_office() -> None:
    """118 points in the county's own view, 104 by what was granted."""
    edition = "jiangxi-county-duty/2020"
    rules = _load(edition)
    case = _case(edition, "two of three bonuses refused")
    sheet = sheet_from_node(case.sheet, case.source, rules.vocabulary).sheet

    totals = [assess(rules, sheet, view=view).total for view in (By.SELF, None)]
    assert [t.exact for t in totals if t is not None] == [118, 104]


def test_limits_of_a_base_that_an_edition_does_not_use_are_not_in_force() -> None:
    """An edition that removes criteria shows none of their limits, and is not blamed for them."""
    rules = load_ruleset("tongshan-county-duty@2021").ruleset

    assert "relief_floor" not in rules.parameters
    assert "training_fund_floor" not in rules.parameters
    assert "large_class_limit" in rules.parameters
    assert not lint(rules)


def test_a_limit_of_its_own_that_nothing_uses_is_a_fault(tmp_path: Path) -> None:
    """Somebody thinks that it is in force."""
    text = criteria(
        "- {id: D.1, title: {zh: 领导, en: Leadership}, judged: true,"
        " source: {cite: 文件, clause: 一, note: {zh: 假设, en: assumption}}}"
    )
    rules = ruleset(tmp_path, text + "parameters: {floor: 50%}\n").ruleset

    assert [d.code for d in lint(rules)] == ["unused-parameter"]
