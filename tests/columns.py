"""The columnar engine beside the interpreter: rows of both for the same sheets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.facts.sheet import FactSheet
from engine.language.diagnostics import FactsError
from engine.language.model import Ruleset
from engine.office.scoring import from_assessment
from engine.scoring.assess import assess
from engine.scoring.columnar import compile_ruleset, encode, run

Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """What the engines say of one sheet; ``interpreted`` is None for a sheet that is refused."""

    columnar: Cells
    interpreted: Cells | None

    @property
    def is_left(self) -> bool:
        """Whether the columnar engine left the sheet to the interpreter."""
        return bool(self.columnar["route"] == "interpreter")

    @property
    def differences(self) -> Mapping[str, tuple[Any, Any]]:
        """Where they disagree; a sheet that was left to the interpreter is no disagreement."""
        if self.is_left:
            return {}
        if self.interpreted is None:
            return {"refused": (False, True)}
        assert list(self.columnar) == list(self.interpreted)
        return {
            name: (self.columnar[name], value)
            for name, value in self.interpreted.items()
            if name != "route" and self.columnar[name] != value
        }


def columnar_rows(ruleset: Ruleset, sheets: Sequence[FactSheet]) -> list[dict[str, Any]]:
    """The rows of the columnar engine."""
    plan = compile_ruleset(ruleset)
    return run(plan, encode(plan, sheets)).to_dicts()


def compared(ruleset: Ruleset, sheets: Sequence[FactSheet]) -> list[Compared]:
    """Both engines on each sheet."""
    rows = columnar_rows(ruleset, sheets)
    assert len(rows) == len(sheets)
    return [
        Compared(row, _interpreted(ruleset, sheet, place))
        for place, (row, sheet) in enumerate(zip(rows, sheets, strict=True))
    ]


def _interpreted(ruleset: Ruleset, sheet: FactSheet, place: int) -> Cells | None:
    try:
        return from_assessment(assess(ruleset, sheet), place)
    except FactsError:
        return None
