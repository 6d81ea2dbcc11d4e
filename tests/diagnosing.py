"""Finds what is wrong with one file of any kind, as `dudao check` and `dudao score` would."""

import shutil
from contextlib import chdir
from pathlib import Path

from engine.facts.roster import open_roster
from engine.facts.sheet_reader import read_sheet
from engine.language.aggregation import load_aggregation
from engine.language.diagnostics import Diagnostic, EngineError, in_order
from engine.language.loader import load_file
from engine.language.vocabulary_loader import load_vocabulary
from engine.office.aggregate import Job, open_job
from engine.office.tally import Tally
from engine.scoring.assess import assess
from engine.workshop.lint import lint
from engine.workshop.suite import read_suite
from engine.workshop.testing import try_ruleset
from engine.workshop.verify import prove

from .support import SMALL, criteria

RULESET = Path("demo/2026/ruleset.yaml")
VOCABULARY = Path("vocabulary/own.yaml")
SHEET = Path("sheet.yaml")
CASES = Path("demo/2026/tests.yaml")
RECORDS = Path("records.yaml")
CLASSES = Path("classes.csv")

# What classes are added up by.
AGGREGATION = """\
format: 1
aggregation: demo
facts:
  compulsory.large_classes: count(classes where stage != 高中 and size >= 56)
"""

# What a sheet is scored by.
RULES = criteria(
    """
    - id: D.1
      title: {zh: 公办园占比, en: Public kindergartens}
      measure: children.public_share
      fully: ">= 50%"
      source: {cite: 示例通知, clause: 一.1}
    - id: D.2
      title: {zh: 党的领导, en: Leadership}
      judged: true
      source: {cite: 示例通知, clause: 一.2}
    """
).replace("zh: 示例,", "zh: 2026年示例,")
RULES = RULES.replace("vocabulary: small\n", "vocabulary: small\nsubjects: [district, county]\n")


def file_of(text: str) -> Path:
    """Where the file that a text belongs to lies, as its first line says."""
    first = text.split("\n", 1)[0].removeprefix("# ").strip()
    if first.endswith("ruleset.yaml"):
        return RULESET
    if first == CASES.name:
        return CASES
    return VOCABULARY if first.startswith("vocabulary") else Path(first)


def diagnose(
    folder: Path,
    text: str,
    *,
    beside: Path | None = None,
    vocabulary: Path = SMALL,
    rules: str = RULES,
    proofs: bool = False,
) -> tuple[Diagnostic, ...]:
    """Every diagnostic of the file, in order, with paths below ``folder``.

    ``beside`` is a folder whose files lie around it; ``rules`` score a sheet; ``proofs``: of a
    ruleset that loads without a fault, what proofs find too.
    """
    if beside is not None and beside.is_dir():
        shutil.copytree(beside, folder, dirs_exist_ok=True)
    _put(folder / "vocabulary" / vocabulary.name, vocabulary.read_text(encoding="utf-8"))
    _put(folder / RULESET, rules)
    path = file_of(text)
    _put(folder / path, text.split("\n", 1)[1] if path.suffix == ".csv" else text)
    with chdir(folder):
        try:
            found = _all(path)
            if proofs and path == RULESET:
                found = (*found, *prove(load_file(RULESET).ruleset).findings)
            return in_order(found)
        except EngineError as error:
            return error.diagnostics


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _batch(path: Path) -> tuple[Diagnostic, ...]:
    """Everything said of a table of districts: by the roster, of each row, of all together."""
    ruleset = load_file(RULESET).ruleset
    roster = open_roster(path, ruleset.vocabulary)
    found = [d for lost in roster.lost for d in lost.diagnostics] + roster.warnings
    tally = Tally(ruleset)
    for item in roster.items:
        read = roster.read(item)
        found += read.diagnostics
        if read.sheet is not None:
            tally.years.setdefault(read.sheet.year, []).append(read.place.place)
    return (*found, *tally.diagnostics())


def _rows(path: Path) -> tuple[Diagnostic, ...]:
    """Everything said of the head of a table of records."""
    _put(RECORDS, AGGREGATION)
    aggregation, _ = load_aggregation(RECORDS)
    job = Job(aggregation=aggregation, paths=(path,), year=None, lang="zh", tell=lambda _: {})
    return tuple(d for lost in open_job(job).inputs.lost for d in lost.diagnostics)


def _all(path: Path) -> tuple[Diagnostic, ...]:
    if path == CLASSES:
        return _rows(path)
    if path.suffix == ".csv":
        return _batch(path)
    if path == RECORDS:
        return load_aggregation(path)[1]
    if path == VOCABULARY:
        return tuple(load_vocabulary((path,))[1])
    loaded = load_file(RULESET)
    if path == CASES:
        suite = read_suite(RULESET)
        return try_ruleset(loaded.ruleset, suite).diagnostics
    if path == RULESET:
        return (*loaded.diagnostics, *lint(loaded.ruleset))
    read = read_sheet(SHEET, loaded.ruleset.vocabulary)
    return assess(loaded.ruleset, read.sheet, diagnostics=read.diagnostics).diagnostics
