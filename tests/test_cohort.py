"""The laws of rank, batch_mean and batch_count: exact, the same in any order, never too narrow."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.values import Bound
from engine.office.scoring import from_assessment, score_all
from engine.scoring.assess import assess
from engine.scoring.cohort import comparisons
from engine.scoring.columnar_suspects import FEWEST
from engine.scoring.gathering import gather
from engine.scoring.interpreter import Interpreter
from engine.scoring.membership import lacking
from engine.scoring.values import NotApplicable, Number, Unknown, Why, point

from .cohorts import (
    COUNT,
    FACT,
    LOWEST,
    MEAN,
    RANK,
    WORDS,
    YEAR,
    One,
    anyone,
    batch,
    completed,
    exactly,
    found,
    known,
    rules,
    sheet,
    within,
)

batches = st.lists(anyone, min_size=1, max_size=7)
MISSING = ("undetermined", "leave_out")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


@given(ones=st.lists(known, min_size=1, max_size=9))
def test_figures_of_everybody_give_what_sorting_and_adding_give(
    ones: list[One], folder: Path
) -> None:
    """1 more than have more in the group; 1 more than have less in all; the exact mean; a count."""
    pairs = [(one.group, one.value) for one in ones if isinstance(one.value, int)]
    numbers = [number for _, number in pairs]
    for (group, own), answers in zip(pairs, found(rules(folder), batch(ones)), strict=True):
        beside = sorted((number for other, number in pairs if other == group), reverse=True)
        assert exactly(answers[RANK]) == 1 + beside.index(own)
        assert exactly(answers[LOWEST]) == 1 + sorted(numbers).index(own)
        assert exactly(answers[MEAN]) == Fraction(sum(numbers), len(numbers))
        assert exactly(answers[COUNT]) == sum(number >= 3 for number in numbers)


@given(ones=batches, data=st.data(), missing=st.sampled_from(MISSING))
def test_the_order_of_sheets_does_not_matter(
    ones: list[One], data: st.DataObject, missing: str, folder: Path
) -> None:
    """The same answers, bounds and reasons included, and the same digest, in any order."""
    ruleset, sheets = rules(folder, missing), batch(ones)
    order = data.draw(st.permutations(range(len(ones))))
    shuffled = [sheets[place] for place in order]
    first, second = gather(ruleset, sheets), gather(ruleset, shuffled)
    assert first is not None
    assert second is not None
    assert first.digest == second.digest
    answers = found(ruleset, sheets)
    assert found(ruleset, shuffled) == [answers[place] for place in order]


@given(ones=batches, more=st.lists(st.integers(-1, 5), min_size=7, max_size=7))
def test_whatever_is_reported_later_lies_within_what_was_said(
    ones: list[One], more: list[int], folder: Path
) -> None:
    """Any completion of what is missing or a bound gives a number that was possible before."""
    before = found(rules(folder), batch(ones))
    later = [completed(one, value) for one, value in zip(ones, more, strict=False)]
    after = found(rules(folder), batch(later))
    for old, new in zip(before, after, strict=True):
        assert all(within(n, o) for o, n in zip(old, new, strict=True))


@given(ones=batches, missing=st.sampled_from(MISSING))
def test_what_others_keep_open_has_names(ones: list[One], missing: str, folder: Path) -> None:
    """A comparison waits for others only where some lack an exact figure, and those are named."""
    asked, sheets = rules(folder, missing), batch(ones)
    cohort = gather(asked, sheets)
    silent = {f"{n:02}" for n, one in enumerate(ones) if one.value is None}
    for own, one in zip(ones, sheets, strict=True):
        interpreter = Interpreter(asked, one, cohort=cohort)
        for expr in comparisons(asked):
            value, named = interpreter.value(expr), lacking(interpreter, expr)
            reasons = value.reasons if isinstance(value, Unknown) else ()
            reasons = value.bounded if isinstance(value, Number) else reasons
            if isinstance(own.value, int) and any(r.why is Why.BATCH for r in reasons):
                assert [other for other in named if other.bounded or missing == "undetermined"]
            reported_nothing = {Why.MISSING}
            told = {o.code for o in named if {r.why for r in o.reasons} == reported_nothing}
            assert told <= silent - {one.subject.code}
            assert expr.by is not None or told == silent - {one.subject.code}


@given(ones=batches, group=st.sampled_from([*WORDS, ""]))
def test_a_subject_without_figures_only_widens(ones: list[One], group: str, folder: Path) -> None:
    """One more that has not reported takes nothing away that was possible."""
    sheets = batch(ones)
    before = found(rules(folder), sheets)
    after = found(rules(folder), [*sheets, sheet(99, One(group, None))])[: len(ones)]
    for old, new in zip(before, after, strict=True):
        assert all(within(o, n) for o, n in zip(old, new, strict=True))


@given(ones=batches, lost=st.booleans())
def test_who_may_be_in_any_group_is_open_in_every_group(
    ones: list[One], lost: bool, folder: Path
) -> None:
    """A sheet that is refused, or names no group, counts everywhere as one without figures."""
    sheets = batch(ones)
    stray = [] if lost else [sheet(99, One("", None))]
    answers = found(rules(folder), [*sheets, *stray], lost=int(lost))
    for place, one in enumerate(ones):
        beside = found(rules(folder), [*sheets, sheet(99, One(one.group, None))])
        assert answers[place] == beside[place]


def test_bounds_decide_what_they_can(folder: Path) -> None:
    """3 is surely more than less than 3, and never more than at least 3; at most 3 may be 3."""
    values: list[int | tuple[Bound, int]] = [
        3,
        (Bound.LESS_THAN, 3),
        (Bound.AT_LEAST, 3),
        (Bound.AT_MOST, 3),
    ]
    ones = [One(WORDS[0], value) for value in values]
    ranks = [_ends(answers[RANK]) for answers in found(rules(folder), batch(ones))]
    assert ranks == ["1..2", "3..4", "1..1", "1..4"]


@given(ones=batches)
def test_left_out_is_as_if_they_were_not_there(ones: list[One], folder: Path) -> None:
    """With `leave_out` the others get what they would get without those that have not reported."""
    ruleset = rules(folder, "leave_out")
    kept = [one for one in ones if one.value is not None]
    together = found(ruleset, batch(ones))
    alone = found(ruleset, batch(kept))
    answers = [a for one, a in zip(ones, together, strict=True) if one.value is not None]
    assert answers == alone


@given(ones=batches, data=st.data(), value=st.integers(0, 6), missing=st.sampled_from(MISSING))
def test_a_replaced_fact_is_a_changed_sheet(
    ones: list[One], data: st.DataObject, value: int, missing: str, folder: Path
) -> None:
    """What a margin replays in a batch is what the batch with that sheet gives."""
    ruleset, sheets = rules(folder, missing), batch(ones)
    place = data.draw(st.integers(0, len(ones) - 1))
    cohort = gather(ruleset, sheets)
    here = Interpreter(ruleset, sheets[place], cohort=cohort)
    moved = here.replaced((FACT, YEAR), point(value))
    changed = [*sheets[:place], sheet(place, One(ones[place].group, value)), *sheets[place + 1 :]]
    answers = tuple(moved.value(expr) for expr in comparisons(ruleset))
    assert answers == found(ruleset, changed)[place]


def test_a_file_that_cannot_be_read_leaves_the_number_of_subjects_open(folder: Path) -> None:
    """A rank has no last place then, a mean no value, a count no end."""
    ruleset, sheets = rules(folder), batch([One("一类地区", 4), One("一类地区", 2)])
    cohort = gather(ruleset, sheets, endless=True)
    first = Interpreter(ruleset, sheets[1], cohort=cohort)
    rank, lowest, mean, count = (first.value(expr) for expr in comparisons(ruleset))
    assert _ends(rank) == "2..None"
    assert _ends(lowest) == "1..None"
    assert isinstance(mean, Unknown)
    assert _ends(count) == "1..None"


def test_who_does_not_count_is_told_apart(folder: Path) -> None:
    """Not applicable stays so, no figure asks for the figure, nobody to compare says so."""
    ruleset = rules(folder)
    ones = [One("一类地区", "无此项"), One("一类地区", None)]
    away, silent = found(ruleset, batch(ones))
    (only,) = found(ruleset, batch(ones[:1]))
    assert isinstance(away[RANK], NotApplicable)
    assert _reasons(silent[RANK]) == [(Why.MISSING, FACT)]
    assert _reasons(silent[MEAN]) == [(Why.MISSING, FACT)]
    assert _reasons(away[MEAN]) == [(Why.BATCH, f"batch_mean({FACT})")]
    assert _reasons(only[MEAN]) == [(Why.NO_SUBJECTS, f"batch_mean({FACT})")]
    assert exactly(only[COUNT]) == 0


def test_without_a_cohort_everything_is_open(folder: Path) -> None:
    """Nobody is first for want of others."""
    ruleset = rules(folder)
    (one,) = batch([One("一类地区", 4)])
    values = [Interpreter(ruleset, one).value(expr) for expr in comparisons(ruleset)]
    assert [[r.why for r in _unknown(v).reasons] for v in values] == [[Why.BATCH]] * 4


def _ends(value: object) -> str:
    assert isinstance(value, Number), value
    return f"{value.low}..{value.high}"


def _unknown(value: object) -> Unknown:
    assert isinstance(value, Unknown), value
    return value


def _reasons(value: object) -> Sequence[tuple[Why, str]]:
    return [(reason.why, reason.name) for reason in _unknown(value).reasons]


@given(ones=st.lists(anyone, min_size=FEWEST, max_size=FEWEST + 3), lost=st.integers(0, 1))
def test_columns_and_the_interpreter_agree(ones: list[One], lost: int, folder: Path) -> None:
    """Outcomes, what is possible, measures: the same row, whoever computes it."""
    ruleset, sheets = rules(folder), batch(ones)
    cohort = gather(ruleset, sheets, lost=lost)
    rows = score_all(ruleset, sheets, cohort).drop("route").to_dicts()
    for place, one in enumerate(sheets):
        alone = from_assessment(assess(ruleset, one, cohort=cohort), place)
        assert rows[place] == {key: value for key, value in alone.items() if key != "route"}
