"""Adds suggested cases to the text of a ``tests.yaml``: nothing that is there is touched."""

import re
from collections.abc import Sequence

from ..language.diagnostics import Source
from ..language.model import Ruleset
from ..language.nodes import Entries, Items, Node, Text
from ..scoring.interpreter import Interpreter
from .suggestions import Suggestion, facts_text
from .suite import Suite, suite_of

_BARE = re.compile(r"[\w.%][\w.%=/() -]*")


class NotAddableError(Exception):
    """The cases stand in brackets on one line, or what was added does not come out."""


def added(suite: Suite, ruleset: Ruleset, text: str) -> str:
    """The file with the new cases after the last one; every case of it still comes out."""
    cases = suite.document.get("cases")
    lines = suite.source.text.split("\n")
    indent = _indent(cases, lines)
    if indent is None or not isinstance(cases, Items):
        raise NotAddableError
    last = last_line(cases.items[-1])
    new = [f"{' ' * indent}{line}" if line else line for line in text.rstrip("\n").split("\n")]
    whole = "\n".join((*lines[:last], *new, *lines[last:]))
    if not whole.endswith("\n"):
        whole += "\n"
    after = suite_of(Source(suite.source.path, whole))
    known = {case.name.text("en") for case in suite.cases}
    wrong = [
        tried.name for tried in after.run(ruleset) if tried.mismatches and tried.name not in known
    ]
    if wrong:
        raise NotAddableError
    return whole


def cases_text(suggestions: Sequence[Suggestion], interpreter: Interpreter) -> str:
    """The suggestions as items of ``cases``."""
    lines = []
    for one in suggestions:
        lines += [
            f"- name: {quoted(one.name)}",
            f"  base: {quoted(one.base)}",
            f"  facts: {facts_text(one.key, one.written, interpreter)}",
            f"  expect: {{outcomes: {{{one.criterion}: {one.outcome}}}}}",
        ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text that YAML reads back as it is."""
    if _BARE.fullmatch(text) and not text.endswith(" ") and not re.fullmatch(r"[\d.]+", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _indent(cases: Node | None, lines: list[str]) -> int | None:
    """How far the dash of an item stands in; None where the list is written in brackets."""
    if not isinstance(cases, Items) or not cases.items:
        return None
    first = cases.items[0].span
    before = lines[first.line - 1][: first.column - 1]
    return len(before) - len(before.lstrip()) if before.strip() == "-" else None


def last_line(node: Node) -> int:
    """The line on which the last word of a node stands."""
    match node:
        case Text():
            # A text of its own lines ends where the next line begins.
            whole = node.literal and node.span.end_column == 1
            return node.span.end_line - whole
        case Items():
            inner = [last_line(item) for item in node.items]
        case Entries():
            inner = [max(key.span.end_line, last_line(value)) for key, value in node]
    # A collection in brackets ends with its bracket; a block ends where its last word does.
    return max(inner, default=node.span.end_line)
