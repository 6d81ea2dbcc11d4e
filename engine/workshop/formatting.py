"""The canonical layout of a ruleset's files: order of keys, spaces, quotes; comments stay.

Works on lines, so that whatever it has no opinion about stays as it is written. The order is that
of the published schema. What the text means never changes, and formatting twice changes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..language.diagnostics import RulesetError, Source, errors
from ..language.nodes import Entries, Items, Node, Text, parse, plain
from ..language.structure import schema
from .adding import last_line
from .spelling import EXPRESSIONS, Operators, respelled

# Keys that only stand together where their order is the author's: what a case expects.
_FREE = {"outcomes", "counts", "grade"}
_PLAIN = re.compile(r"[A-Za-z_(\u4e00-\u9fff][^\n]*")
_NOT_PLAIN = re.compile(r": |:$| #|^(?:true|false|null)$|[{}\[\]]")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,{}\[\]]")


def formatted(source: Source, name: str, operators: Operators = "keep") -> str:
    """The text in its canonical layout, by the schema ``name``. Raises `RulesetError`."""
    node, faults = parse(source)
    if node is None or errors(faults):
        raise RulesetError(faults)
    source = respelled(source, operators)
    node, _ = parse(source)
    assert node is not None
    text = _spaced(source, node)
    again = Source(source.path, text)
    node, _ = parse(again)
    assert node is not None
    lines = text.split("\n")
    whole = dict(schema(name))
    ordered = _Layout(lines, whole).node(node, 0, len(lines), whole) if lines else []
    result = _tidied(ordered, Source(source.path, "\n".join(ordered)))
    after, _ = parse(Source(source.path, result))
    before, _ = parse(source)
    assert before is not None
    assert after is not None
    assert plain(after) == plain(before), "the layout changed the content"
    return result


# -- order of keys --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """Puts the keys of every block mapping in the order of its schema, with their comments."""

    lines: list[str]
    root: Mapping[str, Any]

    def node(self, node: Node, first: int, end: int, schema: Mapping[str, Any]) -> list[str]:
        """The rows from ``first`` to ``end``, in which the node and nothing else stands."""
        schema = self._resolved(schema)
        if isinstance(node, Entries) and self._is_block(node):
            return self._mapping(node, first, end, schema)
        if isinstance(node, Items) and self._is_block(node):
            return self._sequence(node, first, end, schema)
        return self.lines[first:end]

    def _mapping(self, node: Entries, first: int, end: int, schema: Mapping[str, Any]) -> list[str]:
        column = node.entries[0][0].span.column - 1
        keys = [key.span.line - 1 for key, _ in node]
        # What stands above the first key belongs to whatever holds the mapping.
        head = self.lines[first : keys[0]]
        last = max(last_line(node.entries[-1][1]), keys[-1] + 1)
        stop = self._gap(last, end, column)
        starts = [keys[0], *self._starts(node, keys, column), stop]
        prefix = self.lines[keys[0]][:column]
        chunks = []
        for place, (key, value) in enumerate(node):
            inner = self._schema_of(schema, key.value)
            chunks.append(self._entry(key, value, starts[place], starts[place + 1], inner))
        chunks[0][0] = " " * column + chunks[0][0][column:]
        named = () if schema.get("properties", {}).keys() >= _FREE else schema.get("properties", ())
        ranks = {name: rank for rank, name in enumerate(named)}
        order = sorted(range(len(chunks)), key=lambda i: ranks.get(node.entries[i][0].value, 99))
        rows = [row for place in order for row in chunks[place]]
        while rows and not rows[0].strip():
            rows.pop(0)
        if prefix.strip():
            rows = self._dashed(rows, prefix)
        return [*head, *rows, *self.lines[stop:end]]

    def _dashed(self, rows: list[str], prefix: str) -> list[str]:
        """The dash of an item before its first key; comments of that key above the dash."""
        key = next(i for i, row in enumerate(rows) if row.strip() and not _is_comment(row))
        stands = len(prefix) - len(prefix.lstrip())
        above = [" " * stands + row.strip() for row in rows[:key] if row.strip()]
        return [*above, prefix + rows[key][len(prefix) :], *rows[key + 1 :]]

    def _starts(self, node: Entries, keys: Sequence[int], column: int) -> Iterator[int]:
        """Where the rows of every entry but the first begin: with the comments above its key."""
        for place in range(1, len(keys)):
            _, before = node.entries[place - 1]
            yield self._gap(max(last_line(before), keys[place - 1] + 1), keys[place], column)

    def _gap(self, after: int, before: int, column: int) -> int:
        """Of the rows between two parts, deeper comments belong to the first one."""
        row = after
        for place in range(after, before):
            line = self.lines[place]
            if _is_comment(line) and len(line) - len(line.lstrip()) > column:
                row = place + 1
        return row

    def _entry(
        self, key: Text, value: Node, start: int, end: int, schema: Mapping[str, Any]
    ) -> list[str]:
        below = value.span.line - 1
        if below <= key.span.line - 1 or not self._is_block(value):
            return self.lines[start:end]
        return [*self.lines[start:below], *self.node(value, below, end, schema)]

    def _sequence(self, node: Items, first: int, end: int, schema: Mapping[str, Any]) -> list[str]:
        inner = schema.get("items", {})
        rows = [item.span.line - 1 for item in node.items]
        dash = len(self.lines[rows[0]]) - len(self.lines[rows[0]].lstrip())
        starts = [first]
        for place in range(1, len(rows)):
            after = max(last_line(node.items[place - 1]), rows[place - 1] + 1)
            starts.append(self._gap(after, rows[place], dash))
        starts.append(end)
        found: list[str] = []
        for place, item in enumerate(node.items):
            found += self.node(item, starts[place], starts[place + 1], inner)
        return found

    def _is_block(self, node: Node) -> bool:
        """Whether it is spread over lines by its indentation, not written in brackets."""
        if isinstance(node, Text):
            return False
        filled = node.entries if isinstance(node, Entries) else node.items
        written = self.lines[node.span.line - 1][node.span.column - 1 :]
        return bool(filled) and not written.startswith(("{", "["))

    def _schema_of(self, schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        found = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
        return found if isinstance(found, dict) else {}

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            place: Any = self.root
            for step in str(schema["$ref"]).removeprefix("#/").split("/"):
                place = place[step]
            schema = place
        for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if "properties" in self._resolved(choice):
                return self._resolved(choice)
        return schema


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


# -- spaces and quotes ----------------------------------------------------------------------------


def _spaced(source: Source, node: Node) -> str:
    """One space after a colon or comma, none inside brackets, one way to quote an expression."""
    lines = source.text.split("\n")
    changes: dict[int, list[tuple[int, int, str]]] = {}

    def change(row: int, start: int, end: int, text: str) -> None:
        changes.setdefault(row, []).append((start, end, text))

    def visit(node: Node, key: str = "") -> None:
        span = node.span
        if isinstance(node, Text):
            if key in EXPRESSIONS and span.line == span.end_line and not node.literal:
                change(span.line, span.column, span.end_column, _quoted(node, flow=False))
            return
        flow = lines[span.line - 1][span.column - 1 :].startswith(("{", "["))
        if flow:
            if span.line == span.end_line:
                change(span.line, span.column, span.end_column, _flow(node, lines[span.line - 1]))
            return
        if isinstance(node, Items):
            for item in node.items:
                visit(item)
            return
        for name, value in node:
            same_row = value.span.line == name.span.end_line
            row = lines[name.span.end_line - 1]
            between = row[name.span.end_column - 1 : value.span.column - 1]
            if same_row and re.fullmatch(r": {2,}", between):
                change(name.span.end_line, name.span.end_column, value.span.column, ": ")
            visit(value, name.value)

    visit(node)
    for row, found in changes.items():
        for start, end, text in sorted(found, reverse=True):
            line = lines[row - 1]
            lines[row - 1] = line[: start - 1] + text + line[end - 1 :]
    return "\n".join(lines)


def _flow(node: Node, line: str) -> str:
    """A collection in brackets on one line."""
    if isinstance(node, Text):
        return line[node.span.column - 1 : node.span.end_column - 1]
    if isinstance(node, Items):
        return f"[{', '.join(_flow(item, line) for item in node.items)}]"
    parts = []
    for key, value in node:
        written = _flow(key, line)
        if key.value in EXPRESSIONS and isinstance(value, Text):
            parts.append(f"{written}: {_quoted(value, flow=True)}")
        else:
            parts.append(f"{written}: {_flow(value, line)}".rstrip())
    return f"{{{', '.join(parts)}}}"


def _quoted(node: Text, *, flow: bool) -> str:
    """An expression plain where YAML allows it, else in double quotes."""
    value = node.value
    special = _NOT_PLAIN.search(value) or (flow and _NOT_PLAIN_IN_FLOW.search(value))
    if _PLAIN.fullmatch(value) and not special and value == value.strip():
        return value
    if not node.plain or special or not value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value


def _tidied(lines: Sequence[str], source: Source) -> str:
    """No blanks at the end of a line, one empty line at most, one line end at the end."""
    node, _ = parse(source)
    kept = set(_rows_of_text(node)) if node is not None else set()
    found: list[str] = []
    for row, line in enumerate(lines, 1):
        if row not in kept:
            line = line.rstrip()
            if not line and (not found or not found[-1]):
                continue
        found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return "\n".join(found) + "\n"


def _rows_of_text(node: Node) -> Iterator[int]:
    """The rows that belong to a text of several lines: what is blank there is content."""
    match node:
        case Text():
            if node.span.line != node.span.end_line:
                yield from range(node.span.line, last_line(node) + 1)
        case Items():
            for item in node.items:
                yield from _rows_of_text(item)
        case Entries():
            for _, value in node:
                yield from _rows_of_text(value)
