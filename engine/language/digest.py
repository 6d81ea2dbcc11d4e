"""One digest for one ruleset, however its keys are ordered and its numbers and operators spelt."""

import hashlib
import json
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

from .expression import Aggregate, Column, Number, Word, fact_names, table_names, walk
from .model import Ruleset
from .units import Unit, find_unit, in_base
from .vocabulary import Vocabulary

# What a reader may reword without changing a result, and where a part stands, in whose file.
_IGNORED = frozenset(
    (
        *("span", "source", "at", "text", "vocabulary", "extends", "basis", "citations"),
        *("changes", "shared", "replaces"),
    )
)

# Stand for themselves; an enum is none of them.
_PLAIN = (str, int, bool)


def ruleset_digest(ruleset: Ruleset) -> str:
    """``sha256:…`` over everything that can change a result or its explanation."""
    used = _used(ruleset)
    tables = _tables(ruleset, used)
    vocabulary = ruleset.vocabulary
    written = canonical(ruleset)
    if ruleset.batch is None:
        # A ruleset that compares nobody has the digest that it had before there was a batch.
        del written["batch"]
    if not ruleset.subjects:
        del written["subjects"]
    content = {
        "format": 1,
        "ruleset": written,
        "facts": {name: canonical(vocabulary.facts[name]) for name in sorted(used)},
        "tables": {name: canonical(vocabulary.tables[name]) for name in sorted(tables)},
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def canonical(value: object) -> Any:
    """JSON-like data in one spelling: numbers in base units, mappings sorted, no positions."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Number):
        unit = find_unit(value.unit)
        return {"number": str(in_base(value.value, unit) if unit is not None else value.value)}
    if isinstance(value, Word):
        return {"word": value.text}
    if isinstance(value, Unit):
        return {"scale": str(value.scale), "dimension": [list(part) for part in value.dimension]}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Fraction):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        content = {name: canonical(getattr(value, name)) for name in _told(kind)}
        return {"kind": kind.__name__, **content}
    if isinstance(value, (tuple, list)):
        return [canonical(item) for item in value]
    if hasattr(value, "items"):
        return {str(key): canonical(item) for key, item in value.items()}
    if isinstance(value, (int, str)):
        return value
    return str(value)


@cache
def _told(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a class that a result may follow from."""
    return tuple(item.name for item in fields(kind) if item.name not in _IGNORED)


def expressions_of(value: object) -> list[Any]:
    """Every expression anywhere inside a part of a ruleset."""
    if type(value) in _PLAIN:
        return []
    if hasattr(value, "at"):
        return [value]
    found: list[Any] = []
    if isinstance(value, (tuple, list)):
        for item in value:
            found += expressions_of(item)
    elif isinstance(value, Vocabulary):
        return []
    elif is_dataclass(value) and not isinstance(value, type):
        for name in _told(type(value)):
            found += expressions_of(getattr(value, name))
    elif hasattr(value, "values"):
        for item in value.values():
            found += expressions_of(item)
    return found


def expressions(ruleset: Ruleset) -> list[Any]:
    """Every expression of a ruleset's criteria and grade rule."""
    return expressions_of(ruleset.criteria) + expressions_of(ruleset.grade)


def _used(ruleset: Ruleset) -> set[str]:
    """The facts that the ruleset speaks of, and those that they follow from."""
    todo = [name for expr in expressions(ruleset) for name in fact_names(expr)]
    used: set[str] = set()
    while todo:
        name = todo.pop()
        if name in used:
            continue
        used.add(name)
        todo += ruleset.vocabulary.parts(name)
    return used


def used_facts(ruleset: Ruleset) -> tuple[str, ...]:
    """The same in the order of the vocabulary."""
    used = _used(ruleset)
    return tuple(name for name in ruleset.vocabulary.facts if name in used)


def used_columns(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """By table the columns that the ruleset and the facts it uses read, and the key; in order."""
    facts, tables = ruleset.vocabulary.facts, ruleset.vocabulary.tables
    derived = [d for name in _used(ruleset) if (d := facts[name].derived) is not None]
    read: dict[str, set[str]] = {}
    for part in (part for expr in [*expressions(ruleset), *derived] for part in walk(expr)):
        if isinstance(part, Aggregate):
            columns = {inner.name for inner in walk(part) if isinstance(inner, Column)}
            read.setdefault(part.table, set()).update(columns)
    return {
        name: tuple(c for c in table.columns if c in read[name] or c == table.key)
        for name, table in tables.items()
        if name in read
    }


def _tables(ruleset: Ruleset, used: set[str]) -> set[str]:
    tables = {name for expr in expressions(ruleset) for name in table_names(expr)}
    for name in used:
        derived = ruleset.vocabulary.facts[name].derived
        if derived is not None:
            tables |= {name for part in walk(derived) for name in table_names(part)}
    return tables & set(ruleset.vocabulary.tables)
