"""Turns the rows behind a county into the CSV tables that a ruleset walks."""

from collections.abc import Callable, Iterable, Mapping

from ..language.vocabulary import FactType, TableDefinition, ValueDefinition
from .sample_classes import class_rows, incident_rows, room_rows
from .sample_county import County
from .sample_draws import Draws
from .sample_schools import Row, kindergarten_rows, school_rows

_KNOWN: Mapping[str, Callable[[County, frozenset[str]], Iterable[Row]]] = {
    "schools": school_rows,
    "kindergartens": kindergarten_rows,
    "classes": class_rows,
    "rooms": room_rows,
    "incidents": incident_rows,
}
_FULL_WIDTH = {ord(str(n)): chr(0xFF10 + n) for n in range(10)}
# Of any other table a county has a few rows; one cell in so many rows is oddly spelt.
_ROWS, _ODD = 6, 150


def csv_table(
    county: County,
    definition: TableDefinition,
    columns: tuple[str, ...],
    words: frozenset[str],
) -> tuple[str, int]:
    """A table as CSV with the given columns, headed by name or by label; and how many rows.

    ``words`` tell which rows the ruleset looks at, where a table has many others.
    """
    draws = county.draws
    wanted = [definition.columns[name] for name in columns]
    by_label = draws.below(2) and all(column.label.zh for column in wanted)
    known = _KNOWN.get(definition.name)
    rows = (
        known(county, words) if known is not None else [{} for _ in range(draws.below(_ROWS) + 1)]
    )
    lines = [",".join(column.label.zh if by_label else column.name for column in wanted)]
    odd = [i for i, column in enumerate(wanted) if column.type.is_number]
    fitting = {c.name: {*c.words, *c.levels} for c in wanted if c.words or c.levels}
    for row in rows:
        cells = [row.get(name, "") for name in columns]
        for position, column in enumerate(wanted):
            if not cells[position] or (
                column.name in fitting and cells[position] not in fitting[column.name]
            ):
                cells[position] = _cell(column, draws, len(lines))
        if odd and not draws.below(_ODD):
            position = draws.pick(odd)
            cells[position] = _oddly(cells[position], draws)
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n", len(lines) - 1


def _oddly(text: str, draws: Draws) -> str:
    """Full-width digits, or thousands set apart, in quotation marks since CSV needs them."""
    if "." not in text and len(text) > 3 and draws.below(2):
        return f'"{int(text):,}"'
    return text.translate(_FULL_WIDTH)


def _cell(column: ValueDefinition, draws: Draws, line: int) -> str:
    """A value for a column that no row says anything about."""
    match column.type:
        case FactType.YES_NO:
            return "否"
        case FactType.LEVEL:
            return column.levels[0]
        case FactType.DATE:
            return f"2020-{draws.whole(1, 12):02d}-{draws.whole(1, 28):02d}"
        case FactType.TEXT:
            return draws.pick(column.words) if column.words else f"{column.name}{line:03d}"
        case FactType.RATE:
            return f"{draws.whole(80, 100)}%"
        case _:
            low = column.low / column.unit.scale if column.low is not None else 0
            return str(max(int(low), 0) + draws.below(10))
