"""CEL in Python (cel-python): 60 programs; doubles."""

import sys
from pathlib import Path

import celpy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.job import INDICATORS
from benchmarks.peers.common import Facts, Judge, report
from benchmarks.peers.written import Syntax, written


def prepare() -> Judge:
    """The programs, compiled once. What is missing is left out, which `has` can ask."""
    environment = celpy.Environment()
    syntax = Syntax("&&", "||", True, prefix="f.", missing="!has({})", known="has({})")
    programs = [environment.program(environment.compile(written(i, syntax))) for i in INDICATORS]

    def judge(facts: Facts) -> list[int]:
        known = {name: value for name, value in facts.items() if value is not None}
        activation = {"f": celpy.json_to_cel(known)}
        return [int(program.evaluate(activation)) for program in programs]

    return judge


if __name__ == "__main__":
    report("cel-python", prepare)
