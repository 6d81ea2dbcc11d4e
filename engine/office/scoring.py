"""Scores the sheets of a batch: one row a subject, every number an exact text.

This is the one place that chooses the evaluator; whatever reads the frame does not know which
of them filled in a row.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..facts.sheet import FactSheet
from ..language.model import Outcome, Ruleset
from ..scoring.assess import Assessment, assess
from ..scoring.points import Scored
from ..scoring.surds import Surd
from ..scoring.values import Number, Real

if TYPE_CHECKING:
    import polars

# What a row says of an outcome: its place in this order; what is possible: a bit for each of four.
OUTCOMES = tuple(Outcome)
POSSIBLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNDETERMINED)


def score_all(ruleset: Ruleset, sheets: Sequence[FactSheet]) -> "polars.DataFrame":
    """The results of sheets that have no fault, in their order; see `schema` for the columns."""
    import polars

    rows = [from_assessment(assess(ruleset, sheet), row) for row, sheet in enumerate(sheets)]
    return polars.DataFrame(rows, schema=schema(ruleset), orient="row")


def schema(ruleset: Ruleset) -> Mapping[str, "polars.DataType | type[polars.DataType]"]:
    """The columns: of each criterion outcome, what is possible, measure, points; then the whole."""
    import polars

    columns: dict[str, polars.DataType | type[polars.DataType]] = {"row": polars.UInt32}
    for criterion in ruleset.criteria:
        columns[f"outcome:{criterion.id}"] = polars.UInt8
        columns[f"possible:{criterion.id}"] = polars.UInt8
        columns[f"measure:{criterion.id}"] = polars.String
        columns[f"points_low:{criterion.id}"] = polars.String
        columns[f"points_high:{criterion.id}"] = polars.String
    for name in ("total_low", "total_high", "awarded", "best", "worst", "route"):
        columns[name] = polars.String
    return columns


def from_assessment(assessment: Assessment, row: int) -> dict[str, int | str | None]:
    """The row that an assessment gives."""
    found: dict[str, int | str | None] = {"row": row}
    for result in assessment.results:
        name = result.criterion.id
        found[f"outcome:{name}"] = OUTCOMES.index(result.outcome)
        found[f"possible:{name}"] = sum(
            1 << bit for bit, outcome in enumerate(POSSIBLE) if outcome in result.possible
        )
        measure = result.measure.exact if isinstance(result.measure, Number) else None
        found[f"measure:{name}"] = None if measure is None else exact_text(measure)
        low, high = _ends(assessment.points.get(name))
        found[f"points_low:{name}"], found[f"points_high:{name}"] = low, high
    found["total_low"], found["total_high"] = _ends(assessment.total)
    grade = assessment.grade
    found["awarded"] = None if grade is None else grade.awarded
    found["best"] = None if grade is None else grade.best
    found["worst"] = None if grade is None else grade.worst
    found["route"] = "interpreter"
    return found


def exact_text(value: Real) -> str:
    """The one exact spelling of a number, as in results."""
    if not isinstance(value, Surd):
        return str(value)
    parts = [] if not value.rational else [str(value.rational)]
    return " + ".join([*parts, *(f"{c}*sqrt({r})" for c, r in value.terms)])


def _ends(scored: Scored | None) -> tuple[str | None, str | None]:
    return (None, None) if scored is None else (str(scored.low), str(scored.high))
