"""``dudao facts``: the facts and tables of the vocabulary, by name, label or synonym."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from ..language.catalogue import DEFAULT_VOCABULARY, shipped
from ..language.diagnostics import EngineError, RulesetError, errors
from ..language.digest import used_columns, used_facts
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
@click.option("-r", "--ruleset", help="Only the facts and columns that this ruleset needs.")
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
    """List the facts and tables of the vocabulary; with WORD those whose name or label holds it."""
    from ..reporting import vocabulary_page as page

    try:
        asked = _asked(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    vocabulary = asked.vocabulary
    found = tuple(f for f in page.matching(vocabulary, word) if f.name in asked.facts)
    columns = {
        name: kept
        for name, chosen in page.matching_columns(vocabulary, word).items()
        if (kept := tuple(c for c in chosen if c in asked.columns.get(name, ())))
    }
    exact = tuple(f for f in found if word in (f.name, f.label.zh, f.label.en))
    if exact:
        found, columns = exact, page.exact_columns(vocabulary, columns, word)
    if form == "json":
        emit(as_json(page.vocabulary_json(vocabulary, found, columns, lang)), out)
        return
    if word and not found and not columns:
        hint = vocabulary.nearest(word)
        raise Misuse("no_fact_hint" if hint else "no_fact", word=word, hint=hint)
    width, parts = terminal_width(out), []
    if word and (exact or len(found) == 1):
        parts += [page.fact_page(fact, lang) for fact in found]
    elif found:
        parts.append(page.vocabulary_table(found, lang, width))
    if columns:
        parts.append(page.columns_table(vocabulary, columns, lang, width))
    emit("\n\n".join(parts), out)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A vocabulary, and what of it was asked for."""

    vocabulary: Vocabulary
    facts: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]


def _asked(ruleset: str | None) -> _Asked:
    if ruleset is not None:
        loaded = load_ruleset(ruleset).ruleset
        return _Asked(loaded.vocabulary, frozenset(used_facts(loaded)), used_columns(loaded))
    vocabulary = vocabulary_of(None)
    every = {name: tuple(table.columns) for name, table in vocabulary.tables.items()}
    return _Asked(vocabulary, frozenset(vocabulary.facts), every)


def vocabulary_of(ruleset: str | None) -> Vocabulary:
    """The vocabulary of a ruleset, or the shipped one. Raises `RulesetError`."""
    if ruleset is not None:
        return load_ruleset(ruleset).ruleset.vocabulary
    path = shipped() / "vocabulary" / f"{DEFAULT_VOCABULARY}.yaml"
    vocabulary, diagnostics = load_vocabulary((path,))
    if vocabulary is None or errors(diagnostics):
        raise RulesetError(diagnostics)
    return vocabulary
