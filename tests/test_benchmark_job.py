"""The job of the benchmarks: our ruleset for it is clean, and right against its own oracle."""

from pathlib import Path

import pytest

from benchmarks import oracle
from benchmarks.data import BLOCK, made, rows_of
from benchmarks.engine_job import awarded, engine, loaded, sheets
from benchmarks.job import COLUMNS, GRADES, GUARDS, INDICATORS, Kind, write
from engine.language.loader import load_file
from engine.language.model import Outcome
from engine.scoring.assess import assess

ROWS = 2_000


def test_the_sixty_criteria_load_without_a_word(tmp_path: Path) -> None:
    """60 criteria over 120 facts and ten guards are a ruleset that nothing is wrong with."""
    found = load_file(write(tmp_path))
    assert found.diagnostics == ()
    assert tuple(c.id for c in found.ruleset.criteria) == tuple(i.id for i in INDICATORS)
    assert (len(INDICATORS), len(COLUMNS), len(GUARDS)) == (60, 120, 10)


def test_columns_are_right_on_and_beside_the_limits() -> None:
    """On 2,000 districts with thousands of exact ties no outcome and no grade is wrong."""
    frame = made(ROWS)
    rows = rows_of(frame)
    right = oracle.truths(rows)
    assert all(number > 0 for _, number in oracle.tally(right))
    assert _ties(rows) > 1_000
    _, plan = loaded()
    found = awarded(engine(plan, frame))
    outcomes = found.select(i.id for i in INDICATORS).rows()
    grades = [(GRADES[best], GRADES[worst]) for best, worst in found.select("best", "worst").rows()]
    assert oracle.wrong_verdicts(outcomes, right) == 0
    assert oracle.wrong_grades(grades, right) == 0


def test_the_interpreter_is_right_on_the_same_sheets() -> None:
    """The other engine, on sheets made of the same numbers."""
    rows = rows_of(made(40))
    right = oracle.truths(rows)
    ruleset, _ = loaded()
    assessments = [assess(ruleset, sheet) for sheet in sheets(rows, ruleset)]
    places = {outcome: place for place, outcome in enumerate(Outcome)}
    outcomes = [[places[c.outcome] for c in one.results] for one in assessments]
    assert oracle.wrong_verdicts(outcomes, right) == 0
    grades = [(one.grade.best, one.grade.worst) for one in assessments if one.grade is not None]
    assert oracle.wrong_grades(grades, right) == 0


def test_a_district_is_the_same_in_every_chunk() -> None:
    """What is measured chunk by chunk is what is measured at once."""
    assert made(30, BLOCK + 70).equals(made(BLOCK + 100)[BLOCK + 70 :])


@pytest.mark.parametrize("outcome", [0, 1, 2])
def test_the_oracle_counts_a_wrong_outcome(outcome: int) -> None:
    """A contender that always says the same is found out."""
    right = oracle.truths(rows_of(made(20)))
    same = [[outcome] * len(INDICATORS)] * 20
    assert oracle.wrong_verdicts(same, right) > 0
    assert oracle.wrong_grades([("A", "C")] * 20, right) > 0


def _ties(rows: list[dict[str, int | bool | None]]) -> int:
    """How many plain cells lie exactly on their limit."""
    return sum(
        (value := row[i.columns[0].name]) is not None and value * i.columns[0].quantum in i.limits
        for row in rows
        for i in INDICATORS
        if i.kind is Kind.PLAIN
    )
