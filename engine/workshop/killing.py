"""Tries mutants against the cases: who notices which slip, and what would notice the rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..language.model import Outcome, Ruleset
from ..language.nodes import Entries
from ..scoring.assess import Assessment, reassess
from ..scoring.gathering import again
from ..scoring.interpreter import Interpreter
from ..scoring.outcome import CriterionResult, evaluate
from ..scoring.points import Scored, score
from .cases import Case, Tried, compare
from .coverage import parameters_of
from .mutants import Mutant
from .suite import Justified, percent

# What a case can expect that the grade rule has a part in.
_OF_GRADE = frozenset({"grade", "best", "worst", "missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A mutant, and the case that notices it; a survivor may be justified."""

    mutant: Mutant
    killed_by: str | None = None
    because: Justified | None = None

    @property
    def survives(self) -> bool:
        """Whether no case notices it and nobody said why that is right."""
        return self.killed_by is None and self.because is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """How every mutant fared."""

    verdicts: tuple[Verdict, ...]

    @property
    def killed(self) -> int:
        """How many mutants some case notices."""
        return sum(verdict.killed_by is not None for verdict in self.verdicts)

    @property
    def survivors(self) -> tuple[Verdict, ...]:
        """Those that nothing notices and nobody justified."""
        return tuple(verdict for verdict in self.verdicts if verdict.survives)

    @property
    def justified(self) -> tuple[Verdict, ...]:
        """Those that the file says no case needs to tell apart."""
        return tuple(v for v in self.verdicts if v.killed_by is None and v.because is not None)

    @property
    def percent(self) -> Fraction:
        """The share of all mutants that some case notices."""
        return percent(self.killed, len(self.verdicts))


class Trial:
    """The cases that came out, ready to be scored again under mutants."""

    def __init__(self, ruleset: Ruleset, ran: Sequence[Tried]) -> None:
        self.ruleset = ruleset
        self.ran = [ready for tried in ran for ready in _ready(tried)]

    def survey(
        self, mutants: Iterable[Mutant], justified: Sequence[Justified] = ()
    ) -> Iterator[Verdict]:
        """Each mutant with the first case that notices it."""
        known = {entry.name: entry for entry in justified}
        for mutant in mutants:
            by = self.killer(mutant)
            because = None if by is not None else known.get(mutant.name)
            yield Verdict(mutant=mutant, killed_by=by, because=because)

    def killer(self, mutant: Mutant) -> str | None:
        """The first case that no longer comes out, the likely and the quick ones asked first."""
        wanted = set(mutant.criteria)
        order = sorted(self.ran, key=lambda r: (r.open, not wanted & r.named))
        return next((ready.name for ready in order if self._notices(ready, mutant)), None)

    def _notices(self, ready: "_Ready", mutant: Mutant) -> bool:
        """Whether the case comes out otherwise; the grade, which may be costly, is asked last."""
        before, interpreter = ready.assessment, ready.assessment.interpreter
        compared = interpreter.cohort is not None
        if mutant.ruleset.parameters is not self.ruleset.parameters or compared:
            interpreter = under(mutant.ruleset, interpreter)
        changed = changes(mutant, before, interpreter)
        if changed or "short_by" in ready.expects:
            again = reassess(before, mutant.ruleset, interpreter, changed, graded=False)
            if any(m.what not in _OF_GRADE for m in compare(ready.case, again)):
                return True
        if not ready.expects & _OF_GRADE or not (changed or _regraded(mutant, self.ruleset)):
            return False
        again = reassess(before, mutant.ruleset, interpreter, changed)
        return any(compare(ready.case, again))


@dataclass(frozen=True, slots=True)
class _Ready:
    """A case that came out, with what it expects something of."""

    case: Case
    assessment: Assessment
    named: frozenset[str]
    expects: frozenset[str]

    @property
    def name(self) -> str:
        return self.case.name.text("en")

    @property
    def open(self) -> bool:
        """Whether outcomes are open, so that a grade means going through all combinations."""
        return any(len(result.possible) > 1 for result in self.assessment.results)


def _ready(tried: Tried) -> Iterator[_Ready]:
    if tried.assessment is not None:
        expect = tried.case.expect
        named = {key.value for _, node in expect if isinstance(node, Entries) for key, _ in node}
        keys = frozenset(key.value for key, _ in expect)
        yield _Ready(tried.case, tried.assessment, frozenset(named), keys)


def under(ruleset: Ruleset, interpreter: Interpreter) -> Interpreter:
    """The same sheet, in the same batch, under another ruleset."""
    cohort = again(ruleset, interpreter.cohort)
    return Interpreter(ruleset, interpreter.sheet, cohort=cohort)


def _regraded(mutant: Mutant, ruleset: Ruleset) -> bool:
    """Whether the grade rule itself may be another one."""
    rule = ruleset.grade
    if rule is None:
        return False
    return mutant.ruleset.grade is not rule or (
        mutant.ruleset.parameters is not ruleset.parameters and bool(parameters_of(rule))
    )


def changes(
    mutant: Mutant, before: Assessment, interpreter: Interpreter
) -> dict[str, CriterionResult]:
    """The criteria of the mutant that do not look the same any more."""
    found = {}
    for name in mutant.criteria:
        criterion, old = mutant.ruleset.criterion(name), before.result(name)
        if criterion is None or old is None:
            continue
        new = evaluate(criterion, interpreter)
        scored = score(new, interpreter)
        if _looks(new, scored) != _looks(old, before.points.get(name)):
            found[name] = new
    return found


def _looks(result: CriterionResult, scored: Scored | None) -> tuple[object, ...]:
    """All of a result that a case or a grade rule can see."""
    return (
        result.possible,
        result.measure,
        result.criterion.veto and Outcome.NOT_MET in result.possible,
        result.support,
        result.reasons,
        [(fact.name, fact.year) for fact in result.facts],
        scored,
    )
