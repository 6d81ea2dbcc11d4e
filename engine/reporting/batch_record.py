"""What a batch says of each district: its record in ``results.json`` and its file of findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..facts.digest import facts_digest
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, visible
from ..language.model import Criterion, Outcome, Ruleset
from ..language.units import find_unit, in_base
from ..locale import Lang, phrase
from ..scoring.cohort import Cohort
from .numbers import amount, shown
from .remembered import Paragraphs
from .result import diagnostic_json
from .wording import grade_label, outcome_label

_OUTCOMES = tuple(str(outcome) for outcome in Outcome)
# What is possible, for each set of bits.
_POSSIBLE = tuple(
    [name for bit, name in enumerate(_OUTCOMES) if bits >> bit & 1] for bits in range(16)
)
FOUND = (Outcome.NOT_MET, Outcome.BASICALLY_MET, Outcome.UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes the districts of one batch in one language."""

    ruleset: Ruleset
    lang: Lang
    with_findings: bool = True
    paragraphs: Paragraphs = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "paragraphs", Paragraphs(self.ruleset, self.lang))

    def label(self, outcome: str) -> str:
        return outcome_label(self.ruleset, Outcome(outcome), self.lang)

    def title(self, criterion: str) -> str:
        found = self.ruleset.criterion(criterion)
        return "" if found is None else found.title.text(self.lang)

    def shown(self, criterion: str, measure: str) -> str:
        found = self.ruleset.criterion(criterion)
        return measure if found is None else self._shown(found, measure)

    def step(self, quantum: str, unit: str) -> tuple[str, str]:
        known = find_unit(unit)
        if known is None or "/" in quantum:
            return quantum, unit
        return amount(in_base(Fraction(quantum), known), known, None, self.lang)

    def diagnostic(self, diagnostic: Diagnostic) -> dict[str, Any]:
        found = diagnostic_json(diagnostic, self.lang)
        return {"place": diagnostic.span.place, **found}

    def record(
        self, sheet: FactSheet, row: Mapping[str, Any], diagnostics: tuple[Diagnostic, ...]
    ) -> dict[str, Any]:
        """The data of one district; every number is an exact text."""
        criteria = [self._criterion(criterion, row) for criterion in self.ruleset.criteria]
        counts = dict.fromkeys(_OUTCOMES, 0)
        for found in criteria:
            counts[found["outcome"]] += 1
        graded = self.ruleset.grade is not None
        complete = row["awarded"] is not None if graded else not counts["undetermined"]
        return {
            "code": sheet.subject.code,
            "name": sheet.subject.name,
            "kind": sheet.subject.kind or None,
            "attributes": dict(sorted(sheet.subject.attributes.items())),
            "year": sheet.year,
            "facts_digest": facts_digest(sheet),
            "complete": complete,
            "grade": {key: row[key] for key in ("awarded", "best", "worst")} if graded else None,
            "counts": counts,
            "points": _points(row["total_low"], row["total_high"]),
            "criteria": criteria,
            "warnings": sorted({d.code for d in diagnostics}),
        }

    def _criterion(self, criterion: Criterion, row: Mapping[str, Any]) -> dict[str, Any]:
        name = criterion.id
        measure, bits = row[f"measure:{name}"], row[f"possible:{name}"]
        return {
            "id": name,
            "outcome": _OUTCOMES[row[f"outcome:{name}"]],
            "possible": list(_POSSIBLE[bits]),
            "measure": measure,
            "shown": None if measure is None else self._shown(criterion, measure),
            "points": _points(row[f"points_low:{name}"], row[f"points_high:{name}"]),
        }

    def _shown(self, criterion: Criterion, measure: str) -> str:
        if "sqrt" in measure:
            return measure
        # An exact text is read without looking for signs, points and exponents.
        over, _, under = measure.partition("/")
        value = Fraction(int(over), int(under)) if under else Fraction(int(over))
        return shown(value, criterion.show.unit, criterion.show.places, self.lang)

    def findings(
        self,
        sheet: FactSheet,
        record: Mapping[str, Any],
        diagnostics: tuple[Diagnostic, ...],
        cohort: Cohort | None = None,
    ) -> str:
        """What a district has to put right, as Markdown; only its findings are worked out again.

        Empty where no such files were asked for.
        """
        if not self.with_findings:
            return ""
        lang, ruleset = self.lang, self.ruleset
        found = {c["id"]: c["outcome"] for c in record["criteria"] if c["outcome"] in FOUND}
        criteria = [c for c in ruleset.criteria if c.id in found]
        paragraphs = self.paragraphs.of(sheet, criteria, cohort)
        year = phrase("year", lang, year=record["year"])
        lines = [f"# {record['name']} {record['code']}  {year}", ""]
        lines += [f"{ruleset.title.text(lang)} {ruleset.name}", ""]
        lines += [self._grade(record), ""]
        counts = [
            phrase("count_line", lang, outcome=self.label(o), count=n, share="")
            for o, n in record["counts"].items()
            if n
        ]
        lines += [phrase("comma", lang).join(counts), ""]
        for outcome in FOUND:
            chosen = [c.id for c in criteria if found[c.id] == outcome]
            if chosen:
                count = phrase("bracket", lang, text=len(chosen))
                lines += [f"## {self.label(outcome)}{count}", ""]
            for name in chosen:
                head, *body = paragraphs[name]
                lines += [f"### {head}", "", *(_item(line) for line in body), ""]
        if not found:
            lines += [phrase("no_findings", lang), ""]
        if diagnostics:
            lines += [f"## {phrase('batch_warnings', lang)}", ""]
            lines += [
                f"- {d.span.short_place}{phrase('colon', lang)}{d.message(lang)}"
                for d in diagnostics
            ]
        return visible("\n".join(lines).rstrip("\n")) + "\n"

    def _grade(self, record: Mapping[str, Any]) -> str:
        return grade_text(self.ruleset, record["grade"], self.lang)


def grade_text(ruleset: Ruleset, grade: Mapping[str, Any] | None, lang: Lang) -> str:
    """The grade of a record in one line, or its bounds."""
    if grade is None:
        return phrase("no_grade_rule", lang)
    best, worst = (grade_label(ruleset, grade[key], lang) for key in ("best", "worst"))
    if grade["best"] == grade["worst"]:
        return phrase("grade_is", lang, grade=best)
    return phrase("grade_between", lang, best=best, worst=worst)


def _item(line: str) -> str:
    """A line of a paragraph as an item of a list; what was indented stays a level further in."""
    text = line.lstrip()
    return f"{' ' * (len(line) - len(text))}- {text}"


def _points(low: str | None, high: str | None) -> dict[str, str] | None:
    return None if low is None or high is None else {"low": low, "high": high}
