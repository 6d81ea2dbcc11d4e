"""The ``dudao`` command: its subcommands, and what happens when the program itself is at fault."""

import atexit
import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..locale import LANGS, Lang, phrase
from .common import Exit, default_lang
from .helping import LANG, HelpContext, speaking
from .usage import asked_lang, told

# Each command by its name: the module that has it, and what it is called there. A module is loaded
# when its command is asked for, so that a command does not wait for the libraries of the others.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "score": ("score", "score"),
    "batch": ("batch", "batch"),
    "aggregate": ("aggregate", "aggregate"),
    "rulesets": ("rulesets", "rulesets"),
    "facts": ("facts", "facts"),
    "schemas": ("schemas", "schemas"),
    "check": ("check", "check"),
    "diff": ("diff", "diff"),
    "test": ("test", "test"),
    "fmt": ("fmt", "fmt"),
    "new": ("new", "new"),
    "publish": ("publish", "publish"),
    "backtest": ("backtest", "backtest"),
    "sample": ("sample", "sample"),
    "help": ("help", "help_command"),
}


# How many more objects there may be before cycles among them are looked for. One sheet takes fewer;
# of thousands, each an evaluation that refers to itself, never more than a few stay in memory.
_MANY_OBJECTS = 100_000


class Program(click.Group):
    """The group; an unexpected error ends in one line, not in a traceback."""

    context_class = HelpContext

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run as the program, from the start of the process to its end.

        Cycles are looked for as seldom as memory allows, and not at the end, when nothing needs to
        be freed: both take a tenth of a short command.
        """
        gc.set_threshold(_MANY_OBJECTS, *gc.get_threshold()[1:])
        atexit.register(gc.freeze)
        return super().__call__(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f".{module}", __package__), attribute)
        return speaking(command)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        lang = asked_lang(args) or default_lang()
        try:
            ctx = super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise told(error, lang) from None
        ctx.meta[LANG] = lang
        return ctx

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Help is told while the words are read.
        ctx.meta[LANG] = asked_lang(args) or default_lang()
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise told(error, ctx.meta[LANG]) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(Exit.DONE)
        except Exception as error:
            click.echo(_internal(error, ctx.meta[LANG]), err=True)
            ctx.exit(Exit.INTERNAL)


def _internal(error: Exception, lang: Lang) -> str:
    """One line about a bug: what happened, and where in the engine."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{frame.filename.rpartition('engine')[2].lstrip('/')}:{frame.lineno}"
    what = f"{type(error).__name__}: {error}"[:200]
    return phrase("internal_error", lang, what=what, where=where)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    help="Language of texts: zh or en; may also stand after the command.",
)
@click.version_option(__version__, prog_name="dudao")
def main(lang: Lang | None) -> None:
    """Score how counties fulfil their education duties: exact, explained, provable.

    \b
    Exit codes: 0 done, 1 internal error, 2 usage, 3 ruleset or sheet unusable,
    4 result incomplete, 10 a subject below --fail-below, a failed test or proof.
    """
