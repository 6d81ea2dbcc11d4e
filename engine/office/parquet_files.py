"""Parquet files for work by parts: their headings, and a number for each column that is read.

Headings are read here, from the foot of each file; so a file that cannot be used is listed like a
sheet that cannot be, and no job fails of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..facts.assembly import Submitted
from ..facts.grid import Grid, frame_grid, refused
from ..language.diagnostics import Diagnostic, Source, errors
from ..locale import Label

if TYPE_CHECKING:
    import polars

    Types: TypeAlias = tuple[tuple[str, polars.DataType], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A file of districts, or of rows of a table: its headings and the numbers of their columns.

    Below zero is a heading that means nothing: its column is not read.
    """

    path: str
    table: str
    columns: tuple[tuple[str, int], ...]
    height: int

    def rows(self, numbered: "polars.DataFrame") -> "polars.DataFrame":
        """Rows of the file under its headings, the columns that were not read blank."""
        import polars

        return numbered.select(
            (polars.lit("") if number < 0 else polars.col(f"c{number}")).alias(heading)
            for heading, number in self.columns
        )


@dataclass(slots=True)
class Inputs:
    """The files that can be read, and what was lost with the others."""

    parts: dict[str, Part] = field(default_factory=dict)
    # Files of one table and schema, and which of its columns has the code of the subject.
    alike: dict[tuple[str, "Types"], tuple[str, list[Path]]] = field(default_factory=dict)
    # A column of each heading and type: two files may write one heading in two types.
    numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    rows: int = 0
    lost: list[Submitted] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def lose(self, diagnostic: Diagnostic) -> None:
        """Keep what is wrong outside any row: an error takes its file with it."""
        if errors([diagnostic]):
            place = diagnostic.span
            faults = (diagnostic,)
            self.lost.append(
                Submitted(place=place, code="", name="", sheet=None, diagnostics=faults)
            )
        else:
            self.warnings.append(diagnostic)


def head_of(path: Path, inputs: Inputs) -> Grid | None:
    """The headings of a file, without its rows."""
    import polars

    try:
        schema = polars.scan_parquet(path, glob=False).collect_schema()
    except (polars.exceptions.PolarsError, OSError, ValueError) as error:
        for diagnostic in refused(path, Label(str(error), str(error))).diagnostics:
            inputs.lose(diagnostic)
        return None
    return frame_grid(polars.DataFrame(schema=schema), Source(str(path)), ())


def add_file(path: Path, table: str, code: str, used: set[str], inputs: Inputs) -> None:
    """A file that can be used; of its columns those that mean something travel."""
    import polars

    scanned = polars.scan_parquet(path, glob=False)
    types = tuple(scanned.collect_schema().items())
    columns = []
    for heading, kind in types:
        number = -1
        if heading in used:
            key = (table, heading, str(kind))
            number = inputs.numbers.setdefault(key, len(inputs.numbers))
        columns.append((heading, number))
    height = scanned.select(polars.len()).collect().item()
    inputs.parts[str(path.resolve())] = Part(str(path), table, tuple(columns), height)
    inputs.alike.setdefault((table, types), (code, []))[1].append(path)
    inputs.rows += height
