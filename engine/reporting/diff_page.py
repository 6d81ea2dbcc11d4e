"""What changed between two editions, as prose for people and as data for programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..language.model import Outcome, Ruleset
from ..locale import Lang, phrase
from ..workshop.diff import Change, Compared, Example, Wording
from ..workshop.diff_grade import ComparedRule
from ..workshop.witnesses import outcome_name


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions and everything that was found out about them."""

    old: Ruleset
    new: Ruleset
    criteria: Sequence[Compared]
    rule: ComparedRule | None

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
    lines += [f"  {_wording(wording, found, lang)}" for wording in compared.wordings]
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


def _wording(wording: Wording, found: Difference, lang: Lang) -> str:
    """``完全落实：低于 5% → 低于 3%``."""
    key = wording.key
    if key in set(Outcome):
        name = outcome_name(found.new, Outcome(key), lang)
    else:
        try:
            name = phrase(f"diff_key_{key}", lang)
        except KeyError:
            name = key
    if not wording.before and not wording.after:
        return phrase("diff_changed", lang, name=name)
    nothing = phrase("diff_nothing", lang)
    before, after = wording.before or nothing, wording.after or nothing
    return phrase("diff_wording", lang, name=name, before=before, after=after)


def _rule(rule: ComparedRule, lang: Lang) -> list[str]:
    if rule.change is Change.EQUIVALENT:
        return [phrase("diff_rule", lang, change=phrase("diff_equivalent", lang))]
    lines = [phrase("diff_rule", lang, change=phrase(f"diff_{rule.change}", lang))]
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
                    {"key": w.key, "before": w.before or None, "after": w.after or None}
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
            "examples": [_example(e) for e in found.rule.examples],
            "why": found.rule.why or None,
        },
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "kind": str(example.kind),
        "before": example.before,
        "after": example.after,
        "text": {"zh": example.text.zh, "en": example.text.en},
    }
