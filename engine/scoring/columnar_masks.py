"""Where conditions hold, column by column; one that is the same everywhere costs nothing."""

from .columnar_vectors import Mask


def both(one: Mask, two: Mask) -> Mask:
    """Where both hold."""
    if isinstance(one, bool):
        return two if one else False
    return one if two is True else False if two is False else one & two


def either(one: Mask, two: Mask) -> Mask:
    """Where one of them holds."""
    if isinstance(one, bool):
        return True if one else two
    return True if two is True else one if two is False else one | two


def apart(one: Mask, two: Mask) -> Mask:
    """Where only one of them holds."""
    if isinstance(one, bool):
        return opposite(two) if one else two
    return opposite(one) if two is True else one if two is False else one ^ two


def opposite(mask: Mask) -> Mask:
    """Where it does not hold."""
    return not mask if isinstance(mask, bool) else ~mask
