"""Formulas made shorter for a batch in which some flags hold nowhere.

Most of a formula asks for what is missing, not applicable, or only bounded, and most facts are
none of it for any subject. Law: wherever those flags do not hold the shorter formula says the same.
"""

from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from .lowering_graph import Graph
from .lowering_terms import (
    FALSE,
    TRUE,
    Atom,
    Both,
    Constant,
    Either,
    Flag,
    Formula,
    Opposite,
    RootAtom,
)

# What is known of formulas, by their identity.
Known: TypeAlias = dict[int, bool]
# How deep a part is looked into for what the others say: most of what there is to find is near.
_DEPTH = 2


@dataclass(slots=True)
class Shortener:
    """Shortens formulas of one graph in which the flags ``absent`` of subjects hold nowhere."""

    graph: Graph
    absent: frozenset[str]
    _short: dict[int, Formula] = field(default_factory=dict)

    def shorter(self, formula: Formula) -> Formula:
        """The same question with fewer steps."""
        found = self._short.get(id(formula))
        if found is None:
            found = self._short[id(formula)] = self._shorter(formula)
        return found

    def _shorter(self, formula: Formula) -> Formula:
        match formula:
            case Both() | Either():
                parts = tuple(map(self.shorter, formula.parts))
                return self._joined(parts, every=isinstance(formula, Both))
            case Opposite():
                return self.graph.opposite(self.shorter(formula.part))
            case Flag():
                return FALSE if formula.name in self.absent and not formula.table else formula
            case Constant() | Atom() | RootAtom():
                return formula
            case _:
                assert_never(formula)

    def _joined(self, parts: tuple[Formula, ...], *, every: bool) -> Formula:
        """All or any of the parts, each without what the others say already."""
        join = self.graph.both if every else self.graph.either
        while True:
            whole = join(*parts)
            if not isinstance(whole, Both | Either):
                return whole
            lean = self._lean(whole.parts, every=isinstance(whole, Both))
            if lean is None:
                return whole
            parts = lean

    def _lean(self, parts: tuple[Formula, ...], *, every: bool) -> tuple[Formula, ...] | None:
        """The parts with one of them made shorter; None where none can be.

        Where all are to hold, each is looked at where the others do; for any, where they do not.
        """
        joined = [part for part in parts if isinstance(_whole(part), Both | Either)]
        if not joined:
            return None
        for part in joined:
            known: Known = {}
            for other in parts:
                if other is not part:
                    _assume(other, every, known)
            short = self._beside(part, known, _DEPTH)
            if short is not part:
                return (*(other for other in parts if other is not part), short)
        return None

    def _beside(self, formula: Formula, known: Known, depth: int) -> Formula:
        """The formula where something is known."""
        holds = known.get(id(formula))
        if holds is not None:
            return TRUE if holds else FALSE
        match formula:
            case Opposite():
                part = self._beside(formula.part, known, depth)
                return formula if part is formula.part else self.graph.opposite(part)
            case Both() | Either() if depth:
                parts = tuple(self._beside(part, known, depth - 1) for part in formula.parts)
                if all(a is b for a, b in zip(parts, formula.parts, strict=True)):
                    return formula
                return self._joined(parts, every=isinstance(formula, Both))
            case _:
                return formula


def _whole(part: Formula) -> Formula:
    return part.part if isinstance(part, Opposite) else part


def _assume(formula: Formula, holds: bool, known: Known) -> None:
    """Add that a formula holds or not, and what follows for its parts."""
    known[id(formula)] = holds
    if isinstance(formula, Opposite):
        _assume(formula.part, not holds, known)
    elif isinstance(formula, Both if holds else Either):
        for part in formula.parts:
            _assume(part, holds, known)
