"""Scores the rows of a wide table as columns; rows in any doubt are scored as sheets.

What is decided here is what the sheets of the same rows would give, to the digest of their facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import polars

from ..facts.assembly import Submitted
from ..facts.cell_columns import Cell
from ..facts.grid import frame_grid
from ..facts.headings import Heading, Names
from ..facts.reading import Faults
from ..facts.rows import open_rows
from ..facts.sheet import FactSheet, Subject
from ..facts.wide_digest import attribute_texts, facts_digests
from ..facts.wide_frame import Reader, Wide, word
from ..language.diagnostics import Diagnostic, FactsError, Source, Span, errors, in_order
from ..language.model import Ruleset
from ..scoring.assess import sheet_faults
from ..scoring.columnar import encoder_of, run
from ..scoring.columnar_suspects import compiled_checks
from ..scoring.encoding_frame import encode_frame
from ..scoring.gathering import needs_batch
from ..scoring.sheet_checks import is_other_kind
from .scoring import compiled, faults_of, schema, score_all

# Beside the columns of results: who it is, and what a record says of the sheet as a whole.
SUBJECT: dict[str, polars.DataType | type[polars.DataType]] = {
    "row": polars.UInt32,
    "code": polars.String,
    "name": polars.String,
    "kind": polars.String,
    "year": polars.Int32,
    "attributes": polars.String,
    "warnings": polars.String,
    "facts_digest": polars.String,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """The rows that columns decide, in order, by their number in the frame; which are ``left``."""

    results: polars.DataFrame
    subjects: polars.DataFrame
    left: polars.Series


def decide(
    ruleset: Ruleset,
    frame: polars.DataFrame,
    head: Sequence[Heading],
    reader: Reader,
    year: int | None,
) -> Decided:
    """Score what can be scored as columns; ``year`` is for rows that state none."""
    results = [polars.DataFrame(schema=schema(ruleset))]
    subjects = [polars.DataFrame(schema=SUBJECT)]
    if ruleset.batch is None:
        for wide in reader.wide(frame, head, year):
            found = _of_year(ruleset, wide)
            if found is not None:
                results.append(found[0])
                subjects.append(found[1])
    several = len(results) > 2
    decided, of = polars.concat(results), polars.concat(subjects)
    if several:
        decided, of = decided.sort("row"), of.sort("row")
    left = polars.Series("left", [True], dtype=polars.Boolean).new_from_index(0, frame.height)
    if decided.height:
        left = left.scatter(decided["row"], False)
    return Decided(decided, of, left)


def _of_year(ruleset: Ruleset, wide: Wide) -> tuple[polars.DataFrame, polars.DataFrame] | None:
    """Results and subjects of the rows of one year; None where nothing can be decided."""
    checks = compiled_checks(ruleset)
    faults = sheet_faults(ruleset, _bare_sheet(wide.year), None)
    if checks is None or errors(faults):
        return None
    suspect, misfit = encode_frame(checks.encoder, wide)
    left = wide.left | misfit
    left |= polars.Series(checks.suspects_of(suspect), dtype=polars.Boolean)
    known = {criterion.id for criterion in ruleset.criteria}
    for name, spelt in wide.outcomes.items():
        said = None if name in known else spelt.mask(lambda cell: cell.value is not None)
        left = left if said is None else left | said
    if wide.kind is not None and ruleset.kinds:
        # A kind that the ruleset is not for is told with its place, by the sheet.
        other = wide.kind.mask(lambda cell: is_other_kind(ruleset, word(cell).strip()))
        left = left if other is None else left | other
    filled = None if wide.filled is None else wide.filled.mask(partial(_is_other, ruleset))
    left = left if filled is None else left | filled
    plan = compiled(ruleset)
    encoded, misfit = encode_frame(encoder_of(plan), wide)
    results = run(plan, encoded)
    left = left | misfit | (results["route"] == "interpreter")
    chosen = ~left
    kinds = _empty(wide.length) if wide.kind is None else wide.kind.texts(word)
    subjects = polars.DataFrame(
        {
            "row": wide.rows,
            "code": wide.codes,
            "name": wide.names,
            "kind": kinds,
            "year": polars.Series([wide.year], dtype=polars.Int32).new_from_index(0, wide.length),
            "attributes": attribute_texts(wide),
            "warnings": _warnings(wide, sorted({d.code for d in faults})),
            "facts_digest": facts_digests(wide),
        },
        schema=SUBJECT,
    )
    results = results.with_columns(wide.rows.alias("row"))
    return results.filter(chosen), subjects.filter(chosen)


def _is_other(ruleset: Ruleset, cell: Cell) -> bool:
    """Whether a row was filled in for another edition, which is said with the place of the cell."""
    return word(cell) not in ("", ruleset.id, ruleset.name)


def _bare_sheet(year: int) -> FactSheet:
    """A sheet that says nothing but its year."""
    return FactSheet(
        subject=Subject(code="", name=""), year=year, entries={}, tables={}, source=Source("")
    )


def _empty(length: int) -> polars.Series:
    return polars.Series([""], dtype=polars.String).new_from_index(0, length)


def _warnings(wide: Wide, everywhere: list[str]) -> polars.Series:
    """The codes of the warnings of each row, in their order, with spaces between."""
    texts = _empty(wide.length)
    for code in sorted({*everywhere, *wide.warned}):
        more = polars.Series([f" {code}"], dtype=polars.String).new_from_index(0, wide.length)
        joined = texts + more
        texts = joined if code in everywhere else joined.zip_with(wide.warned[code], texts)
    return texts.str.strip_prefix(" ")


# -- with the rows that are left -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scored:
    """A frame that was scored: results by the number of a subject's first row.

    ``left`` are those rows that were read as sheets; ``unusable`` those that could not be, each
    with what is wrong; ``diagnostics`` are about the table as a whole.
    """

    results: polars.DataFrame
    left: tuple[int, ...]
    unusable: tuple[tuple[Submitted, tuple[Diagnostic, ...]], ...]
    diagnostics: tuple[Diagnostic, ...]


def score_frame(
    ruleset: Ruleset, frame: polars.DataFrame, *, year: int | None = None, path: str = ""
) -> Scored:
    """Score a table of districts that is at hand as a frame; one row a district, or a value.

    Raises `FactsError` where the ruleset compares subjects, of which a frame may lack some.
    """
    alone = needs_batch(ruleset)
    if alone is not None:
        raise FactsError([alone])
    names = Names(ruleset.vocabulary)
    source = Source(path)
    bare, faults, _ = open_rows(frame_grid(frame.clear(), source, ()), names, year)
    if bare is None:
        return Scored(polars.DataFrame(schema=schema(ruleset)), (), (), faults)
    decided = decide(ruleset, frame, bare.head, Reader(ruleset.vocabulary), year)
    numbers = polars.Series(range(frame.height), dtype=polars.UInt32).filter(decided.left)
    rest = frame_grid(frame.filter(decided.left), source, (numbers + 1).to_list())
    sheets, _, nameless = open_rows(rest, names, year)
    assert sheets is not None
    read = [sheets.read(code, {}, Faults()) for code in sheets.rows]
    first = [numbers[rows[0]] for rows in sheets.rows.values()]
    usable: list[tuple[int, FactSheet]] = []
    unusable: list[tuple[Submitted, tuple[Diagnostic, ...]]] = []
    more = faults_of(ruleset, [one.sheet for one in read])
    for row, one, others in zip(first, read, more, strict=True):
        found = in_order((*one.diagnostics, *others))
        if one.sheet is None or errors(found):
            unusable.append((one, found))
        else:
            usable.append((row, one.sheet))
    unusable += (_nameless(span) for span in nameless)
    results = score_all(ruleset, [sheet for _, sheet in usable])
    rows = polars.Series("row", [row for row, _ in usable], dtype=polars.UInt32)
    merged = polars.concat([decided.results, results.with_columns(rows)]).sort("row")
    return Scored(merged, tuple(numbers.to_list()), tuple(unusable), faults)


def _nameless(span: Span) -> tuple[Submitted, tuple[Diagnostic, ...]]:
    found = (Diagnostic(code="no-code", span=span),)
    return Submitted(place=span, code="", name="", sheet=None, diagnostics=found), found
