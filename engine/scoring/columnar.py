"""The columnar evaluator: one ruleset compiled once, many subjects scored as columns, exactly.

It shares no evaluation code with the interpreter. Whatever it cannot decide exactly it leaves to
the interpreter, subject by subject or, for what cannot be compiled, as a whole and by name.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import polars as pl

from ..facts.sheet import FactSheet
from .columnar_chunk import Chunk, Scored
from .columnar_compile import compile_ruleset
from .columnar_frames import frames
from .columnar_grades import graded
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


# Chunks whose subjects are graded together: what a rule can tell apart repeats itself.
GRADED_TOGETHER = 8
# More would wait for one another: half of the work is waiting for memory.
THREADS = 2


def run(plan: Plan, encoded: Encoded, *, texts: bool = True) -> pl.DataFrame:
    """One row a subject, in order. Without ``texts`` measures and points are left out."""
    chunks = (
        Chunk(plan, frame, start, encoded.routed, texts)
        for frame, start in frames(plan.tables, encoded, plan.together)
    )
    return pl.concat(
        [_graded(plan, part) for part in _parts(_scored(chunks, side_by_side=not texts))]
    )


def _scored(chunks: Iterable[Chunk], *, side_by_side: bool) -> Iterator[Scored]:
    """The chunks scored, in order.

    Operations on whole columns leave Python to other threads; texts are made by Python itself.
    """
    first = next(iter(chunks))
    yield first.results()
    if side_by_side:
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            yield from pool.map(Chunk.results, chunks)
    else:
        yield from map(Chunk.results, chunks)


def _parts(chunks: Iterator[Scored]) -> Iterator[list[Scored]]:
    """As many as are graded together."""
    while part := list(islice(chunks, GRADED_TOGETHER)):
        yield part


def _graded(plan: Plan, chunks: Sequence[Scored]) -> pl.DataFrame:
    """Chunks one below the other, with their grades."""
    whole = pl.concat([pl.DataFrame(chunk.columns) for chunk in chunks])
    grades = graded(plan.grader, [chunk.seen for chunk in chunks], [c.route.len() for c in chunks])
    return whole.with_columns(**grades, route=pl.concat([chunk.route for chunk in chunks]))


__all__ = ["Encoded", "Plan", "compile_ruleset", "encode", "encoder_of", "run"]
