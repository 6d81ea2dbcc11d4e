"""A ruleset as the table an office circulates: criterion, measure, levels, clause, status."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..language.digest import ruleset_digest, used_facts
from ..language.model import (
    BatchRule,
    Criterion,
    GradeRule,
    Level,
    Outcome,
    ParameterDefinition,
    Ruleset,
    Status,
)
from ..language.printer import show
from ..language.vocabulary import Citation
from ..locale import Label, Lang, phrase
from .labels import Labels
from .points_page import bonus_json, condition_text, points_json, points_rule
from .tables import markdown, table
from .wording import grade_label, outcome_label

COLUMNS = (
    "id",
    "criterion",
    "measure",
    "fully",
    "basically",
    "not_met",
    "points",
    "clause",
    "status",
)

_STATUS = {
    Status.OFFICIAL: "official_short",
    Status.RECONSTRUCTED: "reconstructed_short",
    Status.DRAFT: "status_draft",
}

# The number by which an official document is known: 教督〔2017〕6号.
_NUMBER = re.compile(r"[^\s《》（）()，,；;]+〔[0-9]{4}〕[0-9]+号")
_TITLE = re.compile(r"《[^》]+》")


def ruleset_table(ruleset: Ruleset, lang: Lang, width: int | None = None) -> str:
    """The page for a terminal."""
    blocks = ["\n".join(_heading(ruleset, lang))]
    short = _short_names(ruleset)
    for title, head, rows in _domains(ruleset, lang, short):
        blocks.append(f"{title}\n{table(rows, head, width)}")
    if ruleset.parameters:
        head, rows = _parameters(ruleset, lang, short)
        blocks.append(f"{phrase('title_parameters', lang)}\n{table(rows, head, width)}")
    title, rules = _grade(ruleset, lang)
    blocks.append("\n".join([title, *(f"  {rule}" for rule in rules)]))
    return "\n\n".join(blocks)


def ruleset_markdown(ruleset: Ruleset, lang: Lang) -> str:
    """The same page as Markdown; there is room to cite documents in full."""
    first, *rest = _heading(ruleset, lang)
    lines = [f"# {first}", "", *(f"{line}  " for line in rest)]
    for title, head, rows in _domains(ruleset, lang, {}):
        lines += ["", f"## {title}", "", markdown(rows, head)]
    if ruleset.parameters:
        head, rows = _parameters(ruleset, lang, {})
        lines += ["", f"## {phrase('title_parameters', lang)}", "", markdown(rows, head)]
    title, rules = _grade(ruleset, lang)
    lines += ["", f"## {title}", *([""] if rules else []), *(f"- {rule}" for rule in rules)]
    return "\n".join(lines)


def _domains(
    ruleset: Ruleset, lang: Lang, short: Mapping[str, str]
) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Each domain with its title, and the head and rows of its table."""
    columns = [
        name
        for name in COLUMNS
        if (name != "points" or ruleset.uses_points)
        and (name != "not_met" or any(_level_of(c, Outcome.NOT_MET) for c in ruleset.criteria))
    ]
    for domain in ruleset.domains:
        rows = [_row(c, ruleset, lang, short) for c in ruleset.criteria if c.domain == domain.id]
        if rows:
            title = f"{domain.id} {domain.title.text(lang)}"
            yield title, _head(columns, ruleset, lang), [[row[c] for c in columns] for row in rows]


def ruleset_json(ruleset: Ruleset, lang: Lang) -> dict[str, Any]:
    """The page for programs."""
    return {
        "format": 1,
        "id": ruleset.id,
        "edition": ruleset.edition,
        "status": str(ruleset.status),
        "title": ruleset.title.text(lang),
        "digest": ruleset_digest(ruleset),
        "extends": list(ruleset.extends),
        "vocabulary": ruleset.vocabulary.name,
        **({"subjects": list(ruleset.subjects)} if ruleset.subjects else {}),
        **({} if ruleset.batch is None else {"batch": _batch_json(ruleset.batch, lang)}),
        "facts": list(used_facts(ruleset)),
        "parameters": {name: _parameter_json(p) for name, p in ruleset.parameters.items()},
        "criteria": [
            {
                "id": c.id,
                "domain": c.domain,
                "title": c.title.text(lang),
                "measure": None if c.measure is None else show(c.measure),
                "applies_when": None if c.applies_when is None else show(c.applies_when),
                "better": None if c.better is None else str(c.better),
                "levels": {str(level.outcome): level.text for level in c.levels},
                "rounded": None
                if c.rounded is None
                else {"places": c.rounded.places, "unit": c.rounded.unit.name},
                "points": points_json(c),
                "bonus": bonus_json(c),
                "judged": c.judged,
                "veto": c.veto,
                "advice": c.advice.text(lang) or None,
                "status": str(c.status),
                "source": {
                    "cite": c.citation.cite,
                    "clause": c.citation.place,
                    "seen": c.citation.seen,
                    "note": c.citation.note.text(lang) or None,
                },
            }
            for c in ruleset.criteria
        ],
        "grade": None if ruleset.grade is None else _grade_json(ruleset.grade, lang),
    }


def _batch_json(rule: BatchRule, lang: Lang) -> dict[str, Any]:
    missing = "leave_out" if rule.leaves_out else "undetermined"
    return {"of": list(rule.of), "missing": missing, "because": rule.because.text(lang)}


def _parameter_json(parameter: ParameterDefinition) -> dict[str, Any]:
    old = parameter.replaces
    return {
        "value": None if parameter.value is None else show(parameter.value),
        "by": parameter.by,
        "values": {word: show(value) for word, value in parameter.values.items()},
        "source": parameter.citation.text or None,
        "seen": parameter.citation.seen,
        "from": parameter.shared or None,
        "replaces": None if old is None else _parameter_json(old),
    }


def _grade_json(rule: GradeRule, lang: Lang) -> dict[str, Any]:
    return {
        "scale": [g.id for g in rule.scale],
        "labels": {g.id: g.label.text(lang) or g.id for g in rule.scale},
        "of": "all" if rule.of_all else "applicable",
        "min_applicable": rule.min_applicable,
        "award": [{"grade": a.grade, "when": a.text or None} for a in rule.award],
        "caps": [
            {"at_most": c.at_most, "when": c.text, "because": c.because.text(lang) or None}
            for c in rule.caps
        ],
        "combine": "strongest" if rule.strongest else "add",
        "downgrades": [
            {"by": d.by, "when": d.text, "because": d.because.text(lang) or None}
            for d in rule.downgrades
        ],
    }


def _heading(ruleset: Ruleset, lang: Lang) -> list[str]:
    status = phrase(f"status_{ruleset.status}", lang)
    lines = [
        f"{ruleset.title.text(lang)}  {ruleset.name}",
        phrase("page_status", lang, status=status, count=len(ruleset.criteria)),
    ]
    if ruleset.extends:
        lines.append(phrase("page_extends", lang, names=", ".join(ruleset.extends)))
    if ruleset.subjects:
        kinds = phrase("list_comma", lang).join(ruleset.subjects)
        lines.append(phrase("page_subjects", lang, kinds=kinds))
    if ruleset.batch is not None:
        lines.append(_compared(ruleset.batch, lang))
    for document in _documents(ruleset).values():
        seen = phrase("seen" if document.seen else "not_seen", lang)
        lines.append(phrase("page_basis", lang, cite=document.cite, seen=seen))
    # A document that both the ruleset and a shared parameter cite is one document.
    return list(dict.fromkeys(lines))


def _compared(rule: BatchRule, lang: Lang) -> str:
    """That subjects are compared, which and why."""
    missing = "batch_leave_out" if rule.leaves_out else "batch_undetermined"
    return phrase(
        "page_batch",
        lang,
        of=phrase("list_comma", lang).join(rule.of),
        because=rule.because.text(lang),
        missing=phrase(missing, lang),
    )


def _documents(ruleset: Ruleset) -> dict[str, Citation]:
    """The documents of the ruleset, and those of others that its criteria and parameters cite."""
    known = dict(ruleset.basis)
    citations = [criterion.citation for criterion in ruleset.criteria]
    citations += [parameter.citation for parameter in ruleset.parameters.values()]
    for citation in citations:
        if citation.document is not None:
            known.setdefault(citation.document, citation)
    return known


def _short_names(ruleset: Ruleset) -> dict[str, str]:
    """By its name in the file what a table calls a document: its number, else its title."""
    found = {}
    for name, document in _documents(ruleset).items():
        number = _NUMBER.search(document.cite) or _TITLE.search(document.cite)
        found[name] = number.group() if number else document.cite
    cites = {name: document.cite for name, document in _documents(ruleset).items()}
    counts = Counter(short for short, _ in {(found[name], cites[name]) for name in found})
    return {name: s if counts[s] == 1 else cites[name] for name, s in found.items()}


def _head(columns: Sequence[str], ruleset: Ruleset, lang: Lang) -> list[str]:
    own = {
        "fully": outcome_label(ruleset, Outcome.FULLY_MET, lang),
        "basically": outcome_label(ruleset, Outcome.BASICALLY_MET, lang),
        "not_met": outcome_label(ruleset, Outcome.NOT_MET, lang),
    }
    return [own.get(name) or phrase(f"column_{name}", lang) for name in columns]


def _level_of(criterion: Criterion, outcome: Outcome) -> Level | None:
    return next((level for level in criterion.levels if level.outcome is outcome), None)


def _row(
    criterion: Criterion, ruleset: Ruleset, lang: Lang, short: Mapping[str, str]
) -> dict[str, str]:
    words = Labels(ruleset, lang)
    levels = {
        name: "" if level is None else condition_text(level.condition, words)
        for name, outcome in (
            ("fully", Outcome.FULLY_MET),
            ("basically", Outcome.BASICALLY_MET),
            ("not_met", Outcome.NOT_MET),
        )
        for level in [_level_of(criterion, outcome)]
    }
    return {
        "id": criterion.id,
        "criterion": criterion.title.text(lang)
        + (phrase("veto_mark", lang) if criterion.veto else ""),
        "measure": _measured(criterion, words),
        **levels,
        "points": points_rule(criterion, words),
        "clause": _cited(criterion.citation, short),
        "status": phrase(_STATUS[criterion.status], lang),
    }


def _measured(criterion: Criterion, words: Labels) -> str:
    """What is measured or who judges, how it is rounded, and when the criterion applies."""
    pieces = []
    if criterion.judged:
        pieces.append(words.say("support_judged"))
    elif criterion.measure is not None:
        pieces.append(words.show(criterion.measure))
    if criterion.rounded is not None:
        pieces.append(words.say("page_rounded", places=criterion.rounded.places))
    if criterion.applies_when is not None:
        pieces.append(
            words.say("page_applies", condition=condition_text(criterion.applies_when, words))
        )
    return words.say("semicolon").join(pieces)


def _cited(citation: Citation, short: Mapping[str, str]) -> str:
    """Document and place, the document in short where it has a short name."""
    document = short.get(citation.document or "", citation.cite)
    return " ".join(word for word in (document, citation.place) if word)


def _parameters(
    ruleset: Ruleset, lang: Lang, short: Mapping[str, str]
) -> tuple[list[str], list[list[str]]]:
    """The head and the rows of the table of parameters."""
    words = Labels(ruleset, lang)
    columns = ["parameter", "value", "clause", "note", "origin"]
    rows = []
    for name, parameter in ruleset.parameters.items():
        rows.append(
            [
                name,
                _value(parameter, words),
                _cited(parameter.citation, short),
                parameter.note.text(lang),
                _origin(parameter, words, short),
            ]
        )
    if not any(row[-1] for row in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return [phrase(f"column_{c}", lang) for c in columns], rows


def _value(parameter: ParameterDefinition, words: Labels) -> str:
    return words.by_attribute(parameter) if parameter.value is None else words.show(parameter.value)


def _origin(parameter: ParameterDefinition, words: Labels, short: Mapping[str, str]) -> str:
    """The shared file that it comes from, or what the ruleset puts it in the place of."""
    if parameter.shared:
        return words.say("parameter_from", file=parameter.shared)
    old = parameter.replaces
    if old is None:
        return ""
    source = " ".join(word for word in (old.shared, _cited(old.citation, short)) if word)
    bracket = words.say("bracket", text=source) if source else ""
    return words.say("parameter_replaces", old=_value(old, words) + bracket)


def _because(label: Label, lang: Lang) -> str:
    text = label.text(lang)
    return phrase("bracket", lang, text=text) if text else ""


def _grade(ruleset: Ruleset, lang: Lang) -> tuple[str, list[str]]:
    """The scale, and the rules in their order."""
    rule = ruleset.grade
    if rule is None:
        above = [phrase("of_all", lang)] if ruleset.counts_inapplicable else []
        return phrase("no_grade_rule", lang), above
    scale = " > ".join(grade_label(ruleset, grade.id, lang) for grade in rule.scale)
    words, colon = Labels(ruleset, lang), phrase("colon", lang)
    lines = []
    for award in rule.award:
        when = phrase("otherwise", lang) if award.when is None else words.show(award.when)
        lines.append(f"{phrase('stage_award', lang)} {award.grade}{colon}{when}")
    for cap in rule.caps:
        name = f"{phrase('stage_cap', lang)} {cap.at_most}"
        lines.append(f"{name}{colon}{words.show(cap.when)}{_because(cap.because, lang)}")
    for downgrade in rule.downgrades:
        name = f"{phrase('stage_downgrade', lang)} {downgrade.by}"
        because = _because(downgrade.because, lang)
        lines.append(f"{name}{colon}{words.show(downgrade.when)}{because}")
    if rule.strongest and len(rule.downgrades) > 1:
        lines.append(phrase("page_strongest", lang))
    lines.append(phrase("of_all" if rule.of_all else "of_applicable", lang))
    if rule.min_applicable:
        lines.append(phrase("step_guard", lang, least=rule.min_applicable))
    return phrase("title_grade", lang, scale=scale), lines
