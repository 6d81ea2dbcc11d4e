"""What row-at-a-time peers share: districts as dicts of plain numbers, timing, a report as JSON.

Numbers are in the units of the official texts: percentages as 99.5, money in 万元, areas in ㎡.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from importlib.metadata import version
from typing import Any

from benchmarks.job import (
    COLUMNS,
    FULLY,
    GUARDS,
    INDICATORS,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Column,
    Indicator,
    Kind,
)

Facts = dict[str, Any]
# Best and worst.
Grades = tuple[str, str]
# One district's facts → an outcome for each indicator, in their order.
Judge = Callable[[Facts], list[int]]

_SCALES = {"%": Fraction(1, 100), "万元": Fraction(10_000)}


def plain(name: str) -> str:
    """A name that every language takes."""
    return name.replace(".", "_")


def in_units(column: Column, value: int | bool | None) -> Any:
    """A value as a user of the peer has it: a float in the declared unit, null, or a boolean."""
    if value is None or column.type == "yes_no":
        return value
    return float(value * column.quantum / _SCALES.get(column.unit, Fraction(1)))


def facts_of(row: dict[str, Any]) -> Facts:
    """One district."""
    found = {plain(c.name): in_units(c, row[c.name]) for c in COLUMNS}
    return found | {plain(g): row[g] for g in GUARDS}


def limits(indicator: Indicator) -> tuple[float, float]:
    """The limits as the texts write them, percentages as such."""
    percent = 100 if "%" in indicator.texts[0] else 1
    fully, basically = (float(limit * percent) for limit in indicator.limits)
    return fully, basically


def measured(indicator: Indicator, facts: Facts) -> float | None:
    """The measure, for peers whose rules cannot compute it; None where there is none."""
    values = [facts[plain(c.name)] for c in indicator.columns]
    if any(value is None for value in values):
        return None
    match indicator.kind:
        case Kind.RATIO:
            over, under = values
        case Kind.GROWTH:
            over, under = values[0] - values[1], values[1]
        case Kind.SHARE:
            over, under = values[0] + values[1], values[2]
        case _:
            return float(min(values))
    if not under:
        return None
    return float(over / under * (100 if "%" in indicator.texts[0] else 1))


def graded(facts: Facts, outcomes: list[int]) -> Grades:
    """The grade, which the host program counts out: these peers judge one thing at a time."""
    fully, missed = outcomes.count(FULLY), outcomes.count(NOT_MET)
    opened = outcomes.count(UNDETERMINED)
    applicable = len(outcomes) - outcomes.count(NOT_APPLICABLE)
    vetoes = [outcomes[place] for place in _VETOES]
    reachable = fully + opened - (_short(facts, outcomes) if opened else 0)
    best = _grade(reachable, missed, applicable, NOT_MET in vetoes)
    in_doubt = NOT_MET in vetoes or UNDETERMINED in vetoes
    return best, _grade(fully, missed + opened, applicable, in_doubt) if opened else best


def _grade(fully: int, missed: int, applicable: int, vetoed: bool) -> str:
    if fully * 10 >= applicable * 9 and not missed and not vetoed:
        return "A"
    return "B" if missed * 10 <= applicable else "C"


def _short(facts: Facts, outcomes: list[int]) -> int:
    """How many smallest of four are open, but no longer fully met."""
    return sum(
        outcomes[place] == UNDETERMINED
        and any((v := facts[name]) is not None and v < limit for name in names)
        for place, names, limit in _LEAST
    )


_VETOES = [place for place, i in enumerate(INDICATORS) if i.veto]
_LEAST = [
    (place, [plain(c.name) for c in i.columns], limits(i)[0])
    for place, i in enumerate(INDICATORS)
    if i.kind is Kind.LEAST
]


def report(package: str, prepare: Callable[[], Judge]) -> None:
    """Judge the districts in the file that is named, and print times and outcomes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with open(options.path, encoding="utf-8") as file:
        rows = [facts_of(row) for row in json.load(file)[: options.rows]]
    judge = prepare()
    outcomes = [judge(row) for row in rows]
    grades = [graded(row, found) for row, found in zip(rows, outcomes, strict=True)]
    seconds = []
    for _ in range(options.rounds):
        start = time.process_time()
        for row in rows:
            graded(row, judge(row))
        seconds.append(time.process_time() - start)
    found = {
        "package": f"{package} {version(package)}",
        "rows": len(rows),
        "seconds": seconds,
        "outcomes": outcomes,
        "grades": grades,
    }
    if any(len(one) != len(INDICATORS) for one in outcomes):
        raise SystemExit("not every indicator was judged")
    json.dump(found, sys.stdout)
