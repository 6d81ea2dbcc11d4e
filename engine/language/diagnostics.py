"""Where something is in a file, what is wrong with it, and how that is shown.

EngineError            carries diagnostics, sorted by position
├── RulesetError       the ruleset (or its vocabulary) cannot be used
└── FactsError         the fact sheet cannot be used
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from ..locale import Label, Lang, phrase, section

LONGEST_QUOTED_LINE = 160
LONGEST_REASON = 240
# How much of a longer line of a table is quoted on either side of a cell.
_AROUND = 40
# Of errors and of warnings each: nobody reads more, and a hostile file could raise a million.
MOST_SHOWN = 100


class Severity(StrEnum):
    """How bad a diagnostic is; an error makes its file unusable."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: the path as the user gave it, and its text.

    Of a workbook ``sheet`` is the worksheet; places in it are cells, ``book.xlsx!Sheet1!B7``.
    With ``cells`` the columns of its places count the cells of a CSV file.
    """

    path: str
    text: str = field(repr=False, default="")
    sheet: str = ""
    cells: bool = False

    @property
    def name(self) -> str:
        """The bare file name, which stays the same wherever the folder lies."""
        return PurePath(self.path).name


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source; lines and columns count characters from 1, the end is exclusive."""

    source: Source
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @property
    def place(self) -> str:
        """``path:line:column``, or the path alone for a whole file."""
        return self._at(self.source.path)

    @property
    def short_place(self) -> str:
        """``name:line:column`` without folders: the form kept in results."""
        return self._at(self.source.name)

    def _at(self, path: str) -> str:
        if self.source.sheet:
            path = f"{path}!{self.source.sheet}"
        if not self.line:
            return path
        if self.source.sheet:
            return f"{path}!{column_letters(self.column)}{self.line}"
        return f"{path}:{self.line}:{self.column}"


def column_letters(number: int) -> str:
    """The name of a spreadsheet's column: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a diagnostic, with the key of its few words."""

    span: Span
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of a file. Its words are in the catalogue under ``code``; ``values`` fill them.

    A value that is a `Label` is shown in the language of the message.
    """

    code: str
    span: Span
    values: Mapping[str, object] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    suggestion: str | None = None
    clause: str | None = None

    @property
    def severity(self) -> Severity:
        return Severity(self.entry["severity"])

    @property
    def entry(self) -> Mapping[str, Any]:
        """The catalogue entry of this code."""
        return section("diagnostics", self.code)

    def message(self, lang: Lang) -> str:
        """One line: lower case, no full stop, the user's own words in backticks."""
        return self._filled(self.entry[lang], lang)

    def advice(self, lang: Lang) -> str | None:
        """What to do about it, or the nearest known word."""
        if self.suggestion is not None:
            return phrase("did_you_mean", lang, suggestion=self.suggestion)
        template = self.entry.get(f"help_{lang}")
        if template is None:
            return None
        return self._filled(template, lang)

    def _filled(self, template: str, lang: Lang) -> str:
        return template.format_map(
            {key: _worded(value, lang) for key, value in self.values.items()}
        )


class EngineError(Exception):
    """A file cannot be used; ``diagnostics`` says why, every fault with its place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__(
            "; ".join(f"{d.span.place}: {d.code}" for d in self.diagnostics) or "unusable"
        )


class RulesetError(EngineError):
    """The ruleset or its vocabulary cannot be used."""


class FactsError(EngineError):
    """The fact sheet cannot be used."""


# What stands for the diagnostics that are not listed.
_REST = {
    Severity.ERROR: "too-many-faults",
    Severity.WARNING: "too-many-warnings",
    Severity.NOTE: "too-many-warnings",
}


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by file and position, each once, and no more than a person reads."""
    unique = {(d.span.place, d.code, d.message("en")): d for d in diagnostics}
    ordered = sorted(
        unique.values(),
        key=lambda d: (d.span.source.path, d.span.line, d.span.column, d.code),
    )
    listed: list[Diagnostic] = []
    rest: dict[str, Diagnostic] = {}
    counts = dict.fromkeys(_REST.values(), 0)
    for diagnostic in ordered:
        code = _REST[diagnostic.severity]
        if diagnostic.code == code:
            rest.setdefault(code, diagnostic)
        elif counts[code] < MOST_SHOWN:
            counts[code] += 1
            listed.append(diagnostic)
        else:
            more = Diagnostic(code=code, span=diagnostic.span, values={"most": MOST_SHOWN})
            rest.setdefault(code, more)
    return (*listed, *rest.values())


def errors(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Only those that make the file unusable."""
    return [d for d in diagnostics if d.severity is Severity.ERROR]


def clip(text: str, longest: int = 60) -> str:
    """A user's words, shortened so that a message stays one readable line."""
    flat = visible(text[: 2 * longest].replace("\n", " "))
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"


def _worded(value: object, lang: Lang) -> str:
    """A value inside a message: a whole reason or list of names, or a user's words in short."""
    if isinstance(value, Label):
        return clip(value.text(lang), LONGEST_REASON)
    if isinstance(value, tuple):
        return ", ".join(clip(str(part)) for part in value)
    return clip(str(value))


def visible(text: str) -> str:
    """``text`` with what could steer a terminal or reorder its line (ESC, RTL marks …) as �."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    if character == "\t":
        return " "
    return "�" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character


def cells(text: str) -> int:
    """How many terminal cells ``text`` takes: Chinese characters take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def render(diagnostic: Diagnostic, lang: Lang) -> str:
    """The diagnostic as a compiler would show it: place, words, the line with carets, advice."""
    severity = phrase(f"severity_{diagnostic.severity}", lang)
    lines = [f"{diagnostic.span.place}: {severity}[{diagnostic.code}] {diagnostic.message(lang)}"]
    lines += _quoted(diagnostic.span)
    advice = diagnostic.advice(lang)
    if advice:
        lines.append(f"    {advice}")
    for related in diagnostic.related:
        lines.append(f"  {related.span.place}: {phrase(related.key, lang)}")
    footer = phrase("diagnostic_help", lang, code=diagnostic.code)
    if diagnostic.clause:
        footer = f"{phrase('diagnostic_clause', lang, clause=diagnostic.clause)}        {footer}"
    lines.append(f"  {footer}")
    return "\n".join(lines)


def _quoted(span: Span) -> list[str]:
    """The source line and a row of carets under the span; nothing for a whole file."""
    if not span.line or not span.source.text:
        return []
    rows = _rows(span.source)
    if len(rows) < span.line:
        return []
    row = rows[span.line - 1]
    number = f"{span.line} | "
    if span.source.cells:
        return _quoted_cell(row, span.column, number)
    if len(row) > LONGEST_QUOTED_LINE:
        return []
    end = span.end_column if span.end_line == span.line else len(row) + 1
    before = cells(row[: span.column - 1].replace("\t", " "))
    width = max(1, cells(row[span.column - 1 : max(end - 1, span.column)]))
    return [f"{number}{visible(row)}", f"{' ' * (len(number) + before)}{'^' * width}"]


def _quoted_cell(row: str, column: int, number: str) -> list[str]:
    """A line of a CSV file with carets under one of its cells; of a long line what is around it."""
    start, end = _cell(row, column)
    first = max(0, start - _AROUND) if len(row) > LONGEST_QUOTED_LINE else 0
    last = min(len(row), end + _AROUND) if len(row) > LONGEST_QUOTED_LINE else len(row)
    if last - first > LONGEST_QUOTED_LINE:
        return []
    shown = "…" * (first > 0) + row[first:last] + "…" * (last < len(row))
    before = cells("…" * (first > 0) + row[first:start].replace("\t", " "))
    width = max(1, cells(row[start:end].replace("\t", " ")))
    return [f"{number}{visible(shown)}", f"{' ' * (len(number) + before)}{'^' * width}"]


def _cell(row: str, column: int) -> tuple[int, int]:
    """Where a cell begins and ends in its line; one that runs on ends with the line."""
    start = place = 0
    for _ in range(column):
        start, quoted = place, False
        while place < len(row) and (quoted or row[place] != ","):
            quoted ^= row[place] == '"'
            place += 1
        end, place = place, place + 1
        if end >= len(row):
            break
    return min(start, len(row)), min(end, len(row))


@lru_cache(maxsize=2)
def _rows(source: Source) -> list[str]:
    return source.text.split("\n")
