"""Says why an outcome is what it is: formula with its numbers, limit, margin, facts, clause."""

from fractions import Fraction

from ..facts.values import Entry, Inapplicable, show_stated
from ..language.model import Level, Outcome, Status
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..scoring.assess import Assessment, Difference
from ..scoring.claims import ClaimAudit
from ..scoring.interpreter import Basis, FactValue
from ..scoring.margins import Margin
from ..scoring.outcome import CriterionResult, LevelTrace, Support
from ..scoring.points import Scored
from ..scoring.values import Number, Truth, Unknown
from .numbers import shown, shown_fact, shown_measure
from .wording import SIGNS, Formulas, fact_label, outcome_label, reason_text


class Explainer:
    """Explains the criteria, claims and differences of one assessment in one language."""

    def __init__(self, assessment: Assessment, lang: Lang) -> None:
        self.assessment = assessment
        self.ruleset = assessment.ruleset
        self.vocabulary = assessment.ruleset.vocabulary
        self.lang = lang
        self.formulas = Formulas(assessment.interpreter, lang)

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    def outcome(self, outcome: Outcome) -> str:
        return outcome_label(self.ruleset, outcome, self.lang)

    # -- one sentence ---------------------------------------------------------------------------

    def because(self, result: CriterionResult) -> str:
        """The reason for an outcome in one line."""
        match result.outcome:
            case Outcome.NOT_APPLICABLE:
                return self._inapplicable(result)
            case Outcome.UNDETERMINED:
                return self._undetermined(result)
            case _:
                pass
        if result.support in (Support.JUDGED, Support.DECLARED):
            return self._declared(result)
        pieces = []
        if result.measure is not None and isinstance(result.measure, Number):
            pieces.append(self._equation(result))
        pieces += self._levels(result)
        if not pieces:
            pieces = [self._fact_text(fact) for fact in result.facts]
        joined = self.say("semicolon").join(piece for piece in pieces if piece)
        stated = self.say("rests_on_statement") if result.support is Support.STATED else ""
        return joined + stated

    def _inapplicable(self, result: CriterionResult) -> str:
        if result.inapplicable:
            return self.say("declared_inapplicable", reason=result.inapplicable)
        if result.criterion.applies_when is not None:
            condition = self.formulas.labels(result.criterion.applies_when)
            return self.say("does_not_apply", condition=condition)
        return self._declared(result)

    def _undetermined(self, result: CriterionResult) -> str:
        reasons = [reason_text(r, self.vocabulary, self.lang) for r in result.reasons]
        possible = self.say("or").join(self.outcome(o) for o in Outcome if o in result.possible)
        return self.say(
            "cannot_be_decided",
            reasons=self.say("semicolon").join(dict.fromkeys(reasons)),
            possible=possible,
        )

    def _declared(self, result: CriterionResult) -> str:
        judgement = result.judgement
        if judgement is None:
            return ""
        key = "judged_by" if result.support is Support.JUDGED else "declared_by"
        text = self.say(key, by=self.say(f"by_{judgement.by}"))
        if judgement.note:
            text += self.say("colon") + judgement.note
        return text + (self.say("reconstructed_mark") if judgement.reconstructed else "")

    def _equation(self, result: CriterionResult) -> str:
        criterion = result.criterion
        assert criterion.measure is not None
        assert result.measure is not None
        show = criterion.show
        text = self.formulas.equation(criterion.measure, result.measure, show.unit, show.places)
        if criterion.rounded is not None and isinstance(result.compared, Number):
            value = result.compared.exact
            if value is not None:
                rounded = shown(value, criterion.rounded.unit, criterion.rounded.places)
                text += self.say("rounded_to", value=rounded)
        return text

    def _levels(self, result: CriterionResult) -> list[str]:
        """The levels that were missed on the way, then the one that holds."""
        texts = []
        margins = {m.level: m for m in self.assessment.margins[result.criterion.id]}
        for level in result.levels:
            if level.outcome is Outcome.NOT_MET:
                continue
            texts.append(self.level(result, level, margins.get(level.outcome)))
        return texts

    def level(self, result: CriterionResult, level: LevelTrace, margin: Margin | None) -> str:
        """One level: what it asks, whether that holds, and by how much."""
        met = isinstance(level.result, Truth) and level.result.holds
        key = "level_met" if met else "level_missed"
        if isinstance(level.result, Unknown):
            key = "level_open"
        asked = self._asked(result, level)
        text = self.say(key, level=self.outcome(level.outcome), asked=asked)
        if margin is not None:
            text += self.margin(margin)
        return text

    def _asked(self, result: CriterionResult, level: LevelTrace) -> str:
        if result.criterion.measure is not None:
            side = self.formulas.side
            parts = [
                f"{SIGNS[c.op]} {side(c.right, c.right_value, result.criterion, c.shift)}"
                for c in level.comparisons
            ]
            if parts:
                return self.say("and").join(parts)
            return level.text
        if level.comparisons:
            return self.say("and").join(
                self.formulas.comparison(c, result.criterion) for c in level.comparisons
            )
        written = self._written(result, level.outcome)
        if written is None:
            return level.text
        labels = self.formulas.labels(written.condition)
        values = self.formulas.values(written.condition)
        return (
            labels
            if labels == values
            else self.say("asked_with_values", labels=labels, values=values)
        )

    def _written(self, result: CriterionResult, outcome: Outcome) -> Level | None:
        return next((x for x in result.criterion.levels if x.outcome is outcome), None)

    def margin(self, margin: Margin) -> str:
        """``，少 4 人``: what is lacking or left, in natural units."""
        amount = f"{margin.amount_text} {margin.unit.name}".rstrip()
        name = (
            self.say("margin_of", fact=fact_label(self.vocabulary, margin.fact, self.lang))
            if margin.fact is not None
            else ""
        )
        if margin.met:
            if not margin.amount:
                return self.say("margin_none")
            return self.say("margin_left", amount=amount, of=name)
        return self.say("margin_short" if margin.up else "margin_over", amount=amount, of=name)

    # -- paragraphs -----------------------------------------------------------------------------

    def paragraph(self, result: CriterionResult) -> list[str]:
        """The whole trace of one criterion, a line each; the first is the heading."""
        criterion = result.criterion
        lines = [
            f"{criterion.id} {criterion.title.text(self.lang)}{self.say('colon')}"
            f"{self.outcome(result.outcome)}{self._mark(result)}"
        ]
        if result.outcome in (Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE) or result.support in (
            Support.JUDGED,
            Support.DECLARED,
        ):
            lines.append(self.because(result))
        if criterion.applies_when is not None and result.outcome is not Outcome.NOT_APPLICABLE:
            condition = self.formulas.labels(criterion.applies_when)
            lines.append(self.say("applies_because", condition=condition))
        if isinstance(result.measure, Number):
            lines.append(self.say("line_measure", equation=self._equation(result)))
            lines += self._exactly(result)
        if result.support is not Support.DECLARED:
            lines += [self.say("line_level", level=text) for text in self._levels(result)]
        scored = self.assessment.points.get(criterion.id)
        if scored is not None:
            lines.append(self._points(scored))
        lines += [self.say("line_fact", fact=self._fact_text(f, place=True)) for f in result.facts]
        lines += [
            self.say("line_claim", claim=self.claim(claim))
            for claim in self.assessment.claims
            if any((claim.name, claim.year) == (f.name, f.year) for f in result.derived)
        ]
        lines += [
            self.say("line_difference", difference=self.difference(d, short=True))
            for d in self.assessment.differences
            if d.criterion == criterion.id
        ]
        lines.append(self._source(result))
        advice = criterion.advice.text(self.lang)
        if advice and result.outcome in (Outcome.BASICALLY_MET, Outcome.NOT_MET):
            lines.append(self.say("line_advice", advice=advice))
        return lines

    def _mark(self, result: CriterionResult) -> str:
        if result.support is None:
            return ""
        return self.say("bracket", text=self.say(f"support_{result.support}"))

    def _exactly(self, result: CriterionResult) -> list[str]:
        """The exact fraction, where the shown decimal is rounded."""
        value = result.measure.exact if isinstance(result.measure, Number) else None
        if not isinstance(value, Fraction):
            return []
        scaled = value / result.criterion.show.unit.scale
        if "/" not in decimal_text(scaled):
            places = result.criterion.show.places
            if places is None or decimal_text(scaled) == decimal_text(scaled, places):
                return []
        return [self.say("line_exact", exact=str(value))]

    def _points(self, scored: Scored) -> str:
        most = decimal_text(scored.most)
        if scored.exact is not None:
            return self.say("line_points", points=decimal_text(scored.exact), most=most)
        low, high = decimal_text(scored.low), decimal_text(scored.high)
        return self.say("line_points_open", low=low, high=high, most=most)

    def _fact_text(self, fact: FactValue, *, place: bool = False) -> str:
        """A fact with its year and value; with ``place`` also where it stands and who says so."""
        label = fact_label(self.vocabulary, fact.name, self.lang)
        if fact.year != self.assessment.sheet.year:
            label = self.say("fact_of_year", fact=label, year=fact.year)
        if fact.basis is Basis.ABSENT and fact.entry is None:
            return self.say("fact_missing", fact=label, name=fact.name)
        unit = self.vocabulary.facts[fact.name].unit
        if fact.entry is not None and isinstance(fact.entry.stated, Inapplicable):
            value = self.say("declared_inapplicable", reason=fact.entry.stated.reason)
        else:
            value = shown_fact(fact, unit, self.lang)
        text = f"{label} {value}"
        if not place or fact.entry is None:
            return text
        return text + self.say("bracket", text=self._origin(fact.entry, fact.basis))

    def _origin(self, entry: Entry, basis: Basis) -> str:
        pieces = [entry.origin.short_place, self.say(f"by_{entry.by}")]
        if basis is Basis.STATED:
            pieces.append(self.say("only_stated"))
        pieces += [
            " ".join(word for word in (e.document, e.place, e.note) if word) for e in entry.evidence
        ]
        return self.say("comma").join(pieces)

    def _source(self, result: CriterionResult) -> str:
        citation = result.criterion.citation
        text = self.say("line_source", source=citation.text or self.say("no_source"))
        pieces = []
        if result.criterion.status is not Status.OFFICIAL:
            pieces.append(self.say(f"status_{result.criterion.status}"))
        note = citation.note.text(self.lang)
        if note:
            pieces.append(note)
        return text + (self.say("bracket", text=self.say("colon").join(pieces)) if pieces else "")

    # -- claims and differences -----------------------------------------------------------------

    def claim(self, claim: ClaimAudit) -> str:
        """What was stated, what follows from the parts, and whether the statement may stand."""
        definition = self.vocabulary.facts[claim.name]
        label = definition.label.text(self.lang)
        stated = claim.entry.stated
        places = max(getattr(stated, "places", None) or 0, 2)
        return self.say(
            f"claim_{claim.agreement}",
            fact=label,
            stated=show_stated(stated),
            computed=shown(claim.computed, definition.unit, places),
            formula=self._claim_formula(claim),
            criteria=self.say("comma").join(claim.hidden),
        )

    def _claim_formula(self, claim: ClaimAudit) -> str:
        derived = self.vocabulary.facts[claim.name].derived
        if derived is None:
            return ""
        shift = self.assessment.interpreter.base_year(claim.name) - claim.year
        return self.formulas.values(derived, shift)

    def difference(self, difference: Difference, *, short: bool = False) -> str:
        """What somebody declared, what the facts give, and why."""
        result = self.assessment.result(difference.criterion)
        evaluated = next(
            (r for r in self.assessment.evaluated if r.criterion.id == difference.criterion), result
        )
        reason = "" if evaluated is None or short else self.because(evaluated)
        key = "difference_short" if short else "difference"
        text = self.say(
            key,
            by=self.say(f"by_{difference.by}"),
            declared=self.outcome(difference.declared),
            found=self.outcome(difference.found),
            reason=reason,
        )
        return text + (self.say("reconstructed_mark") if difference.reconstructed else "")


def measure_text(result: CriterionResult, lang: Lang) -> str:
    """The measure as shown in tables; empty when there is none."""
    if result.measure is None or not isinstance(result.measure, Number):
        return ""
    return shown_measure(result.measure, result.criterion, lang)
