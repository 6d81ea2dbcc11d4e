"""``dudao new``: begin an edition, empty or from an older one."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import click

from ..language.catalogue import FILE
from ..language.diagnostics import EngineError
from ..language.loader import load_file, load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from ..workshop.scaffold import NAME, copied, empty, extendable, extending
from ..workshop.suite import Suite, read_suite
from .common import Exit, emit, lang_option, report, unusable, write_whole
from .usage import Misuse


@click.command()
@click.argument("name", metavar="ID@EDITION")
@click.option("--from", "old", metavar="RULESET", help="Take everything over from this edition.")
@click.option("--copy", is_flag=True, help="With --from: copy its text instead of extending it.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("rulesets"),
    show_default=True,
    metavar="DIR",
    help="Folder of rulesets; the edition lies in DIR/ID/EDITION.",
)
@lang_option
@click.pass_context
def new(ctx: click.Context, name: str, old: str | None, copy: bool, out: Path, lang: Lang) -> None:
    """Begin an edition: ruleset, tests and README that load and pass at once."""
    found = NAME.fullmatch(name)
    if found is None:
        raise Misuse("new_bad_name", name=name)
    if copy and old is None:
        raise Misuse("new_copy_alone")
    identifier, edition = found.groups()
    folder = out / identifier / edition
    if folder.exists():
        raise Misuse("new_exists", path=folder.as_posix())
    if old is None:
        files = empty(identifier, edition, lang)
    else:
        try:
            ruleset = load_ruleset(old).ruleset
            suite = read_suite(Path(ruleset.source.path))
        except EngineError as error:
            report(error.diagnostics, lang)
            emit(unusable(old, error, lang), None)
            ctx.exit(Exit.UNUSABLE)
        files = _from(ruleset, suite, (identifier, edition), folder, copy, lang)
    _write(folder, files)
    try:
        load_file(folder / FILE)
    except EngineError as error:
        # A copy may miss what lay beside the old edition, such as its vocabulary.
        shutil.rmtree(folder)
        report(error.diagnostics, lang)
        emit(unusable(name, error, lang), None)
        ctx.exit(Exit.UNUSABLE)
    emit(phrase("new_written", lang, name=name, path=folder.as_posix()), None)


def _from(
    old: Ruleset, suite: Suite, name: tuple[str, str], folder: Path, copy: bool, lang: Lang
) -> Mapping[str, str]:
    if copy:
        return copied(old, suite, *name, lang)
    if not extendable(old, folder / FILE):
        root = folder.parent.parent.as_posix()
        raise Misuse("new_not_found", old=old.name, root=root)
    return extending(old, suite, *name, lang)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Misuse("out_fails", out=folder, why=error.strerror or error) from None
    for name, text in files.items():
        write_whole(folder / name, text.strip("\n") + "\n")
