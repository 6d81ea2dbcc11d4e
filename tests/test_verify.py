"""Proofs: what they answer is what going through every sheet of a small world answers."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.commands import check as check_command
from engine.commands.common import Exit
from engine.facts.sheet_reader import read_sheet
from engine.language.diagnostics import Span
from engine.language.loader import load_file, load_ruleset
from engine.language.model import Outcome, Ruleset
from engine.locale import Label
from engine.scoring.assess import assess
from engine.scoring.outcome import CriterionResult, evaluate
from engine.scoring.values import Why
from engine.workshop.proofs import Answer, Question
from engine.workshop.verify import available, prove

from .support import dudao, sheet
from .worlds import NAMES, UPWARD, Values, better, sheets, world

numbers = st.one_of(st.sampled_from(NAMES), st.integers(0, 6).map(str))
terms = st.one_of(
    numbers,
    st.tuples(numbers, st.sampled_from(["+", "-", "/"]), numbers).map(" ".join),
)
comparisons = st.tuples(terms, st.sampled_from(["<", "<=", ">", ">=", "="]), terms).map(" ".join)
conditions = st.one_of(
    comparisons,
    st.tuples(comparisons, st.sampled_from(["and", "or"]), comparisons).map(" ".join),
)


@st.composite
def criteria(draw: st.DrawFn) -> str:
    """Levels as conditions over three facts with few values each."""
    lines = [f"fully: {json.dumps(draw(conditions))}"]
    if draw(st.booleans()):
        lines.append(f"basically: {json.dumps(draw(conditions))}")
    if draw(st.booleans()):
        lines.append(f"not_met: {json.dumps(draw(conditions))}")
    if draw(st.booleans()):
        lines.append(f"applies_when: {json.dumps(draw(comparisons))}")
    return "".join(f"        {line}\n" for line in lines)


def everything(ruleset: Ruleset, folder: Path) -> dict[Values, CriterionResult]:
    """The result of every consistent sheet."""
    return {
        values: evaluate(ruleset.criteria[0], interpreter)
        for values, interpreter in sheets(ruleset, folder)
    }


def worse(before: Outcome, after: Outcome) -> bool:
    order = (Outcome.FULLY_MET, Outcome.BASICALLY_MET, Outcome.NOT_MET)
    return before in order and after in order and order.index(before) < order.index(after)


def no_level(result: CriterionResult) -> bool:
    """A hole between levels; where it is not even known to apply, that comes first."""
    applies = Outcome.NOT_APPLICABLE not in result.possible
    return applies and any(reason.why is Why.NO_LEVEL for reason in result.reasons)


def answers(found: dict[Values, CriterionResult]) -> Iterator[tuple[Question, str, bool]]:
    """What brute force says: the question, its detail, whether it holds."""
    results = list(found.values())
    read = {f.name for r in results for f in r.facts}
    yield Question.COMPLETE, "", not any(no_level(r) for r in results)
    open_ones = [r for r in results if r.outcome is Outcome.UNDETERMINED and not no_level(r)]
    yield Question.DEFINED, "", not open_ones
    for outcome, key in (
        (Outcome.FULLY_MET, "fully"),
        (Outcome.BASICALLY_MET, "basically"),
        (Outcome.NOT_MET, "not_met"),
    ):
        yield Question.REACHABLE, key, any(r.outcome is outcome for r in results)
    for name in UPWARD:
        if name not in read:
            continue
        falls = any(
            worse(one.outcome, two.outcome)
            for a, one in found.items()
            for b, two in found.items()
            if better(name, a, b)
        )
        yield Question.MONOTONE_IN_FACT, name, not falls


@settings(max_examples=60)
@given(criteria())
def test_proofs_agree_with_going_through_every_sheet(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """The solver is never its own witness: proved means no sheet, refuted means some sheet."""
    folder = tmp_path_factory.mktemp("world")
    ruleset = world(folder, text)
    if ruleset is None:
        return
    truth = {(q, d): holds for q, d, holds in answers(everything(ruleset, folder))}
    for proof in prove(ruleset).proofs:
        assert proof.answer is not Answer.UNKNOWN, proof
        if (proof.question, proof.detail) in truth:
            holds = truth[proof.question, proof.detail]
            assert proof.answer is (Answer.PROVED if holds else Answer.REFUTED), proof


BANDS = """\
        measure: w.a / w.b
        applies_when: w.b > 0
        fully: ">= 90%"
        basically: ">= 60%"
"""


def test_a_witness_is_a_sheet_that_replays(tmp_path: Path) -> None:
    """Every saved counterexample is a file that `dudao score` reads and that shows the defect."""
    text = BANDS.replace("        applies_when: w.b > 0\n", "")
    assert world(tmp_path, text) is not None
    ran = dudao("check", tmp_path, "--lang", "en", "--save-witness", tmp_path / "found")
    assert ran.code == Exit.BELOW
    assert "1 counterexamples written" in ran.err
    loaded = load_file(tmp_path / "ruleset.yaml")
    (path,) = (tmp_path / "found").iterdir()
    assert path.name == "X-divides-by-zero.yaml"
    read = read_sheet(path, loaded.ruleset.vocabulary)
    result = assess(loaded.ruleset, read.sheet).results[0]
    assert [reason.why for reason in result.reasons] == [Why.ZERO_DIVISOR]


def test_numbers_of_a_witness_are_typical(tmp_path: Path) -> None:
    """What the defect does not ask for stays at the typical value."""
    ruleset = world(tmp_path, '        fully: "w.a + w.b > 4"\n        not_met: "w.a + w.b < 4"\n')
    assert ruleset is not None
    (finding,) = [f for f in prove(ruleset).findings if f.code == "level-gap"]
    witness = finding.values["witness"]
    assert isinstance(witness, Label)
    assert witness.en == "a = 2人, b = 2人"


def test_check_says_what_was_proved_and_assumed(tmp_path: Path) -> None:
    """Counts by question, the assumptions, exit code 0."""
    assert world(tmp_path, BANDS) is not None
    ran = dudao("check", tmp_path, "--lang", "en")
    assert ran.code == Exit.DONE
    assert " proved, 0 refuted, 0 unknown" in ran.out
    assert "assumed: 2 facts within their declared ranges" in ran.out


def test_without_proofs_nothing_is_proved(tmp_path: Path) -> None:
    """--no-proof loads and lints, as before."""
    assert world(tmp_path, BANDS.replace("w.b > 0", "w.b >= 0")) is not None
    ran = dudao("check", tmp_path, "--no-proof", "--format", "json")
    assert ran.code == Exit.DONE
    assert "proofs" not in json.loads(ran.out)


def test_a_missing_solver_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the proofs are skipped, which is told and is not a pass."""
    assert available()
    monkeypatch.setattr(check_command, "available", lambda: False)
    assert world(tmp_path, BANDS) is not None
    ran = dudao("check", tmp_path, "--lang", "en")
    assert ran.code == Exit.INCOMPLETE
    assert "proofs were skipped" in ran.err
    assert "dudao[verify]" in ran.err


def test_json_has_every_question(tmp_path: Path) -> None:
    """Programs get each answer, its finding and its witness."""
    assert world(tmp_path, BANDS.replace("w.b > 0", "w.b >= 0")) is not None
    ran = dudao("check", tmp_path, "--format", "json")
    assert ran.code == Exit.BELOW
    proofs = json.loads(ran.out)["proofs"]
    assert proofs["assumed"] == {"ranges": 2, "integrity": []}
    refuted = [q for q in proofs["questions"] if q["answer"] == "refuted"]
    assert {q["code"] for q in refuted} == {"divides-by-zero", "always-applies"}
    assert refuted[0]["witness"]["results"] == ["undetermined"]


def test_sarif_points_at_the_lines(tmp_path: Path) -> None:
    """Code-review services get a run with rules, levels and places."""
    assert world(tmp_path, BANDS.replace("w.b > 0", "w.b >= 0")) is not None
    ran = dudao("check", tmp_path, "--format", "sarif", "--lang", "en")
    run = json.loads(ran.out)["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    result = next(r for r in run["results"] if r["ruleId"] == "divides-by-zero")
    assert rules[result["ruleIndex"]] == "divides-by-zero"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("ruleset.yaml")
    loaded = load_file(tmp_path / "ruleset.yaml")
    span: Span = loaded.ruleset.criteria[0].span
    assert place["region"]["startLine"] == span.line


def test_proofs_are_the_same_every_time(tmp_path: Path) -> None:
    """Budgets count steps, not seconds."""
    ruleset = world(tmp_path, BANDS.replace("w.b > 0", "w.a > 0"))
    assert ruleset is not None
    one, two = prove(ruleset), prove(ruleset)
    assert one == two
    assert [f.message("zh") for f in one.findings] == [f.message("zh") for f in two.findings]


def test_an_answer_does_not_depend_on_what_was_asked_before(tmp_path: Path) -> None:
    """Roots and rows, after questions about another ruleset: the same sheets and numbers again."""
    ruleset = load_ruleset("basic-balanced@2012").ruleset
    first = prove(ruleset)
    prove(load_ruleset("guizhou-county-duty@2009").ruleset)
    second = prove(ruleset)
    assert first == second
    assert [p.witness for p in first.proofs] == [p.witness for p in second.proofs]


def test_sheets_are_still_read(tmp_path: Path) -> None:
    """The small world is a vocabulary like any other."""
    ruleset = world(tmp_path, BANDS)
    assert ruleset is not None
    loaded = load_file(tmp_path / "ruleset.yaml")
    read = sheet(tmp_path, "w.a: 5\nw.b: 5", loaded)
    assert assess(loaded.ruleset, read.sheet).results[0].outcome is Outcome.FULLY_MET
