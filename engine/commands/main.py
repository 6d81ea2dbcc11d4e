"""The ``dudao`` command: its subcommands, and what happens when the program itself is at fault."""

import sys
import traceback
from typing import Any

import click

from .. import __version__
from ..locale import phrase
from .check import check
from .common import Exit, default_lang
from .facts import facts
from .help import help_command
from .rulesets import rulesets
from .score import score


class Program(click.Group):
    """The group; an unexpected error ends in one line, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(Exit.DONE)
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{frame.filename.rpartition('engine')[2].lstrip('/')}:{frame.lineno}"
            what = f"{type(error).__name__}: {error}"[:200]
            click.echo(phrase("internal_error", default_lang(), what=what, where=where), err=True)
            ctx.exit(Exit.INTERNAL)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="dudao")
def main() -> None:
    """Score how counties fulfil their education duties: exact, explained, provable.

    \b
    Exit codes: 0 done, 1 internal error, 2 usage, 3 ruleset or sheet unusable,
    4 result incomplete, 10 a subject below --fail-below.
    """


for command in (score, rulesets, facts, check, help_command):
    main.add_command(command)
