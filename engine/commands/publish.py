"""``dudao publish``: freeze an edition, so that whoever changes it afterwards is told."""

from pathlib import Path

import click

from ..language.diagnostics import EngineError
from ..language.loader import load_ruleset
from ..locale import Lang, phrase
from ..reporting.self_test_page import self_test_page
from ..workshop.publishing import digest_file, readiness
from ..workshop.suite import read_suite
from .common import Exit, emit, lang_option, out_option, report, unusable, write_whole


@click.command()
@click.argument("ruleset")
@lang_option
@out_option
@click.pass_context
def publish(ctx: click.Context, ruleset: str, lang: Lang, out: Path | None) -> None:
    """Freeze an edition that loads, lints clean and passes its own tests."""
    try:
        loaded = load_ruleset(ruleset)
        suite = read_suite(Path(loaded.ruleset.source.path))
        found = readiness(loaded, suite)
    except EngineError as error:
        report(error.diagnostics, lang)
        emit(unusable(ruleset, error, lang), out)
        ctx.exit(Exit.UNUSABLE)
    name = loaded.ruleset.name
    report(found.doubts, lang)
    if found.tested.failed:
        why = phrase("not_published_failed", lang, name=name)
        emit(f"{self_test_page(found.tested, lang)}\n{why}", out)
        ctx.exit(Exit.BELOW)
    if found.doubts:
        count = len(found.doubts)
        emit(phrase("not_published_doubtful", lang, name=name, count=count), out)
        ctx.exit(Exit.UNUSABLE)
    if not found.before:
        write_whole(digest_file(loaded), found.digest + "\n")
    key = "published_before" if found.before else "published"
    emit(phrase(key, lang, name=name, digest=found.digest), out)
