"""The types of expressions: what a value may be compared with and added to."""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from ..locale import Label, kind
from .expression import Number
from .units import DIMENSIONLESS, Dimension, describe, find_unit
from .vocabulary import FactType, ValueDefinition


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number. ``bare``: written without unit, fits counts and rates; ``zero``: fits everything.

    ``literal``: nothing but written numbers; ``irrational``: made from a coefficient of variation.
    """

    dimension: Dimension = DIMENSIONLESS
    bare: bool = False
    zero: bool = False
    literal: bool = False
    irrational: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text; ``known`` are the values it may take, when they are declared."""

    known: tuple[str, ...] = ()
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Levels:
    """An ordered list of words, worst first."""

    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dates:
    """A date."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The type of a faulty expression; it fits everything, so that one fault is told once."""


Type: TypeAlias = Quantity | Truth | Words | Levels | Dates | Broken

BROKEN = Broken()
OUTCOMES = ("fully_met", "basically_met", "not_met", "not_applicable", "undetermined")


def type_of(definition: ValueDefinition) -> Type:
    """The type of a fact or column."""
    match definition.type:
        case FactType.YES_NO:
            return Truth()
        case FactType.LEVEL:
            return Levels(definition.levels)
        case FactType.DATE:
            return Dates()
        case FactType.TEXT:
            return Words(definition.words)
        case _:
            return Quantity(definition.unit.dimension)


def literal_type(number: Number) -> Quantity:
    """The type of a written number."""
    unit = find_unit(number.unit)
    dimension = unit.dimension if unit is not None else DIMENSIONLESS
    bare = number.unit in ("", "万", "亿")
    return Quantity(dimension, bare=bare, zero=number.value == 0, literal=True)


NUMBER = kind("number")
CONDITION = kind("condition")


def describe_type(found: Type) -> Label:
    """A type in a few words, for messages."""
    match found:
        case Quantity():
            unit = describe(found.dimension)
            return kind("number_of", unit=unit) if found.dimension else NUMBER
        case Truth():
            return CONDITION
        case Words():
            return kind("words")
        case Levels():
            return kind("levels", levels="<".join(found.levels))
        case Dates():
            return kind("date")
        case Broken():
            return Label("?", "?")
        case _:
            assert_never(found)


def describe_unit(dimension: Dimension) -> str | Label:
    """A dimension in words of units, for messages."""
    return describe(dimension) if dimension else kind("no_unit")
