"""``dudao rulesets``: what is installed; ``rulesets show X``: one as a readable page."""

from pathlib import Path

import click

from ..language.catalogue import installed
from ..language.diagnostics import EngineError
from ..language.loader import load_file, load_ruleset
from ..locale import Lang, phrase
from .common import (
    Exit,
    as_json,
    emit,
    format_option,
    lang_option,
    out_option,
    report,
    terminal_width,
)


@click.group(invoke_without_command=True)
@format_option("table", "json")
@lang_option
@out_option
@click.pass_context
def rulesets(ctx: click.Context, form: str, lang: Lang, out: Path | None) -> None:
    """List the shipped rulesets, or show one of them."""
    if ctx.invoked_subcommand is not None:
        return
    rows = []
    broken = False
    for entry in installed():
        try:
            ruleset = load_file(entry.path).ruleset
        except EngineError as error:
            report(error.diagnostics, lang)
            broken = True
            continue
        status = phrase(f"status_{ruleset.status}", lang)
        rows.append((ruleset.name, ruleset.title.text(lang), str(len(ruleset.criteria)), status))
    if form == "json":
        keys = ("name", "title", "criteria", "status")
        emit(as_json([dict(zip(keys, row, strict=True)) for row in rows]), out)
    else:
        from ..reporting.tables import table

        head = [phrase(f"column_{c}", lang) for c in ("ruleset", "title", "count", "status")]
        emit(table(rows, head, terminal_width(out)), out)
    ctx.exit(Exit.UNUSABLE if broken else Exit.DONE)


@rulesets.command()
@click.argument("ruleset")
@click.option(
    "--clauses",
    is_flag=True,
    help="Instead: which clauses of the basis are encoded, judged by people, or not covered.",
)
@format_option("table", "markdown", "json")
@lang_option
@out_option
@click.pass_context
def show(
    ctx: click.Context, ruleset: str, clauses: bool, form: str, lang: Lang, out: Path | None
) -> None:
    """Show a ruleset: criteria, levels, clauses, parameters, grade rule."""
    from ..reporting import clauses_page, ruleset_page

    try:
        found = load_ruleset(ruleset).ruleset
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    match form, clauses:
        case "json", True:
            emit(as_json(clauses_page.clauses_json(found, lang)), out)
        case "json", False:
            emit(as_json(ruleset_page.ruleset_json(found, lang)), out)
        case _, True:
            emit(clauses_page.clauses_text(found, lang, markdown=form == "markdown"), out)
        case "markdown", False:
            emit(ruleset_page.ruleset_markdown(found, lang), out)
        case _:
            emit(ruleset_page.ruleset_table(found, lang, terminal_width(out)), out)
