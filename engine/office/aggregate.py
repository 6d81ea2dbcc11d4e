"""Aggregates records to facts of districts on one machine, and writes them out whole.

Rows are counted where they lie; what may be faulty is looked at in portions of whole districts, so
that memory is bounded by a portion.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from .. import __version__
from ..facts.folder import file_digest
from ..language.aggregation import Aggregation
from ..language.diagnostics import Diagnostic, in_order
from ..locale import Lang
from .record_facts import added_up, district_facts
from .record_faults import listed
from .record_files import RecordFiles, open_records
from .record_join import beside_others
from .record_sums import PORTION, Records, no_sums
from .store import MANIFEST, Store, dump, write_whole

if TYPE_CHECKING:
    import polars

FORMAT = 1
# Faults with these in common are told together.
KIND = ("table", "column", "diagnostic")


class Tell(Protocol):
    """What a diagnostic is for programs, in the language that was asked for."""

    def __call__(self, diagnostic: Diagnostic) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which records are added up by what, and for whom it is told."""

    aggregation: Aggregation
    paths: tuple[Path, ...]
    year: int | None
    lang: Lang
    tell: Tell
    onto: Path | None = None
    portion: int = PORTION

    @property
    def records(self) -> Mapping[str, Records]:
        """The tables with their facts."""
        vocabulary = self.aggregation.vocabulary
        return {
            table.name: Records(
                vocabulary,
                table,
                self.aggregation.of(table.name),
                self.aggregation.subject,
                self.lang,
            )
            for table in self.aggregation.tables
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """Faults of one kind in one column: an example, how many there are, and where the first is."""

    message: str
    count: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """What all parts come to, and what the files and their rows lack."""

    files: RecordFiles
    sums: "polars.DataFrame"
    write_faults: Callable[[Path], list[Kind]]
    engine: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregated:
    """Records that are added up."""

    manifest: Mapping[str, Any]
    lost: tuple[Diagnostic, ...]
    kinds: tuple[Kind, ...]


def aggregate(job: Job, out: Path) -> Aggregated:
    """On one machine. Raises `RecordsError`, and `StoreError` as a batch does."""
    import polars

    files = open_job(job)
    store = Store(out)
    with store.in_one_go() as folder:
        sums, faults = _sums(job, files)

        def write_faults(path: Path) -> list[Kind]:
            in_order = listed(faults)
            in_order.write_parquet(path)
            first = [polars.first(name) for name in ("message", "file", "row")]
            kinds = in_order.group_by(*KIND, maintain_order=True).agg(polars.len(), *first)
            found = kinds.select("message", "len", "file", "row").iter_rows()
            return [Kind(message, count, f"{file}:{row}") for message, count, file, row in found]

        found = Summed(
            files=files,
            sums=sums,
            write_faults=write_faults,
            engine={},
        )
        done = written_out(job, found, folder)
        store.publish()
    return done


def _sums(job: Job, files: RecordFiles) -> tuple["polars.DataFrame", "list[polars.DataFrame]"]:
    """What all tables come to, and the faults of their rows in parts."""
    import polars

    sums, faults = [no_sums()], list[polars.DataFrame]()
    for records in job.records.values():
        stored = files.of(records)
        if stored:
            added, wrong = records.part(stored, job.portion)
            sums.append(added)
            faults += wrong
    return polars.concat(sums), faults


def open_job(job: Job, *, only_parquet: bool = False) -> RecordFiles:
    """The files of records; what would be refused at the end is refused before the work."""
    import polars

    if job.onto is not None:
        names = ("code", *job.aggregation.facts)
        nothing = polars.DataFrame(schema=dict.fromkeys(names, polars.String))
        beside_others(nothing, job.onto, job.aggregation.vocabulary)
    return open_records(
        job.paths, job.aggregation, job.records, job.lang, only_parquet=only_parquet
    )


def written_out(job: Job, found: Summed, folder: Path) -> Aggregated:
    """Write facts, what stays open, faults, and last the manifest."""
    aggregation = job.aggregation
    facts, left = district_facts(aggregation, added_up(found.sums), job.year)
    districts, read = facts.height, tuple(found.files.read)
    if job.onto is not None:
        facts = beside_others(facts, job.onto, aggregation.vocabulary)
        read = (*read, job.onto)
    facts.write_parquet(folder / "facts.parquet")
    left.write_parquet(folder / "open.parquet")
    kinds = found.write_faults(folder / "faults.parquet")
    lost = in_order([d for read in found.files.inputs.lost for d in read.diagnostics])
    text = aggregation.source.text.encode()
    manifest = {
        "format": FORMAT,
        "engine": {"name": "dudao", "version": __version__, **found.engine},
        "aggregation": {
            "name": aggregation.name,
            "digest": f"sha256:{hashlib.sha256(text).hexdigest()}",
        },
        "options": {"lang": job.lang, "year": job.year},
        "inputs": [{"file": str(path), "digest": file_digest(path)} for path in read],
        "counts": {
            "rows": found.files.height,
            "districts": districts,
            "open": left.height,
            "faults": sum(kind.count for kind in kinds),
            "files_lost": len({diagnostic.span.source.path for diagnostic in lost}),
        },
        "diagnostics": [job.tell(d) for d in (*lost, *in_order(found.files.inputs.warnings))],
        "outputs": [
            {"file": path.relative_to(folder).as_posix(), "digest": file_digest(path)}
            for path in sorted(folder.rglob("*.parquet"))
            if path.is_file()
        ],
        "complete": True,
    }
    write_whole(folder / MANIFEST, [dump(manifest)])
    most_first = sorted(kinds, key=lambda kind: (-kind.count, kind.place))
    return Aggregated(manifest=manifest, lost=lost, kinds=tuple(most_first))
