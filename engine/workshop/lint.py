"""Finds what is doubtful about a ruleset although it loads: each check is a function in LINTS."""

import re
from collections.abc import Callable, Iterator

from ..language.diagnostics import Diagnostic, Span, in_order
from ..language.digest import expressions
from ..language.expression import Compare, Expr, Fact, Number, Op, Parameter, Special, walk
from ..language.limits import limits
from ..language.model import Criterion, Outcome, Ruleset, Status
from ..language.vocabulary import FactType

# Words of a title that name a comparison, with the operators that they allow.
_WORDS: tuple[tuple[str, frozenset[Op]], ...] = (
    ("不低于", frozenset({Op.GE})),
    ("不少于", frozenset({Op.GE})),
    ("不高于", frozenset({Op.LE})),
    ("不超过", frozenset({Op.LE})),
    ("低于", frozenset({Op.LT})),
    ("高于", frozenset({Op.GT})),
)


def _found(code: str, span: Span, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=span, values=values)


def unused_parameters(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A parameter that nothing reads is a limit that somebody thinks is in force."""
    used = {
        part.name
        for expr in expressions(ruleset)
        for part in walk(expr)
        if isinstance(part, Parameter)
    }
    for name, parameter in ruleset.parameters.items():
        if name not in used:
            yield _found("unused-parameter", parameter.span, name=name)


def uncited_criteria(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """Every criterion says which clause asks for it."""
    for criterion in ruleset.criteria:
        if not criterion.citation.text:
            yield _found("criterion-without-source", criterion.span, id=criterion.id)


def unexplained_reconstructions(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """What was not seen in the official text says what it was inferred from."""
    for criterion in ruleset.criteria:
        note = criterion.citation.note
        explained = note.zh or note.en or not criterion.citation.text
        if criterion.status is Status.RECONSTRUCTED and not explained:
            yield _found("reconstructed-without-note", criterion.span, id=criterion.id)


def unknown_directions(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A measure whose better direction nobody can tell cannot be checked for swapped levels."""
    for criterion in ruleset.criteria:
        if criterion.is_number and criterion.better is None:
            yield _found("direction-unknown", criterion.span, id=criterion.id)


def unused_vetoes(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A veto that the grade rule never asks about has no effect."""
    if ruleset.grade is None:
        return
    rule = ruleset.grade
    conditions: list[Expr | None] = [award.when for award in rule.award]
    conditions += [cap.when for cap in rule.caps]
    conditions += [downgrade.when for downgrade in rule.downgrades]
    asked = any(
        isinstance(part, Special) and part.name == "any_veto"
        for condition in conditions
        if condition is not None
        for part in walk(condition)
    )
    for criterion in ruleset.criteria:
        if criterion.veto and not asked:
            yield _found("veto-unused", criterion.span, id=criterion.id)


def contradicting_titles(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A title that says 不低于 beside a limit that says >."""
    for criterion in ruleset.criteria:
        first = next((x for x in criterion.levels if x.outcome is Outcome.FULLY_MET), None)
        found = limits(first.condition) if first is not None else None
        if first is None or not found or len(found) != 1:
            continue
        title = criterion.title.zh
        for word, allowed in _WORDS:
            if word in title and re.search(rf"{word}\s*\d", title):
                if found[0][0] not in allowed:
                    op = found[0][0]
                    yield _found(
                        "title-against-limit", first.span, id=criterion.id, word=word, op=op
                    )
                break


def bare_rates(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """``>= 50`` for a rate means five thousand per cent."""
    for criterion in ruleset.criteria:
        if not _is_rate(criterion, ruleset):
            continue
        for level in criterion.levels:
            for part in walk(level.condition):
                if isinstance(part, Compare) and _has_bare(part):
                    yield _found("bare-number-for-rate", level.span, text=level.text)


def _is_rate(criterion: Criterion, ruleset: Ruleset) -> bool:
    measure: Expr | None = criterion.measure
    if not isinstance(measure, Fact):
        return False
    return ruleset.vocabulary.facts[measure.name].type is FactType.RATE


def _has_bare(comparison: Compare) -> bool:
    return any(
        isinstance(right, Number) and not right.unit and right.value > 1
        for _, right in comparison.rest
    )


def untranslated_titles(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """Reports are written in both languages."""
    for criterion in ruleset.criteria:
        if not criterion.title.zh or not criterion.title.en:
            yield _found("untranslated", criterion.span, id=criterion.id)


LINTS: tuple[Callable[[Ruleset], Iterator[Diagnostic]], ...] = (
    unused_parameters,
    uncited_criteria,
    unexplained_reconstructions,
    unknown_directions,
    unused_vetoes,
    contradicting_titles,
    bare_rates,
    untranslated_titles,
)


def lint(ruleset: Ruleset) -> tuple[Diagnostic, ...]:
    """Every finding of every check, by place."""
    return in_order(diagnostic for check in LINTS for diagnostic in check(ruleset))
