"""Tries a limit at many settings: each district's measure is taken once and compared with all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from ..language.criteria import LEVEL_KEYS
from ..language.expression import Compare, Expr, Negate, Number, Op, Parameter, Special
from ..language.model import Criterion, Level, Outcome, Ruleset
from ..language.parser import parse
from ..language.printer import show_level
from ..language.units import PLAIN, find_unit, in_base
from ..language.vocabulary import nearest
from ..scoring.cohort import Cohort
from ..scoring.comparing import relate
from ..scoring.interpreter import Interpreter
from ..scoring.outcome import evaluate, rounded
from ..scoring.values import Condition, Value, point
from .districts import District
from .standing import Bounds, Ends, Grades, Item, Standing, mask_of, outcome_of, points_of

MOST_SETTINGS = 1000
# Without a step of its own a sweep takes the smallest round step that gives no more settings.
_AS_MANY = 100


class SweepError(Exception):
    """What is wrong with the words of a sweep: the key of a phrase and its values."""

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One level of one criterion and the limits to try, in the order that they were asked for."""

    criterion: Criterion
    level: Level
    settings: tuple[Number, ...]

    @property
    def name(self) -> str:
        """As it is written on the command line."""
        key = next(key for key, outcome in LEVEL_KEYS.items() if outcome is self.level.outcome)
        return f"{self.criterion.id}.{key}"

    @property
    def comparison(self) -> Compare:
        """The comparison whose limit is tried."""
        assert isinstance(self.level.condition, Compare)
        return self.level.condition

    def at(self, setting: Number) -> Criterion:
        """The criterion with that limit."""
        ((op, _),) = self.comparison.rest
        condition = replace(self.comparison, rest=((op, setting),))
        changed = replace(self.level, condition=condition, text=show_level(condition))
        levels = (changed if level is self.level else level for level in self.criterion.levels)
        return replace(self.criterion, levels=tuple(levels))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What comes of one limit: outcomes of the criterion, grades, and who has another than now."""

    limit: Number
    outcomes: Counter[Outcome]
    grades: Counter[Bounds]
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A sweep with what came of every setting."""

    sweep: Sweep
    settings: tuple[Setting, ...]

    @property
    def bites(self) -> tuple[int, ...]:
        """The places of the settings at which something is other than at the one before."""
        tried = self.settings
        return tuple(
            place
            for place, setting in enumerate(tried)
            if place
            and (setting.outcomes, setting.grades)
            != (tried[place - 1].outcomes, tried[place - 1].grades)
        )


# -- the words of a sweep ------------------------------------------------------------------------


def read_sweep(text: str, ruleset: Ruleset) -> Sweep:
    """``A3.4.fully=1%..10%``, with a step ``1%..10%/0.5%``. Raises `SweepError`."""
    name, equals, limits = (part.strip() for part in text.partition("="))
    low, dots, rest = limits.partition("..")
    high, slash, step = rest.partition("/") if "/" in rest else (rest, "", "")
    identifier, _, key = name.rpartition(".")
    if not equals or not dots or key not in LEVEL_KEYS or (slash and not step.strip()):
        raise SweepError("sweep_form", text=text)
    criterion = ruleset.criterion(identifier)
    if criterion is None:
        hint = nearest(identifier, tuple(c.id for c in ruleset.criteria))
        word = "no_criterion_hint" if hint else "no_criterion"
        raise SweepError(word, ruleset=ruleset.name, criterion=identifier, hint=hint)
    level = next((x for x in criterion.levels if x.outcome is LEVEL_KEYS[key]), None)
    if level is None or not _has_one_limit(level.condition):
        raise SweepError("sweep_limit", name=name)
    numbers = [_number(word, text) for word in (low, high, *([step] if slash else []))]
    return Sweep(
        criterion=criterion,
        level=level,
        settings=_settings(numbers, _limit(level, ruleset), text, name),
    )


def _has_one_limit(condition: Expr) -> bool:
    """One comparison with a number or a parameter: a limit that can be put elsewhere."""
    if not isinstance(condition, Compare) or len(condition.rest) != 1:
        return False
    ((_, limit),) = condition.rest
    limit = limit.operand if isinstance(limit, Negate) else limit
    return isinstance(limit, Number | Parameter)


def _number(word: str, text: str) -> Number:
    found = parse(word.strip())
    if isinstance(found, Negate) and isinstance(found.operand, Number):
        found = replace(found.operand, value=-found.operand.value)
    if not isinstance(found, Number):
        raise SweepError("sweep_form", text=text)
    return found


def _limit(level: Level, ruleset: Ruleset) -> Number | None:
    """The limit as it is now; of a parameter its value, or one of several."""
    assert isinstance(level.condition, Compare)
    ((_, limit),) = level.condition.rest
    limit = limit.operand if isinstance(limit, Negate) else limit
    if isinstance(limit, Parameter):
        parameter = ruleset.parameters[limit.name]
        values = [x for x in (parameter.value, *parameter.values.values()) if x is not None]
        return next((value for value in values if isinstance(value, Number)), None)
    return limit if isinstance(limit, Number) else None


def _settings(
    numbers: list[Number], limit: Number | None, text: str, name: str
) -> tuple[Number, ...]:
    """All limits from the first to the second, in one unit; a bare number is in the level's."""
    own = "" if limit is None else limit.unit
    unit = next((number.unit for number in numbers if number.unit), own)
    scale, wanted = find_unit(unit) or PLAIN, find_unit(own) or PLAIN
    if limit is not None and scale.dimension != wanted.dimension:
        raise SweepError("sweep_unit", name=name, unit=unit or "1", own=own or "1")
    if any(number.unit not in ("", unit) for number in numbers):
        raise SweepError("sweep_units", text=text)
    low, high = numbers[0].value, numbers[1].value
    step = numbers[2].value if len(numbers) == 3 else _round_step(high - low)
    if low >= high or step <= 0:
        raise SweepError("sweep_empty", text=text)
    count = (high - low) // step + 1
    if count > MOST_SETTINGS:
        raise SweepError("sweep_many", text=text, count=count, most=MOST_SETTINGS)
    return tuple(Number(low + step * place, unit) for place in range(count))


def _round_step(span: Fraction) -> Fraction:
    """The smallest of 1, 2, 5, 10 … or 0.5, 0.2, 0.1 … that makes no more than a hundred."""
    step, factors = Fraction(1), (2, Fraction(5, 2), 2)
    if span <= 0:
        return step
    while span / step >= _AS_MANY:
        step *= 10
    while span / (step / 10) < _AS_MANY:
        step /= 10
    for factor in factors:
        if span / (step / factor) >= _AS_MANY:
            break
        step /= factor
    return step


# -- trying --------------------------------------------------------------------------------------


def swept(
    ruleset: Ruleset,
    sweep: Sweep,
    districts: Sequence[District],
    standings: Sequence[Standing],
    cohort: Cohort | None = None,
) -> Swept:
    """Every setting for every district; only the criterion and the grade can be others."""
    place = ruleset.criteria.index(sweep.criterion)
    limits = [point(in_base(n.value, find_unit(n.unit) or PLAIN)) for n in sweep.settings]
    outcomes = [Counter[Outcome]() for _ in limits]
    bounds = [Counter[Bounds]() for _ in limits]
    moved = [0] * len(limits)
    grades = Grades(ruleset)
    for district, standing in zip(districts, standings, strict=True):
        interpreter = Interpreter(ruleset, district.sheet, cohort=cohort)
        items: list[Item] = list(
            zip(ruleset.criteria, standing.masks, standing.points, strict=True)
        )
        seen: dict[tuple[int, Ends | None], Bounds] = {}
        for number, result in enumerate(_results(sweep, limits, interpreter)):
            mask, points = result
            if result not in seen:
                items[place] = (sweep.criterion, mask, points)
                seen[result] = grades.of(items, interpreter)
            outcomes[number][outcome_of(mask)] += 1
            bounds[number][seen[result]] += 1
            moved[number] += seen[result] != standing.bounds
    return Swept(
        sweep=sweep,
        settings=tuple(
            Setting(limit=setting, outcomes=outcomes[n], grades=bounds[n], moved=moved[n])
            for n, setting in enumerate(sweep.settings)
        ),
    )


def _results(
    sweep: Sweep, limits: Sequence[Value], interpreter: Interpreter
) -> Iterator[tuple[int, Ends | None]]:
    """For each setting what is possible of the criterion, and its points.

    All else alike, the criterion depends on whether the one comparison holds: it is evaluated
    once for each answer to that.
    """
    answers = _answers(sweep, limits, _left(sweep, interpreter))
    known: dict[Condition, tuple[int, Ends | None]] = {}
    for setting, holds in zip(sweep.settings, answers, strict=True):
        if holds not in known:
            result = evaluate(sweep.at(setting), interpreter)
            known[holds] = mask_of(result.possible), points_of(result, interpreter)
        yield known[holds]


def _answers(sweep: Sweep, limits: Sequence[Value], left: Value) -> list[Condition]:
    """Whether the comparison holds at each limit; limits ascend, so that few need be asked.

    Along ascending limits ``<`` and the like change once, by way of unknown at most: what is the
    same at both ends of a stretch is the same in all of it.
    """
    ((op, _),) = sweep.comparison.rest
    if op in (Op.EQ, Op.NE):
        return [relate(op, left, limit) for limit in limits]
    found: dict[int, Condition] = {}

    def fill(first: int, last: int) -> None:
        for end in (first, last):
            if end not in found:
                found[end] = relate(op, left, limits[end])
        if found[first] == found[last]:
            found.update(dict.fromkeys(range(first + 1, last), found[first]))
        elif last - first > 1:
            middle = (first + last) // 2
            fill(first, middle)
            fill(middle, last)

    fill(0, len(limits) - 1)
    return [found[place] for place in range(len(limits))]


def _left(sweep: Sweep, interpreter: Interpreter) -> Value:
    """What is compared with the limits, rounded where the official text compares so."""
    criterion, first = sweep.criterion, sweep.comparison.first
    if first == Special("measure") and criterion.measure is not None:
        return rounded(criterion, interpreter.value(criterion.measure))
    return interpreter.value(first)
