"""Printing expressions: the inverse of parsing, for every tree."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Diagnostic, Source, Span
from engine.language.expression import And, Compare, Expr, Name, Number, Op, Special, Word
from engine.language.nodes import Text
from engine.language.parser import parse, parse_level
from engine.language.printer import show, show_level, show_number, show_word

from .trees import operators, ratios, trees, words


def level(text: str) -> Expr | Diagnostic:
    return parse_level(Text(text, Span(Source("level"), 1, 1, 1, len(text) + 1), plain=True))


@given(trees)
def test_parsing_what_was_printed_gives_the_tree_again(tree: Expr) -> None:
    """print ∘ parse: nothing is lost or regrouped, whatever the tree."""
    assert parse(show(tree)) == tree


@given(st.lists(st.tuples(operators, trees), min_size=1, max_size=3))
def test_levels_are_printed_as_half_comparisons(steps: list[tuple[Op, Expr]]) -> None:
    """What a level says of its measure is written without the measure, and read back."""
    measure = Special("measure")
    parts = tuple(Compare(measure, ((op, limit),)) for op, limit in steps)
    tree = parts[0] if len(parts) == 1 else And(parts)
    shown = show_level(tree)
    assert not shown.startswith("measure")
    assert level(shown) == tree


@given(words)
def test_a_word_is_quoted_only_where_it_must_be(word: Word) -> None:
    """Names of schools and levels stay as people write them."""
    assert parse(show_word(word.text)) == word


@given(ratios)
def test_ratios_keep_their_value(ratio: Number) -> None:
    """A ratio is printed in whole numbers of the same value."""
    left, right = show_number(ratio).split(":")
    assert Fraction(int(left), int(right)) == ratio.value


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("(a.b)", "a.b"),
        ("((a.b + 1)) * 2", "(a.b + 1) * 2"),
        ("a.b-(c.d-e.f)", "a.b - (c.d - e.f)"),
        ("a.b / c.d / e.f", "a.b / c.d / e.f"),
        ("-(a.b)", "-a.b"),
        ("不低于".join(("a.b ", " ５０％")), "a.b >= 50%"),
        ("a.b 且 c.d 或 e.f", "a.b and c.d or e.f"),
        ("a.b 且 (c.d 或 e.f)", "a.b and (c.d or e.f)"),
        ("并非 (a.b 且 c.d)", "not (a.b and c.d)"),
        ("如果 a.b 那么 1 否则 2", "if a.b then 1 else 2"),
        ("1:15.0", "1:15"),
        ("2:30", "1:15"),
        ("3:2", "3:2"),
        ("5.50%", "5.5%"),
        ("x = '小学'", "x = 小学"),
        ("x = '小学且'", 'x = "小学且"'),
        ("COUNT(schools)", None),
        ("sum(schools where stage=小学:pupils)", "sum(schools where stage = 小学: pupils)"),
        (
            "cv(schools:books/pupils,weight:pupils)",
            "cv(schools: books / pupils, weight: pupils)",
        ),
        ("min(schools where a.b: x)", "min(schools where a.b: x)"),
        ("share(not_met,三)", "share(not_met, 三)"),
    ],
)
def test_canonical_spelling(written: str, shown: str | None) -> None:
    """One spelling for what can be written in several ways."""
    tree = parse(written)
    if shown is None:
        assert isinstance(tree, Diagnostic)
    else:
        assert not isinstance(tree, Diagnostic)
        assert show(tree) == shown


def test_other_words_may_stand_for_a_part() -> None:
    """A report prints labels and values where the ruleset has names."""
    tree = parse("a.b / c.d >= 50%")
    assert not isinstance(tree, Diagnostic)
    labels = {"a.b": "公办园在园幼儿", "c.d": "在园幼儿"}
    shown = show(tree, lambda e: labels.get(e.name) if isinstance(e, Name) else None)
    assert shown == "公办园在园幼儿 / 在园幼儿 >= 50%"
