"""The conformance suite: every case of ``tests/cases`` comes out exactly, by every evaluator."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from engine.language.diagnostics import EngineError
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.language.nodes import Entries, Node, parse, plain
from engine.language.reading import items, label, text
from engine.language.source import read_source
from engine.language.structure import schema
from engine.workshop.cases import Case, Mismatch, cases_of, run

from . import columns
from .support import codes

FOLDER = Path(__file__).parent / "cases"
FILES = tuple(sorted(FOLDER.glob("*.yaml")))
KINDS = range(1, 45)

Evaluator = Callable[[Case, Ruleset], tuple[Mismatch, ...]]


def evaluators() -> tuple[tuple[str, Evaluator], ...]:
    """Everything that must agree with the suite, by name."""
    return (("interpreter", run), ("columns", columns.evaluate))


@dataclass(frozen=True, slots=True)
class Suite:
    """One ruleset of a file with its cases, or with the errors for which it is refused."""

    name: str
    node: Entries
    vocabulary: str
    ruleset: str
    bases: tuple[str, ...]
    errors: tuple[str, ...]

    def write(self, root: Path) -> Path:
        """Write the documents where the loader finds them by name; the ruleset's own path."""
        _write(
            root / "vocabulary" / f"{_named('vocabulary', self.vocabulary)}.yaml", self.vocabulary
        )
        for document in (*self.bases, self.ruleset):
            name, edition = _named("ruleset", document), _named("edition", document)
            path = root / name / edition / "ruleset.yaml"
            _write(path, document)
        return path


def _write(path: Path, document: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document, encoding="utf-8")


def _named(key: str, document: str) -> str:
    found = re.search(rf'^{key}: "?([^"\n]+)"?$', document, re.MULTILINE)
    assert found is not None, f"no {key} in {document[:80]}"
    return found[1]


def read(path: Path) -> Entries:
    """A file of the suite as nodes, so that a mismatch is shown at its line."""
    source, faults = read_source(path)
    node, wrong = parse(source)
    assert not faults
    assert not wrong, wrong
    assert isinstance(node, Entries)
    return node


def suites(path: Path) -> Iterator[Suite]:
    """The main suite of a file, then the others."""
    file = read(path)
    for node in (file, *items(file.get("suites"))):
        assert isinstance(node, Entries)
        name = node.get("name") or file.get("title")
        yield Suite(
            name=label(name).text("en"),
            node=node,
            vocabulary=text(node.get("vocabulary") or file.get("vocabulary")),
            ruleset=text(node.get("ruleset")),
            bases=tuple(text(base) for base in items(node.get("bases"))),
            errors=tuple(sorted(text(code) for code in items(node.get("errors")))),
        )


def cases(suite: Suite, path: Path) -> tuple[Case, ...]:
    """The cases of a suite."""
    source, _ = read_source(path)
    return cases_of(suite.node, source)


def _validator() -> Any:
    own = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    tests = Resource.from_contents(dict(schema("tests")))
    registry: Registry[Any] = Registry().with_resource("urn:dudao:schema:tests:1", tests)
    return Draft202012Validator(own, registry=registry)


each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
each_evaluator = pytest.mark.parametrize(
    "evaluate", [e for _, e in evaluators()], ids=[name for name, _ in evaluators()]
)


def test_every_kind_of_computation_has_its_file() -> None:
    """The 44 kinds by number, and more than six hundred cases: the guard of the tests below."""
    kinds = {int(path.stem.partition("-")[0]): read(path) for path in FILES}
    numbered = {number: int(text(file.get("kind"))) for number, file in kinds.items()}
    count = sum(len(cases(s, path)) for path in FILES for s in suites(path) if not s.errors)

    assert len(FILES) == len(KINDS)
    assert numbered == {number: number for number in KINDS}
    assert count >= 600


def test_readme_lists_every_file() -> None:
    """Another implementation finds each kind in the README, by number and title."""
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [
        f"| {text(file.get('kind'))} | {label(file.get('title')).text('en')} | `{path.name}` |"
        for path in FILES
        for file in [read(path)]
    ]

    assert [row for row in rows if row not in readme] == []


@each_file
def test_file_is_written_as_its_schema_says(path: Path) -> None:
    """``tests/cases/schema.json`` is what another implementation reads the files by."""
    wrong = [
        f"{error.json_path}: {error.message}" for error in _validator().iter_errors(data(path))
    ]

    assert not wrong, "\n".join(wrong)


def data(path: Path) -> object:
    """The file as plain data."""
    node: Node = read(path)
    return plain(node)


@each_file
def test_every_case_expects_something(path: Path) -> None:
    """No case passes by saying nothing; no name is used twice in a file."""
    named = [case.name.text("en") for s in suites(path) for case in cases(s, path)]

    assert named
    assert len(named) == len(set(named))
    assert all(len(case.expect.entries) for s in suites(path) for case in cases(s, path))


@each_evaluator
@each_file
def test_cases_come_out(path: Path, evaluate: Evaluator, tmp_path: Path) -> None:
    """Each case gives exactly what it says."""
    wrong = []
    for position, suite in enumerate(suites(path)):
        if suite.errors:
            continue
        ruleset = load_file(suite.write(tmp_path / str(position))).ruleset
        for case in cases(suite, path):
            for m in evaluate(case, ruleset):
                place = f"{path.name}:{m.span.line}: {case.name.text('en')}"
                wrong.append(f"{place}: {m.what}: expected {m.expected}, found {m.found}")

    assert not wrong, "\n".join(wrong)


@each_file
def test_faulty_rulesets_are_refused(path: Path, tmp_path: Path) -> None:
    """A ruleset with a typical mistake is refused for exactly that mistake."""
    for position, suite in enumerate(suites(path)):
        if not suite.errors:
            continue
        with pytest.raises(EngineError) as refused:
            load_file(suite.write(tmp_path / str(position)))

        assert tuple(sorted(set(codes(refused.value)))) == suite.errors, suite.name
