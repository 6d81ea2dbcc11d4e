"""A batch on the terminal: the distribution of grades, the hardest criteria, what is not done."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..language.model import ASSESSED, Outcome, Ruleset
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..office.tally import Tally
from .batch_waiting import waiting_section
from .diagnostics_page import line_of
from .tables import table
from .wording import grade_label, outcome_label

MOST_LISTED = 20


def batch_page(
    tally: Tally, manifest: Mapping[str, Any], lang: Lang, width: int | None = None
) -> str:
    """The whole summary."""
    ruleset = tally.ruleset
    head = phrase(
        "batch_head_no_grade" if ruleset.grade is None else "batch_head",
        lang,
        ruleset=f"{ruleset.title.text(lang)} {ruleset.name}",
        scored=tally.scored,
        unusable=len(tally.unusable),
        incomplete=tally.incomplete,
    )
    parts = [
        head,
        _grades(tally, lang, width),
        _hardest(tally, lang, width),
        _open(tally, lang, width),
        waiting_section(ruleset, manifest.get("waiting", ()), lang, width),
        _unusable(tally, lang, width),
        _remarked(tally, lang, width),
        _warnings(manifest["diagnostics"], lang),
    ]
    return "\n\n".join(part for part in parts if part)


def batch_json(tally: Tally, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The same for programs."""
    return {
        **{key: manifest[key] for key in ("format", "engine", "ruleset", "counts", "grades")},
        "criteria": [
            {"id": name, **{str(outcome): counts[outcome] for outcome in Outcome}}
            for name, counts in sorted(tally.by_criterion.items())
        ],
        "incomplete": [
            {"code": code, "name": name, "best": best, "worst": worst}
            for code, name, best, worst in tally.open
        ],
        **({"waiting": manifest["waiting"]} if "waiting" in manifest else {}),
        "unusable": manifest["unusable"],
        "remarks": manifest["remarks"],
        "diagnostics": manifest["diagnostics"],
    }


def percent(part: int, whole: int) -> str:
    """A share with one decimal, half up."""
    return "" if not whole else f"{decimal_text(Fraction(100 * part, whole), 1)}%"


def _grades(tally: Tally, lang: Lang, width: int | None) -> str:
    ruleset = tally.ruleset
    if ruleset.grade is None or not tally.scored:
        return ""
    rows = [
        (
            between(ruleset, item["best"], item["worst"], lang),
            str(item["districts"]),
            percent(item["districts"], tally.scored),
        )
        for item in tally.grades
    ]
    head = [phrase(f"column_{name}", lang) for name in ("grade", "districts", "share")]
    return f"{phrase('batch_grades', lang)}\n{table(rows, head, width)}"


def between(ruleset: Ruleset, best: str | None, worst: str | None, lang: Lang) -> str:
    """A grade, or the best and the worst one still possible."""
    labels = [grade_label(ruleset, grade, lang) for grade in (best, worst)]
    return labels[0] if best == worst else phrase("between", lang, low=labels[0], high=labels[1])


def _hardest(tally: Tally, lang: Lang, width: int | None) -> str:
    rows = []
    for name, counts in tally.hardest():
        criterion = tally.ruleset.criterion(name)
        title = "" if criterion is None else criterion.title.text(lang)
        decided = sum(counts[outcome] for outcome in ASSESSED)
        met = percent(counts[Outcome.FULLY_MET], decided)
        rows.append((name, title, *(str(counts[o]) for o in Outcome), met))
    if not rows:
        return ""
    labels = [outcome_label(tally.ruleset, outcome, lang) for outcome in Outcome]
    columns = [phrase(f"column_{c}", lang) for c in ("id", "criterion")]
    head = [*columns, *labels, phrase("column_fully_share", lang)]
    return f"{phrase('batch_hardest', lang)}\n{table(rows, head, width)}"


def _open(tally: Tally, lang: Lang, width: int | None) -> str:
    if not tally.open:
        return ""
    rows = [
        (code, name, between(tally.ruleset, best, worst, lang))
        for code, name, best, worst in tally.open[:MOST_LISTED]
    ]
    head = [phrase(f"column_{c}", lang) for c in ("code", "subject", "grade")]
    title = phrase("batch_incomplete", lang, count=tally.incomplete)
    return f"{title}\n{table(rows, head, width)}" + more(tally.incomplete, lang)


def _unusable(tally: Tally, lang: Lang, width: int | None) -> str:
    """Every place that was not scored: this list is never cut."""
    if not tally.unusable:
        return ""
    rows = []
    for line in tally.unusable:
        found = [d for d in line["diagnostics"] if d["severity"] == "error"]
        rest = phrase("and_faults", lang, count=len(found) - 1) if len(found) > 1 else ""
        rows.append((found[0]["place"], line["code"], f"{found[0]['message']}{rest}"))
    head = [phrase(f"column_{c}", lang) for c in ("place", "code", "message")]
    title = phrase("batch_unusable", lang, count=len(tally.unusable))
    return "\n".join([title, table(rows, head, width), *_advice(tally, lang)])


def _advice(tally: Tally, lang: Lang) -> list[str]:
    """What to do about the first fault of each kind; of each single one in `unusable.csv`."""
    advice: dict[str, str] = {}
    for line in tally.unusable:
        first = next(d for d in line["diagnostics"] if d["severity"] == "error")
        if first["help"]:
            advice.setdefault(first["code"], first["help"])
    listed = [
        f"  {code}{phrase('colon', lang)}{text}" for code, text in [*advice.items()][:MOST_LISTED]
    ]
    return [phrase("batch_advice", lang), *listed] if listed else []


def _remarked(tally: Tally, lang: Lang, width: int | None) -> str:
    """What was scored although something about its data is doubtful, by kind."""
    rows = []
    for one in tally.remarks:
        named = phrase("list_comma", lang).join(one["first"])
        rest = one["districts"] - len(one["first"])
        named += phrase("and_subjects", lang, count=rest) if rest else ""
        rows.append((one["code"], line_of(one["code"], lang), str(one["districts"]), named))
    if not rows:
        return ""
    head = [phrase(f"column_{c}", lang) for c in ("remark", "message", "districts", "code")]
    title = phrase("batch_remarked", lang)
    return f"{title}\n{table(rows, head, width)}\n{phrase('batch_remarked_where', lang)}"


def _warnings(warnings: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    if not warnings:
        return ""
    lines = [
        f"  {d['place']}{phrase('colon', lang)}{d['message']}"
        + (phrase("bracket", lang, text=d["help"]) if d["help"] else "")
        for d in warnings
    ]
    return "\n".join([phrase("batch_remarks", lang), *lines])


def more(count: int, lang: Lang, shown: int = MOST_LISTED) -> str:
    """How many of a list were not shown."""
    return f"\n{phrase('list_rest', lang, count=count - shown)}" if count > shown else ""
