"""The job that every contender does: 60 indicators over 120 facts, three levels each, one grade.

The indicators are data here, written out once as our ruleset and vocabulary, and by each contender
as its users would write them. This module imports nothing, so that every environment can read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path

# The order of the outcomes, as everywhere in the engine.
FULLY, BASICALLY, NOT_MET, NOT_APPLICABLE, UNDETERMINED = range(5)
GRADES = ("A", "B", "C")
YEAR = 2022


class Kind(Enum):
    """What is computed from the facts of an indicator, in their order."""

    RATIO = "a / b"
    GROWTH = "(a - b) / b"
    SHARE = "(a + b) / c"
    PLAIN = "a"
    ANSWER = "a = yes"
    LEAST = "min(a, b, c, d)"


@dataclass(frozen=True, slots=True)
class Column:
    """A fact as a whole number of quanta, with what the vocabulary says of it."""

    name: str
    type: str
    unit: str = ""
    quantum: Fraction = Fraction(1)
    high: int = 1
    # The year before, of the same fact.
    prior: bool = False

    @property
    def fact(self) -> str:
        """The name in the vocabulary."""
        return self.name.removesuffix("_before")

    @property
    def encoded(self) -> str:
        """The name of the column that the columnar engine reads."""
        return f"{self.fact}@{-1 if self.prior else 0}"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One criterion. ``limits`` (fully, basically) are in base units, as the texts say."""

    id: str
    kind: Kind
    columns: tuple[Column, ...]
    op: str = "="
    limits: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))
    texts: tuple[str, str] = ("", "")
    guard: str = ""
    veto: bool = False

    @property
    def higher(self) -> bool:
        """Whether more is better."""
        return self.op.startswith(">")

    @property
    def whole_limits(self) -> tuple[Fraction, Fraction]:
        """The limits for numerator and denominator as they are stored, in quanta."""
        under = self.columns[-1].quantum if self.kind in (Kind.RATIO, Kind.SHARE) else Fraction(1)
        over = Fraction(1) if self.kind is Kind.GROWTH else self.columns[0].quantum
        fully, basically = (limit * under / over for limit in self.limits)
        return fully, basically


def _count(name: str, high: int = 1_000_000) -> Column:
    return Column(name, "count", "人", Fraction(1), high)


def _percent(name: str) -> Column:
    return Column(name, "rate", "%", Fraction(1, 10_000), 10_000)


def _amount(name: str, *, prior: bool = False) -> Column:
    return Column(name, "amount", "万元", Fraction(100), 1_000_000_000, prior)


# Percentages on which `a / b * 100` fails in binary, and some on which it does not.
_RATES = (
    *((">=", "58", "50"), (">=", "29", "25"), (">=", "57", "55.5"), ("<", "5", "10")),
    *((">=", "95", "90"), ("<=", "0.5", "1.1"), (">", "35", "30"), ("<=", "14", "28")),
)
_AREAS = (("4.5", "3.83"), ("7.5", "6.38"), ("5.8", "4.93"), ("10.2", "8.67"))
_GROWTHS = (("2.5", "0"), ("0", "-1.5"), ("3.7", "1"), ("1.1", "0.3"))
_SHARES = (("98.5", "95"), ("55", "49.9"), ("80", "75"), ("33.3", "30"))
_PLAINS = (("99.5", "97"), ("90", "85"), ("95", "93.5"), ("100", "99"), ("85", "80"))


def _limits(texts: tuple[str, str], scale: Fraction) -> tuple[Fraction, Fraction]:
    return Fraction(texts[0]) * scale, Fraction(texts[1]) * scale


def _made() -> Iterator[tuple[Kind, tuple[Column, ...], str, tuple[str, str], Fraction, str]]:
    """Kind, columns, comparison, limits as written, what one of their unit is, the unit."""
    percent = Fraction(1, 100)
    for n in range(24):
        name = f"ratio.r{n:02}"
        if n < 12:
            op, *texts = _RATES[n % len(_RATES)]
            columns = (_count(f"{name}_part"), _count(f"{name}_whole"))
            yield Kind.RATIO, columns, op, (texts[0], texts[1]), percent, "%"
        else:
            area = Column(f"{name}_area", "area", "㎡", percent, 10_000_000_000)
            columns = (area, _count(f"{name}_pupils"))
            yield Kind.RATIO, columns, ">=", _AREAS[n % len(_AREAS)], Fraction(1), "㎡/人"
    for n in range(8):
        name = f"growth.g{n:02}"
        columns = (_amount(name), _amount(f"{name}_before", prior=True))
        yield Kind.GROWTH, columns, ">=", _GROWTHS[n % len(_GROWTHS)], percent, "%"
    for n in range(8):
        name = f"share.s{n:02}"
        parts = (_count(f"{name}_one"), _count(f"{name}_two"), _count(f"{name}_whole", 2_000_000))
        yield Kind.SHARE, parts, ">=", _SHARES[n % len(_SHARES)], percent, "%"
    for n in range(10):
        yield Kind.PLAIN, (_percent(f"plain.p{n:02}"),), ">=", _PLAINS[n % 5], percent, "%"
    for n in range(6):
        answer = Column(f"answer.a{n:02}", "yes_no")
        yield Kind.ANSWER, (answer,), "=", ("1", "1"), Fraction(1), ""
    for n in range(4):
        four = tuple(_percent(f"least.m{n:02}_{part}") for part in "abcd")
        yield Kind.LEAST, four, ">=", _PLAINS[n], percent, "%"


def _indicators() -> tuple[Indicator, ...]:
    """All of them, domain by domain; every sixth applies only where its guard says so."""
    found = []
    for number, (kind, columns, op, texts, scale, unit) in enumerate(_made()):
        guard = f"guard.h{number // 6:02}" if number % 6 == 0 else ""
        found.append(
            Indicator(
                id=f"D{number % 7 + 1}.{number // 7 + 1}",
                kind=kind,
                columns=columns,
                op=op,
                limits=_limits(texts, scale),
                texts=(f"{texts[0]}{unit}", f"{texts[1]}{unit}"),
                guard=guard,
                veto=number in (4, 27, 51),
            )
        )
    return tuple(sorted(found, key=lambda i: i.id))


INDICATORS = _indicators()
GUARDS = tuple(i.guard for i in INDICATORS if i.guard)
COLUMNS = tuple(column for i in INDICATORS for column in i.columns)


def _fact(column: Column) -> str:
    label = f"label: {{zh: {column.name}, en: {column.name}}}"
    if column.type == "yes_no":
        return f"  {column.fact}: {{{label}, type: yes_no}}"
    in_units = {"万元": Fraction(10_000), "%": Fraction(1, 100)}.get(column.unit, Fraction(1))
    quantum, high = column.quantum / in_units, column.high * column.quantum / in_units
    return (
        f"  {column.fact}: {{{label}, type: {column.type}, unit: '{column.unit}', "
        f"range: [0, {high}], quantum: '{float(quantum)}{column.unit}'}}"
    )


def vocabulary_text() -> str:
    """The vocabulary of the job."""
    facts = [_fact(column) for column in COLUMNS if not column.prior]
    facts += [f"  {g}: {{label: {{zh: {g}, en: {g}}}, type: yes_no}}" for g in GUARDS]
    return "\n".join(("format: 1", "vocabulary: bench", "facts:", *facts, ""))


def measure_text(indicator: Indicator) -> str:
    """The measure in our language."""
    names = [column.fact for column in indicator.columns]
    match indicator.kind:
        case Kind.RATIO:
            return f"{names[0]} / {names[1]}"
        case Kind.GROWTH:
            return f"({names[0]} - prior({names[0]})) / prior({names[0]})"
        case Kind.SHARE:
            return f"({names[0]} + {names[1]}) / {names[2]}"
        case Kind.LEAST:
            return f"min({', '.join(names)})"
        case Kind.PLAIN | Kind.ANSWER:
            return names[0]


def _criterion(indicator: Indicator) -> Iterator[str]:
    yield f"      - id: {indicator.id}"
    yield f"        title: {{zh: 指标{indicator.id}, en: Indicator {indicator.id}}}"
    if indicator.guard:
        yield f"        applies_when: {indicator.guard}"
    if indicator.kind is Kind.ANSWER:
        yield f"        fully: {measure_text(indicator)} = yes"
    else:
        yield f"        measure: {measure_text(indicator)}"
        for level, text in zip(("fully", "basically"), indicator.texts, strict=True):
            yield f'        {level}: "{indicator.op} {text}"'
    if indicator.veto:
        yield "        veto: true"
    yield "        source: {basis: made_up, clause: 一}"


_HEAD = """\
format: 1
ruleset: bench
edition: "2022"
status: draft
title: {zh: 六十项指标, en: Sixty indicators}
vocabulary: bench
basis:
  made_up: {cite: 测速用的六十项指标, seen: true}
domains:
"""
_GRADE = """\
grade:
  scale: [A, B, C]
  award:
    - {grade: A, when: share(fully_met) >= 90% and count(not_met) = 0}
    - {grade: B, when: share(not_met) <= 10%}
    - {grade: C}
  caps:
    - {at_most: B, when: any_veto, because: {zh: 有一票否决事项, en: a veto applies}}
"""


def ruleset_text() -> str:
    """The ruleset of the job."""
    lines = []
    for domain in range(1, 8):
        lines.append(f"  - id: D{domain}")
        lines.append(f"    title: {{zh: 第{domain}部分, en: Part {domain}}}")
        lines.append("    criteria:")
        for indicator in INDICATORS:
            if indicator.id.startswith(f"D{domain}."):
                lines += _criterion(indicator)
    return _HEAD + "\n".join(lines) + "\n" + _GRADE


def write(folder: Path) -> Path:
    """Vocabulary and ruleset as files; the path of the ruleset."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.yaml").write_text(vocabulary_text(), encoding="utf-8")
    path = folder / "ruleset.yaml"
    path.write_text(ruleset_text(), encoding="utf-8")
    return path
