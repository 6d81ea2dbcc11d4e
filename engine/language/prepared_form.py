"""The form of what is prepared: parts of a vocabulary or ruleset as JSON, and made of it again.

A part is its kind and the list of its own parts; texts, whole numbers and null are themselves.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any, get_args

from ..locale import Label
from .diagnostics import Source, Span
from .expression import Across, Expr, Function, Kind, Op, Sign
from .model import (
    Award,
    BatchRule,
    Bonus,
    Cap,
    Change,
    Criterion,
    Domain,
    Downgrade,
    Each,
    Grade,
    GradeRule,
    Level,
    Outcome,
    ParameterDefinition,
    Points,
    Rounding,
    Ruleset,
    Show,
    Status,
    Step,
)
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

_CLASSES: tuple[type[Any], ...] = (
    *(Vocabulary, FactDefinition, ValueDefinition, TableDefinition, IntegrityRule),
    *(Citation, Clause, Lever, Label, *get_args(Expr)),
    *(Ruleset, ParameterDefinition, Domain, Criterion, Level, Show, Rounding, BatchRule, Change),
    *(*get_args(Points), Step, Bonus, GradeRule, Grade, Award, Cap, Downgrade),
)
_ENUMS: tuple[type[Enum], ...] = (
    *(FactType, Better, Op, Sign, Function, Kind, Across),
    *(Outcome, Status, Each),
)
_FIELDS = {kind.__name__: [item.name for item in fields(kind)] for kind in _CLASSES}
# With a line of its own each: a change of one is then a change of one line.
_LINES = ("IntegrityRule", "Criterion")


def digest(text: str) -> str:
    """``sha256:…`` of a text."""
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


# The classes that parts are made of, as they are now.
CLASSES = digest(json.dumps(_FIELDS))


def written(value: object, sources: Sequence[Source]) -> str:
    """A part as JSON, with a line for each fact, column, rule, criterion; places by source."""
    return _lines(_encoded(value, sources))


def made(text: str, sources: Sequence[Source]) -> Any:
    """The part that was written as ``text``, its places in ``sources``."""
    return json.loads(text, object_hook=_maker(sources))


def _lines(held: Any) -> str:
    match held:
        case {"dict": parts}:
            return '{"dict": [\n' + ",\n".join(map(_lines, parts)) + "]}"
        case dict():
            ((kind, parts),) = held.items()
            if kind in _LINES:
                return "\n" + json.dumps(held, ensure_ascii=False)
            return f'{{"{kind}": {_lines(parts)}}}'
        case list():
            return "[" + ",".join(map(_lines, held)) + "]"
        case _:
            return json.dumps(held, ensure_ascii=False)


def _encoded(value: object, sources: Sequence[Source]) -> Any:
    match value:
        case Fraction():
            parts: list[Any] = [value.numerator, value.denominator]
        case Unit():
            parts = [value.name]
        case Source():
            parts = [sources.index(value)]
        case Span():
            parts = [value.line, value.column, value.end_line, value.end_column]
            # Nothing is written for the first source: most places are there.
            parts += [of] if (of := sources.index(value.source)) else []
        case Enum():
            parts = [value.value]
        case dt.date():
            parts = [value.isoformat()]
        case tuple():
            parts = [_encoded(part, sources) for part in value]
        case dict():
            parts = [[_encoded(k, sources), _encoded(v, sources)] for k, v in value.items()]
        case _ if is_dataclass(value):
            names = _FIELDS[type(value).__name__]
            parts = [_encoded(getattr(value, name), sources) for name in names]
        case _:
            return value
    return {type(value).__name__: parts}


def _maker(sources: Sequence[Source]) -> Callable[[dict[str, list[Any]]], Any]:
    """What makes a part of its JSON again."""
    makers: dict[str, Callable[..., Any]] = {
        "Fraction": Fraction,
        "Unit": find_unit,
        "Source": lambda of: sources[of],
        "Span": lambda line, column, end_line, end_column, of=0: Span(
            sources[of], line, column, end_line, end_column
        ),
        "date": dt.date.fromisoformat,
        "tuple": lambda *parts: parts,
        "dict": lambda *parts: dict(parts),
        **{kind.__name__: kind for kind in _ENUMS},
        **{kind.__name__: _by_fields(kind) for kind in _CLASSES},
    }

    def part(held: dict[str, list[Any]]) -> Any:
        ((kind, parts),) = held.items()
        return makers[kind](*parts)

    return part


def _by_fields(kind: type[Any]) -> Callable[..., Any]:
    if not any(item.kw_only for item in fields(kind)):
        return kind
    names = _FIELDS[kind.__name__]
    return lambda *parts: kind(**dict(zip(names, parts, strict=True)))
