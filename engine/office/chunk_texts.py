"""What is written of districts, made from whole columns: records as JSON, rows of both CSV files.

The texts are those that `json` and `csv` would write of one record after the other.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars

from ..language.model import Outcome, Ruleset
from .outputs import GRADE_COLUMNS, harmless
from .scoring import POSSIBLE
from .wide import SUBJECT
from .wide_lines import grade_row
from .wide_results import CRITERION, Results

# What JSON escapes; what CSV puts in quotes.
_ESCAPED = r'["\\\x00-\x1f]'
_QUOTED = '[,"\r\n]'
_ENDS = ("points_low", "points_high")
_WHO = ("code", "name", "year")
# Whose results these are, and where that stands.
PLACED = {**SUBJECT, "place": polars.String}
_HEAD = ("code", "place", "name", "year", "best", "worst", "complete", "warnings")


@dataclass(frozen=True, slots=True)
class Texts:
    """Of some districts in their order: what counts of each, and what the files say of it."""

    heads: polars.DataFrame
    records: polars.Series
    results: polars.Series
    grades: polars.Series

    def part(self, start: int, length: int) -> "Texts":
        """Those of some of them."""
        series = (self.records, self.results, self.grades)
        return Texts(self.heads.slice(start, length), *(s.slice(start, length) for s in series))


def spoken_of(ruleset: Ruleset, found: polars.DataFrame) -> polars.DataFrame:
    """Of results what findings speak of."""
    return found.select(*(f"outcome:{c.id}" for c in ruleset.criteria), "best", "worst")


def texts_of(words: Results, subjects: polars.DataFrame, found: polars.DataFrame) -> Texts:
    """The texts of districts; ``found`` is as `scoring.schema` says.

    ``subjects`` say whose it is: the columns of `wide.SUBJECT` and the place.
    """
    ruleset, height = words.ruleset, found.height
    several = len(ruleset.criteria)
    whole = found.drop("row").hstack(subjects.drop("row"))
    rows = whole.select("place", "attributes", "awarded", *grade_row(ruleset))
    each = words.rows(found)
    district = polars.select(
        polars.int_range(height * several, dtype=polars.UInt32) // max(1, several)
    ).to_series()
    whose = _joined([_csv(rows[name], harmless if name != "year" else None) for name in _WHO], ",")
    lines = _joined([whose.gather(district), *(_csv(each[name]) for name in CRITERION)], ",")
    criteria = _criteria(ruleset, found, each)
    return Texts(
        rows.select(_HEAD),
        _records(ruleset, rows, _whole(criteria, several, ",", height)),
        _whole(_said(lines, "\r\n"), several, "", height),
        _grades(rows),
    )


def _said(*parts: polars.Series | str) -> polars.Series:
    """Texts beside one another; null where one of them is."""
    series = [part.alias(str(n)) for n, part in enumerate(parts) if not isinstance(part, str)]
    pieces = [
        polars.lit(part) if isinstance(part, str) else polars.col(str(n))
        for n, part in enumerate(parts)
    ]
    return polars.DataFrame(series).select(polars.concat_str(pieces)).to_series()


def _joined(parts: Sequence[polars.Series], between: str) -> polars.Series:
    """Texts beside one another with something between."""
    series = [part.alias(str(n)) for n, part in enumerate(parts)]
    whole = polars.concat_str(polars.all(), separator=between)
    return polars.DataFrame(series).select(whole).to_series()


def _whole(parts: polars.Series, several: int, between: str, height: int) -> polars.Series:
    """The parts of each district as one text."""
    if not len(parts):
        return polars.Series([""], dtype=polars.String).new_from_index(0, height)
    return parts.reshape((height, several)).arr.join(between)


# -- JSON ----------------------------------------------------------------------------------------


def _criteria(ruleset: Ruleset, found: polars.DataFrame, each: polars.DataFrame) -> polars.Series:
    """What a record says of each criterion of each district."""
    if not each.height:
        return polars.Series([], dtype=polars.String)
    columns = [found[f"possible:{criterion.id}"] for criterion in ruleset.criteria]
    number = polars.int_range(each.height, dtype=polars.UInt32, eager=True)
    at = number % len(columns) * found.height + number // len(columns)
    bits = polars.concat(columns).gather(at)
    words = [str(outcome) for outcome in POSSIBLE]
    sets = [
        [w for bit, w in enumerate(words) if bits >> bit & 1] for bits in range(2 ** len(words))
    ]
    possible = polars.Series([_dumped(one) for one in sets], dtype=polars.String).gather(bits)
    return _said(
        '{"id":',
        _json(each["criterion"]),
        ',"outcome":',
        _json(each["outcome"]),
        ',"possible":',
        possible,
        ',"measure":',
        _json(each["measure"]),
        ',"shown":',
        _json(each["shown"]),
        ',"points":',
        _points(each),
        "}",
    )


def _records(ruleset: Ruleset, rows: polars.DataFrame, criteria: polars.Series) -> polars.Series:
    """The records; ``criteria`` is what each says of the criteria."""
    truths = polars.Series(["false", "true"])
    counts: list[polars.Series | str] = []
    for outcome in Outcome:
        before = ',"' if counts else '{"'
        counts += [f'{before}{outcome}":', rows[str(outcome)].cast(polars.String)]
    grades: list[polars.Series | str] = ["null"]
    if ruleset.grade is not None:
        grades = []
        for name in ("awarded", "best", "worst"):
            grades += [f'{"," if grades else "{"}"{name}":', _json(rows[name])]
        grades.append("}")
    kind = rows["kind"]
    nobody = kind.clear().extend_constant(None, len(kind))
    return _said(
        '{"code":',
        _json(rows["code"]),
        ',"name":',
        _json(rows["name"]),
        ',"kind":',
        _json(kind.zip_with(kind != "", nobody)),
        ',"attributes":',
        rows["attributes"],
        ',"year":',
        rows["year"].cast(polars.String),
        ',"facts_digest":',
        _json(rows["facts_digest"]),
        ',"complete":',
        truths.gather(rows["complete"].cast(polars.UInt8)),
        ',"grade":',
        *grades,
        ',"counts":',
        *counts,
        '},"points":',
        _points(rows),
        ',"criteria":[',
        criteria,
        '],"warnings":',
        _once_each(rows["warnings"], lambda codes: _dumped(codes.split())),
        "}",
    )


def _points(rows: polars.DataFrame) -> polars.Series:
    low, high = (rows[name] for name in _ENDS)
    return _said('{"low":"', low, '","high":"', high, '"}').fill_null("null")


def _json(texts: polars.Series) -> polars.Series:
    """Texts as JSON; null for none."""
    plain = _said('"', texts, '"')
    odd = texts.str.contains(_ESCAPED).fill_null(False)
    quoted = plain if not odd.any() else plain.zip_with(~odd, _once_each(texts, _dumped))
    return quoted.fill_null("null")


def _dumped(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


# -- CSV -----------------------------------------------------------------------------------------


def _grades(rows: polars.DataFrame) -> polars.Series:
    """The row of each district in ``grades.csv``."""
    answers = polars.Series(["no", "yes"])
    columns = []
    for name in GRADE_COLUMNS:
        series = rows[name]
        if name == "complete":
            series = answers.gather(series.cast(polars.UInt8))
        columns.append(_csv(series, harmless if name in ("code", "name", "kind") else None))
    return _said(_joined(columns, ","), "\r\n")


def _csv(series: polars.Series, first: Callable[[str], str] | None = None) -> polars.Series:
    """Cells as CSV; none is empty. ``first`` may put another text in the place of each."""
    texts = series.cast(polars.String).fill_null("")
    if first is not None:
        texts = polars.Series([first(text) for text in texts], dtype=polars.String)
    odd = texts.str.contains(_QUOTED)
    return texts if not odd.any() else texts.zip_with(~odd, _once_each(texts, _field))


def _field(text: str) -> str:
    """A cell as `csv` writes it."""
    written = io.StringIO()
    csv.writer(written).writerow((text, ""))
    return written.getvalue().removesuffix(",\r\n")


def _once_each(texts: polars.Series, written: Callable[[str], str]) -> polars.Series:
    """Each different text written in another way; none stays none."""
    known = {text: written(text) for text in texts.unique() if text is not None}
    return polars.Series([None if t is None else known[t] for t in texts], dtype=polars.String)
