"""Decides one question: proved for every sheet, or a small sheet with round numbers against it.

Proved over the reals first, which is fast; only where these have a counterexample are whole numbers
asked. Budgets count steps of the solver, not seconds, so that every run gives the same answer.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import z3

from ..scoring.lowering_inputs import Needed
from ..scoring.lowering_terms import Formula
from ..scoring.lowering_values import UnsupportedError
from .proofs import Answer
from .verify_junctions import Term, Test, conjunction
from .verify_sheets import Found, Space
from .verify_terms import SECOND, Translation, World

# Steps of the solver for one question; a proof takes a few thousand, 2 million about 0.25 s.
BUDGET = 1_500_000
# With written rows of a table, products of many cells are soon beyond the solver.
BUDGET_OF_ROWS = 300_000
MOST_ROWS = 2
# Of a core with more pins than that, so large a part is dropped at once.
MANY = 4
_CELL = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a question is asked: what is read, what is reported, what is assumed."""

    space: Space
    missing: frozenset[str] = frozenset()
    assumed: tuple[Formula, ...] = ()
    tables: bool = False
    # Numbers that are no columns of a sheet, with their range.
    free: Mapping[str, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    # What readers expect of columns, before what is typical of them.
    expected: Mapping[str, Fraction] = field(default_factory=dict)
    budget: int = BUDGET
    budget_of_rows: int = BUDGET_OF_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer; refuted with one sheet or two that differ in ``second``."""

    answer: Answer
    found: Found = field(default_factory=Found)
    other: Found | None = None
    rows: int = 0
    why: str = ""


PROVED = Decision(answer=Answer.PROVED)
Goal = Callable[[Translation, Translation], Test]


def decide(setting: Setting, goal: Goal, differing: frozenset[str] = frozenset()) -> Decision:
    """Whether no sheet (no pair of sheets that differ in those columns) satisfies ``goal``."""
    try:
        first = _proof(setting, goal, differing)
        return first if first is not None else _searched(setting, goal, differing)
    except UnsupportedError as error:
        return Decision(answer=Answer.UNKNOWN, why=str(error))


def seek(setting: Setting, goal: Goal) -> Decision:
    """The same where a sheet is expected: it is looked for first."""
    try:
        found = _searched(setting, goal, frozenset(), rounded=False)
        if found.answer is not Answer.UNKNOWN:
            return found
        return _proof(setting, goal, frozenset()) or found
    except UnsupportedError as error:
        return Decision(answer=Answer.UNKNOWN, why=str(error))


def find(setting: Setting, goal: Goal, differing: frozenset[str] = frozenset()) -> Decision:
    """Only looks for a sheet, or for two that differ in those columns."""
    try:
        return _searched(setting, goal, differing, rounded=False)
    except UnsupportedError as error:
        return Decision(answer=Answer.UNKNOWN, why=str(error))


def proved(setting: Setting, goal: Goal, differing: frozenset[str] = frozenset()) -> bool:
    """Whether it is proved, over the reals, that no sheet satisfies the goal."""
    try:
        decision = _proof(setting, goal, differing)
    except UnsupportedError:
        return False
    return decision is not None and decision.answer is Answer.PROVED


# -- the two passes -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Problem:
    """The terms of one pass."""

    sheets: tuple[Translation, Translation]
    tests: list[Test]
    impossible: bool
    rows: int | None


def _problem(
    setting: Setting, goal: Goal, differing: frozenset[str], *, whole: bool, rows: int | None
) -> _Problem:
    world = World(missing=setting.missing, rows=rows)
    fine = {**setting.space.fine, **setting.free}
    first = Translation(world=world, whole=whole, fine=fine)
    second = first
    if differing:
        renamed = {name: f"{name}{SECOND}" for name in differing}
        second = Translation(world=world, whole=whole, fine=fine, renamed=renamed)
        # One variable for what both sheets share.
        second.columns, second.flags = first.columns, first.flags
    sheets = (first, second)
    wanted = [goal(first, second)]
    for sheet in sheets[: 2 if differing else 1]:
        wanted += [sheet.test(formula) for formula in setting.assumed]
    wanted += _worded(setting.space, first)
    counts = setting.space.counts
    wanted += [t >= 0 for n, t in first.columns.items() if n.removesuffix(SECOND) in counts]
    tests = [*first.sides, *(second.sides if second is not first else ()), *wanted]
    whole_test = conjunction(tests)
    kept = [] if whole_test is True or whole_test is False else [t for t in tests if t is not True]
    return _Problem(sheets, kept, whole_test is False, rows)


def _worded(space: Space, sheet: Translation) -> Iterator[Test]:
    """Words are among those that are allowed; a year written is the year shifted to it."""
    year = sheet.columns.get("evaluation.year")
    if year is not None:
        for a, b, of in space.aliases():
            if a in sheet.columns and b in sheet.columns:
                yield z3.Implies(year == of, sheet.columns[a] == sheet.columns[b])
    for name, needed in space.by_column.items():
        codes = space.codes(needed)
        for column in (name, f"{name}{SECOND}"):
            term = sheet.columns.get(column)
            if codes is not None and term is not None:
                yield z3.Or([term == code for code in codes])


def _solver(tests: Sequence[Test], budget: int) -> Any:
    solver = z3.Solver()
    solver.set("rlimit", budget)
    solver.set("random_seed", 0)
    solver.add(*tests)
    return solver


def _proof(setting: Setting, goal: Goal, differing: frozenset[str]) -> Decision | None:
    """Proved or not known; None where there is a counterexample over the reals."""
    problem = _problem(setting, goal, differing, whole=False, rows=None)
    if problem.impossible:
        return PROVED
    result = _solver(problem.tests, setting.budget).check()
    if result == z3.unsat:
        return PROVED
    if result == z3.unknown:
        return Decision(answer=Answer.UNKNOWN, why="budget")
    return None


def _searched(
    setting: Setting, goal: Goal, differing: frozenset[str], *, rounded: bool = True
) -> Decision:
    """A counterexample in whole numbers; proved where there is none and no table is read."""
    for rows in range(1, MOST_ROWS + 1) if setting.tables else (0,):
        problem = _problem(setting, goal, differing, whole=True, rows=rows)
        if problem.impossible:
            result = z3.unsat
        else:
            budget = setting.budget_of_rows if setting.tables else setting.budget
            result, solver, model = _pinned(setting, problem, budget)
        if result == z3.sat:
            if rounded:
                model = _rounded(setting.space, problem, solver, model)
            first, second = problem.sheets
            return Decision(
                answer=Answer.REFUTED,
                found=_read(model, first, setting),
                other=_read(model, second, setting) if differing else None,
                rows=rows,
            )
        if result == z3.unknown:
            return Decision(answer=Answer.UNKNOWN, why="budget")
    return Decision(answer=Answer.UNKNOWN, why="rows") if setting.tables else PROVED


# -- readable numbers -----------------------------------------------------------------------------


def _pinned(setting: Setting, problem: _Problem, budget: int) -> tuple[Any, Any, Any]:
    """A model in which as many facts as possible have their typical value."""
    solver = _solver(problem.tests, budget)
    pins: dict[str, tuple[int, Test]] = {}
    needed = setting.space.by_column
    for name, term in problem.sheets[0].columns.items():
        about = needed.get(name.removesuffix(SECOND))
        typical = setting.expected.get(name.removesuffix(SECOND))
        if typical is None or typical.denominator != 1:
            typical = _expected(setting.space, name, about)
        if typical is None:
            continue
        pin = z3.Bool(f"pin~{name}")
        solver.add(z3.Implies(pin, term == int(typical)))
        directed = getattr(getattr(about, "definition", None), "better", None) is not None
        # The second sheet gives way first, then facts with a direction; totals stay as they are.
        order = 0 if name.endswith(SECOND) else 1 if directed else 2
        pins[str(pin)] = (order, pin)
    while True:
        result = solver.check(*(pin for _, pin in pins.values()))
        if result == z3.sat:
            return result, solver, solver.model()
        core = [str(c) for c in solver.unsat_core()] if result == z3.unsat else []
        known = [c for c in core if c in pins]
        if not known:
            return result, solver, None
        # Of a large core several at once: a whole sheet has many that are in each other's way.
        for name in sorted(known, key=lambda c: (pins[c][0], c))[: 1 + len(known) // MANY]:
            del pins[name]


def _expected(space: Space, name: str, about: Needed | None) -> Fraction | None:
    """The value that readers expect of a column; of a cell a plain one that differs by row."""
    if about is not None:
        typical = space.typical(about)
        if typical is None:
            typical = space.plain(about)
        return typical if typical is not None and typical.denominator == 1 else None
    cell = _CELL.fullmatch(name)
    if cell is None:
        return None
    found = space.lowerer.inputs.needed.get((cell[1], cell[3]))
    definition = found.definition if found is not None else None
    if found is None or definition is None or not definition.type.is_number:
        return None
    return Fraction(min(max(100 * (int(cell[2]) + 1), found.low), found.high))


def _rounded(space: Space, problem: _Problem, solver: Any, model: Any) -> Any:
    """The model with rounder numbers, one column after another."""
    needed = space.by_column
    for name, term in sorted(problem.sheets[0].columns.items()):
        about = needed.get(name.removesuffix(SECOND))
        now = _fraction(model.eval(term, model_completion=True))
        if now is None:
            continue
        step = space.step(about) if about is not None else Fraction(1)
        typical = space.typical(about) if about is not None else None
        for candidate in _round(now / step, None if typical is None else typical / step):
            value = candidate * step
            if value == now:
                break
            solver.push()
            solver.add(term == _term(value))
            if solver.check() == z3.sat:
                model = solver.model()
                solver.pop()
                now = value
                break
            solver.pop()
        solver.add(term == _term(now))
    return model if solver.check() != z3.sat else solver.model()


def _round(now: Fraction, typical: Fraction | None) -> Iterator[int]:
    """Rounder numbers near it, the roundest first; the number itself ends them."""
    if typical is not None and typical.denominator == 1:
        yield int(typical)
    yield 0
    size = len(str(abs(int(now))))
    for digits in range(1, 4):
        if digits >= size:
            break
        unit = 10 ** (size - digits)
        yield int(now // unit) * unit
        yield (int(now // unit) + 1) * unit
        yield int(now // unit) * unit + unit // 2
    if now.denominator == 1:
        yield int(now)
    else:
        yield int(now)
        yield int(now) + 1


def _term(value: Fraction) -> Term:
    if value.denominator == 1:
        return int(value)
    return z3.RealVal(f"{value.numerator}/{value.denominator}")


def _fraction(value: Any) -> Fraction | None:
    """The rational number of a model; None for any other."""
    if z3.is_int_value(value):
        return Fraction(value.as_long())
    if z3.is_rational_value(value):
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    return None


def _read(model: Any, sheet: Translation, setting: Setting) -> Found:
    """What the model says of one of the sheets, whatever it left open at its typical value."""
    numbers: dict[str, Fraction] = {}
    answers: dict[str, bool] = {}
    for name, term in sheet.columns.items():
        value = _fraction(model.eval(term, model_completion=True))
        if value is not None:
            numbers[name] = value
    for name, flag in sheet.flags.items():
        answers[name] = z3.is_true(model.eval(flag, model_completion=True))
    for name in sheet.renamed:
        second = f"{name}{SECOND}"
        if second in numbers:
            numbers[name] = numbers[second]
        if second in answers:
            answers[name] = answers[second]
    for name, needed in setting.space.by_column.items():
        _completed(setting, name, needed, numbers, answers)
    return Found(numbers=numbers, answers=answers)


def _completed(
    setting: Setting,
    name: str,
    needed: Needed,
    numbers: dict[str, Fraction],
    answers: dict[str, bool],
) -> None:
    given = name in numbers or name in answers or name in setting.missing
    if given or name == "evaluation.year":
        return
    space = setting.space
    definition = needed.definition
    if definition is not None and not definition.type.is_number and definition.type == "yes_no":
        answers[name] = False
        return
    codes = space.codes(needed)
    typical = space.typical(needed)
    low = Fraction(max(needed.low, 0))
    if definition is not None and definition.low is not None:
        low = definition.low / space.scale(needed)
    numbers[name] = typical if typical is not None else Fraction(codes[0]) if codes else low
