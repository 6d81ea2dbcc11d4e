"""What two editions differ in beside what they decide: data, their limits, texts and sources.

Each part of an edition is laid out as a card of texts by key; two cards are compared key by key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

from ..facts.values import Bound, Measured
from ..language.digest import used_columns, used_facts
from ..language.expression import fact_names
from ..language.model import Grade, GradeRule, ParameterDefinition, Ruleset
from ..language.printer import show
from ..language.vocabulary import Citation, FactDefinition, ValueDefinition, Vocabulary
from ..locale import LANGS, Label, Lang


class Part(StrEnum):
    """What a difference is about."""

    RULESET = "ruleset"
    DOCUMENT = "document"
    PARAMETER = "parameter"
    DOMAIN = "domain"
    GRADE = "grade"
    NEED = "need"
    FACT = "fact"
    COLUMN = "column"
    ATTRIBUTE = "attribute"
    INTEGRITY = "integrity"


class Shift(StrEnum):
    """How it differs; of a range whether it takes in more or less than before."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"
    WIDER = "wider"
    NARROWER = "narrower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One difference: the part and its name, and of what both have the key with both texts."""

    part: Part
    name: str
    label: Label = Label()
    shift: Shift
    key: str = ""
    before: Label = Label()
    after: Label = Label()


# A range as such, its ends in base units.
Range: TypeAlias = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Card:
    """A part of one edition: what it is called, its texts by key, its range."""

    label: Label
    texts: Mapping[str, Label]
    range: Range = (None, None)


Cards: TypeAlias = Mapping[str, Card]


def compare_beside(old: Ruleset, new: Ruleset) -> tuple[Beside, ...]:
    """Everything, in the order of `Part`; of a vocabulary what either edition needs of it."""
    needed = {name: None for ruleset in (new, old) for name in used_facts(ruleset)}
    columns = {f"{t}.{c}" for ruleset in (new, old) for t, c in _columns(ruleset)}
    found: list[Beside] = []
    for part, before, after in (
        (Part.RULESET, _ruleset(old), _ruleset(new)),
        (Part.DOCUMENT, _documents(old), _documents(new)),
        (Part.PARAMETER, _parameters(old), _parameters(new)),
        (Part.DOMAIN, _domains(old), _domains(new)),
        (Part.GRADE, *_rules(old.grade, new.grade)),
        (Part.NEED, _needed(old, new.vocabulary), _needed(new, old.vocabulary)),
        (Part.FACT, _facts(old, needed), _facts(new, needed)),
        (Part.COLUMN, _values(old, columns), _values(new, columns)),
        (Part.ATTRIBUTE, _attributes(old), _attributes(new)),
        (Part.INTEGRITY, _integrity(old, needed), _integrity(new, needed)),
    ):
        found += _differing(part, before, after)
    return tuple(found)


def _differing(part: Part, before: Cards, after: Cards) -> Iterator[Beside]:
    for name, card in after.items():
        if name not in before:
            yield Beside(part=part, name=name, label=card.label, shift=Shift.NEW)
            continue
        other = before[name]
        for key in dict.fromkeys((*card.texts, *other.texts)):
            one, two = other.texts.get(key, Label()), card.texts.get(key, Label())
            if one == two:
                continue
            shift = _shift(other.range, card.range) if key == "range" else Shift.CHANGED
            yield Beside(
                part=part,
                name=name,
                label=card.label,
                shift=shift,
                key=key,
                before=one,
                after=two,
            )
    for name, card in before.items():
        if name not in after:
            yield Beside(part=part, name=name, label=card.label, shift=Shift.GONE)


def _shift(before: Range, after: Range) -> Shift:
    """Whether one range lies in the other."""
    if _within(before, after):
        return Shift.WIDER
    return Shift.NARROWER if _within(after, before) else Shift.CHANGED


def _within(inner: Range, outer: Range) -> bool:
    below = outer[0] is None or (inner[0] is not None and inner[0] >= outer[0])
    above = outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
    return below and above


# -- the ruleset ---------------------------------------------------------------------------------


def _ruleset(ruleset: Ruleset) -> Cards:
    texts = {
        "title": ruleset.title,
        "status": _plain(ruleset.status),
        "vocabulary": _plain(ruleset.vocabulary.name),
        "shares": _plain("all" if ruleset.counts_inapplicable else "applicable"),
        **{str(outcome): label for outcome, label in ruleset.outcomes.items()},
    }
    if ruleset.subjects:
        texts["subjects"] = _plain(", ".join(ruleset.subjects))
    if ruleset.batch is not None:
        texts["batch"] = _plain(", ".join(ruleset.batch.of))
        missing = "leave_out" if ruleset.batch.leaves_out else "undetermined"
        texts["batch_missing"] = _plain(missing)
        texts["because"] = ruleset.batch.because
    return {"": Card(Label(), texts)}


def _documents(ruleset: Ruleset) -> Cards:
    return {
        key: Card(Label(), {"cite": _plain(c.cite), "seen": _yes(c.seen), "note": c.note})
        for key, c in ruleset.basis.items()
    }


def _parameters(ruleset: Ruleset) -> Cards:
    return {
        name: Card(
            Label(),
            {"value": _plain(parameter_text(p)), "note": p.note, **_source(p.citation)},
        )
        for name, p in ruleset.parameters.items()
    }


def parameter_text(parameter: ParameterDefinition) -> str:
    """Its value, or its values by the word of an attribute."""
    if parameter.value is not None:
        return show(parameter.value)
    return ", ".join(f"{word} {show(value)}" for word, value in parameter.values.items())


def _domains(ruleset: Ruleset) -> Cards:
    return {d.id: Card(d.title, {"title": d.title}) for d in ruleset.domains}


def _rules(old: GradeRule | None, new: GradeRule | None) -> tuple[Cards, Cards]:
    """Both rules; one that is new or gone is told where what rules come to is compared."""
    return ({}, {}) if old is None or new is None else (_grade(old), _grade(new))


def _grade(rule: GradeRule) -> Cards:
    """The rule as it is written; what that comes to is compared apart, by every combination."""
    texts = {
        "scale": Label(*(", ".join(grade_name(g, lang) for g in rule.scale) for lang in LANGS)),
        "of": _plain("all" if rule.of_all else "applicable"),
        "min_applicable": _plain(str(rule.min_applicable)),
        "award": _plain("; ".join(f"{a.grade}: {a.text or '-'}" for a in rule.award)),
        "caps": _plain("; ".join(f"{c.at_most}: {c.text}" for c in rule.caps)),
        "downgrades": _plain("; ".join(f"{d.by}: {d.text}" for d in rule.downgrades)),
        "combine": _plain("strongest" if rule.strongest else "add"),
    }
    texts |= {f"because {cap.text}": cap.because for cap in rule.caps}
    texts |= {f"because {down.text}": down.because for down in rule.downgrades}
    return {"": Card(Label(), texts)}


def grade_name(grade: Grade, lang: Lang) -> str:
    """The grade, and what it is called where that is more."""
    called = grade.label.text(lang)
    return grade.id if called in ("", grade.id) else f"{grade.id} {called}"


# -- the vocabulary ------------------------------------------------------------------------------


def _needed(ruleset: Ruleset, other: Vocabulary) -> Cards:
    """What districts must report for it; what only one vocabulary knows is told as a fact."""
    facts, tables = ruleset.vocabulary.facts, ruleset.vocabulary.tables
    needed = {
        name: Card(facts[name].label, {})
        for name in used_facts(ruleset)
        if facts[name].derived is None and name in other.facts
    }
    columns = {
        f"{table}.{name}": Card(tables[table].columns[name].label, {})
        for table, name in _columns(ruleset)
        if table in other.tables and name in other.tables[table].columns
    }
    return {**needed, **columns}


def _facts(ruleset: Ruleset, needed: Mapping[str, None]) -> Cards:
    facts = ruleset.vocabulary.facts
    return {
        name: Card(fact.label, _fact(fact), (fact.low, fact.high))
        for name in needed
        if (fact := facts.get(name)) is not None
    }


def _fact(fact: FactDefinition) -> dict[str, Label]:
    return {
        **_value(fact),
        "as_of": _plain("previous_year" if fact.previous_year else "evaluation_year"),
        "better": _plain(str(fact.better or "")),
        "derived": _plain("" if fact.derived is None else show(fact.derived)),
        "definition": fact.definition,
        **_source(fact.citation),
    }


def _value(value: ValueDefinition) -> dict[str, Label]:
    ends = (_amount(value, end) or "…" for end in (value.low, value.high))
    bounded = value.low is not None or value.high is not None
    return {
        "label": value.label,
        "type": _plain(value.type),
        "unit": _plain(value.unit.name),
        "range": _plain(" – ".join(ends) if bounded else ""),
        "quantum": _plain(_amount(value, value.quantum)),
        "words": _plain(" ".join((*value.levels, *value.words))),
    }


def _amount(value: ValueDefinition, number: Fraction | None) -> str:
    if number is None or not value.type.is_number:
        return ""
    return Measured(number, Bound.EXACT, value.unit, None).text()


def _columns(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    for table, names in used_columns(ruleset).items():
        for name in names:
            yield table, name


def _values(ruleset: Ruleset, needed: set[str]) -> Cards:
    return {
        f"{table.name}.{column.name}": Card(column.label, _value(column), (column.low, column.high))
        for table in ruleset.vocabulary.tables.values()
        for column in table.columns.values()
        if f"{table.name}.{column.name}" in needed
    }


def _attributes(ruleset: Ruleset) -> Cards:
    vocabulary = ruleset.vocabulary
    return {
        name: Card(label, {"label": label, "words": _plain(" ".join(words))})
        for name, words in vocabulary.attributes.items()
        for label in [vocabulary.attribute_labels.get(name, Label())]
    }


def _integrity(ruleset: Ruleset, needed: Mapping[str, None]) -> Cards:
    """The rules that speak of facts in question only."""
    return {
        rule.id: Card(
            Label(),
            {
                "rule": _plain(show(rule.rule)),
                "severity": _plain("error" if rule.blocks else "warning"),
                "because": rule.because,
            },
        )
        for rule in ruleset.vocabulary.integrity
        if set(fact_names(rule.rule)) & needed.keys()
    }


# -- texts ---------------------------------------------------------------------------------------


def _plain(text: str) -> Label:
    """A text that is the same in every language."""
    return Label(str(text), str(text))


def _yes(value: bool) -> Label:
    return _plain("yes" if value else "no")


def _source(citation: Citation) -> dict[str, Label]:
    return {
        "source": _plain(citation.text),
        "seen": _yes(citation.seen),
        "source_note": citation.note,
    }
