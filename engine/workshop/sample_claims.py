"""States what follows from a county's figures as clerks do: rounded, cut, sometimes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import floor

from ..facts.values import Answer, Bound, Measured, Stated
from ..language.expression import Number as WrittenNumber
from ..language.expression import Parameter
from ..language.model import Outcome
from ..language.units import round_half_up
from ..language.vocabulary import Better, FactDefinition, FactType
from ..scoring.fact_values import Basis, Key, Moment
from ..scoring.interpreter import Interpreter
from ..scoring.outcome import evaluate
from ..scoring.values import Number, Truth, Value, point
from .sample_county import within
from .sample_draws import Draws
from .sample_needs import Uses

# Clerks state most of what can be worked out, with two decimals, and cut one in five.
_STATED = Fraction(85, 100)
_CUT = Fraction(1, 5)
_PLACES = (2, 1, 3)
# How far a wrong figure is off: 0.3 to 3.5 points of a rate, 2 to 12 per cent of anything else.
_POINTS = (30, 350)
_PERCENT = (2, 12)
_ORDER = (Outcome.FULLY_MET, Outcome.BASICALLY_MET, Outcome.NOT_MET)


class Wrong(StrEnum):
    """How a stated figure contradicts its parts."""

    DIFFERS = "differs"
    HIDES_LIMIT = "hides_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A stated figure that follows from others; ``wrong``: how it contradicts them.

    ``audited``: all of its parts are reported, so that it can be compared with them.
    """

    fact: str
    year: int
    stated: Stated
    exact: Fraction | None = None
    audited: bool = False
    wrong: Wrong | None = None


def draw_claims(
    whole: Interpreter,
    told: Interpreter,
    keys: tuple[Key, ...],
    uses: Mapping[str, Uses],
    share: Fraction | None,
    draws: Draws,
) -> tuple[Claim, ...]:
    """What the county states of derived facts, a share of it wrong; None: it cannot be audited.

    ``whole`` has every figure, ``told`` only those that the county reports.
    """
    claims = []
    for key in keys:
        fact = whole.vocabulary.facts[key[0]]
        found = _computed(whole, key)
        if isinstance(found, Truth):
            claims.append(Claim(fact=key[0], year=key[1], stated=Answer(found.holds)))
        exact = found.exact if isinstance(found, Number) else None
        if not isinstance(exact, Fraction) or not draws.chance(_STATED):
            continue
        if fact.type is FactType.RATIO or within(fact, exact) != exact:
            continue
        wrong = share is not None and draws.chance(share)
        use = uses.get(key[0], Uses((), (), False))
        claim = _stated(told, fact, key[1], exact, use, draws, wrong)
        if claim is not None:
            claims.append(replace(claim, audited=share is not None))
    return tuple(claims)


def parts_reported(interpreter: Interpreter, key: Key) -> bool:
    """Whether a derived fact can be worked out, so that a claim of it is audited."""
    return _computed(interpreter, key) is not None


def _computed(interpreter: Interpreter, key: Key) -> Value | None:
    """What a derived fact comes to by its parts; None where one of them is lacking."""
    found = interpreter.fact(key[0], Moment(interpreter.base_year(key[0]) - key[1]))
    return found.value if found.basis is Basis.COMPUTED else None


def _stated(
    interpreter: Interpreter,
    fact: FactDefinition,
    year: int,
    exact: Fraction,
    use: Uses,
    draws: Draws,
    wrong: bool,
) -> Claim | None:
    """A fair figure, or on demand a wrong one; a fair one must not hide which side it is on."""
    fair = _fair(fact, exact, draws)
    for stated in fair:
        hides = _hides(interpreter, fact.name, year, exact, stated.value, use)
        if hides is wrong:
            kind = Wrong.HIDES_LIMIT if wrong else None
            return Claim(fact=fact.name, year=year, stated=stated, exact=exact, wrong=kind)
    if not wrong:
        return None
    off = _off(fact, exact, fair[0].places or 0, draws)
    if off is None:
        return None
    return Claim(fact=fact.name, year=year, stated=off, exact=exact, wrong=Wrong.DIFFERS)


def _fair(fact: FactDefinition, exact: Fraction, draws: Draws) -> list[Measured]:
    """The figure rounded or cut, as drawn, then the other spellings that may stand as well."""
    whole = fact.quantum is not None and (fact.quantum / fact.unit.scale) % 1 == 0
    places = (0,) if whole and exact % fact.unit.scale == 0 else _PLACES
    first_cut = draws.chance(_CUT)
    found: list[tuple[int, int]] = []
    for number in places:
        step = fact.unit.scale / 10**number
        rounded = round_half_up(exact / step)
        cut = floor(abs(exact) / step)
        cut = -cut if exact < 0 else cut
        found += [(cut, number), (rounded, number)] if first_cut else [(rounded, number)]
        found += [] if first_cut else [(cut, number)]
    return [
        Measured(steps * fact.unit.scale / 10**number, Bound.EXACT, fact.unit, number)
        for steps, number in found
    ]


def _off(fact: FactDefinition, exact: Fraction, places: int, draws: Draws) -> Measured | None:
    """A figure that no rounding gives, mostly a better one than the parts do."""
    step = fact.unit.scale / 10**places
    if fact.unit.is_rate:
        distance = draws.whole(*_POINTS) * Fraction(1, 10_000)
    else:
        distance = abs(exact) * draws.whole(*_PERCENT) / 100
    distance = max(distance, 3 * step)
    better = -1 if fact.better is Better.LOWER else 1
    for way in (better, -better):
        value = round_half_up((exact + way * distance) / step) * step
        if within(fact, value) == value and abs(value - exact) > 2 * step:
            return Measured(value, Bound.EXACT, fact.unit, places)
    return None


def _hides(
    interpreter: Interpreter, name: str, year: int, exact: Fraction, stated: Fraction, use: Uses
) -> bool:
    """Whether a criterion came out better if the stated figure were believed."""
    if stated == exact:
        return False
    if not use.tangled and not any(
        _side(exact, limit) != _side(stated, limit) for limit in constants(interpreter, use)
    ):
        return False
    believing = interpreter.replaced((name, year), point(stated))
    for identifier in use.criteria:
        criterion = interpreter.ruleset.criterion(identifier)
        if criterion is None:
            continue
        real, claimed = evaluate(criterion, interpreter), evaluate(criterion, believing)
        if {real.outcome, claimed.outcome} <= set(_ORDER) and (
            _ORDER.index(claimed.outcome) < _ORDER.index(real.outcome)
        ):
            return True
    return False


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)


def constants(interpreter: Interpreter, use: Uses) -> list[Fraction]:
    """The numbers that criteria compare a fact with, for this county."""
    values = [
        interpreter.value(limit)
        for limit in use.limits
        if isinstance(limit, (WrittenNumber, Parameter))
    ]
    return [
        value.exact
        for value in values
        if isinstance(value, Number) and isinstance(value.exact, Fraction)
    ]
