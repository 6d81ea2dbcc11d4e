"""What tests share: small rulesets and sheets, written to a folder, loaded, scored, or run."""

import textwrap
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from pathlib import Path

from click.testing import CliRunner

from engine.commands import main
from engine.facts.sheet_reader import ReadSheet, read_sheet
from engine.language.diagnostics import EngineError
from engine.language.loader import Loaded, load_file
from engine.scoring.assess import Assessment, assess
from engine.scoring.outcome import CriterionResult
from engine.scoring.values import Number

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
SMALL = DATA / "small.yaml"

HEAD = """\
format: 1
ruleset: demo
edition: "2026"
status: draft
title: {zh: 示例, en: Demo}
vocabulary: small
"""


def criteria(text: str) -> str:
    """A whole ruleset around criteria written as YAML list items."""
    body = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
    return f"{HEAD}domains:\n  - id: D\n    title: {{zh: 域, en: Domain}}\n    criteria:\n{body}\n"


def write(folder: Path, name: str, text: str | bytes) -> Path:
    """A file of that content; the small vocabulary lies beside it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.parent / SMALL.name
    if not beside.exists():
        beside.write_bytes(SMALL.read_bytes())
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def ruleset(folder: Path, text: str) -> Loaded:
    """Load a ruleset from its text; raises `EngineError` like the loader."""
    return load_file(write(folder, "ruleset.yaml", text))


def sheet_text(facts: str, *, year: int = 2022, more: str = "") -> str:
    """A sheet around facts written as YAML mapping entries."""
    body = textwrap.indent(textwrap.dedent(facts).strip("\n"), "  ")
    top = f'subject: {{code: "430703", name: 某区}}\nyear: {year}\nfacts:\n{body}\n'
    return top + textwrap.dedent(more)


def sheet(
    folder: Path, facts: str, loaded: Loaded, *, year: int = 2022, more: str = ""
) -> ReadSheet:
    """Read a sheet from its facts."""
    path = write(folder, "sheet.yaml", sheet_text(facts, year=year, more=more))
    return read_sheet(path, loaded.ruleset.vocabulary)


def score(folder: Path, rules: str, facts: str, *, year: int = 2022, more: str = "") -> Assessment:
    """Score facts by criteria (list items) or a whole ruleset, both as text."""
    whole = rules if rules.lstrip().startswith("format:") else criteria(rules)
    loaded = ruleset(folder, whole)
    read = sheet(folder, facts, loaded, year=year, more=more)
    return assess(loaded.ruleset, read.sheet, diagnostics=read.diagnostics)


def outcome(assessment: Assessment, criterion: str) -> str:
    """The outcome of one criterion, as in results."""
    return str(found(assessment, criterion).outcome)


def found(assessment: Assessment, criterion: str) -> CriterionResult:
    """The result of one criterion."""
    result = assessment.result(criterion)
    assert result is not None, criterion
    return result


def measure(assessment: Assessment, criterion: str) -> Fraction:
    """The exact measure of one criterion."""
    value = found(assessment, criterion).measure
    assert isinstance(value, Number)
    assert isinstance(value.exact, Fraction)
    return value.exact


def codes(error: EngineError) -> list[str]:
    """The codes of an error's diagnostics, in their order."""
    return [diagnostic.code for diagnostic in error.diagnostics]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


def dudao(*arguments: str | Path) -> Ran:
    """Run the command line inside this process."""
    result = CliRunner().invoke(main, [str(a) for a in arguments], prog_name="dudao")
    return Ran(result.exit_code, result.stdout, result.stderr)


def everything(value: object) -> object:
    """A part with all that it holds, places included, which comparing leaves out."""
    if is_dataclass(value) and not isinstance(value, type):
        held = [everything(getattr(value, item.name)) for item in fields(value)]
        return (type(value).__name__, *held)
    if isinstance(value, dict):
        return [(everything(key), everything(part)) for key, part in value.items()]
    if isinstance(value, tuple):
        return tuple(everything(part) for part in value)
    return (type(value).__name__, value)
