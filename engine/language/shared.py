"""Reads files of shared parameters: limits that a text sets once for every edition that names it.

Such a file stands alone: it brings the documents that it cites, and takes nothing from another.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .catalogue import parameters_file
from .diagnostics import Diagnostic, Related
from .document import read_document
from .model import Change
from .nodes import Entries, Node, Text
from .reading import Faults, documents, entries, fault
from .vocabulary import Citation, nearest


@dataclass(frozen=True, slots=True)
class Shared:
    """One parameter of such a file as it is written, with the documents that it may cite."""

    file: str
    key: Text
    node: Node
    documents: Mapping[str, Citation]


def read_shared(named: Iterable[tuple[Text, Path]], faults: Faults) -> dict[str, Shared] | None:
    """The parameters of every file that is named in a ruleset; None when one cannot be used."""
    found: dict[str, Shared] = {}
    read: dict[Path, Text] = {}
    before = len(faults)
    for name, ruleset in named:
        path, known = parameters_file(name.value, ruleset)
        if path is None:
            hint = nearest(name.value, known)
            fault(faults, "unknown-shared-parameters", name.span, hint, name=name.value)
            continue
        first = read.setdefault(path.resolve(), name)
        if first is name:
            _take(name, path, found, faults)
        elif first.span.source == name.span.source:
            # What a base takes may be named again: then the edition says that it reads it itself.
            related = (Related(first.span, "first_given_here"),)
            values = {"key": name.value}
            faults.append(
                Diagnostic(code="duplicate-key", span=name.span, values=values, related=related)
            )
    return found if len(faults) == before else None


def _take(name: Text, path: Path, found: dict[str, Shared], faults: Faults) -> None:
    read = read_document(path, "parameters", faults)
    if read is None:
        return
    node, _ = read
    cited = documents(node.get("basis"))
    for key, value in entries(node.get("parameters")):
        other = found.get(key.value)
        if other is None:
            found[key.value] = Shared(name.value, key, value, cited)
            continue
        places = (Related(other.key.span, "first_given_here"), Related(key.span, "same_here"))
        values = {"name": key.value, "first": other.file, "second": name.value}
        faults.append(
            Diagnostic(code="shared-parameter-twice", span=name.span, values=values, related=places)
        )


def overrides(
    own: Mapping[str, tuple[Text, Node]], shared: Mapping[str, Shared]
) -> Iterator[Change]:
    """The parameters of rulesets that take the place of shared ones."""
    for name, (key, node) in own.items():
        if name in shared:
            sourced = isinstance(node, Entries) and "source" in node
            yield Change(name=name, sourced=sourced, span=key.span, replaced=shared[name].key.span)
