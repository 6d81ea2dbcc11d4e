"""Hostile content: what a file says can neither steer a terminal nor make the engine crash."""

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.sheet_reader import read_sheet
from engine.language.diagnostics import FactsError
from engine.language.source import LARGEST_FILE, read_source

from .sheets import VOCABULARY
from .support import ROOT, criteria, dudao, write

# Set the title, clear the screen, an 8-bit CSI, reverse the line, a mark, a half surrogate's place.
ATTACK = r"\e]0;owned\a\e[2J\x9b31m\u202Egnp\u200F"
STEERING = "\x1b\x07\x9b\u202e\u200f\x00\x7f"
RULES = criteria(
    """
    - id: D.1
      title: {zh: 占比, en: "Share ATTACK"}
      measure: children.public_share
      fully: ">= 50%"
    - id: D.2
      title: {zh: 评判, en: Judged}
      judged: true
      advice: "ATTACK"
    """.replace("ATTACK", ATTACK)
)
SHEET = f"""\
subject: {{code: "430703", name: "县{ATTACK}"}}
year: 2022
facts:
  children.all: {{value: 16090, note: "{ATTACK}"}}
  children.public: 8041
  plan.name: "{ATTACK}"
  area.rooms: {{not_applicable: "{ATTACK}"}}
evidence: {{children.all: {{document: "{ATTACK}", place: "{ATTACK}"}}}}
outcomes: {{self: {{D.2: {{outcome: not_met, note: "{ATTACK}"}}, "{ATTACK}": fully_met}}}}
claims: [{{text: "{ATTACK}", stated: {{grade: "{ATTACK}"}}}}]
"""
FAULTY = SHEET + f'"{ATTACK}": 1\ntables: {{schools: [{{"{ATTACK}": 1, stage: "{ATTACK}"}}]}}\n'


def on_a_terminal(*arguments: str | Path) -> str:
    """What the command writes when both its outputs are a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, ROOT / "cli.py", *map(str, arguments)],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other end is closed.
                break
            if not piece:
                break
            pieces.append(piece)
        process.wait()
    os.close(ours)
    return b"".join(pieces).decode("utf-8")


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("content", [SHEET, FAULTY], ids=["usable", "faulty"])
def test_a_terminal_is_not_steered(content: str, form: str, tmp_path: Path) -> None:
    """Names, notes, titles, keys and the file's own name reach a terminal without their power."""
    rules = write(tmp_path, "ruleset.yaml", RULES)
    sheet = write(tmp_path, "\x1b[2Jsheet\u202e.yaml", content)
    shown = on_a_terminal("score", sheet, "-r", rules, "--explain", "--format", form)
    assert "gnp" in shown
    assert [c for c in STEERING if c in shown] == []


def test_json_keeps_what_it_escapes(tmp_path: Path) -> None:
    """Escaped for the eye, the characters are all there for a program."""
    rules = write(tmp_path, "ruleset.yaml", RULES)
    ran = dudao("score", write(tmp_path, "s.yaml", SHEET), "-r", rules, "--format", "json")
    name = json.loads(ran.out)["subject"]["name"]
    assert name == "县\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\u200f"


def test_a_file_name_that_is_not_text(tmp_path: Path) -> None:
    """A name of bytes that are no UTF-8 is shown as far as it goes."""
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.yaml")
    rules = write(tmp_path, "ruleset.yaml", RULES)
    for form in ("table", "json"):
        ran = dudao("score", name, "-r", rules, "--format", form)
        assert ran.code == 3
        assert "file-missing" in ran.err


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses, one diagnostic says so (root is never refused, hence this way)."""
    path = write(tmp_path, "sheet.yaml", SHEET)

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    _, wrong = read_source(path)
    assert [d.code for d in wrong] == ["file-unreadable"]


def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit holds for what is read, not for what the system said before."""
    path = tmp_path / "sheet.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    honest = os.stat
    small = honest(write(tmp_path, "small.txt", b"x"))
    monkeypatch.setattr(os, "stat", lambda *arguments, **options: small)
    _, wrong = read_source(path)
    assert [d.code for d in wrong] == ["file-too-large"]


# -- laws -----------------------------------------------------------------------------------------

VALID = """\
subject: {code: "430703", name: 某区, area_class: 一类地区}
year: 2022
source: self
facts:
  children.all: 16090
  children.public: {self: 8041, onsite: {value: 8040, note: 抽查}}
  money.spending: {2020: 85753.42 万元, 2021: 8.79 亿元}
  rate.retention: 96%以上
  area.rooms: {not_applicable: 在建}
tables:
  schools:
    - {id: a, stage: 小学, pupils: 500}
evidence: {money.spending@2021: [{document: a.pdf, place: 二、3}]}
outcomes: {self: {D.2: {outcome: not_met, points: 3}}}
claims: [{text: 合格, stated: {grade: B}}]
"""
PIECES = (
    *(
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b"\t",
        b" ",
        b"\n---\n",
        b": ",
        b"- ",
        b"? ",
    ),
    *(b"{", b"}", b"[", b"]", b",", b"'", b'"', b"&a ", b"*a", b"!!int ", b"# ", b"|", b">", b"%"),
    *(b"null", b"~", b"{}", b"[]", b"0", b"-1", b"1e9", b".nan", b"2022", b"@1999", b"\\ud800"),
    *(b"self", b"value: ", b"not_applicable: ", b"by: x", b"document: ", b"children.all: "),
    *(text.encode() for text in ("　", "。", "\u2028", "\u202e", "𠮷")),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid sheet with pieces cut out, doubled, and put in."""
    data = VALID.encode()
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.integers(0, 12))
        new = draw(st.sampled_from(PIECES) | st.just(data[start:end] * 2))
        data = data[:start] + new + data[end:]
    return data


def reads(data: bytes, folder: Path) -> None:
    """Read the bytes as a sheet: it is one, or it is refused."""
    path = write(folder, "sheet.yaml", data)
    with contextlib.suppress(FactsError):
        read_sheet(path, VOCABULARY)


@given(data=st.binary(max_size=400))
def test_no_bytes_make_the_reader_crash(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: any bytes are a sheet or are refused."""
    reads(data, tmp_path_factory.getbasetemp())


@given(data=mutated())
def test_no_mutation_of_a_sheet_makes_the_reader_crash(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: the same for what is almost a sheet, which gets further into the reader."""
    reads(data, tmp_path_factory.getbasetemp())


@given(data=mutated())
def test_scoring_ends_with_a_known_exit_code(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Law: done, unusable or incomplete; never an internal error."""
    folder = tmp_path_factory.getbasetemp()
    rules = write(folder, "ruleset.yaml", RULES)
    ran = dudao("score", write(folder, "sheet.yaml", data), "-r", rules)
    assert ran.code in (0, 3, 4), ran.err
