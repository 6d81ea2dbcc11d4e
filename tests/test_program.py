"""What every command shares: memory, the files it must not touch, the language of its errors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.commands.common import Exit
from engine.commands.usage import in_chinese
from engine.locale import LANGS, catalogue
from tests.conftest import Screen
from tests.support import ROOT, dudao, write
from tests.test_explain import SCREENS
from tests.test_result import FACTS, folder

RULES = "changde-county-duty@2022"
COUNTING = """
import gc, sys
freed = []
gc.callbacks.append(lambda phase, info: phase == "stop" and freed.append(info["collected"]))
from engine.commands import main
try:
    main(sys.argv[1:])
finally:
    print("freed", sum(freed), file=sys.stderr)
"""


def freed(*arguments: str | Path) -> int:
    """How many objects in cycles were freed while a command ran in a process of its own."""
    command = [sys.executable, "-c", COUNTING, *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    found = re.search(r"^freed (\d+)$", ran.stderr, re.MULTILINE)
    assert found is not None, ran.stderr
    return int(found.group(1))


def test_memory_does_not_grow_with_the_districts(tmp_path: Path) -> None:
    """Commands that loop over districts free those that are done while they run."""
    options = ("-r", RULES, "--out")
    # So many, since a batch needs few interpreters, which is where the cycles come from.
    assert freed("sample", *options, tmp_path / "s", "--districts", "180") > 1_000
    assert freed("batch", tmp_path / "s" / "sheets", *options, tmp_path / "out") > 1_000
    sheets = sorted((tmp_path / "s" / "sheets").glob("*.yaml"))
    assert freed("score", *sheets[:60], "-r", RULES) > 1_000


# -- files that must not be touched --------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (["score", "sheet.yaml", "-r", "."], "sheet.yaml"),
        (["score", "sheet.json", "-r", "."], "sheet.json"),
        (["score", "sheet.yaml", "-r", "."], "schools.csv"),
        (["score", "sheet.yaml", "-r", "."], "small.yaml"),
        (["score", "sheet.yaml", "-r", "."], "link.txt"),
        (["check", "."], "ruleset.yaml"),
        (["rulesets", "show", "ruleset.yaml"], "ruleset.yaml"),
        (["facts", "-r", "."], "small.yaml"),
    ],
)
def test_what_was_read_is_never_written_over(
    command: list[str], kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--out` on a sheet, a table, a ruleset or a vocabulary is wrong use; nothing changes."""
    folder(tmp_path, FACTS)
    write(tmp_path, "schools.csv", "name\nA\n")
    write(tmp_path, "sheet.json", '{"subject": {"code": "430703"}, "year": 2022, "facts": {}}')
    (tmp_path / "link.txt").symlink_to("sheet.yaml")
    monkeypatch.chdir(tmp_path)
    before = Path(kept).read_bytes()
    ran = dudao(*command, "--out", kept, "--lang", "en")
    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert f"--out {kept}: that is a sheet, a table or a ruleset" in ran.err
    assert Path(kept).read_bytes() == before


def test_an_earlier_result_is_replaced(tmp_path: Path) -> None:
    """What a command wrote itself may be written again."""
    here = folder(tmp_path, FACTS)
    out = tmp_path / "result.json"
    for form in ("table", "json"):
        command = ("score", here / "sheet.yaml", "-r", here, "--out", out, "--format", form)
        assert dudao(*command).code == Exit.DONE
    assert out.read_text(encoding="utf-8").startswith("{")


# -- the language of errors ----------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_wrong_use_is_told_in_the_language_asked_for(
    lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, screen: Screen
) -> None:
    """Whatever is wrong, and whoever finds it, the words are in one language."""
    folder(tmp_path, FACTS)
    monkeypatch.chdir(tmp_path)
    scored = "score sheet.yaml -r ."
    lines = [
        "score",
        "score -r .",
        f"{scored} --format xml",
        f"{scored} --explian",
        f"{scored} --as-of 2026",
        f"{scored} --fail-below Z",
        f"{scored} --explain Z9",
        f"{scored} --out no/where.txt",
        f"{scored} --out .",
        "scores",
        "check a b",
        "help no-such-code",
        "facts zzzz",
        "rulesets sho",
        "sample -r . --districts 0 --out s",
        "sample -r . --districts many --out s",
        "sample -r . --districts 1 --out s --missing 7",
        "sample -r . --districts 1 --out s --missing few",
        "batch nowhere -r .",
        "batch sheet.yaml -r . --resume=1",
    ]
    shown = []
    for line in lines:
        ran = dudao("--lang", lang, *line.split())
        assert (ran.code, ran.out) == (Exit.USAGE, ""), line
        shown.append(f"$ dudao {line}\n{ran.err}")
    screen(SCREENS / "usage" / f"wrong.{lang}.txt", "\n".join(shown))


def test_every_saying_of_click_is_told_in_chinese() -> None:
    """Each entry of the catalogue is the first that fits what it is for."""
    said = catalogue("usage")["said"]
    assert len(said) > 20
    for entry in said:
        words = dict.fromkeys(re.findall(r"\{(\w+)\}", entry["en"]), "x")
        assert in_chinese(entry["en"].format(**words)) == entry["zh"].format(**words)


@pytest.mark.parametrize(
    "words",
    [
        ("--lang", "en", "score", "{}"),
        ("score", "{}", "--lang", "en"),
        ("--lang", "zh", "score", "{}", "--lang", "en"),
    ],
)
def test_the_language_stands_before_or_after_the_command(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    """`--lang` counts wherever it stands; after the command it counts more."""
    here = folder(tmp_path, FACTS)
    ran = dudao(*(word.format(here / "sheet.yaml") for word in words), "-r", here)
    assert "grade: B" in ran.out


def test_the_language_reaches_a_command_below_a_command() -> None:
    """`dudao --lang en rulesets show`, `dudao rulesets --lang en show`: the same page."""
    page = dudao("rulesets", "show", RULES, "--lang", "en")
    assert dudao("--lang", "en", "rulesets", "show", RULES) == page
    assert dudao("rulesets", "--lang", "en", "show", RULES) == page
    assert page != dudao("rulesets", "show", RULES)


def test_a_bug_is_told_in_the_language_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even the line about a bug keeps to `--lang`."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("engine.commands.rulesets.load_head", broken)
    ran = dudao("rulesets", "--lang", "en")
    assert ran.code == Exit.INTERNAL
    assert ran.err.startswith("internal error: ZeroDivisionError: deep inside")


@pytest.mark.parametrize("grade", ["B", "b", "良好", "Good", "good"])
def test_a_grade_is_named_by_its_label_too(grade: str, tmp_path: Path) -> None:
    """`--fail-below` takes the grade or its label in either language, in small letters too."""
    here = folder(tmp_path, FACTS)
    rules = (here / "ruleset.yaml").read_text(encoding="utf-8")
    labels = "[{id: A, label: {zh: 优秀, en: Excellent}}, {id: B, label: {zh: 良好, en: Good}}, C]"
    write(here, "ruleset.yaml", rules.replace("[A, B, C]", labels))
    command = ("score", here / "sheet.yaml", "-r", here, "--fail-below")
    assert dudao(*command, grade).code == Exit.DONE
    assert dudao(*command, "优秀").code == Exit.BELOW
