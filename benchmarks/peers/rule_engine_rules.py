"""rule-engine: 60 expressions over a dict; decimals."""

import sys
from pathlib import Path

import rule_engine

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.job import INDICATORS
from benchmarks.peers.common import Facts, Judge, report
from benchmarks.peers.written import Syntax, written


def prepare() -> Judge:
    """The rules, parsed once."""
    context = rule_engine.Context(default_value=None)
    rules = [rule_engine.Rule(written(i, Syntax()), context=context) for i in INDICATORS]

    def judge(facts: Facts) -> list[int]:
        return [int(rule.evaluate(facts)) for rule in rules]

    return judge


if __name__ == "__main__":
    report("rule-engine", prepare)
