"""Reads values as clerks write them: 1,234人, １６０９０, 8.79 亿元, 96%以上, 1:19.85, 4/5, 是.

Numbers are kept as exact fractions of what was written; nothing passes through a float.
"""

import datetime as dt
import re
from dataclasses import dataclass
from fractions import Fraction

from ..language.diagnostics import Diagnostic
from ..language.nodes import Text
from ..language.units import (
    Unit,
    describe,
    find_unit,
    in_base,
    is_large,
    narrow,
    squeeze,
    unit_names,
)
from ..language.vocabulary import FactType, ValueDefinition, nearest
from .values import Answer, Bound, Measured, OnDay, Rank, Said, Stated

MOST_DIGITS = 60
# Python 3.11 takes its time to look up a member of an enum, and these are asked for each value.
_COUNT, _EXACT = FactType.COUNT, Bound.EXACT
_NOT_NUMBERS = (FactType.TEXT, FactType.YES_NO, FactType.LEVEL, FactType.DATE)
_BEFORE = {
    ">=": Bound.AT_LEAST,
    "≥": Bound.AT_LEAST,
    "大于等于": Bound.AT_LEAST,
    "大于或等于": Bound.AT_LEAST,
    "不低于": Bound.AT_LEAST,
    "不少于": Bound.AT_LEAST,
    "不小于": Bound.AT_LEAST,
    "至少": Bound.AT_LEAST,
    ">": Bound.MORE_THAN,
    "超过": Bound.MORE_THAN,
    "高于": Bound.MORE_THAN,
    "大于": Bound.MORE_THAN,
    "多于": Bound.MORE_THAN,
    "<=": Bound.AT_MOST,
    "≤": Bound.AT_MOST,
    "小于等于": Bound.AT_MOST,
    "小于或等于": Bound.AT_MOST,
    "不超过": Bound.AT_MOST,
    "不高于": Bound.AT_MOST,
    "不多于": Bound.AT_MOST,
    "不大于": Bound.AT_MOST,
    "至多": Bound.AT_MOST,
    "<": Bound.LESS_THAN,
    "低于": Bound.LESS_THAN,
    "少于": Bound.LESS_THAN,
    "小于": Bound.LESS_THAN,
    "不足": Bound.LESS_THAN,
    "接近": Bound.LESS_THAN,
    "近": Bound.LESS_THAN,
}
_AFTER = {
    "及以上": Bound.AT_LEAST,
    "以上": Bound.AT_LEAST,
    "及以下": Bound.AT_MOST,
    "以下": Bound.AT_MOST,
    "以内": Bound.AT_MOST,
    "余": Bound.AT_LEAST,
    "多": Bound.AT_LEAST,
}
_LONGEST_FIRST = "|".join(re.escape(w) for w in sorted(_BEFORE, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<before>{_LONGEST_FIRST})?"
    r"(?P<body>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    r"(?:(?P<mark>[:/])(?P<second>[0-9]+(?:\.[0-9]+)?))?"
    r"(?P<large>[百千万亿]*)(?P<more>余|多)?"
    r"(?P<unit>[^0-9]*?)"
    r"(?P<after>及以上|以上|及以下|以下|以内|余|多)?"
)
# Most values: digits, maybe in groups or with decimals, and what stands behind them.
_SIMPLE = re.compile(
    r"([0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,15})(?:\.([0-9]{1,15}))?\s*([^0-9\s.,:/+-][^0-9]{0,20})?"
)
# What stands behind numbers is the same few texts again and again.
_MOST_UNITS = 10_000
_known_units: dict[tuple[str, FactType, str], Unit | None] = {}
_ABOUT = re.compile("约|大约|左右|上下|大概|近似|^[~≈]")
# 16090 (含民办): what is written after the number in brackets.
_REMARK = re.compile(r"([^()]+)\(([^()]+)\)")
# Digits apart are two numbers, unless grouped in threes as GB/T 15835 allows.
_GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:\s[0-9]{3})+(?![0-9])")
_APART = re.compile(r"[0-9]\s+[0-9]")
UNFILLED = ("-", "--", "—", "——", "/", "\\", "…", "...", "……", "na", "n/a")
UNFILLED_WORDS = ("待填报", "待填", "未填报", "未填", "未知")
_YES = ("yes", "true", "是", "有", "y")
_NO = ("no", "false", "否", "无", "没有", "n")
_CHINESE_DATE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?")
_DATE = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is not a value of the wanted type: a diagnostic code and what fills it in."""

    code: str
    suggestion: str | None = None
    values: tuple[tuple[str, object], ...] = ()


def is_empty(node: Text) -> bool:
    """Whether nothing was filled in: blank, or the YAML words for nothing."""
    return not node.value.strip() or (node.plain and node.value in ("null", "~"))


def read_node(node: Text, wanted: ValueDefinition) -> Stated | Diagnostic:
    """The value in a scalar of a sheet, or the diagnostic at it."""
    found = read_text(node.value, wanted)
    if isinstance(found, Unreadable):
        return Diagnostic(
            code=found.code,
            span=node.span,
            values={"name": wanted.name, "found": node.value, **dict(found.values)},
            suggestion=found.suggestion,
        )
    return found


def read_cell(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    """The value in a cell of a table, which is left empty where a sheet leaves out a line."""
    found = read_text(text, wanted)
    if isinstance(found, Unreadable) and found.code == "placeholder":
        return Unreadable("placeholder-in-cell")
    return found


def read_text(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    """The value that ``text`` states of a fact or column of type ``wanted``."""
    clean = text.strip()
    # No word for nothing begins with a digit, and nearly every value does.
    if not clean[:1].isdecimal() and (
        squeeze(clean).lower() in UNFILLED or clean in UNFILLED_WORDS
    ):
        return Unreadable("placeholder")
    if wanted.type not in _NOT_NUMBERS:
        # Nearly every fact; below they stand only for completeness.
        return _measured(clean, wanted)
    match wanted.type:
        case FactType.TEXT:
            return _word(clean, wanted)
        case FactType.YES_NO:
            return _answer(clean)
        case FactType.LEVEL:
            return _rank(clean, wanted)
        case FactType.DATE:
            return _day(clean)
        case _:
            return _measured(clean, wanted)


def _word(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    if wanted.words and text not in wanted.words:
        meant = _as_gbk(text)
        if meant in wanted.words:
            return Unreadable("gbk-word", None, (("word", text), ("meant", meant)))
        known = " ".join(wanted.words)
        return Unreadable(
            "unknown-word", nearest(text, wanted.words), (("word", text), ("known", known))
        )
    return Said(text)


def _as_gbk(text: str) -> str:
    """What a text would say if its bytes were GBK; some Chinese words happen to be UTF-8 too."""
    try:
        return text.encode("utf-8").decode("gbk")
    except UnicodeDecodeError:
        return ""


def _answer(text: str) -> Stated | Unreadable:
    if text.lower() in _YES:
        return Answer(True)
    if text.lower() in _NO:
        return Answer(False)
    return Unreadable("bad-yes-no")


def _rank(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    for position, level in enumerate(wanted.levels):
        if text in (level, f"{level}级"):
            return Rank(level, position)
    known = " ".join(wanted.levels)
    return Unreadable(
        "unknown-word", nearest(text, wanted.levels), (("word", text), ("known", known))
    )


def _day(text: str) -> Stated | Unreadable:
    flat = squeeze(narrow(text))
    found = _CHINESE_DATE.fullmatch(flat) or _DATE.fullmatch(flat)
    try:
        if found is not None:
            return OnDay(dt.date(*(int(part) for part in found.groups() if part.isdigit())))
    except ValueError:
        pass
    return Unreadable("bad-date", None, (("value", text),))


def _measured(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        behind = simple[3]
        unit = wanted.unit if behind is None else _unit_behind(behind, wanted)
        if unit is not None:
            return _simple_number(simple, unit, wanted, text)
    return _written(text, wanted)


def _unit_behind(behind: str, wanted: ValueDefinition) -> Unit | None:
    """The unit of any plain number with this behind it; None where it is more than a unit."""
    key = (behind, wanted.type, wanted.unit.name)
    if key not in _known_units:
        if len(_known_units) >= _MOST_UNITS:
            _known_units.clear()
        one = _written(f"1{behind}", wanted)
        plain = isinstance(one, Measured) and one.bound is Bound.EXACT and one.places == 0
        _known_units[key] = one.unit if isinstance(one, Measured) and plain else None
    return _known_units[key]


def _simple_number(
    simple: re.Match[str], unit: Unit, wanted: ValueDefinition, text: str
) -> Stated | Unreadable:
    """Digits and a unit: there is nothing else to look for."""
    decimals = simple[2] or ""
    digits = int(simple[1].replace(",", "") + decimals)
    scale = unit.scale
    over, under = digits * scale.numerator, 10 ** len(decimals) * scale.denominator
    base = Fraction(over) if under == 1 else Fraction(over, under)
    if wanted.type is _COUNT and base.denominator != 1:
        return Unreadable("not-whole")
    return Measured(base, _EXACT, unit, len(decimals), text)


def _written(text: str, wanted: ValueDefinition) -> Stated | Unreadable:
    """A number written in any way that people write one."""
    if text == "无":
        return Unreadable("placeholder")
    if len(text) > 2 * MOST_DIGITS or len(squeeze(text)) > MOST_DIGITS:
        return Unreadable("number-too-long", None, (("most", MOST_DIGITS),))
    joined = _GROUPED.sub(lambda found: squeeze(found.group()), narrow(text))
    flat = squeeze(joined)
    if _ABOUT.search(flat):
        return Unreadable("approximate-value")
    remark = _REMARK.fullmatch(flat)
    if remark is not None and _NUMBER.fullmatch(remark[1]):
        figure = remark[1].replace(",", "")
        figure = f'"{figure}"' if figure[0] in "<>" else figure
        return Unreadable("remark-in-value", None, (("figure", figure), ("remark", remark[2])))
    match = _NUMBER.fullmatch(flat)
    # 、 separates the members of a list: 1、234 is not 1234.
    if match is None or "、" in text or _APART.search(joined):
        return Unreadable("not-a-number")
    bounds = {_BEFORE[w] for w in (match["before"],) if w}
    bounds |= {_AFTER[w] for w in (match["more"], match["after"]) if w}
    if len(bounds) > 1:
        return Unreadable("not-a-number")
    unit = _written_unit(match["large"] + match["unit"], match["mark"], wanted)
    if isinstance(unit, Unreadable):
        return unit
    number = _number(match)
    if number is None:
        return Unreadable("zero-ratio", None, (("ratio", text),))
    base = in_base(number, unit)
    if wanted.type is FactType.COUNT:
        if base.denominator != 1:
            return Unreadable("not-whole")
        if base < 0:
            return Unreadable("negative-count")
    digits = match["body"].replace(",", "")
    places = None if match["mark"] else len(digits.partition(".")[2])
    bound = bounds.pop() if bounds else Bound.EXACT
    return Measured(base, bound, unit, places, text)


def _number(match: re.Match[str]) -> Fraction | None:
    number = Fraction(match["body"].replace(",", ""))
    if not match["mark"]:
        return number
    second = Fraction(match["second"])
    return number / second if second else None


def _written_unit(written: str, mark: str | None, wanted: ValueDefinition) -> Unit | Unreadable:
    """The written unit when it converts to the declared one; the declared one when none is."""
    declared = wanted.unit
    if written and mark is not None:
        return Unreadable("not-a-number")
    if not written:
        if mark is not None:
            found = find_unit("1:n" if mark == ":" else "")
            plain = wanted.type in (FactType.RATE, FactType.RATIO, FactType.NUMBER)
            if found is None or not plain or declared.dimension:
                return Unreadable("not-a-number")
            return found
        return declared
    unit = find_unit(written)
    if unit is None:
        return Unreadable("unknown-unit", nearest(written, unit_names()), (("unit", written),))
    if is_large(unit):
        # 73.8万 of people is clear; 510万 of money may have lost 元 or stand for 万元 twice, and
        # so may 8万 of what is counted in another unit than the smallest.
        money = any(base == "money" for base, _ in declared.dimension)
        if money or declared.is_rate or declared.scale != 1:
            hint = f"{written}元" if money else None
            return Unreadable("unit-left-out", hint, (("unit", written), ("wanted", declared.name)))
        return Unit(f"{written}{_plain_name(declared)}", unit.scale, declared.dimension)
    if unit.dimension != declared.dimension or (
        unit.is_rate and wanted.type not in (FactType.RATE, FactType.RATIO, FactType.NUMBER)
    ):
        return Unreadable(
            "unit-of-value",
            None,
            (("unit", written), ("wanted", declared.name or describe(declared.dimension))),
        )
    return unit


def _plain_name(unit: Unit) -> str:
    return unit.name if unit.scale == 1 else describe(unit.dimension)
