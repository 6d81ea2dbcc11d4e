"""``dudao facts``: the vocabulary, searched by name, label or synonym."""

from pathlib import Path

import click

from ..language.catalogue import DEFAULT_VOCABULARY, shipped
from ..language.diagnostics import EngineError, RulesetError, errors
from ..language.digest import used_facts
from ..language.loader import load_ruleset
from ..language.vocabulary import Vocabulary
from ..language.vocabulary_loader import load_vocabulary
from ..locale import Lang
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
from .usage import Misuse


@click.command()
@click.argument("word", required=False)
@click.option("-r", "--ruleset", help="Only the facts that this ruleset needs.")
@format_option("table", "json")
@lang_option
@out_option
@click.pass_context
def facts(
    ctx: click.Context,
    word: str | None,
    ruleset: str | None,
    form: str,
    lang: Lang,
    out: Path | None,
) -> None:
    """List the facts of the vocabulary; with WORD those whose name or label holds it."""
    from ..reporting import vocabulary_page as page

    try:
        vocabulary, wanted = _vocabulary(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    found = page.matching(vocabulary, word)
    if wanted is not None:
        found = tuple(fact for fact in found if fact.name in wanted)
    exact = tuple(f for f in found if word in (f.name, f.label.zh, f.label.en))
    if form == "json":
        emit(as_json(page.vocabulary_json(vocabulary, exact or found, lang)), out)
    elif word and (exact or len(found) == 1):
        emit("\n\n".join(page.fact_page(fact, lang) for fact in exact or found), out)
    elif word and not found:
        hint = vocabulary.nearest(word)
        raise Misuse("no_fact_hint" if hint else "no_fact", word=word, hint=hint)
    else:
        emit(page.vocabulary_table(found, lang, terminal_width(out)), out)


def _vocabulary(ruleset: str | None) -> tuple[Vocabulary, frozenset[str] | None]:
    if ruleset is not None:
        loaded = load_ruleset(ruleset).ruleset
        return loaded.vocabulary, frozenset(used_facts(loaded))
    path = shipped() / "vocabulary" / f"{DEFAULT_VOCABULARY}.yaml"
    vocabulary, diagnostics = load_vocabulary((path,))
    if vocabulary is None or errors(diagnostics):
        raise RulesetError(diagnostics)
    return vocabulary, None
