"""The snippets of `dudao help CODE` are run: the wrong one raises its code, the right one not."""

import re
from pathlib import Path

import pytest

from engine.language.catalogue import shipped
from engine.language.diagnostics import Diagnostic, errors
from engine.locale import catalogue
from engine.workshop.verify import CODES

from .diagnosing import diagnose

SHIPPED = shipped() / "vocabulary" / "education.yaml"
FACT = re.compile(r"  ([a-z_]+\.[a-z0-9_]+):")
DOTTED = re.compile(r"[a-z_]+\.[a-z0-9_]+")
HEAD = {
    "format": "1",
    "ruleset": "demo",
    "edition": '"2026"',
    "status": "draft",
    "title": "{zh: 示例, en: Demo}",
}
BASIS = "basis:\n  notice: {cite: 示例通知, seen: true}\n"
TITLE = "  title: {zh: 示例要点, en: Example}\n"
# What the snippets extend, and what their sheets are scored by.
BASE = f"""\
format: 1
ruleset: demo
edition: "2025"
status: draft
title: {{zh: 2025年示例, en: Demo}}
vocabulary: education
subjects: [district, county]
{BASIS}\
parameters:
  retention_floor: 95%
domains:
  - id: A1
    title: 党的领导
    criteria:
      - {{id: A1.1, title: 党的领导, judged: true}}
  - id: A3
    title: 协调发展
    criteria:
      - {{id: A3.1, title: 公办园占比, measure: preschool.public_share, fully: ">= 50%"}}
      - {{id: A3.9, title: 巩固率, measure: compulsory.retention_rate, fully: ">= 95%"}}
"""
# Shared parameters that clash with the shipped ones.
TWICE = """\
format: 1
parameters:
  retention_floor: {value: 96%, source: {cite: 示例通知, clause: 一}}
"""
# About the command line, the file system or a file too large for a screen.
NOT_RUN = {
    "ambiguous-ruleset",
    "batch-needed",
    "cell-too-long",
    "control-character",
    "edition-changed",
    "empty-file",
    "expression-too-long",
    "file-missing",
    "file-too-large",
    "file-unreadable",
    "files-ignored",
    "is-a-directory",
    "not-a-file",
    "not-a-sheet",
    "not-utf8",
    "symlink-loop",
    "sheet-given-twice",
    "table-twice",
    "table-unreadable",
    "text-too-long",
    "too-many-faults",
    "too-many-nodes",
    "too-many-rows",
    "too-many-warnings",
    "which-worksheet",
    "unknown-ruleset",
}


def file_name(snippet: str) -> str:
    """The file that a snippet belongs to; empty for a command."""
    first = snippet.strip("\n").split("\n", 1)[0]
    return first.removeprefix("# ") if first.startswith("# ") else ""


SNIPPETS = [
    pytest.param(code, side, entry[side], id=f"{code}-{side}")
    for code, entry in catalogue("explanations").items()
    for side in ("bad", "good")
    if file_name(entry.get(side, ""))
]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped vocabulary, cut down to the facts that the snippets name, so as to load fast."""
    text = SHIPPED.read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=\S|  \S)", text)
    heads = {match[1]: block for block in blocks if (match := FACT.match(block))}
    wanted = {n for p in SNIPPETS for n in DOTTED.findall(str(p.values[2]))} & set(heads)
    while more := {n for w in wanted for n in DOTTED.findall(heads[w])} & set(heads) - wanted:
        wanted |= more
    unwanted = set(heads) - wanted
    kept = [
        block
        for block in blocks
        if not (FACT.match(block) or block.startswith("  - "))
        or not unwanted & set(DOTTED.findall(block))
    ]
    path = tmp_path_factory.mktemp("cut") / SHIPPED.name
    path.write_text("".join(kept), encoding="utf-8", newline="\n")
    return path


@pytest.mark.parametrize(("code", "side", "snippet"), SNIPPETS)
def test_snippet(code: str, side: str, snippet: str, vocabulary: Path, tmp_path: Path) -> None:
    """The wrong snippet raises its code, the right one raises no error and not that code."""
    found = run(snippet, vocabulary, tmp_path, proofs=code in CODES)
    if side == "bad":
        assert code in [d.code for d in found]
    else:
        assert [d.code for d in errors(found)] == []
        assert code not in [d.code for d in found]


def test_every_code_has_snippets_that_run() -> None:
    """Only what no file can show is left out."""
    run_codes = {str(p.values[0]) for p in SNIPPETS if p.values[1] == "bad"}
    assert set(catalogue("diagnostics")) - run_codes == NOT_RUN


def run(
    snippet: str, vocabulary: Path, folder: Path, *, proofs: bool = False
) -> tuple[Diagnostic, ...]:
    """The diagnostics of a snippet, once what it leaves out is filled in."""
    name = file_name(snippet)
    body = snippet.strip("\n").split("\n", 1)[1] + "\n"
    beside = folder / "beside"
    if name in ("districts.csv", "classes.csv"):
        return diagnose(folder / "run", f"# {name}\n{body}", vocabulary=vocabulary, rules=BASE)
    whole = body
    if name.endswith("ruleset.yaml"):
        whole = ruleset(body)
    elif name.startswith("vocabulary"):
        whole = filled(body, {"format": "1", "vocabulary": "own", "facts": "{}"})
    elif name == "tests.yaml":
        whole = "format: 1\ncases:\n" + body
    put(beside / "demo" / "2025" / "ruleset.yaml", BASE)
    put(beside / "parameters" / "twice.yaml", TWICE)
    put(beside / "schools.csv", "id,stage,pupils\n1,小学,420\n")
    if name.endswith(".csv"):
        put(beside / name, body)
        name, whole = "sheet.yaml", "tables:\n  schools: schools.csv\n"
    if name == "sheet.yaml":
        whole = filled(whole, {"subject": '{code: "430703", name: 鼎城区}', "year": "2022"})
    text = f"# {name}\n{whole}"
    return diagnose(
        folder / "run", text, beside=beside, vocabulary=vocabulary, rules=BASE, proofs=proofs
    )


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def keys(text: str) -> set[str]:
    """The keys at the left margin."""
    return {line.split(":", 1)[0] for line in text.split("\n") if line[:1].isalpha()}


def filled(text: str, defaults: dict[str, str]) -> str:
    """The text with the keys before it that it leaves out."""
    missing = {key: value for key, value in defaults.items() if key not in keys(text)}
    return "".join(f"{key}: {value}\n" for key, value in missing.items()) + text


def ruleset(body: str) -> str:
    """A whole ruleset from one criterion, several, or some of its keys."""
    if body.startswith("- "):
        criteria = [criterion(f"- {item}") for item in f"\n{body}".split("\n- ")[1:]]
        inner = "".join(criteria).replace("\n", "\n      ").rstrip(" ")
        body = f"domains:\n  - id: A3\n    title: 协调发展\n    criteria:\n      {inner}"
    whole = filled(body, HEAD)
    if "extends" not in keys(body):
        whole = filled(whole, {"vocabulary": "education"})
        if "domains" not in keys(body):
            whole += BASE[BASE.index("domains:") :]
    return whole if "basis" in keys(body) else whole + BASIS


def criterion(text: str) -> str:
    """One criterion with a title."""
    block = text.rstrip("\n") + "\n"
    return block if "title:" in block else f"{block}{TITLE}"
