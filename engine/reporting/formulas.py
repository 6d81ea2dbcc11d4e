"""Prints expressions for people: in the labels of the facts, or with the numbers in them."""

from collections.abc import Callable
from fractions import Fraction

from ..language.expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Call,
    Column,
    Compare,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Not,
    Number,
    Op,
    Or,
    Parameter,
    Sign,
    walk,
)
from ..language.parameters import OTHERWISE
from ..language.printer import show
from ..language.units import PLAIN, Unit, find_unit, in_base
from ..locale import Lang, phrase
from ..scoring.fact_values import NOW, Basis, Moment
from ..scoring.interpreter import Interpreter, Where
from ..scoring.values import Number as Interval
from ..scoring.values import Value
from .numbers import SIGNS, shown, shown_fact, shown_value
from .wording import dated, fact_label

_OF_YEARS = (Function.PRIOR, Function.IN_YEAR, Function.EVERY_YEAR, Function.ANY_YEAR)
_LOOSE = (And, Or, If)
_Show = Callable[[Expr], str]


def mixes_years(expr: Expr) -> bool:
    """Whether facts of more than one year occur, so that every fact must name its year."""
    return any(isinstance(e, Call) and e.function in _OF_YEARS for e in walk(expr))


def dated_part(expr: Expr, moment: Moment) -> tuple[Expr, Moment] | None:
    """The argument of ``prior(x, n)`` or ``in_year(y, x)`` and the year it is read for."""
    if not isinstance(expr, Call):
        return None
    if expr.function is Function.PRIOR:
        years = expr.arguments[1] if len(expr.arguments) == 2 else None
        back = int(years.value) if isinstance(years, Number) else 1
        return expr.arguments[0], moment.back(back)
    year = expr.arguments[0]
    if expr.function is Function.IN_YEAR and isinstance(year, Number):
        return expr.arguments[1], Moment(0, int(year.value))
    return None


class Formulas:
    """Prints the expressions of one interpreter in one language."""

    def __init__(self, interpreter: Interpreter, lang: Lang) -> None:
        self.interpreter = interpreter
        self.vocabulary = interpreter.vocabulary
        self.lang = lang
        self.now = NOW

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    def labels(self, expr: Expr, moment: Moment = NOW, *, years: bool = False) -> str:
        """The formula in labels; with ``years`` every fact names its year."""
        years = years or mixes_years(expr)

        def replace(part: Expr) -> str | None:
            if isinstance(part, Fact):
                return self.label(part.name, moment, years=years)
            inner = dated_part(part, moment)
            if inner is not None:
                return self.labels(*inner, years=True)
            return self._words(part, lambda e: self.labels(e, moment, years=years))

        return self._turned(show(expr, replace))

    def values(self, expr: Expr, moment: Moment = NOW) -> str:
        """The formula with every fact replaced by its value."""

        def replace(part: Expr) -> str | None:
            if isinstance(part, Fact):
                fact = self.interpreter.fact(part.name, moment)
                return shown_fact(fact, self.unit(part.name), self.lang)
            inner = dated_part(part, moment)
            if inner is not None:
                return self.values(*inner)
            if isinstance(part, Aggregate):
                value = self.interpreter.value(part, Where(moment=moment))
                return shown_value(value, PLAIN, None, self.lang)
            return self._words(part, lambda e: self.values(e, moment))

        return self._turned(show(expr, replace))

    @staticmethod
    def _turned(text: str) -> str:
        return text.replace(" * ", " × ").replace(" / ", " ÷ ").replace(" - ", " − ")

    def label(self, name: str, moment: Moment = NOW, *, years: bool = False) -> str:
        """A fact's label, with its year where that is not the evaluation year."""
        label = fact_label(self.vocabulary, name, self.lang)
        year = self.year(name, moment)
        return dated(label, year, self.lang) if years or moment != NOW else label

    def year(self, name: str, moment: Moment) -> int:
        """The year for which a fact is read."""
        if moment.year is not None:
            return moment.year
        return self.interpreter.base_year(name) - moment.shift

    def unit(self, name: str) -> Unit:
        """The declared unit of a fact."""
        return self.vocabulary.facts[name].unit

    # -- words for what the language writes in keywords -----------------------------------------

    def _words(self, part: Expr, inner: _Show) -> str | None:
        """What reads better in words than in the notation of rulesets; None leaves it as it is."""

        def tight(expr: Expr) -> str:
            return self.say("in_brackets", text=inner(expr)) if _is_loose(expr) else inner(expr)

        match part:
            case Number():
                return self.number(part)
            case Parameter():
                return self.parameter(part)
            case Attribute():
                return part.name
            case Flag():
                return self.say("yes" if part.value else "no")
            case And():
                return self.say("and").join(tight(p) for p in part.parts)
            case Or():
                return self.say("or").join(tight(p) for p in part.parts)
            case Not():
                return self.say("not_word", text=tight(part.operand))
            case In():
                options = self.say("list_comma").join(inner(o) for o in part.options)
                return self.say("in_word", text=inner(part.operand), options=options)
            case If():
                test, then, other = (inner(e) for e in (part.test, part.then, part.otherwise))
                return self.say("if_word", test=test, then=then, otherwise=other)
            case Compare():
                text = inner(part.first)
                return text + "".join(f" {SIGNS[op]} {inner(right)}" for op, right in part.rest)
            case Call():
                return self._call(part, inner)
            case Aggregate():
                return self.aggregate(part)
            case _:
                return None

    def _call(self, call: Call, inner: _Show) -> str | None:
        arguments = call.arguments
        match call.function:
            case Function.REPORTED:
                return self.say("reported_word", text=inner(arguments[0]))
            case Function.AT_LEAST:
                options = self.say("semicolon").join(inner(a) for a in arguments[1:])
                return self.say("at_least_word", least=inner(arguments[0]), options=options)
            case Function.EVERY_YEAR | Function.ANY_YEAR:
                key = f"{call.function}_word"
                return self.say(key, count=inner(arguments[0]), text=inner(arguments[1]))
            case Function.MIN | Function.MAX | Function.ABS | Function.CEIL | Function.FLOOR:
                options = self.say("list_comma").join(inner(a) for a in arguments)
                return self.say(f"{call.function}_word", options=options)
            case Function.ROUND:
                places = inner(arguments[1]) if len(arguments) == 2 else "0"
                return self.say("round_word", text=inner(arguments[0]), places=places)
            case _:
                return None

    def aggregate(self, expr: Aggregate) -> str:
        """An aggregate over a table in words."""
        table = self.vocabulary.tables[expr.table]

        def cells(inner: Expr) -> str:
            return self._turned(show(inner, replace))

        def replace(part: Expr) -> str | None:
            if isinstance(part, Column):
                column = table.columns.get(part.name)
                return column.label.text(self.lang) if column is not None else None
            if isinstance(part, Fact):
                return self.label(part.name)
            return self._words(part, cells)

        label = table.label.text(self.lang)
        if expr.where is not None:
            label = self.say("rows_where", table=label, where=cells(expr.where))
        value = "" if expr.value is None else cells(expr.value)
        text = self.say(f"aggregate_{expr.kind}", rows=label, value=value)
        if expr.weight is not None:
            text += self.say("weighted_by", weight=cells(expr.weight))
        return text

    def number(self, number: Number) -> str:
        """A written number in the reader's units."""
        unit = find_unit(number.unit) or PLAIN
        return shown(in_base(number.value, unit), unit, None, self.lang)

    def parameter(self, expr: Parameter) -> str:
        """A parameter as it is written for this subject."""
        definition = self.interpreter.ruleset.parameters[expr.name]
        written = definition.value
        if definition.by is not None:
            subject = self.interpreter.sheet.subject
            by_kind = definition.by == "kind"
            word = subject.kind if by_kind else subject.attributes.get(definition.by, "")
            written = definition.values.get(word, definition.values.get(OTHERWISE))
        return expr.name if written is None else self.labels(written)

    # -- quantities -----------------------------------------------------------------------------

    def equation(self, expr: Expr, value: Value, unit: Unit, places: int | None) -> str:
        """``label = formula in labels = formula in numbers = value``, without repeating a step."""
        years, moment = mixes_years(expr), NOW
        steps = [self.labels(expr)]
        inner = expr
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
        if isinstance(expr, Fact):
            fact = self.interpreter.fact(expr.name, moment)
            return f"{text} {shown_fact(fact, self.unit(expr.name), self.lang)}"
        unit = unit or self.natural(expr)
        return f"{text} = {shown_value(value, unit, 2 if unit.is_rate else None, self.lang)}"

    def natural(self, expr: Expr) -> Unit:
        """The unit to show a compound quantity in: that of its first fact, where all agree."""
        units = [self.unit(e.name) for e in walk(expr) if isinstance(e, Fact)]
        divides = any(isinstance(e, Arithmetic) and e.sign is Sign.DIV for e in walk(expr))
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


def has_facts(expr: Expr) -> bool:
    """Whether what a sheet says takes part in an expression."""
    return any(isinstance(e, (Fact, Aggregate, Attribute)) for e in walk(expr))


def _is_loose(expr: Expr) -> bool:
    return isinstance(expr, _LOOSE)


def actual_sign(left: Value, op: Op, right: Value) -> str:
    """The sign that really holds between two exact numbers; else the one that is asked for."""
    if isinstance(left, Interval) and isinstance(right, Interval):
        a, b = left.exact, right.exact
        if a is not None and b is not None:
            return "<" if a < b else ">" if a > b else "="
    return SIGNS[op]
