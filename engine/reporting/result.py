"""The result as JSON (DESIGN 7, ``format: 1``): every number an exact string, nothing left out."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .. import __version__
from ..facts.digest import facts_digest
from ..facts.values import show_stated
from ..language.diagnostics import Diagnostic
from ..language.digest import ruleset_digest
from ..language.model import ASSESSED, Outcome
from ..language.units import decimal_text
from ..locale import Lang
from ..scoring.assess import Assessment, Missing
from ..scoring.claims import ClaimAudit
from ..scoring.grading import GradeResult
from ..scoring.interpreter import FactValue
from ..scoring.margins import Margin
from ..scoring.outcome import CriterionResult
from ..scoring.points import Scored
from ..scoring.values import Number
from .explain import Explainer
from .grade_text import grade_steps
from .numbers import exact, shown, shown_fact, shown_measure

FORMAT = 1


def result_json(assessment: Assessment, lang: Lang) -> dict[str, Any]:
    """The whole assessment as JSON-like data; texts in ``lang``."""
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
        "view": str(assessment.view) if assessment.view is not None else None,
        "facts_digest": facts_digest(sheet),
        "complete": assessment.complete,
        "grade": _grade(assessment, lang),
        "counts": {str(outcome): assessment.counts[outcome] for outcome in Outcome},
        "shares": shares(assessment),
        "points": _points(assessment.total),
        "criteria": [_criterion(r, assessment, explainer, lang) for r in assessment.results],
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
            }
            for entries in assessment.disputed
        ],
        "remarks": [
            {"text": r.text, "about": r.about, "stated": dict(r.stated), "place": r.place}
            for r in sheet.remarks
        ],
        "diagnostics": [diagnostic_json(d, lang) for d in assessment.diagnostics],
    }


def diagnostic_json(diagnostic: Diagnostic, lang: Lang) -> dict[str, Any]:
    """A diagnostic for programs."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message(lang),
        "help": diagnostic.advice(lang),
        "file": span.source.path,
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
        shown_grade["steps_to_worst"] = grade_steps(assessment, grade.worst_steps, lang)
    return shown_grade


def shares(assessment: Assessment) -> Mapping[str, Any]:
    """Each outcome's share of the applicable criteria (or of all, where the ruleset says so)."""
    counts = assessment.counts
    whole = sum(counts[o] for o in ASSESSED) + counts[Outcome.UNDETERMINED]
    of_all = assessment.ruleset.grade is not None and assessment.ruleset.grade.of_all
    if of_all:
        whole += counts[Outcome.NOT_APPLICABLE]
    found: dict[str, Any] = {"of": whole}
    for outcome in (*ASSESSED, Outcome.UNDETERMINED):
        share = Fraction(counts[outcome], whole) if whole else None
        found[str(outcome)] = (
            None
            if share is None
            else {"exact": str(share), "shown": f"{decimal_text(share * 100, 2)}%"}
        )
    return found


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
        "level_missed": _margin(missed[-1], result) if missed else None,
        "margins": [_margin(m, result) | {"met": m.met} for m in margins],
        "points": _points(scored),
        "facts": [_fact(f, assessment, lang) for f in result.facts],
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
    if result.measure is None or not isinstance(result.measure, Number):
        return None
    value = result.measure.exact
    low, high = result.measure.low, result.measure.high
    measure: dict[str, Any] = {
        "exact": None if value is None else exact(value),
        "shown": shown_measure(result.measure, result.criterion, lang),
    }
    if value is None:
        measure["from"] = None if low is None else exact(low)
        measure["to"] = None if high is None else exact(high)
    if result.criterion.rounded is not None and isinstance(result.compared, Number):
        compared = result.compared.exact
        measure["compared"] = None if compared is None else exact(compared)
    return measure


def _margin(margin: Margin, result: CriterionResult) -> dict[str, Any]:
    show = result.criterion.show
    limit_unit = show.unit
    return {
        "level": str(margin.level),
        "operator": str(margin.op),
        "limit": shown(margin.limit, limit_unit, None),
        "short_by" if not margin.met else "room": margin.amount_text,
        "unit": margin.unit.name,
        "fact": margin.fact,
        "direction": "up" if margin.up else "down",
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
        "shown": shown(claim.computed, definition.unit, places),
        "consistent": claim.agreement.consistent,
        "agreement": str(claim.agreement),
        "criteria": list(claim.hidden),
        "because": explainer.claim(claim),
        "from": claim.entry.origin.short_place,
    }


def _missing(missing: Missing, assessment: Assessment, lang: Lang) -> dict[str, Any]:
    reason = missing.reason
    definition = assessment.ruleset.vocabulary.facts.get(reason.name)
    return {
        "fact": reason.name,
        "label": definition.label.text(lang) if definition is not None else reason.name,
        "year": reason.year or None,
        "why": str(reason.why),
        "decides": missing.decides,
        "criteria": list(missing.criteria),
    }
