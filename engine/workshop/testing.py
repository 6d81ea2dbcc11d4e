"""Tests a ruleset by its own cases: how they came out, what they reach, which slips they notice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..language.diagnostics import Diagnostic, in_order
from ..language.model import Ruleset
from .cases import Tried
from .coverage import Coverage, cover
from .hints import Hint, hint
from .killing import Mutation, Trial
from .mutants import Mutant, mutants
from .suite import Suite, unused

Progress = Callable[[tuple[Mutant, ...]], Iterable[Mutant]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Everything that `dudao test` found; ``mutation`` is None where it was not asked for."""

    ruleset: Ruleset
    suite: Suite
    ran: tuple[Tried, ...]
    coverage: Coverage | None
    mutation: Mutation | None
    hints: tuple[Hint | None, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> tuple[Tried, ...]:
        """The cases that did not come out as they say."""
        return tuple(tried for tried in self.ran if tried.mismatches)

    @property
    def percents(self) -> tuple[Fraction, ...]:
        """Coverage and mutation score, as far as they were asked for."""
        parts = (self.coverage, self.mutation)
        return tuple(part.percent for part in parts if part is not None)


def try_ruleset(
    ruleset: Ruleset,
    suite: Suite,
    *,
    word: str = "",
    mutate: bool = False,
    progress: Progress = lambda found: found,
) -> SelfTest:
    """Run the cases. With a ``word``, only those cases and mutants that have it; no coverage.

    Mutants are tried when every case passes: a case that fails notices nothing.
    """
    every = suite.run(ruleset) if mutate or not word else ()
    ran = suite.run(ruleset, word) if word else every
    coverage = None if word else cover(ruleset, every, suite.uncovered)
    mutation = None
    if mutate and not any(tried.mismatches for tried in every):
        chosen = tuple(m for m in mutants(ruleset) if word.lower() in m.name.lower())
        verdicts = Trial(ruleset, every).survey(progress(chosen), suite.survivors)
        mutation = Mutation(verdicts=tuple(verdicts))
    survivors = () if mutation is None else mutation.survivors
    return SelfTest(
        ruleset=ruleset,
        suite=suite,
        ran=ran,
        coverage=coverage,
        mutation=mutation,
        hints=tuple(hint(verdict.mutant, ruleset, every) for verdict in survivors),
        diagnostics=in_order(_unused(suite, coverage, None if word else mutation)),
    )


def _unused(
    suite: Suite, coverage: Coverage | None, mutation: Mutation | None
) -> Iterable[Diagnostic]:
    if coverage is not None:
        names = {goal.name for goal in coverage.goals}
        yield from unused(suite.uncovered, names - set(coverage.reached), names)
    if mutation is not None:
        names = {verdict.mutant.name for verdict in mutation.verdicts}
        alive = {v.mutant.name for v in mutation.verdicts if v.killed_by is None}
        yield from unused(suite.survivors, alive, names)
