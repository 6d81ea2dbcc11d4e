"""Scores everything that came in, chunk by chunk, and publishes the results in one step."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from .. import __version__
from ..facts.folder import file_digest
from ..facts.roster import Item, Roster
from ..language.diagnostics import Diagnostic, Related, Source, Span, in_order
from ..language.digest import ruleset_digest
from ..language.model import Ruleset
from ..scoring.cohort import Cohort
from .ahead import Ahead
from .chunk import score_chunk, unusable
from .cohort import cohort_of, count_waits, summary, waiting
from .describe import Describe
from .outputs import Outputs, write_unusable
from .store import (
    MANIFEST,
    Line,
    Store,
    StoreError,
    differing,
    dump,
    read_records,
    write_whole,
)
from .tally import Tally, in_place_order

FORMAT = 1
CHUNK = 250


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


def merged(chunks: Sequence[Iterator[Line]], describe: Describe) -> Iterator[Line]:
    """The lines of all chunks by code; a code that was scored twice is scored not at all."""
    lines = heapq.merge(*chunks, key=lambda line: line.order)
    for code, group in groupby(lines, key=lambda line: line.order[0]):
        several = list(group)
        scored = [line for line in several if line.scored]
        for line in several:
            if not line.scored or len(scored) == 1:
                yield line
                continue
            other = next(x for x in scored if x is not line)
            place, beside = (Span(Source(x.head["place"])) for x in (line, other))
            twice = Diagnostic(
                code="duplicate-subject",
                span=place,
                values={"code": code},
                related=(Related(beside, "also_here"),),
            )
            yield Line(
                {
                    "code": code,
                    "place": line.head["place"],
                    "name": line.head["name"],
                    "diagnostics": [describe.diagnostic(twice)],
                }
            )


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
    for number, work in Ahead(batch).works(numbers):
        store.put(number, score_chunk(batch, work))
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
    with Outputs(folder, batch.ruleset, head, margins=batch.margins) as outputs:
        for line in merged([store.lines(i) for i in range(len(chunks))], describe):
            if line.scored:
                tally.take(line.head, line.head["place"])
                if "record" in line.head:
                    count_waits(tally.waiting, line.head["record"])
                outputs.add(line)
            else:
                lost.append(dict(line.head))
    for (criterion, outcome), times in outputs.outcomes.items():
        tally.count(criterion, outcome, times)
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
