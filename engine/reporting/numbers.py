"""Writes exact numbers: for people in a unit to a number of places, half up; for programs as is."""

from fractions import Fraction
from typing import assert_never

from ..facts.values import Answer, Bound, Inapplicable, Measured, OnDay, Rank, Said, Stated
from ..language.expression import Op
from ..language.model import Criterion
from ..language.units import PLAIN, Unit, decimal_text
from ..locale import Lang, catalogue, phrase
from ..scoring.fact_values import FactValue
from ..scoring.surds import Surd
from ..scoring.values import Day, NotApplicable, Number, Real, Truth, Unknown, Value, Word

SIGNS = {Op.LT: "<", Op.LE: "≤", Op.GT: ">", Op.GE: "≥", Op.EQ: "=", Op.NE: "≠"}
_LARGE = {"百": 2, "千": 3, "万": 4, "亿": 8}


def exact(value: Real) -> str:
    """The one exact spelling: ``n``, ``n/d``, or ``sqrt(n)`` with its coefficient."""
    if isinstance(value, Fraction):
        return str(value)
    parts = [] if not value.rational else [str(value.rational)]
    parts += [f"{c}*sqrt({r})" for c, r in value.terms]
    return " + ".join(parts)


def amount(
    value: Real, unit: Unit, places: int | None, lang: Lang, *, counted: bool = True
) -> tuple[str, str]:
    """The digits of ``value`` (base units) and the word for the unit that they are in.

    Chinese keeps the unit as declared. English turns 万元 into millions of yuan and leaves out
    what a label has said already: 8041 children, not persons. ``counted`` keeps the word.
    """
    if lang == "zh" or not unit.name:
        return _decimal(value if unit.scale == 1 else value / unit.scale, places), unit.name
    one, many, power = _english(unit.name, counted=counted)
    if many.startswith(_MILLIONS) and isinstance(value, Fraction) and abs(value) < 1_000_000:
        # 0.1 million yuan are 100,000 yuan.
        own = None if places is None else max(0, places - len(decimal_text(unit.scale)) + 1)
        return _grouped(_decimal(value, own)), many.removeprefix("million ")
    if places is not None:
        places = max(0, places + power)
    digits = _decimal(value / unit.scale / Fraction(10) ** power, places)
    if many.startswith("yuan"):
        return _grouped(digits), many
    return digits, one if digits == "1" else many


_MILLIONS = "million yuan"


def _grouped(digits: str) -> str:
    """``100,000``, as English writes large amounts."""
    whole, dot, rest = digits.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-").isdigit() else digits


def _english(name: str, *, counted: bool) -> tuple[str, str, int]:
    """The English words for one and for many of a unit, and the power of ten it is larger by."""
    first, *under = name.split("/")
    power = 0
    units = catalogue("units")
    while first not in units and first[:1] in _LARGE:
        power, first = power - _LARGE[first[0]], first[1:]
    entry = units.get(first, {"one": first, "many": first})
    power += entry.get("power", 0)
    if entry.get("counted") and not counted and not under:
        return "", "", power
    per = "".join(f" per {units.get(part, {}).get('one', part)}" for part in under)
    return f"{entry['one']}{per}".strip(), f"{entry['many']}{per}".strip(), power


def shown(value: Real, unit: Unit, places: int | None, lang: Lang) -> str:
    """``value`` (base units) in ``unit``; exact without ``places``, where a decimal can be."""
    if unit.name == "1:n":
        if not value:
            return "0"
        turned = 1 / value if isinstance(value, Fraction) else value
        return f"1:{_decimal(turned, places)}"
    digits, word = amount(value, unit, places, lang, counted=False)
    return joined(digits, word, lang)


def distance(value: Fraction, unit: Unit, lang: Lang) -> str:
    """By how much something differs: ``4 人``, ``1.4 个百分点``, ``1.4 percentage points``."""
    digits, word = amount(value, unit, None, lang, counted=False)
    if lang == "zh":
        return f"{digits} {'个百分点' if word == '百分点' else word}".rstrip()
    return joined(digits, word, lang)


def joined(digits: str, word: str, lang: Lang) -> str:
    """``8041人``, ``5%``, ``879.27 million yuan``."""
    close = lang == "zh" or word in ("", "%", "‰")
    return f"{digits}{word}" if close else f"{digits} {word}"


def _decimal(value: Real, places: int | None) -> str:
    if isinstance(value, Surd):
        digits = 4 if places is None else places
        return decimal_text(Fraction((value * 10**digits + Fraction(1, 2)).floor(), 10**digits))
    text = decimal_text(value, places)
    return decimal_text(value, 4) if "/" in text else text


def shown_number(number: Number, unit: Unit, places: int | None, lang: Lang) -> str:
    """A number or an interval."""
    value = number.exact
    if value is not None:
        return shown(value, unit, places, lang)
    low = None if number.low is None else shown(number.low, unit, places, lang)
    high = None if number.high is None else shown(number.high, unit, places, lang)
    if low is not None and high is not None:
        return phrase("between", lang, low=low, high=high)
    if low is not None:
        return f"{'>' if number.low_open else '≥'} {low}"
    if high is not None:
        return f"{'<' if number.high_open else '≤'} {high}"
    return "?"


def shown_value(value: Value, unit: Unit, places: int | None, lang: Lang) -> str:
    """Any value in a few words."""
    match value:
        case Number():
            return shown_number(value, unit, places, lang)
        case Truth():
            return phrase("yes" if value.holds else "no", lang)
        case Word():
            return value.text
        case Day():
            return value.value.isoformat()
        case Unknown():
            return "?"
        case NotApplicable():
            return phrase("outcome_not_applicable", lang)
        case _:
            assert_never(value)


def shown_measure(value: Value, criterion: Criterion, lang: Lang) -> str:
    """A measure as the ruleset wants it shown."""
    return shown_value(value, criterion.show.unit, criterion.show.places, lang)


def shown_fact(fact: FactValue, unit: Unit, lang: Lang) -> str:
    """A fact's value in its declared unit, as exactly as a decimal can say it."""
    if fact.entry is None and isinstance(fact.value, Unknown):
        return phrase("not_reported", lang)
    if fact.entry is not None and fact.basis != "computed":
        return shown_stated(fact.entry.stated, unit, lang)
    return shown_value(fact.value, unit, 2 if unit.is_rate else None, lang)


def shown_stated(stated: Stated, unit: Unit | None, lang: Lang) -> str:
    """A statement in the reader's language, in ``unit`` or as it was written."""
    match stated:
        case Measured():
            sign = "" if stated.bound is Bound.EXACT else f"{SIGNS[Op(stated.bound)]} "
            return sign + shown(stated.value, unit or stated.unit, None, lang)
        case Answer():
            return phrase("yes" if stated.value else "no", lang)
        case Rank():
            return stated.word
        case OnDay():
            return stated.value.isoformat()
        case Said():
            return stated.text
        case Inapplicable():
            return phrase("declared_inapplicable", lang, reason=stated.reason)
        case _:
            assert_never(stated)


def points_text(value: Fraction) -> str:
    """Points exactly, where a few decimals can say them; else to two places."""
    text = decimal_text(value)
    return text if len(text.partition(".")[2]) <= 4 and "/" not in text else decimal_text(value, 2)


def plain(value: Real, unit: Unit = PLAIN) -> str:
    """A number with its unit as the data files write it, the same in every language."""
    return shown(value, unit, None, "zh")
