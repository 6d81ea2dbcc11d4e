"""A ruleset with its own tests: the cases as they come out, and what is justified beside them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from ..language.diagnostics import Diagnostic, RulesetError, Source, Span
from ..language.model import Ruleset
from ..language.nodes import Entries, Node
from ..language.reading import items, label, text
from ..locale import Label
from .cases import FILE, Case, Tried, cases_of, document_of, read_document, tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Justified:
    """A goal that no case reaches, or a mutant that none tells apart, and why that is right."""

    name: str
    because: Label
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What a ``tests.yaml`` holds."""

    cases: tuple[Case, ...]
    uncovered: tuple[Justified, ...] = ()
    survivors: tuple[Justified, ...] = ()
    document: Entries
    source: Source = field(compare=False, repr=False)

    def run(self, ruleset: Ruleset, word: str = "") -> tuple[Tried, ...]:
        """Every case whose name, or a criterion that it expects something of, has ``word``."""
        return tuple(tried(case, ruleset) for case in self.cases if _named(case, word.lower()))


def read_suite(ruleset: Path) -> Suite:
    """The tests beside a ruleset's file. Raises `RulesetError` with every fault found."""
    return _suite(*read_document(ruleset.parent / FILE))


def suite_of(source: Source) -> Suite:
    """The tests that a text holds. Raises `RulesetError` with every fault found."""
    return _suite(*document_of(source, []))


def _suite(node: Entries, source: Source) -> Suite:
    faults: list[Diagnostic] = []
    uncovered = _justified(node.get("uncovered"), "goal", faults)
    survivors = _justified(node.get("survivors"), "mutant", faults)
    if faults:
        raise RulesetError(faults)
    return Suite(
        cases=cases_of(node, source),
        uncovered=uncovered,
        survivors=survivors,
        document=node,
        source=source,
    )


def _justified(node: Node | None, key: str, faults: list[Diagnostic]) -> tuple[Justified, ...]:
    found: dict[str, Justified] = {}
    for item in items(node):
        named = item.get(key) if isinstance(item, Entries) else None
        if not isinstance(item, Entries) or named is None:
            continue
        name = text(named)
        if name in found:
            faults.append(Diagnostic(code="duplicate-id", span=named.span, values={"id": name}))
            continue
        because = label(item.get("because"))
        found[name] = Justified(name=name, because=because, span=named.span)
    return tuple(found.values())


def _named(case: Case, word: str) -> bool:
    if not word or word in case.name.zh.lower() or word in case.name.en.lower():
        return True
    criteria = {
        key.value.lower() for _, node in case.expect if isinstance(node, Entries) for key, _ in node
    }
    return word in criteria


def unused(
    justified: Sequence[Justified], open_names: Collection[str], all_names: Collection[str]
) -> Iterator[Diagnostic]:
    """A justification of what is reached, or of nothing: it would hide the next slip."""
    for entry in justified:
        if entry.name not in open_names:
            code = "justification-unused" if entry.name in all_names else "justification-unknown"
            yield Diagnostic(code=code, span=entry.span, values={"name": entry.name})


def percent(part: int, whole: int) -> Fraction:
    """How much of the whole, in per cent; nothing to do is all done."""
    return Fraction(100 * part, whole) if whole else Fraction(100)
