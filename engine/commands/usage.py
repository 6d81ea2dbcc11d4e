"""Wrong use of the command line, told in the reader's language, whoever finds it."""

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import IO, Any

import click

from ..locale import LANGS, Lang, catalogue, phrase


class Misuse(click.UsageError):
    """Wrong use that a command finds: the key of a phrase and its values."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(phrase(key, "en", **values))
        self.key = key
        self.values = values


class Told(click.UsageError):
    """Wrong use with its words in the reader's language."""

    def __init__(self, message: str, ctx: click.Context | None, lang: Lang) -> None:
        super().__init__(message, ctx)
        self.lang = lang

    def show(self, file: IO[Any] | None = None) -> None:
        if self.lang == "en":
            super().show(file)
            return
        lines = []
        if self.ctx is not None:
            usage = self.ctx.get_usage().partition(":")[2].strip()
            path = self.ctx.command_path
            lines += [phrase("usage_line", self.lang, usage=usage)]
            lines += [phrase("usage_hint", self.lang, command=path), ""]
        lines.append(phrase("usage_error", self.lang, message=self.message))
        click.echo("\n".join(lines), file=file, err=file is None)


def told(error: click.UsageError, lang: Lang) -> click.UsageError:
    """The same error in ``lang``; a command without arguments shows its help as ever."""
    if isinstance(error, (Told, click.exceptions.NoArgsIsHelpError)):
        return error
    if isinstance(error, Misuse):
        message = phrase(error.key, lang, **error.values)
    else:
        message = error.format_message()
        message = in_chinese(message) if lang == "zh" else message
    return Told(message, error.ctx, lang)


def in_chinese(message: str) -> str:
    """What click says, in Chinese; as it is where the catalogue does not know it."""
    for said in catalogue("usage")["said"]:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(said["en"]))
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            words = {name: _quoted(name, text) for name, text in found.groupdict().items()}
            text: str = said["zh"].format(**words)
            return text
    return message


def _quoted(name: str, text: str) -> str:
    return in_chinese(text) if name == "message" else text.replace("', '", "'、'")


def asked_lang(args: Sequence[str]) -> Lang | None:
    """The language that the words of a command line ask for, wherever ``--lang`` stands."""
    for word, after in zip_longest(args, args[1:], fillvalue=""):
        name, _, value = word.partition("=")
        wanted = value or after
        for lang in LANGS:
            if name == "--lang" and wanted == lang:
                return lang
    return None
