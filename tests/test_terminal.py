"""Tables on a terminal: columns line up in cells and fit the width; a pipe is never wrapped."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from engine.facts.sheet_reader import read_sheet
from engine.locale import LANGS, Lang
from engine.reporting.tables import NARROWEST, cells, table, wrapped
from engine.reporting.terminal import assessment_table, explanation, summary_row, summary_table
from engine.scoring.assess import Assessment, assess
from tests.conftest import Screen
from tests.support import dudao
from tests.support import ruleset as load
from tests.test_explain import NAMES, SCENARIOS, SCREENS, place
from tests.test_result import FACTS, folder

# Cells of tables and lines of reports: Chinese, Latin, punctuation, one long word.
TEXTS = st.text(st.sampled_from("教育支出ab 1%，。（）“”—"), max_size=30) | st.just("x" * 40)


def scored(name: str, folder: Path) -> Assessment:
    """One scenario, scored."""
    place(name, folder)
    text = (SCENARIOS / name / "ruleset.yaml").read_text(encoding="utf-8")
    loaded = load(folder, text)
    read = read_sheet(folder / "sheet.yaml", loaded.ruleset.vocabulary)
    return assess(loaded.ruleset, read.sheet, diagnostics=read.diagnostics)


def starts(line: str, rule: str) -> list[str]:
    """The cells of a line, cut where the rule under the head says that columns begin."""
    begins, position = [], 0
    for part in rule.split("  "):
        begins.append(position)
        position += len(part) + 2
    cut = ["" for _ in begins]
    at = 0
    for character in line:
        column = max(i for i, begin in enumerate(begins) if begin <= at)
        cut[column] += character
        at += wcwidth(character)
    return cut


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", NAMES)
def test_columns_line_up_in_cells(name: str, lang: Lang, tmp_path: Path) -> None:
    """Every column of every row begins in the same cell, however wide its characters are."""
    lines = assessment_table(scored(name, tmp_path), lang).split("\n")
    rules = [n for n, line in enumerate(lines) if set(line) == {"-", " "}]
    assert rules
    for rule in rules:
        head = [cell.rstrip() for cell in starts(lines[rule - 1], lines[rule])]
        assert all(head), head
        for line in lines[rule + 1 : lines.index("", rule) if "" in lines[rule:] else None]:
            if line.startswith("*"):
                continue
            row = starts(line, lines[rule])
            # No cell runs into the next column: each ends before two empty cells.
            assert all(cell.endswith("  ") for cell in row[:-1] if cell and row[-1]), line


@given(rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_table_keeps_to_its_width(rows: list[tuple[str, str, str]]) -> None:
    """With a width no line is wider, unless its columns are as narrow as they may be."""
    for width in (40, 80):
        for line in table(rows, ("甲", "乙", "丙"), width).split("\n"):
            assert cells(line) <= width or width < 3 * 40 + 4


@given(text=TEXTS, width=st.integers(NARROWEST, 40))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Wrapped text is the text with line breaks in it, and no line is wider than it must be."""
    lines = wrapped(text, width).split("\n")
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        if cells(line) > width:
            assert " " not in line.strip(), "a line that could have been broken"


def test_wrapping_follows_chinese_typography() -> None:
    """No line begins with a closing mark or ends with an opening one."""
    text = "未达到“完全落实”（≥ 50%），少 4 人（公办园在园幼儿）；达到“基本落实”。"
    for width in range(NARROWEST, 40):
        for line in wrapped(text, width).split("\n"):
            assert line[0] not in "，。；）”"
            assert line[-1] not in "（“"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [80, 100])
def test_a_narrow_terminal(width: int, lang: Lang, tmp_path: Path, screen: Screen) -> None:
    """On 80 or 100 columns long cells and lines wrap, with nothing left out."""
    assessment = scored("share", tmp_path)
    text = assessment_table(assessment, lang, width)
    text += "\n\n" + explanation(assessment, lang, "A1.1", width) + "\n"
    assert max(map(cells, text.split("\n"))) <= width
    whole = assessment_table(assessment, lang) + explanation(assessment, lang, "A1.1")
    assert len("".join(text.split())) == len("".join(whole.split())) + text.count(
        "-"
    ) - whole.count("-")
    screen(SCREENS / "terminal" / f"share-{width}.{lang}.txt", text)


def test_a_pipe_is_never_wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is piped or written to a file does not depend on any terminal."""
    here = folder(tmp_path)
    wide = dudao("score", here / "sheet.yaml", "-r", here, "--explain")
    monkeypatch.setenv("COLUMNS", "40")
    assert dudao("score", here / "sheet.yaml", "-r", here, "--explain") == wide


@pytest.mark.parametrize("lang", LANGS)
def test_several_sheets(
    lang: Lang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """Several sheets end in a summary, a line each, with the ruleset's own words."""
    here = folder(tmp_path, FACTS)
    more = ("children.all: 16090\n", "children.all: 10\nchildren.public: 9\n")
    for number, facts in enumerate(more):
        text = (here / "sheet.yaml").read_text(encoding="utf-8")
        head = (
            text.split("facts:")[0]
            .replace("430703", f"43070{number}")
            .replace("某区", f"第{number}区")
        )
        (here / f"{number}.yaml").write_text(
            f"{head}facts:\n  {facts.replace(chr(10), chr(10) + '  ')}\n", encoding="utf-8"
        )
    monkeypatch.chdir(here)
    ran = dudao("score", "sheet.yaml", "0.yaml", "1.yaml", "-r", "ruleset.yaml", "--lang", lang)
    assert ran.code == 4
    screen(SCREENS / "terminal" / f"several.{lang}.txt", ran.out)


def test_a_summary_uses_the_words_of_the_ruleset(tmp_path: Path) -> None:
    """Relabelled outcomes head the columns, grades carry their labels."""
    one = scored("scale", tmp_path)
    row = summary_row(one, "zh")
    text = summary_table([row, row], one.ruleset, "zh")
    assert "不合格" in text.splitlines()[1]
    assert text.count("C 合格") == 2
