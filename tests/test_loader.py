"""Ruleset files become rulesets: what each key means, and what is inherited."""

from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.language.diagnostics import Diagnostic, RulesetError, errors
from engine.language.loader import Loaded, load_file
from engine.language.model import (
    Award,
    Criterion,
    DeductedPoints,
    Each,
    Outcome,
    OutcomePoints,
    Status,
    SteppedPoints,
)
from engine.language.printer import show, show_level
from engine.language.vocabulary import Better
from engine.workshop.lint import lint

from .support import DATA, HEAD, codes, criteria, ruleset, write

ONE = 'id: D.1\ntitle: 公办园占比\nmeasure: children.public_share\nfully: ">= 50%"\n'


def one(folder: Path, text: str) -> Criterion:
    """The only criterion of a ruleset, from its keys."""
    body = text.strip("\n").replace("\n", "\n  ")
    return ruleset(folder, criteria(f"- {body}")).ruleset.criteria[0]


def refused(folder: Path, text: str) -> list[str]:
    """The codes with which a ruleset is refused."""
    with pytest.raises(RulesetError) as caught:
        ruleset(folder, text)
    return codes(caught.value)


def layered(folder: Path, top: str) -> Loaded:
    """A ruleset that extends another: D.1 to D.3, a parameter, a grade."""
    base = (
        criteria(
            """
            - {id: D.1, title: 公办园占比, measure: children.public_share, fully: ">= floor"}
            - {id: D.2, title: 巩固率, measure: rate.retention, fully: ">= 95%", veto: true}
            - {id: D.3, title: 大班额, measure: classes.large, fully: "= 0", basically: "<= 5"}
            """
        )
        + "parameters: {floor: 50%}\n"
        + "grade:\n  scale: [A, B]\n  award:\n"
        + "    - {grade: A, when: count(not_met) = 0}\n    - {grade: B}\n"
    )
    write(folder / "demo" / "2025", "ruleset.yaml", base.replace('"2026"', '"2025"'))
    head = HEAD.replace("vocabulary: small\n", "extends: demo@2025\n")
    return load_file(write(folder / "demo" / "2026", "ruleset.yaml", head + top))


def test_the_example_of_the_design_loads(tmp_path: Path) -> None:
    """What the design shows is what the loader takes."""
    text = (DATA / "design_example.yaml").read_text(encoding="utf-8")
    path = tmp_path / "ruleset.yaml"
    path.write_text(text, encoding="utf-8")
    loaded = load_file(path)
    assert not errors(loaded.diagnostics)
    assert [c.id for c in loaded.ruleset.criteria] == ["A3.1", "A3.4", "A5.2", "A5.3"]
    assert loaded.ruleset.status is Status.RECONSTRUCTED
    by_id = {c.id: c for c in loaded.ruleset.criteria}
    assert [show_level(level.condition) for level in by_id["A3.4"].levels] == ["< 5%", "<= 10%"]
    assert by_id["A3.4"].better is Better.LOWER
    assert by_id["A3.1"].citation.text == "常政教督委〔2022〕1号 三.1"
    assert by_id["A5.3"].veto
    assert [d.code for d in lint(loaded.ruleset) if d.code != "reconstructed-without-note"] == [
        "unused-parameter"
    ]


def test_levels_in_their_order(tmp_path: Path) -> None:
    """fully, basically, not_met, however they stand in the file."""
    found = one(tmp_path, ONE + 'not_met: "< 45%"\nbasically: ">= 45%"')
    assert [level.outcome for level in found.levels] == [
        Outcome.FULLY_MET,
        Outcome.BASICALLY_MET,
        Outcome.NOT_MET,
    ]
    assert [level.text for level in found.levels] == [">= 50%", ">= 45%", "< 45%"]


@pytest.mark.parametrize(
    ("levels", "better"),
    [
        ('fully: ">= 50%"', Better.HIGHER),
        ('fully: "> 50%"\nbasically: ">= 45% and <= 50%"', Better.HIGHER),
        ("fully: 低于 5%\nbasically: 不超过 10%", Better.LOWER),
        ('fully: "= 50%"', Better.TARGET),
        ('fully: ">= 45% and <= 60%"', None),
        ('fully: ">= 45% and <= 60%"\nbetter: target', Better.TARGET),
        ("fully: measure >= 50% and children.all > 0", None),
    ],
)
def test_the_better_direction(levels: str, better: Better | None, tmp_path: Path) -> None:
    """Inferred where the levels leave no doubt, else as written, else unknown."""
    found = one(tmp_path, f"id: D.1\ntitle: 占比\nmeasure: children.public_share\n{levels}")
    assert found.better is better


def test_conditions_without_a_measure(tmp_path: Path) -> None:
    """A level may be a whole condition."""
    found = one(tmp_path, "id: D.1\ntitle: 工资\nfully: pay.teachers >= pay.servants")
    assert found.measure is None
    assert show(found.levels[0].condition) == "pay.teachers >= pay.servants"


def test_applies_when_advice_and_judgement(tmp_path: Path) -> None:
    """What else a criterion may say."""
    found = one(
        tmp_path,
        "id: D.1\ntitle: {zh: 党的领导, en: Leadership}\njudged: true\n"
        "applies_when: children.all > 0\nadvice: {zh: 建章立制, en: Lay down rules}\n"
        "status: official\nsource: {cite: 示例通知, clause: 一.1, seen: true}",
    )
    assert found.judged
    assert found.applies_when is not None
    assert show(found.applies_when) == "children.all > 0"
    assert found.advice.text("en") == "Lay down rules"
    assert found.status is Status.OFFICIAL
    assert found.citation.text == "示例通知 一.1"


def test_rounding_and_showing(tmp_path: Path) -> None:
    """``rounded`` takes the unit of the measure, ``show`` that of the reader."""
    found = one(tmp_path, ONE + 'rounded: {places: 1}\nshow: {unit: "‰", places: 3}')
    assert found.rounded is not None
    assert (found.rounded.places, found.rounded.unit.name) == (1, "%")
    assert (found.show.places, found.show.unit.name) == (3, "‰")


@pytest.mark.parametrize(
    ("measure", "limit", "unit"),
    [
        ("children.public_share", "50%", "%"),
        ("children.public / children.all", "50%", "%"),
        ("pay.teachers - pay.servants", "0", "元"),
        ("money.spending", "0", "万元"),
        ("money.spending - prior(money.spending)", "0", "万元"),
        ("money.spending / children.all", "2000元", "元/人"),
        ("ratio.staff", "1:15", "1:n"),
        ("classes.large", "0", "班"),
        ("cv(schools: books)", "0.5", ""),
    ],
)
def test_the_unit_a_reader_expects(measure: str, limit: str, unit: str, tmp_path: Path) -> None:
    """Without ``show``: the unit of the fact, of the limit, or of what is computed from."""
    found = one(tmp_path, f'id: D.1\ntitle: 量\nmeasure: "{measure}"\nfully: ">= {limit}"')
    assert found.show.unit.name == unit


def test_points(tmp_path: Path) -> None:
    """All or nothing, by outcome, by steps, by deduction, and a bonus."""
    assert one(tmp_path, ONE + "points: 3").points == OutcomePoints(
        fully=Fraction(3), basically=Fraction(0), not_met=Fraction(0)
    )
    assert one(tmp_path, ONE + "points: 3分").points == one(tmp_path, ONE + "points: 3").points
    assert one(tmp_path, ONE + "points: {fully: 3, basically: 1.5}").points == OutcomePoints(
        fully=Fraction(3), basically=Fraction(3, 2), not_met=Fraction(0)
    )
    stepped = one(
        tmp_path,
        ONE + 'points: {steps: [{when: ">= 60%", points: 4}, {when: ">= 50%", points: 2}], '
        "otherwise: 0.5}",
    ).points
    assert isinstance(stepped, SteppedPoints)
    assert [step.points for step in stepped.steps] == [4, 2]
    assert stepped.most == 4
    assert stepped.otherwise == Fraction(1, 2)
    deducted = one(
        tmp_path,
        ONE + "points: {max: 5, at_least: 1, "
        "deduct: {points: 0.5, per: 1%, below: 50%, each: started}}",
    ).points
    assert isinstance(deducted, DeductedPoints)
    assert deducted.most == 5
    assert deducted.at_least == 1
    assert (deducted.points, deducted.per) == (Fraction(1, 2), Fraction(1, 100))
    assert (deducted.below, deducted.each) == (True, Each.STARTED)
    bonus = one(tmp_path, ONE + "bonus: {points: 2, when: safety.falsified = no}").bonus
    assert bonus is not None
    assert bonus.points == 2


def test_two_ways_of_giving_points_are_refused(tmp_path: Path) -> None:
    """Nothing is half read: the second way would have no effect."""
    keys = ONE + "points: {fully: 3, max: 5, deduct: {points: 1, per: 1%, below: 50%}}"
    body = keys.strip("\n").replace("\n", "\n  ")
    assert refused(tmp_path, criteria(f"- {body}")) == ["unknown-key", "unknown-key"]


def test_parameters(tmp_path: Path) -> None:
    """A value, a value by an attribute of the subject, yes or no, a word, a negative number."""
    text = criteria(
        """
        - {id: D.1, title: 占比, measure: children.public_share, fully: ">= floor"}
        - {id: D.2, title: 班额, fully: "count(schools where stage = wanted) > least or strict"}
        """
    )
    loaded = ruleset(
        tmp_path,
        text + "parameters:\n"
        "  floor: {by: area_class, values: {一类地区: 60%, 二类地区: 55%}, otherwise: 50%}\n"
        "  wanted: 小学\n  least: -1\n  strict: true\n",
    ).ruleset
    floor = loaded.parameters["floor"]
    assert floor.by == "area_class"
    shown = {word: show(value) for word, value in floor.values.items()}
    assert shown == {"一类地区": "60%", "二类地区": "55%", "*": "50%"}
    assert loaded.parameters["least"].value is not None


def test_grade_rules(tmp_path: Path) -> None:
    """An own scale of four grades, with award, caps and downgrades."""
    loaded = ruleset(
        tmp_path,
        criteria(f"- {{{', '.join(ONE.strip().splitlines())}}}")
        + "outcomes: {fully_met: {zh: 优, en: good}, not_met: 差}\n"
        + "grade:\n"
        + "  scale:\n"
        + "    - {id: 优秀, label: {zh: 优秀, en: excellent}}\n    - 良好\n"
        + "    - 合格\n    - 不合格\n"
        + "  of: all\n  min_applicable: 3\n  combine_downgrades: strongest\n"
        + "  award:\n"
        + "    - {grade: 优秀, when: share(fully_met) >= 90%}\n"
        + "    - {grade: 良好, when: share(fully_met) >= 80%}\n"
        + "    - {grade: 合格, when: share(not_met) <= 10%}\n    - {grade: 不合格}\n"
        + "  caps:\n    - {at_most: 合格, when: any_veto, because: 一票否决}\n"
        + "  downgrades:\n    - {by: 1, when: safety.falsified}\n"
        + "    - {by: 2, when: outcome(D.1) = not_met}\n",
    ).ruleset
    rule = loaded.grade
    assert rule is not None
    assert [grade.id for grade in rule.scale] == ["优秀", "良好", "合格", "不合格"]
    assert rule.scale[0].label.text("en") == "excellent"
    assert (rule.of_all, rule.min_applicable, rule.strongest) == (True, 3, True)
    last: Award = rule.award[-1]
    assert (last.grade, last.when) == ("不合格", None)
    assert [(cap.at_most, cap.text) for cap in rule.caps] == [("合格", "any_veto")]
    assert [downgrade.by for downgrade in rule.downgrades] == [1, 2]
    assert rule.rank("合格") == 2
    assert loaded.outcomes[Outcome.FULLY_MET].text("en") == "good"
    assert loaded.outcomes[Outcome.NOT_MET].text("zh") == "差"


def test_extending_takes_everything_over(tmp_path: Path) -> None:
    """Criteria, parameters, vocabulary and grade of the base, under a new name."""
    found = layered(tmp_path, "").ruleset
    assert found.name == "demo@2026"
    assert found.extends == ("demo@2025",)
    assert [c.id for c in found.criteria] == ["D.1", "D.2", "D.3"]
    assert found.grade is not None


def test_replace_changes_only_what_it_says(tmp_path: Path) -> None:
    """The other keys of the criterion, and the other criteria, stay."""
    found = layered(tmp_path, 'replace:\n  - {id: D.2, fully: ">= 96%"}\n').ruleset
    changed = found.criterion("D.2")
    assert changed is not None
    assert changed.levels[0].text == ">= 96%"
    assert changed.veto
    assert changed.title.zh == "巩固率"


def test_remove_parameters_and_new_criteria(tmp_path: Path) -> None:
    """A year removes, raises and adds."""
    found = layered(
        tmp_path,
        "remove: [D.3]\nparameters: {floor: 55%}\ndomains:\n  - id: D\n    criteria:\n"
        "      - {id: D.4, title: 事故, measure: safety.accidents, fully: '= 0'}\n",
    ).ruleset
    assert [c.id for c in found.criteria] == ["D.1", "D.2", "D.4"]
    floor = found.parameters["floor"].value
    assert floor is not None
    assert show(floor) == "55%"
    assert [domain.title.zh for domain in found.domains] == ["域"]


@pytest.mark.parametrize(
    ("top", "code"),
    [
        ("remove: [D.9]\n", "unknown-criterion"),
        ('replace:\n  - {id: D.9, fully: ">= 5"}\n', "unknown-criterion"),
        (
            "domains:\n  - id: D\n    criteria:\n      - {id: D.1, title: x, judged: true}\n",
            "criterion-inherited",
        ),
        ("replace:\n  - {id: D.1, fully: '>= 55'}\n", None),
    ],
)
def test_slips_in_a_new_year(top: str, code: str | None, tmp_path: Path) -> None:
    """What does not reach the criterion it means is an error."""
    if code is None:
        assert layered(tmp_path, top).ruleset
        return
    with pytest.raises(RulesetError) as caught:
        layered(tmp_path, top)
    assert codes(caught.value) == [code]


def test_a_fault_of_a_base_is_shown_in_the_base(tmp_path: Path) -> None:
    """The place is where the author has to go."""
    layered(tmp_path, "")
    base = (tmp_path / "demo" / "2025" / "ruleset.yaml").read_text(encoding="utf-8")
    broken = base.replace("rate.retention", "rate.retentoin")
    (tmp_path / "demo" / "2025" / "ruleset.yaml").write_text(broken, encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_file(tmp_path / "demo" / "2026" / "ruleset.yaml")
    places = {d.span.source.path for d in caught.value.diagnostics if d.code == "unknown-fact"}
    assert [Path(place).parent.name for place in places] == ["2025"]


EVERYTHING = (DATA / "everything.yaml").read_text(encoding="utf-8")
VALID = yaml.safe_load(EVERYTHING)
JUNK: tuple[object, ...] = (
    *("", "x", "-1", "1e9", "不低于", ">= 50%", None),
    *([], {}, [[]], {"a": "b"}),
)


def _mutated(data: object, draw: st.DataObject) -> object:
    """The document with one node deleted, doubled or replaced."""
    if not isinstance(data, (dict, list)) or not data or draw.draw(st.integers(0, 5)) == 0:
        return draw.draw(st.sampled_from(JUNK))
    if isinstance(data, dict):
        key = draw.draw(st.sampled_from(sorted(data)))
        match draw.draw(st.sampled_from(("inside", "delete", "rename"))):
            case "delete":
                return {k: v for k, v in data.items() if k != key}
            case "rename":
                return {("measure" if k == key else k): v for k, v in data.items()}
            case _:
                return {k: _mutated(v, draw) if k == key else v for k, v in data.items()}
    place = draw.draw(st.integers(0, len(data) - 1))
    match draw.draw(st.sampled_from(("inside", "delete", "double"))):
        case "delete":
            return [*data[:place], *data[place + 1 :]]
        case "double":
            return [*data, data[place]]
        case _:
            return [*data[:place], _mutated(data[place], draw), *data[place + 1 :]]


def test_a_ruleset_with_every_key_loads_clean(tmp_path: Path) -> None:
    """What the mutations below begin with; written again by a program it is the same."""
    loaded = ruleset(tmp_path, EVERYTHING)
    assert not [d.code for d in (*loaded.diagnostics, *lint(loaded.ruleset))]
    again = ruleset(tmp_path, yaml.safe_dump(VALID, allow_unicode=True, sort_keys=False))
    assert again.ruleset == loaded.ruleset


@given(st.data())
def test_no_mutation_makes_the_loader_crash(tmp_path: Path, data: st.DataObject) -> None:
    """A broken ruleset is refused with places and words, whatever is wrong with it."""
    broken: object = VALID
    for _ in range(data.draw(st.integers(1, 3))):
        broken = _mutated(broken, data)
    path = write(tmp_path, "ruleset.yaml", yaml.safe_dump(broken, allow_unicode=True))
    for diagnostic in _faults(path):
        assert diagnostic.message("zh")
        assert diagnostic.message("en")


def _faults(path: Path) -> tuple[Diagnostic, ...]:
    try:
        return load_file(path).diagnostics
    except RulesetError as error:
        return error.diagnostics


@pytest.mark.parametrize(
    ("parameter", "keys"),
    [
        ("{value: 50%, by: area_class, values: {一类地区: 60%}}", ["unknown-key"]),
        ("{value: 50%, otherwise: 40%}", ["unknown-key"]),
        ("{value: 50%, values: {一类地区: 60%}}", ["unknown-key"]),
    ],
)
def test_a_parameter_has_one_value_or_values_by_attribute(
    parameter: str, keys: list[str], tmp_path: Path
) -> None:
    """A value that would never be read is refused."""
    body = '- {id: D.1, title: 占比, measure: children.public_share, fully: ">= floor"}'
    text = criteria(body) + f"parameters:\n  floor: {parameter}\n"
    assert refused(tmp_path, text) == keys


def test_a_domain_has_a_title(tmp_path: Path) -> None:
    """A report has a heading for each; one that is inherited keeps its own."""
    text = criteria("- {id: D.1, title: 领导, judged: true}")
    assert refused(tmp_path, text.replace("    title: {zh: 域, en: Domain}\n", "")) == [
        "missing-key"
    ]


@pytest.mark.parametrize(
    "levels",
    [
        'measure: 公办园在园幼儿占比\nfully: ">= 50%"',
        "fully: 公办园在园幼儿占比 >= 50%",
        "fully: 弄虚作假",
        "applies_when: 弄虚作假\nfully: safety.falsified = no",
    ],
)
def test_a_label_is_no_name(levels: str, tmp_path: Path) -> None:
    """Wherever a label stands for its fact, one fault names the fact."""
    body = f"id: D.1\ntitle: 量\n{levels}".replace("\n", "\n  ")
    with pytest.raises(RulesetError) as caught:
        load_file(write(tmp_path, "ruleset.yaml", criteria(f"- {body}")))
    (fault,) = caught.value.diagnostics
    assert fault.code == "unknown-fact"
    assert fault.suggestion in ("children.public_share", "safety.falsified")


@pytest.mark.parametrize(
    ("level", "hint"),
    [
        ('"=> 50%"', ">="),
        ('"=< 50%"', "<="),
        ("“>= 50%”", '">= 50%"'),
        ('">= 50% && < 60%"', "and"),
        ('">= 50%，且 < 60%"', "且"),
    ],
)
def test_signs_of_elsewhere_lead_to_ours(level: str, hint: str, tmp_path: Path) -> None:
    """What another language or a Chinese keyboard writes is answered with what to write."""
    body = f"- {ONE.strip()}".replace('">= 50%"', level).replace("\n", "\n  ")
    with pytest.raises(RulesetError) as caught:
        load_file(write(tmp_path, "ruleset.yaml", criteria(body)))
    assert [fault.suggestion for fault in caught.value.diagnostics] == [hint]


@pytest.mark.parametrize("parameters", ["", "parameters: {floor: 5}\n"])
def test_a_criterion_alone_is_no_figure(parameters: str, tmp_path: Path) -> None:
    """``D.1 = not_met`` asks for the outcome of a criterion, which is ``outcome(D.1)``."""
    grade = (
        "grade:\n  scale: [A]\n  award: [{grade: A}]\n  caps: [{at_most: A, when: X1 = not_met}]\n"
    )
    text = criteria("- {id: X1, title: x, judged: true}") + parameters + grade
    with pytest.raises(RulesetError) as caught:
        load_file(write(tmp_path, "ruleset.yaml", text))
    assert [fault.suggestion for fault in caught.value.diagnostics] == ["outcome(X1)"]
