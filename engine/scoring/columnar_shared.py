"""Comparisons of products scaled so that they share products; each still asks the same.

``20a > 19b`` and ``10a > 9b`` are four products, ``20a > 19b`` and ``20a > 18b`` three.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import lcm

from .columnar_vectors import Width, width_of
from .lowering_terms import Atom, Column, Monomial, Poly

Products = set[tuple[Monomial, int]]


def sharing(atoms: Iterable[Atom]) -> dict[int, Poly]:
    """For each atom that 64 bits of plain columns hold, by its identity, the term to compute."""
    terms = {id(atom): atom.term for atom in atoms if is_plain(atom.term)}
    for one, other in combinations(tuple(terms), 2):
        first, second = terms[one], terms[other]
        monomials = [monomial for monomial, _ in first.terms]
        if monomials != [monomial for monomial, _ in second.terms]:
            continue
        least = len(_products((first, second)))
        for (_, a), (_, b) in zip(first.terms, second.terms, strict=True):
            if (a > 0) is not (b > 0):
                continue
            both = lcm(a, b)
            scaled = (first.scaled(both // abs(a)), second.scaled(both // abs(b)))
            fewer = len(_products(scaled))
            if fewer < least and all(is_plain(term) for term in scaled):
                least = fewer
                terms[one], terms[other] = scaled
    return terms


def is_plain(term: Poly) -> bool:
    """Whether it takes only columns of subjects and 64 bits."""
    variables = [variable for monomial, _ in term.terms for variable in monomial]
    plain = all(isinstance(v.origin, Column) and not v.table for v in variables)
    return plain and width_of(term.most) is Width.NARROW


def _products(terms: Sequence[Poly]) -> Products:
    """What has to be multiplied."""
    return {
        (monomial, abs(coefficient))
        for term in terms
        for monomial, coefficient in term.terms
        if monomial and (abs(coefficient) != 1 or len(monomial) > 1)
    }
