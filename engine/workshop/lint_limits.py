"""Finds limits that cannot be meant: out of range, without %, the wrong way round."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..language.diagnostics import Diagnostic, Related, Span
from ..language.expression import (
    MIRRORED,
    Aggregate,
    Call,
    Compare,
    Expr,
    Fact,
    Function,
    Kind,
    Number,
    Op,
    Parameter,
    Special,
    Tally,
    walk,
)
from ..language.limits import (
    DOWNWARD,
    UPWARD,
    Setting,
    chosen,
    constant,
    dead_settings,
    settings,
)
from ..language.model import (
    OTHERWISE,
    Cap,
    Criterion,
    DeductedPoints,
    Downgrade,
    GradeRule,
    Outcome,
    Ruleset,
    SteppedPoints,
)
from ..language.parameters import written
from ..language.printer import show
from ..language.units import PLAIN, Unit, decimal_text, find_unit
from ..language.vocabulary import Better, FactType
from ..locale import Label, kind

_PERCENT = find_unit("%") or PLAIN
# What gives a value of the same kind as its last argument.
_SAME = frozenset({Function.PRIOR, Function.IN_YEAR})


@dataclass(frozen=True, slots=True)
class Range:
    """The values that one side of a comparison can have, in base units."""

    low: Fraction | None
    high: Fraction | None
    unit: Unit
    name: Label


@dataclass(frozen=True, slots=True)
class Pair:
    """One comparison with a limit, and where it is written."""

    left: Expr
    op: Op
    limit: Expr
    text: str
    span: Span


def pairs(ruleset: Ruleset) -> Iterator[Pair]:
    """Every comparison of a level, a step or the grade rule; both ways round."""
    for criterion in ruleset.criteria:
        for level in criterion.levels:
            yield from _pairs(level.condition, criterion.measure, level.text, level.span)
        if isinstance(criterion.points, SteppedPoints):
            for step in criterion.points.steps:
                span = step.span or criterion.span
                yield from _pairs(step.when, criterion.measure, step.text, span)
        if criterion.applies_when is not None:
            text = show(criterion.applies_when)
            yield from _pairs(criterion.applies_when, None, text, criterion.span)
    for condition, text, span in conditions(ruleset.grade):
        yield from _pairs(condition, None, text, span)


def conditions(rule: GradeRule | None) -> Iterator[tuple[Expr, str, Span]]:
    """Every condition of a grade rule, as written, and where."""
    if rule is None:
        return
    for award in rule.award:
        if award.when is not None:
            yield award.when, award.text, award.span
    parts: tuple[Cap | Downgrade, ...] = (*rule.caps, *rule.downgrades)
    for part in parts:
        yield part.when, part.text, part.span


def _pairs(condition: Expr, measure: Expr | None, text: str, span: Span) -> Iterator[Pair]:
    for part in walk(condition):
        if not isinstance(part, Compare):
            continue
        left = part.first
        for op, right in part.rest:
            yield Pair(_meant(left, measure), op, right, text, span)
            yield Pair(_meant(right, measure), MIRRORED[op], left, text, span)
            left = right


def _meant(expr: Expr, measure: Expr | None) -> Expr:
    is_measure = isinstance(expr, Special) and expr.name == "measure"
    return measure if is_measure and measure is not None else expr


def _range(expr: Expr, ruleset: Ruleset) -> Range | None:
    """What a side of a comparison can be; None where nothing is known."""
    match expr:
        case Fact(name):
            fact = ruleset.vocabulary.facts[name]
            return Range(fact.low, fact.high, fact.unit, fact.label)
        case Call(function, arguments) if function in _SAME:
            at = -1 if function is Function.IN_YEAR else 0
            return _range(arguments[at], ruleset)
        case Tally(Kind.SHARE) | Aggregate(Kind.SHARE):
            return Range(Fraction(0), Fraction(1), _PERCENT, Label(show(expr), show(expr)))
        case _:
            return None


def bare_rates(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """``>= 50`` for a rate means five thousand per cent."""
    for pair in pairs(ruleset):
        found = _range(pair.left, ruleset)
        if found is None or not found.unit.is_rate:
            continue
        if isinstance(pair.limit, Parameter):
            parameter = ruleset.parameters[pair.limit.name]
            bare = next((v for v in written(parameter) if is_bare(v)), None)
            if bare is not None:
                text = f"{parameter.name}: {show(bare)}"
                yield _found("bare-number-for-rate", parameter.span, text=text)
        elif is_bare(pair.limit):
            yield _found("bare-number-for-rate", pair.span, text=pair.text)
    for criterion in ruleset.criteria:
        points = criterion.points
        if not isinstance(points, DeductedPoints) or points.per < 1:
            continue
        if is_percentage(criterion, ruleset):
            text = f"per: {decimal_text(points.per)}"
            yield _found("bare-number-for-rate", points.span or criterion.span, text=text)


def is_percentage(criterion: Criterion, ruleset: Ruleset) -> bool:
    """Whether the measure is a fact that is written in %."""
    measure = criterion.measure
    if not isinstance(measure, Fact):
        return False
    fact = ruleset.vocabulary.facts[measure.name]
    return fact.type is FactType.RATE and fact.unit.is_rate


def is_bare(value: Expr) -> bool:
    """Whether a number has no unit and is too large for a share."""
    return isinstance(value, Number) and not value.unit and value.value > 1


def limits_out_of_range(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A limit beyond what the fact can be is never met, or never missed."""
    for pair in pairs(ruleset):
        found = _range(pair.left, ruleset)
        if found is None:
            continue
        for setting in settings((pair.limit,), ruleset.parameters):
            limit = constant(pair.limit, ruleset.parameters, setting)
            if limit is None or not _outside(pair.op, limit, found):
                continue
            number = pair.limit
            if isinstance(number, Parameter):
                number = chosen(ruleset.parameters[number.name], setting) or number
            if found.unit.is_rate and is_bare(number):
                continue
            yield _found(
                "limit-out-of-range",
                pair.span,
                text=pair.text,
                fact=found.name,
                low=_written(found.low, found.unit),
                high=_written(found.high, found.unit),
            )
            break


def _outside(op: Op, limit: Fraction, found: Range) -> bool:
    """Whether the comparison always or never holds, other than by touching an end."""
    if found.high is not None and (limit > found.high or (limit == found.high and op is Op.GT)):
        return True
    return found.low is not None and (limit < found.low or (limit == found.low and op is Op.LT))


def _written(value: Fraction | None, unit: Unit) -> str:
    return "…" if value is None else decimal_text(value / unit.scale) + unit.name


def turned_levels(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A level that rewards the direction which the vocabulary calls worse."""
    facts = ruleset.vocabulary.facts
    for criterion in ruleset.criteria:
        first = next((x for x in criterion.levels if x.outcome is Outcome.FULLY_MET), None)
        if first is None:
            continue
        measure, better = criterion.measure, criterion.better
        if measure is None and isinstance(first.condition, Compare):
            compared = first.condition
            if len(compared.rest) == 1 and isinstance(compared.rest[0][1], Number | Parameter):
                measure, better = compared.first, _way(compared.rest[0][0])
        if not isinstance(measure, Fact) or better not in (Better.HIGHER, Better.LOWER):
            continue
        known = facts[measure.name].better
        if known in (Better.HIGHER, Better.LOWER) and known is not better:
            yield _found(
                "direction-against-vocabulary",
                first.span,
                id=criterion.id,
                text=first.text,
                fact=facts[measure.name].label,
                better=kind(f"better_{known}"),
            )


def _way(op: Op) -> Better | None:
    return Better.HIGHER if op in UPWARD else Better.LOWER if op in DOWNWARD else None


def levels_dead_for_some(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """With limits that vary, the lower level may be the stricter one for some subjects."""
    for criterion in ruleset.criteria:
        dead, count = dead_settings(criterion.levels, ruleset.parameters)
        if not dead or len(dead) == count:
            continue
        first, second = criterion.levels[:2]
        yield Diagnostic(
            code="level-dead-for-some",
            span=second.span,
            values={
                "level": "basically",
                "id": criterion.id,
                "text": second.text,
                "who": _subjects(dead[0]),
            },
            related=(Related(first.span, "better_level_here"),),
            clause=criterion.citation.text or None,
        )


def _subjects(setting: Setting) -> Label:
    other = kind("any_other")
    return Label(
        *(
            ", ".join(f"{a} = {other.text(lang) if w == OTHERWISE else w}" for a, w in parts)
            for lang in ("zh", "en")
            for parts in (setting.items(),)
        )
    )


def _found(code: str, span: Span, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=span, values=values)
