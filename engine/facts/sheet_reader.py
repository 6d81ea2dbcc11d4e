"""Reads a fact sheet (YAML or JSON) against a vocabulary; every fault of the file at once."""

from dataclasses import dataclass
from pathlib import Path

from ..language.diagnostics import Diagnostic, FactsError, Source, Span, errors, in_order
from ..language.model import Outcome
from ..language.nodes import Entries, Node, Text, parse, unusable
from ..language.reading import entries, items, label, plain_number, text
from ..language.source import read_source
from ..language.structure import validate
from ..language.vocabulary import Vocabulary, nearest
from .fact_reader import YEAR, read_evidence, read_facts
from .reading import Reading
from .sheet import Declared, FactSheet, Remark, Subject, Table
from .tables import read_table
from .values import By

_OUTCOMES = tuple(o for o in Outcome if o is not Outcome.UNDETERMINED)
_ANY_YEAR = 2000
_WORKBOOKS = {b"PK\x03\x04": "Excel (XLSX)", b"\xd0\xcf\x11\xe0": "Excel (XLS)"}


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A usable sheet and the warnings about it."""

    sheet: FactSheet
    diagnostics: tuple[Diagnostic, ...]


def read_sheet(path: Path, vocabulary: Vocabulary) -> ReadSheet:
    """Read the sheet in ``path``. Raises `FactsError` with every fault found."""
    other = _workbook(path)
    if other:
        raise FactsError([not_a_sheet(path, other)])
    source, wrong = read_source(path)
    if wrong:
        raise FactsError(wrong)
    node, wrong = parse(source)
    if path.suffix.lower() == ".csv" or (isinstance(node, Text) and _is_csv(source)):
        raise FactsError([not_a_sheet(path, "CSV")])
    if node is None or unusable(node, wrong):
        raise FactsError(wrong)
    return sheet_from_node(node, source, vocabulary, tuple(wrong))


def not_a_sheet(path: Path, form: str) -> Diagnostic:
    """A table of a spreadsheet program in the place of a sheet."""
    values = {"path": path, "form": form}
    return Diagnostic(code="not-a-sheet", span=Span(Source(str(path))), values=values)


def _workbook(path: Path) -> str:
    """What a spreadsheet program calls the file by its first bytes; empty for a text."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return ""
    return next((form for mark, form in _WORKBOOKS.items() if start.startswith(mark)), "")


def _is_csv(source: Source) -> bool:
    """Whether a text without any key looks like rows of cells."""
    lines = [ln for ln in source.text.split("\n") if ln.strip() and not ln.startswith("#")]
    return len(lines) > 1 and all("," in ln or "\t" in ln for ln in lines)


def sheet_from_node(
    node: Node, source: Source, vocabulary: Vocabulary, faults: tuple[Diagnostic, ...] = ()
) -> ReadSheet:
    """The sheet in a parsed document. Raises `FactsError` with ``faults`` and every further one."""
    misshapen = validate(node, "sheet")
    if not isinstance(node, Entries):
        raise FactsError((*faults, *misshapen))
    reading = Reading(
        vocabulary=vocabulary, source=source, year=_ANY_YEAR, by=_source(node.get("source"))
    )
    reading.year = _evaluation_year(node, reading)
    read_evidence(node.get("evidence"), reading)
    subject = _subject(node, reading)
    read_facts(node.get("facts"), reading)
    tables = _tables(node.get("tables"), reading)
    declared = _declared(node.get("outcomes"), reading)
    _unsupported(reading, tables)
    _check_claims(node.get("claims"), reading)
    # What the schema refused is not reported a second time by those who tried to read it.
    told = {(d.span.line, d.span.column) for d in misshapen}
    found = [*reading.faults.errors, *reading.faults.warnings]
    found = [d for d in found if (d.span.line, d.span.column) not in told]
    found = [*faults, *misshapen, *found]
    if errors(found):
        raise FactsError(found)
    sheet = FactSheet(
        subject=subject,
        year=reading.year,
        entries={key: tuple(stated) for key, stated in reading.entries.items()},
        tables=tables,
        declared=declared,
        remarks=_remarks(node.get("claims")),
        source=source,
        year_origin=written.span if (written := node.get("year")) is not None else None,
        filled_for=text(edition := node.get("ruleset")).strip(),
        filled_origin=None if edition is None else edition.span,
    )
    return ReadSheet(sheet, in_order(found))


def _source(node: Node | None) -> By:
    """Who says what is said without a source; the schema has refused any other word."""
    return next((by for by in By if by == text(node)), By.SELF)


def _evaluation_year(node: Entries, reading: Reading) -> int:
    written = node.get("year")
    if written is None:
        return _ANY_YEAR
    if isinstance(written, Text) and YEAR.fullmatch(written.value.strip()):
        return int(written.value)
    reading.fault("bad-year", written.span, year=text(written))
    return _ANY_YEAR


def _subject(node: Entries, reading: Reading) -> Subject:
    subject = node.get("subject")
    known = reading.vocabulary.attributes
    attributes: dict[str, str] = {}
    for key, value in entries(subject):
        name, word = key.value, text(value).strip()
        if reading.hopeless:
            break
        if name in ("code", "name", "kind"):
            continue
        if name not in known:
            reading.unknown("unknown-attribute", key.span, name, (*known, "code", "name", "kind"))
        elif known[name] and word not in known[name]:
            hint = nearest(word, known[name])
            reading.fault("unknown-word", value.span, hint, word=word, known=" ".join(known[name]))
        else:
            attributes[name] = word
    fields = subject if isinstance(subject, Entries) else Entries((), node.span)
    written = fields.get("code")
    code = text(written).strip()
    if written is not None and not code:
        reading.fault("missing-key", written.span, key="code")
    kind = fields.get("kind")
    return Subject(
        code=code,
        name=text(fields.get("name")).strip() or code,
        kind=text(kind).strip(),
        attributes=attributes,
        kind_origin=None if kind is None else kind.span,
    )


def _tables(node: Node | None, reading: Reading) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for key, value in entries(node):
        if reading.hopeless:
            break
        definition = reading.vocabulary.tables.get(key.value)
        if definition is None:
            known = tuple(reading.vocabulary.tables)
            reading.unknown("unknown-table", key.span, key.value, known)
            continue
        table = read_table(value, definition, reading.source, reading.faults)
        if table is not None:
            tables[key.value] = table
    return tables


def _declared(node: Node | None, reading: Reading) -> dict[str, tuple[Declared, ...]]:
    declared: dict[str, tuple[Declared, ...]] = {}
    for by, outcomes in entries(node):
        for key, value in entries(outcomes):
            if reading.hopeless:
                return declared
            word = value.get("outcome") if isinstance(value, Entries) else value
            if text(word) not in _OUTCOMES:
                span = word.span if word is not None else value.span
                reading.unknown("unknown-outcome", span, text(word), _OUTCOMES)
                continue
            details = value if isinstance(value, Entries) else Entries((), value.span)
            wrong: list[Diagnostic] = []
            points = details.get("points")
            said = Declared(
                criterion=key.value,
                by=_source(by),
                outcome=Outcome(text(word)),
                note=text(details.get("note")),
                reconstructed=text(details.get("reconstructed")) == "true",
                points=plain_number(points, wrong) if points is not None else None,
                origin=value.span,
            )
            for diagnostic in wrong:
                reading.faults.add(diagnostic)
            declared[key.value] = (*declared.get(key.value, ()), said)
    return declared


def _unsupported(reading: Reading, tables: dict[str, Table]) -> None:
    """Warn of evidence for what the sheet does not hold."""
    reported = {name for name, _ in reading.entries}
    for name, year, span in reading.supported:
        held = name in reported or name in tables
        if not held or (year is not None and (name, year) not in reading.entries):
            shown = name if year is None else f"{name}@{year}"
            reading.fault("evidence-without-fact", span, name=shown)


def _check_claims(node: Node | None, reading: Reading) -> None:
    """Warn of statements about no fact or table; a criterion and the grade may be named too."""
    vocabulary = reading.vocabulary
    for item in items(node):
        about = item.get("about") if isinstance(item, Entries) else None
        name = text(about)
        if about is None or name in vocabulary.facts or name in vocabulary.tables:
            continue
        if name != "grade" and not name[:1].isupper():
            hint = vocabulary.nearest(name)
            reading.fault("claim-about-unknown", about.span, hint, name=name)


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
