"""Hypothesis strategies for expressions over tests/data/small.yaml, as people would write them.

Deeper and odder than any ruleset: they look for what the lists of `strategies` do not think of.
"""

from functools import cache

from hypothesis import strategies as st

OPS = (">=", ">", "<=", "<", "=", "!=")
FEW = st.integers(0, 120)


def _pair(pattern: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A pattern with its places filled in."""
    return st.tuples(*parts).map(lambda found: pattern.format(*found))


@cache
def persons(depth: int) -> st.SearchStrategy[str]:
    """Numbers of persons."""
    leaves = st.one_of(
        st.sampled_from(("children.all", "children.public", "prior(children.all)")),
        st.sampled_from(("in_year(2021, children.all)", "sum(schools: pupils)")),
        FEW.map("{}人".format),
    )
    if not depth:
        return leaves
    inner, other = persons(depth - 1), persons(depth - 1)
    return st.one_of(
        leaves,
        _pair("({} + {})", inner, other),
        _pair("({} - {})", inner, other),
        _pair("({} * {})", inner, rates(depth - 1)),
        _pair("min({}, {})", inner, other),
        _pair("max({}, {}, {})", inner, other, leaves),
        inner.map("abs({})".format),
        inner.map("(-{})".format),
        inner.map("round({})".format),
        inner.map("floor({} / 7)".format),
        inner.map("prior({})".format).filter(lambda text: "schools" not in text),
        _pair("(if {} then {} else {})", conditions(depth - 1), inner, other),
    )


@cache
def rates(depth: int) -> st.SearchStrategy[str]:
    """Plain numbers and rates."""
    leaves = st.one_of(
        st.sampled_from(("rate.retention", "children.public_share", "ratio.staff")),
        st.sampled_from(("share(schools where boarding)", "cv(schools: pupils)")),
        FEW.map("{}%".format),
    )
    if not depth:
        return leaves
    inner, other = rates(depth - 1), rates(depth - 1)
    return st.one_of(
        leaves,
        _pair("({} / {})", persons(depth - 1), persons(depth - 1)),
        _pair("({} / {})", inner, other),
        _pair("({} * {})", inner, other),
        _pair("({} + {})", inner, other),
        _pair("({} - {})", inner, other),
        _pair("min({}, {})", inner, other),
        inner.map("round({}, 2)".format),
        _pair("(if {} then {} else {})", conditions(depth - 1), inner, other),
    )


@cache
def conditions(depth: int) -> st.SearchStrategy[str]:
    """Conditions."""
    leaves = st.one_of(
        st.sampled_from(("pay.not_below", "safety.falsified", "level.monitoring >= Ⅲ")),
        st.sampled_from(("reported(children.public_share)", "reported(pay.not_below)")),
        st.sampled_from(
            ("plan.name = 方案", "subject.area_class = 一类地区", "any(schools where boarding)")
        ),
        st.sampled_from(("pay.teachers >= floor_pay", "all(schools where boarding: pupils > 50)")),
        _pair("{} {} {}", persons(0), st.sampled_from(OPS), persons(0)),
        _pair("{} {} {}", rates(0), st.sampled_from(OPS), rates(0)),
    )
    if not depth:
        return leaves
    inner, other = conditions(depth - 1), conditions(depth - 1)
    op = st.sampled_from(OPS)
    return st.one_of(
        leaves,
        _pair("({} {} {})", persons(depth - 1), op, persons(depth - 1)),
        _pair("({} {} {})", rates(depth - 1), op, rates(depth - 1)),
        _pair("({} and {})", inner, other),
        _pair("({} or {})", inner, other),
        inner.map("(not {})".format),
        _pair("at_least(2, {}, {}, {})", inner, other, leaves),
        _pair("any({})", _rows(depth - 1)),
        _pair("(count({}) >= 2)", _rows(depth - 1)),
        inner.map("every_year(2, {})".format).filter(lambda text: "schools" not in text),
        _pair("(if {} then {} else {})", inner, other, leaves),
    )


@cache
def _rows(depth: int) -> st.SearchStrategy[str]:
    """A selection of rows, compared with what is reported of the subject."""
    return st.one_of(
        _pair("schools where pupils > {}", persons(0).filter(lambda text: "schools" not in text)),
        _pair("schools where boarding or pupils / teachers > {}", FEW.map(str)),
        st.just("schools where not boarding and stage = 小学"),
    )
