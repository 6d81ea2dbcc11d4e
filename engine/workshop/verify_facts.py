"""Proves that a better fact never gets a lower grade: from the criteria's proofs, or together.

Only the criteria that read the fact are looked at one by one; of the others the numbers of outcomes
are enough, which is more than they can do. What that leaves open is asked of whole sheets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import z3

from ..language.diagnostics import Diagnostic
from ..language.model import Criterion, OutcomePoints
from ..language.vocabulary import FactDefinition
from ..locale import LANGS, Label, phrase
from ..scoring.assess import Assessment
from ..scoring.lowering_levels import POSSIBLE, LoweredCriterion
from .grade_points import criterion_range
from .proofs import Answer, Proof, Question, Witness
from .verify_columns import columns_of
from .verify_direction import directed, moved, now
from .verify_grading import Alike, Grading
from .verify_junctions import Term, Test, conjunction, start_afresh, value_of
from .verify_reach import one_of, outcomes, replayed
from .verify_sheets import Found, sheet
from .verify_solver import Goal, find, proved
from .verify_terms import Translation
from .verify_whole import TOTAL, Whole
from .witnesses import sheets_change

_OF_MEASURE = (Question.MONOTONE, Question.POINTS_MONOTONE)
_OF_FACT = (Question.MONOTONE_IN_FACT, Question.POINTS_MONOTONE_IN_FACT)


def prove_facts(
    whole: Whole, earlier: Sequence[Proof], good: Found | None = None
) -> Iterator[Proof]:
    """One proof for each fact with a direction that may move the grade.

    What is refuted is shown near the ``good`` sheet, from which there is somewhere to fall.
    """
    answers: dict[tuple[Question, str, str], Answer] = {}
    for proof in earlier:
        key = (proof.question, proof.about, proof.detail)
        # The rule is asked about counts and about points: it is monotone where it is in both.
        if answers.get(key, Answer.PROVED) is Answer.PROVED:
            answers[key] = proof.answer
    read = whole.of_rule.union(*whole.of_criterion.values())
    for fact in directed(whole.space.needed):
        if now(fact) not in read:
            continue
        asked = FactAsked(whole, answers, fact, {} if good is None else good.numbers)
        if not asked.reported:
            yield asked.proof()


@dataclass(frozen=True, slots=True)
class FactAsked:
    """The question about one fact."""

    whole: Whole
    answers: Mapping[tuple[Question, str, str], Answer]
    fact: FactDefinition
    expected: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def touched(self) -> tuple[LoweredCriterion, ...]:
        """The criteria whose outcome or points read it."""
        return tuple(
            lowered
            for lowered in self.whole.criteria
            if now(self.fact) in self.whole.of_criterion[lowered.criterion.id]
        )

    @property
    def reported(self) -> bool:
        """Whether a criterion, or the rule whatever the facts, falls already: that is the cause."""
        if self._answer(Question.GRADE_MONOTONE) is Answer.REFUTED:
            return True
        return any(
            self._answer(question, lowered.criterion.id, detail) is Answer.REFUTED
            for lowered in self.touched
            for questions, detail in ((_OF_MEASURE, ""), (_OF_FACT, self.fact.name))
            for question in questions
        )

    def _answer(self, question: Question, about: str = "", detail: str = "") -> Answer | None:
        return self.answers.get((question, about, detail))

    def proof(self) -> Proof:
        """By composition; else by counts; else with whole sheets."""
        if self._composed():
            return self._answered(Answer.PROVED)
        why = ""
        for setting in self.whole.settings:
            if now(self.fact) in setting.missing:
                continue
            start_afresh()
            differing = frozenset({now(self.fact), TOTAL})
            if proved(setting, self._falls(exactly=False), differing):
                continue
            near = replace(setting, expected=self.expected)
            decision = find(near, self._falls(exactly=True), differing)
            if decision.answer is Answer.UNKNOWN:
                why = why or decision.why
            if decision.answer is not Answer.REFUTED or decision.other is None:
                continue
            made = [
                replayed(self.whole, sheet(setting.space, one, decision.rows, setting.missing))
                for one in (decision.found, decision.other)
            ]
            if made[0] is None or made[1] is None or not self._is_lower(made[0], made[1]):
                why = "replay"
                continue
            return self._refuted(made[0], made[1])
        return self._answered(Answer.UNKNOWN if why else Answer.PROVED, why)

    # -- by composition -------------------------------------------------------------------------

    def _composed(self) -> bool:
        """Every criterion that reads it can only get better by it, and the rule is monotone."""
        if self._answer(Question.GRADE_MONOTONE) is not Answer.PROVED:
            return False
        if now(self.fact) in self.whole.of_rule:
            return False
        return all(self._rises(lowered) for lowered in self.touched)

    def _rises(self, lowered: LoweredCriterion) -> bool:
        criterion = lowered.criterion
        if now(self.fact) in columns_of(lowered.live):
            return False
        if self._answer(Question.MONOTONE_IN_FACT, criterion.id, self.fact.name) is not (
            Answer.PROVED
        ):
            return False
        if not self.whole.uses_points or criterion.id not in self.whole.points:
            return True
        asked = self._answer(Question.POINTS_MONOTONE_IN_FACT, criterion.id, self.fact.name)
        return asked is Answer.PROVED or _by_outcome(criterion)

    # -- by counts and with whole sheets --------------------------------------------------------

    def _falls(self, *, exactly: bool) -> Goal:
        """The second sheet has the better fact and the lower grade."""

        def goal(first: Translation, second: Translation) -> Test:
            pair = (first, second)
            gradings = self._exact(pair) if exactly else self._counted(pair)
            ranks = [grading.rank() for grading in gradings]
            wanted = [ranks[1] > ranks[0], ranks[1] < len(self.whole.rule.scale)]
            for grading in gradings:
                wanted += [grading.enough(), *grading.sides]
                wanted += [one_of(tests) for tests in grading.chosen.values()]
                if exactly:
                    wanted.append(grading.settled())
            return conjunction((*wanted, moved(self.fact, first, second)))

        return goal

    def _exact(self, pair: tuple[Translation, Translation]) -> list[Grading]:
        return [Grading(self.whole, one, outcomes(self.whole, one, exactly=True)) for one in pair]

    def _counted(self, pair: tuple[Translation, Translation]) -> list[Grading]:
        """The criteria that read the fact one by one, the others as numbers in both sheets."""
        touched = frozenset(lowered.criterion.id for lowered in self.touched)
        single = touched.union(self.whole.lowered.named)
        rest, sides = self._rest(single, pair[0])
        given = self._rest_points(single, sides)
        pair[0].sides.extend(sides)
        return [
            Grading(
                self.whole,
                one,
                outcomes(self.whole, one, exactly=False, of=single),
                rest=rest,
                rest_points=given,
            )
            for one in pair
        ]

    def _rest(
        self, single: frozenset[str], first: Translation
    ) -> tuple[tuple[Alike, ...], list[Test]]:
        groups: dict[tuple[str, bool], list[LoweredCriterion]] = {}
        for lowered in self.whole.criteria:
            if lowered.criterion.id not in single:
                key = (lowered.criterion.domain, lowered.criterion.veto)
                groups.setdefault(key, []).append(lowered)
        rest, sides = [], list[Test]()
        for number, ((domain, veto), group) in enumerate(groups.items()):
            counts: list[Term] = []
            for place in range(len(POSSIBLE)):
                most = sum(first.test(lowered.possible[place]) is not False for lowered in group)
                count = z3.Int(f"alike~{number}~{place}") if most else z3.IntVal(0)
                sides += [count >= 0, count <= most]
                counts.append(count)
            sides.append(sum(counts) == len(group))
            rest.append(Alike(domain, veto, tuple(counts)))
        return tuple(rest), sides

    def _rest_points(self, single: frozenset[str], sides: list[Test]) -> Term:
        """What the others give, in both sheets the same."""
        low = high = Fraction(0)
        for name in self.whole.points:
            if name not in single:
                least, most = criterion_range(self._criterion(name))
                low, high = low + least, high + most
        if low == high == 0:
            return 0
        given = z3.Real("alike~points")
        sides += [given >= value_of(low), given <= value_of(high)]
        return given

    def _criterion(self, name: str) -> Criterion:
        return next(c for c in self.whole.ruleset.criteria if c.id == name)

    # -- answers --------------------------------------------------------------------------------

    def _is_lower(self, first: Assessment, second: Assessment) -> bool:
        one, two = (_rank(self.whole, found) for found in (first, second))
        return one is not None and two is not None and two > one

    def _answered(self, answer: Answer, why: str = "") -> Proof:
        return Proof(
            question=Question.GRADE_MONOTONE_IN_FACT,
            about="",
            answer=answer,
            detail=self.fact.name,
            why=why,
        )

    def _refuted(self, first: Assessment, second: Assessment) -> Proof:
        grades = [found.grade.awarded or "" for found in (first, second) if found.grade]
        text = sheets_change(first, second)
        rule = self.whole.rule
        finding = Diagnostic(
            code="fact-not-monotone",
            span=next((a.span for a in rule.award if a.grade == grades[0]), rule.award[0].span),
            values={
                "id": Label(*(phrase("proof_grade", lang) for lang in LANGS)),
                "fact": self.fact.name,
                "before": grades[0],
                "after": grades[1],
                "witness": text,
            },
        )
        witness = Witness(
            name="grade-fact-not-monotone",
            sheets=(first.sheet, second.sheet),
            results=tuple(grades),
            text=text,
        )
        return Proof(
            question=Question.GRADE_MONOTONE_IN_FACT,
            about="",
            answer=Answer.REFUTED,
            detail=self.fact.name,
            finding=finding,
            witness=witness,
        )


def _by_outcome(criterion: Criterion) -> bool:
    """Whether a better outcome never gives fewer points, and nothing else gives any."""
    points = criterion.points
    return (
        criterion.bonus is None
        and isinstance(points, OutcomePoints)
        and points.fully >= points.basically >= points.not_met
    )


def _rank(whole: Whole, found: Assessment) -> int | None:
    grade = found.grade
    return None if grade is None or grade.awarded is None else whole.rule.rank(grade.awarded)
