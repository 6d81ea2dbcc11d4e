"""Tells a rule that a part is no more than its whole from any other rule."""

from .expression import Compare, Expr, Fact, Op


def whole_and_part(rule: Expr) -> tuple[Fact, Fact] | None:
    """The two facts of a rule ``part <= whole``; None for any other rule."""
    match rule:
        case Compare(first=Fact() as part, rest=((Op.LE, Fact() as whole),)):
            return whole, part
        case _:
            return None
