"""Scores everything that came in, chunk by chunk, and publishes the results in one step."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from .. import __version__
from ..facts.assembly import Submitted
from ..facts.folder import file_digest
from ..facts.roster import Item, Roster
from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Related, Source, Span, errors, in_order
from ..language.digest import ruleset_digest
from ..language.model import Ruleset
from ..scoring.cohort import Cohort
from ..scoring.nearness import near_limits
from .cohort import cohort_of, record_waits, summary, waiting
from .fragility import limits
from .outputs import Outputs, Record, write_unusable
from .scoring import faults_of, score_all
from .store import (
    MANIFEST,
    WRITTEN,
    Store,
    StoreError,
    differing,
    dump,
    read_records,
    write_whole,
)
from .tally import Tally, in_place_order

FORMAT = 1
CHUNK = 500


class Describe(Protocol):
    """What reports make of a batch: data and texts, in the language that was asked for."""

    def record(
        self, sheet: FactSheet, row: Mapping[str, Any], diagnostics: tuple[Diagnostic, ...]
    ) -> Record:
        """One district of ``results.json``."""

    def findings(
        self,
        sheet: FactSheet,
        record: Record,
        diagnostics: tuple[Diagnostic, ...],
        cohort: Cohort | None,
    ) -> str:
        """The file of findings of one district."""

    def diagnostic(self, diagnostic: Diagnostic) -> Mapping[str, Any]:
        """A diagnostic for programs."""

    def label(self, outcome: str) -> str:
        """What an outcome is called."""

    def title(self, criterion: str) -> str:
        """What a criterion is called."""

    def shown(self, criterion: str, measure: str) -> str:
        """An exact measure as people read it."""

    def step(self, quantum: str, unit: str) -> tuple[str, str]:
        """A step of a fact as people read it: its digits and the word for its unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is scored by what, and for whom it is described."""

    ruleset: Ruleset
    roster: Roster
    describe: Describe
    options: Mapping[str, Any]
    chunk: int = CHUNK
    jobs: int = 1
    margins: bool = False
    # What the subjects have together, where the ruleset compares them.
    cohort: Cohort | None = None

    @property
    def chunks(self) -> tuple[tuple[Item, ...], ...]:
        """The items in slices of one size."""
        items = self.roster.items
        return tuple(items[i : i + self.chunk] for i in range(0, len(items), self.chunk))

    def run(self) -> dict[str, Any]:
        """What the chunks are made from; a run is only resumed when all of it is the same."""
        ruleset, cohort = self.ruleset, self.cohort
        return {
            "format": FORMAT,
            "engine": {"name": "dudao", "version": __version__},
            "ruleset": {
                "id": ruleset.id,
                "edition": ruleset.edition,
                "status": str(ruleset.status),
                "digest": ruleset_digest(ruleset),
            },
            "options": {**self.options, "margins": self.margins},
            **({} if cohort is None else {"batch": summary(cohort)}),
            "inputs": [
                {"file": str(path), "digest": file_digest(path)} for path in self.roster.found.read
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A batch that is done: what it comes to."""

    tally: Tally
    manifest: Mapping[str, Any]


def score_chunk(batch: Batch, items: Sequence[Item]) -> list[dict[str, Any]]:
    """One line for each item, sorted by code: its record and findings, or why there is none."""
    lines: list[dict[str, Any]] = []
    usable: list[tuple[Submitted, FactSheet, tuple[Diagnostic, ...]]] = []
    submitted = [batch.roster.read(item) for item in items]
    faults = faults_of(batch.ruleset, [read.sheet for read in submitted])
    for read, more in zip(submitted, faults, strict=True):
        found = in_order((*read.diagnostics, *more))
        if read.sheet is None or errors(found):
            lines.append(unusable(read, found, batch.describe))
        else:
            usable.append((read, read.sheet, found))
    frame = score_all(batch.ruleset, [sheet for _, sheet, _ in usable], batch.cohort)
    for (read, sheet, found), row in zip(usable, frame.iter_rows(named=True), strict=True):
        record = batch.describe.record(sheet, row, found)
        if batch.cohort is not None:
            found_open = record_waits(batch.ruleset, sheet, record, batch.cohort)
            record = {**record, "waits": found_open}
        if batch.margins:
            near = near_limits(batch.ruleset, sheet, batch.cohort)
            record = {**record, "near": near, "limits": limits(batch.ruleset, sheet)}
        lines.append(
            {
                "code": record["code"],
                "place": read.place.place,
                "findings": batch.describe.findings(sheet, record, found, batch.cohort),
                "record": record,
            }
        )
    return sorted(lines, key=lambda line: (line["code"], line["place"]))


def unusable(
    read: Submitted, diagnostics: Sequence[Diagnostic], describe: Describe
) -> dict[str, Any]:
    """What stands for a sheet that cannot be scored."""
    return {
        "code": read.code,
        "place": read.place.place,
        "name": read.name,
        "diagnostics": [describe.diagnostic(d) for d in diagnostics],
    }


def merged(
    chunks: Sequence[Iterator[dict[str, Any]]], describe: Describe
) -> Iterator[dict[str, Any]]:
    """The lines of all chunks by code; a code that was scored twice is scored not at all."""
    lines = heapq.merge(*chunks, key=lambda line: (line["code"], line["place"]))
    for _, group in groupby(lines, key=lambda line: line["code"]):
        several = list(group)
        scored = [line for line in several if "record" in line]
        for line in several:
            if "record" not in line or len(scored) == 1:
                yield line
                continue
            other = next(x for x in scored if x is not line)
            twice = Diagnostic(
                code="duplicate-subject",
                span=Span(Source(line["place"])),
                values={"code": line["code"]},
                related=(Related(Span(Source(other["place"])), "also_here"),),
            )
            yield {
                "code": line["code"],
                "place": line["place"],
                "name": line["record"]["name"],
                "diagnostics": [describe.diagnostic(twice)],
            }


def score_batch(
    batch: Batch, out: Path, *, resume: bool = False, progress: Callable[[int], None] | None = None
) -> Finished:
    """Score all, write ``out`` whole. Raises `StoreError` when it cannot or may not be written."""
    batch = replace(batch, cohort=cohort_of(batch.ruleset, batch.roster))
    store, run = Store(out), batch.run()
    if resume and (done := _done_before(batch, store, run)) is not None:
        return done
    chunks = batch.chunks
    store.begin({**run, "chunk": batch.chunk}, resume=resume)
    missing = [number for number in range(len(chunks)) if not store.has(number)]
    if progress is not None:
        progress(len(batch.roster.items) - sum(len(chunks[number]) for number in missing))
    score_chunks(batch, store, missing, progress or (lambda _: None))
    return _publish(batch, store, run)


def score_chunks(
    batch: Batch, store: Store, numbers: Sequence[int], progress: Callable[[int], None]
) -> None:
    """Score some chunks, in several processes where that was asked for: the same results."""
    chunks = batch.chunks
    if batch.jobs > 1 and len(numbers) > 1:
        from .pool import in_processes

        for number in in_processes(batch, store, numbers):
            progress(len(chunks[number]))
        return
    for number in numbers:
        store.put(number, score_chunk(batch, chunks[number]))
        progress(len(chunks[number]))


def _done_before(batch: Batch, store: Store, run: Mapping[str, Any]) -> Finished | None:
    """A run that was killed after its last step, or not at all: its results are there already."""
    manifest = store.finished()
    if manifest is None:
        return None
    changed = differing({key: manifest.get(key) for key in run}, run)
    if changed:
        raise StoreError("resume_differs", out=store.out, reasons=", ".join(changed))
    store.forget()
    tally = Tally(batch.ruleset)
    for record in read_records(store.out):
        tally.add(record)
    tally.unusable = list(manifest["unusable"])
    return Finished(tally=tally, manifest=manifest)


def _publish(batch: Batch, store: Store, run: Mapping[str, Any]) -> Finished:
    """Put the chunks together, sorted by code, and rename the folder into place."""
    describe, chunks = batch.describe, batch.chunks
    tally = Tally(batch.ruleset)
    lost = [unusable(read, read.diagnostics, describe) for read in batch.roster.lost]
    folder = store.fresh_result()
    head = {key: run[key] for key in ("format", "engine", "ruleset")}
    titles = {c.id: describe.title(c.id) for c in batch.ruleset.criteria}
    with Outputs(
        folder,
        batch.ruleset,
        head,
        describe.label,
        titles,
        steps=describe.step if batch.margins else None,
    ) as outputs:
        for line in merged([store.lines(i) for i in range(len(chunks))], describe):
            if "record" in line:
                tally.add(line["record"], line["place"])
                outputs.add(line["record"], line["findings"], line[WRITTEN])
            else:
                lost.append(line)
    warnings = in_order((*batch.roster.warnings, *tally.diagnostics()))
    tally.unusable = in_place_order(lost)
    write_unusable(folder, tally.unusable)
    manifest = {
        **run,
        "counts": {"scored": tally.scored, "unusable": len(lost), "incomplete": tally.incomplete},
        "grades": tally.grades,
        **({} if batch.cohort is None else {"waiting": waiting(batch.cohort, tally.waiting)}),
        "remarks": tally.remarks,
        "unusable": tally.unusable,
        "diagnostics": [describe.diagnostic(d) for d in warnings],
        "outputs": [
            {"file": name, "digest": file_digest(folder / name)}
            for name in sorted(path.name for path in folder.iterdir() if path.is_file())
        ],
        "complete": True,
    }
    write_whole(folder / MANIFEST, [dump(manifest)])
    store.publish()
    return Finished(tally=tally, manifest=manifest)
