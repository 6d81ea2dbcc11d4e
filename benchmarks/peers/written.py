"""The rules as one conditional expression each, for the languages that look alike.

b == null || b == 0 ? 4 : a / b * 100 >= 58 ? 0 : a / b * 100 >= 50 ? 1 : 2
"""

from dataclasses import dataclass

from benchmarks.job import (
    BASICALLY,
    FULLY,
    NOT_APPLICABLE,
    NOT_MET,
    UNDETERMINED,
    Indicator,
    Kind,
)
from benchmarks.peers.common import limits, plain


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a language spells it. ``double``: numbers are written with a decimal point."""

    both: str = "and"
    either: str = "or"
    double: bool = False
    # What stands before a name, and whether something is there.
    prefix: str = ""
    missing: str = "{} == null"
    known: str = "{} != null"

    def number(self, value: float) -> str:
        """A number."""
        return str(float(value)) if self.double or value % 1 else str(int(value))


def written(indicator: Indicator, syntax: Syntax) -> str:
    """The whole rule: guard, what is missing, levels."""
    names = [syntax.prefix + plain(column.name) for column in indicator.columns]
    either, both = f" {syntax.either} ", f" {syntax.both} "
    missing = either.join(syntax.missing.format(name) for name in names)
    if indicator.kind is Kind.ANSWER:
        judged = f"{missing} ? {UNDETERMINED} : {names[0]} == true ? {FULLY} : {NOT_MET}"
    elif indicator.kind is Kind.LEAST:
        fully, basically = (syntax.number(limit) for limit in limits(indicator))
        below = either.join(
            f"({syntax.known.format(name)}{both}{name} < {basically})" for name in names
        )
        all_full = both.join(f"{name} >= {fully}" for name in names)
        judged = (
            f"({below}) ? {NOT_MET} : ({missing}) ? {UNDETERMINED} : "
            f"({all_full}) ? {FULLY} : {BASICALLY}"
        )
    else:
        if indicator.kind is not Kind.PLAIN:
            missing += f"{either}{names[-1]} == {syntax.number(0)}"
        measure = _measure(indicator, names, syntax)
        fully, basically = (
            f"{measure} {indicator.op} {syntax.number(limit)}" for limit in limits(indicator)
        )
        judged = (
            f"({missing}) ? {UNDETERMINED} : ({fully}) ? {FULLY} : "
            f"({basically}) ? {BASICALLY} : {NOT_MET}"
        )
    if indicator.guard:
        return f"{syntax.prefix}{plain(indicator.guard)} == false ? {NOT_APPLICABLE} : ({judged})"
    return judged


def _measure(indicator: Indicator, names: list[str], syntax: Syntax) -> str:
    percent = f" * {syntax.number(100)}" if "%" in indicator.texts[0] else ""
    match indicator.kind:
        case Kind.RATIO:
            return f"{names[0]} / {names[1]}{percent}"
        case Kind.GROWTH:
            return f"({names[0]} - {names[1]}) / {names[1]}{percent}"
        case Kind.SHARE:
            return f"({names[0]} + {names[1]}) / {names[2]}{percent}"
        case _:
            return names[0]
