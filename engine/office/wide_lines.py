"""Lines of the rows that columns decide: the values that the lines of their sheets would have."""

from collections.abc import Sequence

import polars

from ..facts.headings import Heading
from ..facts.wide_frame import Reader
from ..language.model import Outcome, Ruleset
from .describe import Describe
from .outputs import GRADE_COLUMNS
from .scoring import OUTCOMES
from .wide import decide
from .wide_results import CRITERION, Results

__all__ = ["CRITERION", "decided_lines", "grade_row"]

_GRADE = {"grade": "awarded", "best": "best", "worst": "worst"}


def decided_lines(
    ruleset: Ruleset,
    describe: Describe,
    frame: polars.DataFrame,
    head: Sequence[Heading],
    places: polars.Series,
    reader: Reader,
    year: int | None,
) -> tuple[polars.DataFrame, polars.Series]:
    """The lines of rows of a file, each with its place; and which rows are left for sheets."""
    decided = decide(ruleset, frame, head, reader, year)
    rows = decided.results.drop("row").hstack(decided.subjects.drop("row"))
    each = results_of(ruleset, describe).rows(decided.results).to_struct("criteria")
    criteria = each.reshape((rows.height, len(ruleset.criteria))).arr.to_list()
    place = places.gather(decided.subjects["row"]).alias("place")
    lines = rows.with_columns(place).select(
        "place",
        polars.lit(True).alias("scored"),
        *grade_row(ruleset),
        criteria,
    )
    return lines, decided.left


def grade_row(ruleset: Ruleset) -> list[polars.Expr]:
    """The columns of a district as a whole."""
    graded = ruleset.grade is not None
    counts = {
        str(outcome): polars.sum_horizontal(
            (polars.col(f"outcome:{c.id}") == position).cast(polars.Int32) for c in ruleset.criteria
        )
        for position, outcome in enumerate(OUTCOMES)
    }
    complete = polars.col("awarded").is_not_null()
    found = {
        **{name: polars.col(name) for name in ("code", "name", "kind", "year")},
        **{
            name: polars.col(source) if graded else polars.lit(None, polars.String)
            for name, source in _GRADE.items()
        },
        "complete": complete if graded else counts[str(Outcome.UNDETERMINED)] == 0,
        **counts,
        **_ends("total_low", "total_high"),
        **{name: polars.col(name) for name in ("warnings", "facts_digest")},
    }
    return [found[name].alias(name) for name in GRADE_COLUMNS]


_kept: list[Results] = []


def results_of(ruleset: Ruleset, describe: Describe) -> Results:
    """What words the results; that of the last batch is kept, with what it has worded."""
    if not _kept or _kept[0].describe is not describe:
        _kept[:] = [Results(ruleset, describe)]
    return _kept[0]


def _ends(low: str, high: str) -> dict[str, polars.Expr]:
    """Points at least and at most; both or none."""
    both = polars.col(low).is_not_null() & polars.col(high).is_not_null()
    ends = {"points_low": polars.col(low), "points_high": polars.col(high)}
    return {name: polars.when(both).then(end) for name, end in ends.items()}
