"""``dudao publish``: freeze an edition, so that whoever changes it afterwards is told."""

from pathlib import Path

import click

from ..language.diagnostics import EngineError
from ..language.loader import load_ruleset
from ..locale import Lang, phrase
from ..reporting.self_test_page import self_test_page
from ..workshop.proofs import Answer
from ..workshop.publishing import Readiness, digest_file, readiness
from ..workshop.suite import read_suite
from ..workshop.verify import available
from .check import proved
from .common import Exit, emit, lang_option, out_option, report, unusable, write_whole
from .usage import Misuse


@click.command()
@click.argument("ruleset")
@click.option(
    "--despite",
    metavar="REASON",
    help="Publish although something stands against it; the reason is kept with the digest.",
)
@lang_option
@out_option
@click.pass_context
def publish(
    ctx: click.Context, ruleset: str, despite: str | None, lang: Lang, out: Path | None
) -> None:
    """Freeze an edition that loads, lints clean, is proved and passes its own tests.

    \b
    Exit codes: 0 published, 3 unusable or doubtful, 10 a failed proof or test.
    """
    if despite is not None and not despite.strip():
        raise Misuse("despite_empty")
    try:
        loaded = load_ruleset(ruleset)
        suite = read_suite(Path(loaded.ruleset.source.path))
        proofs = proved(loaded.ruleset) if available() else None
        found = readiness(loaded, suite, proofs)
    except EngineError as error:
        report(error.diagnostics, lang)
        emit(unusable(ruleset, error, lang), out)
        ctx.exit(Exit.UNUSABLE)
    name = loaded.ruleset.name
    report(found.doubts, lang)
    told = [] if not found.tested.failed else [self_test_page(found.tested, lang)]
    against = not found.ready and despite is None
    if found.before or against:
        before = phrase("published_before", lang, name=name, digest=found.digest)
        told.append(before if found.before else _against(found, name, lang))
        emit("\n".join(told), out)
        failed = found.refuted or found.tested.failed
        ctx.exit((Exit.BELOW if failed else Exit.UNUSABLE) if against else Exit.DONE)
    record = _record(found, despite, lang)
    write_whole(digest_file(loaded), "\n".join((found.digest, *record)) + "\n")
    told += [phrase("published", lang, name=name, digest=found.digest), *record]
    if found.ready and despite is not None:
        told.append(phrase("despite_nothing", lang))
    emit("\n".join(told), out)


def _against(found: Readiness, name: str, lang: Lang) -> str:
    """Why it was not published, the gravest first."""
    if found.tested.failed:
        return phrase("not_published_failed", lang, name=name)
    if found.refuted:
        return phrase("not_published_refuted", lang, name=name, count=found.refuted)
    return phrase("not_published_doubtful", lang, name=name, count=len(found.doubts))


def _record(found: Readiness, despite: str | None, lang: Lang) -> list[str]:
    """What was known when it was published: lines below the digest."""
    passed = len(found.tested.ran) - len(found.tested.failed)
    lines = [phrase("record_cases", lang, passed=passed, count=len(found.tested.ran))]
    if found.proofs is None:
        lines.append(phrase("record_unproved", lang))
    else:
        counts = found.proofs.counts
        values = {str(answer): counts[answer] for answer in Answer}
        lines.append(phrase("proofs_counts", lang, **values))
    if not found.ready and despite is not None:
        if found.doubts:
            lines.append(phrase("record_doubts", lang, count=len(found.doubts)))
        lines.append(phrase("record_despite", lang, reason=" ".join(despite.split())))
    return lines
