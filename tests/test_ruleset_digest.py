"""One digest for one ruleset: it changes with the meaning, and with nothing else."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.language.catalogue import installed
from engine.language.diagnostics import Diagnostic, Source, Span
from engine.language.digest import ruleset_digest, used_facts
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.language.nodes import Text
from engine.language.parser import parse_level, parse_text
from engine.language.printer import show, show_level

from .support import DATA, ruleset, write

EVERYTHING = (DATA / "everything.yaml").read_text(encoding="utf-8")
Document = dict[str, Any]


def document() -> Document:
    found: Document = yaml.safe_load(EVERYTHING)
    return found


def digest(folder: Path, text: str | Document) -> str:
    whole = text if isinstance(text, str) else yaml.safe_dump(text, allow_unicode=True)
    return ruleset_digest(ruleset(folder, whole).ruleset)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    return digest(tmp_path_factory.mktemp("digest"), EVERYTHING)


def criterion(whole: Document, identifier: str) -> Document:
    found: Document = next(
        c for domain in whole["domains"] for c in domain["criteria"] if c["id"] == identifier
    )
    return found


def test_form(expected: str) -> None:
    """An algorithm and its hexadecimal digits."""
    assert expected.startswith("sha256:")
    assert len(expected) == len("sha256:") + 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('fully: ">= floor"', 'fully: "不低于 floor"'),
        ('basically: ">= 45%"', "basically: 45%以上"),
        ('basically: ">= 45%"', 'basically: ">= 0.45"'),
        ('basically: ">= 45%"', 'basically: "≥ ４５.０％"'),
        ('basically: ">= 45%"', 'basically: "measure >= 450‰"'),
        ("fully: 不低于 95%", 'fully: ">= 95%"'),
        ("least: {value: 5万元", "least: {value: 50000元"),
        ("per: 1%", "per: 0.01"),
        ("per: 1%", "per: 1百分点"),
        ("points: 6}", "points: 6.0}"),
        ('fully: "<= 0.5"', 'fully: "<= 0.50"'),
        ("measure: children.public / children.all", "measure: (children.public) ÷ children.all"),
        ("safety.accidents > 3次", "safety.accidents > 3"),
        (
            "money.spending >= prior(money.spending) or not strict",
            "money.spending≥prior(money.spending) 或 并非 strict",
        ),
        ("applies_when: classes.all > 0", "applies_when: 'classes.all>0'   # a remark"),
        ("format: 1\n", "# a remark\n\n\nformat: 1\n"),
        ("notice: {cite: 示例通知, seen: true", "notice: {seen: true, cite: 示例通知"),
    ],
)
def test_spelling_does_not_matter(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """Operators in Chinese, other units, spaces, remarks, the order of keys."""
    assert EVERYTHING.count(old) >= 1
    assert digest(tmp_path, EVERYTHING.replace(old, new)) == expected


def _shuffled(data: Any, draw: st.DataObject) -> Any:
    """The same document with the keys of its mappings in another order."""
    match data:
        case dict():
            keys = draw.draw(st.permutations(sorted(data)))
            return {key: _shuffled(data[key], draw) for key in keys}
        case list():
            return [_shuffled(item, draw) for item in data]
        case _:
            return data


@given(st.data())
def test_the_order_of_keys_does_not_matter(
    tmp_path: Path, expected: str, data: st.DataObject
) -> None:
    """A mapping has no order, at any depth."""
    mixed = _shuffled(document(), data)
    text = yaml.safe_dump(mixed, allow_unicode=True, sort_keys=False)
    assert digest(tmp_path, text) == expected


def test_where_the_file_lies_does_not_matter(tmp_path: Path, expected: str) -> None:
    """Positions and folders are no part of what a ruleset says."""
    deeper = write(tmp_path / "a" / "b", "other.yaml", f"\n\n{EVERYTHING}")
    assert ruleset_digest(load_file(deeper).ruleset) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ruleset: everything", "ruleset: everything-else"),
        ('edition: "2026"', 'edition: "2027"'),
        ("status: draft", "status: official"),
        ("otherwise: 50%", "otherwise: 51%"),
        ("一类地区: 60%", "一类地区: 61%"),
        ("wanted: 小学", "wanted: 初中"),
        ("strict: true", "strict: false"),
        ("in (fully_met, basically_met)", "in (fully_met, not_met)"),
        ("measure: children.public / children.all", "measure: children.public_share"),
        ("rounded: {places: 2,", "rounded: {places: 1,"),
        ('        rounded: {places: 2, unit: "%"}\n', ""),
        ('basically: ">= 45%"', 'basically: "> 45%"'),
        ('basically: ">= 45%"', 'basically: ">= 46%"'),
        ('        basically: ">= 45%"\n', ""),
        ("basically: 2.5", "basically: 2"),
        ("at_least: 1", "at_least: 0"),
        ("each: started", "each: whole"),
        ("below: 95%", "below: 96%"),
        ("bonus: {points: 1", "bonus: {points: 2"),
        ("applies_when: classes.all > 0", "applies_when: classes.all > 1"),
        ("otherwise: 0.5}", "otherwise: 0}"),
        ("points: 3}", "points: 2}"),
        ("        veto: true\n", ""),
        ("weight: pupils", "weight: teachers"),
        ("every_year(2,", "every_year(3,"),
        ("        judged: true\n", "        fully: safety.falsified = no\n"),
        ("  of: all\n", "  of: applicable\n"),
        ("min_applicable: 2", "min_applicable: 3"),
        ("combine_downgrades: strongest", "combine_downgrades: add"),
        (">= 90% and count", ">= 91% and count"),
        ("count(not_met, D2)", "count(not_met, D1)"),
        ("points >= 15", "points > 15"),
        ("at_most: B", "at_most: C"),
        ("{by: 2,", "{by: 3,"),
        ("safety.accidents > 3次", "safety.accidents > 4次"),
        ("B, C, D]", "B, D, C]"),
    ],
)
def test_meaning_matters(old: str, new: str, expected: str, tmp_path: Path) -> None:
    """Any limit, operator, level, parameter, point or grade rule."""
    assert EVERYTHING.count(old) >= 1
    assert digest(tmp_path, EVERYTHING.replace(old, new, 1)) != expected


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: whole["domains"].reverse(),
        lambda whole: whole["domains"][0]["criteria"].reverse(),
        lambda whole: whole["grade"]["award"].insert(0, whole["grade"]["award"].pop(1)),
        lambda whole: whole["grade"]["downgrades"].pop(),
        lambda whole: criterion(whole, "D2.1")["points"]["steps"].reverse(),
        lambda whole: criterion(whole, "D1.1").update(title="另一标题"),
        lambda whole: criterion(whole, "D1.1").update(source={"cite": "另一文件"}),
    ],
)
def test_the_order_of_lists_and_the_texts_of_reports_matter(
    change: Callable[[Document], object], expected: str, tmp_path: Path
) -> None:
    """Awards are tried in their order; titles and clauses are shown with every grade."""
    whole = copy.deepcopy(document())
    change(whole)
    assert digest(tmp_path, whole) != expected


def test_only_the_facts_it_uses_belong_to_it(tmp_path: Path, expected: str) -> None:
    """Another fact of the vocabulary may change; what is said of a used one may not."""
    path = write(tmp_path, "ruleset.yaml", EVERYTHING)
    small = tmp_path / "small.yaml"
    text = small.read_text(encoding="utf-8")
    small.write_text(
        text.replace("label: {zh: 校舍面积", "label: {zh: 校舍总面积"), encoding="utf-8"
    )
    assert ruleset_digest(load_file(path).ruleset) == expected
    changed = text.replace("type: count, unit: 班, range: [0, 100000]}", "type: count, unit: 班}")
    assert changed != text
    small.write_text(changed, encoding="utf-8")
    loaded = load_file(path).ruleset
    assert ruleset_digest(loaded) != expected
    assert "area.rooms" not in used_facts(loaded)
    assert "children.public" in used_facts(loaded)


EXPRESSIONS = ("measure", "applies_when", "fully", "basically", "not_met", "when", "below", "above")


def _printed(data: Any, measured: bool = False) -> Any:
    """The document with each expression replaced by its printed form."""
    if isinstance(data, list):
        return [_printed(item, measured) for item in data]
    if not isinstance(data, dict):
        return data
    inside = measured or "measure" in data
    return {
        key: _expression(key, value, inside)
        if _is_expression(key, value)
        else _printed(value, inside)
        for key, value in data.items()
    }


def _is_expression(key: str, value: object) -> bool:
    return key in EXPRESSIONS and isinstance(value, str)


def _expression(key: str, value: str, measured: bool) -> str:
    half = measured and key in ("fully", "basically", "not_met", "when")
    node = Text(value, Span(Source("x"), 1, 1, 1, len(value) + 1), plain=True)
    tree = parse_level(node) if half else parse_text(node)
    if isinstance(tree, Diagnostic):  # the `when` of a bonus, which is a whole condition
        tree = parse_text(node)
    assert not isinstance(tree, Diagnostic)
    return show_level(tree) if half else show(tree)


def test_printed_expressions_say_the_same(tmp_path: Path, expected: str) -> None:
    """print ∘ parse on a whole ruleset: digest and conditions stay."""
    printed = _printed(document())
    assert printed != document()
    assert digest(tmp_path, printed) == expected
    before, after = ruleset(tmp_path, EVERYTHING).ruleset, _loaded(tmp_path, printed)
    assert [c.measure for c in before.criteria] == [c.measure for c in after.criteria]


@pytest.mark.parametrize("path", [entry.path for entry in installed()], ids=lambda p: p.parts[-3])
def test_printed_expressions_of_shipped_rulesets(path: Path, tmp_path: Path) -> None:
    """The same for every ruleset that is shipped whole."""
    whole = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    if "extends" in whole:
        return
    written = _plain(_printed(whole))
    target = tmp_path / "ruleset.yaml"
    target.write_text(written, encoding="utf-8")
    assert ruleset_digest(load_file(target).ruleset) == ruleset_digest(load_file(path).ruleset)


def _loaded(folder: Path, whole: Document) -> Ruleset:
    return ruleset(folder, yaml.safe_dump(whole, allow_unicode=True)).ruleset


def _plain(data: Any) -> str:
    """The document as YAML, numbers and booleans unquoted where the format asks for them."""

    def typed(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: typed(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [typed(key, item) for item in value]
        if value in ("true", "false"):
            return value == "true"
        whole = ("format", "places", "by", "min_applicable")
        return int(value) if key in whole and value.isdigit() else value

    return yaml.safe_dump(typed("", data), allow_unicode=True, sort_keys=False)
