"""The grade of one sheet as terms of the solver: outcomes, counts, points, conditions, final rank.

Conditions are pairs of terms, where they hold and where they fail; a share of nothing does neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

import z3

from ..language.expression import (
    And,
    Arithmetic,
    Call,
    Compare,
    Expr,
    Function,
    In,
    Kind,
    Negate,
    Not,
    Op,
    Or,
    Sign,
    Special,
    Tally,
    Word,
)
from ..language.expression import Number as WrittenNumber
from ..language.model import ASSESSED, Outcome
from ..scoring.lowering_levels import POSSIBLE
from ..scoring.lowering_terms import Ratio
from ..scoring.lowering_values import Number, Truth, UnsupportedError
from .grade_counts import Counter
from .verify_junctions import (
    Term,
    Test,
    conjunction,
    disjunction,
    either,
    negation,
    number_of,
    value_of,
)
from .verify_terms import Translation
from .verify_whole import TOTAL, Whole

NOT_MET = POSSIBLE.index(Outcome.NOT_MET)
NOT_APPLICABLE = POSSIBLE.index(Outcome.NOT_APPLICABLE)


class Judged(NamedTuple):
    """Where a condition holds and where it fails."""

    yes: Test
    no: Test

    def taken(self, *, open_holds: bool) -> Test:
        """Whether it holds where that is settled, and else as asked."""
        return negation(self.no) if open_holds else self.yes


class Quantity(NamedTuple):
    """``over / under`` with a positive ``under`` wherever it is known."""

    over: Term
    under: Term
    known: Test


@dataclass(frozen=True, slots=True)
class Alike:
    """Criteria that the rule sees alike and of which only the numbers of outcomes are looked at."""

    domain: str
    veto: bool
    counts: tuple[Term, ...]


@dataclass(slots=True)
class Grading:
    """A rule over one sheet: ``chosen`` are the outcomes of criteria that are looked at one by one.

    ``rest`` are the others, and ``rest_points`` what they give.
    """

    whole: Whole
    sheet: Translation
    chosen: Mapping[str, tuple[Test, ...]]
    rest: Sequence[Alike] = ()
    rest_points: Term = 0
    sides: list[Test] = field(default_factory=list)
    _settled: list[Test] = field(default_factory=list)

    # -- the rule -------------------------------------------------------------------------------

    def __post_init__(self) -> None:
        if self.whole.uses_points:
            self.sides.append(self._total())

    def rank(self, *, open_holds: bool = False) -> Term:
        """The position on the scale; beyond it without a grade.

        What is not settled is taken to fail, or to hold: both are among the grades still possible.
        """
        rule = self.whole.rule
        last = len(rule.scale) - 1
        self._settled = []
        awards: list[tuple[int, Test]] = []
        for award in rule.award:
            # Whatever stands behind an award that holds is not asked.
            before = [holds for _, holds in awards]
            when = self._asked(award.when, before)
            awards.append((rule.rank(award.grade), when.taken(open_holds=open_holds)))
        rank: Term = z3.IntVal(last + 1)
        for place, holds in reversed(awards):
            rank = either(holds, place, rank)
        given = rank
        for cap in rule.caps:
            limit = rule.rank(cap.at_most)
            acts = self._asked(cap.when).taken(open_holds=open_holds)
            acts = conjunction((acts, rank < limit))
            rank = either(acts, limit, rank)
        steps: Term = z3.IntVal(0)
        for downgrade in rule.downgrades:
            acts = self._asked(downgrade.when).taken(open_holds=open_holds)
            if rule.strongest:
                acts = conjunction((acts, steps < downgrade.by))
                steps = either(acts, downgrade.by, steps)
            else:
                steps = either(acts, steps + downgrade.by, steps)
        rank = rank + steps
        return z3.If(given > last, given, z3.If(rank > last, last, rank))

    def settled(self) -> Test:
        """No condition is open; ask for the rank first."""
        return conjunction(self._settled)

    def enough(self) -> Test:
        """So many criteria apply that there is a grade."""
        least = self.whole.rule.min_applicable
        return True if not least else self._sum(ASSESSED, None) >= least

    def counts(self, counter: Counter, number: int) -> Test:
        """What the rule counts comes to that number."""
        match counter.kind:
            case "outcome":
                return self._sum((Outcome(counter.name),), counter.domain) == number
            case "applicable":
                return self._sum(ASSESSED, counter.domain) == number
            case "veto":
                return self._veto() if number else negation(self._veto())
            case "criterion":
                return self.chosen[counter.name][number - 1]
            case _:
                return True

    def _asked(self, when: Expr | None, unless: Sequence[Test] = ()) -> Judged:
        found = Judged(True, False) if when is None else self._condition(when)
        self._settled.append(disjunction((found.yes, found.no, *unless)))
        return found

    def _total(self) -> Test:
        """The total is what the criteria give."""
        total = self.rest_points
        for name, points in self.whole.points.items():
            if name in self.chosen:
                total = total + self._given(points.low, name)
        column = self.sheet.column(TOTAL)
        return column == total

    def _given(self, ratio: Ratio, name: str) -> Term:
        """The points of one criterion as one number."""
        over, under = self.sheet.term(ratio.over), self.sheet.term(ratio.under)
        if isinstance(under, int):
            return value_of(Fraction(1, under)) * number_of(over)
        given = z3.Real(self.sheet.named(f"points~{name}"))
        self.sides.append(given * under == over)
        return given

    # -- conditions -----------------------------------------------------------------------------

    def _condition(self, expr: Expr) -> Judged:
        leaf = self.whole.lowered.leaves.get(expr)
        if isinstance(leaf, Truth):
            logic = self.whole.space.lowerer.logic
            return Judged(self.sheet.test(logic.yes(leaf)), self.sheet.test(logic.no(leaf)))
        match expr:
            case Special(name="any_veto"):
                veto = self._veto()
                return Judged(veto, negation(veto))
            case And():
                return _all([self._condition(part) for part in expr.parts])
            case Or():
                return _turned(_all([_turned(self._condition(part)) for part in expr.parts]))
            case Not():
                return _turned(self._condition(expr.operand))
            case Compare():
                return self._comparison(expr)
            case In():
                named = [self._named(expr.operand, option, Op.EQ) for option in expr.options]
                return _turned(_all([_turned(one) for one in named]))
            case Call() if expr.function is Function.AT_LEAST:
                return self._at_least(expr)
            case _:
                raise UnsupportedError("a grade rule that compares facts with counts")

    def _at_least(self, expr: Call) -> Judged:
        least = expr.arguments[0]
        wanted = int(least.value) if isinstance(least, WrittenNumber) else 1
        parts = [self._condition(part) for part in expr.arguments[1:]]
        yes = _counted(part.yes for part in parts)
        no = _counted(part.no for part in parts)
        return Judged(yes >= wanted, no > len(parts) - wanted)

    def _comparison(self, expr: Compare) -> Judged:
        sides = (expr.first, *(right for _, right in expr.rest))
        parts = []
        for (op, right), left in zip(expr.rest, sides, strict=False):
            if isinstance(left, Word) or isinstance(right, Word):
                parts.append(self._named(left, right, op))
                continue
            a, b = self._quantity(left), self._quantity(right)
            known = conjunction((a.known, b.known))
            holds = _related(op, a.over * b.under, b.over * a.under)
            parts.append(Judged(conjunction((known, holds)), conjunction((known, negation(holds)))))
        return _all(parts)

    def _named(self, left: Expr, right: Expr, op: Op) -> Judged:
        """A criterion named by the rule has that outcome."""
        call, word = (right, left) if isinstance(left, Word) else (left, right)
        if (
            not isinstance(call, Call)
            or call.function is not Function.OUTCOME
            or not isinstance(word, Word)
            or op not in (Op.EQ, Op.NE)
        ):
            raise UnsupportedError("a grade rule that compares facts with counts")
        named = call.arguments[0]
        chosen = self.chosen.get(named.text if isinstance(named, Word) else "")
        if chosen is None:
            raise UnsupportedError("a count that is not known")
        places = [i for i, outcome in enumerate(POSSIBLE) if str(outcome) == word.text]
        is_so = disjunction(chosen[i] for i in places)
        found = Judged(is_so, negation(is_so))
        return found if op is Op.EQ else _turned(found)

    # -- quantities -----------------------------------------------------------------------------

    def _quantity(self, expr: Expr) -> Quantity:
        leaf = self.whole.lowered.leaves.get(expr)
        if isinstance(leaf, Number):
            known = self.sheet.test(self.whole.space.lowerer.logic.has(leaf.gap))
            return Quantity(self.sheet.term(leaf.low.over), self.sheet.term(leaf.low.under), known)
        match expr:
            case Tally():
                part = self._sum((Outcome(expr.outcome),), expr.domain)
                if expr.kind is Kind.COUNT:
                    return Quantity(part, 1, True)
                all_of = POSSIBLE if self.whole.rule.of_all else ASSESSED
                of = self._sum(all_of, expr.domain)
                return Quantity(part, of, of > 0)
            case Arithmetic():
                return _computed(expr.sign, self._quantity(expr.left), self._quantity(expr.right))
            case Negate():
                one = self._quantity(expr.operand)
                return Quantity(-one.over, one.under, one.known)
            case _:
                raise UnsupportedError("a grade rule that compares facts with counts")

    def _sum(self, outcomes: Iterable[Outcome], domain: str | None) -> Term:
        """How many criteria have one of these outcomes."""
        places = [POSSIBLE.index(outcome) for outcome in outcomes if outcome in POSSIBLE]
        found: Term = z3.IntVal(0)
        for lowered in self.whole.criteria:
            criterion = lowered.criterion
            if criterion.id in self.chosen and domain in (None, criterion.domain):
                has = disjunction(self.chosen[criterion.id][i] for i in places)
                found = found + _counted([has])
        for alike in self.rest:
            if domain in (None, alike.domain):
                found = found + sum(alike.counts[i] for i in places)
        return found

    def _veto(self) -> Test:
        one_by_one = [
            self.chosen[lowered.criterion.id][NOT_MET]
            for lowered in self.whole.criteria
            if lowered.criterion.veto and lowered.criterion.id in self.chosen
        ]
        together = [alike.counts[NOT_MET] > 0 for alike in self.rest if alike.veto]
        return disjunction((*one_by_one, *together))


def _all(parts: Sequence[Judged]) -> Judged:
    return Judged(conjunction(p.yes for p in parts), disjunction(p.no for p in parts))


def _turned(one: Judged) -> Judged:
    return Judged(one.no, one.yes)


def _counted(tests: Iterable[Test]) -> Term:
    """How many of them hold."""
    total: Term = z3.IntVal(0)
    for test in tests:
        total = total + either(test, 1, 0)
    return total


def _related(op: Op, a: Term, b: Term) -> Test:
    match op:
        case Op.LT:
            return a < b
        case Op.LE:
            return a <= b
        case Op.GT:
            return a > b
        case Op.GE:
            return a >= b
        case Op.EQ:
            return a == b
        case Op.NE:
            return negation(a == b)


def _computed(sign: Sign, a: Quantity, b: Quantity) -> Quantity:
    known = conjunction((a.known, b.known))
    match sign:
        case Sign.ADD:
            return Quantity(a.over * b.under + b.over * a.under, a.under * b.under, known)
        case Sign.SUB:
            return Quantity(a.over * b.under - b.over * a.under, a.under * b.under, known)
        case Sign.MUL:
            return Quantity(a.over * b.over, a.under * b.under, known)
        case Sign.DIV:
            negative = b.over < 0
            over, under = a.over * b.under, a.under * b.over
            return Quantity(
                either(negative, -over, over),
                either(negative, -under, under),
                conjunction((known, negation(b.over == 0))),
            )
