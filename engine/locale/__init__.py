"""The texts people read, in Chinese and English: labels, phrases, catalogue of diagnostics."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
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
def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")


@cache
def catalogue(name: str) -> Mapping[str, Any]:
    """One text file of this folder (``diagnostics``, ``phrases``), read once."""
    return tomllib.loads(_text(name))


@cache
def section(name: str, key: str) -> Mapping[str, Any]:
    """One section of a text file; of the hundreds a run needs a few, and reading all takes 10 ms.

    Raises ``KeyError`` for an unknown key.
    """
    _, head, rest = f"\n{_text(name)}".partition(f"\n[{key}]\n")
    if not head:
        raise KeyError(key)
    return tomllib.loads(rest.partition("\n[")[0])


def kind(key: str, **values: object) -> Label:
    """What a kind of value is called. Raises ``KeyError`` for an unknown key."""
    texts = section("kinds", key)
    return Label(*(str(texts[lang]).format(**values) for lang in LANGS))


def either(labels: Iterable[Label]) -> Label:
    """Alternatives in one line: ``text or a list``."""
    found = tuple(labels)
    return Label(*(kind("or").text(lang).join(x.text(lang) for x in found) for lang in LANGS))


def yaml_problem(problem: str) -> Label:
    """What the YAML parser complains of, in words for people who do not know YAML."""
    texts = catalogue("yaml").get(problem)
    return Label(*(texts[lang] for lang in LANGS)) if texts else Label(problem, problem)


def without_formula(reason: str) -> Label:
    """Why formulas cannot say something, in words for the author of the ruleset."""
    _, name, _ = (*reason.split("`"), "", "")[:3]
    key = reason.replace(f"`{name}`", "`{name}`") if name else reason
    texts = catalogue("formulas").get(key)
    if texts is None:
        return Label(reason, reason)
    return Label(*(str(texts[lang]).format(name=name) for lang in LANGS))


def phrase(key: str, lang: Lang, **values: object) -> str:
    """A fixed phrase with its values filled in. Raises ``KeyError`` for an unknown key.

    ``{count:row|rows}`` is a count with its noun, in the singular for one.
    """
    template, counts = _template(key, lang)
    if counts:
        counted = ((k, _Counted(v) if type(v) is int else v) for k, v in values.items())
        return template.format(**dict(counted))
    return template.format(**values)


@cache
def _template(key: str, lang: Lang) -> tuple[str, bool]:
    """A phrase as it is written, and whether counts in it take their noun."""
    template: str = section("phrases", key)[lang]
    return template, "|" in template


class _Counted(int):
    """A count that takes its noun as a format: ``one|many``."""

    def __format__(self, spec: str) -> str:
        if "|" not in spec:
            return super().__format__(spec)
        return f"{int(self)} {spec.split('|')[self != 1]}"
