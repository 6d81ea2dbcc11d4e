"""Draws the classes, special rooms and incidents behind a county's figures, as rows of text."""

from collections.abc import Iterator

from .sample_county import County
from .sample_schools import CLASS_SIZES, Row

# Stage, the fact that counts its classes, the letter of its schools, its first year and years.
_STAGES = (
    ("幼儿园", "preschool.classes", "K", 0, 3),
    ("小学", "primary.classes", "P", 1, 6),
    ("初中", "junior.classes", "J", 7, 3),
)
# Children grow by five a class from year to year, as the norms of their classes do.
_KINDERGARTEN = (("小班", 22), ("中班", 27), ("大班", 31))
_CLASSES_OF_A_SCHOOL = {"幼儿园": 6, "小学": 12, "初中": 18}
_LARGE = 56


def class_rows(county: County, words: frozenset[str]) -> Iterator[Row]:
    """The classes of the stages that a ruleset asks for; as many are large as the county says."""
    draws = county.draws
    asked = words & {stage for stage, *_ in _STAGES}
    large = int(county.number("compulsory.large_classes"))
    number = 0
    for stage, fact, letter, first, years in _STAGES:
        if asked and stage not in asked:
            continue
        for position in range(int(county.number(fact))):
            number += 1
            kind, size = "普通班", CLASS_SIZES[stage]
            if stage == "幼儿园":
                kind, size = _KINDERGARTEN[position % 3]
                size = draws.near(size, 3)
            elif large > 0:
                large, size = large - 1, draws.whole(_LARGE, _LARGE + 8)
            else:
                size = min(_LARGE - 1, draws.near(size, 6))
            yield {
                "id": f"B{number:05d}",
                "school": f"{letter}{position // _CLASSES_OF_A_SCHOOL[stage] + 1:03d}",
                "stage": stage,
                "grade": str(position % years + first),
                "kind": kind,
                "size": str(max(5, size)),
            }


def room_rows(county: County, words: frozenset[str]) -> Iterator[Row]:
    """A music room and an art room for every twelve classes, roughly."""
    draws = county.draws
    for position in range(int(county.number("compulsory.classes")) // 6):
        kind = ("音乐", "美术")[position % 2]
        built = min(county.year, 1958 + draws.below(66))
        yield {
            "id": f"R{position + 1:04d}",
            "school": f"P{position // 4 + 1:03d}",
            "kind": kind,
            "built_year": str(built),
            "area": str((73 if built <= 2016 else 96) + draws.below(30)),
        }


def incident_rows(county: County, words: frozenset[str]) -> Iterator[Row]:
    """Few in a year, hardly any of them grave or with liability."""
    draws = county.draws
    for position in range(draws.below(4)):
        yield {
            "id": f"I{position + 1:02d}",
            "day": f"{county.year}-{draws.whole(1, 12):02d}-{draws.whole(1, 28):02d}",
            "kind": draws.pick(("安全事故", "公共卫生", "师德", "其他")),
            "severity": "一般" if draws.below(12) else "较大",
            "liability": "否" if draws.below(8) else "是",
        }
