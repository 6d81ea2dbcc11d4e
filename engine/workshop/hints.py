"""What would notice a mutant that survives: an expectation to add, or a case to add."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..language.model import Outcome, Ruleset
from ..scoring.assess import reassess
from ..scoring.outcome import evaluate
from ..scoring.points import score
from .cases import Tried
from .killing import changes, under
from .mutants import Mutant
from .suggestions import Base, base_of, facts_text, moves, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A case that tells the mutant apart; ``facts`` is empty where one is there already."""

    base: str
    facts: str
    expect: str


def hint(mutant: Mutant, ruleset: Ruleset, ran: Sequence[Tried]) -> Hint | None:
    """The first that was found; None says only that none was."""
    found = next(_expectations(mutant, ruleset, ran), None)
    if found is not None or not mutant.criteria:
        return found
    base = base_of(ran)
    return None if base is None else next(_cases(mutant, ruleset, base), None)


def _expectations(mutant: Mutant, ruleset: Ruleset, ran: Sequence[Tried]) -> Iterator[Hint]:
    """Cases in which something comes out otherwise that they do not ask about."""
    for tried in ran:
        before = tried.assessment
        if before is None or (not mutant.criteria and not before.complete):
            continue
        interpreter = under(mutant.ruleset, before.interpreter)
        changed = changes(mutant, before, interpreter)
        for name, result in changed.items():
            old = before.result(name)
            if old is not None and old.outcome is not result.outcome:
                yield Hint(base=tried.name, facts="", expect=_outcome(name, old.outcome))
            elif score(result, interpreter) != before.points.get(name):
                points = before.points[name].exact
                shown = '"?"' if points is None else str(points)
                given = f"{{criterion_points: {{{name}: {shown}}}}}"
                yield Hint(base=tried.name, facts="", expect=given)
        if before.grade is not None and (before.complete or changed):
            after = reassess(before, mutant.ruleset, interpreter, changed).grade
            if after is not None and before.complete and after.awarded != before.grade.awarded:
                grade = before.grade.awarded
                yield Hint(base=tried.name, facts="", expect=f"{{grade: {grade}}}")


def _cases(mutant: Mutant, ruleset: Ruleset, base: Base) -> Iterator[Hint]:
    """Single facts of the base case moved to a limit of the ruleset or of the mutant."""
    interpreter = base.interpreter
    changed = under(mutant.ruleset, interpreter)
    for name in mutant.criteria:
        right, wrong = ruleset.criterion(name), mutant.ruleset.criterion(name)
        if right is None or wrong is None:
            continue
        for key, value in (*moves(right, interpreter), *moves(wrong, changed)):
            text = written(ruleset.vocabulary.facts[key[0]], value)
            outcome = evaluate(right, interpreter.replaced(key, value)).outcome
            other = evaluate(wrong, changed.replaced(key, value)).outcome
            if outcome is not other and text is not None:
                facts = facts_text(key, text, interpreter)
                yield Hint(base=base.name, facts=facts, expect=_outcome(name, outcome))


def _outcome(criterion: str, outcome: Outcome) -> str:
    return f"{{outcomes: {{{criterion}: {outcome}}}}}"
