"""The wheel: exactly the package, with the rulesets inside, and it runs away from the checkout."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from engine.language.catalogue import installed
from tests.support import ROOT
from tests.test_result import folder

# What hatchling reads to build; the copy keeps the checkout free of build folders.
NEEDED = ("engine", "rulesets", "pyproject.toml", "README.md", "LICENSE", "cli.py")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network by the installed hatchling from a copy of the checkout."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in NEEDED:
        source, ignored = ROOT / name, shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    (found,) = (copy / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked, as an installer would."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(unpacked: Path, where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program from the unpacked wheel alone, in a process that cannot see the checkout."""
    code = (
        "import sys\n"
        f"here, away = {str(unpacked)!r}, ('', {str(ROOT)!r})\n"
        "sys.path[:] = [here] + [p for p in sys.path if p not in away]\n"
        "import engine.commands as commands\n"
        "assert commands.__file__.startswith(here), commands.__file__\n"
        "commands.main(prog_name='dudao')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=where,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_top_level_is_the_package(wheel: Path) -> None:
    """Nothing but `engine/` and the metadata: no launcher, no tests that could shadow another's."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"engine"}
    assert len(tops) == 2


def test_everything_that_is_needed_is_inside(wheel: Path) -> None:
    """Rulesets, schemas, texts, the grammar and its tables are in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for path in sorted((ROOT / "rulesets").rglob("*.yaml")):
        assert f"engine/rulesets/{path.relative_to(ROOT / 'rulesets').as_posix()}" in names
    for pattern in ("schemas/*.json", "locale/*.toml", "language/*.lark", "language/*.json"):
        found = sorted((ROOT / "engine").glob(pattern))
        assert found, pattern
        for path in found:
            assert path.relative_to(ROOT).as_posix() in names
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_rulesets_load_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    """The shipped rulesets are found and load without a checkout."""
    ran = run(unpacked, tmp_path, "rulesets", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert [entry["name"] for entry in json.loads(ran.stdout)] == [e.name for e in installed()]


def test_the_wheel_scores(unpacked: Path, tmp_path: Path) -> None:
    """A sheet is scored by the unpacked wheel as by the checkout."""
    here = folder(tmp_path)
    ran = run(unpacked, here, "score", "sheet.yaml", "-r", "ruleset.yaml", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["grade"]["awarded"] == "B"
