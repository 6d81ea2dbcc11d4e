"""``dudao help``: a diagnostic code explained with examples, or a command's options."""

from pathlib import Path

import click

from ..language.vocabulary import nearest
from ..locale import Lang, catalogue
from ..reporting.diagnostics_page import code_page, codes_table
from .common import emit, lang_option, out_option, terminal_width
from .helping import LANG
from .usage import Misuse


@click.command("help")
@click.argument("topic", required=False)
@lang_option
@out_option
@click.pass_context
def help_command(ctx: click.Context, topic: str | None, lang: Lang, out: Path | None) -> None:
    """Explain a diagnostic CODE or a command; without either, list the codes."""
    codes = catalogue("diagnostics")
    if topic is None:
        emit(codes_table(lang, terminal_width(out)), out)
        return
    if topic in codes:
        emit(code_page(topic, lang), out)
        return
    parent = ctx.parent
    command = parent.command if parent is not None else None
    if isinstance(command, click.Group) and parent is not None:
        found = command.get_command(parent, topic)
        if found is not None:
            with found.context_class(found, info_name=topic, parent=parent) as inner:
                inner.meta[LANG] = lang
                emit(inner.get_help(), out)
            return
    hint = nearest(topic, tuple(codes))
    raise Misuse("no_topic_hint" if hint else "no_topic", topic=topic, hint=hint)
