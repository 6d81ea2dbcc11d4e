"""Every shipped ruleset loads and lints without a diagnostic and passes its own cases."""

from functools import cache

import pytest

from engine.language.catalogue import Installed, installed
from engine.language.digest import used_facts
from engine.language.loader import load_file
from engine.workshop.cases import FILE
from engine.workshop.lint import lint
from engine.workshop.suite import read_suite
from engine.workshop.testing import SelfTest, try_ruleset

SHIPPED = installed()
by_name = pytest.mark.parametrize("entry", SHIPPED, ids=lambda e: e.name)


def test_the_named_rulesets_are_shipped() -> None:
    """The guard: the tests below look at something."""
    names = {entry.name for entry in SHIPPED}

    national = {"basic-balanced@2012", "quality-balanced@2017", "preschool-universal@2020"}
    assert {"changde-county-duty@2022", "yili-county-duty@2019", *national} <= names


@by_name
def test_loads_and_lints_clean(entry: Installed) -> None:
    """No error, no warning."""
    loaded = load_file(entry.path)

    assert not [d.code for d in (*loaded.diagnostics, *lint(loaded.ruleset))]


@by_name
def test_lies_in_the_folder_of_its_name(entry: Installed) -> None:
    """``rulesets/<id>/<edition>`` and what the file says agree; it has cases and a README."""
    ruleset = load_file(entry.path).ruleset

    assert (ruleset.id, ruleset.edition) == (entry.id, entry.edition)
    assert (entry.path.parent / FILE).is_file()
    assert (entry.path.parent / "README.md").stat().st_size > 500


@by_name
def test_every_criterion_says_where_it_comes_from(entry: Installed) -> None:
    """A citation with a place; what was not seen in an official text says what it rests on."""
    for criterion in load_file(entry.path).ruleset.criteria:
        assert criterion.citation.cite, criterion.id
        assert criterion.citation.place, criterion.id
        if not criterion.citation.seen:
            assert criterion.citation.note.zh, criterion.id
            assert criterion.citation.note.en, criterion.id


@cache
def tried(entry: Installed) -> SelfTest:
    """Its cases, and its mutants against them: asked about once for all tests."""
    return try_ruleset(load_file(entry.path).ruleset, read_suite(entry.path), mutate=True)


@by_name
def test_passes_its_own_cases_which_reach_everything(entry: Installed) -> None:
    """Each case comes out; every level, guard, side of a comparison and grade is reached."""
    tested = tried(entry)
    wrong = [
        f"{entry.name} {ran.name}: {m.what}: {m.expected} ≠ {m.found}"
        for ran in tested.failed
        for m in ran.mismatches
    ]

    assert tested.ran
    assert not wrong, "\n".join(wrong)
    assert tested.coverage is not None
    assert [goal.name for goal in tested.coverage.open] == []
    assert tested.diagnostics == ()


@by_name
def test_its_cases_notice_every_slip(entry: Installed) -> None:
    """At least 95 % of the mutants; the file says of each of the others why it may live."""
    mutation = tried(entry).mutation

    assert mutation is not None
    assert mutation.verdicts
    assert mutation.percent >= 95
    assert [verdict.mutant.name for verdict in mutation.survivors] == []


def test_shipped_rulesets_speak_of_many_facts() -> None:
    """The vocabulary is there to be used."""
    used = {name for e in SHIPPED for name in used_facts(load_file(e.path).ruleset)}

    assert len(used) >= 80
