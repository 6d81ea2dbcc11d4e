"""Which sheets may break an integrity rule, found for many at once; the interpreter says how.

Most sheets break none, and then nothing has to be worked out row by row. Whatever is not decided
here for certain counts as suspect.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..facts.sheet import FactSheet
from ..language.expression import Expr
from ..language.model import Ruleset
from ..language.parts import whole_and_part
from .columnar_frames import frames
from .columnar_masks import either
from .columnar_needs import Together, together
from .columnar_vectors import Mask
from .encoding import Encoded, Encoder
from .lowering import Lowerer
from .lowering_terms import FALSE, Formula
from .lowering_values import Truth, UnsupportedError


@dataclass(frozen=True, slots=True)
class Checks:
    """The integrity rules of a vocabulary lowered: where one is broken, or does not apply."""

    suspect: tuple[Formula, ...]
    encoder: Encoder
    together: Together

    def suspects(self, sheets: Sequence[FactSheet]) -> list[bool]:
        """For each sheet whether the rules have to be gone through one by one."""
        return self.suspects_of(self.encoder.encode(sheets))

    def suspects_of(self, encoded: Encoded) -> list[bool]:
        """The same for subjects that are columns already."""
        found: list[bool] = []
        for frame, _ in frames(self.encoder.tables, encoded, self.together):
            mask: Mask = False
            for formula in self.suspect:
                mask = either(mask, frame.mask(formula))
            found += [mask] * frame.length if isinstance(mask, bool) else mask.to_list()
        for row in encoded.routed:
            found[row] = True
        return found


def _part_of_nothing(rule: Expr, truth: Truth, lowerer: Lowerer) -> Formula:
    """Where a part may have been reported of a whole that was declared not applicable."""
    parts = whole_and_part(rule)
    if parts is None:
        return FALSE
    whole, part = (lowerer.value(fact) for fact in parts)
    return lowerer.graph.both(
        truth.gap.inapplicable, whole.gap.inapplicable, lowerer.logic.has(part.gap)
    )


def compile_integrity(ruleset: Ruleset) -> Checks | None:
    """None where a rule cannot be lowered: then every sheet is suspect."""
    lowerer = Lowerer(ruleset)
    suspect: list[Formula] = []
    try:
        for integrity in ruleset.vocabulary.integrity:
            truth = lowerer.condition(integrity.rule)
            suspect += (lowerer.logic.no(truth), _part_of_nothing(integrity.rule, truth, lowerer))
    except UnsupportedError:
        return None
    suspect += (where for where, _ in lowerer.escapes.values())
    inputs = lowerer.inputs
    criteria = frozenset(criterion.id for criterion in ruleset.criteria)
    encoder = Encoder(
        tuple(inputs.needed.values()),
        tuple(inputs.tables),
        inputs.words,
        criteria,
        inputs.most_rows,
    )
    return Checks(tuple(suspect), encoder, together(suspect))
