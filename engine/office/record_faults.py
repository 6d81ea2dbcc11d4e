"""Lists what is wrong with rows of records: where, what was found, and what to say of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..language.diagnostics import Diagnostic
from ..language.vocabulary import TableDefinition
from ..locale import Lang

if TYPE_CHECKING:
    import polars

# The subject's code and where a row stands, beside the columns of its table.
CODE, FILE, ROW = "@code", "@file", "@row"
# What is in a cell that holds no value, before the kind of thing that it holds.
BROKEN = "\0"
FAULTS = ("file", "row", "code", "table", "column", "diagnostic", "found", "message")
# No two faults have these in common.
_ORDER = ("file", "row", "column", "diagnostic")


def no_faults() -> "polars.DataFrame":
    """The list of faults without any."""
    import polars

    kinds = dict.fromkeys(FAULTS, polars.String) | {"row": polars.Int64}
    return polars.DataFrame(schema=kinds)


class Listing:
    """The faults of a part, a row each: where, and what is wrong in the reader's language."""

    def __init__(self, table: TableDefinition, lang: Lang) -> None:
        self.table = table
        self.lang = lang
        self._found: list[polars.DataFrame] = [no_faults()]

    def add(
        self,
        rows: "polars.DataFrame",
        column: str,
        tell: Callable[[str], Diagnostic],
    ) -> None:
        """Every one of ``rows`` for what its cell in ``column`` says."""
        import polars

        if not rows.height:
            return
        said = {text: tell(text) for text in rows[column].unique()}
        codes = {text: fault.code for text, fault in said.items()}
        messages = {text: fault.message(self.lang) for text, fault in said.items()}
        cell = polars.col(column)
        self._found.append(
            rows.select(
                polars.col(FILE).alias("file"),
                polars.col(ROW).alias("row"),
                polars.col(CODE).alias("code"),
                polars.lit(self.table.name).alias("table"),
                polars.lit("" if column == CODE else column).alias("column"),
                cell.replace_strict(codes, return_dtype=polars.String).alias("diagnostic"),
                cell.str.strip_prefix(BROKEN).alias("found"),
                cell.replace_strict(messages, return_dtype=polars.String).alias("message"),
            )
        )

    def faults(self) -> "polars.DataFrame":
        """All of them, in order."""
        import polars

        return polars.concat(self._found).sort(_ORDER)


def listed(parts: "list[polars.DataFrame]") -> "polars.DataFrame":
    """Faults of several parts in order, where each part is in order, and those of a file are.

    The parts are used up, so that the faults are not there twice.
    """
    import polars

    by_file: dict[str, list[polars.DataFrame]] = {"": [no_faults()]}
    for part in parts:
        files = part["file"].unique()
        for file in files:
            of_file = part if len(files) == 1 else part.filter(polars.col("file") == file)
            by_file.setdefault(file, []).append(of_file)
    parts.clear()
    pieces = [piece for file in sorted(by_file) for piece in by_file.pop(file)]
    columns = []
    for name in FAULTS:
        columns.append(polars.concat([piece[name] for piece in pieces], rechunk=True))
        pieces = [piece.drop(name) for piece in pieces]
    return polars.DataFrame(columns)
