"""The rows of a wide table as columns: a fact a column, and no sheet for each row.

Rows in any doubt are left: what they say, or what is wrong with them, is for the reader of rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from ..language.diagnostics import MOST_SHOWN, Source, Span
from ..language.units import narrow
from ..language.vocabulary import Vocabulary
from .assembly import MOST_KNOWN, Assembly, Cells, read_by
from .cell_columns import (
    BLANK,
    DOUBTFUL,
    Cell,
    CellColumn,
    Read,
    Spelt,
    Value,
    no,
    read_column,
    read_spelt,
)
from .fact_reader import YEAR
from .grid import column_texts
from .headings import Heading, Role, is_long, with_role
from .reading import Faults
from .row_checks import is_total
from .rows import ERRORS
from .sheet import year_of
from .values import By

Key: TypeAlias = tuple[str, int]
_NOWHERE = Span(Source(""))
_MOST_WARNED = MOST_SHOWN // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wide:
    """Rows of one evaluation year; ``rows`` are their numbers in the frame they come from.

    ``left`` is where a row is in doubt, and then nothing else here is meant for it.
    """

    year: int
    rows: pl.Series
    codes: pl.Series
    names: pl.Series
    kind: Spelt | None
    # The edition that a row was filled in for, where it says so.
    filled: Spelt | None
    attributes: Mapping[str, Spelt]
    facts: Mapping[Key, CellColumn]
    outcomes: Mapping[str, Spelt]
    warned: Mapping[str, pl.Series]
    left: pl.Series

    @property
    def length(self) -> int:
        """How many rows there are."""
        return len(self.rows)


@dataclass(slots=True)
class Reader:
    """Reads cells as the reader of rows does, by way of the same assembly of a sheet."""

    vocabulary: Vocabulary
    cells: Cells = field(default_factory=Cells)
    # By heading and evaluation year: a spelling that comes again is not read again.
    known: dict[tuple[Role, str, int | None, int], dict[str, Cell]] = field(default_factory=dict)

    def wide(
        self, frame: pl.DataFrame, head: Sequence[Heading], year: int | None
    ) -> Iterator[Wide]:
        """The rows by evaluation year; ``year`` is for those that state none.

        Rows without one year or one code of their own are in none of them.
        """
        head = tuple(head)
        series = frame.get_columns()
        code = next(with_role(head, Role.CODE), None)
        if code is None or is_long(head):
            return
        codes = codes_of(series[code.column])
        stating = with_role(head, Role.EVALUATION_YEAR, Role.YEAR)
        years = self._years([series[h.column] for h in stating], year, frame.height)
        usable = codes.is_not_null() & years.is_not_null() & codes.is_unique()
        for one in sorted(years.filter(usable).unique().to_list()):
            mine = usable & (years == one)
            whole = bool(mine.all())
            rows = pl.Series(range(frame.height), dtype=pl.UInt32)
            yield self._of_year(
                frame if whole else frame.filter(mine),
                head,
                one,
                rows if whole else rows.filter(mine),
                codes if whole else codes.filter(mine),
            )

    def _years(self, columns: list[pl.Series], given: int | None, height: int) -> pl.Series:
        """The one year that a row states or is given; null where it is not one."""
        found = pl.Series([None], dtype=pl.Int32).new_from_index(0, height)
        doubtful = no(height)
        for column in columns:
            spelt = read_spelt(column, _year)
            numbers = pl.Series([cell.value for cell in spelt.cells], dtype=pl.Int32)
            here = spelt.gathered(numbers, None)
            doubtful |= (found != here).fill_null(False)
            wrong = spelt.mask(lambda cell: cell.left)
            if wrong is not None:
                doubtful |= wrong
            found = found.zip_with(found.is_not_null(), here)
        if given is not None:
            found = found.fill_null(given)
        return found.set(doubtful, None)

    def _of_year(
        self,
        frame: pl.DataFrame,
        head: tuple[Heading, ...],
        year: int,
        rows: pl.Series,
        codes: pl.Series,
    ) -> Wide:
        series = frame.get_columns()
        taken = _Taken(no(frame.height))
        for heading in with_role(head, Role.BY):
            taken.add(read_spelt(series[heading.column], _own))
        names = codes
        kind: Spelt | None = None
        filled: Spelt | None = None
        attributes: dict[str, Spelt] = {}
        for heading in with_role(head, Role.NAME):
            own, wrong = _names(series[heading.column])
            taken.leave(wrong)
            names = own.zip_with(own != "", codes)
        for heading in with_role(head, Role.KIND, Role.RULESET, Role.ATTRIBUTE):
            spelt = read_spelt(series[heading.column], self._attribute(heading, year))
            taken.add(spelt)
            if heading.role is Role.ATTRIBUTE:
                attributes[heading.name] = spelt
            elif heading.role is Role.KIND:
                kind = spelt
            else:
                filled = spelt
        facts: dict[Key, CellColumn] = {}
        outcomes: dict[str, Spelt] = {}
        for heading in with_role(head, Role.FACT, Role.OUTCOME):
            column = series[heading.column]
            if heading.role is Role.OUTCOME:
                outcomes[heading.name] = read_spelt(column, self._outcome(heading, year))
                taken.add(outcomes[heading.name])
                continue
            definition = self.vocabulary.facts[heading.name]
            of = heading.year
            if of is None:
                of = year_of(heading.name, year, self.vocabulary)
            read = read_column(column, definition, self._fact(heading, year))
            if (heading.name, of) in facts:
                # Two headings for one value: which of them a row fills in is for the other reader.
                taken.leave(read.stated())
                continue
            facts[heading.name, of] = read
            taken.add(read.spelt)
        return Wide(
            year=year,
            rows=rows,
            codes=codes,
            names=names,
            kind=kind,
            filled=filled,
            attributes=attributes,
            facts=facts,
            outcomes=outcomes,
            warned=taken.warned,
            left=taken.all_left(),
        )

    # -- one spelling ---------------------------------------------------------------------------

    def _alone(self, heading: Heading, year: int, put: Callable[[Assembly, str], Value]) -> Read:
        """Reads one cell by putting it alone into a sheet."""
        known = self.known.setdefault((heading.role, heading.name, heading.year, year), {})
        if len(known) > MOST_KNOWN:
            known.clear()

        def read(text: str) -> Cell:
            found = known.get(text)
            if found is None:
                found = known[text] = first(text)
            return found

        def first(text: str) -> Cell:
            if not text.strip():
                return BLANK
            if text.strip() in ERRORS:
                return DOUBTFUL
            assembly = Assembly(
                vocabulary=self.vocabulary,
                cells=self.cells,
                place=_NOWHERE,
                code="",
                year=year,
            )
            value = put(assembly, text)
            if assembly.faults.errors or value is None:
                return DOUBTFUL
            return Cell(value, tuple(sorted({d.code for d in assembly.faults.warnings})))

        return read

    def _fact(self, heading: Heading, year: int) -> Read:
        def put(assembly: Assembly, text: str) -> Value:
            assembly.state(heading.name, heading.year, By.SELF, text, _NOWHERE)
            return next((e.stated for es in assembly.entries.values() for e in es), None)

        return self._alone(heading, year, put)

    def _outcome(self, heading: Heading, year: int) -> Read:
        def put(assembly: Assembly, text: str) -> Value:
            assembly.declare(heading.name, By.SELF, text, _NOWHERE)
            return next((d for ds in assembly.declared.values() for d in ds), None)

        return self._alone(heading, year, put)

    def _attribute(self, heading: Heading, year: int) -> Read:
        def put(assembly: Assembly, text: str) -> Value:
            if heading.role is Role.ATTRIBUTE:
                assembly.attribute(heading.name, text.strip(), _NOWHERE)
            return text.strip()

        return self._alone(heading, year, put)


@dataclass(slots=True)
class _Taken:
    """The rows that are left, and those of whose cells there are warnings."""

    left: pl.Series
    warned: dict[str, pl.Series] = field(default_factory=dict)
    columns: list[pl.Series] = field(default_factory=list)

    def leave(self, mask: pl.Series | None) -> None:
        """Leave some rows."""
        if mask is not None:
            self.left = self.left | mask

    def add(self, spelt: Spelt) -> None:
        """What single cells say of their rows."""
        self.leave(spelt.mask(lambda cell: cell.left))
        for code, mask in spelt.warned().items():
            known = self.warned.get(code)
            self.warned[code] = mask if known is None else known | mask
            self.columns.append(mask)

    def all_left(self) -> pl.Series:
        """Also the rows with so many warnings that not all of them are listed."""
        if len(self.columns) > _MOST_WARNED:
            counts = pl.sum_horizontal(mask.cast(pl.UInt16) for mask in self.columns)
            self.leave(pl.select(counts > _MOST_WARNED).to_series())
        return self.left


def codes_of(series: pl.Series) -> pl.Series:
    """The codes of the subjects; null where a row has none."""
    texts, _ = column_texts(series)
    found: list[str | None] = []
    for text in texts:
        code = (text if text.isascii() else narrow(text)).strip()
        found.append(code if code and code not in ERRORS and not _sums(code) else None)
    return pl.Series(found, dtype=pl.String)


def _names(series: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The names of the subjects, and where a cell holds none that can be read."""
    texts, broken = column_texts(series)
    found = [text.strip() for text in texts]
    wrong = [row in broken or name in ERRORS for row, name in enumerate(found)]
    return pl.Series(found, dtype=pl.String), pl.Series(wrong, dtype=pl.Boolean)


def _sums(code: str) -> bool:
    return not code.isdigit() and is_total(code)


def _year(text: str) -> Cell:
    written = narrow(text).strip().removesuffix("年")
    if not written:
        return BLANK
    return Cell(int(written)) if YEAR.fullmatch(written) else DOUBTFUL


def _own(text: str) -> Cell:
    """Whose figures a row has; those of others than the district are left."""
    return BLANK if read_by(text, _NOWHERE, Faults()) is By.SELF else DOUBTFUL


def word(cell: Cell) -> str:
    """A cell that is kept as it is written."""
    return cell.value if isinstance(cell.value, str) else ""
