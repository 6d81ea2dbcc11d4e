"""Short cuts for many sheets: rules checked by columns, paragraphs remembered. Nothing changes."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.facts.sheet import FactSheet
from engine.facts.sheet_reader import read_sheet
from engine.language.diagnostics import FactsError
from engine.language.digest import expressions_of
from engine.language.expression import fact_names
from engine.language.loader import load_ruleset
from engine.language.model import Criterion
from engine.locale import LANGS, Lang
from engine.reporting.remembered import Paragraphs
from engine.scoring.columnar_integrity import compile_integrity
from engine.scoring.integrity import broken_rules
from engine.scoring.interpreter import Interpreter

from .support import ROOT

RULESET = load_ruleset("changde-county-duty@2022").ruleset
VOCABULARY = RULESET.vocabulary
CHECKS = compile_integrity(RULESET)
TEXT = (ROOT / "fixtures" / "dingcheng-2022.yaml").read_text(encoding="utf-8")
RULED = sorted(
    {name for rule in VOCABULARY.integrity for name in fact_names(rule.rule)}
    & {name for name, fact in VOCABULARY.facts.items() if fact.type == "count"}
)
NUMBERS = st.sampled_from((0, 1, 2, 3, 7, 100, 101))
STATED = st.one_of(
    NUMBERS.map(str),
    NUMBERS.map(lambda n: f'">= {n}"'),
    st.just("{not_applicable: 本区没有}"),
)


def fact_names_of(criterion: Criterion) -> list[str]:
    """The facts that a criterion names."""
    return [name for expr in expressions_of(criterion) for name in fact_names(expr)]


@st.composite
def changes(draw: st.DrawFn) -> dict[str, str]:
    """Some facts of integrity rules, with small numbers that often break one."""
    return draw(st.dictionaries(st.sampled_from(RULED), STATED, min_size=1, max_size=6))


def changed(folder: Path, facts: dict[str, str], number: int, attributes: str = "") -> FactSheet:
    """The sheet of Dingcheng with other statements, further down in its file."""
    lines = TEXT.splitlines()
    kept = [x for x in lines if x.strip().partition(":")[0] not in facts]
    at = kept.index("facts:")
    more = [f"  {name}: {value}" for name, value in facts.items()]
    path = folder / f"{number}.yaml"
    text = "\n".join((*["# one line more"] * number, *kept[: at + 1], *more, *kept[at + 1 :]))
    path.write_text(text, encoding="utf-8")
    return read_sheet(path, VOCABULARY).sheet


def readable(folder: Path, made: list[dict[str, str]]) -> list[FactSheet]:
    """The sheets that can be read at all."""
    found = []
    for number, facts in enumerate(made):
        try:
            found.append(changed(folder, facts, number))
        except FactsError:
            continue
    return found


@given(made=st.lists(changes(), min_size=1, max_size=3))
@settings(max_examples=60)
def test_a_sheet_that_columns_do_not_suspect_breaks_no_rule(
    made: list[dict[str, str]], tmp_path: Path
) -> None:
    """Whatever the interpreter finds, the columns suspected."""
    assert CHECKS is not None
    sheets = readable(tmp_path, made)
    for sheet, suspect in zip(sheets, CHECKS.suspects(sheets), strict=True):
        if not suspect:
            assert broken_rules(Interpreter(RULESET, sheet)) == []


def test_columns_clear_most_sheets_and_suspect_a_broken_rule(tmp_path: Path) -> None:
    """A good sheet is not gone through rule by rule; with more parts than the whole it is."""
    assert CHECKS is not None
    # As it is, the fixture mistakes one rate for another.
    right = {"senior.gross_enrolment": "91.2%"}
    good = changed(tmp_path, right, 0)
    bad = changed(tmp_path, {**right, "preschool.public_children": "99999"}, 1)
    assert not broken_rules(Interpreter(RULESET, good))
    assert broken_rules(Interpreter(RULESET, bad))
    assert CHECKS.suspects([good, bad, good]) == [False, True, False]


RESTING = tuple(c for c in RULESET.criteria if set(fact_names_of(c)) & set(RULED))


@given(facts=changes(), more=changes(), lang=st.sampled_from(LANGS))
@settings(max_examples=40)
def test_paragraphs_are_the_same_from_memory(
    facts: dict[str, str], more: dict[str, str], lang: Lang, tmp_path: Path
) -> None:
    """Read again from another place, a sheet has the same paragraphs, with its own places."""
    memory = Paragraphs(RULESET, lang)
    for sheet in readable(tmp_path, [facts, more, facts]):
        remembered = memory.of(sheet, RESTING, None)
        assert remembered == Paragraphs(RULESET, lang).of(sheet, RESTING, None)
