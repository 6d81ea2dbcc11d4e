"""A subject as one of its batch: whether it is compared, in which group, and what it brings in."""

from typing import TYPE_CHECKING

from ..language.expression import Batched
from ..language.printer import show
from .cohort import Lacking, Pool, Share, answer
from .intervals import negate
from .values import (
    NotApplicable,
    Number,
    Truth,
    Unknown,
    Value,
    Why,
    Word,
    absent,
    point,
    unknown,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter


def compared(subject: "Interpreter", expr: Batched) -> Value:
    """What a comparison with the batch gives; whoever is not in it is not compared."""
    now = share(subject, expr)
    if subject.cohort is None:
        return unknown(Why.BATCH, show(expr))
    if not is_compared(subject):
        return unknown(Why.OTHER_KIND, show(expr))
    pool = pool_of(subject, expr)
    if pool is None:
        groupless = unknown(Why.ATTRIBUTE, f"subject.{expr.by}")
        return absent(now, groupless) or groupless
    before = share(subject.as_reported(), expr)
    return answer(expr, pool, before, now, leaves_out=subject.cohort.leaves_out)


def is_compared(subject: "Interpreter") -> bool:
    """Whether the subject is of a kind that the ruleset compares, or states none."""
    rule, kind = subject.ruleset.batch, subject.sheet.subject.kind
    return rule is None or not kind or kind in rule.of


def pool_of(subject: "Interpreter", expr: Batched) -> Pool | None:
    """What the subject's group has; None without a cohort, or where its group is unknown."""
    group = group_of(subject, expr)
    if subject.cohort is None or group is None:
        return None
    return subject.cohort.pool(expr, subject.sheet.year, group)


def lacking(subject: "Interpreter", expr: Batched) -> tuple[Lacking, ...]:
    """The others of the subject's group whose figures are not known exactly."""
    group = group_of(subject, expr)
    if subject.cohort is None or group is None:
        return ()
    sheet = subject.sheet
    found = subject.cohort.lacks(expr, sheet.year, group)
    return tuple(one for one in found if one.code != sheet.subject.code)


def group_of(subject: "Interpreter", expr: Batched) -> str | None:
    """The group that the subject is compared in; None where it is not reported."""
    if expr.by is None:
        return ""
    word = subject.attribute(expr.by)
    return word.text if isinstance(word, Word) else None


def share(subject: "Interpreter", expr: Batched) -> Share:
    """What the subject itself brings in: its number, or 1 where the condition holds."""
    with subject.silent():
        value = subject.value(expr.value)
    match value:
        case Number():
            return negate(value) if expr.lowest else value
        case Truth():
            return point(1 if value.holds else 0)
        case Unknown() | NotApplicable():
            return value
        case _:
            raise TypeError(f"neither a number nor a condition: {show(expr)}")
