"""Scores the sheets of a batch: one row a subject, every number an exact text.

This is the one place that chooses the evaluator: columns for many sheets, the interpreter for a
few and for those that the columnar evaluator leaves to it. Both give the same row.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic
from ..language.model import Outcome, Ruleset
from ..scoring.assess import Assessment, assess, sheet_faults
from ..scoring.cohort import Cohort
from ..scoring.columnar_suspects import FEWEST, suspects
from ..scoring.compared_facts import ComparedFacts, compared_facts
from ..scoring.interpreter import Interpreter
from ..scoring.points import Scored
from ..scoring.surds import Surd
from ..scoring.values import Number, Real

if TYPE_CHECKING:
    import polars

    from ..scoring.columnar import Plan

# What a row says of an outcome: its place in this order; what is possible: a bit for each of four.
OUTCOMES = tuple(Outcome)
POSSIBLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNDETERMINED)


def score_all(
    ruleset: Ruleset, sheets: Sequence[FactSheet], cohort: Cohort | None = None
) -> "polars.DataFrame":
    """The results of sheets that have no fault, in their order; see `schema` for the columns."""
    import polars

    if len(sheets) < FEWEST:
        return _interpreted(ruleset, dict(enumerate(sheets)), cohort)
    from ..scoring.columnar import encode, run

    compared = None if cohort is None else _compared(ruleset, cohort)
    plan = compiled(ruleset if compared is None else compared.ruleset)
    ready, unsaid = (sheets, frozenset[int]()) if compared is None else compared.stated(sheets)
    frame = run(plan, encode(plan, ready))
    routed = frame.filter(polars.col("route") == "interpreter")["row"].to_list()
    left = sorted({*routed, *unsaid})
    if not left:
        return frame
    decided = frame.filter(~polars.col("row").is_in(left))
    rest = _interpreted(ruleset, {row: sheets[row] for row in left}, cohort)
    return polars.concat([decided, rest]).sort("row")


def faults_of(ruleset: Ruleset, sheets: Sequence[FactSheet | None]) -> list[tuple[Diagnostic, ...]]:
    """What is wrong with each sheet as a whole; rules are gone through only where one may break."""
    there = [sheet for sheet in sheets if sheet is not None]
    suspected = iter(suspects(ruleset, there))
    found: list[tuple[Diagnostic, ...]] = []
    for sheet in sheets:
        if sheet is None:
            found.append(())
            continue
        interpreter = Interpreter(ruleset, sheet) if next(suspected) else None
        found.append(sheet_faults(ruleset, sheet, interpreter))
    return found


def _interpreted(
    ruleset: Ruleset, sheets: Mapping[int, FactSheet], cohort: Cohort | None
) -> "polars.DataFrame":
    import polars

    rows = [
        from_assessment(assess(ruleset, sheet, cohort=cohort), row) for row, sheet in sheets.items()
    ]
    return polars.DataFrame(rows, schema=schema(ruleset), orient="row")


_prepared: list[ComparedFacts] = []


def _compared(ruleset: Ruleset, cohort: Cohort) -> ComparedFacts:
    """The ruleset that reads comparisons as facts; that of the last batch is kept."""
    if not _prepared or _prepared[0].original is not ruleset or _prepared[0].cohort is not cohort:
        _prepared[:] = [compared_facts(ruleset, cohort)]
    return _prepared[0]


_compiled: list[tuple[Ruleset, "Plan"]] = []


def compiled(ruleset: Ruleset) -> "Plan":
    """The compiled ruleset; that of the last one is kept."""
    from ..scoring.columnar import compile_ruleset

    if not _compiled or _compiled[0][0] is not ruleset:
        _compiled[:] = [(ruleset, compile_ruleset(ruleset))]
    return _compiled[0][1]


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
