"""Prints expressions: the inverse of the parser, with as few parentheses as the grammar needs.

``parse(show(e)) == e`` for every tree the parser can make.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias, assert_never

from .expression import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Batched,
    Call,
    Column,
    Compare,
    Day,
    Expr,
    Fact,
    Flag,
    If,
    In,
    Name,
    Negate,
    Not,
    Number,
    Or,
    Parameter,
    Sign,
    Special,
    Tally,
    Word,
)
from .units import decimal_text, narrow

Substitute: TypeAlias = Callable[[Expr], str | None]

# Not compiled before it is needed: that takes 2 ms.
_BARE_WORD = r"[\u2160-\u217f]+|[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9_]*"
# A bare word may not begin with a Chinese operator, or the lexer would cut it in two.
_OPERATOR_WORD = re.compile(
    "不?(低于|高于|超过|少于|多于|大于|小于|等于)|达到|至少|至多|以[上下内]|及以[上下]"
    "|并且|而且|且|或|属于|其中|如果|那么|否则|并非|是|否"
)
# What ends a bare word: 小学且 is the word 小学 and a conjunction.
_JOINT = re.compile("并且|而且|或者|那么|否则|且|或")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*")
# Binding strength, loosest first.
_IF, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _FACTOR = range(8)


def show(expr: Expr, substitute: Substitute | None = None) -> str:
    """The expression as text; ``substitute`` may put other words in the place of a part."""
    return _Printer(substitute or (lambda _: None)).show(expr, _IF)


def show_level(expr: Expr, substitute: Substitute | None = None) -> str:
    """What a level says of its measure: ``>= 50%``; the inverse of `parse_level`."""
    printer = _Printer(substitute or (lambda _: None))
    parts = expr.parts if isinstance(expr, And) else (expr,)
    halves = [printer.half(part) for part in parts]
    written = [half for half in halves if half is not None]
    return " and ".join(written) if len(written) == len(parts) else printer.show(expr, _IF)


class _Printer:
    def __init__(self, substitute: Substitute) -> None:
        self.substitute = substitute

    def show(self, expr: Expr, within: int) -> str:
        replaced = self.substitute(expr)
        if replaced is not None:
            return replaced
        text, strength = self.plain(expr)
        return f"({text})" if strength < within else text

    def half(self, expr: Expr) -> str | None:
        """A single comparison of the measure without the measure; None for anything else."""
        match expr:
            case Compare(Special("measure"), ((op, limit),)):
                return f"{op} {self.show(limit, _SUM)}"
            case _:
                return None

    def plain(self, expr: Expr) -> tuple[str, int]:
        """The text and how strongly it binds."""
        match expr:
            case Number():
                return show_number(expr), _FACTOR
            case Word():
                return show_word(expr.text), _FACTOR
            case Flag():
                return "yes" if expr.value else "no", _FACTOR
            case Day():
                return expr.value.isoformat(), _FACTOR
            case Name() | Fact() | Parameter() | Column() | Special():
                return expr.name, _FACTOR
            case Attribute():
                return f"subject.{expr.name}", _FACTOR
            case Tally():
                inside = expr.outcome
                if expr.domain is not None:
                    named = _NAME.fullmatch(expr.domain)
                    inside += f", {expr.domain if named else show_word(expr.domain)}"
                return f"{expr.kind}({inside})", _FACTOR
            case Negate():
                return f"-{self.show(expr.operand, _FACTOR)}", _FACTOR
            case Arithmetic():
                strength = _SUM if expr.sign in (Sign.ADD, Sign.SUB) else _PRODUCT
                left = self.show(expr.left, strength)
                right = self.show(expr.right, strength + 1)
                return f"{left} {expr.sign} {right}", strength
            case Compare():
                parts = [self.show(expr.first, _SUM)]
                parts += [f"{op} {self.show(right, _SUM)}" for op, right in expr.rest]
                return " ".join(parts), _COMPARE
            case In():
                options = ", ".join(self.show(option, _IF) for option in expr.options)
                return f"{self.show(expr.operand, _SUM)} in ({options})", _COMPARE
            case And():
                return " and ".join(self.show(part, _NOT) for part in expr.parts), _AND
            case Or():
                return " or ".join(self.show(part, _AND) for part in expr.parts), _OR
            case Not():
                return f"not {self.show(expr.operand, _NOT)}", _NOT
            case If():
                test, then = self.show(expr.test, _IF), self.show(expr.then, _IF)
                return f"if {test} then {then} else {self.show(expr.otherwise, _IF)}", _IF
            case Call():
                inside = ", ".join(self.show(argument, _IF) for argument in expr.arguments)
                return f"{expr.function}({inside})", _FACTOR
            case Aggregate():
                return self.aggregate(expr), _FACTOR
            case Batched():
                inside = self.show(expr.value, _IF)
                inside += ", lowest" if expr.lowest else ""
                inside += "" if expr.by is None else f", by: {expr.by}"
                return f"{expr.kind}({inside})", _FACTOR
            case _:
                assert_never(expr)

    def aggregate(self, expr: Aggregate) -> str:
        text = expr.table
        if expr.where is not None:
            text += f" where {self.show(expr.where, _IF)}"
        if expr.value is not None:
            text += f": {self.show(expr.value, _IF)}"
        if expr.weight is not None:
            text += f", weight: {self.show(expr.weight, _IF)}"
        return f"{expr.kind}({text})"


def show_number(number: Number) -> str:
    """A number as the language writes it: ``5%``, ``1:15``, ``2万元``."""
    if number.unit == "1:n":
        if number.value.numerator and 1 / number.value == int(1 / number.value):
            return f"1:{int(1 / number.value)}"
        return f"{number.value.numerator}:{number.value.denominator}"
    return f"{decimal_text(number.value)}{number.unit}"


def show_word(word: str) -> str:
    """A word constant, quoted where it must be."""
    operators = _OPERATOR_WORD.match(word) or _JOINT.search(word)
    if re.fullmatch(_BARE_WORD, word) and not operators:
        return word
    quote = "'" if '"' in narrow(word) else '"'
    return f"{quote}{word}{quote}"


def canonical(value: Fraction) -> str:
    """The one spelling of an exact number: ``n`` or ``n/d`` in lowest terms."""
    return str(value)
