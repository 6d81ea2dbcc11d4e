"""The quick check of structure gives the answer that jsonschema gives, on anything."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from engine.language.conformity import conformity
from engine.language.diagnostics import Source
from engine.language.nodes import parse, plain
from engine.language.structure import schema, validate
from tests.support import DATA, ROOT

NAMES = ("ruleset", "parameters", "vocabulary", "sheet", "tests")
SCENARIOS = ROOT / "tests" / "scenarios"


def read(path: Path) -> Any:
    node, faults = parse(Source(str(path), path.read_text(encoding="utf-8")))
    assert node is not None
    assert not faults
    return plain(node)


VALID = {
    "vocabulary": [read(DATA / "small.yaml")],
    "parameters": [read(ROOT / "rulesets" / "parameters" / "national.yaml")],
    "ruleset": [read(path) for path in sorted(SCENARIOS.glob("*/ruleset.yaml"))],
    "sheet": [read(path) for path in sorted(SCENARIOS.glob("*/sheet.yaml"))],
}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([Decimal("0.5"), Decimal("1.0"), "", "A", "x y", "2026", "fully_met"]),
)
WORDS = ("format", "subject", "facts", "year", "id", "title", "source", "no such key", "1")
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a document."""
    inner: list[tuple[Any, ...]] = []
    if isinstance(data, dict):
        inner = [p for key, value in data.items() for p in places(value, (*path, key))]
    if isinstance(data, list):
        inner = [p for n, value in enumerate(data) for p in places(value, (*path, n))]
    return [path, *inner]


def changed(data: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The document with another part at a place."""
    if not path:
        return new
    head, *rest = path
    if isinstance(data, dict):
        return {k: changed(v, tuple(rest), new) if k == head else v for k, v in data.items()}
    return [changed(v, tuple(rest), new) if n == head else v for n, v in enumerate(data)]


def agree(name: str, data: Any) -> bool:
    quick = conformity(schema(name))(data)
    assert quick is Draft202012Validator(dict(schema(name))).is_valid(data)
    return quick


@pytest.mark.parametrize("name", VALID)
def test_valid_documents_conform(name: str) -> None:
    """What is valid is found so at once, without jsonschema."""
    assert VALID[name]
    assert all(agree(name, data) for data in VALID[name])


@given(name=st.sampled_from(sorted(VALID)), data=st.data())
def test_a_changed_document_gets_the_same_answer(name: str, data: st.DataObject) -> None:
    """A valid document with any part replaced by anything: both checks agree."""
    document = data.draw(st.sampled_from(VALID[name]))
    path = data.draw(st.sampled_from(places(document)))
    agree(name, changed(document, path, data.draw(ANYTHING)))


@given(name=st.sampled_from(NAMES), data=ANYTHING)
@example(name="sheet", data={"subject": {"code": True}, "year": 2022})
@example(name="sheet", data={"subject": {"code": "1"}, "year": True})
@example(name="sheet", data={"subject": {"code": "1"}, "year": 2022, "format": Decimal("1.0")})
@example(name="sheet", data={"subject": {"code": "1"}, "year": 2022, "format": True})
def test_anything_gets_the_same_answer(name: str, data: Any) -> None:
    """Both checks agree on documents that are nothing like it."""
    agree(name, data)


def test_an_unknown_keyword_is_left_to_jsonschema() -> None:
    """A keyword that the quick check does not know never makes it say yes."""
    assert conformity({"type": "string"})("x")
    assert not conformity({"type": "string", "format": "date"})("2026-01-01")


def test_a_valid_sheet_has_no_diagnostics() -> None:
    """The two together: nothing to say of a valid file, something of an invalid one."""
    text = "subject: {code: 1}\nyear: 2022\n"
    good, _ = parse(Source("a.yaml", text))
    bad, _ = parse(Source("a.yaml", text + "no_such: 1\n"))
    assert good is not None
    assert bad is not None
    assert validate(good, "sheet") == []
    assert [d.code for d in validate(bad, "sheet")] == ["unknown-key"]
