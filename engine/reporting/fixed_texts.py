"""Texts that follow from the ruleset alone: written once for all sheets that are explained."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..language.expression import Expr, Parameter, walk
from ..language.model import Ruleset
from ..language.once import once

_MOST = 20_000


@dataclass(slots=True)
class FixedTexts:
    """Texts of one ruleset in one language, by what they are about."""

    _known: dict[tuple[object, ...], tuple[object, str]] = field(default_factory=dict)

    def once(self, about: object, key: tuple[object, ...], write: Callable[[], str]) -> str:
        """The text about a part of the ruleset, which is told from others by its identity."""
        whole = (id(about), *key)
        found = self._known.get(whole)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            # What is kept here shares its identity with nothing else.
            found = self._known[whole] = (about, write())
        return found[1]


def is_fixed(expr: Expr, ruleset: Ruleset) -> bool:
    """Whether no parameter of an expression may vary with the subject."""
    parameters = (ruleset.parameters[name] for name in _parameters(expr))
    return all(
        parameter.by is None and (parameter.value is None or not _parameters(parameter.value))
        for parameter in parameters
    )


@once
def _parameters(expr: Expr) -> tuple[str, ...]:
    return tuple(part.name for part in walk(expr) if isinstance(part, Parameter))
