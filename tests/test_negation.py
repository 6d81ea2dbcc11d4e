"""What must not hold is said as what must hold instead, and means the same."""

from pathlib import Path

import pytest

from engine.language.expression import Not
from engine.locale import LANGS
from engine.reporting.conditions import Conditions
from engine.reporting.labels import negated
from tests.support import found, score

FACTS = """
classes.large: 70
classes.all: 1200
safety.accidents: 1
safety.falsified: no
level.monitoring: Ⅲ
"""

SAID = [
    (
        "not (classes.large > 60)",
        "大班额班数 70班（要求 ≤ 60）",
        "large classes 70 (required ≤ 60)",
        "大班额班数 ≤ 60",
    ),
    (
        "not (not (classes.large > 60))",
        "大班额班数 70班（要求 > 60）",
        "large classes 70 (required > 60)",
        "大班额班数 > 60",
    ),
    (
        "not (classes.large > 60 or safety.accidents = 0)",
        "2 项须全部成立：大班额班数 70班（要求 ≤ 60，不成立）；责任事故 1次（要求 ≠ 0，成立）",
        "all 2 must hold: large classes 70 (required ≤ 60, fails); "
        "accidents 1 (required ≠ 0, holds)",
        "大班额班数 ≤ 60 且 责任事故 ≠ 0",
    ),
    (
        "safety.accidents = 1 and not (classes.large > 60 and safety.falsified)",
        "2 项须全部成立：责任事故 1次（要求 = 1，成立）；"
        "2 项中须有一项成立（成立）：大班额班数 70班（要求 ≤ 60，不成立）；"
        "弄虚作假为“否”（要求“否”，成立）",
        "all 2 must hold: accidents 1 (required = 1, holds); one of 2 must hold (holds): "
        "large classes 70 (required ≤ 60, fails); falsified data: no (required: no, holds)",
        "责任事故 = 1 且 （大班额班数 ≤ 60 或 弄虚作假为“否”）",
    ),
    (
        "not (safety.falsified = no)",
        "弄虚作假为“否”（要求“是”）",
        "falsified data: no (required: yes)",
        "弄虚作假为“是”",
    ),
    (
        "not (level.monitoring in (Ⅰ, Ⅱ))",
        "监测等级 Ⅲ（要求不属于 Ⅰ、Ⅱ）",
        "monitoring level Ⅲ (required none of Ⅰ, Ⅱ)",
        "监测等级 不属于（Ⅰ、Ⅱ）",
    ),
    (
        "not reported(children.all) or children.all > 0",
        "2 项中须有一项成立：在园幼儿：未填报（要求未填报，成立）；"
        "在园幼儿 未填报（要求 > 0，未定）",
        "one of 2 must hold: children: not reported (required not to be reported, holds); "
        "children not reported (required > 0, open)",
        "未填报在园幼儿 或 在园幼儿 > 0",
    ),
]


@pytest.mark.parametrize(("condition", "zh", "en", "labels"), SAID)
def test_a_denial_is_said_without_a_double_negative(
    condition: str, zh: str, en: str, labels: str, tmp_path: Path
) -> None:
    """The part says what must hold, what was found, and whether that is so."""
    rules = f"- {{id: A, title: {{zh: 甲, en: a}}, fully: '{condition}'}}\n"
    assessment = score(tmp_path, rules, FACTS)
    level = found(assessment, "A").criterion.levels[0].condition
    for lang, said in zip(LANGS, (zh, en), strict=True):
        words = Conditions(assessment.interpreter, lang)
        assert words.line(words.part(level)) == said
    words = Conditions(assessment.interpreter, "zh")
    assert words.formulas.labels(level) == labels


@pytest.mark.parametrize(
    "condition",
    [
        *(f"classes.large {op} {n}" for op in ("<", "<=", ">", ">=", "=", "!=") for n in (69, 70)),
        "children.all > 3",
        "safety.falsified = yes",
        "classes.large > 60 and children.all > 3",
        "classes.large > 80 and children.all > 3",
        "classes.large > 60 or children.all > 3",
        "not (classes.large > 60 or not safety.falsified)",
        "5 <= classes.large <= 80",
    ],
)
def test_the_words_mean_the_same(condition: str, tmp_path: Path) -> None:
    """What is said in place of a denial holds, fails or is open exactly when the denial does."""
    rules = f"- {{id: A, title: {{zh: 甲, en: a}}, fully: 'not ({condition})'}}\n"
    assessment = score(tmp_path, rules, FACTS)
    denial = found(assessment, "A").criterion.levels[0].condition
    assert isinstance(denial, Not)
    other = negated(denial.operand)
    holds = assessment.interpreter.condition
    if other is None:
        assert condition == "5 <= classes.large <= 80"
    else:
        assert type(holds(other)) is type(holds(denial))
        assert getattr(holds(other), "holds", None) == getattr(holds(denial), "holds", None)
