"""Counterexamples as people read them and as files: a sheet in few words, a sheet in YAML."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..facts.sheet import FactSheet, Table
from ..facts.values import Entry, Measured, show_stated
from ..language.model import Outcome, Ruleset
from ..language.units import decimal_text
from ..language.vocabulary import Vocabulary
from ..locale import LANGS, Label, Lang, phrase
from ..scoring.assess import Assessment
from ..scoring.fact_values import FactValue
from ..scoring.outcome import CriterionResult
from .sample_writing import yaml_text

MOST_FACTS = 8


def outcome_name(ruleset: Ruleset, outcome: Outcome, lang: Lang) -> str:
    """An outcome as the ruleset calls it."""
    own = ruleset.outcomes.get(outcome)
    return own.text(lang) if own is not None else phrase(f"outcome_{outcome}", lang)


def facts_text(result: CriterionResult, sheet: FactSheet, vocabulary: Vocabulary) -> Label:
    """The facts that a criterion read, with their values."""
    return _in_both(lambda lang: _joined(_facts(result, sheet, vocabulary, lang), lang))


def change_text(
    first: CriterionResult,
    second: CriterionResult,
    sheets: tuple[FactSheet, FactSheet],
    vocabulary: Vocabulary,
) -> Label:
    """What differs between two sheets, then what both have in common."""

    def told(lang: Lang) -> str:
        one = _facts(first, sheets[0], vocabulary, lang)
        two = _facts(second, sheets[1], vocabulary, lang)
        moved = [f"{k} {v} → {two[k]}" for k, v in one.items() if k in two and two[k] != v]
        same = {k: v for k, v in one.items() if two.get(k) == v}
        rest = _joined(same, lang)
        gap = "；" if lang == "zh" else "; "
        return gap.join(part for part in (", ".join(moved), rest) if part)

    return _in_both(told)


def counts_text(found: Assessment) -> Label:
    """How many criteria have each outcome, and the points."""

    def told(lang: Lang) -> str:
        counts = found.counts.items()
        parts = [f"{outcome_name(found.ruleset, o, lang)} {n}" for o, n in counts if n]
        if found.total is not None and found.total.exact is not None:
            points = decimal_text(found.total.exact)
            parts.append(phrase("proof_points", lang, points=points))
        return ("，" if lang == "zh" else ", ").join(parts)

    return _in_both(told)


def sheets_change(first: Assessment, second: Assessment) -> Label:
    """What differs between two whole sheets: facts, then the outcomes that come of it."""
    vocabulary = first.ruleset.vocabulary

    def told(lang: Lang) -> str:
        one, two = (
            ChainMap(*(_facts(r, found.sheet, vocabulary, lang) for r in found.results))
            for found in (first, second)
        )
        parts = [f"{k} {v} → {two[k]}" for k, v in one.items() if k in two and two[k] != v]
        for before, after in zip(first.results, second.results, strict=True):
            if before.outcome is not after.outcome:
                names = [outcome_name(first.ruleset, r.outcome, lang) for r in (before, after)]
                parts.append(f"{before.criterion.id} {' → '.join(names)}")
        return ("，" if lang == "zh" else ", ").join(parts)

    return _in_both(told)


def _in_both(told: Callable[[Lang], str]) -> Label:
    zh, en = (told(lang) for lang in LANGS)
    return Label(zh, en)


def _facts(
    result: CriterionResult, sheet: FactSheet, vocabulary: Vocabulary, lang: Lang
) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in result.facts:
        if fact.entry is not None:
            found[_name(fact, sheet, vocabulary, lang)] = stated_text(fact.entry)
    for name in ("kind", *sheet.subject.attributes):
        value = sheet.subject.kind if name == "kind" else sheet.subject.attributes[name]
        if value:
            found[f"subject.{name}"] = value
    for table in sheet.tables.values():
        for number, row in enumerate(table.rows, 1):
            cells = (f"{n} {show_stated(v)}" for n, v in row.values.items())
            found[f"{table.name} {number}"] = " ".join(cells)
    return found


def _name(fact: FactValue, sheet: FactSheet, vocabulary: Vocabulary, lang: Lang) -> str:
    definition = vocabulary.facts[fact.name]
    usual = sheet.year - (1 if definition.previous_year else 0)
    label = definition.label.text(lang)
    return label if fact.year == usual else f"{label}({fact.year})"


def _joined(facts: Mapping[str, str], lang: Lang) -> str:
    shown = [f"{name} = {value}" for name, value in facts.items()]
    kept = shown[:MOST_FACTS]
    if len(shown) > MOST_FACTS:
        kept.append("…")
    return ("，" if lang == "zh" else ", ").join(kept)


def stated_text(entry: Entry) -> str:
    """A value with its unit."""
    return show_stated(entry.stated)


def witness_yaml(sheet: FactSheet, head: Sequence[str]) -> str:
    """A sheet as a file that `dudao score` reads; ``head`` are its first comments."""
    subject = sheet.subject
    about = {"code": f'"{subject.code}"', "name": yaml_text(subject.name or "witness")}
    if subject.kind:
        about["kind"] = yaml_text(subject.kind)
    about |= {name: yaml_text(word) for name, word in subject.attributes.items()}
    lines = [f"# {line}" for line in head]
    lines.append("subject: {" + ", ".join(f"{k}: {v}" for k, v in about.items()) + "}")
    lines.append(f"year: {sheet.year}")
    lines += _fact_lines(sheet)
    if sheet.tables:
        lines.append("tables:")
        lines += [line for table in sheet.tables.values() for line in _table_lines(table)]
    if sheet.declared:
        lines.append("outcomes:\n  onsite:")
        lines += [f"    {name}: {said[0].outcome}" for name, said in sheet.declared.items()]
    return "\n".join(lines) + "\n"


def _fact_lines(sheet: FactSheet) -> Iterator[str]:
    by_name: dict[str, dict[int, str]] = {}
    for (name, year), entries in sheet.entries.items():
        by_name.setdefault(name, {})[year] = yaml_text(_written(entries[0]))
    yield "facts:" if by_name else "facts: {}"
    for name, by_year in by_name.items():
        series = ", ".join(f"{year}: {value}" for year, value in sorted(by_year.items()))
        yield f"  {name}: {{{series}}}"


def _written(entry: Entry) -> str:
    stated = entry.stated
    return stated.text() if isinstance(stated, Measured) else show_stated(stated)


def _table_lines(table: Table) -> Iterator[str]:
    yield f"  {table.name}:" if table.rows else f"  {table.name}: []"
    for row in table.rows:
        cells = ", ".join(f"{k}: {yaml_text(show_stated(v))}" for k, v in row.values.items())
        yield f"    - {{{cells}}}"
