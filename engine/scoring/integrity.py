"""Checks a sheet against the integrity rules of its vocabulary: part ≤ whole, sums, jumps."""

from ..language.diagnostics import Diagnostic, Related, Span
from ..language.expression import fact_names, table_names
from .interpreter import Interpreter
from .values import Truth


def broken_rules(interpreter: Interpreter) -> list[Diagnostic]:
    """One diagnostic for each rule that the facts break, at the first of its facts or tables."""
    found = []
    for rule in interpreter.vocabulary.integrity:
        with interpreter.facts.asked() as used:
            result = interpreter.condition(rule.rule)
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
                    "rule": rule.text,
                    "because": rule.because,
                    "facts": (*fact_names(rule.rule), *table_names(rule.rule)),
                },
                related=tuple(Related(place, "also_here") for place in places[1:3]),
            )
        )
    return found
