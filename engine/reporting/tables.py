"""Tables whose columns line up: Chinese takes two cells, wide columns wrap to a terminal."""

from collections.abc import Iterable, Iterator, Sequence

import tabulate as tabulate_module
from tabulate import tabulate
from wcwidth import wcswidth, wcwidth

tabulate_module.PRESERVE_WHITESPACE = True

NARROWEST = 12
_GAP = 2


def table(rows: Iterable[Sequence[str]], head: Sequence[str], width: int | None = None) -> str:
    """Rows under a head, aligned; cells are text, never re-read as numbers.

    With ``width`` the widest columns are wrapped until a line fits; no column below `NARROWEST`.
    """
    body = [list(row) for row in rows]
    if width is not None:
        limits = _fitted([list(head), *body], width)
        body = [[wrapped(c, limits[i]) for i, c in enumerate(row)] for row in body]
        head = [wrapped(c, limits[i]) for i, c in enumerate(head)]
    text = tabulate(body, head, tablefmt="simple", disable_numparse=True)
    return "\n".join(line.rstrip() for line in text.split("\n"))


def markdown(rows: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    """The same as a Markdown table."""

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"

    return "\n".join([line(head), "|" + " --- |" * len(head), *map(line, rows)])


def _fitted(rows: list[list[str]], width: int) -> list[int]:
    """How wide each column may be: the widest is narrowed first."""
    widths = [max(cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    while sum(widths) + _GAP * (len(widths) - 1) > width:
        widest = max(range(len(widths)), key=lambda i: widths[i])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def cells(text: str) -> int:
    """How many cells a terminal gives to ``text``."""
    return max(0, wcswidth(text))


def wrapped(text: str, width: int, indent: str = "") -> str:
    """``text`` in lines of at most ``width`` cells, the later ones after ``indent``."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line.strip() and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent + piece.lstrip()
        else:
            line += piece
    return "\n".join([*lines, line.rstrip()])


# These never begin a line.
_CLOSING = "，。；：、）”》〕】％！？,.;:)%!?"


def _pieces(text: str) -> Iterator[str]:
    """What may not be broken: words with the space after them, and single wide characters."""
    piece = ""
    for position, character in enumerate(text):
        piece += character
        after = text[position + 1 : position + 2]
        wide_here = wcwidth(character) == 2
        breaks = character == " " or wide_here or (after and wcwidth(after) == 2)
        if breaks and after not in _CLOSING and character not in "（“《〔【(":
            yield piece
            piece = ""
    yield piece
