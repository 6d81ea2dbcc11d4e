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
from ..workshop.spelling import Operators
from .common import Exit, emit, lang_option, out_option, report, unusable, write_whole


@click.command()
@click.argument("ruleset")
@click.option("--check", is_flag=True, help="Write nothing; exit with 10 when a file would change.")
@click.option(
    "--operators",
    type=click.Choice(("keep", "zh", "en")),
    default="keep",
    show_default=True,
    help="Write comparisons in one way: 低于 5% (zh) or < 5% (en).",
)
@lang_option
@out_option
@click.pass_context
def fmt(
    ctx: click.Context,
    ruleset: str,
    check: bool,
    operators: Operators,
    lang: Lang,
    out: Path | None,
) -> None:
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
            text = formatted(source, name, operators)
            if text != file.read_bytes().decode("utf-8"):
                changed[file] = text
    except EngineError as error:
        report(error.diagnostics, lang)
        emit(unusable(ruleset, error, lang), out)
        ctx.exit(Exit.UNUSABLE)
    for file, text in () if check else changed.items():
        write_whole(file, text)
    key = "fmt_would" if check else "fmt_done"
    said = [phrase(key, lang, path=file.as_posix()) for file in changed]
    emit("\n".join(said or [phrase("fmt_clean", lang)]), out)
    ctx.exit(Exit.BELOW if check and changed else Exit.DONE)
