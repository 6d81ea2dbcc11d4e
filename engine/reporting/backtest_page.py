"""What `dudao backtest` found, for a person: matrix, who moves, rates, gaps in the data, sweeps."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ..language.diagnostics import errors
from ..language.expression import Expr, Parameter, walk
from ..language.model import ASSESSED, Outcome, Ruleset
from ..language.printer import show, show_level, show_number
from ..locale import Lang, phrase
from ..scoring.values import Why
from ..workshop.backtest import Backtest, Change, Lacking, Moved, direction, same_scale
from ..workshop.standing import Bounds
from ..workshop.sweep import Setting, Sweep, Swept
from .batch_page import between, more, percent
from .tables import table
from .wording import attribute_label, fact_label, outcome_label

MOST_MOVED = 100
MOST_CHANGES = 8


def backtest_page(done: Backtest, lang: Lang, width: int | None = None) -> str:
    """The whole report."""
    parts = [
        _head(done, lang),
        _matrix(done, lang, width),
        _moved(done, lang, width),
        _rates(done, lang, width),
        _lacking(done, lang, width),
        _near(done, lang, width),
        *(_swept(one, done, lang, width) for one in done.sweeps),
        _unusable(done, lang, width),
        _warnings(done, lang),
    ]
    return "\n\n".join(part for part in parts if part)


def _columns(names: Iterable[str], lang: Lang) -> list[str]:
    return [phrase(f"column_{name}", lang) for name in names]


def _named(ruleset: Ruleset, lang: Lang) -> str:
    return f"{ruleset.title.text(lang)} {ruleset.name}"


def _head(done: Backtest, lang: Lang) -> str:
    text = phrase(
        "backtest_head",
        lang,
        draft=_named(done.draft, lang),
        districts=done.districts,
        unusable=len(done.unusable),
        incomplete=done.incomplete,
    )
    if done.old is None:
        return text
    return f"{text}\n{phrase('backtest_against', lang, old=_named(done.old, lang))}"


# -- grades --------------------------------------------------------------------------------------


def _ordered(ruleset: Ruleset, grades: Iterable[Bounds]) -> list[Bounds]:
    """The best first, what is open after what is decided."""
    scale = () if ruleset.grade is None else ruleset.grade.scale
    order: dict[str | None, int] = {grade.id: place for place, grade in enumerate(scale)}
    order[None] = len(scale)
    return sorted(set(grades), key=lambda g: (g[0] != g[1], order[g[0]], order[g[1]]))


def _matrix(done: Backtest, lang: Lang, width: int | None) -> str:
    """Old grades down, the draft's across; without an edition before, how grades are shared out."""
    if done.draft.grade is None or not done.districts:
        return ""
    columns = _ordered(done.draft, done.grades)
    if done.old is None:
        rows = [
            (
                between(done.draft, *grade, lang),
                str(done.grades[grade]),
                percent(done.grades[grade], done.districts),
            )
            for grade in columns
        ]
        head = _columns(("grade", "districts", "share"), lang)
        return f"{phrase('batch_grades', lang)}\n{table(rows, head, width)}"
    body = []
    for before in _ordered(done.old, (before for before, _ in done.matrix)):
        counts = [done.matrix[before, after] for after in columns]
        cells = [str(count) if count else "·" for count in counts]
        body.append((between(done.old, *before, lang), *cells, str(sum(counts))))
    total = phrase("backtest_total", lang)
    body.append((total, *(str(done.grades[c]) for c in columns), str(done.districts)))
    head = ["", *(between(done.draft, *grade, lang) for grade in columns), total]
    title = phrase("backtest_matrix", lang, old=done.old.name, draft=done.draft.name)
    return f"{title}\n{table(body, head, width)}"


def _moved(done: Backtest, lang: Lang, width: int | None) -> str:
    if done.old is None:
        return ""
    old = done.old
    ways = [direction(done.draft, old, moved) for moved in done.moved]
    lines = [
        phrase(
            "backtest_moved",
            lang,
            up=ways.count(1),
            down=ways.count(-1),
            other=ways.count(0),
            unmoved=done.districts - len(done.moved),
        )
    ]
    if done.draft.grade is not None and not same_scale(done.draft, old):
        lines.append(phrase("backtest_scales", lang))
    ordered = sorted(zip(ways, done.moved, strict=True), key=lambda pair: pair[0])
    rows = [
        (
            moved.district.code,
            moved.district.name,
            str(moved.district.year),
            between(old, *moved.before, lang),
            between(done.draft, *moved.after, lang),
            _changes(moved, done.draft, lang),
        )
        for _, moved in ordered
    ]
    if rows:
        head = _columns(("code", "subject", "year", "old", "draft", "changes"), lang)
        lines.append(table(rows[:MOST_MOVED], head, width) + more(len(rows), lang, MOST_MOVED))
    if any(moved.rule_decides or any(c.decides for c in moved.changes) for moved in done.moved):
        lines.append(phrase("backtest_star", lang))
    return "\n".join(lines)


def _changes(moved: Moved, ruleset: Ruleset, lang: Lang) -> str:
    """What decides first."""
    ordered = sorted(moved.changes, key=lambda change: not change.decides)
    parts = [_change(change, ruleset, lang) for change in ordered[:MOST_CHANGES]]
    if len(ordered) > MOST_CHANGES:
        parts.append(phrase("list_rest", lang, count=len(ordered) - MOST_CHANGES))
    if moved.rule_decides:
        parts.insert(0, phrase("backtest_rule", lang))
    return phrase("list_comma", lang).join(parts) or phrase("backtest_rule_alone", lang)


def _change(change: Change, ruleset: Ruleset, lang: Lang) -> str:
    words = [
        "" if outcome is None else outcome_label(ruleset, outcome, lang)
        for outcome in (change.before, change.after)
    ]
    if change.before is None:
        what = phrase("backtest_new", lang, after=words[1])
    elif change.after is None:
        what = phrase("backtest_gone", lang, before=words[0])
    else:
        what = phrase("backtest_from_to", lang, before=words[0], after=words[1])
    star = "*" if change.decides else ""
    return phrase("backtest_change", lang, id=change.criterion + star, what=what)


# -- criteria ------------------------------------------------------------------------------------


def _rates(done: Backtest, lang: Lang, width: int | None) -> str:
    if not done.districts:
        return ""
    rows = []
    for rates in done.rates:
        texts = [_rate(counts) for counts in (rates.old, rates.draft)]
        if done.old is None:
            cells = texts[1]
        else:
            cells = [
                after
                if before == after
                else phrase("backtest_from_to", lang, before=before, after=after)
                for before, after in zip(*texts, strict=True)
            ]
        rows.append((rates.criterion.id, rates.criterion.title.text(lang), *cells))
    labels = [outcome_label(done.draft, Outcome.FULLY_MET, lang)]
    labels += _columns(("at_least_basically",), lang)
    labels.append(outcome_label(done.draft, Outcome.UNDETERMINED, lang))
    head = [*_columns(("id", "criterion"), lang), *labels]
    return f"{phrase('backtest_rates', lang)}\n{table(rows, head, width)}"


def _rate(counts: Counter[Outcome] | None) -> list[str]:
    """Fully, at least basically, undetermined; a dash where the edition has no such criterion."""
    if counts is None:
        return ["—"] * 3
    decided = sum(counts[outcome] for outcome in ASSESSED)
    met = counts[Outcome.FULLY_MET]
    passed = met + counts[Outcome.BASICALLY_MET]
    shares = [percent(part, decided) or "—" for part in (met, passed)]
    return [*shares, str(counts[Outcome.UNDETERMINED])]


def _lacking(done: Backtest, lang: Lang, width: int | None) -> str:
    if not done.lacking:
        return ""
    comma = phrase("list_comma", lang)
    rows = [
        (
            _lacks(one, done.draft, lang),
            phrase("backtest_asked_new", lang) if one.new else "",
            str(one.districts),
            percent(one.districts, done.districts),
            comma.join(one.criteria) or phrase("backtest_by_rule", lang),
        )
        for one in done.lacking
    ]
    names = ("lacks", "new", "lacking", "share", "asked_by")
    return f"{phrase('backtest_lacking', lang)}\n{table(rows, _columns(names, lang), width)}"


def _lacks(one: Lacking, ruleset: Ruleset, lang: Lang) -> str:
    vocabulary = ruleset.vocabulary
    name = fact_label(vocabulary, one.name, lang)
    if one.why is Why.ATTRIBUTE:
        name = attribute_label(vocabulary, one.name.removeprefix("subject."), lang)
    if one.years_back:
        key = "backtest_years_back" if one.years_back > 0 else "backtest_years_ahead"
        name = phrase(key, lang, name=name, count=abs(one.years_back))
    if one.why is Why.JUDGEMENT:
        criterion = ruleset.criterion(one.name)
        title = one.name if criterion is None else criterion.title.text(lang)
        return phrase("why_judgement", lang, name=title)
    return phrase("why_bound", lang, name=name) if one.why is Why.BOUND else name


def _near(done: Backtest, lang: Lang, width: int | None) -> str:
    wins, losses = Counter[str](), Counter[str]()
    for near in done.near:
        for level in near.levels:
            (losses if level["met"] else wins)[level["criterion"]] += 1
    rows = [
        (c.id, c.title.text(lang), str(wins[c.id]), str(losses[c.id]))
        for c in done.draft.criteria
        if wins[c.id] or losses[c.id]
    ]
    if not rows:
        return ""
    names = ("id", "criterion", "would_gain", "would_lose")
    return f"{phrase('backtest_near', lang)}\n{table(rows, _columns(names, lang), width)}"


# -- sweeps --------------------------------------------------------------------------------------


def _swept(one: Swept, done: Backtest, lang: Lang, width: int | None) -> str:
    """The first setting and each at which something changes, with shares of the districts."""
    tried, sweep = one.settings, one.sweep
    title = phrase(
        "backtest_sweep",
        lang,
        name=sweep.name,
        title=sweep.criterion.title.text(lang),
        text=_limit_now(sweep, done.draft),
        low=show_number(tried[0].limit),
        high=show_number(tried[-1].limit),
        count=len(tried),
    )
    outcomes = [o for o in Outcome if any(setting.outcomes[o] for setting in tried)]
    grades = _ordered(done.draft, (grade for setting in tried for grade in setting.grades))
    if done.draft.grade is None:
        grades = []
    rows = [
        (
            show_number(tried[place].limit),
            *(percent(tried[place].outcomes[o], done.districts) for o in outcomes),
            *(percent(tried[place].grades[g], done.districts) for g in grades),
            str(tried[place].moved),
        )
        for place in (0, *one.bites)
    ]
    head = [
        *_columns(("setting",), lang),
        *(outcome_label(done.draft, outcome, lang) for outcome in outcomes),
        *(between(done.draft, *grade, lang) for grade in grades),
        *_columns(("moved",), lang),
    ]
    return f"{title}\n{_hardest_bite(one, lang)}\n{table(rows, head, width)}"


def _limit_now(sweep: Sweep, ruleset: Ruleset) -> str:
    """The level as it is written, a parameter by its value."""

    def value(part: Expr) -> str | None:
        known = ruleset.parameters.get(part.name) if isinstance(part, Parameter) else None
        return None if known is None or known.value is None else show(known.value)

    condition = sweep.level.condition
    named = any(isinstance(part, Parameter) for part in walk(condition))
    return show_level(condition, value) if named else sweep.level.text


def _hardest_bite(one: Swept, lang: Lang) -> str:
    if not one.bites:
        return phrase("backtest_flat", lang)
    place = max(one.bites, key=lambda at: _apart(one.settings, at))
    return phrase(
        "backtest_bites",
        lang,
        before=show_number(one.settings[place - 1].limit),
        after=show_number(one.settings[place].limit),
        count=_apart(one.settings, place),
    )


def _apart(tried: Sequence[Setting], place: int) -> int:
    """How many outcomes are others than at the setting before."""
    return (tried[place].outcomes - tried[place - 1].outcomes).total()


# -- what could not be used ----------------------------------------------------------------------


def _unusable(done: Backtest, lang: Lang, width: int | None) -> str:
    """Every place that was not tried: this list is never cut."""
    if not done.unusable:
        return ""
    rows = []
    for one in done.unusable:
        found = errors(one.diagnostics)
        rest = phrase("and_faults", lang, count=len(found) - 1) if len(found) > 1 else ""
        first = found[0]
        rows.append((first.span.place, one.code, one.ruleset, first.message(lang) + rest))
    head = _columns(("place", "code", "ruleset", "message"), lang)
    title = phrase("batch_unusable", lang, count=len(done.unusable))
    return f"{title}\n{table(rows, head, width)}"


def _warnings(done: Backtest, lang: Lang) -> str:
    lines = [f"  {d.span.place}{phrase('colon', lang)}{d.message(lang)}" for d in done.warnings]
    return "\n".join([phrase("batch_remarks", lang), *lines]) if lines else ""
