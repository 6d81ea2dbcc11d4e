"""What two editions differ in beside their criteria: a line each, and the same as data."""

from collections.abc import Sequence
from typing import Any

from ..language.diagnostics import cells
from ..locale import LANGS, Label, Lang, phrase
from ..workshop.diff_beside import Beside, Part, Shift

# A list that takes more cells of a terminal is given a line each.
LONGEST = 100


def beside_lines(found: Sequence[Beside], lang: Lang) -> list[str]:
    """A head and a line for each difference; what is only new or gone together on one."""
    lines: list[str] = []
    for part in Part:
        of_part = [one for one in found if one.part is part]
        for shift in (Shift.NEW, Shift.GONE):
            names = [_name(one, lang) for one in of_part if one.shift is shift]
            if names:
                about = phrase(f"beside_{part}", lang)
                told = phrase(f"beside_{'need_' if part is Part.NEED else ''}{shift}", lang)
                lines += _several(about, told, names, lang)
        lines += [_line(one, lang) for one in of_part if one.key]
    return [phrase("beside_title", lang), *(f"  {line}" for line in lines)] if lines else []


def _several(about: str, told: str, names: Sequence[str], lang: Lang) -> list[str]:
    """What is only new or gone on one line; too long for one, counted and a line each."""
    listed = phrase("list_comma", lang).join(names)
    line = phrase("beside_several", lang, part=about, shift=told, names=listed)
    if cells(line) <= LONGEST:
        return [line]
    head = phrase("beside_many", lang, part=about, shift=told, count=len(names))
    return [head, *(f"  {name}" for name in names)]


def _name(one: Beside, lang: Lang) -> str:
    label = one.label.text(lang)
    return " ".join(word for word in (one.name, label) if word)


def _line(one: Beside, lang: Lang) -> str:
    part = phrase(f"beside_{one.part}", lang)
    about = " ".join(word for word in (part, _name(one, lang)) if word)
    key = key_name(one.key, lang)
    if one.shift in (Shift.WIDER, Shift.NARROWER):
        key = phrase("beside_range", lang, name=key, shift=phrase(f"beside_{one.shift}", lang))
    before, after = (worded(one.key, label, lang) for label in (one.before, one.after))
    what = changed(key, before, after, lang)
    return phrase("beside_line", lang, about=about, what=what)


def key_name(key: str, lang: Lang) -> str:
    """What a key is called; a name of the author's own stays as it is."""
    word, _, rest = key.partition(" ")
    for known in (f"diff_key_{word}", f"outcome_{word}"):
        try:
            return f"{phrase(known, lang)} {rest}".strip()
        except KeyError:
            continue
    return key


def worded(key: str, label: Label, lang: Lang) -> Label:
    """A word of a closed list as people say it; any other text as it is."""
    word = label.zh
    match key:
        case "seen" | "veto" | "as_of":
            name = word
        case "status":
            name = f"status_{word}"
        case "better":
            name = f"better_{word}"
        case "type":
            name = f"type_{word}"
        case "severity":
            name = f"severity_{word}"
        case "of" | "shares":
            name = f"whole_{word}"
        case "combine":
            name = f"combine_{word}"
        case "batch_missing":
            name = f"batch_missing_{word}"
        case _:
            return label
    text = phrase(name, lang) if word else ""
    return Label(text, text)


def changed(name: str, before: Label, after: Label, lang: Lang) -> str:
    """``floor：95% → 94%``; in the other language where only that differs."""
    nothing = phrase("diff_nothing", lang)
    shown = [label.text(lang) for label in (before, after)]
    if shown[0] == shown[1]:
        shown = [label.text(other) for label in (before, after) for other in LANGS if other != lang]
    one, two = (text or nothing for text in shown)
    return phrase("diff_wording", lang, name=name, before=one, after=two)


def beside_json(found: Sequence[Beside]) -> list[dict[str, Any]]:
    """The same with closed lists of parts and shifts."""
    return [
        {
            "part": str(one.part),
            "name": one.name or None,
            "shift": str(one.shift),
            "key": one.key or None,
            "before": text_json(one.before),
            "after": text_json(one.after),
        }
        for one in found
    ]


def text_json(label: Label) -> Any:
    """One text where both languages say the same, else both; null for nothing."""
    if not label.zh and not label.en:
        return None
    return label.zh if label.zh == label.en else {"zh": label.zh, "en": label.en}
