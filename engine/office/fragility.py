"""How firm the outcomes of a batch are: one quantum from a limit, or many just above one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Any

from ..facts.sheet import FactSheet
from ..language.expression import And, Compare, Expr, Fact, Op, Special, walk
from ..language.model import Ruleset
from ..scoring.interpreter import Interpreter
from ..scoring.moving import exact

# Bunching is asked about from ten districts near a limit on, when chance would give so many on the
# good side in less than one batch of a thousand.
FEWEST = 10
# Measures that come in few sizes, such as counts of meetings, heap on their own.
FEWEST_SIZES = 6
CHANCE = Fraction(1, 1000)
# How near is near: a twentieth of the spread between the tenth and the ninetieth of a hundred.
_NEAR = Fraction(1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bunching:
    """More districts just reach a limit than just miss it; ``chance`` if both were as likely."""

    criterion: str
    level: str
    limit: Fraction
    within: Fraction
    reach: int
    miss: int
    codes: tuple[str, ...]


def near_by_criterion(
    ruleset: Ruleset, records: Iterable[Mapping[str, Any]]
) -> list[tuple[str, int, int]]:
    """For each criterion how many levels one quantum would win, and how many it would lose."""
    wins, losses = Counter[str](), Counter[str]()
    for record in records:
        for near in record["near"]:
            (losses if near["met"] else wins)[near["criterion"]] += 1
    names = (criterion.id for criterion in ruleset.criteria)
    return [(name, wins[name], losses[name]) for name in names if wins[name] or losses[name]]


def limits(ruleset: Ruleset, sheet: FactSheet) -> dict[str, list[dict[str, str]]]:
    """For each criterion the fixed limits of its measure, as they are for this subject."""
    interpreter = Interpreter(ruleset, sheet)
    found: dict[str, list[dict[str, str]]] = {}
    for criterion in ruleset.criteria:
        for level in criterion.levels:
            for op, right in _on_measure(level.condition):
                value = exact(interpreter.value(right))
                if value is not None and op in (Op.GE, Op.GT, Op.LE, Op.LT):
                    entry = {"level": str(level.outcome), "op": str(op), "limit": str(value)}
                    found.setdefault(criterion.id, []).append(entry)
    return found


def _on_measure(condition: Expr) -> Iterator[tuple[Op, Expr]]:
    parts = condition.parts if isinstance(condition, And) else (condition,)
    for part in parts:
        if isinstance(part, Compare) and part.first == Special("measure") and len(part.rest) == 1:
            (op, right), *_ = part.rest
            if not any(isinstance(x, (Fact, Special)) for x in walk(right)):
                yield op, right


def bunching(records: Iterable[Mapping[str, Any]]) -> tuple[Bunching, ...]:
    """The limits that suspiciously many districts just reach: a question to ask, no finding.

    Rows need ``limits``; a limit at the end of what can be reached (100 %) is passed over.
    """
    seen: dict[tuple[str, str, str, str], list[tuple[Fraction, str]]] = {}
    for record in records:
        measures = {found["id"]: found["measure"] for found in record["criteria"]}
        for name, entries in record["limits"].items():
            measure = measures[name]
            if measure is None or "sqrt" in measure:
                continue
            for entry in entries:
                key = (name, entry["level"], entry["op"], entry["limit"])
                seen.setdefault(key, []).append((Fraction(measure), record["code"]))
    return tuple(found for key, values in seen.items() if (found := _bunched(key, values)))


def _bunched(key: tuple[str, str, str, str], values: list[tuple[Fraction, str]]) -> Bunching | None:
    name, level, op, written = key
    limit = Fraction(written)
    ordered = sorted(value for value, _ in values)
    tenth = len(ordered) // 10
    within = (ordered[-1 - tenth] - ordered[tenth]) * _NEAR
    upward = op in (Op.GE, Op.GT)
    reach, miss, beyond = [], 0, 0
    sizes: set[Fraction] = set()
    for value, code in values:
        ahead = value - limit if upward else limit - value
        met = ahead > 0 or (ahead == 0 and op in (Op.GE, Op.LE))
        beyond += ahead > within
        if met and ahead <= within:
            reach.append(code)
        miss += not met and -ahead <= within
        if abs(ahead) <= within:
            sizes.add(ahead)
    near = len(reach) + miss
    if (
        not beyond
        or len(sizes) < FEWEST_SIZES
        or near < FEWEST
        or _chance(len(reach), near) >= CHANCE
    ):
        return None
    return Bunching(
        criterion=name,
        level=level,
        limit=limit,
        within=within,
        reach=len(reach),
        miss=miss,
        codes=tuple(sorted(reach)),
    )


def _chance(reach: int, near: int) -> Fraction:
    """How likely at least so many of ``near`` are on one side, if both sides were as likely."""
    return Fraction(sum(comb(near, k) for k in range(reach, near + 1)), 2**near)
