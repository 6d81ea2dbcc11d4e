"""``dudao check``: does a ruleset load, is anything about it doubtful, what is proved of it."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ..language.diagnostics import Diagnostic, EngineError, Severity, errors, in_order
from ..language.loader import load_ruleset
from ..language.model import Ruleset
from ..locale import Lang, phrase
from ..reporting.proofs_page import proofs_json, proofs_text
from ..reporting.result import diagnostic_json
from ..reporting.sarif import sarif
from ..workshop.lint import lint
from ..workshop.proofs import Answer, Proof, Proofs
from ..workshop.verify import available, prove
from ..workshop.witnesses import witness_yaml
from .common import Exit, as_json, emit, format_option, lang_option, out_option, report


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about a ruleset; no proofs where none were asked for or possible."""

    name: str
    count: int
    diagnostics: tuple[Diagnostic, ...]
    usable: bool
    proofs: Proofs | None = None
    skipped: bool = False

    @property
    def exit_code(self) -> Exit:
        """Unusable, a failed proof, something not known, or done."""
        if not self.usable:
            return Exit.UNUSABLE
        if self.proofs is not None and self.proofs.failed:
            return Exit.BELOW
        unknown = self.proofs is not None and self.proofs.counts[Answer.UNKNOWN]
        return Exit.INCOMPLETE if unknown or self.skipped else Exit.DONE


@click.command()
@click.argument("ruleset")
@format_option("text", "json", "sarif")
@click.option("--no-proof", is_flag=True, help="Only load and lint.")
@click.option(
    "--save-witness",
    "witnesses",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write each counterexample, and a sheet for each grade, into this folder.",
)
@lang_option
@out_option
@click.pass_context
def check(
    ctx: click.Context,
    ruleset: str,
    form: str,
    no_proof: bool,
    witnesses: Path | None,
    lang: Lang,
    out: Path | None,
) -> None:
    """Load, lint and prove a ruleset: every fault at once, each with its place.

    \b
    Exit codes: 0 all proved, 3 unusable, 4 something is not known (a question that
    could not be decided, or no solver installed), 10 a failed proof.
    """
    try:
        loaded = load_ruleset(ruleset)
    except EngineError as error:
        checked = Checked(ruleset, 0, error.diagnostics, usable=False)
    else:
        checked = _checked(loaded.ruleset, loaded.diagnostics, no_proof=no_proof)
    against, examples = _save(checked, witnesses, lang) if witnesses is not None else (0, 0)
    if form == "json":
        emit(as_json(_json(checked, lang)), out)
    elif form == "sarif":
        emit(as_json(sarif(checked.diagnostics, lang)), out)
    else:
        report(checked.diagnostics, lang)
        emit(_text(checked, lang), out)
    if checked.skipped:
        click.echo(phrase("proofs_skipped", lang), err=True)
    if witnesses is not None:
        click.echo(phrase("proofs_saved", lang, count=against, folder=witnesses), err=True)
        if examples:
            told = phrase("proofs_sheets_saved", lang, count=examples, folder=witnesses)
            click.echo(told, err=True)
    ctx.exit(checked.exit_code)


def _checked(ruleset: Ruleset, loaded: Iterable[Diagnostic], *, no_proof: bool) -> Checked:
    found = [*loaded, *lint(ruleset)]
    usable = not errors(found)
    proofs = None
    skipped = usable and not no_proof and not available()
    if usable and not no_proof and not skipped:
        proofs = proved(ruleset)
        found += proofs.findings
    return Checked(ruleset.name, len(ruleset.criteria), in_order(found), usable, proofs, skipped)


def proved(ruleset: Ruleset) -> Proofs:
    """Prove, with a bar while somebody watches."""
    if not sys.stderr.isatty():
        return prove(ruleset)
    with click.progressbar(length=len(ruleset.criteria) + 1, file=sys.stderr) as bar:
        return prove(ruleset, lambda _: bar.update(1))


def _save(checked: Checked, folder: Path, lang: Lang) -> tuple[int, int]:
    """Counterexamples, one sheet each or two that differ in one thing; then a sheet a grade."""
    if checked.proofs is None:
        return 0, 0
    against = examples = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for proof in checked.proofs.proofs:
            if proof.witness is None:
                continue
            for number, sheet in enumerate(proof.witness.sheets, 1):
                mark = f"-{number}" if len(proof.witness.sheets) > 1 else ""
                path = folder / f"{proof.witness.name}{mark}.yaml"
                head = _head(proof, proof.witness.results[number - 1], lang)
                path.write_text(witness_yaml(sheet, head), encoding="utf-8", newline="\n")
                against += proof.finding is not None
                examples += proof.finding is None
    except OSError as error:
        raise click.UsageError(f"--save-witness {folder}: {error.strerror or error}") from None
    return against, examples


def _head(proof: Proof, result: str, lang: Lang) -> tuple[str, ...]:
    """The comments above a saved sheet: what it shows."""
    if proof.finding is not None:
        return proof.finding.message(lang), result
    text = "" if proof.witness is None else proof.witness.text.text(lang)
    return (phrase("proofs_example", lang, grade=result, text=text),)


def _json(checked: Checked, lang: Lang) -> dict[str, Any]:
    data: dict[str, Any] = {
        "format": 1,
        "ruleset": checked.name,
        "usable": checked.usable,
        "criteria": checked.count,
        "diagnostics": [diagnostic_json(d, lang) for d in checked.diagnostics],
    }
    if checked.proofs is not None:
        data["proofs"] = proofs_json(checked.proofs)
    elif checked.skipped:
        data["proofs"] = None
    return data


def _text(checked: Checked, lang: Lang) -> str:
    wrong = errors(checked.diagnostics)
    warnings = sum(d.severity is Severity.WARNING for d in checked.diagnostics)
    if not checked.usable:
        key = "check_failed"
    elif wrong:
        key = "check_refuted"
    else:
        key = "check_warned" if warnings else "check_clean"
    line = phrase(
        key, lang, name=checked.name, count=checked.count, errors=len(wrong), warnings=warnings
    )
    if checked.proofs is None:
        return line
    return f"{line}\n{proofs_text(checked.proofs, lang)}"
