"""`dudao fmt --operators`: comparisons in one style; meaning, comments and all else stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands.common import Exit
from engine.language.catalogue import Installed, installed
from engine.language.diagnostics import Source
from engine.language.digest import ruleset_digest
from engine.language.expression import Expr
from engine.language.loader import load_file
from engine.language.nodes import parse as yaml
from engine.language.nodes import plain
from engine.language.parser import OPERATORS, parse
from engine.language.printer import show
from engine.language.source import read_source
from engine.workshop.formatting import formatted
from engine.workshop.mutants import mutants
from engine.workshop.spelling import Operators, in_style

from .support import criteria, dudao, write
from .test_fmt import comments
from .trees import trees

STYLES: tuple[Operators, ...] = ("zh", "en")
CHINESE = [word for word in OPERATORS if "\u4e00" <= word[0] <= "\u9fff"]


@given(trees, st.sampled_from(STYLES))
def test_a_respelt_expression_is_the_same_tree(tree: Expr, style: Operators) -> None:
    """print ∘ parse in either style; the English one is what the printer writes."""
    text = show(tree)
    respelt = in_style(text, style)
    assert respelt is not None
    assert parse(respelt) == tree
    assert in_style(respelt, style) == respelt
    assert in_style(respelt, "en") == in_style(text, "en")


@pytest.mark.parametrize("word", OPERATORS)
def test_every_operator_is_written_in_either_style(word: str) -> None:
    """Whatever people write for it, before the number or after it."""
    after = word.startswith(("以", "及以"))
    text = f"a.b > 0 and c.d {word} 5%" if not after else f"5%{word}"
    zh, en = in_style(text, "zh"), in_style(text, "en")
    assert zh is not None
    assert en is not None
    assert not [c for c in "<>=" if c in zh]
    assert not [other for other in CHINESE if other in en]
    assert in_style(zh, "en") == en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("低于5%", "低于 5%", "< 5%"),
        (">=80% and <90%", "不低于 80% and 低于 90%", ">= 80% and < 90%"),
        ("10人以内", "不超过 10人", "<= 10人"),
        ("5%及以上 且 低于 9%", "不低于 5% 且 低于 9%", ">= 5% 且 < 9%"),
        ("＞＝ ５", "不低于 ５", ">= ５"),
        ("count(x where y 高于 3)=0", "count(x where y 高于 3) 等于 0", "count(x where y > 3) = 0"),
        ('x = "低于"', 'x 等于 "低于"', 'x = "低于"'),
        ("a\n    >= 5", "a\n    不低于 5", "a\n    >= 5"),
    ],
)
def test_what_a_style_looks_like(text: str, zh: str, en: str) -> None:
    """One space on either side; words in quotes, rows and figures stay as they are."""
    assert (in_style(text, "zh"), in_style(text, "en")) == (zh, en)


def test_what_is_no_expression_stays() -> None:
    """A broken expression is for `dudao check`."""
    assert in_style("a >=", "zh") is None


def content(text: str) -> object:
    """What YAML says, however it is quoted."""
    node, _ = yaml(Source("ruleset.yaml", text))
    assert node is not None
    return plain(node)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("entry", installed(), ids=lambda e: e.name)
def test_a_shipped_ruleset_stays_what_it_is(entry: Installed, style: Operators) -> None:
    """All its comparisons in the style, its comments kept; and back again all the same."""
    source, _ = read_source(entry.path)
    text = formatted(source, "ruleset", style)
    assert comments(text) == comments(source.text)
    assert formatted(Source(source.path, text), "ruleset", style) == text
    assert content(formatted(Source(source.path, text), "ruleset", "en")) == content(
        formatted(source, "ruleset", "en")
    )


RULES = criteria(
    """
    # about it
    - id: D.1
      title: {zh: 大班额低于5%, en: Large classes}
      applies_when: >-
        classes.all > 0
        and classes.large >= 0
      measure: classes.large / classes.all
      fully: 低于 5%  # as the notice says
      basically: "<= 10%"
    """
)


@pytest.mark.parametrize("style", STYLES)
def test_the_command_writes_the_style(style: str, tmp_path: Path) -> None:
    """In blocks and behind comments too; nothing but expressions changes, and no test of it."""
    path = write(tmp_path, "ruleset.yaml", RULES)
    before = load_file(path).ruleset
    checked = dudao("fmt", tmp_path, "--check", "--operators", style)
    assert checked.code == Exit.BELOW
    assert dudao("fmt", tmp_path, "--operators", style).code == Exit.DONE
    text = path.read_text(encoding="utf-8")
    zh = style == "zh"
    assert ("fully: 低于 5%  # as the notice says" in text) is zh
    assert ('fully: "< 5%"  # as the notice says' in text) is not zh
    assert ("basically: 不超过 10%" in text) is zh
    assert ("        and classes.large 不低于 0\n" in text) is zh
    assert "title: {zh: 大班额低于5%, en: Large classes}" in text
    assert "# about it" in text
    after = load_file(path).ruleset
    assert ruleset_digest(after) == ruleset_digest(before)
    assert [m.name for m in mutants(after)] == [m.name for m in mutants(before)]
    assert dudao("fmt", tmp_path, "--check", "--operators", style).code == Exit.DONE
