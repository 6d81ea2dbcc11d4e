"""Prints expressions in the labels of the facts and in words, not in the notation of rulesets."""

from collections.abc import Callable

from ..language.expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Expr,
    Fact,
    Flag,
    Function,
    If,
    In,
    Kind,
    Not,
    Number,
    Op,
    Or,
    Parameter,
    Special,
    Tally,
    walk,
)
from ..language.model import OTHERWISE, Outcome, ParameterDefinition, Ruleset
from ..language.once import once
from ..language.printer import show
from ..language.units import PLAIN, find_unit, in_base
from ..locale import Lang, phrase
from ..scoring.fact_values import NOW, Moment
from ..scoring.interpreter import Interpreter
from .numbers import SIGNS, shown
from .wording import attribute_label, dated, fact_label, outcome_label

_OF_YEARS = (Function.PRIOR, Function.IN_YEAR, Function.EVERY_YEAR, Function.ANY_YEAR)
_LOOSE = (And, Or, If)
_Show = Callable[[Expr], str]


def _aggregate(expr: Aggregate) -> str:
    """Which phrase says it: with or without a condition after the colon."""
    if expr.kind is Kind.ANY and expr.value is None:
        return "exists"
    if expr.kind is Kind.SHARE and expr.value is not None:
        return "share_of"
    return str(expr.kind)


@once
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


_OPPOSITE = {
    **{Op.LT: Op.GE, Op.LE: Op.GT, Op.GT: Op.LE},
    **{Op.GE: Op.LT, Op.EQ: Op.NE, Op.NE: Op.EQ},
}


def negated(expr: Expr) -> Expr | None:
    """What is the same as ``not`` an expression and reads without it; None where nothing does."""
    match expr:
        case Not():
            return expr.operand
        case Compare(rest=((Op.EQ, Flag() as flag),)):
            return Compare(expr.first, ((Op.EQ, Flag(not flag.value)),))
        case Compare(rest=((op, right),)):
            return Compare(expr.first, ((_OPPOSITE[op], right),))
        case And():
            return Or(tuple(negated(part) or Not(part) for part in expr.parts))
        case Or():
            return And(tuple(negated(part) or Not(part) for part in expr.parts))
        case _:
            return None


def turned(text: str) -> str:
    """The signs of arithmetic as they are written on paper."""
    return text.replace(" * ", " × ").replace(" / ", " ÷ ").replace(" - ", " − ")


def grouped(text: str, part: Expr, whole: Expr) -> str:
    """Words in the place of a part: a sum or a choice among operations keeps its brackets."""
    return f"({text})" if isinstance(part, (Arithmetic, If)) and part is not whole else text


class Labels:
    """Prints expressions of one ruleset; with an interpreter, for its subject and years."""

    def __init__(
        self, ruleset: Ruleset, lang: Lang, interpreter: Interpreter | None = None
    ) -> None:
        self.ruleset = ruleset
        self.vocabulary = ruleset.vocabulary
        self.lang = lang
        self.interpreter = interpreter

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    def show(self, expr: Expr, moment: Moment = NOW, *, years: bool = False) -> str:
        """The formula in labels; with ``years`` every fact names its year."""
        years = years or mixes_years(expr)

        def replace(part: Expr) -> str | None:
            if isinstance(part, Fact):
                return self.fact(part.name, moment, years=years)
            inner = dated_part(part, moment)
            if inner is not None:
                text = self.show(*inner, years=True)
                return text if part is expr else grouped(text, inner[0], part)
            words = self.words(part, lambda e: self.show(e, moment, years=years))
            return None if words is None else grouped(words, part, expr)

        return turned(show(expr, replace))

    def fact(self, name: str, moment: Moment = NOW, *, years: bool = False) -> str:
        """A fact's label, with its year where that is not the evaluation year."""
        label = fact_label(self.vocabulary, name, self.lang)
        if self.interpreter is None:
            if moment.year is not None:
                return dated(label, moment.year, self.lang)
            key = "years_before" if moment.shift > 1 else "year_before"
            return self.say(key, fact=label, years=moment.shift) if moment.shift else label
        if not years and moment == NOW:
            return label
        base = self.interpreter.base_year(name)
        year = base - moment.shift if moment.year is None else moment.year
        return dated(label, year, self.lang)

    def words(self, part: Expr, inner: _Show) -> str | None:
        """What reads better in words than in the notation of rulesets; None leaves it as it is."""

        def tight(expr: Expr) -> str:
            if isinstance(expr, Fact):
                return self.answer(expr, True, inner)
            if isinstance(expr, Not) and (other := negated(expr.operand)) is not None:
                return tight(other)
            return self.say("in_brackets", text=inner(expr)) if _is_loose(expr) else inner(expr)

        match part:
            case Number():
                return self.number(part)
            case Parameter():
                return self.parameter(part)
            case Attribute():
                return attribute_label(self.vocabulary, part.name, self.lang)
            case Flag():
                return self.say("yes" if part.value else "no")
            case And():
                return self.say("and").join(tight(p) for p in part.parts)
            case Or():
                return self.say("or_word").join(tight(p) for p in part.parts)
            case Not(operand=Fact() as fact):
                return self.answer(fact, False, inner)
            case Not(operand=Call(function=Function.REPORTED) as call):
                return self.say("unreported_word", text=inner(call.arguments[0]))
            case Not(operand=In() as chosen):
                options = self.say("list_comma").join(inner(o) for o in chosen.options)
                return self.say("not_in_word", text=inner(chosen.operand), options=options)
            case Not():
                opposite = negated(part.operand)
                if opposite is not None:
                    return inner(opposite)
                return self.say("not_word", text=inner(part.operand))
            case In():
                options = self.say("list_comma").join(inner(o) for o in part.options)
                return self.say("in_word", text=inner(part.operand), options=options)
            case If():
                test, then, other = (inner(e) for e in (part.test, part.then, part.otherwise))
                return self.say("if_word", test=test, then=then, otherwise=other)
            case Special():
                return self.say(f"special_{part.name.replace('.', '_')}")
            case Tally():
                return self.tally(part)
            case Compare(first=Fact() as fact, rest=((Op.EQ, Flag() as flag),)):
                return self.answer(fact, flag.value, inner)
            case Compare():
                text = inner(part.first)
                return text + "".join(f" {SIGNS[op]} {inner(right)}" for op, right in part.rest)
            case Call():
                return self._call(part, inner)
            case Aggregate():
                return self.aggregate(part)
            case Batched():
                return self.batched(part, inner)
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

    def answer(self, fact: Fact, wanted: bool, inner: _Show) -> str:
        """A yes/no fact as a condition."""
        return self.say("answer", fact=inner(fact), value=self.say("yes" if wanted else "no"))

    def tally(self, tally: Tally) -> str:
        """A count or share of outcomes, over all domains or one."""
        word = outcome_label(self.ruleset, Outcome(tally.outcome), self.lang)
        key = "tally_share" if tally.kind is Kind.SHARE else "tally_count"
        domain = next((d for d in self.ruleset.domains if d.id == tally.domain), None)
        if domain is None:
            return self.say(key, outcome=word)
        name = f"{domain.id} {domain.title.text(self.lang)}"
        return self.say(f"{key}_of", outcome=word, domain=name)

    def aggregate(self, expr: Aggregate) -> str:
        """An aggregate over a table in words."""
        table = self.vocabulary.tables[expr.table]

        def cells(inner: Expr) -> str:
            return turned(show(inner, replace))

        def replace(part: Expr) -> str | None:
            if isinstance(part, Column):
                column = table.columns.get(part.name)
                return column.label.text(self.lang) if column is not None else None
            if isinstance(part, Fact):
                return self.fact(part.name)
            return self.words(part, cells)

        label = table.label.text(self.lang)
        if expr.where is not None:
            label = self.say("rows_where", table=label, where=cells(expr.where))
        value = "" if expr.value is None else cells(expr.value)
        text = self.say(f"aggregate_{_aggregate(expr)}", rows=label, value=value)
        if expr.weight is not None:
            text += self.say("weighted_by", weight=cells(expr.weight))
        return text

    def batched(self, expr: Batched, inner: _Show) -> str:
        """A comparison with the other subjects of the batch in words."""
        among = self.say("batch_all")
        if expr.by is not None:
            name = attribute_label(self.vocabulary, expr.by, self.lang)
            among = self.say("batch_same", name=name)
        key = f"batched_{expr.kind}{'_lowest' if expr.lowest else ''}"
        return self.say(key, among=among, value=inner(expr.value))

    def number(self, number: Number) -> str:
        """A written number in the reader's units."""
        unit = find_unit(number.unit) or PLAIN
        return shown(in_base(number.value, unit), unit, None, self.lang)

    def parameter(self, expr: Parameter) -> str:
        """A parameter as it is written; one that varies, for the subject, else by its name."""
        definition = self.ruleset.parameters[expr.name]
        written = definition.value
        if definition.by is not None and self.interpreter is not None:
            subject = self.interpreter.sheet.subject
            by_kind = definition.by == "kind"
            word = subject.kind if by_kind else subject.attributes.get(definition.by, "")
            written = definition.values.get(word, definition.values.get(OTHERWISE))
        return self.by_attribute(definition) if written is None else self.show(written)

    def by_attribute(self, definition: ParameterDefinition) -> str:
        """What a parameter is for each word of the attribute that it varies by."""
        name = attribute_label(self.vocabulary, definition.by or "", self.lang)
        values = [
            self.say(
                "value_for", word=self.say("otherwise") if word == OTHERWISE else word, value=value
            )
            for word, value in ((w, self.show(v)) for w, v in definition.values.items())
        ]
        return self.say("by_attribute", name=name, values=self.say("list_comma").join(values))


def _is_loose(expr: Expr) -> bool:
    return isinstance(expr, _LOOSE)
