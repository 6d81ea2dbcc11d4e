"""A case as plain data: a ruleset over the small vocabulary and a sheet for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.facts.sheet import FactSheet
from engine.facts.sheet_reader import read_sheet
from engine.language.loader import load_file
from engine.language.model import Ruleset
from engine.scoring.assess import Assessment, assess

from .support import write

YEAR = 2022

Key = tuple[str, int]


@dataclass(frozen=True)
class Case:
    """A ruleset and a sheet, both as plain data; ``facts`` by name and year."""

    criteria: tuple[dict[str, Any], ...]
    grade: dict[str, Any] | None
    facts: Mapping[Key, Any]
    schools: Any = None
    subject: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def ruleset_data(self) -> dict[str, Any]:
        """The ruleset file; the domain of a criterion is the part of its id before the dot."""
        domains: dict[str, list[dict[str, Any]]] = {}
        for criterion in self.criteria:
            domains.setdefault(criterion["id"].split(".")[0], []).append(criterion)
        data: dict[str, Any] = {
            "format": 1,
            "ruleset": "demo",
            "edition": "2026",
            "status": "draft",
            "title": "示例",
            "vocabulary": "small",
            "parameters": dict(self.parameters),
            "domains": [
                {"id": name, "title": name, "criteria": items} for name, items in domains.items()
            ],
        }
        return data if self.grade is None else data | {"grade": self.grade}

    def sheet_data(self) -> dict[str, Any]:
        """The sheet file; a fact of several years is a series."""
        facts: dict[str, dict[int, Any]] = {}
        for (name, year), value in self.facts.items():
            facts.setdefault(name, {})[year] = value
        data: dict[str, Any] = {
            "subject": {"code": "430703", "name": "某区", **self.subject},
            "year": YEAR,
            "facts": facts,
        }
        if self.schools is not None:
            data["tables"] = {"schools": self.schools}
        if self.outcomes:
            data["outcomes"] = {"desk": dict(self.outcomes)}
        return data

    def with_facts(self, facts: Mapping[Key, Any]) -> "Case":
        """The same case with other facts."""
        return replace(self, facts=dict(facts))


def _dump(data: object) -> str:
    """JSON, which is YAML too and writes nothing by reference."""
    return json.dumps(data, ensure_ascii=False, indent=1)


@lru_cache(maxsize=16)
def _ruleset(folder: Path, text: str) -> Ruleset:
    """Loaded once for the several sheets that a law compares."""
    return load_file(write(folder, "ruleset.yaml", text)).ruleset


def load(case: Case, folder: Path) -> tuple[Ruleset, FactSheet]:
    """The case as the loader and the reader see it."""
    ruleset = _ruleset(folder, _dump(case.ruleset_data()))
    path = write(folder, "sheet.yaml", _dump(case.sheet_data()))
    return ruleset, read_sheet(path, ruleset.vocabulary).sheet


def assessed(case: Case, folder: Path) -> Assessment:
    """The case scored by the reference evaluator."""
    return assess(*load(case, folder))
