"""Proves a ruleset: every criterion and the grade rule, under the facts' ranges and rules."""

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

from ..language.diagnostics import Diagnostic
from ..language.model import Ruleset
from .proofs import Proof, Proofs

# The codes of everything that a proof can find.
CODES = (
    *("divides-by-zero", "outcome-undetermined", "level-gap", "levels-contradict"),
    *("levels-overlap", "level-never-reached", "never-fails", "never-applies", "always-applies"),
    *("level-not-monotone", "level-band-gap", "fact-not-monotone", "points-not-monotone"),
    *("grade-of-nothing", "grade-undetermined", "grade-unreachable", "award-without-effect"),
    *("cap-without-effect", "downgrade-without-effect", "grade-not-monotone", "award-gap"),
)


def available() -> bool:
    """Whether the solver is installed (the extra ``verify``)."""
    return find_spec("z3") is not None


def prove(ruleset: Ruleset, tick: Callable[[str], None] = lambda _: None) -> Proofs:
    """Every answer about a ruleset; ``tick`` is told of each part that is done.

    Raises `ModuleNotFoundError` without the solver: ask `available` first.
    """
    from .verify_criteria import prove_criterion
    from .verify_direction import prove_direction
    from .verify_grade import prove_grade
    from .verify_points import prove_points
    from .verify_prover import Prover
    from .verify_settings import rules_about

    found: list[Proof] = []
    ranged: set[str] = set()
    rules: dict[str, None] = {}
    for criterion in ruleset.criteria:
        if not criterion.judged:
            prover = Prover(criterion, ruleset)
            found += prove_criterion(prover)
            found += prove_direction(prover)
            found += prove_points(criterion, ruleset, found)
            if prover.lowering is not None:
                names = set()
                for needed in prover.lowering.space.needed:
                    if needed.definition is not None:
                        names.add(needed.definition.name)
                        if needed.definition.low is not None or needed.definition.high is not None:
                            ranged.add(needed.definition.name)
                rules |= dict.fromkeys(rules_about(names, ruleset))
        tick(criterion.id)
    found += prove_grade(ruleset, tuple(found))
    tick("grade")
    return Proofs(
        ruleset=ruleset,
        proofs=tuple(_numbered(found)),
        ranges=len(ranged),
        rules=tuple(rules),
    )


def _numbered(found: list[Proof]) -> list[Proof]:
    """Witnesses of one name get a number each, so that every one has its file."""
    seen: dict[str, int] = {}
    kept = []
    for proof in found:
        if proof.witness is not None:
            name = proof.witness.name
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                witness = replace(proof.witness, name=f"{name}-{seen[name]}")
                proof = replace(proof, witness=witness)
        kept.append(proof)
    return kept


def is_proof(diagnostic: Diagnostic) -> bool:
    """Whether a diagnostic comes from a proof."""
    return diagnostic.code in CODES
