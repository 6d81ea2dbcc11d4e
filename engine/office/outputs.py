"""Puts the files of a batch together from what its chunks have written, district by district."""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import polars

from ..facts.sheet import Subject
from ..language.model import Outcome, Ruleset
from .store import Line, dump

Record = Mapping[str, Any]

_PART = 200
_LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w\-]")
GRADE_COLUMNS = (
    "code",
    "name",
    "kind",
    "year",
    "grade",
    "best",
    "worst",
    "complete",
    *(str(outcome) for outcome in Outcome),
    "points_low",
    "points_high",
    "warnings",
    "facts_digest",
)
RESULT_COLUMNS = (
    "code",
    "name",
    "year",
    "domain",
    "criterion",
    "title",
    "outcome",
    "outcome_label",
    "shown",
    "measure",
    "points_low",
    "points_high",
)
# A row a fault of what could not be scored.
UNUSABLE_COLUMNS = (
    "place",
    "code",
    "name",
    "severity",
    "diagnostic",
    "at",
    "message",
    "help",
)

MARGIN_COLUMNS = (
    "code",
    "name",
    "criterion",
    "title",
    "level",
    "effect",
    "fact",
    "year",
    "step",
    "unit",
)


# Of a row of results, what is read back with its type; what is a text, be it an empty one.
_WHO = {"code": polars.String, "name": polars.String, "year": polars.Int32}
_NEVER_NULL = ("domain", "criterion", "title", "outcome", "outcome_label")


class Outputs:
    """The open files of a batch; used as a context. What they hold was written by the chunks."""

    def __init__(
        self, folder: Path, ruleset: Ruleset, head: Mapping[str, Any], *, margins: bool = False
    ) -> None:
        self.folder = folder
        self.criteria = len(ruleset.criteria)
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self._stack = ExitStack()
        self._first = True
        self._whose: list[tuple[str, str, int]] = []
        self._rows: list[bytes] = []
        self._parts = 0
        self._found = False
        (folder / "parts").mkdir()
        self._json = self._open("results.json", dump(dict(head))[:-1] + ',"results":[')
        self._grades = self._open("grades.csv", _headings(GRADE_COLUMNS))
        self._results = self._open("results.csv", _headings(RESULT_COLUMNS))
        self._margins = self._open("margins.csv", _headings(MARGIN_COLUMNS)) if margins else None

    def _open(self, name: str, head: str) -> BinaryIO:
        file = self._stack.enter_context((self.folder / name).open("wb"))
        file.write(head.encode())
        return file

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, *error: object) -> None:
        if error == (None, None, None):
            self._json.write(b"\n]}\n")
            self._flush()
        self._stack.close()
        if error == (None, None, None):
            self._parquet()

    def add(self, line: Line) -> None:
        """One district: its record, its rows of results, of grades and of margins, its findings."""
        record, results, grade, near, findings = line.texts
        self._json.write(b"\n" if self._first else b",\n")
        self._json.write(record)
        self._first = False
        self._results.write(results)
        self._grades.write(grade)
        if self._margins is not None:
            self._margins.write(near)
        head = line.head
        self._whose.append((head["code"], head["name"], head["year"]))
        self._rows.append(results)
        if len(self._rows) >= _PART:
            self._flush()
        if findings:
            if not self._found:
                (self.folder / "findings").mkdir()
                self._found = True
            path = f"{self.folder}/findings/{file_name(head['code'])}.md"
            with open(path, "wb", buffering=0) as file:
                file.write(findings)

    # -- Parquet --------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Put the rows so far into a part, so that memory does not grow with the batch."""
        if not self._rows and self._parts:
            return
        kinds = dict.fromkeys(RESULT_COLUMNS, polars.String) | {"year": polars.Int32}
        frame = polars.DataFrame(schema=kinds)
        if self.criteria and self._rows:
            # The rows themselves are read; whose they are stands there as spreadsheets want it.
            rows = polars.read_csv(
                io.BytesIO(b"".join(self._rows)),
                has_header=False,
                new_columns=RESULT_COLUMNS,
                infer_schema=False,
            )
            of = polars.int_range(rows.height, dtype=polars.UInt32, eager=True) // self.criteria
            whose = polars.DataFrame(self._whose, schema=_WHO, orient="row")
            frame = rows.with_columns(
                *(column.gather(of) for column in whose.get_columns()),
                *(polars.col(name).fill_null("") for name in _NEVER_NULL),
            )
            counts = frame.group_by("criterion", "outcome").len()
            for criterion, outcome, count in counts.iter_rows():
                self.outcomes[criterion, outcome] += count
        frame.write_parquet(self.folder / "parts" / f"{self._parts:06}.parquet")
        self._parts += 1
        self._rows, self._whose = [], []

    def _parquet(self) -> None:
        parts = [self.folder / "parts" / f"{i:06}.parquet" for i in range(self._parts)]
        polars.scan_parquet(parts).sink_parquet(
            self.folder / "results.parquet",
            compression="zstd",
            maintain_order=True,
            row_group_size=65_536,
        )
        for part in parts:
            part.unlink()
        (self.folder / "parts").rmdir()


def _headings(names: Iterable[str]) -> str:
    """The first line of a CSV file that spreadsheets know to be in UTF-8."""
    return f"\ufeff{','.join(names)}\r\n"


def margin_rows(
    subject: Subject,
    found: Iterable[Mapping[str, Any]],
    titles: Mapping[str, str],
    steps: Callable[[str, str], tuple[str, str]],
) -> str:
    """The rows of a district in ``margins.csv``."""
    written = io.StringIO()
    writer = csv.writer(written)
    for near in found:
        digits, unit = steps(near["quantum"], near["unit"])
        writer.writerow(
            (
                harmless(subject.code),
                harmless(subject.name),
                near["criterion"],
                titles[near["criterion"]],
                near["level"],
                "loses" if near["met"] else "gains",
                near["fact"],
                near["year"],
                ("+" if near["up"] else "-") + digits,
                unit,
            )
        )
    return written.getvalue()


def file_name(code: str) -> str:
    """A file name for a subject: its code where that is letters, digits and dashes."""
    safe = _UNSAFE.sub(lambda match: "".join(f"%{b:02X}" for b in match[0].encode()), code)
    if len(safe) <= _LONGEST_NAME:
        return safe
    return f"{safe[:32]}-{hashlib.sha256(code.encode()).hexdigest()[:16]}"


def write_unusable(folder: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """What was not scored and how to put it right, for spreadsheets."""
    with (folder / "unusable.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(UNUSABLE_COLUMNS)
        for line in lines:
            for d in line["diagnostics"]:
                row = (*(line[key] for key in ("place", "code", "name")), d["severity"], d["code"])
                writer.writerow(
                    [harmless(v or "") for v in (*row, d["place"], d["message"], d["help"])]
                )


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
