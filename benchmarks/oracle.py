"""What is right: fractions straight from the whole numbers, every completion of what is open.

Slow and simple on purpose; it shares nothing with any contender.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from operator import ge, gt, le, lt

from benchmarks.job import (
    BASICALLY,
    FULLY,
    GRADES,
    INDICATORS,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Indicator,
    Kind,
)

_OPS = {">=": ge, ">": gt, "<=": le, "<": lt}

Row = Mapping[str, int | bool | None]


@dataclass(frozen=True, slots=True)
class Truth:
    """Outcomes in the order of the indicators, best and worst grade."""

    outcomes: tuple[int, ...]
    best: str
    worst: str


def truth(row: Row) -> Truth:
    """Everything about one district."""
    possible = [_possible(i, row) for i in INDICATORS]
    outcomes = tuple(p[0] if len(p) == 1 else UNDETERMINED for p in possible)
    grades = {_grade(completed) for completed in product(*possible)}
    return Truth(outcomes, min(grades), max(grades))


def _possible(i: Indicator, row: Row) -> tuple[int, ...]:
    """The outcomes that are possible, best first."""
    if i.guard and not row[i.guard]:
        return (NOT_APPLICABLE,)
    known = [row[c.name] for c in i.columns]
    if i.kind is Kind.ANSWER:
        if known[0] is None:
            return (FULLY, NOT_MET)
        return (FULLY,) if known[0] else (NOT_MET,)
    values = [None if n is None else n * c.quantum for n, c in zip(known, i.columns, strict=True)]
    if i.kind is Kind.LEAST:
        least = min((v for v in values if v is not None), default=None)
        if least is None:
            return (FULLY, BASICALLY, NOT_MET)
        worst = NOT_MET if None in values else _judged(i, least)
        return tuple(range(_judged(i, least), worst + 1))
    measure = _measure(i.kind, values)
    return (FULLY, BASICALLY, NOT_MET) if measure is None else (_judged(i, measure),)


def _measure(kind: Kind, values: Sequence[Fraction | None]) -> Fraction | None:
    """The exact measure; None where a fact is missing or the denominator is 0."""
    numbers = [v for v in values if v is not None]
    if len(numbers) < len(values) or (kind is not Kind.PLAIN and not numbers[-1]):
        return None
    match kind:
        case Kind.RATIO:
            return numbers[0] / numbers[1]
        case Kind.GROWTH:
            return (numbers[0] - numbers[1]) / numbers[1]
        case Kind.SHARE:
            return (numbers[0] + numbers[1]) / numbers[2]
        case _:
            return numbers[0]


def _judged(i: Indicator, measure: Fraction) -> int:
    for outcome, limit in zip((FULLY, BASICALLY), i.limits, strict=True):
        if _OPS[i.op](measure, limit):
            return outcome
    return NOT_MET


def _grade(outcomes: Sequence[int]) -> str:
    """A from 90 % fully met and none missed, B up to 10 % missed; a veto allows B at most."""
    fully, basically, missed = (outcomes.count(o) for o in (FULLY, BASICALLY, NOT_MET))
    applicable = fully + basically + missed
    vetoed = any(i.veto and o == NOT_MET for i, o in zip(INDICATORS, outcomes, strict=True))
    if Fraction(fully, applicable) >= Fraction(9, 10) and not missed:
        return "B" if vetoed else "A"
    return "B" if Fraction(missed, applicable) <= Fraction(1, 10) else "C"


def truths(rows: Sequence[Row]) -> list[Truth]:
    """The truth about each district."""
    return [truth(row) for row in rows]


def wrong_verdicts(found: Sequence[Sequence[int]], right: Sequence[Truth]) -> int:
    """How many cells differ; ``found`` row by row."""
    return sum(
        a != b
        for row, true in zip(found, right, strict=True)
        for a, b in zip(row, true.outcomes, strict=True)
    )


def wrong_grades(found: Sequence[tuple[str | None, str | None]], right: Sequence[Truth]) -> int:
    """How many rows differ in best or worst grade."""
    return sum(pair != (true.best, true.worst) for pair, true in zip(found, right, strict=True))


def tally(right: Sequence[Truth]) -> Iterator[tuple[str, int]]:
    """How often each outcome and each grade occurs, to see that nothing is missing from the job."""
    names = ("fully met", "basically met", "not met", "not applicable", "undetermined")
    for outcome, name in enumerate(names):
        yield name, sum(true.outcomes.count(outcome) for true in right)
    for grade in GRADES:
        yield f"grade {grade}", sum(true.best == true.worst == grade for true in right)
    yield "grade open", sum(true.best != true.worst for true in right)
