"""What changed between two editions, as prose for people and as data for programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..language.model import Outcome, Ruleset
from ..locale import Label, Lang, phrase
from ..workshop.diff import Change, Compared, Example, Wording
from ..workshop.diff_beside import Beside
from ..workshop.diff_grade import ComparedRule
from ..workshop.witnesses import outcome_name
from .diff_beside_page import beside_json, beside_lines, changed, key_name, text_json, worded
from .labels import Labels
from .points_page import bonus_json, points_json, points_rule


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions and everything that was found out about them."""

    old: Ruleset
    new: Ruleset
    criteria: Sequence[Compared]
    rule: ComparedRule | None
    beside: Sequence[Beside] = ()

    @property
    def unknown(self) -> bool:
        """Whether something could not be decided."""
        changes = [c.change for c in self.criteria]
        changes += [self.rule.change] if self.rule is not None else []
        return Change.UNKNOWN in changes


def diff_text(found: Difference, lang: Lang) -> str:
    """A paragraph for each criterion that changed, one line about all others."""
    lines = [phrase("diff_title", lang, old=found.old.name, new=found.new.name)]
    same = [c for c in found.criteria if c.change is Change.EQUIVALENT and not c.wordings]
    for compared in found.criteria:
        if compared not in same:
            lines += _criterion(compared, found, lang)
    if found.rule is not None:
        lines += _rule(found.rule, lang)
    lines += beside_lines(found.beside, lang)
    counts = Counter(c.change for c in found.criteria)
    gap = "，" if lang == "zh" else ", "
    told = gap.join(
        f"{phrase(f'diff_{change}', lang)} {counts[change]}" for change in Change if counts[change]
    )
    lines.append(phrase("diff_counts", lang, count=len(found.criteria), counts=told))
    return "\n".join(lines)


def _criterion(compared: Compared, found: Difference, lang: Lang) -> list[str]:
    change = phrase(f"diff_{compared.change}", lang)
    title = compared.title.text(lang)
    lines = [phrase("diff_line", lang, about=f"{compared.id} {title}", change=change)]
    if compared.applicability and compared.change is not Change.APPLICABILITY:
        lines.append(f"  {phrase('diff_applicability', lang)}")
    lines += [f"  {_wording(wording, compared, found, lang)}" for wording in compared.wordings]
    for example in compared.examples:
        before, after = (_outcome(o, r, lang) for o, r in _sides(example, found))
        lines.append(
            "  "
            + phrase("diff_example", lang, text=example.text.text(lang), before=before, after=after)
        )
    if compared.why:
        lines.append(f"  {_why(compared.why, lang)}")
    return lines


def _sides(example: Example, found: Difference) -> tuple[tuple[str, Ruleset], ...]:
    return ((example.before, found.old), (example.after, found.new))


def _outcome(name: str, ruleset: Ruleset, lang: Lang) -> str:
    return outcome_name(ruleset, Outcome(name), lang)


def _wording(wording: Wording, compared: Compared, found: Difference, lang: Lang) -> str:
    """``完全落实：低于 5% → 低于 3%``."""
    key = wording.key
    if key in set(Outcome):
        name = outcome_name(found.new, Outcome(key), lang)
    else:
        name = key_name(key, lang)
    if key == "points":
        texts = (_points(compared.id, r, lang) for r in (found.old, found.new))
        before, after = (Label(text, text) for text in texts)
    else:
        before, after = (worded(key, x, lang) for x in (wording.before, wording.after))
    return changed(name, before, after, lang)


def _points(criterion: str, ruleset: Ruleset, lang: Lang) -> str:
    found = ruleset.criterion(criterion)
    return "" if found is None else points_rule(found, Labels(ruleset, lang))


def _rule(rule: ComparedRule, lang: Lang) -> list[str]:
    if rule.change is Change.EQUIVALENT and not rule.by_position:
        return [phrase("diff_rule", lang, change=phrase("diff_equivalent", lang))]
    lines = [phrase("diff_rule", lang, change=phrase(f"diff_{rule.change}", lang))]
    if rule.by_position:
        lines.append(f"  {phrase('diff_by_position', lang)}")
    for example in rule.examples:
        text = example.text.text(lang)
        lines.append(
            "  "
            + phrase("diff_example", lang, text=text, before=example.before, after=example.after)
        )
    if rule.why:
        lines.append(f"  {_why(rule.why, lang)}")
    return lines


def _why(why: str, lang: Lang) -> str:
    try:
        words = phrase(f"proofs_why_{why}", lang)
    except KeyError:
        words = why
    return phrase("diff_why", lang, why=words)


def diff_json(found: Difference) -> dict[str, Any]:
    """Everything, with the changes as words of a closed list."""
    return {
        "format": 1,
        "old": found.old.name,
        "new": found.new.name,
        "criteria": [
            {
                "id": c.id,
                "title": {"zh": c.title.zh, "en": c.title.en},
                "change": str(c.change),
                "applicability_changed": c.applicability,
                "wordings": [
                    {
                        "key": w.key,
                        **dict(zip(("before", "after"), _both(w, c, found), strict=True)),
                    }
                    for w in c.wordings
                ],
                "examples": [_example(e) for e in c.examples],
                "why": c.why or None,
            }
            for c in found.criteria
        ],
        "grade": None
        if found.rule is None
        else {
            "change": str(found.rule.change),
            "by_position": found.rule.by_position,
            "examples": [_example(e) for e in found.rule.examples],
            "why": found.rule.why or None,
        },
        "beside": beside_json(found.beside),
    }


def _both(wording: Wording, compared: Compared, found: Difference) -> tuple[Any, Any]:
    """Before and after, as texts; of points the rules."""
    if wording.key != "points":
        return text_json(wording.before), text_json(wording.after)
    before, after = (_points_json(compared.id, r) for r in (found.old, found.new))
    return before, after


def _points_json(criterion: str, ruleset: Ruleset) -> dict[str, Any] | None:
    found = ruleset.criterion(criterion)
    if found is None:
        return None
    return {"points": points_json(found), "bonus": bonus_json(found)}


def _example(example: Example) -> dict[str, Any]:
    return {
        "kind": str(example.kind),
        "before": example.before,
        "after": example.after,
        "text": {"zh": example.text.zh, "en": example.text.en},
    }
