"""``dudao score``: outcomes, grade and findings of one or several sheets."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import click

from ..facts.sheet_reader import read_sheet
from ..facts.values import By
from ..language.diagnostics import Diagnostic, EngineError, Related, Span, errors
from ..language.loader import Loaded, load_ruleset
from ..language.model import Ruleset
from ..language.vocabulary import nearest
from ..locale import Lang, phrase
from ..reporting.result import EVERYTHING, failure_json, result_json
from ..scoring.assess import Assessment, assess
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
    fail_below = check_options(loaded.ruleset, explain, fail_below)
    report(loaded.diagnostics, lang)
    source = By(view) if view else None
    scored = _given_twice(tuple(_score(sheet, loaded.ruleset, source) for sheet in sheets))
    for one in scored:
        report(one.diagnostics, lang)
    day = as_of.date() if as_of is not None else None
    if form == "json":
        emit(_json(scored, loaded, explain, day, lang), out)
    else:
        emit(_text(scored, explain, lang, terminal_width(out)), out)
    ctx.exit(_exit_code(scored, fail_below))


def _score(sheet: str, ruleset: Ruleset, view: By | None) -> _Scored:
    try:
        read = read_sheet(Path(sheet), ruleset.vocabulary)
        assessment = assess(ruleset, read.sheet, view=view, diagnostics=read.diagnostics)
    except EngineError as error:
        return _Scored(sheet, None, error.diagnostics)
    return _Scored(sheet, assessment, assessment.diagnostics)


def _given_twice(scored: tuple[_Scored, ...]) -> tuple[_Scored, ...]:
    """Warn of a second sheet of one subject and year: which of the two holds?"""
    first: dict[tuple[str, int], Span] = {}
    told = []
    for one in scored:
        found = one.assessment
        if found is not None:
            sheet, here = found.sheet, Span(found.sheet.source)
            before = first.setdefault((sheet.subject.code, sheet.year), here)
            if before is not here:
                warning = Diagnostic(
                    code="sheet-given-twice",
                    span=here,
                    values={"code": sheet.subject.code, "year": sheet.year},
                    related=(Related(before, "first_given_here"),),
                )
                every = (*found.diagnostics, warning)
                one = _Scored(one.name, replace(found, diagnostics=every), every)
        told.append(one)
    return tuple(told)


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
    scored: tuple[_Scored, ...],
    loaded: Loaded,
    explain: str | None,
    as_of: dt.date | None,
    lang: Lang,
) -> str:
    """One object for one sheet, a list for several; one that failed keeps its place in the list."""
    results = [
        failure_json(one.name, one.diagnostics, lang)
        if one.assessment is None
        else result_json(
            one.assessment, lang, as_of=as_of, warnings=loaded.diagnostics, explained=explain
        )
        for one in scored
    ]
    return as_json(results[0] if len(results) == 1 else results)


def _text(scored: tuple[_Scored, ...], explain: str | None, lang: Lang, width: int | None) -> str:
    from ..reporting.terminal import assessment_table, criterion_page, explanation, summary_table

    blocks = []
    for one in scored:
        if one.assessment is None:
            count = len(errors(one.diagnostics))
            blocks.append(phrase("unusable", lang, name=one.name, errors=count))
        elif explain is not None and explain != EVERYTHING:
            blocks.append(criterion_page(one.assessment, lang, explain, width))
        else:
            blocks.append(assessment_table(one.assessment, lang, width))
            if explain == EVERYTHING:
                blocks.append(explanation(one.assessment, lang, width=width))
    assessments = [one.assessment for one in scored if one.assessment is not None]
    if len(assessments) > 1 and explain in (None, EVERYTHING):
        blocks.append(summary_table(assessments, lang, width))
    return "\n\n".join(blocks)


def _exit_code(scored: tuple[_Scored, ...], fail_below: str | None) -> Exit:
    """Unusable before below before incomplete: the worst news first."""
    assessments = [one.assessment for one in scored if one.assessment is not None]
    if len(assessments) < len(scored):
        return Exit.UNUSABLE
    if fail_below is not None and any(_is_below(a, fail_below) for a in assessments):
        return Exit.BELOW
    if not all(assessment.complete for assessment in assessments):
        return Exit.INCOMPLETE
    return Exit.DONE


def _is_below(assessment: Assessment, grade: str) -> bool:
    """Whether even the best grade still possible is below ``grade``; no grade at all is."""
    rule, found = assessment.ruleset.grade, assessment.grade
    if rule is None or found is None:
        return False
    return found.best is None or rule.rank(found.best) > rule.rank(grade)
