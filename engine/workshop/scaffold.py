"""Begins an edition: files that load, lint clean and pass their tests before a word is changed."""

import re
from collections.abc import Mapping
from pathlib import Path

from ..language.catalogue import FILE as RULESET
from ..language.catalogue import locate
from ..language.diagnostics import Source
from ..language.model import Ruleset
from ..language.nodes import Text, parse
from ..language.reading import entries
from ..locale import Lang, phrase
from .adding import last_line, quoted
from .cases import FILE as CASES
from .suite import Suite

README = "README.md"
NAME = re.compile(r"([a-z0-9][a-z0-9-]*)@([^@/\\\s]+)")


def empty(name: str, edition: str, lang: Lang) -> Mapping[str, str]:
    """A first criterion with its cases, to be replaced by the real ones."""
    values = {"id": name, "edition": edition}
    return {
        RULESET: phrase("new_ruleset", lang, **values),
        CASES: phrase("new_tests", lang, **values),
        README: phrase("new_readme", lang, **values),
    }


def extending(old: Ruleset, suite: Suite, name: str, edition: str, lang: Lang) -> Mapping[str, str]:
    """An edition that takes everything over from ``old`` and says only what is another."""
    values = {
        "id": name,
        "edition": edition,
        "old": old.name,
        "zh": quoted(old.title.text("zh")),
        "en": quoted(old.title.text("en")),
    }
    return {
        RULESET: phrase("new_extending", lang, **values),
        CASES: phrase("new_cases_of", lang, **values) + cases_only(suite),
        README: phrase("new_readme_from", lang, **values),
    }


def copied(old: Ruleset, suite: Suite, name: str, edition: str, lang: Lang) -> Mapping[str, str]:
    """The text of ``old`` under a new name, as a draft."""
    values = {"id": name, "edition": edition, "old": old.name}
    new = {"ruleset": name, "edition": f'"{edition}"', "status": "draft"}
    return {
        RULESET: _with(old.source, new),
        CASES: phrase("new_cases_of", lang, **values) + suite.source.text,
        README: phrase("new_readme_from", lang, **values),
    }


def extendable(old: Ruleset, path: Path) -> bool:
    """Whether a ruleset in ``path`` finds ``old`` by its name."""
    found, _ = locate(old.name, beside=path)
    return found is not None and found.resolve() == Path(old.source.path).resolve()


def cases_only(suite: Suite) -> str:
    """The tests without what is justified about the old edition's own rules."""
    lines = suite.source.text.split("\n")
    for key, value in reversed(tuple(suite.document)):
        if key.value in ("uncovered", "survivors"):
            del lines[key.span.line - 1 : last_line(value)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _with(source: Source, new: Mapping[str, str]) -> str:
    """The text with other scalars for some of its top keys."""
    lines = source.text.split("\n")
    document, _ = parse(source)
    for key, value in entries(document):
        if key.value in new and isinstance(value, Text):
            line, span = lines[value.span.line - 1], value.span
            after = line[span.end_column - 1 :]
            lines[span.line - 1] = f"{line[: span.column - 1]}{new[key.value]}{after}"
    return "\n".join(lines)
