"""Files as text with positions: nothing is guessed, nothing is hidden, everything has its place."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Diagnostic, Source, Span
from engine.language.nodes import Entries, Items, Node, Text, parse, plain


def nodes(text: str) -> Node:
    node, faults = parse(Source("file.yaml", text))
    assert node is not None
    assert [fault.code for fault in faults] == []
    return node


def faults(text: str) -> list[Diagnostic]:
    return parse(Source("file.yaml", text))[1]


def entry(text: str, key: str) -> Text:
    node = nodes(text)
    assert isinstance(node, Entries)
    value = node.get(key)
    assert isinstance(value, Text)
    return value


def place(span: Span) -> tuple[int, int, int, int]:
    return (span.line, span.column, span.end_line, span.end_column)


@pytest.mark.parametrize(
    "written",
    [
        *("1:19", "12:30", "no", "yes", "on", "0123", "0x1F", "1_000", "1e5", "1.0e3", "~x"),
        *("2022-05-26", ".inf", "-.inf", ".nan", "NaN", "1,234", "８０", "+5", ".5", "5."),
    ],
)
def test_what_looks_like_something_else_stays_text(written: str) -> None:
    """``1:19`` is not 79, ``no`` is not false, ``0123`` is not 83: no YAML 1.1 surprises."""
    assert entry(f"value: {written}\n", "value").value == written
    assert plain(nodes(f"value: {written}\n")) == {"value": written}


@pytest.mark.parametrize(
    ("written", "value"),
    [("5", 5), ("-5", -5), ("0", 0), ("true", True), ("false", False), ("null", None), ("~", None)],
)
def test_plain_scalars_for_the_schema(written: str, value: object) -> None:
    """Whole numbers, true, false and null are what JSON has too; quoted, they are text."""
    assert plain(nodes(f"value: {written}\n")) == {"value": value}
    assert plain(nodes(f'value: "{written}"\n')) == {"value": written}


def test_decimals_are_exact() -> None:
    """0.1 is a tenth, not the float beside it."""
    assert str(plain(nodes("- 0.1\n"))) == "[Decimal('0.1')]"


def test_a_repeated_key_names_both_places() -> None:
    """The later value must not win in silence."""
    (fault,) = faults("a: 1\n名称: 2\na: 3\n")
    assert fault.code == "duplicate-key"
    assert place(fault.span) == (3, 1, 3, 2)
    assert [place(related.span) for related in fault.related] == [(1, 1, 1, 2)]


def test_a_repeated_key_keeps_the_rest_readable() -> None:
    """The other entries are still there to be checked."""
    node, found = parse(Source("file.yaml", "a: 1\na: 2\nb: 3\n"))
    assert len(found) == 1
    assert node is not None
    assert plain(node) == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("a: &x 1\n", ["yaml-anchor"]),
        ("a: &x 1\nb: *x\n", ["yaml-anchor"]),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", ["yaml-anchor"]),
        ("a: !!str 1\n", ["yaml-tag"]),
        ("a: !!python/object:os.system x\n", ["yaml-tag"]),
        ("a: !own x\n", ["yaml-tag"]),
        ("!!set {a, b}\n", ["yaml-tag"]),
        ("a: 1\n---\nb: 2\n", ["several-documents"]),
        ("? [a, b]\n: 1\n", ["key-not-text"]),
        ("{{a: 1}: 2}\n", ["key-not-text"]),
        ("# only a comment\n", ["empty-file"]),
        ("a:\n\t- 1\n", ["yaml-syntax"]),
        ("a: [1, 2\n", ["yaml-syntax"]),
        ("a: 1\n  b: 2\n", ["yaml-syntax"]),
        ('a: "open\n', ["yaml-syntax"]),
        ("a: >= 50%\n", ["yaml-syntax"]),
        ("a: @x\n", ["yaml-syntax"]),
    ],
)
def test_what_is_refused(text: str, codes: list[str]) -> None:
    """Anchors, merge keys, tags, further documents, keys that are not text, broken YAML."""
    assert [fault.code for fault in faults(text)] == codes


def test_merge_keys_have_no_meaning_of_their_own() -> None:
    """``<<`` is a key like any other, which no schema knows."""
    assert plain(nodes("a:\n  <<: {b: 1}\n")) == {"a": {"<<": {"b": 1}}}


def test_a_yaml_fault_speaks_the_language_of_the_reader() -> None:
    """The most usual slip of authors is named in Chinese, with its place."""
    (fault,) = faults("fully: >= 50%\n")
    assert (fault.span.line, fault.span.column) == (1, 9)
    assert "加引号" in fault.message("zh")
    assert "quotes" in fault.message("en")


def test_json_is_read_too() -> None:
    """The same sheet as JSON gives the same nodes, with places."""
    data = {"subject": {"code": "430703"}, "facts": {"a.b": [1, "１：１９", None, True]}}
    text = json.dumps(data, ensure_ascii=False, indent=1)
    assert plain(nodes(text)) == data
    node = nodes('{"a": {"b": "x"}}')
    assert isinstance(node, Entries)
    inner = node.get("a")
    assert isinstance(inner, Entries)
    assert place(inner.span) == (1, 7, 1, 17)


def test_positions_count_characters_not_bytes() -> None:
    """Chinese before a value does not shift its column."""
    value = entry("标题名称: 公办园占比\n", "标题名称")
    assert place(value.span) == (1, 7, 1, 12)
    beyond = entry("表情: 🏫 学校\n", "表情")
    assert place(beyond.span) == (1, 5, 1, 9)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: 公办园 占比\n", (1, 8, 1, 10)),
        ('a: "公办园 占比"\n', (1, 9, 1, 11)),
        ("a: '公办园 占比'\n", (1, 9, 1, 11)),
        # Escapes and folding move the characters: then the whole scalar is shown.
        ('a: "公办园\\u0020占比"\n', (1, 4, 1, 17)),
        ("a: |\n  公办园 占比\n", (1, 4, 3, 1)),
        ("a: 公办园\n  占比\n", (1, 4, 2, 5)),
    ],
)
def test_a_part_of_a_scalar_has_its_own_place(text: str, part: tuple[int, int, int, int]) -> None:
    """A fault inside an expression is shown at its character where the writing tells it."""
    value = entry(text, "a")
    assert place(value.part(4, 6)) == part


@given(
    st.recursive(
        st.text(max_size=5) | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=12,
    )
)
def test_any_json_document_is_read_as_it_is(data: object) -> None:
    """JSON is YAML: whatever a program writes is read back, large whole numbers as text."""
    text = json.dumps(data)
    node, found = parse(Source("file.json", text))
    assert found == []
    assert node is not None
    assert plain(node) == _as_read(data)


def _as_read(data: object) -> object:
    match data:
        case dict():
            return {key: _as_read(value) for key, value in data.items()}
        case list():
            return [_as_read(item) for item in data]
        case int() if not isinstance(data, bool) and abs(data) >= 10**18:
            return str(data)
        case _:
            return data


@given(st.text(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%@` \n\t", max_size=30))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    """Every text gives nodes or faults, and every fault has words and a place in the text."""
    source = Source("file.yaml", text)
    node, found = parse(source)
    assert node is not None or found
    lines = text.count("\n") + 2
    for fault in found:
        assert fault.message("zh")
        assert 0 <= fault.span.line <= lines


def test_the_span_of_a_list_covers_it() -> None:
    """From its first dash to behind its last item."""
    node = nodes("a:\n- 1\n- 2\nb: 3\n")
    assert isinstance(node, Entries)
    items = node.get("a")
    assert isinstance(items, Items)
    assert (items.span.line, items.span.column) == (2, 1)
    assert [place(item.span) for item in items.items] == [(2, 3, 2, 4), (3, 3, 3, 4)]
