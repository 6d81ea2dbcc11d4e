"""States of a grade rule given back to the engine's own grader, and put into words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from ..facts.sheet import FactSheet
from ..language.model import GradeRule, Outcome, Ruleset
from ..language.units import decimal_text
from ..locale import LANGS, Label, Lang, phrase
from ..scoring.grading import Grader
from ..scoring.interpreter import Interpreter
from ..scoring.lowering import Lowerer
from ..scoring.lowering_values import Truth, UnsupportedError
from ..scoring.outcome import CriterionResult
from ..scoring.points import Scored
from .grade_counts import COUNTED, Counts, Sight, outcomes_of
from .grade_rule import Compiled, State
from .proofs import Answer
from .verify_junctions import Test, conjunction, negation, start_afresh
from .verify_sheets import Found, Space, sheet
from .verify_solver import Goal, Setting, seek
from .verify_terms import Translation
from .witnesses import outcome_name

# With more questions than this, only the answers one by one are looked at.
MOST_QUESTIONS = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """A state as the engine grades it."""

    state: State
    outcomes: dict[str, Outcome]
    sheet: FactSheet
    ranks: tuple[int, ...]


@dataclass(slots=True)
class Replayer:
    """Grades states by the engine: outcomes as they are, facts that answer the questions."""

    ruleset: Ruleset
    rule: GradeRule
    sight: Sight
    compiled: Compiled
    setting: Setting | None = None
    tests: tuple[Truth, ...] = ()
    _sheets: dict[tuple[bool, ...], FactSheet | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start_afresh()
        lowerer = Lowerer(self.ruleset)
        try:
            self.tests = tuple(lowerer.condition(q) for q in self.compiled.questions)
        except UnsupportedError:
            return
        space = Space(self.ruleset, lowerer)
        derived = frozenset(
            n.column
            for n in space.needed
            if n.definition is not None and getattr(n.definition, "derived", None) is not None
        )
        self.setting = Setting(space=space, missing=derived, tables=bool(lowerer.inputs.tables))

    def possible_answers(self) -> tuple[tuple[bool, ...], ...]:
        """The combinations of answers that some sheet gives; all, where that is not known."""
        number = len(self.compiled.questions)
        every = tuple(product((False, True), repeat=number))
        if not number:
            return ((),)
        if number > MOST_QUESTIONS:
            none = (False,) * number
            one = [tuple(i == j for j in range(number)) for i in range(number)]
            two = [
                tuple(i in (a, b) for i in range(number)) for a in range(number) for b in range(a)
            ]
            every = (none, *one, *two)
        return tuple(answers for answers in every if self._possible(answers)) or every[:1]

    def _possible(self, answers: tuple[bool, ...]) -> bool:
        if self.setting is None:
            return True
        decision = seek(self.setting, self._goal(answers))
        if decision.answer is Answer.REFUTED:
            self._sheets[answers] = sheet(
                self.setting.space, decision.found, decision.rows, self.setting.missing
            )
        return decision.answer is not Answer.PROVED

    def _goal(self, answers: tuple[bool, ...]) -> Goal:
        def goal(first: Translation, _: Translation) -> Test:
            wanted = []
            for test, answer in zip(self.tests, answers, strict=True):
                holds = first.test(test.holds)
                gap = first.test(test.gap.unknown)
                wanted += [negation(gap), holds if answer else negation(holds)]
            return conjunction(wanted)

        return goal

    def shown(self, state: State, way: Sequence[Counts]) -> Shown | None:
        """The state as the engine grades it; None where no sheet gives these answers."""
        facts = self._sheets.get(state.answers)
        if facts is None:
            if self.setting is None or self.compiled.questions:
                return None
            facts = sheet(self.setting.space, Found(), 0, self.setting.missing)
        outcomes = outcomes_of(self.sight, way)
        results = tuple(
            CriterionResult(
                criterion=criterion,
                outcome=outcomes[criterion.id],
                possible=frozenset({outcomes[criterion.id]}),
                support=None,
            )
            for criterion in self.ruleset.criteria
        )
        points = Scored(low=state.points, high=state.points, most=Fraction(100))
        grader = Grader(self.rule, Interpreter(self.ruleset, facts), points)
        graded = grader.grade(results)
        names = [g for g in (graded.best, graded.worst) if g is not None]
        ranks = tuple(sorted({self.rule.rank(name) for name in names}))
        return Shown(state, outcomes, facts, ranks)

    def copy_sheets(self, other: "Replayer") -> None:
        """The sheets that another rule with the same questions has found."""
        self._sheets |= other._sheets

    def counts_text(self, shown: Shown) -> Label:
        """Counts, points and vetoes of a state, without its grade."""
        zh, en = (self._told(shown, lang).rpartition(" → ")[0] for lang in LANGS)
        return Label(zh, en)

    def text(self, shown: Sequence[Shown]) -> Label:
        """Counts, points and answers of one or two states, with their grades."""
        zh, en = (" | ".join(self._told(s, lang) for s in shown) for lang in LANGS)
        return Label(zh, en)

    def _told(self, shown: Shown, lang: Lang) -> str:
        parts = []
        if self.compiled.limits:
            points = decimal_text(shown.state.points)
            parts.append(phrase("proof_points", lang, points=points))
        if len(self.sight.counters) > 1:
            counts = {o: sum(x is o for x in shown.outcomes.values()) for o in COUNTED}
            parts += [f"{outcome_name(self.ruleset, o, lang)} {n}" for o, n in counts.items() if n]
        if any(c.veto and shown.outcomes[c.id] is Outcome.NOT_MET for c in self.ruleset.criteria):
            parts.append(phrase("proof_veto", lang))
        grades = [self.rule.scale[r].id for r in dict.fromkeys(shown.ranks)]
        gap = "，" if lang == "zh" else ", "
        return f"{gap.join(parts)} → {'…'.join((*grades[:1], *grades[1:][-1:])) or '-'}"
