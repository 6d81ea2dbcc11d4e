"""What the documents say is true: examples print what is shown, nothing is left out."""

import re
import shlex
from pathlib import Path

import click
import pytest

from engine.commands import main
from engine.commands.common import Exit
from engine.commands.main import COMMANDS
from tests.support import ROOT, dudao
from tests.test_commands import every_command

READMES = ("README.md", "README.zh.md")
EXAMPLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A line that is only this stands for any lines; inside a line, for anything.
ELLIPSIS = "…"


def read(name: str) -> str:
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def examples(name: str) -> list[tuple[str, str]]:
    """Each command of a document with the output that it shows."""
    found = []
    for block in EXAMPLE.findall(read(name)):
        command, shown = "", list[str]()
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    found.append((command, "\n".join(shown)))
                command, shown = line[2:], []
            else:
                shown.append(line)
        found.append((command, "\n".join(shown)))
    return found


def matches(shown: str, printed: str) -> bool:
    """Whether a text is what is shown, `…` standing for whatever is left out."""
    pattern = ""
    for line in shown.strip("\n").split("\n"):
        if line.strip() == ELLIPSIS:
            pattern += r"(?:.*\n)*?"
        else:
            pattern += (
                ".*?".join(re.escape(part) for part in line.rstrip().split(ELLIPSIS)) + r"\s*?\n"
            )
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


EXAMPLES = [(name, *example) for name in READMES for example in examples(name)]


@pytest.mark.parametrize(("name", "command", "shown"), EXAMPLES)
def test_an_example_prints_what_is_shown(
    name: str, command: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `$ dudao …` of a document, run in the checkout, prints what stands below it."""
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    assert words[0] == "dudao", command
    ran = dudao(*words[1:])
    assert ran.code != Exit.INTERNAL, ran.err
    printed = (ran.err + ran.out).strip("\n")
    assert matches(shown, printed), f"{name}: $ {command}\n{printed}"


def test_there_are_examples() -> None:
    """Both documents show commands with their output."""
    for name in READMES:
        found = examples(name)
        assert len(found) >= 3, name
        assert all(shown.strip() for _, shown in found), name


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc", False),
        ("a\n…\nd", "a\nb\nc\nd", True),
        ("a\n…\nd", "a\nd", True),
        ("a\n…\nd", "a\nb", False),
        ("a … c", "a b b c", True),
        ("a", "a\nb", False),
    ],
)
def test_the_comparison_itself(shown: str, printed: str, same: bool) -> None:
    """The harness tells what is shown from what is not."""
    assert matches(shown, printed) is same


@pytest.mark.parametrize("name", READMES)
def test_every_command_and_option_is_documented(name: str) -> None:
    """A reader finds every command and every option of it in the README."""
    text = read(name)
    commands = every_command(main)
    assert len(commands) > len(COMMANDS)
    for path, command in commands:
        words = path.removeprefix("dudao ")
        assert re.search(rf"`(?:dudao )?{words}\b", text), f"{name} lacks {path}"
        for option in command.params:
            if isinstance(option, click.Option):
                longest = max(option.opts, key=len)
                assert longest in text, f"{name} lacks {longest} of {path}"


@pytest.mark.parametrize("name", READMES)
def test_the_exit_codes_are_documented(name: str) -> None:
    """The table of exit codes has each code of the program, and no other."""
    rows = re.findall(r"^\| *`?(\d+)`? *\|", read(name), re.MULTILINE)
    assert sorted(int(row) for row in rows) == sorted(int(code) for code in Exit)


@pytest.mark.parametrize("name", READMES)
def test_links_lead_somewhere(name: str) -> None:
    """Every relative link of a document points at a file of the project."""
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", read(name))
    assert links
    for link in links:
        assert (ROOT / link).exists(), f"{name}: {link}"


def test_the_changelog_has_a_place_for_what_is_next() -> None:
    """What a user can notice goes under Unreleased."""
    text = read("CHANGELOG.md")
    assert re.search(r"^## \[?Unreleased\]?", text, re.MULTILINE)


def test_shipped_files_name_no_unknown_code() -> None:
    """A diagnostic code that a document tells to look up exists."""
    codes = dudao("help").out.split()
    for name in READMES:
        for code in re.findall(r"dudao help ([a-z]+-[a-z-]+)", read(name)):
            assert code in codes, f"{name}: {code}"


def test_every_ruleset_says_where_it_comes_from() -> None:
    """Beside each shipped ruleset lies a page that says what is certain and what is not."""
    folders = [path.parent for path in sorted((ROOT / "rulesets").glob("*/*/ruleset.yaml"))]
    assert folders
    for folder in folders:
        assert (folder / "README.md").stat().st_size > 200, folder


def paths_in(text: str) -> list[str]:
    """Files of the project that a document names in backquotes."""
    return re.findall(r"`((?:engine|rulesets|fixtures|tests|benchmarks)/[\w./-]+)`", text)


@pytest.mark.parametrize("name", [*READMES, ".github/CONTRIBUTING.md"])
def test_named_files_exist(name: str) -> None:
    """A file or folder that a document names is there."""
    text = read(name)
    for path in paths_in(text):
        assert (ROOT / Path(path)).exists(), f"{name}: {path}"
