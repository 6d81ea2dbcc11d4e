"""The columnar evaluator: one ruleset compiled once, many subjects scored as columns, exactly.

It shares no evaluation code with the interpreter. Whatever it cannot decide exactly it leaves to
the interpreter, subject by subject or, for what cannot be compiled, as a whole and by name.
"""

from collections.abc import Iterable

import polars as pl

from ..facts.sheet import FactSheet
from .columnar_chunk import Chunk
from .columnar_compile import compile_ruleset
from .columnar_frames import frames
from .columnar_plan import Plan
from .encoding import Encoded, Encoder


def encode(plan: Plan, sheets: Iterable[FactSheet]) -> Encoded:
    """The facts of sheets as columns."""
    return encoder_of(plan).encode(sheets)


def encoder_of(plan: Plan) -> Encoder:
    """What turns facts into the columns that a plan reads."""
    return Encoder(
        plan.facts,
        plan.tables,
        plan.lowerer.inputs.words,
        frozenset(c.id for c in plan.ruleset.criteria),
        plan.lowerer.inputs.most_rows,
    )


def run(plan: Plan, encoded: Encoded, *, texts: bool = True) -> pl.DataFrame:
    """One row a subject, in order. Without ``texts`` measures and points are left out."""
    return pl.concat(
        [
            Chunk(plan, frame, start, encoded.routed, texts).results()
            for frame, start in frames(plan.tables, encoded)
        ]
    )


__all__ = ["Encoded", "Plan", "compile_ruleset", "encode", "encoder_of", "run"]
