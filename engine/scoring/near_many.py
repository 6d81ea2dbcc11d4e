"""Who of many is one step from a limit: what one sheet alone would say, with little done twice.

Whoever asks says which criteria are worth looking at (`columnar_nearness`); those that rest on the
same facts are near the same limits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ..facts.sheet import FactSheet
from ..facts.values import Entry
from ..language.model import Criterion, Ruleset
from ..language.resting import Rests, rests_on
from .cohort import Cohort
from .interpreter import Interpreter
from .nearness import near_limit

# Bounds the memory of a long batch.
MOST_REMEMBERED = 50_000

Near: TypeAlias = list[dict[str, Any]]


def near_limits_of(
    ruleset: Ruleset,
    sheets: Sequence[FactSheet],
    looked_at: Iterable[Sequence[str]],
    cohort: Cohort | None = None,
) -> Iterator[Near]:
    """For each sheet the levels that one quantum of one fact would win or lose.

    ``looked_at``: of each sheet the criteria that may have such a level.
    """
    rests = {criterion.id: rests_on(criterion, ruleset) for criterion in ruleset.criteria}
    criteria = {criterion.id: criterion for criterion in ruleset.criteria}
    known: dict[tuple[object, ...], Near] = {}
    for sheet, names in zip(sheets, looked_at, strict=True):
        interpreter = Interpreter(ruleset, sheet, cohort=cohort)
        stated = _by_fact(sheet)
        found: Near = []
        for name in names:
            if not rests[name].alone:
                found += near_limit(criteria[name], interpreter)
                continue
            key = _key(criteria[name], sheet, rests[name], stated)
            if key not in known:
                if len(known) >= MOST_REMEMBERED:
                    known.clear()
                known[key] = near_limit(criteria[name], interpreter)
            found += known[key]
        yield found


def _by_fact(sheet: FactSheet) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for key in sorted(sheet.entries):
        found.setdefault(key[0], []).extend(sheet.entries[key])
    return found


def _key(
    criterion: Criterion, sheet: FactSheet, rests: Rests, stated: Mapping[str, list[Entry]]
) -> tuple[object, ...]:
    """All that the margins of a criterion follow from."""
    return (
        criterion.id,
        sheet.year,
        sheet.subject.kind,
        tuple(sheet.subject.attributes.get(name) for name in rests.attributes),
        tuple(
            (entry.fact, entry.year, entry.by, entry.stated)
            for name in rests.facts
            for entry in stated.get(name, ())
        ),
    )
