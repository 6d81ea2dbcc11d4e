"""One expression evaluated on a few facts over the small vocabulary, as a criterion of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.scoring.interpreter import Interpreter
from engine.scoring.values import Condition, Number, Real, Value

from .made import YEAR, Case, load
from .strategies import PARAMETERS

Facts = Mapping[Any, Any]


def interpreter(
    folder: Path, criterion: Mapping[str, str], facts: Facts, schools: Any, subject: Any
) -> Interpreter:
    """An interpreter of a ruleset with that criterion; facts by name, or by name and year."""
    case = Case(
        criteria=({"id": "D.1", "title": "示例", **criterion},),
        grade=None,
        facts={k if isinstance(k, tuple) else (k, YEAR): v for k, v in facts.items()},
        schools=schools,
        subject=subject or {},
        parameters=PARAMETERS,
    )
    return Interpreter(*load(case, folder))


def evaluate(
    folder: Path, text: str, facts: Facts | None = None, schools: Any = None, subject: Any = None
) -> Value:
    """The value of an expression for a quantity."""
    measured = {"measure": text, "fully": ">= 0"}
    engine = interpreter(folder, measured, facts or {}, schools, subject)
    measure = engine.ruleset.criteria[0].measure
    assert measure is not None
    return engine.value(measure)


def decide(
    folder: Path, text: str, facts: Facts | None = None, schools: Any = None, subject: Any = None
) -> Condition:
    """The truth of a condition."""
    engine = interpreter(folder, {"fully": text}, facts or {}, schools, subject)
    return engine.condition(engine.ruleset.criteria[0].levels[0].condition)


def number(folder: Path, text: str, facts: Facts | None = None, schools: Any = None) -> Real:
    """The one number that an expression gives."""
    value = evaluate(folder, text, facts, schools)
    assert isinstance(value, Number), value
    assert value.exact is not None, value
    return value.exact
