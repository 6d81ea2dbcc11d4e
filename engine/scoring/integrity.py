"""Checks a sheet against the integrity rules of its vocabulary: part ≤ whole, sums, jumps."""

from ..facts.sheet import year_of
from ..facts.values import Inapplicable, Measured
from ..language.diagnostics import Diagnostic, Related, Span
from ..language.expression import (
    Arithmetic,
    Compare,
    Expr,
    Fact,
    Negate,
    Number,
    table_names,
    walk,
)
from ..language.labelled import in_labels, named
from ..language.parts import whole_and_part
from ..language.vocabulary import IntegrityRule, Vocabulary
from .interpreter import Interpreter
from .values import NotApplicable, Truth


def broken_rules(interpreter: Interpreter) -> list[Diagnostic]:
    """One diagnostic for each rule that the facts break, at the first of its facts or tables."""
    found = []
    reported = {name for name, _ in interpreter.sheet.entries}
    vocabulary = interpreter.vocabulary
    for rule, needed in zip(vocabulary.integrity, _needed(vocabulary), strict=True):
        if not needed <= reported:
            continue
        with interpreter.facts.asked() as used:
            result = interpreter.condition(rule.rule)
        if isinstance(result, NotApplicable):
            found += _part_of_nothing(rule, interpreter)
        if not isinstance(result, Truth) or result.holds:
            continue
        places: list[Span] = [
            fact.entry.origin for fact in interpreter.facts.leaves(used) if fact.entry is not None
        ]
        tables = interpreter.sheet.tables
        places += [tables[name].origin for name in table_names(rule.rule) if name in tables]
        if not places:
            places = [Span(interpreter.sheet.source)]
        found.append(
            Diagnostic(
                code="integrity-error" if rule.blocks else "integrity-warning",
                span=places[0],
                values={
                    "id": rule.id,
                    "rule": in_labels(rule.rule, interpreter.vocabulary),
                    "because": rule.because,
                    "facts": named(rule.rule, interpreter.vocabulary),
                },
                related=tuple(Related(place, "also_here") for place in places[1:3]),
            )
        )
    return found


_known: list[tuple[Vocabulary, tuple[frozenset[str], ...]]] = []


def _needed(vocabulary: Vocabulary) -> tuple[frozenset[str], ...]:
    """For each rule the facts without which it cannot be broken; kept for the last vocabulary.

    Those are the reported facts of a single comparison of sums and quotients: one that is missing
    leaves it unknown. Of any other rule none is taken for granted.
    """
    if not _known or _known[0][0] is not vocabulary:
        needed = tuple(_always_read(rule.rule, vocabulary) for rule in vocabulary.integrity)
        _known[:] = [(vocabulary, needed)]
    return _known[0][1]


def _always_read(rule: Expr, vocabulary: Vocabulary) -> frozenset[str]:
    parts = tuple(walk(rule))
    plain = (Arithmetic, Compare, Fact, Negate, Number)
    if not isinstance(rule, Compare) or len(rule.rest) != 1:
        return frozenset()
    if not all(isinstance(part, plain) for part in parts):
        return frozenset()
    names = {part.name for part in parts if isinstance(part, Fact)}
    return frozenset(name for name in names if vocabulary.facts[name].derived is None)


def _part_of_nothing(rule: IntegrityRule, interpreter: Interpreter) -> list[Diagnostic]:
    """A part that was reported although the whole was declared not applicable."""
    parts = whole_and_part(rule.rule)
    if parts is None:
        return []
    whole, part = parts
    sheet, vocabulary = interpreter.sheet, interpreter.vocabulary
    given = sheet.chosen(part.name, year_of(part.name, sheet.year, vocabulary))
    none = sheet.chosen(whole.name, year_of(whole.name, sheet.year, vocabulary))
    if given is None or none is None or not isinstance(none.stated, Inapplicable):
        return []
    if not isinstance(given.stated, Measured) or given.stated.value == 0:
        return []
    return [
        Diagnostic(
            code="part-of-inapplicable",
            span=none.origin,
            values={"name": whole.name, "part": part.name, "found": given.stated.text()},
            related=(Related(given.origin, "also_here"),),
        )
    ]
