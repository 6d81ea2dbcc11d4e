"""The grade: award, caps, downgrades in their order; guards; bounds and what decides them."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.scoring.fact_values import Key
from engine.scoring.grading import Grader, GradeResult, StepKind
from engine.scoring.interpreter import Interpreter
from engine.scoring.outcome import evaluate
from engine.scoring.values import NO, YES, Value, Word, point

from .made import YEAR, Case, assessed, load
from .strategies import KINDS, LEVELS, grade_rules

SAID = {"F": "fully_met", "b": "basically_met", "N": "not_met", "-": "not_applicable"}


def grade(folder: Path, outcomes: str, rule: dict[str, Any], **facts: Any) -> GradeResult:
    """The grade of judged criteria, domain A before the space and B after it; N! is a veto."""
    criteria, said = [], {}
    for domain, letters in zip("AB", outcomes.split(), strict=False):
        for number, letter in enumerate(letters.replace("!", "")):
            name = f"{domain}.{number}"
            criteria.append({"id": name, "title": name, "judged": True})
            if letters[letters.index(letter) + 1 :].startswith("!") and letter == "N":
                criteria[-1]["veto"] = True
            if letter in SAID:
                said[name] = SAID[letter]
    whole = {"scale": ["A", "B", "C", "D"], "award": [{"grade": "A"}], **rule}
    case = Case(
        criteria=tuple(criteria),
        grade=whole,
        facts={(name.replace("_", ".", 1), YEAR): value for name, value in facts.items()},
        outcomes=said,
    )
    found = assessed(case, folder).grade
    assert found is not None
    return found


def awards(**conditions: str) -> dict[str, Any]:
    """Awards in order; what holds for none is D."""
    listed = [{"grade": name, "when": when} for name, when in conditions.items()]
    return {"award": [*listed, {"grade": "D"}]}


@pytest.mark.parametrize(
    ("outcomes", "condition", "holds"),
    [
        ("FFbN", "share(fully_met) = 50%", True),
        ("FFbN--", "share(fully_met) = 50%", True),
        ("FFbN", "share(basically_met) + share(not_met) = 50%", True),
        ("FFbN-", "count(fully_met) = 2 and count(not_applicable) = 1", True),
        ("FFb N", "count(not_met, A) = 0", True),
        ("FFb N", "count(not_met, B) = 0", False),
        ("FN FF", "share(fully_met, A) = 50% and share(fully_met, B) = 100%", True),
        ("Fb", 'outcome(A.1) = "basically_met"', True),
        ("FN", "any_veto", False),
        ("FN!", "any_veto", True),
        ("Fb", "count(undetermined) = 0", True),
        ("FF", "points = 0", True),
    ],
)
def test_what_a_rule_can_ask(tmp_path: Path, outcomes: str, condition: str, holds: bool) -> None:
    """Counts and shares, of all domains or one, outcomes by name, vetoes."""
    found = grade(tmp_path, outcomes, awards(A=condition))
    assert (found.awarded, found.determined) == ("A" if holds else "D", True)


@pytest.mark.parametrize(("of", "awarded"), [("applicable", "A"), ("all", "D")])
def test_denominator(tmp_path: Path, of: str, awarded: str) -> None:
    """What does not apply leaves the denominator, unless the ruleset counts all."""
    rule = {**awards(A="share(fully_met) = 100%"), "of": of}
    assert grade(tmp_path, "FF-", rule).awarded == awarded


def lowered(combine: str, *by: int) -> dict[str, Any]:
    """Downgrades that always act."""
    items = [{"by": n, "when": "count(not_met) >= 0"} for n in by]
    return {"downgrades": items, "combine_downgrades": combine}


@pytest.mark.parametrize(
    ("combine", "by", "awarded"),
    [
        ("add", (1,), "B"),
        ("add", (1, 1), "C"),
        ("add", (2, 1), "D"),
        ("add", (2, 2), "D"),
        ("strongest", (1, 1), "B"),
        ("strongest", (1, 2), "C"),
    ],
)
def test_downgrades(tmp_path: Path, combine: str, by: tuple[int, ...], awarded: str) -> None:
    """Downgrades add up or the strongest counts, and never go below the last grade."""
    assert grade(tmp_path, "F", lowered(combine, *by)).awarded == awarded


def test_order(tmp_path: Path) -> None:
    """First the award, then caps, then downgrades, however they are written; each is recorded."""
    rule = {
        **lowered("add", 1),
        "caps": [
            {"at_most": "C", "when": "count(not_met) > 0"},
            {"at_most": "B", "when": "any_veto"},
            {"at_most": "B", "when": "count(fully_met) > 99"},
        ],
    }
    found = grade(tmp_path, "FN!", rule)
    assert found.awarded == "D"
    assert [(str(s.kind), s.grade, s.acted) for s in found.steps] == [
        ("award", "A", True),
        ("cap", "C", True),
        ("cap", "C", False),
        ("downgrade", "D", True),
    ]


@pytest.mark.parametrize(
    ("outcomes", "least", "bounds"),
    [
        ("F--", 2, (None, None, None)),
        ("FF-", 2, ("A", "A", "A")),
        ("F?-", 2, ("A", "A", "A")),
        ("", 0, ("A", "A", "A")),
    ],
)
def test_too_little_applies(
    tmp_path: Path, outcomes: str, least: int, bounds: tuple[str | None, ...]
) -> None:
    """No grade for a sheet on which next to nothing applies; what is open may still apply."""
    if not outcomes:
        outcomes = "-"
    found = grade(tmp_path, outcomes, {"min_applicable": least})
    assert (found.awarded, found.best, found.worst) == bounds
    if bounds[0] is None:
        assert [s.kind for s in found.steps] == [StepKind.GUARD]


@pytest.mark.parametrize(
    ("outcomes", "rule", "bounds"),
    [
        ("FF?", awards(A="count(not_met) = 0"), ("A", "D")),
        ("FN?", awards(A="count(not_met) = 0"), ("D", "D")),
        ("F?????", awards(A="count(fully_met) >= 1"), ("A", "A")),
        ("F?", awards(A="share(fully_met) = 100%", B="share(fully_met) > 50%"), ("A", "D")),
        ("--", awards(A="share(fully_met) = 100%"), ("A", "D")),
    ],
)
def test_bounds(
    tmp_path: Path, outcomes: str, rule: dict[str, Any], bounds: tuple[str, str]
) -> None:
    """While outcomes are open the best and the worst grade still possible are given."""
    found = grade(tmp_path, outcomes, rule)
    assert (found.best, found.worst) == bounds
    assert found.awarded == (bounds[0] if bounds[0] == bounds[1] else None)


def test_the_rules_own_facts(tmp_path: Path) -> None:
    """A fact that the rule itself asks for is a bound of the grade and is named as deciding."""
    rule = {
        **awards(A="count(not_met) = 0"),
        "downgrades": [{"by": 1, "when": "safety.falsified"}],
        "caps": [{"at_most": "A", "when": "pay.not_below"}],
    }
    open_ = grade(tmp_path, "F", rule)
    assert (open_.best, open_.worst) == ("A", "B")
    assert {r.name: r in open_.decisive for r in open_.missing} == {
        "safety.falsified": True,
        "pay.not_below": False,
    }
    assert grade(tmp_path, "F", rule, safety_falsified="no").awarded == "A"
    assert grade(tmp_path, "F", rule, safety_falsified="yes").awarded == "B"
    gone = grade(tmp_path, "F", rule, safety_falsified={"not_applicable": "无"})
    assert gone.awarded == "A"


def test_only_what_can_decide_decides(tmp_path: Path) -> None:
    """A missing fact whose criterion cannot move the grade is not said to decide it."""
    criteria = (
        {"id": "A.0", "title": "一", "measure": "rate.retention", "fully": ">= 95%"},
        {"id": "B.0", "title": "二", "measure": "safety.accidents", "fully": "= 0"},
    )
    rule = {
        "scale": ["A", "B"],
        "award": [{"grade": "A", "when": "count(not_met, A) = 0"}, {"grade": "B"}],
    }
    missing = assessed(Case(criteria=criteria, grade=rule, facts={}), tmp_path).missing
    assert {m.reason.name: m.decides for m in missing} == {
        "rate.retention": True,
        "safety.accidents": False,
    }


def test_too_many_to_go_through(tmp_path: Path) -> None:
    """When the combinations are too many, any grade is possible and everything may decide."""
    names = [f"{domain}.{n}" for domain in "ABCDEF" for n in range(8)]
    criteria = tuple(
        {
            "id": name,
            "title": name,
            "measure": "rate.retention",
            "fully": ">= 95%",
            "basically": ">= 90%",
        }
        for name in names
    )
    tallies = " + ".join(f"count(fully_met, {domain})" for domain in "ABCDEF")
    rule = {
        "scale": ["A", "B"],
        "award": [{"grade": "A", "when": f"{tallies} > 9"}, {"grade": "B"}],
        "downgrades": [{"by": 1, "when": "safety.falsified"}],
    }
    assessment = assessed(Case(criteria=criteria, grade=rule, facts={}), tmp_path)
    found = assessment.grade
    assert found is not None
    assert (found.best, found.worst, found.exhaustive) == ("A", "B", False)
    assert {m.reason.name: m.decides for m in assessment.missing} == {
        "rate.retention": True,
        "safety.falsified": True,
    }


# -- the bounds against every completion ----------------------------------------------------------

FACTS = ("rate.retention", "area.rooms", "classes.large")
OWN: dict[str, tuple[Value, ...]] = {
    "safety.falsified": (YES, NO),
    "safety.accidents": (point(0), point(1)),
    "level.monitoring": tuple(Word(w, n, LEVELS) for n, w in enumerate(LEVELS[:2])),
}


@st.composite
def open_cases(draw: st.DrawFn) -> Case:
    """Criteria of one fact each, some of the facts missing, and a grade rule."""
    names = FACTS[: draw(st.integers(1, len(FACTS)))]
    criteria = []
    for number, name in enumerate(names):
        kind, first = KINDS[name], draw(st.integers(2, 9))
        identifier = f"D{1 + number % 2}.{number}"
        criterion: dict[str, Any] = {"id": identifier, "title": name, "measure": name}
        criterion["fully"] = f">= {kind.text(first)}"
        if draw(st.booleans()):
            criterion["basically"] = f"> {kind.text(draw(st.integers(0, first - 2)))}"
        criteria.append(criterion | {"veto": draw(st.booleans())})
    facts = {
        (name, YEAR): KINDS[name].text(draw(st.integers(0, 10)))
        for name in names
        if draw(st.integers(0, 2)) == 0
    }
    rule = draw(grade_rules(tuple(c["id"] for c in criteria)))
    return Case(criteria=tuple(criteria), grade=rule, facts=facts)


def completed(case: Case, folder: Path) -> Iterable[tuple[dict[Key, Value], int]]:
    """Every completion that can make a difference, with the place of its grade on the scale."""
    ruleset, sheet = load(case, folder)
    assert ruleset.grade is not None
    grids: dict[Key, list[Value]] = {}
    for criterion in ruleset.criteria:
        key = (criterion.title.zh, YEAR)
        if key in case.facts:
            continue
        by_outcome: dict[object, Value] = {}
        for quanta in range(11):
            unit = KINDS[key[0]]
            scale = ruleset.vocabulary.facts[key[0]].unit.scale
            value = point(quanta * unit.quantum * scale)
            found = evaluate(criterion, Interpreter(ruleset, sheet, {key: value}))
            by_outcome.setdefault(found.outcome, value)
        grids[key] = list(by_outcome.values())
    grids |= {(n, YEAR): list(v) for n, v in OWN.items() if n in str(case.grade)}
    for values in product(*grids.values()):
        filling = dict(zip(grids, values, strict=True))
        interpreter = Interpreter(ruleset, sheet, filling)
        results = tuple(evaluate(c, interpreter) for c in ruleset.criteria)
        grade_ = Grader(ruleset.grade, interpreter, None).grade(results)
        assume(grade_.determined)
        last = len(ruleset.grade.scale)
        rank = last if grade_.awarded is None else ruleset.grade.rank(grade_.awarded)
        yield filling, rank


@given(open_cases())
def test_bounds_by_brute_force(tmp_path: Path, case: Case) -> None:
    """Best and worst are the extremes over all completions; facts decide iff one moves them."""
    assessment = assessed(case, tmp_path)
    rule, found = assessment.ruleset.grade, assessment.grade
    assert rule is not None
    assert found is not None
    fillings = list(completed(case, tmp_path))
    ranks = [rank for _, rank in fillings]
    best, worst = (
        len(rule.scale) if g is None else rule.rank(g) for g in (found.best, found.worst)
    )
    assert best <= min(ranks)
    assert max(ranks) <= worst
    moving = {
        key
        for filling, rank in fillings
        for other, other_rank in fillings
        if rank != other_rank
        for key in filling
        if {k for k in filling if filling[k] != other[k]} == {key}
    }
    decides = {(m.reason.name, m.reason.year) for m in assessment.missing if m.decides}
    assert moving <= decides
    # One fact in several places of the rule ties them together; only then may the bounds be wide.
    if not any(name in str(case.grade) for name in OWN):
        assert (best, worst) == (min(ranks), max(ranks))
        assert moving == decides
