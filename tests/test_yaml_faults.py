"""A broken YAML text is blamed on the line that is broken, in words of both languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Source
from engine.language.nodes import parse
from engine.locale import LANGS

SHEET = """\
subject: {code: "430703", name: 某区}
year: 2022
facts:
  children.all: 16090
  plan.name: "规划"
  money.spending: {2020: 1 万元, 2021: 2 万元}
evidence:
  - 附件一
"""


def complaint(text: str) -> tuple[int, int, str]:
    """Line, column and English words of the one fault."""
    _, faults = parse(Source("sheet.yaml", text))
    (fault,) = faults
    assert fault.code == "yaml-syntax"
    return fault.span.line, fault.span.column, fault.message("en").partition(": ")[2]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a:\n  x: 1\n  y:2\n  z: 3\n", 3, 3, "a space is missing after the colon"),
        ("a:\n  x: 1\n  y:2\n", 3, 3, "a space is missing after the colon"),
        ("a:\n  y:2\n  z: 3\n", 2, 3, "a space is missing after the colon"),
        ("a:\n  x: 1\n  y： 2\n  z: 3\n", 3, 3, "this is a full-width colon"),
        ("a:\n  x: 1\n  y= 2\n  z: 3\n", 3, 3, "a colon and a space belong after the key"),
        ("a:\n  -x: 1\n  - y\n", 2, 3, "a space is missing after the dash"),
        ('a:\n  x: "1\n  y: 2\n', 2, 6, "a quote is not closed"),
        ('a:\n  x: "1”\n  y: 2\n  z: "a"\n', 2, 6, "this quote is not closed"),
        ("a: {x: 1, y: 2\nb: 3\n", 1, 4, "this bracket is not closed"),
        ("a: {x: 1, y:\n", 1, 13, "the file ends here, in the middle of a value"),
        ("a: {x: 1， y: 2}\n", 1, 9, "this is a full-width comma"),
        ("a: sum(schools: pupils)\n", 1, 15, "an expression that holds a colon needs quotes"),
        ("a: {b: sum(schools: pupils) > 5}\n", 1, 19, "an expression that holds a colon"),
        ("a:\n  x: 1\n    y: 2\n", 3, 5, "this line is indented further than the one above"),
        ("a:\n    x: 1\n  y: 2\n", 3, 3, "this line is indented like none above it"),
        ("a:\n  x: 1\n\ty: 2\n", 3, 1, "tabs may not indent"),
        ('a: "\\xZZ"\n', 1, 7, "hexadecimal digits should follow"),
        ("a: b: c\n", 1, 5, "no colon may stand here"),
    ],
)
def test_the_broken_line_is_blamed(text: str, line: int, column: int, words: str) -> None:
    """The parser gives up at a later line; the author is sent to the one to correct."""
    found = complaint(text)
    assert found[:2] == (line, column)
    assert found[2].startswith(words)


@given(st.data())
def test_no_complaint_is_left_in_the_words_of_the_parser(data: st.DataObject) -> None:
    """Whatever is put into a good file at any place: every complaint is in Chinese, too."""
    at = data.draw(st.integers(0, len(SHEET)))
    put = data.draw(st.text("\t :：,，\"'“[]{}>|%!&*?-\\x@`#ab\n", max_size=4))
    cut = data.draw(st.integers(0, 3))
    _, faults = parse(Source("sheet.yaml", SHEET[:at] + put + SHEET[at + cut :]))
    for fault in faults:
        if fault.code == "yaml-syntax":
            zh, en = (fault.message(lang) for lang in LANGS)
            assert not re.search(r"(found|find|expected|allowed|while) ", zh), zh
            assert zh != en
            assert 1 <= fault.span.line <= SHEET.count("\n") + put.count("\n") + 1
