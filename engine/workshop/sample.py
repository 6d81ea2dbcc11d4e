"""Makes up whole districts for a ruleset: sheet, tables, and the truth about what was spoiled."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from ..facts.sheet import Subject
from ..facts.values import Bound, Measured, Stated
from ..language.model import Outcome, Ruleset
from ..language.vocabulary import Better, FactType, IntegrityRule
from ..scoring.fact_values import Key
from ..scoring.interpreter import Interpreter
from .sample_claims import Claim, constants, draw_claims, parts_reported
from .sample_county import County, draw_facts, figures_for
from .sample_draws import Draws
from .sample_figures import Figure
from .sample_limits import Limits, OnLimit, breaks, made_up_sheet, rules_for
from .sample_needs import Needs, Uses, needs_of, uses_of
from .sample_table import cells
from .sample_tables import csv_table
from .sample_writing import sheet_text

# Of the shares that allow it, so many are reported as a bound.
_BOUNDS = Fraction(1, 10)
# Of what a person judges on site, so many are found to be met.
_MET = Fraction(92, 100)
# A county that breaks an integrity rule by chance is drawn anew.
_ATTEMPTS = 50
_PER_CENT = Fraction(1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much is spoiled: of the facts, of the claims that parts bear out, of the limits."""

    missing: Fraction = Fraction(5, 100)
    contradicted: Fraction = Fraction(5, 100)
    boundary: Fraction = Fraction(10, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """One made-up district: its files by name, and the truth about them.

    ``row`` is its sheet as a row of one table, where that was asked for.
    ``consistent``: it breaks no integrity rule of the vocabulary, not even one that only warns.
    """

    code: str
    name: str
    files: Mapping[str, str]
    row: tuple[str, ...]
    facts: int
    rows: int
    consistent: bool
    missing: tuple[Key, ...]
    bounds: tuple[Key, ...]
    claims: tuple[Claim, ...]
    limits: tuple[OnLimit, ...]

    @property
    def contradicted(self) -> tuple[Claim, ...]:
        """The claims that their own parts contradict."""
        return tuple(claim for claim in self.claims if claim.wrong is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """What all districts of one sample have in common."""

    ruleset: Ruleset
    year: int
    seed: int
    rates: Rates
    tables: bool
    one_table: bool
    needs: Needs
    uses: Mapping[str, Uses]
    figures: Mapping[str, Figure]
    rules: tuple[IntegrityRule, ...]

    def district(self, index: int) -> District:
        """The district of that number, from 1; it does not depend on how many there are."""
        for attempt in range(_ATTEMPTS):
            draws = Draws(self.seed, self.ruleset.name, self.year, index, attempt)
            county = County(self.ruleset.vocabulary, self.figures, self.year, draws)
            values = draw_facts(county, self.needs.reported)
            subject = _subject(index, self.needs, draws)
            interpreter = self._interpreter(subject, values)
            consistent = not breaks(interpreter, self.rules)
            if consistent:
                break
        return self._spoilt(county, subject, values, interpreter, consistent)

    def _interpreter(self, subject: Subject, values: Mapping[Key, Stated]) -> Interpreter:
        return Interpreter(self.ruleset, made_up_sheet(subject, self.year, values))

    def _spoilt(
        self,
        county: County,
        subject: Subject,
        values: dict[Key, Stated],
        interpreter: Interpreter,
        consistent: bool,
    ) -> District:
        draws = county.draws
        limits = Limits(self.ruleset, self.rules, interpreter, values, draws, [], set())
        limits.place(self.needs.movable, self.rates.boundary)
        whole = limits.interpreter
        missing = tuple(
            key for key in values if draws.chance(self.rates.missing) and key not in limits.fixed
        )
        told = {key: value for key, value in values.items() if key not in missing}
        bounds = self._bounded(told, whole, limits.fixed, draws)
        claims = self._claims(whole, told, subject, draws)
        told |= {(claim.fact, claim.year): claim.stated for claim in claims}
        files: dict[str, str] = {}
        rows = 0
        for name, columns in self.needs.columns.items() if self.tables else ():
            definition = self.ruleset.vocabulary.tables[name]
            text, count = csv_table(county, definition, columns, self.needs.rows[name])
            files[f"{subject.code}-{name}.csv"] = text
            rows += count
        judged = {name: _judgement(draws) for name in self.needs.judged}
        sheet = sheet_text(subject, self.year, told, self.ruleset.vocabulary, judged, files, draws)
        row: tuple[str, ...] = ()
        if self.one_table:
            row = cells(
                subject, self.year, told, judged, self.needs, self.ruleset.vocabulary, draws
            )
        return District(
            code=subject.code,
            name=subject.name,
            files={f"{subject.code}.yaml": sheet, **files},
            row=row,
            facts=len(values),
            rows=rows,
            consistent=consistent,
            missing=missing,
            bounds=bounds,
            claims=claims,
            limits=tuple(limits.placed),
        )

    def _claims(
        self, whole: Interpreter, told: dict[Key, Stated], subject: Subject, draws: Draws
    ) -> tuple[Claim, ...]:
        """First what stands for parts that were left out: other outcomes may rest on it."""
        reported = self._interpreter(subject, told)
        lacking: list[Key] = []
        borne_out: list[Key] = []
        for key in self.needs.derived:
            (borne_out if parts_reported(reported, key) else lacking).append(key)
        first = draw_claims(whole, reported, tuple(lacking), self.uses, None, draws)
        known = {**told, **{(claim.fact, claim.year): claim.stated for claim in first}}
        reported = self._interpreter(subject, known)
        rest = draw_claims(
            whole, reported, tuple(borne_out), self.uses, self.rates.contradicted, draws
        )
        return (*first, *rest)

    def _bounded(
        self, told: dict[Key, Stated], whole: Interpreter, fixed: set[Key], draws: Draws
    ) -> tuple[Key, ...]:
        """Reports some shares as ``96%以上``, where that still decides every limit."""
        found = []
        for key, value in told.items():
            fact = self.ruleset.vocabulary.facts[key[0]]
            use = self.uses.get(key[0])
            fits = fact.type is FactType.RATE and fact.better is Better.HIGHER
            if not fits or use is None or use.tangled or key in fixed:
                continue
            if not isinstance(value, Measured) or key[1] != whole.base_year(key[0]):
                continue
            bound = floor(value.value / _PER_CENT) * _PER_CENT
            decides = all(limit <= bound for limit in constants(whole, use))
            if bound in (0, 1) or not decides or not draws.chance(_BOUNDS):
                continue
            told[key] = Measured(bound, Bound.AT_LEAST, fact.unit, 0)
            found.append(key)
        return tuple(found)


def sampler_for(
    ruleset: Ruleset,
    year: int,
    seed: int,
    rates: Rates,
    *,
    tables: bool = True,
    one_table: bool = False,
) -> Sampler:
    """Everything that is worked out once for a sample."""
    needs = needs_of(ruleset, year)
    return Sampler(
        ruleset=ruleset,
        year=year,
        seed=seed,
        rates=rates,
        tables=tables,
        one_table=one_table,
        needs=needs,
        uses=uses_of(ruleset),
        figures=figures_for(ruleset.vocabulary),
        rules=rules_for(ruleset.vocabulary, needs),
    )


def _subject(index: int, needs: Needs, draws: Draws) -> Subject:
    """No division of China has a code that begins with 99 (GB/T 2260)."""
    words = {name: draws.pick(known) for name, known in needs.words.items()}
    kind = words.pop("kind")
    return Subject(code=f"99{index:04d}", name=f"示例县{index:04d}", kind=kind, attributes=words)


def _judgement(draws: Draws) -> Outcome:
    return Outcome.FULLY_MET if draws.chance(_MET) else Outcome.NOT_MET
