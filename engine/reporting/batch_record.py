"""What a batch says of each district: its record in ``results.json`` and its file of findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ..facts.digest import facts_digest
from ..facts.rows import RowSheets
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, visible
from ..language.model import Criterion, Outcome, Ruleset
from ..language.units import find_unit, in_base
from ..locale import Lang, phrase
from ..scoring.cohort import Cohort
from .numbers import amount, shown
from .remembered import Paragraphs
from .result import diagnostic_json
from .row_paragraphs import RowParagraphs
from .wording import grade_label, outcome_label

_OUTCOMES = tuple(str(outcome) for outcome in Outcome)
# What is possible, for each set of bits.
_POSSIBLE = tuple(
    [name for bit, name in enumerate(_OUTCOMES) if bits >> bit & 1] for bits in range(16)
)
FOUND = (Outcome.NOT_MET, Outcome.BASICALLY_MET, Outcome.UNDETERMINED)
# As rows of results have them.
_FOUND = tuple(_OUTCOMES.index(outcome) for outcome in FOUND)


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes the districts of one batch in one language."""

    ruleset: Ruleset
    lang: Lang
    with_findings: bool = True
    paragraphs: Paragraphs = field(init=False, repr=False, compare=False)
    rows: list[RowParagraphs] = field(init=False, repr=False, compare=False, default_factory=list)

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
        row: Mapping[str, Any],
        diagnostics: tuple[Diagnostic, ...],
        cohort: Cohort | None = None,
    ) -> str:
        """What a district has to put right, as Markdown; only its findings are worked out again.

        Empty where no such files were asked for.
        """
        if not self.with_findings:
            return ""
        criteria = self._found(row)
        paragraphs = self.paragraphs.of(sheet, criteria, cohort)
        texts = [paragraphs[criterion.id] for criterion in criteria]
        subject = sheet.subject
        return self._page(subject.code, subject.name, sheet.year, row, criteria, texts, diagnostics)

    def row_findings(
        self,
        table: RowSheets,
        line: int,
        cells: Sequence[Any],
        row: Mapping[str, Any],
        *,
        warned: bool,
    ) -> str | None:
        """The same of a row of a table; None where it takes the sheet of the whole row."""
        if not self.with_findings:
            return ""
        if warned:
            return None
        if not self.rows or self.rows[0].table is not table:
            self.rows[:] = [RowParagraphs(self.paragraphs, table)]
        criteria = self._found(row)
        texts = self.rows[0].of(row["code"], line, row["year"], cells, criteria)
        if texts is None:
            return None
        return self._page(row["code"], row["name"], row["year"], row, criteria, texts, ())

    def _found(self, row: Mapping[str, Any]) -> list[Criterion]:
        """The criteria that a district has to look at."""
        return [c for c in self.ruleset.criteria if row[f"outcome:{c.id}"] in _FOUND]

    def _page(
        self,
        code: str,
        name: str,
        year: int,
        row: Mapping[str, Any],
        criteria: Sequence[Criterion],
        texts: Sequence[str],
        diagnostics: tuple[Diagnostic, ...],
    ) -> str:
        lang, ruleset = self.lang, self.ruleset
        lines = [f"# {name} {code}  {phrase('year', lang, year=year)}", ""]
        lines += [f"{ruleset.title.text(lang)} {ruleset.name}", ""]
        lines += [grade_text(ruleset, None if ruleset.grade is None else row, lang), ""]
        outcomes = [row[f"outcome:{criterion.id}"] for criterion in ruleset.criteria]
        counts = [
            phrase("count_line", lang, outcome=self.label(outcome), count=count, share="")
            for position, outcome in enumerate(_OUTCOMES)
            if (count := outcomes.count(position))
        ]
        lines += [phrase("comma", lang).join(counts), ""]
        for position in _FOUND:
            chosen = [
                text
                for criterion, text in zip(criteria, texts, strict=True)
                if row[f"outcome:{criterion.id}"] == position
            ]
            if chosen:
                number = phrase("bracket", lang, text=len(chosen))
                lines += [f"## {self.label(_OUTCOMES[position])}{number}", "", *chosen]
        if not criteria:
            lines += [phrase("no_findings", lang), ""]
        if diagnostics:
            lines += [f"## {phrase('batch_warnings', lang)}", ""]
            lines += [
                f"- {d.span.short_place}{phrase('colon', lang)}{d.message(lang)}"
                for d in diagnostics
            ]
        return visible("\n".join(lines).rstrip("\n")) + "\n"


def grade_text(ruleset: Ruleset, grade: Mapping[str, Any] | None, lang: Lang) -> str:
    """The grade of a record in one line, or its bounds."""
    if grade is None:
        return phrase("no_grade_rule", lang)
    best, worst = (grade_label(ruleset, grade[key], lang) for key in ("best", "worst"))
    if grade["best"] == grade["worst"]:
        return phrase("grade_is", lang, grade=best)
    return phrase("grade_between", lang, best=best, worst=worst)


def _points(low: str | None, high: str | None) -> dict[str, str] | None:
    return None if low is None or high is None else {"low": low, "high": high}
