"""A national limit is written once: no edition repeats a figure that another scheme sets as well.

Two limits are the same where they compare the same quantity with the same figure, whether it stands
in a level or as a parameter. Quantities are compared by what they are computed from. Nothing, one
and all are no figures that a text chooses, unless the national file has them.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from engine.language.catalogue import installed
from engine.language.diagnostics import Span
from engine.language.expression import (
    Call,
    Compare,
    Expr,
    Fact,
    Function,
    Number,
    Parameter,
    Special,
    fact_names,
    table_names,
    walk,
)
from engine.language.limits import base_value
from engine.language.loader import load_file
from engine.language.model import Criterion, DeductedPoints, Ruleset
from engine.language.parameters import written
from engine.language.printer import show
from engine.language.source import read_source
from engine.language.vocabulary import Vocabulary
from engine.workshop.formatting import formatted
from tests.support import ROOT

RULESETS = ROOT / "rulesets"
NATIONAL = Path("parameters") / "national.yaml"
# A comment directly above a figure that is a text's own, though another scheme has the same.
OWN = re.compile(r"\s*# own limit: \S")


@dataclass(frozen=True)
class Limit:
    """A quantity, the figure that it is compared with, and where the figure is written."""

    quantity: str
    figure: Fraction
    family: str
    place: Span

    @property
    def shared(self) -> bool:
        return NATIONAL.as_posix() in Path(self.place.source.path).as_posix()

    @property
    def reason(self) -> int | None:
        """The line of the comment that says whose figure it is."""
        rows = self.place.source.text.split("\n")
        row = self.place.line - 2
        while row >= 0 and rows[row].lstrip().startswith("#"):
            if OWN.match(rows[row]):
                return row
            row -= 1
        return None

    def __str__(self) -> str:
        path = Path(self.place.source.path)
        where = "/".join(path.parts[-3:])
        return f"{where}:{self.place.line}: {self.quantity} {self.figure}"


def limits(root: Path) -> list[Limit]:
    """Every limit of every edition below a folder."""
    found = []
    for entry in installed(root):
        ruleset = load_file(entry.path).ruleset
        family = ruleset.extends[0].split("@")[0] if ruleset.extends else ruleset.id
        for left, right, place in compared(ruleset):
            # Grade bands compare outcomes and points, which no other scheme shares.
            if fact_names(left) or table_names(left):
                quantity = computed(left, ruleset.vocabulary)
                for figure, stands in figures(right, place, ruleset):
                    found.append(Limit(quantity, figure, family, stands))
    return found


def compared(ruleset: Ruleset) -> Iterator[tuple[Expr, Expr, Span]]:
    """Both sides of every comparison, the measure in its place, and where it is written."""
    for criterion in ruleset.criteria:
        for level in criterion.levels:
            yield from sides(level.condition, criterion, level.span)
        points = criterion.points
        if isinstance(points, DeductedPoints) and criterion.measure is not None:
            yield criterion.measure, points.limit, points.span or criterion.span
    rule = ruleset.grade
    if rule is not None:
        steps = [(award.when, award.span) for award in rule.award]
        steps += [(cap.when, cap.span) for cap in rule.caps]
        steps += [(downgrade.when, downgrade.span) for downgrade in rule.downgrades]
        for when, span in steps:
            yield from () if when is None else sides(when, None, span)


def sides(
    condition: Expr, criterion: Criterion | None, place: Span
) -> Iterator[tuple[Expr, Expr, Span]]:
    for part in walk(condition):
        if isinstance(part, Compare):
            left = part.first
            if left == Special("measure") and criterion is not None and criterion.measure:
                left = criterion.measure
            for _, right in part.rest:
                yield left, right, place
                left = right


def figures(limit: Expr, place: Span, ruleset: Ruleset) -> Iterator[tuple[Fraction, Span]]:
    """What a limit comes to, and where that is written; nothing for a computed one."""
    if isinstance(limit, Number):
        yield base_value(limit), place
    elif isinstance(limit, Parameter):
        parameter = ruleset.parameters[limit.name]
        for value in written(parameter):
            if isinstance(value, Number):
                yield base_value(value), parameter.span


def computed(expr: Expr, vocabulary: Vocabulary) -> str:
    """A quantity by what it is computed from, in whatever year."""

    def resolved(part: Expr) -> Expr:
        if isinstance(part, Call) and part.function in (Function.IN_YEAR, Function.PRIOR):
            (quantity,) = [a for a in part.arguments if not isinstance(a, Number)]
            return resolved(quantity)
        definition = vocabulary.facts.get(part.name) if isinstance(part, Fact) else None
        derived = None if definition is None else definition.derived
        return part if derived is None else resolved(derived)

    def inner(part: Expr) -> str | None:
        found = resolved(part)
        return None if found is part else f"({show(found, inner)})"

    return show(resolved(expr), inner)


def by_meaning(root: Path) -> dict[tuple[str, Fraction], list[Limit]]:
    found = defaultdict(list)
    for limit in limits(root):
        found[limit.quantity, limit.figure].append(limit)
    return found


def repeated(root: Path) -> list[str]:
    """Where a figure is written that stands in the national file, or in another scheme."""
    found = []
    for (_, figure), same in by_meaning(root).items():
        own = [limit for limit in same if not limit.shared and limit.reason is None]
        national = any(limit.shared for limit in same)
        families = {limit.family for limit in own}
        if national or (len(families) > 1 and figure not in (0, 1)):
            found += sorted({str(limit) for limit in own})
    return found


def test_no_figure_is_written_again() -> None:
    """What two schemes ask for alike stands in the national file, or says whose it is."""
    assert repeated(RULESETS) == []


def test_the_guard_looks_at_limits_of_many_schemes() -> None:
    """It sees the national limits being read, by more than one scheme each."""
    found = limits(RULESETS)
    readers = defaultdict(set)
    for limit in found:
        if limit.shared:
            readers[limit.place.line].add(limit.family)

    assert len(found) > 400
    assert len({limit.family for limit in found}) >= 9
    assert len(readers) >= 15


def test_a_reason_stands_where_there_is_something_to_explain() -> None:
    """A comment about a figure of one's own goes when no other scheme has that figure."""
    explained = set()
    for same in by_meaning(RULESETS).values():
        if len({limit.family for limit in same}) > 1:
            explained |= {(x.place.source.path, x.reason) for x in same if x.reason is not None}
    paths = {Path(x.place.source.path) for x in limits(RULESETS)}
    stand = {
        (str(path), row)
        for path in paths
        for row, text in enumerate(path.read_text(encoding="utf-8").split("\n"))
        if OWN.match(text)
    }

    assert len(stand) >= 5
    assert stand == explained


@pytest.mark.parametrize(
    ("edition", "old", "new"),
    [
        (
            "changde-county-duty/2022",
            '        fully: ">= preschool_public_floor"',
            '        fully: ">= 50%"',
        ),
        # Another spelling of the quantity and of the figure.
        (
            "changde-county-duty/2022",
            "        fully: 低于 large_class_limit",
            "        fully: 低于 0.05",
        ),
        # Within a condition.
        (
            "quality-balanced/2017",
            """        fully: >-
          teachers.rotation_share >= rotation_floor""",
            """        fully: >-
          teachers.rotation_share >= 10%""",
        ),
        # An override that overrides nothing.
        (
            "yili-county-duty/2019",
            "domains:\n",
            "parameters:\n  preschool_enrolment_floor: {value: 85%}\ndomains:\n",
        ),
        # Of two schemes, without a national document.
        (
            "yuecheng-county-duty/2019",
            "        fully: preschool.public_share >= 75%",
            "        fully: preschool.public_share >= 55%",
        ),
    ],
)
def test_a_repeated_figure_is_found(edition: str, old: str, new: str, tmp_path: Path) -> None:
    """At its own line; a comment above it that says whose figure it is clears it."""
    root = tmp_path / "rulesets"
    shutil.copytree(RULESETS, root)
    path = root / edition / "ruleset.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = [f for f in repeated(root) if f.startswith(edition)]
    first = text[: text.index(old)].count("\n") + 1

    assert found
    line = int(found[0].split(":")[1])
    assert first <= line <= first + 2
    rows = path.read_text(encoding="utf-8").split("\n")
    rows.insert(line - 1, "# own limit: the county's own text")
    path.write_text("\n".join(rows), encoding="utf-8")
    assert not [f for f in repeated(root) if f.startswith(edition)]


def test_every_national_limit_cites_a_clause_and_says_what_it_rests_on() -> None:
    """Document, clause, and a note in both languages for what was not seen."""
    limits_ = {
        name: parameter
        for entry in installed(RULESETS)
        for name, parameter in load_file(entry.path).ruleset.parameters.items()
        if parameter.shared
    }
    source, _ = read_source(RULESETS / NATIONAL)
    named = re.findall(r"(?m)^  ([a-z_]+):\n    value:", source.text)

    assert set(limits_) == set(named), "a national limit that no edition reads"
    for name, parameter in limits_.items():
        cited = parameter.citation
        assert cited.cite, name
        assert cited.place, name
        assert cited.seen or (parameter.note.zh and parameter.note.en), name


def test_the_file_is_laid_out_like_a_ruleset() -> None:
    """As `dudao fmt` would leave it."""
    source, faults = read_source(RULESETS / NATIONAL)

    assert not faults
    assert formatted(source, "parameters") == source.text
