"""Finds points and grades that nobody can get: dead steps, dead awards, scales upside down."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from ..language.diagnostics import Diagnostic, Related, Span
from ..language.expression import MIRRORED, And, Compare, Expr, Op, Special, walk
from ..language.limits import UPWARD, Parameters, constant, settings, within
from ..language.model import (
    Criterion,
    DeductedPoints,
    OutcomePoints,
    Points,
    Ruleset,
    Step,
    SteppedPoints,
)
from ..language.units import decimal_text
from .lint_limits import conditions


def scale_upside_down(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """Awards are tried from the best grade down, so they stand in the order of the scale."""
    rule = ruleset.grade
    if rule is None:
        return
    on_scale = {grade.id for grade in rule.scale}
    awards = [award for award in rule.award if award.grade in on_scale]
    for first, second in pairwise(awards):
        if rule.rank(first.grade) > rule.rank(second.grade):
            yield Diagnostic(
                code="award-against-scale",
                span=second.span,
                values={
                    "grade": second.grade,
                    "before": first.grade,
                    "scale": " ".join(grade.id for grade in rule.scale),
                },
            )
            return


def dead_awards(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """An award behind a wider one of the same figure is never given."""
    awards = () if ruleset.grade is None else ruleset.grade.award
    for position, later in enumerate(awards):
        earlier = next(
            (a for a in awards[:position] if _covers(a.when, later.when, ruleset.parameters)),
            None,
        )
        if earlier is not None:
            yield Diagnostic(
                code="award-dead",
                span=later.span,
                values={"grade": later.grade, "text": later.text, "other": earlier.text},
                related=(Related(earlier.span, "wider_step"),),
            )


def dead_steps(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A step behind a wider one gives its points to nobody."""
    for criterion in ruleset.criteria:
        steps = _steps(criterion.points)
        for position, later in enumerate(steps):
            earlier = next(
                (s for s in steps[:position] if _covers(s.when, later.when, ruleset.parameters)),
                None,
            )
            if earlier is not None:
                span = later.span or criterion.span
                related = () if earlier.span is None else (Related(earlier.span, "wider_step"),)
                yield Diagnostic(
                    code="unreachable-step",
                    span=span,
                    values={"id": criterion.id, "text": later.text, "other": earlier.text},
                    related=related,
                )


def _steps(points: Points | None) -> tuple[Step, ...]:
    return points.steps if isinstance(points, SteppedPoints) else ()


def _covers(outer: Expr | None, inner: Expr | None, parameters: Parameters) -> bool:
    """Whether ``outer`` holds wherever ``inner`` does, as far as one comparison of each tells."""
    if outer is None or inner is None:
        return False
    if outer == inner:
        return True
    wide = _comparison(outer)
    if wide is None:
        return False
    parts = inner.parts if isinstance(inner, And) else (inner,)
    narrow = [found for part in parts if (found := _comparison(part)) is not None]
    known = list(settings((outer, inner), parameters))
    for left, op, limit in narrow:
        if left != wide[0]:
            continue
        ends = [(constant(limit, parameters, s), constant(wide[2], parameters, s)) for s in known]
        if ends and all(
            a is not None and b is not None and within((op, a), (wide[1], b)) for a, b in ends
        ):
            return True
    return False


def _comparison(expr: Expr) -> tuple[Expr, Op, Expr] | None:
    """A single comparison as figure, operator and limit."""
    if not isinstance(expr, Compare) or len(expr.rest) != 1:
        return None
    op, right = expr.rest[0]
    if _is_constant(expr.first):
        return right, MIRRORED[op], expr.first
    return expr.first, op, right


def _is_constant(expr: Expr) -> bool:
    """Whether an expression names nothing that a sheet could change."""
    return constant(expr, {}, {}) is not None


def _most(points: Points | None) -> Fraction:
    """The most that a criterion gives, without its bonus."""
    match points:
        case None:
            return Fraction(0)
        case OutcomePoints():
            return max(points.fully, points.basically, points.not_met)
        case SteppedPoints() | DeductedPoints():
            return points.most
        case _:
            assert_never(points)


def points_out_of_reach(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A grade rule that asks for more points than there are, or where there are none."""
    most = sum(
        (
            _most(c.points) + (Fraction(0) if c.bonus is None else c.bonus.points)
            for c in ruleset.criteria
        ),
        Fraction(0),
    )
    for condition, text, span in conditions(ruleset.grade):
        asked = [part for part in walk(condition) if part == Special("points")]
        if not asked:
            continue
        if not ruleset.uses_points:
            yield Diagnostic(code="points-without-criteria", span=span, values={"text": text})
        elif any(_beyond(part, most, ruleset.parameters) for part in walk(condition)):
            yield Diagnostic(
                code="points-out-of-reach",
                span=span,
                values={"text": text, "most": decimal_text(most)},
            )


def _beyond(expr: Expr, most: Fraction, parameters: Parameters) -> bool:
    found = _comparison(expr)
    if found is None or found[0] != Special("points"):
        return False
    _, op, limit = found
    ends = [constant(limit, parameters, s) for s in settings((limit,), parameters)]
    above = [end is not None and (end > most or (end == most and op is Op.GT)) for end in ends]
    return op in UPWARD | {Op.EQ} and bool(above) and all(above)


def odd_points(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """Points that fall as the outcome rises, negative ones, steps above the maximum."""
    for criterion in ruleset.criteria:
        points = criterion.points
        span = criterion.span if points is None or points.span is None else points.span
        match points:
            case OutcomePoints():
                yield from _by_outcome(criterion, points, span)
            case SteppedPoints():
                given = max((*(step.points for step in points.steps), points.otherwise))
                if given > points.most:
                    values = {"given": decimal_text(given), "most": decimal_text(points.most)}
                    yield _odd("points-above-max", criterion, span, **values)
                yield from _negative(criterion, (points.most,), span)
            case DeductedPoints():
                if points.at_least > points.most:
                    values = {
                        "given": decimal_text(points.at_least),
                        "most": decimal_text(points.most),
                    }
                    yield _odd("points-above-max", criterion, span, **values)
                yield from _negative(criterion, (points.most, points.points, points.per), span)
            case None:
                pass
            case _:
                assert_never(points)
        if criterion.bonus is not None:
            yield from _negative(criterion, (criterion.bonus.points,), criterion.span)


def _by_outcome(criterion: Criterion, points: OutcomePoints, span: Span) -> Iterator[Diagnostic]:
    yield from _negative(criterion, (points.fully,), span)
    has_basically = criterion.judged or len(criterion.levels) > 1
    ladder = [points.fully, points.basically, points.not_met]
    if not has_basically:
        del ladder[1]
    if points.fully >= 0 and any(better < worse for better, worse in pairwise(ladder)):
        given = ", ".join(decimal_text(p) for p in ladder)
        yield _odd("points-against-outcome", criterion, span, given=given)


def _negative(
    criterion: Criterion, amounts: tuple[Fraction, ...], span: Span
) -> Iterator[Diagnostic]:
    low = min(amounts)
    if low < 0:
        yield _odd("negative-points", criterion, span, given=decimal_text(low))


def _odd(code: str, criterion: Criterion, span: Span, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=span, values={"id": criterion.id, **values})
