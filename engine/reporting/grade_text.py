"""The steps to a grade in words: which award held, with which counts; what caps and lowers it."""

from typing import Any

from ..language.expression import Expr, Kind, Special, Tally, walk
from ..language.model import Award, Outcome
from ..language.units import PLAIN, find_unit
from ..locale import Lang, phrase
from ..scoring.assess import Assessment
from ..scoring.grading import GradeStep, StepKind
from ..scoring.values import Number, Truth, Value
from ..scoring.where import Comparison
from .conditions import Conditions
from .numbers import SIGNS, shown_number
from .wording import grade_label


def grade_steps(
    assessment: Assessment, steps: tuple[GradeStep, ...], lang: Lang, *, worst: bool = False
) -> list[dict[str, Any]]:
    """Each step with the grade after it and the reason; ``worst``: of the worst case possible."""
    return [
        {
            "step": str(step.kind),
            "grade": step.grade,
            "acted": step.acted,
            "uncertain": step.uncertain,
            "because": step_text(assessment, step, lang, worst=worst),
        }
        for step in steps
    ]


def step_text(assessment: Assessment, step: GradeStep, lang: Lang, *, worst: bool = False) -> str:
    """Why a step gave its grade."""
    rule = assessment.ruleset.grade
    if step.kind is StepKind.GUARD:
        least = rule.min_applicable if rule is not None else 0
        return phrase("step_guard", lang, least=least)
    words = _Words(assessment, lang, worst=worst)
    if step.rule is None:
        return phrase("step_no_award", lang) + words.missed(step)
    opened = phrase("step_open", lang) if step.uncertain else ""
    condition = "" if step.rule.when is None else words.condition(step.rule.when, step.comparisons)
    if isinstance(step.rule, Award):
        label = grade_label(assessment.ruleset, step.rule.grade, lang)
        text = condition or phrase("step_last", lang, grade=label)
        return text + opened + words.missed(step)
    text = step.rule.because.text(lang)
    if condition:
        text = text + phrase("bracket", lang, text=condition) if text else condition
    if not step.acted:
        text += phrase("step_without_effect", lang)
    return text + opened


_VETO = Special("any_veto")


class _Words:
    """Words for the conditions of one grade rule."""

    def __init__(self, assessment: Assessment, lang: Lang, *, worst: bool) -> None:
        self.assessment = assessment
        self.lang = lang
        self.worst = worst
        self.conditions = Conditions(assessment.interpreter, lang)

    def missed(self, step: GradeStep) -> str:
        """Why the better awards were not given: only the comparisons that failed."""
        texts = []
        for award, comparisons in step.missed:
            failed = tuple(c for c in comparisons if c.result != Truth(True))
            reason = "" if award.when is None else self.condition(award.when, failed)
            label = grade_label(self.assessment.ruleset, award.grade, self.lang)
            texts.append(phrase("step_missed", self.lang, grade=label, reason=reason))
        return "".join(texts)

    def condition(self, when: Expr, comparisons: tuple[Comparison, ...]) -> str:
        """The condition of a rule with the numbers found."""
        if not comparisons:
            if any(isinstance(e, (Special, Tally)) for e in walk(when)):
                return self.labels(when)
            return self.conditions.bare(when)
        return phrase("semicolon", self.lang).join(self.comparison(c) for c in comparisons)

    def comparison(self, c: Comparison) -> str:
        """``“完全落实”占比为 85.71%，要求 ≥ 90%``."""
        return phrase(
            "grade_comparison",
            self.lang,
            left=self.labels(c.left),
            value=self.shown(c.left, c.left_value),
            op=SIGNS[c.op],
            right=self.labels(c.right),
        )

    def shown(self, expr: Expr, value: Value) -> str:
        if not isinstance(value, Number):
            return getattr(value, "text", "?")
        if isinstance(expr, Tally) and expr.kind is Kind.SHARE:
            return shown_number(value, find_unit("%") or PLAIN, 2, self.lang)
        return shown_number(value, self.conditions.formulas.natural(expr), None, self.lang)

    def labels(self, expr: Expr) -> str:
        """An expression of a grade rule in words; a veto names the criteria that are not met."""
        return self.vetoes() if expr == _VETO else self.conditions.formulas.labels(expr)

    def vetoes(self) -> str:
        """The veto criteria that are not met, by name; in the worst case those that may not be."""
        sure: list[str] = []
        maybe: list[str] = []
        for result in self.assessment.results:
            if result.criterion.veto and Outcome.NOT_MET in result.possible:
                name = f"{result.criterion.id} {result.criterion.title.text(self.lang)}"
                (maybe if len(result.possible) > 1 else sure).append(name)
        comma = phrase("list_comma", self.lang)
        named = [comma.join(sure)] if sure else []
        if maybe and self.worst:
            named.append(phrase("possibly", self.lang, names=comma.join(maybe)))
        text = phrase("special_any_veto", self.lang)
        listed = phrase("semicolon", self.lang).join(named)
        return text + (phrase("colon", self.lang) + listed if named else "")
