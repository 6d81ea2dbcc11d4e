"""Reads a fact sheet (YAML or JSON) against a vocabulary; every fault of the file at once."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..language.diagnostics import Diagnostic, FactsError, Source, Span, errors, in_order
from ..language.model import Outcome
from ..language.nodes import Entries, Items, Node, Text, parse
from ..language.reading import entries, items, label, plain_number, text
from ..language.source import read_source
from ..language.structure import validate
from ..language.vocabulary import FactDefinition, Vocabulary, nearest
from .quantity import read_node
from .sheet import Declared, FactSheet, Remark, Subject, Table, year_of
from .tables import out_of_range, read_table
from .values import By, Entry, Evidence, Inapplicable, Stated

_YEAR = re.compile(r"(19|20)\d\d")
_SOURCES = tuple(str(by) for by in By)
_VALUE_KEYS = ("value", "note", "document", "place", "by")


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A usable sheet and the warnings about it."""

    sheet: FactSheet
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Context:
    vocabulary: Vocabulary
    source: Source
    year: int
    default: By
    faults: list[Diagnostic] = field(default_factory=list)
    entries: dict[tuple[str, int], list[Entry]] = field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)

    def fault(self, code: str, span: Span, suggestion: str | None = None, **values: object) -> None:
        self.faults.append(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))


def read_sheet(path: Path, vocabulary: Vocabulary) -> ReadSheet:
    """Read the sheet in ``path``. Raises `FactsError` with every fault found."""
    source, wrong = read_source(path)
    if wrong:
        raise FactsError(wrong)
    node, wrong = parse(source)
    if node is None or errors(wrong):
        raise FactsError(wrong)
    return sheet_from_node(node, source, vocabulary)


def sheet_from_node(node: Node, source: Source, vocabulary: Vocabulary) -> ReadSheet:
    """The sheet that a parsed document holds. Raises `FactsError` with every fault found."""
    wrong = validate(node, "sheet")
    if wrong or not isinstance(node, Entries):
        raise FactsError(wrong)
    context = _Context(
        vocabulary=vocabulary,
        source=source,
        year=_evaluation_year(node, wrong),
        default=By(text(node.get("source"), By.SELF)),
    )
    context.faults += wrong
    context.evidence = _evidence(node.get("evidence"), context)
    subject = _subject(node, context)
    for key, value in entries(node.get("facts")):
        _fact(key, value, context)
    tables = _tables(node.get("tables"), context)
    sheet = FactSheet(
        subject=subject,
        year=context.year,
        entries={key: tuple(stated) for key, stated in context.entries.items()},
        tables=tables,
        declared=_declared(node.get("outcomes"), context),
        remarks=_remarks(node.get("claims")),
        source=source,
    )
    if errors(context.faults):
        raise FactsError(context.faults)
    return ReadSheet(sheet, in_order(context.faults))


def _evaluation_year(node: Entries, faults: list[Diagnostic]) -> int:
    written = node.get("year")
    if isinstance(written, Text) and _YEAR.fullmatch(written.value.strip()):
        return int(written.value)
    span = written.span if written is not None else node.span
    faults.append(Diagnostic(code="bad-year", span=span, values={"year": text(written)}))
    return 2000


def _subject(node: Entries, context: _Context) -> Subject:
    subject = node.get("subject")
    known = context.vocabulary.attributes
    attributes: dict[str, str] = {}
    for key, value in entries(subject):
        name, word = key.value, text(value).strip()
        if name in ("code", "name", "kind"):
            continue
        if name not in known:
            hint = nearest(name, (*known, "code", "name", "kind"))
            context.fault("unknown-attribute", key.span, hint, name=name)
        elif known[name] and word not in known[name]:
            hint = nearest(word, known[name])
            context.fault("unknown-word", value.span, hint, word=word, known=" ".join(known[name]))
        else:
            attributes[name] = word
    fields = subject if isinstance(subject, Entries) else Entries((), node.span)
    code = text(fields.get("code")).strip()
    if not code:
        context.fault("missing-key", fields.span, key="code")
    return Subject(
        code=code,
        name=text(fields.get("name")).strip() or code,
        kind=text(fields.get("kind")).strip(),
        attributes=attributes,
    )


def _fact(key: Text, node: Node, context: _Context) -> None:
    definition = context.vocabulary.facts.get(key.value)
    if definition is None:
        hint = context.vocabulary.nearest(key.value)
        context.fault("unknown-fact", key.span, hint, name=key.value)
        return
    year = year_of(key.value, context.year, context.vocabulary)
    _value(definition, node, year, context.default, context)


def _value(
    definition: FactDefinition, node: Node, year: int, by: By, context: _Context, note: str = ""
) -> None:
    """One value, a series by year, values by source, or why the fact does not apply."""
    if isinstance(node, Items):
        context.fault("bad-value", node.span, name=definition.name, found="[…]")
    elif isinstance(node, Text):
        _scalar(definition, node, year, by, context, note)
    elif not node.entries:
        context.fault("empty-value", node.span, name=definition.name)
    else:
        _mapping(definition, node, year, by, context)


def _mapping(
    definition: FactDefinition, node: Entries, year: int, by: By, context: _Context
) -> None:
    keys = [key.value for key, _ in node]
    reason = node.get("not_applicable")
    if reason is not None and len(keys) == 1:
        words = text(reason).strip()
        if not words or (isinstance(reason, Text) and reason.plain and words == "null"):
            context.fault("reason-missing", node.span, name=definition.name)
        else:
            _keep(definition, Inapplicable(words), reason.span, year, by, context, "")
        return
    if "value" in keys:
        for key, _ in node:
            if key.value not in _VALUE_KEYS:
                context.fault(
                    "unknown-key",
                    key.span,
                    nearest(key.value, _VALUE_KEYS),
                    key=key.value,
                    known=", ".join(_VALUE_KEYS),
                )
        stated_by = text(node.get("by"), by)
        if stated_by in _SOURCES:
            by = By(stated_by)
        inner = node.get("value")
        if inner is not None:
            _value(definition, inner, year, by, context, text(node.get("note")))
        return
    for key, value in node:
        if _YEAR.fullmatch(key.value):
            _value(definition, value, int(key.value), by, context)
        elif key.value in _SOURCES:
            _value(definition, value, year, By(key.value), context)
        else:
            known = ("not_applicable", "value", *_SOURCES)
            hint = nearest(key.value, known)
            context.fault("bad-value-key", key.span, hint, key=key.value, name=definition.name)


def _scalar(
    definition: FactDefinition, node: Text, year: int, by: By, context: _Context, note: str
) -> None:
    if not node.value.strip() or (node.plain and node.value in ("null", "~")):
        context.fault("empty-value", node.span, name=definition.name)
        return
    stated = read_node(node, definition)
    if isinstance(stated, Diagnostic):
        context.faults.append(stated)
        return
    context.faults += out_of_range(stated, definition, node.span)
    _keep(definition, stated, node.span, year, by, context, note)


def _keep(
    definition: FactDefinition,
    stated: Stated,
    span: Span,
    year: int,
    by: By,
    context: _Context,
    note: str,
) -> None:
    entry = Entry(
        fact=definition.name,
        year=year,
        by=by,
        stated=stated,
        origin=span,
        evidence=context.evidence.get(definition.name, ()),
        note=note,
    )
    known = context.entries.setdefault((definition.name, year), [])
    if any(other.by is by for other in known):
        context.fault("stated-twice", span, name=definition.name, year=year)
        return
    known.append(entry)


def _evidence(node: Node | None, context: _Context) -> dict[str, tuple[Evidence, ...]]:
    found: dict[str, tuple[Evidence, ...]] = {}
    for key, value in entries(node):
        name = key.value.partition("@")[0]
        known = name in context.vocabulary.facts or name in context.vocabulary.tables
        if not known and "." in name:
            hint = context.vocabulary.nearest(name)
            context.fault("unknown-fact", key.span, hint, name=name)
            continue
        pieces = value.items if isinstance(value, Items) else (value,)
        found[name] = found.get(name, ()) + tuple(
            Evidence(
                document=text(piece.get("document")),
                place=text(piece.get("place")),
                note=text(piece.get("note")) or label(piece.get("note")).text("zh"),
            )
            if isinstance(piece, Entries)
            else Evidence(document=text(piece), place="")
            for piece in pieces
        )
    return found


def _tables(node: Node | None, context: _Context) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for key, value in entries(node):
        definition = context.vocabulary.tables.get(key.value)
        if definition is None:
            hint = nearest(key.value, tuple(context.vocabulary.tables))
            context.fault("unknown-table", key.span, hint, name=key.value)
            continue
        reason = value.get("not_applicable") if isinstance(value, Entries) else None
        if reason is not None:
            tables[key.value] = Table(
                name=key.value, rows=(), origin=value.span, not_applicable=text(reason)
            )
            continue
        table, faults = read_table(value, definition, context.source)
        context.faults += faults
        if table is not None:
            tables[key.value] = table
    return tables


def _declared(node: Node | None, context: _Context) -> dict[str, tuple[Declared, ...]]:
    declared: dict[str, tuple[Declared, ...]] = {}
    for by, outcomes in entries(node):
        for key, value in entries(outcomes):
            word = value.get("outcome") if isinstance(value, Entries) else value
            known = tuple(o for o in Outcome if o is not Outcome.UNDETERMINED)
            if text(word) not in known:
                span = word.span if word is not None else value.span
                hint = nearest(text(word), known)
                context.fault("unknown-outcome", span, hint, name=text(word))
                continue
            details = value if isinstance(value, Entries) else Entries((), value.span)
            points = details.get("points")
            said = Declared(
                criterion=key.value,
                by=By(by.value),
                outcome=Outcome(text(word)),
                note=text(details.get("note")),
                reconstructed=text(details.get("reconstructed")) == "true",
                points=plain_number(points, context.faults) if points is not None else None,
                origin=value.span,
            )
            declared[key.value] = (*declared.get(key.value, ()), said)
    return declared


def _remarks(node: Node | None) -> tuple[Remark, ...]:
    return tuple(
        Remark(
            text=label(item.get("text")).text("zh"),
            about=text(item.get("about")),
            stated={key.value: text(value) for key, value in entries(item.get("stated"))},
            document=text(item.get("document")),
            place=text(item.get("place")),
        )
        for item in items(node)
        if isinstance(item, Entries)
    )
