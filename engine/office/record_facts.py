"""Sums of rows become facts of districts: written exactly, or left open with their bounds."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from ..language.aggregation import Aggregation
from ..language.expression import Kind
from ..language.units import decimal_text, find_unit
from ..language.vocabulary import FactDefinition, FactType
from .record_sums import SCALE, SUMS

if TYPE_CHECKING:
    import polars

OPEN = ("code", "fact", "reason", "rows", "low", "high")


def added_up(sums: "polars.DataFrame") -> "polars.DataFrame":
    """Sums of several parts together, by district."""
    import polars

    whole = (polars.col(name).cast(polars.Int128).sum() for name in SUMS[2:])
    return sums.group_by("code", "fact").agg(whole).sort("code", "fact")


def district_facts(
    aggregation: Aggregation, sums: "polars.DataFrame", year: int | None
) -> tuple["polars.DataFrame", "polars.DataFrame"]:
    """A row a district as `dudao batch` reads it, and the facts that stay open.

    A district without any row of a table has no fact of it: that is not zero.
    """
    import polars

    facts: dict[str, dict[str, str]] = {}
    left: list[tuple[str, str, str, int, str | None, str | None]] = []
    for code, fact, sure, rows, total in sums.iter_rows():
        district = facts.setdefault(code, {})
        counts = aggregation.facts[fact].kind is Kind.COUNT
        value = Fraction(sure) if counts else Fraction(total, SCALE)
        if rows:
            bounds = (str(sure), str(sure + rows)) if counts else (None, None)
            left.append((code, fact, "open-rows", rows, *bounds))
            continue
        definition = aggregation.vocabulary.facts[fact]
        text = written(value, definition)
        if definition.type is FactType.COUNT and (value.denominator != 1 or value < 0):
            left.append((code, fact, "not-a-count", 0, str(value), str(value)))
        elif text is None:
            left.append((code, fact, "no-decimal", 0, str(value), str(value)))
        else:
            district[fact] = text
    return _wide(aggregation, facts, year), polars.DataFrame(
        left, schema=dict.fromkeys(OPEN, polars.String) | {"rows": polars.Int64}, orient="row"
    ).sort("code", "fact")


def _wide(
    aggregation: Aggregation, facts: Mapping[str, Mapping[str, str]], year: int | None
) -> "polars.DataFrame":
    import polars

    codes = sorted(facts)
    columns: dict[str, list[str | None]] = {"code": list(codes)}
    if year is not None:
        columns["year"] = [str(year)] * len(codes)
    for name in aggregation.facts:
        columns[name] = [facts[code].get(name) for code in codes]
    return polars.DataFrame(columns, schema=dict.fromkeys(columns, polars.String))


def written(value: Fraction, definition: FactDefinition) -> str | None:
    """A number in base units as a cell, exactly: in the declared unit, or thirds of a ㎡ as 亩."""
    for name in ("", "亩"):
        unit = find_unit(name) if name else definition.unit
        if unit is None or unit.dimension != definition.unit.dimension:
            continue
        text = decimal_text(value / unit.scale)
        if "/" not in text:
            return f"{text}{name}"
    return None
