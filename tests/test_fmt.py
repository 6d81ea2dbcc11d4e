"""`dudao fmt`: one order and one layout; meaning, comments and every other line stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.language.catalogue import installed
from engine.language.diagnostics import RulesetError, Source
from engine.language.digest import ruleset_digest
from engine.language.loader import load_file
from engine.language.source import read_source
from engine.workshop.formatting import formatted
from tests.support import dudao, write

CANONICAL = """\
# About the file.
format: 1
ruleset: demo
edition: "2026"
status: draft
title: {zh: 示例, en: Demo}
vocabulary: small

# The limits.
parameters:
  # why 95 %
  floor:
    value: 95%   # as the plan says
    note: {zh: 下限, en: floor}
domains:
  - id: D
    title: {zh: 域, en: Domain}
    criteria:
      # About D.1.
      - id: D.1
        title: {zh: 大班额, en: Large classes}
        applies_when: classes.all > 0
        measure: classes.large / classes.all
        show: {unit: "%", places: 2}
        fully: 低于 5%
        # still tolerable
        basically: "<= 10%"
        advice:
          zh: 分流
          en: |
            split  them

            or not
        source:
          cite: 通知
          clause: 一
          note: {zh: "例：5%", en: "example, really"}
      - id: D.2
        title: {zh: 巩固率, en: Retention}
        measure: rate.retention
        fully: ">= floor"
        # deeper comments
        #   stay together
        veto: true

# Grades at last.
grade:
  scale: [A, B, C]
  min_applicable: 1
  award:
    - {grade: A, when: count(not_met) = 0}
    - {grade: B, when: "share(not_met, D) <= 10%"}
    - grade: C
  caps:
    - at_most: B
      # a veto
      when: any_veto
"""


def fmt(text: str, name: str = "ruleset") -> str:
    return formatted(Source("x.yaml", text), name)


def comments(text: str) -> list[str]:
    return sorted(line.strip() for line in text.split("\n") if line.strip().startswith("#"))


def digest(folder: Path, text: str) -> str:
    return ruleset_digest(load_file(write(folder, "ruleset.yaml", text)).ruleset)


def test_what_is_in_order_stays() -> None:
    """Not a character of a canonical file changes."""
    assert fmt(CANONICAL) == CANONICAL


def chunks(lines: list[str], indent: int) -> list[list[str]]:
    """Lines cut before each key at the indentation, or before the comments above it."""
    found: list[list[str]] = []
    pending: list[str] = []
    for line in lines:
        depth = len(line) - len(line.lstrip())
        if not line.strip() or (depth == indent and line.lstrip().startswith("#")):
            pending.append(line)
        elif depth == indent:
            found.append([*pending, line])
            pending = []
        else:
            found[-1] += [*pending, line]
            pending = []
    assert not pending
    return found


@st.composite
def disordered(draw: st.DrawFn) -> str:
    """The canonical file with keys in another order, more blanks, and quotes of other kinds."""
    text = CANONICAL
    for start, end, indent in (
        ("          cite: 通知", "      - id: D.2", 10),
        ("        title: {zh: 大班额", "      - id: D.2", 8),
        ("        title: {zh: 巩固率", "\n# Grades at last.", 8),
        ("    value: 95%", "domains:", 4),
        ("  scale: [A", "", 2),
    ):
        first = text.index(start)
        last = text.index(end, first) if end else len(text)
        parts = chunks(text[first:last].rstrip("\n").split("\n"), indent)
        mixed = draw(st.permutations(parts))
        text = text[:first] + "\n".join(row for p in mixed for row in p) + "\n" + text[last:]
    top = chunks(text.rstrip("\n").split("\n"), 0)
    head, rest = top[0], draw(st.permutations(top[1:]))
    text = "\n".join([*head, *(row for part in rest for row in part)]) + "\n"
    for old, new in (
        ("{zh: 域, en: Domain}", "{ zh: 域,en: Domain }"),
        ("fully: 低于 5%", 'fully:   "低于 5%"'),
        ('fully: ">= floor"', "fully: '>= floor'"),
        ("applies_when: classes.all > 0", 'applies_when: "classes.all > 0"'),
        ("scale: [A, B, C]", "scale: [A,  B,C]  "),
        ("when: count(not_met) = 0}", 'when: "count(not_met) = 0"}'),
    ):
        if draw(st.booleans()):
            text = text.replace(old, new)
    return text.replace("\n\n", "\n\n\n") if draw(st.booleans()) else text


@given(text=disordered())
def test_any_order_comes_out_as_one(text: str) -> None:
    """However the keys stood and were quoted, with their comments they end in the same order.

    An empty line before a part moves along with it.
    """
    assert [line for line in fmt(text).split("\n") if line] == [
        line for line in CANONICAL.split("\n") if line
    ]


@given(text=disordered())
def test_formatting_twice_changes_nothing_more(text: str) -> None:
    """The canonical layout of the canonical layout is itself."""
    once = fmt(text)

    assert fmt(once) == once
    assert comments(once) == comments(text)


def test_the_digest_stays(tmp_path: Path) -> None:
    """What was published may be formatted."""
    messy = CANONICAL.replace('"<= 10%"', "'<= 10%'").replace("{zh: 域,", "{  zh: 域,")
    assert messy != CANONICAL

    assert digest(tmp_path, fmt(messy)) == digest(tmp_path, messy)


SHIPPED = [
    pytest.param(path, name, id=f"{entry.name}-{name}")
    for entry in installed()
    for path, name in ((entry.path, "ruleset"), (entry.path.parent / "tests.yaml", "tests"))
]


@pytest.mark.parametrize(("path", "name"), SHIPPED)
def test_shipped_files_are_in_order(path: Path, name: str) -> None:
    """Every shipped ruleset and its cases are as `dudao fmt` writes them."""
    source, faults = read_source(path)

    assert not faults
    assert formatted(source, name) == source.text


def test_the_first_key_of_an_item_takes_the_dash() -> None:
    """When another key comes first, the dash moves to it and its comment stands above."""
    text = (
        "format: 1\ncases:\n  - expect: {grade: A}\n    # the name\n    name: one\n"
        "  - facts: {}   \n    expect: {grade: B}\n    name: two\n\n\n"
    )

    assert fmt(text, "tests") == (
        "format: 1\ncases:\n  # the name\n  - name: one\n    expect: {grade: A}\n"
        "  - name: two\n    facts: {}\n    expect: {grade: B}\n"
    )


def test_what_a_case_expects_stays_in_the_authors_order() -> None:
    """Counts first or grade first is a matter of what the case is about."""
    text = (
        "format: 1\ncases:\n  - name: one\n    expect:\n      grade: A\n"
        "      counts: {fully_met: 1}\n      outcomes: {D.1: fully_met}\n"
    )

    assert fmt(text, "tests") == text


def test_a_broken_file_is_left_alone() -> None:
    """What cannot be read cannot be put in order."""
    with pytest.raises(RulesetError):
        fmt("format: 1\nruleset: {a: \n")


# -- the command ---------------------------------------------------------------------------------


def test_the_command_writes_what_it_says(tmp_path: Path) -> None:
    """Checked, formatted, checked again."""
    messy = CANONICAL.replace("fully: 低于 5%", 'fully: "低于 5%"')
    write(tmp_path, "ruleset.yaml", messy)
    path = tmp_path / "ruleset.yaml"

    before = dudao("fmt", tmp_path, "--check", "--lang", "en")
    assert (before.code, path.read_text(encoding="utf-8")) == (Exit.BELOW, messy)
    assert before.out == f"{path.as_posix()} would be put in order\n"
    assert dudao("fmt", tmp_path).code == Exit.DONE
    assert path.read_text(encoding="utf-8") == CANONICAL
    after = dudao("fmt", tmp_path, "--check", "--lang", "en")
    assert (after.code, after.out) == (Exit.DONE, "everything is in order\n")


def test_characters_that_cannot_be_seen_stay(tmp_path: Path) -> None:
    """What a terminal is spared is content in a file: a tab, a zero-width space."""
    text = CANONICAL.replace("en: Large classes", 'en: "Large\tclasses\u200b"')
    path = write(tmp_path, "ruleset.yaml", text.replace("fully: 低于 5%", 'fully: "低于 5%"'))
    dudao("fmt", tmp_path)

    assert path.read_text(encoding="utf-8") == text


def test_line_ends_of_windows_are_put_in_order(tmp_path: Path) -> None:
    """One kind of line end, whatever the editor wrote."""
    path = write(tmp_path, "ruleset.yaml", CANONICAL.replace("\n", "\r\n"))
    dudao("fmt", tmp_path)

    assert path.read_bytes() == CANONICAL.encode("utf-8")


def test_an_unreadable_file_exits_with_3(tmp_path: Path) -> None:
    """Its fault is shown and nothing is written."""
    path = write(tmp_path, "ruleset.yaml", "format: 1\nruleset: {a: \n")
    ran = dudao("fmt", tmp_path)

    assert ran.code == Exit.UNUSABLE
    assert "yaml-syntax" in ran.err
    assert path.read_text(encoding="utf-8") == "format: 1\nruleset: {a: \n"
