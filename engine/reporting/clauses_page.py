"""Which clauses of its basis a ruleset encodes, which people judge, which nothing covers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..language.model import Criterion, ParameterDefinition, Ruleset
from ..language.vocabulary import Citation, Clause
from ..locale import Lang, phrase
from ..workshop.coverage import parameters_of
from .tables import markdown as markdown_table
from .tables import table

COLUMNS = ("clause", "about", "covered", "criteria")


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One clause and the criteria that answer it; ``grade``: the grade rule does."""

    place: str
    title: str
    encoded: tuple[str, ...]
    judged: tuple[str, ...]
    left_out: str
    grade: bool = False

    @property
    def state(self) -> str:
        """``encoded``, ``judged`` (by people only) or ``open``."""
        if self.encoded or self.grade:
            return "encoded"
        return "judged" if self.judged else "open"


def coverage(ruleset: Ruleset, lang: Lang) -> Iterator[tuple[Citation, tuple[Covered, ...]]]:
    """Each document that the ruleset rests on, with its clauses in order.

    A document that does not list its clauses shows those that criteria cite; one that only shared
    limits cite, those clauses with whatever reads the limits.
    """
    known = {**ruleset.vocabulary.citations, **ruleset.basis}
    shown: set[str] = set()
    cited = {c.citation.document for c in ruleset.criteria}
    for name, document in known.items():
        if name not in cited and name not in ruleset.basis:
            continue
        citing = [c for c in ruleset.criteria if c.citation.document == name]
        clauses = document.clauses or _cited(citing)
        if clauses:
            shown.add(document.cite)
            yield document, tuple(_covered(clause, name, ruleset, lang) for clause in clauses)
    others: dict[str, list[ParameterDefinition]] = {}
    for parameter in ruleset.parameters.values():
        if parameter.shared and parameter.citation.cite not in shown:
            others.setdefault(parameter.citation.cite, []).append(parameter)
    for limits in others.values():
        yield limits[0].citation, tuple(_read(limit, ruleset, lang) for limit in limits)


def _read(limit: ParameterDefinition, ruleset: Ruleset, lang: Lang) -> Covered:
    """The clause of a shared limit, with the criteria that read it."""
    reading = [c for c in ruleset.criteria if limit.name in parameters_of(c)]
    title = reading[0].title if reading else limit.note
    return Covered(
        place=limit.citation.place,
        title=title.text(lang),
        encoded=tuple(c.id for c in reading),
        judged=(),
        left_out="",
        grade=limit.name in parameters_of(ruleset.grade),
    )


def _cited(criteria: list[Criterion]) -> tuple[Clause, ...]:
    return tuple(
        Clause(place=place, title=next(c.title for c in criteria if c.citation.place == place))
        for place in dict.fromkeys(c.citation.place for c in criteria)
    )


def _covered(clause: Clause, document: str, ruleset: Ruleset, lang: Lang) -> Covered:
    answering = [c for c in ruleset.criteria if _answers(c, clause, document)]
    return Covered(
        place=clause.place,
        title=clause.title.text(lang),
        encoded=tuple(c.id for c in answering if not c.judged),
        judged=tuple(c.id for c in answering if c.judged),
        left_out="" if answering else clause.left_out.text(lang),
    )


def _answers(criterion: Criterion, clause: Clause, document: str) -> bool:
    cited = criterion.citation
    return criterion.id in clause.criteria or (
        cited.document == document and _names(cited.place, clause.place)
    )


def _names(place: str, clause: str) -> bool:
    """Whether a place speaks of a clause: 二(四)1 does of 二(四), not of 四 or 二(四)10."""
    ends = r"(?:(?<!\d)|(?!\d))"
    return re.search(rf"(?:^|[、，；,;\s]){re.escape(clause)}{ends}", place) is not None


def clauses_text(ruleset: Ruleset, lang: Lang, *, markdown: bool = False) -> str:
    """The coverage as tables, one a document."""
    blocks = [f"{ruleset.title.text(lang)}  {ruleset.name}"]
    if markdown:
        blocks[0] = f"# {blocks[0]}"
    head = [phrase(f"column_{name}", lang) for name in COLUMNS]
    for document, clauses in coverage(ruleset, lang):
        seen = phrase("seen" if document.seen else "not_seen", lang)
        title = f"{document.cite}{phrase('bracket', lang, text=seen)}"
        rows = [_row(clause, lang) for clause in clauses]
        if markdown:
            blocks.append(f"## {title}\n\n{markdown_table(rows, head)}")
        else:
            blocks.append(f"{title}\n{table(rows, head)}")
    return "\n\n".join(blocks)


def _row(clause: Covered, lang: Lang) -> list[str]:
    rule = [phrase("goal_grade", lang)] if clause.grade else []
    answered = phrase("comma", lang).join((*clause.encoded, *clause.judged, *rule))
    return [
        clause.place,
        clause.title,
        phrase(f"clause_{clause.state}", lang),
        answered or clause.left_out,
    ]


def clauses_json(ruleset: Ruleset, lang: Lang) -> dict[str, Any]:
    """The coverage for programs."""
    return {
        "format": 1,
        "id": ruleset.id,
        "edition": ruleset.edition,
        "documents": [
            {
                "key": document.document,
                "cite": document.cite,
                "seen": document.seen,
                "listed": bool(document.clauses),
                "clauses": [
                    {
                        "place": clause.place,
                        "title": clause.title,
                        "state": clause.state,
                        "encoded": list(clause.encoded),
                        "judged": list(clause.judged),
                        "grade": clause.grade,
                        "left_out": clause.left_out or None,
                    }
                    for clause in clauses
                ],
            }
            for document, clauses in coverage(ruleset, lang)
        ],
    }
