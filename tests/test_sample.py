"""`dudao sample`: the districts it makes up load, and are spoiled exactly as its truth says."""

import json
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.facts.quantity import read_text
from engine.facts.sheet_reader import read_sheet
from engine.facts.values import Answer, Bound, Measured, Stated
from engine.language.catalogue import Installed, installed
from engine.language.diagnostics import Source, Span
from engine.language.loader import load_file
from engine.language.model import Outcome, Ruleset
from engine.language.nodes import Entries, Text, parse
from engine.language.units import find_unit
from engine.language.vocabulary import FactType, ValueDefinition
from engine.locale import Label
from engine.scoring.assess import Assessment, assess
from engine.scoring.fact_values import Moment
from engine.scoring.gathering import gather
from engine.scoring.interpreter import Interpreter
from engine.scoring.outcome import evaluate
from engine.scoring.values import Number, point
from engine.workshop.sample import District, Rates, Sampler, sampler_for
from engine.workshop.sample_county import County, figures_for
from engine.workshop.sample_draws import Draws, apportioned, bell_quantiles
from engine.workshop.sample_limits import OnLimit, Side
from engine.workshop.sample_writing import spelt, yaml_text
from tests.conftest import Screen
from tests.support import ROOT, criteria, dudao, measure, ruleset

SCREENS = ROOT / "tests" / "screens" / "sample"
by_name = pytest.mark.parametrize("entry", installed(), ids=lambda e: e.name)
SPOILT = Rates(missing=Fraction(1, 10), contradicted=Fraction(1, 4), boundary=Fraction(3, 10))
CLEAN = Rates(missing=Fraction(0), contradicted=Fraction(0), boundary=Fraction(0))
SHARE = """
- id: PUBLIC
  title: {zh: 公办占比, en: Public share}
  measure: children.public_share
  fully: ">= 45%"
  basically: ">= 40%"
- {id: PAY, title: {zh: 教师工资, en: Pay}, fully: pay.teachers >= pay.servants}
- {id: LEVEL, title: {zh: 监测等级, en: Level}, fully: level.monitoring >= Ⅲ}
- {id: RATIO, title: {zh: 师生比, en: Staff}, measure: ratio.staff, fully: ">= 1:15"}
- id: SCHOOLS
  title: {zh: 规模, en: Size}
  measure: "count(schools where stage = 小学 and pupils > 2000)"
  fully: "<= 0"
- {id: VISIT, title: {zh: 实地评议, en: Visit}, judged: true}
"""


def sampler(rules: Ruleset, rates: Rates, *, seed: int = 0, year: int | None = None) -> Sampler:
    return sampler_for(rules, year or int(rules.edition), seed, rates)


def scored(district: District, rules: Ruleset, folder: Path) -> Assessment:
    """The district as anybody would score it, from its files; in a batch of one if need be."""
    for name, text in district.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    read = read_sheet(folder / f"{district.code}.yaml", rules.vocabulary)
    cohort = gather(rules, [read.sheet])
    return assess(rules, read.sheet, diagnostics=read.diagnostics, cohort=cohort)


def value(interpreter: Interpreter, fact: str, year: int) -> Fraction:
    found = interpreter.fact(fact, Moment(0, year)).value
    assert isinstance(found, Number)
    assert isinstance(found.exact, Fraction)
    return found.exact


def outcome_with(assessment: Assessment, limit: OnLimit, amount: Fraction) -> Outcome:
    """What the criterion comes to when its fact is another number."""
    criterion = assessment.ruleset.criterion(limit.criterion)
    assert criterion is not None
    moved = assessment.interpreter.replaced((limit.fact, limit.year), point(amount))
    return evaluate(criterion, moved).outcome


# -- every shipped ruleset ------------------------------------------------------------------------


@by_name
def test_the_truth_is_what_the_engine_finds(entry: Installed, tmp_path: Path) -> None:
    """Sheets load without a diagnostic; what is missing, contradicted, on a limit is as listed."""
    rules = load_file(entry.path).ruleset
    made = sampler(rules, SPOILT)
    seen = 0

    for index in range(1, 7):
        district = made.district(index)
        assessment = scored(district, rules, tmp_path)

        assert not assessment.diagnostics
        assert district.consistent
        stated = assessment.sheet.entries
        assert set(district.missing) == {k for k in made.needs.reported if k not in stated}
        wrong = {(c.name, c.year) for c in assessment.claims if not c.agreement.consistent}
        assert wrong == {(c.fact, c.year) for c in district.contradicted}
        for limit in district.limits:
            found = assessment.result(limit.criterion)
            assert found is not None
            assert found.outcome is limit.outcome
            assert value(assessment.interpreter, limit.fact, limit.year) == limit.value
            assert outcome_with(assessment, limit, limit.value + limit.turn) is limit.turned
            assert limit.turned is not limit.outcome
        seen += len(district.limits) + len(district.missing) + len(assessment.claims)
    assert seen


@by_name
def test_nothing_is_spoilt_unless_asked(entry: Installed, tmp_path: Path) -> None:
    """With rates of nothing no fact is missing, no claim wrong, no criterion undetermined."""
    rules = load_file(entry.path).ruleset
    district = sampler(rules, CLEAN).district(1)
    assessment = scored(district, rules, tmp_path)

    assert not district.missing
    assert not district.limits
    assert not district.contradicted
    assert all(claim.agreement.consistent for claim in assessment.claims)
    assert not [m.reason for m in assessment.missing]


# -- a ruleset of its own --------------------------------------------------------------------------


def test_a_criterion_lies_on_its_limit_or_one_child_short(tmp_path: Path) -> None:
    """The number of children is the least that reaches a limit, or that less one."""
    rules = ruleset(tmp_path, criteria(SHARE)).ruleset
    made = sampler(rules, Rates(boundary=Fraction(1), missing=Fraction(0)))
    sides = set()

    for index in range(1, 41):
        assessment = scored(made.district(index), rules, tmp_path)
        public, children = (
            value(assessment.interpreter, f"children.{name}", 2026) for name in ("public", "all")
        )
        least = [ceil(children * limit) for limit in (Fraction(45, 100), Fraction(40, 100))]
        assert public in (*least, *(number - 1 for number in least))
        sides.add(Side.AT if public in least else Side.SHORT)
        found = assessment.result("PUBLIC")
        assert found is not None
        assert (found.outcome is Outcome.FULLY_MET) is (measure(assessment, "PUBLIC") * 100 >= 45)
    assert sides == set(Side)


def test_a_wrong_claim_is_not_a_rounding(tmp_path: Path) -> None:
    """A contradicted share is off by more than rounding, or hides that a limit was missed."""
    rules = ruleset(tmp_path, criteria(SHARE)).ruleset
    rates = Rates(boundary=Fraction(1, 2), missing=Fraction(0), contradicted=Fraction(1))
    made = sampler(rules, rates)
    hidden = 0

    for index in range(1, 61):
        for claim in made.district(index).contradicted:
            assert isinstance(claim.stated, Measured)
            assert claim.exact is not None
            off = abs(claim.stated.value - claim.exact) > Fraction(2, 10_000)
            limits = (Fraction(45, 100), Fraction(40, 100))
            hides = any(claim.exact < limit <= claim.stated.value for limit in limits)
            assert off or hides
            hidden += not off
    assert hidden, "no claim hides a limit"


def test_a_district_is_written_like_this(tmp_path: Path, screen: Screen) -> None:
    """The same seed gives the same bytes on every platform and Python."""
    rules = ruleset(tmp_path, criteria(SHARE)).ruleset
    files = sampler(rules, Rates(), seed=3).district(1).files

    assert list(files) == ["990001.yaml", "990001-schools.csv"]
    for name, text in files.items():
        screen(SCREENS / name, text)


def test_rates_are_as_stated() -> None:
    """Of 200 districts about 5 % of facts, 5 % of claims and 10 % of limits are spoiled."""
    rules = load_file(ROOT / "rulesets" / "changde-county-duty" / "2022" / "ruleset.yaml").ruleset
    made = sampler(rules, Rates())
    districts = [made.district(index) for index in range(1, 201)]
    facts = sum(district.facts for district in districts)
    claims = sum(claim.audited for district in districts for claim in district.claims)
    limits = len(made.needs.movable) * len(districts)

    assert 0.04 < sum(len(d.missing) for d in districts) / facts < 0.06
    assert 0.035 < sum(len(d.contradicted) for d in districts) / claims < 0.065
    assert 0.08 < sum(len(d.limits) for d in districts) / limits < 0.12
    assert len({d.code for d in districts}) == len(districts)
    assert all(d.code.startswith("99") for d in districts)


def test_counties_lie_around_the_published_figures() -> None:
    """Inclusive kindergartens 89.55 % of children in 2022, large classes 7.06 % in 2018."""
    base = ROOT / "rulesets" / "county-duty-base" / "2022" / "ruleset.yaml"
    vocabulary = load_file(base).ruleset.vocabulary
    figures = figures_for(vocabulary)

    def mean(part: str, whole: str, year: int) -> Fraction:
        counties = [County(vocabulary, figures, year, Draws(index)) for index in range(200)]
        return sum((c.number(part) / c.number(whole) for c in counties), Fraction(0)) / 200

    inclusive = mean("preschool.inclusive_children", "preschool.children", 2022)
    large = mean("compulsory.large_classes", "compulsory.classes", 2018)
    assert abs(inclusive - Fraction("0.8955")) < Fraction("0.01")
    assert abs(large - Fraction("0.0706")) < Fraction("0.01")


# -- drawing and writing ---------------------------------------------------------------------------


def test_a_bell_has_the_deviation_it_names() -> None:
    """Quantiles rise, mirror one another and deviate by a thousand thousandths."""
    bell = bell_quantiles()
    square = sum(x * x for x in bell) // len(bell)

    assert list(bell) == sorted(bell)
    assert all(abs(low + high) <= 2 for low, high in zip(bell, reversed(bell), strict=True))
    assert 990**2 < square < 1010**2


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=50))
def test_parts_add_up_to_the_whole(total: int, weights: list[int]) -> None:
    """Schools have as many pupils as the county, none fewer than twelve where there are enough."""
    total += 12 * len(weights)
    parts = apportioned(total, weights, 12)

    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert min(parts) >= 12


def definition(kind: FactType, unit: str, quantum: str) -> ValueDefinition:
    found = find_unit(unit)
    assert found is not None
    return ValueDefinition(
        name="fact",
        label=Label("数"),
        type=kind,
        unit=found,
        quantum=Fraction(quantum) * found.scale,
        span=Span(Source("test")),
    )


DEFINITIONS = (
    definition(FactType.COUNT, "人", "1"),
    definition(FactType.AMOUNT, "万元", "0.01"),
    definition(FactType.AMOUNT, "元", "1"),
    definition(FactType.RATE, "%", "0.01"),
    definition(FactType.NUMBER, "元/人", "0.01"),
    definition(FactType.AREA, "㎡", "0.01"),
)


@given(st.sampled_from(DEFINITIONS), st.integers(0, 10**9), st.booleans(), st.integers(0, 10**6))
def test_however_a_number_is_spelt_it_reads_the_same(
    wanted: ValueDefinition, steps: int, bound: bool, seed: int
) -> None:
    """Full-width digits, thousands, larger units and 以上 keep the exact value."""
    assert wanted.quantum is not None
    kept = Bound.AT_LEAST if bound else Bound.EXACT
    stated: Stated = Measured(steps * wanted.quantum, kept, wanted.unit, None)
    read = read_text(spelt(stated, wanted, Draws(seed)), wanted)

    assert isinstance(read, Measured)
    assert (read.value, read.bound) == (steps * wanted.quantum, kept)


@given(st.booleans(), st.integers(0, 10**6))
def test_an_answer_reads_the_same(answer: bool, seed: int) -> None:
    """是, 有, yes; 否, 无, no."""
    wanted = definition(FactType.YES_NO, "", "1")

    assert read_text(spelt(Answer(answer), wanted, Draws(seed)), wanted) == Answer(answer)


@example(text="1:?")
@given(st.text("ab 中1２:#,'\"\\{}[]-?&*!|>%@`．。", min_size=1, max_size=12))
def test_text_is_quoted_where_yaml_needs_it(text: str) -> None:
    """Whatever a clerk writes comes back as it was, in a block and in a series."""
    text = text.strip() or "x"
    for document in (f"a: {yaml_text(text)}\n", f"a: {{2022: {yaml_text(text)}}}\n"):
        node, wrong = parse(Source("x", document))
        assert not wrong
        while isinstance(node, Entries):
            [(_, node)] = node.entries
        assert isinstance(node, Text)
        assert node.value == text


# -- the command -----------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_seed_gives_the_same_folder(tmp_path: Path) -> None:
    """To the byte; another seed gives other districts; fewer districts are the first of more."""
    folders = {}
    for name, seed, number in (("a", 1, 3), ("b", 1, 3), ("c", 2, 3), ("d", 1, 2)):
        out = tmp_path / name
        arguments = ("--districts", str(number), "--seed", str(seed), "--out", out)
        assert dudao("sample", "-r", "quality-balanced@2017", *arguments).code == 0
        folders[name] = everything(out)

    assert folders["a"] == folders["b"]
    assert folders["a"] != folders["c"]
    sheets = {name: text for name, text in folders["d"].items() if name.startswith("sheets")}
    assert len(sheets) == 4
    assert sheets.items() <= folders["a"].items()


def test_a_sample_says_what_it_is(tmp_path: Path) -> None:
    """README and truth: synthetic, seed, digest, rates, and counts that add up."""
    out = tmp_path / "out"
    ran = dudao(
        *("sample", "-r", "changde-county-duty@2022", "--districts", "5", "--seed", "7"),
        *("--missing", "20%", "--contradicted", "0.5", "--out", out, "--lang", "en"),
    )
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    text = (out / "README.md").read_text(encoding="utf-8")

    assert ran.code == 0
    assert "5 districts for changde-county-duty@2022, 2022, seed 7" in ran.out
    assert truth["synthetic"] is True
    assert truth["rates"] == {"missing": "1/5", "contradicted": "1/2", "boundary": "1/10"}
    assert len(truth["districts"]) == 5
    for name in ("missing", "bounds", "contradicted", "boundary"):
        assert truth["counts"][name] == sum(len(d[name]) for d in truth["districts"]), name
    assert "made up" in text
    assert truth["ruleset"]["digest"] in text
    assert f"{truth['counts']['missing']}/{truth['counts']['facts']}" in text


def test_every_sheet_of_a_sample_can_be_scored(tmp_path: Path) -> None:
    """Score ends with 0 or 4, never with 3."""
    out = tmp_path / "out"
    dudao("sample", "-r", "quality-balanced@2017", "--districts", "3", "--out", out)
    sheets = sorted((out / "sheets").glob("*.yaml"))
    ran = dudao("score", *sheets, "-r", "quality-balanced@2017")

    assert len(sheets) == 3
    assert ran.code in (0, 4)
    assert not ran.err


def test_tables_can_be_left_out(tmp_path: Path) -> None:
    """`--no-tables` writes sheets alone, which name no table."""
    out = tmp_path / "out"
    arguments = ("--districts", "1", "--no-tables", "--out", out)
    dudao("sample", "-r", "quality-balanced@2017", *arguments)

    assert [path.name for path in (out / "sheets").iterdir()] == ["990001.yaml"]
    assert "tables:" not in (out / "sheets" / "990001.yaml").read_text(encoding="utf-8")


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    """Nothing is overwritten, nothing mixed with what was there."""
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    given = ("sample", "-r", "yili-county-duty@2019", "--districts", "1", "--lang", "en")
    ran = dudao(*given, "--out", tmp_path)

    assert ran.code == 2
    assert "not empty" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("share", ["101%", "1.5", "-1%", "many", "5 %%", ""])
def test_a_share_that_is_none_is_refused(share: str, tmp_path: Path) -> None:
    """A usage error, before anything is written."""
    out = tmp_path / "out"
    arguments = ("--districts", "1", "--out", out, "--missing", share)
    ran = dudao("sample", "-r", "yili-county-duty@2019", *arguments)

    assert ran.code == 2
    assert not out.exists()


def test_an_unusable_ruleset_is_named(tmp_path: Path) -> None:
    """Exit code 3 and no folder."""
    out = tmp_path / "out"
    ran = dudao("sample", "-r", "no-such-ruleset", "--districts", "1", "--out", out)

    assert ran.code == 3
    assert not out.exists()


def test_an_edition_without_a_year_needs_one(tmp_path: Path) -> None:
    """The evaluation year is never guessed."""
    text = criteria(SHARE).replace('edition: "2026"', "edition: draft")
    loaded = ruleset(tmp_path, text)
    path = Path(loaded.ruleset.source.path)
    asked = ("sample", "-r", path, "--districts", "1", "--out")

    refused, given_year = (
        dudao(*asked, tmp_path / "one"),
        dudao(*asked, tmp_path / "two", "--year", "2024"),
    )

    assert refused.code == 2
    assert "--year" in refused.err
    assert given_year.code == 0
    sheet = (tmp_path / "two" / "sheets" / "990001.yaml").read_text(encoding="utf-8")
    assert "\nyear: 2024\n" in sheet


def test_one_table_holds_what_the_sheets_hold(tmp_path: Path) -> None:
    """A row a district, the rows of its tables beside it: the batch gives the same results."""
    asked = ("sample", "-r", "quality-balanced@2017", "--districts", "12", "--out")
    assert dudao(*asked, tmp_path / "sheets").code == 0
    assert dudao(*asked, tmp_path / "table", "--one-table").code == 0
    assert not (tmp_path / "table" / "sheets").exists()

    results = []
    for name, folder in (("a", tmp_path / "sheets" / "sheets"), ("b", tmp_path / "table")):
        for other in ("README.md", "truth.json"):
            (folder / other).unlink(missing_ok=True)
        ran = dudao("batch", folder, "-r", "quality-balanced@2017", "--out", tmp_path / name)
        assert ran.code in (0, 4), ran.err
        results.append((tmp_path / name / "results.csv").read_bytes())
    assert results[0] == results[1]


def test_the_made_up_country_is_a_sample(tmp_path: Path) -> None:
    """`fixtures/made-up-country-2022.csv` is what the command in its README writes."""
    out = tmp_path / "out"
    asked = ("sample", "-r", "changde-county-duty@2022", "--districts", "8", "--one-table")
    assert dudao(*asked, "--no-tables", "--out", out).code == 0

    made = (out / "districts.csv").read_text(encoding="utf-8-sig").splitlines()
    shipped = (ROOT / "fixtures" / "made-up-country-2022.csv").read_text(encoding="utf-8-sig")
    assert shipped.splitlines()[: len(made)] == made
    assert len(shipped.splitlines()) == 3_001
