"""Loads a ruleset: finds it, takes what was prepared or builds it, holds it to its publication."""

from dataclasses import dataclass
from pathlib import Path

from .catalogue import DIGEST, locate
from .diagnostics import Diagnostic, RulesetError, Source, Span, errors, in_order
from .digest import ruleset_digest
from .model import Ruleset
from .prepared_reading import Prepared, prepared_ruleset
from .reading import Faults, fault
from .source import read_source
from .vocabulary import nearest


@dataclass(frozen=True, slots=True)
class Loaded:
    """A usable ruleset and the warnings about it."""

    ruleset: Ruleset
    diagnostics: tuple[Diagnostic, ...]


def load_ruleset(reference: str) -> Loaded:
    """Load a ruleset by path or ``id@edition``. Raises `RulesetError` with every fault found."""
    path, known = locate(reference)
    if path is None:
        span = Span(Source(reference))
        ambiguous = len(known) > 0 and all(k.split("@")[0] == reference for k in known)
        diagnostic = Diagnostic(
            code="ambiguous-ruleset" if ambiguous else "unknown-ruleset",
            span=span,
            values={
                "name": reference,
                "known": ", ".join(known),
                "example": known[-1] if known else "",
            },
            suggestion=None if ambiguous else nearest(reference, known),
        )
        raise RulesetError([diagnostic])
    return load_file(path)


def load_file(path: Path) -> Loaded:
    """Load the ruleset in ``path``. Raises `RulesetError` with every fault found."""
    faults: Faults = []
    loaded = prepared_ruleset(path) or _built(path, faults)
    ruleset = loaded.ruleset
    for base in loaded.bases:
        if published_digest(base) is not None:
            load_file(base)
    published = published_digest(path)
    if published is not None and published != (found := ruleset_digest(ruleset)):
        span, name = Span(ruleset.source), ruleset.name
        changed = {"published": published[:19], "found": found[:19]}
        fault(faults, "edition-changed", span, name=name, **changed)
        raise RulesetError(faults)
    return Loaded(ruleset, in_order(faults))


def _built(path: Path, faults: Faults) -> Prepared:
    """The same from the files themselves, which takes the parser and everything that checks."""
    from .building import build
    from .inheritance import read_layers

    layers = read_layers(path, faults)
    ruleset = None if layers is None else build(layers, faults)
    if ruleset is None or layers is None or errors(faults):
        raise RulesetError(faults)
    return Prepared(ruleset, layers.bases)


def published_digest(path: Path) -> str | None:
    """The digest with which the edition in ``path`` was published; None for one still in work.

    It is the first line; below it stands what was known when it was published.
    """
    beside = path.parent / DIGEST
    if not beside.is_file():
        return None
    source, _ = read_source(beside)
    return source.text.strip().partition("\n")[0].strip()
