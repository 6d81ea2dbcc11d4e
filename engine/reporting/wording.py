"""The words shared by all reports: outcomes, grades, facts, tables, reasons."""

from ..facts.sheet import FactSheet
from ..language.model import Outcome, Ruleset
from ..language.printer import show
from ..language.vocabulary import Vocabulary
from ..locale import Lang, phrase
from ..scoring.cohort import comparisons
from ..scoring.values import Reason, Why

# Reasons that name a comparison with the batch and no fact.
OF_BATCH = (Why.BATCH, Why.OTHER_KIND, Why.NO_SUBJECTS)


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


def reason_text(reason: Reason, ruleset: Ruleset, sheet: FactSheet, lang: Lang) -> str:
    """Why something is unknown, in a few words; a fact of another year than the sheet's names it.

    So does one that was reported for other years, which are then said.
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
    key = {
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
    }[reason.why]
    if others:
        years = phrase("list_comma", lang).join(phrase("of_year", lang, year=y) for y in others)
        return phrase("why_other_years", lang, name=name, years=years)
    return phrase(key, lang, name=name)
