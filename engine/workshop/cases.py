"""Runs the cases of a ruleset: facts → expected outcomes, measures, points, grade."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from ..facts.sheet_reader import sheet_from_node
from ..language.diagnostics import (
    Diagnostic,
    EngineError,
    FactsError,
    RulesetError,
    Source,
    Span,
    errors,
)
from ..language.model import Outcome, Ruleset
from ..language.nodes import Entries, Node, Text, parse
from ..language.reading import entries, items, label, text
from ..language.source import read_source
from ..language.structure import validate
from ..locale import LANGS, Label
from ..scoring.assess import Assessment, assess, sheet_faults
from ..scoring.cohort import Cohort
from ..scoring.gathering import gather
from ..scoring.interpreter import Interpreter
from ..scoring.values import Number

FILE = "tests.yaml"
_SHEET_KEYS = ("subject", "year", "facts", "tables", "outcomes")
# Of these the parts of a case are laid over those of its base one by one.
_MERGED = ("subject", "facts", "tables", "outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case: a sheet as it would be written, and what must come of it."""

    name: Label
    sheet: Entries
    expect: Entries
    source: Source = field(compare=False, repr=False)
    # The sheets of the batch that this one belongs to, itself among them; () for one alone.
    batch: tuple[Entries, ...] = ()

    @property
    def span(self) -> Span:
        """Where the expectations stand."""
        return self.expect.span


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One expectation that did not come true."""

    what: str
    expected: str
    found: str
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A case as it came out; without an assessment where its facts were refused, and why."""

    case: Case
    assessment: Assessment | None
    mismatches: tuple[Mismatch, ...]
    refusals: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """What other cases call it."""
        return self.case.name.text("en")


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file. Raises `RulesetError` with every fault found."""
    return cases_of(*read_document(path))


def read_document(path: Path) -> tuple[Entries, Source]:
    """A file of cases whose structure is right. Raises `RulesetError` with every fault found."""
    source, faults = read_source(path)
    return document_of(source, faults)


def document_of(source: Source, faults: list[Diagnostic]) -> tuple[Entries, Source]:
    """The same of a text with the faults found in reading it."""
    node, wrong = (None, faults) if faults else parse(source)
    if node is None or errors(wrong):
        raise RulesetError(wrong)
    wrong = validate(node, "tests")
    if wrong or not isinstance(node, Entries):
        raise RulesetError(wrong)
    return node, source


def cases_of(node: Entries, source: Source) -> tuple[Case, ...]:
    """The cases of a validated document. Raises `RulesetError` for an unknown base."""
    built: dict[str, Case] = {}
    faults: list[Diagnostic] = []
    for item in items(node.get("cases")):
        if not isinstance(item, Entries):
            continue
        name = label(item.get("name"))
        base = item.get("base")
        below = built.get(text(base))
        if isinstance(base, Text) and below is None:
            span, values = base.span, {"name": base.value}
            faults.append(Diagnostic(code="unknown-case", span=span, values=values))
            continue
        for case in _cases(item, name, below, source):
            key = case.name.text("en")
            if key in built:
                faults.append(Diagnostic(code="duplicate-id", span=item.span, values={"id": key}))
            else:
                built[key] = case
    if faults:
        raise RulesetError(faults)
    return tuple(built.values())


def _cases(item: Entries, name: Label, below: Case | None, source: Source) -> Iterator[Case]:
    """One case; of a batch one for each subject that something is expected of.

    A case whose base is one subject of a batch takes the place of that subject.
    """
    sheet, batch = _sheet(item, below), item.get("batch")
    expect = item.get("expect")
    if isinstance(expect, Entries):
        others = () if below is None else tuple(s for s in below.batch if s is not below.sheet)
        together = (sheet, *others) if below is not None and below.batch else ()
        yield Case(name=name, sheet=sheet, expect=expect, source=source, batch=together)
    if not isinstance(batch, Entries):
        return
    shared = Case(name=name, sheet=sheet, expect=Entries((), item.span), source=source)
    members = []
    for code, node in batch:
        own = node if isinstance(node, Entries) else Entries((), code.span)
        laid = _sheet(own, shared)
        members.append((code, own, _coded(laid, code)))
    together = tuple(sheet for _, _, sheet in members)
    for code, own, sheet in members:
        wanted = own.get("expect")
        if isinstance(wanted, Entries):
            called = Label(*(f"{name.text(lang)} {code.value}" for lang in LANGS))
            yield Case(name=called, sheet=sheet, expect=wanted, source=source, batch=together)


def _coded(sheet: Entries, code: Text) -> Entries:
    """The sheet of the subject of that code."""
    own = Entries(((Text("code", code.span), Text(code.value, code.span)),), code.span)
    return Entries(
        tuple(
            (key, _laid_over(node, own) if key.value == "subject" else node) for key, node in sheet
        ),
        sheet.span,
    )


def _sheet(item: Entries, below: Case | None) -> Entries:
    """The sheet of a case, laid over that of its base."""
    parts: dict[str, tuple[Text, Node]] = {}
    for source in (below.sheet if below is not None else None, item):
        for key, node in entries(source):
            if key.value not in _SHEET_KEYS:
                continue
            known = parts.get(key.value)
            if key.value in _MERGED and known is not None:
                node = _laid_over(known[1], node)
            parts[key.value] = (key, node)
    for name, value in (("subject", None), ("year", "2000")):
        if name not in parts:
            parts[name] = (Text(name, item.span), _default(value, item.span))
    return Entries(tuple(parts.values()), item.span)


def _laid_over(below: Node, above: Node) -> Node:
    if not isinstance(below, Entries) or not isinstance(above, Entries):
        return above
    own = {key.value: (key, value) for key, value in above}
    kept = [(key, value) for key, value in below if key.value not in own]
    new = [pair for pair in own.values() if not _is_null(pair[1])]
    return Entries((*kept, *new), above.span)


def _is_null(node: Node) -> bool:
    return isinstance(node, Text) and node.plain and node.value in ("", "~", "null")


def _default(value: str | None, span: Span) -> Node:
    if value is not None:
        return Text(value, span, plain=True)
    return Entries(((Text("code", span), Text("000000", span)),), span)


def run(case: Case, ruleset: Ruleset) -> tuple[Mismatch, ...]:
    """Score the case and compare; empty when everything came true."""
    return tried(case, ruleset).mismatches


def tried(case: Case, ruleset: Ruleset) -> Tried:
    """Score the case and compare, and keep the assessment."""
    refused = case.expect.get("refused")
    try:
        assessment = score(case, ruleset)
    except EngineError as error:
        refusals = tuple(errors(error.diagnostics))
        found = " ".join(sorted({d.code for d in refusals}))
        wanted = _words(refused)
        wrong = () if found == wanted else (_mismatch("refused", wanted, found, case.span),)
        return Tried(case=case, assessment=None, mismatches=wrong, refusals=refusals)
    if refused is not None:
        wrong = (_mismatch("refused", _words(refused), "", case.span),)
        return Tried(case=case, assessment=assessment, mismatches=wrong)
    return Tried(case=case, assessment=assessment, mismatches=tuple(compare(case, assessment)))


def compare(case: Case, assessment: Assessment) -> Iterator[Mismatch]:
    """Everything that the case expects and the assessment does not say."""
    for key, node in case.expect:
        yield from _COMPARE[key.value](assessment, key, node)


def score(case: Case, ruleset: Ruleset) -> Assessment:
    """The assessment of a case. Raises `FactsError` like any sheet."""
    read = sheet_from_node(case.sheet, case.source, ruleset.vocabulary)
    cohort = cohort_of(case, ruleset)
    return assess(ruleset, read.sheet, diagnostics=read.diagnostics, cohort=cohort)


def cohort_of(case: Case, ruleset: Ruleset) -> Cohort | None:
    """What the subjects of the case's batch have; one whose facts are refused is lost."""
    if not case.batch:
        return None
    usable = []
    for node in case.batch:
        try:
            read = sheet_from_node(node, case.source, ruleset.vocabulary)
        except FactsError:
            continue
        interpreter = Interpreter(ruleset, read.sheet)
        if not errors((*read.diagnostics, *sheet_faults(ruleset, read.sheet, interpreter))):
            usable.append(read.sheet)
    return gather(ruleset, usable, lost=len(case.batch) - len(usable))


def _mismatch(what: str, expected: str, found: str, span: Span) -> Mismatch:
    return Mismatch(what=what, expected=expected, found=found, span=span)


def _words(node: Node | None) -> str:
    return " ".join(sorted(text(word) for word in items(node)))


def _by_criterion(of: Callable[[Assessment, str], str]) -> "_Compare":
    """Compare a mapping by criterion."""

    def compare(assessment: Assessment, key: Text, node: Node) -> Iterable[Mismatch]:
        for name, wanted in entries(node):
            found = "?" if assessment.result(name.value) is None else of(assessment, name.value)
            if _exactly(found) != _exactly(text(wanted)):
                yield _mismatch(f"{key.value} {name.value}", text(wanted), found, wanted.span)

    return compare


def _single(of: Callable[[Assessment], str]) -> "_Compare":
    """Compare one value; null is the empty text."""

    def compare(assessment: Assessment, key: Text, node: Node) -> Iterable[Mismatch]:
        wanted = "" if _is_null(node) else text(node)
        found = of(assessment)
        if found != _exactly(wanted):
            yield _mismatch(key.value, wanted, found, node.span)

    return compare


def _names(of: Callable[[Assessment], Iterable[str]]) -> "_Compare":
    """Compare a list whose order does not matter."""

    def compare(assessment: Assessment, key: Text, node: Node) -> Iterable[Mismatch]:
        wanted, found = _words(node), " ".join(sorted(set(of(assessment))))
        if found != wanted:
            yield _mismatch(key.value, wanted, found, node.span)

    return compare


def _exactly(written: str) -> str:
    """An exact number in its one spelling; any other word as it is."""
    try:
        return str(Fraction(written))
    except (ValueError, ZeroDivisionError):
        return written


def _outcome(assessment: Assessment, criterion: str) -> str:
    result = assessment.result(criterion)
    return str(result.outcome) if result is not None else "?"


def _measure(assessment: Assessment, criterion: str) -> str:
    result = assessment.result(criterion)
    value = result.measure if result is not None else None
    if not isinstance(value, Number) or value.exact is None:
        return "?"
    return str(value.exact) if isinstance(value.exact, Fraction) else "irrational"


def _short_by(assessment: Assessment, criterion: str) -> str:
    missed = [m for m in assessment.margins[criterion] if not m.met]
    return f"{missed[-1].amount_text} {missed[-1].unit.name}".rstrip() if missed else ""


def _criterion_points(assessment: Assessment, criterion: str) -> str:
    scored = assessment.points.get(criterion)
    return "?" if scored is None or scored.exact is None else str(scored.exact)


def _points(assessment: Assessment) -> str:
    total = assessment.total
    return "" if total is None or total.exact is None else str(total.exact)


def _basis(assessment: Assessment, criterion: str) -> str:
    result = assessment.result(criterion)
    return str(result.support) if result is not None and result.support is not None else ""


def _used(assessment: Assessment, key: Text, node: Node) -> Iterable[Mismatch]:
    """The facts that an outcome rests on, each as ``name@year``."""
    for name, listed in entries(node):
        result = assessment.result(name.value)
        found = "?"
        if result is not None:
            found = " ".join(sorted(f"{fact.name}@{fact.year}" for fact in result.facts))
        wanted = _words(listed)
        if found != wanted:
            yield _mismatch(f"{key.value} {name.value}", wanted, found, listed.span)


def _counts(assessment: Assessment, key: Text, node: Node) -> Iterable[Mismatch]:
    for name, wanted in entries(node):
        found = str(assessment.counts[Outcome(name.value)])
        if found != text(wanted):
            yield _mismatch(f"{key.value} {name.value}", text(wanted), found, wanted.span)


_Compare = Callable[[Assessment, Text, Node], Iterable[Mismatch]]
_COMPARE: Mapping[str, _Compare] = {
    "outcomes": _by_criterion(_outcome),
    "measures": _by_criterion(_measure),
    "short_by": _by_criterion(_short_by),
    "criterion_points": _by_criterion(_criterion_points),
    "basis": _by_criterion(_basis),
    "used": _used,
    "points": _single(_points),
    "grade": _single(lambda a: (a.grade.awarded if a.grade else None) or ""),
    "best": _single(lambda a: (a.grade.best if a.grade else None) or ""),
    "worst": _single(lambda a: (a.grade.worst if a.grade else None) or ""),
    "counts": _counts,
    "findings": _names(
        lambda a: (
            r.criterion.id
            for r in a.results
            if r.outcome in (Outcome.BASICALLY_MET, Outcome.NOT_MET)
        )
    ),
    "missing": _names(lambda a: (m.reason.name for m in a.missing)),
    "warned": _names(lambda a: (d.code for d in a.diagnostics)),
    "contradicted": _names(lambda a: (c.name for c in a.claims if not c.agreement.consistent)),
}
