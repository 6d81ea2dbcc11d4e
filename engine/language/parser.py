"""Parses expressions: text → `Expr`, or one diagnostic at the character where sense ends."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import (
    LarkError,
    UnexpectedCharacters,
    UnexpectedInput,
    UnexpectedToken,
    VisitError,
)

from .diagnostics import Diagnostic, Source, Span
from .expression import (
    Across,
    Aggregate,
    And,
    Arithmetic,
    At,
    Batched,
    Call,
    Compare,
    Day,
    Expr,
    Flag,
    Function,
    If,
    In,
    Kind,
    Name,
    Negate,
    Not,
    Number,
    Op,
    Or,
    Sign,
    Special,
    Tally,
    Word,
    children,
)
from .grammar import expression_parser
from .nodes import Text
from .units import find_unit, narrow, unit_names
from .vocabulary import nearest

LONGEST = 4000
DEEPEST = 48
MOST_DIGITS = 60

# 达到 and 至少 include the limit, as 以上 and 以下 do in Chinese law (民法典 第一千二百五十九条).
OPERATORS: dict[str, Op] = {
    **dict.fromkeys(("<", "低于", "少于", "小于"), Op.LT),
    **dict.fromkeys(
        (
            *("<=", "≤", "小于等于", "小于或等于", "不高于", "不超过", "不多于", "不大于", "至多"),
            *("以下", "及以下", "以内"),
        ),
        Op.LE,
    ),
    **dict.fromkeys((">", "高于", "超过", "多于", "大于"), Op.GT),
    **dict.fromkeys(
        (
            *(">=", "≥", "大于等于", "大于或等于", "不低于", "不少于", "不小于", "至少", "达到"),
            *("以上", "及以上"),
        ),
        Op.GE,
    ),
    **dict.fromkeys(("=", "==", "等于"), Op.EQ),
    **dict.fromkeys(("!=", "<>", "≠", "不等于"), Op.NE),
}

MEASURE = "measure"
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
# What other languages and Chinese punctuation write for it.
_MEANT = {"=>": ">=", "=<": "<=", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not"}
_SLIPS = re.compile(r"=>|=<|&&?|\|\|?|!(?!=)|, ?(?:且|并且|而且|或者|或|and|or)")
_NO_SOURCE = Source("<expression>")


class _FaultError(Exception):
    """A fault found while building the tree."""

    def __init__(self, code: str, at: At, suggestion: str | None = None, **values: object) -> None:
        self.code, self.at, self.suggestion, self.values = code, at, suggestion, values


@dataclass(frozen=True, slots=True)
class _Tail:
    parts: tuple[tuple[Op, Expr], ...]
    at: At


def _token_at(token: Token) -> At:
    return (token.start_pos or 0, token.end_pos or 0)


def _end(item: object) -> int:
    return (_token_at(item) if isinstance(item, Token) else item.at)[1]  # type: ignore[attr-defined]


def _start(item: object) -> int:
    return (_token_at(item) if isinstance(item, Token) else item.at)[0]  # type: ignore[attr-defined]


def _across(items: list[Any]) -> At:
    present = [i for i in items if i is not None]
    return (_start(present[0]), _end(present[-1]))


def _decimal(token: Token | str, at: At) -> Fraction:
    if len(token) > MOST_DIGITS:
        raise _FaultError("number-too-long", at, most=MOST_DIGITS)
    return Fraction(str(token))


class _Builder(Transformer[Token, Any]):
    """One method for each alternative of the grammar."""

    def number(self, items: list[Token]) -> Number:
        at = _across(items)
        unit = str(items[1]) if len(items) > 1 else ""
        found = find_unit(unit)
        if found is None:
            hint = nearest(unit, unit_names())
            raise _FaultError("unknown-unit", _token_at(items[1]), hint, unit=unit)
        return Number(_decimal(items[0], at), unit, at=at)

    def ratio(self, items: list[Token]) -> Number:
        at = _across(items)
        left, right = (_decimal(part, at) for part in items[0].split(":"))
        if right == 0:
            raise _FaultError("zero-ratio", at, ratio=str(items[0]))
        return Number(left / right, "1:n", at=at)

    def date(self, items: list[Token]) -> Day:
        try:
            return Day(dt.date.fromisoformat(str(items[0])), at=_across(items))
        except ValueError:
            raise _FaultError("bad-date", _across(items), value=str(items[0])) from None

    def string(self, items: list[Token]) -> Word:
        return Word(str(items[0])[1:-1], at=_across(items))

    def word(self, items: list[Token]) -> Word:
        return Word(str(items[0]), at=_across(items))

    def yes(self, items: list[Token]) -> Flag:
        return Flag(True, at=_across(items))

    def no(self, items: list[Token]) -> Flag:
        return Flag(False, at=_across(items))

    def name(self, items: list[Token]) -> Expr:
        text = str(items[0])
        if text == MEASURE:
            return Special(MEASURE, at=_across(items))
        return Name(text, at=_across(items))

    def tail_part(self, items: list[Any]) -> tuple[Op, Expr]:
        return OPERATORS[str(items[0])], items[1]

    def tail_from(self, items: list[Token]) -> tuple[Op, Expr]:
        return OPERATORS[str(items[-1])], self.number(items[:-1])

    def tail(self, items: list[Any]) -> _Tail:
        return _Tail(tuple(items), (items[0][1].at[0], items[-1][1].at[1]))

    def if_else(self, items: list[Any]) -> If:
        return If(items[0], items[1], items[2], at=_across(items))

    def any_of(self, items: list[Any]) -> Or:
        return Or(tuple(items), at=_across(items))

    def all_of(self, items: list[Any]) -> And:
        return And(tuple(items), at=_across(items))

    def negation(self, items: list[Any]) -> Not:
        return Not(items[0], at=_across(items))

    def compare(self, items: list[Any]) -> Compare:
        pairs = zip(items[1::2], items[2::2], strict=True)
        rest = tuple((OPERATORS[str(op)], right) for op, right in pairs)
        return Compare(items[0], rest, at=_across(items))

    def member(self, items: list[Any]) -> In:
        return In(items[0], tuple(items[1:]), at=_across(items))

    def arithmetic(self, items: list[Any]) -> Expr:
        signs = {"+": Sign.ADD, "-": Sign.SUB, "*": Sign.MUL, "×": Sign.MUL}
        left = items[0]
        for sign, right in zip(items[1::2], items[2::2], strict=True):
            at = (left.at[0], right.at[1])
            left = Arithmetic(signs.get(str(sign), Sign.DIV), left, right, at=at)
        result: Expr = left
        return result

    def minus(self, items: list[Any]) -> Negate:
        return Negate(items[1], at=_across(items))

    def call(self, items: list[Any]) -> Call:
        start, end = _across(items)
        return Call(Function(str(items[0])), tuple(items[1:]), at=(start, end + 1))

    def unknown_call(self, items: list[Any]) -> Expr:
        name = str(items[0])
        hint = nearest(name, (*Function, *Kind, *Across))
        raise _FaultError("unknown-function", _token_at(items[0]), hint, function=name)

    def selection(self, items: list[Any]) -> list[Any]:
        return [items[0], items[1], items[2], items[3]]

    def tally_selection(self, items: list[Token]) -> list[Any]:
        return [items[0], items[1]]

    def chosen(self, items: list[Any]) -> list[Any]:
        return [items[0], items[1], items[2], None]

    def chosen_all(self, items: list[Any]) -> list[Any]:
        return [items[0], None, items[1], None]

    def weight(self, items: list[Any]) -> Expr:
        weight: Expr = items[0]
        return weight

    def direction(self, items: list[Token]) -> Token:
        return items[0]

    def group(self, items: list[Token]) -> Token:
        return items[0]

    def batched(self, items: list[Any]) -> Batched:
        name, value, direction, group = items
        start, end = _across(items)
        if direction is not None and Across(str(name)) is not Across.RANK:
            raise _FaultError("wrong-arguments", _token_at(direction), function=str(name))
        lowest = direction is not None and str(direction) == "lowest"
        by = None if group is None else str(group).removeprefix("subject.")
        return Batched(Across(str(name)), value, lowest, by, at=(start, end + 1))

    def aggregate(self, items: list[Any]) -> Expr:
        kind, chosen = Kind(str(items[0])), items[1]
        present = [c for c in chosen if c is not None]
        at = (_token_at(items[0])[0], _end(present[-1]) + 1)
        if len(chosen) == 2:
            domain = chosen[1]
            name = str(domain)[1:-1] if domain.type == "STRING" else str(domain)
            return Tally(kind, str(chosen[0]), name, at=at)
        table, where, value, weight = chosen
        return Aggregate(kind, str(table), where, value, weight, at=at)


@cache
def _grammar() -> Lark:
    return expression_parser(_Builder())


@lru_cache(maxsize=4096)
def _tree(text: str) -> Expr | _Tail:
    """The tree of a text; the same one for the same text, since a file repeats its limits."""
    tree: Expr | _Tail = _grammar().parse(text)  # type: ignore[assignment]
    return tree


def parse(text: str) -> Expr | Diagnostic:
    """Parse a condition or a quantity; the diagnostic (without a file) says where it went wrong."""
    return parse_text(Text(text, Span(_NO_SOURCE, 1, 1, 1, len(text) + 1), plain=True))


def parse_text(node: Text) -> Expr | Diagnostic:
    """Parse a scalar of a file as a condition or a quantity; positions count within the scalar."""
    result = _parse(node)
    if isinstance(result, _Tail):
        return _diagnostic(node, "comparison-without-measure", result.at, text=node.value)
    return result


def parse_level(node: Text) -> Expr | Diagnostic:
    """Parse what a level says of the measure: ``>= 50%``, ``低于 5%``, ``>= 80% and < 90%``."""
    result = _parse(node)
    if isinstance(result, Diagnostic):
        return result
    if not isinstance(result, _Tail):
        if any(isinstance(e, Special) and e.name == MEASURE for e in _all(result)):
            return result
        diagnostic = _diagnostic(node, "level-needs-comparison", result.at, text=node.value)
        quoted = isinstance(result, Word) and result.text != node.value.strip()
        if isinstance(result, Word) and quoted and _is_level(result):
            # Curly quotes are part of the text; YAML takes only straight ones off.
            return replace(diagnostic, suggestion=f'"{result.text.strip()}"')
        return diagnostic
    measure = Special(MEASURE, at=(result.at[0], result.at[0]))
    parts: tuple[Expr, ...] = tuple(
        Compare(measure, ((op, limit),), at=limit.at) for op, limit in result.parts
    )
    return parts[0] if len(parts) == 1 else And(parts, at=result.at)


def _is_level(word: Word) -> bool:
    span = Span(_NO_SOURCE, 1, 1, 1, len(word.text) + 1)
    inside = Text(word.text.strip("'\""), span, plain=True)
    return not isinstance(parse_level(inside), Diagnostic)


def _all(expr: Expr) -> list[Expr]:
    found, todo = [], [expr]
    while todo:
        current = todo.pop()
        found.append(current)
        todo.extend(children(current))
    return found


def _narrowed(text: str) -> str:
    """``text`` with narrow digits and signs, except inside quotes: there it is what it says."""
    flat = narrow(text)
    for quoted in _QUOTED.finditer(flat):
        start, end = quoted.start() + 1, quoted.end() - 1
        flat = flat[:start] + text[start:end] + flat[end:]
    return flat


def _parse(node: Text) -> Expr | _Tail | Diagnostic:
    text = _narrowed(node.value)
    if len(text) > LONGEST:
        return _diagnostic(node, "expression-too-long", (0, len(text)), most=LONGEST)
    if not text.strip():
        return Diagnostic(code="expression-empty", span=node.span)
    try:
        result = _tree(text)
    except VisitError as error:
        if isinstance(error.orig_exc, _FaultError):
            return _refused(node, error.orig_exc)
        raise
    except _FaultError as fault:
        return _refused(node, fault)
    except UnexpectedInput as error:
        return _syntax(node, text, error)
    except (LarkError, RecursionError):
        return _diagnostic(node, "expression-syntax", (0, len(text)), found=text)
    tops = [limit for _, limit in result.parts] if isinstance(result, _Tail) else [result]
    if any(_depth(top) > DEEPEST for top in tops):
        return _diagnostic(node, "expression-too-deep", (0, len(text)), deepest=DEEPEST)
    return result


def tokens(text: str) -> tuple[tuple[str, int, int], ...] | None:
    """What an expression is written of: the grammar's name of each part, and where it stands."""
    try:
        found = list(_grammar().parse_interactive(_narrowed(text)).exhaust_lexer())
    except (LarkError, _FaultError, RecursionError):
        return None
    return tuple((token.type, *_token_at(token)) for token in found)


def _refused(node: Text, fault: _FaultError) -> Diagnostic:
    diagnostic = _diagnostic(node, fault.code, fault.at, **fault.values)
    return replace(diagnostic, suggestion=fault.suggestion)


def _syntax(node: Text, text: str, error: UnexpectedInput) -> Diagnostic:
    at = error.pos_in_stream
    slip = next((s for s in _SLIPS.finditer(text) if s.start() <= (at or 0) <= s.end()), None)
    if slip is not None:
        written = slip.group().replace(" ", "")
        hint = _MEANT.get(written) or written.lstrip(",")
        diagnostic = _diagnostic(node, "expression-syntax", slip.span(), found=slip.group())
        return replace(diagnostic, suggestion=hint)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return _diagnostic(node, "expression-unfinished", (max(0, len(text) - 1), len(text)))
    if isinstance(error, UnexpectedToken):
        start, end = _token_at(error.token)
        return _diagnostic(node, "expression-syntax", (start, end), found=str(error.token))
    if isinstance(error, UnexpectedCharacters) and at is not None:
        return _diagnostic(node, "expression-syntax", (at, at + 1), found=text[at : at + 1])
    return _diagnostic(node, "expression-syntax", (0, len(text)), found=text)


def _depth(expr: Expr) -> int:
    """The depth of the tree, found without recursion, since a hostile tree can be very deep."""
    deepest, todo = 0, [(expr, 1)]
    while todo:
        current, depth = todo.pop()
        deepest = max(deepest, depth)
        todo.extend((child, depth + 1) for child in children(current))
    return deepest


def _diagnostic(node: Text, code: str, at: At, **values: object) -> Diagnostic:
    return Diagnostic(code=code, span=node.part(*at), values=values)
