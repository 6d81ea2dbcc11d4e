"""What some rows of a table add to sums and extremes: all columns of one frame at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from .columnar_cells import Cell, Fixed
from .columnar_places import Places
from .columnar_vectors import Vector, Width, widened

if TYPE_CHECKING:
    from .columnar_frame import Frame

SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Widths:
    """What holds the product of a row, and the sum over the rows of a subject."""

    product: Width
    sum: Width


@dataclass(slots=True)
class Block:
    """Some rows, and the columns that cells are made of."""

    rows: "Frame"
    known: Mapping[Fixed, Places]
    columns: dict[str, pl.Series] = field(default_factory=dict)
    names: dict[tuple[object, ...], str] = field(default_factory=dict)
    divisions: dict[Fixed, pl.Expr] = field(default_factory=dict)

    def grouped(self, cells: Mapping[str, tuple[Cell, Widths]]) -> tuple[pl.DataFrame, list[int]]:
        """For each subject the cells that are not nothing; the digits of ``known`` fractions."""
        wanted = []
        for name, (cell, widths) in cells.items():
            expression = self._cell(cell, widths)
            if expression is not None:
                wanted.append(expression.alias(name))
        frame = self._frame()
        return frame.group_by(SUBJECT).agg(wanted), self._digits(frame)

    def digits(self) -> list[int]:
        """How many binary digits each of the fractions has at most."""
        for fixed in self.known:
            self._fraction(fixed)
        return self._digits(self._frame())

    def _frame(self) -> pl.DataFrame:
        assert self.rows.index is not None
        frame = pl.DataFrame({SUBJECT: self.rows.index, **self.columns})
        return frame.with_columns(self.divisions.values()) if self.divisions else frame

    def _digits(self, frame: pl.DataFrame) -> list[int]:
        ends: list[pl.Expr] = []
        for fixed in self.divisions:
            column, low = pl.col(self._named(fixed, "fraction")), fixed.over.span[0]
            least = pl.lit(0) if low is not None and low >= 0 else column.min()
            ends += (column.max().alias(f"{len(ends)}"), least.alias(f"{len(ends) + 1}"))
        if not ends:
            return [0] * len(self.known)
        found = [abs(end).bit_length() for end in frame.select(ends).row(0)]
        most = dict(zip(self.divisions, map(max, found[::2], found[1::2]), strict=True))
        return [most.get(fixed, 0) for fixed in self.known]

    # -- columns --------------------------------------------------------------------------------

    def _named(self, *key: object) -> str:
        return self.names.setdefault(key, f"{SUBJECT} {len(self.names)}")

    def _put(self, value: Vector, width: Width, *key: object) -> pl.Expr:
        series = widened(value, width, self.rows.length)
        assert isinstance(series, pl.Series)
        name = self._named(*key, width)
        self.columns[name] = series.cast(_kind(width))
        return pl.col(name)

    def _fraction(self, fixed: Fixed) -> pl.Expr:
        """A fraction in whole units, taken down; 0 where there is no value."""
        name = self._named(fixed, "fraction")
        if fixed not in self.divisions:
            places = self.known[fixed]
            width, kind = places.width, _kind(places.width)
            over = self._put(self.rows.poly(fixed.over), width, fixed.over)
            under = self._put(self.rows.poly(fixed.under), width, fixed.under)
            units = over * pl.lit(2**places.places, dtype=kind) if places.places else over
            low = fixed.under.span[0]
            if low is not None and low > 0:
                found = units // under
            else:
                positive = under > pl.lit(0, dtype=kind)
                safe = pl.when(positive).then(under).otherwise(pl.lit(1, dtype=kind))
                found = pl.when(positive).then(units // safe).otherwise(pl.lit(0, dtype=kind))
            self.divisions[fixed] = found.alias(name)
        return pl.col(name)

    def _cell(self, cell: Cell, widths: Widths) -> pl.Expr | None:
        """What is asked of a cell; None where no row counts, or each adds nothing."""
        where = self.rows.mask(cell.where)
        if where is False:
            return None
        kind, extreme = _kind(widths.product), cell.how in ("least", "most")
        product: pl.Expr | None = None
        constant = 1
        for factor in cell.factors:
            if isinstance(factor, Fixed):
                # Where there are more digits than was thought it will be done again.
                of = self._fraction(factor).cast(kind, strict=False)
            else:
                value = self.rows.poly(factor)
                if isinstance(value, int):
                    constant *= value
                    continue
                of = self._put(value, widths.product, factor)
            product = of if product is None else product * of
        if not constant and not extreme:
            return None
        if product is None and cell.factors:
            product = self._put(constant, widths.product, constant)
        elif product is not None and constant != 1:
            product = product * pl.lit(constant, dtype=kind)
        if isinstance(where, pl.Series):
            counts = pl.col(self._named(cell.where))
            self.columns[self._named(cell.where)] = where
            if product is None:
                return counts.sum()
            product = pl.when(counts).then(product)
            product = product if extreme else product.otherwise(pl.lit(0, dtype=kind))
        if product is None:
            return pl.len()
        match cell.how:
            case "least":
                return product.min()
            case "most":
                return product.max()
            case "size":
                product = product.abs()
        return product.cast(_kind(widths.sum)).sum()


def _kind(width: Width) -> type[pl.DataType]:
    return pl.Int64 if width is Width.NARROW else pl.Int128
