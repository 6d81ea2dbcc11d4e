"""Where a batch grows: a hidden folder of finished chunks, renamed to the results at the end.

Beside ``DIR`` stands ``.DIR.partial`` with ``run.json`` (what the chunks were made from), chunk
files that end with their own digest, and at last ``result``, which becomes ``DIR`` in one step.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
RESULTS = "results.json"
_DIGEST = "sha256:"


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one item: a head, and of a district that was scored what its files say of it."""

    head: Mapping[str, Any]
    texts: tuple[bytes, ...] = ()

    @property
    def scored(self) -> bool:
        """Whether it was scored; else its head says why not."""
        return "diagnostics" not in self.head

    @property
    def order(self) -> tuple[str, str]:
        """Lines go by code, then by place."""
        return self.head["code"], self.head["place"]


class StoreError(Exception):
    """The folder of results cannot be used; ``problem`` is the key of a phrase, ``values`` its."""

    def __init__(self, problem: str, **values: object) -> None:
        self.problem = problem
        self.values = values
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of results and the hidden one in which they grow."""

    out: Path

    @property
    def partial(self) -> Path:
        """The hidden folder, beside the results so that renaming is one step."""
        return self.out.with_name(f".{self.out.name}.partial")

    @property
    def result(self) -> Path:
        """What becomes the folder of results."""
        return self.partial / "result"

    def finished(self) -> Mapping[str, Any] | None:
        """The manifest of results that are there already and whole."""
        return read_manifest(self.out)

    def begin(self, run: Mapping[str, Any], *, resume: bool) -> None:
        """Make the hidden folder, or go on in the one that a killed run has left."""
        if self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise StoreError("out_exists", out=self.out)
        if self.partial.exists() and not resume:
            shutil.rmtree(self.partial)
        known = self._run() if resume else None
        if known is not None and known != dict(run):
            raise StoreError(
                "resume_differs", out=self.out, reasons=", ".join(differing(known, run))
            )
        (self.partial / "chunks").mkdir(parents=True, exist_ok=True)
        if known is None:
            write_whole(self.partial / "run.json", [dump(run)])

    def _run(self) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = json.loads((self.partial / "run.json").read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def chunk(self, number: int) -> Path:
        """The file of one chunk."""
        return self.partial / "chunks" / f"{number:06}.chunk"

    def has(self, number: int) -> bool:
        """Whether a chunk is there, whole."""
        try:
            with self.chunk(number).open("rb") as file:
                data = file.read()
        except OSError:
            return False
        body, _, digest = data.rpartition(b"\n")
        return digest.decode("ascii", "replace") == _digest(body)

    def put(self, number: int, lines: Iterable[Line]) -> None:
        """Write a chunk: its lines, then their digest, by which half a file is told from a whole.

        A head is JSON on a line, with the lengths of the texts that follow it.
        """
        pieces: list[bytes] = []
        for line in lines:
            head = {"texts": [len(text) for text in line.texts], **line.head}
            pieces += (dump(head).encode(), b"\n", *line.texts)
        body = b"".join(pieces)
        path = self.chunk(number)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(body + b"\n" + _digest(body).encode())
        partial.replace(path)

    def lines(self, number: int) -> Iterator[Line]:
        """The lines of a finished chunk."""
        with self.chunk(number).open("rb") as file:
            while (written := file.readline()) != b"\n":
                head: dict[str, Any] = json.loads(written)
                yield Line(head, tuple(file.read(length) for length in head.pop("texts")))

    def fresh_result(self) -> Path:
        """An empty folder for the results."""
        shutil.rmtree(self.result, ignore_errors=True)
        self.result.mkdir()
        return self.result

    @contextmanager
    def in_one_go(self) -> Iterator[Path]:
        """An empty folder for results that no later run goes on with: a failure leaves nothing."""
        self.begin({}, resume=False)
        try:
            yield self.fresh_result()
        except BaseException:
            self.forget()
            raise

    def publish(self) -> None:
        """Rename the results into place, then drop the hidden folder."""
        if self.out.exists():
            self.out.rmdir()
        self.result.replace(self.out)
        self.forget()

    def forget(self) -> None:
        """Drop the hidden folder."""
        shutil.rmtree(self.partial, ignore_errors=True)


def read_manifest(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder of results; None when there is none or the run did not end."""
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("complete") is True else None


def read_records(folder: Path) -> list[dict[str, Any]]:
    """The districts of a folder of results."""
    found = json.loads((folder / RESULTS).read_bytes())
    records: list[dict[str, Any]] = found["results"]
    return records


def differing(known: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of two runs whose values differ; of inputs the files."""
    found = [key for key in sorted({*known, *now} - {"inputs"}) if known.get(key) != now.get(key)]
    before, after = (
        {item["file"]: item["digest"] for item in run.get("inputs", ())} for run in (known, now)
    )
    return (*found, *(f for f in sorted({*before, *after}) if before.get(f) != after.get(f)))


def dump(content: object) -> str:
    """JSON on one line."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Write a text file whole: never half of it."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)
    partial.replace(path)


def _digest(body: bytes) -> str:
    return f"{_DIGEST}{hashlib.sha256(body).hexdigest()}"
