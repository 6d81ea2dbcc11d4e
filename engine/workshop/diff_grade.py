"""What changed in the grade rule between two editions: every combination of counts under both."""

from dataclasses import dataclass, field
from itertools import product

from ..language.digest import canonical
from ..language.model import GradeRule, Ruleset
from ..scoring.lowering_values import UnsupportedError
from .diff import Change, Example
from .grade_counts import APPLICABLE, TooManyError, sight, views
from .grade_points import tried_points
from .grade_replay import Replayer
from .grade_rule import State, compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRule:
    """The grade rule of both editions, asked about the criteria of the new one."""

    change: Change
    examples: tuple[Example, ...] = field(default=())
    why: str = ""


def compare_rules(old: Ruleset, new: Ruleset) -> ComparedRule | None:
    """None where neither edition gives grades."""
    before, after = old.grade, new.grade
    if before is None and after is None:
        return None
    if before is None:
        return ComparedRule(change=Change.NEW)
    if after is None:
        return ComparedRule(change=Change.GONE)
    if canonical(before) == canonical(after) and old.criteria == new.criteria:
        return ComparedRule(change=Change.EQUIVALENT)
    if [g.id for g in before.scale] != [g.id for g in after.scale]:
        return ComparedRule(change=Change.UNKNOWN, why="scale")
    try:
        return _proved(before, after, old, new)
    except UnsupportedError as error:
        return ComparedRule(change=Change.UNKNOWN, why=str(error))
    except TooManyError:
        return ComparedRule(change=Change.UNKNOWN, why="combinations")


def _proved(before: GradeRule, after: GradeRule, old: Ruleset, new: Ruleset) -> ComparedRule:
    seen = sight([before, after], new)
    first = compiled(before, old, seen)
    second = compiled(after, new, seen, first.questions)
    first = compiled(before, old, seen, second.questions)
    replayers = (Replayer(new, before, seen, first), Replayer(new, after, seen, second))
    limits = tuple(sorted({*first.limits, *second.limits}))
    points = tried_points(new, limits)
    answers = replayers[1].possible_answers()
    place = seen.counters.index(APPLICABLE)
    examples: dict[Change, Example] = {}
    unsure = False
    tried = set()
    for view, way in views(seen).items():
        guarded = tuple(view[place] < rule.min_applicable for rule in (before, after))
        signs = (first.signs_of(view), second.signs_of(view))
        if (guarded, signs) in tried:
            continue
        tried.add((guarded, signs))
        for total, answer in product(points, answers):
            states = tuple(State(own, total, answer) for own in signs)
            kind = _kind(
                None if guarded[0] else first.ranks(states[0]),
                None if guarded[1] else second.ranks(states[1]),
            )
            if kind is None or kind in examples:
                continue
            replayers[0].copy_sheets(replayers[1])
            shown = [r.shown(s, way) for r, s in zip(replayers, states, strict=True)]
            if shown[0] is None or shown[1] is None:
                unsure = True
                continue
            grades = [
                "…".join(dict.fromkeys(after.scale[r].id for r in s.ranks)) or "-"
                for s in shown
                if s
            ]
            if grades[0] == grades[1]:
                unsure = True
                continue
            text = replayers[1].counts_text(shown[1])
            examples[kind] = Example(
                kind=kind, before=grades[0], after=grades[1], text=text, sheet=shown[1].sheet
            )
    return ComparedRule(
        change=_change(set(examples), unsure),
        examples=tuple(examples.values()),
        why="replay" if unsure else "",
    )


def _kind(before: tuple[int, ...] | None, after: tuple[int, ...] | None) -> Change | None:
    """How one state is graded otherwise; without a grade at all is a matter of applicability."""
    if before == after:
        return None
    if before is None or after is None or len(before) != len(after):
        return Change.APPLICABILITY
    return Change.STRICTER if after > before else Change.LENIENT


def _change(kinds: set[Change], unsure: bool) -> Change:
    if {Change.STRICTER, Change.LENIENT} <= kinds:
        return Change.BOTH
    if unsure:
        return Change.UNKNOWN
    for kind in (Change.STRICTER, Change.LENIENT, Change.APPLICABILITY):
        if kind in kinds:
            return kind
    return Change.EQUIVALENT
