"""Says why an outcome is what it is, in one line: formula with its numbers, limit, margin."""

from collections.abc import Callable

from ..facts.values import Inapplicable
from ..language.diagnostics import Span
from ..language.expression import And, Call, Compare, Expr, Function, Special
from ..language.expression import Number as WrittenNumber
from ..language.model import Level, Outcome
from ..language.units import Unit
from ..locale import Lang, phrase
from ..scoring.assess import Assessment, Difference
from ..scoring.claims import ClaimAudit
from ..scoring.fact_values import Basis, FactValue
from ..scoring.margins import Margin
from ..scoring.outcome import CriterionResult, LevelTrace, Support
from ..scoring.values import NotApplicable, Number, Truth, Unknown
from .conditions import Conditions, Part
from .fixed_texts import FixedTexts, is_fixed
from .formulas import has_facts
from .numbers import SIGNS, distance, shown, shown_fact, shown_measure, shown_stated
from .wording import dated, fact_label, outcome_label, reason_text

_MEASURE = Special("measure")
_NOTHING = (Unknown, NotApplicable)


def short_place(span: Span) -> str:
    """Where a statement stands, without folders."""
    return span.short_place


class Explainer:
    """Explains the criteria, claims and differences of one assessment in one language.

    ``place`` writes where a statement stands; ``texts`` are kept for further assessments.
    """

    def __init__(
        self,
        assessment: Assessment,
        lang: Lang,
        place: Callable[[Span], str] = short_place,
        texts: FixedTexts | None = None,
    ) -> None:
        self.assessment = assessment
        self.ruleset = assessment.ruleset
        self.vocabulary = assessment.ruleset.vocabulary
        self.lang = lang
        self.place = place
        self.texts = texts or FixedTexts()
        self.conditions = Conditions(assessment.interpreter, lang, self.texts)
        self.formulas = self.conditions.formulas

    def say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)

    def outcome(self, outcome: Outcome) -> str:
        return outcome_label(self.ruleset, outcome, self.lang)

    # -- one sentence ---------------------------------------------------------------------------

    def because(self, result: CriterionResult) -> str:
        """The reason for an outcome in one line."""
        match result.outcome:
            case Outcome.NOT_APPLICABLE:
                return self.inapplicable(result)
            case Outcome.UNDETERMINED:
                return self.undetermined(result)
            case _:
                pass
        if result.support in (Support.JUDGED, Support.DECLARED):
            return self.declared(result)
        pieces = [self.equation(result), *self.levels(result)]
        text = self.say("semicolon").join(piece for piece in pieces if piece)
        if not text:
            text = self.say("semicolon").join(self.fact(fact) for fact in result.facts)
        return text + (self.say("rests_on_statement") if result.support is Support.STATED else "")

    def inapplicable(self, result: CriterionResult) -> str:
        """Why a criterion does not apply: declared so, or its condition does not hold."""
        if result.inapplicable:
            return self.say("declared_inapplicable", reason=result.inapplicable)
        if result.judgement is None and result.criterion.applies_when is not None:
            part = self.conditions.part(result.criterion.applies_when)
            return self.say("does_not_apply", condition=self.conditions.line(part))
        return self.declared(result)

    def undetermined(self, result: CriterionResult) -> str:
        """What is missing, and the outcomes that are still possible."""
        sheet, interpreter = self.assessment.sheet, self.assessment.interpreter
        reasons = [
            reason_text(r, self.ruleset, sheet, self.lang, interpreter) for r in result.reasons
        ]
        *others, last = [self.quoted(o) for o in Outcome if o in result.possible]
        either = self.say("or").join([self.say("list_comma").join(others), last])
        return self.say(
            "cannot_be_decided",
            reasons=self.say("semicolon").join(dict.fromkeys(reasons)),
            possible=either if others else last,
        )

    def quoted(self, outcome: Outcome) -> str:
        """An outcome as it is named inside a sentence."""
        return self.say("quoted", text=self.outcome(outcome))

    def declared(self, result: CriterionResult) -> str:
        """Who decided, and the note that goes with it."""
        judgement = result.judgement
        if judgement is None:
            return ""
        key = "judged_by" if result.support is Support.JUDGED else "declared_by"
        text = self.say(key, by=self.say(f"by_{judgement.by}"))
        if judgement.note:
            text += self.say("colon") + judgement.note
        return text + (self.say("reconstructed_mark") if judgement.reconstructed else "")

    def equation(self, result: CriterionResult) -> str:
        """The measure with labels and numbers; empty where there is none to compute."""
        criterion, value = result.criterion, result.measure
        if criterion.measure is None or value is None or isinstance(value, _NOTHING):
            return ""
        show = criterion.show
        text = self.formulas.equation(criterion.measure, value, show.unit, show.places)
        if criterion.rounded is not None and isinstance(result.compared, Number):
            rounded = result.compared.exact
            if rounded is not None:
                unit, places = criterion.rounded.unit, criterion.rounded.places
                text += self.say("rounded_to", value=shown(rounded, unit, places, self.lang))
        return text

    # -- levels ---------------------------------------------------------------------------------

    def levels(self, result: CriterionResult) -> list[str]:
        """The levels that were missed on the way, then the one that holds."""
        tried = [level for level in result.levels if level.outcome is not Outcome.NOT_MET]
        return [self.level(result, level) for level in tried]

    def level(self, result: CriterionResult, level: LevelTrace) -> str:
        """One level in one line: what it asks, whether that holds, and by how much."""
        part = self.level_part(result, level)
        asked = self.limits(result, level) if part is None else self.conditions.line(part)
        return self.level_head(level, asked, brackets=part is None) + self.level_margin(
            result, level
        )

    def level_head(self, level: LevelTrace, asked: str, *, brackets: bool) -> str:
        """``未达到“完全落实”（≥ 50%）`` for limits, ``…：…`` for conditions."""
        met = isinstance(level.result, Truth) and level.result.holds
        key = "level_met" if met else "level_missed"
        if isinstance(level.result, Unknown):
            key = "level_open"
        rest = self.say("bracket", text=asked) if brackets else self.say("colon") + asked
        return self.say(key, level=self.outcome(level.outcome)) + rest

    def level_margin(self, result: CriterionResult, level: LevelTrace) -> str:
        """``，少 4 人（…）`` after a level, where there is a margin."""
        for margin in self.assessment.margins[result.criterion.id]:
            if margin.level is level.outcome:
                return self.say("comma") + self.margin(margin) + self.others(result, level)
        return ""

    def others(self, result: CriterionResult, level: LevelTrace) -> str:
        """That more than what the margin tells is lacking, where all parts must hold."""
        written = _written(result, level)
        if written is None or not _needs_all(written.condition):
            return ""
        failed = sum(c.result == Truth(False) for c in level.comparisons)
        return self.say("and_others", count=failed - 1) if failed > 1 else ""

    def gap(self, result: CriterionResult) -> str:
        """What is lacking to the nearest level that was missed, for a table."""
        missed = [m for m in self.assessment.margins[result.criterion.id] if not m.met]
        # In the district's own view facts may miss what it declares fully met.
        if not missed or result.outcome is Outcome.FULLY_MET:
            return ""
        level = next(x for x in result.levels if x.outcome is missed[-1].level)
        return self.margin(missed[-1]) + self.others(result, level)

    def level_part(self, result: CriterionResult, level: LevelTrace) -> Part | None:
        """The condition of a level part by part; None where it only limits the measure."""
        written = _written(result, level)
        if written is None or result.criterion.measure is not None:
            return None
        return self.conditions.part(written.condition)

    def limits(self, result: CriterionResult, level: LevelTrace) -> str:
        """What a level asks of the measure: ``≥ 80% 且 < 90%``."""
        written = _written(result, level)
        return level.text if written is None else self.asked_of_measure(written.condition)

    def asked_of_measure(self, condition: Expr) -> str:
        """A condition that only limits the measure, without naming it; any other in labels."""
        if has_facts(condition) or not is_fixed(condition, self.ruleset):
            return self._asked_of_measure(condition)
        year = self.assessment.sheet.year
        return self.texts.once(
            condition, ("asked", year), lambda: self._asked_of_measure(condition)
        )

    def _asked_of_measure(self, condition: Expr) -> str:
        parts = condition.parts if isinstance(condition, And) else (condition,)
        texts = [self._limit(part) for part in parts]
        if any(text is None for text in texts):
            return self.formulas.labels(condition)
        return self.say("and").join(text for text in texts if text)

    def _limit(self, condition: Expr) -> str | None:
        if not isinstance(condition, Compare) or condition.first != _MEASURE:
            return None
        sides = [(op, self._side(right)) for op, right in condition.rest]
        return " ".join(f"{SIGNS[op]} {text}" for op, text in sides)

    def _side(self, right: Expr) -> str:
        if isinstance(right, WrittenNumber):
            return self.formulas.words.number(right)
        return self.formulas.quantity(right) if has_facts(right) else self.formulas.labels(right)

    def margin(self, margin: Margin) -> str:
        """``少 4 人（公办园在园幼儿）``: what is lacking or left, in natural units."""
        if margin.met and not margin.amount:
            return self.say("margin_none")
        name = ""
        if margin.fact is not None:
            label = fact_label(self.vocabulary, margin.fact, self.lang)
            if margin.year is not None and margin.year != self.assessment.sheet.year:
                label += self.say("comma") + self.say("year", year=margin.year)
            name = self.say("bracket", text=label)
        key = "margin_left" if margin.met else "margin_short" if margin.up else "margin_over"
        return self.say(key, amount=distance(margin.amount, margin.unit, self.lang), of=name)

    # -- facts ----------------------------------------------------------------------------------

    def fact(self, fact: FactValue) -> str:
        """A fact with its year, where that is not the evaluation year, and its value."""
        label = fact_label(self.vocabulary, fact.name, self.lang)
        if fact.year != self.assessment.sheet.year:
            label = dated(label, fact.year, self.lang)
        if fact.basis is Basis.ABSENT and fact.entry is None:
            return self.say("fact_missing", fact=label, name=fact.name)
        unit: Unit = self.vocabulary.facts[fact.name].unit
        if fact.entry is not None and isinstance(fact.entry.stated, Inapplicable):
            return f"{label} {shown_stated(fact.entry.stated, None, self.lang)}"
        return f"{label} {shown_fact(fact, unit, self.lang)}"

    # -- claims and differences -----------------------------------------------------------------

    def claim(self, claim: ClaimAudit) -> str:
        """What was stated, what follows from the parts, and whether the statement may stand."""
        definition = self.vocabulary.facts[claim.name]
        label = definition.label.text(self.lang)
        if claim.year != self.assessment.sheet.year:
            label = dated(label, claim.year, self.lang)
        stated = claim.entry.stated
        places = max(getattr(stated, "places", None) or 0, 2)
        return self.say(
            f"claim_{claim.agreement}",
            fact=label,
            stated=shown_stated(stated, None, self.lang),
            computed=shown(claim.computed, definition.unit, places, self.lang),
            formula=self._claim_formula(claim),
            criteria=self.say("list_comma").join(claim.hidden),
        )

    def _claim_formula(self, claim: ClaimAudit) -> str:
        derived = self.vocabulary.facts[claim.name].derived
        if derived is None:
            return ""
        shift = self.assessment.interpreter.base_year(claim.name) - claim.year
        return self.formulas.values(derived, self.formulas.now.back(shift))

    def difference(self, difference: Difference, *, short: bool = False) -> str:
        """What somebody declared, what was found, and why."""
        evaluated = next(
            r for r in self.assessment.evaluated if r.criterion.id == difference.criterion
        )
        # What a person would judge may not apply by the facts alone.
        judged = evaluated.judgement is not None
        text = self.say(
            "difference_judged" if judged else "difference",
            by=self.say(f"by_{difference.by}"),
            declared=self.quoted(difference.declared),
            found=self.quoted(difference.found),
        )
        if difference.reconstructed:
            text += self.say("reconstructed_mark")
        return text if short else text + self.say("colon") + self.because(evaluated)


def _written(result: CriterionResult, level: LevelTrace) -> Level | None:
    return next((x for x in result.criterion.levels if x.outcome is level.outcome), None)


def _needs_all(condition: Expr) -> bool:
    """Whether a condition holds only if each of its parts does."""
    every = isinstance(condition, Call) and condition.function is Function.EVERY_YEAR
    return every or isinstance(condition, And)


def measure_text(result: CriterionResult, lang: Lang) -> str:
    """The measure as shown in tables; empty when there is none."""
    if result.measure is None or isinstance(result.measure, _NOTHING):
        return ""
    return shown_measure(result.measure, result.criterion, lang)
