"""Tries a draft on the districts of earlier years: who moves, what did it, what the data lack."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic
from ..language.digest import used_facts
from ..language.expression import Fact, walk
from ..language.model import Criterion, DeductedPoints, Outcome, Ruleset, SteppedPoints
from ..scoring.cohort import Cohort
from ..scoring.columnar_suspects import FEWEST
from ..scoring.gathering import gather
from ..scoring.interpreter import Interpreter
from ..scoring.near_many import near_limits_of
from ..scoring.outcome import evaluate
from ..scoring.points import score
from ..scoring.values import Reason, Unknown, Why
from .districts import District, Districts, Unusable
from .standing import (
    Bounds,
    Grades,
    Item,
    Standing,
    conditions_of,
    is_open,
    mask_of,
    outcome_of,
    stand,
)
from .sweep import Sweep, Swept, swept

# What no report of a fact would take away.
_NOT_REPORTABLE = (
    *(Why.ZERO_DIVISOR, Why.NO_LEVEL, Why.NO_ROWS),
    *(Why.BATCH, Why.OTHER_KIND, Why.NO_SUBJECTS),
)
_INAPPLICABLE = mask_of(frozenset({Outcome.NOT_APPLICABLE}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A criterion whose outcome is another; None where an edition does not have it.

    ``decides``: with the earlier outcome, or without the new criterion, the grade would be the
    earlier one. None where that cannot be said.
    """

    criterion: str
    before: Outcome | None
    after: Outcome | None
    decides: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A district with another grade, or other bounds of it.

    ``rule_decides``: by the earlier grade rule the draft's outcomes give the earlier grade.
    """

    district: District
    before: Bounds
    after: Bounds
    changes: tuple[Change, ...]
    rule_decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How the districts stand on one criterion; None where an edition does not have it."""

    criterion: Criterion
    draft: Counter[Outcome] | None
    old: Counter[Outcome] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """What the draft asks for and districts have not reported, and for which criteria.

    ``years_back`` counts from the year of the sheet; no criteria: the grade rule asks. ``new``: a
    fact that the edition before does not ask for.
    """

    why: Why
    name: str
    years_back: int
    new: bool
    districts: int
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The levels of one district that one quantum of one fact would win or lose."""

    district: District
    levels: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Everything that came out; matrix and grades count districts by bounds of the grade."""

    draft: Ruleset
    old: Ruleset | None
    districts: int
    grades: Counter[Bounds]
    matrix: Counter[tuple[Bounds, Bounds]]
    moved: tuple[Moved, ...]
    rates: tuple[Rates, ...]
    lacking: tuple[Lacking, ...]
    near: tuple[Near, ...]
    sweeps: tuple[Swept, ...]
    unusable: tuple[Unusable, ...]
    warnings: tuple[Diagnostic, ...]

    @property
    def incomplete(self) -> int:
        """The districts whose grade under the draft a missing fact could change."""
        return sum(count for (best, worst), count in self.grades.items() if best != worst)


def backtest(
    draft: Ruleset,
    old: Ruleset | None,
    found: Districts,
    sweeps: Sequence[Sweep],
    step: Callable[[int], None],
    *,
    margins: bool = True,
) -> Backtest:
    """Score all under both editions and compare; ``step`` is told of each district done.

    Without ``margins`` nobody is looked for who is one step from a limit.
    """
    usable = found.usable
    cohort = _cohort(draft, [one.sheet for one in usable], found)
    after = stand(draft, [one.sheet for one in usable], cohort)
    former: Cohort | None = None
    before: list[Standing] = []
    if old is not None:
        former = _cohort(old, [_earlier(one) for one in usable], found)
        before = stand(old, [_earlier(one) for one in usable], former)
    near = []
    for one, levels in zip(usable, _near(draft, usable, cohort, margins=margins), strict=True):
        if levels:
            near.append(Near(district=one, levels=tuple(levels)))
        step(1)
    return Backtest(
        draft=draft,
        old=old,
        districts=len(usable),
        grades=Counter(standing.bounds for standing in after),
        matrix=Counter((b.bounds, a.bounds) for b, a in zip(before, after, strict=False)),
        moved=()
        if old is None
        else tuple(_moved((draft, cohort), (old, former), usable, before, after)),
        rates=tuple(_rates(draft, old, before, after)),
        lacking=_lacking(draft, old, usable, after, cohort),
        near=tuple(near),
        sweeps=tuple(swept(draft, sweep, usable, after, cohort) for sweep in sweeps),
        unusable=found.unusable,
        warnings=found.warnings,
    )


def _near(
    draft: Ruleset, districts: Sequence[District], cohort: Cohort | None, *, margins: bool
) -> Iterable[list[dict[str, Any]]]:
    """Who is one step from a limit: columns choose where to look, where there are many."""
    if not margins:
        return repeat([], len(districts))
    sheets = [one.sheet for one in districts]
    looked_at: Iterable[list[str]] = repeat([c.id for c in draft.criteria], len(sheets))
    if len(sheets) >= FEWEST:
        from ..scoring.columnar_nearness import candidates

        looked_at = candidates(draft, sheets)
    return near_limits_of(draft, sheets, looked_at, cohort)


def _cohort(ruleset: Ruleset, sheets: Sequence[FactSheet], found: Districts) -> Cohort | None:
    """The districts of each year, compared with one another; any unusable one may be among them."""
    codes = {one.code for one in found.unusable if one.code}
    nameless = any(not one.code for one in found.unusable)
    return gather(ruleset, sheets, lost=len(codes), endless=nameless)


def _earlier(district: District) -> Any:
    assert district.earlier is not None
    return district.earlier


def same_scale(draft: Ruleset, old: Ruleset | None) -> bool:
    """Whether the grades of both editions can be compared."""
    if draft.grade is None or old is None or old.grade is None:
        return False
    return [grade.id for grade in draft.grade.scale] == [grade.id for grade in old.grade.scale]


def direction(draft: Ruleset, old: Ruleset | None, moved: Moved) -> int:
    """1 for better at one end or both, -1 for worse, 0 for neither or where nobody can say."""
    if draft.grade is None or not same_scale(draft, old):
        return 0
    rank = {grade.id: place for place, grade in enumerate(draft.grade.scale)}
    signs = set()
    for before, after in zip(moved.before, moved.after, strict=True):
        first, second = (len(rank) if g is None else rank[g] for g in (before, after))
        signs.add((first > second) - (first < second))
    signs -= {0}
    return signs.pop() if len(signs) == 1 else 0


# -- who moves -----------------------------------------------------------------------------------


def _moved(
    new: tuple[Ruleset, Cohort | None],
    earlier_rules: tuple[Ruleset, Cohort | None],
    districts: Sequence[District],
    before: Sequence[Standing],
    after: Sequence[Standing],
) -> Iterator[Moved]:
    (draft, cohort), (old, former) = new, earlier_rules
    grades, earlier = Grades(draft), Grades(old)
    comparable = same_scale(draft, old)
    for district, was, now in zip(districts, before, after, strict=True):
        if was.bounds == now.bounds:
            continue
        interpreter = Interpreter(draft, district.sheet, cohort=cohort)
        old_items, items = _items(old, was), _items(draft, now)
        changes = []
        for name in dict.fromkeys([*items, *old_items]):
            first, second = old_items.get(name), items.get(name)
            if first is not None and second is not None and first[1] == second[1]:
                continue
            decides = None
            if comparable:
                put_back = _put_back(items, name, first, grades)
                decides = grades.of(put_back, interpreter) == was.bounds
            changes.append(
                Change(
                    criterion=name,
                    before=None if first is None else outcome_of(first[1]),
                    after=None if second is None else outcome_of(second[1]),
                    decides=decides,
                )
            )
        rule = False
        if comparable and old.grade != draft.grade and earlier.named <= items.keys():
            sheet = Interpreter(old, _earlier(district), cohort=former)
            rule = earlier.of(list(items.values()), sheet) == was.bounds
        yield Moved(
            district=district,
            before=was.bounds,
            after=now.bounds,
            changes=tuple(changes),
            rule_decides=rule,
        )


def _items(ruleset: Ruleset, standing: Standing) -> dict[str, Item]:
    return {
        criterion.id: (criterion, mask, points)
        for criterion, mask, points in zip(
            ruleset.criteria, standing.masks, standing.points, strict=True
        )
    }


def _put_back(items: dict[str, Item], name: str, first: Item | None, grades: Grades) -> list[Item]:
    """The draft's outcomes with one criterion as it was before, or without a new one."""
    changed = dict(items)
    if first is None and name in grades.named:
        # The rule asks for it by name, so it cannot be left out: it counts as not applicable.
        changed[name] = (items[name][0], _INAPPLICABLE, None)
    elif first is None:
        del changed[name]
    else:
        criterion = items[name][0] if name in items else first[0]
        changed[name] = (criterion, first[1], first[2])
    return list(changed.values())


# -- rates ---------------------------------------------------------------------------------------


def _rates(
    draft: Ruleset, old: Ruleset | None, before: Sequence[Standing], after: Sequence[Standing]
) -> Iterator[Rates]:
    now = _counted(draft, after)
    was = {} if old is None else _counted(old, before)
    for criterion in draft.criteria:
        yield Rates(criterion=criterion, draft=now[criterion.id], old=was.get(criterion.id))
    for criterion in () if old is None else old.criteria:
        if criterion.id not in now:
            yield Rates(criterion=criterion, draft=None, old=was[criterion.id])


def _counted(ruleset: Ruleset, standings: Sequence[Standing]) -> dict[str, Counter[Outcome]]:
    return {
        criterion.id: Counter(outcome_of(standing.masks[place]) for standing in standings)
        for place, criterion in enumerate(ruleset.criteria)
    }


# -- what the data lack --------------------------------------------------------------------------


def _lacking(
    draft: Ruleset,
    old: Ruleset | None,
    districts: Sequence[District],
    after: Sequence[Standing],
    cohort: Cohort | None,
) -> tuple[Lacking, ...]:
    known = None if old is None else frozenset(used_facts(old))
    asked: dict[tuple[Why, str, int], set[int]] = {}
    criteria: dict[tuple[Why, str, int], dict[str, None]] = {}
    for number, (district, standing) in enumerate(zip(districts, after, strict=True)):
        year = district.year
        for name, reason in _reasons(draft, district, standing, cohort):
            key = reason.why, reason.name, year - reason.year if reason.year else 0
            asked.setdefault(key, set()).add(number)
            names = criteria.setdefault(key, {})
            if name:
                names[name] = None
    order = {criterion.id: place for place, criterion in enumerate(draft.criteria)}
    found = [
        Lacking(
            why=key[0],
            name=key[1],
            years_back=key[2],
            new=known is not None and key[1] in draft.vocabulary.facts and key[1] not in known,
            districts=len(numbers),
            criteria=tuple(sorted(criteria[key], key=lambda name: order[name])),
        )
        for key, numbers in asked.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.districts, one.name, one.years_back)))


def _reasons(
    draft: Ruleset, district: District, standing: Standing, cohort: Cohort | None
) -> Iterator[tuple[str, Reason]]:
    """What was asked for in vain: by criteria, by points that follow facts, by the grade rule."""
    interpreter = Interpreter(draft, district.sheet, cohort=cohort)
    for criterion, mask in zip(draft.criteria, standing.masks, strict=True):
        by_facts = isinstance(criterion.points, SteppedPoints | DeductedPoints)
        given = by_facts or (criterion.bonus is not None and criterion.bonus.when is not None)
        if not is_open(mask) and not given:
            continue
        result = evaluate(criterion, interpreter)
        scored = score(result, interpreter) if given else None
        for reason in (*result.reasons, *(() if scored is None else scored.reasons)):
            if reason.why not in _NOT_REPORTABLE:
                yield criterion.id, reason
    if draft.grade is None or standing.bounds[0] == standing.bounds[1]:
        return
    for when in conditions_of(draft.grade):
        for part in walk(when):
            value = interpreter.value(part) if isinstance(part, Fact) else None
            for reason in value.reasons if isinstance(value, Unknown) else ():
                if reason.why not in _NOT_REPORTABLE:
                    yield "", reason
