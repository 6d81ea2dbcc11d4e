"""The steps that outcomes are computed in: shorter, shared, in few places, and always the same."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.scoring.columnar_frame import Frame
from engine.scoring.columnar_grades import _keys
from engine.scoring.columnar_program import flags_in, program
from engine.scoring.columnar_shared import sharing
from engine.scoring.columnar_steps import Kind, Places
from engine.scoring.lowering_graph import Graph
from engine.scoring.lowering_present import Shortener
from engine.scoring.lowering_terms import (
    Atom,
    Both,
    Column,
    Constant,
    Either,
    Flag,
    Formula,
    Opposite,
    Poly,
    Relation,
    number,
)

FLAGS = ("a", "b", "c", "d")
COLUMNS = ("x", "y", "z")
# The last one is beyond what a product with it keeps within 64 bits.
HIGHS = (9, 1_000, 2**40)

Row = Mapping[str, int | bool]


def value_of(poly: Poly, row: Row) -> int:
    """A polynomial of columns."""
    total = 0
    for monomial, coefficient in poly.terms:
        product = coefficient
        for variable in monomial:
            assert isinstance(variable.origin, Column)
            product *= int(row[variable.origin.name])
        total += product
    return total


def holds(formula: Formula, row: Row) -> bool:
    """A formula by its definition, with Python's own integers."""
    match formula:
        case Constant():
            return formula.holds
        case Flag():
            return bool(row[formula.name])
        case Atom():
            value = value_of(formula.term, row)
            return {
                Relation.POSITIVE: value > 0,
                Relation.NOT_NEGATIVE: value >= 0,
                Relation.ZERO: value == 0,
            }[formula.relation]
        case Both():
            return all(holds(part, row) for part in formula.parts)
        case Either():
            return any(holds(part, row) for part in formula.parts)
        case Opposite():
            return not holds(formula.part, row)
        case _:
            raise TypeError(formula)


@st.composite
def polys(draw: st.DrawFn, graph: Graph) -> Poly:
    """A few products of columns with numbers around which comparisons turn."""
    found = number(draw(st.integers(-3, 3)))
    for _ in range(draw(st.integers(1, 3))):
        factor = number(draw(st.integers(-60, 60).filter(bool)))
        for place in draw(st.lists(st.sampled_from(range(3)), min_size=1, max_size=2)):
            factor = factor * graph.column(COLUMNS[place], 0, HIGHS[place])
        found = found + factor
    return found


@st.composite
def questions(draw: st.DrawFn) -> tuple[Graph, list[list[Formula]]]:
    """A graph, and groups of formulas over its flags and columns that share much."""
    graph = Graph()
    pool: list[Formula] = [graph.flag(name) for name in FLAGS]
    for _ in range(draw(st.integers(0, 4))):
        relation = draw(st.sampled_from(tuple(Relation)))
        pool.append(graph.atom(draw(polys(graph)), relation))
    for _ in range(draw(st.integers(1, 12))):
        parts = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4))
        join = draw(st.sampled_from((graph.both, graph.either)))
        joined = join(*parts)
        pool.append(graph.opposite(joined) if draw(st.booleans()) else joined)
    groups = draw(
        st.lists(st.lists(st.sampled_from(pool), min_size=1, max_size=4), min_size=1, max_size=4)
    )
    return graph, groups


def rows_without(absent: frozenset[str]) -> st.SearchStrategy[Row]:
    """A row of every column, in which some flags do not hold."""
    values: dict[str, st.SearchStrategy[int | bool]] = {
        name: st.just(False) if name in absent else st.booleans() for name in FLAGS
    }
    for name, high in zip(COLUMNS, HIGHS, strict=True):
        values[name] = st.integers(0, min(high, 70)) | st.integers(0, high)
    return st.fixed_dictionaries(values)


@given(made=questions(), absent=st.frozensets(st.sampled_from(FLAGS)), data=st.data())
def test_a_shorter_formula_asks_the_same(
    made: tuple[Graph, list[list[Formula]]], absent: frozenset[str], data: st.DataObject
) -> None:
    """Wherever the absent flags do not hold, and without ever asking for one of them."""
    graph, groups = made
    short = Shortener(graph, absent)
    row = data.draw(rows_without(absent))
    for formula in (formula for group in groups for formula in group):
        shorter = short.shorter(formula)
        assert holds(shorter, row) is holds(formula, row)
        assert not flags_in([shorter]) & absent


def test_what_the_others_say_is_left_out() -> None:
    """``missing or (zero and not missing)``, the shape that gaps have, asks for two things."""
    graph = Graph()
    missing, other, zero = (graph.flag(name) for name in "abc")
    some = graph.either(missing, other)
    gap = graph.either(some, graph.both(zero, graph.opposite(some)))
    assert Shortener(graph, frozenset()).shorter(gap) is graph.either(missing, other, zero)
    assert Shortener(graph, frozenset("ab")).shorter(gap) is zero


@given(made=questions(), absent=st.frozensets(st.sampled_from(FLAGS)), data=st.data())
def test_steps_answer_what_is_asked(
    made: tuple[Graph, list[list[Formula]]], absent: frozenset[str], data: st.DataObject
) -> None:
    """Row by row, part by part, although places are used again and integers let go."""
    graph, groups = made
    rows = data.draw(st.lists(rows_without(absent), min_size=1, max_size=5))
    columns = {
        name: pl.Series(name, [row[name] for row in rows])
        for name in (*FLAGS, *COLUMNS)
        if name not in absent
    }
    steps = program(graph, groups, absent)
    places = Places(steps, Frame(columns, len(rows)))
    for group, part in zip(groups, steps.parts, strict=True):
        for formula, answer in zip(group, places.answers(part), strict=True):
            expected = [holds(formula, row) for row in rows]
            assert (
                expected == [answer] * len(rows)
                if isinstance(answer, bool)
                else answer.to_list() == expected
            )


def test_places_are_used_again() -> None:
    """What no later part asks for takes no place any more."""
    graph = Graph()
    flags = [graph.flag(name) for name in FLAGS]
    pairs = [[graph.both(one, other)] for one, other in pairwise(flags)]
    steps = program(graph, pairs * 5, frozenset())
    assert steps.places <= len(flags) + len(pairs)
    assert program(graph, [[flag] for flag in flags], frozenset()).places == 1


# -- products -----------------------------------------------------------------------------------


def products(steps: Sequence[Kind]) -> int:
    """How many multiplications."""
    return sum(kind is Kind.TIMES for kind in steps)


@pytest.mark.parametrize(
    ("limits", "multiplications"),
    [
        # 20a > 19b and 10a > 9b
        (((20, 19), (10, 9)), 3),
        # 100a > 57b and 200a > 111b
        (((100, 57), (200, 111)), 3),
        # 50a > 7b and 25a > 7b, which share one as they are
        (((50, 7), (25, 7)), 3),
        # 20a > b and 10a > b: scaled there would be more
        (((20, 1), (10, 1)), 2),
        # too large for 64 bits when scaled
        (((2**21 - 1, 2**21 - 3), (2**21 - 7, 2**21 - 9)), 4),
    ],
)
def test_limits_of_one_ratio_share_products(
    limits: Sequence[tuple[int, int]], multiplications: int
) -> None:
    """As far as that is less work, and 64 bits hold it."""
    graph = Graph()
    part, whole = (graph.column(name, 0, 2**39) for name in "ab")
    atoms = [graph.atom(part.scaled(p) - whole.scaled(q), Relation.POSITIVE) for p, q in limits]
    steps = program(graph, [atoms], frozenset())
    assert products([step.kind for step in steps.parts[0].steps]) == multiplications


@given(made=questions(), data=st.data())
def test_scaled_comparisons_ask_the_same(
    made: tuple[Graph, list[list[Formula]]], data: st.DataObject
) -> None:
    """Every scaled term is a positive multiple of what the comparison compares."""
    _, groups = made
    atoms = [f for group in groups for f in group if isinstance(f, Atom)]
    by_id = {id(atom): atom for atom in atoms}
    for key, term in sharing(by_id.values()).items():
        own = by_id[key].term
        factor = term.content // own.content
        assert factor > 0
        assert term == own.scaled(factor)


# -- signatures ---------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.integers(0, 255),
            st.integers(200, 255),
            st.integers(-3, 3) | st.integers(-(2**61), 2**61),
            st.integers(0, 2**31),
            st.integers(0, 2**31),
            st.sampled_from(("1", "2", "3")),
        ),
        min_size=1,
        max_size=8,
    )
)
@example(
    # As digits of one number of 32 or of 64 bits the first two would be the same.
    [(0, 200, 0, 0, 0, "1"), (2, 200, 0, 0, 0, "1"), (0, 200, 0, 2**31 - 1, 0, "1")]
)
@example(
    [
        (0, 200, 0, 0, 0, "1"),
        (0, 200, 8, 0, 0, "1"),
        (0, 200, 0, 0, 2**31 - 1, "1"),
        (0, 200, 2**31, 2**31 - 1, 0, "1"),
    ]
)
def test_keys_are_different_where_rows_are(rows: list[tuple[int | str, ...]]) -> None:
    """Packed into fewer numbers, rows stay apart that differ, and no others."""
    kinds = (pl.UInt8, pl.UInt8, pl.Int64, pl.UInt32, pl.Int64, pl.String)
    columns = [
        pl.Series(f"c{place}", [row[place] for row in rows], dtype=kind)
        for place, kind in enumerate(kinds)
    ]
    keys = _keys(columns).rows()
    for place, one in enumerate(rows):
        for other in range(place):
            assert (keys[place] == keys[other]) is (one == rows[other])
