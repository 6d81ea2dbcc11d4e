"""Writes values as clerks do: full-width digits, thousands, 万元 and 亿元, spaces, 96%以上, 1:15.

Whatever the spelling, what is read back is exactly the value that was written.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import assert_never

from ..facts.sheet import Subject
from ..facts.values import Answer, Bound, Inapplicable, Measured, OnDay, Rank, Said, Stated
from ..language.units import Unit, decimal_text, find_unit
from ..language.vocabulary import FactType, ValueDefinition, Vocabulary
from ..scoring.fact_values import Key
from .sample_draws import Draws

_FULL_WIDTH = {**{ord(str(n)): chr(0xFF10 + n) for n in range(10)}, ord("."): "．", ord("%"): "％"}
_YES, _NO = ("是", "是", "是", "是", "有", "yes"), ("否", "否", "否", "否", "无", "no")
# One value in so many is spelt otherwise than as digits and declared unit.
_SELDOM, _RARE = Fraction(1, 8), Fraction(1, 40)
_HEAD = "# 合成数据，不是任何真实县区的情况。Synthetic: no real county.\n"
_FLOW = frozenset("{}[],")
_SIGNS = frozenset(":#{}[],&*!|>'\"%@`")


def spelt(stated: Stated, wanted: ValueDefinition, draws: Draws) -> str:
    """One spelling of a value of a fact or column."""
    match stated:
        case Measured():
            return _number(stated, wanted, draws)
        case Answer():
            return draws.pick(_YES if stated.value else _NO)
        case Rank():
            return (
                f"{stated.word}级"
                if draws.chance(_SELDOM) and len(stated.word) == 1
                else (stated.word)
            )
        case OnDay():
            day = stated.value
            chinese = f"{day.year}年{day.month}月{day.day}日"
            return chinese if draws.chance(_SELDOM) else day.isoformat()
        case Said():
            return stated.text
        case Inapplicable():
            return stated.reason
        case _:
            assert_never(stated)


def _number(stated: Measured, wanted: ValueDefinition, draws: Draws) -> str:
    if wanted.type is FactType.RATIO and stated.value:
        return f"1:{decimal_text(1 / stated.value)}"
    unit = stated.unit
    if stated.places is None and not unit.is_rate and draws.chance(_SELDOM):
        unit = _larger(stated.value, unit) or unit
    digits = decimal_text(stated.value / unit.scale, stated.places, trim=stated.places is None)
    whole, point, rest = digits.partition(".")
    if len(whole.lstrip("-")) > 3 and draws.chance(_SELDOM):
        digits = f"{int(whole):,}{point}{rest}"
    text = _with_unit(digits, unit, wanted, draws)
    if stated.bound is Bound.AT_LEAST:
        text += "以上"
    return text.translate(_FULL_WIDTH) if draws.chance(_RARE) and "," not in text else text


def _larger(value: Fraction, unit: Unit) -> Unit | None:
    """亿元 for 万元, 万人 for 人: where few digits still say all."""
    name = {"万元": "亿元", "元": "万元", "人": "万人"}.get(unit.name)
    larger = find_unit(name) if name is not None else None
    if larger is None or value < larger.scale:
        return None
    shown = decimal_text(value / larger.scale)
    return larger if "/" not in shown and len(shown.partition(".")[2]) <= 6 else None


def _with_unit(digits: str, unit: Unit, wanted: ValueDefinition, draws: Draws) -> str:
    """A rate always has its sign; a count or an amount has its unit more often than not."""
    name = unit.name
    if not name or name == "1:n":
        return digits
    if not unit.is_rate and unit == wanted.unit and draws.chance(Fraction(2, 5)):
        return digits
    space = " " if draws.chance(_SELDOM) or (not unit.is_rate and "/" in name) else ""
    return f"{digits}{space}{name}"


def sheet_text(
    subject: Subject,
    year: int,
    values: Mapping[Key, Stated],
    vocabulary: Vocabulary,
    judged: Mapping[str, str],
    tables: Iterable[str],
    draws: Draws,
) -> str:
    """A whole sheet in YAML; ``tables`` are the names of the files beside it."""
    written = {"name": subject.name, "kind": subject.kind, **subject.attributes}
    about = ", ".join(f"{name}: {yaml_text(word)}" for name, word in written.items())
    parts = [
        _HEAD,
        f'format: 1\nsubject: {{code: "{subject.code}", {about}}}\nyear: {year}\nsource: self\n',
        _facts(year, values, vocabulary, draws),
    ]
    if judged:
        lines = "".join(f"    {name}: {outcome}\n" for name, outcome in judged.items())
        parts.append(f"outcomes:\n  onsite:\n{lines}")
    names = "".join(f"  {_table_of(name)}: {name}\n" for name in tables)
    if names:
        parts.append(f"tables:\n{names}")
    return "".join(parts)


def _facts(year: int, values: Mapping[Key, Stated], vocabulary: Vocabulary, draws: Draws) -> str:
    """In the order of the vocabulary: one value of the usual year, or a series by year."""
    by_name: dict[str, dict[int, str]] = {}
    order = {name: position for position, name in enumerate(vocabulary.facts)}
    for name, of in sorted(values, key=lambda key: (order[key[0]], key[1])):
        text = yaml_text(spelt(values[name, of], vocabulary.facts[name], draws))
        by_name.setdefault(name, {})[of] = text
    lines = []
    for name, texts in by_name.items():
        usual = year - (1 if vocabulary.facts[name].previous_year else 0)
        if list(texts) == [usual]:
            lines.append(f"  {name}: {texts[usual]}\n")
        else:
            series = ", ".join(f"{of}: {text}" for of, text in texts.items())
            lines.append(f"  {name}: {{{series}}}\n")
    return f"facts:\n{''.join(lines)}" if lines else "facts: {}\n"


def _table_of(file: str) -> str:
    return file.partition("-")[2].removesuffix(".csv")


def yaml_text(text: str) -> str:
    """A scalar as YAML reads it back; quoted only where it has to be."""
    plain = bool(text) and text[0] not in _SIGNS and text[0] not in "-? " and text[-1] != ":"
    # Between braces `:?` would be a key.
    apart = not any(mark in text for mark in (": ", ":?", " #"))
    if plain and apart and not _FLOW.intersection(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
