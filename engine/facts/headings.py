"""What the headings of a table of districts mean: subject, year, source, fact, fact in a year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..language.vocabulary import Vocabulary, nearest
from .fact_reader import YEAR
from .grid import Grid
from .reading import Faults


class Role(StrEnum):
    """What a column is for."""

    CODE = "code"
    NAME = "name"
    KIND = "kind"
    RULESET = "ruleset"
    YEAR = "year"
    EVALUATION_YEAR = "evaluation_year"
    BY = "by"
    FACT_NAME = "fact"
    VALUE = "value"
    FACT = "a fact"
    ATTRIBUTE = "an attribute"
    OUTCOME = "an outcome"


# Beside the words of `Role` itself, which are the English names.
_WORDS: Mapping[str, Role] = {
    "subject": Role.CODE,
    "subject code": Role.CODE,
    "代码": Role.CODE,
    "区划代码": Role.CODE,
    "行政区划代码": Role.CODE,
    "县区代码": Role.CODE,
    "名称": Role.NAME,
    "县区": Role.NAME,
    "县区名称": Role.NAME,
    "类别": Role.KIND,
    "评价标准": Role.RULESET,
    "年度": Role.YEAR,
    "年份": Role.YEAR,
    "evaluation year": Role.EVALUATION_YEAR,
    "评价年度": Role.EVALUATION_YEAR,
    "source": Role.BY,
    "来源": Role.BY,
    "数据来源": Role.BY,
    "数据项": Role.FACT_NAME,
    "值": Role.VALUE,
    "数值": Role.VALUE,
}
_NAMED = (Role.FACT, Role.ATTRIBUTE, Role.OUTCOME)
# `outcome:A1.2` is what a person decided about a criterion that is judged.
_OUTCOME = ("outcome:", "outcome：", "判定:", "判定：")


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: its role, and for a fact, attribute or outcome which; a fact may have a year."""

    column: int
    role: Role
    name: str = ""
    year: int | None = None


class Names:
    """The facts of a vocabulary by name and by label in either language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._labels: dict[str, str | None] = {}
        for fact in vocabulary.facts.values():
            for label in {fact.label.zh, fact.label.en.lower()} - {""}:
                # A label that two facts share names neither.
                self._labels[label] = None if label in self._labels else fact.name

    def fact(self, word: str) -> str | None:
        """The fact that a word names exactly."""
        clean = word.strip()
        if clean in self.vocabulary.facts:
            return clean
        return self._labels.get(clean) or self._labels.get(clean.lower())

    def heading(self, text: str, column: int) -> Heading | None:
        """What one heading means; None when it means nothing here."""
        clean = text.strip()
        role = _WORDS.get(clean.lower())
        if role is None and clean.lower() in {str(r) for r in Role if r not in _NAMED}:
            role = Role(clean.lower())
        if role is not None:
            return Heading(column, role)
        for mark in _OUTCOME:
            if clean.lower().startswith(mark):
                return Heading(column, Role.OUTCOME, clean[len(mark) :].strip())
        if clean in self.vocabulary.attributes:
            return Heading(column, Role.ATTRIBUTE, clean)
        name, mark, year = clean.replace("＠", "@").partition("@")
        fact = self.fact(name)
        if fact is None or (mark and not YEAR.fullmatch(year.strip())):
            return None
        return Heading(column, Role.FACT, fact, int(year) if mark else None)

    def nearest(self, text: str) -> str | None:
        """The heading that was likely meant."""
        words = (*_WORDS, *(str(r) for r in Role if r not in _NAMED), *self.vocabulary.attributes)
        name = text.replace("＠", "@").partition("@")[0].strip()
        return self.vocabulary.nearest(name) or nearest(name.lower(), words)


def read_head(grid: Grid, names: Names, faults: Faults) -> tuple[Heading, ...]:
    """The columns of a grid that mean something; none when one would be read twice.

    An unknown heading is a warning: its column is left out, every row is scored without it.
    """
    found: list[Heading] = []
    for column, text in enumerate(grid.head):
        heading = names.heading(text, column) if text.strip() else None
        if heading is None:
            hint = names.nearest(text) if text.strip() else None
            faults.fault("unknown-heading", grid.head_at(column), hint, name=text.strip())
        elif any(_same(heading, other) for other in found):
            faults.fault("duplicate-key", grid.head_at(column), key=text.strip())
            return ()
        else:
            found.append(heading)
    return tuple(found)


def _same(one: Heading, other: Heading) -> bool:
    return (one.role, one.name, one.year) == (other.role, other.name, other.year)


def with_role(head: tuple[Heading, ...], *roles: Role) -> Iterator[Heading]:
    """The columns of some roles, in their order."""
    return (heading for heading in head if heading.role in roles)


def is_long(head: tuple[Heading, ...]) -> bool:
    """Whether a row is one value of a subject, and not all of them."""
    roles = {heading.role for heading in head}
    return {Role.FACT_NAME, Role.VALUE} <= roles
