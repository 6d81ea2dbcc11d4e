"""A few made-up tables, the same on every run, for what the solver cannot find."""

import random
from collections.abc import Iterator
from fractions import Fraction

from ..language.vocabulary import FactType, ValueDefinition
from ..scoring.lowering_inputs import Needed
from .verify_sheets import Found, Space

SAMPLES = 80
SAMPLE_ROWS = 3
_SIZES = (1, 10, 100, 1000)


def sampled(space: Space) -> Iterator[Found]:
    """Columns at their typical value, cells at random sizes."""
    numbers: dict[str, Fraction] = {}
    answers: dict[str, bool] = {}
    for column, needed in space.by_column.items():
        if needed.definition is not None and needed.definition.type is FactType.YES_NO:
            answers[column] = False
            continue
        typical = space.typical(needed)
        numbers[column] = typical if typical is not None else Fraction(max(needed.low, 0))
    cells = [n for n in space.lowerer.inputs.needed.values() if n.table]
    for seed in range(SAMPLES):
        draws = random.Random(seed)
        own, flags = dict(numbers), dict(answers)
        for row in range(SAMPLE_ROWS):
            for needed in cells:
                if needed.definition is not None:
                    name = f"{needed.table}[{row}].{needed.name}"
                    _cell(name, needed, needed.definition, space, draws, own, flags)
        yield Found(numbers=own, answers=flags)


def _cell(
    name: str,
    needed: Needed,
    definition: ValueDefinition,
    space: Space,
    draws: random.Random,
    numbers: dict[str, Fraction],
    answers: dict[str, bool],
) -> None:
    if definition.type is FactType.YES_NO:
        answers[name] = draws.random() < 0.5
        return
    codes = space.codes(needed)
    if codes:
        numbers[name] = Fraction(draws.choice(codes))
        return
    size = draws.choice(_SIZES) * draws.randint(1, 9)
    numbers[name] = Fraction(min(max(size, needed.low), needed.high))
