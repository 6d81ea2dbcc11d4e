"""The steps to a grade in words: which award held, with which counts; what caps and lowers it."""

from typing import Any

from ..language.expression import Expr, Special, Tally
from ..language.model import Award
from ..language.printer import show
from ..language.units import PLAIN, find_unit
from ..locale import Lang, phrase
from ..scoring.assess import Assessment
from ..scoring.grading import GradeStep, StepKind
from ..scoring.values import Number, Value
from .numbers import shown_number
from .wording import SIGNS, Formulas, grade_label, outcome_label


def grade_steps(
    assessment: Assessment, steps: tuple[GradeStep, ...], lang: Lang
) -> list[dict[str, Any]]:
    """Each step with the grade after it and the reason."""
    return [
        {
            "step": str(step.kind),
            "grade": step.grade,
            "acted": step.acted,
            "uncertain": step.uncertain,
            "because": step_text(assessment, step, lang),
        }
        for step in steps
    ]


def step_text(assessment: Assessment, step: GradeStep, lang: Lang) -> str:
    """Why a step gave its grade."""
    rule = assessment.ruleset.grade
    if step.kind is StepKind.GUARD:
        least = rule.min_applicable if rule is not None else 0
        return phrase("step_guard", lang, least=least)
    if step.rule is None:
        return phrase("step_no_award", lang)
    if isinstance(step.rule, Award):
        if step.rule.when is None:
            text = phrase(
                "step_last", lang, grade=grade_label(assessment.ruleset, step.grade, lang)
            )
            return text + _open(step, lang)
        return _condition(assessment, step, lang) + _open(step, lang)
    because = step.rule.because.text(lang)
    condition = _condition(assessment, step, lang)
    text = because + (phrase("bracket", lang, text=condition) if condition else "")
    if not step.acted:
        text += phrase("step_without_effect", lang)
    return text + _open(step, lang)


def _open(step: GradeStep, lang: Lang) -> str:
    return phrase("step_open", lang) if step.uncertain else ""


def _condition(assessment: Assessment, step: GradeStep, lang: Lang) -> str:
    """The condition of the rule with the numbers found."""
    if not step.comparisons:
        when = step.rule.when if step.rule is not None else None
        return "" if when is None else _labels(when, assessment, lang)
    texts = [
        phrase(
            "grade_comparison",
            lang,
            left=_labels(c.left, assessment, lang),
            value=_shown(c.left, c.left_value),
            op=SIGNS[c.op],
            right=_labels(c.right, assessment, lang),
        )
        for c in step.comparisons
    ]
    return phrase("semicolon", lang).join(texts)


def _shown(expr: Expr, value: Value) -> str:
    if not isinstance(value, Number):
        return getattr(value, "text", "?")
    share = isinstance(expr, Tally) and expr.kind == "share"
    unit = (find_unit("%") or PLAIN) if share else PLAIN
    return shown_number(value, unit, 2)


def _labels(expr: Expr, assessment: Assessment, lang: Lang) -> str:
    formulas = Formulas(assessment.interpreter, lang)

    def label(part: Expr) -> str | None:
        if isinstance(part, Tally):
            name = next((o for o in assessment.counts if o == part.outcome), None)
            word = outcome_label(assessment.ruleset, name, lang) if name else part.outcome
            key = "tally_share" if part.kind == "share" else "tally_count"
            return phrase(key, lang, outcome=word) + (f" [{part.domain}]" if part.domain else "")
        if isinstance(part, Special):
            return phrase(f"special_{part.name}", lang)
        if hasattr(part, "name") and part.name in assessment.ruleset.vocabulary.facts:
            return formulas.labels(part)
        return None

    return show(expr, label)
