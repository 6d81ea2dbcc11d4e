"""Cuts encoded subjects into chunks of one size, each with the rows of its tables."""

from collections.abc import Iterator, Sequence

import polars as pl

from .columnar_frame import Frame
from .columnar_needs import Together
from .encoding import Encoded

# Subjects scored at a time, which bounds the memory; a few columns of so many stay within the
# cache of a processor, and fewer cost more for each operation.
CHUNK = 131_072


def frames(
    tables: Sequence[str], encoded: Encoded, together: Together
) -> Iterator[tuple[Frame, int]]:
    """The chunks in order, each with the number of its first subject; at least one, maybe empty."""
    ordered = {name: encoded.tables[name]["#"].is_sorted() for name in tables}
    for start in range(0, max(1, encoded.length), CHUNK):
        length = min(CHUNK, encoded.length - start)
        frame = Frame({s.name: s for s in encoded.subjects.slice(start, length)}, length)
        own: dict[str, Frame] = {}
        for name in tables:
            rows = encoded.tables[name]
            if encoded.length > length:
                rows = _of(rows, start, start + length, ordered=ordered[name])
            index = rows["#"] - start
            if ordered[name]:
                # Groups of rows that are known to lie together need no hashing.
                index = index.set_sorted()
            columns = {s.name: s for s in rows}
            own[name] = Frame(columns, rows.height, table=name, subjects=frame, index=index)
        frame.tables = own
        frame.kept.together = together
        yield frame, start


def _of(rows: pl.DataFrame, start: int, end: int, *, ordered: bool) -> pl.DataFrame:
    """The rows of the subjects from ``start`` to before ``end``."""
    if not ordered:
        return rows.filter((pl.col("#") >= start) & (pl.col("#") < end))
    first, last = (int(rows["#"].search_sorted(number, "left")) for number in (start, end))
    return rows.slice(first, last - first)
