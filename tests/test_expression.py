"""The expression language: what is understood, and where it stops being understood."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Diagnostic, Source, Span
from engine.language.expression import Compare, Expr, Name, Number, Op, Special, walk
from engine.language.nodes import Text
from engine.language.parser import OPERATORS, parse, parse_level, parse_text
from engine.language.printer import show, show_level


def read(text: str) -> Expr:
    tree = parse(text)
    assert not isinstance(tree, Diagnostic), (text, tree.code)
    return tree


def level(text: str) -> Expr | Diagnostic:
    return parse_level(Text(text, Span(Source("level"), 1, 1, 1, len(text) + 1), plain=True))


@pytest.mark.parametrize(
    "text",
    [
        "5%",
        "1:15",
        "2万元",
        "8.79亿元",
        "50㎡/人",
        "100元/m² + 3万元/人/年",
        "a.b + c.d - e.f * g.h / i.j",
        "-a.b",
        "a.b >= 5 and not c.d or e.f",
        "if a.b then 1 else 2",
        "a.b in (1, 2, 3)",
        "subject.kind in [district, city]",
        "min(a.b, c.d) + max(a.b, c.d, 3)",
        "abs(a.b) + ceil(a.b) + floor(a.b) + round(a.b) + round(a.b, 2)",
        "prior(a.b) + prior(a.b, 2) + in_year(2018, a.b)",
        "every_year(2, a.b >= prior(a.b))",
        "any_year(3, a.b > 0)",
        "at_least(2, a.b > 0, c.d > 0, e.f > 0)",
        "reported(a.b)",
        "count(schools)",
        "count(schools where stage = 小学 and pupils > 2000)",
        "sum(schools: pupils)",
        "share(classes where size >= 56)",
        "share(schools where stage = 小学: pupils > 2000)",
        "all(schools where stage = 小学: pupils > 0)",
        "any(schools where pupils > 2000)",
        "any(schools: pupils > 2000)",
        "mean(schools: pupils)",
        "min(schools: pupils) + max(schools where stage = 初中: pupils)",
        "cv(schools where stage = 小学: teachers / pupils, weight: pupils)",
        "share(fully_met) >= 90% and count(not_met, A3) = 0",
        "outcome(A3.4) = not_met",
        "plan.date <= 2022-12-31",
        "monitoring.level >= Ⅲ",
        "a.b = 是",
        "a.b = yes and c.d = no",
    ],
)
def test_every_form_of_the_language(text: str) -> None:
    """DESIGN 5, form by form; printed, it reads the same."""
    assert read(show(read(text))) == read(text)


@pytest.mark.parametrize(("written", "op"), sorted(OPERATORS.items()))
def test_every_operator_in_a_level(written: str, op: Op) -> None:
    """Chinese operators mean what clerks mean by them; 以上 and 以下 include the limit."""
    after = written.endswith(("以上", "以下", "以内"))
    text = f"50%{written}" if after else f"{written} 50%"
    assert level(text) == Compare(Special("measure"), ((op, read("50%")),))
    if not after:
        assert read(f"a.b {written} 50%") == Compare(Name("a.b"), ((op, read("50%")),))
        assert read(f"5人{written}a.b") == Compare(read("5人"), ((op, Name("a.b")),))


@pytest.mark.parametrize(
    ("chinese", "op"),
    [
        ("低于", "<"),
        ("不低于", ">="),
        ("高于", ">"),
        ("不高于", "<="),
        ("不超过", "<="),
        ("超过", ">"),
        ("不少于", ">="),
        ("等于", "="),
        ("不等于", "!="),
        ("达到", ">="),
        ("大于等于", ">="),
        ("大于或等于", ">="),
        ("小于等于", "<="),
        ("小于或等于", "<="),
        ("至少", ">="),
        ("至多", "<="),
        ("以上", ">="),
        ("及以上", ">="),
        ("以下", "<="),
        ("以内", "<="),
    ],
)
def test_chinese_operators_are_these(chinese: str, op: str) -> None:
    """The words of the official texts, one by one: a slip here judges a district wrongly."""
    assert OPERATORS[chinese] is Op(op)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a.b + c.d * e.f", "a.b + (c.d * e.f)"),
        ("a.b - c.d - e.f", "(a.b - c.d) - e.f"),
        ("a.b / c.d * e.f", "(a.b / c.d) * e.f"),
        ("-a.b * c.d", "(-a.b) * c.d"),
        ("not a.b and c.d", "(not a.b) and c.d"),
        ("not a.b = 1", "not (a.b = 1)"),
        ("a.b or c.d and e.f", "a.b or (c.d and e.f)"),
        ("a.b + 1 > c.d", "(a.b + 1) > c.d"),
        ("if a.b then 1 else 2 + 3", "if a.b then 1 else (2 + 3)"),
    ],
)
def test_precedence(text: str, same: str) -> None:
    """As in arithmetic and logic at school."""
    assert read(text) == read(same)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ａ.b", "a.b"),
        ("a.b ＞＝ ５０％", "a.b >= 50%"),
        ("a.b≥５０％", "a.b >= 50%"),
        ("a.b ≤ 1：15", "a.b <= 1:15"),
        ("（a.b＋c.d）×2÷3", "(a.b + c.d) * 2 / 3"),
        ("min（a.b，c.d）", "min(a.b, c.d)"),
        ("count(schools 其中 stage = 小学)", "count(schools where stage = 小学)"),
        (
            "count(schools where stage = 小学且pupils > 5)",
            "count(schools where stage = 小学 and pupils > 5)",
        ),
        ("a.b 属于 (1, 2)", "a.b in (1, 2)"),
        ("a.b\n  + c.d", "a.b + c.d"),
        ("a.b AND c.d", "a.b and c.d"),
    ],
)
def test_typed_with_a_chinese_keyboard(written: str, plain: str) -> None:
    """Full-width digits, signs and brackets, and Chinese words, mean the same."""
    assert read(written) == read(plain)


def test_words_in_quotes_stay_as_written() -> None:
    """A school named with full-width brackets is found by that name."""
    assert read('name = "实验小学（北）"') == read("name = '实验小学（北）'")
    assert "（北）" in show(read('name = "实验小学（北）"'))


def test_comparisons_chain() -> None:
    """``0 <= x < 5%`` is one condition with two comparisons."""
    tree = read("0 <= a.b < 5%")
    assert isinstance(tree, Compare)
    assert [op for op, _ in tree.rest] == [Op.LE, Op.LT]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (">= 50%", "measure >= 50%"),
        (">= 80% and < 90%", "measure >= 80% and measure < 90%"),
        ("80%以上 且 低于 90%", "measure >= 80% and measure < 90%"),
        ("5人以下", "measure <= 5人"),
        (">= 50% + 3%", "measure >= 50% + 3%"),
        ("measure >= 50% or a.b", "measure >= 50% or a.b"),
    ],
)
def test_levels_compare_the_measure(text: str, whole: str) -> None:
    """Half a comparison in a level is a comparison of the measure."""
    assert level(text) == read(whole)


def test_a_number_is_exactly_what_was_written() -> None:
    """No float: 0.1 is a tenth, and 60 digits stay 60 digits."""
    digits = "0." + "1234567890" * 5
    tree = read(digits)
    assert isinstance(tree, Number)
    assert show(tree) == digits.rstrip("0")
    assert read("0.1") == Number(Fraction(1, 10))


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("", "expression-empty", 1),
        ("a.b >= ", "expression-unfinished", 7),
        ("(a.b + 1", "expression-unfinished", 8),
        ("if a.b then 1", "expression-unfinished", 13),
        ("a.b && c.d", "expression-syntax", 5),
        ("a.b c.d", "expression-syntax", 5),
        ("a.b + * c.d", "expression-syntax", 7),
        ("min(a.b)", "expression-syntax", 8),
        ("a.b >= 5圆", "unknown-unit", 9),
        ("a.b >= 5元/头", "unknown-unit", 9),
        ("averge(a.b)", "unknown-function", 1),
        ("a.b = 1:0", "zero-ratio", 7),
        ("a.b = 2022-02-30", "bad-date", 7),
        ("a.b > " + "1" * 61, "number-too-long", 7),
        (">= 50%", "comparison-without-measure", 4),
        ("教师工资 ≥ ５０ 圆", "unknown-unit", 11),
    ],
)
def test_a_fault_is_at_its_character(text: str, code: str, at: int) -> None:
    """The column is that of the first character that makes no sense, Chinese or not."""
    found = parse(text)
    assert isinstance(found, Diagnostic)
    assert (found.code, found.span.column) == (code, at)


def test_a_fault_in_a_quoted_scalar_counts_from_the_quote() -> None:
    """The place in the file, not in the expression."""
    node = Text("a.b && c.d", Span(Source("x"), 3, 10, 3, 22))
    found = parse_text(node)
    assert isinstance(found, Diagnostic)
    assert (found.span.line, found.span.column) == (3, 15)


@pytest.mark.parametrize("text", ["(" * 500, "-" * 3000 + "1", "not " * 900 + "a.b", "1+" * 100])
def test_nesting_is_refused_not_followed(text: str) -> None:
    """A hostile expression gives a diagnostic, not a stack overflow."""
    assert isinstance(parse(text), Diagnostic)


def test_positions_take_no_part_in_comparing() -> None:
    """The same expression elsewhere is the same expression."""
    assert read("a.b  +  c.d") == read("a.b+c.d")
    assert {tree.at for tree in walk(read("a.b  +  c.d"))} != {
        tree.at for tree in walk(read("a.b+c.d"))
    }


@given(st.text(max_size=60) | st.text("ab. 15%元()<>=且或不低于以上:,'\"-+*/if", max_size=40))
def test_any_text_is_an_expression_or_a_diagnostic(text: str) -> None:
    """The parser raises on nothing, and what it understands it can print."""
    for found in (parse(text), level(text)):
        if isinstance(found, Diagnostic):
            assert found.message("zh")
            assert found.message("en")
        else:
            assert level(show_level(found)) == found or parse(show(found)) == found
