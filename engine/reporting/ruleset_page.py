"""A ruleset as the table an office circulates: criterion, measure, levels, clause, status."""

from typing import Any

from ..language.digest import ruleset_digest, used_facts
from ..language.expression import Expr, Number
from ..language.model import Criterion, Outcome, Ruleset, Status
from ..language.printer import show, show_number
from ..language.vocabulary import Citation
from ..locale import Label, Lang, phrase
from .labels import Labels
from .tables import markdown, table
from .wording import outcome_label

COLUMNS = ("id", "criterion", "measure", "fully", "basically", "clause", "status")


def ruleset_table(ruleset: Ruleset, lang: Lang, width: int | None = None) -> str:
    """The page for a terminal."""
    blocks = ["\n".join(_heading(ruleset, lang))]
    for domain in ruleset.domains:
        rows = [_row(c, ruleset, lang) for c in ruleset.criteria if c.domain == domain.id]
        if rows:
            title = f"{domain.id} {domain.title.text(lang)}"
            blocks.append(f"{title}\n{table(rows, _head(ruleset, lang), width)}")
    blocks += [b for b in (_parameters(ruleset, lang, width), _grade(ruleset, lang)) if b]
    return "\n\n".join(blocks)


def ruleset_markdown(ruleset: Ruleset, lang: Lang) -> str:
    """The same page as Markdown."""
    first, *rest = _heading(ruleset, lang)
    lines = [f"# {first}", "", *(f"{line}  " for line in rest)]
    for domain in ruleset.domains:
        rows = [_row(c, ruleset, lang) for c in ruleset.criteria if c.domain == domain.id]
        if rows:
            lines += ["", f"## {domain.id} {domain.title.text(lang)}", ""]
            lines.append(markdown(rows, _head(ruleset, lang)))
    for block in (_parameters(ruleset, lang), _grade(ruleset, lang)):
        if block:
            lines += ["", "```", block, "```"]
    return "\n".join(lines)


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
        "facts": list(used_facts(ruleset)),
        "parameters": {
            name: {
                "value": None if p.value is None else show(p.value),
                "by": p.by,
                "values": {word: show(value) for word, value in p.values.items()},
                "source": p.citation.text or None,
            }
            for name, p in ruleset.parameters.items()
        },
        "criteria": [
            {
                "id": c.id,
                "domain": c.domain,
                "title": c.title.text(lang),
                "measure": None if c.measure is None else show(c.measure),
                "applies_when": None if c.applies_when is None else show(c.applies_when),
                "better": None if c.better is None else str(c.better),
                "levels": {str(level.outcome): level.text for level in c.levels},
                "judged": c.judged,
                "veto": c.veto,
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
        "grade": None
        if ruleset.grade is None
        else {
            "scale": [g.id for g in ruleset.grade.scale],
            "award": [{"grade": a.grade, "when": a.text or None} for a in ruleset.grade.award],
            "caps": [{"at_most": c.at_most, "when": c.text} for c in ruleset.grade.caps],
            "downgrades": [{"by": d.by, "when": d.text} for d in ruleset.grade.downgrades],
        },
    }


def _heading(ruleset: Ruleset, lang: Lang) -> list[str]:
    status = phrase(f"status_{ruleset.status}", lang)
    lines = [
        f"{ruleset.title.text(lang)}  {ruleset.name}",
        phrase("page_status", lang, status=status, count=len(ruleset.criteria)),
    ]
    if ruleset.extends:
        lines.append(phrase("page_extends", lang, names=", ".join(ruleset.extends)))
    for name, document in _documents(ruleset).items():
        seen = phrase("seen" if document.seen else "not_seen", lang)
        lines.append(phrase("page_basis", lang, name=name, cite=document.cite, seen=seen))
    return lines


def _documents(ruleset: Ruleset) -> dict[str, Citation]:
    """The documents of the ruleset, and those of the vocabulary that its criteria cite."""
    known = dict(ruleset.basis)
    citations = [criterion.citation for criterion in ruleset.criteria]
    citations += [parameter.citation for parameter in ruleset.parameters.values()]
    for citation in citations:
        name = citation.document
        if name is not None and name in ruleset.vocabulary.citations:
            known.setdefault(name, ruleset.vocabulary.citations[name])
    return known


def _head(ruleset: Ruleset, lang: Lang) -> list[str]:
    own = {
        "fully": outcome_label(ruleset, Outcome.FULLY_MET, lang),
        "basically": outcome_label(ruleset, Outcome.BASICALLY_MET, lang),
    }
    return [own.get(name) or phrase(f"column_{name}", lang) for name in COLUMNS]


def _row(criterion: Criterion, ruleset: Ruleset, lang: Lang) -> list[str]:
    words = Labels(ruleset, lang)
    levels = {level.outcome: level for level in criterion.levels}
    fully, basically = levels.get(Outcome.FULLY_MET), levels.get(Outcome.BASICALLY_MET)
    judged = phrase("support_judged", lang) if criterion.judged else ""
    title = criterion.title.text(lang) + (phrase("veto_mark", lang) if criterion.veto else "")
    official = criterion.status is Status.OFFICIAL
    return [
        criterion.id,
        title,
        judged or ("" if criterion.measure is None else words.show(criterion.measure)),
        "" if fully is None else _level(fully.condition, words),
        "" if basically is None else _level(basically.condition, words),
        _cited(criterion.citation),
        phrase("official_short" if official else "reconstructed_short", lang),
    ]


def _cited(citation: Citation) -> str:
    """Document and place; the heading says what the document is."""
    return " ".join(word for word in (citation.document or citation.cite, citation.place) if word)


def _level(expr: Expr, words: Labels) -> str:
    """A level as a table shows it: only the limit, where it limits the measure."""
    text = words.show(expr)
    return text.removeprefix(words.say("special_measure")).strip()


def _parameters(ruleset: Ruleset, lang: Lang, width: int | None = None) -> str:
    if not ruleset.parameters:
        return ""
    rows = []
    for name, parameter in ruleset.parameters.items():
        value = parameter.value
        written = show_number(value) if isinstance(value, Number) else ""
        if parameter.by is not None:
            written = "; ".join(f"{word}: {show(v)}" for word, v in parameter.values.items())
        elif value is not None and not written:
            written = show(value)
        rows.append((name, written, _cited(parameter.citation), parameter.note.text(lang)))
    head = [phrase(f"column_{c}", lang) for c in ("parameter", "value", "clause", "note")]
    return f"{phrase('title_parameters', lang)}\n{table(rows, head, width)}"


def _because(label: Label, lang: Lang) -> str:
    text = label.text(lang)
    return phrase("bracket", lang, text=text) if text else ""


def _grade(ruleset: Ruleset, lang: Lang) -> str:
    rule = ruleset.grade
    if rule is None:
        above = [phrase("of_all", lang)] if ruleset.counts_inapplicable else []
        return "\n".join([*above, phrase("no_grade_rule", lang)])
    scale = " > ".join(grade.id for grade in rule.scale)
    words, colon = Labels(ruleset, lang), phrase("colon", lang)
    lines = [phrase("title_grade", lang, scale=scale)]
    for award in rule.award:
        when = phrase("otherwise", lang) if award.when is None else words.show(award.when)
        lines.append(f"  {phrase('stage_award', lang)} {award.grade}{colon}{when}")
    for cap in rule.caps:
        name = f"{phrase('stage_cap', lang)} {cap.at_most}"
        lines.append(f"  {name}{colon}{words.show(cap.when)}{_because(cap.because, lang)}")
    for downgrade in rule.downgrades:
        name = f"{phrase('stage_downgrade', lang)} {downgrade.by}"
        because = _because(downgrade.because, lang)
        lines.append(f"  {name}{colon}{words.show(downgrade.when)}{because}")
    whole = phrase("of_all" if rule.of_all else "of_applicable", lang)
    lines.append(f"  {whole}")
    if rule.min_applicable:
        lines.append(f"  {phrase('step_guard', lang, least=rule.min_applicable)}")
    return "\n".join(lines)
