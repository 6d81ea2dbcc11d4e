"""A compiled ruleset: what was lowered, what it reads, what is left to the interpreter."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ..language.model import Ruleset
from .columnar_grading import Grader
from .lowering import Lowerer
from .lowering_grade import LoweredRule
from .lowering_inputs import Needed
from .lowering_levels import LoweredCriterion
from .lowering_points import LoweredPoints
from .lowering_terms import Formula, Ratio, fraction
from .lowering_values import NO_GAP, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A compiled ruleset: what it reads, and what it leaves to the interpreter and why."""

    ruleset: Ruleset
    lowerer: Lowerer
    criteria: tuple[LoweredCriterion, ...]
    points: Mapping[str, LoweredPoints]
    total: Number
    rule: LoweredRule | None
    # Remembers what it has graded, from one run to the next.
    grader: Grader | None
    escapes: tuple[tuple[Formula, str], ...]
    facts: tuple[Needed, ...]
    tables: tuple[str, ...]
    fallbacks: tuple[tuple[str, str], ...]


def total_points(lowerer: Lowerer, points: Mapping[str, LoweredPoints]) -> Number:
    """The points in all: a sum over one denominator, or supplied row by row when there is none."""
    ends: list[Ratio] = []
    for end, name in ((0, "low"), (1, "high")):
        if all(p.is_plain for p in points.values()):
            whole = fraction(Fraction(0))
            for p in points.values():
                whole = whole + (p.low, p.high)[end]
        else:
            supplied = lowerer.graph.supplied
            whole = Ratio(supplied(f"total {name} over"), supplied(f"total {name} under"))
        ends.append(whole)
    return Number(NO_GAP, ends[0], ends[1])
