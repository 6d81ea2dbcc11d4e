"""What a criterion rests on: the facts below it, and whether anything else can change it."""

from dataclasses import dataclass

from .digest import expressions_of
from .expression import Aggregate, Attribute, Batched, Fact, Parameter, walk
from .model import Criterion, Ruleset


@dataclass(frozen=True, slots=True)
class Rests:
    """Facts, those that others are derived of too, and attributes by which it differs.

    ``alone``: these, the year and the kind of the subject settle it. Otherwise it looks at rows of
    tables, at other subjects, or at who the subject is.
    """

    facts: tuple[str, ...]
    attributes: tuple[str, ...]
    alone: bool


def rests_on(criterion: Criterion, ruleset: Ruleset) -> Rests:
    """Everything below a criterion, through derived facts and parameters."""
    facts: dict[str, None] = {}
    attributes: dict[str, None] = {}
    alone = True
    todo = expressions_of(criterion)
    while todo:
        for part in walk(todo.pop()):
            match part:
                case Aggregate() | Batched() | Attribute(name="code" | "name"):
                    alone = False
                case Attribute():
                    attributes[part.name] = None
                case Parameter():
                    parameter = ruleset.parameters[part.name]
                    todo += expressions_of(parameter)
                    if parameter.by is not None:
                        attributes[parameter.by] = None
                case Fact() if part.name not in facts:
                    facts[part.name] = None
                    derived = ruleset.vocabulary.facts[part.name].derived
                    todo += () if derived is None else (derived,)
                case _:
                    pass
    return Rests(tuple(facts), tuple(attributes), alone)
