"""Hostile files: the real command ends soon, in little memory, with one clear message and exit 3.

Small files lie in tests/hostile/, byte for byte; large ones, links and pipes are made here. The
time limit only guards against a hang.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .support import ROOT, SMALL, Ran, criteria, sheet_text, write

resource = pytest.importorskip("resource", reason="limits of memory are a matter of POSIX")

HOSTILE = ROOT / "tests" / "hostile"
HANGS = 60
MEMORY = 700 * 1024 * 1024
MEGABYTE = 1024 * 1024

RULES = criteria(
    """
    - id: D.1
      title: {zh: 公办园在园幼儿占比, en: Share}
      measure: children.public_share
      fully: ">= 50%"
      basically: ">= 45%"
    """
)
SHEET = sheet_text("children.all: 16090\nchildren.public: 8041")
HEAD = 'subject: {code: "430703"}\nyear: 2022\nfacts:\n'


def limit_memory() -> None:
    """What the operating system lets the command have."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(*arguments: str | Path) -> Ran:
    """The real command in a process of its own, with little memory."""
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", *map(str, arguments)],
        capture_output=True,
        timeout=HANGS,
        preexec_fn=limit_memory,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def score(sheet: Path, rules: Path) -> Ran:
    """``dudao score`` in English."""
    return run("score", sheet, "-r", rules, "--lang", "en")


def told(ran: Ran) -> list[str]:
    """The codes of the errors on standard error; a crash is none."""
    assert "Traceback" not in ran.err
    assert "internal error" not in ran.err
    return re.findall(r"(?m)error\[([a-z0-9-]+)\]", ran.err)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A folder with a good sheet and a good ruleset."""
    write(tmp_path, "sheet.yaml", SHEET)
    write(tmp_path, "ruleset.yaml", RULES)
    return tmp_path


def refused(ran: Ran) -> list[str]:
    """What is told about one file that cannot be used, in few words."""
    assert ran.code == 3
    assert len(ran.err) < 4000
    return told(ran)


def refused_sheets(sheets: dict[str, Path], good: Path) -> dict[str, list[str]]:
    """What is told of each of many sheets, scored at once with a good one, which is not lost."""
    arguments = [*sheets.values(), good / "sheet.yaml"]
    ran = run("score", *arguments, "-r", good / "ruleset.yaml", "--lang", "en")
    assert ran.code == 3
    assert "49.98%" in ran.out
    faults = ran.err.split("\n  help: ")[:-1]
    assert sum(len(told(Ran(3, "", fault))) for fault in faults) == len(faults)
    return {
        name: [told(Ran(3, "", fault))[0] for fault in faults if f"{path}:" in fault]
        for name, path in sheets.items()
    }


STORED = {
    "alias_bomb": "yaml-anchor",
    "binary_tag": "yaml-tag",
    "blank": "empty-file",
    "bom_only": "empty-file",
    "c1_control": "control-character",
    "complex_key": "key-not-text",
    "cut_character": "not-utf8",
    "empty": "empty-file",
    "escape": "control-character",
    "gbk": "not-utf8",
    "invalid_utf8": "not-utf8",
    "line_separator": "control-character",
    "merge_key": "yaml-anchor",
    "nul": "control-character",
    "object_tag": "yaml-tag",
    "only_comment": "empty-file",
    "overlong_utf8": "not-utf8",
    "right_to_left": "control-character",
    "surrogate_utf8": "not-utf8",
    "tab_indent": "yaml-syntax",
    "truncated": "yaml-syntax",
    "two_documents": "several-documents",
    "utf16_be": "not-utf8",
    "utf16_le": "not-utf8",
    "windows_1252": "not-utf8",
}
HARMLESS = {"plain", "bom", "crlf"}


def test_every_stored_file_is_tried() -> None:
    """No file of tests/hostile lies there unused."""
    assert {path.stem for path in HOSTILE.glob("*.yaml")} == set(STORED) | HARMLESS


@pytest.mark.parametrize("name", sorted(STORED))
def test_a_hostile_ruleset(name: str, good: Path) -> None:
    """Bombs, tags, wrong encodings, control characters, broken files: one message each."""
    ran = score(good / "sheet.yaml", HOSTILE / f"{name}.yaml")
    assert refused(ran) == [STORED[name]]


def test_hostile_sheets(good: Path) -> None:
    """The same files as sheets: one message each, and the good sheet among them is scored."""
    sheets = {name: HOSTILE / f"{name}.yaml" for name in STORED}
    assert refused_sheets(sheets, good) == {name: [code] for name, code in STORED.items()}


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("gbk", "GB18030/GBK"),
        ("utf16_le", "UTF-16"),
        ("utf16_be", "UTF-16"),
        ("windows_1252", "Windows-1252"),
    ],
)
def test_another_encoding_is_guessed(name: str, guess: str, good: Path) -> None:
    """Whoever saved the file in another encoding is told which, and never reads broken names."""
    ran = score(HOSTILE / f"{name}.yaml", good / "ruleset.yaml")
    assert guess in ran.err


def test_marks_and_line_ends_change_nothing(good: Path) -> None:
    """A BOM and Windows line ends give the same result to the last digit."""
    results = {
        run("score", HOSTILE / f"{name}.yaml", "-r", good / "ruleset.yaml", "--format", "json").out
        for name in HARMLESS
    }
    digests = {re.findall(r'"facts_digest": "(.*)"', result)[0] for result in results}
    assert len(digests) == 1


# -- made while the test runs ---------------------------------------------------------------------


def large(text: str) -> Callable[[Path], None]:
    """A maker of a file of that text."""

    def make(path: Path) -> None:
        path.write_bytes(text.encode())

    return make


def sparse(size: int) -> Callable[[Path], None]:
    """A maker of a file that claims to be large and is full of NUL."""

    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def loop(path: Path) -> None:
    """Two links that point at each other."""
    other = path.with_name("other")
    other.symlink_to(path)
    path.symlink_to(other)


def below_a_file(path: Path) -> None:
    """A path that goes through a file as if it were a folder."""
    path.parent.rmdir()
    path.parent.write_bytes(b"")


MADE: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "line of 10 MB": (large(f"{HEAD}  plan.name: {'x' * 10 * MEGABYTE}\n"), {"file-too-large"}),
    "line of 7 MB": (large(f"{HEAD}  plan.name: {'x' * 7 * MEGABYTE}\n"), {"text-too-long"}),
    "key of 7 MB": (large(f"? {'k' * 7 * MEGABYTE}\n: 5\n"), {"text-too-long"}),
    "million digits": (large(f"{HEAD}  children.all: {'9' * 10**6}\n"), {"text-too-long"}),
    "open quote": (large(f'{HEAD}  plan.name: "{"x" * 7 * MEGABYTE}'), {"yaml-syntax"}),
    "deep flow": (large("[" * 500 + "]" * 500), {"too-deep"}),
    "very deep flow": (large("[" * 10**5 + "]" * 10**5), {"too-deep", "yaml-syntax"}),
    "deep block": (large("".join(f"{' ' * i}a:\n" for i in range(2000))), {"too-deep"}),
    "deep keys": (large("? " * 10**6), {"too-deep", "yaml-syntax"}),
    "nodes": (large("- 1\n" * 10**6), {"too-many-nodes"}),
    "blank lines": (large("\n" * 7 * MEGABYTE), {"empty-file"}),
    "documents": (large("a\n---\n" * 10**6), {"several-documents"}),
    "sparse": (sparse(100 * MEGABYTE), {"file-too-large"}),
    "small sparse": (sparse(7 * MEGABYTE), {"control-character"}),
    "missing": (lambda path: None, {"file-missing"}),
    "below a file": (below_a_file, {"file-missing"}),
    "links in a circle": (loop, {"symlink-loop"}),
    "pipe": (os.mkfifo, {"not-a-file"}),
    "endless": (lambda path: path.symlink_to("/dev/zero"), {"not-a-file"}),
}


def made(name: str, folder: Path) -> Path:
    """The file of that name, in a folder of its own."""
    path = folder / name.replace(" ", "-") / "hostile.yaml"
    path.parent.mkdir()
    MADE[name][0](path)
    return path


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_large_or_strange_ruleset(name: str, good: Path) -> None:
    """Size, depth, links, pipes and devices are found out before they cost anything."""
    (found,) = refused(score(good / "sheet.yaml", made(name, good)))
    assert found in MADE[name][1]


def test_large_and_strange_sheets(good: Path) -> None:
    """The same files as sheets, one after the other in one process and its memory."""
    told_of = refused_sheets({name: made(name, good) for name in MADE}, good)
    assert [len(codes) for codes in told_of.values()] == [1] * len(MADE)
    assert [name for name, (code,) in told_of.items() if code not in MADE[name][1]] == []


def test_a_folder_in_place_of_a_file(good: Path) -> None:
    """A folder is no sheet; as a ruleset it stands for the ruleset.yaml in it."""
    folder = good / "folder.yaml"
    folder.mkdir()
    assert refused(score(folder, good / "ruleset.yaml")) == ["is-a-directory"]
    assert refused(score(good / "sheet.yaml", folder)) == ["file-missing"]


MANY = 40_000
FLOODS = {
    "unknown facts": (f"{HEAD}" + "".join(f"  x.k{i}: 1\n" for i in range(MANY)), "unknown-fact"),
    "unknown keys": (SHEET + "".join(f"key{i}: 1\n" for i in range(MANY)), "unknown-key"),
    "duplicates": (HEAD + "  children.all: 1\n" * MANY, "duplicate-key"),
    "tags": (HEAD + "".join(f"  k{i}: !t 1\n" for i in range(MANY)), "yaml-tag"),
    "attributes": (
        "year: 2022\nsubject:\n  code: x\n" + "".join(f"  u{i}: 1\n" for i in range(MANY)),
        "unknown-attribute",
    ),
    "evidence": (
        f"{SHEET}evidence:\n" + "".join(f"  x.k{i}: d\n" for i in range(MANY)),
        "unknown-fact",
    ),
    "outcomes": (
        f"{SHEET}outcomes:\n  self:\n" + "".join(f"    k{i}: fully\n" for i in range(MANY)),
        "unknown-outcome",
    ),
    "cells": (f"{SHEET}tables: {{schools: schools.csv}}\n", "not-a-number"),
}


@pytest.mark.parametrize("name", sorted(FLOODS))
def test_a_flood_of_faults_is_told_in_bounded_form(name: str, good: Path) -> None:
    """A hundred faults are shown, and that there are more; not forty thousand."""
    text, code = FLOODS[name]
    write(good, "schools.csv", "id,pupils\n" + "".join(f"{i},x\n" for i in range(MANY)))
    ran = score(write(good, "flood.yaml", text), good / "ruleset.yaml")
    assert ran.code == 3
    assert told(ran) == [code] * 100 + ["too-many-faults"]
    assert len(ran.err) < 60_000


def test_a_flood_of_unknown_keys_in_a_ruleset(good: Path) -> None:
    """The same for rulesets."""
    rules = write(good, "flood.yaml", RULES + "".join(f"key{i}: 1\n" for i in range(MANY)))
    ran = score(good / "sheet.yaml", rules)
    assert ran.code == 3
    assert told(ran) == ["unknown-key"] * 100 + ["too-many-faults"]


VALUES = {
    "'" + "1," * 16_000 + "'": "number-too-long",
    "'" + "1 " * 16_000 + "'": "number-too-long",
    "'1" + " " * 30_000 + "1'": "number-too-long",
    "'1" + "余" * 58 + "x'": "unknown-unit",
    "'" + "≥" * 50 + "'": "not-a-number",
    "'" + "1,111" * 12 + "'": "not-a-number",
    ".nan": "not-a-number",
    ".inf": "not-a-number",
    "1e999999999": "not-a-number",
    "1:" + "0" * 50: "not-a-number",
}


def test_values_made_to_choke_a_reader(good: Path) -> None:
    """No value costs more than its length, whatever patterns it is made of."""
    sheets = {
        value: write(good, f"value{n}.yaml", f"{HEAD}  children.all: {value}\n")
        for n, value in enumerate(VALUES)
    }
    assert refused_sheets(sheets, good) == {value: [code] for value, code in VALUES.items()}


EXPRESSIONS = {
    "(" * 10**5 + "1" + ")" * 10**5: "text-too-long",
    "1+" * 500_000 + "1": "text-too-long",
    "9" * 10**6: "text-too-long",
    "(" * 10_000 + "1" + ")" * 10_000: "expression-too-long",
    "(" * 1900 + "1": "expression-unfinished",
    "not " * 900 + "yes": "expression-too-deep",
    "-" * 1900 + "1 > 0": "expression-too-deep",
    "+".join(["1"] * 1500) + " > 0": "expression-too-deep",
    "9" * 100 + " > 0": "number-too-long",
    "5" + "元/人" * 900 + " > 0": "unknown-unit",
}


def test_expressions_made_to_choke_a_parser(good: Path) -> None:
    """Length and depth of an expression are bounded before anything recurses into it."""
    items = "".join(
        f"- {{id: D.{n}, title: {{zh: 标题, en: T}}, fully: '{text}'}}\n"
        for n, text in enumerate(EXPRESSIONS)
        if EXPRESSIONS[text] != "text-too-long"
    )
    wanted = [code for code in EXPRESSIONS.values() if code != "text-too-long"]
    rules = write(good, "choke.yaml", criteria(items))
    assert refused(score(good / "sheet.yaml", rules)) == wanted
    for text, code in EXPRESSIONS.items():
        if code == "text-too-long":
            item = f"- {{id: D.1, title: {{zh: 标题, en: T}}, fully: '{text}'}}"
            rules = write(good, "choke.yaml", criteria(item))
            assert refused(score(good / "sheet.yaml", rules)) == [code]


def test_the_vocabulary_of_these_tests_is_the_small_one(good: Path) -> None:
    """The good sheet and ruleset are good: what fails above fails for its own fault."""
    ran = score(good / "sheet.yaml", good / "ruleset.yaml")
    assert (ran.code, told(ran)) == (0, [])
    assert (good / SMALL.name).exists()
