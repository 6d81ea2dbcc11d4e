"""``dudao schemas``: JSON Schemas with which editors complete, explain and check YAML files."""

from pathlib import Path

import click

from ..language.diagnostics import EngineError
from ..locale import Lang, phrase
from .common import Exit, as_json, emit, lang_option, report, write_whole
from .facts import vocabulary_of
from .usage import Misuse


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".schemas"),
    show_default=True,
    metavar="DIR",
    help="Folder to write to; schemas that are there already are written anew.",
)
@click.option("-r", "--ruleset", help="The ruleset whose vocabulary is meant (default: shipped).")
@lang_option
@click.pass_context
def schemas(ctx: click.Context, out: Path, ruleset: str | None, lang: Lang) -> None:
    """Write JSON Schemas: of files for editors, and of the JSON results for programs."""
    from ..reporting.editor_schemas import editor_schemas, result_schemas

    try:
        vocabulary = vocabulary_of(ruleset)
    except EngineError as error:
        report(error.diagnostics, lang)
        ctx.exit(Exit.UNUSABLE)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse("out_fails", out=out, why=error.strerror or error) from None
    lines = [phrase("schemas_written", lang)]
    for name, schema in editor_schemas(vocabulary).items():
        path = out / f"{name}.json"
        write_whole(path, as_json(schema) + "\n")
        lines.append(f"# yaml-language-server: $schema={path.as_posix()}")
    lines.append(phrase("schemas_of_results", lang))
    for name, schema in result_schemas().items():
        path = out / f"{name}.json"
        write_whole(path, as_json(schema) + "\n")
        lines.append(phrase(f"schema_of_{name}", lang, path=path.as_posix()))
    emit("\n".join(lines), None)
