"""Explains a condition part by part: what each part asks, what was found, whether it holds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..language.expression import (
    Aggregate,
    And,
    Call,
    Compare,
    Expr,
    Fact,
    Flag,
    Function,
    In,
    Kind,
    Not,
    Number,
    Op,
    Or,
)
from ..locale import Lang, phrase
from ..scoring.fact_values import NOW, Basis, Moment
from ..scoring.interpreter import Interpreter
from ..scoring.values import Condition, Truth
from ..scoring.where import Where
from .fixed_texts import FixedTexts
from .formulas import Formulas, actual_sign, has_facts
from .labels import dated_part, negated
from .numbers import SIGNS, shown_fact, shown_value


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition: words, what it asks beside them, its truth, and its own parts."""

    text: str
    result: Condition
    notes: tuple[str, ...] = ()
    parts: tuple["Part", ...] = ()


class Conditions:
    """Explains the conditions of one interpreter in one language."""

    def __init__(
        self, interpreter: Interpreter, lang: Lang, texts: FixedTexts | None = None
    ) -> None:
        self.interpreter = interpreter
        self.lang = lang
        self.formulas = Formulas(interpreter, lang, texts)

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    # -- as text --------------------------------------------------------------------------------

    def line(self, part: Part, *, mark: bool = False) -> str:
        """The part in one line, its own parts in brackets; ``mark`` says whether it holds."""
        notes = part.notes + ((self.mark(part.result),) if mark else ())
        text = part.text
        if notes:
            text += self.say("bracket", text=self.say("comma").join(notes))
        if part.parts:
            inner = self.say("semicolon").join(self.line(p, mark=True) for p in part.parts)
            text += self.say("colon") + inner
        return text

    def lines(self, part: Part, *, mark: bool = False) -> Iterator[str]:
        """The part over several lines, its own parts indented."""
        yield self.line(Part(part.text, part.result, part.notes), mark=mark)
        for inner in part.parts:
            for depth, text in enumerate(self.lines(inner, mark=True)):
                yield f"  {text}" if depth else f"- {text}"

    def mark(self, result: Condition) -> str:
        """``成立``, ``不成立`` or ``未定``."""
        if isinstance(result, Truth):
            return self.say("holds" if result.holds else "fails")
        return self.say("open")

    def bare(self, expr: Expr) -> str:
        """What was found, without what was asked, where the context says that already."""
        return self.line(replace(self.part(expr), notes=()))

    # -- parts ----------------------------------------------------------------------------------

    def part(self, expr: Expr, moment: Moment = NOW) -> Part:
        """What a condition asks and what was found."""
        result = self.interpreter.condition(expr, Where(moment=moment))
        match expr:
            case And():
                return self._several("all_of", result, expr.parts, moment)
            case Or():
                return self._several("one_of", result, expr.parts, moment)
            case Not(operand=Fact()):
                return self._answer(expr.operand, False, result, moment)
            case Not():
                return self._not(expr.operand, result, moment)
            case Fact():
                return self._answer(expr, True, result, moment)
            case Compare():
                return self._compare(expr, result, moment)
            case In():
                options = self.say("list_comma").join(self._plain(o, moment) for o in expr.options)
                asked = self.say("asked_in", options=options)
                return Part(self.formulas.quantity(expr.operand, moment), result, (asked,))
            case Call():
                return self._call(expr, result, moment)
            case Aggregate():
                return self._rows(expr, result)
            case _:
                return Part(self.formulas.labels(expr, moment), result, (self.mark(result),))

    def _not(self, denied: Expr, result: Condition, moment: Moment) -> Part:
        """A denial, said as what must hold instead wherever there are words for that."""
        other = negated(denied)
        if other is not None:
            return replace(self.part(other, moment), result=result)
        match denied:
            case In():
                options = self.say("list_comma").join(
                    self._plain(o, moment) for o in denied.options
                )
                asked = self.say("asked_not_in", options=options)
                return Part(self.formulas.quantity(denied.operand, moment), result, (asked,))
            case Call(function=Function.REPORTED):
                found = self.part(denied, moment)
                return Part(found.text, result, (self.say("not_to_report"),))
            case Aggregate():
                found = self._rows(denied, self.interpreter.condition(denied, Where(moment=moment)))
                asked = self.say("asked_answer", asked=self.say("no"))
                return Part(found.text, result, (asked,))
            case _:
                return Part(self.say("none_of"), result, parts=(self.part(denied, moment),))

    def _several(
        self, key: str, result: Condition, parts: tuple[Expr, ...], moment: Moment
    ) -> Part:
        inner = tuple(self.part(p, moment) for p in parts)
        return Part(self.say(key, count=len(inner)), result, parts=inner)

    def _answer(self, fact: Expr, wanted: bool, result: Condition, moment: Moment) -> Part:
        """A yes/no fact; one that follows from others shows how."""
        assert isinstance(fact, Fact)
        found = self.interpreter.fact(fact.name, moment)
        value = shown_fact(found, self.formulas.unit(fact.name), self.lang)
        label = self.formulas.label(fact.name, moment)
        derived = self.interpreter.vocabulary.facts[fact.name].derived
        notes: tuple[str, ...] = ()
        if found.basis is Basis.COMPUTED and derived is not None:
            shift = self.interpreter.base_year(fact.name) - found.year
            part = self.part(derived, Moment(shift))
            notes = (self.line(replace(part, notes=())),)
        else:
            notes = (self.say("asked_answer", asked=self.say("yes" if wanted else "no")),)
        return Part(self.say("answer", fact=label, value=value), result, notes)

    def _compare(self, expr: Compare, result: Condition, moment: Moment) -> Part:
        if len(expr.rest) > 1:
            return self._chain(expr, result, moment)
        (op, right), left = expr.rest[0], expr.first
        if not has_facts(left) and has_facts(right):
            # 5 <= x reads better as x >= 5; the checker has resolved both sides alike.
            text = (
                f"{self._plain(left, moment)} {SIGNS[op]} {self.formulas.quantity(right, moment)}"
            )
            return Part(text, result)
        if isinstance(right, Flag) and isinstance(left, Fact):
            return self._answer(left, right.value is (op is Op.EQ), result, moment)
        if not has_facts(right):
            asked = self.say("asked", asked=f"{SIGNS[op]} {self._plain(right, moment)}")
            return Part(self.formulas.quantity(left, moment), result, (asked,))
        return self._years(left, op, right, result, moment) or self._both(
            left, op, right, result, moment
        )

    def _plain(self, expr: Expr, moment: Moment) -> str:
        return self.formulas.labels(expr, moment)

    def _sign(
        self, left: Expr, op: Op, right: Expr, result: Condition, moment: Moment
    ) -> tuple[str, tuple[str, ...]]:
        """The sign that holds, and beside it the one asked for where that is another."""
        if not isinstance(result, Truth) or result.holds:
            return SIGNS[op], ()
        where = Where(moment=moment)
        value = self.interpreter.value
        sign = actual_sign(value(left, where), op, value(right, where))
        return sign, (self.say("asked", asked=SIGNS[op]),)

    def _both(self, left: Expr, op: Op, right: Expr, result: Condition, moment: Moment) -> Part:
        sign, notes = self._sign(left, op, right, result, moment)
        quantity = self.formulas.quantity
        return Part(f"{quantity(left, moment)} {sign} {quantity(right, moment)}", result, notes)

    def _years(
        self, left: Expr, op: Op, right: Expr, result: Condition, moment: Moment
    ) -> Part | None:
        """The same quantity in two years: both values with their years, and the change."""
        first, now = dated_part(left, moment) or (left, moment)
        second, before = dated_part(right, moment) or (right, moment)
        if first != second or now == before or not isinstance(first, Fact):
            return None
        sign, notes = self._sign(left, op, right, result, moment)
        new, old = (self.interpreter.fact(first.name, m) for m in (now, before))
        unit = self.formulas.unit(first.name)
        text = self.say(
            "two_years",
            fact=self.formulas.label(first.name),
            year=new.year,
            value=shown_fact(new, unit, self.lang),
            sign=sign,
            before=old.year,
            old=shown_fact(old, unit, self.lang),
        )
        return Part(text + self.formulas.change(new.value, old.value), result, notes)

    def _chain(self, expr: Compare, result: Condition, moment: Moment) -> Part:
        sides = [expr.first, *(right for _, right in expr.rest)]
        found = [side for side in sides if has_facts(side)]
        if len(found) == 1:
            # 0 <= x <= 50: what was found, then what is asked of it.
            asked = self._asked_of(expr, found[0], moment)
            return Part(self.formulas.quantity(found[0], moment), result, (asked,))
        texts = [self.formulas.quantity(expr.first, moment)]
        for op, right in expr.rest:
            texts.append(f"{SIGNS[op]} {self.formulas.quantity(right, moment)}")
        return Part(" ".join(texts), result)

    def _asked_of(self, expr: Compare, found: Expr, moment: Moment) -> str:
        sides = [(None, expr.first), *expr.rest]
        words = []
        for op, side in sides:
            words += [] if op is None else [SIGNS[op]]
            words.append("…" if side is found else self._plain(side, moment))
        return self.say("asked", asked=" ".join(words))

    def _call(self, call: Call, result: Condition, moment: Moment) -> Part:
        arguments = call.arguments
        match call.function:
            case Function.REPORTED:
                key = "is_reported" if result == Truth(True) else "is_not_reported"
                label = self.formulas.labels(arguments[0], moment)
                return Part(self.say(key, fact=label), result, (self.say("to_report"),))
            case Function.AT_LEAST:
                inner = tuple(self.part(a, moment) for a in arguments[1:])
                sure = sum(p.result == Truth(True) for p in inner)
                least = self._plain(arguments[0], moment)
                text = self.say("at_least_of", least=least, count=len(inner), sure=sure)
                return Part(text, result, parts=inner)
            case Function.EVERY_YEAR | Function.ANY_YEAR:
                first = arguments[0]
                count = int(first.value) if isinstance(first, Number) else 1
                inner = tuple(self.part(arguments[1], moment.back(n)) for n in range(count))
                return Part(self.say(f"{call.function}_of", count=count), result, parts=inner)
            case _:
                return Part(self.formulas.labels(call, moment), result)

    def _rows(self, expr: Aggregate, result: Condition) -> Part:
        """``all(…)`` or ``any(…)`` over a table: the claim in words and its truth."""
        assert expr.kind in (Kind.ALL, Kind.ANY)
        value = shown_value(result, self.formulas.natural(expr), None, self.lang)
        text = self.formulas.words.aggregate(expr)
        return Part(self.say("rows_answer", text=text, value=value), result)
