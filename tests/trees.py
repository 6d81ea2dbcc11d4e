"""Draws expression trees: every one that the parser can make, and no other."""

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from engine.language.expression import (
    Across,
    Aggregate,
    And,
    Arithmetic,
    Batched,
    Call,
    Compare,
    Day,
    Expr,
    Flag,
    Function,
    If,
    In,
    Kind,
    Name,
    Negate,
    Not,
    Number,
    Op,
    Or,
    Sign,
    Special,
    Tally,
    Word,
)
from engine.language.units import narrow

KEYWORDS = {"and", "or", "not", "in", "if", "then", "else", "where", "yes", "true", "no", "false"}
UNITS = ("", "%", "‰", "元", "万元", "亿元", "㎡", "平方米", "km²", "m²", "人", "所", "百分点")
COMPOUND = ("元/人", "册/人", "㎡/人", "万人", "人次/人", "元/人/年")

decimals = st.builds(
    lambda digits, places: Fraction(digits, 10**places),
    st.integers(0, 10**9),
    st.integers(0, 8),
)
numbers = st.builds(Number, decimals, st.sampled_from((*UNITS, *COMPOUND)))
ratios = st.builds(
    lambda left, right: Number(left / right, "1:n"),
    decimals,
    decimals.filter(bool),
)
# Words that are operators, begin with one, hold one, or need quotes.
TRICKY = (
    *("小学", "是", "否", "是否", "且", "小学且", "或", "高中", "高于", "不低于", "以上", "其中"),
    *("属于", "Ⅲ", "Ⅱ级", "一类地区", "如果", "那么", "九年一贯制", "达到", "A1", "yes"),
    *("小学（一）", "“三个增长”", "a b", "", "5%", "'", "it's", "3:1", "－", "＂", "＇"),
)
quoted = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


def sayable(word: str) -> bool:
    """Whether some pair of quotes can hold the word: the language has no escapes."""
    flat = narrow(word)
    return not ('"' in flat and "'" in flat)


words = st.builds(Word, (st.sampled_from(TRICKY) | quoted).filter(sayable))
identifiers = st.from_regex(r"[a-z_][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: name not in KEYWORDS and name != "measure"
)
dotted = st.builds(lambda a, b: f"{a}.{b}", identifiers, identifiers)
names = st.builds(Name, dotted | identifiers)
leaves: st.SearchStrategy[Expr] = st.one_of(
    numbers,
    ratios,
    words,
    names,
    st.builds(Flag, st.booleans()),
    st.builds(Day, st.dates()),
    st.just(Special("measure")),
    st.builds(
        Tally,
        st.sampled_from((Kind.COUNT, Kind.SHARE)),
        st.sampled_from(("not_met", "fully_met")),
        st.sampled_from(("A3", "三", "A-3", "1.2", "学前教育", "且")),
    ),
)
operators = st.sampled_from(tuple(Op))


def several(inner: st.SearchStrategy[Expr], least: int) -> st.SearchStrategy[tuple[Expr, ...]]:
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


def _calls(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    extremes = (Function.MIN, Function.MAX)
    others = st.sampled_from([f for f in Function if f not in extremes])
    return st.one_of(
        st.builds(Call, others, several(inner, 1)),
        st.builds(Call, st.sampled_from(extremes), several(inner, 2)),
    )


def _aggregates(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    extremes = (Kind.MIN, Kind.MAX)
    others = st.sampled_from([kind for kind in Kind if kind not in extremes])
    part = st.none() | inner
    return st.one_of(
        st.builds(Aggregate, others, identifiers, part, part, part),
        st.builds(Aggregate, st.sampled_from(extremes), identifiers, part, inner),
    )


def _batched(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    by = st.none() | identifiers
    others = st.sampled_from((Across.MEAN, Across.COUNT))
    return st.one_of(
        st.builds(Batched, st.just(Across.RANK), inner, st.booleans(), by),
        st.builds(Batched, others, inner, st.just(False), by),
    )


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    steps = st.lists(st.tuples(operators, inner), min_size=1, max_size=3).map(tuple)
    builders: tuple[tuple[Callable[..., Expr], tuple[st.SearchStrategy[object], ...]], ...] = (
        (Negate, (inner,)),
        (Arithmetic, (st.sampled_from(tuple(Sign)), inner, inner)),
        (Compare, (inner, steps)),
        (In, (inner, several(inner, 1))),
        (And, (several(inner, 2),)),
        (Or, (several(inner, 2),)),
        (Not, (inner,)),
        (If, (inner, inner, inner)),
    )
    built = [st.builds(make, *parts) for make, parts in builders]
    return st.one_of(*built, _calls(inner), _aggregates(inner), _batched(inner))


trees: st.SearchStrategy[Expr] = st.recursive(leaves, _larger, max_leaves=12)
