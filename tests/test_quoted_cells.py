"""The line of a table under a message, with carets under the cell that is meant."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import (
    LONGEST_QUOTED_LINE,
    Diagnostic,
    Source,
    Span,
    cells,
    render,
)

TEXTS = st.text(st.sampled_from('ab1, ."％区0，'), max_size=8)


def raw(cell: str) -> str:
    """A cell as it stands in the file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cell, ""])
    return out.getvalue()[:-1]


def quoted(row: str, column: int) -> tuple[str, str]:
    """The line and the carets that a diagnostic of a cell shows."""
    source = Source("districts.csv", f"head\n{row}\n", cells=True)
    span = Span(source, 2, column, 2, column + 1)
    _, line, carets, *_ = render(Diagnostic(code="no-code", span=span), "zh").split("\n")
    assert line.startswith("2 | ")
    return line[4:], carets[4:]


@given(row=st.lists(TEXTS, min_size=2, max_size=8), data=st.data())
def test_carets_stand_under_the_cell(row: list[str], data: st.DataObject) -> None:
    """Whatever the cells before it hold, commas in quotes and wide characters too."""
    column = data.draw(st.integers(1, len(row)))
    written = [raw(cell) for cell in row]
    line, carets = quoted(",".join(written), column)
    before = "".join(f"{cell}," for cell in written[: column - 1])
    assert line == ",".join(written)
    assert carets == " " * cells(before) + "^" * max(1, cells(written[column - 1]))


@given(size=st.integers(60, 120), data=st.data())
def test_of_a_long_line_the_surroundings_are_shown(size: int, data: st.DataObject) -> None:
    """The cell with its neighbours, and dots where more of the line stands."""
    column = data.draw(st.integers(1, size))
    row = [f"{n:04}" for n in range(1, size + 1)]
    line, carets = quoted(",".join(row), column)
    assert cells(line) < LONGEST_QUOTED_LINE
    place = carets.index("^")
    assert line[place : place + 4] == row[column - 1]
    assert line.startswith("…") is (column > 9)
    assert line.endswith("…") is (column < size - 8)
