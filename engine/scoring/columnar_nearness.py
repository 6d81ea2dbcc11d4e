"""Which criteria of many sheets may be one quantum from a limit, found by moving every fact once.

A level that one quantum of one fact wins or loses gives another outcome when that fact is moved:
so each number is moved up and down as a column, facts that no criterion reads together at once, and
a criterion whose possible outcomes stay the same is near no limit. Whatever cannot be said so stays
a candidate; the interpreter looks closer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from ..facts.sheet import FactSheet
from ..language.expression import Compare, Expr, In, walk
from ..language.model import Criterion, Outcome, Ruleset
from ..language.resting import rests_on
from ..language.vocabulary import FactDefinition
from .columnar import Encoded, Plan, compile_ruleset, encode, run
from .lowering_inputs import Needed
from .lowering_levels import POSSIBLE

_SIGNS = (1, -1)


@dataclass(frozen=True, slots=True)
class _Step:
    """A column of a fact, and how many of its whole numbers one quantum of the fact is."""

    column: str
    size: int
    low: int
    high: int


@dataclass(slots=True)
class _Group:
    """Columns that are moved at once, since no criterion reads two of them."""

    steps: dict[str, _Step] = field(default_factory=dict)
    # By column the criteria whose levels it moves.
    moves: dict[str, list[str]] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)

    def takes(self, step: _Step, moves: list[str], readers: set[str]) -> bool:
        """Add a column, unless one of those that read it reads another one here."""
        if not self.readers.isdisjoint(readers):
            return False
        self.steps[step.column], self.moves[step.column] = step, moves
        self.readers |= readers
        return True


def candidates(ruleset: Ruleset, sheets: Sequence[FactSheet]) -> Iterator[list[str]]:
    """For each sheet the criteria that may have a level one quantum away, in their order."""
    plan = _plan(ruleset)
    encoded = encode(plan, sheets)
    names = [criterion.id for criterion in plan.ruleset.criteria]
    now = run(plan, encoded, texts=False)
    routed = now["route"] == "interpreter"
    steps, unmoved = _steps(plan)
    may = {
        criterion.id: routed | (criterion.id in unmoved) | _hidden(criterion, now)
        for criterion in plan.ruleset.criteria
    }
    for group in _groups(steps, plan):
        for sign in _SIGNS:
            moved, edges = _moved(encoded, group, sign)
            then = run(plan, replace(encoded, subjects=moved), texts=False)
            lost = then["route"] == "interpreter"
            for column, moved_here in group.moves.items():
                for name in moved_here:
                    other = then[f"possible:{name}"] != now[f"possible:{name}"]
                    may[name] = may[name] | other | lost | edges[column]
    columns = {name: may[name].to_list() for name in names}
    for row in range(len(sheets)):
        yield [c.id for c in ruleset.criteria if c.id not in columns or columns[c.id][row]]


def _plan(ruleset: Ruleset) -> Plan:
    """The criteria that columns decide, compiled alone: no grade, no rules about whole sheets."""
    vocabulary = replace(ruleset.vocabulary, integrity=())
    bare = replace(ruleset, grade=None, vocabulary=vocabulary)
    plan = compile_ruleset(bare)
    left = {name for name, _ in plan.fallbacks}
    if not left:
        return plan
    kept = tuple(criterion for criterion in bare.criteria if criterion.id not in left)
    return compile_ruleset(replace(bare, criteria=kept))


def _hidden(criterion: Criterion, now: pl.DataFrame) -> pl.Series:
    """Where a comparison may change and the level that it stands in does not.

    That is where a level of more than one comparison does not hold, which is not so when it, or one
    before it, is known to hold.
    """
    plain = True
    shown = [Outcome.NOT_APPLICABLE]
    for level in criterion.levels:
        shown.append(level.outcome)
        plain = _is_plain(level.condition)
        if not plain:
            break
    masks = [1 << POSSIBLE.index(outcome) for outcome in shown]
    possible = now[f"possible:{criterion.id}"]
    return pl.Series([False]).new_from_index(0, len(possible)) if plain else ~possible.is_in(masks)


def _is_plain(condition: Expr) -> bool:
    """Whether a condition is a single comparison, with no other inside."""
    if not isinstance(condition, Compare) or len(condition.rest) != 1:
        return False
    return sum(isinstance(part, Compare | In) for part in walk(condition)) == 1


# -- moving facts ----------------------------------------------------------------------------------


def _steps(plan: Plan) -> tuple[dict[str, list[_Step]], frozenset[str]]:
    """The columns of each fact with their steps; the criteria below which one cannot be moved."""
    steps: dict[str, list[_Step]] = {}
    fixed: set[str] = set()
    years: dict[str, list[Needed]] = {}
    for needed in plan.facts:
        definition = needed.definition
        if needed.table or not isinstance(definition, FactDefinition):
            continue
        if not definition.type.is_number or definition.unit.name == "1:n":
            # Only numbers are moved, and nobody counts in parts of a ratio.
            continue
        years.setdefault(needed.name, []).append(needed)
        step = _step(needed, definition)
        if step is None:
            fixed.add(needed.name)
        else:
            steps.setdefault(needed.name, []).append(step)
    # A fixed year may be the one that another column has as so many years back.
    fixed |= {
        name
        for name, several in years.items()
        if len(several) > 1 and any(needed.moment.year is not None for needed in several)
    }
    unmoved = {
        criterion.id
        for criterion in plan.ruleset.criteria
        if not fixed.isdisjoint(rests_on(criterion, plan.ruleset).facts)
    }
    return steps, frozenset(unmoved)


def _step(needed: Needed, definition: FactDefinition) -> _Step | None:
    """How far one quantum of a fact is in its column; None where that is no whole number."""
    if not needed.quantum or not definition.quantum:
        return None
    size = definition.quantum / needed.quantum
    if size.denominator != 1:
        return None
    return _Step(needed.column, size.numerator, needed.low, needed.high)


def _groups(steps: Mapping[str, list[_Step]], plan: Plan) -> list[_Group]:
    moves: dict[str, list[str]] = {}
    readers: dict[str, set[str]] = {}
    for criterion in plan.ruleset.criteria:
        # Nothing is short of what only decides whether a criterion applies, or gives points.
        levels = replace(criterion, applies_when=None, points=None, bonus=None)
        for name in rests_on(levels, plan.ruleset).facts:
            moves.setdefault(name, []).append(criterion.id)
        for name in rests_on(criterion, plan.ruleset).facts:
            readers.setdefault(name, set()).add(criterion.id)
    groups: list[_Group] = []
    for name in moves:
        for step in steps.get(name, ()):
            if not any(group.takes(step, moves[name], readers[name]) for group in groups):
                groups.append(_Group())
                groups[-1].takes(step, moves[name], readers[name])
    return groups


def _moved(
    encoded: Encoded, group: _Group, sign: int
) -> tuple[pl.DataFrame, Mapping[str, pl.Series]]:
    """The facts of a group moved; and where one stays, since it would leave its range."""
    subjects = encoded.subjects
    columns: list[pl.Series] = []
    edges: dict[str, pl.Series] = {}
    for step in group.steps.values():
        column = subjects[step.column]
        moved = column + sign * step.size
        inside = moved.is_between(step.low, step.high)
        columns.append(moved.zip_with(inside, column))
        edge = ~inside
        for mark in "?!":
            if f"{step.column}{mark}" in subjects.columns:
                edge = edge & ~subjects[f"{step.column}{mark}"]
        edges[step.column] = edge
    return subjects.with_columns(columns), edges
