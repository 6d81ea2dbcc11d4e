"""Outcomes counted and as shares, of what was found and of what somebody declared."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..facts.values import By
from ..language.model import Outcome
from ..language.units import decimal_text
from ..scoring.assess import Assessment


def shares(assessment: Assessment, counts: Mapping[Outcome, int] | None = None) -> dict[str, Any]:
    """Each outcome's share of the applicable criteria (or of all, where the ruleset says so)."""
    counts = assessment.counts if counts is None else counts
    counted = tuple(
        outcome
        for outcome in Outcome
        if outcome is not Outcome.NOT_APPLICABLE or assessment.ruleset.counts_inapplicable
    )
    whole = sum(counts[outcome] for outcome in counted)
    found: dict[str, Any] = {"of": whole}
    for outcome in counted:
        share = Fraction(counts[outcome], whole) if whole else None
        found[str(outcome)] = (
            None
            if share is None
            else {"exact": str(share), "shown": f"{decimal_text(share * 100, 2)}%"}
        )
    return found


def declared_counts(assessment: Assessment) -> dict[By, Mapping[Outcome, int]]:
    """The outcomes that each source declared, counted; a source that declared none is left out."""
    said: dict[By, Counter[Outcome]] = {}
    for result in assessment.evaluated:
        for declared in result.declared:
            said.setdefault(declared.by, Counter())[declared.outcome] += 1
    return {by: {o: said[by][o] for o in Outcome} for by in By if by in said}
