"""The columnar evaluator: one ruleset compiled once, many subjects scored as columns, exactly.

It shares no evaluation code with the interpreter. Whatever it cannot decide exactly it leaves to
the interpreter, subject by subject or, for what cannot be compiled, as a whole and by name.
"""

from collections.abc import Iterable

import polars as pl

from ..facts.sheet import FactSheet
from ..language.model import Ruleset
from .columnar_chunk import Chunk
from .columnar_frames import frames
from .columnar_grading import Grader
from .columnar_plan import Plan, total_points
from .encoding import Encoded, Encoder
from .lowering import Lowerer
from .lowering_grade import lower_rule
from .lowering_levels import LoweredCriterion, lower_criterion
from .lowering_points import LoweredPoints, lower_points
from .lowering_values import UnsupportedError


def compile_ruleset(ruleset: Ruleset) -> Plan:
    """Lower everything; what cannot be is named in ``fallbacks``."""
    lowerer = Lowerer(ruleset)
    fallbacks: list[tuple[str, str]] = []
    criteria: list[LoweredCriterion] = []
    points: dict[str, LoweredPoints] = {}
    for criterion in ruleset.criteria:
        try:
            lowered = lower_criterion(criterion, lowerer)
            given = lower_points(lowered, lowerer)
        except UnsupportedError as unsupported:
            fallbacks.append((criterion.id, str(unsupported)))
            continue
        criteria.append(lowered)
        if given is not None:
            points[criterion.id] = given
    for integrity in ruleset.vocabulary.integrity:
        if integrity.blocks:
            try:
                broken = lowerer.logic.no(lowerer.condition(integrity.rule))
            except UnsupportedError as unsupported:
                fallbacks.append((integrity.id, str(unsupported)))
            else:
                lowerer.escape(broken, f"broken: {integrity.id}")
    rule, total = None, total_points(lowerer, points)
    if ruleset.grade is not None:
        try:
            rule = lower_rule(ruleset.grade, lowerer, total)
        except UnsupportedError as unsupported:
            fallbacks.append(("grade", str(unsupported)))
    return Plan(
        ruleset=ruleset,
        lowerer=lowerer,
        criteria=tuple(criteria),
        points=points,
        total=total,
        rule=rule,
        escapes=tuple(lowerer.escapes.values()),
        facts=tuple(lowerer.inputs.needed.values()),
        tables=tuple(lowerer.inputs.tables),
        fallbacks=tuple(fallbacks),
    )


def encode(plan: Plan, sheets: Iterable[FactSheet]) -> Encoded:
    """The facts of sheets as columns."""
    encoder = Encoder(
        plan.facts,
        plan.tables,
        plan.lowerer.inputs.words,
        frozenset(c.id for c in plan.ruleset.criteria),
        plan.lowerer.inputs.most_rows,
    )
    return encoder.encode(sheets)


def run(plan: Plan, encoded: Encoded, *, texts: bool = True) -> pl.DataFrame:
    """One row a subject, in order. Without ``texts`` measures and points are left out."""
    grader = None if plan.rule is None or plan.fallbacks else Grader(plan.rule)
    return pl.concat(
        [
            Chunk(plan, frame, start, encoded.routed, texts, grader).results()
            for frame, start in frames(plan.tables, encoded)
        ]
    )


__all__ = ["Encoded", "Plan", "compile_ruleset", "encode", "run"]
