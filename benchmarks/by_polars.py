"""The job by hand in Polars: one lazy plan of exact integer expressions, built beforehand."""

from functools import reduce
from operator import ge, gt, le, lt, or_

import polars as pl

from benchmarks.job import INDICATORS, NOT_APPLICABLE, UNDETERMINED, Indicator, Kind

_OPS = {">=": ge, ">": gt, "<=": le, "<": lt}


def _outcome(i: Indicator) -> pl.Expr:
    names = [c.encoded for c in i.columns]
    values = [pl.col(name) for name in names]
    missing = reduce(or_, (pl.col(f"{name}?") for name in names))
    under: pl.Expr | int = 1
    match i.kind:
        case Kind.RATIO:
            over, under = values
        case Kind.GROWTH:
            over, under = values[0] - values[1], values[1]
        case Kind.SHARE:
            over, under = values[0] + values[1], values[2]
        case Kind.PLAIN:
            (over,) = values
        case Kind.ANSWER:
            outcome = pl.when(values[0]).then(_byte(0)).otherwise(_byte(2))
        case Kind.LEAST:
            known = [pl.when(~pl.col(f"{name}?")).then(pl.col(name)) for name in names]
            over = pl.min_horizontal(known).fill_null(i.columns[0].high + 1)
    if i.kind is not Kind.ANSWER:
        fully, basically = (
            _OPS[i.op](over * limit.denominator, under * limit.numerator)
            for limit in i.whole_limits
        )
        outcome = pl.when(fully).then(_byte(0)).when(basically).then(_byte(1)).otherwise(_byte(2))
        if i.kind is Kind.LEAST:
            missing = missing & basically
        if isinstance(under, pl.Expr):
            missing = missing | (under == 0)
    found = pl.when(missing).then(_byte(UNDETERMINED)).otherwise(outcome)
    if i.guard:
        found = pl.when(pl.col(f"{i.guard}@0")).then(found).otherwise(_byte(NOT_APPLICABLE))
    return found.alias(i.id)


def _byte(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt8)


def _short(i: Indicator) -> pl.Expr:
    """Where the smallest of four is open, but no longer fully met."""
    limit = i.whole_limits[0]
    below = [
        ~pl.col(f"{c.encoded}?") & (pl.col(c.encoded) * limit.denominator < limit.numerator)
        for c in i.columns
    ]
    return (pl.col(i.id) == UNDETERMINED) & reduce(or_, below)


def _count(outcome: int) -> pl.Expr:
    cells = [(pl.col(i.id) == outcome).cast(pl.Int16) for i in INDICATORS]
    return pl.sum_horizontal(cells).alias(f"count {outcome}")


def _grade(fully: pl.Expr, missed: pl.Expr, applicable: pl.Expr, vetoed: pl.Expr) -> pl.Expr:
    top = (fully * 10 >= applicable * 9) & (missed == 0)
    return (
        pl.when(top & ~vetoed)
        .then(_byte(0))
        .when(top | (missed * 10 <= applicable))
        .then(_byte(1))
        .otherwise(_byte(2))
    )


def plan() -> list[list[pl.Expr]]:
    """The expressions, stage by stage."""
    fully, basically, missed, opened = (pl.col(f"count {o}") for o in (0, 1, 2, UNDETERMINED))
    applicable = fully + basically + missed + opened
    vetoes = [pl.col(i.id) for i in INDICATORS if i.veto]
    vetoed = reduce(or_, (v == 2 for v in vetoes))
    in_doubt = reduce(or_, (v == UNDETERMINED for v in vetoes))
    short = [_short(i).cast(pl.Int16) for i in INDICATORS if i.kind is Kind.LEAST]
    reachable = fully + opened - pl.sum_horizontal(short)
    return [
        [_outcome(i) for i in INDICATORS],
        [_count(o) for o in (0, 1, 2, UNDETERMINED)],
        [
            _grade(reachable, missed, applicable, vetoed).alias("best"),
            _grade(fully, missed + opened, applicable, vetoed | in_doubt).alias("worst"),
        ],
    ]


def score(frame: pl.DataFrame, stages: list[list[pl.Expr]]) -> pl.DataFrame:
    """Outcomes by indicator, best and worst grade (0 is A)."""
    lazy = frame.lazy()
    for stage in stages:
        lazy = lazy.with_columns(stage)
    return lazy.select([*(i.id for i in INDICATORS), "best", "worst"]).collect()
