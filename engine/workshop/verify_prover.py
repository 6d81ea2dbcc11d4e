"""Asks the solver about one criterion; what it finds is replayed before it is told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Related, Span, errors
from ..language.model import ASSESSED, Criterion, Outcome, Ruleset
from ..scoring.integrity import broken_rules
from ..scoring.interpreter import Interpreter
from ..scoring.lowering_points import LoweredPoints, lower_points
from ..scoring.lowering_terms import Formula
from ..scoring.lowering_values import UnsupportedError
from ..scoring.outcome import CriterionResult, evaluate
from ..scoring.points import Scored, score
from .proofs import Answer, Proof, Question, Witness
from .verify_samples import SAMPLE_ROWS, sampled
from .verify_settings import Lowering, expressions, lowered, of_points, settings_of
from .verify_sheets import sheet
from .verify_solver import Decision, Goal, Setting, decide, seek
from .witnesses import facts_text

_STRENGTH = (Answer.REFUTED, Answer.UNKNOWN, Answer.PROVED)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A sheet and what the interpreter made of the criterion; faulty sheets count for nothing."""

    sheet: FactSheet
    result: CriterionResult
    points: Scored | None
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that was answered in every setting."""

    answer: Answer
    why: str = ""
    replayed: tuple[Replayed, ...] = ()


Fits = Callable[[Sequence[Replayed]], bool]
Differing = Callable[[Setting], frozenset[str]]


class Prover:
    """Asks everything about one criterion."""

    def __init__(self, criterion: Criterion, ruleset: Ruleset, *, scored: bool = False) -> None:
        """With ``scored``, what decides the points is looked at too."""
        self.criterion = criterion
        self.ruleset = ruleset
        self.lowering: Lowering | None = None
        self.points: LoweredPoints | None = None
        self.settings: tuple[Setting, ...] = ()
        self.why = ""
        try:
            self.lowering = lowered(criterion, ruleset)
            written = list(expressions(criterion))
            if scored:
                self.points = lower_points(self.lowering.whole, self.lowering.space.lowerer)
                written += of_points(criterion)
            self.settings = settings_of(self.lowering.space, written)
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
            if replayed.sound and fits([replayed]):
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
        if all(r.sound for r in replayed) and fits(replayed):
            return Asked(answer=Answer.REFUTED, replayed=replayed)
        return Asked(answer=Answer.UNKNOWN, why="replay")

    def replay(self, facts: FactSheet) -> Replayed:
        """What the interpreter makes of a sheet."""
        interpreter = Interpreter(self.ruleset, facts)
        broken = errors(broken_rules(interpreter))
        result = evaluate(self.criterion, interpreter)
        return Replayed(facts, result, score(result, interpreter), not broken)

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


def holds(formula: Formula) -> Goal:
    """A goal about one sheet."""
    return lambda first, _: first.test(formula)


def worse(before: Outcome, after: Outcome) -> bool:
    """Whether an outcome is assessed and lower than another one."""
    return (
        before in ASSESSED and after in ASSESSED and ASSESSED.index(before) < ASSESSED.index(after)
    )
