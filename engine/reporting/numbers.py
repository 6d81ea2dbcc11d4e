"""Writes exact numbers: for people in a unit to a number of places, half up; for programs as is."""

from fractions import Fraction

from ..facts.values import show_stated
from ..language.model import Criterion
from ..language.units import PLAIN, Unit, decimal_text
from ..locale import Lang, phrase
from ..scoring.interpreter import FactValue
from ..scoring.surds import Surd
from ..scoring.values import Day, NotApplicable, Number, Real, Truth, Unknown, Value, Word


def exact(value: Real) -> str:
    """The one exact spelling: ``n``, ``n/d``, or ``sqrt(n)`` with its coefficient."""
    if isinstance(value, Fraction):
        return str(value)
    parts = [] if not value.rational else [str(value.rational)]
    parts += [f"{c}*sqrt({r})" for c, r in value.terms]
    return " + ".join(parts)


def shown(value: Real, unit: Unit = PLAIN, places: int | None = None) -> str:
    """``value`` (base units) in ``unit``; exact without ``places``, where a decimal can be."""
    if unit.name == "1:n":
        if not value:
            return "0"
        turned = 1 / value if isinstance(value, Fraction) else value
        return f"1:{_decimal(turned, places)}"
    return f"{_decimal(value / unit.scale, places)}{unit.name}"


def _decimal(value: Real, places: int | None) -> str:
    if isinstance(value, Surd):
        digits = 4 if places is None else places
        return decimal_text(Fraction((value * 10**digits + Fraction(1, 2)).floor(), 10**digits))
    text = decimal_text(value, places)
    return decimal_text(value, 4) if "/" in text else text


def shown_number(number: Number, unit: Unit, places: int | None) -> str:
    """A number or an interval."""
    value = number.exact
    if value is not None:
        return shown(value, unit, places)
    if number.low is not None and number.high is not None:
        return f"{shown(number.low, unit, places)}–{shown(number.high, unit, places)}"
    if number.low is not None:
        return f"{'>' if number.low_open else '≥'} {shown(number.low, unit, places)}"
    if number.high is not None:
        return f"{'<' if number.high_open else '≤'} {shown(number.high, unit, places)}"
    return "?"


def shown_value(value: Value, unit: Unit, places: int | None, lang: Lang) -> str:
    """Any value in a few words."""
    match value:
        case Number():
            return shown_number(value, unit, places)
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


def shown_measure(value: Value, criterion: Criterion, lang: Lang) -> str:
    """A measure as the ruleset wants it shown."""
    return shown_value(value, criterion.show.unit, criterion.show.places, lang)


def shown_fact(fact: FactValue, unit: Unit, lang: Lang) -> str:
    """A fact's value in its declared unit, as exactly as a decimal can say it."""
    if fact.entry is not None and fact.basis != "computed":
        return shown_stated(fact, unit, lang)
    return shown_value(fact.value, unit, 2 if unit.is_rate else None, lang)


def shown_stated(fact: FactValue, unit: Unit, lang: Lang) -> str:
    """A stated value; yes and no in the reader's language."""
    if isinstance(fact.value, Truth):
        return phrase("yes" if fact.value.holds else "no", lang)
    if fact.entry is None:
        return "?"
    return show_stated(fact.entry.stated, unit)
