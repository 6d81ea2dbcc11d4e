"""durable-rules: each measure a fact that forward-chaining rules judge; doubles.

Rules cannot compute on the left side, so the program computes the measures; a measure that does
not exist is not asserted, and an indicator that no rule fires for is undetermined. One fact with
all 60 measures is refused (error 303), and a number with an exponent too (204). `assert_fact`,
since an event is consumed by the first rule that it matches.
"""

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from durable.lang import assert_fact, delete_state, m, ruleset, when_all

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.job import (
    BASICALLY,
    FULLY,
    INDICATORS,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Indicator,
    Kind,
)
from benchmarks.peers.common import Facts, Judge, limits, measured, plain, report

_found: list[int] = []


def _says(place: int, outcome: int) -> Callable[[Any], None]:
    def act(_: Any) -> None:
        _found[place] = outcome

    return act


def _rules(place: int, indicator: Indicator) -> None:
    """The rules of one indicator: at most one of them fires."""
    mine, measure = m.indicator == indicator.id, m.measure

    def when(condition: Any, outcome: int) -> None:
        when_all(mine & condition)(_says(place, outcome))

    if indicator.guard:
        when(m.applies == 0, NOT_APPLICABLE)
    if indicator.kind is Kind.ANSWER:
        when(measure == 1, FULLY)
        when(measure == 0, NOT_MET)
        return
    fully, basically = limits(indicator)
    match indicator.op:
        case ">=":
            levels = (measure >= fully, (measure >= basically) & (measure < fully))
            rest = measure < basically
        case ">":
            levels = (measure > fully, (measure > basically) & (measure <= fully))
            rest = measure <= basically
        case "<=":
            levels = (measure <= fully, (measure <= basically) & (measure > fully))
            rest = measure > basically
        case _:
            levels = (measure < fully, (measure < basically) & (measure >= fully))
            rest = measure >= basically
    when(levels[0], FULLY)
    when(levels[1], BASICALLY)
    when(rest, NOT_MET)


def prepare() -> Judge:
    """The rules, registered once."""
    with ruleset("duty"):
        for place, indicator in enumerate(INDICATORS):
            _rules(place, indicator)
    numbers = count()

    def judge(facts: Facts) -> list[int]:
        _found[:] = [UNDETERMINED] * len(INDICATORS)
        session = str(next(numbers))
        for i in INDICATORS:
            fact: dict[str, Any] = {"sid": session, "id": i.id, "indicator": i.id}
            if i.guard and not facts[plain(i.guard)]:
                fact["applies"] = 0
            else:
                measure = _least(i, facts) if i.kind is Kind.LEAST else measured(i, facts)
                if measure is None:
                    continue
                fact["measure"] = measure if abs(measure) >= 1e-4 else 0.0
            assert_fact("duty", fact)
        delete_state("duty", session)
        return list(_found)

    return judge


def _least(indicator: Indicator, facts: Facts) -> float | None:
    """The smallest known member where it decides already, or all are known."""
    values = [facts[plain(column.name)] for column in indicator.columns]
    known = [value for value in values if value is not None]
    decides = len(known) == len(values) or (known and min(known) < limits(indicator)[1])
    return min(known) if decides else None


if __name__ == "__main__":
    report("durable-rules", prepare)
