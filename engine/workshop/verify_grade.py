"""Proves what is asked of a grade rule, by going through every combination of counts and points."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

from ..language.diagnostics import Diagnostic, Span
from ..language.model import (
    ASSESSED,
    GradeRule,
    Ruleset,
)
from ..language.units import decimal_text
from ..scoring.lowering_values import UnsupportedError
from .grade_counts import (
    APPLICABLE,
    MOST_VIEWS,
    Counts,
    Sight,
    TooManyError,
    View,
    adder,
    sight,
    views,
)
from .grade_points import tried_points
from .grade_replay import Replayer
from .grade_rule import Compiled, State, compiled
from .proofs import Answer, Proof, Question, Witness

_QUESTIONS = (
    Question.GRADE_TOTAL,
    Question.GRADE_GUARDED,
    Question.GRADE_REACHABLE,
    Question.GRADE_EFFECT,
    Question.GRADE_MONOTONE,
)
Signs: TypeAlias = tuple[Any, ...]
# Of the assessed outcomes by position: the better and the worse one.
_MOVES = ((0, 2), (0, 1), (1, 2))


def prove_grade(ruleset: Ruleset) -> Iterator[Proof]:
    """Every question about the grade rule; unknown where it is more than counts can say."""
    if ruleset.grade is None:
        return
    try:
        seen = sight([ruleset.grade], ruleset)
        rule = compiled(ruleset.grade, ruleset, seen)
        yield from GradeProver(ruleset, ruleset.grade, seen, rule).prove()
    except UnsupportedError as error:
        yield from _unknown(str(error))
    except TooManyError:
        yield from _unknown("combinations")


def _unknown(why: str) -> Iterator[Proof]:
    for question in _QUESTIONS:
        yield Proof(question=question, about="", answer=Answer.UNKNOWN, why=why)


@dataclass(slots=True)
class GradeProver:
    """One grade rule with all its states."""

    ruleset: Ruleset
    rule: GradeRule
    seen: Sight
    compiled: Compiled
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
            if view[self._applicable] >= max(self.rule.min_applicable, 1):
                self.kinds.setdefault(signs, view)
        if len(self.kinds) * len(self.points) * len(self.answers) > MOST_VIEWS:
            raise TooManyError

    @property
    def _applicable(self) -> int:
        return self.seen.counters.index(APPLICABLE)

    def states(self) -> Iterator[tuple[View, State]]:
        """Everything that can be told apart in grading, each with counts that come to it."""
        for signs, view in self.kinds.items():
            for points, answers in product(self.points, self.answers):
                yield view, State(signs, points, answers)

    def prove(self) -> Iterator[Proof]:
        """Total, guarded, reachable, with effect, monotone."""
        yield self._guarded()
        yield self._total()
        yield from self._reachable_and_effect()
        yield from self._monotone()

    # -- total and guarded ----------------------------------------------------------------------

    def _guarded(self) -> Proof:
        """A sheet on which nothing applies must not come out well."""
        view = next((v for v in self.ways if v[self._applicable] == 0), None)
        last = len(self.rule.scale) - 1
        if self.rule.min_applicable or view is None:
            return _proved(Question.GRADE_GUARDED)
        for answers in self.answers:
            state = State(self.signs[view], Fraction(0), answers)
            best, *others = self.compiled.ranks(state)
            # Several possible grades award none: a share of nothing decides nothing.
            if best < last and not others:
                return self._refuted(
                    Question.GRADE_GUARDED,
                    "grade-of-nothing",
                    self._span,
                    ((self.ways[view], state),),
                    best,
                )
        return _proved(Question.GRADE_GUARDED)

    def _total(self) -> Proof:
        for view, state in self.states():
            if len(self.compiled.ranks(state)) != 1:
                return self._refuted(
                    Question.GRADE_TOTAL,
                    "grade-undetermined",
                    self._span,
                    ((self.ways[view], state),),
                    None,
                )
        return _proved(Question.GRADE_TOTAL)

    # -- reachable, with effect -----------------------------------------------------------------

    def _reachable_and_effect(self) -> Iterator[Proof]:
        c = self.compiled
        reached: set[int] = set()
        deciding: set[int] = set()
        capped: set[int] = set()
        lowered: set[int] = set()
        done = len(self.rule.scale), len(c.awards), len(c.caps), len(c.downgrades)
        for _, state in self.states():
            caps, downs = c.acting(state)
            ranks, place = c.awarded(state)
            deciding.add(place)
            for rank in ranks:
                final = c.lowered(rank, caps, downs)
                reached.add(final)
                for i in set(caps) - capped:
                    if c.lowered(rank, tuple(j for j in caps if j != i), downs) != final:
                        capped.add(i)
                for i in set(downs) - lowered:
                    if c.lowered(rank, caps, tuple(j for j in downs if j != i)) != final:
                        lowered.add(i)
            if (len(reached), len(deciding - {-1}), len(capped), len(lowered)) == done:
                break
        yield from self._grades(reached)
        yield from self._effects(deciding, capped, lowered, reached)

    def _grades(self, reached: set[int]) -> Iterator[Proof]:
        for rank, grade in enumerate(self.rule.scale):
            if rank in reached:
                yield Proof(
                    question=Question.GRADE_REACHABLE,
                    about="",
                    answer=Answer.PROVED,
                    detail=grade.id,
                )
                continue
            span = next((a.span for a in self.rule.award if a.grade == grade.id), self._span)
            yield self._bare(
                Question.GRADE_REACHABLE, "grade-unreachable", span, grade.id, grade=grade.id
            )

    def _effects(
        self, deciding: set[int], capped: set[int], lowered: set[int], reached: set[int]
    ) -> Iterator[Proof]:
        for i, award in enumerate(self.rule.award):
            if i in deciding or self.rule.rank(award.grade) not in reached:
                # A grade that nobody gets has been reported itself.
                continue
            yield self._bare(
                Question.GRADE_EFFECT,
                "award-without-effect",
                award.span,
                award.text,
                grade=award.grade,
            )
        for i, cap in enumerate(self.rule.caps):
            if i not in capped:
                yield self._bare(
                    Question.GRADE_EFFECT,
                    "cap-without-effect",
                    cap.span,
                    cap.text,
                    grade=cap.at_most,
                    text=cap.text,
                )
        for i, downgrade in enumerate(self.rule.downgrades):
            if i not in lowered:
                yield self._bare(
                    Question.GRADE_EFFECT,
                    "downgrade-without-effect",
                    downgrade.span,
                    downgrade.text,
                    text=downgrade.text,
                )
        number = len(deciding - {-1}) + len(capped) + len(lowered)
        for _ in range(number):
            yield _proved(Question.GRADE_EFFECT)

    # -- monotone -------------------------------------------------------------------------------

    def _monotone(self) -> Iterator[Proof]:
        yield self._monotone_in_counts()
        if self.compiled.limits:
            yield from self._monotone_in_points()

    def _monotone_in_counts(self) -> Proof:
        """One criterion better, all else equal: never a lower grade."""
        together = adder(self.seen)
        tried: set[tuple[Signs, Signs]] = set()
        for place, group in enumerate(self.seen.groups):
            steps = [self.seen.step(group.criteria[0], outcome) for outcome in ASSESSED]
            ways = _MOVES if group.basically else _MOVES[:1]
            moves = [(up, down) for up, down in ways if steps[up] != steps[down]]
            for base, way in views(self.seen, without=place).items() if moves else ():
                made = [together(base, step) for step in steps]
                if made[0][self._applicable] < self.rule.min_applicable:
                    continue
                for up, down in moves:
                    if made[down] not in self.signs or made[up] not in self.signs:
                        continue
                    pair = (self.signs[made[down]], self.signs[made[up]])
                    if pair in tried:
                        continue
                    tried.add(pair)
                    proof = self._falls(pair, [_one_more(way, place, o) for o in (down, up)])
                    if proof is not None:
                        return proof
        return _proved(Question.GRADE_MONOTONE)

    def _falls(self, signs: tuple[Signs, Signs], ways: list[tuple[Counts, ...]]) -> Proof | None:
        """A lower grade for better counts, if any."""
        for points, answers in product(self.points, self.answers):
            one, two = (State(s, points, answers) for s in signs)
            best = self.compiled.ranks(one)[0]
            if self.compiled.ranks(two)[0] > best:
                found = ((ways[0], one), (ways[1], two))
                return self._refuted(
                    Question.GRADE_MONOTONE, "grade-not-monotone", self._span, found, best
                )
        return None

    def _monotone_in_points(self) -> Iterator[Proof]:
        """More points, all else equal: never a lower grade; a fall that is made up for is a gap."""
        found: dict[Fraction, Proof] = {}
        for (signs, view), answers in product(self.kinds.items(), self.answers):
            ranks = [self.compiled.ranks(State(signs, p, answers))[0] for p in self.points]
            for i in range(1, len(ranks)):
                if ranks[i] <= ranks[i - 1] or self.points[i] in found:
                    continue
                # Of the totals that are worse off, the one that is easiest to read.
                worst = next((j for j in range(i, len(ranks)) if ranks[j] <= ranks[i - 1]), None)
                fallen = range(i, worst if worst is not None else i + 1)
                at = min(fallen, key=lambda j: (self.points[j].denominator, j))
                states = [State(signs, self.points[j], answers) for j in (i - 1, at)]
                pair = tuple((self.ways[view], state) for state in states)
                code = "award-gap" if worst is not None else "grade-not-monotone"
                limit = max(x for x in self.compiled.limits if x <= self.points[i])
                if limit in found:
                    continue
                found[limit] = self._refuted(
                    Question.GRADE_MONOTONE,
                    code,
                    self.rule.award[self.compiled.awarded(states[0])[1]].span,
                    pair,
                    ranks[i - 1],
                )
        yield from found.values() if found else (_proved(Question.GRADE_MONOTONE),)

    # -- findings -------------------------------------------------------------------------------

    @property
    def _span(self) -> Span:
        return self.rule.award[0].span

    def _refuted(
        self,
        question: Question,
        code: str,
        span: Span,
        found: tuple[tuple[tuple[Counts, ...], State], ...],
        rank: int | None,
    ) -> Proof:
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
                sheets=tuple(s.sheet for s in known),
                results=tuple(self.rule.scale[s.ranks[0]].id for s in known),
                text=text,
            ),
        )

    def _bare(
        self, question: Question, code: str, span: Span, detail: str, **values: object
    ) -> Proof:
        return Proof(
            question=question,
            about="",
            answer=Answer.REFUTED,
            detail=detail,
            finding=Diagnostic(code=code, span=span, values=values),
        )


def _one_more(way: tuple[Counts, ...], place: int, outcome: int) -> tuple[Counts, ...]:
    """The counts with one more outcome in a group."""
    counts = way[place]
    more = (*counts[:outcome], counts[outcome] + 1, *counts[outcome + 1 :])
    return (*way[:place], more, *way[place + 1 :])


def _proved(question: Question) -> Proof:
    return Proof(question=question, about="", answer=Answer.PROVED)
