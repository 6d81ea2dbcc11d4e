"""ZEN (GoRules): one decision with an expression node of 60 expressions; decimals."""

import sys
from pathlib import Path

import zen

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from benchmarks.job import INDICATORS
from benchmarks.peers.common import Facts, Judge, plain, report
from benchmarks.peers.written import Syntax, written


def prepare() -> Judge:
    """The decision, made once."""
    expressions = [
        {"id": i.id, "key": plain(i.id), "value": written(i, Syntax())} for i in INDICATORS
    ]
    place = {"x": 0, "y": 0}
    content = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode", "position": place},
            {
                "id": "rules",
                "name": "rules",
                "type": "expressionNode",
                "position": place,
                "content": {"expressions": expressions},
            },
            {"id": "out", "name": "out", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }
    decision = zen.ZenEngine().create_decision(content)
    keys = [plain(i.id) for i in INDICATORS]

    def judge(facts: Facts) -> list[int]:
        found = decision.evaluate(facts)["result"]
        return [int(found[key]) for key in keys]

    return judge


if __name__ == "__main__":
    report("zen-engine", prepare)
