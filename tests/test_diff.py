"""Two editions compared: what is stricter, where that shows, what is only written otherwise."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from engine.commands.common import Exit
from engine.language.model import ASSESSED, Outcome, Ruleset
from engine.locale import LANGS, Lang
from engine.scoring.interpreter import Interpreter
from engine.scoring.outcome import evaluate
from engine.workshop.diff import Change, Compared, compare_criteria
from engine.workshop.diff_grade import ComparedRule, compare_rules

from .conftest import Screen
from .support import DATA, HEAD, dudao, ruleset, write
from .test_verify import criteria, everything
from .worlds import world

EDITIONS = DATA / "editions"


@pytest.fixture
def editions(tmp_path: Path) -> tuple[Path, Path]:
    """Both editions, each in its folder beside the small vocabulary."""
    paths = [
        write(tmp_path / year, "ruleset.yaml", (EDITIONS / f"{year}.yaml").read_bytes())
        for year in ("2025", "2026")
    ]
    return paths[0], paths[1]


@pytest.mark.parametrize("lang", LANGS)
def test_the_difference_as_prose(lang: Lang, editions: tuple[Path, Path], screen: Screen) -> None:
    """What a rule author reads: what changed, how it is written, a district for each difference."""
    ran = dudao("diff", *editions, "--lang", lang)
    assert (ran.code, ran.err) == (Exit.DONE, "")
    screen(EDITIONS / f"diff.{lang}.txt", ran.out)


def test_the_difference_as_data(editions: tuple[Path, Path]) -> None:
    """The same as a closed list of words, with every example."""
    ran = dudao("diff", *editions, "--format", "json")
    found = json.loads(ran.out)
    assert {c["id"]: c["change"] for c in found["criteria"]} == {
        "D.1": "stricter",
        "D.2": "lenient",
        "D.3": "equivalent",
        "D.4": "applicability",
        "D.6": "equivalent",
        "D.7": "both",
        "D.8": "new",
        "D.5": "gone",
    }
    assert found["grade"]["change"] == "stricter"
    (example,) = found["grade"]["examples"]
    assert (example["before"], example["after"]) == ("A", "B")


def test_an_edition_is_equivalent_to_itself(editions: tuple[Path, Path]) -> None:
    """Nothing differs, and nothing is unknown."""
    ran = dudao("diff", editions[0], editions[0], "--lang", "en")
    assert ran.code == Exit.DONE
    assert "7 criteria: equivalent 7" in ran.out


def test_an_unusable_edition(editions: tuple[Path, Path], tmp_path: Path) -> None:
    """Its faults are shown, and nothing is compared."""
    broken = write(tmp_path / "broken", "ruleset.yaml", HEAD)
    ran = dudao("diff", editions[0], broken)
    assert ran.code == Exit.UNUSABLE
    assert "no-criteria" in ran.err or "missing-key" in ran.err


# -- by brute force ------------------------------------------------------------------------------


def truth(old: Ruleset, new: Ruleset, folder: Path) -> tuple[bool, bool, bool]:
    """Whether some sheet is judged worse, better, or is in or out otherwise."""
    one, two = everything(old, folder), everything(new, folder)
    pairs = [(one[key].outcome, two[key].outcome) for key in one]
    ranked = [
        (ASSESSED.index(a), ASSESSED.index(b)) for a, b in pairs if a in ASSESSED and b in ASSESSED
    ]
    states = (Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED)
    return (
        any(a < b for a, b in ranked),
        any(a > b for a, b in ranked),
        any((a is state) is not (b is state) for a, b in pairs for state in states),
    )


@settings(max_examples=50)
@given(criteria(), criteria())
def test_differences_agree_with_going_through_every_sheet(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str
) -> None:
    """Stricter means that some sheet is judged worse and none better, and so on."""
    folder = tmp_path_factory.mktemp("world")
    old, new = world(folder, before), world(folder, after)
    if old is None or new is None:
        return
    (compared,) = compare_criteria(old, new)
    stricter, lenient, otherwise = truth(old, new, folder)
    expected = Change.EQUIVALENT
    if stricter or lenient:
        expected = Change.LENIENT if not stricter else Change.STRICTER
        if stricter and lenient:
            expected = Change.BOTH
    elif otherwise:
        expected = Change.APPLICABILITY
    assert compared.change is expected, compared
    assert compared.applicability is otherwise
    replayed(compared, old, new)


def replayed(compared: Compared, old: Ruleset, new: Ruleset) -> None:
    """Every example is a sheet on which both editions say what the example says."""
    for example in compared.examples:
        assert example.sheet is not None
        outcomes = [
            str(evaluate(r.criteria[0], Interpreter(r, example.sheet)).outcome) for r in (old, new)
        ]
        assert outcomes == [example.before, example.after]


# -- grade rules ---------------------------------------------------------------------------------

RULE = """\
{parameters}
domains:
  - id: D
    title: {{zh: 域, en: Domain}}
    criteria:
      - id: D.1
        title: {{zh: 甲, en: a}}
        measure: rate.retention
        fully: ">= 95%"
        basically: ">= 90%"
      - {{id: D.2, title: {{zh: 乙, en: b}}, measure: rate.retention, fully: ">= 96%", veto: true}}
      - {{id: D.3, title: {{zh: 丙, en: c}}, measure: rate.retention, fully: ">= 97%"}}
grade:
  scale: [{scale}]
  min_applicable: {least}
  award:
    - {{grade: {best}, when: {a}}}
    - {{grade: B, when: count(not_met) <= 2}}
    - {{grade: C}}
  caps:
    - {{at_most: C, when: {cap}, because: {{zh: 封, en: cap}}}}
"""
USUAL = {
    "scale": "A, B, C",
    "best": "A",
    "least": "1",
    "a": "count(not_met) = 0",
    "cap": "any_veto",
    "parameters": "",
}


def rules(folder: Path, *versions: dict[str, str]) -> ComparedRule:
    texts = [RULE.format(**USUAL | version) for version in versions]
    old, new = (
        ruleset(folder / str(number), HEAD + text).ruleset for number, text in enumerate(texts)
    )
    found = compare_rules(old, new)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, {}, Change.EQUIVALENT),
        ({}, {"a": "count(fully_met) + count(basically_met) >= 3"}, Change.STRICTER),
        ({"a": "count(not_met) < 1"}, {"a": "not count(not_met) > 0"}, Change.EQUIVALENT),
        ({}, {"a": "count(not_met) <= 1"}, Change.LENIENT),
        ({}, {"cap": "count(not_met) > 1"}, Change.BOTH),
        ({}, {"least": "3"}, Change.APPLICABILITY),
        ({}, {"cap": "any_veto or safety.falsified"}, Change.STRICTER),
    ],
)
def test_grade_rules_by_every_combination(
    before: dict[str, str], after: dict[str, str], change: Change, tmp_path: Path
) -> None:
    """The grade rule is compared by what it gives, with the counts that show it."""
    found = rules(tmp_path, before, after)
    assert found.change is change
    assert bool(found.examples) is (change is not Change.EQUIVALENT)


GOOD = {"scale": "优, B, C", "best": "优"}
MORE = {"scale": "S, A, B, C", "best": "S"}
FLOOR = {"parameters": "parameters: {floor: 50%}", "cap": "rate.retention < floor"}
HIGHER = {**FLOOR, "parameters": "parameters: {floor: 60%}"}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({}, GOOD, Change.EQUIVALENT),
        ({}, {**GOOD, "a": "count(not_met) <= 1"}, Change.LENIENT),
        (GOOD, {"a": "count(fully_met) + count(basically_met) >= 3"}, Change.STRICTER),
    ],
)
def test_grades_of_other_names_are_compared_by_position(
    before: dict[str, str], after: dict[str, str], change: Change, tmp_path: Path
) -> None:
    """As many grades: the best stands for the best, and that is said."""
    found = rules(tmp_path, before, after)
    assert (found.change, found.by_position) == (change, True)


def test_another_number_of_grades_lists_every_pair(tmp_path: Path) -> None:
    """Which old grade becomes which new one, with counts that show it; no other pair occurs."""
    found = rules(tmp_path, {}, {**MORE, "a": "count(fully_met) >= 3"})
    assert (found.change, found.by_position) == (Change.RESCALED, False)
    pairs = [(example.before, example.after) for example in found.examples]
    assert pairs == [("A", "S"), ("A", "B"), ("B", "B"), ("C", "C")]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (FLOOR, {}, Change.BOTH),
        (FLOOR, HIGHER, Change.STRICTER),
        (HIGHER, FLOOR, Change.LENIENT),
        ({**FLOOR, "cap": "any_veto"}, {**HIGHER, "cap": "any_veto"}, Change.EQUIVALENT),
    ],
)
def test_each_grade_rule_has_its_own_parameters(
    before: dict[str, str], after: dict[str, str], change: Change, tmp_path: Path
) -> None:
    """The old rule keeps the limits of its edition, also those that the new one does not know."""
    assert rules(tmp_path, before, after).change is change
