"""Whether data conforms to a schema: the quick answer that nearly always is yes.

Only the keywords that the published schemas use; any other makes the answer no, so that jsonschema,
which is slow to load and to run, is asked. It also finds the words where something departs.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from numbers import Number
from typing import Any, TypeAlias

Test: TypeAlias = Callable[[Any], bool]

_ABOUT = frozenset({"$schema", "$id", "$defs", "title", "description", "examples"})
_KINDS: Mapping[str, Test] = {
    "object": lambda x: isinstance(x, dict),
    "array": lambda x: isinstance(x, list),
    "string": lambda x: isinstance(x, str),
    "integer": lambda x: isinstance(x, int) and not isinstance(x, bool),
    "number": lambda x: isinstance(x, Number) and not isinstance(x, bool),
    "boolean": lambda x: isinstance(x, bool),
    "null": lambda x: x is None,
}


def conformity(schema: Mapping[str, Any]) -> Test:
    """The test that a schema asks for, put together once."""
    definitions = schema.get("$defs", {})

    @cache
    def defined(name: str) -> Test:
        return compiled(definitions[name])

    def compiled(part: Mapping[str, Any] | bool) -> Test:
        if isinstance(part, bool):
            return lambda _: part
        tests = [
            test
            for key in part
            if key not in _ABOUT
            for test in _keyword(key, part, compiled, defined)
        ]
        if len(tests) == 1:
            return tests[0]
        return lambda x: all(test(x) for test in tests)

    return compiled(schema)


def _keyword(
    key: str,
    part: Mapping[str, Any],
    compiled: Callable[[Mapping[str, Any] | bool], Test],
    defined: Callable[[str], Test],
) -> list[Test]:
    value = part[key]
    match key:
        case "$ref":
            name = str(value).removeprefix("#/$defs/")
            # Looked up when it is needed: definitions may refer to themselves.
            return [lambda x: defined(name)(x)]
        case "type":
            kinds = [_KINDS[k] for k in ([value] if isinstance(value, str) else value)]
            return [kinds[0] if len(kinds) == 1 else lambda x: any(kind(x) for kind in kinds)]
        case "enum" | "const":
            options = value if key == "enum" else [value]
            return [lambda x: any(_equal(x, option) for option in options)]
        case "properties" | "additionalProperties":
            both = "properties" in part and "additionalProperties" in part
            return [] if both and key == "properties" else [_properties(part, compiled)]
        case "propertyNames":
            names = compiled(value)
            return [lambda x: not isinstance(x, dict) or all(names(k) for k in x)]
        case "items":
            item = compiled(value)
            return [lambda x: not isinstance(x, list) or all(item(i) for i in x)]
        case "required":
            return [lambda x: not isinstance(x, dict) or all(k in x for k in value)]
        case "pattern":
            found = re.compile(value).search
            return [lambda x: not isinstance(x, str) or found(x) is not None]
        case "minLength":
            return [lambda x: not isinstance(x, str) or len(x) >= value]
        case "minItems":
            return [lambda x: not isinstance(x, list) or len(x) >= value]
        case "maxItems":
            return [lambda x: not isinstance(x, list) or len(x) <= value]
        case "minProperties":
            return [lambda x: not isinstance(x, dict) or len(x) >= value]
        case "minimum":
            number = _KINDS["number"]
            return [lambda x: not number(x) or x >= value]
        case "maximum":
            number = _KINDS["number"]
            return [lambda x: not number(x) or x <= value]
        case "if":
            asked, other = compiled(value), compiled(part["else"])
            return [lambda x: asked(x) or other(x)]
        case "else":
            return [] if "if" in part else [lambda _: False]
        case _:
            return [lambda _: False]


def _equal(x: Any, option: Any) -> bool:
    """Python takes true for 1, JSON does not."""
    return bool(x == option) and isinstance(x, bool) is isinstance(option, bool)


def _properties(
    part: Mapping[str, Any], compiled: Callable[[Mapping[str, Any] | bool], Test]
) -> Test:
    known = {name: compiled(inner) for name, inner in part.get("properties", {}).items()}
    others = compiled(part.get("additionalProperties", True))

    def test(x: Any) -> bool:
        if not isinstance(x, dict):
            return True
        return all(known.get(name, others)(value) for name, value in x.items())

    return test
