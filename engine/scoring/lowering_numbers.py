"""Arithmetic of lowered numbers: sums, products, quotients, extremes, rounding."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from .lowering_terms import (
    FALSE,
    Formula,
    Poly,
    Ratio,
    Relation,
    fraction,
)
from .lowering_values import NO_GAP, Gap, Logic, Number, UnsupportedError, point

Escape = Callable[[Formula, str], None]


class Arithmetic:
    """Operations that keep to points; ``escape`` takes the rows for which that is not enough."""

    def __init__(self, logic: Logic, escape: Escape) -> None:
        self.logic = logic
        self.graph = logic.graph
        self.escape = escape

    def plain(self, *numbers: Number) -> None:
        """From here on the numbers are taken for rational points."""
        self.rational(*numbers)
        for n in numbers:
            self.escape(self.logic.wide(n), "more than one number is possible")

    def rational(self, *numbers: Number) -> None:
        """From here on the numbers are taken for rational ones, intervals perhaps."""
        if any(n.roots for n in numbers):
            raise UnsupportedError("a square root in a place where only fractions can be computed")

    def negate(self, a: Number) -> Number:
        return Number(
            a.gap,
            -a.high,
            -a.low,
            a.rises,
            a.sinks,
            a.high_open,
            a.low_open,
            a.lacking,
            roots=tuple((-c, square) for c, square in a.roots),
        )

    def add(self, a: Number, b: Number) -> Number:
        g = self.graph
        low = g.short(a.low + b.low)
        single = a.low == a.high and b.low == b.high
        return Number(
            self.logic.absent([a.gap, b.gap]),
            low,
            low if single else g.short(a.high + b.high),
            g.either(a.sinks, b.sinks),
            g.either(a.rises, b.rises),
            g.either(a.low_open, b.low_open),
            g.either(a.high_open, b.high_open),
            g.either(a.lacking, b.lacking),
            roots=(*a.roots, *b.roots),
        )

    def multiply(self, a: Number, b: Number) -> Number:
        for one, other in ((a, b), (b, a)):
            factor = one.constant
            if factor is not None:
                return self._scaled(other, factor)
        self.plain(a, b)
        return point(self.graph.short(a.low * b.low), self.logic.absent([a.gap, b.gap]))

    def _scaled(self, a: Number, factor: Fraction) -> Number:
        """So many times a number; a bound stays one, a root stays a root."""
        if factor < 0:
            return self._scaled(self.negate(a), -factor)
        if factor == 0:
            self.plain(a)
            return point(fraction(factor), a.gap)
        low = a.low * fraction(factor)
        return replace(
            a,
            low=low,
            high=low if a.low == a.high else a.high * fraction(factor),
            nearest=None,
            roots=tuple((c * factor, square) for c, square in a.roots),
        )

    def divide(self, a: Number, b: Number) -> Number:
        """Unknown where the divisor is zero."""
        divisor = b.constant
        if divisor:
            return self._scaled(a, 1 / divisor)
        self.plain(a, b)
        gap = self.logic.absent([a.gap, b.gap])
        zero = self.graph.atom(b.low.over, Relation.ZERO)
        ratio = self.graph.short(a.low * self._reciprocal(b.low))
        return point(ratio, self.logic.also_unknown(gap, zero))

    def _reciprocal(self, b: Ratio) -> Ratio:
        """1 / b with a positive denominator, for any b but zero."""
        low, high = b.over.span
        if low is not None and low >= 0:
            return Ratio(b.under, b.over)
        if high is not None and high <= 0:
            return Ratio(-b.under, -b.over)
        g = self.graph
        negative = g.atom(-b.over, Relation.POSITIVE)
        return Ratio(g.choice(negative, -b.under, b.under), g.choice(negative, -b.over, b.over))

    def extreme(self, values: Sequence[Number], *, least: bool) -> Number:
        """min and max: where some are unknown, the others still are an end of the result."""
        self.plain(*values)
        g, logic = self.graph, self.logic
        gaps = [v.gap for v in values]
        best, present = values[0].low, logic.has(gaps[0])
        for value in values[1:]:
            has = logic.has(value.gap)
            closer = (
                logic.below(value.low, best, strict=True)
                if least
                else logic.below(best, value.low, strict=True)
            )
            best = g.chosen(g.both(has, g.either(g.opposite(present), closer)), value.low, best)
            present = g.either(present, has)
        gap = logic.absent(gaps)
        if gap.unknown is FALSE:
            return point(best, gap)
        lost = g.either(g.opposite(present), gap.lapses)
        opened = g.both(gap.unknown, g.opposite(lost))
        whole = logic.unless(opened, gap)
        sinks, rises = (opened, FALSE) if least else (FALSE, opened)
        return Number(whole, best, best, sinks, rises, lacking=g.both(opened, gap.lacking))

    # -- rounding -------------------------------------------------------------------------------

    def absolute(self, a: Number) -> Number:
        self.plain(a)
        low, high = a.low.over.span
        if low is not None and low >= 0:
            return point(a.low, a.gap)
        if high is not None and high <= 0:
            return point(-a.low, a.gap)
        negative = self.graph.atom(-a.low.over, Relation.POSITIVE)
        over = self.graph.choice(negative, -a.low.over, a.low.over)
        return point(Ratio(over, a.low.under), a.gap)

    def _whole(self, a: Number, whole: Poly) -> Number:
        """A number with roots as a whole number; bounds beside roots are left alone."""
        self.escape(self.logic.wide(a), "a square root beside a bound")
        return point(Ratio(whole), a.gap)

    def floor(self, a: Number) -> Number:
        if a.roots:
            return self._whole(a, self.graph.root_whole(a.low, a.roots, nearest=False))
        return self._monotone(a, self._down)

    def ceiling(self, a: Number) -> Number:
        if a.roots:
            return self.negate(self.floor(self.negate(a)))
        return self._monotone(a, lambda ratio: -self._down(-ratio))

    def half_up(self, a: Number, step: Fraction) -> Number:
        """To the nearest multiple of ``step``, halves away from zero."""
        if a.roots:
            inner = self._scaled(a, 1 / step)
            whole = self.graph.root_whole(inner.low, inner.roots, nearest=True)
            return replace(self._scaled(self._whole(a, whole), step), nearest=(a, step))
        return replace(
            self._monotone(a, lambda ratio: self._nearest(ratio, step)), nearest=(a, step)
        )

    def _monotone(self, a: Number, step: Callable[[Ratio], Ratio]) -> Number:
        self.rational(a)
        low = step(a.low)
        high = low if a.low == a.high else step(a.high)
        return Number(a.gap, low, high, a.sinks, a.rises, lacking=a.lacking)

    def _down(self, ratio: Ratio) -> Ratio:
        if ratio.under.constant == 1:
            return ratio
        return Ratio(self.graph.quotient(ratio.over, ratio.under))

    def _nearest(self, ratio: Ratio, step: Fraction) -> Ratio:
        g = self.graph
        over = ratio.over.scaled(step.denominator)
        under = ratio.under.scaled(step.numerator)
        low, _ = over.span
        if low is not None and low >= 0:
            whole = g.quotient(over.scaled(2) + under, under.scaled(2))
        else:
            negative = g.atom(-over, Relation.POSITIVE)
            size = g.choice(negative, -over, over)
            near = g.quotient(size.scaled(2) + under, under.scaled(2))
            whole = g.choice(negative, -near, near)
        return Ratio(whole) * fraction(step)

    def constant(self, value: Fraction | int, gap: Gap = NO_GAP) -> Number:
        return point(fraction(Fraction(value)), gap)
