"""Our engines on the job: the ruleset loaded and compiled, columns scored, sheets interpreted."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl

from benchmarks.job import COLUMNS, GRADES, GUARDS, INDICATORS, YEAR, write
from engine.facts.sheet import FactSheet, Subject
from engine.facts.values import Answer, Bound, By, Entry, Measured, Stated
from engine.language.diagnostics import Source, Span
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.scoring.columnar import Encoded, Plan, compile_ruleset, run
from engine.scoring.columnar_grading import Grader

_GRADES = pl.Enum(GRADES)


def loaded() -> tuple[Ruleset, Plan]:
    """The ruleset, and compiled for columns with nothing left to the interpreter."""
    with tempfile.TemporaryDirectory() as folder:
        result = load_file(write(Path(folder)))
    if result.diagnostics:
        raise ValueError(result.diagnostics)
    plan = compile_ruleset(result.ruleset)
    if plan.fallbacks:
        raise ValueError(plan.fallbacks)
    return result.ruleset, plan


def engine(plan: Plan, frame: pl.DataFrame, *, texts: bool = False) -> pl.DataFrame:
    """The columnar engine's own result; it remembers no grade from the round before."""
    plan = replace(plan, grader=None if plan.rule is None else Grader(plan.rule))
    return run(plan, Encoded(frame, {}, {}, frame.height), texts=texts)


def awarded(result: pl.DataFrame) -> pl.DataFrame:
    """Outcomes by criterion, best and worst grade by their place on the scale."""
    if (result["route"] != "columnar").any():
        raise ValueError("rows were left to the interpreter")
    return result.select(
        *(pl.col(f"outcome:{i.id}").alias(i.id) for i in INDICATORS),
        *(pl.col(g).cast(_GRADES).to_physical().cast(pl.UInt8) for g in ("best", "worst")),
    )


def sheets(rows: Iterable[Mapping[str, int | bool | None]], ruleset: Ruleset) -> list[FactSheet]:
    """The districts as fact sheets, as they are after reading."""
    source = Source("made up")
    span, facts = Span(source), ruleset.vocabulary.facts
    found = []
    for number, row in enumerate(rows):
        entries: dict[tuple[str, int], tuple[Entry, ...]] = {}
        places = [(c.name, c.fact, YEAR - c.prior, c.quantum) for c in COLUMNS]
        places += [(g, g, YEAR, Fraction(1)) for g in GUARDS]
        for name, fact, year, quantum in places:
            value = row[name]
            if value is None:
                continue
            stated: Stated = (
                Answer(value)
                if isinstance(value, bool)
                else Measured(value * quantum, Bound.EXACT, facts[fact].unit, None)
            )
            entries[fact, year] = (
                Entry(fact=fact, year=year, by=By.SELF, stated=stated, origin=span),
            )
        subject = Subject(code=f"{number:06}", name=f"示例县{number}")
        found.append(
            FactSheet(subject=subject, year=YEAR, entries=entries, tables={}, source=source)
        )
    return found
