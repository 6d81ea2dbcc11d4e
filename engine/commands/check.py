"""``dudao check``: does a ruleset load, and is anything about it doubtful."""

from pathlib import Path

import click

from ..language.diagnostics import Diagnostic, EngineError, errors, in_order
from ..language.loader import load_ruleset
from ..locale import Lang, phrase
from ..reporting.result import diagnostic_json
from ..workshop.lint import lint
from .common import Exit, as_json, emit, format_option, lang_option, out_option, report


@click.command()
@click.argument("ruleset")
@format_option("text", "json")
@lang_option
@out_option
@click.pass_context
def check(ctx: click.Context, ruleset: str, form: str, lang: Lang, out: Path | None) -> None:
    """Load and lint a ruleset: every fault at once, each with its place."""
    diagnostics: tuple[Diagnostic, ...]
    count = 0
    try:
        loaded = load_ruleset(ruleset)
        count = len(loaded.ruleset.criteria)
        diagnostics = in_order((*loaded.diagnostics, *lint(loaded.ruleset)))
        name = loaded.ruleset.name
    except EngineError as error:
        diagnostics, name = error.diagnostics, ruleset
    wrong = errors(diagnostics)
    warnings = len(diagnostics) - len(wrong)
    if form == "json":
        found = [diagnostic_json(d, lang) for d in diagnostics]
        emit(
            as_json(
                {
                    "format": 1,
                    "ruleset": name,
                    "usable": not wrong,
                    "criteria": count,
                    "diagnostics": found,
                }
            ),
            out,
        )
    else:
        report(diagnostics, lang)
        key = "check_failed" if wrong else "check_warned" if warnings else "check_clean"
        emit(phrase(key, lang, name=name, count=count, errors=len(wrong), warnings=warnings), out)
    ctx.exit(Exit.UNUSABLE if wrong else Exit.DONE)
