"""What lies in a folder: sheets, tables of districts, tables of rows, files left alone."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..language.nodes import Entries, Text, parse
from ..language.reading import entries
from ..language.source import read_source
from ..language.vocabulary import Vocabulary
from .beside import table_named
from .grid import GRID_SUFFIXES

SHEET_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a batch by what they are for; ``referred`` are the tables that sheets name."""

    sheets: tuple[Path, ...] = ()
    grids: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()
    referred: tuple[Path, ...] = ()
    ignored: tuple[Path, ...] = ()

    @property
    def read(self) -> tuple[Path, ...]:
        """Every file that can change a result."""
        return tuple(sorted({*self.sheets, *self.grids, *self.beside, *self.referred}))


def find_inputs(path: Path, vocabulary: Vocabulary) -> Found:
    """The files of a folder and its subfolders; of one table the tables of rows beside it too."""
    if path.is_dir():
        return _sorted(_files(path), vocabulary)
    if path.suffix.lower() in SHEET_SUFFIXES:
        return Found(sheets=(path,), referred=tuple(sorted(_referred((path,)))))
    siblings = (p for p in sorted(path.parent.iterdir()) if p != path and _is_table(p, vocabulary))
    beside = tuple(p for p in siblings if p.is_file() and not _is_hidden(p.name))
    return Found(grids=(path,), beside=beside)


def _files(folder: Path) -> list[Path]:
    """Every file below a folder; hidden ones and the locks of spreadsheet programs are not read.

    A folder with the name of a sheet is among them, to be told of as such.
    """
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        misnamed = (name for name in folders if Path(name).suffix.lower() in SHEET_SUFFIXES)
        found += [Path(here, name) for name in (*misnamed, *names) if not _is_hidden(name)]
    return sorted(found)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))


def _is_table(path: Path, vocabulary: Vocabulary) -> bool:
    return path.suffix.lower() in GRID_SUFFIXES and table_named(path.stem, vocabulary) is not None


def _sorted(files: list[Path], vocabulary: Vocabulary) -> Found:
    sheets = tuple(p for p in files if p.suffix.lower() in SHEET_SUFFIXES)
    rest = [p for p in files if p.suffix.lower() not in SHEET_SUFFIXES]
    # The end of each name: a text in quotes or over several lines may write the rest otherwise.
    names = tuple({re.split(r"[\s']", p.name)[-1] for p in rest})
    referred = _referred(sheets, names) & set(rest) if rest else set()
    left = [p for p in rest if p not in referred]
    tables = [p for p in left if p.suffix.lower() in GRID_SUFFIXES]
    return Found(
        sheets=sheets,
        grids=tuple(p for p in tables if not _is_table(p, vocabulary)),
        beside=tuple(p for p in tables if _is_table(p, vocabulary)),
        referred=tuple(sorted(referred)),
        ignored=tuple(p for p in left if p.suffix.lower() not in GRID_SUFFIXES),
    )


def _referred(sheets: tuple[Path, ...], names: tuple[str, ...] = ("",)) -> set[Path]:
    """The files that sheets name as their tables; ``names`` are those that can be meant at all."""
    found: set[Path] = set()
    for path in sheets:
        source, wrong = read_source(path)
        if wrong or "tables" not in source.text:
            continue
        # A backslash may write a name in other characters.
        if "\\" not in source.text and not any(name in source.text for name in names):
            continue
        node, _ = parse(source)
        tables = node.get("tables") if isinstance(node, Entries) else None
        for _, value in entries(tables):
            if isinstance(value, Text):
                found.add(Path(os.path.normpath(path.parent / value.value.strip())))
    return {path for path in found if path.is_file()}


def file_digest(path: Path) -> str:
    """``sha256:…`` of the bytes of a file; empty when it cannot be read."""
    try:
        with path.open("rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return ""
