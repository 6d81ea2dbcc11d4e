"""Compiles a ruleset for columns; that takes no columns yet, so that an author can ask without."""

from ..language.model import Ruleset
from .columnar_grading import Grader
from .columnar_needs import together
from .columnar_plan import Plan, total_points
from .columnar_program import flags_in
from .lowering import Lowerer
from .lowering_grade import lower_rule
from .lowering_levels import LoweredCriterion, lower_criterion
from .lowering_points import LoweredPoints, lower_points
from .lowering_values import UnsupportedError


def compile_ruleset(ruleset: Ruleset) -> Plan:
    """Lower everything; what cannot be is named in ``fallbacks``."""
    lowerer = Lowerer(ruleset)
    fallbacks: list[tuple[str, str]] = []
    criteria: list[LoweredCriterion] = []
    points: dict[str, LoweredPoints] = {}
    for criterion in ruleset.criteria:
        try:
            lowered = lower_criterion(criterion, lowerer)
            given = lower_points(lowered, lowerer)
        except UnsupportedError as unsupported:
            fallbacks.append((criterion.id, str(unsupported)))
            continue
        criteria.append(lowered)
        if given is not None:
            points[criterion.id] = given
    for integrity in ruleset.vocabulary.integrity:
        if integrity.blocks:
            try:
                broken = lowerer.logic.no(lowerer.condition(integrity.rule))
            except UnsupportedError as unsupported:
                fallbacks.append((integrity.id, str(unsupported)))
            else:
                lowerer.escape(broken, f"broken: {integrity.id}")
    rule, total = None, total_points(lowerer, points)
    if ruleset.grade is not None:
        try:
            rule = lower_rule(ruleset.grade, lowerer, total)
        except UnsupportedError as unsupported:
            fallbacks.append(("grade", str(unsupported)))
    formulas = [formula for lowered in criteria for formula in lowered.possible]
    formulas += (where for where, _ in lowerer.escapes.values())
    return Plan(
        ruleset=ruleset,
        lowerer=lowerer,
        criteria=tuple(criteria),
        points=points,
        total=total,
        rule=rule,
        grader=None if rule is None or fallbacks else Grader(rule),
        escapes=tuple(lowerer.escapes.values()),
        facts=tuple(lowerer.inputs.needed.values()),
        tables=tuple(lowerer.inputs.tables),
        fallbacks=tuple(fallbacks),
        flags=flags_in(formulas),
        together=together(formulas) if lowerer.inputs.tables else {},
    )
