"""Who is one step from a limit: the levels that one quantum of one fact would win or lose."""

from fractions import Fraction
from typing import Any

from ..facts.sheet import FactSheet
from ..language.model import Criterion, Ruleset
from ..language.units import decimal_text
from .cohort import Cohort
from .interpreter import Interpreter
from .margins import Margin, margins
from .moving import smallest
from .outcome import evaluate


def near_limits(
    ruleset: Ruleset, sheet: FactSheet, cohort: Cohort | None = None
) -> list[dict[str, Any]]:
    """The levels that one quantum of one fact would win or lose."""
    interpreter = Interpreter(ruleset, sheet, cohort=cohort)
    return [near for criterion in ruleset.criteria for near in near_limit(criterion, interpreter)]


def near_limit(criterion: Criterion, interpreter: Interpreter) -> list[dict[str, Any]]:
    """Those of one criterion."""
    return [
        {
            "criterion": criterion.id,
            "level": str(margin.level),
            "met": margin.met,
            "fact": margin.fact,
            "year": margin.year,
            "up": margin.up,
            "quantum": decimal_text(quantum / margin.unit.scale),
            "unit": margin.unit.name,
        }
        for margin in margins(evaluate(criterion, interpreter), interpreter)
        if (quantum := _quantum(margin, interpreter.ruleset)) is not None
        if margin.amount < quantum or (not margin.met and margin.amount == quantum)
    ]


def _quantum(margin: Margin, ruleset: Ruleset) -> Fraction | None:
    """The smallest step of the fact that moves a margin; None where no single fact does."""
    if margin.fact is None:
        return None
    definition = ruleset.vocabulary.facts[margin.fact]
    return definition.quantum or smallest(definition.unit)
