"""What `dudao test` found, for a person: failed cases, what is not reached, which slips survive."""

from collections.abc import Iterator
from fractions import Fraction

from ..language.diagnostics import Diagnostic
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..workshop.cases import Tried
from ..workshop.coverage import Coverage, GoalKind
from ..workshop.hints import Hint
from ..workshop.killing import Mutation, Verdict
from ..workshop.suggestions import Suggestion
from ..workshop.testing import SelfTest


def self_test_page(tested: SelfTest, lang: Lang) -> str:
    """The whole report, worst first."""
    failed = tested.failed
    lines = [
        phrase(
            "tests_cases_failed" if failed else "tests_cases",
            lang,
            name=tested.ruleset.name,
            count=len(tested.ran),
            failed=len(failed),
        )
    ]
    for tried in failed:
        lines += _failed(tried, lang)
    if tested.coverage is not None:
        lines += _coverage(tested.coverage, lang)
    if tested.mutation is not None:
        lines += _mutation(tested.mutation, tested.hints, lang)
    return "\n".join(lines)


def _failed(tried: Tried, lang: Lang) -> Iterator[str]:
    yield f"  {tried.case.span.place}  {tried.case.name.text(lang)}"
    for wrong in tried.mismatches:
        yield "    " + phrase(
            "tests_mismatch",
            lang,
            what=wrong.what,
            expected=wrong.expected or "—",
            found=wrong.found or "—",
        )
    for refusal in tried.refusals:
        yield "    " + refusal_line(refusal, lang)


def refusal_line(refusal: Diagnostic, lang: Lang) -> str:
    """Why the facts of a case were refused, in one line: place, words, advice."""
    advice = refusal.advice(lang)
    said = f"{refusal.span.place}{phrase('colon', lang)}{refusal.message(lang)}"
    return said + (phrase("bracket", lang, text=advice) if advice else "")


def _coverage(coverage: Coverage, lang: Lang) -> Iterator[str]:
    reached, whole = len(coverage.counted) - len(coverage.open), len(coverage.counted)
    yield phrase(
        "tests_coverage", lang, percent=per_cent(coverage.percent), reached=reached, whole=whole
    )
    parts = []
    for kind in GoalKind:
        got, all_of_kind = coverage.of(kind)
        if all_of_kind:
            parts.append(f"{phrase(f'goal_{kind}', lang)} {got}/{all_of_kind}")
    if parts:
        yield "  " + phrase("tests_between", lang).join(parts)
    if coverage.inherited:
        yield "  " + phrase("tests_inherited", lang, count=coverage.inherited)
    excused = [g for g in coverage.goals if g.name not in coverage.reached and coverage.excused(g)]
    if excused:
        yield "  " + phrase("tests_excused", lang, count=len(excused))
    for goal in coverage.open:
        yield "  " + phrase("tests_open", lang, name=goal.name, place=goal.span.place)


def _mutation(mutation: Mutation, hints: tuple[Hint | None, ...], lang: Lang) -> Iterator[str]:
    yield phrase(
        "tests_mutation",
        lang,
        percent=per_cent(mutation.percent),
        killed=mutation.killed,
        whole=len(mutation.verdicts),
    )
    if mutation.justified:
        yield "  " + phrase("tests_justified", lang, count=len(mutation.justified))
    for verdict, hint in zip(mutation.survivors, hints, strict=True):
        yield from _survivor(verdict, hint, lang)


def _survivor(verdict: Verdict, hint: Hint | None, lang: Lang) -> Iterator[str]:
    mutant = verdict.mutant
    yield f"  {mutant.span.place}  " + phrase("tests_survivor", lang, name=mutant.name)
    yield f"    - {mutant.key}: {mutant.before}"
    if mutant.after:
        yield f"    + {mutant.key}: {mutant.after}"
    if hint is None:
        yield "    " + phrase("tests_no_hint", lang)
    elif hint.facts:
        yield "    " + phrase("tests_hint_case", lang)
        yield f"      base: {hint.base}"
        yield f"      facts: {hint.facts}"
        yield f"      expect: {hint.expect}"
    else:
        yield "    " + phrase("tests_hint_expect", lang, base=hint.base, expect=hint.expect)


def suggestions_page(suggestions: tuple[Suggestion, ...], text: str, lang: Lang) -> str:
    """The cases that could be added, as they would be written."""
    if not suggestions:
        return phrase("suggest_none", lang)
    return "\n".join((phrase("suggest_head", lang, count=len(suggestions)), text.rstrip("\n")))


def per_cent(value: Fraction) -> str:
    """A percentage with one decimal, cut so that 100 % is said only when nothing is left."""
    tenths = value * 10
    return f"{decimal_text(Fraction(tenths.numerator // tenths.denominator, 10), 1)}%"
