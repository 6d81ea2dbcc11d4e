"""What the states of a grade rule come to: grades that are given, what decides and lowers them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .proofs import Proof, Question
from .verify_rule import RuleProver, proved


@dataclass(slots=True)
class Effects:
    """The ranks that states reach; the awards, caps and downgrades that make a difference."""

    reached: set[int] = field(default_factory=set)
    deciding: set[int] = field(default_factory=set)
    capped: set[int] = field(default_factory=set)
    lowered: set[int] = field(default_factory=set)


def effects(prover: RuleProver) -> Effects:
    """Everything that some state shows."""
    c = prover.compiled
    seen = Effects()
    done = len(prover.rule.scale), len(c.awards), len(c.caps), len(c.downgrades)
    for _, state in prover.states():
        caps, downs = c.acting(state)
        ranks, place = c.awarded(state)
        seen.deciding.add(place)
        for rank in ranks:
            final = c.lowered(rank, caps, downs)
            seen.reached.add(final)
            for i in set(caps) - seen.capped:
                if c.lowered(rank, tuple(j for j in caps if j != i), downs) != final:
                    seen.capped.add(i)
            for i in set(downs) - seen.lowered:
                if c.lowered(rank, caps, tuple(j for j in downs if j != i)) != final:
                    seen.lowered.add(i)
        found = (seen.reached, seen.deciding - {-1}, seen.capped, seen.lowered)
        if tuple(map(len, found)) == done:
            break
    return seen


def prove_effects(prover: RuleProver, seen: Effects) -> Iterator[Proof]:
    """Every award, cap and downgrade changes some grade."""
    for i, award in enumerate(prover.rule.award):
        if i in seen.deciding or prover.rule.rank(award.grade) not in seen.reached:
            # A grade that nobody gets has been reported itself.
            continue
        yield prover.bare(
            Question.GRADE_EFFECT,
            "award-without-effect",
            award.span,
            award.text,
            grade=award.grade,
        )
    for i, cap in enumerate(prover.rule.caps):
        if i not in seen.capped:
            yield prover.bare(
                Question.GRADE_EFFECT,
                "cap-without-effect",
                cap.span,
                cap.text,
                grade=cap.at_most,
                text=cap.text,
            )
    for i, downgrade in enumerate(prover.rule.downgrades):
        if i not in seen.lowered:
            yield prover.bare(
                Question.GRADE_EFFECT,
                "downgrade-without-effect",
                downgrade.span,
                downgrade.text,
                text=downgrade.text,
            )
    number = len(seen.deciding - {-1}) + len(seen.capped) + len(seen.lowered)
    for _ in range(number):
        yield proved(Question.GRADE_EFFECT)
