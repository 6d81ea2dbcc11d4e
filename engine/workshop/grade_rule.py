"""A small evaluator of grade rules, apart from the engine's own: counts, points, yes and no.

Conditions that only ask for facts are questions with the answer yes or no; every answer is tried.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from ..language.expression import (
    And,
    Arithmetic,
    Batched,
    Call,
    Compare,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Kind,
    Negate,
    Not,
    Number,
    Op,
    Or,
    Parameter,
    Sign,
    Special,
    Tally,
    Word,
    walk,
)
from ..language.model import GradeRule, Ruleset
from ..language.units import PLAIN, find_unit, in_base
from ..scoring.lowering_grade import looks_at_outcomes
from ..scoring.lowering_values import UnsupportedError
from .grade_counts import COUNTED, VETO, Counter, Sight, View, conditions

Value: TypeAlias = Fraction | bool | str | None


@dataclass(frozen=True, slots=True)
class State:
    """One thing to grade: what its counts come to, the points, the answers to its questions."""

    signs: tuple[Any, ...]
    points: Fraction = Fraction(0)
    answers: tuple[bool, ...] = ()


Rule: TypeAlias = Callable[[State], Any]
Seen: TypeAlias = Callable[[View], Any]

_COMPARE: Mapping[Op, Callable[[Any, Any], bool]] = {
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
}
_ARITHMETIC: Mapping[Sign, Callable[[Any, Any], Any]] = {
    Sign.ADD: operator.add,
    Sign.SUB: operator.sub,
    Sign.MUL: operator.mul,
    Sign.DIV: lambda a, b: a / b if b else None,
}


@dataclass(slots=True)
class Compiler:
    """Turns conditions into functions of a state; None is what cannot be known."""

    ruleset: Ruleset
    sight: Sight
    questions: list[Expr] = field(default_factory=list)
    signs: list[tuple[Expr, Seen]] = field(default_factory=list)

    def sign(self, expr: Expr) -> Rule:
        """What only depends on counts, worked out once for each view."""
        place = next((i for i, (known, _) in enumerate(self.signs) if known == expr), None)
        if place is None:
            place = len(self.signs)
            self.signs.append((expr, self.of_counts(expr)))
        return lambda state: state.signs[place]

    def condition(self, expr: Expr) -> Rule:
        """A condition, number or word."""
        if self._is_question(expr):
            if any(isinstance(part, Batched) for part in walk(expr)):
                # No sheet alone answers it, so that nothing could show that an answer is possible.
                raise UnsupportedError("batch")
            if expr not in self.questions:
                self.questions.append(expr)
            place = self.questions.index(expr)
            return lambda state: state.answers[place]
        if _is_sign(expr):
            return self.sign(expr)
        match expr:
            case And():
                return _all([self.condition(part) for part in expr.parts])
            case Or():
                return _negated(_all([_negated(self.condition(p)) for p in expr.parts]))
            case Not():
                return _negated(self.condition(expr.operand))
            case Compare():
                return self._comparison(expr)
            case In():
                operand = self.condition(expr.operand)
                options = [self.condition(option) for option in expr.options]
                return lambda state: operand(state) in [o(state) for o in options]
            case If():
                test, then, other = map(self.condition, (expr.test, expr.then, expr.otherwise))
                return lambda state: (then if test(state) else other)(state)
            case Call() if expr.function is Function.AT_LEAST:
                return self._at_least(expr)
            case _:
                return self._value(expr)

    def _is_question(self, expr: Expr) -> bool:
        if not isinstance(expr, (And, Or, Not, Compare, In, If, Call, Fact)):
            return _is_aggregate_of_truth(expr)
        asks = looks_at_outcomes(expr) or any(p == Special("points") for p in walk(expr))
        if asks or not any(_reads_sheet(part) for part in walk(expr)):
            return False
        if isinstance(expr, (And, Or, Not)):
            # Its parts are the questions, so that the same part has the same answer everywhere.
            return False
        return not isinstance(expr, Call) or expr.function in (
            Function.REPORTED,
            Function.EVERY_YEAR,
            Function.ANY_YEAR,
            Function.AT_LEAST,
        )

    def _comparison(self, expr: Compare) -> Rule:
        values = [self._value(side) for side in _sides(expr)]
        compare = [_COMPARE[op] for op, _ in expr.rest]
        return lambda state: _chained(compare, [value(state) for value in values])

    def _at_least(self, expr: Call) -> Rule:
        least = expr.arguments[0]
        wanted = int(least.value) if isinstance(least, Number) else 1
        parts = [self.condition(part) for part in expr.arguments[1:]]

        def holds(state: State) -> bool | None:
            found = [part(state) for part in parts]
            if sum(f is True for f in found) >= wanted:
                return True
            return None if sum(f is not False for f in found) >= wanted else False

        return holds

    def _value(self, expr: Expr) -> Rule:
        match expr:
            case Number():
                value: Value = in_base(expr.value, find_unit(expr.unit) or PLAIN)
                return lambda _: value
            case Word():
                return lambda _: expr.text
            case Flag():
                return lambda _: expr.value
            case Parameter():
                parameter = self.ruleset.parameters[expr.name]
                if parameter.value is None:
                    raise UnsupportedError("a parameter by attribute in a grade rule")
                return self._value(parameter.value)
            case Special(name="points"):
                return lambda state: state.points
            case Tally() | Special() | Call():
                if not looks_at_outcomes(expr):
                    raise UnsupportedError("a grade rule that compares facts with counts")
                return self.sign(expr)
            case Arithmetic():
                left, right = self._value(expr.left), self._value(expr.right)
                compute = _ARITHMETIC[expr.sign]
                return lambda state: _computed(compute, left(state), right(state))
            case Negate():
                operand = self._value(expr.operand)
                return lambda state: _computed(operator.sub, Fraction(0), operand(state))
            case And() | Or() | Not() | Compare() | In():
                return self.condition(expr)
            case _:
                raise UnsupportedError("a grade rule that compares facts with counts")

    def of_counts(self, expr: Expr) -> Seen:
        """A function of a view."""
        match expr:
            case Special(name="any_veto"):
                place = self._place(VETO)
                return lambda view: view[place] > 0
            case Tally():
                return self._tally(expr)
            case Call() if expr.function is Function.OUTCOME:
                name = expr.arguments[0]
                named = Counter("criterion", name.text if isinstance(name, Word) else "")
                place = self._place(named)
                return lambda view: str(COUNTED[view[place] - 1])
            case Compare():
                values = [self.of_counts(part) for part in _sides(expr)]
                compare = [_COMPARE[op] for op, _ in expr.rest]
                return lambda view: _chained(compare, [value(view) for value in values])
            case Arithmetic():
                left, right = self.of_counts(expr.left), self.of_counts(expr.right)
                compute = _ARITHMETIC[expr.sign]
                return lambda view: _computed(compute, left(view), right(view))
            case Negate():
                operand = self.of_counts(expr.operand)
                return lambda view: _computed(operator.sub, Fraction(0), operand(view))
            case _:
                constant = self._value(expr)(State(()))
                return lambda _: constant

    def _tally(self, tally: Tally) -> Seen:
        place = self._place(Counter("outcome", tally.outcome, tally.domain))
        if tally.kind is Kind.COUNT:
            return lambda view: view[place]
        wholes = [Counter(kind, "", tally.domain) for kind in ("all", "applicable")]
        whole = next(self._place(c) for c in wholes if c in self.sight.counters)
        return lambda view: _share(view[place], view[whole])

    def _place(self, counter: Counter) -> int:
        place = self.sight.index(counter)
        if place is None:
            raise UnsupportedError("a count that is not known")
        return place


def _sides(expr: Compare) -> tuple[Expr, ...]:
    return (expr.first, *(right for _, right in expr.rest))


def _is_sign(expr: Expr) -> bool:
    """A condition on counts alone, as small as one comparison."""
    if expr == Special("any_veto"):
        return True
    if not isinstance(expr, Compare) or not looks_at_outcomes(expr):
        return False
    return not any(_reads_sheet(p) or p == Special("points") for p in walk(expr))


@cache
def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _computed(compute: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    return None if a is None or b is None else compute(a, b)


def _chained(compare: Sequence[Callable[[Any, Any], bool]], values: Sequence[Any]) -> bool | None:
    """Kleene: a part that fails decides, whatever is unknown."""
    found: bool | None = True
    for relation, left, right in zip(compare, values, values[1:], strict=False):
        if left is None or right is None:
            found = None
        elif not relation(left, right):
            return False
    return found


def _reads_sheet(expr: Expr) -> bool:
    return isinstance(expr, Fact) or hasattr(expr, "table") or type(expr).__name__ == "Attribute"


def _is_aggregate_of_truth(expr: Expr) -> bool:
    return getattr(expr, "kind", None) in (Kind.ALL, Kind.ANY) and not isinstance(expr, Tally)


def _all(parts: list[Rule]) -> Rule:
    def holds(state: State) -> bool | None:
        found: bool | None = True
        for part in parts:
            value = part(state)
            if value is False:
                return False
            if value is None:
                found = None
        return found

    return holds


def _negated(part: Rule) -> Rule:
    def holds(state: State) -> bool | None:
        value = part(state)
        return None if value is None else not value

    return holds


@dataclass(frozen=True, slots=True)
class Compiled:
    """A grade rule as functions; ``limits`` are what points are compared with."""

    rule: GradeRule
    awards: tuple[tuple[int, Rule | None], ...]
    caps: tuple[tuple[int, Rule], ...]
    downgrades: tuple[tuple[int, Rule], ...]
    questions: tuple[Expr, ...]
    signs: tuple[Seen, ...]
    limits: tuple[Fraction, ...]

    def signs_of(self, view: View) -> tuple[Any, ...]:
        """What the counts of a view come to."""
        return tuple([sign(view) for sign in self.signs])

    def awarded(self, state: State) -> tuple[tuple[int, ...], int]:
        """The ranks that awards give (several where one is unknown), and which one decides."""
        ranks: list[int] = []
        for place, (rank, when) in enumerate(self.awards):
            holds = True if when is None else when(state)
            if holds is not False:
                ranks.append(rank)
            if holds is True:
                return tuple(dict.fromkeys(ranks)), place
        return tuple(dict.fromkeys(ranks)), -1

    def acting(self, state: State) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The caps and downgrades whose condition holds."""
        return (
            tuple(i for i, (_, when) in enumerate(self.caps) if when(state) is True),
            tuple(i for i, (_, when) in enumerate(self.downgrades) if when(state) is True),
        )

    def lowered(self, rank: int, caps: tuple[int, ...], downgrades: tuple[int, ...]) -> int:
        """The final rank."""
        for i in caps:
            rank = max(rank, self.caps[i][0])
        steps = [self.downgrades[i][0] for i in downgrades]
        rank += max(steps, default=0) if self.rule.strongest else sum(steps)
        return min(rank, len(self.rule.scale) - 1)

    def ranks(self, state: State) -> tuple[int, ...]:
        """Every final rank that is possible in a state; one, where everything is known."""
        caps, downgrades = self.acting(state)
        found = [self.lowered(rank, caps, downgrades) for rank in self.awarded(state)[0]]
        return tuple(sorted(dict.fromkeys(found)))


def compiled(
    rule: GradeRule, ruleset: Ruleset, sight: Sight, questions: Sequence[Expr] = ()
) -> Compiled:
    """Raises `UnsupportedError` for a rule that compares facts with counts.

    ``questions`` of another rule come first, so that both have the same answers.
    """
    compiler = Compiler(ruleset, sight, list(questions))
    awards = tuple(
        (rule.rank(a.grade), None if a.when is None else compiler.condition(a.when))
        for a in rule.award
    )
    caps = tuple((rule.rank(c.at_most), compiler.condition(c.when)) for c in rule.caps)
    downs = tuple((d.by, compiler.condition(d.when)) for d in rule.downgrades)
    limits = tuple(sorted({x for c in conditions(rule) for x in _limits(c, compiler)}))
    signs = tuple(seen for _, seen in compiler.signs)
    return Compiled(rule, awards, caps, downs, tuple(compiler.questions), signs, limits)


def _limits(condition: Expr, compiler: Compiler) -> Iterator[Fraction]:
    """The numbers that points are compared with."""
    for part in walk(condition):
        if not isinstance(part, Compare):
            continue
        sides = _sides(part)
        if not any(p == Special("points") for side in sides for p in walk(side)):
            continue
        for side in sides:
            if not any(isinstance(p, Special) for p in walk(side)):
                value = compiler._value(side)(State(()))
                if isinstance(value, Fraction):
                    yield value
