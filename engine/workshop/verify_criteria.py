"""Proves what is asked of one criterion: defined, complete, consistent, reachable, monotone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Related, Span, errors
from ..language.expression import Flag
from ..language.limits import limits
from ..language.model import ASSESSED, Criterion, Level, Outcome, Ruleset
from ..scoring.integrity import broken_rules
from ..scoring.interpreter import Interpreter
from ..scoring.lowering_terms import Formula
from ..scoring.lowering_values import UnsupportedError
from ..scoring.outcome import CriterionResult, evaluate
from ..scoring.values import Why
from .proofs import Answer, Proof, Question, Witness
from .verify_samples import SAMPLE_ROWS, sampled
from .verify_settings import Lowering, lowered, settings
from .verify_sheets import sheet
from .verify_solver import Decision, Goal, Setting, decide, seek
from .witnesses import facts_text

LEVEL_KEY = {
    Outcome.FULLY_MET: "fully",
    Outcome.BASICALLY_MET: "basically",
    Outcome.NOT_MET: "not_met",
}
_STRENGTH = (Answer.REFUTED, Answer.UNKNOWN, Answer.PROVED)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A sheet and what the interpreter made of the criterion; faulty sheets count for nothing."""

    sheet: FactSheet
    result: CriterionResult
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was answered in every setting."""

    answer: Answer
    why: str = ""
    replayed: tuple[Replayed, ...] = ()


Fits = Callable[[Sequence[CriterionResult]], bool]
Differing = Callable[[Setting], frozenset[str]]


class Prover:
    """Asks everything about one criterion."""

    def __init__(self, criterion: Criterion, ruleset: Ruleset) -> None:
        self.criterion = criterion
        self.ruleset = ruleset
        self.lowering: Lowering | None = None
        self.settings: tuple[Setting, ...] = ()
        self.why = ""
        try:
            self.lowering = lowered(criterion, ruleset)
            self.settings = settings(self.lowering)
            self.why = self._escaped(self.lowering)
        except UnsupportedError as error:
            self.lowering, self.why = None, str(error)

    def _escaped(self, lowering: Lowering) -> str:
        """Why formulas do not say everything about it; empty where they do."""
        for where, reason in lowering.space.lowerer.escapes.values():
            for setting in self.settings:
                bare = Setting(space=setting.space, missing=setting.missing, tables=setting.tables)
                if decide(bare, holds(where)).answer is not Answer.PROVED:
                    return reason
        return ""

    # -- asking ---------------------------------------------------------------------------------

    def never(self, goal: Goal, fits: Fits, differing: "Differing | None" = None) -> Asked:
        """Proved if no sheet in any setting satisfies the goal."""
        found: list[Asked] = []
        for setting in self.settings:
            columns = differing(setting) if differing is not None else frozenset()
            if differing is not None and not columns:
                continue
            decision = decide(setting, goal, columns)
            found.append(self._replayed(decision, setting, fits))
            if found[-1].answer is Answer.REFUTED:
                break
        return self._strongest(found)

    def sometimes(self, goal: Goal, fits: Fits) -> Asked:
        """Proved if a sheet in some setting satisfies the goal; refuted if none can."""
        found: list[Asked] = []
        for setting in self.settings:
            asked = self._replayed(seek(setting, goal), setting, fits)
            if asked.answer is Answer.REFUTED:
                return Asked(answer=Answer.PROVED, replayed=asked.replayed)
            if asked.answer is Answer.UNKNOWN and setting.tables:
                asked = self._sampled(setting, fits) or asked
                if asked.answer is Answer.PROVED:
                    return asked
            found.append(asked)
        unknown = next((a for a in found if a.answer is Answer.UNKNOWN), None)
        if unknown is not None or self.why:
            return Asked(answer=Answer.UNKNOWN, why=self.why or (unknown.why if unknown else ""))
        return Asked(answer=Answer.REFUTED)

    def _sampled(self, setting: Setting, fits: Fits) -> Asked | None:
        """Where the solver gives up on rows: a few made-up tables, always the same ones."""
        for made in sampled(setting.space):
            replayed = self.replay(sheet(setting.space, made, SAMPLE_ROWS, setting.missing))
            if replayed.sound and fits([replayed.result]):
                return Asked(answer=Answer.PROVED, replayed=(replayed,))
        return None

    def _strongest(self, found: Iterable[Asked]) -> Asked:
        asked = min(found, key=lambda a: _STRENGTH.index(a.answer), default=None)
        asked = asked or Asked(answer=Answer.PROVED)
        if asked.answer is Answer.PROVED and self.why:
            return Asked(answer=Answer.UNKNOWN, why=self.why)
        return asked

    def _replayed(self, decision: Decision, setting: Setting, fits: Fits) -> Asked:
        """The solver is never its own witness: the interpreter has to say the same."""
        if decision.answer is not Answer.REFUTED:
            return Asked(answer=decision.answer, why=decision.why)
        found = [decision.found, *([decision.other] if decision.other is not None else [])]
        replayed = tuple(
            self.replay(sheet(setting.space, one, decision.rows, setting.missing)) for one in found
        )
        if all(r.sound for r in replayed) and fits([r.result for r in replayed]):
            return Asked(answer=Answer.REFUTED, replayed=replayed)
        return Asked(answer=Answer.UNKNOWN, why="replay")

    def replay(self, facts: FactSheet) -> Replayed:
        """What the interpreter makes of a sheet."""
        interpreter = Interpreter(self.ruleset, facts)
        broken = errors(broken_rules(interpreter))
        return Replayed(facts, evaluate(self.criterion, interpreter), not broken)

    # -- findings -------------------------------------------------------------------------------

    def proof(
        self,
        question: Question,
        asked: Asked,
        finding: Callable[[Asked], tuple[Diagnostic, Witness | None]],
        detail: str = "",
    ) -> Proof:
        """The answer, and what to tell the author of a refuted one."""
        about = self.criterion.id
        if asked.answer is not Answer.REFUTED:
            return Proof(
                question=question, about=about, answer=asked.answer, detail=detail, why=asked.why
            )
        diagnostic, witness = finding(asked)
        return Proof(
            question=question,
            about=about,
            answer=asked.answer,
            detail=detail,
            finding=diagnostic,
            witness=witness,
        )

    def found(
        self,
        code: str,
        span: Span,
        asked: Asked,
        *,
        related: tuple[Related, ...] = (),
        **values: object,
    ) -> tuple[Diagnostic, Witness | None]:
        """A finding shown by the first sheet of an answer, if it has one."""
        values["id"] = self.criterion.id
        witness = None
        if asked.replayed:
            one = asked.replayed[0]
            text = facts_text(one.result, one.sheet, self.ruleset.vocabulary)
            values["witness"] = text
            witness = Witness(
                name=f"{self.criterion.id}-{code}",
                sheets=tuple(r.sheet for r in asked.replayed),
                results=tuple(str(r.result.outcome) for r in asked.replayed),
                text=text,
            )
        clause = self.criterion.citation.text or None
        return (
            Diagnostic(code=code, span=span, values=values, related=related, clause=clause),
            witness,
        )

    # -- questions ------------------------------------------------------------------------------

    def prove(self) -> Iterator[Proof]:
        """Everything but direction, which is asked elsewhere."""
        lowering = self.lowering
        if lowering is None:
            yield from self._unknown()
            return
        yield self._defined(lowering)
        if lowering.writes_not_met:
            yield self._complete(lowering)
            yield from self._contradictions(lowering)
        yield from self._overlap(lowering)
        applicability = self._applicable(lowering) if self._conditional else None
        if applicability is not None:
            yield applicability
            if applicability.finding is not None and applicability.finding.code == "never-applies":
                return
        yield from self._reachable(lowering)

    @property
    def _conditional(self) -> bool:
        """Whether there is a condition for it to apply, other than a plain yes."""
        when = self.criterion.applies_when
        return when is not None and not isinstance(when, Flag)

    def _unknown(self) -> Iterator[Proof]:
        for question in (Question.DEFINED, Question.REACHABLE, Question.MONOTONE):
            yield Proof(
                question=question, about=self.criterion.id, answer=Answer.UNKNOWN, why=self.why
            )

    def _defined(self, lowering: Lowering) -> Proof:
        asked = self.never(holds(lowering.undecided()), _undetermined)
        return self.proof(Question.DEFINED, asked, self._no_value)

    def _no_value(self, asked: Asked) -> tuple[Diagnostic, Witness | None]:
        result = asked.replayed[0].result
        reason = next((r for r in result.reasons if r.why in (Why.ZERO_DIVISOR, Why.NO_ROWS)), None)
        if reason is None:
            what = result.reasons[0].name if result.reasons else ""
            return self.found("outcome-undetermined", self.criterion.span, asked, what=what)
        return self.found("divides-by-zero", self.criterion.span, asked, divisor=reason.name)

    def _complete(self, lowering: Lowering) -> Proof:
        asked = self.never(holds(lowering.hole()), _without_level)
        return self.proof(
            Question.COMPLETE, asked, lambda a: self.found("level-gap", self.criterion.span, a)
        )

    def _contradictions(self, lowering: Lowering) -> Iterator[Proof]:
        g, logic = lowering.space.lowerer.graph, lowering.space.lowerer.logic
        applies = g.both(lowering.whole.live, logic.yes(lowering.applies))
        last = next(level for outcome, level in lowering.levels if outcome is Outcome.NOT_MET)
        written = self._level(Outcome.NOT_MET)
        for outcome, level in lowering.levels:
            if outcome is Outcome.NOT_MET:
                continue
            goal = g.both(applies, logic.yes(level), logic.yes(last))
            # Values of a better level are that level's to report.
            applies = g.both(applies, logic.no(level))
            asked = self.never(holds(goal), _better_than_not_met)
            yield self.proof(
                Question.CONSISTENT,
                asked,
                partial(
                    self.found,
                    "levels-contradict",
                    written.span,
                    level=LEVEL_KEY[outcome],
                    related=(Related(self._level(outcome).span, "better_level_here"),),
                ),
                LEVEL_KEY[outcome],
            )

    def _overlap(self, lowering: Lowering) -> Iterator[Proof]:
        """Two closed bands of one measure that share values but not all of the better one."""
        second = next(
            (x for x in self.criterion.levels if x.outcome is Outcome.BASICALLY_MET), None
        )
        bounds = limits(second.condition) if second is not None else None
        if second is None or bounds is None or len(bounds) < 2:
            return
        g, logic = lowering.space.lowerer.graph, lowering.space.lowerer.logic
        by = dict(lowering.levels)
        one, two = by[Outcome.FULLY_MET], by[Outcome.BASICALLY_MET]
        applies = g.both(lowering.whole.live, logic.yes(lowering.applies), logic.yes(one))
        outside = self.never(holds(g.both(applies, logic.no(two))), lambda _: True)
        if outside.answer is Answer.PROVED:
            return
        asked = self.never(holds(g.both(applies, logic.yes(two))), _is(Outcome.FULLY_MET))
        first = self._level(Outcome.FULLY_MET)
        yield self.proof(
            Question.CONSISTENT,
            asked,
            lambda a: self.found(
                "levels-overlap",
                second.span,
                a,
                related=(Related(first.span, "better_level_here"),),
            ),
            "bands",
        )

    def _applicable(self, lowering: Lowering) -> Proof:
        logic = lowering.space.lowerer.logic
        g = lowering.space.lowerer.graph
        does = self.sometimes(
            holds(g.both(lowering.whole.live, logic.yes(lowering.applies))), _applies
        )
        if does.answer is not Answer.PROVED:
            return self.proof(
                Question.APPLICABLE,
                does,
                lambda a: self.found("never-applies", self.criterion.span, a),
            )
        does_not = self.sometimes(holds(logic.no(lowering.applies)), _is(Outcome.NOT_APPLICABLE))
        return self.proof(
            Question.APPLICABLE,
            does_not,
            lambda a: self.found("always-applies", self.criterion.span, a),
        )

    def _reachable(self, lowering: Lowering) -> Iterator[Proof]:
        # A level written `yes` is meant to be reached by everybody, a bonus by whoever asks.
        sure = self.criterion.bonus is not None or any(
            isinstance(x.condition, Flag) for x in self.criterion.levels
        )
        for outcome, where in lowering.outcomes().items():
            if sure and outcome is Outcome.NOT_MET and not lowering.writes_not_met:
                continue
            asked = self.sometimes(holds(where), _is(outcome))
            span = next(
                (x.span for x in self.criterion.levels if x.outcome is outcome),
                self.criterion.span,
            )
            key = LEVEL_KEY[outcome]
            implied = outcome is Outcome.NOT_MET and not lowering.writes_not_met
            code = "never-fails" if implied else "level-never-reached"
            yield self.proof(
                Question.REACHABLE,
                asked,
                partial(self.found, code, span, level=key),
                key,
            )

    def _level(self, outcome: Outcome) -> Level:
        return next(level for level in self.criterion.levels if level.outcome is outcome)


def holds(formula: Formula) -> Goal:
    """A goal about one sheet."""
    return lambda first, _: first.test(formula)


def _undetermined(results: Sequence[CriterionResult]) -> bool:
    return results[0].outcome is Outcome.UNDETERMINED


def _without_level(results: Sequence[CriterionResult]) -> bool:
    return any(reason.why is Why.NO_LEVEL for reason in results[0].reasons)


def _better_than_not_met(results: Sequence[CriterionResult]) -> bool:
    return results[0].outcome in (Outcome.FULLY_MET, Outcome.BASICALLY_MET)


def _applies(results: Sequence[CriterionResult]) -> bool:
    return results[0].outcome is not Outcome.NOT_APPLICABLE


def _is(outcome: Outcome) -> Fits:
    return lambda results: results[0].outcome is outcome


def worse(before: Outcome, after: Outcome) -> bool:
    """Whether an outcome is assessed and lower than another one."""
    return (
        before in ASSESSED and after in ASSESSED and ASSESSED.index(before) < ASSESSED.index(after)
    )
