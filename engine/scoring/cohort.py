"""What the subjects of a batch have together, so that one of them can be compared with the rest.

A pool holds what one group of subjects has of one expression. It is put together of what each
subject has alone, in any order: that of sheets, chunks or processes cannot show in it.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, assert_never

from ..facts.sheet import FactSheet
from ..language.digest import expressions
from ..language.expression import Across, Batched, Op, walk
from ..language.model import Ruleset
from ..language.printer import show
from .comparing import compare
from .surds import simplest
from .values import NotApplicable, Number, Real, Reason, Truth, Unknown, Value, Why, unknown

# What a subject has of an expression: the higher the better its rank; a condition counts 1 or 0.
Share: TypeAlias = Number | Unknown | NotApplicable
# The group of a subject: a word; empty without groups; None where its attribute is not reported.
Group: TypeAlias = str | None


@dataclass(frozen=True, slots=True)
class Ends:
    """The sum of the lower or of the upper ends of numbers, and how many are infinite or open."""

    total: Real = Fraction(0)
    infinite: int = 0
    opened: int = 0

    def plus(self, end: Real | None, *, opened: bool, times: int = 1) -> "Ends":
        """With one more end, or for -1 ``times`` without it."""
        total = self.total if end is None else simplest(self.total + end * times)
        infinite, open_ends = self.infinite, self.opened
        return Ends(total, infinite + times * (end is None), open_ends + times * opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Sums for means and counts; for ranks the exact values in order, and the bounds.

    Subjects without a value are ``open`` or, where the ruleset says so, ``left_out``. ``endless``:
    there may be any number of open ones, since a file of subjects could not be read.
    """

    known: int = 0
    lows: Ends = Ends()
    highs: Ends = Ends()
    values: tuple[Real, ...] = ()
    bounds: tuple[Number, ...] = ()
    open: int = 0
    left_out: int = 0
    inapplicable: int = 0
    endless: bool = False

    @property
    def size(self) -> int:
        """How many subjects are compared."""
        return self.known + self.open

    def better(self, than: Number) -> tuple[int, int]:
        """How many have surely more than a number, and how many possibly."""
        sure, possible = _above(self.values, than)
        for bound in self.bounds:
            more = _more(bound, than)
            sure, possible = sure + more[0], possible + more[1]
        return sure, possible + self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What one subject brings in: of each comparison its group and what it has."""

    code: str
    year: int
    shares: tuple[tuple[Group, Share], ...]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A subject that brings no exact value into a comparison, and what it has not reported.

    ``bounded``: it has reported a bound, which is compared; else it has no value at all.
    """

    code: str
    name: str
    reasons: tuple[Reason, ...]
    bounded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The pools of all comparisons by evaluation year and group.

    ``lost`` subjects could not be scored: each may be of any year and group. ``sheets`` are kept of
    a few subjects only, so that another ruleset can be tried on them.
    """

    pools: Mapping[tuple[Batched, int, Group], Pool]
    lacking: Mapping[tuple[Batched, int, Group], tuple[Lacking, ...]] = field(default_factory=dict)
    lost: int = 0
    endless: bool = False
    leaves_out: bool = False
    sheets: tuple[FactSheet, ...] = field(default=(), repr=False)

    def pool(self, expr: Batched, year: int, group: str) -> Pool:
        """What the subjects of a year and group have; any that may belong to it are open."""
        own = self.pools.get((expr, year, group), Pool())
        strays = Pool() if expr.by is None else self.pools.get((expr, year, None), Pool())
        astray = strays.size + strays.left_out + self.lost
        return Pool(
            known=own.known,
            lows=own.lows,
            highs=own.highs,
            values=own.values,
            bounds=own.bounds,
            open=0 if self.leaves_out else own.open + astray,
            left_out=own.left_out + astray if self.leaves_out else 0,
            inapplicable=own.inapplicable,
            endless=self.endless and not self.leaves_out,
        )

    def lacks(self, expr: Batched, year: int, group: str) -> tuple[Lacking, ...]:
        """Who has no exact value in a group, or may belong to it, in the order of their codes."""
        own = self.lacking.get((expr, year, group), ())
        strays = () if expr.by is None else self.lacking.get((expr, year, None), ())
        return tuple(sorted((*own, *strays), key=lambda one: one.code))

    @property
    def digest(self) -> str:
        """``sha256:…`` over everything that can change a result."""
        lines = sorted(
            f"{show(expr)}\t{year}\t{'?' if group is None else repr(group)}\t{pool}"
            for (expr, year, group), pool in self.pools.items()
        )
        lines += sorted(
            f"{show(expr)}\t{year}\t{'?' if group is None else repr(group)}\t{ones}"
            for (expr, year, group), ones in self.lacking.items()
        )
        lines.append(f"{self.lost} {self.endless} {self.leaves_out}")
        return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()


def comparisons(ruleset: Ruleset) -> tuple[Batched, ...]:
    """Everything that a ruleset asks of the batch, each once."""
    parts = (part for expr in expressions(ruleset) for part in walk(expr))
    return tuple(dict.fromkeys(part for part in parts if isinstance(part, Batched)))


def pooled(
    ruleset: Ruleset,
    members: Iterable[Member],
    *,
    lost: int = 0,
    endless: bool = False,
    sheets: tuple[FactSheet, ...] = (),
) -> Cohort:
    """Put together what the subjects have, each of them given once."""
    asked = comparisons(ruleset)
    leaves_out = ruleset.batch is not None and ruleset.batch.leaves_out
    found: dict[tuple[Batched, int, Group], list[Share]] = {}
    lacking: dict[tuple[Batched, int, Group], list[Lacking]] = {}
    for member in members:
        for expr, (group, share) in zip(asked, member.shares, strict=True):
            key = (expr, member.year, group)
            found.setdefault(key, []).append(share)
            if (one := _lacking(expr, member, group, share)) is not None:
                lacking.setdefault(key, []).append(one)
    return Cohort(
        pools={key: _pool(key[0], shares, leaves_out) for key, shares in found.items()},
        lacking={key: tuple(sorted(ones, key=_code)) for key, ones in lacking.items()},
        lost=lost,
        endless=endless,
        leaves_out=leaves_out,
        sheets=sheets,
    )


def _code(one: Lacking) -> str:
    return one.code


def _lacking(expr: Batched, member: Member, group: Group, share: Share) -> Lacking | None:
    """What keeps a subject from being compared exactly; None where nothing does."""
    if isinstance(share, NotApplicable):
        return None
    reasons: tuple[Reason, ...] = ()
    if isinstance(share, Unknown):
        reasons = share.reasons
    elif share.exact is None:
        reasons = share.bounded
    elif group is not None:
        return None
    if group is None:
        reasons = (Reason(Why.ATTRIBUTE, f"subject.{expr.by}"), *reasons)
    bounded = isinstance(share, Number) and group is not None
    return Lacking(
        code=member.code,
        name=member.name,
        reasons=tuple(dict.fromkeys(reasons)),
        bounded=bounded,
    )


def _pool(expr: Batched, shares: Sequence[Share], leaves_out: bool) -> Pool:
    numbers = [share for share in shares if isinstance(share, Number)]
    missing = sum(isinstance(share, Unknown) for share in shares)
    lows = highs = Ends()
    for number in numbers:
        lows = lows.plus(number.low, opened=number.low_open)
        highs = highs.plus(number.high, opened=number.high_open)
    ranked = numbers if expr.kind is Across.RANK else []
    return Pool(
        known=len(numbers),
        lows=lows,
        highs=highs,
        values=tuple(sorted(x for number in ranked if (x := number.exact) is not None)),
        bounds=tuple(sorted((n for n in ranked if n.exact is None), key=_interval)),
        open=0 if leaves_out else missing,
        left_out=missing if leaves_out else 0,
        inapplicable=sum(isinstance(share, NotApplicable) for share in shares),
    )


def _interval(number: Number) -> str:
    """Any order will do, as long as it is always the same."""
    return f"{number.low} {number.low_open} {number.high} {number.high_open}"


# -- the answer to one subject -------------------------------------------------------------------


def answer(expr: Batched, pool: Pool, before: Share, now: Share, *, leaves_out: bool) -> Value:
    """What a comparison gives a subject that has ``now``, having brought in ``before``."""
    if expr.kind is Across.RANK:
        return _rank(expr, pool, before, now, leaves_out)
    rest = _without(pool, before)
    if isinstance(now, Number):
        rest = Pool(
            known=rest.known + 1,
            lows=rest.lows.plus(now.low, opened=now.low_open),
            highs=rest.highs.plus(now.high, opened=now.high_open),
            open=rest.open,
            endless=rest.endless,
        )
    own = now.reasons if isinstance(now, Unknown) and not leaves_out else ()
    match expr.kind:
        case Across.MEAN:
            return _mean(expr, rest, now, own)
        case Across.COUNT:
            return _count(expr, rest, own)
        case _:
            assert_never(expr.kind)


def _rank(expr: Batched, pool: Pool, before: Share, now: Share, leaves_out: bool) -> Value:
    """Between one more than surely have more, and one more than possibly do."""
    if not isinstance(now, Number):
        return now
    sure, possible = pool.better(now)
    if isinstance(before, Number):
        more = _more(before, now)
        sure, possible = sure - more[0], possible - more[1]
    elif isinstance(before, Unknown) and not leaves_out:
        possible -= 1
    low, high = Fraction(1 + sure), None if pool.endless else Fraction(1 + possible)
    if low == high:
        return Number(low, high)
    return Number(low, high, bounded=(*now.bounded, _others(expr)))


def _mean(expr: Batched, rest: Pool, now: Share, own: tuple[Reason, ...]) -> Value:
    """The exact mean; no value while one is open, since any number may come of that."""
    if rest.open or rest.endless or own:
        others = (_others(expr),) if rest.open or rest.endless else ()
        return Unknown((*own, *others))
    if not rest.known:
        return unknown(Why.NO_SUBJECTS, show(expr))
    low, high = (
        None if ends.infinite else simplest(ends.total * Fraction(1, rest.known))
        for ends in (rest.lows, rest.highs)
    )
    if low is not None and low == high:
        return Number(low, high)
    bounded = now.bounded if isinstance(now, Number) else ()
    wide = (rest.lows.opened > 0, rest.highs.opened > 0)
    return Number(low, high, *wide, (*bounded, _others(expr)))


def _count(expr: Batched, rest: Pool, own: tuple[Reason, ...]) -> Value:
    """From those for which it surely holds to those for which it may."""
    low = rest.lows.total
    high = None if rest.endless else low + rest.open + (1 if own else 0)
    if low == high:
        return Number(low, high)
    others = (_others(expr),) if rest.open or rest.endless else ()
    return Number(low, high, bounded=(*own, *others))


def _without(pool: Pool, share: Share) -> Pool:
    """The sums without what one of the subjects has."""
    known, lows, highs, waiting = pool.known, pool.lows, pool.highs, pool.open
    match share:
        case Number():
            known -= 1
            lows = lows.plus(share.low, opened=share.low_open, times=-1)
            highs = highs.plus(share.high, opened=share.high_open, times=-1)
        case Unknown():
            waiting = max(waiting - 1, 0)
        case NotApplicable():
            pass
        case _:
            assert_never(share)
    return Pool(known=known, lows=lows, highs=highs, open=waiting, endless=pool.endless)


def _others(expr: Batched) -> Reason:
    return Reason(Why.BATCH, show(expr))


def _above(values: tuple[Real, ...], than: Number) -> tuple[int, int]:
    """How many exact values in order are above all of an interval, and above some of it."""
    sure = 0
    if than.high is not None:
        first = bisect_left if than.high_open else bisect_right
        sure = len(values) - first(values, than.high)
    possible = len(values) if than.low is None else len(values) - bisect_right(values, than.low)
    return sure, possible


def _more(other: Number, than: Number) -> tuple[int, int]:
    """Whether another number is surely more (1 or 0), and whether possibly."""
    decided = compare(Op.GT, other, than)
    if isinstance(decided, Truth):
        return (1, 1) if decided.holds else (0, 0)
    return 0, 1
