"""The figures that made-up counties are drawn around, each with where it was published.

They shape a county, they judge nothing: limits come from the ruleset alone. Shares and growth are
in hundredths of a per cent. [S…] is the source register of the notes on the national standards,
00X a sample report by its number; [calc] follows from such figures, [mem] was not looked up, and
what has no mark is an assumption that only keeps counties plausible.
"""

from dataclasses import dataclass
from typing import TypeAlias

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Amount:
    """A number around a middle, both in steps of the declared unit; ``skew``: of its logarithm."""

    middle: int
    spread: int = 0
    step: str = "1"
    least: int = 0
    most: int | None = None
    skew: int = 0
    growth: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A share of another fact, in the same year; ``within``: never more than that fact."""

    of: str
    middle: int
    spread: int
    least: int = 0
    most: int = WHOLE
    within: str | None = None
    of_year: int | None = None
    trend: int = 0
    growth: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that is reported as such."""

    middle: int
    spread: int
    least: int = 0
    most: int = WHOLE
    of_year: int | None = None
    trend: int = 0


@dataclass(frozen=True, slots=True)
class Rare:
    """Mostly nothing, else a few: ``often`` is a share in hundredths of a per cent."""

    often: int
    most: int


@dataclass(frozen=True, slots=True)
class Total:
    """What others add up to."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """What others leave of a whole."""

    whole: str
    less: tuple[str, ...]


Figure: TypeAlias = Amount | Part | Rate | Rare | Total | Rest


def per_head(of: str, yuan: int, spread: int, growth: tuple[int, int] | None = None) -> Part:
    """So many yuan for each."""
    return Part(of, yuan * WHOLE, spread * WHOLE, most=100 * yuan * WHOLE, growth=growth)


# Where the middle is above the whole, most counties have it all and some do not.
_REGION: dict[str, Figure] = {
    # 1.41 billion people [mem] in 2895 county units [S14]: 488 000 each.
    "region.population": Amount(4200, 0, "100", 300, 25_000, 550, (-10, 40)),
    "region.townships": Amount(14, 0, "1", 3, 60, 400),  # 12 in 001, 18 in 000
    "region.area": Amount(2000, 0, "1", 40, 40_000, 700),  # 2340 km² in 000
}

_PRESCHOOL: dict[str, Figure] = {
    # 46.2755 million children [S58] of 1.41 billion people [mem], divided by their enrolment.
    "preschool.population_3_5": Part("region.population", 360, 45),
    "preschool.children": Part(  # 91.05 % in 003, up 6.05 points in five years
        "preschool.population_3_5", 9105, 520, 6000, 11_500, of_year=2020, trend=121
    ),
    # 41.4405 of 46.2755 million children in 2022: 89.55 % [S58][calc]; 87.33 % in 000.
    "preschool.inclusive_children": Part(
        "preschool.children", 8955, 560, 5500, of_year=2022, trend=120
    ),
    "preschool.public_children": Part(  # 49.98 % in 000; a goal of 55 % in 003
        "preschool.children", 5380, 560, 2000, 9500, "preschool.inclusive_children", 2022, 100
    ),
    # 46.2755 million children in 289 200 kindergartens: 160 each [S58][calc].
    "preschool.kindergartens": Part("preschool.children", 62, 10, 25),
    # 245 700 of 289 200 kindergartens in 2022: 84.96 % [S58][calc].
    "preschool.inclusive_kindergartens": Part("preschool.kindergartens", 8496, 600, 4000),
    "preschool.public_kindergartens": Part(  # 58 of 125 in 000
        "preschool.kindergartens", 4640, 800, 1500, within="preschool.inclusive_kindergartens"
    ),
    "preschool.private_kindergartens": Rest(
        "preschool.kindergartens", ("preschool.public_kindergartens",)
    ),
    "preschool.quality_kindergartens": Part(  # 56.91 % in 2019, 60.98 % two years later in 004
        "preschool.kindergartens", 5691, 900, 1000, of_year=2019, trend=200
    ),
    "preschool.quality_children": Part(
        "preschool.children", 6500, 900, 1500, of_year=2019, trend=200
    ),
    "preschool.groups": Part(  # 5 in 2019, 11 two years later, of 123 in 004
        "preschool.kindergartens", 407, 150, 100, of_year=2019, trend=240
    ),
    "preschool.townships_with_central": Part("region.townships", 10_100, 350),  # all in 001
    "preschool.teachers": Part("preschool.children", 690, 45),  # the norm is 1:15 [S31]
    "preschool.certified_teachers": Part("preschool.teachers", 10_030, 90),
    "preschool.classes": Part("preschool.children", 345, 20),
    "preschool.classes_in_norm": Part("preschool.classes", 9150, 450),
    "preschool.residential_due": Part("preschool.kindergartens", 1000, 350, 200),
    "preschool.residential_delivered": Part("preschool.residential_due", 10_100, 300),
    "preschool.assessed": Part("preschool.kindergartens", 2500, 700, 500),  # 24 of 96 in 003
    "preschool.public_per_child_fund": Amount(60, 9, "10", 30),
    "preschool.private_per_child_subsidy": Amount(55, 8, "10", 20),
    "preschool.per_child_spending": Amount(820_000, 0, "0.01", 150_000, None, 300, (400, 270)),
    "preschool.public_fund_spending": Amount(190_000, 0, "0.01", 30_000, None, 300, (320, 250)),
    "preschool.post_pay": Amount(78_000, 0, "1", 30_000, None, 180, (450, 250)),
    "preschool.contract_pay": Part("preschool.post_pay", 7900, 500, 3000),  # 75 % asked [S31]
}

_COMPULSORY: dict[str, Figure] = {
    "primary.pupils": Part("region.population", 660, 110, 250),  # 4.2 % in 000, 9 % in 003
    "junior.pupils": Part("primary.pupils", 4550, 350),  # 46.8 % in 000, 44.1 % in 003
    "compulsory.pupils": Total(("primary.pupils", "junior.pupils")),
    "primary.classes": Part("primary.pupils", 262, 18),
    "junior.classes": Part("junior.pupils", 217, 11),
    "compulsory.classes": Total(("primary.classes", "junior.classes")),
    # 265 000 of 3.7549 million classes in 2018: 7.06 % [S59][calc]; 3.65 % in 2020 in 003.
    "compulsory.large_classes": Part(
        "compulsory.classes", 706, 230, 0, 3000, of_year=2018, trend=-170
    ),
    # 18 700 of those 265 000 had 66 pupils and more: 7.06 % [S59][calc]; gone by 2020 [S46].
    "compulsory.super_large_classes": Part(
        "compulsory.large_classes", 706, 500, of_year=2018, trend=-500
    ),
    "primary.large_classes": Part("compulsory.large_classes", 6000, 1000),
    "junior.large_classes": Rest("compulsory.large_classes", ("primary.large_classes",)),
    "primary.start_class_size": Amount(428, 18, "0.1", 200),
    "junior.start_class_size": Amount(474, 20, "0.1", 250),
    "compulsory.cohort_entrants": Part("junior.pupils", 3330, 70),
    # The goal was 93 % for 2015, 95 % for 2020 [S48]; 99.82 % in 000.
    "compulsory.cohort_graduates": Part(
        "compulsory.cohort_entrants", 9660, 150, 8000, of_year=2020, trend=20
    ),
    "primary.retention_rate": Rate(9890, 70, 8500),  # 98.33 % in 001; 98 % asked [S57]
    "junior.retention_rate": Rate(9740, 150, 8500),  # 98.57 % in 001; 95 % asked [S10]
    "primary.entry_rate": Rate(10_040, 40, 9500),  # all in 003
    "junior.entry_rate": Rate(10_020, 40, 9500),
    "compulsory.dropouts": Rare(900, 4),  # none in 003
    "compulsory.private_pupils": Part("compulsory.pupils", 371, 130),  # 3.71 % in Hainan [S42]
    "primary.zone_pupils": Part("primary.pupils", 5500, 700),
    "primary.in_zone_pupils": Part("primary.zone_pupils", 10_040, 40),
    "junior.zone_pupils": Part("junior.pupils", 5500, 700),
    "junior.in_zone_pupils": Part("junior.zone_pupils", 9790, 170),
    "compulsory.balance_score": Amount(963, 9, "1", 700, 1000),  # 958, 967 and 972 in 001
    "compulsory.government_score": Amount(892, 33, "0.1", 600, 1000),  # 85 asked [mem]
    "compulsory.balance_recognised_years": Amount(5, 1, "1", 1, 12),
    # 650 and 850 yuan for 2021 and 2022 [S23]; 750 and 950 in 000, 900 and 1100 in 004.
    "primary.per_pupil_fund": Amount(75, 6, "10", 60),
    "junior.per_pupil_fund": Amount(97, 7, "10", 80),
    "primary.per_pupil_spending": Amount(910_000, 0, "0.01", 300_000, None, 280, (400, 270)),
    "junior.per_pupil_spending": Amount(1_240_000, 0, "0.01", 400_000, None, 280, (400, 270)),
    "primary.public_fund_spending": Amount(240_000, 0, "0.01", 50_000, None, 280, (320, 250)),
    "junior.public_fund_spending": Amount(330_000, 0, "0.01", 70_000, None, 280, (320, 250)),
    "compulsory.five_type_pupils": Part("compulsory.pupils", 1006, 300, 100),  # 4587 of 45 608
    "disabled.registered": Part("compulsory.pupils", 64, 12, 15),  # 290 of 45 608 in 000
    "disabled.left": Part("disabled.registered", 138, 90),  # 4 of 290 in 000
    "_disabled.obliged": Rest("disabled.registered", ("disabled.left",)),
    # 266 of 286 in 000; 95 % and later 97 % asked [S49].
    "_disabled.enrolled": Part("_disabled.obliged", 9680, 170, 8500),
    "disabled.in_regular_class": Part("_disabled.enrolled", 5564, 500),  # 148 of 266
    "disabled.home_teaching": Part("_disabled.enrolled", 2256, 250),  # 60 of 266
    "disabled.special_school": Rest(
        "_disabled.enrolled", ("disabled.in_regular_class", "disabled.home_teaching")
    ),
    "disabled.deferred": Rest("_disabled.obliged", ("_disabled.enrolled",)),
    "disabled.per_pupil_fund": Amount(72, 6, "100", 50),  # 6000, later 7000 yuan [S21][S23]
    "disabled.special_schools": Amount(1, 0),
    "migrant.eligible": Part("compulsory.pupils", 500, 180, 50),
    "migrant.public_places": Part("migrant.eligible", 9250, 400, 6000),  # 85 % asked [S26]
}

_SENIOR: dict[str, Figure] = {
    "senior.population_15_17": Part("region.population", 300, 40),
    # 98 % in 2020 in 003, up 6.14 points in five years.
    "senior.stage_pupils": Part(
        "senior.population_15_17", 9430, 260, 7000, 10_500, of_year=2020, trend=120
    ),
    "vocational.pupils": Part("senior.stage_pupils", 3156, 450, 500),  # 2383 of 7551 in 003
    "senior.pupils": Rest("senior.stage_pupils", ("vocational.pupils",)),
    "senior.classes": Part("senior.pupils", 195, 9),
    "senior.large_classes": Part("senior.classes", 400, 450),  # 35.3 % in 001
    "senior.super_large_classes": Part("senior.large_classes", 200, 500),
    "junior.graduates": Part("junior.pupils", 3035, 90),  # 4415 of 14 546 in 000
    "senior.general_intake": Part("junior.graduates", 5613, 250),  # 2478 of 4415 in 000
    "_senior.others": Rest("junior.graduates", ("senior.general_intake",)),
    "senior.vocational_intake": Part("_senior.others", 9300, 250),
    "senior.elite_plan": Part("senior.general_intake", 6000, 600),
    "senior.elite_allocated": Part("senior.elite_plan", 5700, 450, 2000),  # ≥ 50 % asked [S10]
    "senior.admitted_local": Part("junior.graduates", 5613, 90),  # 2478, 3, 1750 and 66 of 4415
    "senior.admitted_aviation": Part("junior.graduates", 7, 2),
    "senior.admitted_elsewhere": Part("junior.graduates", 3850, 70),
    "senior.admitted_directed": Part("junior.graduates", 149, 20),
    "vocational.secondary_schools": Amount(1, 0),
    "vocational.higher_colleges": Amount(1, 0),
    "vocational.surtax_funds": per_head("vocational.pupils", 8400, 500),  # 800 000 for 100 in 001
}

_TEACHERS: dict[str, Figure] = {
    "teachers.full_time": Part("compulsory.pupils", 800, 55),
    "teachers.certified": Part("teachers.full_time", 10_030, 25),
    "teachers.trained_360h": Part("teachers.full_time", 10_030, 40),
    "teachers.rotation_eligible": Part("teachers.full_time", 4100, 450, 1500),
    "teachers.rotated": Part("teachers.rotation_eligible", 1133, 110, 400),  # 11.33 % in 000
    "teachers.rotated_backbone": Part("teachers.rotated", 2230, 190, 500),  # 20 % asked [S25]
    "teachers.recruited": Part("teachers.full_time", 301, 90, 20),  # 118 of 3921 in 000
    "teachers.recruited_rural": Part("teachers.recruited", 6706, 900),  # 230 of 343 in 001
    "teachers.payroll": per_head("teachers.full_time", 83_400, 7000),  # from 510 ÷ 1.56 % in 000
    "teachers.training_budget": Part("teachers.payroll", 160, 10),  # 1.56 % in 000
    "teachers.public_fund_budget": per_head("compulsory.pupils", 810, 60),
    "teachers.average_pay": Amount(92_000, 0, "1", 45_000, None, 160, (420, 260)),
    "civil_servants.average_pay": Part("teachers.average_pay", 9780, 190, 8000, 11_000),
    "teachers.normal_planned": Amount(60, 18, "1", 8),
    "teachers.normal_enrolled": Part("teachers.normal_planned", 10_150, 250),  # 91 of 91 in 000
    "teachers.putonghua_share": Rate(10_060, 90, 8000),
}

_FINANCE: dict[str, Figure] = {
    # 87 927.11 of 735 800 people in 000: 1191 yuan each; +2.53 % there, +0.05 % in 001,
    # +0.17 % in Hainan [S42].
    "finance.education_expenditure": per_head("region.population", 1191, 260, (310, 250)),
    "finance.public_expenditure": Part(  # education is 15.51 % of it in 000
        "finance.education_expenditure", 64_475, 7000, 40_000, 120_000
    ),
    "finance.required_input": Part("finance.education_expenditure", 1197, 130),  # 10 524 in 000
    "finance.actual_input": Part("finance.required_input", 11_200, 700, 7000, 20_000),
    "finance.appropriation_growth": Rate(640, 190, -9000, 90_000),  # 8.42 points ahead in 001
    "finance.revenue_growth": Rate(380, 160, -9000, 90_000),
    "lifelong.community_funds": Amount(12, 3, "1", 2),  # 100 000 yuan in 000
    "supervision.budget": Amount(12, 3, "1", 2),  # 100 000 yuan in 000
}

_OTHER: dict[str, Figure] = {
    "private.institutions": Part("preschool.kindergartens", 12_000, 2500, 3000, 40_000),
    "private.registered": Part("private.institutions", 10_080, 120),  # 195 of 195 in 000
    "supervision.chief_inspectors": Amount(1, 0),
    "supervision.staff": Amount(4, 1, "1", 1),  # 4 in 000
    "supervision.part_time": Amount(12, 4, "1", 1),  # 12 in 003
    "supervision.zones": Amount(6, 2, "1", 1),  # 6 in 000
    "conditions.boarding_planned": Amount(7, 2, "1", 1),  # 8 in 000
    "conditions.boarding_done": Part("conditions.boarding_planned", 10_200, 500),
    "health.fitness_pass_rate": Rate(9300, 330, 6000, of_year=2021, trend=40),  # > 96 % in 000
    "health.myopia_rate": Rate(5150, 380, 2500, 8500, of_year=2018, trend=-70),  # -0.5 a year [S50]
    "health.eye_check_rate": Rate(10_050, 60),
    "satisfaction.valid": Amount(1200, 0, "1", 300, None, 300),
    "satisfaction.satisfied": Part("satisfaction.valid", 9080, 350, 6000),  # 85 % asked [S20]
    "monitoring.between_schools": Rate(1240, 160, 300),  # < 15 % asked [S27]
    "ict.bandwidth": Amount(3, 1, "100", 1),  # 200 in 000
    "safety.liability_accidents": Rare(500, 2),
    "safety.serious_accidents": Rare(0, 1),
    "safety.mass_incidents": Rare(300, 1),
    "safety.school_drills": Amount(1, 0, "1", 1),  # every month in 000
    "safety.kindergarten_drills": Amount(1, 0, "1", 1),  # every quarter in 000
}

FIGURES: dict[str, Figure] = {
    **_REGION,
    **_PRESCHOOL,
    **_COMPULSORY,
    **_SENIOR,
    **_TEACHERS,
    **_FINANCE,
    **_OTHER,
}
