"""The shipped vocabulary as reading and checking leave it, made beforehand.

Reading 4,000 lines of YAML and checking what they say takes 140 ms of every start, this 20 ms. The
file is data, made of the vocabulary by ``python -m engine.language.prepared``; it names the text
and the fields of the classes that it was made for; with any other, the vocabulary itself is read
and checked. It is only made of a vocabulary without a single fault.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from ..locale import Label
from .catalogue import DEFAULT_VOCABULARY, shipped
from .diagnostics import Source, Span
from .expression import Expr, Function, Kind, Op, Sign
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
_ENUMS: tuple[type[Enum], ...] = (FactType, Better, Op, Sign, Function, Kind)
_FIELDS = {kind.__name__: [item.name for item in fields(kind)] for kind in _CLASSES}


def prepared_vocabulary(path: Path) -> Vocabulary | None:
    """What was made of exactly the text of ``path``; None for any other text."""
    source, wrong = read_source(path)
    if wrong or not PREPARED.is_file():
        return None
    held = json.loads(PREPARED.read_text(encoding="utf-8"))
    if held.get("made_for") != _made_for(source) or held.get("fields") != _FIELDS:
        return None
    vocabulary: Vocabulary = _decoder(source)(held["vocabulary"])
    return vocabulary


def prepared(path: Path = SHIPPED) -> str:
    """The file for the vocabulary as it is now."""
    source, _ = read_source(path)
    vocabulary, faults = load_vocabulary((path,))
    if vocabulary is None or faults:
        raise ValueError(f"{path} has faults")
    held = {"made_for": _made_for(source), "fields": _FIELDS, "vocabulary": _encoded(vocabulary)}
    return _lines(held).replace(", \n", ",\n") + "\n"


def _made_for(source: Source) -> str:
    return f"sha256:{hashlib.sha256(source.text.encode('utf-8')).hexdigest()}"


def _lines(held: Any) -> str:
    """JSON with a line for each fact, column, rule: a change of one is a change of one line."""
    match held:
        case dict():
            parts = (f"{json.dumps(k, ensure_ascii=False)}: {_lines(v)}" for k, v in held.items())
            return "{\n" + ",\n".join(parts) + "}"
        case list():
            start = "\n[" if held[0] == "IntegrityRule" else "["
            return start + ", ".join(map(_lines, held)) + "]"
        case _:
            return json.dumps(held, ensure_ascii=False)


def _encoded(value: object) -> Any:
    """A part as JSON: a list that begins with its kind; texts, whole numbers and null as such."""
    kind = type(value).__name__
    match value:
        case Fraction():
            return [kind, value.numerator, value.denominator]
        case Unit():
            return [kind, value.name]
        case Span():
            return [kind, value.line, value.column, value.end_line, value.end_column]
        case Enum():
            return [kind, value.value]
        case dt.date():
            return [kind, value.isoformat()]
        case tuple():
            return [kind, *map(_encoded, value)]
        case Mapping():
            return {key: _encoded(part) for key, part in value.items()}
        case _ if is_dataclass(value):
            return [kind, *(_encoded(getattr(value, name)) for name in _FIELDS[kind])]
        case _:
            return value


def _decoder(source: Source) -> Callable[[Any], Any]:
    """What makes a part of ``source`` of its JSON again."""
    makers: dict[str, Callable[..., Any]] = {
        "Fraction": Fraction,
        "Unit": find_unit,
        "Span": lambda *place: Span(source, *place),
        "date": dt.date.fromisoformat,
        "tuple": lambda *parts: parts,
        **{kind.__name__: kind for kind in _ENUMS},
        **{kind.__name__: _maker(kind) for kind in _CLASSES},
    }

    def decoded(held: Any) -> Any:
        if isinstance(held, list):
            return makers[held[0]](*map(decoded, held[1:]))
        if isinstance(held, dict):
            return {key: decoded(part) for key, part in held.items()}
        return held

    return decoded


def _maker(kind: type[Any]) -> Callable[..., Any]:
    names = _FIELDS[kind.__name__]
    return lambda *values: kind(**dict(zip(names, values, strict=True)))


if __name__ == "__main__":
    PREPARED.write_text(prepared(), encoding="utf-8", newline="\n")
