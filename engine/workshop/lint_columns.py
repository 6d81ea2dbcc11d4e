"""Names what columns cannot compute, so that a slower batch is no surprise."""

from collections.abc import Iterator

from ..language.diagnostics import Diagnostic, Span
from ..language.model import Ruleset
from ..locale import LANGS, Label, phrase, without_formula
from ..scoring.columnar_compile import compile_ruleset

# A batch works out its own comparisons first and gives them to the columns as facts.
_OF_BATCH = "batch"


def left_to_the_interpreter(ruleset: Ruleset) -> Iterator[Diagnostic]:
    """What cannot be compiled sends every sheet of a batch to the interpreter."""
    spans: dict[str, Span] = {rule.id: rule.span for rule in ruleset.vocabulary.integrity}
    spans |= {criterion.id: criterion.span for criterion in ruleset.criteria}
    if ruleset.grade is not None:
        spans["grade"] = ruleset.grade.award[0].span
    for name, reason in compile_ruleset(ruleset).fallbacks:
        if reason == _OF_BATCH:
            continue
        about = Label(name, name)
        if name == "grade":
            about = Label(*(phrase("proof_grade", lang) for lang in LANGS))
        yield Diagnostic(
            code="not-in-columns",
            span=spans[name],
            values={"id": about, "why": without_formula(reason)},
        )
