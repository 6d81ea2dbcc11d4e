"""OpenFisca-core: 120 input variables and 60 formulas over arrays, as a country package has them.

    build/bench/openfisca/bin/python benchmarks/peers/openfisca_duty.py --rows 100000

Its floats are 32 bits wide. It knows no missing value and takes 0 for what was not reported, so NaN
stands for it here. Growth asks for the year before, as `period.last_year`. Counts and the best and
the worst grade are formulas too. Ours runs in the same process, in alternation.
"""

import argparse
import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.data import made
from benchmarks.engine_job import awarded, engine, loaded
from benchmarks.job import (
    BASICALLY,
    COLUMNS,
    FULLY,
    GRADES,
    GUARDS,
    INDICATORS,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    YEAR,
    Indicator,
    Kind,
)
from benchmarks.measuring import alternated
from benchmarks.peers.common import in_units, limits, plain

DISTRICT = build_entity(key="district", plural="districts", label="District", is_person=True)
_OPS = {">=": np.greater_equal, ">": np.greater, "<=": np.less_equal, "<": np.less}


def _variable(name: str, kind: type, **more: Any) -> type:
    content = {
        "value_type": kind,
        "entity": DISTRICT,
        "definition_period": DateUnit.YEAR,
        "label": name,
        **more,
    }
    return type(name, (Variable,), content)


def _formula(indicator: Indicator) -> Callable[..., Any]:
    names = [plain(column.fact) for column in indicator.columns]
    priors = [column.prior for column in indicator.columns]
    percent = 100 if "%" in indicator.texts[0] else 1
    fully, basically = limits(indicator)
    op = _OPS.get(indicator.op)

    def formula(district: Any, period: Any) -> Any:
        values = [
            district(name, period.last_year if prior else period)
            for name, prior in zip(names, priors, strict=True)
        ]
        missing = np.any(np.isnan(values), axis=0)
        match indicator.kind:
            case Kind.RATIO:
                measure = values[0] / values[1] * percent
            case Kind.GROWTH:
                measure = (values[0] - values[1]) / values[1] * percent
            case Kind.SHARE:
                measure = (values[0] + values[1]) / values[2] * percent
            case Kind.LEAST:
                measure = np.fmin.reduce(values)
                missing &= ~(measure < basically)
            case _:
                measure = values[0]
        if indicator.kind in (Kind.RATIO, Kind.GROWTH, Kind.SHARE):
            missing |= values[-1] == 0
        if op is None:
            outcome = np.where(measure == 1, 0, 2)
        else:
            outcome = 2 - op(measure, fully) - 1 * op(measure, basically)
        outcome = np.where(missing, UNDETERMINED, outcome)
        if indicator.guard:
            applies = district(plain(indicator.guard), period)
            outcome = np.where(applies, outcome, NOT_APPLICABLE)
        return outcome

    return formula


def _count(outcome: int) -> Callable[..., Any]:
    def formula(district: Any, period: Any) -> Any:
        return sum(district(plain(i.id), period) == outcome for i in INDICATORS)

    return formula


def _least_short(district: Any, period: Any) -> Any:
    """How many smallest of four are open, but no longer fully met."""
    found = 0
    for i in INDICATORS:
        if i.kind is Kind.LEAST:
            values = [district(plain(column.name), period) for column in i.columns]
            below = np.fmin.reduce(values) < limits(i)[0]
            found = found + (below & (district(plain(i.id), period) == UNDETERMINED))
    return found


def _graded(best: bool) -> Callable[..., Any]:
    def formula(district: Any, period: Any) -> Any:
        fully, missed = district("fully", period), district("missed", period)
        opened = district("opened", period)
        applicable = fully + district("basically", period) + missed + opened
        vetoes = [district(plain(i.id), period) for i in INDICATORS if i.veto]
        vetoed = np.any([v == NOT_MET for v in vetoes], axis=0)
        if best:
            fully = fully + opened - district("short", period)
        else:
            missed = missed + opened
            vetoed |= np.any([v == UNDETERMINED for v in vetoes], axis=0)
        top = (fully * 10 >= applicable * 9) & (missed == 0) & ~vetoed
        return 2 - 1 * (missed * 10 <= applicable) - top

    return formula


def system() -> TaxBenefitSystem:
    """All variables."""
    found = TaxBenefitSystem([DISTRICT])
    for column in COLUMNS:
        if not column.prior:
            found.add_variable(_variable(plain(column.name), float))
    for guard in GUARDS:
        found.add_variable(_variable(plain(guard), bool))
    for i in INDICATORS:
        found.add_variable(_variable(plain(i.id), int, formula=_formula(i)))
    counts = {"fully": FULLY, "basically": BASICALLY, "missed": NOT_MET, "opened": UNDETERMINED}
    for name, outcome in counts.items():
        found.add_variable(_variable(name, int, formula=_count(outcome)))
    found.add_variable(_variable("short", int, formula=_least_short))
    found.add_variable(_variable("best", int, formula=_graded(True)))
    found.add_variable(_variable("worst", int, formula=_graded(False)))
    return found


def inputs(frame: pl.DataFrame) -> list[tuple[str, str, Any]]:
    """Variable, year and values, in the units of the texts."""
    found = []
    for c in COLUMNS:
        per_unit = in_units(c, 1) if c.type != "yes_no" else 1.0
        known = frame[c.encoded].cast(pl.Float64) * per_unit
        values = known.to_numpy().copy()
        values[frame[f"{c.encoded}?"].to_numpy()] = np.nan
        found.append((plain(c.fact), str(YEAR - c.prior), values))
    return [*found, *((plain(g), str(YEAR), frame[f"{g}@0"].to_numpy()) for g in GUARDS)]


def simulate(duty: TaxBenefitSystem, given: list[tuple[str, str, Any]]) -> list[Any]:
    """One simulation: inputs set, outcomes and grades calculated."""
    simulation = SimulationBuilder().build_default_simulation(duty, count=len(given[0][2]))
    for name, year, values in given:
        simulation.set_input(name, year, values)
    names = [*(plain(i.id) for i in INDICATORS), "best", "worst"]
    return [simulation.calculate(name, str(YEAR)) for name in names]


def main() -> None:
    """Times of both, and OpenFisca's outcomes of the first rows, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checked", type=int, default=3_000)
    options = parser.parse_args()
    np.seterr(divide="ignore", invalid="ignore")
    frame, duty = made(options.rows), system()
    given, (_, plan) = inputs(frame), loaded()
    mine = awarded(engine(plan, frame.head(options.checked))).rows()
    judged = np.array(simulate(duty, inputs(frame.head(options.checked)))).T.tolist()
    taken = alternated(
        {"theirs": lambda: simulate(duty, given), "ours": lambda: engine(plan, frame)},
        options.rounds,
    )
    found = {"package": f"openfisca-core {version('openfisca-core')}", "rows": options.rows}
    json.dump(
        {**found, "wall": taken.wall, "work": taken.work, "mine": _shown(mine), **_shown(judged)},
        sys.stdout,
    )


def _shown(rows: list[Any]) -> dict[str, Any]:
    """Outcomes and the two grades, row by row."""
    grades = [[GRADES[best], GRADES[worst]] for *_, best, worst in rows]
    return {"outcomes": [row[:-2] for row in rows], "grades": grades}


if __name__ == "__main__":
    main()
