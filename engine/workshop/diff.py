"""What changed between two editions: of each criterion whether it is stricter, proved, and where.

Expressions are compared by what they decide, not by how they are written: for every sheet both give
the same outcome, or a sheet is shown on which they do not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..facts.sheet import FactSheet
from ..language.diagnostics import errors
from ..language.digest import canonical
from ..language.expression import Expr
from ..language.model import ASSESSED, Criterion, Outcome, Ruleset
from ..language.printer import show
from ..language.vocabulary import FactDefinition, Vocabulary
from ..locale import Label
from ..scoring.integrity import broken_rules
from ..scoring.interpreter import Interpreter
from ..scoring.lowering_terms import Formula
from ..scoring.lowering_values import UnsupportedError
from ..scoring.outcome import CriterionResult, evaluate
from .diff_beside import parameter_text
from .proofs import Answer
from .verify_prover import holds
from .verify_settings import Lowering, lowered, parameters_of, settings
from .verify_sheets import sheet
from .verify_solver import Setting, decide
from .witnesses import facts_text


class Change(StrEnum):
    """What became of a criterion or of the grade rule."""

    EQUIVALENT = "equivalent"
    STRICTER = "stricter"
    LENIENT = "lenient"
    BOTH = "both"
    APPLICABILITY = "applicability"
    JUDGED = "judged"
    NEW = "new"
    GONE = "gone"
    RESCALED = "rescaled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A district on which the two editions differ, as both decide."""

    kind: Change
    before: str
    after: str
    text: Label
    sheet: FactSheet | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is written otherwise: a key such as ``fully`` or ``title``, before and after.

    Of ``points`` only that they differ; both criteria say how.
    """

    key: str
    before: Label
    after: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One criterion of both editions."""

    id: str
    title: Label
    change: Change
    applicability: bool = False
    wordings: tuple[Wording, ...] = ()
    examples: tuple[Example, ...] = ()
    why: str = ""


def compare_criteria(
    old: Ruleset, new: Ruleset, tick: Callable[[str], None] = lambda _: None
) -> Iterator[Compared]:
    """Every criterion of either edition, in the order of the new one, then what is gone."""
    for criterion in new.criteria:
        before = old.criterion(criterion.id)
        if before is None:
            yield Compared(id=criterion.id, title=criterion.title, change=Change.NEW)
        else:
            yield _compared(before, criterion, old, new)
        tick(criterion.id)
    for criterion in old.criteria:
        if new.criterion(criterion.id) is None:
            yield Compared(id=criterion.id, title=criterion.title, change=Change.GONE)


def _compared(before: Criterion, after: Criterion, old: Ruleset, new: Ruleset) -> Compared:
    wordings = tuple(_wordings(before, after, old, new))
    if before.judged or after.judged:
        change = Change.EQUIVALENT if before.judged and after.judged else Change.JUDGED
        return Compared(id=after.id, title=after.title, change=change, wordings=wordings)
    if _same(before, after, old, new):
        return Compared(id=after.id, title=after.title, change=Change.EQUIVALENT, wordings=wordings)
    try:
        return _proved(before, after, old, new, wordings)
    except UnsupportedError as error:
        why = str(error)
    return Compared(
        id=after.id, title=after.title, change=Change.UNKNOWN, wordings=wordings, why=why
    )


def _same(before: Criterion, after: Criterion, old: Ruleset, new: Ruleset) -> bool:
    """Whether what decides the outcome is one and the same text, parameters and facts included."""

    def parts(criterion: Criterion, ruleset: Ruleset) -> object:
        return (
            canonical(criterion.measure),
            canonical(criterion.applies_when),
            canonical(criterion.rounded),
            [(str(x.outcome), canonical(x.condition)) for x in criterion.levels],
            [canonical(ruleset.parameters[n]) for n in parameters_of(criterion, ruleset)],
        )

    return old.vocabulary == new.vocabulary and parts(before, old) == parts(after, new)


# -- wordings ------------------------------------------------------------------------------------


def _wordings(before: Criterion, after: Criterion, old: Ruleset, new: Ruleset) -> Iterator[Wording]:
    texts = [
        ("measure", _shown(before.measure), _shown(after.measure)),
        ("applies_when", _shown(before.applies_when), _shown(after.applies_when)),
    ]
    levels = [
        {level.outcome: level.text for level in criterion.levels} for criterion in (before, after)
    ]
    texts += [(str(o), levels[0].get(o, ""), levels[1].get(o, "")) for o in ASSESSED]
    texts += [
        ("rounded", _rounding(before), _rounding(after)),
        ("veto", _yes(before.veto), _yes(after.veto)),
    ]
    named = dict.fromkeys((*parameters_of(before, old), *parameters_of(after, new)))
    texts += [(name, _parameter(name, old), _parameter(name, new)) for name in named]
    pairs = [(key, Label(one, one), Label(two, two)) for key, one, two in texts]
    if canonical((before.points, before.bonus)) != canonical((after.points, after.bonus)):
        pairs.append(("points", Label(""), Label("points")))
    for key, one, two in (*pairs, *_about(before, after)):
        if one != two:
            yield Wording(key=key, before=one, after=two)


def _about(before: Criterion, after: Criterion) -> Iterator[tuple[str, Label, Label]]:
    """What is said of a criterion and decides nothing."""
    one, two = before.citation, after.citation
    yield "title", before.title, after.title
    yield "advice", before.advice, after.advice
    yield "source_note", one.note, two.note
    for key, first, second in (
        ("domain", before.domain, after.domain),
        ("better", str(before.better or ""), str(after.better or "")),
        ("show", _shown_as(before), _shown_as(after)),
        ("status", str(before.status), str(after.status)),
        ("source", one.text, two.text),
        ("seen", _yes(one.seen) or "no", _yes(two.seen) or "no"),
    ):
        yield key, Label(first, first), Label(second, second)


def _shown_as(criterion: Criterion) -> str:
    shown = criterion.show
    return " ".join(
        x for x in (shown.unit.name, "" if shown.places is None else str(shown.places)) if x
    )


def _shown(expr: Expr | None) -> str:
    return "" if expr is None else show(expr)


def _rounding(criterion: Criterion) -> str:
    rounded = criterion.rounded
    return "" if rounded is None else f"{rounded.places} {rounded.unit.name}".strip()


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _parameter(name: str, ruleset: Ruleset) -> str:
    parameter = ruleset.parameters.get(name)
    return "" if parameter is None else parameter_text(parameter)


# -- proofs --------------------------------------------------------------------------------------


def _proved(
    before: Criterion,
    after: Criterion,
    old: Ruleset,
    new: Ruleset,
    wordings: tuple[Wording, ...],
) -> Compared:
    first, second = both_lowered(before, after, old, new)
    examples: list[Example] = []
    unknown = ""
    asked = settings(second, before)
    for kind, goal in _goals(first, second):
        if kind in {e.kind for e in examples}:
            continue
        for setting in asked:
            decision = decide(setting, holds(goal))
            if decision.answer is Answer.UNKNOWN:
                unknown = decision.why
            elif decision.answer is Answer.REFUTED:
                facts = sheet(setting.space, decision.found, decision.rows, setting.missing)
                example = _replayed(kind, before, after, old, new, facts)
                if example is None:
                    unknown = "replay"
                    continue
                examples.append(example)
                break
    escaped = _escaped(second, asked)
    return Compared(
        id=after.id,
        title=after.title,
        change=_change({e.kind for e in examples}, unknown or escaped),
        applicability=any(e.kind is Change.APPLICABILITY for e in examples),
        wordings=wordings,
        examples=tuple(examples),
        why=unknown or escaped,
    )


def both_lowered(
    before: Criterion, after: Criterion, old: Ruleset, new: Ruleset
) -> tuple[Lowering, Lowering]:
    """Both criteria over the same columns, for every sheet that the new vocabulary allows."""
    old = replace(old, vocabulary=_for_new_sheets(old.vocabulary, new.vocabulary))
    first = lowered(before, old)
    lowerer = first.space.lowerer
    # One graph for both: only parameters and definitions are looked up in the other edition.
    lowerer.ruleset, lowerer.vocabulary = new, new.vocabulary
    lowerer.inputs.vocabulary = new.vocabulary
    if old.vocabulary != new.vocabulary:
        lowerer.known.clear()
    return first, lowered(after, new, lowerer)


def _for_new_sheets(old: Vocabulary, new: Vocabulary) -> Vocabulary:
    """The old definitions, but for what is reported the ranges and steps of the new ones."""

    def stands_for(one: FactDefinition, two: FactDefinition | None) -> bool:
        if two is None or one.derived is not None or two.derived is not None:
            return False
        return (one.type, one.unit.dimension, one.levels) == (
            two.type,
            two.unit.dimension,
            two.levels,
        )

    facts = {
        name: new.facts[name] if stands_for(fact, new.facts.get(name)) else fact
        for name, fact in old.facts.items()
    }
    return replace(old, facts=facts)


def _escaped(lowering: Lowering, asked: tuple[Setting, ...]) -> str:
    """Why formulas do not say everything; empty where they do."""
    for where, reason in lowering.space.lowerer.escapes.values():
        for setting in asked:
            bare = Setting(space=setting.space, missing=setting.missing, tables=setting.tables)
            decision = decide(bare, holds(where))
            if decision.answer is not Answer.PROVED:
                return reason
    return ""


def _goals(first: Lowering, second: Lowering) -> Iterator[tuple[Change, Formula]]:
    g = first.space.lowerer.graph
    one, two = first.outcomes(), second.outcomes()
    known = [outcome for outcome in ASSESSED if outcome in one or outcome in two]

    def declines(a: dict[Outcome, Formula], b: dict[Outcome, Formula]) -> Formula:
        return g.either(
            *(
                g.both(a[x], b[y])
                for i, x in enumerate(known)
                for y in known[i + 1 :]
                if x in a and y in b
            )
        )

    yield Change.STRICTER, declines(one, two)
    yield Change.LENIENT, declines(two, one)
    # Whether it applies, and whether it is decided at all.
    for a, b in (
        (first.whole.live, second.whole.live),
        (first.several(), second.several()),
    ):
        differs = g.either(g.both(a, g.opposite(b)), g.both(b, g.opposite(a)))
        yield Change.APPLICABILITY, differs


def _replayed(
    kind: Change,
    before: Criterion,
    after: Criterion,
    old: Ruleset,
    new: Ruleset,
    facts: FactSheet,
) -> Example | None:
    """The sheet as the interpreter decides it under both; None where it decides otherwise."""
    results: list[CriterionResult] = []
    for criterion, ruleset in ((before, old), (after, new)):
        interpreter = Interpreter(ruleset, facts)
        if errors(broken_rules(interpreter)):
            return None
        results.append(evaluate(criterion, interpreter))
    one, two = (result.outcome for result in results)
    places = {outcome: place for place, outcome in enumerate(ASSESSED)}
    if kind is Change.APPLICABILITY:
        agrees = any(
            (one is state) is not (two is state)
            for state in (Outcome.NOT_APPLICABLE, Outcome.UNDETERMINED)
        )
    elif one not in places or two not in places:
        agrees = False
    else:
        agrees = places[one] < places[two] if kind is Change.STRICTER else places[one] > places[two]
    if not agrees:
        return None
    read = max(results, key=lambda result: len(result.facts))
    text = facts_text(read, facts, new.vocabulary)
    return Example(kind=kind, before=str(one), after=str(two), text=text, sheet=facts)


def _change(kinds: set[Change], unknown: str) -> Change:
    if {Change.STRICTER, Change.LENIENT} <= kinds:
        return Change.BOTH
    if unknown:
        return Change.UNKNOWN
    for kind in (Change.STRICTER, Change.LENIENT, Change.APPLICABILITY):
        if kind in kinds:
            return kind
    return Change.EQUIVALENT
