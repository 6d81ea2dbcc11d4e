"""The grade of one signature: award, caps, downgrades over every completion of what is open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from ..language.expression import (
    And,
    Arithmetic,
    Call,
    Compare,
    Expr,
    Function,
    In,
    Kind,
    Negate,
    Not,
    Op,
    Or,
    Sign,
    Special,
    Tally,
    Word,
)
from ..language.expression import Number as WrittenNumber
from ..language.model import Outcome
from .columnar_states import (
    ASSESSED_COUNT,
    BITS,
    KINDS,
    Look,
    Opened,
    Packed,
    State,
    assessed,
    completions,
    unpacked,
)
from .lowering_grade import LoweredRule


class Lost(Enum):
    """Why a part of a condition has no value."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


# A number is numerator and positive denominator: states are many, and fractions slow to make.
Quotient: TypeAlias = tuple[int, int]
Part: TypeAlias = bool | Quotient | str | Lost
Grades: TypeAlias = tuple[str | None, str | None, str | None]


MOST_REMEMBERED = 200_000


@dataclass(slots=True)
class Grader:
    """Grades signatures by one rule; each signature and each completed state once."""

    lowered: LoweredRule
    # Every kind of openness met so far, by the name of its column.
    opened: dict[str, tuple[Look, int]] = field(default_factory=dict)
    _known: dict[tuple[str, ...], dict[tuple[object, ...], Grades]] = field(default_factory=dict)
    _ways: dict[tuple[Opened, bool], list[Packed] | None] = field(default_factory=dict)
    _places: dict[tuple[Part, ...], dict[Packed, tuple[int, int]]] = field(default_factory=dict)

    def signatures(self, names: tuple[str, ...]) -> dict[tuple[object, ...], Grades]:
        """What is known of the signatures with these columns; forgotten when it grows too long."""
        for memory in (self._known, self._ways, self._places):
            if len(memory) > MOST_REMEMBERED:
                memory.clear()
        known = self._known.setdefault(names, {})
        if len(known) > MOST_REMEMBERED:
            known.clear()
        return known

    def grade(self, start: Packed, opened: Opened, leaves: tuple[Part, ...]) -> Grades:
        """Awarded (None while open), best and worst."""
        rule = self.lowered.rule
        veto = start >> BITS * 4 * (1 + len(self.lowered.domains)) & 1
        ways = self._completions(opened, bool(veto))
        if ways is None:
            return None, rule.scale[0].id, rule.scale[-1].id
        no_grade = len(rule.scale)
        guarded = assessed(start) < rule.min_applicable
        farthest = no_grade if guarded or rule.award[-1].when is not None else no_grade - 1
        best, worst = no_grade, 0
        known = self._places.setdefault(leaves, {})
        for way in ways:
            state = start + way
            places = known.get(state)
            if places is None:
                places = known[state] = self._extremes(state, leaves)
            first, final = places
            if first < best:
                best = first
            if final > worst:
                worst = final
            if best == 0 and worst == farthest:
                break
        names = [*(grade.id for grade in rule.scale), None]
        return (names[best] if best == worst else None), names[best], names[worst]

    def _completions(self, opened: Opened, veto: bool) -> list[Packed] | None:
        key = (opened, veto)
        if key not in self._ways:
            self._ways[key] = completions(opened, len(self.lowered.domains), veto=veto)
        return self._ways[key]

    def _extremes(self, whole: Packed, leaves: tuple[Part, ...]) -> tuple[int, int]:
        """The first and the last place on the scale; behind the last is no grade."""
        state = unpacked(whole, len(self.lowered.domains), len(self.lowered.named))
        values = {key: leaves[place] for key, place in self.lowered.places.items()}
        last = len(self.lowered.rule.scale)
        places = [last if rank is None else rank for rank in self._ranks(state, values)]
        return min(places), max(places)

    def _ranks(self, state: State, values: Mapping[int, Part]) -> Iterator[int | None]:
        """Every place on the scale that the rule can come to; None: no grade."""
        rule = self.lowered.rule
        if _applicable(state) < rule.min_applicable:
            yield None
            return
        place = {grade.id: rank for rank, grade in enumerate(rule.scale)}
        starts: set[int | None] = set()
        for award in rule.award:
            holds = True if award.when is None else self._judge(award.when, state, values)
            if holds is False:
                continue
            starts.add(place[award.grade])
            if holds:
                break
        else:
            starts.add(None)
        ranks = {rank for rank in starts if rank is not None}
        for cap in rule.caps:
            holds = self._judge(cap.when, state, values)
            if holds is not False:
                capped = {max(rank, place[cap.at_most]) for rank in ranks}
                ranks = capped if holds else ranks | capped
        drops = self._drops(state, values)
        last = len(rule.scale) - 1
        yield from {min(rank + drop, last) for rank in ranks for drop in drops}
        if None in starts:
            yield None

    def _drops(self, state: State, values: Mapping[int, Part]) -> set[int]:
        """By how many steps the grade may be lowered."""
        sums = {0}
        for downgrade in self.lowered.rule.downgrades:
            holds = self._judge(downgrade.when, state, values)
            if holds is False:
                continue
            if self.lowered.rule.strongest:
                more = {max(drop, downgrade.by) for drop in sums}
            else:
                more = {drop + downgrade.by for drop in sums}
            sums = more if holds else sums | more
        return sums

    def _judge(self, when: Expr, state: State, values: Mapping[int, Part]) -> bool | None:
        """Whether a condition holds; None while unknown. What does not apply does not act."""
        part = self._part(when, state, values)
        if part is Lost.UNKNOWN:
            return None
        return part is True

    # -- conditions -----------------------------------------------------------------------------

    def _part(self, expr: Expr, state: State, values: Mapping[int, Part]) -> Part:
        known = values.get(id(expr))
        if known is not None:
            return known
        match expr:
            case And():
                return _both([self._part(p, state, values) for p in expr.parts])
            case Or():
                return _opposite(
                    _both([_opposite(self._part(p, state, values)) for p in expr.parts])
                )
            case Not():
                return _opposite(self._part(expr.operand, state, values))
            case Compare():
                left, parts = self._part(expr.first, state, values), []
                for op, operand in expr.rest:
                    right = self._part(operand, state, values)
                    parts.append(_relate(op, left, right))
                    left = right
                return _both(parts)
            case In():
                left = self._part(expr.operand, state, values)
                found = [
                    _opposite(_relate(Op.EQ, left, self._part(option, state, values)))
                    for option in expr.options
                ]
                return _opposite(_both(found))
            case Call(Function.AT_LEAST, (WrittenNumber(least), *parts)):
                return _at_least(int(least), [self._part(p, state, values) for p in parts])
            case Call(Function.OUTCOME, (Word(name), *_)):
                return str(KINDS[state.named[self.lowered.named.index(name)]])
            case Special("any_veto"):
                return state.veto
            case Tally():
                return self._tally(expr, state)
            case Word():
                return expr.text
            case Negate():
                part = self._part(expr.operand, state, values)
                return (-part[0], part[1]) if isinstance(part, tuple) else part
            case Arithmetic():
                left = self._part(expr.left, state, values)
                return _calculate(expr.sign, left, self._part(expr.right, state, values))
            case _:
                raise TypeError(f"not a part of a grade rule: {expr}")

    def _tally(self, tally: Tally, state: State) -> Part:
        counts = state.counts
        if tally.domain is not None:
            counts = state.domains[self.lowered.domains.index(tally.domain)]
        outcome = Outcome(tally.outcome)
        # In a completed state nothing is undetermined.
        count = counts[KINDS.index(outcome)] if outcome in KINDS else 0
        if tally.kind is Kind.COUNT:
            return count, 1
        whole = sum(counts) if self.lowered.rule.of_all else sum(counts[:ASSESSED_COUNT])
        return (count, whole) if whole else Lost.UNKNOWN


def _applicable(state: State) -> int:
    return sum(state.counts[:ASSESSED_COUNT])


def _undecided(parts: Sequence[Part]) -> Lost | None:
    if any(part is Lost.UNKNOWN for part in parts):
        return Lost.UNKNOWN
    inapplicable = any(part is Lost.NOT_APPLICABLE for part in parts)
    return Lost.NOT_APPLICABLE if inapplicable else None


def _absent(left: Part, right: Part) -> Lost | None:
    for lost in (Lost.NOT_APPLICABLE, Lost.UNKNOWN):
        if left is lost or right is lost:
            return lost
    return None


def _both(parts: Sequence[Part]) -> Part:
    if any(part is False for part in parts):
        return False
    return _undecided(parts) or True


def _opposite(part: Part) -> Part:
    return not part if isinstance(part, bool) else part


def _at_least(least: int, parts: Sequence[Part]) -> Part:
    if sum(part is True for part in parts) >= least:
        return True
    if sum(part is not False for part in parts) < least:
        return False
    return _undecided(parts) or False


def _relate(op: Op, left: Part, right: Part) -> Part:
    lost = _absent(left, right)
    if lost is not None:
        return lost
    if isinstance(left, tuple) and isinstance(right, tuple):
        difference = left[0] * right[1] - right[0] * left[1]
        match op:
            case Op.LT:
                return difference < 0
            case Op.LE:
                return difference <= 0
            case Op.GT:
                return difference > 0
            case Op.GE:
                return difference >= 0
            case _:
                return (difference == 0) is (op is Op.EQ)
    return (left == right) is (op is Op.EQ)


def _calculate(sign: Sign, left: Part, right: Part) -> Part:
    lost = _absent(left, right)
    if lost is not None:
        return lost
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    (a, b), (c, d) = left, right
    match sign:
        case Sign.ADD:
            return a * d + c * b, b * d
        case Sign.SUB:
            return a * d - c * b, b * d
        case Sign.MUL:
            return a * c, b * d
        case _:
            if not c:
                return Lost.UNKNOWN
            return (a * d, b * c) if c > 0 else (-a * d, -b * c)
