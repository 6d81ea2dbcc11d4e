"""What `dudao test` found, for programs: JSON, and JUnit XML for continuous integration."""

import xml.etree.ElementTree as Xml
from typing import Any

from ..language.diagnostics import visible
from ..locale import Lang
from ..workshop.cases import Tried
from ..workshop.coverage import Coverage, GoalKind
from ..workshop.hints import Hint
from ..workshop.killing import Mutation, Verdict
from ..workshop.testing import SelfTest
from .result import diagnostic_json
from .self_test_page import refusal_line


def self_test_json(tested: SelfTest, lang: Lang) -> dict[str, Any]:
    """Everything that was found; percentages are exact."""
    return {
        "format": 1,
        "ruleset": tested.ruleset.name,
        "cases": [_case(tried, lang) for tried in tested.ran],
        "failed": len(tested.failed),
        "coverage": None if tested.coverage is None else _coverage(tested.coverage),
        "mutation": None if tested.mutation is None else _mutation(tested),
        "diagnostics": [diagnostic_json(d, lang) for d in tested.diagnostics],
    }


def _case(tried: Tried, lang: Lang) -> dict[str, Any]:
    return {
        "name": tried.case.name.text(lang),
        "at": tried.case.span.place,
        "passed": not tried.mismatches,
        "mismatches": [
            {"what": m.what, "expected": m.expected, "found": m.found, "at": m.span.place}
            for m in tried.mismatches
        ],
        "refused": [diagnostic_json(d, lang) for d in tried.refusals],
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "percent": str(coverage.percent),
        "kinds": {
            str(kind): dict(zip(("reached", "of"), coverage.of(kind), strict=True))
            for kind in GoalKind
        },
        "open": [{"goal": goal.name, "at": goal.span.place} for goal in coverage.open],
        "justified": [
            goal.name
            for goal in coverage.goals
            if goal.name not in coverage.reached and coverage.excused(goal)
        ],
        "inherited": coverage.inherited,
    }


def _mutation(tested: SelfTest) -> dict[str, Any]:
    mutation = tested.mutation
    assert mutation is not None
    survivors = zip(mutation.survivors, tested.hints, strict=True)
    return {
        "percent": str(mutation.percent),
        "mutants": len(mutation.verdicts),
        "killed": mutation.killed,
        "survivors": [_survivor(verdict, hint) for verdict, hint in survivors],
        "justified": [verdict.mutant.name for verdict in mutation.justified],
    }


def _survivor(verdict: Verdict, hint: Hint | None) -> dict[str, Any]:
    mutant = verdict.mutant
    return {
        "mutant": mutant.name,
        "at": mutant.span.place,
        "before": f"{mutant.key}: {mutant.before}",
        "after": f"{mutant.key}: {mutant.after}" if mutant.after else None,
        "killed_by": None
        if hint is None
        else {"base": hint.base, "facts": hint.facts or None, "expect": hint.expect},
    }


def self_test_junit(tested: SelfTest, lang: Lang) -> str:
    """Cases as tests; a goal that is not reached and a mutant that survives are skipped tests."""
    root = Xml.Element("testsuites", name=tested.ruleset.name)
    suite = _suite(root, "cases", len(tested.ran), failures=len(tested.failed))
    for tried in tested.ran:
        case = _test(suite, "cases", tried.case.name.text(lang))
        if tried.mismatches:
            lines = [f"{m.what}: {m.expected} ≠ {m.found}" for m in tried.mismatches]
            lines += [refusal_line(refusal, lang) for refusal in tried.refusals]
            failure = Xml.SubElement(case, "failure", message=visible(lines[0]))
            failure.text = visible("\n".join((tried.case.span.place, *lines)))
    if tested.coverage is not None:
        _coverage_suite(root, tested.coverage)
    if tested.mutation is not None:
        _mutation_suite(root, tested.mutation)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _coverage_suite(root: Xml.Element, coverage: Coverage) -> None:
    counted, missed = coverage.counted, {goal.name for goal in coverage.open}
    suite = _suite(root, "coverage", len(counted), skipped=len(missed))
    for goal in counted:
        case = _test(suite, "coverage", goal.name)
        if goal.name in missed:
            Xml.SubElement(case, "skipped", message=goal.span.place)


def _mutation_suite(root: Xml.Element, mutation: Mutation) -> None:
    alive = mutation.survivors
    suite = _suite(root, "mutants", len(mutation.verdicts), skipped=len(alive))
    for verdict in mutation.verdicts:
        case = _test(suite, "mutants", verdict.mutant.name)
        if verdict.survives:
            Xml.SubElement(case, "skipped", message=verdict.mutant.span.place)


def _suite(
    root: Xml.Element, name: str, tests: int, *, failures: int = 0, skipped: int = 0
) -> Xml.Element:
    counts = {"tests": str(tests), "failures": str(failures), "skipped": str(skipped)}
    return Xml.SubElement(root, "testsuite", {"name": name, **counts})


def _test(suite: Xml.Element, group: str, name: str) -> Xml.Element:
    return Xml.SubElement(suite, "testcase", classname=group, name=visible(name))
