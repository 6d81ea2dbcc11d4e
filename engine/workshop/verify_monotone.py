"""Proves that better outcomes and more points never get a lower grade, state by state."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from ..language.model import ASSESSED
from .grade_counts import Counts, adder, views
from .grade_rule import State
from .proofs import Proof, Question
from .verify_rule import RuleProver, Signs, proved

# Of the assessed outcomes by position: the better and the worse one.
_MOVES = ((0, 2), (0, 1), (1, 2))


def prove_monotone(prover: RuleProver) -> Iterator[Proof]:
    """Better in one thing, all else equal: never a lower grade."""
    yield _monotone_in_counts(prover)
    if prover.compiled.limits:
        yield from _monotone_in_points(prover)


def _monotone_in_counts(prover: RuleProver) -> Proof:
    """One criterion better, all else equal: never a lower grade."""
    together = adder(prover.seen)
    tried: set[tuple[Signs, Signs]] = set()
    for place, group in enumerate(prover.seen.groups):
        steps = [prover.seen.step(group.criteria[0], outcome) for outcome in ASSESSED]
        ways = _MOVES if group.basically else _MOVES[:1]
        moves = [(up, down) for up, down in ways if steps[up] != steps[down]]
        for base, way in views(prover.seen, without=place).items() if moves else ():
            made = [together(base, step) for step in steps]
            if made[0][prover.applicable] < prover.rule.min_applicable:
                continue
            for up, down in moves:
                if made[down] not in prover.signs or made[up] not in prover.signs:
                    continue
                pair = (prover.signs[made[down]], prover.signs[made[up]])
                if pair in tried:
                    continue
                tried.add(pair)
                proof = _falls(prover, pair, [_one_more(way, place, o) for o in (down, up)])
                if proof is not None:
                    return proof
    return proved(Question.GRADE_MONOTONE)


def _falls(
    prover: RuleProver, signs: tuple[Signs, Signs], ways: list[tuple[Counts, ...]]
) -> Proof | None:
    """A lower grade for better counts, if any."""
    for points, answers in product(prover.points, prover.answers):
        one, two = (State(s, points, answers) for s in signs)
        best = prover.compiled.ranks(one)[0]
        if prover.compiled.ranks(two)[0] > best:
            found = ((ways[0], one), (ways[1], two))
            return prover.refuted(
                Question.GRADE_MONOTONE, "grade-not-monotone", prover.span, found, best
            )
    return None


def _monotone_in_points(prover: RuleProver) -> Iterator[Proof]:
    """More points, all else equal: never a lower grade; a fall that is made up for is a gap."""
    found: dict[Fraction, Proof] = {}
    for (signs, view), answers in product(prover.kinds.items(), prover.answers):
        ranks = [prover.compiled.ranks(State(signs, p, answers))[0] for p in prover.points]
        for i in range(1, len(ranks)):
            if ranks[i] <= ranks[i - 1] or prover.points[i] in found:
                continue
            # Of the totals that are worse off, the one that is easiest to read.
            worst = next((j for j in range(i, len(ranks)) if ranks[j] <= ranks[i - 1]), None)
            fallen = range(i, worst if worst is not None else i + 1)
            at = min(fallen, key=lambda j: (prover.points[j].denominator, j))
            states = [State(signs, prover.points[j], answers) for j in (i - 1, at)]
            pair = tuple((prover.ways[view], state) for state in states)
            code = "award-gap" if worst is not None else "grade-not-monotone"
            limit = max(x for x in prover.compiled.limits if x <= prover.points[i])
            if limit in found:
                continue
            found[limit] = prover.refuted(
                Question.GRADE_MONOTONE,
                code,
                prover.rule.award[prover.compiled.awarded(states[0])[1]].span,
                pair,
                ranks[i - 1],
            )
    yield from found.values() if found else (proved(Question.GRADE_MONOTONE),)


def _one_more(way: tuple[Counts, ...], place: int, outcome: int) -> tuple[Counts, ...]:
    """The counts with one more outcome in a group."""
    counts = way[place]
    more = (*counts[:outcome], counts[outcome] + 1, *counts[outcome + 1 :])
    return (*way[:place], more, *way[place + 1 :])
