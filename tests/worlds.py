"""A world with three facts of few values, in which a proof can be held against every sheet."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.scoring.fact_values import Key
from engine.scoring.interpreter import Interpreter
from engine.scoring.values import Value, point

from .support import HEAD, write

WORLD = """\
format: 1
vocabulary: world
facts:
  w.a: {label: {zh: 甲, en: a}, type: count, unit: 人, range: [0, 5], better: higher, typical: 2}
  w.b: {label: {zh: 乙, en: b}, type: count, unit: 人, range: [0, 5], typical: 2}
  w.c: {label: {zh: 丙, en: c}, type: count, unit: 人, range: [0, 3], better: lower}
integrity:
  - {id: part, rule: w.c <= w.b, severity: error, because: {zh: 部分, en: a part}}
"""
RULES = HEAD.replace("small", "world") + (
    "domains:\n  - id: D\n    title: {zh: 域, en: Domain}\n    criteria:\n"
    "      - id: X\n        title: {zh: 要点, en: Item}\n"
)
NAMES = ("w.a", "w.b", "w.c")
SIZES = (range(6), range(6), range(4))
# The facts that are better one way, as WORLD says.
UPWARD = {"w.a": True, "w.c": False}

Values = tuple[int, ...]


def world(folder: Path, text: str) -> Ruleset | None:
    """The ruleset over the small world; None where the loader refuses it."""
    (folder / "world.yaml").write_text(WORLD, encoding="utf-8")
    path = write(folder, "ruleset.yaml", RULES + text)
    try:
        return load_file(path).ruleset
    except Exception:
        return None


def sheets(ruleset: Ruleset, folder: Path) -> Iterator[tuple[Values, Interpreter]]:
    """Every consistent sheet, ready to be evaluated."""
    path = write(
        folder, "empty.yaml", 'subject: {code: "000000", name: 某区}\nyear: 2026\nfacts: {}\n'
    )
    empty = read_sheet(path, ruleset.vocabulary).sheet
    for values in product(*SIZES):
        if values[2] > values[1]:
            continue
        facts: dict[Key, Value] = {
            (name, 2026): point(value) for name, value in zip(NAMES, values, strict=True)
        }
        yield values, Interpreter(ruleset, empty, facts)


def better(name: str, one: Values, two: Values) -> bool:
    """Whether the second sheet differs in that fact alone, for the better."""
    place = NAMES.index(name)
    same = all(one[i] == two[i] for i in range(len(NAMES)) if i != place)
    return same and (two[place] > one[place] if UPWARD[name] else two[place] < one[place])
