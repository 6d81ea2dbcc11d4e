"""Validates the structure of a file by its published JSON Schema, with line and column."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from ..locale import catalogue, either, kind
from .conformity import Test, conformity
from .diagnostics import MOST_SHOWN, Diagnostic, Span
from .nodes import Entries, Node, Text, find, first_line, plain
from .vocabulary import nearest

_BOOLEANS = ("true", "false")


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The published schema ``name``: of a ruleset, parameters, a sheet and so on."""
    folder = Path(__file__).parent.parent / "schemas"
    loaded: Mapping[str, Any] = json.loads(
        (folder / f"{name}.schema.json").read_text(encoding="utf-8")
    )
    return loaded


@cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(dict(schema(name)))


@cache
def _conforms(name: str) -> Test:
    return conformity(schema(name))


def validate(node: Node, name: str) -> list[Diagnostic]:
    """Every departure of the file from schema ``name``, each at its own place."""
    data = plain(node)
    if _conforms(name)(data):
        return []
    found: list[Diagnostic] = []
    for error in _validator(name).iter_errors(data):
        found.extend(islice(_diagnostics(node, error), MOST_SHOWN + 1))
        if len(found) > MOST_SHOWN:
            break
    return found


def _diagnostics(root: Node, error: Any) -> Iterator[Diagnostic]:
    node = find(root, tuple(error.absolute_path))
    if "propertyNames" in error.absolute_schema_path:
        key = str(error.instance)
        yield Diagnostic(code="bad-key", span=_key_span(node, key), values={"key": key})
        return
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            yield from _unknown_keys(node, error)
        case "required":
            present = error.instance
            for missing in error.validator_value:
                if missing not in present and f"'{missing}'" in error.message:
                    yield Diagnostic(
                        code="missing-key", span=first_line(node), values={"key": missing}
                    )
        case "type":
            wanted = error.validator_value
            names = [wanted] if isinstance(wanted, str) else list(wanted)
            yield Diagnostic(
                code="wrong-type",
                span=first_line(node),
                values={"found": _written(node), "wanted": either(kind(n) for n in names)},
                suggestion=_meant(_written(node), _BOOLEANS) if "boolean" in names else None,
            )
        case "enum" | "const":
            allowed = error.validator_value
            options = [str(o) for o in (allowed if isinstance(allowed, list) else [allowed])]
            if _written(node) in options:
                # The very word, but between quotes: "1" is a text, 1 a number.
                yield Diagnostic(
                    code="quoted-number", span=first_line(node), values={"found": _written(node)}
                )
                return
            yield Diagnostic(
                code="not-allowed",
                span=first_line(node),
                values={"found": _written(node), "allowed": " | ".join(options)},
                suggestion=_meant(_written(node), tuple(options)),
            )
        case "pattern":
            yield Diagnostic(
                code="bad-format",
                span=first_line(node),
                values={"found": _written(node), "example": error.schema["examples"][0]},
            )
        case _:
            yield Diagnostic(
                code="bad-structure",
                span=first_line(node),
                values={
                    "found": _written(node),
                    "rule": kind(error.validator, limit=error.validator_value),
                },
            )


def _unknown_keys(node: Node, error: Any) -> Iterator[Diagnostic]:
    known = tuple(error.schema.get("properties", {}))
    if not isinstance(node, Entries):
        return
    for key, value in node:
        if key.value in known:
            continue
        if cut_off(key, value):
            yield Diagnostic(code="comma-in-text", span=key.span, values={"key": key.value})
        else:
            yield Diagnostic(
                code="unknown-key",
                span=key.span,
                values={"key": key.value, "known": known},
                suggestion=_meant(key.value, known),
            )


def _meant(word: str, known: tuple[str, ...]) -> str | None:
    """The known word that is nearest, or that a Chinese word stands for."""
    chinese = catalogue("keys").get(word, ())
    return next((w for w in chinese if w in known), None) or nearest(word, known)


def cut_off(key: Text, value: Node) -> bool:
    """Whether the key is the rest of a text between braces: ``{en: Duties, Changde}``."""
    if not isinstance(value, Text) or value.value or not value.plain:
        return False
    line = key.span.source.text.split("\n")[key.span.end_line - 1]
    return not line[key.span.end_column - 1 :].lstrip().startswith(":")


def _key_span(node: Node, key: str) -> Span:
    if isinstance(node, Entries):
        found = node.key(key)
        if found is not None:
            return found.span
    return first_line(node)


def _written(node: Node) -> str:
    match node:
        case Text():
            return node.value
        case Entries():
            return "{" + ", ".join(key.value for key, _ in node) + "}"
        case _:
            return f"[{len(node.items)}]"
