"""The words shared by all reports: outcomes, grades, facts, formulas with numbers in them."""

from ..language.expression import (
    Aggregate,
    Call,
    Expr,
    Fact,
    Function,
    Number,
    Op,
    Parameter,
    Special,
    fact_names,
)
from ..language.model import Criterion, Outcome, Ruleset
from ..language.parameters import OTHERWISE
from ..language.printer import show, show_number
from ..language.units import PLAIN, Unit
from ..language.vocabulary import Vocabulary
from ..locale import Lang, phrase
from ..scoring.interpreter import Basis, Comparison, Interpreter, Moment, Where
from ..scoring.values import Number as Interval
from ..scoring.values import Reason, Value, Why
from .numbers import shown_fact, shown_value

SIGNS = {Op.LT: "<", Op.LE: "≤", Op.GT: ">", Op.GE: "≥", Op.EQ: "=", Op.NE: "≠"}


def outcome_label(ruleset: Ruleset, outcome: Outcome, lang: Lang) -> str:
    """The ruleset's own word for an outcome, or the common one."""
    own = ruleset.outcomes.get(outcome)
    return (own.text(lang) if own else "") or phrase(f"outcome_{outcome}", lang)


def grade_label(ruleset: Ruleset, grade: str | None, lang: Lang) -> str:
    """A grade with the ruleset's label for it."""
    if grade is None or ruleset.grade is None:
        return phrase("no_grade", lang)
    step = next(g for g in ruleset.grade.scale if g.id == grade)
    label = step.label.text(lang)
    return f"{grade} {label}" if label and label != grade else grade


def fact_label(vocabulary: Vocabulary, name: str, lang: Lang) -> str:
    """A fact's label; the bare name for anything that is not a fact."""
    definition = vocabulary.facts.get(name)
    return definition.label.text(lang) if definition is not None else name


def reason_text(reason: Reason, vocabulary: Vocabulary, lang: Lang) -> str:
    """Why something is unknown, in a few words."""
    name = reason.name
    if name in vocabulary.facts:
        label = fact_label(vocabulary, name, lang)
        name = phrase("fact_of_year", lang, fact=label, year=reason.year)
    elif name in vocabulary.tables:
        name = vocabulary.tables[name].label.text(lang)
    key = {
        Why.MISSING: "why_missing",
        Why.TABLE: "why_missing",
        Why.ATTRIBUTE: "why_missing",
        Why.BOUND: "why_bound",
        Why.ZERO_DIVISOR: "why_zero_divisor",
        Why.NO_ROWS: "why_no_rows",
        Why.NO_LEVEL: "why_no_level",
        Why.JUDGEMENT: "why_judgement",
    }[reason.why]
    return phrase(key, lang, name=name)


class Formulas:
    """Prints expressions of one interpreter with labels or with the numbers in them."""

    def __init__(self, interpreter: Interpreter, lang: Lang) -> None:
        self.interpreter = interpreter
        self.vocabulary = interpreter.vocabulary
        self.lang = lang

    def labels(self, expr: Expr, shift: int = 0) -> str:
        """The formula in labels; a fact of another year names its year."""
        return self._turned(show(expr, lambda e: self._label(e, shift)))

    def values(self, expr: Expr, shift: int = 0) -> str:
        """The formula with every fact replaced by its value."""
        return self._turned(show(expr, lambda e: self._number(e, shift)))

    @staticmethod
    def _turned(text: str) -> str:
        return text.replace(" * ", " × ").replace(" / ", " ÷ ")

    def _label(self, expr: Expr, shift: int) -> str | None:
        if isinstance(expr, Fact):
            label = fact_label(self.vocabulary, expr.name, self.lang)
            if shift:
                year = self.interpreter.base_year(expr.name) - shift
                return phrase("fact_of_year", self.lang, fact=label, year=year)
            return label
        prior = _prior(expr)
        if prior is not None:
            return self.labels(prior[0], shift + prior[1])
        if isinstance(expr, Aggregate):
            return show(expr)
        return None

    def _number(self, expr: Expr, shift: int) -> str | None:
        if isinstance(expr, Fact):
            fact = self.interpreter.fact(expr.name, Moment(shift))
            return shown_fact(fact, self.unit(expr.name), self.lang)
        prior = _prior(expr)
        if prior is not None:
            return self.values(prior[0], shift + prior[1])
        if isinstance(expr, (Aggregate, Parameter)):
            value = self.interpreter.value(expr, Where(moment=Moment(shift)))
            if isinstance(expr, Parameter):
                return self.parameter(expr)
            return shown_value(value, PLAIN, None, self.lang)
        return None

    def parameter(self, expr: Parameter) -> str:
        """A parameter as it is written for this subject."""
        definition = self.interpreter.ruleset.parameters[expr.name]
        written = definition.value
        if definition.by is not None:
            subject = self.interpreter.sheet.subject
            word = (
                subject.kind
                if definition.by == "kind"
                else subject.attributes.get(definition.by, "")
            )
            written = definition.values.get(word, definition.values.get(OTHERWISE))
        return show_number(written) if isinstance(written, Number) else expr.name

    def unit(self, name: str) -> Unit:
        """The declared unit of a fact."""
        return self.vocabulary.facts[name].unit

    def equation(
        self, expr: Expr, value: Value, unit: Unit, places: int | None, shift: int = 0
    ) -> str:
        """``label = formula in labels = formula in numbers = value``, without repeating a step."""
        steps = [self.labels(expr, shift)]
        inner = expr
        if isinstance(expr, Fact):
            fact = self.interpreter.fact(expr.name, Moment(shift))
            definition = self.vocabulary.facts[expr.name]
            if fact.basis is Basis.COMPUTED and definition.derived is not None:
                inner = definition.derived
                shift = self.interpreter.base_year(expr.name) - fact.year
                steps.append(self.labels(inner, shift))
        steps.append(self.values(inner, shift))
        steps.append(shown_value(value, unit, places, self.lang))
        return " = ".join(dict.fromkeys(step for step in steps if step))

    def comparison(self, comparison: Comparison, criterion: Criterion) -> str:
        """One comparison with both sides in words and numbers."""
        left = self.side(comparison.left, comparison.left_value, criterion, comparison.shift)
        right = self.side(comparison.right, comparison.right_value, criterion, comparison.shift)
        return f"{left} {SIGNS[comparison.op]} {right}"

    def side(self, expr: Expr, value: Value, criterion: Criterion, shift: int) -> str:
        """One side of a comparison: a written number as it is, a fact with its label and value."""
        if isinstance(expr, Number):
            return show_number(expr)
        if isinstance(expr, Parameter):
            return self.parameter(expr)
        if expr == Special("measure"):
            return shown_value(value, criterion.show.unit, criterion.show.places, self.lang)
        names = fact_names(expr)
        unit = self.unit(names[0]) if names else criterion.show.unit
        if isinstance(value, Interval) and names and not isinstance(expr, Fact):
            unit = criterion.show.unit if criterion.measure is not None else unit
            if _prior(expr) is None and unit.dimension:
                unit = self.unit(names[0])
        text = self.labels(expr, shift)
        return f"{text} {shown_value(value, unit, 2 if unit.is_rate else None, self.lang)}"


def _prior(expr: Expr) -> tuple[Expr, int] | None:
    """The argument and the years of ``prior(x, n)``."""
    if isinstance(expr, Call) and expr.function is Function.PRIOR:
        years = expr.arguments[1] if len(expr.arguments) == 2 else None
        return expr.arguments[0], int(years.value) if isinstance(years, Number) else 1
    return None
