"""Publishes an edition: what it says is frozen under its digest, once nothing is doubtful."""

from dataclasses import dataclass
from pathlib import Path

from ..language.catalogue import DIGEST
from ..language.diagnostics import Diagnostic, in_order
from ..language.digest import ruleset_digest
from ..language.loader import Loaded, published_digest
from .lint import lint
from .suite import Suite
from .testing import SelfTest, try_ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether an edition can be published: nothing doubtful, every case passes."""

    digest: str
    before: bool
    doubts: tuple[Diagnostic, ...]
    tested: SelfTest

    @property
    def ready(self) -> bool:
        """Whether nothing stands against it."""
        return not self.doubts and not self.tested.failed


def readiness(loaded: Loaded, suite: Suite) -> Readiness:
    """What stands against publishing; loading has refused a published edition that changed."""
    ruleset = loaded.ruleset
    tested = try_ruleset(ruleset, suite)
    return Readiness(
        digest=ruleset_digest(ruleset),
        before=published_digest(Path(ruleset.source.path)) is not None,
        doubts=in_order((*loaded.diagnostics, *lint(ruleset), *tested.diagnostics)),
        tested=tested,
    )


def digest_file(loaded: Loaded) -> Path:
    """Where the digest of a published edition lies."""
    return Path(loaded.ruleset.source.path).parent / DIGEST
