"""The catalogue of diagnostic codes, and one code explained with a wrong and a right example."""

import re

from ..locale import Lang, catalogue, phrase, section
from .tables import table


def codes_table(lang: Lang, width: int | None = None) -> str:
    """Every code with its severity and its line."""
    rows = [
        (code, phrase(f"severity_{entry['severity']}", lang), _blanked(entry[lang]))
        for code, entry in catalogue("diagnostics").items()
    ]
    head = [phrase(f"column_{c}", lang) for c in ("code", "severity", "message")]
    return table(rows, head, width)


def code_page(code: str, lang: Lang) -> str:
    """One code: what it says, why it matters, a wrong and a right example."""
    entry = catalogue("diagnostics")[code]
    explained = catalogue("explanations").get(code, {})
    severity = phrase(f"severity_{entry['severity']}", lang)
    parts = [f"{severity}[{code}] {_blanked(entry[lang])}"]
    if entry.get(f"help_{lang}"):
        parts.append(f"  {_blanked(entry[f'help_{lang}'])}")
    if explained.get(f"why_{lang}"):
        parts += ["", explained[f"why_{lang}"].strip()]
    for key in ("bad", "good"):
        if explained.get(key):
            body = "\n".join(f"    {line}" for line in explained[key].strip("\n").split("\n"))
            parts += ["", phrase(f"help_{key}", lang), body]
    return "\n".join(parts)


def line_of(code: str, lang: Lang) -> str:
    """The line of a code, without what only a fault can fill in."""
    return _blanked(section("diagnostics", code)[lang])


def _blanked(template: str) -> str:
    """A message without the values that only a fault can fill in."""
    return re.sub(r"\{\w+\}", "…", template)
