"""``dudao score``: outcomes, grade and findings of one or several sheets."""

import datetime as dt
from pathlib import Path

import click

from ..facts.sheet_reader import read_sheet
from ..facts.values import By
from ..language.diagnostics import Diagnostic, EngineError, errors
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..language.vocabulary import nearest
from ..locale import Lang, phrase
from ..reporting.result import failure_json, result_json
from ..scoring.assess import Assessment, assess
from .common import Exit, as_json, emit, format_option, lang_option, out_option, report

EVERYTHING = "*"


@click.command()
@click.argument("sheets", nargs=-1, required=False, metavar="SHEET...")
@click.option("-r", "--ruleset", required=True, help="Ruleset: id@edition, or the path of one.")
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
    help="The day as of which the result holds; recorded in the result.",
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
        raise click.UsageError("SHEET is missing")
    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        _refuse(ctx, ruleset, error, form, lang, out)
        return
    _check_options(loaded.ruleset, explain, fail_below)
    report(loaded.diagnostics, lang)
    scored: list[Assessment] = []
    failed: dict[str, tuple[Diagnostic, ...]] = {}
    for sheet in sheets:
        try:
            read = read_sheet(Path(sheet), loaded.ruleset.vocabulary)
            scored.append(
                assess(
                    loaded.ruleset,
                    read.sheet,
                    view=By(view) if view else None,
                    diagnostics=read.diagnostics,
                )
            )
        except EngineError as error:
            failed[sheet] = error.diagnostics
            report(error.diagnostics, lang)
    day = as_of.date() if as_of is not None else None
    if form == "json":
        emit(_json(scored, failed, day, lang), out)
    else:
        emit(_text(scored, failed, explain, lang), out)
    ctx.exit(_exit_code(scored, failed, fail_below))


def _is_sheet(word: str) -> bool:
    return word.endswith((".yaml", ".yml", ".json")) or Path(word).exists()


def _check_options(ruleset: Ruleset, explain: str | None, fail_below: str | None) -> None:
    if explain is not None and explain != EVERYTHING and ruleset.criterion(explain) is None:
        hint = nearest(explain, tuple(c.id for c in ruleset.criteria))
        did_you_mean = f"; did you mean {hint}?" if hint else ""
        raise click.UsageError(f"{ruleset.name} has no criterion {explain}{did_you_mean}")
    if fail_below is not None:
        scale = [] if ruleset.grade is None else [grade.id for grade in ruleset.grade.scale]
        if fail_below not in scale:
            grades = " ".join(scale) or "-"
            raise click.UsageError(
                f"--fail-below {fail_below}: the grades of {ruleset.name} are {grades}"
            )


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
    scored: list[Assessment],
    failed: dict[str, tuple[Diagnostic, ...]],
    as_of: dt.date | None,
    lang: Lang,
) -> str:
    """One object for one sheet, a list for several; a sheet that failed is in the list as well."""
    results: list[object] = [
        {**result_json(a, lang), "as_of": as_of.isoformat() if as_of else None} for a in scored
    ]
    results += [failure_json(name, found, lang) for name, found in failed.items()]
    return as_json(results[0] if len(results) == 1 else results)


def _text(
    scored: list[Assessment],
    failed: dict[str, tuple[Diagnostic, ...]],
    explain: str | None,
    lang: Lang,
) -> str:
    from ..reporting.terminal import assessment_table, explanation, summary_table

    blocks = []
    for assessment in scored:
        report(assessment.diagnostics, lang)
        blocks.append(
            explanation(assessment, lang, explain)
            if explain is not None and explain != EVERYTHING
            else assessment_table(assessment, lang)
        )
        if explain == EVERYTHING:
            blocks.append(explanation(assessment, lang))
    if len(scored) > 1:
        blocks.append(summary_table(scored, lang))
    blocks += [
        phrase("unusable", lang, name=name, errors=len(errors(found)))
        for name, found in failed.items()
    ]
    return "\n\n".join(blocks)


def _exit_code(
    scored: list[Assessment], failed: dict[str, tuple[Diagnostic, ...]], fail_below: str | None
) -> Exit:
    """Unusable before below before incomplete: the worst news first."""
    if failed:
        return Exit.UNUSABLE
    if fail_below is not None and any(_is_below(a, fail_below) for a in scored):
        return Exit.BELOW
    if not all(a.complete for a in scored):
        return Exit.INCOMPLETE
    return Exit.DONE


def _is_below(assessment: Assessment, grade: str) -> bool:
    """Whether even the best grade still possible is below ``grade``."""
    rule, found = assessment.ruleset.grade, assessment.grade
    if rule is None or found is None or found.best is None:
        return False
    return rule.rank(found.best) > rule.rank(grade)
