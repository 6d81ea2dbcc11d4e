"""JsonLogic (panzi-json-logic): 60 rules as JSON; Python's floats."""

import sys
from pathlib import Path
from typing import Any

from json_logic import jsonLogic

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
from benchmarks.peers.common import Facts, Judge, limits, plain, report


def _measure(indicator: Indicator, values: list[Any]) -> Any:
    match indicator.kind:
        case Kind.RATIO:
            quotient: Any = {"/": values}
        case Kind.GROWTH:
            quotient = {"/": [{"-": values}, values[1]]}
        case Kind.SHARE:
            quotient = {"/": [{"+": values[:2]}, values[2]]}
        case _:
            return values[0]
    return {"*": [quotient, 100]} if "%" in indicator.texts[0] else quotient


def rule(indicator: Indicator) -> Any:
    """One rule."""
    values = [{"var": plain(column.name)} for column in indicator.columns]
    missing: list[Any] = [{"==": [value, None]} for value in values]
    branches: list[Any] = []
    if indicator.guard:
        branches += [{"!": {"var": plain(indicator.guard)}}, NOT_APPLICABLE]
    if indicator.kind is Kind.ANSWER:
        branches += [missing[0], UNDETERMINED, values[0], FULLY, NOT_MET]
        return {"if": branches}
    fully, basically = limits(indicator)
    if indicator.kind is Kind.LEAST:
        below = [{"and": [{"!=": [v, None]}, {"<": [v, basically]}]} for v in values]
        full = {"and": [{">=": [v, fully]} for v in values]}
        branches += [{"or": below}, NOT_MET, {"or": missing}, UNDETERMINED, full, FULLY, BASICALLY]
        return {"if": branches}
    if indicator.kind is not Kind.PLAIN:
        missing.append({"==": [values[-1], 0]})
    measure = _measure(indicator, values)
    branches += [{"or": missing}, UNDETERMINED, {indicator.op: [measure, fully]}, FULLY]
    return {"if": [*branches, {indicator.op: [measure, basically]}, BASICALLY, NOT_MET]}


def prepare() -> Judge:
    """The rules, built once."""
    rules = [rule(i) for i in INDICATORS]

    def judge(facts: Facts) -> list[int]:
        return [int(jsonLogic(one, facts)) for one in rules]

    return judge


if __name__ == "__main__":
    report("panzi-json-logic", prepare)
