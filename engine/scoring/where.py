"""Where an expression is evaluated, and what is kept of each comparison that is made there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..facts.sheet import Row
from ..language.expression import Expr, Op
from .fact_values import NOW, Moment
from .values import Condition, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison as it was evaluated: the trace of a condition."""

    left: Expr
    op: Op
    right: Expr
    left_value: Value
    right_value: Value
    result: Condition
    moment: Moment = NOW

    @property
    def shift(self) -> int:
        """How many years back its facts were read."""
        return self.moment.shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where an expression is evaluated: year, row of a table, measure, values of a grade rule."""

    moment: Moment = NOW
    row: Row | None = None
    table: str = ""
    measure: Value | None = None
    specials: Mapping[str, Value] = field(default_factory=dict)
    tallies: Mapping[tuple[str, str, str | None], Value] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


HERE = Where()
