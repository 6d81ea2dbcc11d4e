"""Compares both evaluators on 10⁵ made-up (ruleset, sheet) pairs: every ruleset on every sheet.

    python benchmarks/differential.py --pairs 100000 --seed 1

It prints what was decided by columns, what was left to the interpreter and why, and stops at the
first disagreement with the case.
"""

import argparse
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.facts.sheet import FactSheet
from engine.language.diagnostics import EngineError
from engine.language.model import Ruleset
from tests import strategies
from tests.columns import compared
from tests.made import Case, load
from tests.test_differential import odd_cases

# So many cases are crossed at a time.
BLOCK = 24


def crossed(ruleset: Ruleset, sheet: FactSheet) -> FactSheet:
    """The sheet with the judgements that the ruleset asks for."""
    known = {criterion.id for criterion in ruleset.criteria}
    return replace(sheet, declared={k: v for k, v in sheet.declared.items() if k in known})


def check(cases: list[Case], folder: Path, count: Counter[str]) -> None:
    """Every ruleset of the cases on every sheet of them."""
    loaded = []
    for case in cases:
        try:
            loaded.append(load(case, folder))
        except EngineError:
            count["rulesets refused"] += 1
    for ruleset, _ in loaded:
        sheets = [crossed(ruleset, sheet) for _, sheet in loaded]
        for place, found in enumerate(compared(ruleset, sheets)):
            count["pairs"] += 1
            count["left to the interpreter" if found.is_left else "decided by columns"] += 1
            if found.interpreted is None:
                count["refused by the interpreter"] += 1
            if found.differences:
                print(found.differences, cases[place], file=sys.stderr)
                raise AssertionError("the engines disagree")


def main() -> None:
    """Go on until there are enough pairs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        start = options.seed
        while count["pairs"] < options.pairs:

            @seed(start)
            @settings(
                max_examples=12,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(
                st.lists(strategies.cases(), min_size=BLOCK - 4, max_size=BLOCK),
                odd_cases(),
            )
            def block(cases: list[Case], odd: list[Case]) -> None:
                if count["pairs"] < options.pairs:
                    check([*cases, *odd[:2]], Path(folder), count)

            block()
            start += 1
            print(f"seeds {options.seed}..{start - 1}:", dict(count), flush=True)


if __name__ == "__main__":
    main()
