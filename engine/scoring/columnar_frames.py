"""Cuts encoded subjects into chunks of one size, each with the rows of its tables."""

from collections.abc import Iterator, Sequence

import polars as pl

from .columnar_frame import Frame
from .encoding import Encoded

# Subjects scored at a time, which bounds the memory; fewer cost more for each operation.
CHUNK = 262_144


def frames(tables: Sequence[str], encoded: Encoded) -> Iterator[tuple[Frame, int]]:
    """The chunks in order, each with the number of its first subject; at least one, maybe empty."""
    for start in range(0, max(1, encoded.length), CHUNK):
        length = min(CHUNK, encoded.length - start)
        frame = Frame({s.name: s for s in encoded.subjects.slice(start, length)}, length)
        own: dict[str, Frame] = {}
        for name in tables:
            rows = encoded.tables[name]
            if encoded.length > length:
                rows = rows.filter((pl.col("#") >= start) & (pl.col("#") < start + length))
            index = rows["#"] - start
            if index.is_sorted():
                # Groups of rows that are known to lie together need no hashing.
                index = index.set_sorted()
            columns = {s.name: s for s in rows}
            own[name] = Frame(columns, rows.height, table=name, subjects=frame, index=index)
        frame.tables = own
        yield frame, start
