"""A grade rule with all its states: combinations of counts, points and answers, gone through."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Span
from ..language.model import GradeRule, Ruleset
from ..language.units import decimal_text
from .grade_counts import APPLICABLE, MOST_VIEWS, Counts, Sight, TooManyError, View, views
from .grade_points import tried_points
from .grade_replay import Replayer
from .grade_rule import Compiled, State
from .proofs import Answer, Proof, Question, Witness
from .verify_reach import shown_by
from .verify_whole import Whole

Signs: TypeAlias = tuple[Any, ...]


@dataclass(slots=True)
class RuleProver:
    """One grade rule with all its states."""

    ruleset: Ruleset
    rule: GradeRule
    seen: Sight
    compiled: Compiled
    whole: Whole | None = None
    replayer: Replayer = field(init=False)
    ways: dict[View, tuple[Counts, ...]] = field(init=False)
    points: tuple[Fraction, ...] = field(init=False)
    answers: tuple[tuple[bool, ...], ...] = field(init=False)
    signs: dict[View, Signs] = field(init=False)
    kinds: dict[Signs, View] = field(init=False)

    def __post_init__(self) -> None:
        self.replayer = Replayer(self.ruleset, self.rule, self.seen, self.compiled)
        self.ways = views(self.seen)
        limits = self.compiled.limits
        self.points = tried_points(self.ruleset, limits) if limits else (Fraction(0),)
        self.answers = self.replayer.possible_answers()
        self.signs = {view: self.compiled.signs_of(view) for view in self.ways}
        self.kinds = {}
        for view, signs in self.signs.items():
            # Where nothing applies is a question of its own.
            if view[self.applicable] >= max(self.rule.min_applicable, 1):
                self.kinds.setdefault(signs, view)
        if len(self.kinds) * len(self.points) * len(self.answers) > MOST_VIEWS:
            raise TooManyError

    @property
    def applicable(self) -> int:
        """The place of the number of applicable criteria in a view."""
        return self.seen.counters.index(APPLICABLE)

    def states(self) -> Iterator[tuple[View, State]]:
        """Everything that can be told apart in grading, each with counts that come to it."""
        for signs, view in self.kinds.items():
            for points, answers in product(self.points, self.answers):
                yield view, State(signs, points, answers)

    # -- total and guarded ----------------------------------------------------------------------

    def guarded(self) -> Proof:
        """A sheet on which nothing applies must not come out well."""
        view = next((v for v in self.ways if v[self.applicable] == 0), None)
        last = len(self.rule.scale) - 1
        if self.rule.min_applicable or view is None:
            return proved(Question.GRADE_GUARDED)
        for answers in self.answers:
            state = State(self.signs[view], Fraction(0), answers)
            best, *others = self.compiled.ranks(state)
            # Several possible grades award none: a share of nothing decides nothing.
            if best < last and not others:
                return self.refuted(
                    Question.GRADE_GUARDED,
                    "grade-of-nothing",
                    self.span,
                    ((self.ways[view], state),),
                    best,
                )
        return proved(Question.GRADE_GUARDED)

    def total(self) -> Proof:
        """Every combination of outcomes gets one grade."""
        for view, state in self.states():
            if len(self.compiled.ranks(state)) != 1:
                return self.refuted(
                    Question.GRADE_TOTAL,
                    "grade-undetermined",
                    self.span,
                    ((self.ways[view], state),),
                    None,
                )
        return proved(Question.GRADE_TOTAL)

    # -- findings -------------------------------------------------------------------------------

    @property
    def span(self) -> Span:
        """Where a finding about the rule as a whole points to."""
        return self.rule.award[0].span

    def refuted(
        self,
        question: Question,
        code: str,
        span: Span,
        found: tuple[tuple[tuple[Counts, ...], State], ...],
        rank: int | None,
    ) -> Proof:
        """A finding shown by states that the engine grades the same way; else it is not known."""
        states = [state for _, state in found]
        shown = [self.replayer.shown(state, way) for way, state in found]
        known = [s for s in shown if s is not None]
        # The engine tells the best and the worst grade still possible.
        ends = [self.compiled.ranks(state) for state in states]
        expected = [{min(ranks), max(ranks)} for ranks in ends]
        agrees = len(known) == len(states) and all(
            set(s.ranks) == ranks for s, ranks in zip(known, expected, strict=False)
        )
        if not agrees:
            return Proof(question=question, about="", answer=Answer.UNKNOWN, why="replay")
        grade = "" if rank is None else self.rule.scale[rank].id
        text = self.replayer.text(known)
        after = known[-1].ranks[0]
        return Proof(
            question=question,
            about="",
            answer=Answer.REFUTED,
            finding=Diagnostic(
                code=code,
                span=span,
                values={
                    "grade": grade,
                    "after": self.rule.scale[after].id,
                    "points": decimal_text(states[-1].points),
                    "witness": text,
                },
            ),
            witness=Witness(
                name=f"grade-{code}",
                sheets=self._sheets(found),
                results=tuple(self.rule.scale[s.ranks[0]].id for s in known),
                text=text,
            ),
        )

    def _sheets(self, found: tuple[tuple[tuple[Counts, ...], State], ...]) -> tuple[FactSheet, ...]:
        """Whole sheets that the rule sees like the states; none, where it sees no sheet so."""
        if self.whole is None:
            return ()
        real = [
            shown_by(self.whole, self.seen, way, state, self.compiled.ranks(state))
            for way, state in found
        ]
        return tuple(r.sheet for r in real if r is not None) if None not in real else ()

    def bare(
        self, question: Question, code: str, span: Span, detail: str, **values: object
    ) -> Proof:
        """A finding about what never happens."""
        return Proof(
            question=question,
            about="",
            answer=Answer.REFUTED,
            detail=detail,
            finding=Diagnostic(code=code, span=span, values=values),
        )


def proved(question: Question) -> Proof:
    """Nothing was found against it."""
    return Proof(question=question, about="", answer=Answer.PROVED)
