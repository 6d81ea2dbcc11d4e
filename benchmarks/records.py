"""Rows of schools and classes: a vocabulary, rulesets over them, and made-up rows as columns."""

import tempfile
from pathlib import Path

import polars as pl

from benchmarks.data import bits
from engine.language.loader import load_file
from engine.scoring.columnar import Encoded, Plan, compile_ruleset

DISTRICTS = 3_000
# What a school has for each pupil: the standard, and in what the amount is counted.
RESOURCES = (
    ("degree", "count", "人", 1, "4.2人/百人", (42, 1000)),
    ("backbone", "count", "人", 1, "1人/百人", (1, 100)),
    ("pe_art", "count", "人", 1, "0.9人/百人", (9, 1000)),
    ("teaching", "area", "㎡", 100, "4.5㎡/人", (450, 1)),
    ("sports", "area", "㎡", 100, "7.5㎡/人", (750, 1)),
    ("equipment", "amount", "元", 1, "2000元/人", (2000, 1)),
    ("rooms", "count", "间", 1, "2.3间/百人", (23, 1000)),
)
CV = (1, 2)
_LEAST = 6
_HEAD = """\
format: 1
ruleset: records
edition: "2022"
status: draft
title: {{zh: 逐校数据, en: Records}}
vocabulary: records
basis:
  made_up: {{cite: 测速用, seen: true}}
domains:
  - id: R
    title: {{zh: 资源配置, en: Resources}}
    criteria:
{criteria}
"""


def _vocabulary() -> str:
    label = "label: {{zh: {0}, en: {0}}}"
    columns = [
        f"      {name}: {{type: {kind}, unit: '{unit}', range: [0, 10000000], "
        f"quantum: '{1 if of == 1 else 0.01}{unit}', {label.format(name)}}}"
        for name, kind, unit, of, _, _ in RESOURCES
    ]
    return "\n".join(
        (
            "format: 1",
            "vocabulary: records",
            "facts:",
            f"  schools.number: {{{label.format('schools')}, type: count, unit: 所}}",
            "tables:",
            "  schools:",
            f"    {label.format('schools')}",
            "    columns:",
            f"      pupils: {{type: count, unit: 人, range: [1, 10000], {label.format('pupils')}}}",
            *columns,
            "  classes:",
            f"    {label.format('classes')}",
            "    columns:",
            f"      size: {{type: count, unit: 人, range: [0, 200], {label.format('size')}}}",
            "",
        )
    )


def _criterion(name: str, measure: str, fully: str) -> str:
    return (
        f"      - id: {name}\n        title: {{zh: {name}, en: {name}}}\n"
        f'        measure: "{measure}"\n        fully: "{fully}"\n'
        f"        source: {{basis: made_up, clause: 一}}"
    )


def _plan(criteria: list[str]) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ruleset.yaml"
        path.write_text(_HEAD.format(criteria="\n".join(criteria)), encoding="utf-8")
        (Path(folder) / "records.yaml").write_text(_vocabulary(), encoding="utf-8")
        plan = compile_ruleset(load_file(path).ruleset)
    if plan.fallbacks:
        raise ValueError(plan.fallbacks)
    return plan


def schools_plan() -> Plan:
    """Variation among schools of each of the seven, plain and weighted; six of the seven met."""
    criteria = []
    for name, *_ in RESOURCES:
        criteria.append(_criterion(f"V.{name}", f"cv(schools: {name} / pupils)", "<= 0.50"))
        weighted = f"cv(schools: {name} / pupils, weight: pupils)"
        criteria.append(_criterion(f"W.{name}", weighted, "<= 0.50"))
    tests = ", ".join(f"{name} / pupils >= {text}" for name, _, _, _, text, _ in RESOURCES)
    missed = f"count(schools where not at_least({_LEAST}, {tests}))"
    criteria.append(_criterion("K", missed, "<= 25"))
    return _plan(criteria)


def classes_plan() -> Plan:
    """The share of large classes."""
    return _plan([_criterion("L", "share(classes where size >= 56)", "<= 5%")])


def schools(count: int) -> pl.DataFrame:
    """Rows of schools in the order of their districts; variation lies on both sides of 0.50."""
    numbers = pl.int_range(0, count, dtype=pl.UInt64, eager=True)
    district = (numbers * DISTRICTS // count).cast(pl.UInt32).alias("#")
    random = bits(numbers, len(RESOURCES) + 1)
    frame = random.with_columns(district, (60 + pl.col("random 0") % 2_400).alias("pupils"))
    # Uniform over a width of w has a coefficient of variation of w / √3.
    width = 700 + pl.col("#").cast(pl.Int64) * 7 % 300
    made = []
    for place, (name, *_, (over, under)) in enumerate(RESOURCES, start=1):
        swing = (pl.col(f"random {place}") // 2**20 % 2_001).cast(pl.Int64) - 1_000
        standard = pl.col("pupils").cast(pl.Int64) * over * 1_900
        thousandths = 1_000_000 + swing * width
        made.append((standard * thousandths // 1_000_000 // 1_000 // under).alias(name))
    return frame.select("#", pl.col("pupils").cast(pl.Int64), *made).collect()


def classes(count: int) -> pl.DataFrame:
    """Rows of classes in the order of their districts; of none, 3 % or 6 % they are large."""
    numbers = pl.int_range(0, count, dtype=pl.UInt64, eager=True)
    district = (numbers * DISTRICTS // count).cast(pl.UInt32).alias("#")
    mixed = bits(numbers, 1).collect().to_series()
    sizes = 25 + mixed % (31 + district.cast(pl.UInt64) % 3)
    return pl.DataFrame([district, sizes.cast(pl.Int64).alias("size")])


def encoded(table: str, rows: pl.DataFrame) -> Encoded:
    """Rows as the columnar engine takes them."""
    counts = rows.group_by("#", maintain_order=True).len()["len"].cast(pl.Int64)
    subjects = pl.DataFrame([counts.alias(f"{table}#")])
    return Encoded(subjects, {table: rows}, {}, subjects.height)
