"""What changed in the grade rule between two editions: every combination of counts under both."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import product
from typing import Any, TypeAlias

from ..language.diagnostics import Span
from ..language.digest import canonical
from ..language.expression import Parameter
from ..language.model import GradeRule, Ruleset
from ..scoring.lowering_values import UnsupportedError
from .diff import Change, Example
from .grade_counts import APPLICABLE, TooManyError, sight, views
from .grade_points import tried_points
from .grade_replay import Replayer
from .grade_rule import State, compiled

Ranks: TypeAlias = tuple[int, ...] | None
# What an example is kept for: the kind of change, or a pair of grades.
About: TypeAlias = Change | tuple[Ranks, Ranks]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRule:
    """The grade rule of both editions, asked about the criteria of the new one.

    Grades of other names are compared by their position where there are as many; else every pair
    of an old and a new grade that one and the same district can get is an example.
    """

    change: Change
    by_position: bool = False
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
    same = (old.criteria, old.parameters, old.vocabulary) == (
        new.criteria,
        new.parameters,
        new.vocabulary,
    )
    if same and canonical(before) == canonical(after):
        return ComparedRule(change=Change.EQUIVALENT)
    try:
        return _proved(before, after, old, new)
    except UnsupportedError as error:
        return ComparedRule(change=Change.UNKNOWN, why=str(error))
    except TooManyError:
        return ComparedRule(change=Change.UNKNOWN, why="combinations")


def _joined(before: GradeRule, old: Ruleset, new: Ruleset) -> tuple[GradeRule, Ruleset]:
    """The old rule as one of the new edition, with what only the old edition knows."""
    kept = {
        name: f"old {name}"
        for name, parameter in old.parameters.items()
        if canonical(new.parameters.get(name)) != canonical(parameter)
    }
    vocabulary = replace(
        new.vocabulary,
        facts={**old.vocabulary.facts, **new.vocabulary.facts},
        tables={**old.vocabulary.tables, **new.vocabulary.tables},
    )
    parameters = {**new.parameters, **{kept[name]: old.parameters[name] for name in kept}}
    return _renamed(before, kept), replace(new, vocabulary=vocabulary, parameters=parameters)


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """A part of a rule in which parameters have other names."""
    if isinstance(part, Parameter):
        return replace(part, name=names.get(part.name, part.name))
    if isinstance(part, tuple):
        return tuple(_renamed(item, names) for item in part)
    if is_dataclass(part) and not isinstance(part, (type, Span)):
        return replace(
            part, **{f.name: _renamed(getattr(part, f.name), names) for f in fields(part)}
        )
    return part


def _proved(before: GradeRule, after: GradeRule, old: Ruleset, new: Ruleset) -> ComparedRule:
    before, new = _joined(before, old, new)
    seen = sight([before, after], new)
    first = compiled(before, new, seen)
    second = compiled(after, new, seen, first.questions)
    first = compiled(before, new, seen, second.questions)
    replayers = (Replayer(new, before, seen, first), Replayer(new, after, seen, second))
    limits = tuple(sorted({*first.limits, *second.limits}))
    points = tried_points(new, limits)
    answers = replayers[1].possible_answers()
    place = seen.counters.index(APPLICABLE)
    pairs = len(before.scale) != len(after.scale)
    examples: dict[About, Example] = {}
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
            ranks = (
                None if guarded[0] else first.ranks(states[0]),
                None if guarded[1] else second.ranks(states[1]),
            )
            kind = Change.RESCALED if pairs and any(ranks) else _kind(*ranks)
            if kind is None:
                continue
            about: About = ranks if pairs else kind
            if about in examples:
                continue
            replayers[0].copy_sheets(replayers[1])
            shown = [r.shown(s, way) for r, s in zip(replayers, states, strict=True)]
            if shown[0] is None or shown[1] is None:
                unsure = True
                continue
            if (shown[0].ranks, shown[1].ranks) != tuple(r or () for r in ranks):
                unsure = True
                continue
            examples[about] = Example(
                kind=kind,
                before=_grades(before, shown[0].ranks),
                after=_grades(after, shown[1].ranks),
                text=replayers[1].counts_text(shown[1]),
                sheet=shown[1].sheet,
            )
    if pairs:
        change = Change.UNKNOWN if unsure else Change.RESCALED
    else:
        change = _change({example.kind for example in examples.values()}, unsure)
    return ComparedRule(
        change=change,
        by_position=not pairs and [g.id for g in before.scale] != [g.id for g in after.scale],
        examples=tuple(examples[about] for about in sorted(examples, key=_order)),
        why="replay" if unsure else "",
    )


def _grades(rule: GradeRule, ranks: tuple[int, ...]) -> str:
    return "…".join(dict.fromkeys(rule.scale[rank].id for rank in ranks)) or "-"


def _order(about: About) -> tuple[tuple[int, ...], ...]:
    """Pairs of grades from the best down; kinds as they were found."""
    return tuple(ranks or () for ranks in about) if isinstance(about, tuple) else ()


def _kind(before: Ranks, after: Ranks) -> Change | None:
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
