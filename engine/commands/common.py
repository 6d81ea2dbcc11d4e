"""What the commands share: language, output, diagnostics on standard error, exit codes."""

import json
import locale
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from ..language.diagnostics import Diagnostic, EngineError, errors, render, visible
from ..locale import LANGS, Lang, phrase
from .usage import Misuse

F = TypeVar("F", bound=Callable[..., Any])


class Exit(IntEnum):
    """The exit codes (DESIGN 8)."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    UNUSABLE = 3
    INCOMPLETE = 4
    BELOW = 10


def default_lang() -> Lang:
    """As said before the command's name; else English where the locale says so, else Chinese."""
    above = click.get_current_context(silent=True)
    while above is not None:
        said = above.params.get("lang")
        if said is not None:
            return "en" if said == "en" else "zh"
        above = above.parent
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    current = locale.getlocale()[0] or ""
    return "en" if current.lower().startswith("en") else "zh"


def lang_option(function: F) -> F:
    """``--lang zh|en``."""
    return click.option(
        "--lang",
        type=click.Choice(LANGS),
        default=default_lang,
        help="Language of texts: zh or en (default: from the locale, else zh).",
    )(function)


def out_option(function: F) -> F:
    """``--out FILE``; refused where that is a file of facts or rules."""

    @wraps(function)
    def careful(*args: Any, **kwargs: Any) -> Any:
        if isinstance(kwargs["out"], Path):
            _spare(kwargs["out"], kwargs)
        return function(*args, **kwargs)

    return click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file instead of the terminal; never over a sheet, table or ruleset.",
    )(cast(F, careful))


# What facts, tables, rulesets and vocabularies are kept in, and no command writes.
_INPUTS = (".yaml", ".yml", ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".parquet")


def _spare(out: Path, given: Mapping[str, object]) -> None:
    """Refuse to write over what was given to the command, or what it may have read beside that."""
    if not out.exists():
        return
    words: list[object] = []
    for value in given.values():
        words += value if isinstance(value, tuple) else [value]
    named = [Path(word) for word in words if isinstance(word, (str, Path)) and word is not out]
    if out.resolve().suffix.lower() in _INPUTS or any(_same(out, path) for path in named):
        raise Misuse("out_is_input", out=out)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def format_option(*formats: str) -> Callable[[F], F]:
    """``--format``, the first one the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output.",
    )


def emit(text: str, out: Path | None) -> None:
    """Print, or write the file whole: never half of it."""
    if out is None:
        click.echo(visible(text))
        return
    write_whole(out, visible(text) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file whole: never half of it, and exactly this text."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except FileNotFoundError:
        raise Misuse("out_nowhere", out=path) from None
    except OSError as error:
        raise Misuse("out_fails", out=path, why=error.strerror or error) from None


def terminal_width(out: Path | None) -> int | None:
    """How wide tables may be on a terminal; None where they are piped or written to a file."""
    if out is not None or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size().columns


def as_json(data: object) -> str:
    """JSON as people can read it too; what cannot be seen is escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    if visible(text) == text:
        return text
    return "".join(c if visible(c) == c else json.dumps(c)[1:-1] for c in text)


def report(diagnostics: Iterable[Diagnostic], lang: Lang) -> None:
    """Diagnostics on standard error."""
    for diagnostic in diagnostics:
        click.echo(visible(render(diagnostic, lang)), err=True)


def unusable(name: str, error: EngineError, lang: Lang) -> str:
    """One line about a file that cannot be used; its faults are shown apart."""
    return phrase("unusable", lang, name=name, errors=len(errors(error.diagnostics)))
