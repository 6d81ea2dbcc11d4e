"""How records become facts of districts: a file that gives each fact as a count or a sum of rows.

Only what can be added up is declared here, so that parts of the records, wherever they lie, may be
counted apart: a share is two facts, its numerator and its denominator.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..locale import Label
from .catalogue import DEFAULT_VOCABULARY, vocabulary_file
from .diagnostics import Diagnostic, RulesetError, Source, errors, in_order
from .document import read_document
from .expression import (
    Aggregate,
    Arithmetic,
    Attribute,
    Column,
    Compare,
    Expr,
    Fact,
    Kind,
    Op,
    Parameter,
    Sign,
    Special,
    walk,
)
from .expression_reading import expression
from .nodes import Entries, Items, Text
from .operands import Operands
from .prepared_reading import prepared_vocabulary
from .printer import show
from .reading import Faults, entries, fault, label, text
from .scope import Scope
from .types import Quantity, type_of
from .vocabulary import FactType, TableDefinition, Vocabulary
from .vocabulary_loader import load_vocabulary

_ADDED = (Kind.COUNT, Kind.SUM)
# A share of shares means nothing: these are worked out from facts that were added up.
_NEVER_ADDED = (FactType.RATE, FactType.RATIO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """The facts that follow from records, each with the rows it counts or adds up.

    ``subject`` is the heading of the column with the district's code, where the file names it.
    """

    name: str
    title: Label
    vocabulary: Vocabulary
    subject: str
    facts: Mapping[str, Aggregate]
    source: Source

    @property
    def tables(self) -> tuple[TableDefinition, ...]:
        """The tables whose rows it reads."""
        names = dict.fromkeys(aggregate.table for aggregate in self.facts.values())
        return tuple(self.vocabulary.tables[name] for name in names)

    def of(self, table: str) -> tuple[tuple[str, Aggregate], ...]:
        """The facts that come from one table."""
        return tuple((n, a) for n, a in self.facts.items() if a.table == table)


def load_aggregation(path: Path) -> tuple[Aggregation, tuple[Diagnostic, ...]]:
    """The file and the warnings about it. Raises `RulesetError` with every fault found."""
    faults: Faults = []
    read = read_document(path, "aggregation", faults)
    if read is not None and not errors(faults):
        found = _build(read[0], path, read[1], faults)
        if found is not None and not errors(faults):
            return found, in_order(faults)
    raise RulesetError(faults)


def _build(top: Entries, path: Path, source: Source, faults: Faults) -> Aggregation | None:
    vocabulary = _vocabulary(top, path, faults)
    if vocabulary is None:
        return None
    facts: dict[str, Aggregate] = {}
    for key, node in entries(top.get("facts")):
        aggregate = _fact(key, node, vocabulary, faults) if isinstance(node, Text) else None
        if aggregate is not None:
            facts[key.value] = aggregate
    return Aggregation(
        name=text(top.get("aggregation")),
        title=label(top.get("title")),
        vocabulary=vocabulary,
        subject=text(top.get("subject")),
        facts=facts,
        source=source,
    )


def _vocabulary(top: Entries, path: Path, faults: Faults) -> Vocabulary | None:
    node = top.get("vocabulary")
    names = [n for n in node.items if isinstance(n, Text)] if isinstance(node, Items) else []
    if isinstance(node, Text):
        names = [node]
    paths = []
    for name in names or [Text(DEFAULT_VOCABULARY, top.span)]:
        found = vocabulary_file(name.value, path)
        if found is None:
            fault(faults, "unknown-vocabulary", name.span, name=name.value)
        else:
            paths.append(found)
    if errors(faults):
        return None
    prepared = prepared_vocabulary(paths[0]) if len(paths) == 1 else None
    if prepared is not None:
        return prepared
    vocabulary, wrong = load_vocabulary(tuple(paths))
    faults += wrong
    return None if errors(wrong) else vocabulary


def _fact(key: Text, node: Text, vocabulary: Vocabulary, faults: Faults) -> Aggregate | None:
    definition = vocabulary.facts.get(key.value)
    if definition is None:
        hint = vocabulary.nearest(key.value)
        fault(faults, "unknown-fact", key.span, hint, name=key.value)
        return None
    checked = expression(node, Scope(vocabulary=vocabulary), faults)
    if checked is None:
        return None
    resolved, found = checked
    if definition.type in _NEVER_ADDED or not definition.type.is_number:
        fault(faults, "not-additive", key.span, part=key.value)
        return None
    if not isinstance(resolved, Aggregate) or resolved.kind not in _ADDED:
        fault(faults, "not-additive", node.span, part=show(resolved))
        return None
    beyond = next(_beyond_the_row(resolved), None)
    if beyond is not None:
        fault(faults, "not-additive", node.part(*beyond.at), part=show(beyond))
        return None
    wanted = type_of(definition)
    if isinstance(wanted, Quantity) and isinstance(found, Quantity):
        # As if the fact were compared with it: the units must fit.
        operands = Operands(node, vocabulary)
        pair = Compare(Fact(key.value, at=resolved.at), ((Op.EQ, resolved),), at=resolved.at)
        operands.joint(pair, wanted, found)
        faults += operands.faults
    return resolved


def _beyond_the_row(aggregate: Aggregate) -> Iterator[Expr]:
    """What no row says, and of values quotients of columns, which no decimal may equal."""
    for part in walk(aggregate):
        if isinstance(part, (Fact, Attribute, Parameter, Special)):
            yield part
    for part in () if aggregate.value is None else walk(aggregate.value):
        if (
            isinstance(part, Arithmetic)
            and part.sign is Sign.DIV
            and any(isinstance(inner, Column) for inner in walk(part.right))
        ):
            yield part
