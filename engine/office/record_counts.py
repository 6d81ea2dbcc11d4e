"""Counts the rows of a record table by district and combination of cells, doubtful ones apart.

All rows are counted by what is stored; only those that may be faulty are looked at one by one, and
those that are in doubt then counted anew. What that gives is what looking at every row would give.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..facts.values import Stated
from ..language.vocabulary import FactType, TableDefinition
from ..locale import Lang
from .record_cells import COUNT, Stored
from .record_faults import CODE
from .record_rows import (
    DOUBT,
    TWICE,
    as_text,
    is_free,
    read_code,
    read_rows,
    read_texts,
    sums_among,
)
from .record_suspects import Seen, Suspects, suspects

if TYPE_CHECKING:
    import polars

    Counts = Mapping[tuple[str, ...], polars.DataFrame]

# Of so many rows for each of a portion a number is kept, of 8 bytes.
_MARKS = 128
# Columns are counted by together as long as there are no more combinations of their words.
_COMBINATIONS = 4096


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of districts: how many with which texts in some columns, what texts mean, the faults."""

    counts: "Counts"
    known: Mapping[str, Mapping[str, Stated]]
    faults: "Sequence[polars.DataFrame]"

    def by(self, columns: tuple[str, ...]) -> "polars.DataFrame":
        """The rows by these columns alone."""
        import polars

        within = next(counted for names, counted in self.counts.items() if {*columns} <= {*names})
        return within.group_by(CODE, *columns, DOUBT).agg(polars.col(COUNT).sum())


def count_rows(
    stored: Sequence[Stored],
    table: TableDefinition,
    wanted: Sequence[tuple[str, ...]],
    lang: Lang,
    portion: int,
) -> Counted:
    """The rows counted by each of the ``wanted`` columns; so many at most are looked at together.

    Of doubled rows only those are found that are all in ``stored``.
    """
    import polars

    together = _together(wanted, table)
    cells = [{names: one.counted(names) for names in together} for one in stored]
    seen = [_seen(one, found, table) for one, found in zip(stored, cells, strict=True)]
    known, odd = _read(seen, table)
    codes = {text: read_code(text) for one in seen for text in one.cells[CODE]["text"]}
    chosen = suspects(seen, table, codes, odd, _MARKS * portion)
    asked = (CODE, *sorted({name for names in together for name in names}))
    doubted, faults = _looked_at(stored, chosen, asked, table, lang, portion)
    counts = {}
    for names in together:
        rows = [_as_texts(found[names], one, codes) for one, found in zip(seen, cells, strict=True)]
        # A doubtful row was counted with the others.
        doubtful = doubted.group_by(CODE, *names).agg(polars.len().cast(polars.Int128).alias(COUNT))
        back = doubtful.with_columns(polars.col(COUNT) * -1, polars.lit(False).alias(DOUBT))
        rows += [back, doubtful.with_columns(polars.lit(True).alias(DOUBT))]
        added = polars.concat(rows, how="diagonal").group_by(CODE, *names, DOUBT)
        counts[names] = added.agg(polars.col(COUNT).sum()).filter(polars.col(COUNT) != 0)
    return Counted(counts, known, faults)


def _together(
    wanted: Sequence[tuple[str, ...]], table: TableDefinition
) -> tuple[tuple[str, ...], ...]:
    """Columns to count by: all of ``wanted`` are within one of them."""
    found: list[set[str]] = []
    for names in sorted({*wanted}, key=lambda names: (-len(names), names)):
        for others in found:
            if {*names} <= others or _combinations({*names} | others, table) <= _COMBINATIONS:
                others.update(names)
                break
        else:
            found.append({*names})
    return tuple(tuple(sorted(names)) for names in found)


def _combinations(names: set[str], table: TableDefinition) -> float:
    """How many combinations of words the cells of some columns may have, blanks among them."""
    most = 1.0
    for column in (table.columns[name] for name in names):
        few = len(column.words or column.levels) or (2 if column.type is FactType.YES_NO else None)
        most *= few + 2 if few else float("inf")
    return most


def _seen(one: Stored, counted: "Counts", table: TableDefinition) -> Seen:
    """The different cells of all columns that have few."""
    import polars

    found = {}
    for name in one.types:
        within = next((rows for rows in counted.values() if name in rows.columns), None)
        if within is not None:
            cells = within[name].unique()
        elif not is_free(table.columns[name]):
            cells = one.distinct(name)
        else:
            continue
        found[name] = polars.DataFrame([cells.alias("cell"), as_text(cells).alias("text")])
    return Seen(one, found)


def _read(
    seen: Sequence[Seen], table: TableDefinition
) -> tuple[dict[str, Mapping[str, Stated]], dict[str, set[str]]]:
    """What the texts of each column mean, and which are faulty or sums."""
    import polars

    known: dict[str, Mapping[str, Stated]] = {}
    odd: dict[str, set[str]] = {}
    for name, column in table.columns.items():
        texts = [one.cells[name]["text"] for one in seen if name in one.cells]
        if texts:
            together = polars.concat(texts)
            known[name], faults = read_texts(together, column)
            sums = sums_among(together) if column.type is FactType.TEXT else ()
            odd[name] = {*faults, *sums}
    return known, odd


def _looked_at(
    stored: Sequence[Stored],
    chosen: Suspects,
    asked: Sequence[str],
    table: TableDefinition,
    lang: Lang,
    portion: int,
) -> "tuple[polars.DataFrame, list[polars.DataFrame]]":
    """The doubtful rows among those that were chosen, by the columns that are ``asked`` for; the
    faults among them, of each portion."""
    import polars

    doubted = [polars.DataFrame(schema=dict.fromkeys(asked, polars.String))]
    faults = []
    for texts in _portions(stored, chosen, portion):
        rows = read_rows(texts, table, lang)
        faults.append(rows.faults)
        doubted.append(rows.frame.filter(DOUBT).select(asked))
    return polars.concat(doubted), faults


def _portions(
    stored: Sequence[Stored], chosen: Suspects, size: int
) -> "Iterator[polars.DataFrame]":
    """The chosen rows as texts, with `TWICE`, in portions of about that size."""
    import polars

    ready, height = list[polars.DataFrame](), 0
    for position, (one, wanted) in enumerate(zip(stored, chosen.rows, strict=True)):
        doubled = None if chosen.doubles is None else chosen.doubles.likely(position)
        twice = polars.lit(False) if doubled is None else doubled
        places = one.where(wanted)
        for first in range(0, len(places), size):
            some = places[first : first + size]
            lying = one.rows.slice(some[0], some[-1] - some[0] + 1).filter(wanted)
            rows = one.texts(lying.with_columns(twice.alias(TWICE)), one.types, TWICE)
            ready.append(rows if chosen.doubles is None else chosen.doubles.without_apart(rows))
            height += rows.height
            if height >= size:
                yield _concatenated(ready)
                ready, height = [], 0
    if ready:
        yield _concatenated(ready)


def _concatenated(frames: "Sequence[polars.DataFrame]") -> "polars.DataFrame":
    """Rows of several files as one; a column that one of them lacks is blank there."""
    import polars

    return polars.concat(frames, how="diagonal").with_columns(
        polars.col(polars.String).fill_null("")
    )


def _as_texts(
    counted: "polars.DataFrame", seen: Seen, codes: Mapping[str, str | None]
) -> "polars.DataFrame":
    """Counts by texts instead of cells, without the rows of nobody."""
    import polars

    texts = counted.select(as_text(cells) for cells in counted if cells.name != COUNT)
    code = polars.col(CODE).replace_strict(codes, return_dtype=polars.String)
    count = counted[COUNT].cast(polars.Int128)
    named = texts.with_columns(code, count, polars.lit(False).alias(DOUBT))
    return named.filter(polars.col(CODE).is_not_null())
