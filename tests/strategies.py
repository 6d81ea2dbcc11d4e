"""Hypothesis strategies for whole cases: a ruleset over tests/data/small.yaml and a sheet for it.

A counterexample reads like the files it stands for. Facts are aimed at the limits: on them, one
quantum above, one below; then some are left out, declared not applicable, or stated as bounds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from engine.language.units import decimal_text

from .made import YEAR, Case, Key

NOT_APPLICABLE = {"not_applicable": "本区无此项"}

Facts = dict[Key, Any]


# -- facts ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """How a number is written: its unit, and its quantum in that unit."""

    unit: str
    quantum: Fraction = Fraction(1)
    most: int = 1_000_000

    def text(self, quanta: int) -> str:
        """So many quanta as a clerk writes them."""
        return f"{decimal_text(quanta * self.quantum)}{self.unit}"

    def sizes(self) -> st.SearchStrategy[int]:
        """Numbers of quanta: zero, small, ordinary and very large ones."""
        return st.one_of(
            st.integers(0, 3), st.integers(0, 200), st.sampled_from((16090, self.most))
        )


CENT = Fraction(1, 100)
KINDS: Mapping[str, Kind] = {
    "children.all": Kind("人"),
    "children.public": Kind("人"),
    "children.public_share": Kind("%", CENT, 10_000),
    "classes.all": Kind("班", most=100_000),
    "classes.large": Kind("班", most=100_000),
    "money.spending": Kind("万元", CENT, 10**10),
    "money.last_year": Kind("万元", CENT, 10**10),
    "pay.teachers": Kind("元", most=10**9),
    "pay.servants": Kind("元", most=10**9),
    "rate.retention": Kind("%", CENT, 10_000),
    "area.rooms": Kind("㎡", CENT, 10**9),
    "safety.accidents": Kind("次", most=1000),
}
ANSWERS = ("safety.falsified", "pay.not_below")
LEVELS = ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ")
WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(ANSWERS, ("yes", "no")),
    "level.monitoring": LEVELS,
    "ratio.staff": ("1:14", "1:15", "1:16", "0.1", "0"),
    "plan.name": ("方案",),
}
PRIOR_YEARS = ("money.spending", "children.all")


def bounds(kind: Kind, quanta: int) -> st.SearchStrategy[str]:
    """Bounds that the number itself satisfies."""
    return st.sampled_from(
        (
            f">= {kind.text(quanta)}",
            f"<= {kind.text(quanta)}",
            f"> {kind.text(quanta - 1)}" if quanta else f">= {kind.text(quanta)}",
            f"< {kind.text(quanta + 1)}",
        )
    )


def values(name: str) -> st.SearchStrategy[str]:
    """Any value of a fact, as written."""
    if name in WORDS:
        return st.sampled_from(WORDS[name])
    kind = KINDS[name]
    return kind.sizes().map(kind.text)


# -- measures -------------------------------------------------------------------------------------

Aim = Callable[[Fraction, int, Callable[[str], int]], dict[Key, int]]


@dataclass(frozen=True)
class Measure:
    """A formula, the unit and quantum of its limits, and how facts bring it to a limit.

    ``aim(limit, off, draw)``: the limit in quanta of the measure, how many quanta of the fact
    beside it, and sizes for the other facts; it gives facts in their quanta.
    """

    text: str
    kind: Kind
    limits: tuple[int, int]
    aim: Aim | None = None
    rises: bool = True


def _single(name: str) -> Aim:
    return lambda limit, off, draw: {(name, YEAR): max(0, int(limit) + off)}


def _quotient(over: str, under: str, scale: Fraction) -> Aim:
    """The numerator is brought to limit × denominator, taken up to a whole quantum."""

    def aim(limit: Fraction, off: int, draw: Callable[[str], int]) -> dict[Key, int]:
        size = draw(under)
        return {(under, YEAR): size, (over, YEAR): max(0, -int(-limit * scale * size // 1) + off)}

    return aim


def _excess(over: Key, under: Key) -> Aim:
    def aim(limit: Fraction, off: int, draw: Callable[[str], int]) -> dict[Key, int]:
        size = draw(under[0])
        return {under: size, over: max(0, size + int(limit) + off)}

    return aim


def _growth(name: str) -> Aim:
    def aim(limit: Fraction, off: int, draw: Callable[[str], int]) -> dict[Key, int]:
        before = draw(name)
        return {
            (name, YEAR - 1): before,
            (name, YEAR): max(0, -int(-before * (1 + limit / 10_000) // 1) + off),
        }

    return aim


PERCENT = Kind("%", CENT, 10_000)
SPENDING, PAY = KINDS["money.spending"], KINDS["pay.teachers"]
MEASURES: tuple[Measure, ...] = (
    Measure("rate.retention", PERCENT, (9000, 9990), _single("rate.retention")),
    Measure(
        "children.public_share",
        PERCENT,
        (4500, 5000),
        _quotient("children.public", "children.all", Fraction(1, 10_000)),
    ),
    Measure(
        "classes.large / classes.all",
        PERCENT,
        (0, 1000),
        _quotient("classes.large", "classes.all", Fraction(1, 10_000)),
        rises=False,
    ),
    Measure(
        "pay.teachers - pay.servants",
        PAY,
        (-20, 20),
        _excess(("pay.teachers", YEAR), ("pay.servants", YEAR)),
    ),
    Measure(
        "money.spending - prior(money.spending)",
        SPENDING,
        (-20, 20),
        _excess(("money.spending", YEAR), ("money.spending", YEAR - 1)),
    ),
    Measure(
        "money.spending / prior(money.spending) - 1",
        PERCENT,
        (-300, 900),
        _growth("money.spending"),
    ),
    Measure("money.last_year", SPENDING, (0, 500), None),
    Measure(
        "safety.accidents", KINDS["safety.accidents"], (0, 2), _single("safety.accidents"), False
    ),
    Measure(
        "area.rooms / children.all",
        Kind("㎡/人", Fraction(1, 10)),
        (5, 90),
        _quotient("area.rooms", "children.all", Fraction(10)),
    ),
    Measure("ratio.staff", Kind("", CENT), (5, 10)),
    Measure("ceil(children.all / 30)", Kind("人"), (0, 20)),
    Measure("abs(children.all - prior(children.all))", Kind("人"), (0, 50), rises=False),
    Measure("min(rate.retention, children.public_share)", PERCENT, (1000, 5000)),
    Measure("max(classes.all, 3班, classes.large)", Kind("班"), (0, 9), rises=False),
    Measure("if safety.falsified then 0% else rate.retention", PERCENT, (9000, 9990)),
    Measure("-round(rate.retention * children.all)", Kind("人"), (-90, 0)),
    Measure("count(schools where stage = 小学 and pupils > 100)", Kind(""), (0, 3)),
    Measure("sum(schools: teachers)", Kind("人"), (0, 60)),
    Measure("share(schools where pupils > 50: boarding)", PERCENT, (0, 10_000)),
    Measure("share(schools where boarding, weight: pupils)", PERCENT, (0, 10_000)),
    Measure("mean(schools: pupils / teachers)", Kind("", Fraction(1, 10)), (50, 200), rises=False),
    Measure("max(schools where stage = 初中: pupils)", Kind("人"), (0, 300), rises=False),
    Measure("cv(schools: books / pupils, weight: pupils)", Kind("", CENT), (10, 70), rises=False),
)
CONDITIONS = (
    "pay.not_below",
    "not safety.falsified",
    "level.monitoring >= Ⅲ",
    "0 <= safety.accidents < 2",
    "children.all > 0",
    "ratio.staff in (1:15, 1:14)",
    "every_year(2, money.spending >= prior(money.spending))",
    "any_year(2, children.all >= 100人)",
    "in_year(2021, money.spending) > 0",
    "at_least(2, safety.accidents = 0, pay.not_below, rate.retention >= 95%)",
    "any(schools where boarding: pupils > 100)",
    "all(schools where pupils > 100: teachers >= 5)",
    "if safety.falsified then pay.not_below else rate.retention > 90%",
    "subject.area_class = 一类地区",
    "pay.teachers >= floor_pay or classes.large = 0",
)
# Decided by what was reported, not by its value: no filling of a gap leaves it alone.
ASKS_REPORTED = "reported(plan.name)"
PARAMETERS: Mapping[str, Any] = {
    "floor_pay": {
        "by": "area_class",
        "values": {"一类地区": "60元", "二类地区": "50元"},
        "otherwise": "40元",
    }
}


# -- criteria -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A criterion with the measure and limits (in quanta) that it was made from."""

    data: dict[str, Any]
    measure: Measure | None = None
    limits: tuple[int, ...] = ()


@st.composite
def levels(draw: st.DrawFn, measure: Measure) -> tuple[dict[str, str], tuple[int, ...]]:
    """Comparisons with one or two limits in the right order, sometimes ``not_met`` written out."""
    low, high = measure.limits
    better, worse = (">=", ">") if measure.rises else ("<=", "<")
    first = draw(st.integers(low, high))
    limits = [first]
    if draw(st.integers(0, 9)) == 0:
        return {"fully": f"= {measure.kind.text(first)}"}, (first,)
    op = draw(st.sampled_from((better, worse)))
    written = {"fully": f"{op} {measure.kind.text(first)}"}
    if draw(st.booleans()):
        gap = draw(st.integers(1, max(1, high - low)))
        second = first - gap if measure.rises else first + gap
        limits.append(second)
        op = draw(st.sampled_from((better, worse)))
        written["basically"] = f"{op} {measure.kind.text(second)}"
    if draw(st.booleans()):
        opposite = {">=": "<", ">": "<=", "<=": ">", "<": ">="}[op]
        written["not_met"] = f"{opposite} {measure.kind.text(limits[-1])}"
    return written, tuple(limits)


@st.composite
def point_rules(draw: st.DrawFn, measure: Measure | None, limits: tuple[int, ...]) -> Any:
    """Points: for full, by outcome, by steps, or full marks less deductions."""
    forms = ["full", "outcome"] + (["steps", "deduct"] if measure is not None else [])
    form = draw(st.sampled_from(forms))
    if form == "full" or measure is None or not limits:
        return draw(st.integers(1, 5))
    if form == "outcome":
        return {
            "fully": 5,
            "basically": draw(st.integers(0, 4)),
            "not_met": draw(st.integers(-2, 0)),
        }
    op = ">=" if measure.rises else "<="
    if form == "steps":
        steps = [
            {"when": f"{op} {measure.kind.text(limit)}", "points": 5 - position}
            for position, limit in enumerate(limits)
        ]
        return {"steps": steps, "otherwise": draw(st.integers(0, 1))}
    return {
        "max": 10,
        "deduct": {
            "points": draw(st.integers(1, 3)),
            "per": measure.kind.text(draw(st.integers(1, 100))),
            "below" if measure.rises else "above": measure.kind.text(limits[0]),
            "each": draw(st.sampled_from(("proportional", "whole", "started"))),
        },
    }


@st.composite
def criteria(draw: st.DrawFn, identifier: str, measures: tuple[Measure, ...] = MEASURES) -> Drawn:
    """One criterion: measured, by conditions, or judged; with applicability, veto and points."""
    data: dict[str, Any] = {"id": identifier, "title": identifier}
    form = draw(st.sampled_from(("measure", "measure", "measure", "condition", "judged")))
    measure: Measure | None = None
    limits: tuple[int, ...] = ()
    if form == "measure":
        measure = draw(st.sampled_from(measures))
        written, limits = draw(levels(measure))
        data |= {"measure": measure.text, **written}
        if draw(st.integers(0, 3)) == 0:
            data["rounded"] = {"places": draw(st.integers(0, 2))}
    elif form == "condition":
        data["fully"] = draw(st.sampled_from(CONDITIONS))
        if draw(st.booleans()):
            data["basically"] = draw(st.sampled_from(CONDITIONS))
    else:
        data["judged"] = True
    if draw(st.integers(0, 3)) == 0:
        data["applies_when"] = draw(st.sampled_from(CONDITIONS))
    if draw(st.integers(0, 3)) == 0:
        data["veto"] = True
    if draw(st.integers(0, 2)) == 0:
        data["points"] = draw(point_rules(measure, limits))
    if draw(st.integers(0, 5)) == 0:
        data["bonus"] = {
            "points": draw(st.integers(-2, 3)),
            "when": draw(st.sampled_from(CONDITIONS)),
        }
    return Drawn(data, measure, limits)


# -- grade rules ----------------------------------------------------------------------------------


@st.composite
def grade_rules(draw: st.DrawFn, identifiers: tuple[str, ...]) -> dict[str, Any]:
    """Awards, caps and downgrades over counts, shares, named criteria, points and facts."""
    percent = draw(st.sampled_from((0, 10, 50, 90, 100)))
    few = draw(st.integers(0, 2))
    domain = identifiers[0].split(".")[0]
    conditions = st.sampled_from(
        (
            f"share(fully_met) >= {percent}%",
            f"share(not_met) <= {percent}%",
            f"count(not_met) <= {few}",
            f"count(not_met, {domain}) = 0",
            f"share(basically_met, {domain}) < 100%",
            f'outcome({identifiers[-1]}) = "fully_met"',
            f"points >= {few * 5}",
            "count(not_applicable) > 0",
            "any_veto",
            "safety.falsified",
            "safety.accidents > 0",
            "share(fully_met) >= 90% and count(not_met) = 0",
            "not any_veto and level.monitoring >= Ⅱ",
        )
    )
    rule: dict[str, Any] = {
        "scale": ["A", "B", "C", "D"],
        "award": [
            {"grade": "A", "when": draw(conditions)},
            {"grade": "B", "when": draw(conditions)},
            {"grade": draw(st.sampled_from("CD"))},
        ],
        "caps": [
            {"at_most": draw(st.sampled_from("BC")), "when": draw(conditions)}
            for _ in range(draw(st.integers(0, 2)))
        ],
        "downgrades": [
            {"by": draw(st.integers(1, 2)), "when": draw(conditions)}
            for _ in range(draw(st.integers(0, 2)))
        ],
        "of": draw(st.sampled_from(("applicable", "all"))),
        "min_applicable": draw(st.sampled_from((0, 0, 0, 1, 2))),
    }
    if rule["downgrades"]:
        rule["combine_downgrades"] = draw(st.sampled_from(("add", "strongest")))
    return rule


# -- sheets ---------------------------------------------------------------------------------------


def _rows(draw: st.DrawFn) -> Any:
    form = draw(st.sampled_from(("rows", "rows", "rows", "absent", "inapplicable")))
    if form == "absent":
        return None
    if form == "inapplicable":
        return NOT_APPLICABLE
    rows = []
    for number in range(draw(st.integers(0, 4))):
        row: dict[str, Any] = {
            "stage": draw(st.sampled_from(("小学", "初中"))),
            "pupils": draw(st.sampled_from((0, 50, 51, 100, 101, 300))),
            "teachers": draw(st.sampled_from((0, 4, 5, 20))),
            "books": draw(st.integers(0, 900)),
            "boarding": draw(st.sampled_from(("yes", "no"))),
        }
        for column in tuple(row):
            if draw(st.integers(0, 19)) == 19:
                del row[column]
        rows.append({"id": f"S{number}", **{name: str(cell) for name, cell in row.items()}})
    return rows


def _numbers(draw: st.DrawFn, drawn: tuple[Drawn, ...]) -> dict[Key, int]:
    """Every numeric fact in its quanta: brought to a limit where a criterion has one, else any."""
    found: dict[Key, int] = {}

    def size(name: str) -> int:
        return draw(KINDS[name].sizes())

    for one in drawn:
        if one.measure is None or one.measure.aim is None or not one.limits:
            continue
        limit = draw(st.sampled_from(one.limits))
        aimed = one.measure.aim(Fraction(limit), draw(st.integers(-1, 1)), size)
        found |= {key: value for key, value in aimed.items() if key not in found}
    for name in KINDS:
        key = (name, YEAR - 1 if name == "money.last_year" else YEAR)
        if key not in found:
            found[key] = size(name)
    for name in PRIOR_YEARS:
        if (name, YEAR - 1) not in found:
            found[name, YEAR - 1] = size(name)
    # The vocabulary refuses a part that exceeds its whole.
    public, whole = ("children.public", YEAR), ("children.all", YEAR)
    found[public] = min(found[public], found[whole])
    return found


def _entries(draw: st.DrawFn, numbers: Mapping[Key, int], gaps: int) -> Facts:
    """The facts as written: in ``gaps`` of twenty cases absent, inapplicable or a bound."""
    facts: Facts = {}
    words = {(name, YEAR): draw(st.sampled_from(options)) for name, options in WORDS.items()}
    for key in (*numbers, *words):
        state = draw(st.integers(0, 19))
        if state >= 20 - gaps:
            form = draw(st.sampled_from(("absent", "absent", "inapplicable", "bound")))
            if form == "inapplicable":
                facts[key] = NOT_APPLICABLE
            elif form == "bound" and key in numbers:
                facts[key] = draw(bounds(KINDS[key[0]], numbers[key]))
            continue
        facts[key] = words[key] if key in words else KINDS[key[0]].text(numbers[key])
    # A share that is stated beside its parts is a claim; mostly it is left to be computed.
    if draw(st.integers(0, 3)) and ("children.public_share", YEAR) in facts:
        del facts["children.public_share", YEAR]
    if draw(st.integers(0, 3)) and ("pay.not_below", YEAR) in facts:
        del facts["pay.not_below", YEAR]
    return facts


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    most: int = 4,
    gaps: int = 3,
    graded: bool = True,
    measures: tuple[Measure, ...] = MEASURES,
) -> Case:
    """A ruleset of up to ``most`` criteria in two domains, its grade rule, and a sheet."""
    count = draw(st.integers(1, most))
    identifiers = tuple(f"D{1 + (n % 2)}.{n}" for n in range(count))
    drawn = tuple(draw(criteria(name, measures)) for name in identifiers)
    judged = [one.data["id"] for one in drawn if one.data.get("judged")]
    said = ("fully_met", "basically_met", "not_met", "not_applicable")
    return Case(
        criteria=tuple(one.data for one in drawn),
        grade=draw(grade_rules(identifiers)) if graded else None,
        facts=_entries(draw, _numbers(draw, drawn), gaps),
        schools=_rows(draw),
        subject=draw(st.sampled_from(({}, {"area_class": "一类地区"}, {"area_class": "三类地区"}))),
        outcomes={name: draw(st.sampled_from(said)) for name in judged if draw(st.integers(0, 4))},
        parameters=PARAMETERS,
    )
