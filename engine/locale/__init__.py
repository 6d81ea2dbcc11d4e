"""The texts people read, in Chinese and English: labels, phrases, catalogue of diagnostics."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

Lang: TypeAlias = Literal["zh", "en"]

LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Label:
    """A text in both languages; a missing translation falls back to the other language."""

    zh: str = ""
    en: str = ""

    def text(self, lang: Lang) -> str:
        """The text in ``lang``, or in the other language when it is not translated."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


@cache
def catalogue(name: str) -> Mapping[str, Any]:
    """One text file of this folder (``diagnostics``, ``phrases``), read once."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def phrase(key: str, lang: Lang, **values: object) -> str:
    """A fixed phrase with its values filled in. Raises ``KeyError`` for an unknown key."""
    template: str = catalogue("phrases")[key][lang]
    return template.format(**values)
