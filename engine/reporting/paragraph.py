"""The whole trace of one criterion: measure, levels, points, facts with their places, clause."""

from collections.abc import Iterator
from fractions import Fraction

from ..facts.sheet import Row
from ..facts.values import Entry
from ..language.expression import Aggregate, Expr, Kind, table_names, walk
from ..language.model import (
    Criterion,
    DeductedPoints,
    Each,
    Outcome,
    OutcomePoints,
    Status,
    SteppedPoints,
)
from ..language.once import once
from ..language.units import PLAIN, decimal_text, find_unit
from ..scoring.fact_values import Basis, FactValue
from ..scoring.outcome import CriterionResult, LevelTrace, Support
from ..scoring.points import Scored
from ..scoring.values import Number, Truth
from ..scoring.where import Where
from .explain import Explainer
from .numbers import distance, points_text, shown_measure, shown_stated

MOST_ROWS = 10


def paragraph(explainer: Explainer, result: CriterionResult) -> list[str]:
    """The trace a line each; the first is the heading."""
    return [_heading(explainer, result), *_body(explainer, result)]


def _heading(explainer: Explainer, result: CriterionResult) -> str:
    key = ("heading", result.outcome, result.support)
    return explainer.texts.once(result.criterion, key, lambda: _headed(explainer, result))


def _headed(explainer: Explainer, result: CriterionResult) -> str:
    criterion = result.criterion
    title = f"{criterion.id} {criterion.title.text(explainer.lang)}"
    text = title + explainer.say("colon") + explainer.outcome(result.outcome)
    if result.support is None or result.outcome is Outcome.NOT_APPLICABLE:
        return text
    return text + explainer.say("bracket", text=explainer.say(f"support_{result.support}"))


def _body(explainer: Explainer, result: CriterionResult) -> Iterator[str]:
    say, criterion = explainer.say, result.criterion
    by_person = result.support in (Support.JUDGED, Support.DECLARED)
    if by_person or result.outcome in (Outcome.UNDETERMINED, Outcome.NOT_APPLICABLE):
        yield explainer.because(result)
    if criterion.applies_when is not None and result.outcome is not Outcome.NOT_APPLICABLE:
        part = explainer.conditions.part(criterion.applies_when)
        if part.result == Truth(True):
            yield say("applies_because", condition=explainer.conditions.line(part))
    equation = explainer.equation(result)
    if equation:
        yield say("line_measure", equation=equation)
        yield from _exactly(explainer, result)
    if result.support is not Support.DECLARED:
        for level in result.levels:
            if level.outcome is not Outcome.NOT_MET:
                yield from _level(explainer, result, level)
    scored = explainer.assessment.points.get(criterion.id)
    if scored is not None and result.outcome is not Outcome.NOT_APPLICABLE:
        yield _points(explainer, result, scored)
    yield from _facts(explainer, result)
    yield from _statements(explainer, result)
    yield _source(explainer, criterion)
    advice = criterion.advice.text(explainer.lang)
    if advice and result.outcome in (Outcome.BASICALLY_MET, Outcome.NOT_MET):
        yield say("line_advice", advice=advice)


def _exactly(explainer: Explainer, result: CriterionResult) -> Iterator[str]:
    """The exact fraction, where the shown decimal is rounded but not what is compared."""
    value = result.measure.exact if isinstance(result.measure, Number) else None
    show = result.criterion.show
    if not isinstance(value, Fraction) or show.unit.name == "1:n":
        return
    scaled = value / show.unit.scale
    written = decimal_text(scaled)
    if "/" not in written and written == decimal_text(scaled, show.places):
        return
    key = "line_exact" if result.criterion.rounded is None else "line_exact_rounded"
    yield explainer.say(key, exact=str(value))


def _level(explainer: Explainer, result: CriterionResult, level: LevelTrace) -> Iterator[str]:
    """One level; the parts of a condition on lines of their own."""
    part = explainer.level_part(result, level)
    if part is None or not part.parts:
        yield explainer.say("line_level", level=explainer.level(result, level))
        return
    first, *rest = explainer.conditions.lines(part)
    head = explainer.level_head(level, first, brackets=False)
    head += explainer.level_margin(result, level)
    yield explainer.say("line_level", level=head)
    for text in rest:
        yield f"  {text}"


def _points(explainer: Explainer, result: CriterionResult, scored: Scored) -> str:
    say, most = explainer.say, points_text(scored.most)
    sure = scored.bonus_low == scored.bonus_high
    if scored.exact is not None:
        # What comes on top is said apart: 8 of 6 points would be a riddle.
        own = scored.exact - scored.bonus_low if sure else scored.exact
        text = say("line_points", points=points_text(own), most=most)
    else:
        low, high = points_text(scored.low), points_text(scored.high)
        text = say("line_points_open", low=low, high=high, most=most)
    reasons = [_reckoning(explainer, result)]
    if scored.bonus_low and sure and scored.exact is not None:
        extra, total = points_text(scored.bonus_low), points_text(scored.exact)
        reasons.append(say("points_bonus", points=extra, total=total))
    reasons = [reason for reason in reasons if reason]
    return text + (say("bracket", text=say("semicolon").join(reasons)) if reasons else "")


def _reckoning(explainer: Explainer, result: CriterionResult) -> str:
    """How the points came about."""
    say, points = explainer.say, result.criterion.points
    if result.judgement is not None and result.judgement.points is not None:
        return say("points_given")
    match points:
        case None:
            return ""
        case OutcomePoints():
            if result.outcome is Outcome.UNDETERMINED:
                return ""
            return say("points_of_outcome", outcome=explainer.quoted(result.outcome))
        case SteppedPoints():
            where = Where(measure=result.compared)
            for step in points.steps:
                if explainer.assessment.interpreter.condition(step.when, where) == Truth(True):
                    asked = explainer.asked_of_measure(step.when)
                    return say("points_of_step", text=asked, points=points_text(step.points))
            return ""
        case DeductedPoints():
            return _deduction(explainer, result, points)


def _deduction(explainer: Explainer, result: CriterionResult, points: DeductedPoints) -> str:
    say, lang, criterion = explainer.say, explainer.lang, result.criterion
    value = result.compared.exact if isinstance(result.compared, Number) else None
    if result.compared is None or value is None:
        return ""
    measure = shown_measure(result.compared, criterion, lang)
    limit = explainer.formulas.labels(points.limit)
    edge = explainer.assessment.interpreter.value(points.limit)
    asked = edge.exact if isinstance(edge, Number) else None
    if asked is not None and (value >= asked if points.below else value <= asked):
        return say("points_full", measure=measure, limit=limit)
    unit = criterion.show.unit
    key = {
        Each.PROPORTIONAL: "points_proportional",
        Each.WHOLE: "points_whole",
        Each.STARTED: "points_started",
    }[points.each]
    return say(
        key,
        measure=measure,
        side=say("below" if points.below else "above"),
        limit=limit,
        per=distance(points.per, (find_unit("百分点") or PLAIN) if unit.is_rate else unit, lang),
        points=points_text(points.points),
    )


def _facts(explainer: Explainer, result: CriterionResult) -> Iterator[str]:
    """The facts that were used, each with its place; the tables with their number of rows."""
    for fact in result.facts:
        yield explainer.say("line_fact", fact=_fact(explainer, fact))
    for name in used_tables(result.criterion):
        table = explainer.assessment.sheet.tables.get(name)
        label = explainer.vocabulary.tables[name].label.text(explainer.lang)
        if table is None:
            text = explainer.say("fact_missing", fact=label, name=name)
        else:
            place = explainer.say("bracket", text=table.origin.short_place)
            text = explainer.say("table_rows", table=label, count=len(table.rows)) + place
        yield explainer.say("line_fact", fact=text)
    yield from _rows(explainer, result.criterion)


_COUNTED = (Kind.COUNT, Kind.SHARE, Kind.ANY)


def _rows(explainer: Explainer, criterion: Criterion) -> Iterator[str]:
    """By name the rows that were counted, or that broke what all must satisfy."""
    exprs = [criterion.measure, *(level.condition for level in criterion.levels)]
    for part in dict.fromkeys(p for e in exprs if e is not None for p in _aggregates(e)):
        if part.kind not in (*_COUNTED, Kind.ALL):
            continue
        if part.where is None and part.value is None:
            continue
        counted = part.kind is not Kind.ALL
        names = [
            _row_name(explainer, part.table, row)
            for row, member in explainer.assessment.interpreter.rows(part)
            if member.selected == Truth(True) and member.value in (None, Truth(counted))
        ]
        if names:
            shown = explainer.say("list_comma").join(names[:MOST_ROWS])
            more = explainer.say("and_more", count=len(names)) if len(names) > MOST_ROWS else ""
            yield explainer.say("rows_counted" if counted else "rows_failing", rows=shown + more)


def _row_name(explainer: Explainer, table: str, row: Row) -> str:
    key = explainer.vocabulary.tables[table].key
    stated = row.values.get(key) if key is not None else None
    if stated is None:
        return row.origin.short_place
    return shown_stated(stated, None, explainer.lang)


def used_tables(criterion: Criterion) -> tuple[str, ...]:
    """The tables that a criterion walks."""
    exprs = [criterion.measure, criterion.applies_when, *(x.condition for x in criterion.levels)]
    return tuple(dict.fromkeys(n for e in exprs if e is not None for n in _tables(e)))


_tables = once(table_names)


@once
def _aggregates(expr: Expr) -> tuple[Aggregate, ...]:
    return tuple(part for part in walk(expr) if isinstance(part, Aggregate))


def _fact(explainer: Explainer, fact: FactValue) -> str:
    text = explainer.fact(fact)
    if fact.entry is None:
        return text
    return text + explainer.say("bracket", text=_origin(explainer, fact.entry, fact.basis))


def _origin(explainer: Explainer, entry: Entry, basis: Basis) -> str:
    """Where a value stands, who says so, on what evidence."""
    pieces = [explainer.place(entry.origin), explainer.say(f"by_{entry.by}")]
    if basis is Basis.STATED:
        pieces.append(explainer.say("only_stated"))
    pieces += [" ".join(w for w in (e.document, e.place, e.note) if w) for e in entry.evidence]
    if entry.note:
        pieces.append(entry.note)
    return explainer.say("comma").join(pieces)


def _statements(explainer: Explainer, result: CriterionResult) -> Iterator[str]:
    """The claims about what was used, and the outcomes that somebody declared otherwise."""
    derived = {(fact.name, fact.year) for fact in result.derived}
    for claim in explainer.assessment.claims:
        if (claim.name, claim.year) in derived:
            yield explainer.say("line_claim", claim=explainer.claim(claim))
    for difference in explainer.assessment.differences:
        if difference.criterion == result.criterion.id:
            text = explainer.difference(difference, short=True)
            yield explainer.say("line_difference", difference=text)


def _source(explainer: Explainer, criterion: Criterion) -> str:
    return explainer.texts.once(criterion, ("source",), lambda: _cited(explainer, criterion))


def _cited(explainer: Explainer, criterion: Criterion) -> str:
    citation = criterion.citation
    text = explainer.say("line_source", source=citation.text or explainer.say("no_source"))
    pieces = []
    if criterion.status is not Status.OFFICIAL:
        pieces.append(explainer.say(f"status_{criterion.status}"))
    note = citation.note.text(explainer.lang)
    if note:
        pieces.append(note)
    joined = explainer.say("semicolon").join(pieces)
    return text + (explainer.say("bracket", text=joined) if pieces else "")
