"""What all subjects of a batch have together, found in a pass of its own before any is scored."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..facts.roster import Roster
from ..facts.sheet import FactSheet
from ..language.diagnostics import errors
from ..language.expression import Batched
from ..language.model import Ruleset
from ..language.printer import show
from ..scoring.assess import sheet_faults
from ..scoring.cohort import Cohort, Member, comparisons, pooled
from ..scoring.gathering import member
from ..scoring.interpreter import Interpreter
from ..scoring.waiting import waits


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


@dataclass(slots=True)
class Waiting:
    """What rests on one comparison that is open: counted over the records of a batch."""

    outcomes: int = 0
    points: int = 0
    subjects: int = 0
    grades: int = 0


def record_waits(
    ruleset: Ruleset, sheet: FactSheet, record: Mapping[str, Any], cohort: Cohort
) -> list[dict[str, Any]]:
    """What a district's record says of the others that it waits for."""
    grade = record["grade"]
    grade_open = grade is not None and grade["best"] != grade["worst"]
    unsettled = {c["id"] for c in record["criteria"] if _is_open(c) or _points_open(c)}
    if not unsettled and not grade_open:
        return []
    return [
        {
            "comparison": show(wait.comparison),
            "group": wait.group or None,
            "criteria": list(wait.criteria),
            "grade": wait.grade,
        }
        for wait in waits(ruleset, sheet, cohort, unsettled, grade_open=grade_open)
    ]


def count_waits(found: dict[tuple[str, int, str], Waiting], record: Mapping[str, Any]) -> None:
    """Add what one record waits for, by comparison, year and group."""
    grade = record["grade"]
    criteria = {c["id"]: c for c in record["criteria"]}
    for wait in record.get("waits", ()):
        key = (wait["comparison"], record["year"], wait["group"] or "")
        one = found.setdefault(key, Waiting())
        kinds = Counter(_is_open(criteria[name]) for name in wait["criteria"])
        one.outcomes += kinds[True]
        one.points += kinds[False]
        one.subjects += 1
        one.grades += grade is not None and grade["best"] != grade["worst"]


def waiting(
    cohort: Cohort | None, found: Mapping[tuple[str, int, str], Waiting]
) -> list[dict[str, Any]]:
    """Of each comparison who brings no exact value, and what that keeps open or leaves out."""
    if cohort is None:
        return []
    keys = sorted(
        ((e, year, group) for e, year, group in cohort.pools if group is not None),
        key=lambda key: (show(key[0]), key[1], key[2]),
    )
    told = []
    for expr, year, group in keys:
        counted = found.get((show(expr), year, group), Waiting())
        lacking = cohort.lacks(expr, year, group)
        if not lacking and not counted.subjects:
            continue
        told.append(
            {
                "of": show(expr),
                "year": year,
                "group": group or None,
                "outcomes": counted.outcomes,
                "points": counted.points,
                "districts": counted.subjects,
                "grades": counted.grades,
                "unscored": cohort.lost,
                "unread_files": cohort.endless,
                "lacking": [
                    {
                        "code": one.code,
                        "name": one.name,
                        "left_out": cohort.leaves_out and not one.bounded,
                        "reasons": [
                            {"why": str(r.why), "name": r.name, "year": r.year or None}
                            for r in one.reasons
                        ],
                    }
                    for one in lacking
                ],
            }
        )
    return told


def _is_open(criterion: Mapping[str, Any]) -> bool:
    return bool(criterion["outcome"] == "undetermined")


def _points_open(criterion: Mapping[str, Any]) -> bool:
    points = criterion["points"]
    return points is not None and points["low"] != points["high"]


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
