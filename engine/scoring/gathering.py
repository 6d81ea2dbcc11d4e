"""From sheets to a cohort: what each subject brings to the comparisons that a ruleset makes."""

from collections.abc import Iterator, Sequence

from ..facts.sheet import FactSheet
from ..language.diagnostics import Diagnostic, Span
from ..language.digest import expressions_of
from ..language.expression import Batched, walk
from ..language.model import Ruleset
from ..language.printer import show
from .cohort import Cohort, Member, comparisons, pooled
from .interpreter import Interpreter
from .membership import group_of, is_compared, share


def member(ruleset: Ruleset, sheet: FactSheet) -> Member | None:
    """What a sheet brings in; None for a subject of a kind that is not compared."""
    interpreter = Interpreter(ruleset, sheet)
    if not is_compared(interpreter):
        return None
    shares = ((group_of(interpreter, e), share(interpreter, e)) for e in comparisons(ruleset))
    subject = sheet.subject
    return Member(code=subject.code, name=subject.name, year=sheet.year, shares=tuple(shares))


def gather(
    ruleset: Ruleset, sheets: Sequence[FactSheet], *, lost: int = 0, endless: bool = False
) -> Cohort | None:
    """The cohort of a few sheets, one of each subject and year; None where nothing is compared.

    The sheets are kept, so that another ruleset can be tried on the same batch.
    """
    if not comparisons(ruleset):
        return None
    members = (member(ruleset, sheet) for sheet in sheets)
    compared = (one for one in members if one is not None)
    return pooled(ruleset, compared, lost=lost, endless=endless, sheets=tuple(sheets))


def again(ruleset: Ruleset, cohort: Cohort | None) -> Cohort | None:
    """The same batch under another ruleset."""
    if cohort is None:
        return None
    return gather(ruleset, cohort.sheets, lost=cohort.lost, endless=cohort.endless)


def needs_batch(ruleset: Ruleset) -> Diagnostic | None:
    """Why no sheet can be scored alone; None where that can be done."""
    if ruleset.batch is None:
        # Nobody is compared where nothing says so: the loader has refused it.
        return None
    for name, part, span in _places(ruleset):
        compared = (inside for expr in expressions_of(part) for inside in walk(expr))
        found = next((inside for inside in compared if isinstance(inside, Batched)), None)
        if found is not None:
            values = {"name": name, "part": show(found)}
            return Diagnostic(code="batch-needed", span=span, values=values)
    return None


def _places(ruleset: Ruleset) -> Iterator[tuple[str, object, Span]]:
    """The parts of a ruleset with what they belong to and where they stand, smallest first."""
    for criterion in ruleset.criteria:
        for level in criterion.levels:
            yield criterion.id, level, level.span
        yield criterion.id, criterion, criterion.span
    if ruleset.grade is not None:
        rule = ruleset.grade
        yield from (("grade", award, award.span) for award in rule.award)
        yield from (("grade", cap, cap.span) for cap in rule.caps)
        yield from (("grade", downgrade, downgrade.span) for downgrade in rule.downgrades)
