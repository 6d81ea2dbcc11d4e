"""The steps that answer questions about subjects, written once for the flags that a batch has.

A place is free again when its formula is not asked for by any later part, and an integer is let go
as soon as nothing is computed from it: what is at work stays within the processor's cache.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import assert_never

import polars as pl

from .columnar_shared import sharing
from .columnar_steps import ALWAYS, NEVER, Kind, Part, Program, Slot, Step
from .columnar_vectors import Width, constant
from .lowering_graph import Graph
from .lowering_present import Shortener
from .lowering_terms import (
    FALSE,
    TRUE,
    Atom,
    Both,
    Column,
    Constant,
    Either,
    Flag,
    Formula,
    Monomial,
    Opposite,
    Poly,
    Relation,
    RootAtom,
)


def program(
    graph: Graph, questions: Sequence[Sequence[Formula]], absent: frozenset[str]
) -> Program:
    """A part for each group of questions, where the flags ``absent`` hold nowhere."""
    short = Shortener(graph, absent)
    groups = [tuple(short.shorter(formula) for formula in group) for group in questions]
    writer = _Writer({id(n): number for number, group in enumerate(groups) for n in _nodes(group)})
    parts = tuple(writer.part(number, group) for number, group in enumerate(groups))
    return Program(parts, writer.places)


def flags_in(formulas: Iterable[Formula]) -> frozenset[str]:
    """The flags of subjects that formulas ask for."""
    return frozenset(
        node.name for node in _nodes(formulas) if isinstance(node, Flag) and not node.table
    )


def _nodes(formulas: Iterable[Formula]) -> Iterator[Formula]:
    """Every node once."""
    seen: set[int] = set()
    waiting = list(formulas)
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting += _parts(node)


def _parts(node: Formula) -> tuple[Formula, ...]:
    match node:
        case Both() | Either():
            return node.parts
        case Opposite():
            return (node.part,)
        case Constant() | Flag() | Atom() | RootAtom():
            return ()
        case _:
            assert_never(node)


@dataclass(slots=True)
class _Writer:
    """Writes steps; knows where what was found before is kept (``last``: until which part)."""

    last: Mapping[int, int]
    places: int = 0
    _kept: dict[int, Slot] = field(default_factory=dict)
    _free: list[Slot] = field(default_factory=list)
    _steps: list[Step] = field(default_factory=list)
    # Within a part: what was computed on the way, and the terms of comparisons.
    _own: dict[tuple[object, ...], Slot] = field(default_factory=dict)
    _integers: set[Slot] = field(default_factory=set)
    _terms: Mapping[int, Poly] = field(default_factory=dict)

    def part(self, number: int, formulas: Sequence[Formula]) -> Part:
        """The steps for one group of questions."""
        self._steps = []
        self._terms = sharing(node for node in _nodes(formulas) if isinstance(node, Atom))
        answers = tuple(map(self._slot, formulas))
        steps = _dropping(self._steps, self._integers)
        done = [key for key in self._kept if self.last[key] <= number]
        free = {self._kept.pop(key) for key in done} | set(self._own.values())
        self._free += sorted(free.difference(self._kept.values()))
        self._own.clear()
        self._integers.clear()
        return Part(tuple(steps), answers)

    # -- formulas -------------------------------------------------------------------------------

    def _slot(self, formula: Formula) -> Slot:
        if formula is TRUE or formula is FALSE:
            return ALWAYS if formula is TRUE else NEVER
        found = self._kept.get(id(formula))
        if found is None:
            found = self._kept[id(formula)] = self._written(formula)
        return found

    def _written(self, formula: Formula) -> Slot:
        match formula:
            case Both() | Either():
                kind = Kind.AND if isinstance(formula, Both) else Kind.OR
                return self._chain(kind, list(map(self._slot, formula.parts)))
            case Opposite():
                return self._step(Kind.NOT, self._slot(formula.part))
            case Flag() if not formula.table:
                return self._step(Kind.COLUMN, name=formula.name)
            case Atom():
                term = self._terms.get(id(formula))
                if term is not None and formula.relation is not Relation.NOT_NEGATIVE:
                    kind = Kind.EQUAL if formula.relation is Relation.ZERO else Kind.GREATER
                    added = [(m, c) for m, c in term.terms if c > 0]
                    taken = [(m, -c) for m, c in term.terms if c < 0]
                    return self._step(kind, self._sum(added), self._sum(taken))
            case _:
                pass
        return self._step(Kind.ASK, formula=formula)

    # -- integers -------------------------------------------------------------------------------

    def _sum(self, terms: Sequence[tuple[Monomial, int]]) -> Slot:
        if not terms:
            return self._number(0)
        return self._chain(Kind.PLUS, [self._product(*term) for term in terms])

    def _product(self, monomial: Monomial, coefficient: int) -> Slot:
        names = [v.origin.name for v in monomial if isinstance(v.origin, Column)]
        factors = [self._integer(Kind.COLUMN, name=name) for name in names]
        if coefficient != 1 or not factors:
            factors.append(self._number(coefficient))
        return self._chain(Kind.TIMES, factors)

    def _number(self, value: int) -> Slot:
        number = constant(value, Width.NARROW)
        return self._integer(Kind.NUMBER, name=str(value), number=number)

    def _integer(self, kind: Kind, *, name: str, number: pl.Series | None = None) -> Slot:
        key = (kind, name)
        if key not in self._own:
            self._own[key] = self._step(kind, name=name, number=number)
        return self._own[key]

    # -- steps ----------------------------------------------------------------------------------

    def _chain(self, kind: Kind, slots: Sequence[Slot]) -> Slot:
        return reduce(lambda first, second: self._pair(kind, first, second), slots)

    def _pair(self, kind: Kind, first: Slot, second: Slot) -> Slot:
        key = (kind, first, second)
        if key not in self._own:
            slot = self._own[key] = self._step(kind, first, second)
            if kind in (Kind.TIMES, Kind.PLUS):
                self._integers.add(slot)
        return self._own[key]

    def _step(
        self,
        kind: Kind,
        first: Slot = NEVER,
        second: Slot = NEVER,
        *,
        name: str = "",
        number: pl.Series | None = None,
        formula: Formula = FALSE,
    ) -> Slot:
        into = self._free.pop() if self._free else self.places
        self.places = max(self.places, into + 1)
        self._steps.append(Step(kind, into, first, second, name, number, formula))
        return into


def _dropping(steps: Sequence[Step], integers: set[Slot]) -> list[Step]:
    """The steps, each integer let go after the last one that needs it."""
    found: list[Step] = []
    waiting = set(integers)
    for step in reversed(steps):
        for slot in {step.first, step.second} & waiting:
            waiting.discard(slot)
            found.append(Step(Kind.DROP, slot))
        found.append(step)
    return found[::-1]
