"""Audits what a district states although it follows from its other facts.

A figure that is a fair rounding still contradicts its parts when it hides a missed limit: 49.98 %
stated as 50 % against a limit of 50 % gives a better outcome than the parts do.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..facts.claims import Agreement, agreement
from ..facts.values import Entry, Measured
from ..language.model import Outcome
from .fact_values import Basis, FactValue, Moment
from .interpreter import Interpreter
from .outcome import CriterionResult, evaluate
from .surds import Surd
from .values import Number, Real, point

_ORDER = (Outcome.FULLY_MET, Outcome.BASICALLY_MET, Outcome.NOT_MET)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAudit:
    """A claim beside what its parts give; criteria in ``hidden`` would come out better by it."""

    name: str
    year: int
    entry: Entry
    computed: Real
    agreement: Agreement
    parts: tuple[FactValue, ...]
    hidden: tuple[str, ...] = ()


def audit(
    interpreter: Interpreter, results: Iterable[CriterionResult] = ()
) -> tuple[ClaimAudit, ...]:
    """Every claim whose parts are reported, in the order of the sheet."""
    found = []
    evaluated = tuple(results)
    for (name, year), stated in interpreter.sheet.entries.items():
        definition = interpreter.vocabulary.facts[name]
        if definition.derived is None:
            continue
        base = interpreter.base_year(name)
        value = interpreter.fact(name, Moment(base - year))
        computed = value.value.exact if isinstance(value.value, Number) else None
        if value.basis is not Basis.COMPUTED or computed is None:
            continue
        for entry in stated:
            if not isinstance(entry.stated, Measured):
                continue
            verdict = _agreement(entry.stated, computed)
            hidden: tuple[str, ...] = ()
            if verdict in (Agreement.ROUNDED, Agreement.CUT):
                hidden = _hidden(interpreter, entry, evaluated)
                if hidden:
                    verdict = Agreement.HIDES_LIMIT
            found.append(
                ClaimAudit(
                    name=name,
                    year=year,
                    entry=entry,
                    computed=computed,
                    agreement=verdict,
                    parts=tuple(interpreter.facts.leaves(value.parts)),
                    hidden=hidden,
                )
            )
    return tuple(found)


def _agreement(stated: Measured, computed: Real) -> Agreement:
    if isinstance(computed, Surd):
        low, _ = computed.between(256)
        return agreement(stated, low)
    return agreement(stated, computed)


def _hidden(
    interpreter: Interpreter, entry: Entry, results: tuple[CriterionResult, ...]
) -> tuple[str, ...]:
    """The criteria that the claim would lift, if it were taken in place of its parts."""
    if not isinstance(entry.stated, Measured):
        return ()
    key = (entry.fact, entry.year)
    believing = interpreter.replaced(key, point(entry.stated.value))
    return tuple(
        result.criterion.id
        for result in results
        if result.outcome in _ORDER
        and any((fact.name, fact.year) == key for fact in result.derived)
        and _better(evaluate(result.criterion, believing), result)
    )


def _better(claimed: CriterionResult, real: CriterionResult) -> bool:
    if claimed.outcome not in _ORDER:
        return False
    return _ORDER.index(claimed.outcome) < _ORDER.index(real.outcome)
