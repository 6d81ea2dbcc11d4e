"""Assessments as tables on a terminal; Chinese lines up since its width is counted in cells."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tabulate as tabulate_module
from tabulate import tabulate

from ..facts.values import show_stated
from ..language.model import ASSESSED, Outcome
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..scoring.assess import Assessment
from ..scoring.values import Why
from .explain import Explainer, measure_text
from .grade_text import grade_steps
from .result import shares
from .wording import grade_label, reason_text

tabulate_module.PRESERVE_WHITESPACE = True


def table(rows: Iterable[Sequence[str]], head: Sequence[str]) -> str:
    """Rows under a head, aligned; cells are text, never re-read as numbers."""
    return tabulate(list(rows), head, tablefmt="simple", disable_numparse=True)


def assessment_table(assessment: Assessment, lang: Lang) -> str:
    """The result of one sheet: heading, criteria, grade, what is missing, claims, differences."""
    explainer = Explainer(assessment, lang)
    parts = [_heading(assessment, lang), _criteria(assessment, explainer, lang)]
    parts += [
        _summary(assessment, lang),
        _missing(assessment, lang),
        _claims(assessment, explainer, lang),
        _differences(assessment, explainer, lang),
        _disputed(assessment, lang),
    ]
    return "\n\n".join(part for part in parts if part)


def _heading(assessment: Assessment, lang: Lang) -> str:
    ruleset, subject = assessment.ruleset, assessment.sheet.subject
    first = (
        f"{subject.name}（{subject.code}）" if lang == "zh" else f"{subject.name} ({subject.code})"
    )
    status = phrase(f"status_{ruleset.status}", lang)
    view = phrase("view", lang, by=phrase(f"by_{assessment.view}", lang)) if assessment.view else ""
    lines = [
        f"{first}  {assessment.sheet.year}{view}",
        f"{ruleset.title.text(lang)}  {ruleset.name}{phrase('bracket', lang, text=status)}",
    ]
    return "\n".join(lines)


def _criteria(assessment: Assessment, explainer: Explainer, lang: Lang) -> str:
    rows: list[Sequence[str]] = []
    for domain in assessment.ruleset.domains:
        chosen = [r for r in assessment.results if r.criterion.domain == domain.id]
        if not chosen:
            continue
        rows.append((domain.id, domain.title.text(lang), "", "", ""))
        for result in chosen:
            criterion = result.criterion
            margins = assessment.margins[criterion.id]
            missed = [m for m in margins if not m.met]
            gap = explainer.margin(missed[-1]).lstrip("，, ") if missed else ""
            mark = "*" if result.support in ("stated", "declared") else ""
            rows.append(
                (
                    f"  {criterion.id}",
                    criterion.title.text(lang),
                    measure_text(result, lang),
                    f"{explainer.outcome(result.outcome)}{mark}",
                    gap,
                )
            )
    head = [
        phrase(f"column_{name}", lang) for name in ("id", "criterion", "measure", "outcome", "gap")
    ]
    text = table(rows, head)
    if any(r.support in ("stated", "declared") for r in assessment.results):
        text += "\n" + phrase("star_note", lang)
    return text


def _summary(assessment: Assessment, lang: Lang) -> str:
    data = _share_texts(assessment)
    explainer = Explainer(assessment, lang)
    counted = [
        phrase(
            "count_line",
            lang,
            outcome=explainer.outcome(outcome),
            count=assessment.counts[outcome],
            share=data.get(outcome, ""),
        ).rstrip()
        for outcome in Outcome
        if assessment.counts[outcome] or outcome in ASSESSED
    ]
    lines = [phrase("comma", lang).join(counted)]
    if assessment.total is not None:
        total = assessment.total
        points = (
            decimal_text(total.exact, 2)
            if total.exact is not None
            else f"{decimal_text(total.low, 2)}–{decimal_text(total.high, 2)}"
        )
        most = decimal_text(total.most)
        lines.append(phrase("total_points", lang, points=points, most=most))
    lines += grade_lines(assessment, lang)
    return "\n".join(lines)


def _share_texts(assessment: Assessment) -> dict[Outcome, str]:
    """The shares as the result states them."""
    found = shares(assessment)
    return {
        outcome: str(found[str(outcome)]["shown"])
        for outcome in Outcome
        if found.get(str(outcome)) is not None
    }


def grade_lines(assessment: Assessment, lang: Lang) -> list[str]:
    """The grade with its steps, or its bounds."""
    grade = assessment.grade
    if grade is None:
        return [phrase("no_grade_rule", lang)]
    ruleset = assessment.ruleset
    if grade.determined:
        lines = [phrase("grade_is", lang, grade=grade_label(ruleset, grade.awarded, lang))]
        steps = grade_steps(assessment, grade.steps, lang)
        return lines + [f"  {_step(s, lang)}" for s in steps]
    best, worst = (grade_label(ruleset, g, lang) for g in (grade.best, grade.worst))
    lines = [phrase("grade_between", lang, best=best, worst=worst)]
    for name, steps_of in (("best", grade.best_steps), ("worst", grade.worst_steps)):
        lines.append(f"  {phrase(f'way_{name}', lang)}")
        lines += [f"    {_step(s, lang)}" for s in grade_steps(assessment, steps_of, lang)]
    return lines


def _step(step: Mapping[str, Any], lang: Lang) -> str:
    name = phrase(f"stage_{step['step']}", lang)
    return phrase("step_line", lang, name=name, grade=step["grade"], because=step["because"])


def _missing(assessment: Assessment, lang: Lang) -> str:
    if not assessment.missing:
        return ""
    rows = [
        (
            reason_text(m.reason, assessment.ruleset.vocabulary, lang),
            "" if m.reason.why is Why.JUDGEMENT else m.reason.name,
            phrase("comma", lang).join(m.criteria),
            phrase("yes" if m.decides else "no", lang) if assessment.grade is not None else "",
        )
        for m in assessment.missing
    ]
    head = [phrase(f"column_{name}", lang) for name in ("missing", "name", "asked_by", "decides")]
    return f"{phrase('title_missing', lang)}\n{table(rows, head)}"


def _claims(assessment: Assessment, explainer: Explainer, lang: Lang) -> str:
    wrong = [c for c in assessment.claims if not c.agreement.consistent]
    right = len(assessment.claims) - len(wrong)
    if not assessment.claims:
        return ""
    title = phrase("title_claims", lang, wrong=len(wrong), right=right)
    return "\n".join([title, *(f"  - {explainer.claim(c)}" for c in wrong)])


def _differences(assessment: Assessment, explainer: Explainer, lang: Lang) -> str:
    if not assessment.differences:
        return ""
    title = phrase("title_differences", lang, count=len(assessment.differences))
    rows = [f"  - {d.criterion} {explainer.difference(d)}" for d in assessment.differences]
    return "\n".join([title, *rows])


def _disputed(assessment: Assessment, lang: Lang) -> str:
    if not assessment.disputed:
        return ""
    rows = []
    for entries in assessment.disputed:
        said = phrase("comma", lang).join(
            f"{phrase(f'by_{e.by}', lang)} {show_stated(e.stated)}" for e in entries
        )
        rows.append(f"  - {entries[0].fact}: {said}")
    return "\n".join([phrase("title_disputed", lang), *rows])


def explanation(assessment: Assessment, lang: Lang, criterion: str | None = None) -> str:
    """The whole trace: every criterion, or one."""
    explainer = Explainer(assessment, lang)
    paragraphs = []
    for result in assessment.results:
        if criterion is None or result.criterion.id == criterion:
            head, *rest = explainer.paragraph(result)
            paragraphs.append("\n".join([head, *(f"    {line}" for line in rest)]))
    return "\n\n".join(paragraphs)


def summary_table(assessments: Iterable[Assessment], lang: Lang) -> str:
    """Several sheets, a line each."""
    rows = []
    for assessment in assessments:
        subject, grade = assessment.sheet.subject, assessment.grade
        if grade is None:
            text = ""
        elif grade.determined:
            text = grade_label(assessment.ruleset, grade.awarded, lang)
        else:
            text = f"{grade.best or '-'}…{grade.worst or '-'}"
        counts = [str(assessment.counts[outcome]) for outcome in Outcome]
        rows.append((subject.code, subject.name, text, *counts))
    names = [phrase(f"outcome_{outcome}", lang) for outcome in Outcome]
    head = ["", phrase("column_subject", lang), phrase("column_grade", lang), *names]
    return f"{phrase('summary', lang)}\n{table(rows, head)}"
