"""The digests of rows that were read as columns: the very texts that a sheet of each would give."""

import hashlib
import json
from collections.abc import Iterator
from functools import partial

import polars as pl

from .cell_columns import Cell, CellColumn, Numbers, Spelt, distinct_texts
from .digest import plain_value
from .sheet import Declared
from .values import By
from .wide_frame import Wide, word

_MOST = 2**62
_AT_A_TIME = 2048


def facts_digests(wide: Wide) -> pl.Series:
    """For each row what `facts_digest` gives for its sheet."""
    columns: list[pl.Series] = []

    def text(series: pl.Series) -> pl.Expr:
        columns.append(series.alias(str(len(columns))))
        return pl.col(columns[-1].name)

    def listed(parts: Iterator[pl.Series]) -> pl.Expr:
        """Pieces that each end with a comma, without the last of them."""
        texts = [text(part) for part in parts]
        return pl.concat_str(texts).str.strip_suffix(",") if texts else pl.lit("")

    whole = pl.concat_str(
        pl.lit('{"attributes":{'),
        listed(_attributes(wide)),
        pl.lit('},"facts":['),
        listed(_facts(wide)),
        pl.lit('],"format":1,"kind":'),
        text(_quoted(wide.kind, wide.length)),
        pl.lit(',"outcomes":['),
        listed(_outcomes(wide)),
        pl.lit('],"subject":'),
        text(pl.Series([_json(code) for code in wide.codes], dtype=pl.String)),
        pl.lit(f',"tables":{{}},"year":{wide.year}}}'),
    )
    digests: list[str] = []
    # The texts are long, and no more of them than these are there at a time.
    for part in pl.DataFrame(columns).iter_slices(_AT_A_TIME):
        texts = part.select(whole).to_series()
        digests += [f"sha256:{hashlib.sha256(t.encode()).hexdigest()}" for t in texts]
    return pl.Series(digests, dtype=pl.String)


def attribute_texts(wide: Wide) -> pl.Series:
    """For each row its attributes as JSON, by their names."""
    empty = pl.Series("attributes", [""], dtype=pl.String).new_from_index(0, wide.length)
    frame = pl.DataFrame([empty, *(s.alias(str(n)) for n, s in enumerate(_attributes(wide)))])
    listed = pl.concat_str(pl.all()).str.strip_suffix(",")
    return frame.select(pl.concat_str(pl.lit("{"), listed, pl.lit("}"))).to_series()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _quoted(spelt: Spelt | None, length: int) -> pl.Series:
    if spelt is None:
        return pl.Series(['""'], dtype=pl.String).new_from_index(0, length)
    kinds = pl.Series([_json(word(cell)) for cell in spelt.cells], dtype=pl.String)
    return spelt.gathered(kinds, '""')


def _attributes(wide: Wide) -> Iterator[pl.Series]:
    for name, spelt in sorted(wide.attributes.items()):
        yield spelt.texts(partial(_attribute, name))


def _attribute(name: str, cell: Cell) -> str:
    return f"{_json(name)}:{_json(word(cell))}," if word(cell) else ""


def _outcomes(wide: Wide) -> Iterator[pl.Series]:
    for name, spelt in sorted(wide.outcomes.items()):
        yield spelt.texts(partial(_outcome, name))


def _outcome(name: str, cell: Cell) -> str:
    if not isinstance(cell.value, Declared):
        return ""
    return f"{_json([name, str(By.SELF), str(cell.value.outcome), ''])},"


def _facts(wide: Wide) -> Iterator[pl.Series]:
    for (name, year), column in sorted(wide.facts.items(), key=lambda item: item[0]):
        yield _fact(name, year, column)


def _fact(name: str, year: int, column: CellColumn) -> pl.Series:
    def piece(cell: Cell) -> str:
        stated = cell.value
        if stated is None or isinstance(stated, (Declared, str, int)):
            return ""
        return f"{_json([name, year, str(By.SELF), plain_value(stated)])},"

    spelt = column.spelt.texts(piece)
    if column.numbers is None:
        return spelt
    before = _json([name, year, str(By.SELF), ""])[:-2]
    frame = pl.DataFrame(
        {"spelt": spelt, "number": number_texts(column.numbers), "known": column.numbers.known}
    )
    number = pl.concat_str(pl.lit(before), "number", pl.lit('"],'))
    return frame.select(pl.when("known").then(number).otherwise("spelt")).to_series()


def number_texts(numbers: Numbers) -> pl.Series:
    """The exact values as texts; for what is not known that of another."""
    most = numbers.digits.max()
    small = isinstance(most, int) and most * numbers.over < _MOST
    if numbers.under == 1 and small:
        return (numbers.digits * numbers.over).cast(pl.String)
    return distinct_texts(numbers, str)
