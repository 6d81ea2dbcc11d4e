"""The words shared by all reports: outcomes, grades, facts, tables, reasons."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..facts.sheet import FactSheet
from ..language.model import Outcome, Ruleset
from ..language.printer import show
from ..language.vocabulary import Vocabulary
from ..locale import Lang, phrase
from ..scoring.cohort import Lacking, comparisons
from ..scoring.membership import lacking
from ..scoring.values import Reason, Why

if TYPE_CHECKING:
    from ..scoring.interpreter import Interpreter

# Reasons that name a comparison with the batch and no fact.
OF_BATCH = (Why.BATCH, Why.OTHER_KIND, Why.NO_SUBJECTS)
# How many subjects are named inside a sentence.
MOST_NAMED = 3
_WHY = {
    Why.MISSING: "why_missing",
    Why.TABLE: "why_missing",
    Why.ATTRIBUTE: "why_missing",
    Why.BOUND: "why_bound",
    Why.ZERO_DIVISOR: "why_zero_divisor",
    Why.NO_ROWS: "why_no_rows",
    Why.NO_LEVEL: "why_no_level",
    Why.JUDGEMENT: "why_judgement",
    Why.BATCH: "why_batch",
    Why.OTHER_KIND: "why_other_kind",
    Why.NO_SUBJECTS: "why_no_subjects",
}


def outcome_label(ruleset: Ruleset, outcome: Outcome, lang: Lang) -> str:
    """The ruleset's own word for an outcome, or the common one."""
    own = ruleset.outcomes.get(outcome)
    return (own.text(lang) if own else "") or phrase(f"outcome_{outcome}", lang)


def grade_label(ruleset: Ruleset, grade: str | None, lang: Lang) -> str:
    """A grade with the ruleset's label for it."""
    if grade is None or ruleset.grade is None:
        return phrase("no_grade", lang)
    step = next(g for g in ruleset.grade.scale if g.id == grade)
    label = step.label.text(lang)
    return f"{grade} {label}" if label and label != grade else grade


def fact_label(vocabulary: Vocabulary, name: str, lang: Lang) -> str:
    """A fact's or a table's label; the bare name for anything else."""
    definition = vocabulary.facts.get(name) or vocabulary.tables.get(name)
    return definition.label.text(lang) if definition is not None else name


def attribute_label(vocabulary: Vocabulary, name: str, lang: Lang) -> str:
    """What an attribute of subjects is called."""
    if name == "kind":
        return phrase("attribute_kind", lang)
    label = vocabulary.attribute_labels.get(name)
    return (label.text(lang) if label is not None else "") or name


def dated(label: str, year: int, lang: Lang) -> str:
    """A label with the year that its value is of."""
    return phrase("fact_of_year", lang, fact=label, year=year)


def other_years(reason: Reason, ruleset: Ruleset, sheet: FactSheet) -> tuple[int, ...]:
    """The years for which the sheet has a fact that is missing for the year that is asked for."""
    if reason.why is not Why.MISSING or reason.name not in ruleset.vocabulary.facts:
        return ()
    return sheet.years_of(reason.name, ruleset.vocabulary)


def batched_label(reason: Reason, ruleset: Ruleset, lang: Lang) -> str:
    """The comparison with the batch that a reason names, in labels."""
    from .labels import Labels  # which speaks of outcomes and facts in the words of this module

    asked = (expr for expr in comparisons(ruleset) if show(expr) == reason.name)
    found = next(asked, None)
    return reason.name if found is None else Labels(ruleset, lang).show(found)


def lacking_text(ones: Sequence[Lacking], ruleset: Ruleset, lang: Lang, year: int) -> str:
    """Subjects without an exact value, each with what it has not reported; the first of many.

    ``year`` is the evaluation year, which is not repeated.
    """
    texts = []
    for one in ones[:MOST_NAMED]:
        name = one.code if one.name == one.code else f"{one.code} {one.name}"
        reasons = (_lacks(reason, ruleset, lang, year) for reason in one.reasons)
        why = phrase("list_comma", lang).join(dict.fromkeys(reasons))
        texts.append(name + phrase("bracket", lang, text=why))
    listed = phrase("semicolon", lang).join(texts)
    rest = len(ones) - len(texts)
    return listed + (phrase("and_subjects", lang, count=rest) if rest else "")


def _lacks(reason: Reason, ruleset: Ruleset, lang: Lang, year: int) -> str:
    vocabulary, name = ruleset.vocabulary, reason.name
    label = reason.label.text(lang) or fact_label(vocabulary, name, lang)
    if reason.why is Why.ATTRIBUTE:
        label = attribute_label(vocabulary, name.removeprefix("subject."), lang)
    if reason.year and reason.year != year:
        label = dated(label, reason.year, lang)
    key = "why_bound_only" if reason.why is Why.BOUND else _WHY[reason.why]
    return phrase(key, lang, name=label)


def _of_others(reason: Reason, name: str, interpreter: "Interpreter", lang: Lang) -> str | None:
    """That a comparison is open, with whom it waits for; None where nobody can be named."""
    ruleset, cohort = interpreter.ruleset, interpreter.cohort
    expr = next((e for e in comparisons(ruleset) if show(e) == reason.name), None)
    if expr is None or cohort is None:
        return None
    # What is left out of the comparison keeps nothing open.
    waited = [one for one in lacking(interpreter, expr) if one.bounded or not cohort.leaves_out]
    parts = [lacking_text(waited, ruleset, lang, interpreter.sheet.year)] if waited else []
    if cohort.lost and not cohort.leaves_out:
        parts.append(phrase("subjects_lost", lang, count=cohort.lost))
    if cohort.endless and not cohort.leaves_out:
        parts.append(phrase("files_lost", lang))
    if not parts:
        return None
    return phrase("why_batch_of", lang, name=name, others=phrase("semicolon", lang).join(parts))


def reason_text(
    reason: Reason,
    ruleset: Ruleset,
    sheet: FactSheet,
    lang: Lang,
    interpreter: "Interpreter | None" = None,
) -> str:
    """Why something is unknown, in a few words; a fact of another year than the sheet's names it.

    So does one that was reported for other years, which are then said. With an interpreter, the
    subjects of the batch that are waited for are named.
    """
    others = other_years(reason, ruleset, sheet)
    name = reason.label.text(lang) or fact_label(ruleset.vocabulary, reason.name, lang)
    if reason.why in OF_BATCH:
        name = batched_label(reason, ruleset, lang)
    if reason.year and (others or reason.year != sheet.year):
        name = dated(name, reason.year, lang)
    criterion = ruleset.criterion(reason.name)
    if criterion is not None:
        name = f"{criterion.id} {criterion.title.text(lang)}"
    if reason.why is Why.BATCH and interpreter is not None:
        told = _of_others(reason, name, interpreter, lang)
        if told is not None:
            return told
    if others:
        years = phrase("list_comma", lang).join(phrase("of_year", lang, year=y) for y in others)
        return phrase("why_other_years", lang, name=name, years=years)
    return phrase(_WHY[reason.why], lang, name=name)
