"""What all subjects of a batch have together, found in a pass of its own before any is scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..facts.roster import Roster
from ..language.diagnostics import errors
from ..language.expression import Batched
from ..language.model import Ruleset
from ..language.printer import show
from ..scoring.assess import sheet_faults
from ..scoring.cohort import Cohort, Member, comparisons, pooled
from ..scoring.gathering import member
from ..scoring.interpreter import Interpreter


@dataclass(slots=True)
class _Subjects:
    """The subjects by code, each with what its sheets bring in; None: not to be compared."""

    usable: dict[str, list[Member | None]]
    spoiled: set[str]
    nameless: int = 0

    def members(self) -> list[Member]:
        """Of each code the one usable sheet; of several, any may be the right one."""
        single = [found[0] for found in self.usable.values() if len(found) == 1]
        return [found for found in single if found is not None]

    def lost(self) -> int:
        """The subjects that cannot be scored."""
        several = {code for code, found in self.usable.items() if len(found) > 1}
        return self.nameless + len(several | (self.spoiled - self.usable.keys()))


def cohort_of(ruleset: Ruleset, roster: Roster) -> Cohort | None:
    """The cohort of everything that came in; None where the ruleset compares nobody.

    A file that could not be read at all may hold any number of subjects.
    """
    if not comparisons(ruleset):
        return None
    subjects = _Subjects({}, set())
    for item in roster.items:
        read = roster.read(item)
        found = read.diagnostics
        if read.sheet is not None:
            interpreter = Interpreter(ruleset, read.sheet)
            found = (*found, *sheet_faults(ruleset, read.sheet, interpreter))
        if read.sheet is not None and not errors(found):
            code = read.sheet.subject.code
            subjects.usable.setdefault(code, []).append(member(ruleset, read.sheet))
        elif read.code:
            subjects.spoiled.add(read.code)
        else:
            subjects.nameless += 1
    return pooled(ruleset, subjects.members(), lost=subjects.lost(), endless=bool(roster.lost))


def summary(cohort: Cohort) -> dict[str, Any]:
    """What a manifest says of the comparisons: their digest, and how many each is made of."""
    keys = sorted(
        ((e, year, group) for e, year, group in cohort.pools if group is not None),
        key=lambda key: (show(key[0]), key[1], key[2]),
    )
    return {
        "digest": cohort.digest,
        "missing": "leave_out" if cohort.leaves_out else "undetermined",
        "unscored": cohort.lost,
        "unread_files": cohort.endless,
        "comparisons": [_told(cohort, *key) for key in keys],
    }


def _told(cohort: Cohort, expr: Batched, year: int, group: str) -> Mapping[str, Any]:
    pool = cohort.pool(expr, year, group)
    return {
        "of": show(expr),
        "year": year,
        "group": group or None,
        "known": pool.known,
        "open": pool.open,
        "left_out": pool.left_out,
        "not_applicable": pool.inapplicable,
    }
