"""What a list of rulesets says of one: read without checking the rest."""

from dataclasses import dataclass
from pathlib import Path

from ..locale import Label
from .diagnostics import RulesetError, errors
from .inheritance import read_layers
from .model import Status
from .reading import Faults, label, text


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of rulesets says of one."""

    title: Label
    status: Status
    criteria: int


def load_head(path: Path) -> Head:
    """What the ruleset in ``path`` says it is, in a tenth of the time of loading and checking it.

    Raises `RulesetError` where that much cannot be read.
    """
    faults: Faults = []
    layers = read_layers(path, faults)
    if layers is None or errors(faults):
        raise RulesetError(faults)
    top = layers.top
    return Head(label(top.get("title")), Status(text(top.get("status"))), len(layers.criteria))
