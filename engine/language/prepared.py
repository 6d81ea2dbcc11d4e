"""The shipped vocabulary as reading and checking leave it, made beforehand.

Reading 4,000 lines of YAML and checking what they say takes 140 ms of every start, this 15 ms. The
file is data, made of the vocabulary by ``python -m engine.language.prepared``; it names the text
and the fields of the classes that it was made for; with any other, the vocabulary itself is read
and checked. It is only made of a vocabulary without a single fault.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from ..locale import Label
from .catalogue import DEFAULT_VOCABULARY, shipped
from .diagnostics import Source, Span
from .expression import Across, Expr, Function, Kind, Op, Sign
from .source import read_source
from .units import Unit, find_unit
from .vocabulary import (
    Better,
    Citation,
    Clause,
    FactDefinition,
    FactType,
    IntegrityRule,
    Lever,
    TableDefinition,
    ValueDefinition,
    Vocabulary,
)
from .vocabulary_loader import load_vocabulary

PREPARED = Path(__file__).with_name("vocabulary.prepared.json")
SHIPPED = shipped() / "vocabulary" / f"{DEFAULT_VOCABULARY}.yaml"

_CLASSES: tuple[type[Any], ...] = (
    *(Vocabulary, FactDefinition, ValueDefinition, TableDefinition, IntegrityRule),
    *(Citation, Clause, Lever, Label, *get_args(Expr)),
)
_ENUMS: tuple[type[Enum], ...] = (FactType, Better, Op, Sign, Function, Kind, Across)
_FIELDS = {kind.__name__: [item.name for item in fields(kind)] for kind in _CLASSES}


def prepared_vocabulary(path: Path) -> Vocabulary | None:
    """What was made of exactly the text of ``path``; None for any other text."""
    source, wrong = read_source(path)
    if wrong or not PREPARED.is_file():
        return None
    made_for, _, held = PREPARED.read_text(encoding="utf-8").partition("\n")
    if made_for != _made_for(source):
        return None
    vocabulary: Vocabulary = json.loads(held, object_hook=_maker(source))
    return vocabulary


def prepared(path: Path = SHIPPED) -> str:
    """The file for the vocabulary as it is now: what it was made for, then what it holds."""
    source, _ = read_source(path)
    vocabulary, faults = load_vocabulary((path,))
    if vocabulary is None or faults:
        raise ValueError(f"{path} has faults")
    return f"{_made_for(source)}\n{_lines(_encoded(vocabulary))}\n"


def _made_for(source: Source) -> str:
    digest = hashlib.sha256(source.text.encode("utf-8")).hexdigest()
    return json.dumps({"made_for": f"sha256:{digest}", "fields": _FIELDS})


def _lines(held: Any) -> str:
    """JSON with a line for each fact, column, rule: a change of one is a change of one line."""
    match held:
        case {"dict": parts}:
            return '{"dict": [\n' + ",\n".join(map(_lines, parts)) + "]}"
        case {"IntegrityRule": _}:
            return "\n" + json.dumps(held, ensure_ascii=False)
        case dict():
            ((kind, parts),) = held.items()
            return f'{{"{kind}": {_lines(parts)}}}'
        case list():
            return "[" + ",".join(map(_lines, held)) + "]"
        case _:
            return json.dumps(held, ensure_ascii=False)


def _encoded(value: object) -> Any:
    """A part as JSON: its kind and the list of its parts; texts, whole numbers, null as such."""
    match value:
        case Fraction():
            parts: list[Any] = [value.numerator, value.denominator]
        case Unit():
            parts = [value.name]
        case Span():
            parts = [value.line, value.column, value.end_line, value.end_column]
        case Enum():
            parts = [value.value]
        case dt.date():
            parts = [value.isoformat()]
        case tuple():
            parts = [_encoded(part) for part in value]
        case dict():
            parts = [[key, _encoded(part)] for key, part in value.items()]
        case _ if is_dataclass(value):
            parts = [_encoded(getattr(value, name)) for name in _FIELDS[type(value).__name__]]
        case _:
            return value
    return {type(value).__name__: parts}


def _maker(source: Source) -> Callable[[dict[str, list[Any]]], Any]:
    """What makes a part of ``source`` of its JSON again."""
    makers: dict[str, Callable[..., Any]] = {
        "Fraction": Fraction,
        "Unit": find_unit,
        "Span": lambda *place: Span(source, *place),
        "date": dt.date.fromisoformat,
        "tuple": lambda *parts: parts,
        "dict": lambda *parts: dict(parts),
        **{kind.__name__: kind for kind in _ENUMS},
        **{kind.__name__: _by_fields(kind) for kind in _CLASSES},
    }

    def made(held: dict[str, list[Any]]) -> Any:
        ((kind, parts),) = held.items()
        return makers[kind](*parts)

    return made


def _by_fields(kind: type[Any]) -> Callable[..., Any]:
    if not any(item.kw_only for item in fields(kind)):
        return kind
    names = _FIELDS[kind.__name__]
    return lambda *parts: kind(**dict(zip(names, parts, strict=True)))


if __name__ == "__main__":
    PREPARED.write_text(prepared(), encoding="utf-8", newline="\n")
