"""The floors of the house: imports go down only, and `import engine` alone loads nothing big."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.support import ROOT

ENGINE = ROOT / "engine"
# From the ground up; rooms of one floor are strangers to one another.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("locale", "schemas"),
    ("language",),
    ("facts",),
    ("scoring",),
    ("workshop", "desk", "office"),
    ("reporting",),
    ("commands",),
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
# Third-party packages, and the rooms that may import them.
HEAVY = {
    "click": {"commands"},
    "tabulate": {"reporting"},
    "wcwidth": {"reporting"},
    "lark": {"language"},
    "jsonschema": {"language"},
    "yaml": {"language"},
    "polars": {"facts", "scoring", "office"},
    "python_calamine": {"facts"},
    "z3": {"workshop"},
    "pyspark": {"office"},
    "pyarrow": {"office"},
}


def modules() -> Iterator[Path]:
    return (path for path in sorted(ENGINE.rglob("*.py")))


def room(path: Path) -> str:
    """The room that a module lies in; empty for the package itself."""
    parts = path.relative_to(ENGINE).parts
    return parts[0] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every import of a module, wherever it stands, as ("engine", room) or ("other", package)."""
    package = path.relative_to(ENGINE.parent).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield "other", alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield "other", (node.module or "").split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1]
            target = (*base, *(node.module or "").split(".")) if node.module else base
            if len(target) > 1:
                yield "engine", target[1]
            else:
                # `from .. import x`: a room, or a name of the package itself.
                for alias in node.names:
                    yield "engine", alias.name if alias.name in LEVEL else ""


def test_imports_go_down_only() -> None:
    """A room imports from itself and from floors below; rooms of one floor from none of these."""
    seen = 0
    for path in modules():
        here = room(path)
        for kind, target in imports(path):
            if kind != "engine":
                continue
            seen += 1
            if target in ("", here):
                continue
            assert here in LEVEL, f"{path} lies on no floor"
            assert LEVEL[target] < LEVEL[here], f"{path} imports {target}"
    assert seen > 100, "the test looked at too little"


def test_every_room_has_a_floor() -> None:
    """A new folder must be given its place; every module is looked at."""
    paths = list(modules())
    assert len(paths) > 50
    assert {room(path) for path in paths} - {""} <= set(LEVEL)
    assert {"language", "facts", "scoring", "reporting", "commands"} <= {room(p) for p in paths}


# What the two evaluators may share: the language, the facts, and nothing that evaluates.
COLUMNAR = ("lowering", "columnar", "encoding")


def is_columnar(module: str) -> bool:
    return module.split("_")[0] in COLUMNAR


def test_evaluators_share_no_code() -> None:
    """Lowering and columns import only their own kind in `scoring`, and nothing imports theirs."""
    seen = {True: 0, False: 0}
    for path in sorted((ENGINE / "scoring").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.level != 1:
                continue
            named = [node.module] if node.module else [alias.name for alias in node.names]
            for module in named:
                here = is_columnar(path.stem)
                assert is_columnar(module) is here, f"{path.name} imports {module}"
                seen[here] += 1
    assert min(seen.values()) > 20, "the test looked at too little"


def test_imports_inside_are_relative() -> None:
    """The name of the package stands in no module of it, so that it can be changed at one place."""
    assert not [p for p in modules() if ("other", "engine") in set(imports(p))]


def test_libraries_stay_in_their_rooms() -> None:
    """Click is for commands, tables for reports, grammar and schemas for the language."""
    seen = set()
    for path in modules():
        for kind, target in imports(path):
            if kind == "other" and target in HEAVY:
                seen.add(target)
                assert room(path) in HEAVY[target], f"{path} imports {target}"
            elif kind == "other":
                assert target in sys.stdlib_module_names, f"{path} imports {target}"
    assert seen == set(HEAVY)


def loaded(statement: str) -> set[str]:
    """The top-level modules that a fresh process has after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{m.split('.')[0] for m in sys.modules}})"
    run = [sys.executable, "-c", code]
    return set(
        subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    )


def test_the_package_alone_is_light() -> None:
    """`import engine` loads neither click nor any other library."""
    assert "engine" in loaded("import engine")
    assert not loaded("import engine") & {*HEAVY, "polars", "numpy", "pandas", "z3"}


def test_one_sheet_needs_no_column_library() -> None:
    """The command line itself loads no column library, no solver and no spreadsheet library."""
    heavy = {
        "polars",
        "numpy",
        "pandas",
        "pyarrow",
        "pyspark",
        "z3",
        "xlsxwriter",
        "durable",
        "python_calamine",
    }
    found = loaded("import engine.commands")
    assert "click" in found
    assert not found & heavy
