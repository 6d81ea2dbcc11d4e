"""Finds what is doubtful about a ruleset although it loads: each check is a function in LINTS."""

import re
from collections.abc import Callable, Iterator

from ..language.diagnostics import Diagnostic, Related, Span, in_order
from ..language.digest import expressions
from ..language.expression import Expr, Op, Parameter, Special, walk
from ..language.limits import limits
from ..language.model import Outcome, Ruleset, Status
from ..language.vocabulary import nearest
from ..scoring.cohort import comparisons
from .lint_columns import left_to_the_interpreter
from .lint_limits import bare_rates, levels_dead_for_some, limits_out_of_range, turned_levels
from .lint_points import (
    dead_awards,
    dead_steps,
    odd_points,
    points_out_of_reach,
    scale_upside_down,
)

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
            yield Diagnostic(
                code="unused-parameter",
                span=parameter.span,
                values={"name": name},
                suggestion=nearest(name, tuple(used)),
            )


def unused_batches(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A ruleset that says that it compares subjects does so."""
    rule = ruleset.batch
    if rule is not None and rule.span.source == ruleset.source and not comparisons(ruleset):
        yield _found("batch-unused", rule.span)


def unsourced_changes(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """A new limit under the clause of the old one passes for what that clause says."""
    for change in ruleset.changes:
        if not change.sourced and change.span.source == ruleset.source:
            yield Diagnostic(
                code="change-without-source",
                span=change.span,
                values={"name": change.name},
                related=(Related(change.replaced, "replaced_value_here"),),
            )


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


def untranslated_titles(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """Reports are written in both languages."""
    for criterion in ruleset.criteria:
        if not criterion.title.zh or not criterion.title.en:
            yield _found("untranslated", criterion.span, id=criterion.id)


LINTS: tuple[Callable[[Ruleset], Iterator[Diagnostic]], ...] = (
    unused_parameters,
    unused_batches,
    unsourced_changes,
    uncited_criteria,
    unexplained_reconstructions,
    unknown_directions,
    unused_vetoes,
    contradicting_titles,
    bare_rates,
    limits_out_of_range,
    turned_levels,
    levels_dead_for_some,
    scale_upside_down,
    dead_awards,
    points_out_of_reach,
    dead_steps,
    odd_points,
    left_to_the_interpreter,
    untranslated_titles,
)


def lint(ruleset: Ruleset) -> tuple[Diagnostic, ...]:
    """Every finding of every check, by place."""
    return in_order(diagnostic for check in LINTS for diagnostic in check(ruleset))
