"""Every shipped edition is proved, or its README says which proof fails and why."""

from collections import Counter
from pathlib import Path

import pytest

from engine.language.catalogue import installed
from engine.language.diagnostics import errors
from engine.language.loader import load_file
from engine.workshop.proofs import Answer
from engine.workshop.verify import prove

EDITIONS = {entry.name: entry.path for entry in installed()}
# The text asks for a share of those who rotated: rotating more others lowers it.
SHARE_OF_A_SHARE = {"fact-not-monotone": 1}
# What is refuted; everything else of every edition is proved.
KNOWN: dict[str, dict[str, int]] = {
    "basic-balanced@2012": {"divides-by-zero": 2},
    "changde-county-duty@2022": {"cap-without-effect": 1},
    "county-duty-base@2020": SHARE_OF_A_SHARE,
    "county-duty-base@2022": SHARE_OF_A_SHARE,
    "county-duty-base@2023": SHARE_OF_A_SHARE,
    "jiangxi-county-duty@2020": SHARE_OF_A_SHARE,
    "ningxia-county-duty@2019": SHARE_OF_A_SHARE,
    "preschool-universal@2020": SHARE_OF_A_SHARE,
    # The share of a share, and a first special school, which brings the duty to fund it (G7).
    "quality-balanced@2017": {"divides-by-zero": 14, "fact-not-monotone": 2},
    "shaanxi-county-duty@2023": SHARE_OF_A_SHARE,
    "tongshan-targets@2025": {"divides-by-zero": 1},
    "xiangyang-county-duty@2023": SHARE_OF_A_SHARE,
    "yili-county-duty@2019": SHARE_OF_A_SHARE,
}


@pytest.mark.parametrize("name", EDITIONS)
def test_a_shipped_edition_is_proved(name: str) -> None:
    """Nothing is unknown, nothing refuted but what is listed here; errors stand in the README.

    Only what looks at the other subjects of a batch, openly, no single sheet can show.
    """
    path: Path = EDITIONS[name]
    ruleset = load_file(path).ruleset
    proofs = prove(ruleset)
    unknown = {proof.why for proof in proofs.proofs if proof.answer is Answer.UNKNOWN}
    assert unknown == ({"batch"} if ruleset.batch is not None else set())
    assert Counter(f.code for f in proofs.findings) == KNOWN.get(name, {})
    readme = (path.parent / "README.md").read_text(encoding="utf-8")
    assert "`dudao check`" in readme
    for finding in errors(proofs.findings):
        assert finding.code in readme


def test_what_is_known_is_about_shipped_editions() -> None:
    """No entry stays behind when an edition goes."""
    assert set(KNOWN) <= set(EDITIONS)
    assert len(EDITIONS) >= 16
