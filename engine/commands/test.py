"""``dudao test``: the cases of a ruleset, what they reach, and which slips they would notice."""

import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import click

from ..language.diagnostics import EngineError
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from ..reporting.self_test_page import self_test_page, suggestions_page
from ..reporting.self_test_record import self_test_json, self_test_junit
from ..workshop.adding import NotAddableError, added, cases_text
from ..workshop.mutants import Mutant
from ..workshop.suggestions import base_of, suggest
from ..workshop.suite import Suite, read_suite
from ..workshop.testing import SelfTest, try_ruleset
from .common import (
    Exit,
    as_json,
    emit,
    format_option,
    lang_option,
    out_option,
    report,
    unusable,
    write_whole,
)
from .usage import Misuse


@click.command()
@click.argument("ruleset")
@format_option("text", "json", "junit")
@click.option("--filter", "word", default="", metavar="WORD", help="Only cases that name WORD.")
@click.option("--mutants", "mutate", is_flag=True, help="Score which slips the cases notice.")
@click.option(
    "--suggest", "suggesting", is_flag=True, help="Show cases at, below and above each limit."
)
@click.option("--yes", is_flag=True, help="With --suggest: add the cases without asking.")
@click.option(
    "--fail-under",
    type=click.IntRange(0, 100),
    metavar="N",
    help="Exit with 10 when coverage or the mutation score is below N per cent.",
)
@lang_option
@out_option
@click.pass_context
def test(
    ctx: click.Context,
    ruleset: str,
    form: str,
    word: str,
    mutate: bool,
    suggesting: bool,
    yes: bool,
    fail_under: int | None,
    lang: Lang,
    out: Path | None,
) -> None:
    """Run the cases of a ruleset and report what they reach."""
    if suggesting and (form != "text" or word or mutate or out is not None):
        raise Misuse("suggest_alone")
    try:
        loaded = load_ruleset(ruleset).ruleset
        suite = read_suite(Path(loaded.source.path))
    except EngineError as error:
        report(error.diagnostics, lang)
        emit(unusable(ruleset, error, lang), out)
        ctx.exit(Exit.UNUSABLE)
    if suggesting:
        _suggest(ctx, loaded, suite, yes, lang)
        return
    tested = try_ruleset(loaded, suite, word=word, mutate=mutate, progress=_counted)
    report(tested.diagnostics, lang)
    match form:
        case "json":
            emit(as_json(self_test_json(tested, lang)), out)
        case "junit":
            emit(self_test_junit(tested, lang), out)
        case _:
            emit(self_test_page(tested, lang), out)
    ctx.exit(Exit.BELOW if _below(tested, fail_under) else Exit.DONE)


def _below(tested: SelfTest, least: int | None) -> bool:
    """A failed case, or too little coverage or mutation score."""
    if tested.failed:
        return True
    return least is not None and any(percent < Fraction(least) for percent in tested.percents)


def _counted(found: tuple[Mutant, ...]) -> Iterable[Mutant]:
    """The mutants, with a bar on standard error where that is a terminal."""
    return _bar(found) if sys.stderr.isatty() else found


def _bar(found: tuple[Mutant, ...]) -> Iterator[Mutant]:
    with click.progressbar(found, file=sys.stderr) as bar:
        yield from bar


def _suggest(ctx: click.Context, ruleset: Ruleset, suite: Suite, yes: bool, lang: Lang) -> None:
    ran = suite.run(ruleset)
    base = base_of(ran)
    if base is None:
        emit(phrase("suggest_no_base", lang), None)
        return
    suggestions = suggest(ruleset, ran)
    text = cases_text(suggestions, base.interpreter)
    emit(suggestions_page(suggestions, text, lang), None)
    if not suggestions or not (yes or _confirmed(len(suggestions), suite, lang)):
        return
    try:
        whole = added(suite, ruleset, text)
    except NotAddableError:
        click.echo(phrase("suggest_not_added", lang, path=suite.source.path), err=True)
        ctx.exit(Exit.UNUSABLE)
    write_whole(Path(suite.source.path), whole)
    click.echo(phrase("suggest_added", lang, count=len(suggestions), path=suite.source.path))


def _confirmed(count: int, suite: Suite, lang: Lang) -> bool:
    """Whether the author says yes; without an answer nothing is written."""
    question = phrase("suggest_confirm", lang, count=count, path=suite.source.path)
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        return False
