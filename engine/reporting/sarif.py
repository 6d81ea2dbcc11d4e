"""Diagnostics as SARIF 2.1.0, which code-review services show beside the lines of a file."""

from collections.abc import Iterable
from typing import Any

from .. import __version__
from ..language.diagnostics import Diagnostic, Severity, Span
from ..locale import Lang

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(diagnostics: Iterable[Diagnostic], lang: Lang) -> dict[str, Any]:
    """One run with every diagnostic and the rules that they stand for."""
    found = tuple(diagnostics)
    codes = sorted({d.code for d in found})
    first = {code: next(d for d in found if d.code == code) for code in codes}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "dudao",
                        "version": __version__,
                        "rules": [_rule(first[code], lang) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(d, codes, lang) for d in found],
            }
        ],
    }


def _rule(diagnostic: Diagnostic, lang: Lang) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": diagnostic.code,
        "defaultConfiguration": {"level": _LEVELS[diagnostic.severity]},
    }
    advice = diagnostic.advice(lang)
    if advice:
        rule["help"] = {"text": advice}
    return rule


def _result(diagnostic: Diagnostic, codes: list[str], lang: Lang) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message(lang)},
        "locations": [{"physicalLocation": _place(diagnostic.span)}],
    }
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(related.span)}
            for number, related in enumerate(diagnostic.related, 1)
        ]
    return result


def _place(span: Span) -> dict[str, Any]:
    place: dict[str, Any] = {
        "artifactLocation": {"uri": span.source.path.replace("\\", "/")},
    }
    if span.line:
        place["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return place
