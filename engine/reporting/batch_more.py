"""What can be asked of a batch besides: one criterion, who moved since, how firm outcomes are."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..language.model import Criterion, Outcome, Ruleset
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..office.comparison import Change, Comparison, direction
from ..office.fragility import Bunching, near_by_criterion
from .batch_page import MOST_LISTED, between, more
from .numbers import shown
from .tables import table
from .wording import outcome_label

MOST_MOVED = 100
_WORST_FIRST = (
    Outcome.NOT_MET,
    Outcome.BASICALLY_MET,
    Outcome.UNDETERMINED,
    Outcome.NOT_APPLICABLE,
    Outcome.FULLY_MET,
)


# -- one criterion -------------------------------------------------------------------------------


def only_page(
    ruleset: Ruleset,
    criterion: Criterion,
    records: Sequence[Mapping[str, Any]],
    lang: Lang,
    width: int | None = None,
) -> str:
    """Where every district stands on one criterion, the worst first."""
    found = [
        (record, next(c for c in record["criteria"] if c["id"] == criterion.id))
        for record in records
    ]
    found.sort(key=lambda item: (_WORST_FIRST.index(item[1]["outcome"]), item[0]["code"]))
    rows = [
        (
            record["code"],
            record["name"],
            one["shown"] or "",
            outcome_label(ruleset, Outcome(one["outcome"]), lang),
        )
        for record, one in found
    ]
    names = ("code", "subject", "measure", "outcome")
    head = [phrase(f"column_{name}", lang) for name in names]
    return f"{criterion.id} {criterion.title.text(lang)}\n{table(rows, head, width)}"


# -- an earlier run ------------------------------------------------------------------------------


def comparison_page(
    comparison: Comparison, ruleset: Ruleset, lang: Lang, width: int | None = None
) -> str:
    """Who moved, and which criteria did it; those that alone decide are marked."""
    up, down, other = comparison.ways(ruleset)
    title = phrase(
        "against_head",
        lang,
        up=up,
        down=down,
        other=other,
        unmoved=comparison.unmoved,
        appeared=len(comparison.appeared),
        gone=len(comparison.gone),
    )
    lines = [title]
    if not comparison.same_rules:
        lines.append(phrase("against_other_rules", lang))
    comma = phrase("list_comma", lang)
    rows = [
        (
            m.code,
            m.name,
            between(ruleset, *m.before, lang),
            between(ruleset, *m.after, lang),
            comma.join(_change(change, ruleset, lang) for change in m.changes)
            or phrase("against_rule", lang),
        )
        for m in sorted(
            comparison.moved, key=lambda m: (direction(ruleset, m.before, m.after), m.code)
        )
    ]
    if rows:
        names = ("code", "subject", "before", "after", "changes")
        head = [phrase(f"column_{name}", lang) for name in names]
        lines.append(table(rows[:MOST_MOVED], head, width) + more(len(rows), lang, MOST_MOVED))
    if any(c.decides for m in comparison.moved for c in m.changes):
        lines.append(phrase("against_star", lang))
    for key, codes in (("against_new", comparison.appeared), ("against_gone", comparison.gone)):
        if codes:
            listed = comma.join(codes[:MOST_LISTED])
            lines.append(phrase(key, lang, codes=listed) + more(len(codes), lang))
    return "\n".join(lines)


def _change(change: Change, ruleset: Ruleset, lang: Lang) -> str:
    before, after = (
        outcome_label(ruleset, Outcome(o), lang) for o in (change.before, change.after)
    )
    star = "*" if change.decides else ""
    return phrase("against_change", lang, id=change.criterion + star, before=before, after=after)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """The same for programs."""
    return {
        "same_ruleset": comparison.same_rules,
        "unmoved": comparison.unmoved,
        "appeared": list(comparison.appeared),
        "gone": list(comparison.gone),
        "moved": [
            {
                "code": m.code,
                "name": m.name,
                "before": {"best": m.before[0], "worst": m.before[1]},
                "after": {"best": m.after[0], "worst": m.after[1]},
                "changes": [
                    {
                        "criterion": c.criterion,
                        "before": c.before,
                        "after": c.after,
                        "decides": c.decides,
                    }
                    for c in m.changes
                ],
            }
            for m in comparison.moved
        ],
    }


# -- how firm ------------------------------------------------------------------------------------


def fragility_page(
    records: Sequence[Mapping[str, Any]],
    found: Sequence[Bunching],
    ruleset: Ruleset,
    lang: Lang,
    width: int | None = None,
) -> str:
    """How many are one quantum from a level, and where many just reach a limit."""
    titles = {c.id: c.title.text(lang) for c in ruleset.criteria}
    rows = [
        (name, titles[name], str(wins), str(losses))
        for name, wins, losses in near_by_criterion(ruleset, records)
    ]
    names = ("id", "criterion", "would_gain", "would_lose")
    parts = [phrase("margins_head", lang)]
    if rows:
        parts.append(table(rows, [phrase(f"column_{name}", lang) for name in names], width))
    if found:
        parts += ["", phrase("bunching_head", lang)]
        parts += [_question(one, ruleset, lang) for one in found]
    return "\n".join(parts)


def _question(one: Bunching, ruleset: Ruleset, lang: Lang) -> str:
    criterion = ruleset.criterion(one.criterion)
    assert criterion is not None
    unit, places = criterion.show.unit, criterion.show.places
    codes = phrase("list_comma", lang).join(one.codes[:MOST_LISTED])
    return phrase(
        "bunching_question",
        lang,
        id=f"{criterion.id} {criterion.title.text(lang)}",
        level=outcome_label(ruleset, Outcome(one.level), lang),
        limit=shown(one.limit, unit, places, lang),
        within=shown(one.within, unit, max(places or 0, 2), lang),
        reach=one.reach,
        miss=one.miss,
        codes=codes,
    ) + more(len(one.codes), lang)


def fragility_json(
    records: Sequence[Mapping[str, Any]], found: Sequence[Bunching]
) -> dict[str, Any]:
    """The same for programs."""
    return {
        "near": [{"code": record["code"], **near} for record in records for near in record["near"]],
        "bunching": [
            {
                "criterion": one.criterion,
                "level": one.level,
                "limit": str(one.limit),
                "within": decimal_text(one.within),
                "reach": one.reach,
                "miss": one.miss,
                "codes": list(one.codes),
            }
            for one in found
        ],
    }
