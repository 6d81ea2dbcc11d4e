"""What a Spark worker makes of whole districts: the lines that a batch on one machine makes.

Rows arrive as Arrow batches, sorted so that all rows of a district follow one another; a district
that a batch cuts in two waits for its rest. Columns are numbered, since Spark reads a dot in a name
as a field; parts say which of them make up which file.
"""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import polars

from ..facts.assembly import Submitted
from ..facts.beside import open_beside
from ..facts.folder import Found
from ..facts.grid import frame_grid
from ..facts.headings import Names
from ..facts.reading import Faults
from ..facts.roster import Item, Roster
from ..facts.rows import open_rows
from ..facts.wide_frame import Reader
from ..language.diagnostics import Diagnostic, Source
from ..language.model import Outcome, Ruleset
from .batch import Batch, merged
from .chunk import record_lines, unusable
from .describe import Describe
from .outputs import GRADE_COLUMNS
from .parquet_files import Part
from .store import Line
from .wide_lines import CRITERION, decided_lines

# Beside the numbered columns: the district, the file, the row in it.
KEY, FILE, ROW = "key", "file", "line"
_COUNTS = tuple(str(outcome) for outcome in Outcome)
_TYPES = {"year": "int", "complete": "boolean", **dict.fromkeys(_COUNTS, "int")}
GRADE_FIELDS = ", ".join(f"`{name}` {_TYPES.get(name, 'string')}" for name in GRADE_COLUMNS)
DIAGNOSTIC = ("severity", "diagnostic", "at", "message", "help")
LINE = (
    f"place string, scored boolean, {GRADE_FIELDS}, "
    f"criteria array<struct<{', '.join(f'`{name}`: string' for name in CRITERION)}>>, "
    f"diagnostics array<struct<{', '.join(f'`{name}`: string' for name in DIAGNOSTIC)}>>"
)


@dataclass(frozen=True, slots=True)
class Work:
    """What all workers are given; the files by the path that Spark knows them by."""

    ruleset: Ruleset
    describe: Describe
    year: int | None
    parts: Mapping[str, Part]

    def part(self, file: str) -> Part:
        """The file that Spark knows by this address."""
        return self.parts[unquote(urlsplit(file).path)]


@dataclass(frozen=True, slots=True)
class Packed:
    """The work as bytes, so that a worker unpacks and compiles it once and not for each task."""

    data: bytes

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The lines of the districts in Arrow batches."""
        work, names, reader = _unpacked(self.data)
        for frame in whole_districts(batches):
            left = []
            for rows, lines in by_columns(work, names, reader, frame):
                left.append(rows)
                yield from lines
            doubtful = polars.concat(left)
            if doubtful.height:
                yield arrow_lines(work, lines_of(work, names, doubtful))


def packed(work: Work) -> Packed:
    """The work, ready to travel."""
    return Packed(pickle.dumps(work))


_last: list[tuple[bytes, Work, Names, Reader]] = []


def _unpacked(data: bytes) -> tuple[Work, Names, Reader]:
    """The work of this worker; that of the last tasks is kept, and with it the compiled rules."""
    if not _last or _last[0][0] != data:
        work: Work = pickle.loads(data)
        vocabulary = work.ruleset.vocabulary
        _last[:] = [(data, work, Names(vocabulary), Reader(vocabulary))]
    return _last[0][1:]


def whole_districts(batches: Iterator[Any]) -> Iterator[polars.DataFrame]:
    """Frames in which every district has all its rows."""
    kept: polars.DataFrame | None = None
    for batch in batches:
        found = polars.from_arrow(batch)
        if not isinstance(found, polars.DataFrame) or not found.height:
            continue
        frame = found if kept is None else polars.concat([kept, found], how="vertical_relaxed")
        unfinished = frame[KEY] == frame[KEY][-1]
        done, kept = frame.filter(~unfinished), frame.filter(unfinished)
        if done.height:
            yield done
    if kept is not None:
        yield kept


def by_columns(
    work: Work, names: Names, reader: Reader, frame: polars.DataFrame
) -> Iterator[tuple[polars.DataFrame, Iterator[Any]]]:
    """Of each file the rows that are left for sheets, and the lines of the others, as Arrow."""
    for rows, lines in columns_of(work, names, reader, frame):
        yield rows, iter(()) if lines is None else _arrow(lines)


def columns_of(
    work: Work, names: Names, reader: Reader, frame: polars.DataFrame
) -> Iterator[tuple[polars.DataFrame, polars.DataFrame | None]]:
    """Of each file the rows that are left for sheets, and the lines of the others.

    Only a district of a single row is looked at: nothing that it says depends on another row.
    """
    lone = frame[KEY].is_unique()
    yield frame.filter(~lone), None
    for (file,), rows in frame.filter(lone).group_by([FILE], maintain_order=True):
        part = work.part(str(file))
        source, chosen = Source(part.path), part.rows(rows)
        sheets, _, _ = open_rows(frame_grid(chosen.clear(), source, ()), names, work.year)
        if part.table or sheets is None:
            yield rows, None
            continue
        place = (polars.lit(f"{part.path}:"), (polars.col(ROW) + 1).cast(polars.String))
        places = rows.select(polars.concat_str(*place, polars.lit(":1")).alias("place"))["place"]
        lines, left = decided_lines(
            work.ruleset, work.describe, chosen, sheets.head, places, reader, work.year
        )
        yield rows.filter(left), lines


def _arrow(lines: polars.DataFrame) -> Iterator[Any]:
    """Lines as Arrow batches of the schema `LINE`."""
    schema = _schema()
    whole = lines.with_columns(polars.lit(None).alias("diagnostics")).select(schema.names)
    yield from whole.to_arrow().cast(schema).to_batches()


def lines_of(work: Work, names: Names, frame: polars.DataFrame) -> list[dict[str, Any]]:
    """The lines of some districts: the rows as grids, then as on one machine."""
    roster = Roster(Found(), work.ruleset.vocabulary)
    items: list[Item] = []
    for (file,), rows in sorted(frame.group_by([FILE], maintain_order=True), key=lambda x: x[0]):
        part = work.part(str(file))
        grid = frame_grid(part.rows(rows), Source(part.path), (rows[ROW] + 1).to_list())
        if part.table:
            faults = Faults()
            beside = open_beside(grid, work.ruleset.vocabulary.tables[part.table], faults)
            roster.lost += [_lost(d) for d in faults.errors if d.code == "no-code"]
            if beside is not None:
                roster.beside[part.table] = beside
            continue
        sheets, _, nameless = open_rows(grid, names, work.year)
        roster.lost += [_lost(Diagnostic(code="no-code", span=span)) for span in nameless]
        if sheets is not None:
            roster.sheets.append(sheets)
            items += [Item(part.path, code, len(roster.sheets) - 1) for code in sheets.rows]
    batch = Batch(ruleset=work.ruleset, roster=roster, describe=work.describe, options={})
    lines = [Line(line) for line in record_lines(batch, sorted(items))]
    once = [dict(line.head) for line in merged([iter(lines)], work.describe)]
    return once + [unusable(read, read.diagnostics, work.describe) for read in roster.lost]


def _lost(diagnostic: Diagnostic) -> Submitted:
    return Submitted(place=diagnostic.span, code="", name="", sheet=None, diagnostics=(diagnostic,))


# -- lines as Arrow ------------------------------------------------------------------------------


def arrow_lines(work: Work, lines: Sequence[Mapping[str, Any]]) -> Any:
    """Lines as an Arrow batch of the schema `LINE`."""
    import pyarrow

    return pyarrow.RecordBatch.from_pylist(flat_lines(work, lines), schema=_schema())


def flat_lines(work: Work, lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lines as rows of the schema `LINE`."""
    criteria = {criterion.id: criterion.domain for criterion in work.ruleset.criteria}
    known = {
        name: {"domain": domain, "criterion": name, "title": work.describe.title(name)}
        for name, domain in criteria.items()
    }
    return [_flat(line, known, work.describe) for line in lines]


def _schema() -> Any:
    import pyarrow

    kinds = {"string": pyarrow.string(), "int": pyarrow.int32(), "boolean": pyarrow.bool_()}
    flat = {name: kinds[_TYPES.get(name, "string")] for name in GRADE_COLUMNS}
    nested = {
        key: pyarrow.list_(pyarrow.struct([(name, pyarrow.string()) for name in names]))
        for key, names in (("criteria", CRITERION), ("diagnostics", DIAGNOSTIC))
    }
    head = {"place": pyarrow.string(), "scored": pyarrow.bool_()}
    return pyarrow.schema(list({**head, **flat, **nested}.items()))


def _flat(
    line: Mapping[str, Any], known: Mapping[str, Mapping[str, str]], describe: Describe
) -> dict[str, Any]:
    """A line as a row of the schema."""
    record = line.get("record")
    if record is None:
        return {
            "place": line["place"],
            "scored": False,
            "code": line["code"],
            "name": line["name"],
            "diagnostics": [
                {**d, "diagnostic": d["code"], "at": d["place"]} for d in line["diagnostics"]
            ],
        }
    grade, points = record["grade"] or {}, record["points"] or {}
    return {
        "place": line["place"],
        "scored": True,
        **{key: record[key] for key in ("code", "name", "year", "complete", "facts_digest")},
        "kind": record["kind"] or "",
        "grade": grade.get("awarded"),
        "best": grade.get("best"),
        "worst": grade.get("worst"),
        **record["counts"],
        "points_low": points.get("low"),
        "points_high": points.get("high"),
        "warnings": " ".join(record["warnings"]),
        "criteria": [
            {
                **known[found["id"]],
                "outcome": found["outcome"],
                "outcome_label": describe.label(found["outcome"]),
                "shown": found["shown"],
                "measure": found["measure"],
                **{f"points_{end}": (found["points"] or {}).get(end) for end in ("low", "high")},
            }
            for found in record["criteria"]
        ],
    }
