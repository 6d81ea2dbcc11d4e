"""Scores a chunk of a batch: one line for each item, or why it cannot be scored."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars

from ..facts.assembly import Submitted
from ..facts.digest import facts_digest
from ..facts.reading import Faults
from ..facts.roster import Item
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, errors, in_order
from ..scoring.assess import sheet_faults
from ..scoring.nearness import near_limits
from .ahead import Rows, Work
from .chunk_texts import PLACED, spoken_of, texts_of
from .cohort import record_waits
from .fragility import limits
from .outputs import margin_rows
from .scoring import faults_of, schema, score_all
from .store import Line, dump
from .wide_lines import results_of

if TYPE_CHECKING:
    from .batch import Batch
    from .describe import Describe

# A sheet that can be scored, with what there is to say of it.
Usable = tuple[Submitted, FactSheet, tuple[Diagnostic, ...]]


def readable(batch: "Batch", items: Sequence[Item]) -> tuple[list[Usable], list[dict[str, Any]]]:
    """The sheets of the items that can be scored, and what stands for the others."""
    usable: list[Usable] = []
    others: list[dict[str, Any]] = []
    submitted = [batch.roster.read(item) for item in items]
    faults = faults_of(batch.ruleset, [read.sheet for read in submitted])
    for read, more in zip(submitted, faults, strict=True):
        found = in_order((*read.diagnostics, *more))
        if read.sheet is None or errors(found):
            others.append(unusable(read, found, batch.describe))
        else:
            usable.append((read, read.sheet, found))
    return usable, others


def unusable(
    read: Submitted, diagnostics: Sequence[Diagnostic], describe: "Describe"
) -> dict[str, Any]:
    """What stands for a sheet that cannot be scored."""
    return {
        "code": read.code,
        "place": read.place.place,
        "name": read.name,
        "diagnostics": [describe.diagnostic(d) for d in diagnostics],
    }


def record_lines(batch: "Batch", items: Sequence[Item]) -> list[dict[str, Any]]:
    """The lines as data, sorted by code: where they are put together elsewhere."""
    usable, lines = readable(batch, items)
    frame = score_all(batch.ruleset, [sheet for _, sheet, _ in usable], batch.cohort)
    for (read, sheet, found), row in zip(usable, frame.iter_rows(named=True), strict=True):
        record = batch.describe.record(sheet, row, found)
        place = read.place.place
        lines.append(
            {"code": record["code"], "place": place, "name": record["name"], "record": record}
        )
    return sorted(lines, key=lambda line: (line["code"], line["place"]))


def score_chunk(batch: "Batch", work: Work) -> list[Line]:
    """The lines as they are stored, sorted by code."""
    usable, others = readable(batch, work.left)
    found = polars.DataFrame(schema=schema(batch.ruleset))
    if usable:
        found = score_all(batch.ruleset, [sheet for _, sheet, _ in usable], batch.cohort)
    subjects = _subjects(usable)
    texts = [texts_of(results_of(batch.ruleset, batch.describe), subjects, found)]
    texts += [rows.texts for rows in work.decided]
    rows = _named(spoken_of(batch.ruleset, found), subjects)
    findings = [
        batch.describe.findings(sheet, next(rows), said, batch.cohort) for _, sheet, said in usable
    ]
    for decided in work.decided:
        findings += _of_rows(batch, decided, _named(decided.results, decided.subjects))
    heads = [
        {**head, "warnings": head["warnings"].split()}
        for part in texts
        for head in part.heads.iter_rows(named=True)
    ]
    records = [record for part in texts for record in part.records]
    results = [row for part in texts for row in part.results]
    grades = [row for part in texts for row in part.grades]
    near = [""] * len(heads)
    if batch.cohort is not None or batch.margins:
        titles = {c.id: batch.describe.title(c.id) for c in batch.ruleset.criteria}
        # Nothing is decided as columns then: every line is that of a sheet.
        for place, (_, sheet, _) in enumerate(usable):
            more = _more(batch, sheet, records[place])
            records[place] = f"{records[place][:-1]},{dump(more)[1:]}"
            near[place] = margin_rows(
                sheet.subject, more.get("near", ()), titles, batch.describe.step
            )
            if more.get("waits"):
                heads[place]["record"] = json.loads(records[place])
    lines = [Line(other) for other in others]
    for head, *said in zip(heads, records, results, grades, near, findings, strict=True):
        lines.append(Line(head, tuple(text.encode() for text in said)))
    return sorted(lines, key=lambda line: line.order)


def _named(results: polars.DataFrame, subjects: polars.DataFrame) -> Iterator[dict[str, Any]]:
    """What findings speak of, and whose it is, district by district."""
    return results.hstack(subjects.select("code", "name", "year")).iter_rows(named=True)


def _subjects(usable: Sequence[Usable]) -> polars.DataFrame:
    """Whose the sheets are, and what records say of each as a whole."""
    rows = [
        (
            0,
            sheet.subject.code,
            sheet.subject.name,
            sheet.subject.kind,
            sheet.year,
            dump(dict(sorted(sheet.subject.attributes.items()))),
            " ".join(sorted({d.code for d in found})),
            facts_digest(sheet),
            read.place.place,
        )
        for read, sheet, found in usable
    ]
    return polars.DataFrame(rows, schema=PLACED, orient="row")


def _of_rows(batch: "Batch", decided: Rows, rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The findings of the rows of a table; a whole sheet is read only where it takes one."""
    table, describe = batch.roster.sheets[decided.grid], batch.describe
    lines = decided.subjects["row"].to_list()
    warnings = decided.subjects["warnings"]
    for line, cells, warned in zip(lines, table.grid.values(lines), warnings, strict=True):
        row = next(rows)
        text = describe.row_findings(table, line, cells, row, warned=bool(warned))
        if text is None:
            read = table.read(row["code"], {}, Faults())
            assert read.sheet is not None, "columns decide sound rows only"
            said = in_order((*read.diagnostics, *sheet_faults(batch.ruleset, read.sheet, None)))
            text = describe.findings(read.sheet, row, said, None)
        yield text


def _more(batch: "Batch", sheet: FactSheet, written: str) -> dict[str, Any]:
    """What else a record says: whom the district waits for, how near it is to limits."""
    more: dict[str, Any] = {}
    if batch.cohort is not None:
        more["waits"] = record_waits(batch.ruleset, sheet, json.loads(written), batch.cohort)
    if batch.margins:
        more["near"] = near_limits(batch.ruleset, sheet, batch.cohort)
        more["limits"] = limits(batch.ruleset, sheet)
    return more
