"""What a ruleset asks of a sheet: facts by year, claims, columns of tables, words, judgements."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..language.digest import expressions
from ..language.expression import (
    Aggregate,
    Arithmetic,
    Call,
    Column,
    Compare,
    Expr,
    Fact,
    Function,
    Number,
    Parameter,
    Special,
    Word,
    children,
    walk,
)
from ..language.model import OTHERWISE, Criterion, Ruleset
from ..language.units import PLAIN, find_unit, in_base
from ..language.vocabulary import Vocabulary
from ..scoring.fact_values import NOW, Key, Moment


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that a whole sheet holds for one ruleset and evaluation year.

    ``rows`` are the words by which a ruleset tells rows of a table apart.
    """

    reported: tuple[Key, ...]
    derived: tuple[Key, ...]
    columns: Mapping[str, tuple[str, ...]]
    rows: Mapping[str, frozenset[str]]
    words: Mapping[str, tuple[str, ...]]
    judged: tuple[str, ...]
    movable: tuple[str, ...]


def needs_of(ruleset: Ruleset, year: int) -> Needs:
    """What the ruleset, its parameters and the definitions of its facts ask for."""
    vocabulary = ruleset.vocabulary
    keys: dict[Key, None] = {}
    columns: dict[str, set[str]] = {}
    rows: dict[str, set[str]] = {}
    for expr in expressions(ruleset):
        _visit(expr, NOW, vocabulary, year, keys, (columns, rows))
    order = {name: position for position, name in enumerate(vocabulary.facts)}
    found = sorted(keys, key=lambda key: (order[key[0]], key[1]))
    return Needs(
        reported=tuple(k for k in found if vocabulary.facts[k[0]].derived is None),
        derived=tuple(k for k in found if vocabulary.facts[k[0]].derived is not None),
        columns={
            name: tuple(c for c in table.columns if c in columns[name] or c == table.key)
            for name, table in vocabulary.tables.items()
            if name in columns
        },
        rows={name: frozenset(words) for name, words in rows.items()},
        words=_words(ruleset),
        judged=tuple(c.id for c in ruleset.criteria if c.judged),
        movable=tuple(c.id for c in ruleset.criteria if _movable(c, vocabulary)),
    )


def _visit(
    expr: Expr,
    moment: Moment,
    vocabulary: Vocabulary,
    year: int,
    keys: dict[Key, None],
    tables: tuple[dict[str, set[str]], dict[str, set[str]]],
) -> None:
    """Follow years as the interpreter does, and definitions to their parts."""
    if isinstance(expr, Fact):
        definition = vocabulary.facts[expr.name]
        base = year - (1 if definition.previous_year else 0)
        of = moment.year if moment.year is not None else base - moment.shift
        if (expr.name, of) in keys:
            return
        keys[expr.name, of] = None
        if definition.derived is not None:
            _visit(definition.derived, Moment(base - of), vocabulary, year, keys, tables)
        return
    if isinstance(expr, Aggregate):
        columns, rows = (table.setdefault(expr.table, set()) for table in tables)
        columns.update(part.name for part in walk(expr) if isinstance(part, Column))
        rows.update(part.text for part in walk(expr) if isinstance(part, Word))
    for part, then in _moments(expr, moment):
        _visit(part, then, vocabulary, year, keys, tables)


def _moments(expr: Expr, moment: Moment) -> Iterator[tuple[Expr, Moment]]:
    """The parts of an expression, each with the years that it is read for."""
    if isinstance(expr, Call):
        first, *rest = expr.arguments
        match expr.function:
            case Function.PRIOR:
                yield first, moment.back(_whole(rest[0]) if rest else 1)
                return
            case Function.IN_YEAR:
                yield rest[0], Moment(0, _whole(first))
                return
            case Function.EVERY_YEAR | Function.ANY_YEAR:
                for back in range(_whole(first)):
                    yield rest[0], moment.back(back)
                return
            case _:
                pass
    for part in children(expr):
        yield part, moment


def _whole(expr: Expr) -> int:
    if not isinstance(expr, Number):
        raise TypeError("years are written numbers")
    return int(in_base(expr.value, find_unit(expr.unit) or PLAIN))


def _words(ruleset: Ruleset) -> dict[str, tuple[str, ...]]:
    """What a subject's attributes may be so that every parameter has a value for it."""
    words: dict[str, tuple[str, ...]] = {
        name: known for name, known in ruleset.vocabulary.attributes.items() if known
    }
    words.setdefault("kind", ("district",))
    for parameter in ruleset.parameters.values():
        if parameter.by is None or OTHERWISE in parameter.values:
            continue
        given = tuple(parameter.values)
        known = words.get(parameter.by, given)
        words[parameter.by] = tuple(w for w in known if w in given) or given
    return words


def _movable(criterion: Criterion, vocabulary: Vocabulary) -> bool:
    """Whether the limit of a criterion may be reached by one number of a sheet."""
    if criterion.judged:
        return False
    parts = [criterion.measure] if criterion.measure is not None else []
    parts += [level.condition for level in criterion.levels]
    inside = [part for expr in parts for part in walk(expr)]
    names = [part.name for part in inside if isinstance(part, Fact)]
    if any(isinstance(part, Aggregate) for part in inside):
        return False
    if not any(isinstance(part, Compare) for part in inside):
        return False
    return any(vocabulary.facts[name].type.is_number for name in names)


@dataclass(frozen=True, slots=True)
class Uses:
    """How the criteria of a ruleset compare one fact: with constants only, or otherwise too."""

    limits: tuple[Expr, ...]
    criteria: tuple[str, ...]
    tangled: bool


def uses_of(ruleset: Ruleset) -> dict[str, Uses]:
    """For each fact that criteria speak of, the constants it may be compared with.

    ``tangled``: it is calculated with or compared with another fact, so that no constant tells
    where an outcome turns.
    """
    limits: dict[str, dict[Expr, None]] = {}
    criteria: dict[str, dict[str, None]] = {}
    tangled: set[str] = set()
    for criterion in ruleset.criteria:
        parts = [e for e in (criterion.measure, criterion.applies_when) if e is not None]
        parts += [level.condition for level in criterion.levels]
        inside = [part for expr in parts for part in walk(expr)]
        names = _named(inside, ruleset.vocabulary, tangled)
        constants = [p for p in inside if isinstance(p, (Number, Parameter))]
        for part in inside:
            if isinstance(part, Arithmetic) or (isinstance(part, Compare) and not _plain(part)):
                tangled.update(p.name for p in walk(part) if isinstance(p, Fact))
                if criterion.measure is not None:
                    tangled.update(names if isinstance(part, Compare) else ())
            elif isinstance(part, Call) and part.function is not Function.REPORTED:
                tangled.update(p.name for p in walk(part) if isinstance(p, Fact))
        for name in names:
            limits.setdefault(name, {}).update(dict.fromkeys(constants))
            criteria.setdefault(name, {})[criterion.id] = None
    return {
        name: Uses(tuple(limits[name]), tuple(criteria[name]), name in tangled) for name in criteria
    }


def _named(inside: list[Expr], vocabulary: Vocabulary, tangled: set[str]) -> list[str]:
    """The facts of a criterion and those that they follow from; what is calculated with."""
    todo = [part.name for part in inside if isinstance(part, Fact)]
    seen: dict[str, None] = {}
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen[name] = None
        parts = vocabulary.parts(name)
        tangled.update(parts)
        todo += parts
    return list(seen)


def _plain(comparison: Compare) -> bool:
    """One fact, or the measure, beside constants."""
    sides = [comparison.first, *(right for _, right in comparison.rest)]
    return sum(not isinstance(side, (Number, Parameter)) for side in sides) == 1 and all(
        isinstance(side, (Number, Parameter, Fact, Special)) for side in sides
    )
