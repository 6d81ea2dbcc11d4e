"""The job by hand in DuckDB: one SQL query of exact integer comparisons on a table in memory."""

from typing import Any

import duckdb
import polars as pl

from benchmarks.job import INDICATORS, NOT_APPLICABLE, UNDETERMINED, Indicator, Kind


def connected(frame: pl.DataFrame) -> Any:
    """A connection that holds the districts in its own table ``facts``."""
    connection = duckdb.connect()
    connection.register("given", frame.to_arrow())
    connection.sql("create table facts as select * from given")
    connection.unregister("given")
    return connection


def _outcome(i: Indicator) -> str:
    names = [f'"{c.encoded}"' for c in i.columns]
    missing = " or ".join(f'"{c.encoded}?"' for c in i.columns)
    under = "1::bigint"
    match i.kind:
        case Kind.RATIO:
            over, under = names
        case Kind.GROWTH:
            over, under = f"({names[0]} - {names[1]})", names[1]
        case Kind.SHARE:
            over, under = f"({names[0]} + {names[1]})", names[2]
        case Kind.LEAST:
            known = (f'case when not "{c.encoded}?" then "{c.encoded}" end' for c in i.columns)
            over = f"coalesce(least({', '.join(known)}), {i.columns[0].high + 1})"
        case Kind.PLAIN | Kind.ANSWER:
            over = names[0]
    if i.kind is Kind.ANSWER:
        judged = f"case when {missing} then {UNDETERMINED} when {over} then 0 else 2 end"
    else:
        fully, basically = (
            f"{over} * {limit.denominator} {i.op} {under} * {limit.numerator}"
            for limit in i.whole_limits
        )
        if i.kind is Kind.LEAST:
            missing = f"({missing}) and {basically}"
        elif i.kind is not Kind.PLAIN:
            missing = f"{missing} or {under} = 0"
        judged = (
            f"case when {missing} then {UNDETERMINED} when {fully} then 0 "
            f"when {basically} then 1 else 2 end"
        )
    if i.guard:
        judged = f'case when "{i.guard}@0" then {judged} else {NOT_APPLICABLE} end'
    return f'({judged})::utinyint as "{i.id}"'


def _short(i: Indicator) -> str:
    limit = i.whole_limits[0]
    below = " or ".join(
        f'(not "{c.encoded}?" and "{c.encoded}" * {limit.denominator} < {limit.numerator})'
        for c in i.columns
    )
    return f'("{i.id}" = {UNDETERMINED} and ({below}))::bigint'


# Counts of all outcomes in one number, 6 bits each: a fifth of the comparisons.
_COUNTS = " + ".join(f'(1::bigint << (6 * "{i.id}"))' for i in INDICATORS)


def _grade(fully: str, missed: str, vetoed: str) -> str:
    top = f"({fully}) * 10 >= applicable * 9 and ({missed}) = 0"
    return (
        f"(case when {top} then case when {vetoed} then 1 else 0 end "
        f"when ({missed}) * 10 <= applicable then 1 else 2 end)::utinyint"
    )


def query() -> str:
    """The whole query."""
    vetoes = [f'"{i.id}"' for i in INDICATORS if i.veto]
    vetoed = "(" + " or ".join(f"{v} = 2" for v in vetoes) + ")"
    in_doubt = "(" + " or ".join(f"{v} in (2, {UNDETERMINED})" for v in vetoes) + ")"
    short = " + ".join(_short(i) for i in INDICATORS if i.kind is Kind.LEAST)
    outcomes = ", ".join(f'"{i.id}"' for i in INDICATORS)
    counted = ", ".join(
        f"(packed >> {6 * outcome}) & 63 as {name}"
        for outcome, name in ((0, "fully"), (1, "basically"), (2, "missed"), (4, "opened"))
    )
    return f"""
with judged as (select *, {", ".join(_outcome(i) for i in INDICATORS)} from facts),
packed as (select {outcomes}, {_COUNTS} as packed, {short} as short from judged),
counted as (select {outcomes}, short, {counted} from packed),
whole as (select *, fully + basically + missed + opened as applicable from counted)
select {outcomes}, {_grade("fully + opened - short", "missed", vetoed)} as best,
{_grade("fully", "missed + opened", in_doubt)} as worst from whole"""


def score(connection: Any, text: str) -> Any:
    """An Arrow table: outcomes by indicator, best and worst grade (0 is A)."""
    return connection.sql(text).to_arrow_table()
