"""What an expression is lowered to: a number, condition, word or day, and apart from it its gaps.

The laws are those of three-valued logic with one state more (DESIGN 6): what is decided stays
decided; an operation on what cannot exist cannot be done, whatever else is still unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from .lowering_graph import Graph
from .lowering_terms import FALSE, Formula, Poly, Ratio, Relation, common, number


class UnsupportedError(Exception):
    """An expression that columns cannot compute; the message says which kind."""


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Where there is no value: ``unknown`` or ``inapplicable``, never both.

    Of the unknown ones, ``lapses``: may turn out not to be applicable; ``lacking``: something was
    not reported; ``foreign``: not only facts are asked for.
    """

    unknown: Formula = FALSE
    inapplicable: Formula = FALSE
    lapses: Formula = FALSE
    lacking: Formula = FALSE
    foreign: Formula = FALSE


NO_GAP = Gap()


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """A number from ``low`` to ``high``; mostly these are one ratio. Square roots are added to it.

    ``sinks`` and ``rises``: without lower or upper end, of a bound (96%以上) or where only some of
    several numbers are known; then ``lacking``: because something was not reported. ``low_open``
    and ``high_open``: the end itself is left out. ``nearest``: the number it was rounded from, and
    the step. ``roots``: coefficients and squares.
    """

    gap: Gap
    low: Ratio
    high: Ratio
    sinks: Formula = FALSE
    rises: Formula = FALSE
    low_open: Formula = FALSE
    high_open: Formula = FALSE
    lacking: Formula = FALSE
    nearest: "tuple[Number, Fraction] | None" = None
    roots: tuple[tuple[Fraction, Ratio], ...] = ()

    @property
    def constant(self) -> Fraction | None:
        """The number, when it is the same for every subject."""
        plain = self.sinks is FALSE and self.rises is FALSE and not self.roots
        return self.low.constant if plain and self.low == self.high else None


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A condition; ``holds`` counts where there is no gap."""

    gap: Gap
    holds: Formula


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """A word by its code, one of an ordered list by its position, or a day by its number.

    ``text`` is a written word, whose position depends on the list beside it.
    """

    gap: Gap
    code: Poly
    levels: tuple[str, ...] = ()
    text: str | None = None


Lowered: TypeAlias = Number | Truth | Code


def point(ratio: Ratio, gap: Gap = NO_GAP) -> Number:
    """One number."""
    return Number(gap, ratio, ratio)


class Logic:
    """The laws of gaps, conditions and comparisons over one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    # -- gaps -----------------------------------------------------------------------------------

    def has(self, gap: Gap) -> Formula:
        """Where there is a value."""
        return self.graph.opposite(self.graph.either(gap.unknown, gap.inapplicable))

    def absent(self, gaps: Sequence[Gap]) -> Gap:
        """Of operands: what is not applicable comes first, then what is unknown."""
        g = self.graph
        inapplicable = g.either(*(gap.inapplicable for gap in gaps))
        return self._masked(
            g.opposite(inapplicable),
            replace(self._unknown(gaps), inapplicable=FALSE),
            inapplicable=inapplicable,
        )

    def undecided(self, gaps: Sequence[Gap]) -> Gap:
        """Of parts that decide nothing: unknown first, then what is not applicable."""
        g = self.graph
        found = self._unknown(gaps)
        inapplicable = g.either(*(gap.inapplicable for gap in gaps))
        lapses = g.both(found.unknown, g.either(found.lapses, inapplicable))
        return replace(
            found,
            lapses=lapses,
            inapplicable=g.both(inapplicable, g.opposite(found.unknown)),
        )

    def _unknown(self, gaps: Sequence[Gap]) -> Gap:
        g = self.graph
        return Gap(
            unknown=g.either(*(gap.unknown for gap in gaps)),
            lapses=g.either(*(gap.lapses for gap in gaps)),
            lacking=g.either(*(gap.lacking for gap in gaps)),
            foreign=g.either(*(gap.foreign for gap in gaps)),
        )

    def _masked(self, where: Formula, gap: Gap, inapplicable: Formula | None = None) -> Gap:
        g = self.graph
        return Gap(
            unknown=g.both(gap.unknown, where),
            inapplicable=g.both(gap.inapplicable, where) if inapplicable is None else inapplicable,
            lapses=g.both(gap.lapses, where),
            lacking=g.both(gap.lacking, where),
            foreign=g.both(gap.foreign, where),
        )

    def unless(self, decided: Formula, gap: Gap) -> Gap:
        """The gap where nothing decides."""
        return self._masked(self.graph.opposite(decided), gap)

    def cases(self, parts: Iterable[tuple[Formula, Gap]]) -> Gap:
        """The gap of whichever case holds; the cases exclude one another."""
        kept = [self._masked(where, gap) for where, gap in parts]
        g = self.graph
        inapplicable = g.either(*(gap.inapplicable for gap in kept))
        return replace(self._unknown(kept), inapplicable=inapplicable)

    def also_unknown(self, gap: Gap, where: Formula, lacking: Formula = FALSE) -> Gap:
        """Unknown too where a value would be and ``where`` holds, for a reason of its own."""
        if where is FALSE:
            return gap
        g = self.graph
        fresh = g.both(where, self.has(gap))
        return replace(
            gap,
            unknown=g.either(gap.unknown, fresh),
            lacking=g.either(gap.lacking, g.both(fresh, lacking)),
            foreign=g.either(gap.foreign, fresh),
        )

    # -- conditions -----------------------------------------------------------------------------

    def both(self, parts: Sequence[Truth]) -> Truth:
        """All hold: one that fails decides."""
        g = self.graph
        gaps = self.undecided([p.gap for p in parts])
        if gaps.unknown is not FALSE or gaps.inapplicable is not FALSE:
            fails = [g.both(self.has(p.gap), g.opposite(p.holds)) for p in parts]
            gaps = self.unless(g.either(*fails), gaps)
        return Truth(gaps, g.both(*(p.holds for p in parts)))

    def either(self, parts: Sequence[Truth]) -> Truth:
        """Some hold: one that holds decides."""
        return self.opposite(self.both([self.opposite(part) for part in parts]))

    def opposite(self, part: Truth) -> Truth:
        """The negation."""
        return Truth(part.gap, self.graph.opposite(part.holds))

    def at_least(self, least: int, parts: Sequence[Truth]) -> Truth:
        """At least so many hold."""
        g = self.graph
        sure, possible = number(-least), number(len(parts) - least)
        for part in parts:
            has = self.has(part.gap)
            sure += g.indicator(g.both(has, part.holds))
            possible -= g.indicator(g.both(has, g.opposite(part.holds)))
        enough = g.atom(sure, Relation.NOT_NEGATIVE)
        hopeless = g.opposite(g.atom(possible, Relation.NOT_NEGATIVE))
        gaps = self.unless(g.either(enough, hopeless), self.undecided([p.gap for p in parts]))
        return Truth(gaps, enough)

    def yes(self, part: Truth) -> Formula:
        """Where it is decided that it holds."""
        return self.graph.both(self.has(part.gap), part.holds)

    def no(self, part: Truth) -> Formula:
        """Where it is decided that it does not hold."""
        return self.graph.both(self.has(part.gap), self.graph.opposite(part.holds))

    # -- choices --------------------------------------------------------------------------------

    def wide(self, a: Number) -> Formula:
        """Where it is more than one number."""
        g = self.graph
        spread = FALSE if a.low == a.high else g.opposite(self.equal(a.low, a.high))
        return g.both(g.either(a.sinks, a.rises, spread), self.has(a.gap))

    def equal(self, a: Ratio, b: Ratio) -> Formula:
        """a = b."""
        left, right, _ = common(a, b)
        return self.graph.atom(right - left, Relation.ZERO)

    def below(self, a: Ratio, b: Ratio, *, strict: bool) -> Formula:
        """a < b, or a <= b."""
        left, right, _ = common(a, b)
        return self.graph.atom(right - left, Relation.POSITIVE if strict else Relation.NOT_NEGATIVE)

    def same(self, a: Lowered, b: Lowered) -> Formula:
        """Whether two values of one kind are equal, where both have one."""
        if isinstance(a, Number) and isinstance(b, Number):
            return self.equal(a.low, b.low)
        if isinstance(a, Truth) and isinstance(b, Truth):
            g = self.graph
            return g.either(
                g.both(a.holds, b.holds), g.both(g.opposite(a.holds), g.opposite(b.holds))
            )
        if isinstance(a, Code) and isinstance(b, Code):
            return self.graph.atom(a.code - b.code, Relation.ZERO)
        raise UnsupportedError("a choice between values of two kinds")

    def chosen(self, test: Formula, a: Lowered, b: Lowered, gap: Gap) -> Lowered:
        """One of two values of one kind."""
        g = self.graph
        if isinstance(a, Number) and isinstance(b, Number):
            low = g.chosen(test, a.low, b.low)
            single = a.low == a.high and b.low == b.high
            nothing = Ratio(number(0))
            return Number(
                gap,
                low,
                low if single else g.chosen(test, a.high, b.high),
                self.pick(test, a.sinks, b.sinks),
                self.pick(test, a.rises, b.rises),
                self.pick(test, a.low_open, b.low_open),
                self.pick(test, a.high_open, b.high_open),
                self.pick(test, a.lacking, b.lacking),
                roots=(
                    *((c, g.chosen(test, square, nothing)) for c, square in a.roots),
                    *((c, g.chosen(test, nothing, square)) for c, square in b.roots),
                ),
            )
        if isinstance(a, Truth) and isinstance(b, Truth):
            return Truth(gap, self.pick(test, a.holds, b.holds))
        if isinstance(a, Code) and isinstance(b, Code):
            text = a.text if a.text == b.text else None
            return Code(gap, g.choice(test, a.code, b.code), a.levels or b.levels, text)
        raise UnsupportedError("a choice between values of two kinds")

    def pick(self, test: Formula, a: Formula, b: Formula) -> Formula:
        """One of two formulas."""
        g = self.graph
        return a if a is b else g.either(g.both(test, a), g.both(g.opposite(test), b))
