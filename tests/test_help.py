"""What --help says: of every command and option, in either language, 80 cells wide."""

import re
from collections.abc import Iterator

import click
import pytest
from wcwidth import wcswidth

from engine.commands import main
from engine.commands.common import Exit
from engine.commands.helping import about, option_text
from engine.locale import LANGS, Lang, catalogue

from .conftest import Screen
from .support import ROOT, dudao

SCREENS = ROOT / "tests" / "screens" / "help"
CHINESE = re.compile("[\u4e00-\u9fff]")


def walk(command: click.Command, ctx: click.Context) -> Iterator[click.Context]:
    """The context of a command and of all below it."""
    yield ctx
    for name in command.list_commands(ctx) if isinstance(command, click.Group) else ():
        assert isinstance(command, click.Group)
        inner = command.get_command(ctx, name)
        assert inner is not None
        yield from walk(inner, click.Context(inner, info_name=name, parent=ctx))


COMMANDS = list(walk(main, click.Context(main, info_name="dudao", **main.context_settings)))
PATHS = [ctx.command_path for ctx in COMMANDS]


def options(ctx: click.Context) -> list[click.Option]:
    return [p for p in ctx.command.get_params(ctx) if isinstance(p, click.Option)]


@pytest.mark.parametrize("ctx", COMMANDS, ids=PATHS)
def test_every_option_is_told_in_both_languages(ctx: click.Context) -> None:
    """What a command does too; in Chinese no word is left over in English alone."""
    assert ctx.command.help
    assert CHINESE.search(about(ctx.command_path))
    found = options(ctx)
    assert len(found) >= 2
    for option in found:
        assert option.help, option.name
        assert CHINESE.search(option_text(ctx.command_path, option)), option.name


def test_no_text_is_for_nothing() -> None:
    """Each command and each option of the file is one that there is."""
    known = {ctx.command_path: {o.name for o in options(ctx)} for ctx in COMMANDS}
    texts = {path: set(entry) - {"about"} for path, entry in catalogue("help").items()}
    common = texts.pop("common") - {"help"}
    assert set(texts) == set(known)
    assert all(texts[path] <= known[path] for path in texts)
    used = [names - texts[path] for path, names in known.items()]
    assert all(sum(name in names for names in used) > 1 for name in common)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["", "score", "rulesets show"])
def test_the_whole_screen(name: str, lang: Lang, screen: Screen) -> None:
    """Usage, what it does, options side by side with what they are for, commands."""
    ran = dudao(*name.split(), "--help", "--lang", lang)
    assert (ran.code, ran.err) == (Exit.DONE, "")
    screen(SCREENS / f"{(name or 'dudao').replace(' ', '-')}.{lang}.txt", ran.out)


@pytest.mark.parametrize("path", PATHS)
def test_no_line_runs_over_the_screen(path: str) -> None:
    """Chinese takes two cells a character."""
    ran = dudao(*path.split()[1:], "-h")
    assert ran.code == Exit.DONE
    assert ran.out.startswith(f"用法：{path}")
    assert all(wcswidth(line) <= 80 for line in ran.out.split("\n"))


def test_help_of_a_command_by_its_name() -> None:
    """`dudao help score` says what `dudao score --help` says, in the language asked for."""
    for lang in LANGS:
        told = dudao("help", "score", "--lang", lang)
        assert told.out == dudao("score", "--help", "--lang", lang).out
        assert dudao("--lang", lang, "score", "--help").out == told.out


def test_the_program_alone_tells_its_help() -> None:
    """With the exit code of wrong use."""
    ran = dudao()
    assert ran.code == Exit.USAGE
    assert (ran.out + ran.err).startswith("用法：dudao")
