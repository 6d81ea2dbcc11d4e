"""Writes the files of a batch from its records, sorted by code, one record at a time."""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from ..language.model import Outcome, Ruleset
from .store import dump

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


class Outputs:
    """The open files of a batch; used as a context."""

    def __init__(
        self,
        folder: Path,
        ruleset: Ruleset,
        head: Mapping[str, Any],
        labels: Callable[[str], str],
        titles: Mapping[str, str],
        *,
        steps: Callable[[str, str], tuple[str, str]] | None = None,
    ) -> None:
        self.folder = folder
        self.ruleset = ruleset
        self.labels = labels
        self.titles = titles
        self.steps = steps
        self.domains = {criterion.id: criterion.domain for criterion in ruleset.criteria}
        self._stack = ExitStack()
        self._first = True
        self._long: list[tuple[Any, ...]] = []
        self._parts = 0
        (folder / "parts").mkdir()
        self._grades = csv.writer(self._open("grades.csv", bom=True))
        self._results = csv.writer(self._open("results.csv", bom=True))
        self._json = self._open("results.json")
        self._margins = csv.writer(self._open("margins.csv", bom=True)) if steps else None
        if self._margins is not None:
            self._margins.writerow(MARGIN_COLUMNS)
        self._grades.writerow(GRADE_COLUMNS)
        self._results.writerow(RESULT_COLUMNS)
        self._json.write(dump(dict(head))[:-1] + ',"results":[')

    def _open(self, name: str, *, bom: bool = False) -> TextIO:
        encoding = "utf-8-sig" if bom else "utf-8"
        return self._stack.enter_context(
            (self.folder / name).open("w", encoding=encoding, newline="")
        )

    def __enter__(self) -> "Outputs":
        return self

    def __exit__(self, *error: object) -> None:
        if error == (None, None, None):
            self._json.write("\n]}\n")
            self._flush()
        self._stack.close()
        if error == (None, None, None):
            self._parquet()

    def add(self, record: Record, findings: str, written: str | None = None) -> None:
        """One district; ``written`` is its record as JSON, where that is known."""
        self._json.write(("\n" if self._first else ",\n") + (written or dump(record)))
        self._first = False
        grade, points = record["grade"] or {}, record["points"] or {}
        self._grades.writerow(
            (
                _text(record["code"]),
                _text(record["name"]),
                _text(record["kind"] or ""),
                record["year"],
                grade.get("awarded"),
                grade.get("best"),
                grade.get("worst"),
                "yes" if record["complete"] else "no",
                *(record["counts"][str(outcome)] for outcome in Outcome),
                points.get("low"),
                points.get("high"),
                " ".join(record["warnings"]),
                record["facts_digest"],
            )
        )
        for row in self._rows(record):
            self._long.append(row)
            self._results.writerow((_text(row[0]), _text(row[1]), *row[2:]))
        for near in record.get("near", ()):
            self._near(record, near)
        if len(self._long) >= _PART * len(self.ruleset.criteria):
            self._flush()
        if findings:
            path = self.folder / "findings" / f"{file_name(record['code'])}.md"
            path.parent.mkdir(exist_ok=True)
            path.write_text(findings, encoding="utf-8", newline="\n")

    def _rows(self, record: Record) -> Iterator[tuple[Any, ...]]:
        for found in record["criteria"]:
            points = found["points"] or {}
            yield (
                record["code"],
                record["name"],
                record["year"],
                self.domains[found["id"]],
                found["id"],
                self.titles[found["id"]],
                found["outcome"],
                self.labels(found["outcome"]),
                found["shown"],
                found["measure"],
                points.get("low"),
                points.get("high"),
            )

    def _near(self, record: Record, near: Mapping[str, Any]) -> None:
        if self._margins is not None and self.steps is not None:
            digits, unit = self.steps(near["quantum"], near["unit"])
            self._margins.writerow(
                (
                    _text(record["code"]),
                    _text(record["name"]),
                    near["criterion"],
                    self.titles[near["criterion"]],
                    near["level"],
                    "loses" if near["met"] else "gains",
                    near["fact"],
                    near["year"],
                    ("+" if near["up"] else "-") + digits,
                    unit,
                )
            )

    # -- Parquet --------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Put the rows so far into a part, so that memory does not grow with the batch."""
        import polars

        if not self._long and self._parts:
            return
        kinds = dict.fromkeys(RESULT_COLUMNS, polars.String) | {"year": polars.Int32}
        columns = zip(*self._long, strict=True) if self._long else [()] * len(kinds)
        frame = polars.DataFrame(
            [
                polars.Series(name, values, dtype=kind)
                for (name, kind), values in zip(kinds.items(), columns, strict=True)
            ]
        )
        frame.write_parquet(self.folder / "parts" / f"{self._parts:06}.parquet")
        self._parts += 1
        self._long = []

    def _parquet(self) -> None:
        import polars

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
                    [_text(v or "") for v in (*row, d["place"], d["message"], d["help"])]
                )


def _text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
