"""Says where a YAML text is broken, in words, and at the line at fault rather than the next one.

The parser complains where it gives up: a line ``public_share:50%`` only shows at the line after it.
"""

import re
from typing import Any

from ..locale import Label, yaml_problem
from .diagnostics import Source, Span

# The mark of what was begun tells more than the mark of where that went wrong.
_BEGUN = frozenset(("while scanning a simple key", "while scanning a quoted scalar"))
_NOT_HERE = "mapping values are not allowed in this context"
_NO_KEY = "did not find expected key"
_NO_VALUE = "did not find expected node content"
_FLOW = frozenset(("did not find expected ',' or ']'", "did not find expected ',' or '}'"))
_GLUED = re.compile(r"\s*(?:- )?[^\s\"'#{}\[\],:：=]+\s*(:(?=\S)|：|=)")


def explain(error: Any, source: Source) -> tuple[Span, Label]:
    """Where, and what is wrong there."""
    problem = error.problem or str(error)
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Span(source), yaml_problem(problem)
    rows = source.text.split("\n")
    line, column = mark.line, mark.column
    if error.context in _BEGUN and error.context_mark is not None:
        line, column = error.context_mark.line, error.context_mark.column
    row = rows[line] if line < len(rows) else ""
    if problem == "could not find expected ':'":
        return _stretch(source, rows, line), yaml_problem(_glued(row) or problem)
    if problem == _NOT_HERE:
        return _second_colon(source, rows, line, column)
    if problem == _NO_VALUE and not "".join((row[column:], *rows[line + 1 :])).strip():
        last = _above(rows, line + 1) or 0
        return _at(source, last, len(rows[last].rstrip())), yaml_problem("cut short")
    if problem == _NO_KEY:
        above = _above(rows, line)
        if above is not None and re.match(r"\s*-[^\s-]", rows[above]):
            return _stretch(source, rows, above), yaml_problem("no space after dash")
        others = {_indent(other) for other in rows[:line] if other.strip()}
        if column == _indent(row) and column not in others:
            return _stretch(source, rows, line), yaml_problem("indented like no other")
    if problem in _FLOW and error.context_mark is not None:
        begun = error.context_mark
        if begun.line != line:
            return _at(source, begun.line, begun.column), yaml_problem("bracket not closed")
        if row[:column].count("(") > row[:column].count(")"):
            return _at(source, line, column), yaml_problem("colon in expression")
        if "，" in row[begun.column : column + 1]:
            comma = row.index("，", begun.column)
            return _at(source, line, comma), yaml_problem("full-width comma")
    if problem == _NO_KEY or problem in _FLOW:
        odd = next((n for n in range(line + 1) if _odd_quotes(rows[n])), None)
        if odd is not None:
            return _at(source, odd, rows[odd].index('"')), yaml_problem("quote not closed")
    return _at(source, line, column), yaml_problem(problem)


def _second_colon(source: Source, rows: list[str], line: int, column: int) -> tuple[Span, Label]:
    """A colon where none may stand: after a key that was not seen as one, or in an expression."""
    above = _above(rows, line)
    if above is not None and _indent(rows[above]) == _indent(rows[line]):
        glued = _glued(rows[above])
        if glued is not None and not re.search(r":(\s|$)", rows[above]):
            return _stretch(source, rows, above), yaml_problem(glued)
    before = rows[line][:column]
    deeper = above is not None and _indent(rows[line]) > _indent(rows[above])
    if deeper and ":" not in before:
        return _stretch(source, rows, line), yaml_problem("indented too far")
    if before.count("(") > before.count(")"):
        return _at(source, line, column), yaml_problem("colon in expression")
    return _at(source, line, column), yaml_problem(_NOT_HERE)


def _glued(row: str) -> str | None:
    """What stands after a key instead of a colon and a space."""
    found = _GLUED.match(row)
    if found is None:
        return None
    return {":": "no space after colon", "：": "full-width colon", "=": "equals sign"}[found[1]]


def _above(rows: list[str], line: int) -> int | None:
    """The nearest line above that says something."""
    for number in range(min(line, len(rows)) - 1, -1, -1):
        if rows[number].strip() and not rows[number].lstrip().startswith("#"):
            return number
    return None


def _odd_quotes(row: str) -> bool:
    return not row.lstrip().startswith("#") and row.replace('\\"', "").count('"') % 2 == 1


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def _at(source: Source, line: int, column: int) -> Span:
    return Span(source, line + 1, column + 1, line + 1, column + 1)


def _stretch(source: Source, rows: list[str], line: int) -> Span:
    """All that is written on a line."""
    row = rows[line] if line < len(rows) else ""
    start = len(row) - len(row.lstrip())
    return Span(source, line + 1, start + 1, line + 1, max(len(row.rstrip()), start + 1) + 1)
