"""Assessments on a terminal: the table of criteria, the grade, what is missing, explanations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..facts.values import By
from ..language.model import ASSESSED, Outcome, Ruleset
from ..locale import Lang, phrase
from ..scoring.assess import Assessment
from ..scoring.points import Scored
from ..scoring.values import Why
from .explain import Explainer, measure_text
from .grade_text import grade_steps
from .numbers import points_text, shown_stated
from .paragraph import paragraph
from .shares import declared_counts, shares
from .tables import table, wrapped
from .wording import dated, fact_label, grade_label, outcome_label, reason_text


def assessment_table(assessment: Assessment, lang: Lang, width: int | None = None) -> str:
    """The result of one sheet: heading, criteria, grade, what is missing, claims, differences."""
    explainer = Explainer(assessment, lang)
    parts = [
        "\n".join(_heading(assessment, lang)),
        _criteria(assessment, explainer, lang, width),
        "\n".join(_fitted(_summary(assessment, explainer, lang), width)),
        _missing(assessment, lang, width),
        "\n".join(_fitted(_claims(assessment, explainer, lang), width)),
        "\n".join(_fitted(_differences(assessment, explainer, lang), width)),
        "\n".join(_fitted(_disputed(assessment, lang), width)),
        "\n".join(_fitted(_doubts(assessment, lang), width)),
    ]
    return "\n\n".join(part for part in parts if part)


def _fitted(lines: Iterable[str], width: int | None) -> list[str]:
    """Lines wrapped to a terminal, the continuation a little further in."""
    if width is None:
        return list(lines)
    return [
        wrapped(line, width, " " * (len(line) - len(line.lstrip()) + 4)) if line else ""
        for line in lines
    ]


def _heading(assessment: Assessment, lang: Lang) -> list[str]:
    ruleset, subject = assessment.ruleset, assessment.sheet.subject
    name = subject.name + phrase("bracket", lang, text=subject.code)
    if subject.name == subject.code:
        name = subject.code
    status = phrase(f"status_{ruleset.status}", lang)
    view = phrase("view", lang, by=phrase(f"by_{assessment.view}", lang)) if assessment.view else ""
    return [
        f"{name}  {phrase('year', lang, year=assessment.sheet.year)}{view}",
        f"{ruleset.title.text(lang)}  {ruleset.name}{phrase('bracket', lang, text=status)}",
    ]


def _criteria(
    assessment: Assessment, explainer: Explainer, lang: Lang, width: int | None = None
) -> str:
    scored = bool(assessment.points)
    rows: list[Sequence[str]] = []
    for domain in assessment.ruleset.domains:
        chosen = [r for r in assessment.results if r.criterion.domain == domain.id]
        if not chosen:
            continue
        rows.append((domain.id, domain.title.text(lang), *("" for _ in range(3 + scored))))
        for result in chosen:
            criterion = result.criterion
            mark = "*" if result.support in ("stated", "declared") else ""
            veto = phrase("veto_mark", lang) if criterion.veto else ""
            row = [
                f"  {criterion.id}",
                criterion.title.text(lang) + veto,
                measure_text(result, lang),
                f"{explainer.outcome(result.outcome)}{mark}",
                # In the district's own view facts may miss what it declares fully met.
                explainer.gap(result),
            ]
            if scored:
                given = assessment.points.get(criterion.id)
                row.insert(4, "" if given is None else _points(given, lang))
            rows.append(row)
    names = ["id", "criterion", "measure", "outcome", "gap"]
    if scored:
        names.insert(4, "points")
    text = table(rows, [phrase(f"column_{name}", lang) for name in names], width)
    if any(r.support in ("stated", "declared") for r in assessment.results):
        text += "\n" + phrase("star_note", lang)
    return text


def _points(scored: Scored, lang: Lang) -> str:
    if scored.exact is None:
        low, high = points_text(scored.low), points_text(scored.high)
        return phrase("between", lang, low=low, high=high)
    return points_text(scored.exact)


def _summary(assessment: Assessment, explainer: Explainer, lang: Lang) -> list[str]:
    lines = [_counts(assessment.counts, shares(assessment), explainer, lang)]
    for by, counts in declared_counts(assessment).items():
        said, whole = sum(counts.values()), len(assessment.results)
        # A share of the few outcomes that were declared would be taken for one of all.
        found = shares(assessment, counts) if said == whole else {}
        words = _counts(counts, found, explainer, lang)
        key = "declared_line" if said == whole else "declared_some"
        name = phrase(f"by_{by}", lang)
        lines.append(phrase(key, lang, by=name, counts=words, declared=said, all=whole))
    if assessment.total is not None:
        total = assessment.total
        points = _points(total, lang)
        most = points_text(total.most)
        sure = total.bonus_low == total.bonus_high and total.bonus_low > 0
        key = "total_points_bonus" if sure else "total_points"
        bonus = points_text(total.bonus_low)
        lines.append(phrase(key, lang, points=points, most=most, bonus=bonus))
    return lines + grade_lines(assessment, lang)


def _counts(
    counts: Mapping[Outcome, int], found: Mapping[str, Any], explainer: Explainer, lang: Lang
) -> str:
    """``完全落实 24 项（85.71%），…`` with the shares as the result states them."""
    texts = []
    for outcome in Outcome:
        if counts[outcome] or outcome in ASSESSED:
            share = found.get(str(outcome))
            shown = "" if share is None else phrase("bracket", lang, text=share["shown"])
            label = explainer.outcome(outcome)
            texts.append(
                phrase("count_line", lang, outcome=label, count=counts[outcome], share=shown)
            )
    return phrase("comma", lang).join(texts)


def grade_lines(assessment: Assessment, lang: Lang) -> list[str]:
    """The grade with its steps, or its bounds."""
    grade = assessment.grade
    if grade is None:
        whole = [phrase("of_all", lang)] if assessment.ruleset.counts_inapplicable else []
        return [*whole, phrase("no_grade_rule", lang)]
    ruleset = assessment.ruleset
    if grade.determined:
        lines = [phrase("grade_is", lang, grade=grade_label(ruleset, grade.awarded, lang))]
        open_count = assessment.counts[Outcome.UNDETERMINED]
        if open_count:
            lines.append(phrase("grade_whatever", lang, count=open_count))
        steps = grade_steps(assessment, grade.steps, lang)
        return lines + [f"  {_step(s, lang)}" for s in steps]
    best, worst = (grade_label(ruleset, g, lang) for g in (grade.best, grade.worst))
    lines = [phrase("grade_between", lang, best=best, worst=worst)]
    for name, steps_of in (("best", grade.best_steps), ("worst", grade.worst_steps)):
        if steps_of:
            lines.append(f"  {phrase(f'way_{name}', lang)}")
            steps = grade_steps(assessment, steps_of, lang, worst=name == "worst")
            lines += [f"    {_step(s, lang)}" for s in steps]
    return lines


def _step(step: Mapping[str, Any], lang: Lang) -> str:
    name = phrase(f"stage_{step['step']}", lang)
    grade = step["grade"] or phrase("no_grade", lang)
    return phrase("step_line", lang, name=name, grade=grade, because=step["because"])


def _missing(assessment: Assessment, lang: Lang, width: int | None = None) -> str:
    if not assessment.missing:
        return ""
    graded = assessment.grade is not None
    rows = []
    for missing in assessment.missing:
        reason = missing.reason
        row = [
            reason_text(reason, assessment.ruleset, assessment.sheet, lang, assessment.interpreter),
            "" if reason.why is Why.JUDGEMENT else reason.name,
            phrase("list_comma", lang).join(missing.criteria),
        ]
        rows.append(row + ([phrase("yes" if missing.decides else "no", lang)] if graded else []))
    names = ("missing", "name", "asked_by", "decides")[: 4 if graded else 3]
    text = table(rows, [phrase(f"column_{name}", lang) for name in names], width)
    return f"{phrase('title_missing', lang)}\n{text}"


def _claims(assessment: Assessment, explainer: Explainer, lang: Lang) -> list[str]:
    if not assessment.claims:
        return []
    wrong = [c for c in assessment.claims if not c.agreement.consistent]
    right = len(assessment.claims) - len(wrong)
    title = phrase("title_claims", lang, wrong=len(wrong), right=right)
    return [title, *(f"  - {explainer.claim(c)}" for c in wrong)]


def _differences(assessment: Assessment, explainer: Explainer, lang: Lang) -> list[str]:
    if not assessment.differences:
        return []
    title = phrase("title_differences", lang, count=len(assessment.differences))
    titles = {c.id: c.title.text(lang) for c in assessment.ruleset.criteria}
    colon = phrase("colon", lang)
    return [title] + [
        f"  - {d.criterion} {titles[d.criterion]}{colon}{explainer.difference(d)}"
        for d in assessment.differences
    ]


def _disputed(assessment: Assessment, lang: Lang) -> list[str]:
    if not assessment.disputed:
        return []
    lines = [phrase("title_disputed", lang)]
    for entries in assessment.disputed:
        first = entries[0]
        label = fact_label(assessment.ruleset.vocabulary, first.fact, lang)
        if first.year != assessment.sheet.year:
            label = dated(label, first.year, lang)
        said = [
            f"{phrase(f'by_{e.by}', lang)} {shown_stated(e.stated, None, lang)}" for e in entries
        ]
        chosen = assessment.sheet.chosen(first.fact, first.year)
        by = By.SELF if chosen is None else chosen.by
        text = phrase("semicolon", lang).join(said)
        used = phrase("used", lang, by=phrase(f"by_{by}", lang)) if chosen is not None else ""
        lines.append(f"  - {label}{phrase('colon', lang)}{text}{used}")
    return lines


def _doubts(assessment: Assessment, lang: Lang) -> list[str]:
    """What was scored as it stands although something about it is doubtful."""
    found = assessment.diagnostics
    if not found:
        return []
    colon = phrase("colon", lang)
    return [phrase("title_doubts", lang, count=len(found))] + [
        f"  - {d.span.short_place}{colon}{d.message(lang)}" for d in found
    ]


def explanation(
    assessment: Assessment, lang: Lang, criterion: str | None = None, width: int | None = None
) -> str:
    """The whole trace: every criterion, or one."""
    explainer = Explainer(assessment, lang)
    paragraphs = []
    for result in assessment.results:
        if criterion is None or result.criterion.id == criterion:
            head, *rest = paragraph(explainer, result)
            lines = [head, *(f"    {line}" for line in rest)]
            paragraphs.append("\n".join(_fitted(lines, width)))
    return "\n\n".join(paragraphs)


def criterion_page(
    assessment: Assessment, lang: Lang, criterion: str, width: int | None = None
) -> str:
    """One criterion of one subject, explained."""
    heading = "\n".join(_heading(assessment, lang))
    return f"{heading}\n\n{explanation(assessment, lang, criterion, width)}"


def summary_row(assessment: Assessment, lang: Lang) -> tuple[str, ...]:
    """One of several sheets in a line."""
    subject, grade = assessment.sheet.subject, assessment.grade
    if grade is None:
        text = phrase("no_grade", lang)
    elif grade.determined:
        text = grade_label(assessment.ruleset, grade.awarded, lang)
    else:
        labels = [grade_label(assessment.ruleset, g, lang) for g in (grade.best, grade.worst)]
        text = phrase("between", lang, low=labels[0], high=labels[1])
    counts = [str(assessment.counts[outcome]) for outcome in Outcome]
    return (subject.code, subject.name, str(assessment.sheet.year), text, *counts)


def summary_table(
    rows: Iterable[Sequence[str]], ruleset: Ruleset, lang: Lang, width: int | None = None
) -> str:
    """Several sheets, a line each; all are of one ruleset."""
    names = [outcome_label(ruleset, outcome, lang) for outcome in Outcome]
    columns = ("code", "subject", "year", "grade")
    head = [*(phrase(f"column_{name}", lang) for name in columns), *names]
    return f"{phrase('summary', lang)}\n{table(rows, head, width)}"
