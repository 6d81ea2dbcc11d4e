"""``dudao score``: outcomes, grade and findings of one or several sheets."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent

import click

from ..facts.sheet_reader import read_sheet
from ..facts.values import By
from ..language.diagnostics import (
    Diagnostic,
    EngineError,
    Related,
    RulesetError,
    Span,
    errors,
)
from ..language.loader import Loaded, load_ruleset
from ..language.model import Ruleset
from ..language.vocabulary import nearest
from ..locale import Lang, phrase
from ..reporting.result import EVERYTHING, failure_json, result_json
from ..scoring.assess import Assessment, assess
from ..scoring.gathering import needs_batch
from .common import (
    Exit,
    as_json,
    emit,
    format_option,
    lang_option,
    out_option,
    report,
    terminal_width,
)
from .usage import Misuse


@dataclass(frozen=True, slots=True)
class _Scored:
    """One sheet as it was given: its assessment, or why there is none."""

    name: str
    assessment: Assessment | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is kept of one sheet until all are printed; its assessment, a megabyte, is not."""

    exit: Exit
    text: str
    row: tuple[str, ...] | None


@click.command()
@click.argument("sheets", nargs=-1, required=False, metavar="SHEET...")
@click.option(
    "-r",
    "--ruleset",
    required=True,
    help="Ruleset: id@edition, an id that has one edition, or the path of a file or folder.",
)
@click.option(
    "--explain",
    is_flag=False,
    flag_value=EVERYTHING,
    default=None,
    metavar="[CRITERION]",
    help="Show the whole trace: of every criterion, or of one.",
)
@click.option(
    "--source",
    "view",
    type=click.Choice([str(by) for by in By]),
    help="Score what one source says alone (default: the most trusted for each fact).",
)
@click.option("--fail-below", metavar="GRADE", help="Exit with 10 when a grade is below this one.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day (YYYY-MM-DD) as of which the result holds; recorded in the JSON result.",
)
@format_option("table", "json")
@lang_option
@out_option
@click.pass_context
def score(
    ctx: click.Context,
    sheets: tuple[str, ...],
    ruleset: str,
    explain: str | None,
    view: str | None,
    fail_below: str | None,
    as_of: dt.datetime | None,
    form: str,
    lang: Lang,
    out: Path | None,
) -> None:
    """Score fact sheets (YAML or JSON) by a ruleset."""
    if explain is not None and explain != EVERYTHING and _is_sheet(explain):
        # `--explain sheet.yaml`: the word after the option was a sheet, not a criterion.
        sheets, explain = (explain, *sheets), EVERYTHING
    if not sheets:
        raise Misuse("no_sheet")
    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        _refuse(ctx, ruleset, error, form, lang, out)
        return
    alone = needs_batch(loaded.ruleset)
    if alone is not None:
        _refuse(ctx, ruleset, RulesetError([*loaded.diagnostics, alone]), form, lang, out)
    fail_below = check_options(loaded.ruleset, explain, fail_below)
    report(loaded.diagnostics, lang)
    source = By(view) if view else None
    day = as_of.date() if as_of is not None else None
    width = terminal_width(out)
    first: dict[tuple[str, int], Span] = {}
    done: list[_Shown] = []
    for sheet in sheets:
        one = _given_twice(_score(sheet, loaded.ruleset, source), first)
        report(one.diagnostics, lang)
        text = (
            _json(one, loaded, explain, day, lang)
            if form == "json"
            else _text(one, explain, lang, width)
        )
        done.append(_Shown(_exit_code(one, fail_below), text, _row(one, lang)))
    if form == "json":
        emit(_list_of([one.text for one in done]), out)
    else:
        blocks = [one.text for one in done]
        rows = [one.row for one in done if one.row is not None]
        if len(rows) > 1 and explain in (None, EVERYTHING):
            blocks.append(_summary(rows, loaded.ruleset, lang, width))
        emit("\n\n".join(blocks), out)
    codes = {one.exit for one in done}
    # The worst news first.
    worst = (Exit.UNUSABLE, Exit.BELOW, Exit.INCOMPLETE, Exit.DONE)
    ctx.exit(next(code for code in worst if code in codes))


def _score(sheet: str, ruleset: Ruleset, view: By | None) -> _Scored:
    try:
        read = read_sheet(Path(sheet), ruleset.vocabulary)
        assessment = assess(ruleset, read.sheet, view=view, diagnostics=read.diagnostics)
    except EngineError as error:
        return _Scored(sheet, None, error.diagnostics)
    return _Scored(sheet, assessment, assessment.diagnostics)


def _given_twice(one: _Scored, first: dict[tuple[str, int], Span]) -> _Scored:
    """Warn of a second sheet of one subject and year: which of the two holds?"""
    if one.assessment is None:
        return one
    sheet, here = one.assessment.sheet, Span(one.assessment.sheet.source)
    before = first.setdefault((sheet.subject.code, sheet.year), here)
    if before is here:
        return one
    warning = Diagnostic(
        code="sheet-given-twice",
        span=here,
        values={"code": sheet.subject.code, "year": sheet.year},
        related=(Related(before, "first_given_here"),),
    )
    every = (*one.assessment.diagnostics, warning)
    return _Scored(one.name, replace(one.assessment, diagnostics=every), every)


def _is_sheet(word: str) -> bool:
    return word.endswith((".yaml", ".yml", ".json")) or Path(word).exists()


def check_options(ruleset: Ruleset, explain: str | None, fail_below: str | None) -> str | None:
    """The grade that ``--fail-below`` means, by its name or its label.

    A criterion or grade that the ruleset does not have is a wrong use of the command.
    """
    if explain is not None and explain != EVERYTHING and ruleset.criterion(explain) is None:
        inside = [c.id for c in ruleset.criteria if c.domain == explain]
        if inside:
            raise Misuse("explain_domain", domain=explain, criteria=", ".join(inside))
        hint = nearest(explain, tuple(c.id for c in ruleset.criteria))
        key = "no_criterion_hint" if hint else "no_criterion"
        raise Misuse(key, ruleset=ruleset.name, criterion=explain, hint=hint)
    if fail_below is None:
        return None
    if ruleset.grade is None:
        raise Misuse("no_grades", ruleset=ruleset.name, grade=fail_below)
    scale = ruleset.grade.scale
    wanted = fail_below.casefold()
    for grade in scale:
        if wanted in (word.casefold() for word in (grade.id, grade.label.zh, grade.label.en)):
            return grade.id
    known = " ".join(grade.id for grade in scale)
    raise Misuse("no_such_grade", ruleset=ruleset.name, grade=fail_below, known=known)


def _refuse(
    ctx: click.Context,
    name: str,
    error: EngineError,
    form: str,
    lang: Lang,
    out: Path | None,
) -> None:
    """The ruleset cannot be used: say why, score nothing."""
    report(error.diagnostics, lang)
    if form == "json":
        emit(as_json(failure_json(name, error.diagnostics, lang)), out)
    count = len(errors(error.diagnostics))
    click.echo(phrase("unusable", lang, name=name, errors=count), err=True)
    ctx.exit(Exit.UNUSABLE)


def _json(
    one: _Scored, loaded: Loaded, explain: str | None, as_of: dt.date | None, lang: Lang
) -> str:
    """The result of one sheet; one that failed keeps its place among several."""
    if one.assessment is None:
        return as_json(failure_json(one.name, one.diagnostics, lang))
    found = result_json(
        one.assessment, lang, as_of=as_of, warnings=loaded.diagnostics, explained=explain
    )
    return as_json(found)


def _list_of(results: list[str]) -> str:
    """One object for one sheet, a list for several."""
    if len(results) == 1:
        return results[0]
    return "[\n" + ",\n".join(indent(result, "  ") for result in results) + "\n]"


def _text(one: _Scored, explain: str | None, lang: Lang, width: int | None) -> str:
    from ..reporting.terminal import assessment_table, criterion_page, explanation

    if one.assessment is None:
        count = len(errors(one.diagnostics))
        return phrase("unusable", lang, name=one.name, errors=count)
    if explain is not None and explain != EVERYTHING:
        return criterion_page(one.assessment, lang, explain, width)
    text = assessment_table(one.assessment, lang, width)
    if explain == EVERYTHING:
        text += "\n\n" + explanation(one.assessment, lang, width=width)
    return text


def _row(one: _Scored, lang: Lang) -> tuple[str, ...] | None:
    from ..reporting.terminal import summary_row

    return None if one.assessment is None else summary_row(one.assessment, lang)


def _summary(rows: list[tuple[str, ...]], ruleset: Ruleset, lang: Lang, width: int | None) -> str:
    from ..reporting.terminal import summary_table

    return summary_table(rows, ruleset, lang, width)


def _exit_code(one: _Scored, fail_below: str | None) -> Exit:
    if one.assessment is None:
        return Exit.UNUSABLE
    if fail_below is not None and _is_below(one.assessment, fail_below):
        return Exit.BELOW
    return Exit.DONE if one.assessment.complete else Exit.INCOMPLETE


def _is_below(assessment: Assessment, grade: str) -> bool:
    """Whether even the best grade still possible is below ``grade``; no grade at all is."""
    rule, found = assessment.ruleset.grade, assessment.grade
    if rule is None or found is None:
        return False
    return found.best is None or rule.rank(found.best) > rule.rank(grade)
