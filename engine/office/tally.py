"""What a batch comes to: grades, outcomes by criterion, who is incomplete, which years."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..language.diagnostics import Diagnostic, Source, Span
from ..language.model import ASSESSED, Outcome, Ruleset
from .cohort import Waiting, count_waits

# How many districts are named beside a kind of remark.
MOST_NAMED = 5
_NUMBER = re.compile("([0-9]+)")


def in_place_order(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is unusable as a reader goes through the file: line 9 before line 10."""

    def key(line: Mapping[str, Any]) -> tuple[list[str | int], str]:
        parts = _NUMBER.split(line["place"])
        return [int(p) if i % 2 else p for i, p in enumerate(parts)], line["code"]

    return sorted(lines, key=key)


@dataclass(slots=True)
class Tally:
    """Counts of the records, taken one after the other in the order of their codes."""

    ruleset: Ruleset
    scored: int = 0
    # By grade, or by best and worst where facts are missing; None stands for no grade.
    by_grade: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    by_criterion: dict[str, Counter[str]] = field(default_factory=dict)
    years: dict[int, list[str]] = field(default_factory=dict)
    open: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    bests: Counter[str | None] = field(default_factory=Counter)
    unusable: list[dict[str, Any]] = field(default_factory=list)
    # What rests on the comparisons of the batch that are open, by comparison, year and group.
    waiting: dict[tuple[str, int, str], Waiting] = field(default_factory=dict)
    # The districts with a remark on their data, by its code: how many, and the first of them.
    remarked: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, record: Mapping[str, Any], place: str = "") -> None:
        """Count one district."""
        self.take({**record, **(record["grade"] or {"best": None, "worst": None})}, place)
        for found in record["criteria"]:
            self.count(found["id"], found["outcome"])
        count_waits(self.waiting, record)

    def take(self, head: Mapping[str, Any], place: str) -> None:
        """Count one district as a whole."""
        best, worst = head["best"], head["worst"]
        self.scored += 1
        self.by_grade[best, worst] += 1
        self.bests[best] += 1
        self.years.setdefault(head["year"], []).append(place)
        if not head["complete"]:
            self.open.append((head["code"], head["name"], best, worst))
        for code in head["warnings"]:
            self.remark(code, [head["code"]])

    def count(self, criterion: str, outcome: str, times: int = 1) -> None:
        """Count outcomes of a criterion."""
        self.by_criterion.setdefault(criterion, Counter())[outcome] += times

    def remark(self, code: str, subjects: Sequence[str], count: int | None = None) -> None:
        """Count districts with a remark on their data; the first of all are named.

        ``count`` where more have it than those that are given.
        """
        self.remarked[code] += len(subjects) if count is None else count
        named = self.named.setdefault(code, [])
        named += subjects[: MOST_NAMED - len(named)]

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """The remarks on data by code, that of the most districts first."""
        found = sorted(self.remarked.items(), key=lambda item: (-item[1], item[0]))
        return [
            {"code": code, "districts": count, "first": self.named[code]} for code, count in found
        ]

    @property
    def incomplete(self) -> int:
        """How many grades, or without a grade rule outcomes, a missing fact could change."""
        return len(self.open)

    @property
    def grades(self) -> list[dict[str, Any]]:
        """The distribution, best grade first, what is open last."""
        rule = self.ruleset.grade
        scale = () if rule is None else rule.scale
        order: dict[str | None, int] = {grade.id: i for i, grade in enumerate(scale)}
        order[None] = len(scale)
        keys = sorted(self.by_grade, key=lambda k: (k[0] != k[1], order[k[0]], order[k[1]]))
        return [{"best": b, "worst": w, "districts": self.by_grade[b, w]} for b, w in keys]

    def hardest(self, most: int = 10) -> list[tuple[str, Counter[str]]]:
        """The criteria that most districts have not fully met, the hardest first."""
        order = {criterion.id: i for i, criterion in enumerate(self.ruleset.criteria)}

        def falls_short(item: tuple[str, Counter[str]]) -> tuple[int, int, int]:
            name, counts = item
            missed = counts[Outcome.NOT_MET] + counts[Outcome.BASICALLY_MET]
            return -missed, -counts[Outcome.NOT_MET], order[name]

        found = sorted(self.by_criterion.items(), key=falls_short)
        return [(n, c) for n, c in found[:most] if -falls_short((n, c))[0] > 0]

    def below(self, grade: str) -> int:
        """How many districts are below ``grade`` even at their best; no grade at all is."""
        rule = self.ruleset.grade
        if rule is None:
            return 0
        return sum(
            count
            for best, count in self.bests.items()
            if best is None or rule.rank(best) > rule.rank(grade)
        )

    def diagnostics(self) -> list[Diagnostic]:
        """Sheets of several years in one batch: each is scored for its own, and it is said."""
        if len(self.years) < 2:
            return []
        counts = sorted(((len(p), y) for y, p in self.years.items()), reverse=True)
        listed = tuple(f"{year} ({count})" for count, year in counts)
        return [
            Diagnostic(
                code="mixed-years",
                span=Span(Source(self.years[year][0])),
                values={"years": listed, "year": year, "count": count},
            )
            for count, year in counts[1:]
        ]


def assessed(counts: Mapping[str, int]) -> int:
    """How many districts a criterion was decided for."""
    return sum(counts[str(outcome)] for outcome in ASSESSED)
