"""A batch of wide Parquet tables as columns: portion by portion, no sheet for a sound row.

The folder of results is that of a batch on Spark, and of the same values; memory does not grow
with the batch, beside the codes of the districts and the lists of what is open or unusable.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars

from ..facts.folder import file_digest
from ..facts.headings import Names
from ..facts.wide_frame import Reader, codes_of
from ..language.diagnostics import in_order
from ..language.model import Outcome, Ruleset
from .batch import Finished
from .chunk import unusable
from .describe import Describe
from .outputs import GRADE_COLUMNS, RESULT_COLUMNS, UNUSABLE_COLUMNS
from .parquet_files import Inputs, Part
from .parquet_manifest import data_files, results_manifest
from .spark_inputs import open_inputs
from .spark_lines import FILE, KEY, ROW, Work, columns_of, flat_lines, lines_of
from .spark_session import SparkError
from .store import MANIFEST, Store, dump, write_whole
from .tally import Tally, in_place_order
from .wide_results import CRITERION

# Districts at a time.
PORTION = 32_768
_GRADES = {
    **dict.fromkeys(GRADE_COLUMNS, polars.String()),
    **dict.fromkeys(("year", *map(str, Outcome)), polars.Int32()),
    "complete": polars.Boolean(),
}
_LINE = {
    "place": polars.String(),
    **_GRADES,
    "criteria": polars.List(polars.Struct(dict.fromkeys(CRITERION, polars.String()))),
}


class ColumnsError(Exception):
    """What cannot be scored as columns; ``problem`` is the key of a phrase, ``values`` fill it."""

    def __init__(self, problem: str, **values: object) -> None:
        self.problem = problem
        self.values = values
        super().__init__(problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsBatch:
    """What is scored by what, and for whom it is described."""

    ruleset: Ruleset
    source: Path
    describe: Describe
    year: int | None
    options: Mapping[str, Any]
    portion: int = PORTION


def score_columns(
    batch: ColumnsBatch, out: Path, progress: Callable[[int, int], None] | None = None
) -> Finished:
    """Score all, write ``out`` whole. Raises `ColumnsError`, and `StoreError` as a batch does."""
    if batch.ruleset.batch is not None:
        raise ColumnsError("columns_no_batch_rules", ruleset=batch.ruleset.name)
    try:
        found, inputs = open_inputs(batch.source, batch.ruleset.vocabulary, batch.year)
    except SparkError as error:
        raise ColumnsError("columns_read_parquet", **error.values) from None
    work = Work(batch.ruleset, batch.describe, batch.year, inputs.parts)
    lost = [unusable(read, read.diagnostics, batch.describe) for read in inputs.lost]
    store = Store(out)
    with store.in_one_go() as folder:
        tally = Tally(batch.ruleset)
        scorer = _Scorer(work, Names(batch.ruleset.vocabulary), Reader(batch.ruleset.vocabulary))
        writer = _Writer(folder)
        for frame in portions(inputs, batch.portion):
            lost += _portion(frame, scorer, writer, tally)
            if progress is not None:
                progress(frame.height, inputs.rows)
        writer.finish(lost)
        tally.unusable = in_place_order(lost)
        manifest = results_manifest(
            batch.ruleset,
            batch.describe,
            tally,
            options=batch.options,
            inputs={str(path): file_digest(path) for path in found.read},
            outputs={str(path): file_digest(path) for path in data_files(folder)},
            folder=folder,
            warnings=in_order((*inputs.warnings, *tally.diagnostics())),
        )
        write_whole(folder / MANIFEST, [dump(manifest)])
        store.publish()
    return Finished(tally=tally, manifest={**manifest, "unusable": tally.unusable})


def _portion(
    frame: polars.DataFrame, scorer: "_Scorer", writer: "_Writer", tally: Tally
) -> list[dict[str, Any]]:
    """Score, write and count some districts; only the lines of spoiled ones are kept."""
    lines, spoiled = scorer.score(frame)
    results = writer.write(lines)
    _count(lines, results, tally)
    return spoiled


# -- reading -------------------------------------------------------------------------------------


def portions(inputs: Inputs, size: int) -> Iterator[polars.DataFrame]:
    """All rows, some districts at a time in the order of their codes, each of them as a whole."""
    files: list[tuple[Part, polars.Series]] = []
    for code, paths in inputs.alike.values():
        for path in paths:
            column = polars.scan_parquet(path, glob=False).select(code).collect().to_series()
            files.append((inputs.parts[str(path.resolve())], codes_of(column)))
    if not files:
        return
    files.sort(key=lambda file: file[0].path)
    every = polars.concat([codes for _, codes in files])
    number = ((every.rank("dense") - 1) // size).fill_null(0).cast(polars.UInt32)
    starts = [sum(len(codes) for _, codes in files[:i]) for i in range(len(files))]
    numbers = [number.slice(start, len(f[1])) for start, f in zip(starts, files, strict=True)]
    for wanted in range(int(number.max() or 0) + 1):  # type: ignore[arg-type]
        frames = [
            _rows(part, codes, mine == wanted)
            for (part, codes), mine in zip(files, numbers, strict=True)
        ]
        frame = polars.concat(frames, how="diagonal")
        if frame.height:
            yield frame


def _rows(part: Part, codes: polars.Series, mine: polars.Series) -> polars.DataFrame:
    """Some rows of a file: numbered columns, file, row, and whose they are."""
    where = mine.arg_true()
    first, last = (0, -1) if not len(where) else (where[0], where[-1])
    length = last - first + 1
    columns = [polars.col(h).alias(f"c{n}") for h, n in part.columns if n >= 0]
    scanned = polars.scan_parquet(part.path, glob=False).select(columns)
    address = Path(part.path).resolve().as_uri()
    alone = polars.concat_str(polars.lit(f"-{address}-"), polars.col(ROW))
    return (
        scanned.slice(first, length)
        .collect()
        .with_columns(
            polars.lit(address).alias(FILE),
            polars.int_range(first, last + 1, dtype=polars.Int64).alias(ROW),
            codes.slice(first, length).alias(KEY),
        )
        .with_columns(polars.col(KEY).fill_null(alone))
        .filter(mine.slice(first, length))
    )


# -- scoring -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Scorer:
    """Scores portions; keeps what it has read of headings and cells."""

    work: Work
    names: Names
    reader: Reader

    def score(self, frame: polars.DataFrame) -> tuple[polars.DataFrame, list[dict[str, Any]]]:
        """The lines of the districts that are scored, by code, and of those that are not."""
        work = self.work
        left, lines = [], [polars.DataFrame(schema=_LINE)]
        for rows, found in columns_of(work, self.names, self.reader, frame):
            left.append(rows)
            if found is not None:
                lines.append(found.select(*_LINE))
        others = lines_of(work, self.names, polars.concat(left))
        scored = flat_lines(work, [line for line in others if "record" in line])
        lines.append(polars.DataFrame(scored, schema=_LINE, orient="row"))
        whole = polars.concat([some for some in lines if some.height] or lines[:1])
        if not whole["code"].is_sorted():
            whole = whole.sort("code")
        return whole, [line for line in others if "record" not in line]


def _count(lines: polars.DataFrame, results: polars.DataFrame, tally: Tally) -> None:
    """Count the lines of a portion."""
    tally.scored += lines.height
    groups = lines.group_by("best", "worst", "year", maintain_order=True)
    for best, worst, year, count, place in groups.agg(
        polars.len(), polars.first("place")
    ).iter_rows():
        tally.by_grade[best, worst] += count
        tally.bests[best] += count
        tally.years.setdefault(year, []).extend([place] * count)
    for criterion, outcome, count in results.group_by("criterion", "outcome").len().iter_rows():
        tally.by_criterion.setdefault(criterion, Counter())[outcome] += count
    doubtful = lines.filter(polars.col("warnings") != "")
    each = doubtful.select("code", polars.col("warnings").str.split(" ")).explode(
        "warnings", empty_as_null=False
    )
    for warning, codes in each.group_by("warnings").agg("code").iter_rows():
        tally.remark(warning, codes)
    unfinished = lines.filter(~polars.col("complete"))
    tally.open += unfinished.select("code", "name", "best", "worst").iter_rows()


# -- writing -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Writer:
    """Writes a part of each data set for each portion."""

    folder: Path
    parts: int = 0

    def write(self, lines: polars.DataFrame) -> polars.DataFrame:
        """Grades and results of a portion; the latter are given back."""
        self._part("grades", lines.select(GRADE_COLUMNS))
        each = lines.select("code", "name", "year", "criteria")
        rows = each.explode("criteria", empty_as_null=False).unnest("criteria")
        results = rows.select(RESULT_COLUMNS)
        self._part("results", results)
        self.parts += 1
        return results

    def finish(self, lost: Sequence[dict[str, Any]]) -> None:
        """What is unusable; and that there are no results, where there are none."""
        if not self.parts:
            self.write(polars.DataFrame(schema=_LINE))
        rows = [
            {**line, **d, "diagnostic": d["code"], "at": d["place"], **_whose(line)}
            for line in in_place_order(lost)
            for d in line["diagnostics"]
        ]
        texts = dict.fromkeys(UNUSABLE_COLUMNS, polars.String)
        frame = polars.DataFrame(
            [{name: row.get(name) for name in UNUSABLE_COLUMNS} for row in rows], schema=texts
        )
        self.parts = 0
        self._part("unusable", frame)

    def _part(self, name: str, frame: polars.DataFrame) -> None:
        folder = self.folder / f"{name}.parquet"
        folder.mkdir(exist_ok=True)
        frame.write_parquet(folder / f"part-{self.parts:05}.parquet", compression="zstd")


def _whose(line: Mapping[str, Any]) -> dict[str, Any]:
    return {key: line[key] for key in ("place", "code", "name")}
