"""A compiled ruleset: what was lowered, what it reads, what is left to the interpreter."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ..language.model import Ruleset
from .columnar_grading import Grader
from .columnar_needs import Together
from .columnar_program import program
from .columnar_steps import Program
from .lowering import Lowerer
from .lowering_grade import LoweredRule
from .lowering_inputs import Needed
from .lowering_levels import LoweredCriterion
from .lowering_points import LoweredPoints
from .lowering_terms import Formula, Ratio, fraction
from .lowering_values import NO_GAP, Number

# Batches differ in what is missing somewhere; as many programs are kept.
MOST_PROGRAMS = 16


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
    together: Together
    # The flags that outcomes ask for, and the programs made so far, by those that hold nowhere.
    flags: frozenset[str]
    programs: dict[frozenset[str], Program] = field(default_factory=dict)

    def program(self, columns: Container[str]) -> Program:
        """The steps for a batch with these columns: a part a criterion, then the escapes."""
        absent = frozenset(flag for flag in self.flags if flag not in columns)
        found = self.programs.get(absent)
        if found is None:
            if len(self.programs) >= MOST_PROGRAMS:
                self.programs.clear()
            found = self.programs[absent] = program(self.lowerer.graph, self.questions(), absent)
        return found

    def questions(self) -> tuple[tuple[Formula, ...], ...]:
        """What is asked about each criterion that was lowered, and who is to be left alone."""
        escapes = tuple(where for where, _ in self.escapes)
        return (*(criterion.possible for criterion in self.criteria), escapes)


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
