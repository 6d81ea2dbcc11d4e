"""Who is one step from a limit: the levels that one quantum of one fact would win or lose."""

from fractions import Fraction
from typing import Any

from ..facts.sheet import FactSheet
from ..language.model import Ruleset
from ..language.units import decimal_text
from .assess import assess_part
from .cohort import Cohort
from .margins import Margin
from .moving import smallest


def near_limits(
    ruleset: Ruleset, sheet: FactSheet, cohort: Cohort | None = None
) -> list[dict[str, Any]]:
    """The levels that one quantum of one fact would win or lose."""
    names = [criterion.id for criterion in ruleset.criteria]
    assessment = assess_part(ruleset, sheet, names, cohort)
    return [
        {
            "criterion": name,
            "level": str(margin.level),
            "met": margin.met,
            "fact": margin.fact,
            "year": margin.year,
            "up": margin.up,
            "quantum": decimal_text(quantum / margin.unit.scale),
            "unit": margin.unit.name,
        }
        for name in names
        for margin in assessment.margins[name]
        if (quantum := _quantum(margin, ruleset)) is not None
        if margin.amount < quantum or (not margin.met and margin.amount == quantum)
    ]


def _quantum(margin: Margin, ruleset: Ruleset) -> Fraction | None:
    """The smallest step of the fact that moves a margin; None where no single fact does."""
    if margin.fact is None:
        return None
    definition = ruleset.vocabulary.facts[margin.fact]
    return definition.quantum or smallest(definition.unit)
