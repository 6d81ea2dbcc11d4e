"""Claims beside what their parts give: fair roundings, errors, and roundings that hide a limit."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.claims import Agreement, agreement
from engine.facts.values import Bound, Measured
from engine.language.units import find_unit
from engine.scoring.assess import Assessment

from .made import YEAR, Case, assessed

SHARE = {
    "id": "D.1",
    "title": "公办园占比",
    "measure": "children.public_share",
    "fully": ">= 50%",
    "basically": ">= 45%",
}


def audited(
    folder: Path, claim: Any, public: str, whole: str, criterion: dict[str, str] = SHARE
) -> Assessment:
    """A share that is claimed beside its parts."""
    facts = {
        ("children.public_share", YEAR): claim,
        ("children.public", YEAR): public,
        ("children.all", YEAR): whole,
    }
    return assessed(Case(criteria=(criterion,), grade=None, facts=facts), folder)


@pytest.mark.parametrize(
    ("claim", "public", "whole", "wanted", "consistent"),
    [
        ("50%", "8041", "16082", "exact", True),
        ("50%", "8041", "16090", "hides_limit", False),
        ("49.98%", "8041", "16090", "rounded", True),
        ("49.97%", "8041", "16090", "cut", True),
        ("49.9%", "8041", "16090", "cut", True),
        ("49.96%", "8041", "16090", "differs", False),
        ("0.38%", "3", "1036", "differs", False),
        ("0.29%", "3", "1036", "rounded", True),
        ("0.28%", "3", "1036", "cut", True),
        (">= 49%", "8041", "16090", "bound_holds", True),
        (">= 50%", "8041", "16090", "bound_broken", False),
        ("45.0%", "4496", "10000", "hides_limit", False),
        ("44%", "4496", "10000", "cut", True),
        ("2/3", "2", "3", "exact", True),
    ],
)
def test_agreement(
    tmp_path: Path, claim: str, public: str, whole: str, wanted: str, consistent: bool
) -> None:
    """A claim may be rounded or cut at its own places, but not carry the figure over a limit."""
    assessment = audited(tmp_path, claim, public, whole)
    (found,) = assessment.claims
    assert (str(found.agreement), found.agreement.consistent) == (wanted, consistent)
    assert found.hidden == (("D.1",) if wanted == "hides_limit" else ())
    assert found.computed == Fraction(int(public), int(whole))
    assert sorted(part.name for part in found.parts) == ["children.all", "children.public"]


@pytest.mark.parametrize("claim", ["50%", "99%", ">= 60%", "10%"])
def test_a_claim_never_overrides_its_parts(tmp_path: Path, claim: str) -> None:
    """8041 of 16090 is basically met, four children short, whatever is claimed."""
    assessment = audited(tmp_path, claim, "8041", "16090")
    assert str(assessment.results[0].outcome) == "basically_met"
    assert assessment.margins["D.1"][0].amount == 4


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [("3.89", Agreement.DIFFERS), ("2.53", Agreement.ROUNDED), ("2.5", Agreement.ROUNDED)],
)
def test_growth(stated: str, wanted: Agreement) -> None:
    """From 85 753.42 to 87 927.11 万元 is a growth of 2.53 %, not of 3.89 %."""
    unit = find_unit("%")
    assert unit is not None
    growth = Fraction("87927.11") / Fraction("85753.42") - 1
    places = len(stated.partition(".")[2])
    claim = Measured(Fraction(stated) / 100, Bound.EXACT, unit, places)
    assert agreement(claim, growth) is wanted


def test_nothing_to_audit(tmp_path: Path) -> None:
    """Without its parts a claim stands alone; a claim of yes or no is never a rounding."""
    facts = {
        ("children.public_share", YEAR): "50%",
        ("pay.not_below", YEAR): "yes",
        ("pay.teachers", YEAR): "1",
        ("pay.servants", YEAR): "2",
    }
    assert assessed(Case(criteria=(SHARE,), grade=None, facts=facts), tmp_path).claims == ()


def test_hidden_behind_another_fact(tmp_path: Path) -> None:
    """A limit is hidden also where the criterion uses the claimed fact inside a formula."""
    criterion = {**SHARE, "measure": "min(children.public_share, 90%)"}
    (found,) = audited(tmp_path, "50%", "8041", "16090", criterion).claims
    assert found.hidden == ("D.1",)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(0, 3))
def test_every_fair_rounding_is_consistent(
    tmp_path: Path, public: int, more: int, places: int
) -> None:
    """A figure rounded half up or cut at any place is consistent, or it hides a limit."""
    whole = public + more
    scaled = Fraction(public, whole) * 100 * 10**places
    for digits in {(2 * scaled + 1) // 2, scaled // 1}:
        text = f"{digits // 10**places}"
        if places:
            text += f".{digits % 10**places:0{places}d}"
        (found,) = audited(tmp_path, f"{text}%", str(public), str(whole)).claims
        assert found.agreement.consistent or found.hidden
        # Over a limit only if the outcome by the claim is better than the one by the parts.
        claimed, exact = Fraction(text) / 100, Fraction(public, whole)
        crossed = any(exact < limit <= claimed for limit in (Fraction(1, 2), Fraction(9, 20)))
        assert bool(found.hidden) is crossed
