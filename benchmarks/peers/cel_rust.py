"""CEL in Rust (common-expression-language): 60 programs, one context a district; doubles."""

import sys
from pathlib import Path

import cel

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.job import INDICATORS
from benchmarks.peers.common import Facts, Judge, report
from benchmarks.peers.written import Syntax, written


def prepare() -> Judge:
    """The programs, compiled once. A dict in the place of a context is copied by each of them."""
    syntax = Syntax("&&", "||", double=True)
    programs = [cel.compile(written(i, syntax)) for i in INDICATORS]

    def judge(facts: Facts) -> list[int]:
        context = cel.Context(facts)
        return [program.execute(context) for program in programs]

    return judge


if __name__ == "__main__":
    report("common-expression-language", prepare)
