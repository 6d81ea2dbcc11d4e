"""Which comparisons with the batch stay open, who has not reported, and what could be done."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..language.model import Ruleset
from ..locale import Lang, phrase
from ..scoring.cohort import Lacking
from ..scoring.values import Reason, Why
from .tables import table
from .wording import batched_label, lacking_text


def waiting_section(
    ruleset: Ruleset,
    waiting: Sequence[Mapping[str, Any]],
    lang: Lang,
    width: int | None = None,
) -> str:
    """A line a comparison, as a manifest has them; empty where every figure is known exactly."""
    if not waiting:
        return ""
    kinds = [
        kind
        for kind in ("outcomes", "points", "grades")
        if kind == "outcomes" or any(one[kind] for one in waiting)
    ]
    several = len({one["year"] for one in waiting}) > 1
    rows = [
        (
            _comparison(one, ruleset, lang, dated=several),
            _who(one, ruleset, lang),
            *(str(one[kind]) for kind in kinds),
        )
        for one in waiting
    ]
    names = ("comparison", "who", *(f"open_{kind}" for kind in kinds))
    head = [phrase(f"column_{name}", lang) for name in names]
    lines = [phrase("batch_waiting", lang), table(rows, head, width)]
    return "\n".join([*lines, *_notes(waiting, ruleset, lang)])


def _comparison(one: Mapping[str, Any], ruleset: Ruleset, lang: Lang, *, dated: bool) -> str:
    label = batched_label(Reason(Why.BATCH, one["of"]), ruleset, lang)
    year = phrase("year", lang, year=one["year"]) if dated else ""
    parts = [part for part in (one["group"], year) if part]
    if not parts:
        return label
    group = phrase("list_comma", lang).join(parts)
    return phrase("waiting_of_group", lang, comparison=label, group=group)


def _who(comparison: Mapping[str, Any], ruleset: Ruleset, lang: Lang) -> str:
    """Those who keep it open, then those who are left out."""
    texts = []
    for left_out in (False, True):
        chosen = [
            Lacking(
                code=one["code"],
                name=one["name"],
                reasons=tuple(
                    Reason(Why(r["why"]), r["name"], r.get("year") or 0) for r in one["reasons"]
                ),
                bounded=False,
            )
            for one in comparison["lacking"]
            if one["left_out"] is left_out
        ]
        if chosen:
            who = lacking_text(chosen, ruleset, lang, comparison["year"])
            texts.append(phrase("waiting_left_out", lang, who=who) if left_out else who)
    return phrase("semicolon", lang).join(texts)


def _notes(waiting: Sequence[Mapping[str, Any]], ruleset: Ruleset, lang: Lang) -> list[str]:
    if not any(one["districts"] for one in waiting):
        return []
    first, notes = waiting[0], []
    leaves_out = ruleset.batch is not None and ruleset.batch.leaves_out
    if any(not x["left_out"] for one in waiting for x in one["lacking"]):
        notes.append(phrase("waiting_bound" if leaves_out else "waiting_advice", lang))
    if first["unscored"] and not leaves_out:
        notes.append(phrase("waiting_unscored", lang, count=first["unscored"]))
    if first["unread_files"] and not leaves_out:
        notes.append(phrase("waiting_unread", lang))
    return notes
