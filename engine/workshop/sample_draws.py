"""Draws chances, sizes and shares in whole numbers, the same on every platform and Python."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from random import Random
from typing import TypeVar

T = TypeVar("T")

# A bell is the number of heads among so many throws (standard deviation 32), by its quantiles.
_THROWS = 4096
_DEVIATION = 32
_QUANTILES = 12
_FIXED = 10**12


class Draws:
    """A stream of chances that follows from its seed alone.

    Only `Random.getrandbits` is used: what it gives for a seed is fixed, and nothing is rounded
    in binary.
    """

    def __init__(self, *seed: object) -> None:
        text = "|".join(str(part) for part in seed)
        self._bits = Random(
            int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest(), "big")
        ).getrandbits
        self._bell = bell_quantiles()

    def below(self, count: int) -> int:
        """One of 0 … count - 1, each as likely."""
        return (self._bits(32) * count) >> 32

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: Fraction) -> bool:
        """Whether something happens that happens in this share of cases."""
        return self._bits(32) * share.denominator < share.numerator << 32

    def pick(self, options: Sequence[T]) -> T:
        """One of several, each as likely."""
        return options[self.below(len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The same in any order."""
        rest = list(items)
        return [rest.pop(self.below(len(rest))) for _ in items]

    def bell(self) -> int:
        """How far from the middle, in thousandths of a standard deviation."""
        return self._bell[self._bits(_QUANTILES)]

    def near(self, middle: int, spread: int) -> int:
        """A whole number around a middle; ``spread`` is its standard deviation."""
        return middle + spread * self.bell() // 1000

    def skewed(self, median: int, spread: int) -> int:
        """A size around a median; ``spread`` is the deviation of its logarithm in thousandths."""
        return median * growth(spread * self.bell() // 10_000 * 10) // _FIXED

    def factor(self, spread: int) -> int:
        """The same around one, in thousandths."""
        return growth(spread * self.bell() // 10_000 * 10) * 1000 // _FIXED


@cache
def bell_quantiles() -> tuple[int, ...]:
    """The middles of equally likely slices of a bell, in thousandths of a standard deviation."""
    slices = 1 << _QUANTILES
    found: list[int] = []
    ways, below, heads = 1, 0, 0
    for number in range(slices):
        # The slice's middle lies where (2 · number + 1) / (2 · slices) of all throws are below.
        while (below + ways) * 2 * slices <= (2 * number + 1) << _THROWS:
            below += ways
            ways = ways * (_THROWS - heads) // (heads + 1)
            heads += 1
        # Within one number of heads the throws are spread evenly.
        part = ((2 * number + 1 << _THROWS) - 2 * slices * below) * 1000 // (2 * slices * ways)
        found.append(((heads - _THROWS // 2) * 1000 + part - 500) // _DEVIATION)
    return tuple(found)


@cache
def growth(thousandths: int) -> int:
    """The exponential of a whole number of thousandths, in 10⁻¹²."""
    if thousandths < 0:
        return _FIXED * _FIXED // growth(-thousandths)
    total, term = _FIXED, _FIXED
    for n in range(1, 60):
        term = term * thousandths // (1000 * n)
        total += term
    return total


def apportioned(total: int, weights: Sequence[int], least: int) -> list[int]:
    """Whole parts of a total in proportion to weights, none below ``least`` where it suffices."""
    whole = sum(weights) or 1
    free = max(0, total - least * len(weights))
    parts = [least + free * weight // whole for weight in weights]
    for position in range(total - sum(parts)):
        parts[position % len(parts)] += 1
    return parts
