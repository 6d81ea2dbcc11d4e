"""What `dudao backtest` found, for programs; every number is exact."""

from collections import Counter
from typing import Any

from .. import __version__
from ..language.digest import ruleset_digest
from ..language.model import Outcome, Ruleset
from ..language.printer import show_number
from ..language.units import PLAIN, find_unit, in_base
from ..locale import Lang
from ..workshop.backtest import Backtest, Moved, Rates, direction
from ..workshop.standing import Bounds
from ..workshop.sweep import Swept
from .result import diagnostic_json


def backtest_json(done: Backtest, lang: Lang) -> dict[str, Any]:
    """Everything that was found."""
    return {
        "format": 1,
        "engine": {"name": "dudao", "version": __version__},
        "draft": _ruleset(done.draft),
        "against": None if done.old is None else _ruleset(done.old),
        "counts": {
            "tried": done.districts,
            "unusable": len(done.unusable),
            "incomplete": done.incomplete,
        },
        "grades": grades_json(done.grades),
        "matrix": [
            {"before": bounds_json(before), "after": bounds_json(after), "districts": count}
            for (before, after), count in sorted(done.matrix.items(), key=lambda x: str(x[0]))
        ],
        "moved": [_moved(moved, done) for moved in done.moved],
        "criteria": [_rates(rates) for rates in done.rates],
        "lacking": [
            {
                "why": str(one.why),
                "name": one.name,
                "years_back": one.years_back,
                "new": one.new,
                "districts": one.districts,
                "criteria": list(one.criteria),
            }
            for one in done.lacking
        ],
        "near": [
            {"code": near.district.code, "year": near.district.year, **level}
            for near in done.near
            for level in near.levels
        ],
        "sweeps": [_swept(one) for one in done.sweeps],
        "unusable": [
            {
                "place": one.place,
                "code": one.code,
                "name": one.name,
                "ruleset": one.ruleset,
                "diagnostics": [diagnostic_json(d, lang) for d in one.diagnostics],
            }
            for one in done.unusable
        ],
        "diagnostics": [diagnostic_json(d, lang) for d in done.warnings],
    }


def _ruleset(ruleset: Ruleset) -> dict[str, Any]:
    return {
        "id": ruleset.id,
        "edition": ruleset.edition,
        "status": str(ruleset.status),
        "digest": ruleset_digest(ruleset),
    }


def bounds_json(bounds: Bounds) -> dict[str, Any]:
    """A grade, or its bounds."""
    return {"best": bounds[0], "worst": bounds[1]}


def grades_json(grades: Counter[Bounds]) -> list[dict[str, Any]]:
    """How many districts have each grade."""
    return [
        {**bounds_json(bounds), "districts": count}
        for bounds, count in sorted(grades.items(), key=lambda x: str(x[0]))
    ]


def _moved(moved: Moved, done: Backtest) -> dict[str, Any]:
    return {
        "code": moved.district.code,
        "name": moved.district.name,
        "year": moved.district.year,
        "before": bounds_json(moved.before),
        "after": bounds_json(moved.after),
        "direction": {1: "up", -1: "down", 0: "other"}[direction(done.draft, done.old, moved)],
        "rule_decides": moved.rule_decides,
        "changes": [
            {
                "criterion": change.criterion,
                "before": None if change.before is None else str(change.before),
                "after": None if change.after is None else str(change.after),
                "decides": change.decides,
            }
            for change in moved.changes
        ],
    }


def _rates(rates: Rates) -> dict[str, Any]:
    return {
        "id": rates.criterion.id,
        "draft": outcomes_json(rates.draft),
        "against": outcomes_json(rates.old),
    }


def outcomes_json(counts: Counter[Outcome] | None) -> dict[str, int] | None:
    """How many districts have each outcome."""
    return None if counts is None else {str(outcome): counts[outcome] for outcome in Outcome}


def _swept(one: Swept) -> dict[str, Any]:
    return {
        "criterion": one.sweep.criterion.id,
        "level": str(one.sweep.level.outcome),
        "now": one.sweep.level.text,
        "bites": list(one.bites),
        "settings": [
            {
                "limit": show_number(setting.limit),
                "exact": str(in_base(setting.limit.value, find_unit(setting.limit.unit) or PLAIN)),
                "outcomes": outcomes_json(setting.outcomes),
                "grades": grades_json(setting.grades),
                "moved": setting.moved,
            }
            for setting in one.settings
        ],
    }
