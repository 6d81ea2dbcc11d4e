"""``dudao fmt``: the files of a ruleset in their canonical layout."""

from pathlib import Path

import click

from ..language.catalogue import locate
from ..language.diagnostics import EngineError, RulesetError
from ..language.loader import load_ruleset
from ..language.source import read_source
from ..locale import Lang, phrase
from ..workshop.cases import FILE as CASES
from ..workshop.formatting import formatted
from .common import Exit, emit, lang_option, report, unusable


@click.command()
@click.argument("ruleset")
@click.option("--check", is_flag=True, help="Write nothing; exit with 10 when a file would change.")
@lang_option
@click.pass_context
def fmt(ctx: click.Context, ruleset: str, check: bool, lang: Lang) -> None:
    """Put the keys of a ruleset and its tests in order, with one layout; comments are kept."""
    path, _ = locate(ruleset)
    changed: dict[Path, str] = {}
    try:
        if path is None:
            path = Path(load_ruleset(ruleset).ruleset.source.path)
        for file, name in ((path, "ruleset"), (path.parent / CASES, "tests")):
            if file != path and not file.exists():
                continue
            source, faults = read_source(file)
            if faults:
                raise RulesetError(faults)
            text = formatted(source, name)
            if text != file.read_bytes().decode("utf-8"):
                changed[file] = text
    except EngineError as error:
        report(error.diagnostics, lang)
        emit(unusable(ruleset, error, lang), None)
        ctx.exit(Exit.UNUSABLE)
    for file, text in changed.items():
        if not check:
            emit(text.rstrip("\n"), file)
        emit(phrase("fmt_would" if check else "fmt_done", lang, path=file.as_posix()), None)
    if not changed:
        emit(phrase("fmt_clean", lang), None)
    ctx.exit(Exit.BELOW if check and changed else Exit.DONE)
