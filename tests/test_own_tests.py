"""`dudao test`: what the cases of a ruleset reach, which slips they notice, what could be added."""

import json
import textwrap
import xml.etree.ElementTree as Xml
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.language.catalogue import installed
from engine.language.loader import load_file
from engine.workshop.cases import tried as run_case
from engine.workshop.killing import Trial
from engine.workshop.mutants import mutants
from engine.workshop.suite import read_suite
from engine.workshop.testing import SelfTest, try_ruleset
from tests.conftest import Screen
from tests.support import DATA, HEAD, Ran, dudao, write

# One criterion of each kind, and a grade rule with every step.
RULES = """\
parameters:
  floor: {value: 95%}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      - id: D.1
        title: {zh: 大班额, en: Large classes}
        applies_when: classes.all > 0
        measure: classes.large / classes.all
        fully: "< 5%"
        basically: "<= 10%"
      - id: D.2
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= floor"
      - id: D.3
        title: {zh: 无事故, en: No accidents}
        fully: safety.accidents = 0 and safety.falsified = no
        veto: true
grade:
  scale: [A, B, C]
  min_applicable: 2
  award:
    - {grade: A, when: count(not_met) = 0}
    - {grade: B}
  caps:
    - {at_most: C, when: any_veto}
"""
# Notices every slip in RULES.
CASES = """\
format: 1
cases:
  # The case that the others start from.
  - name: met
    facts: {classes.all: 1000, classes.large: 49, rate.retention: 95%,
            safety.accidents: 0, safety.falsified: 否}
    expect: {counts: {fully_met: 3}, grade: A}

  - name: at 5 %
    base: met
    facts: {classes.large: 50}
    expect: {outcomes: {D.1: basically_met}, grade: A}
  - name: at 10 %
    base: met
    facts: {classes.large: 100}
    expect: {outcomes: {D.1: basically_met}}
  - name: above 10 %
    base: met
    facts: {classes.large: 101}
    expect: {outcomes: {D.1: not_met}, grade: B}
  - name: one class
    base: met
    facts: {classes.all: 1, classes.large: 0}
    expect: {outcomes: {D.1: fully_met}}
  - name: no class
    base: met
    facts: {classes.all: 0, classes.large: 0}
    expect: {outcomes: {D.1: not_applicable}, grade: A}
  - name: below
    base: met
    facts: {rate.retention: 94.99%}
    expect: {outcomes: {D.2: not_met}, grade: B}
  - name: accident
    base: met
    facts: {safety.accidents: 1}
    expect: {outcomes: {D.3: not_met}, grade: C}
  - name: falsified
    base: met
    facts: {safety.falsified: 是}
    expect: {outcomes: {D.3: not_met}, grade: C}
"""
SURVIVORS = """\
survivors:
  - {mutant: "grade min_applicable: 2 → 1", because: {zh: 两项恒适用, en: two always apply}}
"""


def folder(path: Path, cases: str = CASES, rules: str = RULES) -> Path:
    write(path, "ruleset.yaml", HEAD + rules)
    write(path, "tests.yaml", cases)
    return path


def tried(path: Path, cases: str = CASES, rules: str = RULES, *, mutate: bool = False) -> SelfTest:
    here = folder(path, cases, rules) / "ruleset.yaml"
    return try_ruleset(load_file(here).ruleset, read_suite(here), mutate=mutate)


def opened(tested: SelfTest) -> list[str]:
    assert tested.coverage is not None
    return [goal.name for goal in tested.coverage.open]


def survivors(tested: SelfTest) -> list[str]:
    assert tested.mutation is not None
    return [verdict.mutant.name for verdict in tested.mutation.survivors]


def without(name: str) -> str:
    """The cases but one."""
    before, _, rest = CASES.partition(f"name: {name}")
    assert rest, name
    start = before.rfind("\n  - ")
    end = rest.find("\n  - ")
    return before[:start] + (rest[end:] if end >= 0 else "\n")


def run(path: Path, *options: str) -> Ran:
    return dudao("test", path, *options)


# -- coverage ------------------------------------------------------------------------------------


def test_what_is_reached(tmp_path: Path) -> None:
    """Levels, applicability, sides of comparisons and awards count once each."""
    tested = tried(tmp_path)

    assert not tested.failed
    assert opened(tested) == ["grade: min_applicable"]


@pytest.mark.parametrize(
    ("left_out", "goals"),
    [
        ("above 10 %", ["D.1 not_met", "D.1 basically_met: measure <= 10% fails"]),
        ("no class", ["D.1 does not apply", "D.1 applies_when: classes.all > 0 fails"]),
        ("below", ["D.2 not_met", "D.2 fully_met: measure >= floor fails"]),
        ("falsified", ["D.3 fully_met: safety.falsified = no fails"]),
    ],
)
def test_a_case_left_out_leaves_its_goals_open(
    left_out: str, goals: list[str], tmp_path: Path
) -> None:
    """What only one case reaches is named when that case is gone."""
    assert opened(tried(tmp_path, without(left_out))) == [*goals, "grade: min_applicable"]


def test_a_cap_that_never_acts_is_open(tmp_path: Path) -> None:
    """Awards, caps and downgrades are goals: each has to change a grade in some case."""
    rules = RULES.replace(
        "    - {grade: B}\n", "    - {grade: B, when: any_veto}\n    - {grade: C}\n"
    )
    cases = "format: 1\ncases:\n  - {name: x, expect: {grade: null}}\n"

    assert {"grade: award A", "grade: award B", "grade: cap 1 acts"} <= set(
        opened(tried(tmp_path, cases, rules))
    )


def test_a_goal_out_of_reach_may_be_justified(tmp_path: Path) -> None:
    """`uncovered` takes a goal out of the count; it is not forgotten."""
    more = 'uncovered:\n  - {goal: "grade: min_applicable", because: {zh: 例, en: example}}\n'
    tested = tried(tmp_path, CASES + more)

    assert tested.coverage is not None
    assert opened(tested) == []
    assert tested.coverage.percent == 100
    assert tested.diagnostics == ()


def test_points_are_goals(tmp_path: Path) -> None:
    """Each step of points, what is left, a bonus given and withheld."""
    rules = """\
    domains:
      - id: D
        title: {zh: 域, en: Domain}
        criteria:
          - id: P
            title: {zh: 事故, en: Accidents}
            measure: safety.accidents
            fully: "= 0"
            points: {steps: [{when: "= 0", points: 6}, {when: "= 1", points: 3}], otherwise: 0}
            bonus: {points: 2, when: safety.falsified = no}
    """
    cases = (
        "format: 1\ncases:\n  - {name: one, facts: {safety.accidents: 1}, expect: {grade: null}}\n"
    )

    found = opened(tried(tmp_path, cases, textwrap.dedent(rules)))
    assert [name for name in found if "points" in name or "bonus" in name] == [
        "P points: step 1",
        "P points: otherwise",
        "P bonus: given",
        "P bonus: withheld",
    ]


def test_an_edition_answers_for_what_it_changes(tmp_path: Path) -> None:
    """Criteria inherited as they are stay with the cases of their own edition."""
    base = tmp_path / "demo" / "2026"
    folder(base)
    write(
        tmp_path / "demo" / "2027",
        "ruleset.yaml",
        HEAD.replace("2026", "2027").replace("vocabulary: small\n", "extends: demo@2026\n")
        + "parameters:\n  floor: {value: 96%}\n",
    )
    at = "{name: at, facts: {rate.retention: 96%}, expect: {counts: {fully_met: 1}}}"
    cases = f"format: 1\ncases:\n  - {at}\n"
    write(tmp_path / "demo" / "2027", "tests.yaml", cases)
    path = tmp_path / "demo" / "2027" / "ruleset.yaml"

    tested = try_ruleset(load_file(path).ruleset, read_suite(path), mutate=True)
    assert tested.coverage is not None
    assert tested.coverage.inherited == 2
    assert opened(tested) == ["D.2 not_met", "D.2 fully_met: measure >= floor fails"]
    assert survivors(tested) == [
        "parameters floor: 96% → 95%",
        "D.2 fully: >= floor → <= floor",
    ]


# -- mutants -------------------------------------------------------------------------------------


def test_good_cases_notice_every_slip(tmp_path: Path) -> None:
    """Limits, operators, guards, parts, levels, vetoes, caps: all but what is justified."""
    tested = tried(tmp_path, CASES + SURVIVORS, mutate=True)

    assert survivors(tested) == []
    assert tested.mutation is not None
    assert len(tested.mutation.verdicts) > 30
    assert [v.mutant.name for v in tested.mutation.justified] == [
        "grade min_applicable: 2 → 1",
    ]
    assert tested.mutation.percent < 100
    assert tested.diagnostics == ()


def test_the_short_way_finds_what_scoring_anew_finds(tmp_path: Path) -> None:
    """Only the changed criterion is evaluated again; every case scored anew says the same."""
    here = folder(tmp_path, without("at 10 %").replace(", grade: B", "")) / "ruleset.yaml"
    guizhou = next(e.path for e in installed() if e.id == "guizhou-county-duty")
    for path, step in ((here, 1), (guizhou, 5)):
        ruleset, cases = load_file(path).ruleset, read_suite(path).cases
        trial = Trial(ruleset, [run_case(case, ruleset) for case in cases])
        for mutant in mutants(ruleset)[::step]:
            anew = any(run_case(case, mutant.ruleset).mismatches for case in cases)

            assert (trial.killer(mutant) is not None) is anew, mutant.name


@pytest.mark.parametrize(
    ("left_out", "slips"),
    [
        ("at 5 %", ["D.1 fully: < 5% → <= 5%", "D.1 fully: < 5% → < 6%"]),
        ("at 10 %", ["D.1 basically: <= 10% → < 10%", "D.1 basically: <= 10% → <= 9%"]),
        ("above 10 %", ["D.1 basically: <= 10% → <= 11%"]),
        ("no class", ["D.1 applies_when: classes.all > 0 → classes.all > -1班"]),
        ("one class", ["D.1 applies_when: classes.all > 0 → classes.all > 1班"]),
        ("below", ["parameters floor: 95% → 94%"]),
        ("accident", ["D.3 fully: safety.accidents = 0 dropped"]),
        ("falsified", ["D.3 fully: safety.falsified = no dropped"]),
    ],
)
def test_a_case_left_out_lets_slips_through(
    left_out: str, slips: list[str], tmp_path: Path
) -> None:
    """Each boundary case is there for the slips that only it notices."""
    alive = survivors(tried(tmp_path, without(left_out) + SURVIVORS, mutate=True))

    assert set(slips) <= set(alive)


def test_a_survivor_comes_with_what_would_notice_it(tmp_path: Path) -> None:
    """A case to add, or an expectation to add to a case that is there."""
    cases = without("at 10 %").replace(", grade: C", "") + SURVIVORS
    tested = tried(tmp_path, cases, mutate=True)
    assert tested.mutation is not None
    hints = dict(zip(survivors(tested), tested.hints, strict=True))

    added = hints["D.1 basically: <= 10% → < 10%"]
    assert added is not None
    assert (added.base, added.facts) == ("met", "{classes.large: 100}")
    assert added.expect == "{outcomes: {D.1: basically_met}}"
    expected = hints["D.3 veto: dropped"]
    assert expected is not None
    assert (expected.base, expected.facts) == ("accident", "")
    assert expected.expect == "{grade: C}"


def test_what_a_hint_says_notices_the_slip(tmp_path: Path) -> None:
    """Adding the case of a hint takes its mutant off the list."""
    before = tried(tmp_path, without("at 10 %") + SURVIVORS, mutate=True)
    (hint, *_) = (h for h in before.hints if h is not None)
    new = f"\n  - {{name: new, base: {hint.base}, facts: {hint.facts}, expect: {hint.expect}}}\n"

    after = tried(tmp_path, without("at 10 %").rstrip("\n") + new + SURVIVORS, mutate=True)
    assert survivors(before)
    assert survivors(after) == []


def test_mutants_wait_until_every_case_passes(tmp_path: Path) -> None:
    """A case that fails notices nothing, so there is no score to speak of."""
    tested = tried(tmp_path, CASES.replace("{D.2: not_met}", "{D.2: fully_met}"), mutate=True)

    assert [t.name for t in tested.failed] == ["below"]
    assert tested.mutation is None


# -- suggestions ---------------------------------------------------------------------------------

ONE = """\
format: 1
# Kept as it is.
cases:
  - name: met     # two blanks and more stay
    facts: {classes.all: 1000, classes.large: 49, rate.retention: 95%,
            safety.accidents: 0, safety.falsified: 否}
    expect: {counts: {fully_met: 3}}   # the last line
survivors: []
"""


def test_suggested_cases_are_added_once(tmp_path: Path) -> None:
    """After a yes the file has cases around every limit; what was there is there still."""
    here = folder(tmp_path, ONE)
    first = run(here, "--suggest", "--yes", "--lang", "en")
    text = (here / "tests.yaml").read_text(encoding="utf-8")
    again = run(here, "--suggest", "--lang", "en")

    assert first.code == Exit.DONE
    head, _, tail = ONE.partition("survivors: []\n")
    assert text.startswith(head)
    assert text.endswith("survivors: []\n")
    assert "facts: {classes.large: 100}\n    expect: {outcomes: {D.1: basically_met}}" in text
    assert "facts: {safety.falsified: 是}\n    expect: {outcomes: {D.3: not_met}}" in text
    assert not tail
    assert again.out == "there are cases at, below and above every limit\n"
    assert run(here).code == Exit.DONE


def test_suggestions_reach_every_level_and_slip_of_a_limit(tmp_path: Path) -> None:
    """What is suggested for a criterion covers it, and notices every slip in its limits."""
    here = folder(tmp_path, ONE)
    run(here, "--suggest", "--yes")
    path = here / "ruleset.yaml"
    tested = try_ruleset(load_file(path).ruleset, read_suite(path), mutate=True)

    assert not [name for name in opened(tested) if not name.startswith("grade")]
    assert not [n for n in survivors(tested) if not n.startswith("grade") and "veto" not in n]


def test_without_a_case_to_begin_with_nothing_is_called_covered(tmp_path: Path) -> None:
    """Cases are varied from one that gives a result; where none does, that is said."""
    ran = run(folder(tmp_path, "format: 1\ncases: []\n"), "--suggest", "--yes", "--lang", "en")
    assert (ran.code, ran.out[:20]) == (Exit.DONE, "no case gives a resu")


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_written(answer: str, tmp_path: Path) -> None:
    """No, and no answer at all, leave the file alone."""
    here = folder(tmp_path, ONE)
    ran = run(here, "--suggest")

    assert ran.code == Exit.DONE
    assert "name: D.1 classes.large = 50" in ran.out
    assert (here / "tests.yaml").read_text(encoding="utf-8") == ONE


def test_cases_in_brackets_are_not_torn_open(tmp_path: Path) -> None:
    """A list on one line has no place for more lines: nothing is written, and it is said."""
    line = ONE.split("cases:")[0] + (
        "cases: [{name: met, facts: {classes.all: 1000, classes.large: 49},"
        " expect: {outcomes: {D.1: fully_met}}}]\n"
    )
    here = folder(tmp_path, line)
    ran = run(here, "--suggest", "--yes", "--lang", "en")

    assert ran.code == Exit.UNUSABLE
    assert "nothing was written" in ran.err
    assert (here / "tests.yaml").read_text(encoding="utf-8") == line


# -- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_screen(lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen) -> None:
    """A failed case, an open goal; then survivors with their diff and what would notice them."""
    monkeypatch.chdir(tmp_path)
    folder(Path("failed"), CASES.replace("{D.2: not_met}, grade: B", "{D.2: fully_met}, grade: A"))
    folder(Path("slips"), without("at 10 %").replace(", grade: C", "") + SURVIVORS)
    shown = run(Path("failed"), "--lang", lang).out + "\n"
    shown += run(Path("slips"), "--mutants", "--lang", lang).out

    screen(DATA / f"own_tests.{lang}.txt", shown)


def test_a_failed_case_exits_with_10(tmp_path: Path) -> None:
    """A failed test is a failed check."""
    wrong = CASES.replace("{D.2: not_met}", "{D.2: fully_met}")

    assert run(folder(tmp_path / "right")).code == Exit.DONE
    assert run(folder(tmp_path / "wrong", wrong)).code == Exit.BELOW


@pytest.mark.parametrize(("least", "code"), [("97", Exit.BELOW), ("96", Exit.DONE)])
def test_fail_under(least: str, code: Exit, tmp_path: Path) -> None:
    """26 of 27 goals are 96.29 %: below 97, not below 96."""
    ran = run(folder(tmp_path), "--fail-under", least)

    assert "96.2%（26/27）" in ran.out
    assert ran.code == code


def test_fail_under_asks_for_the_mutation_score_too(tmp_path: Path) -> None:
    """Either of the two below the number fails."""
    here = folder(tmp_path, without("at 10 %") + SURVIVORS)

    assert run(here, "--mutants", "--fail-under", "99").code == Exit.BELOW


def test_filter_runs_some_cases_only(tmp_path: Path) -> None:
    """By the words of a name or by a criterion; what a part reaches says nothing."""
    ran = run(folder(tmp_path), "--filter", "D.3", "--format", "json")
    data = json.loads(ran.out)

    assert [case["name"] for case in data["cases"]] == ["accident", "falsified"]
    assert data["coverage"] is None


def test_filter_chooses_mutants(tmp_path: Path) -> None:
    """All cases are asked about the mutants that have the word."""
    ran = run(folder(tmp_path), "--filter", "D.3", "--mutants", "--format", "json")
    mutation = json.loads(ran.out)["mutation"]

    assert (mutation["mutants"], mutation["killed"]) == (7, 7)


def test_json_says_all_of_it(tmp_path: Path) -> None:
    """Exact percentages, open goals with their place, survivors with their diff."""
    here = folder(tmp_path, without("at 10 %") + SURVIVORS)
    data = json.loads(run(here, "--mutants", "--format", "json").out)
    (survivor, *_) = data["mutation"]["survivors"]

    assert data["format"] == 1
    assert data["failed"] == 0
    assert data["coverage"]["kinds"]["level"] == {"reached": 7, "of": 7}
    assert data["coverage"]["open"][0]["goal"] == "grade: min_applicable"
    assert survivor["before"] == "basically: <= 10%"
    assert survivor["after"] == "basically: < 10%"
    assert survivor["killed_by"]["facts"] == "{classes.large: 100}"


def test_junit_counts_what_it_lists(tmp_path: Path) -> None:
    """Cases as tests, with failures; goals and mutants as tests that are skipped when open."""
    here = folder(tmp_path, CASES.replace("{D.2: not_met}", "{D.2: fully_met}"))
    root = Xml.fromstring(run(here, "--format", "junit").out)
    suites = {suite.get("name"): suite for suite in root}

    assert set(suites) == {"cases", "coverage"}
    for suite in suites.values():
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    failure = suites["cases"].find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "outcomes D.2: fully_met ≠ not_met"


def test_a_ruleset_without_tests_exits_with_3(tmp_path: Path) -> None:
    """There is nothing to run, and that is not a success."""
    write(tmp_path, "ruleset.yaml", HEAD + RULES)
    ran = run(tmp_path)

    assert ran.code == Exit.UNUSABLE
    assert "file-missing" in ran.err


def test_suggest_stands_alone(tmp_path: Path) -> None:
    """What is suggested is a text for the author, not part of a report."""
    ran = run(folder(tmp_path), "--suggest", "--mutants", "--lang", "en")

    assert ran.code == Exit.USAGE
    assert "--suggest stands alone" in ran.err
