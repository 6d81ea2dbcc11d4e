"""Draws the schools and kindergartens behind a county's figures, as rows of text."""

from collections.abc import Mapping

from .sample_county import County
from .sample_draws import Draws, apportioned

Row = dict[str, str]

# What a pupil of a primary and of a junior school has, in thousandths, and how far schools differ
# (thousandths of the logarithm): the variation is that of one district's eight indicators in a
# published table [S4], the others like their nearest; the medians lie above the norms of 2017.
_RESOURCES: Mapping[str, tuple[int, int, int]] = {
    "teachers": (60, 84, 263),
    "teachers_above_degree": (54, 70, 263),
    "teachers_mid_title": (27, 37, 420),
    "teachers_backbone": (14, 14, 300),
    "teachers_pe_art": (12, 12, 263),
    "area_teaching": (6000, 7700, 437),
    "area_sports": (9900, 13_300, 419),
    "equipment": (2_650_000, 3_300_000, 255),
    "computers": (150, 180, 188),
    "books": (27_000, 37_000, 171),
    "media_rooms": (31, 33, 188),
}
# 46.2755 million children in 289 200 kindergartens in 2022: 160 each [S58]; 31 062 pupils of
# primary schools of about 390, 14 546 of junior schools of about 700 in 000 and 003.
_SIZES = {"小学": (390, 850), "初中": (700, 600), "幼儿园": (160, 550)}
CLASS_SIZES = {"小学": 40, "初中": 45, "幼儿园": 27}
_RUN_BY = ("县级公办",) * 18 + ("民办", "其他公办")
_KINDERGARTENS = ("公办",) * 11 + ("普惠民办",) * 7 + ("其他民办",) * 2
_TEACHING_POINT = 60
_INTEGRATED = 5
_EVEN = 550
# More often than any county has schools.
_NEVER = 10**9
# What an integrated school reports as a whole as well.
_SHARED = ("area_teaching", "area_sports", "equipment", "computers", "books")


def school_rows(county: County, words: frozenset[str]) -> list[Row]:
    """One row for each stage of a school; pupils add up to those of the county."""
    draws = county.draws
    level = draws.factor(120)
    # Where a county is even, its schools differ by a fifth of what the table shows.
    evenness = draws.whole(200, 900)
    rows: list[Row] = []
    juniors = _sizes("初中", int(county.number("junior.pupils")), draws)
    primaries = _sizes("小学", int(county.number("primary.pupils")), draws)
    joined = min(len(primaries), len(juniors) // _INTEGRATED)
    for position, pupils in enumerate(primaries):
        partner = juniors[position] if position < joined else None
        rows.append(_school(county, "小学", position, pupils, partner, level, evenness))
    for position, pupils in enumerate(juniors):
        partner = primaries[position] if position < joined else None
        rows.append(_school(county, "初中", position, pupils, partner, level, evenness))
    return rows


def _sizes(stage: str, total: int, draws: Draws) -> list[int]:
    median, spread = _SIZES[stage]
    count = max(2, total // median)
    return apportioned(total, [draws.factor(spread) for _ in range(count)], 12)


def _school(
    county: County,
    stage: str,
    position: int,
    pupils: int,
    partner: int | None,
    level: int,
    evenness: int,
) -> Row:
    draws, primary = county.draws, stage == "小学"
    below, factor = draws.below, draws.factor
    kind = stage if partner is None else "九年一贯制"
    if primary and partner is None and pupils < _TEACHING_POINT and below(2):
        kind = "教学点"
    area = "乡村" if pupils < 250 else ("镇区", "镇区", "城区")[below(3)]
    whole = (pupils, partner or 0) if primary else (partner or 0, pupils)
    # In an even county nothing is wanting in any school, elsewhere in some.
    some = _NEVER if evenness < _EVEN else 40
    size = draws.near(CLASS_SIZES[stage], 1 if evenness < _EVEN else 3)
    classes = max(1, -(-pupils // max(15, size)))
    rooms = -(-classes // 12)
    funded = max(pupils, 100) if below(some) else pupils
    fund = funded * (78 if primary else 98) // 10
    built = min(county.year, 1958 + below(66))
    row = {
        "id": f"{'P' if primary else 'J'}{position + 1:03d}",
        "name": f"示例{stage}{position + 1:03d}",
        "kind": kind,
        "stage": stage,
        "run_by": _RUN_BY[below(20)],
        "area": area,
        "boarding": "是" if area != "城区" and not below(4) else "否",
        "dense_centre": "是" if area == "城区" and not below(12) else "否",
        "built_year": str(built),
        "pupils": str(pupils),
        "stage_primary": str(whole[0]),
        "stage_junior": str(whole[1]),
        "stage_senior": "0",
        "migrant_pupils": str(pupils * below(130) // 1000),
        "classes": str(classes),
        "largest_class": str(-(-pupils // classes) + below(3)),
        "visiting_pe_art": str(below(3) if pupils < 100 else 0),
        "area_offcampus_sports": str(below(4) * 500 if area == "城区" else 0),
        "music_rooms": str(rooms if below(some) else rooms - 1),
        "art_rooms": str(rooms if below(some) else rooms - 1),
        "smallest_music_room": str((73 if built <= 2016 else 96) + below(20) - (not below(some))),
        "smallest_art_room": str((67 if built <= 2016 else 90) + below(20) - (not below(some))),
        "funded_pupils": str(funded),
        "public_fund_budget": _hundredths(fund),
        "training_spend": _hundredths(fund * draws.near(700, 45) // 10_000),
    }
    teachers = 0
    for name, (of_primary, of_junior, spread) in _RESOURCES.items():
        each = (of_primary if primary else of_junior) * level * factor(spread * evenness // 1000)
        amount = max(1, (pupils * each + 500_000_000) // 1_000_000_000)
        if name == "teachers":
            teachers = amount
        elif name.startswith("teachers_"):
            amount = min(amount, teachers)
        row[name] = _hundredths(amount // 100) if name == "equipment" else str(amount)
        if name in _SHARED:
            shared = amount * sum(whole) // pupils
            row[f"school_{name}"] = (
                _hundredths(shared // 100) if name == "equipment" else str(shared)
            )
    return row


def kindergarten_rows(county: County, words: frozenset[str]) -> list[Row]:
    """Kindergartens whose children add up to those of the county."""
    draws = county.draws
    spread = 4 if draws.below(2) else 9
    rows = []
    for position, children in enumerate(
        _sizes("幼儿园", int(county.number("preschool.children")), draws)
    ):
        teachers = max(1, children * draws.near(72, 6) // 1000)
        rows.append(
            {
                "id": f"K{position + 1:03d}",
                "name": f"示例幼儿园{position + 1:03d}",
                "kind": draws.pick(_KINDERGARTENS),
                "residential": "否" if draws.below(5) else "是",
                "planned_year": str(min(county.year, 1990 + draws.below(35))),
                "children": str(children),
                "classes": str(max(1, -(-children // 29))),
                "teachers": str(teachers),
                "certified": str(teachers - (not draws.below(25))),
                "area_outdoor": str(children * draws.near(54, spread) // 10),
                "area_activity": str(children * draws.near(102, spread) // 10),
                "area_total": str(children * draws.near(127, spread) // 10),
            }
        )
    return rows


def _hundredths(value: int) -> str:
    """万元 from hundreds of yuan, with two decimals at most."""
    whole, rest = divmod(value, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)
