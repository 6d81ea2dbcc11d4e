"""Results of many districts as rows of a criterion each, made from whole columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import polars

from ..language.model import Criterion, Ruleset
from .describe import Describe
from .outputs import RESULT_COLUMNS
from .scoring import OUTCOMES

# What a row of results has beside the district that it is of.
CRITERION = RESULT_COLUMNS[3:]
_MOST_KNOWN = 100_000
_MOST_STEPS = 10**6
_PAIR = r"^([0-9]{1,9})(?:/([0-9]{1,9}))?$"


@dataclass(slots=True)
class Results:
    """Writes out what was found, with the words of a batch; each number is worded once."""

    ruleset: Ruleset
    describe: Describe
    known: dict[str, dict[str, str]] = field(default_factory=dict)

    def rows(self, found: polars.DataFrame) -> polars.DataFrame:
        """A row for each criterion of each row of ``found``, which is as `scoring.schema` says."""
        criteria, height = self.ruleset.criteria, found.height
        if not criteria:
            return polars.DataFrame(schema=dict.fromkeys(CRITERION, polars.String))
        index = polars.select(
            number=polars.int_range(len(criteria) * height, dtype=polars.UInt32)
        ).select(
            of=polars.col("number") % len(criteria),
            at=polars.col("number") % len(criteria) * height
            + polars.col("number") // len(criteria),
        )

        def by_row(name: str) -> polars.Series:
            columns = [found[f"{name}:{c.id}"] for c in criteria]
            return polars.concat(columns).gather(index["at"])

        def by_criterion(words: Sequence[str]) -> polars.Series:
            return polars.Series(words, dtype=polars.String).gather(index["of"])

        outcome = by_row("outcome")
        words = [str(outcome) for outcome in OUTCOMES]
        shown = polars.concat([self._shown(c, found[f"measure:{c.id}"]) for c in criteria])
        low, high = by_row("points_low"), by_row("points_high")
        both = low.is_not_null() & high.is_not_null()
        nothing = low.clear().extend_constant(None, len(low))
        columns = {
            "domain": by_criterion([c.domain for c in criteria]),
            "criterion": by_criterion([c.id for c in criteria]),
            "title": by_criterion([self.describe.title(c.id) for c in criteria]),
            "outcome": polars.Series(words).gather(outcome),
            "outcome_label": polars.Series([self.describe.label(w) for w in words]).gather(outcome),
            "shown": shown.gather(index["at"]),
            "measure": by_row("measure"),
            "points_low": low.zip_with(both, nothing),
            "points_high": high.zip_with(both, nothing),
        }
        return polars.DataFrame({name: columns[name] for name in CRITERION})

    def _shown(self, criterion: Criterion, measures: polars.Series) -> polars.Series:
        """The measures of a criterion as people read them."""
        if measures.null_count() == len(measures):
            return measures
        frame = polars.DataFrame({"measure": measures, "like": _alike(criterion, measures)})
        distinct = frame.select(polars.col("like").drop_nulls().unique())
        known = self.known.setdefault(criterion.id, {})
        if len(known) > _MOST_KNOWN:
            known.clear()
        texts = []
        for like in distinct["like"]:
            text = known.get(like)
            if text is None:
                text = known[like] = self.describe.shown(criterion.id, like)
            texts.append(text)
        worded = distinct.with_columns(polars.Series("shown", texts, dtype=polars.String))
        return frame.join(worded, on="like", how="left", maintain_order="left")["shown"]


def _alike(criterion: Criterion, measures: polars.Series) -> polars.Series:
    """For each measure one that is shown alike: rounded as it is shown, where it is rounded."""
    unit, places = criterion.show.unit, criterion.show.places
    if places is None or unit.name not in ("", "%", "‰"):
        return measures
    steps = Fraction(10**places) / unit.scale
    if steps.denominator != 1 or steps > _MOST_STEPS:
        return measures
    pair = polars.DataFrame({"measure": measures}).select(
        "measure",
        over=polars.col("measure").str.extract(_PAIR, 1).cast(polars.Int64),
        under=polars.col("measure").str.extract(_PAIR, 2).cast(polars.Int64).fill_null(1),
    )
    # Half up: the floor of twice the value in steps plus one, halved.
    twice = 2 * polars.col("over") * int(steps) + polars.col("under")
    rounded = (twice // (2 * polars.col("under"))).cast(polars.String)
    return pair.select(
        polars.when(polars.col("over").is_not_null())
        .then(polars.concat_str(rounded, polars.lit(f"/{steps}")))
        .otherwise("measure")
    ).to_series()
