"""The job by hand in NumPy: exact, on 64-bit integers, cross-multiplied, blocked for the cache.

What somebody writes who needs this one job, knows that the ranges cannot overflow, and knows that
the rule is monotone, so that the best and the worst grade come from two counts.
"""

from typing import Any

import numpy as np
import polars as pl

from benchmarks.job import COLUMNS, GUARDS, INDICATORS, NOT_APPLICABLE, UNDETERMINED, Kind

_BLOCK = 32_768
_OPS = {
    ">=": np.greater_equal,
    ">": np.greater,
    "<=": np.less_equal,
    "<": np.less,
}


def prepared(frame: pl.DataFrame) -> dict[str, Any]:
    """The columns as arrays; flags a byte each."""
    names = [f"{c.encoded}{mark}" for c in COLUMNS for mark in ("", "?")]
    names += [f"{g}@0" for g in GUARDS]
    return {name: np.ascontiguousarray(frame[name].to_numpy()) for name in names}


def score(columns: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Outcomes (indicators × rows), best and worst grade (0 is A)."""
    length = len(next(iter(columns.values())))
    outcomes = np.empty((len(INDICATORS), length), np.uint8)
    best, worst = np.empty(length, np.uint8), np.empty(length, np.uint8)
    for start in range(0, length, _BLOCK):
        here = slice(start, min(start + _BLOCK, length))
        block = {name: column[here] for name, column in columns.items()}
        best[here], worst[here] = _block(block, outcomes[:, here])
    return outcomes, best, worst


def _levels(i: Any, over: Any, under: Any, out: Any) -> None:
    """2 less one for each level that is met; the basic one is met where the full one is."""
    op = _OPS[i.op]
    (p1, q1), (p2, q2) = (limit.as_integer_ratio() for limit in i.whole_limits)
    if under is None:
        fully, basically = op(over * q1, p1), op(over * q2, p2)
    else:
        left = over * q1
        fully = op(left, under * p1)
        basically = op(left if q1 == q2 else over * q2, under * p2)
    np.subtract(2, fully.view(np.uint8), out=out)
    np.subtract(out, basically.view(np.uint8), out=out)


def _block(block: dict[str, Any], outcomes: Any) -> tuple[Any, Any]:
    length = outcomes.shape[1]
    no_longer_full = np.zeros(length, np.uint8)
    vetoed, in_doubt = np.zeros(length, bool), np.zeros(length, bool)
    for i, out in zip(INDICATORS, outcomes, strict=True):
        names = [c.encoded for c in i.columns]
        values = [block[name] for name in names]
        missing = [block[f"{name}?"] for name in names]
        short = None
        match i.kind:
            case Kind.RATIO:
                _levels(i, values[0], values[1], out)
            case Kind.GROWTH:
                _levels(i, values[0] - values[1], values[1], out)
            case Kind.SHARE:
                _levels(i, values[0] + values[1], values[2], out)
            case Kind.PLAIN:
                _levels(i, values[0], None, out)
            case Kind.ANSWER:
                np.subtract(2, values[0].view(np.uint8) * 2, out=out)
            case Kind.LEAST:
                # A member that is missing lowers nothing: it decides below, if anything is open.
                known = [
                    np.where(m, i.columns[0].high + 1, v)
                    for v, m in zip(values, missing, strict=True)
                ]
                least = np.minimum(np.minimum(known[0], known[1]), np.minimum(known[2], known[3]))
                _levels(i, least, None, out)
                short = out > 0
        open_ = missing[0]
        for flag in missing[1:]:
            open_ = open_ | flag
        if i.kind in (Kind.RATIO, Kind.GROWTH, Kind.SHARE):
            open_ = open_ | (values[-1] == 0)
        if i.kind is Kind.LEAST:
            open_ = open_ & (out < 2)
        np.copyto(out, UNDETERMINED, where=open_)
        if i.guard:
            np.copyto(out, NOT_APPLICABLE, where=~block[f"{i.guard}@0"])
        if short is not None:
            no_longer_full += short & (out == UNDETERMINED)
        if i.veto:
            vetoed |= out == 2
            in_doubt |= out == UNDETERMINED
    fully, basically, missed, _, opened = (
        (outcomes == outcome).sum(axis=0, dtype=np.uint8).astype(np.int16) for outcome in range(5)
    )
    applicable = fully + basically + missed + opened
    best = _grade(fully + opened - no_longer_full, missed, applicable, vetoed)
    worst = _grade(fully, missed + opened, applicable, vetoed | in_doubt)
    return best, worst


def _grade(fully: Any, missed: Any, applicable: Any, vetoed: Any) -> Any:
    # Without any that is missed the share that is missed is small too: A is within B.
    top = (fully * 10 >= applicable * 9) & (missed == 0) & ~vetoed
    return 2 - (missed * 10 <= applicable).view(np.uint8) - top.view(np.uint8)


def outcome_frame(scored: tuple[Any, Any, Any]) -> pl.DataFrame:
    """The results in the shape that all contenders are compared in."""
    outcomes, best, worst = scored
    columns = {i.id: pl.Series(row) for i, row in zip(INDICATORS, outcomes, strict=True)}
    return pl.DataFrame({**columns, "best": pl.Series(best), "worst": pl.Series(worst)})
