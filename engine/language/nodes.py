"""Reads YAML (and JSON, which is YAML) as text with positions, and refuses what is ambiguous.

Nothing is guessed from the look of a scalar: ``1:19``, ``no`` and ``0123`` stay text. Anchors,
aliases, tags, duplicate keys, keys that are not text and further documents are diagnostics. Nodes
are built from the parser's events, so that neither deep nesting nor an alias bomb costs memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

import yaml

from .diagnostics import MOST_SHOWN, Diagnostic, Related, Source, Span, errors
from .yaml_faults import explain

DEEPEST = 40
# Events of the parser: 7,000 rows of six columns each; more belong into a CSV file.
MOST_NODES = 100_000
# As much as one cell of a spreadsheet holds.
LONGEST_TEXT = 32_767
_RELATED_ANCHORS = 4
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_ESCAPES = re.compile(r"\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR = yaml.ScalarEvent
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar: its characters as written, never a number or a boolean."""

    value: str
    span: Span
    plain: bool = False
    literal: bool = False

    def part(self, start: int, end: int) -> Span:
        """The span of some of the characters, where the writing allows to tell; else of all."""
        one_line = self.span.line == self.span.end_line
        quotes = 0 if self.plain else 1
        width = self.span.end_column - self.span.column - 2 * quotes
        if not one_line or self.literal or width != len(self.value):
            return self.span
        column = self.span.column + quotes
        return Span(
            self.span.source,
            self.span.line,
            column + start,
            self.span.line,
            column + max(end, start + 1),
        )


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: tuple["Node", ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping in the order of the file; keys are unique."""

    entries: tuple[tuple[Text, "Node"], ...]
    span: Span

    def get(self, name: str) -> "Node | None":
        """The value of a key, or None when it is absent."""
        return next((value for key, value in self.entries if key.value == name), None)

    def key(self, name: str) -> Text | None:
        """The key itself, for its position."""
        return next((key for key, _ in self.entries if key.value == name), None)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[Text, "Node"]]:
        return iter(self.entries)


Node: TypeAlias = Text | Items | Entries


@dataclass(slots=True)
class _Open:
    """A collection whose end was not read yet."""

    start: Any
    mapping: bool
    values: list[Node]
    keys: list[Text]
    pending: Text | None = None


def parse(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    """The one document of ``source`` and every fault; the node is None when it is unusable."""
    faults: list[Diagnostic] = []
    stack: list[_Open] = []
    root: Node | None = None
    documents = 0
    count = 0

    def span(start: Any, end: Any) -> Span:
        return Span(source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def fault(code: str, where: Span, **values: object) -> None:
        faults.append(Diagnostic(code=code, span=where, values=values))

    def place(node: Node) -> None:
        nonlocal root
        if not stack:
            if root is None:
                root = node
            return
        top = stack[-1]
        if not top.mapping:
            top.values.append(node)
        elif top.pending is None:
            if isinstance(node, Text):
                top.pending = node
            else:
                fault("key-not-text", node.span)
                top.pending = Text(f"\0{len(top.keys)}", node.span)
        else:
            top.keys.append(top.pending)
            top.values.append(node)
            top.pending = None

    try:
        for event in _events(_without_surrogates(source.text)):
            count += 1
            if count > MOST_NODES or len(faults) > MOST_SHOWN:
                if count > MOST_NODES:
                    where = span(event.start_mark, event.end_mark)
                    fault("too-many-nodes", where, most=MOST_NODES)
                return None, faults
            kind = type(event)
            if kind is _SCALAR:
                where = span(event.start_mark, event.end_mark)
                if event.anchor is not None or event.tag is not None:
                    _decorations(event, where, faults)
                if len(event.value) > LONGEST_TEXT:
                    fault("text-too-long", where, most=LONGEST_TEXT)
                    place(Text("", where))
                else:
                    style = event.style
                    place(Text(event.value, where, not style, style == "|" or style == ">"))
            elif kind in _STARTS:
                where = span(event.start_mark, event.end_mark)
                _decorations(event, where, faults)
                if len(stack) >= DEEPEST:
                    fault("too-deep", where, deepest=DEEPEST)
                    return None, faults
                stack.append(_Open(event.start_mark, kind is yaml.MappingStartEvent, [], []))
            elif kind in _ENDS:
                done = stack.pop()
                where = span(done.start, event.end_mark)
                if done.mapping:
                    place(Entries(_unique(done, faults), where))
                else:
                    place(Items(tuple(done.values), where))
            elif kind is yaml.AliasEvent:
                where = span(event.start_mark, event.end_mark)
                _anchor(f"*{event.anchor}", where, faults)
                place(Text("", where))
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents == 2:
                    fault("several-documents", span(event.start_mark, event.end_mark))
                    return None, faults
    except yaml.MarkedYAMLError as error:
        where, problem = explain(error, source)
        fault("yaml-syntax", where, problem=problem)
        return None, faults
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        fault("yaml-syntax", Span(source), problem=type(error).__name__)
        return None, faults
    if root is None and not faults:
        faults.append(
            Diagnostic(code="empty-file", span=Span(source), values={"path": source.path})
        )
    return root, faults


def _events(text: str) -> Iterator[Any]:
    """The events of the parser, asked for one by one: `yaml.parse` asks twice for each."""
    loader = _Loader(text)
    try:
        while type(event := loader.get_event()) is not yaml.StreamEndEvent:
            yield event
    finally:
        loader.dispose()


def _without_surrogates(text: str) -> str:
    """JSON's pair of escapes for one rare character, such as ``\\ud842\\udfb7``, joined."""

    def joined(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        high, low = int(match[1], 16), int(match[2], 16)
        return f"\\U{0x10000 + (high - 0xD800 << 10) + low - 0xDC00:08X}"

    return _ESCAPES.sub(joined, text) if text.lstrip()[:1] in tuple('{["') else text


def unusable(node: Node | None, faults: list[Diagnostic]) -> bool:
    """Whether nothing more can be said of the document: only a repeated key leaves it readable."""
    return node is None or any(fault.code != "duplicate-key" for fault in errors(faults))


def _decorations(event: Any, where: Span, faults: list[Diagnostic]) -> None:
    """Anchors and tags are refused: what is written is what is meant."""
    if event.anchor is not None:
        _anchor(f"&{event.anchor}", where, faults)
    if event.tag is not None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        faults.append(Diagnostic(code="yaml-tag", span=where, values={"tag": tag}))


def _anchor(name: str, where: Span, faults: list[Diagnostic]) -> None:
    """One diagnostic for all anchors and aliases of a file: a bomb of them is one fault."""
    for position, fault in enumerate(faults):
        if fault.code == "yaml-anchor":
            if len(fault.related) < _RELATED_ANCHORS:
                related = (*fault.related, Related(where, "same_here"))
                faults[position] = replace(fault, related=related)
            return
    faults.append(Diagnostic(code="yaml-anchor", span=where, values={"name": name}))


def _unique(done: _Open, faults: list[Diagnostic]) -> tuple[tuple[Text, Node], ...]:
    """The entries of a mapping; a repeated key is reported, and its first value kept."""
    seen: dict[str, Text] = {}
    kept: list[tuple[Text, Node]] = []
    for key, value in zip(done.keys, done.values, strict=True):
        first = seen.get(key.value)
        if first is not None:
            faults.append(
                Diagnostic(
                    code="duplicate-key",
                    span=key.span,
                    values={"key": key.value},
                    related=(Related(first.span, "first_given_here"),),
                )
            )
            continue
        seen[key.value] = key
        kept.append((key, value))
    return tuple(kept)


def plain(node: Node) -> object:
    """The node as JSON-like data for the schema: YAML 1.2 core scalars, decimals exact."""
    match node:
        case Entries():
            return {key.value: plain(value) for key, value in node}
        case Items():
            return [plain(item) for item in node.items]
        case Text():
            if not node.plain:
                return node.value
            if node.value in ("", "~", "null"):
                return None
            if node.value in ("true", "false"):
                return node.value == "true"
            if _INTEGER.fullmatch(node.value):
                return int(node.value)
            if _DECIMAL.fullmatch(node.value):
                return Decimal(node.value)
            return node.value


def find(node: Node, path: tuple[str | int, ...]) -> Node:
    """The node that a schema path leads to, or the nearest one above it."""
    for step in path:
        match node:
            case Entries() if isinstance(step, str):
                inner = node.get(step)
            case Items() if isinstance(step, int) and step < len(node.items):
                inner = node.items[step]
            case _:
                inner = None
        if inner is None:
            return node
        node = inner
    return node


def first_line(node: Node) -> Span:
    """The first line of a node: pointing at a whole block helps nobody."""
    span = node.span
    if span.line == span.end_line:
        return span
    first = node.entries[0][0].span if isinstance(node, Entries) and node.entries else span
    width = first.end_column - first.column if first.line == first.end_line else 1
    return Span(span.source, first.line, first.column, first.line, first.column + max(width, 1))
