"""One digest for one set of facts, however they are ordered, spelt, or divided among units."""

import hashlib
import json
from typing import assert_never

from .sheet import FactSheet, Table
from .values import Answer, Bound, Inapplicable, Measured, OnDay, Rank, Said, Stated


def facts_digest(sheet: FactSheet) -> str:
    """``sha256:…`` over subject, attributes, year, values in base units, rows and judgements."""
    content = {
        "format": 1,
        "subject": sheet.subject.code,
        "kind": sheet.subject.kind,
        "attributes": dict(sorted(sheet.subject.attributes.items())),
        "year": sheet.year,
        "facts": sorted(
            [entry.fact, entry.year, str(entry.by), plain_value(entry.stated)]
            for entries in sheet.entries.values()
            for entry in entries
        ),
        "tables": {name: _rows(table) for name, table in sorted(sheet.tables.items())},
        "outcomes": sorted(
            [d.criterion, str(d.by), str(d.outcome), "" if d.points is None else str(d.points)]
            for declared in sheet.declared.values()
            for d in declared
        ),
    }
    return digest(content)


def digest(content: object) -> str:
    """The digest of JSON-like content in its one canonical spelling."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8')).hexdigest()}"


def plain_value(stated: Stated) -> str:
    """A value in its one canonical spelling."""
    match stated:
        case Measured():
            sign = "" if stated.bound is Bound.EXACT else str(stated.bound)
            return f"{sign}{stated.value}"
        case Answer():
            return "yes" if stated.value else "no"
        case Rank():
            return f"level {stated.word}"
        case OnDay():
            return stated.value.isoformat()
        case Said():
            return f"text {stated.text}"
        case Inapplicable():
            return "not applicable"
        case _:
            assert_never(stated)


def _rows(table: Table) -> list[list[list[str]]] | str:
    if table.not_applicable:
        return "not applicable"
    return sorted(
        sorted([name, plain_value(value)] for name, value in row.values.items())
        for row in table.rows
    )
