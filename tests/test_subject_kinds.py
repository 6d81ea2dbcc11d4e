"""A ruleset may say which kinds of subjects it is for: a sheet of another kind is told so."""

import csv
from pathlib import Path

import polars
import pytest

from engine.commands.common import Exit
from engine.language.digest import ruleset_digest
from engine.language.loader import load_ruleset

from .batching import RULES, wide
from .support import HEAD, dudao, ruleset, sheet_text, write

OF_COUNTIES = "subjects: [district, county]\n"
EXTENDING = """\
format: 1
ruleset: demo
edition: "2027"
status: draft
title: {zh: 示例, en: Demo}
extends: demo@2026
"""


def told(folder: Path, rules: Path, kind: str) -> bool:
    """Whether a sheet of that kind is told that the ruleset is for others."""
    subject = f'subject: {{code: "430700", name: 某市, kind: "{kind}"}}'
    text = sheet_text("children.all: 16090")
    sheet = write(folder, "sheet.yaml", text.replace(text.split("\n")[0], subject))
    ran = dudao("score", sheet, "-r", rules)
    assert ran.code in (Exit.DONE, Exit.INCOMPLETE), ran.err
    assert ("other-kind" in ran.err) is ("的类别 `" in ran.out)
    return "other-kind" in ran.err


@pytest.mark.parametrize(
    ("kind", "other"), [("district", False), ("county", False), ("", False), ("city", True)]
)
def test_a_sheet_of_another_kind_is_told_so(kind: str, other: bool, tmp_path: Path) -> None:
    """It is scored all the same; a sheet that states no kind is not asked about."""
    rules = RULES.replace("vocabulary: small\n", f"vocabulary: small\n{OF_COUNTIES}")
    assert told(tmp_path, write(tmp_path / "rules", "ruleset.yaml", rules), kind) is other


def test_a_ruleset_that_says_nothing_is_for_anybody(tmp_path: Path) -> None:
    """No kind is guessed, and the digest is the one that it had."""
    path = write(tmp_path / "rules", "ruleset.yaml", RULES)
    assert not told(tmp_path, path, "city")
    plain = ruleset(tmp_path / "a", RULES).ruleset
    of = ruleset(tmp_path / "b", RULES.replace("domains:", f"{OF_COUNTIES}domains:", 1)).ruleset
    assert of.kinds == ("district", "county")
    assert ruleset_digest(plain) != ruleset_digest(of)


def test_an_edition_is_for_whom_its_base_is_for(tmp_path: Path) -> None:
    """Unless it says otherwise itself."""
    write(
        tmp_path / "demo" / "2026",
        "ruleset.yaml",
        RULES.replace("domains:", f"{OF_COUNTIES}domains:", 1),
    )
    path = write(tmp_path / "demo" / "2027", "ruleset.yaml", EXTENDING)
    assert told(tmp_path, path, "city")
    path = write(tmp_path / "demo" / "2027", "ruleset.yaml", f"{EXTENDING}subjects: city\n")
    assert not told(tmp_path, path, "city")
    assert told(tmp_path, path, "county")


def test_whom_a_ruleset_compares_it_is_for(tmp_path: Path) -> None:
    """Where only `batch` names kinds, these are meant."""
    batch = "batch: {of: district, because: {zh: 示例, en: example}}\n"
    one = "domains: [{id: D, title: 域, criteria: [{id: D.1, title: 甲, fully: pay.not_below}]}]\n"
    path = write(tmp_path / "rules", "ruleset.yaml", HEAD + batch + one)
    assert told(tmp_path, path, "city")
    assert not told(tmp_path, path, "district")


def test_a_page_names_them(tmp_path: Path) -> None:
    """Of a ruleset as people read it."""
    rules = RULES.replace("domains:", f"{OF_COUNTIES}domains:", 1)
    ran = dudao("rulesets", "show", write(tmp_path, "ruleset.yaml", rules))
    assert "评估对象的类别：district、county" in ran.out


@pytest.mark.parametrize("name", ["changde-county-duty@2022", "shaanxi-county-duty@2023"])
def test_shipped_rulesets_for_counties_say_so(name: str) -> None:
    """In the words of the program and in those of the vocabulary for kinds of counties."""
    found = load_ruleset(name).ruleset
    assert {"district", "county", *found.vocabulary.attributes["county_kind"]} <= set(found.kinds)
    assert "city" not in found.kinds


def test_columns_warn_of_the_same_rows(tmp_path: Path) -> None:
    """The grades of both engines name the same districts."""
    kinds = ("district", "city", "", "county", "市")
    rows = [{**row, "kind": kinds[n % 5]} for n, row in enumerate(wide(range(1, 21)))]
    polars.DataFrame(rows).write_parquet(tmp_path / "districts.parquet")
    rules = RULES.replace("domains:", f"{OF_COUNTIES}domains:", 1)
    path = write(tmp_path / "rules", "ruleset.yaml", rules)
    for engine in ("polars", "columns"):
        ran = dudao(
            *("batch", tmp_path / "districts.parquet", "-r", path),
            *("--out", tmp_path / engine, "--engine", engine),
        )
        assert ran.code == Exit.INCOMPLETE, ran.err
    with (tmp_path / "polars" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        here = {row["code"]: row["warnings"] for row in csv.DictReader(file)}
    parts = sorted((tmp_path / "columns" / "grades.parquet").glob("*.parquet"))
    there = polars.read_parquet(parts)
    assert dict(there.select("code", "warnings").iter_rows()) == here
    assert list(here.values()).count("other-kind") == 8
