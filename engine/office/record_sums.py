"""Counts and adds up the rows of records by district: in whole numbers, whatever their order.

What a row adds to a fact is worked out by the interpreter, once for every combination of cells that
comes; how often each comes in a district is counted in columns. A row that is doubtful, or of which
a cell that decides is not known, is counted apart: it leaves the fact open.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..facts.sheet import FactSheet, Row, Subject, Table
from ..facts.values import Stated
from ..language.diagnostics import Source, Span
from ..language.expression import Aggregate, Column, Kind, walk
from ..language.model import Ruleset, Status
from ..language.vocabulary import TableDefinition, Vocabulary
from ..locale import Label, Lang
from ..scoring.aggregates import Member
from ..scoring.interpreter import Interpreter
from ..scoring.values import Number, Truth, Unknown
from .record_cells import COUNT, Stored
from .record_counts import Counted, count_rows
from .record_faults import CODE
from .record_rows import DOUBT, meaning

if TYPE_CHECKING:
    import polars

# All sums are of whole multiples of this part of a base unit; 亩 are thirds of a square metre.
SCALE = 3 * 10**12
# No cell is as large, so that no sum of 10^11 rows reaches 10^38.
LARGEST = 10**14
# So many rows are looked at together.
PORTION = 2**18
SUMS = ("code", "fact", "sure", "open", "total")

# What a row adds: rows that are counted, rows that are open, and the scaled value of the others.
Adds = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Records:
    """One table of records, and the facts that come of it."""

    vocabulary: Vocabulary
    table: TableDefinition
    facts: tuple[tuple[str, Aggregate], ...]
    subject: str
    lang: Lang

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the facts ask for."""
        found = (column for _, aggregate in self.facts for column in columns_of(aggregate))
        return tuple(dict.fromkeys(found))

    def part(
        self, stored: Sequence[Stored], portion: int = PORTION
    ) -> tuple["polars.DataFrame", "Sequence[polars.DataFrame]"]:
        """What the rows of whole districts come to, and the faults among them in parts.

        About ``portion`` rows that may be faulty are looked at together.
        """
        import polars

        by_columns: dict[tuple[str, ...], list[tuple[str, Aggregate]]] = {}
        for fact, aggregate in self.facts:
            by_columns.setdefault(columns_of(aggregate), []).append((fact, aggregate))
        counted = count_rows(stored, self.table, tuple(by_columns), self.lang, portion)
        found = [self._sums(counted, columns, facts) for columns, facts in by_columns.items()]
        return polars.concat([no_sums(), *found]), counted.faults

    def _sums(
        self, rows: Counted, columns: tuple[str, ...], facts: list[tuple[str, Aggregate]]
    ) -> "polars.DataFrame":
        """The facts that ask for the same columns."""
        import polars

        keys = [*columns, DOUBT]
        counted = rows.by(columns)
        cells = counted.select(keys).unique()
        combinations = [
            {
                name: stated
                for name, text in zip(columns, row, strict=False)
                if (stated := meaning(rows.known[name], self.table.columns[name], text)) is not None
            }
            for row in cells.iter_rows()
        ]
        found = []
        for fact, aggregate in facts:
            adds = [
                _doubted(add) if doubt else add
                for add, doubt in zip(
                    self._adds(aggregate, combinations), cells[DOUBT], strict=True
                )
            ]
            schema = dict.fromkeys(SUMS[2:], polars.Int128)
            added = cells.hstack(polars.DataFrame(adds, schema=schema, orient="row"))
            times = [(polars.col(name) * polars.col(COUNT)).sum() for name in SUMS[2:]]
            sums = counted.join(added, on=keys).group_by(CODE).agg(times)
            found.append(
                sums.select(
                    polars.col(CODE).alias("code"),
                    polars.lit(fact).alias("fact"),
                    *(polars.col(name).cast(polars.Decimal(38, 0)) for name in SUMS[2:]),
                )
            )
        return polars.concat(found)

    def _adds(
        self, aggregate: Aggregate, combinations: Sequence[dict[str, Stated]]
    ) -> Iterator[Adds]:
        """What a row with each combination of cells adds, by the reference evaluator."""
        nowhere = Span(Source(""))
        rows = tuple(Row(values=values, origin=nowhere) for values in combinations)
        sheet = FactSheet(
            subject=Subject(code="", name=""),
            year=2000,
            entries={},
            tables={self.table.name: Table(name=self.table.name, rows=rows, origin=nowhere)},
            source=nowhere.source,
        )
        for _, member in Interpreter(bare_ruleset(self.vocabulary), sheet).rows(aggregate):
            yield _add(aggregate.kind, member)


def columns_of(aggregate: Aggregate) -> tuple[str, ...]:
    """The columns that one fact asks for, by name."""
    return tuple(sorted({part.name for part in walk(aggregate) if isinstance(part, Column)}))


def no_sums() -> "polars.DataFrame":
    """Sums of nothing."""
    import polars

    whole = dict.fromkeys(SUMS[2:], polars.Decimal(38, 0))
    return polars.DataFrame(schema={"code": polars.String, "fact": polars.String, **whole})


def _add(kind: Kind, member: Member) -> Adds:
    if isinstance(member.selected, Unknown):
        return 0, 1, 0
    if not isinstance(member.selected, Truth) or not member.selected.holds:
        return 0, 0, 0
    if kind is Kind.COUNT:
        return 1, 0, 0
    exact = member.value.exact if isinstance(member.value, Number) else None
    if not isinstance(exact, Fraction) or abs(exact) >= LARGEST:
        return 0, 1, 0
    scaled = exact * SCALE
    return (1, 0, int(scaled)) if scaled.denominator == 1 else (0, 1, 0)


def _doubted(add: Adds) -> Adds:
    """A row that is in doubt is open where it would count."""
    sure, left, _ = add
    return 0, sure + left, 0


def bare_ruleset(vocabulary: Vocabulary) -> Ruleset:
    """A ruleset that asks nothing, for expressions over rows alone."""
    return Ruleset(
        id="",
        edition="",
        status=Status.DRAFT,
        title=Label(),
        vocabulary=vocabulary,
        basis={},
        outcomes={},
        parameters={},
        domains=(),
        criteria=(),
        grade=None,
        source=Source(""),
    )
