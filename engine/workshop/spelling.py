"""Writes comparisons in one way: ``低于 5%`` or ``< 5%``; what an expression means stays."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from ..language.diagnostics import Diagnostic, Source, Span
from ..language.expression import Expr, Op
from ..language.nodes import Entries, Items, Node, Text, parse
from ..language.parser import OPERATORS, parse_level, parse_text, tokens
from ..language.units import narrow

Operators: TypeAlias = Literal["zh", "en", "keep"]
# Scalars that hold an expression.
EXPRESSIONS = frozenset(
    ("applies_when", "measure", "fully", "basically", "not_met", "when", "below", "above")
)
_CHINESE = {
    Op.LT: "低于",
    Op.LE: "不超过",
    Op.GT: "高于",
    Op.GE: "不低于",
    Op.EQ: "等于",
    Op.NE: "不等于",
}


def respelled(source: Source, style: Operators) -> Source:
    """The file with every comparison of every expression in one style; comments stay."""
    node, _ = parse(source)
    if style == "keep" or node is None:
        return source
    lines = source.text.split("\n")
    # From the end, so that what stands before keeps its place.
    for text in sorted(_expressions(node), key=lambda t: (-t.span.line, -t.span.column)):
        _respell(text, lines, style)
    return Source(source.path, "\n".join(lines))


def _expressions(node: Node, key: str = "") -> Iterator[Text]:
    match node:
        case Text():
            if key in EXPRESSIONS:
                yield node
        case Items():
            for item in node.items:
                yield from _expressions(item)
        case Entries():
            for name, value in node:
                yield from _expressions(value, name.value)


def _respell(node: Text, lines: list[str], style: Operators) -> None:
    """Change the rows in which the expression stands; how it is quoted, the layout decides."""
    span = node.span
    first, last = span.line - 1, span.end_line - 1
    if first == last:
        changed = in_style(node.value, style)
        if changed is not None and changed != node.value:
            escaped = changed.replace("\\", "\\\\").replace('"', '\\"')
            row = lines[first]
            lines[first] = f'{row[: span.column - 1]}"{escaped}"{row[span.end_column - 1 :]}'
    elif node.literal:
        # The mark of a block stands on its first row, the text on those below.
        rows = slice(first + 1, last + (span.end_column > 1))
        changed = in_style("\n".join(lines[rows]), style)
        if changed is not None:
            lines[rows] = changed.split("\n")


def in_style(text: str, style: Operators) -> str | None:
    """An expression with its comparisons in a style; None for what is not an expression."""
    found = tokens(text)
    if found is None:
        return None
    changed, ends = "", 0
    for place, (kind, start, end) in enumerate(found):
        if kind == "OP":
            changed += _joined(text[ends:start], _spelt(text[start:end], style))
            ends = _after(text, end)
        elif kind == "FROM":
            # 5% 以上: the number before it is what is compared with.
            first = next(i for i in range(place, -1, -1) if found[i][0] == "NUMBER")
            number = text[found[first][1] : found[place - 1][2]]
            changed += _joined(text[ends : found[first][1]], _spelt(text[start:end], style))
            changed += number
            ends = end
    changed += text[ends:]
    meaning = _meaning(text)
    return changed if meaning is not None and _meaning(changed) == meaning else None


def _joined(before: str, operator: str) -> str:
    """What stands before an operator, the operator, a space on either side of it."""
    kept = before.rstrip(" ")
    if not kept or kept.endswith("\n"):
        # At the beginning of a row what stands before it is the indentation.
        return f"{before}{operator} "
    return f"{kept}{'' if kept.endswith('(') else ' '}{operator} "


def _after(text: str, end: int) -> int:
    """Where the next thing begins: the space after an operator is written anew."""
    while end < len(text) and text[end] == " ":
        end += 1
    return end


def _spelt(operator: str, style: Operators) -> str:
    op = OPERATORS[narrow(operator)]
    return _CHINESE[op] if style == "zh" else str(op)


def _meaning(text: str) -> Expr | None:
    """The tree, as a level or as a condition; positions are no part of it."""
    node = Text(text, Span(Source("")))
    for read in (parse_level, parse_text):
        found = read(node)
        if not isinstance(found, Diagnostic):
            return found
    return None
