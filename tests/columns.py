"""The columnar engine beside the interpreter: rows of both for the same sheets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.facts.sheet import FactSheet
from engine.facts.sheet_reader import sheet_from_node
from engine.language.diagnostics import EngineError, FactsError, errors
from engine.language.model import Outcome, Ruleset
from engine.language.nodes import Node
from engine.language.reading import entries, text
from engine.office.scoring import from_assessment
from engine.scoring.assess import assess
from engine.scoring.columnar import compile_ruleset, encode, run
from engine.workshop.cases import Case as Expected
from engine.workshop.cases import Mismatch

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


def evaluate(case: Expected, ruleset: Ruleset) -> tuple[Mismatch, ...]:
    """What a written case expects and columns do not say; nothing of what is left to others."""
    try:
        read = sheet_from_node(case.sheet, case.source, ruleset.vocabulary)
    except EngineError:
        return ()
    if errors(read.diagnostics):
        return ()
    (row,) = columnar_rows(ruleset, [read.sheet])
    if row["route"] == "interpreter":
        return ()
    return tuple(
        Mismatch(what=what, expected=wanted, found=found, span=node.span)
        for key, node in case.expect
        for what, wanted, found in _expected(key.value, node, row)
        if exactly(wanted) != exactly(found)
    )


def _expected(key: str, node: Node, row: Cells) -> Iterator[tuple[str, str, str]]:
    """What a row says to one part of the expectations, as far as it says anything."""
    for name, wanted in entries(node):
        criterion = name.value
        if key == "outcomes":
            yield f"{key} {criterion}", text(wanted), tuple(Outcome)[row[f"outcome:{criterion}"]]
        elif key == "measures" and text(wanted) not in ("?", "irrational"):
            yield f"{key} {criterion}", text(wanted), row[f"measure:{criterion}"] or "?"
        elif key == "criterion_points":
            ends = (row[f"points_low:{criterion}"], row[f"points_high:{criterion}"])
            yield f"{key} {criterion}", text(wanted), _single(*ends) or "?"
    if key == "points":
        yield key, text(node), _single(row["total_low"], row["total_high"])
    elif key in ("grade", "best", "worst"):
        yield key, text(node), row["awarded" if key == "grade" else key] or ""


def _single(low: str | None, high: str | None) -> str:
    return low if low is not None and low == high else ""


def exactly(written: str) -> str:
    """A number in its one spelling; null as nothing; any other word as it is."""
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return "" if written in ("null", "~") else written
