"""Where an expression stands: what names mean there, and what it may ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .types import Type
from .vocabulary import TableDefinition, Vocabulary

OUTCOMES = ("fully_met", "basically_met", "not_met", "not_applicable", "undetermined")


class Batch(StrEnum):
    """Whether an expression may look at the other subjects of a batch."""

    FORBIDDEN = "forbidden"
    UNDECLARED = "undeclared"
    DECLARED = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names mean where an expression stands."""

    vocabulary: Vocabulary
    parameters: Mapping[str, Type] = field(default_factory=dict)
    table: TableDefinition | None = None
    measure: Type | None = None
    criteria: frozenset[str] | None = None
    domains: frozenset[str] = frozenset()
    batch: Batch = Batch.FORBIDDEN
