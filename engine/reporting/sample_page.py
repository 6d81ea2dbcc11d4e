"""What a made-up sample says of itself: README, the truth about what was spoiled, one line."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .. import __version__
from ..facts.values import Measured, show_stated
from ..language.digest import ruleset_digest
from ..language.units import decimal_text
from ..locale import Lang, phrase
from ..scoring.fact_values import Key
from ..workshop.sample import District, Sampler
from ..workshop.sample_claims import Claim
from ..workshop.sample_limits import OnLimit
from ..workshop.sample_table import DISTRICTS

_COUNTED = (
    *("facts", "rows", "missing", "bounds", "claims", "contradicted", "boundary"),
    "inconsistent",
)


@dataclass(slots=True)
class Written:
    """What a sample holds so far: the truth about each district, and the counts of all."""

    sampler: Sampler
    districts: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))

    def add(self, district: District) -> None:
        """Keep the truth about one more district."""
        self.districts.append(_truth(district, self.sampler))
        for name, count in (
            ("facts", district.facts),
            ("rows", district.rows),
            ("missing", len(district.missing)),
            ("bounds", len(district.bounds)),
            ("claims", sum(claim.audited for claim in district.claims)),
            ("contradicted", len(district.contradicted)),
            ("boundary", len(district.limits)),
            ("inconsistent", not district.consistent),
        ):
            self.counts[name] += count

    @property
    def criteria(self) -> int:
        """How many criteria of all districts one number could put on a limit."""
        return len(self.districts) * len(self.sampler.needs.movable)


def truth_json(written: Written) -> dict[str, Any]:
    """The truth table: for each district what is missing, contradicted, or on a limit."""
    sampler = written.sampler
    return {
        "format": 1,
        "synthetic": True,
        "engine": {"name": "dudao", "version": __version__},
        "ruleset": {
            "id": sampler.ruleset.id,
            "edition": sampler.ruleset.edition,
            "digest": ruleset_digest(sampler.ruleset),
        },
        "year": sampler.year,
        "seed": sampler.seed,
        "rates": {
            "missing": str(sampler.rates.missing),
            "contradicted": str(sampler.rates.contradicted),
            "boundary": str(sampler.rates.boundary),
        },
        "counts": {**written.counts, "criteria": written.criteria},
        "districts": written.districts,
    }


def readme(written: Written, lang: Lang) -> str:
    """What the folder holds and how it was made, with the rates that came about."""
    return phrase("sample_readme", lang, **_values(written))


def summary(written: Written, lang: Lang) -> str:
    """The same in a few lines for the screen."""
    return phrase("sample_summary", lang, **_values(written))


def _values(written: Written) -> dict[str, object]:
    sampler, counts = written.sampler, written.counts
    rates = sampler.rates
    return {
        **counts,
        "criteria": written.criteria,
        "districts": len(written.districts),
        "ruleset": sampler.ruleset.name,
        "digest": ruleset_digest(sampler.ruleset),
        "version": __version__,
        "year": sampler.year,
        "seed": sampler.seed,
        "missing_rate": _per_cent(rates.missing),
        "contradicted_rate": _per_cent(rates.contradicted),
        "boundary_rate": _per_cent(rates.boundary),
        "missing_share": _share(counts["missing"], counts["facts"]),
        "contradicted_share": _share(counts["contradicted"], counts["claims"]),
        "boundary_share": _share(counts["boundary"], written.criteria),
    }


def _per_cent(rate: Fraction) -> str:
    return f"{decimal_text(rate * 100)}%"


def _share(part: int, whole: int) -> str:
    return f"{decimal_text(Fraction(part, whole) * 100, 2)}%" if whole else "—"


def _truth(district: District, sampler: Sampler) -> dict[str, Any]:
    sheet, *tables = district.files
    if sampler.one_table:
        sheet, tables = DISTRICTS, [name.partition("-")[2] for name in tables]
    return {
        "code": district.code,
        "name": district.name,
        "sheet": sheet,
        "tables": tables,
        "consistent": district.consistent,
        "missing": [_key(key) for key in district.missing],
        "bounds": [_key(key) for key in district.bounds],
        "contradicted": [_claim(claim, sampler) for claim in district.contradicted],
        "boundary": [_on_limit(limit, sampler) for limit in district.limits],
    }


def _key(key: Key) -> dict[str, Any]:
    return {"fact": key[0], "year": key[1]}


def _claim(claim: Claim, sampler: Sampler) -> dict[str, Any]:
    stated = claim.stated
    places = stated.places if isinstance(stated, Measured) else None
    unit = sampler.ruleset.vocabulary.facts[claim.fact].unit
    shown = (
        None if claim.exact is None else decimal_text(claim.exact / unit.scale, (places or 0) + 2)
    )
    return {
        "fact": claim.fact,
        "year": claim.year,
        "stated": show_stated(stated),
        "exact": str(claim.exact),
        "shown": f"{shown}{unit.name}",
        "how": str(claim.wrong),
    }


def _on_limit(limit: OnLimit, sampler: Sampler) -> dict[str, Any]:
    """``value`` and ``turn`` are in base units: with so much more the outcome is another one."""
    unit = sampler.ruleset.vocabulary.facts[limit.fact].unit
    return {
        "criterion": limit.criterion,
        "level": str(limit.level),
        "limit": str(limit.limit),
        "side": str(limit.side),
        "fact": limit.fact,
        "year": limit.year,
        "value": str(limit.value),
        "shown": f"{decimal_text(limit.value / unit.scale)}{unit.name}",
        "turn": str(limit.turn),
        "outcome": str(limit.outcome),
        "turned": str(limit.turned),
    }
