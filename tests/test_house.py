"""The house rules that a machine can see: sizes, docstrings, no floats, complete catalogues."""

import ast
import re
import string
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.language.units import find_unit, unit_names
from engine.locale import LANGS, catalogue, section
from tests.support import ROOT

LONGEST = 500
ENGINE = ROOT / "engine"
CODE = sorted(
    p for folder in ("engine", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")
)
_CODE_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


def tracked() -> list[Path]:
    """The files that belong to the project; in an unpacked archive, all that are there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        folders = ("engine", "rulesets", "fixtures", "tests", "benchmarks")
        return [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts(folder: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_and_says_its_job(path: Path) -> None:
    """No module above 500 lines; each begins with a docstring."""
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST
    if source.strip():
        assert ast.get_docstring(ast.parse(source)), "no docstring"


def test_no_float_on_the_way_to_a_verdict() -> None:
    """The floors that decide never name `float`."""
    seen = 0
    for floor in ("language", "facts", "scoring", "workshop"):
        for path, source in texts(ENGINE / floor).items():
            names = [n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)]
            seen += len(names)
            assert "float" not in names, path
    assert seen > 2000


def test_nothing_is_left_to_do() -> None:
    """No marker of unfinished work stays in the code."""
    marker = re.compile("TO" + "DO|FIX" + "ME|X" + "XX")
    assert not [p for p, source in texts(ENGINE).items() if marker.search(source)]


# -- catalogues ----------------------------------------------------------------------------------


def test_every_code_is_explained_and_raised() -> None:
    """A code has words in both languages, an explanation, and a place that raises it."""
    codes, explained = catalogue("diagnostics"), catalogue("explanations")
    source = "\n".join(texts(ENGINE).values())
    used = set(_CODE_WORD.findall(source)) | {c for c in codes if f'"{c}"' in source}
    assert len(codes) > 60
    assert set(codes) == set(explained)
    assert set(codes) <= used, "never raised: " + " ".join(sorted(set(codes) - used))
    for code, entry in codes.items():
        assert entry["severity"] in ("error", "warning", "note"), code
        assert all(entry[lang] for lang in LANGS), code


def fields(template: str) -> set[str]:
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    return {name.removesuffix("_zh").removesuffix("_en") for name in names}


@pytest.mark.parametrize("name", ["phrases", "diagnostics"])
def test_both_languages_say_the_same(name: str) -> None:
    """A phrase has both languages, and they fill in the same values."""
    entries = catalogue(name)
    assert len(entries) > 60
    for key, entry in entries.items():
        if name == "phrases":
            assert set(entry) == set(LANGS), key
        assert fields(entry["zh"]) == fields(entry["en"]), key


@pytest.mark.parametrize("name", ["phrases", "diagnostics", "kinds", "explanations"])
def test_a_section_alone_is_what_the_whole_file_says(name: str) -> None:
    """A text is read without the rest of its file; it is the same text."""
    for key, whole in catalogue(name).items():
        assert section(name, key) == whole
    with pytest.raises(KeyError):
        section(name, "no-such-key")


def test_messages_keep_the_style() -> None:
    """English messages start in lower case and end without a full stop."""
    for key, entry in catalogue("diagnostics").items():
        text = entry["en"]
        assert not text.endswith("."), key
        first = text[0]
        assert not first.isupper() or text[:2].isupper() or text.startswith("CSV"), key


def phrase_keys() -> Iterator[tuple[str, bool]]:
    """Every key that the code asks for; True where only its beginning is written out."""
    for path, source in texts(ENGINE).items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False
            elif isinstance(node, ast.JoinedStr) and path.name != "phrases":
                first = node.values[0]
                if isinstance(first, ast.Constant) and str(first.value).endswith("_"):
                    yield str(first.value), True
                last = node.values[-1]
                if isinstance(last, ast.Constant) and str(last.value).startswith("_"):
                    yield str(last.value), True


def test_no_phrase_is_unused() -> None:
    """Every phrase is asked for somewhere, by its whole name or by one that is put together."""
    asked = list(phrase_keys())
    whole = {key for key, part in asked if not part}
    starts = tuple(key for key, part in asked if part and key.endswith("_"))
    ends = tuple(key for key, part in asked if part and key.startswith("_"))
    unused = [
        key
        for key in catalogue("phrases")
        if key not in whole and not key.startswith(starts) and not key.endswith(ends)
    ]
    assert not unused, " ".join(unused)


def test_every_unit_has_english_words() -> None:
    """An English report says every unit of the language in English."""
    words = catalogue("units")
    simple = [name for name in unit_names() if name != "万人"]
    assert len(simple) > 40
    for name in simple:
        assert find_unit(name) is not None
        assert set(words[name]) >= {"one", "many"}, name
    assert all(find_unit(name) is not None for name in words), "a unit that the language lacks"


# -- what is not in the repository --------------------------------------------------------------


def test_no_address_of_this_machine() -> None:
    """No path of a person's machine and no package registry stands in any file of the project."""
    forbidden = re.compile(
        rb"/(?:home|root|Users)/\w|/work/|/tmp/\w|[A-Za-z]:\\Users|"
        rb"pypi\.|pythonhosted|mirrors?\.[a-z]+\.|index-url\s*=|://[^\s/]*:[^\s/]*@"
    )
    paths = tracked()
    assert len(paths) > 80
    found = {}
    for path in paths:
        if path == Path(__file__).resolve():
            continue
        match = forbidden.search(path.read_bytes())
        if match:
            found[str(path.relative_to(ROOT))] = match.group()
    assert not found
