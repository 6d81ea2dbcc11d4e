"""Publishes an edition: what it says is frozen under its digest, once nothing is doubtful."""

from dataclasses import dataclass
from pathlib import Path

from ..language.catalogue import DIGEST
from ..language.diagnostics import Diagnostic, errors, in_order
from ..language.digest import ruleset_digest
from ..language.loader import Loaded, published_digest
from .lint import lint
from .proofs import Answer, Proofs
from .suite import Suite
from .testing import SelfTest, try_ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether an edition can be published: nothing doubtful or refuted, every case passes.

    ``proofs`` is None where no solver is installed; then nothing was proved.
    """

    digest: str
    before: bool
    doubts: tuple[Diagnostic, ...]
    tested: SelfTest
    proofs: Proofs | None

    @property
    def refuted(self) -> int:
        """How many proofs failed."""
        return 0 if self.proofs is None else len(errors(self.proofs.findings))

    @property
    def unknown(self) -> int:
        """How many questions stayed without an answer."""
        return 0 if self.proofs is None else self.proofs.counts[Answer.UNKNOWN]

    @property
    def ready(self) -> bool:
        """Whether nothing stands against it."""
        return not self.doubts and not self.tested.failed


def readiness(loaded: Loaded, suite: Suite, proofs: Proofs | None) -> Readiness:
    """What stands against publishing; loading has refused a published edition that changed."""
    ruleset = loaded.ruleset
    tested = try_ruleset(ruleset, suite)
    found = () if proofs is None else proofs.findings
    return Readiness(
        digest=ruleset_digest(ruleset),
        before=published_digest(Path(ruleset.source.path)) is not None,
        doubts=in_order((*loaded.diagnostics, *lint(ruleset), *tested.diagnostics, *found)),
        tested=tested,
        proofs=proofs,
    )


def digest_file(loaded: Loaded) -> Path:
    """Where the digest of a published edition lies."""
    return Path(loaded.ruleset.source.path).parent / DIGEST
