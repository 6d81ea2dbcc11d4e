"""Checks a sheet against the edition that scores it."""

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Span
from ..language.model import Ruleset

# A report covers the year of the edition or the one after. Earlier sheets are scored by a later
# edition to try it out, and targets are set five years ahead.
_LATEST, _EARLIEST = 1, -5


def other_edition(ruleset: Ruleset, sheet: FactSheet) -> list[Diagnostic]:
    """A sheet that says that it was filled in for another ruleset or another of its editions."""
    if not sheet.filled_for or sheet.filled_for in (ruleset.id, ruleset.name):
        return []
    return [
        Diagnostic(
            code="other-edition",
            span=sheet.filled_origin or Span(sheet.source),
            values={"filled": sheet.filled_for, "ruleset": ruleset.name},
        )
    ]


def other_kind(ruleset: Ruleset, sheet: FactSheet) -> list[Diagnostic]:
    """A subject that states a kind which the ruleset does not name among those it is for."""
    if not is_other_kind(ruleset, sheet.subject.kind):
        return []
    return [
        Diagnostic(
            code="other-kind",
            span=sheet.subject.kind_origin or Span(sheet.source),
            values={
                "kind": sheet.subject.kind,
                "ruleset": ruleset.name,
                "kinds": ruleset.kinds,
            },
        )
    ]


def is_other_kind(ruleset: Ruleset, kind: str) -> bool:
    """Whether a kind is none of those that a ruleset names; a blank one is not known."""
    return bool(kind and ruleset.kinds and kind not in ruleset.kinds)


def year_against_edition(ruleset: Ruleset, sheet: FactSheet) -> list[Diagnostic]:
    """A sheet whose year is far from that of an annual edition, one whose title names its year."""
    edition, title = ruleset.edition, ruleset.title
    if not (len(edition) == 4 and edition.isdecimal() and edition in f"{title.zh} {title.en}"):
        return []
    if _EARLIEST <= sheet.year - int(edition) <= _LATEST:
        return []
    return [
        Diagnostic(
            code="year-against-edition",
            span=sheet.year_origin or Span(sheet.source),
            values={"year": sheet.year, "ruleset": ruleset.name},
        )
    ]
