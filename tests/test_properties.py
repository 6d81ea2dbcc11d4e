"""Laws of the whole engine; hypothesis looks for a case that breaks one.

| law | what is promised |
|---|---|
| order | the order of criteria, facts and rows changes nothing |
| units | the same amounts in other units give the same result |
| better | a fact moved in its better direction never worsens an outcome |
| filling | a missing fact, once reported, gives what was said to be possible |
| bounds | a bound decides only what every value inside it decides |
| silence | evaluation never raises on data, whatever is missing |
| function | the result follows from its inputs: twice the same |
| irrelevance | a fact that no rule names changes the digest of the facts and nothing else |
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from engine.facts.digest import facts_digest
from engine.language.diagnostics import FactsError
from engine.language.model import Outcome
from engine.language.units import decimal_text
from engine.language.vocabulary import Better
from engine.reporting.result import result_json
from engine.scoring.assess import Assessment
from engine.scoring.points import Scored
from engine.scoring.values import Number, Why

from .made import YEAR, Case, Key, assessed, load
from .strategies import KINDS, MEASURES, WORDS, bounds, cases, values

RANKS = {Outcome.FULLY_MET: 0, Outcome.BASICALLY_MET: 1, Outcome.NOT_MET: 2}
DERIVED = ("children.public_share", "pay.not_below")


def essence(assessment: Assessment) -> dict[str, Any]:
    """What an assessment says, without places and texts."""
    grade = assessment.grade
    return {
        "criteria": {
            r.criterion.id: (
                r.outcome,
                r.possible,
                _ends(r.measure),
                _points(assessment.points.get(r.criterion.id)),
            )
            for r in assessment.results
        },
        "grade": grade and (grade.awarded, grade.best, grade.worst, grade.exhaustive),
        "points": _points(assessment.total),
        "missing": {
            (m.reason.name, m.reason.year, frozenset(m.criteria), m.decides)
            for m in assessment.missing
            if m.reason.year
        },
        "claims": {
            (c.name, c.computed, c.agreement, frozenset(c.hidden)) for c in assessment.claims
        },
    }


def _points(found: Scored | None) -> object:
    return found and (found.low, found.high, found.most, found.bonus_low, found.bonus_high)


def _ends(value: object) -> object:
    if isinstance(value, Number):
        return value.low, value.high, value.low_open, value.high_open
    return type(value)


def scored(case: Case, folder: Path) -> Assessment:
    """The assessment; facts that contradict one another are no case."""
    try:
        return assessed(case, folder)
    except FactsError:
        assume(False)
        raise


def allows(before: Assessment, after: Assessment) -> None:
    """Whatever more is known stays within what was possible before."""
    for result in before.results:
        found = after.result(result.criterion.id)
        assert found is not None
        if any(reason.why is Why.NO_LEVEL for reason in found.reasons):
            continue
        assert found.possible <= result.possible
        low, high = (a.points.get(result.criterion.id) for a in (before, after))
        if low is not None and high is not None:
            assert low.low <= high.low
            assert high.high <= low.high
    if before.grade is not None and after.grade is not None:
        scale = before.ruleset.grade
        assert scale is not None
        ranks = [
            len(scale.scale) if g is None else scale.rank(g)
            for g in (before.grade.best, after.grade.best, after.grade.worst, before.grade.worst)
        ]
        assert ranks == sorted(ranks)


@given(cases(), st.randoms(use_true_random=False))
def test_order(tmp_path: Path, case: Case, random: Any) -> None:
    """The order of criteria, domains, facts and rows changes nothing."""
    criteria, facts = list(case.criteria), list(case.facts.items())
    random.shuffle(criteria)
    random.shuffle(facts)
    rows = case.schools
    if isinstance(rows, list):
        rows = list(rows)
        random.shuffle(rows)
    other = Case(
        criteria=tuple(criteria),
        grade=case.grade,
        facts=dict(facts),
        schools=rows,
        subject=case.subject,
        outcomes=case.outcomes,
        parameters=case.parameters,
    )
    assert essence(scored(other, tmp_path)) == essence(scored(case, tmp_path))


OTHER_UNITS: Mapping[str, tuple[str, Fraction]] = {
    "人": ("万人", Fraction(1, 10_000)),
    "万元": ("亿元", Fraction(1, 10_000)),
    "元": ("千元", Fraction(1, 1000)),
    "㎡": ("公顷", Fraction(1, 10_000)),
    "%": ("‰", Fraction(10)),
}


def _rescaled(key: Key, value: Any) -> Any:
    kind = KINDS.get(key[0])
    if kind is None or not isinstance(value, str) or kind.unit not in OTHER_UNITS:
        return value
    unit, factor = OTHER_UNITS[kind.unit]
    sign, _, number = value.rpartition(" ")
    amount = Fraction(number.removesuffix(kind.unit))
    return f"{sign} {decimal_text(amount * factor)}{unit}".strip()


@given(cases())
def test_units(tmp_path: Path, case: Case) -> None:
    """Amounts written in other units give the same result, but for the words of a statement."""
    other = case.with_facts({key: _rescaled(key, value) for key, value in case.facts.items()})
    first, second = scored(case, tmp_path), scored(other, tmp_path)
    assert facts_digest(second.sheet) == facts_digest(first.sheet)
    # A claim is audited at the places it was written with, so it is told in its own words.
    if not first.claims:
        words = ("from", "because", "shown", "diagnostics")
        assert _without(words, result_json(second, "zh")) == _without(
            words, result_json(first, "zh")
        )


def _without(words: tuple[str, ...], data: Any) -> Any:
    """A result without the entries of those names, at any depth."""
    if isinstance(data, dict):
        return {key: _without(words, value) for key, value in data.items() if key not in words}
    return [_without(words, item) for item in data] if isinstance(data, list) else data


MONOTONE = tuple(m for m in MEASURES if m.aim is not None or m.text.startswith(("min(", "max(c")))
BETTER = {
    "rate.retention": 1,
    "children.public": 1,
    "money.spending": 1,
    "pay.teachers": 1,
    "classes.large": -1,
    "safety.accidents": -1,
}


@given(cases(graded=False, measures=MONOTONE), st.sampled_from(sorted(BETTER)), st.integers(1, 300))
def test_better(tmp_path: Path, case: Case, name: str, quanta: int) -> None:
    """A fact moved in its better direction worsens no outcome of a directed measure."""
    kind, key = KINDS[name], (name, YEAR)
    written = case.facts.get(key)
    assume(isinstance(written, str) and written[0] not in "<>")
    now = Fraction(str(written).removesuffix(kind.unit)) / kind.quantum
    moved = kind.text(max(0, int(now) + BETTER[name] * quanta))
    before = scored(case, tmp_path)
    after = scored(case.with_facts({**case.facts, key: moved}), tmp_path)
    for result in before.results:
        found = after.result(result.criterion.id)
        assert found is not None
        criterion = result.criterion
        if criterion.better not in (Better.HIGHER, Better.LOWER) or criterion.applies_when:
            continue
        if result.outcome in RANKS and found.outcome in RANKS:
            assert RANKS[found.outcome] <= RANKS[result.outcome]


@given(cases(gaps=8), st.data())
def test_filling(tmp_path: Path, case: Case, data: st.DataObject) -> None:
    """A missing fact is no failure: any value of it gives an outcome and a grade said possible."""
    # A statement gives way to its parts, so a case that rests on one may change altogether.
    known = {key: value for key, value in case.facts.items() if key[0] not in DERIVED}
    case = case.with_facts(known)
    before = scored(case, tmp_path)
    absent = [
        (m.reason.name, m.reason.year)
        for m in before.missing
        if m.reason.name in {*KINDS, *WORDS} and m.reason.why is Why.MISSING
    ]
    assume(absent)
    key = data.draw(st.sampled_from(absent))
    after = scored(case.with_facts({**case.facts, key: data.draw(values(key[0]))}), tmp_path)
    allows(before, after)


@given(cases(gaps=0), st.sampled_from(sorted(KINDS)), st.data())
def test_bounds(tmp_path: Path, case: Case, name: str, data: st.DataObject) -> None:
    """A bound (96%以上) decides only what every value that satisfies it decides."""
    kind = KINDS[name]
    key = next((k for k in case.facts if k[0] == name), None)
    assume(key is not None)
    assert key is not None
    exact = str(case.facts[key])
    quanta = Fraction(exact.removesuffix(kind.unit)) / kind.quantum
    bound = data.draw(bounds(kind, int(quanta)))
    before = scored(case.with_facts({**case.facts, key: bound}), tmp_path)
    allows(before, scored(case, tmp_path))


@given(cases(gaps=12))
def test_silence_and_function(tmp_path: Path, case: Case) -> None:
    """Whatever is missing, evaluation ends with a result, and it is the same result every time."""
    ruleset, sheet = load(case, tmp_path)
    assert ruleset.criteria
    first = scored(case, tmp_path)
    assert len(first.results) == len(case.criteria)
    assert result_json(scored(case, tmp_path), "en") == result_json(first, "en")
    assert facts_digest(sheet) == facts_digest(first.sheet)


@given(cases())
def test_irrelevance(tmp_path: Path, case: Case) -> None:
    """A fact that no rule names, or another value of it, changes only the digest of the facts."""
    key = ("plan.date", YEAR)
    without, early, late = (
        scored(case.with_facts({**case.facts, **more}), tmp_path)
        for more in ({}, {key: "2022-01-01"}, {key: "2022-12-31"})
    )
    assert len({facts_digest(a.sheet) for a in (without, early, late)}) == 3
    assert essence(early) == essence(without)
    first, second = (_without(("facts_digest",), result_json(a, "zh")) for a in (early, late))
    assert first == second
