"""Two evaluators, one answer: the interpreter and the columnar engine on the same sheets.

| law | over |
|---|---|
| both say the same: outcome, possible outcomes, measure, points, total, grade, bounds | below |
| … on made-up rulesets and sheets, aimed at the limits | `strategies.cases` |
| … on expressions deeper and odder than any ruleset | `expressions` |
| … on every case of the conformance suite and of the shipped rulesets | `cases/`, `tests.yaml` |
| … on made-up districts of every shipped ruleset | `engine.workshop.sample` |
| what the interpreter refuses, columns never decide | all of these |
| a subject's row is the same alone, among others, in any order, in chunks of any size | batches |
| few sheets are left to the interpreter, and no shipped ruleset as a whole | counts |

``DUDAO_HYPOTHESIS=deep`` looks at many more; ``benchmarks/differential.py`` at 10⁵ pairs.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from engine.facts.sheet import FactSheet
from engine.facts.sheet_reader import read_sheet, sheet_from_node
from engine.language.catalogue import FILE, installed
from engine.language.diagnostics import EngineError, errors
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.scoring import columnar, columnar_frames
from engine.scoring.cohort import comparisons
from engine.workshop.cases import Case as Expected
from engine.workshop.cases import read_cases
from engine.workshop.sample import Rates, sampler_for

from . import strategies
from .columns import columnar_rows, compared
from .expressions import expressions
from .made import Case, load
from .test_cases import FILES, suites
from .test_cases import cases as cases_of_suite

SHIPPED = installed()
each_ruleset = pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.name)


@st.composite
def batches(draw: st.DrawFn) -> list[Case]:
    """One ruleset and the sheets of several cases: those that were not made for it as well."""
    made = draw(st.lists(strategies.cases(), min_size=1, max_size=5))
    first = made[0]
    judged = {c["id"] for c in first.criteria if c.get("judged")}
    return [
        replace(
            first,
            facts=case.facts,
            schools=case.schools,
            subject=case.subject,
            outcomes={name: said for name, said in case.outcomes.items() if name in judged},
        )
        for case in made
    ]


def loaded(cases: list[Case], folder: Path) -> tuple[Ruleset, list[FactSheet]]:
    """The ruleset of a batch and its sheets."""
    pairs = [load(case, folder) for case in cases]
    return pairs[0][0], [sheet for _, sheet in pairs]


def agree(cases: list[Case], folder: Path) -> None:
    """Both engines say the same of every sheet of the batch."""
    ruleset, sheets = loaded(cases, folder)
    for case, found in zip(cases, compared(ruleset, sheets), strict=True):
        assert not found.differences, case


@given(cases=batches())
def test_engines_agree(cases: list[Case], tmp_path: Path) -> None:
    """Made-up rulesets and sheets: values on and beside limits, gaps, bounds, zero divisors."""
    agree(cases, tmp_path)


@st.composite
def odd_cases(draw: st.DrawFn) -> list[Case]:
    """Sheets for a ruleset made of odd expressions."""
    cases = draw(batches())
    criteria: list[dict[str, Any]] = [
        {
            "id": "D1.0",
            "title": "一",
            "measure": draw(expressions("r", 3)),
            "fully": f">= {draw(st.integers(0, 120))}%",
            "basically": f"> {draw(st.integers(-50, 0))}%",
        },
        {
            "id": "D1.1",
            "title": "二",
            "applies_when": draw(expressions("c", 2)),
            "fully": draw(expressions("c", 3)),
        },
        {
            "id": "D2.0",
            "title": "三",
            "measure": draw(expressions("p", 3)),
            "fully": f"<= {draw(st.integers(0, 200))}人",
            "points": {
                "max": 9,
                "deduct": {"points": 1, "per": "3人", "above": "7人", "each": "proportional"},
            },
        },
    ]
    if draw(st.booleans()):
        criteria[0]["rounded"] = {"places": draw(st.integers(0, 1))}
    grade = {
        "scale": ["A", "B", "C"],
        "award": [
            {"grade": "A", "when": "count(not_met) = 0"},
            {"grade": "B", "when": draw(expressions("c", 1))},
            {"grade": "C"},
        ],
    }
    return [replace(c, criteria=tuple(criteria), grade=grade, outcomes={}) for c in cases]


@given(cases=odd_cases())
def test_engines_agree_on_odd_expressions(cases: list[Case], tmp_path: Path) -> None:
    """Deep expressions with choices, extremes, years and tables inside one another."""
    note(str(cases[0].criteria))
    try:
        load(cases[0], tmp_path)
    except EngineError:
        # A few of them divide by a root, or by nothing.
        assume(False)
    agree(cases, tmp_path)


@given(cases=batches(), seed=st.integers(0, 999), chunk=st.integers(1, 4))
def test_rows_do_not_depend_on_one_another(
    cases: list[Case], seed: int, chunk: int, tmp_path: Path
) -> None:
    """Alone, among others, in any order and in chunks of any size a subject gets the same row."""
    ruleset, sheets = loaded(cases, tmp_path)
    together = [{**row, "row": 0} for row in columnar_rows(ruleset, sheets)]

    alone = [columnar_rows(ruleset, [sheet])[0] for sheet in sheets]
    assert together == alone

    order = list(range(len(sheets)))
    random.Random(seed).shuffle(order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columnar_frames, "CHUNK", chunk)
        patch.setattr(columnar, "GRADED_TOGETHER", 3 - chunk % 3)
        shuffled = columnar_rows(ruleset, [sheets[place] for place in order])
    assert [row["row"] for row in shuffled] == list(range(len(sheets)))
    assert [{**row, "row": 0} for row in shuffled] == [together[place] for place in order]


# -- what is written down -------------------------------------------------------------------------


def sheets_of(cases: tuple[Expected, ...], ruleset: Ruleset) -> Iterator[FactSheet]:
    """The sheets of cases that can be read."""
    for case in cases:
        try:
            read = sheet_from_node(case.sheet, case.source, ruleset.vocabulary)
        except EngineError:
            continue
        if not errors(read.diagnostics):
            yield read.sheet


def counted(ruleset: Ruleset, sheets: list[FactSheet]) -> Counter[bool]:
    """How many sheets were left to the interpreter; both engines agree on the others."""
    count: Counter[bool] = Counter()
    for sheet, found in zip(sheets, compared(ruleset, sheets), strict=True):
        assert not found.differences, f"{sheet.source.path} {sheet.subject}"
        count[found.is_left] += 1
    return count


def test_engines_agree_on_the_conformance_suite(tmp_path: Path) -> None:
    """Every case of ``tests/cases``; nearly all are decided by columns."""
    count: Counter[bool] = Counter()
    for path in FILES:
        for position, suite in enumerate(suites(path)):
            if not suite.errors:
                folder = tmp_path / path.stem / str(position)
                ruleset = load_file(suite.write(folder)).ruleset
                found = counted(ruleset, list(sheets_of(cases_of_suite(suite, path), ruleset)))
                if comparisons(ruleset):
                    # `test_cohort` has both engines on what a batch gives; alone nobody decides.
                    assert not found[False]
                else:
                    count += found
    assert count[False] > 500
    assert count[True] < 60


@each_ruleset
def test_engines_agree_on_shipped_cases(entry: Any) -> None:
    """The cases of every shipped ruleset; no part of it is left to the interpreter as a whole."""
    ruleset = load_file(entry.path).ruleset
    if comparisons(ruleset):
        pytest.skip("it compares the subjects of a batch: see test_cohort")
    assert columnar.compile_ruleset(ruleset).fallbacks == ()
    path = entry.path.with_name("tests.yaml")
    assert entry.path.name == FILE
    count = counted(ruleset, list(sheets_of(read_cases(path), ruleset)))
    assert count[False] >= count[True]


@each_ruleset
def test_engines_agree_on_made_up_districts(entry: Any, tmp_path: Path) -> None:
    """Whole made-up districts with tables, gaps, bounds, contradicted claims, values on limits."""
    ruleset = load_file(entry.path).ruleset
    if comparisons(ruleset):
        pytest.skip("it compares the subjects of a batch: see test_cohort")
    sampler = sampler_for(ruleset, 2022, 7, Rates())
    sheets = []
    for index in range(1, 4):
        district = sampler.district(index)
        for name, text in district.files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        sheets.append(read_sheet(tmp_path / f"{district.code}.yaml", ruleset.vocabulary).sheet)
    count = counted(ruleset, sheets)
    assert count[False] >= 2
