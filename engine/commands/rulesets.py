"""``dudao rulesets``: what is installed; ``rulesets show X``: one as a readable page."""

from pathlib import Path

import click

from ..language.catalogue import installed
from ..language.diagnostics import EngineError
from ..language.head import Head, load_head
from ..language.loader import load_ruleset
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
    found: list[tuple[str, Head | None]] = []
    for entry in installed():
        try:
            found.append((entry.name, load_head(entry.path)))
        except EngineError as error:
            report(error.diagnostics, lang)
            found.append((entry.name, None))
    if form == "json":
        emit(as_json([_head_json(name, head, lang) for name, head in found]), out)
    else:
        from ..reporting.tables import table

        columns = [phrase(f"column_{c}", lang) for c in ("ruleset", "title", "count", "status")]
        rows = [_row(name, head, lang) for name, head in found]
        emit(table(rows, columns, terminal_width(out)), out)
    ctx.exit(Exit.DONE if all(head for _, head in found) else Exit.UNUSABLE)


def _row(name: str, head: Head | None, lang: Lang) -> tuple[str, str, str, str]:
    if head is None:
        return name, "", "", phrase("status_unusable", lang)
    status = phrase(f"status_{head.status}", lang)
    return name, head.title.text(lang), str(head.criteria), status


def _head_json(name: str, head: Head | None, lang: Lang) -> dict[str, object]:
    return {
        "name": name,
        "usable": head is not None,
        "title": None if head is None else head.title.text(lang),
        "criteria": None if head is None else head.criteria,
        "status": None if head is None else str(head.status),
    }


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
