"""Where a district stands under an edition: what is possible of each criterion, points, grade."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from ..facts.sheet import FactSheet
from ..language.expression import (
    Aggregate,
    And,
    Attribute,
    Batched,
    Call,
    Expr,
    Fact,
    Function,
    Not,
    Or,
    Parameter,
    Special,
    Tally,
    walk,
)
from ..language.model import Criterion, GradeRule, Outcome, Ruleset
from ..scoring.cohort import Cohort
from ..scoring.columnar_suspects import FEWEST
from ..scoring.compared_facts import compared_facts
from ..scoring.grade_states import sight
from ..scoring.grading import Grader
from ..scoring.interpreter import Interpreter
from ..scoring.outcome import CriterionResult, evaluate
from ..scoring.points import Scored, score
from ..scoring.values import NotApplicable, Truth

if TYPE_CHECKING:
    from ..scoring.columnar import Plan

POSSIBLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNDETERMINED)
Bounds: TypeAlias = tuple[str | None, str | None]
Ends: TypeAlias = tuple[Fraction, Fraction]
_SETS = tuple(
    frozenset(outcome for bit, outcome in enumerate(POSSIBLE) if mask >> bit & 1)
    for mask in range(1 << len(POSSIBLE))
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Of each criterion a bit for every outcome still possible, and its points; then the grade."""

    masks: tuple[int, ...]
    points: tuple[Ends | None, ...]
    bounds: Bounds


def mask_of(possible: frozenset[Outcome]) -> int:
    """A bit for each outcome."""
    return sum(1 << bit for bit, outcome in enumerate(POSSIBLE) if outcome in possible)


def outcome_of(mask: int) -> Outcome:
    """The outcome where only one is possible."""
    possible = _SETS[mask]
    return next(iter(possible)) if len(possible) == 1 else Outcome.UNDETERMINED


def is_open(mask: int) -> bool:
    """Whether more than one outcome is possible."""
    return len(_SETS[mask]) > 1


# -- scoring -------------------------------------------------------------------------------------


def stand(
    ruleset: Ruleset, sheets: Sequence[FactSheet], cohort: Cohort | None = None
) -> list[Standing]:
    """Score sheets that have no fault: columns for many, the interpreter for few or the rest."""
    if len(sheets) < FEWEST:
        return [interpreted(ruleset, sheet, cohort) for sheet in sheets]
    from ..scoring.columnar import compile_ruleset, encode, run

    compared = None if cohort is None else compared_facts(ruleset, cohort)
    plan: Plan = compile_ruleset(ruleset if compared is None else compared.ruleset)
    ready, unsaid = (sheets, frozenset[int]()) if compared is None else compared.stated(sheets)
    frame = run(plan, encode(plan, ready), texts=ruleset.uses_points)
    return [
        interpreted(ruleset, sheet, cohort)
        if row["route"] == "interpreter" or place in unsaid
        else _decided(ruleset, row)
        for place, (row, sheet) in enumerate(zip(frame.iter_rows(named=True), sheets, strict=True))
    ]


def _decided(ruleset: Ruleset, row: Mapping[str, int | str | None]) -> Standing:
    names = [criterion.id for criterion in ruleset.criteria]
    ends = [(row.get(f"points_low:{n}"), row.get(f"points_high:{n}")) for n in names]
    best, worst = row["best"], row["worst"]
    return Standing(
        tuple(int(row[f"possible:{name}"] or 0) for name in names),
        tuple(
            None if low is None or high is None else (Fraction(low), Fraction(high))
            for low, high in ends
        ),
        (None if best is None else str(best), None if worst is None else str(worst)),
    )


def interpreted(ruleset: Ruleset, sheet: FactSheet, cohort: Cohort | None = None) -> Standing:
    """One sheet, by the reference evaluator."""
    interpreter = Interpreter(ruleset, sheet, cohort=cohort)
    results = [evaluate(criterion, interpreter) for criterion in ruleset.criteria]
    points = tuple(points_of(result, interpreter) for result in results)
    masks = tuple(mask_of(result.possible) for result in results)
    items = list(zip(ruleset.criteria, masks, points, strict=True))
    return Standing(masks, points, Grades(ruleset).of(items, interpreter))


def points_of(result: CriterionResult, interpreter: Interpreter) -> Ends | None:
    """The points of a criterion from its lowest to its highest; None when it gives none."""
    scored = score(result, interpreter)
    return None if scored is None else (scored.low, scored.high)


# -- the grade -----------------------------------------------------------------------------------

Item: TypeAlias = tuple[Criterion, int, Ends | None]


class Grades:
    """The grade rule of an edition; outcomes that it cannot tell apart are graded once."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.rule = ruleset.grade
        self._known: dict[tuple[object, ...], Bounds] = {}
        if self.rule is None:
            return
        seen = sight(self.rule)
        self.named, self._domains = seen.named, frozenset(seen.domains)
        conditions = conditions_of(self.rule)
        self._own = [part for when in conditions for part in _own(when, ruleset)]
        self._points = any(Special("points") in walk(when) for when in conditions)
        self._looks: dict[tuple[object, ...], int] = {}
        self._graders: dict[tuple[object, ...], Grader] = {}

    def of(self, items: Sequence[Item], interpreter: Interpreter) -> Bounds:
        """The best and the worst grade that the outcomes and the sheet still allow."""
        if self.rule is None:
            return None, None
        ends = [given for _, _, given in items if given is not None] if self._points else []
        total = (sum((e[0] for e in ends), Fraction(0)), sum((e[1] for e in ends), Fraction(0)))
        looks = sorted(self._look(criterion) << 4 | mask for criterion, mask, _ in items)
        own = tuple(_judged(part, interpreter) for part in self._own)
        key = (tuple(looks), total if ends else None, own)
        known = self._known.get(key)
        if known is None:
            whole = Scored(low=total[0], high=total[1], most=total[1]) if ends else None
            # What it has walked through holds for every sheet that answers the rule alike.
            grader = self._graders.setdefault(key[1:], Grader(self.rule, interpreter, whole))
            known = self._known[key] = grader.bounds(tuple(_result(*item) for item in items))
        return known

    def _look(self, criterion: Criterion) -> int:
        """A number for all that the rule can see of a criterion beside its outcome."""
        look = (
            criterion.domain if criterion.domain in self._domains else None,
            criterion.id if criterion.id in self.named else None,
            criterion.veto,
        )
        return self._looks.setdefault(look, len(self._looks))


def _result(criterion: Criterion, mask: int, _: Ends | None) -> CriterionResult:
    return CriterionResult(
        criterion=criterion, outcome=outcome_of(mask), possible=_SETS[mask], support=None
    )


def conditions_of(rule: GradeRule) -> tuple[Expr, ...]:
    """Every condition of a grade rule."""
    asked = [award.when for award in rule.award if award.when is not None]
    return (*asked, *(cap.when for cap in rule.caps), *(d.when for d in rule.downgrades))


def _own(when: Expr, ruleset: Ruleset) -> Iterator[Expr | None]:
    """The parts that ask the sheet and not the outcomes; None for a part that asks both."""
    if isinstance(when, And | Or):
        for part in when.parts:
            yield from _own(part, ruleset)
    elif isinstance(when, Not):
        yield from _own(when.operand, ruleset)
    elif not any(_asks_outcomes(part) for part in walk(when)):
        yield when
    elif any(_asks_sheet(part, ruleset) for part in walk(when)):
        yield None


def _asks_outcomes(part: Expr) -> bool:
    if isinstance(part, Call):
        return part.function is Function.OUTCOME
    return isinstance(part, Tally) or part in (Special("any_veto"), Special("points"))


def _asks_sheet(part: Expr, ruleset: Ruleset) -> bool:
    if isinstance(part, Parameter):
        return ruleset.parameters[part.name].by is not None
    if part == Special("evaluation.year"):
        return True
    return isinstance(part, Fact | Attribute | Aggregate | Batched)


def _judged(part: Expr | None, interpreter: Interpreter) -> object:
    """Whether it holds, None where that is unknown; for what asks both, the sheet itself."""
    if part is None:
        return id(interpreter.sheet)
    found = interpreter.condition(part)
    if isinstance(found, NotApplicable):
        return False
    return found.holds if isinstance(found, Truth) else None
