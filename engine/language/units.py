"""Units of measure: what they are made of, which convert, how exact amounts are written.

A unit is a scale and a dimension. Counting units (人, 所, 班 …) are dimensions of their own, so
that children are never added to schools; but a plain number may be compared with any count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TypeAlias

Dimension: TypeAlias = tuple[tuple[str, int], ...]

DIMENSIONLESS: Dimension = ()
# As many as a written number can have (parser.MOST_DIGITS), so that printing gives it back.
MOST_PLACES = 60

# Sizes are legal units of measurement of China; 1 亩 = 2000/3 ㎡.
_MONEY = {"元": 1, "千元": 1000, "万元": 10_000, "百万元": 10**6, "亿元": 10**8}
_AREA: dict[str, int | Fraction] = {
    "㎡": 1,
    "m²": 1,
    "平方米": 1,
    "亩": Fraction(2000, 3),
    "公顷": 10_000,
    "km²": 10**6,
    "平方公里": 10**6,
}
_LENGTH = {"米": 1, "公里": 1000, "km": 1000}
_RATES = {"%": Fraction(1, 100), "‰": Fraction(1, 1000), "百分点": Fraction(1, 100)}
_RATES["个百分点"] = _RATES["百分点"]
_COUNTS = (
    *("人", "人次", "所", "个", "班", "次", "间", "册", "台", "套", "件", "篇", "项", "条", "户"),
    *("张", "小时", "天", "年", "月", "分", "倍", "M", "周", "期", "支", "辆", "家", "级"),
)
# 名 and 生 count persons as well; 课时 and 学时 count teaching hours.
_ALIASES = {"名": "人", "生": "人", "位": "人", "学时": "小时", "课时": "小时", "个班": "班"}
_ALIASES |= {"座": "所", "枚": "个", "处": "个", "日": "天", "本": "册"}
_LARGE = {"百": 100, "千": 1000, "万": 10_000, "亿": 10**8}
_LARGE |= {a + b: _LARGE[a] * _LARGE[b] for a, b in ("百万", "千万", "百亿", "千亿", "万亿")}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit; ``scale`` base units (元, ㎡, 人 …) make one of it."""

    name: str
    scale: Fraction
    dimension: Dimension
    is_rate: bool = False

    @property
    def counts(self) -> Dimension:
        """The counting part of the dimension."""
        return tuple((base, power) for base, power in self.dimension if is_count(base))


PLAIN = Unit("", Fraction(1), DIMENSIONLESS)


def is_count(base: str) -> bool:
    """Whether a base dimension counts things, rather than money, area or length."""
    return base not in ("money", "area", "length")


def physical(dimension: Dimension) -> Dimension:
    """The dimension without what is counted."""
    return tuple((base, power) for base, power in dimension if not is_count(base))


def counted(dimension: Dimension) -> Dimension:
    """Only what is counted of a dimension."""
    return tuple((base, power) for base, power in dimension if is_count(base))


def times(left: Dimension, right: Dimension, sign: int = 1) -> Dimension:
    """The dimension of a product, or with ``sign=-1`` of a quotient."""
    powers: dict[str, int] = dict(left)
    for base, power in right:
        powers[base] = powers.get(base, 0) + sign * power
    return tuple(sorted((base, power) for base, power in powers.items() if power))


@cache
def find_unit(name: str) -> Unit | None:
    """The unit of that name, also compound (``元/人``) and large (``万人``); None when unknown."""
    name = name.strip()
    if name in ("", "1"):
        return PLAIN
    if name == "1:n":
        return Unit(name, Fraction(1), DIMENSIONLESS)
    if "/" in name:
        first, *rest = (find_unit(part) for part in name.split("/"))
        if first is None or first.is_rate or name.startswith("/"):
            return None
        scale, dimension = first.scale, first.dimension
        for part in rest:
            if part is None or part is PLAIN or part.is_rate:
                return None
            scale /= part.scale
            dimension = times(dimension, part.dimension, -1)
        return Unit(name, scale, dimension)
    return _simple(name)


def _simple(name: str) -> Unit | None:
    if name in _RATES:
        return Unit(name, _RATES[name], DIMENSIONLESS, is_rate=True)
    for table, base in ((_MONEY, "money"), (_AREA, "area"), (_LENGTH, "length")):
        if name in table:
            return Unit(name, Fraction(table[name]), ((base, 1),))
    canonical = _ALIASES.get(name, name)
    if canonical in _COUNTS:
        return Unit(name, Fraction(1), ((canonical, 1),))
    if name in _LARGE:
        return Unit(name, Fraction(_LARGE[name]), DIMENSIONLESS)
    for length in (2, 1):
        large, counted = name[:length], name[length:]
        inner = _simple(counted) if large in _LARGE and counted else None
        if inner is not None and inner.scale == 1 and inner.dimension:
            return Unit(name, Fraction(_LARGE[large]), inner.dimension)
    return None


def is_large(unit: Unit) -> bool:
    """Whether a unit is a bare 千, 万, 千万 …, which does not say what is counted."""
    return unit.name in _LARGE


def unit_names() -> tuple[str, ...]:
    """Every simple unit, for "did you mean"."""
    return (*_RATES, *_MONEY, *_AREA, *_LENGTH, *_COUNTS, *_ALIASES, "万人")


def describe(dimension: Dimension) -> str:
    """A dimension in words of units, e.g. ``元/人``."""
    names = {"money": "元", "area": "㎡", "length": "米"}
    over = "·".join(names.get(b, b) + (f"^{p}" if p > 1 else "") for b, p in dimension if p > 0)
    under = "/".join(names.get(b, b) + (f"^{-p}" if p < -1 else "") for b, p in dimension if p < 0)
    return (over or "1") + (f"/{under}" if under else "") if dimension else "1"


def natural_unit(dimension: Dimension) -> Unit:
    """The base unit of a dimension, to show a computed quantity in."""
    if not dimension:
        return PLAIN
    return Unit(describe(dimension), Fraction(1), dimension)


def decimal_text(value: Fraction, places: int | None = None, *, trim: bool = True) -> str:
    """``value`` as a decimal: exact where ``places`` is None and it ends, else rounded half up.

    >>> decimal_text(Fraction(8041, 16090) * 100, 2)
    '49.98'
    """
    if places is None:
        places = _exact_places(value)
        if places is None:
            return f"{value.numerator}/{value.denominator}"
    scaled = _half_up(value.numerator * 10**places, value.denominator)
    digits = str(abs(scaled)).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:]) if places else (digits, "")
    if trim:
        fraction = fraction.rstrip("0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def round_half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero, as clerks and the national tables round."""
    return _half_up(value.numerator, value.denominator)


def _half_up(over: int, under: int) -> int:
    magnitude = (2 * abs(over) + under) // (2 * under)
    return -magnitude if over < 0 else magnitude


def _exact_places(value: Fraction) -> int | None:
    """The number of decimals that write ``value`` exactly, or None when no finite number does."""
    rest, twos, fives = value.denominator, 0, 0
    if rest == 1:
        return 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 and max(twos, fives) <= MOST_PLACES else None


# Full-width digits, letters and signs, as typed with a Chinese keyboard; one for one, so that
# columns stay where they were.
_FULL_WIDTH: Mapping[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SIGNS: Mapping[int, str] = {
    ord("　"): " ",
    ord("\u00a0"): " ",
    ord("−"): "-",
    ord("–"): "-",
    ord("﹣"): "-",
    ord("﹪"): "%",
    ord("∶"): ":",
    ord("。"): ".",
    ord("、"): ",",
    ord("≧"): "≥",
    ord("≦"): "≤",
    ord("“"): '"',
    ord("”"): '"',
}
NARROW = {**_FULL_WIDTH, **_SIGNS}


def narrow(text: str) -> str:
    """``text`` with full-width digits and signs replaced by ASCII ones, character for character."""
    return text.translate(NARROW)


_CANONICAL = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """``text`` without any white space."""
    return _CANONICAL.sub("", text)


def in_base(value: Fraction, unit: Unit) -> Fraction:
    """A number of ``unit`` in base units (元, ㎡, 1 …)."""
    return value * unit.scale
