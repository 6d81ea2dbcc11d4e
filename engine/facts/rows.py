"""Sheets from the rows of a table: a row a district, or a row a value (code, fact, year, value)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..language.diagnostics import Diagnostic, Related, Span, in_order
from ..language.units import narrow
from ..language.vocabulary import Vocabulary
from ..locale import Label
from .assembly import Assembly, Cells, Submitted, read_by
from .csv_rows import no_head
from .fact_reader import YEAR
from .grid import Grid
from .headings import Heading, Names, Role, is_long, read_head, with_role
from .reading import Faults
from .row_checks import is_total
from .sheet import Table
from .values import By


@dataclass(frozen=True, slots=True)
class RowSheets:
    """The subjects of one grid with the rows of each; a sheet is read when it is asked for."""

    grid: Grid
    head: tuple[Heading, ...]
    rows: dict[str, tuple[int, ...]]
    vocabulary: Vocabulary
    names: Names
    cells: Cells
    year: int | None

    def place(self, code: str) -> Span:
        """Where a subject's rows begin."""
        return self.grid.at(self.rows[code][0])

    def read(
        self,
        code: str,
        tables: dict[str, Table],
        faults: Faults,
        only: Sequence[Heading] | None = None,
    ) -> Submitted:
        """The sheet of one subject; ``faults`` are those already found with its tables.

        With ``only``, of facts and outcomes it has but those under these headings.
        """
        place = self.place(code)
        assembly = Assembly(
            vocabulary=self.vocabulary,
            cells=self.cells,
            place=place,
            code=code,
            year=0,
            faults=faults,
        )
        assembly.year, rows = self._of_one_year(code, faults)
        if is_long(self.head):
            for row in rows:
                self._subject(row, assembly)
                self._value(row, assembly)
        else:
            seen: dict[By, int] = {}
            for row in rows:
                by = self._by(row, faults)
                if by in seen:
                    faults.add(_twice(code, self.grid.at(row), self.grid.at(seen[by])))
                elif by is not None:
                    seen[by] = row
                    self._subject(row, assembly)
                    self._facts(row, by, assembly, only)
        return assembly.done(self.grid.source, tables)

    # -- one cell -------------------------------------------------------------------------------

    def _cell(self, row: int, column: int, faults: Faults) -> tuple[str, Span]:
        """The text of a cell; a cell that holds no value is a fault and reads as blank."""
        span = self.grid.at(row, column)
        broken = self.grid.broken.get((row, column))
        text = self.grid.cell(row, column)
        # An error begins with its sign; most cells begin with a digit.
        if broken is None and not text[:1].isalnum() and text.strip() in ERRORS:
            broken = text.strip()
        if broken is not None:
            faults.fault("cell-error", span, found=broken)
            return "", span
        return text, span

    def _of_one_year(self, code: str, faults: Faults) -> tuple[int, tuple[int, ...]]:
        """The year that the rows of a subject state, or that the command gives; and its rows.

        Rows that state another one are told as that, and not as figures that were given twice.
        """
        roles = [Role.EVALUATION_YEAR]
        if not is_long(self.head):
            roles.append(Role.YEAR)
        found: dict[int, list[tuple[int, Span]]] = {}
        unreadable = False
        for heading in with_role(self.head, *roles):
            for row in self.rows[code]:
                text, span = self._cell(row, heading.column, faults)
                written = narrow(text).strip().removesuffix("年")
                if YEAR.fullmatch(written):
                    found.setdefault(int(written), []).append((row, span))
                elif written:
                    faults.fault("bad-year", span, year=text.strip())
                    unreadable = True
        if not found and self.year is None:
            if not unreadable:
                faults.fault("year-unknown", self.place(code), how=_how(self.head))
            return 2000, self.rows[code]
        # That of most rows; of as many, the first.
        year = max(found, key=lambda y: len(found[y])) if found else self.year
        assert year is not None
        others = {row for y, places in found.items() if y != year for row, _ in places}
        for other, places in found.items():
            if other != year:
                values = {"code": code, "year": year, "other": other, "count": len(places)}
                stated = (Related(found[year][0][1], "year_stated_here"),)
                span = places[0][1]
                faults.add(Diagnostic(code="two-years", span=span, values=values, related=stated))
        return year, tuple(row for row in self.rows[code] if row not in others)

    def _by(self, row: int, faults: Faults) -> By | None:
        for heading in with_role(self.head, Role.BY):
            text, span = self._cell(row, heading.column, faults)
            return read_by(text, span, faults)
        return By.SELF

    def _subject(self, row: int, assembly: Assembly) -> None:
        for heading in with_role(self.head, *_OF_SUBJECT):
            text, span = self._cell(row, heading.column, assembly.faults)
            if not text.strip():
                continue
            if heading.role is Role.ATTRIBUTE:
                assembly.attribute(heading.name, text.strip(), span)
            elif heading.role is Role.RULESET:
                assembly.fill(text.strip(), span)
            else:
                assembly.call(str(heading.role), text.strip(), span)

    # -- a row a district -----------------------------------------------------------------------

    def _facts(self, row: int, by: By, assembly: Assembly, only: Sequence[Heading] | None) -> None:
        # A row that is read as a whole is made into texts as a whole.
        cells, broken = None if only is not None else self.grid.rows[row], self.grid.broken
        for heading in self.head if only is None else only:
            if heading.role is not Role.FACT and heading.role is not Role.OUTCOME:
                continue
            if assembly.faults.hopeless:
                return
            if cells is not None and not cells[heading.column] and not broken:
                continue
            text, span = self._cell(row, heading.column, assembly.faults)
            if not text.strip():
                continue
            if heading.role is Role.OUTCOME:
                assembly.declare(heading.name, by, text, span)
            else:
                assembly.state(heading.name, heading.year, by, text, span)

    # -- a row a value --------------------------------------------------------------------------

    def _value(self, row: int, assembly: Assembly) -> None:
        faults = assembly.faults
        by = self._by(row, faults)
        texts = {
            heading.role: self._cell(row, heading.column, faults)
            for heading in with_role(self.head, Role.FACT_NAME, Role.VALUE, Role.YEAR)
        }
        (word, at), (text, span) = texts[Role.FACT_NAME], texts[Role.VALUE]
        if by is None or not text.strip():
            return
        heading = self.names.heading(word, 0)
        if heading is not None and heading.role is Role.OUTCOME:
            assembly.declare(heading.name, by, text, span)
            return
        if heading is None or heading.role is not Role.FACT:
            faults.fault("unknown-fact", at, self.names.nearest(word), name=word.strip())
            return
        year = heading.year
        written, where = texts.get(Role.YEAR, ("", span))
        clean = narrow(written).strip().removesuffix("年")
        if clean and not YEAR.fullmatch(clean):
            faults.fault("bad-year", where, year=written.strip())
            return
        if clean and year is not None and int(clean) != year:
            faults.fault("subject-differs", where, name="year", found=clean, other=year)
            return
        assembly.state(heading.name, int(clean) if clean else year, by, text, span)


# What spreadsheets leave where a formula failed, also when saved as CSV.
ERRORS = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!")
)


_OF_SUBJECT = (Role.NAME, Role.KIND, Role.RULESET, Role.ATTRIBUTE)


def _how(head: tuple[Heading, ...]) -> Label:
    """What states the evaluation year: where rows are values, `year` is theirs."""
    roles = (Role.EVALUATION_YEAR,) if is_long(head) else (Role.EVALUATION_YEAR, Role.YEAR)
    zh, en = "年度（year）", "year"
    if is_long(head) or next(with_role(head, Role.EVALUATION_YEAR), None) is not None:
        zh, en = "评价年度（evaluation_year）", "evaluation_year"
    if next(with_role(head, *roles), None) is not None:
        return Label(f"在“{zh}”列填写", f"fill in the column `{en}`")
    return Label(f"加一列“{zh}”", f"add a column `{en}`")


def _twice(code: str, here: Span, first: Span) -> Diagnostic:
    return Diagnostic(
        code="duplicate-subject",
        span=here,
        values={"code": code},
        related=(Related(first, "first_given_here"),),
    )


def open_rows(
    grid: Grid, names: Names, year: int | None
) -> tuple[RowSheets | None, tuple[Diagnostic, ...], tuple[Span, ...]]:
    """The subjects of a grid, what is wrong with it as a whole, and the rows without a code."""
    faults = Faults()
    head = read_head(grid, names, faults)
    code = next(with_role(head, Role.CODE), None)
    if code is None:
        other = Faults()
        if not faults.errors and not head and no_head(list(grid.head), grid.head_at(0), other):
            # What is no head names no columns either.
            return None, in_order(other.errors), ()
        if not faults.errors:
            faults.fault("missing-column", Span(grid.source), name="code")
        return None, in_order([*faults.errors, *faults.warnings]), ()
    rows: dict[str, list[int]] = {}
    nameless: list[Span] = []
    for row, cell in enumerate(grid.column(code.column)):
        text = narrow(cell).strip()
        if text and text not in ERRORS and not is_total(text):
            rows.setdefault(text, []).append(row)
        else:
            nameless.append(grid.at(row, code.column))
    sheets = RowSheets(
        grid=grid,
        head=head,
        rows={key: tuple(found) for key, found in rows.items()},
        vocabulary=names.vocabulary,
        names=names,
        cells=Cells(),
        year=year,
    )
    return sheets, in_order([*faults.errors, *faults.warnings]), tuple(nameless)
