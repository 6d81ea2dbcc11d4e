"""The mutants of a ruleset: each is the ruleset with one slip that its cases should notice."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ..language.diagnostics import Span
from ..language.expression import Expr, Flag, Kind, Special, Tally
from ..language.model import (
    Bonus,
    Criterion,
    DeductedPoints,
    GradeRule,
    Outcome,
    OutcomePoints,
    ParameterDefinition,
    Points,
    Ruleset,
    SteppedPoints,
)
from ..language.printer import show_level
from ..language.units import decimal_text
from .coverage import own_criteria, own_grade, own_parameters, parameters_of, parts_of
from .mutating import Slips

_KEYS = {
    Outcome.FULLY_MET: "fully",
    Outcome.BASICALLY_MET: "basically",
    Outcome.NOT_MET: "not_met",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One slip: where, what is written there, what it becomes (empty: left out)."""

    name: str
    key: str
    before: str
    after: str
    span: Span = field(compare=False, repr=False)
    ruleset: Ruleset = field(compare=False, repr=False)
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Slip:
    """A slip in one part: its few words, the whole line before and after it, the part with it."""

    key: str
    part: str
    becomes: str
    before: str
    after: str
    span: Span
    new: Criterion | GradeRule | ParameterDefinition


def mutants(ruleset: Ruleset) -> tuple[Mutant, ...]:
    """Every mutant of what the edition says itself, in the order of the file."""
    found: list[Mutant] = []
    taken: dict[str, int] = {}

    def keep(place: str, slip: _Slip, changed: Ruleset, criteria: tuple[str, ...]) -> None:
        words = "dropped" if not slip.becomes else f"{slip.part} → {slip.becomes}"
        if not slip.becomes and slip.part:
            words = f"{slip.part} dropped"
        name = f"{place} {slip.key}: {words}"
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            name = f"{name} #{taken[name]}"
        found.append(
            Mutant(
                name=name,
                key=slip.key,
                before=slip.before,
                after=slip.after,
                span=slip.span,
                ruleset=changed,
                criteria=criteria,
            )
        )

    answered = own_parameters(ruleset)
    for parameter in ruleset.parameters.values():
        if parameter.name in answered:
            users = tuple(c.id for c in ruleset.criteria if parameter.name in parameters_of(c))
            for slip in _of_parameter(parameter, Slips(ruleset.vocabulary)):
                assert isinstance(slip.new, ParameterDefinition)
                others = {**ruleset.parameters, parameter.name: slip.new}
                keep("parameters", slip, replace(ruleset, parameters=others), users)
    vetoes = ruleset.grade is not None and Special("any_veto") in parts_of(ruleset.grade)
    for criterion in own_criteria(ruleset):
        slips = Slips(ruleset.vocabulary, criterion.measure, criterion.show.unit.name)
        for slip in _of_criterion(criterion, slips, vetoes):
            assert isinstance(slip.new, Criterion)
            criteria = tuple(slip.new if c is criterion else c for c in ruleset.criteria)
            keep(criterion.id, slip, replace(ruleset, criteria=criteria), (criterion.id,))
    rule = own_grade(ruleset)
    if rule is not None:
        for slip in _of_grade(rule, Slips(ruleset.vocabulary)):
            assert isinstance(slip.new, GradeRule)
            keep("grade", slip, replace(ruleset, grade=slip.new), ())
    return tuple(found)


def _of_parameter(parameter: ParameterDefinition, slips: Slips) -> Iterator[_Slip]:
    def slip(key: str, old: Expr, new: ParameterDefinition, becomes: str) -> _Slip:
        was = show_level(old)
        return _Slip(key, was, becomes, was, becomes, parameter.span, new)

    name = parameter.name
    if parameter.value is not None:
        for change in slips.of(parameter.value):
            changed = replace(parameter, value=change.whole)
            yield slip(name, parameter.value, changed, change.after)
    for word, value in parameter.values.items():
        for change in slips.of(value):
            changed = replace(parameter, values={**parameter.values, word: change.whole})
            yield slip(f"{name} {word}", value, changed, change.after)


def _of_criterion(criterion: Criterion, slips: Slips, asked: bool) -> Iterator[_Slip]:
    """``asked``: the grade rule asks about vetoes, so that dropping one can be noticed."""
    span = criterion.span

    def in_condition(key: str, expr: Expr, where: Span) -> Iterator[tuple[Expr, _Slip]]:
        for change in slips.of(expr):
            before, after = show_level(expr), show_level(change.whole)
            yield (
                change.whole,
                _Slip(key, change.before, change.after, before, after, where, criterion),
            )

    def dropped(key: str, before: str, new: Criterion) -> _Slip:
        return _Slip(key, "", "", before, "", span, new)

    # `applies_when: yes` takes the guard of a base away: the same as none.
    if criterion.applies_when is not None and criterion.applies_when != Flag(True):
        yield dropped(
            "applies_when",
            show_level(criterion.applies_when),
            replace(criterion, applies_when=None),
        )
        for whole, slip in in_condition("applies_when", criterion.applies_when, span):
            yield replace(slip, new=replace(criterion, applies_when=whole))
    if criterion.measure is not None:
        for whole, slip in in_condition("measure", criterion.measure, span):
            yield replace(slip, new=replace(criterion, measure=whole))
    if criterion.rounded is not None:
        places = str(criterion.rounded.places)
        yield dropped("rounded", f"{{places: {places}}}", replace(criterion, rounded=None))
    for place, level in enumerate(criterion.levels):
        for whole, slip in in_condition(_KEYS[level.outcome], level.condition, level.span):
            levels = list(criterion.levels)
            levels[place] = replace(level, condition=whole)
            yield replace(slip, new=replace(criterion, levels=tuple(levels)))
    yield from _swapped(criterion)
    if criterion.veto and asked:
        yield dropped("veto", "true", replace(criterion, veto=False))
    yield from _of_points(criterion, slips)


def _swapped(criterion: Criterion) -> Iterator[_Slip]:
    """The limits of the first two levels in each other's place."""
    if len(criterion.levels) < 2 or criterion.levels[0].condition == criterion.levels[1].condition:
        return
    first, second, *rest = criterion.levels
    yield _Slip(
        "fully",
        show_level(first.condition),
        show_level(second.condition) + " (swapped)",
        show_level(first.condition),
        show_level(second.condition),
        first.span,
        replace(
            criterion,
            levels=(
                replace(first, condition=second.condition),
                replace(second, condition=first.condition),
                *rest,
            ),
        ),
    )


def _of_points(criterion: Criterion, slips: Slips) -> Iterator[_Slip]:
    """Numbers of points one of their last place higher and lower; steps and bonus left out."""
    points, bonus, span = criterion.points, criterion.bonus, criterion.span

    def number(key: str, value: Fraction, new: Criterion, becomes: Fraction) -> _Slip:
        before, after = decimal_text(value), decimal_text(becomes)
        return _Slip(key, before, after, before, after, span, new)

    names: tuple[str, ...] = ()
    match points:
        case OutcomePoints():
            names = ("fully", "basically", "not_met")
        case SteppedPoints():
            names = ("otherwise",)
        case DeductedPoints():
            names = ("most", "points", "per", "at_least")
        case None:
            pass
    for name in names:
        assert points is not None
        value: Fraction = getattr(points, name)
        if name in ("basically", "not_met", "otherwise", "at_least") and not value:
            continue
        for other in _beside(value):
            changed: Criterion = replace(criterion, points=_with(points, name, other))
            yield number(f"points.{name}", value, changed, other)
    if isinstance(points, DeductedPoints):
        for change in slips.of(points.limit):
            changed = replace(criterion, points=replace(points, limit=change.whole))
            before, after = show_level(points.limit), show_level(change.whole)
            yield _Slip("points.limit", change.before, change.after, before, after, span, changed)
    if isinstance(points, SteppedPoints):
        for place, step in enumerate(points.steps):
            key = f"points.steps {place + 1}"
            around = (points.steps[:place], points.steps[place + 1 :])
            for value in _beside(step.points):
                steps = (*around[0], replace(step, points=value), *around[1])
                changed = replace(criterion, points=replace(points, steps=steps))
                yield number(key, step.points, changed, value)
            for change in slips.of(step.when):
                steps = (*around[0], replace(step, when=change.whole), *around[1])
                changed = replace(criterion, points=replace(points, steps=steps))
                before, after = show_level(step.when), show_level(change.whole)
                yield _Slip(key, change.before, change.after, before, after, span, changed)
    if bonus is not None:
        yield from _of_bonus(criterion, bonus, slips)


def _of_bonus(criterion: Criterion, bonus: Bonus, slips: Slips) -> Iterator[_Slip]:
    for value in _beside(bonus.points):
        before, after = decimal_text(bonus.points), decimal_text(value)
        changed = replace(criterion, bonus=replace(bonus, points=value))
        yield _Slip("bonus.points", before, after, before, after, criterion.span, changed)
    if bonus.when is None:
        return
    for change in slips.of(bonus.when):
        before, after = show_level(bonus.when), show_level(change.whole)
        changed = replace(criterion, bonus=replace(bonus, when=change.whole))
        yield _Slip(
            "bonus.when", change.before, change.after, before, after, criterion.span, changed
        )


def _with(points: Points, name: str, value: Fraction) -> Points:
    changed: dict[str, Any] = {name: value}
    return replace(points, **changed)


def _beside(value: Fraction) -> tuple[Fraction, ...]:
    """A number of points one of its last place higher and lower."""
    step = Fraction(1, 10 ** len(decimal_text(value).partition(".")[2]))
    return tuple(other for other in (value + step, value - step) if other)


def _of_grade(rule: GradeRule, slips: Slips) -> Iterator[_Slip]:
    """Conditions, steps left out, limits and steps of the scale one further."""
    start = rule.award[0].span

    def kept(name: str, place: int, part: object | None) -> GradeRule:
        parts = list(getattr(rule, name))
        parts[place : place + 1] = [] if part is None else [part]
        changed: dict[str, Any] = {name: tuple(parts)}
        return replace(rule, **changed)

    for name in ("award", "caps", "downgrades"):
        for place, part in enumerate(getattr(rule, name)):
            key = f"{name} {place + 1}"
            if part.when is None:
                continue
            written = show_level(part.when)
            yield _Slip(key, "", "", written, "", part.span, kept(name, place, None))
            for change in slips.of(part.when):
                new = kept(name, place, replace(part, when=change.whole))
                after = show_level(change.whole)
                yield _Slip(key, change.before, change.after, written, after, part.span, new)
    scale = [grade.id for grade in rule.scale]
    for place, cap in enumerate(rule.caps):
        rank = rule.rank(cap.at_most)
        for other in (rank - 1, rank + 1):
            if 0 <= other < len(scale):
                new = kept("caps", place, replace(cap, at_most=scale[other]))
                words = (f"at_most {cap.at_most}", f"at_most {scale[other]}")
                yield _Slip(f"caps {place + 1}", *words, *words, cap.span, new)
    for place, down in enumerate(rule.downgrades):
        if len(scale) > down.by + 1:
            new = kept("downgrades", place, replace(down, by=down.by + 1))
            words = (f"by {down.by}", f"by {down.by + 1}")
            yield _Slip(f"downgrades {place + 1}", *words, *words, down.span, new)
    if rule.min_applicable:
        for value in (rule.min_applicable + 1, rule.min_applicable - 1):
            words = (str(rule.min_applicable), str(value))
            new = replace(rule, min_applicable=value)
            yield _Slip("min_applicable", *words, *words, start, new)
    if any(isinstance(part, Tally) and part.kind is Kind.SHARE for part in parts_of(rule)):
        words = ("all", "applicable") if rule.of_all else ("applicable", "all")
        yield _Slip("of", *words, *words, start, replace(rule, of_all=not rule.of_all))
    if len(rule.downgrades) > 1:
        words = ("strongest", "add") if rule.strongest else ("add", "strongest")
        new = replace(rule, strongest=not rule.strongest)
        yield _Slip("combine_downgrades", *words, *words, start, new)
