"""Reads a text file, or says in one diagnostic why it cannot be read."""

import errno
import os
import re
import stat
from pathlib import Path

from ..locale import Label, kind
from .diagnostics import Diagnostic, Source, Span

LARGEST_FILE = 8 * 1024 * 1024
LARGEST_TABLE = 16 * 1024 * 1024
# Control characters; further line ends, which programs count differently; overrides of the writing
# direction, which show a person another order than the one that is read.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]"
)


def read_source(path: Path, *, largest: int = LARGEST_FILE) -> tuple[Source, list[Diagnostic]]:
    """The text of ``path`` (UTF-8, with or without BOM, any line ends), and what is wrong with it.

    On a fault the source is empty and exactly one diagnostic is returned.
    """
    shown = str(path)
    blank = Source(shown)

    def refuse(code: str, **values: object) -> tuple[Source, list[Diagnostic]]:
        return blank, [Diagnostic(code=code, span=Span(blank), values={"path": shown, **values})]

    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            return refuse("is-a-directory")
        if not stat.S_ISREG(status.st_mode):
            return refuse("not-a-file")
        if status.st_size > largest:
            return refuse("file-too-large", largest=f"{largest // 1024 // 1024} MB")
        with path.open("rb") as file:
            data = file.read(largest + 1)
        if len(data) > largest:
            return refuse("file-too-large", largest=f"{largest // 1024 // 1024} MB")
    except (FileNotFoundError, NotADirectoryError):
        return refuse("file-missing")
    except PermissionError:
        return refuse("file-unreadable")
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ELOOP:
            return refuse("symlink-loop")
        return refuse("file-unreadable")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return refuse("not-utf8", guess="UTF-16")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        source = Source(shown, data[: error.start].decode("utf-8", "replace"))
        line = source.text.count("\n") + 1
        column = len(source.text) - (source.text.rfind("\n") + 1) + 1
        span = Span(source, line, column, line, column + 1)
        values = {"path": shown, "guess": _guess(data)}
        return blank, [Diagnostic(code="not-utf8", span=span, values=values)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    source = Source(shown, text)
    if not text.strip():
        return blank, [Diagnostic(code="empty-file", span=Span(source), values={"path": shown})]
    control = _CONTROL.search(text)
    if control is not None:
        span = span_at(source, control.start(), control.end())
        name = f"U+{ord(control.group()):04X}"
        return blank, [Diagnostic(code="control-character", span=span, values={"character": name})]
    return source, []


def span_at(source: Source, start: int, end: int) -> Span:
    """The span of the characters ``start`` to ``end`` of the source's text, on one line."""
    line = source.text.count("\n", 0, start) + 1
    column = start - (source.text.rfind("\n", 0, start) + 1) + 1
    return Span(source, line, column, line, column + end - start)


def _guess(data: bytes) -> str | Label:
    """The encoding that Windows programs most likely used instead."""
    for codec, name in (("gb18030", "GB18030/GBK"), ("cp1252", "Windows-1252")):
        try:
            data.decode(codec)
        except UnicodeDecodeError:
            continue
        return name
    return kind("binary")
