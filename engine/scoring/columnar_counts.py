"""How many of several conditions hold, without a number for each row.

A count is kept as its binary digits, each a column of yes and no, which take a bit a row.
"""

from typing import TYPE_CHECKING

from .columnar_masks import apart, both, either, opposite
from .columnar_vectors import Mask
from .lowering_terms import Formula, Indicator, Poly, Relation

if TYPE_CHECKING:
    from .columnar_frame import Frame


def atom_of_counts(frame: "Frame", term: Poly, relation: Relation) -> Mask | None:
    """A count of conditions compared with a number; None for any other comparison."""
    parts: list[Formula] = []
    constant = sign = 0
    for monomial, coefficient in term.terms:
        match monomial:
            case ():
                constant = coefficient
            case (variable,) if isinstance(variable.origin, Indicator):
                if abs(coefficient) != 1 or coefficient == -sign:
                    return None
                sign = coefficient
                parts.append(variable.origin.formula)
            case _:
                return None
    if len(parts) < 2:
        return None
    digits = _digits([frame.mask(part) for part in parts])
    # sign · count + constant against 0
    match relation, sign:
        case Relation.ZERO, _:
            number = -sign * constant
            return both(_reaches(digits, number), opposite(_reaches(digits, number + 1)))
        case Relation.POSITIVE, 1:
            return _reaches(digits, 1 - constant)
        case Relation.POSITIVE, _:
            return opposite(_reaches(digits, constant))
        case _, 1:
            return _reaches(digits, -constant)
        case _:
            return opposite(_reaches(digits, constant + 1))


def _digits(masks: list[Mask]) -> list[Mask]:
    """The binary digits of how many hold, the lowest first."""
    digits: list[Mask] = []
    for seen, mask in enumerate(masks, start=1):
        carried = mask
        for place, digit in enumerate(digits):
            digits[place], carried = apart(digit, carried), both(digit, carried)
        if len(digits) < seen.bit_length():
            digits.append(carried)
    return digits


def _reaches(digits: list[Mask], least: int) -> Mask:
    """Where the number is at least so much."""
    if least <= 0:
        return True
    if least >> len(digits):
        return False
    found: Mask = True
    for place, digit in enumerate(digits):
        # What the lower digits say counts where this one is as in the limit.
        found = both(digit, found) if least >> place & 1 else either(digit, found)
    return found
