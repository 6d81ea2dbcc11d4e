"""The command line: every option of every command, both output streams, the exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from engine import __version__
from engine.commands import main
from engine.commands.common import Exit
from engine.commands.main import COMMANDS
from engine.language.catalogue import installed
from engine.language.loader import load_ruleset
from tests.support import ROOT, Ran, criteria, dudao, sheet_text, write
from tests.test_explain import place
from tests.test_result import FACTS, ONE, folder

BASIS = "basis: {notice: {cite: 某教督〔2026〕1号, seen: true}}\n"
VETO = """
- {id: V, title: {zh: 无事故, en: no accidents}, fully: safety.accidents = 0, veto: true}
"""


def score(path: Path, *options: str) -> Ran:
    return dudao("score", path / "sheet.yaml", "-r", path, *options)


# -- score: exit codes ---------------------------------------------------------------------------


def test_a_complete_result_exits_with_0(tmp_path: Path) -> None:
    """Whatever the grade, an answer is done."""
    ran = score(folder(tmp_path))
    assert (ran.code, ran.err) == (0, "")
    assert "等级：B" in ran.out


def test_an_incomplete_result_exits_with_4(tmp_path: Path) -> None:
    """A missing fact that could change the grade is never a success."""
    assert score(folder(tmp_path, "children.all: 16090\n")).code == Exit.INCOMPLETE


def test_a_missing_fact_that_cannot_change_the_grade_is_done(tmp_path: Path) -> None:
    """Undetermined criteria alone do not make a result incomplete."""
    many = ONE + "".join(
        f"- {{id: X{n}, title: {{zh: 甲, en: a}}, fully: safety.accidents = {n}}}\n"
        for n in range(12)
    )
    here = folder(tmp_path, "children.all: 10\nsafety.accidents: 99\n", many)
    ran = score(here, "--format", "json")
    assert json.loads(ran.out)["counts"]["undetermined"] == 1
    assert json.loads(ran.out)["grade"]["awarded"] == "C"
    assert ran.code == Exit.DONE


def test_a_bad_sheet_exits_with_3(tmp_path: Path) -> None:
    """A sheet that cannot be used: diagnostics on standard error, one line on stdout."""
    ran = score(folder(tmp_path, "children.all: -5\nchildren.publik: 3\n"))
    assert ran.code == Exit.UNUSABLE
    assert "unknown-fact" in ran.err
    assert "不能使用" in ran.out


def test_a_bad_sheet_does_not_lose_the_others(tmp_path: Path) -> None:
    """The others are scored and shown; the exit code is 3."""
    here = folder(tmp_path)
    bad = write(here, "bad.yaml", "subject: {code: 9}\nyear: 2022\nfacts: {no.such: 1}\n")
    ran = dudao("score", bad, here / "sheet.yaml", "-r", here)
    assert ran.code == Exit.UNUSABLE
    assert "等级：B" in ran.out
    assert "bad.yaml" in ran.out


def test_a_missing_file_exits_with_3(tmp_path: Path) -> None:
    """A sheet that is not there is an unusable sheet, named."""
    here = folder(tmp_path)
    ran = dudao("score", here / "nowhere.yaml", "-r", here)
    assert ran.code == Exit.UNUSABLE
    assert "nowhere.yaml" in ran.err


def test_an_unknown_ruleset_exits_with_3_and_a_hint(tmp_path: Path) -> None:
    """A ruleset that is not installed: the nearest name is offered."""
    here = folder(tmp_path)
    name = installed()[0].name
    ran = dudao("score", here / "sheet.yaml", "-r", name.replace("-", "", 1), "--lang", "en")
    assert ran.code == Exit.UNUSABLE
    assert f"did you mean `{name}`?" in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(("grade", "code"), [("A", 10), ("B", 0), ("C", 0)])
def test_fail_below(tmp_path: Path, grade: str, code: int) -> None:
    """`--fail-below` fails only what is below the grade named."""
    assert score(folder(tmp_path), "--fail-below", grade).code == code


def test_fail_below_of_an_open_grade(tmp_path: Path) -> None:
    """An open grade is below only when even the best is; else it is incomplete."""
    retention = """
- id: R
  title: {zh: 巩固率, en: retention}
  measure: rate.retention
  fully: ">= 99%"
  basically: ">= 95%"
"""
    here = folder(tmp_path, "rate.retention: 96%\n", ONE + retention)
    assert score(here, "--fail-below", "C").code == Exit.INCOMPLETE
    assert score(here, "--fail-below", "A").code == Exit.BELOW


def test_unusable_comes_before_below(tmp_path: Path) -> None:
    """The worst news gives the exit code."""
    here = folder(tmp_path)
    bad = write(here, "bad.yaml", "subject: {code: 9}\nyear: 1\n")
    ran = dudao("score", here / "sheet.yaml", bad, "-r", here, "--fail-below", "A")
    assert ran.code == Exit.UNUSABLE


def test_the_exit_codes_are_the_agreed_ones() -> None:
    """Programs rely on these numbers."""
    codes = {"DONE": 0, "INTERNAL": 1, "USAGE": 2, "UNUSABLE": 3, "INCOMPLETE": 4, "BELOW": 10}
    assert {code.name: int(code) for code in Exit} == codes


# -- score: usage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--explain", "D"], "D 是一级指标，请写其中一个评价要点：A1"),
        (["--explain", "A11"], "demo@2026 没有评价要点 A11；是不是 A1？"),
        (["--fail-below", "Z"], "demo@2026 没有等级 Z；等级有 A B C"),
        (["--format", "xml"], "'xml' 不在可选之列；可选：'table'、'json'"),
        (["--lang", "fr"], "'fr' 不在可选之列；可选：'zh'、'en'"),
        (["--source", "friend"], "可选：'self'、'desk'、'onsite'"),
        (["--as-of", "yesterday"], "'yesterday' 不是“年-月-日”"),
        (["--no-such-option"], "没有选项 '--no-such-option'"),
    ],
)
def test_wrong_use_exits_with_2(tmp_path: Path, options: list[str], said: str) -> None:
    """A wrong option or value exits with 2, says what would be right, and prints no result."""
    ran = score(folder(tmp_path), *options)
    assert ran.code == Exit.USAGE
    assert said in ran.err
    assert ran.out == ""


def test_a_sheet_is_needed(tmp_path: Path) -> None:
    """`score` without a sheet, or without a ruleset, is wrong use."""
    here = folder(tmp_path)
    assert dudao("score", "-r", here).code == Exit.USAGE
    assert dudao("score", here / "sheet.yaml").code == Exit.USAGE


def test_no_grade_to_fail_below(tmp_path: Path) -> None:
    """`--fail-below` with a ruleset that gives no grade is wrong use."""
    write(tmp_path, "ruleset.yaml", criteria(ONE.replace("basis: notice, ", "cite: 某文, ")))
    write(tmp_path, "sheet.yaml", sheet_text(FACTS))
    ran = score(tmp_path, "--fail-below", "A")
    assert ran.code == Exit.USAGE
    assert "不评等级" in ran.err


# -- score: options ------------------------------------------------------------------------------


def test_a_ruleset_by_file_or_folder(tmp_path: Path) -> None:
    """The file, its folder, and a path relative to where one stands mean the same."""
    here = folder(tmp_path)
    sheet = here / "sheet.yaml"
    by_file = dudao("score", sheet, "-r", here / "ruleset.yaml")
    by_folder = dudao("score", sheet, "-r", here)
    assert by_file == by_folder
    assert by_file.code == 0


def test_a_ruleset_by_name_or_bare_id() -> None:
    """`id@edition` and, where there is one edition, the bare `id` mean the shipped ruleset."""
    entry = installed()[0]
    editions = [e for e in installed() if e.id == entry.id]
    by_name = dudao("rulesets", "show", entry.name)
    assert by_name.code == 0
    assert entry.name in by_name.out
    by_id = dudao("rulesets", "show", entry.id)
    assert by_id == by_name if len(editions) == 1 else by_id.code == Exit.UNUSABLE


def test_explain_takes_a_criterion_or_nothing(tmp_path: Path) -> None:
    """Without a criterion the table and every trace; with one only its page."""
    place("share", tmp_path)
    everything = score(tmp_path, "--explain")
    assert [f"\n{name} " in everything.out for name in ("A1.1", "A1.2", "A1.3")] == [True] * 3
    one = score(tmp_path, "--explain", "A1.2")
    assert "A1.2 大班额比例：基本落实" in one.out
    assert "A1.1" not in one.out
    assert "某区" in one.out
    first = dudao("score", "-r", tmp_path, "--explain", tmp_path / "sheet.yaml")
    assert first == everything


def test_out_writes_the_file_whole(tmp_path: Path) -> None:
    """`--out` leaves stdout empty, writes UTF-8 with a last newline, and no half file."""
    here = folder(tmp_path)
    printed = score(here, "--format", "json")
    ran = score(here, "--format", "json", "--out", str(here / "result.json"))
    assert (ran.code, ran.out) == (0, "")
    assert (here / "result.json").read_text(encoding="utf-8") == printed.out
    assert not list(here.glob("*.partial"))


def test_out_to_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """A folder that does not exist is wrong use, not a crash."""
    ran = score(folder(tmp_path), "--out", str(tmp_path / "no" / "where.txt"))
    assert ran.code == Exit.USAGE
    assert "where.txt" in ran.err


def test_source_shows_one_view(tmp_path: Path) -> None:
    """`--source self` scores what the district says of itself, and says so."""
    place("judged", tmp_path)
    trusted, own = (
        json.loads(score(tmp_path, *options, "--format", "json").out)
        for options in ([], ["--source", "self"])
    )
    assert trusted["counts"]["fully_met"] == 1
    assert own["counts"]["fully_met"] == 3
    assert own["view"] == "self"
    assert own["criteria"][0]["basis"] == "declared"
    assert "（仅据自评）" in score(tmp_path, "--source", "self").out
    onsite = json.loads(score(tmp_path, "--source", "onsite", "--format", "json").out)
    assert onsite["criteria"][1]["outcome"] == "not_met"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"LANG": "en_US.UTF-8"}, "grade: B"),
        ({"LANG": "de_DE.UTF-8"}, "等级：B"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "等级：B"),
        ({"LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "grade: B"),
    ],
)
def test_the_language_of_the_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    """English where the locale says so, else Chinese."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert said in score(folder(tmp_path)).out


def test_the_option_beats_the_locale(tmp_path: Path) -> None:
    """`--lang` decides whatever the locale says."""
    assert "grade: B" in score(folder(tmp_path), "--lang", "en").out


# -- rulesets, facts, check, help ----------------------------------------------------------------


def test_rulesets_lists_what_is_installed() -> None:
    """Every shipped ruleset has a line, in the table and as JSON."""
    names = [entry.name for entry in installed()]
    assert names
    ran = dudao("rulesets")
    found = json.loads(dudao("rulesets", "--format", "json").out)
    assert ran.code == 0
    assert all(name in ran.out for name in names)
    assert [entry["name"] for entry in found] == names
    for entry in found[::4]:
        loaded = load_ruleset(entry["name"]).ruleset
        assert entry == {
            "name": loaded.name,
            "usable": True,
            "title": loaded.title.zh,
            "criteria": len(loaded.criteria),
            "status": str(loaded.status),
        }


def test_rulesets_lists_a_broken_one_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ruleset that cannot be read keeps its line, the others theirs; the exit code is 3."""
    root = tmp_path / "rulesets"
    write(root / "good" / "2026", "ruleset.yaml", criteria(VETO))
    write(root / "torn" / "2026", "ruleset.yaml", "format: 1\nruleset: [\n")
    monkeypatch.setattr("engine.language.catalogue.shipped", lambda: root)
    ran = dudao("rulesets")
    assert ran.code == Exit.UNUSABLE
    lines = ran.out.splitlines()
    assert lines[2].split() == ["good@2026", "示例", "1", "草案"]
    assert lines[3].split() == ["torn@2026", "不能使用"]
    assert "torn" in ran.err
    found = json.loads(dudao("rulesets", "--format", "json").out)
    assert [(one["name"], one["usable"], one["status"]) for one in found] == [
        ("good@2026", True, "draft"),
        ("torn@2026", False, None),
    ]


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_show_a_ruleset(tmp_path: Path, form: str) -> None:
    """`rulesets show` prints criteria, limits, clauses and the grade rule in each form."""
    place("share", tmp_path)
    ran = dudao("rulesets", "show", tmp_path, "--format", form, "--lang", "en")
    assert ran.code == 0
    for word in ("A1.2", "Share of large classes", "A", "10%"):
        assert word in ran.out
    if form == "json":
        shown = json.loads(ran.out)
        assert shown["criteria"][1]["levels"]["fully_met"]
        assert shown["grade"]["scale"] == ["A", "B", "C"]
    if form == "markdown":
        assert "| A1.2 |" in ran.out


def test_show_an_unusable_ruleset(tmp_path: Path) -> None:
    """A ruleset with faults is shown as its faults."""
    write(tmp_path, "ruleset.yaml", criteria("- {id: A}\n"))
    ran = dudao("rulesets", "show", tmp_path)
    assert (ran.code, ran.out) == (Exit.UNUSABLE, "")
    assert "ruleset.yaml:" in ran.err


def test_check_a_ruleset(tmp_path: Path) -> None:
    """A clean one exits with 0; warnings are shown and exit with 0; errors exit with 3."""
    place("share", tmp_path)
    clean = dudao("check", tmp_path, "--no-proof")
    assert (clean.code, clean.err) == (0, "")
    assert clean.out == "share@2026：3 项评价要点，可以使用，没有发现问题\n"
    warned = write(tmp_path / "w", "ruleset.yaml", criteria(VETO))
    ran = dudao("check", warned, "--lang", "en", "--no-proof")
    assert ran.code == 0
    assert "warning[criterion-without-source]" in ran.err
    broken = write(
        tmp_path / "b", "ruleset.yaml", criteria("- {id: A, title: 甲, fully: no.such}\n")
    )
    ran = dudao("check", broken)
    assert ran.code == Exit.UNUSABLE
    assert "unknown-name" in ran.err or "unknown-fact" in ran.err


def test_check_as_json(tmp_path: Path) -> None:
    """The diagnostics of a check for other programs."""
    path = write(tmp_path, "ruleset.yaml", criteria(VETO))
    ran = dudao("check", path, "--format", "json")
    found = json.loads(ran.out)
    assert (found["ruleset"], found["usable"], found["criteria"]) == ("demo@2026", True, 1)
    assert [d["code"] for d in found["diagnostics"]] == ["criterion-without-source"]
    assert ran.err == ""


def test_check_as_json_names_every_place_and_the_clause(tmp_path: Path) -> None:
    """A program learns what a person does: the other place, what is there, and the clause."""
    twice = ONE + ONE
    path = write(tmp_path, "ruleset.yaml", criteria(twice) + BASIS)
    ran = dudao("check", path, "--format", "json", "--lang", "en")
    (found,) = json.loads(ran.out)["diagnostics"]
    assert found["code"] == "duplicate-id"
    (first,) = found["related"]
    assert first == {
        "message": "first given here",
        "file": str(path),
        "sheet": None,
        "line": found["line"] - ONE.count("\n"),
        "column": found["column"],
    }
    unreachable = ONE.replace(">= 45%", ">= 55%")
    path = write(tmp_path, "ruleset.yaml", criteria(unreachable) + BASIS)
    (found,) = json.loads(dudao("check", path, "--format", "json").out)["diagnostics"]
    assert found["code"] == "unreachable-level"
    assert found["clause"] == "某教督〔2026〕1号 一.1"


def test_help_explains_codes_and_commands() -> None:
    """`help` lists the codes, explains one, shows a command's options; else it is wrong use."""
    assert "unknown-fact" in dudao("help").out
    page = dudao("help", "unknown-fact", "--lang", "en").out
    assert page.startswith("error[unknown-fact]")
    assert "right:" in page
    assert "--fail-below" in dudao("help", "score").out
    wrong = dudao("help", "unknown-fatc", "--lang", "en")
    assert wrong.code == Exit.USAGE
    assert "did you mean unknown-fact?" in wrong.err


def test_version_and_help_of_the_program() -> None:
    """`--version` names the version; help lists every command; no command is help too."""
    assert dudao("--version").out == f"dudao, version {__version__}\n"
    for option in ("-h", "--help"):
        assert all(name in dudao(option).out for name in COMMANDS)


def every_command(group: click.Group, path: str = "dudao") -> list[tuple[str, click.Command]]:
    """Every command with its whole name."""
    found: list[tuple[str, click.Command]] = []
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            found.append((f"{path} {name}", command))
            if isinstance(command, click.Group):
                found += every_command(command, f"{path} {name}")
    return found


def test_every_option_has_help_text() -> None:
    """Every command and every option says what it does; everywhere --lang, --out."""
    commands = every_command(main)
    assert len(commands) >= 6
    for name, command in commands:
        assert command.help, name
        options = {p.name: p for p in command.params if isinstance(p, click.Option)}
        assert all(option.help for option in options.values()), name
        assert {"lang", "out"} <= set(options), name


# -- the program itself --------------------------------------------------------------------------


def test_a_bug_ends_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error says so in one line, without a traceback, and exits with 1."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("engine.commands.score.assess", broken)
    ran = score(folder(tmp_path))
    assert ran.code == Exit.INTERNAL
    assert len(ran.err.splitlines()) == 1
    assert "ZeroDivisionError: deep inside" in ran.err
    assert ran.out == ""


def run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The launcher in a process of its own."""
    return subprocess.run(
        [sys.executable, ROOT / "cli.py", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        input=stdin,
    )


def test_the_launcher_of_a_checkout(tmp_path: Path) -> None:
    """`python cli.py` is the same program, with JSON alone on stdout."""
    here = folder(tmp_path)
    ran = run("score", str(here / "sheet.yaml"), "-r", str(here), "--format", "json")
    assert ran.returncode == 0
    assert ran.stderr == ""
    assert json.loads(ran.stdout)["grade"]["awarded"] == "B"


def test_a_reader_that_leaves_early(tmp_path: Path) -> None:
    """`dudao … | head -1` ends quietly."""
    here = folder(tmp_path)
    command = f'"{sys.executable}" "{ROOT / "cli.py"}" facts | head -1'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=here)
    assert "Traceback" not in ran.stderr
    assert "internal error" not in ran.stderr
