"""Comparisons lowered to atoms: cross-multiplied, rounding moved into the limit, roots squared."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from ..language.expression import MIRRORED, Op
from .lowering_terms import FALSE, Formula, Ratio, Relation, fraction, number
from .lowering_values import Code, Logic, Lowered, Number, Truth, UnsupportedError, point

Escape = Callable[[Formula, str], None]


class Comparing:
    """The comparisons of one graph; ``escape`` takes the rows that need more than columns."""

    def __init__(self, logic: Logic, escape: Escape) -> None:
        self.logic = logic
        self.graph = logic.graph
        self.escape = escape

    def relate(self, op: Op, a: Lowered, b: Lowered) -> Truth:
        """One comparison of two values of one kind."""
        if op is Op.NE:
            return self.logic.opposite(self.relate(Op.EQ, a, b))
        match a, b:
            case Number(), Number():
                return self.numbers(op, a, b)
            case Truth(), Truth():
                return Truth(self.logic.absent([a.gap, b.gap]), self.logic.same(a, b))
            case Code(), Code():
                return self.codes(op, a, b)
            case _:
                raise UnsupportedError("a comparison of two kinds")

    def codes(self, op: Op, a: Code, b: Code) -> Truth:
        """Words by their code; where one has a list, a written word by its position in it."""
        first, second = _placed(a, b.levels), _placed(b, a.levels)
        gap = self.logic.absent([a.gap, b.gap])
        if first is None or second is None:
            if op is Op.EQ:
                return Truth(gap, FALSE)
            raise UnsupportedError("the order of a word that is not in the list")
        one, two = point(Ratio(first.code)), point(Ratio(second.code))
        return Truth(gap, self.numbers(op, one, two).holds)

    def numbers(self, op: Op, a: Number, b: Number) -> Truth:
        """A comparison, decided where the ends decide it."""
        for one, other, turned in ((a, b, op), (b, a, MIRRORED[op])):
            limit = other.constant
            if one.nearest is not None and limit is not None and other.nearest is None:
                found = self.rounded(turned, *one.nearest, limit)
                gap = self.logic.absent([a.gap, b.gap])
                return Truth(
                    self.logic.also_unknown(gap, found.gap.unknown, found.gap.lacking), found.holds
                )
        if op in (Op.GT, Op.GE):
            return self.numbers(MIRRORED[op], b, a)
        if a.roots or b.roots:
            return self.roots(op, a, b)
        g, logic = self.graph, self.logic
        gap = logic.absent([a.gap, b.gap])
        spread = g.either(logic.wide(a), logic.wide(b))
        if op is Op.EQ:
            holds = g.both(g.opposite(spread), logic.equal(a.low, b.low))
            if spread is FALSE:
                return Truth(gap, holds)
            apart = g.either(self._before(a, b, strict=True), self._before(b, a, strict=True))
            still_open = g.both(spread, g.opposite(apart))
        else:
            strict = op is Op.LT
            holds = self._before(a, b, strict=strict)
            fails = self._before(b, a, strict=not strict)
            still_open = g.both(spread, g.opposite(g.either(holds, fails)))
        lacking = g.either(a.lacking, b.lacking)
        return Truth(logic.also_unknown(gap, still_open, lacking), holds)

    def _before(self, a: Number, b: Number, *, strict: bool) -> Formula:
        """Whether every value of a is below every value of b; an open end is never reached."""
        g, logic = self.graph, self.logic
        finite = g.opposite(g.either(a.rises, b.sinks))
        below = logic.below(a.high, b.low, strict=strict)
        if strict:
            left_out = g.either(a.high_open, b.low_open)
            below = g.either(below, g.both(left_out, logic.equal(a.high, b.low)))
        return g.both(finite, below)

    def rounded(self, op: Op, inner: Number, step: Fraction, limit: Fraction) -> Truth:
        """``half_up(inner / step) op limit / step`` without rounding; its ends are closed."""
        closed = replace(inner, low_open=FALSE, high_open=FALSE)
        edge = limit / step
        upper, lower = floor(edge) + 1, ceil(edge)
        match op:
            case Op.GE:
                return self._reaches(closed, step, lower)
            case Op.GT:
                return self._reaches(closed, step, upper)
            case Op.LT:
                return self.logic.opposite(self._reaches(closed, step, lower))
            case Op.LE:
                return self.logic.opposite(self._reaches(closed, step, upper))
            case _:
                above = self.logic.opposite(self._reaches(closed, step, upper))
                return self.logic.both([self._reaches(closed, step, lower), above])

    def _reaches(self, inner: Number, step: Fraction, whole: int) -> Truth:
        """Whether it rounds to ``whole`` or more; halves go away from zero."""
        edge = point(fraction((whole - Fraction(1, 2)) * step))
        return self.numbers(Op.GT if whole <= 0 else Op.GE, inner, edge)

    # -- square roots ---------------------------------------------------------------------------

    def roots(self, op: Op, a: Number, b: Number) -> Truth:
        """One root against a number is its square against the square; more are left to atoms."""
        g, logic = self.graph, self.logic
        for n in (a, b):
            self.escape(logic.wide(n), "a square root beside a bound")
        gap = logic.absent([a.gap, b.gap])
        # b - a, which is positive for a < b
        rest = b.low + -a.low
        roots = (*b.roots, *((-c, square) for c, square in a.roots))
        if len(roots) > 1:
            relation = {Op.LT: Relation.POSITIVE, Op.LE: Relation.NOT_NEGATIVE}
            return Truth(gap, g.root_atom(rest, roots, relation.get(op, Relation.ZERO)))
        ((coefficient, square),) = roots
        limit = -rest * fraction(1 / abs(coefficient))
        if coefficient < 0:
            limit = -limit
        # With a positive coefficient the question is √square > limit, else √square < limit.
        negative = g.atom(-limit.over, Relation.POSITIVE)
        squared = limit * limit
        strict = op is Op.LT
        if op is Op.EQ:
            return Truth(gap, g.both(g.opposite(negative), logic.equal(square, squared)))
        if coefficient > 0:
            above = logic.below(squared, square, strict=strict)
            return Truth(gap, g.either(negative, above))
        under = logic.below(square, squared, strict=strict)
        return Truth(gap, g.both(g.opposite(negative), under))


def _placed(code: Code, levels: tuple[str, ...]) -> Code | None:
    """A written word beside an ordered list stands for its position in it."""
    if code.text is None or not levels or code.levels:
        return code
    if code.text not in levels:
        return None
    return Code(code.gap, number(levels.index(code.text)), levels)
