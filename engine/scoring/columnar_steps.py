"""Steps over columns, and how they are carried out on one chunk of subjects.

Steps keep what they find in numbered places. Integers are all of 64 bits: for what may need more
the frame is asked.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, TypeAlias

import polars as pl

from .columnar_frame import Frame
from .columnar_vectors import Mask
from .lowering_terms import FALSE, Formula

# A place for what a step finds, or one of the two below.
Slot: TypeAlias = int
NEVER, ALWAYS = -1, -2


class Kind(IntEnum):
    """What a step does."""

    AND = 0
    OR = 1
    NOT = 2
    TIMES = 3
    PLUS = 4
    GREATER = 5
    EQUAL = 6
    COLUMN = 7
    NUMBER = 8
    ASK = 9
    DROP = 10


class Step(NamedTuple):
    """One operation; what it works on depends on its kind."""

    kind: Kind
    into: Slot
    first: Slot = NEVER
    second: Slot = NEVER
    name: str = ""
    number: pl.Series | None = None
    formula: Formula = FALSE


@dataclass(frozen=True, slots=True)
class Part:
    """Steps, and then where the answers to some questions are."""

    steps: tuple[Step, ...]
    answers: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """Parts to be carried out in order, and how many places they take."""

    parts: tuple[Part, ...]
    places: int


class Places:
    """What was found so far on one chunk, by place."""

    def __init__(self, program: Program, frame: Frame) -> None:
        self.frame = frame
        self.found: list[pl.Series] = [_NONE] * program.places

    def answers(self, part: Part) -> list[Mask]:
        """Where each question of a part holds."""
        self._carry_out(part)
        return [slot == ALWAYS if slot < 0 else self.found[slot] for slot in part.answers]

    def _carry_out(self, part: Part) -> None:
        found, columns = self.found, self.frame.columns
        for kind, into, first, second, name, number, formula in part.steps:
            if kind is _AND:
                found[into] = found[first] & found[second]
            elif kind is _OR:
                found[into] = found[first] | found[second]
            elif kind is _NOT:
                found[into] = ~found[first]
            elif kind is _COLUMN:
                found[into] = columns[name]
            elif kind is _TIMES:
                found[into] = found[first] * found[second]
            elif kind is _DROP:
                found[into] = _NONE
            elif kind is _GREATER:
                found[into] = found[first] > found[second]
            elif number is not None:
                found[into] = number
            elif kind is _EQUAL:
                found[into] = found[first] == found[second]
            elif kind is _PLUS:
                found[into] = found[first] + found[second]
            else:
                found[into] = self.frame.everywhere(formula)


_NONE = pl.Series([], dtype=pl.Boolean)
# Looked up once: steps are many.
_AND, _OR, _NOT, _TIMES, _PLUS = Kind.AND, Kind.OR, Kind.NOT, Kind.TIMES, Kind.PLUS
_GREATER, _EQUAL, _COLUMN, _DROP = Kind.GREATER, Kind.EQUAL, Kind.COLUMN, Kind.DROP
