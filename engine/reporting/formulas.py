"""Prints expressions with the numbers of a sheet in them: equations and sides of comparisons."""

from fractions import Fraction
from math import floor
from typing import assert_never

from ..language.expression import (
    Across,
    Aggregate,
    Arithmetic,
    Attribute,
    Batched,
    Expr,
    Fact,
    If,
    Op,
    Sign,
    walk,
)
from ..language.once import once
from ..language.printer import show
from ..language.units import PLAIN, Unit, decimal_text, find_unit
from ..locale import Lang, phrase
from ..scoring.cohort import Pool
from ..scoring.fact_values import NOW, Basis, Moment
from ..scoring.interpreter import Interpreter
from ..scoring.membership import pool_of
from ..scoring.values import Number as Interval
from ..scoring.values import Real, Truth, Value
from ..scoring.where import Where
from .fixed_texts import FixedTexts, is_fixed
from .labels import Labels, dated_part, grouped, mixes_years, turned
from .numbers import SIGNS, shown, shown_fact, shown_value

# A longer ratio is shown to so many places instead.
LONGEST_RATIO, MANY_PLACES = 40, 12


class Formulas:
    """Prints the expressions of one interpreter in one language."""

    def __init__(
        self, interpreter: Interpreter, lang: Lang, texts: FixedTexts | None = None
    ) -> None:
        self.interpreter = interpreter
        self.vocabulary = interpreter.vocabulary
        self.lang = lang
        self.now = NOW
        self.words = Labels(interpreter.ruleset, lang, interpreter)
        self.texts = texts or FixedTexts()

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    def labels(self, expr: Expr, moment: Moment = NOW, *, years: bool = False) -> str:
        """The formula in labels; with ``years`` every fact names its year."""
        if not is_fixed(expr, self.interpreter.ruleset):
            return self.words.show(expr, moment, years=years)
        key = (moment, years, self.interpreter.sheet.year)
        return self.texts.once(expr, key, lambda: self.words.show(expr, moment, years=years))

    def values(self, expr: Expr, moment: Moment = NOW) -> str:
        """The formula with every fact replaced by its value; of a choice, what was chosen."""

        def replace(part: Expr) -> str | None:
            if isinstance(part, Fact):
                fact = self.interpreter.fact(part.name, moment)
                return shown_fact(fact, self.unit(part.name), self.lang)
            inner = dated_part(part, moment)
            if inner is not None:
                return (
                    self.values(*inner)
                    if part is expr
                    else grouped(self.values(*inner), inner[0], part)
                )
            if isinstance(part, Aggregate):
                value = self.interpreter.value(part, Where(moment=moment))
                return shown_value(value, PLAIN, None, self.lang)
            if isinstance(part, Batched):
                return shown_value(self.interpreter.value(part), self.natural(part), 2, self.lang)
            if isinstance(part, If):
                holds = self.interpreter.condition(part.test, Where(moment=moment))
                if isinstance(holds, Truth):
                    chosen = part.then if holds.holds else part.otherwise
                    text = self.values(chosen, moment)
                    return text if part is expr else grouped(text, chosen, part)
            words = self.words.words(part, lambda e: self.values(e, moment))
            return None if words is None else grouped(words, part, expr)

        return turned(show(expr, replace))

    def label(self, name: str, moment: Moment = NOW) -> str:
        """A fact's label, with its year where that is not the evaluation year."""
        return self.words.fact(name, moment)

    def unit(self, name: str) -> Unit:
        """The declared unit of a fact."""
        return self.vocabulary.facts[name].unit

    # -- quantities -----------------------------------------------------------------------------

    def equation(self, expr: Expr, value: Value, unit: Unit, places: int | None) -> str:
        """``label = formula in labels = formula in numbers = value``, without repeating a step."""
        if isinstance(expr, Batched):
            return self.labels(expr) + self.say("colon") + self.compared(expr)
        years, moment = mixes_years(expr), NOW
        steps = [self.labels(expr)]
        inner: Expr = expr
        if isinstance(expr, Fact):
            fact = self.interpreter.fact(expr.name)
            definition = self.vocabulary.facts[expr.name]
            if fact.basis is Basis.COMPUTED and definition.derived is not None:
                inner = definition.derived
                steps.append(self.labels(inner, moment, years=years))
        if not isinstance(inner, Aggregate):
            steps.append(self.values(inner, moment))
        steps = list(dict.fromkeys(step for step in steps if step))
        result = shown_value(value, unit, places, self.lang)
        text = steps[0]
        for step in steps[1:]:
            # A fact stated as a bound is not equal to it.
            text += f" {step}" if step[:1] in "<≤>≥" else f" = {step}"
        return text + self.result(value, result, steps)

    @staticmethod
    def result(value: Value, text: str, steps: list[str]) -> str:
        """`` = 49.98%`` or, for a bound, `` ≥ 96%``; nothing when the last step says so already."""
        if steps and steps[-1] == text:
            return ""
        if isinstance(value, Interval) and value.exact is None:
            one_sided = (value.low is None) != (value.high is None)
            return f" {text}" if one_sided else f": {text}"
        return f" = {text}"

    def quantity(self, expr: Expr, moment: Moment = NOW, unit: Unit | None = None) -> str:
        """One side of a comparison: ``责任事故 1次``, ``95% × 平均工资 = 75050元``, ``5%``."""
        inner = dated_part(expr, moment)
        if inner is not None:
            return self.quantity(*inner, unit)
        text = self.labels(expr, moment)
        if not has_facts(expr):
            return text
        value = self.interpreter.value(expr, Where(moment=moment))
        if isinstance(expr, Batched) and isinstance(value, Interval):
            return text + self.say("colon") + self.compared(expr)
        if isinstance(expr, Fact):
            fact = self.interpreter.fact(expr.name, moment)
            return f"{text} {shown_fact(fact, self.unit(expr.name), self.lang)}"
        unit = unit or self.natural(expr)
        return f"{text} = {shown_value(value, unit, 2 if unit.is_rate else None, self.lang)}"

    def compared(self, expr: Batched) -> str:
        """What a comparison with the batch found: place, mean or number, and among how many."""
        value, pool = self.interpreter.value(expr), pool_of(self.interpreter, expr)
        if pool is None or not isinstance(value, Interval):
            return shown_value(value, PLAIN, None, self.lang)
        beside = {
            "batched_open": pool.open,
            "batched_left_out": pool.left_out,
            "batched_inapplicable": pool.inapplicable,
        }
        notes = [self.say(key, count=count) for key, count in beside.items() if count]
        return self.say("comma").join([self._found(expr, value, pool), *notes])

    def _found(self, expr: Batched, value: Interval, pool: Pool) -> str:
        match expr.kind:
            case Across.RANK:
                unit = self.natural(expr.value)
                own = self.interpreter.value(expr.value)
                ranked = shown_value(own, unit, 2 if unit.is_rate else None, self.lang)
                if value.high is None:
                    low = "" if value.low is None else shown(value.low, PLAIN, None, self.lang)
                    return self.say("batched_ranked_open", value=ranked, rank=low)
                rank = shown_value(value, PLAIN, None, self.lang)
                return self.say("batched_ranked", value=ranked, rank=rank, size=pool.size)
            case Across.MEAN:
                unit = self.natural(expr.value)
                mean = shown_value(value, unit, 2 if unit.is_rate else None, self.lang)
                ratio = self._ratio(value.exact, unit)
                key = "batched_meant_exactly" if ratio else "batched_meant"
                return self.say(key, value=mean, exact=ratio, size=pool.size)
            case Across.COUNT:
                count = shown_value(value, PLAIN, None, self.lang)
                return self.say("batched_counted", value=count, size=pool.size)
            case _:
                assert_never(expr.kind)

    def _ratio(self, number: Real | None, unit: Unit) -> str:
        """A number as a ratio, where what is shown of it is rounded; empty where it is not."""
        if not isinstance(number, Fraction):
            return ""
        digits = decimal_text(number / unit.scale, 2 if unit.is_rate else 4)
        if Fraction(digits) == number / unit.scale:
            return ""
        own = unit.is_rate or self.lang == "zh"
        value, name = (number / unit.scale, unit.name) if own else (number, "")
        if len(str(value)) > LONGEST_RATIO:
            # The mean of many shares; results hold the whole ratio where it is the measure.
            cut = Fraction(floor(value * 10**MANY_PLACES), 10**MANY_PLACES)
            return f"{decimal_text(cut, MANY_PLACES)}…{name}"
        return f"{value}{name}"

    def natural(self, expr: Expr) -> Unit:
        """The unit to show a compound quantity in: that of its first fact, where all agree."""
        units = [self.unit(e.name) for e in walk(expr) if isinstance(e, Fact)]
        divides = any(
            isinstance(e, Arithmetic) and e.sign is Sign.DIV and has_facts(e.right)
            for e in walk(expr)
        )
        alike = len({unit.dimension for unit in units}) == 1
        return units[0] if alike and not divides else PLAIN

    def change(self, now: Value, before: Value) -> str:
        """``增加 2.53%`` between two years; empty where no percentage can be said."""
        if not isinstance(now, Interval) or not isinstance(before, Interval):
            return ""
        new, old = now.exact, before.exact
        if not isinstance(new, Fraction) or not isinstance(old, Fraction) or old <= 0:
            return ""
        if new == old:
            return self.say("unchanged")
        rate = shown(abs(new - old) / old, find_unit("%") or PLAIN, 2, self.lang)
        return self.say("grown" if new > old else "fallen", rate=rate)


@once
def has_facts(expr: Expr) -> bool:
    """Whether what a sheet says takes part in an expression."""
    return any(isinstance(e, (Fact, Aggregate, Attribute)) for e in walk(expr))


def actual_sign(left: Value, op: Op, right: Value) -> str:
    """The sign that really holds between two exact numbers; else the one that is asked for."""
    if isinstance(left, Interval) and isinstance(right, Interval):
        a, b = left.exact, right.exact
        if a is not None and b is not None:
            return "<" if a < b else ">" if a > b else "="
    return SIGNS[op]
