"""The result as JSON (``format: 1``, `result.schema.json`): every number an exact string."""

import datetime as dt
from fractions import Fraction
from typing import Any

from .. import __version__
from ..facts.digest import facts_digest
from ..facts.values import Entry, show_stated
from ..language.diagnostics import Diagnostic, Span, in_order
from ..language.digest import ruleset_digest
from ..language.model import Outcome
from ..language.units import Unit, decimal_text, find_unit
from ..locale import Lang, phrase
from ..scoring.assess import Assessment, Missing
from ..scoring.claims import ClaimAudit
from ..scoring.fact_values import FactValue
from ..scoring.grading import GradeResult
from ..scoring.margins import Margin
from ..scoring.outcome import CriterionResult
from ..scoring.points import Scored
from ..scoring.values import NotApplicable, Number, Unknown
from .explain import Explainer
from .grade_text import grade_steps
from .numbers import exact, plain, shown, shown_fact, shown_measure
from .paragraph import paragraph, used_tables
from .shares import declared_counts, shares
from .wording import other_years

FORMAT = 1
EVERYTHING = "*"


def result_json(
    assessment: Assessment,
    lang: Lang,
    *,
    as_of: dt.date | None = None,
    warnings: tuple[Diagnostic, ...] = (),
    explained: str | None = None,
) -> dict[str, Any]:
    """The whole assessment as JSON-like data; texts in ``lang``.

    ``warnings`` are those about the ruleset; ``explained`` is a criterion, or `EVERYTHING`.
    """
    explainer = Explainer(assessment, lang)
    ruleset, sheet = assessment.ruleset, assessment.sheet
    return {
        "format": FORMAT,
        "engine": {"name": "dudao", "version": __version__},
        "ruleset": {
            "id": ruleset.id,
            "edition": ruleset.edition,
            "status": str(ruleset.status),
            "title": ruleset.title.text(lang),
            "digest": ruleset_digest(ruleset),
        },
        "subject": {
            "code": sheet.subject.code,
            "name": sheet.subject.name,
            "kind": sheet.subject.kind or None,
            "attributes": dict(sheet.subject.attributes),
        },
        "year": sheet.year,
        "as_of": None if as_of is None else as_of.isoformat(),
        "view": str(assessment.view) if assessment.view is not None else None,
        "facts_digest": facts_digest(sheet),
        "complete": assessment.complete,
        "grade": _grade(assessment, lang),
        "counts": {str(outcome): assessment.counts[outcome] for outcome in Outcome},
        "shares": shares(assessment),
        "declared": {
            str(by): {
                "counts": {str(outcome): counts[outcome] for outcome in Outcome},
                "shares": shares(assessment, counts),
            }
            for by, counts in declared_counts(assessment).items()
        },
        "points": _points(assessment.total),
        "criteria": [
            _criterion(r, assessment, explainer, lang)
            | ({"explanation": paragraph(explainer, r)} if explains(explained, r) else {})
            for r in assessment.results
        ],
        "claims": [_claim(c, explainer) for c in assessment.claims],
        "missing": [_missing(m, assessment, lang) for m in assessment.missing],
        "differences": [
            {
                "criterion": d.criterion,
                "by": str(d.by),
                "declared": str(d.declared),
                "found": str(d.found),
                "reconstructed": d.reconstructed,
                "because": explainer.difference(d),
            }
            for d in assessment.differences
        ],
        "disputed": [
            {
                "name": entries[0].fact,
                "year": entries[0].year,
                "values": {str(e.by): show_stated(e.stated) for e in entries},
                "used": _used(entries, assessment),
            }
            for entries in assessment.disputed
        ],
        "remarks": [
            {
                "text": r.text,
                "about": r.about or None,
                "stated": dict(r.stated),
                "document": r.document or None,
                "place": r.place or None,
            }
            for r in sheet.remarks
        ],
        "diagnostics": [
            diagnostic_json(d, lang) for d in in_order((*warnings, *assessment.diagnostics))
        ],
    }


def _used(entries: tuple[Entry, ...], assessment: Assessment) -> str | None:
    """The source whose value was taken, where several disagree."""
    chosen = assessment.sheet.chosen(entries[0].fact, entries[0].year)
    return None if chosen is None else str(chosen.by)


def explains(explained: str | None, result: CriterionResult) -> bool:
    """Whether the whole trace of a criterion was asked for."""
    return explained in (EVERYTHING, result.criterion.id)


def diagnostic_json(diagnostic: Diagnostic, lang: Lang) -> dict[str, Any]:
    """A diagnostic for programs."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message(lang),
        "help": diagnostic.advice(lang),
        "clause": diagnostic.clause,
        **_place(diagnostic.span),
        "related": [
            {"message": phrase(related.key, lang), **_place(related.span)}
            for related in diagnostic.related
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    """Where something is: the file as the user gave it, the worksheet, line and column."""
    return {
        "file": span.source.path,
        "sheet": span.source.sheet or None,
        "line": span.line or None,
        "column": span.column or None,
    }


def failure_json(name: str, diagnostics: tuple[Diagnostic, ...], lang: Lang) -> dict[str, Any]:
    """What stands in the place of a result for a sheet or ruleset that cannot be used."""
    return {
        "format": FORMAT,
        "engine": {"name": "dudao", "version": __version__},
        "unusable": name,
        "diagnostics": [diagnostic_json(d, lang) for d in diagnostics],
    }


def _grade(assessment: Assessment, lang: Lang) -> dict[str, Any] | None:
    grade: GradeResult | None = assessment.grade
    if grade is None:
        return None
    shown_grade: dict[str, Any] = {
        "awarded": grade.awarded,
        "best": grade.best,
        "worst": grade.worst,
        "steps": grade_steps(assessment, grade.steps, lang),
    }
    if not grade.determined:
        shown_grade["steps_to_best"] = grade_steps(assessment, grade.best_steps, lang)
        shown_grade["steps_to_worst"] = grade_steps(assessment, grade.worst_steps, lang, worst=True)
    return shown_grade


def _points(points: Scored | None) -> dict[str, Any] | None:
    if points is None:
        return None
    value = points.exact
    return {
        "awarded": None if value is None else str(value),
        "shown": None if value is None else decimal_text(value, 2),
        "best": str(points.high),
        "worst": str(points.low),
        "of": str(points.most),
        "bonus": str(points.bonus_low) if points.bonus_low == points.bonus_high else None,
    }


def _criterion(
    result: CriterionResult, assessment: Assessment, explainer: Explainer, lang: Lang
) -> dict[str, Any]:
    criterion = result.criterion
    margins = assessment.margins[criterion.id]
    missed = [m for m in margins if not m.met]
    scored = assessment.points.get(criterion.id)
    return {
        "id": criterion.id,
        "domain": criterion.domain,
        "title": criterion.title.text(lang),
        "outcome": str(result.outcome),
        "outcome_label": explainer.outcome(result.outcome),
        "possible": [str(o) for o in Outcome if o in result.possible],
        "basis": str(result.support) if result.support is not None else None,
        "veto": criterion.veto,
        "measure": _measure(result, lang),
        # The nearest level that was missed: the next step up.
        "level_missed": _missed(missed[-1], result) if missed else None,
        "margins": [_margin(m, result) for m in margins],
        "points": _points(scored),
        "facts": [_fact(f, assessment, lang) for f in result.facts],
        "tables": [_table(name, assessment, lang) for name in used_tables(criterion)],
        "because": explainer.because(result),
        "source": {
            "cite": criterion.citation.cite,
            "clause": criterion.citation.place,
            "seen": criterion.citation.seen,
            "status": str(criterion.status),
            "note": criterion.citation.note.text(lang) or None,
        },
        "waiver": None,
    }


def _measure(result: CriterionResult, lang: Lang) -> dict[str, Any] | None:
    value = result.measure
    if value is None or isinstance(value, (Unknown, NotApplicable)):
        return None
    shown_text = shown_measure(value, result.criterion, lang)
    if not isinstance(value, Number):
        return {"exact": shown_text, "shown": shown_text}
    number, low, high = value.exact, value.low, value.high
    measure: dict[str, Any] = {
        "exact": None if number is None else exact(number),
        "shown": shown_text,
    }
    if number is None:
        measure["from"] = None if low is None else exact(low)
        measure["to"] = None if high is None else exact(high)
    if result.criterion.rounded is not None and isinstance(result.compared, Number):
        compared = result.compared.exact
        measure["compared"] = None if compared is None else exact(compared)
    return measure


def _missed(margin: Margin, result: CriterionResult) -> dict[str, Any]:
    """The level that was missed, its limit, and how much is lacking."""
    return {
        "level": str(margin.level),
        "operator": str(margin.op),
        "limit": plain(margin.limit, _limit_unit(margin, result)),
        "short_by": margin.amount_text,
        "unit": margin.unit.name,
        "fact": margin.fact,
        "year": margin.year,
        "direction": "up" if margin.up else "down",
    }


def _margin(margin: Margin, result: CriterionResult) -> dict[str, Any]:
    """Any level with its margin: what is lacking, or the room that is left."""
    found = _missed(margin, result)
    if margin.met:
        found["room"] = found.pop("short_by")
    return {**found, "met": margin.met}


def _limit_unit(margin: Margin, result: CriterionResult) -> Unit:
    """The unit of a limit: that of the measure, else of the fact that is compared."""
    if result.criterion.measure is not None:
        return result.criterion.show.unit
    if margin.unit.name == "百分点":
        return find_unit("%") or margin.unit
    return margin.unit


def _table(name: str, assessment: Assessment, lang: Lang) -> dict[str, Any]:
    table = assessment.sheet.tables.get(name)
    return {
        "name": name,
        "label": assessment.ruleset.vocabulary.tables[name].label.text(lang),
        "rows": None if table is None else len(table.rows),
        "from": None if table is None else table.origin.short_place,
    }


def _fact(fact: FactValue, assessment: Assessment, lang: Lang) -> dict[str, Any]:
    definition = assessment.ruleset.vocabulary.facts[fact.name]
    entry = fact.entry
    value = fact.value
    text: str | None = None
    if isinstance(value, Number):
        number = value.exact
        if number is not None:
            scaled = number / definition.unit.scale
            text = decimal_text(scaled) if isinstance(scaled, Fraction) else exact(scaled)
        elif entry is not None:
            text = show_stated(entry.stated, definition.unit)
    elif entry is not None:
        text = show_stated(entry.stated)
    return {
        "name": fact.name,
        "label": definition.label.text(lang),
        "year": fact.year,
        "value": text,
        "unit": definition.unit.name,
        "shown": None if text is None else shown_fact(fact, definition.unit, lang),
        "basis": str(fact.basis),
        "by": str(entry.by) if entry is not None else None,
        "from": entry.origin.short_place if entry is not None else None,
        "evidence": [
            {"document": e.document, "place": e.place, "note": e.note}
            for e in (entry.evidence if entry is not None else ())
        ],
    }


def _claim(claim: ClaimAudit, explainer: Explainer) -> dict[str, Any]:
    definition = explainer.vocabulary.facts[claim.name]
    stated = claim.entry.stated
    places = max(getattr(stated, "places", None) or 0, 2)
    return {
        "name": claim.name,
        "label": definition.label.text(explainer.lang),
        "year": claim.year,
        "by": str(claim.entry.by),
        "stated": show_stated(stated),
        "computed": exact(claim.computed),
        "shown": shown(claim.computed, definition.unit, places, explainer.lang),
        "consistent": claim.agreement.consistent,
        "agreement": str(claim.agreement),
        "criteria": list(claim.hidden),
        "because": explainer.claim(claim),
        "from": claim.entry.origin.short_place,
    }


def _missing(missing: Missing, assessment: Assessment, lang: Lang) -> dict[str, Any]:
    reason = missing.reason
    definition = assessment.ruleset.vocabulary.facts.get(reason.name)
    label = definition.label if definition is not None else reason.label
    return {
        "fact": reason.name,
        "label": label.text(lang) or reason.name,
        "year": reason.year or None,
        "other_years": list(other_years(reason, assessment.ruleset, assessment.sheet)),
        "why": str(reason.why),
        "decides": missing.decides,
        "criteria": list(missing.criteria),
    }
