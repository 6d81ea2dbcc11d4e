"""Reads rows of a record table one by one: cells as a sheet's tables have them, faults listed.

A cell that cannot be read is left out, as if it had not been filled in; a row that may stand for
nothing, or for something that another row stands for too, is doubtful. Neither is ever guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..facts.beside import SUBJECT
from ..facts.grid import column_texts
from ..facts.quantity import Unreadable, read_cell
from ..facts.reading import find_column
from ..facts.row_checks import is_total
from ..facts.rows import ERRORS
from ..facts.values import Said, Stated
from ..language.diagnostics import Diagnostic, Source, Span
from ..language.units import narrow
from ..language.vocabulary import FactType, TableDefinition, ValueDefinition
from ..locale import Lang
from .record_faults import BROKEN, CODE, Listing

if TYPE_CHECKING:
    import polars

# Whether another row stands for the same as a row; whether the row is doubted.
TWICE, DOUBT = "@twice", "@doubt"
_NOWHERE = Span(Source(""))
# No word for a blank is longer: longer texts of a column of texts mean themselves.
_LONGEST_BLANK = 8
# In every word for a sum of rows.
_SUM = "[计和tTｔＴ]"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of districts, their cells as texts, with `DOUBT`; and the faults among them."""

    frame: "polars.DataFrame"
    faults: "polars.DataFrame"


def meaning(known: Mapping[str, Stated], column: ValueDefinition, text: str) -> Stated | None:
    """What a cell states; None for one that is blank or cannot be read."""
    stated = known.get(text)
    if stated is None and is_free(column) and len(text) > _LONGEST_BLANK:
        return None if text.startswith(BROKEN) or not text.strip() else Said(text.strip())
    return stated


def is_free(column: ValueDefinition) -> bool:
    """Whether any text may stand in the cells of a column."""
    return column.type is FactType.TEXT and not column.words


def as_text(series: "polars.Series") -> "polars.Series":
    """A column as texts; a cell without value, such as NaN, is marked as broken."""
    texts, odd = column_texts(series)
    if odd:
        texts = texts.scatter(list(odd), [BROKEN + text for text in odd.values()])
    return texts.alias(series.name)


def column_names(
    headings: Sequence[str], table: TableDefinition, subject: str
) -> Mapping[str, str]:
    """Each heading that means something with the name of its column, or `CODE`."""
    names: dict[str, str] = {}
    for heading in headings:
        clean = heading.strip()
        column = find_column(clean, table)
        if clean == subject if subject else column is None and clean.lower() in SUBJECT:
            if CODE not in names.values():
                names[heading] = CODE
        elif column is not None:
            names[heading] = column.name
    return names


def read_rows(texts: "polars.DataFrame", table: TableDefinition, lang: Lang) -> Rows:
    """Rows of a table, its columns named as the vocabulary names them; `TWICE` says which are
    doubled."""

    listing = Listing(table, lang)
    texts = _with_codes(texts, listing)
    for column in table.columns.values():
        if column.name in texts.columns:
            _list_unread(texts, column, listing)
    doubt = _doubtful(texts, table, listing)
    return Rows(texts.with_columns(doubt.alias(DOUBT)), listing.faults())


def read_code(text: str) -> str | None:
    """The code of a district in a cell; None where it is none."""
    code = narrow(text).strip()
    broken = text.startswith(BROKEN) or code in ERRORS
    return code if code and not broken and not is_total(code) else None


def _with_codes(texts: "polars.DataFrame", listing: Listing) -> "polars.DataFrame":
    """The rows that have a code, with the code as it is read."""
    import polars

    codes = {text: read_code(text) for text in texts[CODE].unique()}
    nobody = [text for text, code in codes.items() if code is None]
    fault = Diagnostic(code="no-code", span=_NOWHERE)
    listing.add(texts.filter(texts[CODE].is_in(nobody)), CODE, lambda _: fault)
    kept = texts.filter(~texts[CODE].is_in(nobody))
    code = polars.col(CODE).replace_strict(codes, return_dtype=polars.String)
    return kept.with_columns(code) if kept.height else kept


def read_texts(
    texts: "polars.Series", column: ValueDefinition
) -> tuple[Mapping[str, Stated], Mapping[str, Diagnostic]]:
    """What each text of a column means, and what is wrong with those that mean nothing."""
    distinct = texts.unique()
    if is_free(column):
        short = distinct.str.len_chars() <= _LONGEST_BLANK
        odd = distinct.str.starts_with(BROKEN) | distinct.str.strip_chars().is_in(list(ERRORS))
        distinct = distinct.filter(short | odd)
    known: dict[str, Stated] = {}
    faults: dict[str, Diagnostic] = {}
    for text in distinct:
        if not text.strip():
            continue
        if text.startswith(BROKEN) or text.strip() in ERRORS:
            values: dict[str, object] = {"found": text.removeprefix(BROKEN)}
            faults[text] = Diagnostic(code="cell-error", span=_NOWHERE, values=values)
            continue
        stated = read_cell(text, column)
        if isinstance(stated, Unreadable):
            values = {"name": column.name, "found": text, **dict(stated.values)}
            faults[text] = Diagnostic(
                code=stated.code, span=_NOWHERE, values=values, suggestion=stated.suggestion
            )
        else:
            known[text] = stated
    return known, faults


def sums_among(texts: "polars.Series") -> list[str]:
    """Those texts of a column by which a row says that it is the sum of others."""
    return [text for text in texts.filter(texts.str.contains(_SUM)).unique() if is_total(text)]


def _list_unread(texts: "polars.DataFrame", column: ValueDefinition, listing: Listing) -> None:
    """List the cells of a column that cannot be read."""
    import polars

    _, faults = read_texts(texts[column.name], column)
    if faults:
        bad = texts.filter(polars.col(column.name).is_in(list(faults)))
        listing.add(bad, column.name, lambda text: faults[text])


def _doubtful(
    texts: "polars.DataFrame",
    table: TableDefinition,
    listing: Listing,
) -> "polars.Series":
    """The rows that may not stand for one thing of their own: sums, without key, doubled."""
    import polars

    doubt = polars.repeat(False, texts.height, eager=True)
    for column in table.columns.values():
        if column.type is FactType.TEXT and column.name in texts.columns:
            cells = texts[column.name]
            sums = cells.is_in(sums_among(cells)) & ~doubt
            listing.add(
                texts.filter(sums), column.name, lambda word: _fault("total-row", table, word=word)
            )
            doubt |= sums
    key = table.key
    if key is None:
        return doubt
    definition = table.columns[key]
    keys = texts[key].str.strip_chars()
    blank = (keys == "") & ~doubt
    label = definition.label
    listing.add(
        texts.filter(blank), key, lambda _: _fault("row-without-key", table, key=key, label=label)
    )
    unread = keys.str.starts_with(BROKEN)
    twice = texts[TWICE] & (keys != "") & ~doubt
    listing.add(texts.filter(twice), key, lambda text: _fault("duplicate-row", table, key=text))
    return doubt | blank | unread | twice


def _fault(code: str, table: TableDefinition, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=_NOWHERE, values={"table": table.name, **values})
