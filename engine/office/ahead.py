"""Decides the rows of wide tables as columns, many chunks at a time, before these are written.

What is decided is what the sheets of the same rows would give; all other items are left for sheets.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

import polars

from ..facts.headings import is_long
from ..facts.roster import Item
from ..facts.wide_frame import Reader
from ..scoring.columnar_suspects import FEWEST
from .chunk_texts import PLACED, Texts, spoken_of, texts_of
from .wide import decide
from .wide_lines import results_of

if TYPE_CHECKING:
    from .batch import Batch

# Districts at a time: enough that a call costs little, few enough for the memory.
PORTION = 4_096


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that are decided; ``row`` of the subjects is their number in the table.

    ``results`` are those that findings speak of.
    """

    grid: int
    results: polars.DataFrame
    subjects: polars.DataFrame
    texts: Texts

    def part(self, start: int, length: int) -> "Rows":
        """Some of them."""
        results, subjects = (f.slice(start, length) for f in (self.results, self.subjects))
        return Rows(self.grid, results, subjects, self.texts.part(start, length))


@dataclass(frozen=True, slots=True)
class Work:
    """A chunk: the items that are left for sheets, and what is decided of the others."""

    left: tuple[Item, ...]
    decided: tuple[Rows, ...] = ()


@dataclass(slots=True)
class Ahead:
    """Decides the chunks of a batch."""

    batch: "Batch"
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.batch.ruleset.vocabulary)

    def works(self, numbers: Sequence[int]) -> Iterator[tuple[int, Work]]:
        """The chunks with these numbers, in order."""
        chunks = self.batch.chunks
        several = max(1, PORTION // self.batch.chunk)
        # Where other processes wait, first two for each: the rest while these are at work.
        size = several if self.batch.jobs == 1 else min(several, 2 * (self.batch.jobs - 1))
        start = 0
        while start < len(numbers):
            some = numbers[start : start + size]
            yield from zip(some, self._decided([chunks[n] for n in some]), strict=True)
            start, size = start + size, several

    def _decided(self, chunks: Sequence[tuple[Item, ...]]) -> list[Work]:
        roster, ruleset = self.batch.roster, self.batch.ruleset
        tables: dict[int, list[tuple[int, Item]]] = {}
        if ruleset.batch is None and not roster.beside and not self.batch.margins:
            for number, items in enumerate(chunks):
                for item in items:
                    if item.grid >= 0:
                        tables.setdefault(item.grid, []).append((number, item))
        decided: list[list[Rows]] = [[] for _ in chunks]
        done: set[Item] = set()
        for grid, of_table in tables.items():
            sheets = roster.sheets[grid]
            # A cell that holds no value is told with its place, by the sheet.
            spoiled = {row for row, _ in sheets.grid.broken}
            members = [m for m in of_table if _is_lone(sheets.rows[m[1].code], spoiled)]
            if len(members) < FEWEST or is_long(sheets.head):
                continue
            rows = [sheets.rows[item.code][0] for _, item in members]
            places, found = self._of_table(grid, rows)
            done.update(members[place][1] for place in places)
            start = 0
            for number, group in groupby(places, key=lambda place: members[place][0]):
                length = sum(1 for _ in group)
                decided[number].append(found.part(start, length))
                start += length
        return [
            Work(tuple(item for item in items if item not in done), tuple(parts))
            for items, parts in zip(chunks, decided, strict=True)
        ]

    def _of_table(self, number: int, rows: Sequence[int]) -> tuple[list[int], Rows]:
        """What is decided of some rows, and which of them these are."""
        ruleset, sheets = self.batch.ruleset, self.batch.roster.sheets[number]
        grid = sheets.grid
        decided = decide(ruleset, grid.frame(rows), sheets.head, self.reader, sheets.year)
        places = decided.subjects["row"].to_list()
        numbers = [rows[place] for place in places]
        subjects = decided.subjects.with_columns(
            polars.Series("row", numbers, dtype=polars.UInt32),
            polars.Series("place", [grid.at(row).place for row in numbers], dtype=polars.String),
        )
        words = results_of(ruleset, self.batch.describe)
        texts = texts_of(words, subjects.select(*PLACED), decided.results)
        return places, Rows(number, spoken_of(ruleset, decided.results), subjects, texts)


def _is_lone(rows: Sequence[int], spoiled: Collection[int]) -> bool:
    """Whether a subject is a single row of a table, and that one sound."""
    return len(rows) == 1 and rows[0] not in spoiled
