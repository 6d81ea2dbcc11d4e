"""Aggregates over the rows of a table, lowered to sums and extremes of integers over rows.

Rows whose condition or cell is unknown widen a count and leave a sum unknown; nothing is skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ..language.expression import Aggregate, Kind
from .lowering_graph import Graph
from .lowering_inputs import Scope
from .lowering_terms import FALSE, TRUE, Formula, Poly, Ratio, Relation, number
from .lowering_values import NO_GAP, Gap, Logic, Lowered, Number, Truth, point

if TYPE_CHECKING:
    from .lowering import Lowerer


@dataclass(frozen=True, slots=True)
class Rows:
    """What holds of the rows of one table, for a subject."""

    graph: Graph
    logic: Logic
    table: str
    most: int

    def any(self, where: Formula) -> Formula:
        """Whether some row satisfies it."""
        if where is FALSE:
            return FALSE
        return self.graph.atom(self.count(where), Relation.POSITIVE)

    def count(self, where: Formula) -> Poly:
        """How many rows satisfy it."""
        if where is TRUE:
            return self.graph.column(f"{self.table}#", 0, self.most)
        return self.graph.total(self.table, self.graph.indicator(where), self.most)

    def product(self, first: Ratio, second: Ratio, where: Formula) -> Ratio:
        """The sum of a product over the rows that satisfy it."""
        factors = tuple(f for f in (first, second) if f.constant != 1)
        return self.sum(first * second, where, factors)

    def sum(self, ratio: Ratio, where: Formula, factors: tuple[Ratio, ...] = ()) -> Ratio:
        """The sum of a number, of which factors may be known, over the rows that satisfy it."""
        g = self.graph
        if ratio.constant is not None:
            return Ratio(self.count(where)) * ratio
        if ratio.under.constant is not None:
            over = g.choice(where, ratio.over, number(0))
            return Ratio(g.total(self.table, over, self.most), ratio.under)
        return g.exact(self.table, ratio, where, "sum", factors)

    def gap(self, gaps: Sequence[tuple[Formula, Gap]]) -> Gap:
        """Where rows (each kind with where it counts) have a gap of any kind: not masked yet."""
        g = self.graph

        def some(formulas: Sequence[tuple[Formula, Formula]]) -> Formula:
            return self.any(g.either(*(g.both(where, f) for where, f in formulas)))

        return Gap(
            unknown=some([(w, x.unknown) for w, x in gaps]),
            inapplicable=some([(w, x.inapplicable) for w, x in gaps]),
            lapses=some([(w, x.lapses) for w, x in gaps]),
            lacking=some([(w, x.lacking) for w, x in gaps]),
            foreign=some([(w, x.foreign) for w, x in gaps]),
        )


def aggregate(lowerer: "Lowerer", expr: Aggregate, scope: Scope) -> Lowered:
    """The aggregate, with the gaps of the table itself."""
    rows = Rows(lowerer.graph, lowerer.logic, expr.table, lowerer.inputs.most_rows)
    inside = replace(scope, table=expr.table)
    selected = Truth(NO_GAP, TRUE)
    if expr.where is not None:
        selected = lowerer.condition(expr.where, inside)
    g, logic = lowerer.graph, lowerer.logic
    chosen = g.opposite(g.either(logic.no(selected), selected.gap.inapplicable))
    match expr.kind:
        case Kind.COUNT:
            found: Lowered = _count(rows, selected)
        case Kind.ALL | Kind.ANY:
            wanted = Truth(NO_GAP, TRUE)
            if expr.value is not None:
                wanted = lowerer.condition(expr.value, inside)
            found = _decided(rows, selected, wanted, chosen, every=expr.kind is Kind.ALL)
        case Kind.SHARE:
            found = _share(lowerer, rows, expr, inside, selected, chosen)
        case _:
            found = _of_values(lowerer, rows, expr, inside, selected, chosen)
    own = lowerer.inputs.table(expr.table)
    here = g.opposite(g.either(own.unknown, own.inapplicable))
    gap = logic.cases([(own.unknown, own), (own.inapplicable, own), (here, found.gap)])
    return replace(found, gap=gap)


def _count(rows: Rows, selected: Truth) -> Number:
    sure = rows.count(rows.logic.yes(selected))
    if selected.gap.unknown is FALSE:
        return point(Ratio(sure))
    most = sure + rows.count(selected.gap.unknown)
    return Number(NO_GAP, Ratio(sure), Ratio(most), lacking=rows.any(selected.gap.lacking))


def _decided(rows: Rows, selected: Truth, wanted: Truth, chosen: Formula, *, every: bool) -> Truth:
    """All selected rows satisfy the condition, or some do: one row decides, else what is open."""
    g, logic = rows.graph, rows.logic
    if every:
        each = logic.either([logic.opposite(selected), wanted])
        decides = rows.any(g.both(chosen, logic.no(each)))
    else:
        each = logic.both([selected, wanted])
        decides = rows.any(g.both(chosen, logic.yes(each)))
    gap = logic.unless(decides, _undecided(logic, rows.gap([(chosen, each.gap)])))
    return Truth(gap, g.opposite(decides) if every else decides)


def _undecided(logic: Logic, gap: Gap) -> Gap:
    """Rows that decide nothing: unknown ones first, then those that are not applicable."""
    return logic.undecided([gap])


def _absent(logic: Logic, gap: Gap) -> Gap:
    return logic.absent([gap])


def _share(
    lowerer: "Lowerer",
    rows: Rows,
    expr: Aggregate,
    inside: Scope,
    selected: Truth,
    chosen: Formula,
) -> Number:
    """Rows (or weight) that satisfy the condition over all selected rows."""
    logic = rows.logic
    base: Formula = TRUE
    if expr.value is None:
        within, whole = selected, Truth(NO_GAP, TRUE)
    else:
        wanted = lowerer.condition(expr.value, inside)
        within, whole, base = logic.both([selected, wanted]), selected, chosen
    weight = lowerer.numbers.constant(1)
    if expr.weight is not None:
        weight = lowerer.number(expr.weight, inside)
        lowerer.numbers.plain(weight)
    over, over_gap = _weigh(rows, within, weight, base)
    under, under_gap = _weigh(rows, whole, weight, base)
    gap = logic.undecided([over_gap, under_gap])
    ratio = lowerer.numbers.divide(point(over), point(under))
    # No rows at all is a zero divisor too: both leave the share unknown.
    return replace(ratio, gap=logic.also_unknown(gap, ratio.gap.unknown))


def _weigh(rows: Rows, condition: Truth, weight: Number, base: Formula) -> tuple[Ratio, Gap]:
    """The weight of the rows for which a condition holds, and the gap of the rest."""
    g, logic = rows.graph, rows.logic
    part = g.both(base, g.opposite(g.either(logic.no(condition), condition.gap.inapplicable)))
    gap = _undecided(logic, rows.gap([(part, condition.gap), (part, weight.gap)]))
    return rows.sum(weight.low, part), gap


def _of_values(
    lowerer: "Lowerer",
    rows: Rows,
    expr: Aggregate,
    inside: Scope,
    selected: Truth,
    chosen: Formula,
) -> Number:
    """Sum, mean, extremes, coefficient of variation."""
    g, logic = rows.graph, rows.logic
    assert expr.value is not None
    value = lowerer.number(expr.value, inside)
    lowerer.numbers.plain(value)
    weight = lowerer.numbers.constant(1)
    if expr.weight is not None:
        weight = lowerer.number(expr.weight, inside)
        lowerer.numbers.plain(weight)
    cells = rows.gap([(chosen, value.gap), (chosen, weight.gap)])
    open_rows = rows.gap([(chosen, selected.gap)])
    opened = open_rows.unknown
    gap = logic.cases(
        [
            (opened, logic.undecided([open_rows, cells])),
            (g.opposite(opened), _absent(logic, cells)),
        ]
    )
    ones = rows.count(chosen)
    if expr.kind is Kind.SUM:
        return point(rows.sum(value.low, chosen), gap)
    empty = g.opposite(g.atom(ones, Relation.POSITIVE))
    gap = logic.also_unknown(gap, empty)
    if expr.kind in (Kind.MIN, Kind.MAX):
        return _extreme(rows, value.low, chosen, gap, least=expr.kind is Kind.MIN)
    weighed = rows.product(value.low, weight.low, chosen)
    whole = rows.sum(weight.low, chosen)
    if expr.kind is Kind.MEAN:
        mean = lowerer.numbers.divide(point(weighed), point(whole))
        return replace(mean, gap=logic.also_unknown(gap, mean.gap.unknown))
    squares = rows.product(value.low, value.low * weight.low, chosen)
    negative = rows.any(g.both(chosen, g.atom(-weight.low.over, Relation.POSITIVE)))
    nothing = g.either(
        g.atom(whole.over, Relation.ZERO), g.atom(weighed.over, Relation.ZERO), negative
    )
    # (spread / mean)² = (Σwx² · Σw − (Σwx)²) / (Σwx)²
    square = squares * whole + -(weighed * weighed)
    over_mean = Ratio(weighed.under * weighed.under, weighed.over * weighed.over)
    zero = Ratio(number(0))
    roots = ((Fraction(1), square * over_mean),)
    return Number(logic.also_unknown(gap, nothing), zero, zero, roots=roots)


def _extreme(rows: Rows, ratio: Ratio, chosen: Formula, gap: Gap, *, least: bool) -> Number:
    """The least or greatest; of fractions with different denominators each row by itself."""
    if ratio.under.constant is None:
        return point(rows.graph.exact(rows.table, ratio, chosen, "least" if least else "most"), gap)
    over = rows.graph.extreme(rows.table, ratio.over, chosen, least=least)
    return point(Ratio(over, ratio.under), gap)
