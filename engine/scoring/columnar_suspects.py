"""Which of many sheets may break a rule of the vocabulary: only these are gone through one by one.

This chooses the evaluator of the rules: columns for many sheets, the interpreter for few.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..facts.sheet import FactSheet
from ..language.model import Ruleset

if TYPE_CHECKING:
    from .columnar_integrity import Checks

# Fewer sheets are done by the interpreter before anything is compiled.
FEWEST = 10

_checks: list[tuple[Ruleset, "Checks | None"]] = []


def suspects(ruleset: Ruleset, sheets: Sequence[FactSheet]) -> Sequence[bool]:
    """For each sheet whether its rules have to be gone through."""
    if len(sheets) < FEWEST:
        return [True] * len(sheets)
    checks = compiled_checks(ruleset)
    return [True] * len(sheets) if checks is None else checks.suspects(sheets)


def compiled_checks(ruleset: Ruleset) -> "Checks | None":
    """The compiled integrity rules; those of the last ruleset are kept."""
    from .columnar_integrity import compile_integrity

    if not _checks or _checks[0][0] is not ruleset:
        _checks[:] = [(ruleset, compile_integrity(ruleset))]
    return _checks[0][1]
