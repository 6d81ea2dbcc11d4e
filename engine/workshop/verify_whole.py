"""A whole ruleset as formulas over one sheet: every outcome, the points, what its rule asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ..language.model import (
    GradeRule,
    Ruleset,
)
from ..scoring.lowering import Lowerer
from ..scoring.lowering_grade import LoweredRule, lower_rule
from ..scoring.lowering_levels import LoweredCriterion, lower_criterion
from ..scoring.lowering_points import LoweredPoints, lower_points
from ..scoring.lowering_terms import Ratio
from ..scoring.lowering_values import point
from .grade_counts import conditions
from .verify_columns import columns_of
from .verify_settings import expressions, of_points, settings_of
from .verify_sheets import Space
from .verify_solver import Setting

# Steps of the solver for one whole sheet with a few rows, and for sums over any rows.
BUDGET_OF_ROWS = 3_000_000
BUDGET_OF_SUMS = 300_000
# The total of points, a number of its own beside the columns of a sheet.
TOTAL = "points~"


@dataclass(frozen=True, kw_only=True)
class Whole:
    """A ruleset lowered to one set of columns, so that what criteria share is shared."""

    ruleset: Ruleset
    rule: GradeRule
    space: Space
    criteria: tuple[LoweredCriterion, ...]
    points: Mapping[str, LoweredPoints]
    lowered: LoweredRule
    settings: tuple[Setting, ...]

    @property
    def uses_points(self) -> bool:
        """Whether a condition of the rule asks for the total."""
        return TOTAL in self.of_rule

    @cached_property
    def of_rule(self) -> frozenset[str]:
        """The columns that conditions of the rule read themselves."""
        found: set[str] = set()
        for leaf in self.lowered.leaves.values():
            found |= columns_of(leaf)
        return frozenset(found)

    @cached_property
    def of_criterion(self) -> Mapping[str, frozenset[str]]:
        """The columns that decide an outcome or points."""
        return {
            lowered.criterion.id: frozenset(
                columns_of(*lowered.possible) | columns_of(self.points.get(lowered.criterion.id))
            )
            for lowered in self.criteria
        }


def whole_of(ruleset: Ruleset, rule: GradeRule) -> Whole:
    """Raises `UnsupportedError` where something has no formula."""
    lowerer = Lowerer(ruleset)
    criteria = tuple(lower_criterion(criterion, lowerer) for criterion in ruleset.criteria)
    given = {one.criterion.id: lower_points(one, lowerer) for one in criteria}
    points = {name: found for name, found in given.items() if found is not None}
    total = point(Ratio(lowerer.graph.supplied(TOTAL)))
    lowered = lower_rule(rule, lowerer, total)
    space = Space(ruleset, lowerer)
    written = [expr for one in ruleset.criteria for expr in (*expressions(one), *of_points(one))]
    settings = settings_of(space, [*written, *conditions(rule)])
    return Whole(
        ruleset=ruleset,
        rule=rule,
        space=space,
        criteria=criteria,
        points=points,
        lowered=lowered,
        settings=tuple(with_free(setting) for setting in settings),
    )


def with_free(setting: Setting) -> Setting:
    """The setting with the total as any number."""
    return Setting(
        space=setting.space,
        missing=setting.missing,
        assumed=setting.assumed,
        tables=setting.tables,
        free={TOTAL: (None, None)},
        budget=BUDGET_OF_SUMS if setting.tables else setting.budget,
        budget_of_rows=BUDGET_OF_ROWS,
    )
