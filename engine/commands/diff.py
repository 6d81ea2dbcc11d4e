"""``dudao diff``: what changed between two editions, proved, a district for each difference."""

import sys
from pathlib import Path

import click

from ..language.diagnostics import EngineError
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from ..reporting.diff_page import Difference, diff_json, diff_text
from ..workshop.verify import available
from .common import Exit, as_json, emit, format_option, lang_option, out_option, report


@click.command()
@click.argument("old")
@click.argument("new")
@format_option("text", "json")
@lang_option
@out_option
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, form: str, lang: Lang, out: Path | None) -> None:
    """Compare two editions: is each criterion stricter, more lenient, or the same.

    \b
    Exit codes: 0 done, 3 an edition is unusable, 4 something is not known.
    """
    editions: list[Ruleset] = []
    for name in (old, new):
        try:
            editions.append(load_ruleset(name).ruleset)
        except EngineError as error:
            report(error.diagnostics, lang)
    if len(editions) < 2:
        ctx.exit(Exit.UNUSABLE)
    if not available():
        click.echo(phrase("diff_skipped", lang), err=True)
        ctx.exit(Exit.INCOMPLETE)
    found = _compared(editions[0], editions[1])
    emit(as_json(diff_json(found)) if form == "json" else diff_text(found, lang), out)
    ctx.exit(Exit.INCOMPLETE if found.unknown else Exit.DONE)


def _compared(old: Ruleset, new: Ruleset) -> Difference:
    # Loads the solver.
    from ..workshop.diff import compare_criteria
    from ..workshop.diff_beside import compare_beside
    from ..workshop.diff_grade import compare_rules

    if not sys.stderr.isatty():
        criteria = tuple(compare_criteria(old, new))
    else:
        with click.progressbar(length=len(new.criteria), file=sys.stderr) as bar:
            criteria = tuple(compare_criteria(old, new, lambda _: bar.update(1)))
    return Difference(old, new, criteria, compare_rules(old, new), compare_beside(old, new))
