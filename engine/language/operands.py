"""Which operands fit together, and the diagnostic at the expression where they do not.

Laws of units: a sum, a comparison and a choice need operands of one dimension; products and
quotients make new dimensions. A number written without unit may stand for any count or rate, never
for money or an area (this module exists for the slip between 元 and 万元); zero may be bare.
"""

from dataclasses import dataclass, field, replace

from ..locale import Label, kind
from .diagnostics import Diagnostic, Span
from .expression import At, Compare, Expr, Number, Op, Special, Word, children
from .nodes import Text
from .printer import show
from .types import (
    BROKEN,
    CONDITION,
    NUMBER,
    Broken,
    Dates,
    Levels,
    Quantity,
    Truth,
    Type,
    Words,
    describe_type,
    describe_unit,
)
from .units import counted, describe, physical
from .vocabulary import TableDefinition, Vocabulary, nearest


@dataclass(slots=True)
class Operands:
    """The rules for the expressions of one scalar, and the faults found in it."""

    node: Text
    vocabulary: Vocabulary
    # The table whose rows the part at hand walks.
    table: TableDefinition | None = None
    faults: list[Diagnostic] = field(default_factory=list)

    def fault(self, code: str, at: At, suggestion: str | None = None, **values: object) -> Broken:
        span: Span = self.node.part(*at)
        self.faults.append(Diagnostic(code=code, span=span, values=values, suggestion=suggestion))
        return BROKEN

    def want(self, expr: Expr, found: Type, wanted: type[Truth] | type[Quantity]) -> bool:
        """Report unless the type is of the wanted kind."""
        if isinstance(found, (wanted, Broken)):
            return True
        name = CONDITION if wanted is Truth else NUMBER
        if isinstance(expr, Word):
            self.stray_word(expr, name)
            return False
        self.fault(
            "type-mismatch", expr.at, part=show(expr), found=describe_type(found), wanted=name
        )
        return False

    def stray_word(self, word: Word, wanted: Label) -> Broken:
        """A word where a figure belongs: most often a label instead of the name it stands for."""
        if self.table is not None:
            labels = {column.label.zh: name for name, column in self.table.columns.items()}
            near = nearest(word.text, labels)
            if near is not None:
                known = tuple(self.table.columns)
                values = {"name": word.text, "table": self.table.name, "known": known}
                return self.fault("unknown-column", word.at, labels[near], **values)
        fact = self.vocabulary.nearest(word.text)
        if fact is not None:
            return self.fault("unknown-fact", word.at, fact, name=word.text)
        found = kind("words")
        return self.fault("type-mismatch", word.at, part=word.text, found=found, wanted=wanted)

    def joint(self, expr: Expr, first: Quantity, second: Quantity) -> Quantity | Broken:
        """The common type of two quantities that are added, compared or chosen between."""
        if first.zero and first.literal and first.bare:
            return replace(second, zero=False)
        if second.zero and second.literal and second.bare:
            return replace(first, zero=False)
        if first.dimension == second.dimension:
            if first.bare and not second.bare:
                return second
            return first
        for this, other in ((first, second), (second, first)):
            if this.bare and not physical(other.dimension):
                return other
            # 2000元 may be compared with 元/人: the written unit names the money, not the head.
            if (
                this.literal
                and not counted(this.dimension)
                and this.dimension
                and physical(other.dimension) == this.dimension
            ):
                return other
            if this.bare:
                unit = describe(other.dimension)
                large = next((e for e in children(expr) if _is_large(e)), None)
                hint = f"{show(large)}{unit}" if large is not None else None
                return self.fault("number-needs-unit", expr.at, hint, part=_shown(expr), unit=unit)
        return self.fault(
            "unit-mismatch",
            expr.at,
            part=_shown(expr),
            left=describe_unit(first.dimension),
            right=describe_unit(second.dimension),
        )

    def common(self, expr: Expr, found: tuple[Type, ...]) -> Type:
        """The common type of alternatives."""
        joint = found[0]
        for other in found[1:]:
            if isinstance(joint, Quantity) and isinstance(other, Quantity):
                irrational = joint.irrational or other.irrational
                merged = self.joint(expr, joint, other)
                if isinstance(merged, Broken):
                    return merged
                literal = joint.literal and other.literal
                joint = replace(merged, literal=literal, irrational=irrational)
            elif isinstance(joint, Broken) or isinstance(other, Broken):
                return BROKEN
            elif isinstance(joint, Words) and isinstance(other, Words):
                joint = Words(tuple(dict.fromkeys((*joint.known, *other.known))))
            elif joint != other:
                return self.mismatch(expr, joint, other)
        return joint

    def mismatch(self, expr: Expr, first: Type, second: Type) -> Broken:
        return self.fault(
            "type-mismatch",
            expr.at,
            part=_shown(expr),
            found=describe_type(second),
            wanted=describe_type(first),
        )

    def comparable(self, expr: Compare, first: Type, second: Type, op: Op) -> None:
        equality = op in (Op.EQ, Op.NE)
        match first, second:
            case (Broken(), _) | (_, Broken()) | (Dates(), Dates()):
                return
            case Quantity(), Quantity():
                self.joint(expr, first, second)
            case Truth(), Truth() if equality:
                return
            case (Levels(levels), Words(known, literal=True)) | (
                Words(known, literal=True),
                Levels(levels),
            ):
                self.word_among(expr, known[0], levels)
            case Levels(a), Levels(b) if a == b:
                return
            case (Words(known), Words((word,), literal=True)) | (
                Words((word,), literal=True),
                Words(known),
            ) if equality:
                self.word_among(expr, word, known)
            case Words(), Words() if equality:
                return
            case _:
                left, right = expr.first, expr.rest[0][1]
                for side, other in ((left, second), (right, first)):
                    if isinstance(side, Word) and not isinstance(other, Words | Levels):
                        self.stray_word(side, describe_type(other))
                        return
                self.mismatch(expr, first, second)

    def word_among(self, expr: Expr, word: str, known: tuple[str, ...]) -> None:
        if known and word not in known:
            hint = nearest(word, known)
            at = next((e.at for e in children(expr) if e == Word(word)), expr.at)
            self.fault("unknown-word", at, hint, word=word, known=" ".join(known))

    def whole(self, expr: Expr, least: int, most: int) -> bool:
        """Whether it is a written whole number from ``least`` to ``most``."""
        if isinstance(expr, Number) and not expr.unit and expr.value.denominator == 1:
            return least <= expr.value <= most
        return False


def _is_large(expr: Expr) -> bool:
    """A number such as 8万, of which only 元 or 人 is missing."""
    return isinstance(expr, Number) and expr.unit in ("万", "亿")


def _shown(expr: Expr) -> str:
    """The expression as its author wrote it: half a comparison of the measure stays half."""
    match expr:
        case Compare(Special("measure", at=at), rest) if at[0] == at[1]:
            return " ".join(f"{op} {show(right)}" for op, right in rest)
        case _:
            return show(expr)
