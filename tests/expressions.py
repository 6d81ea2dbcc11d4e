"""Hypothesis strategies for expressions over tests/data/small.yaml, as people would write them.

Deeper and odder than any ruleset: they look for what the lists of `strategies` do not think of.
A pattern names its places: p persons, r rates and plain numbers, c conditions, o comparisons.
"""

import re

from hypothesis import strategies as st

OPS = (">=", ">", "<=", "<", "=", "!=")
PLACE = re.compile(r"\b[prco]\b")
PLAIN = {
    "p": ("children.all", "children.public", "prior(children.all)", "in_year(2021, children.all)"),
    "r": ("rate.retention", "children.public_share", "ratio.staff"),
    "c": (
        "pay.not_below",
        "safety.falsified",
        "level.monitoring >= Ⅲ",
        "reported(children.public_share)",
        "reported(pay.not_below)",
        "plan.name = 方案",
        "subject.area_class = 一类地区",
        "pay.teachers >= floor_pay",
    ),
}
OF_TABLES = {
    "p": ("sum(schools: pupils)",),
    "r": ("share(schools where boarding)", "cv(schools: pupils)", "mean(schools: pupils / books)"),
    "c": (
        "any(schools where boarding)",
        "all(schools where boarding: pupils > 50)",
        "count(schools where boarding or pupils / teachers > 7) >= 2",
        "any(schools where not boarding and stage = 小学)",
    ),
}
NESTED = {
    "p": (
        *("(p + p)", "(p - p)", "(p * r)", "min(p, p)", "max(p, p, p)", "abs(p)", "(-p)"),
        *("round(p)", "floor(p / 7)", "(if c then p else p)"),
    ),
    "r": (
        *("(p / p)", "(r / r)", "(r * r)", "(r + r)", "(r - r)", "min(r, r)", "round(r, 2)"),
        "(if c then r else r)",
    ),
    "c": (
        *("(p o p)", "(r o r)", "(c and c)", "(c or c)", "(not c)", "at_least(2, c, c, c)"),
        "(if c then c else c)",
    ),
}
# What shifts the year cannot walk a table.
OF_YEARS = {"p": ("prior(p)",), "r": ("prior(r)",), "c": ("every_year(2, c)", "any_year(2, c)")}
OF_ROWS = ("any(schools where pupils > p)", "(count(schools where pupils > p) >= 2)")


@st.composite
def expressions(draw: st.DrawFn, kind: str, depth: int, *, tables: bool = True) -> str:
    """An expression of a kind: ``p``, ``r`` or ``c``."""
    if not depth or draw(st.integers(0, 3)) == 0:
        return draw(_leaves(kind, tables=tables))
    patterns = [*NESTED[kind], *OF_YEARS[kind]]
    if kind == "c" and tables:
        patterns += OF_ROWS
    pattern = draw(st.sampled_from(patterns))
    inside = tables and pattern not in (*OF_YEARS[kind], *OF_ROWS)

    def filled(place: re.Match[str]) -> str:
        if place[0] == "o":
            return draw(st.sampled_from(OPS))
        return draw(expressions(place[0], depth - 1, tables=inside))

    return PLACE.sub(filled, pattern)


def _leaves(kind: str, *, tables: bool) -> st.SearchStrategy[str]:
    names = st.sampled_from((*PLAIN[kind], *(OF_TABLES[kind] if tables else ())))
    few = st.integers(0, 120)
    match kind:
        case "p":
            return st.one_of(names, names, few.map("{}人".format))
        case "r":
            return st.one_of(names, names, few.map("{}%".format))
        case _:
            return names
