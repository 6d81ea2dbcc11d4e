"""Proofs about grades and points, held against every sheet of a small world."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.facts.sheet_reader import read_sheet
from engine.language.expression import fact_names
from engine.language.model import Criterion, Outcome, Ruleset
from engine.language.vocabulary import Better
from engine.scoring.assess import assess
from engine.scoring.grading import Grader
from engine.scoring.outcome import CriterionResult, evaluate
from engine.scoring.points import NOTHING, Scored, score, total
from engine.scoring.values import Number
from engine.workshop.proofs import Answer, Proofs, Question
from engine.workshop.verify import prove

from .support import dudao
from .worlds import NAMES, UPWARD, Values, better, sheets, world

limits = st.integers(0, 5).map(str)
facts = st.sampled_from(NAMES)
conditions = st.tuples(facts, st.sampled_from(["<", "<=", ">", ">=", "="]), limits).map(" ".join)
outcomes = st.sampled_from(["fully_met", "basically_met", "not_met", "not_applicable"])
measures = st.one_of(facts, st.tuples(facts, st.sampled_from(["+", "-"]), facts).map(" ".join))


@st.composite
def points(draw: st.DrawFn) -> list[str]:
    """Points by outcome, by steps or less a deduction; sometimes a bonus."""
    some = st.integers(0, 9)
    kind = draw(st.sampled_from(["outcome", "steps", "deduct"]))
    if kind == "outcome":
        given = ", ".join(f"{level}: {draw(some)}" for level in ("fully", "basically", "not_met"))
        lines = [f"points: {{{given}}}"]
    elif kind == "steps":
        signs = st.sampled_from([">=", "<="])
        steps = ", ".join(
            f'{{when: "{draw(signs)} {draw(limits)}", points: {draw(some)}}}' for _ in range(2)
        )
        lines = [f"points: {{max: 9, steps: [{steps}], otherwise: {draw(some)}}}"]
    else:
        side = draw(st.sampled_from(["below", "above"]))
        each = draw(st.sampled_from(["proportional", "whole", "started"]))
        cut = f"points: {draw(st.integers(1, 3))}, per: 2, {side}: {draw(limits)}, each: {each}"
        lines = [f"points: {{max: 9, deduct: {{{cut}}}}}"]
    if draw(st.booleans()):
        lines.append(f'bonus: {{points: {draw(st.integers(1, 3))}, when: "{draw(conditions)}"}}')
    return lines


@st.composite
def criterion(draw: st.DrawFn, name: str, *, with_points: bool) -> str:
    """A measure with one or two levels; sometimes it applies only under a condition."""
    measured = draw(measures)
    # Mostly the direction that the facts have, or else the criterion is the one to be blamed.
    up = draw(st.booleans()) if measured not in UPWARD else UPWARD[measured]
    sign = ">=" if up else "<="
    first, second = sorted((draw(st.integers(0, 5)), draw(st.integers(0, 5))), reverse=up)
    lines = [f"measure: {measured}", f"better: {'higher' if up else 'lower'}"]
    lines.append(f'fully: "{sign} {first}"')
    if first != second:
        lines.append(f'basically: "{sign} {second}"')
    if draw(st.integers(0, 2)) == 0:
        lines.append(f'applies_when: "{draw(conditions)}"')
    if with_points:
        lines += draw(points())
    body = "".join(f"        {line}\n" for line in lines)
    head = f"      - id: {name}\n        title: {{zh: 要点, en: Item}}\n"
    # The first criterion has its head from the world.
    return body if name == "X" else head + body


@st.composite
def rules(draw: st.DrawFn, names: tuple[str, ...], *, with_points: bool) -> str:
    """Two awards and the rest; sometimes a cap, sometimes downgrades."""
    rising = [
        st.integers(0, 2).map(lambda n: f"count(not_met) <= {n}"),
        st.sampled_from([30, 50, 60]).map(lambda n: f"share(fully_met) >= {n}%"),
        st.sampled_from(names).map(lambda name: f"outcome({name}) = fully_met"),
    ]
    shapes = [
        *rising * 3,
        st.tuples(outcomes, st.integers(0, 2)).map(lambda x: f"count({x[0]}) >= {x[1]}"),
        st.tuples(st.sampled_from(names), outcomes).map(lambda x: f"outcome({x[0]}) = {x[1]}"),
        conditions,
    ]
    if with_points:
        shapes += [st.integers(0, 20).map(lambda n: f"points >= {n}")] * 3
    one = st.one_of(shapes)
    whens = st.one_of(one, st.tuples(one, st.sampled_from(["and", "or"]), one).map(" ".join))
    lines = [
        "grade:",
        "  scale: [A, B, C]",
        f"  min_applicable: {draw(st.integers(0, 1))}",
        "  award:",
        f"    - {{grade: A, when: {json.dumps(draw(whens))}}}",
        f"    - {{grade: B, when: {json.dumps(draw(whens))}}}",
        "    - {grade: C}",
    ]
    if draw(st.booleans()):
        cap = f"{{at_most: B, when: {json.dumps(draw(one))}, because: {{zh: 封, en: cap}}}}"
        lines.append(f"  caps: [{cap}]")
    if draw(st.booleans()):
        down = f"{{by: 1, when: {json.dumps(draw(one))}, because: {{zh: 降, en: down}}}}"
        lines.append(f"  downgrades: [{down}]")
    return "\n".join(lines) + "\n"


@st.composite
def schemes(draw: st.DrawFn) -> str:
    """Two or three criteria over the same three facts, and a grade rule."""
    names = ("X", "Y", "Z")[: draw(st.integers(2, 3))]
    with_points = draw(st.booleans())
    body = "".join(draw(criterion(name, with_points=with_points)) for name in names)
    return body + draw(rules(names, with_points=with_points))


@dataclass(frozen=True)
class Seen:
    """One sheet as the interpreter has it."""

    results: tuple[CriterionResult, ...]
    points: dict[str, Scored | None]
    grade: str | None

    @property
    def decided(self) -> bool:
        return all(result.outcome is not Outcome.UNDETERMINED for result in self.results)


def everything(ruleset: Ruleset, folder: Path) -> dict[Values, Seen]:
    """Every consistent sheet with its outcomes, points and grade."""
    assert ruleset.grade is not None
    found = {}
    for values, interpreter in sheets(ruleset, folder):
        results = tuple(evaluate(criterion, interpreter) for criterion in ruleset.criteria)
        given = {r.criterion.id: score(r, interpreter) for r in results}
        whole = total([s for s in given.values() if s is not None]) if any(given.values()) else None
        grade = Grader(ruleset.grade, interpreter, whole or NOTHING).grade(results)
        found[values] = Seen(results, given, grade.awarded)
    return found


def lower(one: Seen, two: Seen) -> bool:
    """Both have a grade and the second has the lower one; the scale is in the alphabet's order."""
    return one.grade is not None and two.grade is not None and two.grade > one.grade


def fewer(one: Seen, two: Seen, name: str) -> bool:
    """The criterion applies in both and gives fewer points in the second."""
    a, b = one.points[name], two.points[name]
    applies = all(
        next(r for r in seen.results if r.criterion.id == name).outcome
        not in (Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED)
        for seen in (one, two)
    )
    if not applies or a is None or b is None or a.exact is None or b.exact is None:
        return False
    return b.exact < a.exact


def measure(seen: Seen, name: str) -> Fraction | None:
    value = next(r for r in seen.results if r.criterion.id == name).compared
    exact = value.exact if isinstance(value, Number) else None
    return exact if isinstance(exact, Fraction) else None


def better_measure(one: Seen, two: Seen, about: Criterion) -> bool:
    a, b = measure(one, about.id), measure(two, about.id)
    if a is None or b is None:
        return False
    return b > a if about.better is Better.HIGHER else b < a


def agrees(proofs: Proofs, found: dict[Values, Seen], detail: str, question: Question) -> None:
    """Each answer about grades is what going through the sheets says."""
    for proof in (p for p in proofs.proofs if p.question is question and p.detail == detail):
        if question is Question.GRADE_REACHABLE:
            reached = any(seen.grade == detail and seen.decided for seen in found.values())
            if proof.answer is Answer.UNKNOWN:
                # Only where more than one outcome or grade is possible although all is reported.
                assert not all(seen.decided and seen.grade for seen in found.values()), proof
            else:
                assert proof.answer is (Answer.PROVED if reached else Answer.REFUTED), proof
        elif question is Question.GRADE_MONOTONE_IN_FACT:
            falls = any(
                lower(one, two)
                for a, one in found.items()
                for b, two in found.items()
                if better(detail, a, b) and one.decided and two.decided
            )
            assert proof.answer is (Answer.REFUTED if falls else Answer.PROVED), proof
        else:
            falls = any(
                fewer(one, two, proof.about)
                for a, one in found.items()
                for b, two in found.items()
                if better(detail, a, b)
            )
            assert proof.answer is (Answer.REFUTED if falls else Answer.PROVED), proof


@settings(max_examples=60)
@given(schemes())
def test_proofs_agree_with_going_through_every_sheet(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """A grade is reached, and never falls with a better fact, exactly where the sheets say so."""
    folder = tmp_path_factory.mktemp("world")
    ruleset = world(folder, text)
    if ruleset is None:
        return
    proofs, found = prove(ruleset), everything(ruleset, folder)
    for grade in "ABC":
        agrees(proofs, found, grade, Question.GRADE_REACHABLE)
    for name in UPWARD:
        agrees(proofs, found, name, Question.GRADE_MONOTONE_IN_FACT)
        agrees(proofs, found, name, Question.POINTS_MONOTONE_IN_FACT)
    for proof in proofs.proofs:
        if proof.question is Question.POINTS_MONOTONE:
            about = next(c for c in ruleset.criteria if c.id == proof.about)
            fallen = [
                alike(a, b, about)
                for a, one in found.items()
                for b, two in found.items()
                if better_measure(one, two, about) and fewer(one, two, about.id)
            ]
            assert bool(fallen) if proof.answer is Answer.REFUTED else not any(fallen), proof


def alike(one: Values, two: Values, about: Criterion) -> bool:
    """The sheets are the same in what is asked beside the measure, and differ in what it reads."""
    bonus = about.bonus.when if about.bonus is not None else None
    asked = [expr for expr in (about.applies_when, bonus) if expr is not None]
    beside = {name for expr in asked for name in fact_names(expr)}
    read = set() if about.measure is None else set(fact_names(about.measure))
    return bool(read - beside) and all(
        a == b for name, a, b in zip(NAMES, one, two, strict=True) if name in beside
    )


SHARED = """\
        measure: w.b
        better: higher
        fully: ">= 4"
      - id: Y
        title: {zh: 要点, en: Item}
        measure: w.b
        better: lower
        fully: "<= LIMIT"
grade:
  scale: [A, B, C]
  min_applicable: 1
  award:
    - {grade: A, when: count(not_met) = 0}
    - {grade: B, when: count(not_met) <= 1}
    - {grade: C}
"""


def test_a_sheet_for_each_grade_is_saved_and_scores(tmp_path: Path) -> None:
    """What counts allow and shared facts do not is refuted; the other grades have their sheet."""
    ruleset = world(tmp_path, SHARED.replace("LIMIT", "3"))
    assert ruleset is not None
    ran = dudao("check", tmp_path, "--lang", "en", "--save-witness", tmp_path / "found")
    assert ran.code == Exit.BELOW
    assert "error[grade-unreachable] no sheet with everything reported ever gets" in ran.err
    assert "0 counterexamples written" in ran.err
    assert "1 example sheets, one for each grade" in ran.err
    (path,) = (tmp_path / "found").iterdir()
    assert path.name == "grade-B.yaml"
    head = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert head == "# a sheet that gets the grade B: fully met 1, not met 1"
    grade = assess(ruleset, read_sheet(path, ruleset.vocabulary).sheet).grade
    assert grade is not None
    assert grade.awarded == "B"


def test_limits_that_leave_room_are_reached_together(tmp_path: Path) -> None:
    """The same criteria with limits that one sheet can meet: every grade but the last has one."""
    ruleset = world(tmp_path, SHARED.replace("LIMIT", "4"))
    assert ruleset is not None
    found = [p for p in prove(ruleset).proofs if p.question is Question.GRADE_REACHABLE]
    assert [(p.detail, p.answer) for p in found] == [
        ("A", Answer.PROVED),
        ("B", Answer.PROVED),
        ("C", Answer.REFUTED),
    ]


def test_a_lower_grade_for_a_better_fact_is_shown_by_two_sheets(tmp_path: Path) -> None:
    """Fewer of what is better fewer brings a duty that is not met."""
    text = SHARED.replace('"<= LIMIT"', '"<= 5"\n        applies_when: w.c < 2')
    text = text.replace('fully: ">= 4"', 'fully: ">= 5"', 1).replace('"<= 5"', '"<= 1"')
    ruleset = world(tmp_path, text)
    assert ruleset is not None
    (proof,) = (
        p
        for p in prove(ruleset).proofs
        if p.question is Question.GRADE_MONOTONE_IN_FACT and p.answer is Answer.REFUTED
    )
    assert proof.witness is not None
    one, two = (assess(ruleset, sheet) for sheet in proof.witness.sheets)
    assert one.grade is not None
    assert two.grade is not None
    assert (one.grade.awarded, two.grade.awarded) == proof.witness.results
    assert proof.witness.results[0] < proof.witness.results[1]


FALLING = """\
        measure: w.a
        fully: ">= 3"
        points: {fully: 9, not_met: 5}
      - id: Y
        title: {zh: 要点, en: Item}
        measure: w.c
        fully: "<= 1"
        points: {fully: 4, not_met: 0}
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: points >= 13}
    - {grade: B, when: points >= 5 and points <= 8}
    - {grade: C}
"""


def test_a_gap_between_bands_is_shown_by_sheets_that_score_so(tmp_path: Path) -> None:
    """The counterexample is two whole sheets with the points and the grades that are told."""
    ruleset = world(tmp_path, FALLING)
    assert ruleset is not None
    (proof,) = (p for p in prove(ruleset).proofs if p.finding and p.finding.code == "award-gap")
    assert proof.witness is not None
    found = [assess(ruleset, sheet) for sheet in proof.witness.sheets]
    assert [one.grade.awarded for one in found if one.grade] == list(proof.witness.results)
    assert [one.total.exact for one in found if one.total] == [5, 9]
    assert proof.witness.results == ("B", "C")
