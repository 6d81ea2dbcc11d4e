"""What every row of a table must be: one thing under a key of its own, and no sum of the others."""

import re
from collections.abc import Iterable
from functools import lru_cache

from ..language.diagnostics import Span
from ..language.units import narrow, squeeze
from ..language.vocabulary import TableDefinition
from .reading import Faults
from .sheet import Row
from .values import Said, show_stated

# 合计, 总 计, 全区合计, 小计（小学）, Total
_TOTAL = re.compile(
    r"(?:全[国省市县区校]|本[市县区校])?(?:合计|总计|小计|共计|总和|累计)(?:\(.*\))?:?"
    r"|(?:sub|grand)?-?totals?:?",
    re.IGNORECASE,
)
# In every such word, and in few others: a pattern as polars takes it, `_` for white space that the
# word may have there.
LIKE_TOTAL = "[合总小共累]_[计和]|[tTｔＴ]_[oOｏＯ]_[tTｔＴ]_[aAａＡ]_[lLｌＬ]"


def refuse_rows(rows: Iterable[Row], definition: TableDefinition, faults: Faults) -> None:
    """Refuse what would be counted as one more school: a sum, a row without key, a second row."""
    seen: set[str] = set()
    for row in rows:
        word = _total(row)
        if word is not None:
            faults.fault("total-row", row.origin, table=definition.name, word=word)
            continue
        if definition.key is None:
            continue
        stated = row.values.get(definition.key)
        if stated is None:
            if not _faulty(row, faults):
                refuse_key("row-without-key", row.origin, definition, faults)
            continue
        key = show_stated(stated)
        if key in seen:
            faults.fault("duplicate-row", row.origin, table=definition.name, key=key)
        seen.add(key)


def refuse_key(code: str, span: Span, definition: TableDefinition, faults: Faults) -> None:
    """Say that the key of a table, or of one of its rows, is not there."""
    key = definition.key or ""
    column = definition.columns.get(key)
    label = column.label if column is not None else key
    faults.fault(code, span, table=definition.name, key=key, label=label)


def _faulty(row: Row, faults: Faults) -> bool:
    """Whether something is wrong with the row already, perhaps the very cell of its key."""
    path, first, last = row.origin.source.path, row.origin.line, row.origin.end_line
    return any(d.span.source.path == path and first <= d.span.line <= last for d in faults.errors)


def _total(row: Row) -> str | None:
    """The word by which a row says that it sums up the others."""
    for stated in row.values.values():
        if isinstance(stated, Said) and is_total(stated.text):
            return stated.text
    return None


@lru_cache(maxsize=4096)
def is_total(word: str) -> bool:
    """Whether a cell says that its row sums up the others."""
    return _TOTAL.fullmatch(squeeze(narrow(word))) is not None
